//! People: registering, changing, finding.

use crate::store::{Line, Recorded, Tx, Weight};
use crate::{
    Moment, Note, NumberDraft, Page, Person, PersonFields, PersonId, PersonRow, Saved, Session,
    Vault, VaultError, numbers, rights,
};
use ledger::{Event, Subject};
use mynumber::rights::{DepartmentId, Grant, Operation, Target};
use mynumber::search::{fold, sort_key, words};
use mynumber::{Address, Date, EmployeeNo, Kana, PersonName, Sex};
use rusqlite::{Connection, OptionalExtension, Row, ffi};

/// Between the fields in a search text, so that no match spans two of them.
const SEPARATOR: &str = "\u{1f}";
/// The most rows of one page.
const MAX_PAGE: u16 = 1000;

/// Everybody's search text, by 社員番号: a search of 100,000 people walks memory only.
pub(crate) struct Index(Vec<Indexed>);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Indexed {
    sort_key: Box<str>,
    id: PersonId,
    department: Option<DepartmentId>,
    text: Box<str>,
}

impl Index {
    fn load(conn: &Connection, company: &str) -> Result<Self, VaultError> {
        let mut statement = conn.prepare_cached(
            "SELECT p.sort_key, p.id, e.department_id, p.search
                 FROM people p JOIN employees e ON e.person_id = p.id WHERE p.company_id = ?1",
        )?;
        let mut rows: Vec<Indexed> = statement
            .query_map([company], |r| {
                Ok(Indexed {
                    sort_key: r.get(0)?,
                    id: r.get(1)?,
                    department: r.get(2)?,
                    text: r.get(3)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        rows.sort_unstable();
        Ok(Self(rows))
    }

    fn put(&mut self, id: PersonId, department: Option<DepartmentId>, fields: &PersonFields) {
        self.0.retain(|row| row.id != id);
        let row = Indexed {
            sort_key: sort_key(fields.employee_no.as_str()).into(),
            id,
            department,
            text: search_text(fields).into(),
        };
        let at = self.0.partition_point(|r| *r < row);
        self.0.insert(at, row);
    }

    fn department(&self, id: PersonId) -> Option<DepartmentId> {
        self.0.iter().find(|row| row.id == id)?.department
    }

    /// How many whom the grant reaches match every word, and the ids of one page of them.
    fn find(
        &self,
        grant: &Grant,
        words: &[String],
        offset: usize,
        limit: usize,
    ) -> (u64, Vec<PersonId>) {
        let mut total = 0;
        let mut page = Vec::with_capacity(limit);
        for row in &self.0 {
            let target = Target::person(row.id).in_department(row.department);
            if grant.lists(&target) && words.iter().all(|w| row.text.contains(w.as_str())) {
                if total >= offset && page.len() < limit {
                    page.push(row.id);
                }
                total += 1;
            }
        }
        (total as u64, page)
    }
}

impl Vault {
    /// Employees within the user's scope whose 社員番号, 氏名 or フリガナ contains every word of `query` (empty: all),
    /// by 社員番号. Width, kana and case do not matter. `limit` counts up to 1000.
    pub fn people(
        &self,
        session: &Session,
        query: &str,
        offset: u32,
        limit: u16,
    ) -> Result<Page<PersonRow>, VaultError> {
        session.allow_listing()?;
        let entered = session.entered()?;
        let mut index = entered.index.borrow_mut();
        let index = match &mut *index {
            Some(index) => index,
            empty => empty.insert(Index::load(&self.conn, &entered.company)?),
        };
        let limit = usize::from(limit.min(MAX_PAGE));
        let (total, ids) = index.find(&entered.grant, &words(query), offset as usize, limit);
        let mut statement = self.conn.prepare_cached(
            "SELECT e.employee_no, p.name, p.kana, p.birth_date,
                    EXISTS (SELECT 1 FROM numbers WHERE person_id = p.id AND destroyed_unix IS NULL)
             FROM people p JOIN employees e ON e.person_id = p.id WHERE p.id = ?1",
        )?;
        let rows = ids
            .into_iter()
            .map(|id| {
                statement
                    .query_row([id], |r| {
                        Ok(PersonRow {
                            id,
                            employee_no: r.get(0)?,
                            name: r.get(1)?,
                            kana: r.get::<_, Option<String>>(2)?.unwrap_or_default(),
                            birth_date: stored(Date::parse(&r.get::<_, String>(3)?))?,
                            has_number: r.get(4)?,
                        })
                    })
                    .map_err(VaultError::from)
            })
            .collect::<Result<_, _>>()?;
        Ok(Page { total, rows })
    }

    pub fn person(&self, session: &Session, person: PersonId) -> Result<Person, VaultError> {
        session.allow_listing()?;
        session.lists(&rights::target(&self.conn, session.company()?, person)?)?;
        load(&self.conn, session.company()?, person)
    }

    /// Registers a person, with the number or without; both or neither.
    pub fn register_person(
        &mut self,
        session: &Session,
        fields: &PersonFields,
        number: Option<NumberDraft<'_>>,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            session.allow(Operation::Register, &Target::new_person())?;
            let person = insert(tx, session.company()?, fields)?;
            let subject = subject(person, fields);
            let line = Line::ok(Note::new(Event::PersonRegistered).about(subject.clone()));
            let mut recorded = Recorded::new(
                Saved {
                    person,
                    revision: 1,
                },
                line,
            );
            if let Some(number) = &number {
                let event = numbers::put(tx, session, person, number, now)?;
                recorded = recorded.and(Line::ok(Note::new(event).about(subject)));
            }
            Ok(recorded)
        })?;
        reindex(session, saved.person, fields);
        Ok(saved)
    }

    /// Changes the fields if `revision` is still the current one.
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
            tx.execute(
                "UPDATE people SET sort_key = ?2, name = ?3, kana = ?4, birth_date = ?5,
                 sex = ?6, address = ?7, search = ?8, revision = revision + 1 WHERE id = ?1",
                (
                    person,
                    sort_key(fields.employee_no.as_str()),
                    fields.name.as_str(),
                    fields.kana.as_ref().map(Kana::as_str),
                    fields.birth_date.to_string(),
                    fields.sex.map(sex_code),
                    fields.address.as_ref().map(Address::as_str),
                    search_text(fields),
                ),
            )?;
            tx.execute(
                "UPDATE employees SET employee_no = ?2, employee_no_folded = ?3, hired_on = ?4
                 WHERE person_id = ?1",
                (
                    person,
                    fields.employee_no.as_str(),
                    fold(fields.employee_no.as_str()),
                    fields.hired_on.map(|d| d.to_string()),
                ),
            )
            .map_err(|e| taken(tx.conn(), company, Some(person), fields, e))?;
            let saved = Saved {
                person,
                revision: revision + 1,
            };
            let note = Note::new(Event::PersonChanged).about(subject(person, fields));
            Ok(Recorded::new(saved, Line::ok(note)))
        })?;
        reindex(session, person, fields);
        Ok(saved)
    }
}

pub(crate) fn insert(
    tx: &Tx<'_>,
    company: &str,
    fields: &PersonFields,
) -> Result<PersonId, VaultError> {
    tx.execute(
        "INSERT INTO people (company_id, kind, revision, name, kana, birth_date, sex, address,
         sort_key, search) VALUES (?1, 'employee', 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            company,
            fields.name.as_str(),
            fields.kana.as_ref().map(Kana::as_str),
            fields.birth_date.to_string(),
            fields.sex.map(sex_code),
            fields.address.as_ref().map(Address::as_str),
            sort_key(fields.employee_no.as_str()),
            search_text(fields),
        ),
    )?;
    let person = tx.conn().last_insert_rowid();
    tx.execute(
        "INSERT INTO employees (person_id, company_id, employee_no, employee_no_folded, hired_on)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            person,
            company,
            fields.employee_no.as_str(),
            fold(fields.employee_no.as_str()),
            fields.hired_on.map(|d| d.to_string()),
        ),
    )
    .map_err(|e| taken(tx.conn(), company, None, fields, e))?;
    Ok(person)
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

fn search_text(fields: &PersonFields) -> String {
    [
        fold(fields.employee_no.as_str()),
        fold(fields.name.as_str()),
        fold(fields.kana.as_ref().map_or("", Kana::as_str)),
    ]
    .join(SEPARATOR)
}

fn reindex(session: &Session, person: PersonId, fields: &PersonFields) {
    if let Ok(entered) = session.entered()
        && let Some(index) = &mut *entered.index.borrow_mut()
    {
        let department = index.department(person);
        index.put(person, department, fields);
    }
}

/// 1 男, 2 女, as in official forms.
fn sex_code(sex: Sex) -> i64 {
    match sex {
        Sex::Male => 1,
        Sex::Female => 2,
    }
}
