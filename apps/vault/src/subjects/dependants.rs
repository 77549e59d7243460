//! 家族: the members of an employee's family and what the employee claims them for.
//!
//! Only a claim is a reason to hold a family member's number: whoever is not claimed for
//! tax, health insurance or as 第3号 may not be asked for it (番号法15条, 20条). Ended
//! claims stay on record, because the forms of their years say how long a number that was
//! collected is still needed.

mod rows;

pub(crate) use rows::claims;

use super::index::{self, Listing, Query};
use super::particulars::{self, FormerName, Particulars, Rename};
use super::{Asking, RuleError, Span, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, PersonId, Saved, Session, Vault, VaultError};
use ledger::Event;
use mynumber::family::{ClaimError, Deduction, Disability, Relationship, Residency};
use mynumber::people::PersonKind;
use mynumber::rights::Operation;
use mynumber::search::{sort_key, words};
use mynumber::{Date, Purpose};
use rows::{load, row};
use rusqlite::{Connection, OptionalExtension};

/// A family member as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependantFields {
    pub particulars: Particulars,
    /// 続柄, seen from the employee.
    pub relationship: Relationship,
    /// 同居
    pub lives_with: bool,
    pub disability: Disability,
    pub residency: Residency,
}

/// What a dependant is claimed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// In the 扶養控除等申告書, as this 控除区分.
    Tax(Deduction),
    /// 健康保険の被扶養者
    HealthInsurance,
    /// 国民年金第3号被保険者
    Category3,
}

impl Claim {
    pub const fn code(self) -> &'static str {
        match self {
            Claim::Tax(_) => "tax",
            Claim::HealthInsurance => "health",
            Claim::Category3 => "category3",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub claim: Claim,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependant {
    pub id: PersonId,
    pub revision: u32,
    pub employee: PersonId,
    pub fields: DependantFields,
    pub added_on: Date,
    /// The last day as a dependant of this employee.
    pub ended_on: Option<Date>,
    /// Newest first, ended ones too.
    pub claims: Vec<Claimed>,
    pub has_number: bool,
    /// For which purposes the number may be used; empty without a number.
    pub purposes: Vec<Purpose>,
    /// For which purposes the number may be asked for today, or why not.
    pub asking: Asking,
    /// Newest first.
    pub former_names: Vec<FormerName>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependantRow {
    pub id: PersonId,
    pub name: String,
    /// Empty when unknown.
    pub kana: String,
    pub birth_date: Option<Date>,
    pub relationship: Relationship,
    pub employee: PersonId,
    pub employee_no: String,
    pub employee_name: String,
    pub ended_on: Option<Date>,
    pub has_number: bool,
}

impl Vault {
    /// Those of one employee, the ones that ended last.
    pub fn dependants(
        &self,
        session: &Session,
        employee: PersonId,
    ) -> Result<Vec<Dependant>, VaultError> {
        particulars::listed(&self.conn, session, employee)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT person_id FROM dependants WHERE employee_id = ?1 AND company_id = ?2
             ORDER BY ended_on IS NOT NULL, added_on, person_id",
        )?;
        let ids: Vec<PersonId> = statement
            .query_map((employee, session.company()?), |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        ids.into_iter()
            .map(|id| load(&self.conn, session, id))
            .collect()
    }

    /// Everybody's, by the employee's 社員番号. The query is looked for in names (former
    /// ones too), フリガナ and the employee's 社員番号. `limit` counts up to 1000.
    pub fn find_dependants(
        &self,
        session: &Session,
        query: &str,
        offset: u32,
        limit: u16,
    ) -> Result<Page<DependantRow>, VaultError> {
        let words = words(query);
        let query = Query::of(&words, offset, limit);
        self.listed(session, Listing::Dependants, &query, row)
    }

    pub fn dependant(&self, session: &Session, person: PersonId) -> Result<Dependant, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        load(&self.conn, session, person)
    }

    /// Registers a family member with what is claimed from the day on.
    pub fn add_dependant(
        &mut self,
        session: &Session,
        employee: PersonId,
        fields: &DependantFields,
        claims: &[Claim],
        on: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Register, employee)?;
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            let employee_no = employee_no(tx.conn(), company, employee)?;
            let person = insert(tx, company, employee, &employee_no, fields, on)?;
            for claim in claims {
                open_claim(tx, person, fields, &[], *claim, on)?;
            }
            let subject = particulars::subject(tx.conn(), company, person)?;
            let note = Note::new(Event::DependantAdded).about(subject);
            let saved = Saved {
                person,
                revision: 1,
            };
            Ok(Recorded::new(saved, Line::ok(note)))
        })?;
        index::follow(session, Listing::Dependants, saved.person);
        Ok(saved)
    }

    /// Corrects the fields. What is claimed must still be possible with them.
    pub fn change_dependant(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        fields: &DependantFields,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_family(session, person, revision, now, |tx, current| {
            let today = session.today();
            for claimed in current.claims.iter().filter(|c| c.span.contains(today)) {
                possible(fields, claimed.claim, claimed.span.from)?;
            }
            rewrite(tx, session, current, &fields.particulars)?;
            tx.execute(
                "UPDATE dependants SET relationship = ?2, lives_with = ?3, disability = ?4,
                 residency = ?5 WHERE person_id = ?1",
                (
                    person,
                    fields.relationship.code(),
                    fields.lives_with,
                    fields.disability.code(),
                    fields.residency.code(),
                ),
            )?;
            Ok(Note::new(Event::DependantChanged))
        })
    }

    /// The name changed: the old one stays in the history with the day.
    pub fn rename_dependant(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        rename: &Rename,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_family(session, person, revision, now, |tx, current| {
            let old = &current.fields.particulars;
            particulars::keep_name(tx, person, old, rename.on)?;
            let particulars = Particulars {
                name: rename.name.clone(),
                filing_name: rename.filing_name.clone(),
                kana: rename.kana.clone(),
                ..old.clone()
            };
            rewrite(tx, session, current, &particulars)?;
            Ok(Note::new(Event::PersonRenamed))
        })
    }

    /// The employee claims the dependant for something from a day on.
    pub fn claim_dependant(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        claim: Claim,
        from: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_family(session, person, revision, now, |tx, current| {
            if current.ended_on.is_some() {
                return Err(RuleError::Ended.into());
            }
            open_claim(tx, person, &current.fields, &current.claims, claim, from)?;
            Ok(Note::new(Event::DependantChanged).document(claim.code()))
        })
    }

    /// The claim ends with its last day; with one before its first it never began, and none
    /// stays on record. Without any claim the number is needed no more, but for the forms of
    /// the years in which there was one.
    pub fn end_claim(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        claim: Claim,
        until: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_family(session, person, revision, now, |tx, current| {
            let open = current
                .claims
                .iter()
                .find(|c| c.claim.code() == claim.code() && c.span.until.is_none())
                .ok_or(RuleError::NotClaimed)?;
            if until < current.added_on {
                return Err(RuleError::DatesContradict.into());
            }
            let (code, day) = (claim.code(), until.to_string());
            match until < open.span.from {
                true => tx.execute(
                    "DELETE FROM claims
                     WHERE person_id = ?1 AND claim = ?2 AND claimed_until IS NULL",
                    (person, code),
                )?,
                false => tx.execute(
                    "UPDATE claims SET claimed_until = ?3
                     WHERE person_id = ?1 AND claim = ?2 AND claimed_until IS NULL",
                    (person, code, day),
                )?,
            };
            Ok(Note::new(Event::DependantChanged).document(claim.code()))
        })
    }

    /// No dependant of this employee after `on` (就職, 離婚, 死亡, …); every claim ends, and
    /// what was to be claimed from a later day on never was.
    pub fn end_dependant(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        on: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_family(session, person, revision, now, |tx, current| {
            if current.ended_on.is_some() {
                return Err(RuleError::Ended.into());
            }
            if on < current.added_on {
                return Err(RuleError::DatesContradict.into());
            }
            let day = on.to_string();
            tx.execute(
                "DELETE FROM claims WHERE person_id = ?1 AND claimed_from > ?2",
                (person, &day),
            )?;
            tx.execute(
                "UPDATE claims SET claimed_until = ?2 WHERE person_id = ?1
                 AND (claimed_until IS NULL OR claimed_until > ?2)",
                (person, &day),
            )?;
            tx.execute(
                "UPDATE dependants SET ended_on = ?2 WHERE person_id = ?1",
                (person, &day),
            )?;
            Ok(Note::new(Event::DependantEnded))
        })
    }

    /// A dependant again (再び扶養に入る), or the end was registered by mistake. What was
    /// claimed ended with it and is claimed anew; a number that is still held may be used for
    /// that again.
    pub fn resume_dependant(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_family(session, person, revision, now, |tx, current| {
            if current.ended_on.is_none() {
                return Err(RuleError::StillDependent.into());
            }
            tx.execute(
                "UPDATE dependants SET ended_on = NULL WHERE person_id = ?1",
                [person],
            )?;
            Ok(Note::new(Event::DependantResumed))
        })
    }

    fn change_family(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        now: Moment,
        mut change: impl FnMut(&Tx<'_>, &Dependant) -> Result<Note, VaultError>,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = load(tx.conn(), session, person)?;
            unchanged(current.revision, revision)?;
            let note = change(tx, &current)?;
            tx.execute(
                "UPDATE people SET revision = ?2 WHERE id = ?1",
                (person, revision + 1),
            )?;
            let subject = particulars::subject(tx.conn(), session.company()?, person)?;
            let saved = Saved {
                person,
                revision: revision + 1,
            };
            Ok(Recorded::new(saved, Line::ok(note.about(subject))))
        })?;
        index::follow(session, Listing::Dependants, person);
        Ok(saved)
    }
}

/// Puts a family member in, without claims.
pub(crate) fn insert(
    tx: &Tx<'_>,
    company: &str,
    employee: PersonId,
    employee_no: &str,
    fields: &DependantFields,
    on: Date,
) -> Result<PersonId, VaultError> {
    let key = sort_key(employee_no);
    let kind = PersonKind::Dependant;
    let person = particulars::insert(tx, company, kind, &fields.particulars, &key, employee_no)?;
    tx.execute(
        "INSERT INTO dependants (person_id, company_id, employee_id, relationship, lives_with,
         disability, residency, added_on) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            person,
            company,
            employee,
            fields.relationship.code(),
            fields.lives_with,
            fields.disability.code(),
            fields.residency.code(),
            on.to_string(),
        ),
    )?;
    Ok(person)
}

/// Opens a claim after those there are.
pub(crate) fn open_claim(
    tx: &Tx<'_>,
    person: PersonId,
    fields: &DependantFields,
    claims: &[Claimed],
    claim: Claim,
    from: Date,
) -> Result<(), VaultError> {
    possible(fields, claim, from)?;
    let mut same = claims.iter().filter(|c| c.claim.code() == claim.code());
    if same.any(|c| c.span.until.is_none_or(|until| from <= until)) {
        return Err(RuleError::AlreadyClaimed.into());
    }
    let deduction = match claim {
        Claim::Tax(deduction) => Some(deduction.code()),
        Claim::HealthInsurance | Claim::Category3 => None,
    };
    tx.execute(
        "INSERT INTO claims (person_id, claim, deduction, claimed_from) VALUES (?1, ?2, ?3, ?4)",
        (person, claim.code(), deduction, from.to_string()),
    )
    .map(|_| ())
}

/// Whether such a person can be claimed so in the year of `from`.
fn possible(fields: &DependantFields, claim: Claim, from: Date) -> Result<(), RuleError> {
    match claim {
        Claim::Tax(Deduction::NotClaimed) => Err(RuleError::NotClaimed),
        Claim::Tax(deduction) => {
            let birth = fields.particulars.birth_date;
            let birth = birth.ok_or(RuleError::BirthDateMissing)?;
            deduction.check(fields.relationship, birth, fields.residency, from.year())?;
            Ok(())
        }
        Claim::HealthInsurance => Ok(()),
        // 国民年金法7条1項3号: the spouse, 事実婚 included.
        Claim::Category3 if fields.relationship.is_spouse() => Ok(()),
        Claim::Category3 => Err(ClaimError::NotSpouse.into()),
    }
}

fn rewrite(
    tx: &Tx<'_>,
    session: &Session,
    current: &Dependant,
    particulars: &Particulars,
) -> Result<(), VaultError> {
    let no = employee_no(tx.conn(), session.company()?, current.employee)?;
    particulars::update(tx, current.id, particulars, &sort_key(&no), &no)
}

fn employee_no(conn: &Connection, company: &str, employee: PersonId) -> Result<String, VaultError> {
    conn.prepare_cached(
        "SELECT employee_no FROM employees WHERE person_id = ?1 AND company_id = ?2",
    )?
    .query_row((employee, company), |r| r.get(0))
    .optional()?
    .ok_or(VaultError::NotFound)
}
