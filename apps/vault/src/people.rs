//! Employees as their form has them: registering, correcting, reading.

use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::index::{self, Listing};
use crate::subjects::{self, departments, details, particulars};
use crate::{
    Details, EmployeeFilter, Moment, Note, NumberDraft, Page, Particulars, Person, PersonFields,
    PersonId, PersonRow, Position, Saved, Session, Vault, VaultError, numbers,
};
use ledger::{Event, Subject};
use mynumber::people::PersonKind;
use mynumber::rights::{Operation, Target};
use mynumber::search::{fold, sort_key};
use mynumber::{Address, Date, EmployeeNo, Kana, PersonName, Sex};
use rusqlite::{Connection, OptionalExtension, Row, ffi};

impl Vault {
    /// Employees whose 社員番号, 氏名 or フリガナ contains every word of `query` (empty: all):
    /// [`Vault::employees`] of every department.
    pub fn people(
        &self,
        session: &Session,
        query: &str,
        offset: u32,
        limit: u16,
    ) -> Result<Page<PersonRow>, VaultError> {
        let filter = EmployeeFilter {
            query,
            ..EmployeeFilter::default()
        };
        self.employees(session, filter, offset, limit)
    }

    pub fn person(&self, session: &Session, person: PersonId) -> Result<Person, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        load(&self.conn, session.company()?, person)
    }

    /// [`Vault::register_employee`] without a department.
    pub fn register_person(
        &mut self,
        session: &Session,
        fields: &PersonFields,
        number: Option<NumberDraft<'_>>,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.register_employee(session, fields, &Position::default(), number, now)
    }

    /// Registers an employee, with the number or without; both or neither.
    pub fn register_employee(
        &mut self,
        session: &Session,
        fields: &PersonFields,
        position: &Position,
        number: Option<NumberDraft<'_>>,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let target = Target::new_person().in_department(position.department);
            session.allow(Operation::Register, &target)?;
            let person = insert(tx, session, fields, position, &Details::default())?;
            let subject = subject(person, fields);
            let line = Line::ok(Note::new(Event::PersonRegistered).about(subject));
            let mut recorded = Recorded::new(
                Saved {
                    person,
                    revision: 1,
                },
                line,
            );
            if let Some(number) = &number {
                recorded = recorded.with(numbers::put(tx, session, person, number, now)?);
            }
            Ok(recorded)
        });
        let saved = match saved {
            Err(VaultError::MayNotAsk(reason)) => {
                return Err(self.refuse_asking(session, None, reason, now));
            }
            other => other?,
        };
        index::follow(session, Listing::Employees, saved.person);
        Ok(saved)
    }

    /// Changes the fields if `revision` is still the current one. A name that is another
    /// from a day on is [`Vault::rename_employee`].
    pub fn change_person(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        fields: &PersonFields,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            session.allow_person(tx.conn(), Operation::Change, person)?;
            let company = session.company()?;
            let current = load(tx.conn(), company, person)?;
            if current.revision != revision {
                return Err(VaultError::Changed);
            }
            update(tx, company, person, fields)?;
            let saved = Saved {
                person,
                revision: revision + 1,
            };
            let note = Note::new(Event::PersonChanged).about(subject(person, fields));
            Ok(Recorded::new(saved, Line::ok(note)))
        })?;
        index::follow(session, Listing::Employees, person);
        index::forget(session, Listing::Dependants);
        Ok(saved)
    }
}

/// Puts an employee in; the department must be open.
pub(crate) fn insert(
    tx: &Tx<'_>,
    session: &Session,
    fields: &PersonFields,
    position: &Position,
    details: &Details,
) -> Result<PersonId, VaultError> {
    let company = session.company()?;
    let no = fields.employee_no.as_str();
    let particulars = Particulars {
        name: fields.name.clone(),
        filing_name: position.filing_name.clone(),
        kana: fields.kana.clone(),
        other_names: details.other_names.clone(),
        birth_date: Some(fields.birth_date),
        sex: fields.sex,
        postal_code: details.postal_code.clone(),
        address: fields.address.clone(),
    };
    let kind = PersonKind::Employee;
    if let Some(department) = position.department {
        departments::must_be_open(tx.conn(), company, department)?;
    }
    let person = particulars::insert(tx, company, kind, &particulars, &sort_key(no), no)?;
    tx.execute(
        "INSERT INTO employees (person_id, company_id, employee_no, employee_no_folded,
         department_id, employment, property_savings, hired_on)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            person,
            company,
            no,
            fold(no),
            position.department,
            position.employment.code(),
            position.property_savings,
            fields.hired_on.map(|d| d.to_string()),
        ),
    )
    .map_err(|e| taken(tx.conn(), company, None, fields, e))?;
    if *details != Details::default() {
        details::write(tx, person, details)?;
    }
    Ok(person)
}

/// Writes an employee's fields anew, with the next revision.
pub(crate) fn update(
    tx: &Tx<'_>,
    company: &str,
    person: PersonId,
    fields: &PersonFields,
) -> Result<(), VaultError> {
    let no = fields.employee_no.as_str();
    let particulars = Particulars {
        name: fields.name.clone(),
        kana: fields.kana.clone(),
        birth_date: Some(fields.birth_date),
        sex: fields.sex,
        address: fields.address.clone(),
        ..particulars::load(tx.conn(), person)?
    };
    particulars::update(tx, person, &particulars, &sort_key(no), no)?;
    tx.execute(
        "UPDATE employees SET employee_no = ?2, employee_no_folded = ?3, hired_on = ?4
         WHERE person_id = ?1",
        (person, no, fold(no), fields.hired_on.map(|d| d.to_string())),
    )
    .map_err(|e| taken(tx.conn(), company, Some(person), fields, e))?;
    // The family is listed and found by the employee's number.
    particulars::renumber_family(tx, person, no)
}

/// Tells a 社員番号 that another person has from any other broken rule.
fn taken(
    conn: &Connection,
    company: &str,
    person: Option<PersonId>,
    fields: &PersonFields,
    error: VaultError,
) -> VaultError {
    let holder: Result<Option<PersonId>, _> = conn
        .query_row(
            "SELECT person_id FROM employees WHERE company_id = ?1 AND employee_no_folded = ?2",
            (company, fold(fields.employee_no.as_str())),
            |r| r.get(0),
        )
        .optional();
    match (&error, holder) {
        (VaultError::Damaged(_), Ok(Some(holder))) if Some(holder) != person => {
            VaultError::EmployeeNoTaken
        }
        _ => error,
    }
}

pub(crate) fn load(
    conn: &Connection,
    company: &str,
    person: PersonId,
) -> Result<Person, VaultError> {
    conn.prepare_cached(
        "SELECT p.revision, e.employee_no, p.name, p.kana, p.birth_date, p.sex, p.address,
                e.hired_on, n.purposes
         FROM people p JOIN employees e ON e.person_id = p.id
         LEFT JOIN numbers n ON n.person_id = p.id AND n.destroyed_unix IS NULL
         WHERE p.id = ?1 AND p.company_id = ?2",
    )?
    .query_row((person, company), |r| {
        let purposes: Option<String> = r.get(8)?;
        Ok(Person {
            id: person,
            revision: r.get(0)?,
            fields: fields(r)?,
            has_number: purposes.is_some(),
            purposes: stored(numbers::purposes(purposes.as_deref().unwrap_or_default()))?,
        })
    })
    .optional()?
    .ok_or(VaultError::NotFound)
}

/// An employee as a list shows one.
pub(crate) fn row(conn: &Connection, person: PersonId) -> Result<PersonRow, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT e.employee_no, p.name, p.kana, p.birth_date,
                    EXISTS (SELECT 1 FROM numbers
                            WHERE person_id = p.id AND destroyed_unix IS NULL),
                    e.hired_on
             FROM people p JOIN employees e ON e.person_id = p.id WHERE p.id = ?1",
        )?
        .query_row([person], |r| {
            Ok(PersonRow {
                id: person,
                employee_no: r.get(0)?,
                name: r.get(1)?,
                kana: r.get::<_, Option<String>>(2)?.unwrap_or_default(),
                birth_date: stored(Date::parse(&r.get::<_, String>(3)?))?,
                has_number: r.get(4)?,
                hired_on: subjects::optional_date(r, 5)?,
            })
        })?)
}

fn fields(r: &Row<'_>) -> rusqlite::Result<PersonFields> {
    let text = |i| r.get::<_, String>(i);
    let optional = |i| r.get::<_, Option<String>>(i);
    Ok(PersonFields {
        employee_no: stored(EmployeeNo::new(&text(1)?))?,
        name: stored(PersonName::new(&text(2)?))?,
        kana: stored(optional(3)?.map(|t| Kana::new(&t)).transpose())?,
        birth_date: stored(Date::parse(&text(4)?))?,
        sex: match r.get::<_, Option<i64>>(5)? {
            None => None,
            Some(1) => Some(Sex::Male),
            Some(_) => Some(Sex::Female),
        },
        address: stored(optional(6)?.map(|t| Address::new(&t)).transpose())?,
        hired_on: stored(optional(7)?.map(|t| Date::parse(&t)).transpose())?,
    })
}

/// Something that was checked when it was written and no longer passes is damage.
pub(crate) fn stored<T, E>(value: Result<T, E>) -> rusqlite::Result<T> {
    value.map_err(|_| rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), None))
}

pub(crate) fn subject(person: PersonId, fields: &PersonFields) -> Subject {
    Subject::Person {
        id: person,
        employee_no: fields.employee_no.as_str().to_owned(),
        name: fields.name.as_str().to_owned(),
    }
}
