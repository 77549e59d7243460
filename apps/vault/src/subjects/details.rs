//! What offices ask of an employee beside the form's fields: other names, 郵便番号, 役職,
//! 基礎年金番号, 雇用保険被保険者番号, and since when and until when somebody is insured.

use super::particulars::{self, OtherNames, Particulars};
use super::{RuleError, index, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, PersonId, Saved, Session, Vault, VaultError};
use index::Listing;
use ledger::Event;
use mynumber::rights::Operation;
use mynumber::search::sort_key;
use mynumber::{Date, EmploymentInsuranceNumber, Label, PensionNumber, PostalCode};
use rusqlite::{Connection, OptionalExtension};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub other_names: OtherNames,
    pub postal_code: Option<PostalCode>,
    /// 役職
    pub title: Option<Label>,
    /// 基礎年金番号
    pub pension_number: Option<PensionNumber>,
    /// 雇用保険被保険者番号
    pub employment_insurance_number: Option<EmploymentInsuranceNumber>,
    /// 健康保険・厚生年金保険
    pub social: Insured,
    /// 雇用保険
    pub employment_insurance: Insured,
}

/// 資格取得日 and 資格喪失日.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insured {
    pub from: Option<Date>,
    /// The first day without it: of who leaves, the day after 退職日.
    pub until: Option<Date>,
}

impl Insured {
    fn in_order(&self) -> bool {
        match (self.from, self.until) {
            (_, None) => true,
            (Some(from), Some(until)) => from <= until,
            (None, Some(_)) => false,
        }
    }
}

impl Vault {
    /// Replaces all of them. The ledger tells which are others than before, never what they
    /// are.
    pub fn change_details(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        details: &Details,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        if !details.social.in_order() || !details.employment_insurance.in_order() {
            return Err(RuleError::DatesContradict.into());
        }
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            let current = crate::people::load(tx.conn(), company, person)?;
            unchanged(current.revision, revision)?;
            let held = load(tx.conn(), person)?.ok_or(VaultError::NotFound)?;
            let no = current.fields.employee_no.as_str();
            let particulars = Particulars {
                other_names: details.other_names.clone(),
                postal_code: details.postal_code.clone(),
                ..particulars::load(tx.conn(), person)?
            };
            particulars::update(tx, person, &particulars, &sort_key(no), no)?;
            write(tx, person, details)?;
            let subject = particulars::subject(tx.conn(), company, person)?;
            let note = Note::new(Event::PersonDetailsChanged).about(subject);
            let changed = changed(&held, details);
            let lines =
                named_fields(&changed).map(|fields| Line::ok(note.clone().document(&fields)));
            let saved = Saved {
                person,
                revision: revision + 1,
            };
            Ok(Recorded::of(saved, lines.collect()))
        })?;
        index::follow(session, Listing::Employees, person);
        Ok(saved)
    }
}

/// Of an employee; `None` of anybody else.
pub(crate) fn load(conn: &Connection, person: PersonId) -> Result<Option<Details>, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT p.romaji, p.alias, p.former_surname, p.postal_code, e.title,
                    e.pension_number, e.employment_insurance_number, e.social_from,
                    e.social_until, e.employment_insured_from, e.employment_insured_until
             FROM employees e JOIN people p ON p.id = e.person_id WHERE e.person_id = ?1",
        )?
        .query_row([person], |r| {
            let insured = |at| {
                Ok::<_, rusqlite::Error>(Insured {
                    from: super::optional_date(r, at)?,
                    until: super::optional_date(r, at + 1)?,
                })
            };
            Ok(Details {
                other_names: OtherNames {
                    romaji: super::optional_text(r, 0)?,
                    alias: super::optional_text(r, 1)?,
                    former_surname: super::optional_text(r, 2)?,
                },
                postal_code: super::optional_text(r, 3)?,
                title: super::optional_text(r, 4)?,
                pension_number: super::optional_text(r, 5)?,
                employment_insurance_number: super::optional_text(r, 6)?,
                social: insured(7)?,
                employment_insurance: insured(9)?,
            })
        })
        .optional()?)
}

/// Writes what stands with the employment; names and 郵便番号 stand with the particulars.
pub(crate) fn write(tx: &Tx<'_>, person: PersonId, details: &Details) -> Result<(), VaultError> {
    let day = |day: Option<Date>| day.map(|d| d.to_string());
    tx.execute(
        "UPDATE employees SET title = ?2, pension_number = ?3, employment_insurance_number = ?4,
         social_from = ?5, social_until = ?6, employment_insured_from = ?7,
         employment_insured_until = ?8 WHERE person_id = ?1",
        (
            person,
            details.title.as_ref().map(Label::as_str),
            details.pension_number.as_ref().map(PensionNumber::as_str),
            details
                .employment_insurance_number
                .as_ref()
                .map(EmploymentInsuranceNumber::as_str),
            day(details.social.from),
            day(details.social.until),
            day(details.employment_insurance.from),
            day(details.employment_insurance.until),
        ),
    )
    .map(|_| ())
}

/// The names of the fields in which two differ.
fn changed(a: &Details, b: &Details) -> Vec<&'static str> {
    [
        ("romaji", a.other_names.romaji != b.other_names.romaji),
        ("alias", a.other_names.alias != b.other_names.alias),
        (
            "former_surname",
            a.other_names.former_surname != b.other_names.former_surname,
        ),
        ("postal_code", a.postal_code != b.postal_code),
        ("title", a.title != b.title),
        ("pension_number", a.pension_number != b.pension_number),
        (
            "employment_insurance_number",
            a.employment_insurance_number != b.employment_insurance_number,
        ),
        ("social_insured", a.social != b.social),
        (
            "employment_insured",
            a.employment_insurance != b.employment_insurance,
        ),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

/// Names of fields as a ledger entry can hold them, which takes 64 characters of an id: as
/// many entries as are needed, one where nothing changed.
pub(crate) fn named_fields(changed: &[&str]) -> impl Iterator<Item = String> {
    const MAX: usize = 64;
    let mut entries: Vec<String> = Vec::new();
    for name in changed {
        match entries.last_mut() {
            Some(entry) if entry.len() + 1 + name.len() <= MAX => {
                entry.push('-');
                entry.push_str(name);
            }
            _ => entries.push((*name).to_owned()),
        }
    }
    if entries.is_empty() {
        entries.push("none".to_owned());
    }
    entries.into_iter()
}

#[cfg(test)]
mod tests {
    use super::named_fields;

    #[test]
    fn names_of_fields_fill_as_few_entries_as_hold_them() {
        let entries = |names: &[&str]| named_fields(names).collect::<Vec<_>>();
        assert_eq!(entries(&[]), ["none"]);
        assert_eq!(entries(&["title", "alias"]), ["title-alias"]);
        let long = ["a".repeat(31), "b".repeat(32), "c".repeat(10)];
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let found = entries(&long);
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|entry| entry.len() <= 64));
        assert_eq!(found.join("-"), long.join("-"));
    }
}
