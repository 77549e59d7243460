//! Rows of family members: whose family, who is new, what is claimed.

use super::merge::{self, Merge};
use super::{Existing, LeftOut, Newcomer, Outcome, Run, Taken, permitted};
use crate::numbers::Since;
use crate::subjects::dependants::{self, Claim, DependantFields};
use crate::subjects::particulars::{self, PARTICULARS, PARTICULARS_COLUMNS};
use crate::{PersonId, VaultError, subjects};
use intake::{Dependant, Field, Problem, Row};
use ledger::Event;
use mynumber::Date;
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::rights::{Operation, Target};
use mynumber::search::{fold, sort_key};
use rusqlite::OptionalExtension;

/// A family member in the vault.
struct Held {
    person: PersonId,
    fields: DependantFields,
    ended_on: Option<Date>,
}

impl Run<'_> {
    pub(super) fn dependant(&mut self, row: &Row, part: &Dependant) -> Outcome<Taken> {
        let left_out = |field, problem| Ok(Err(LeftOut(Some(field), problem)));
        let no = fold(row.employee_no.as_str());
        if self.left_out.contains(&no) {
            return left_out(Field::EmployeeNo, Problem::EmployeeLeftOut);
        }
        let Some(employee) = self.employee_of(&no)? else {
            return left_out(Field::EmployeeNo, Problem::EmployeeUnknown);
        };
        let conn = self.tx.conn();
        let target = crate::rights::target(conn, self.session.company()?, employee)?;
        if !permitted(self.session.lists(&target))? {
            return left_out(Field::EmployeeNo, Problem::OutOfScope);
        }
        if !self.same_employee(employee, part)? {
            return left_out(Field::EmployeeName, Problem::EmployeeNameDiffers);
        }
        match self.held(employee, row)? {
            Some(held) => self.dependant_there(row, part, held),
            None => self.dependant_new(row, part, employee, &target),
        }
    }

    /// The employee of the file, or of the vault.
    fn employee_of(&mut self, no: &str) -> Result<Option<PersonId>, VaultError> {
        if let Some(employee) = self.employees.get(no) {
            return Ok(Some(*employee));
        }
        let found: Option<PersonId> = self
            .tx
            .conn()
            .prepare_cached(
                "SELECT person_id FROM employees WHERE company_id = ?1 AND employee_no_folded = ?2",
            )?
            .query_row((self.session.company()?, no), |r| r.get(0))
            .optional()?;
        if let Some(employee) = found {
            self.employees.insert(no.to_owned(), employee);
        }
        Ok(found)
    }

    fn same_employee(&self, employee: PersonId, part: &Dependant) -> Result<bool, VaultError> {
        let Some(given) = &part.employee_name else {
            return Ok(true);
        };
        let name: String = self
            .tx
            .conn()
            .prepare_cached("SELECT name FROM people WHERE id = ?1")?
            .query_row([employee], |r| r.get(0))?;
        Ok(fold(&name) == fold(given.as_str()))
    }

    /// The employee's family member of this name. Two of one name are told apart by the
    /// birth date; somebody whose birth date is known and another is somebody else.
    fn held(&self, employee: PersonId, row: &Row) -> Result<Option<Held>, VaultError> {
        let Some(name) = &row.name else {
            return Ok(None);
        };
        let conn = self.tx.conn();
        let mut statement = conn.prepare_cached(&format!(
            "SELECT {PARTICULARS}, p.id, d.relationship, d.lives_with, d.disability, d.residency,
                    d.ended_on
             FROM dependants d JOIN people p ON p.id = d.person_id WHERE d.employee_id = ?1"
        ))?;
        let at = PARTICULARS_COLUMNS;
        let family = statement.query_map([employee], |r| {
            Ok(Held {
                fields: DependantFields {
                    particulars: particulars::read(r, 0)?,
                    relationship: subjects::coded(r, at + 1, Relationship::from_code)?,
                    lives_with: r.get(at + 2)?,
                    disability: subjects::coded(r, at + 3, Disability::from_code)?,
                    residency: subjects::coded(r, at + 4, Residency::from_code)?,
                },
                person: r.get(at)?,
                ended_on: subjects::optional_date(r, at + 5)?,
            })
        })?;
        let folded = fold(name.as_str());
        for held in family {
            let held = held?;
            let known = &held.fields.particulars;
            let births = known.birth_date.zip(row.birth_date);
            if fold(known.name.as_str()) == folded && births.is_none_or(|(a, b)| a == b) {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    fn dependant_new(
        &mut self,
        row: &Row,
        part: &Dependant,
        employee: PersonId,
        of_employee: &Target,
    ) -> Outcome<Taken> {
        let allowed = self.session.allow(Operation::Register, of_employee);
        if !permitted(allowed)? {
            return Ok(Err(LeftOut(Some(Field::EmployeeNo), Problem::OutOfScope)));
        }
        let Some(particulars) = merge::particulars(row) else {
            return Ok(Err(LeftOut(Some(Field::Name), Problem::NameMissing)));
        };
        let fields = DependantFields {
            particulars,
            relationship: part.relationship,
            lives_with: part.together.unwrap_or(true),
            disability: part.disability.unwrap_or(Disability::None),
            residency: part.residency.unwrap_or(Residency::Resident),
        };
        let (tx, no) = (self.tx, row.employee_no.as_str());
        let company = self.session.company()?;
        let added_on = part.from.unwrap_or_else(|| self.session.today());
        let person = dependants::insert(tx, company, employee, no, &fields, added_on)?;
        let conn = tx.conn();
        let newcomer = Newcomer {
            target: crate::rights::target(conn, company, person)?,
            subject: particulars::subject(conn, company, person)?,
            asking: None,
            since: Since::New,
        };
        self.open_claims(row, part, person, &fields, added_on)?;
        if let Some(until) = part.until {
            self.end(person, until)?;
        }
        Ok(Ok(Taken {
            person,
            newcomer: Some(newcomer),
            before: None,
        }))
    }

    fn dependant_there(&mut self, row: &Row, part: &Dependant, mut held: Held) -> Outcome<Taken> {
        let person = held.person;
        let mut merge = Merge::new(self.draft.existing);
        let fields = &mut held.fields;
        merge.particulars(&mut fields.particulars, row);
        let relationship = Some(part.relationship);
        merge.set(Field::Relationship, &mut fields.relationship, &relationship);
        merge.set(Field::Cohabitation, &mut fields.lives_with, &part.together);
        merge.set(Field::Disability, &mut fields.disability, &part.disability);
        merge.set(Field::NonResident, &mut fields.residency, &part.residency);
        merge.field(Field::Until, &mut held.ended_on, &part.until);
        let opens = self.draft.existing != Existing::Skip
            && held.ended_on.is_none()
            && !self.missing_claims(row, part, person)?.is_empty();
        merge.changed |= opens;
        let before = self.settle(row, person, &merge)?;
        if before.is_some() {
            self.rewrite(row, &held)?;
            if opens {
                let today = self.session.today();
                self.open_claims(row, part, person, &held.fields, today)?;
            }
            self.line(Event::DependantChanged, person)?;
        }
        Ok(Ok(Taken {
            person,
            newcomer: None,
            before,
        }))
    }

    fn rewrite(&self, row: &Row, held: &Held) -> Result<(), VaultError> {
        let (person, fields) = (held.person, &held.fields);
        let no = row.employee_no.as_str();
        particulars::update(self.tx, person, &fields.particulars, &sort_key(no), no)?;
        self.tx.execute(
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
        match held.ended_on {
            Some(until) => self.end(person, until),
            None => Ok(()),
        }
    }

    /// What the row claims and the vault has no open claim for. A claim for tax as
    /// something else is reported and stays: when the one ended, no file tells.
    fn missing_claims(
        &mut self,
        row: &Row,
        part: &Dependant,
        person: PersonId,
    ) -> Result<Vec<(Field, Claim)>, VaultError> {
        let claims = dependants::claims(self.tx.conn(), person)?;
        let open = |code: &str| {
            claims
                .iter()
                .find(|c| c.claim.code() == code && c.span.until.is_none())
                .map(|c| c.claim)
        };
        let mut missing = Vec::new();
        for (field, claim) in wanted(part) {
            match open(claim.code()) {
                None => missing.push((field, claim)),
                Some(held) if held != claim => {
                    self.find(row, Some(field), Problem::FieldDiffers);
                }
                Some(_) => {}
            }
        }
        Ok(missing)
    }

    /// Opens claims; what the rules do not allow is reported and left out.
    fn open_claims(
        &mut self,
        row: &Row,
        part: &Dependant,
        person: PersonId,
        fields: &DependantFields,
        from: Date,
    ) -> Result<(), VaultError> {
        let missing = self.missing_claims(row, part, person)?;
        let known = dependants::claims(self.tx.conn(), person)?;
        for (field, claim) in missing {
            let from = match claim {
                // The class of a claim for tax is that of this year, whenever it began.
                Claim::Tax(_) => from.max(self.new_years_day()?),
                Claim::HealthInsurance | Claim::Category3 => from,
            };
            match dependants::open_claim(self.tx, person, fields, &known, claim, from) {
                Ok(()) => self.claims.push(self.tx.conn().last_insert_rowid()),
                Err(VaultError::Rule(_)) => {
                    self.find(row, Some(field), Problem::ClaimImpossible);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn new_years_day(&self) -> Result<Date, VaultError> {
        let year = self.session.today().year();
        Date::new(year, 1, 1).map_err(|_| VaultError::ClockImplausible)
    }

    /// The last day as a dependant, and of every claim.
    fn end(&self, person: PersonId, until: Date) -> Result<(), VaultError> {
        let until = until.to_string();
        self.tx.execute(
            "UPDATE claims SET claimed_until = MAX(claimed_from, ?2)
             WHERE person_id = ?1 AND claimed_until IS NULL",
            (person, &until),
        )?;
        self.tx.execute(
            "UPDATE dependants SET ended_on = ?2, added_on = MIN(added_on, ?2)
             WHERE person_id = ?1",
            (person, &until),
        )?;
        Ok(())
    }
}

/// What a row claims the person for.
fn wanted(part: &Dependant) -> impl Iterator<Item = (Field, Claim)> {
    let tax = part.deduction.filter(|d| *d != Deduction::NotClaimed);
    let health = part.health_insurance == Some(true);
    let third = part.pension_third == Some(true);
    [
        tax.map(|deduction| (Field::TaxClass, Claim::Tax(deduction))),
        health.then_some((Field::HealthInsurance, Claim::HealthInsurance)),
        third.then_some((Field::PensionThird, Claim::Category3)),
    ]
    .into_iter()
    .flatten()
}
