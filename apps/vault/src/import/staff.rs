//! Employees' rows: who is new, who is there already, who is somebody else.

use super::merge::{self, Merge};
use super::{LeftOut, Newcomer, Outcome, Run, Taken, permitted};
use crate::numbers::Since;
use crate::subjects::particulars::{self, PARTICULARS, PARTICULARS_COLUMNS};
use crate::subjects::{self, details, employees, gate};
use crate::{Details, Particulars, PersonFields, PersonId, Position, VaultError, people};
use intake::{Employee, Field, Problem, Row};
use ledger::Event;
use mynumber::rights::{Operation, Target};
use mynumber::search::{fold, sort_key};
use mynumber::{Date, Employment, PersonName, RetirementReason};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{HashMap, HashSet};

/// The employees there were before the import: so that nobody is looked up for each row of a
/// file that is all new.
pub(super) struct Known {
    named: HashSet<(String, Date)>,
    /// 社員番号, folded.
    numbered: HashSet<String>,
}

impl Known {
    pub(super) fn load(conn: &Connection, company: &str) -> Result<Self, VaultError> {
        let mut statement = conn.prepare_cached(
            "SELECT name, birth_date FROM people
             WHERE company_id = ?1 AND kind = 'employee' AND birth_date IS NOT NULL",
        )?;
        let rows = statement.query_map([company], |r| {
            Ok((fold(&r.get::<_, String>(0)?), subjects::date(r, 1)?))
        })?;
        let named = rows.collect::<Result<_, _>>()?;
        let mut statement =
            conn.prepare_cached("SELECT employee_no_folded FROM employees WHERE company_id = ?1")?;
        let rows = statement.query_map([company], |r| r.get(0))?;
        Ok(Self {
            named,
            numbered: rows.collect::<Result<_, _>>()?,
        })
    }

    fn has(&self, name: &PersonName, born: Date) -> bool {
        !self.named.is_empty() && self.named.contains(&(fold(name.as_str()), born))
    }
}

/// Departments in use, by folded name.
pub(super) fn departments(
    conn: &Connection,
    company: &str,
) -> Result<HashMap<String, i64>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT name_folded, id FROM departments WHERE company_id = ?1 AND retired_on IS NULL",
    )?;
    let rows = statement.query_map([company], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An employee in the vault, as far as a file can tell of one.
struct Held {
    person: PersonId,
    particulars: Particulars,
    department: Option<i64>,
    employment: Employment,
    hired_on: Option<Date>,
    left_on: Option<Date>,
    leaving_reason: Option<RetirementReason>,
    details: Details,
}

impl Run<'_> {
    pub(super) fn employee(&mut self, row: &Row, part: &Employee) -> Outcome<Taken> {
        let no = fold(row.employee_no.as_str());
        // Before the import, or by an earlier row.
        let there = self.staff.numbered.contains(&no) || self.employees.contains_key(&no);
        let held = match there {
            true => held(self.tx.conn(), self.session.company()?, &no)?,
            false => None,
        };
        let outcome = match held {
            Some(held) => self.employee_there(row, part, held)?,
            None => self.employee_new(row, part)?,
        };
        match &outcome {
            Ok(taken) => self.employees.insert(no, taken.person).map(|_| ()),
            Err(_) => self.left_out.insert(no).then_some(()),
        };
        Ok(outcome)
    }

    fn employee_new(&mut self, row: &Row, part: &Employee) -> Outcome<Taken> {
        let left_out = |field, problem| Ok(Err(LeftOut(Some(field), problem)));
        let Some(particulars) = merge::particulars(row) else {
            // A file of numbers alone, for somebody the vault does not know.
            return left_out(Field::EmployeeNo, Problem::EmployeeUnknown);
        };
        let Some(birth_date) = row.birth_date else {
            return left_out(Field::BirthDate, Problem::BirthDateMissing);
        };
        if self.staff.has(&particulars.name, birth_date) {
            return left_out(Field::Name, Problem::SamePersonOtherNo);
        }
        let department = self.department(row, part);
        let target = Target::new_person().in_department(department);
        if !permitted(self.session.allow(Operation::Register, &target))? {
            return left_out(Field::EmployeeNo, Problem::OutOfScope);
        }
        let fields = PersonFields {
            employee_no: row.employee_no.clone(),
            name: particulars.name,
            kana: particulars.kana,
            birth_date,
            sex: particulars.sex,
            address: particulars.address,
            hired_on: part.hired_on,
        };
        let position = Position {
            filing_name: particulars.filing_name,
            department,
            employment: part.employment.unwrap_or(Employment::Regular),
            ..Position::default()
        };
        let details = merge::details(row, part);
        let person = people::insert(self.tx, self.session, &fields, &position, &details)?;
        if let Some(left_on) = part.retired_on {
            self.leave(person, left_on, part.retirement_reason)?;
        }
        let today = self.session.today();
        Ok(Ok(Taken {
            person,
            newcomer: Some(Newcomer {
                target: Target::person(person).in_department(department),
                subject: people::subject(person, &fields),
                asking: Some(gate::of_newcomer(
                    position.employment,
                    part.hired_on,
                    part.retired_on.map(|on| employees::Leaving {
                        on: Some(on),
                        reason: part.retirement_reason,
                    }),
                    today,
                )),
                since: match part.retired_on {
                    Some(_) => Since::New,
                    None => Since::NewInService,
                },
            }),
            before: None,
        }))
    }

    fn employee_there(&mut self, row: &Row, part: &Employee, mut held: Held) -> Outcome<Taken> {
        let person = held.person;
        // Whoever may not see somebody learns nothing of them from the report.
        let target = crate::rights::target(self.tx.conn(), self.session.company()?, person)?;
        if !permitted(self.session.lists(&target))? {
            return Ok(Err(LeftOut(Some(Field::EmployeeNo), Problem::OutOfScope)));
        }
        if is_another(row, &held.particulars) {
            return Ok(Err(LeftOut(Some(Field::Name), Problem::AnotherPerson)));
        }
        let department = self.department(row, part);
        let mut merge = Merge::new(self.draft.existing);
        merge.particulars(&mut held.particulars, row);
        merge.field(Field::Department, &mut held.department, &department);
        merge.set(Field::Employment, &mut held.employment, &part.employment);
        merge.field(Field::HiredOn, &mut held.hired_on, &part.hired_on);
        merge.field(Field::RetiredOn, &mut held.left_on, &part.retired_on);
        if held.left_on.is_some() {
            let reason = &part.retirement_reason;
            merge.field(Field::RetirementReason, &mut held.leaving_reason, reason);
        }
        merge.details(&mut held.details, part);
        let before = self.settle(row, person, &merge)?;
        if before.is_some() {
            self.write(&held, row)?;
            self.line(Event::PersonChanged, person)?;
        }
        Ok(Ok(Taken {
            person,
            newcomer: None,
            before,
        }))
    }

    /// Reports what differs. Gives what stood there where something is to be written and
    /// the user may.
    pub(super) fn settle(
        &mut self,
        row: &Row,
        person: PersonId,
        merge: &Merge,
    ) -> Result<Option<String>, VaultError> {
        for field in &merge.differing {
            self.find(row, Some(*field), Problem::FieldDiffers);
        }
        if !merge.changed {
            return Ok(None);
        }
        let conn = self.tx.conn();
        let allowed = self.session.allow_person(conn, Operation::Change, person);
        if !permitted(allowed)? {
            self.find(row, None, Problem::ChangeOutOfScope);
            return Ok(None);
        }
        super::take_back::image(conn, person).map(Some)
    }

    fn write(&self, held: &Held, row: &Row) -> Result<(), VaultError> {
        let person = held.person;
        let no: String = self
            .tx
            .conn()
            .prepare_cached("SELECT employee_no FROM employees WHERE person_id = ?1")?
            .query_row([person], |r| r.get(0))?;
        debug_assert_eq!(fold(&no), fold(row.employee_no.as_str()));
        particulars::update(self.tx, person, &held.particulars, &sort_key(&no), &no)?;
        self.tx.execute(
            "UPDATE employees SET employment = ?2, hired_on = ?3 WHERE person_id = ?1",
            (
                person,
                held.employment.code(),
                held.hired_on.map(|d| d.to_string()),
            ),
        )?;
        details::write(self.tx, person, &held.details)?;
        employees::place(self.tx, self.session, person, held.department)?;
        if let Some(left_on) = held.left_on {
            self.leave(person, left_on, held.leaving_reason)?;
        }
        Ok(())
    }

    fn leave(
        &self,
        person: PersonId,
        on: Date,
        reason: Option<RetirementReason>,
    ) -> Result<(), VaultError> {
        self.tx.execute(
            "UPDATE employees SET has_left = 1, left_on = ?2, leaving_reason = ?3
             WHERE person_id = ?1",
            (person, on.to_string(), reason.map(RetirementReason::code)),
        )?;
        Ok(())
    }

    /// The department of this name; one that is not there is reported and left out, since
    /// rights go by departments.
    fn department(&mut self, row: &Row, part: &Employee) -> Option<i64> {
        let name = part.department.as_ref()?;
        let found = self.departments.get(&fold(name.as_str())).copied();
        if found.is_none() {
            self.find(row, Some(Field::Department), Problem::DepartmentUnknown);
        }
        found
    }
}

/// Another name, and no birth date that says it is the same person all the same.
fn is_another(row: &Row, held: &Particulars) -> bool {
    let same_name = row
        .name
        .as_ref()
        .is_none_or(|name| fold(name.as_str()) == fold(held.name.as_str()));
    let same_birth = row.birth_date.is_some() && row.birth_date == held.birth_date;
    !same_name && !same_birth
}

fn held(conn: &Connection, company: &str, no: &str) -> Result<Option<Held>, VaultError> {
    let at = PARTICULARS_COLUMNS;
    let held = conn
        .prepare_cached(&format!(
            "SELECT {PARTICULARS}, p.id, e.department_id, e.employment, e.hired_on,
                    e.left_on, e.leaving_reason
             FROM employees e JOIN people p ON p.id = e.person_id
             WHERE e.company_id = ?1 AND e.employee_no_folded = ?2"
        ))?
        .query_row((company, no), |r| {
            Ok(Held {
                particulars: particulars::read(r, 0)?,
                person: r.get(at)?,
                department: r.get(at + 1)?,
                employment: subjects::coded(r, at + 2, Employment::from_code)?,
                hired_on: subjects::optional_date(r, at + 3)?,
                left_on: subjects::optional_date(r, at + 4)?,
                leaving_reason: subjects::optional_coded(r, at + 5, RetirementReason::from_code)?,
                details: Details::default(),
            })
        })
        .optional()?;
    let Some(held) = held else { return Ok(None) };
    let details = details::load(conn, held.person)?.unwrap_or_default();
    Ok(Some(Held { details, ..held }))
}
