//! Taking an import back.

use super::subject;
use crate::pending::Act;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::index::{self, Listing};
use crate::{DestroyReason, Moment, Note, PersonId, Session, Vault, VaultError, numbers};
use ledger::Event;
use mynumber::Label;
use mynumber::rights::{Operation, Target};
use rusqlite::{Connection, OptionalExtension};

/// An import that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    pub id: String,
    /// The file's name.
    pub name: String,
    pub user: String,
    pub made_unix: i64,
    pub people: u32,
    pub numbers: u32,
    pub undone_unix: Option<i64>,
}

/// The columns an import may overwrite, table by table; where somebody is no employee or
/// no dependant, those are NULL.
const IMAGE: &str = "SELECT json_object(
    'name', p.name, 'filing_name', p.filing_name, 'kana', p.kana, 'birth_date', p.birth_date,
    'sex', p.sex, 'address', p.address, 'search', p.search, 'romaji', p.romaji,
    'alias', p.alias, 'former_surname', p.former_surname, 'postal_code', p.postal_code,
    'department_id', e.department_id, 'employment', e.employment, 'hired_on', e.hired_on,
    'has_left', e.has_left, 'left_on', e.left_on, 'leaving_reason', e.leaving_reason,
    'title', e.title, 'pension_number', e.pension_number,
    'employment_insurance_number', e.employment_insurance_number,
    'social_from', e.social_from, 'social_until', e.social_until,
    'employment_insured_from', e.employment_insured_from,
    'employment_insured_until', e.employment_insured_until,
    'relationship', d.relationship, 'lives_with', d.lives_with, 'disability', d.disability,
    'residency', d.residency, 'added_on', d.added_on, 'ended_on', d.ended_on)
    FROM people p LEFT JOIN employees e ON e.person_id = p.id
    LEFT JOIN dependants d ON d.person_id = p.id WHERE p.id = ?1";

const RESTORE: [&str; 3] = [
    "UPDATE people SET revision = revision + 1, name = ?2 ->> 'name',
     filing_name = ?2 ->> 'filing_name', kana = ?2 ->> 'kana', birth_date = ?2 ->> 'birth_date',
     sex = ?2 ->> 'sex', address = ?2 ->> 'address', search = ?2 ->> 'search',
     romaji = ?2 ->> 'romaji', alias = ?2 ->> 'alias',
     former_surname = ?2 ->> 'former_surname', postal_code = ?2 ->> 'postal_code'
     WHERE id = ?1",
    "UPDATE employees SET department_id = ?2 ->> 'department_id',
     employment = ?2 ->> 'employment', hired_on = ?2 ->> 'hired_on',
     has_left = ?2 ->> 'has_left', left_on = ?2 ->> 'left_on',
     leaving_reason = ?2 ->> 'leaving_reason', title = ?2 ->> 'title',
     pension_number = ?2 ->> 'pension_number',
     employment_insurance_number = ?2 ->> 'employment_insurance_number',
     social_from = ?2 ->> 'social_from', social_until = ?2 ->> 'social_until',
     employment_insured_from = ?2 ->> 'employment_insured_from',
     employment_insured_until = ?2 ->> 'employment_insured_until' WHERE person_id = ?1",
    "UPDATE dependants SET relationship = ?2 ->> 'relationship',
     lives_with = ?2 ->> 'lives_with', disability = ?2 ->> 'disability',
     residency = ?2 ->> 'residency', added_on = ?2 ->> 'added_on', ended_on = ?2 ->> 'ended_on'
     WHERE person_id = ?1",
];

/// What goes with somebody whom the import added, in the order in which it can go. Who is
/// named anywhere else (a hand-over, an identity check, a notice) was worked with since.
const REMOVE: [&str; 7] = [
    "DELETE FROM claims WHERE person_id = ?1",
    "DELETE FROM collection_steps WHERE person_id = ?1",
    "DELETE FROM collections WHERE person_id = ?1",
    "DELETE FROM numbers WHERE person_id = ?1 AND destroyed_unix IS NOT NULL",
    "DELETE FROM dependants WHERE person_id = ?1",
    "DELETE FROM employees WHERE person_id = ?1",
    "DELETE FROM people WHERE id = ?1",
];

/// How somebody stands before an import writes, as JSON.
pub(super) fn image(conn: &Connection, person: PersonId) -> Result<String, VaultError> {
    Ok(conn
        .prepare_cached(IMAGE)?
        .query_row([person], |r| r.get(0))?)
}

/// Somebody the import touched.
struct Touched {
    person: PersonId,
    added: bool,
    before: Option<String>,
    number: Option<i64>,
    /// Nobody changed the person since, and the number it registered is the one held.
    as_left: bool,
}

impl Vault {
    /// The company's imports, newest first; one's own alone where the scope is narrower.
    pub fn imports(&self, session: &Session) -> Result<Vec<ImportRow>, VaultError> {
        session.allow_any(&[Operation::Register])?;
        let mut statement = self.conn.prepare_cached(
            "SELECT id, name, user_name, made_unix, people, numbers, undone_unix FROM imports
             WHERE company_id = ?1 AND (?2 IS NULL OR user_id = ?2)
             ORDER BY made_unix DESC, rowid DESC",
        )?;
        let all = session.grant()?.lists(&Target::Company);
        let own = (!all).then(|| session.user_id());
        let rows = statement.query_map((session.company()?, own), |r| {
            Ok(ImportRow {
                id: r.get(0)?,
                name: r.get(1)?,
                user: r.get(2)?,
                made_unix: r.get(3)?,
                people: r.get(4)?,
                numbers: r.get(5)?,
                undone_unix: r.get(6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes a whole import back, once: whom it added is removed, what it overwrote stands
    /// there again, and the numbers it registered are destroyed, so that nothing revives
    /// them. Where anybody was changed or worked with since, nothing happens and
    /// [`VaultError::ChangedSince`] names them. Needs the rights to change and to delete
    /// in the whole company, and a second person's word where the company wants it.
    pub fn undo_import(
        &mut self,
        session: &Session,
        import: &str,
        now: Moment,
    ) -> Result<u32, VaultError> {
        session.seen(now);
        for operation in [Operation::Change, Operation::Delete] {
            session.allow(operation, &Target::Company)?;
        }
        let (name, people) = undoable(&self.conn, session.company()?, import)?;
        let act = Act::UndoImport {
            import: import.to_owned(),
            people,
        };
        let cleared = self.clear(session, &act, now)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let touched = touched(tx.conn(), import)?;
            let changed = touched.iter().filter(|t| !t.as_left).map(|t| t.person);
            let changed: Vec<_> = changed.collect();
            if !changed.is_empty() {
                return Err(VaultError::ChangedSince(changed));
            }
            let mut lines = cleared.spend(tx)?;
            lines.append(&mut take_back(tx, session, import, &touched, now)?);
            tx.execute(
                "UPDATE imports SET undone_unix = ?2 WHERE id = ?1",
                (import, now.unix_seconds),
            )?;
            let note = Note::new(Event::ImportUndone).about(subject(import, &name));
            lines.push(Line::ok(note.count(people)));
            Ok(Recorded::of((), lines).with_checkpoint())
        })?;
        index::forget(session, Listing::Employees);
        index::forget(session, Listing::Dependants);
        Ok(people)
    }
}

/// The name of an import of this company that was not undone, and how many people it has.
fn undoable(conn: &Connection, company: &str, import: &str) -> Result<(Label, u32), VaultError> {
    let found: Option<(String, u32, bool)> = conn
        .query_row(
            "SELECT name, people, undone_unix IS NOT NULL FROM imports WHERE id = ?1 AND company_id = ?2",
            (import, company),
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )
        .optional()?;
    match found {
        None => Err(VaultError::NotFound),
        Some((.., true)) => Err(VaultError::Changed),
        Some((name, people, false)) => Label::new(&name)
            .map(|name| (name, people))
            .map_err(|_| VaultError::Damaged("an import")),
    }
}

fn touched(conn: &Connection, import: &str) -> Result<Vec<Touched>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT i.person_id, i.added, i.before, i.number_id,
                p.revision IS i.revision AND (i.number_id IS NULL OR n.id IS NOT NULL)
                AND (i.number_id IS NOT NULL OR i.added = 0 OR NOT EXISTS
                     (SELECT 1 FROM numbers x WHERE x.person_id = i.person_id))
         FROM import_people i LEFT JOIN people p ON p.id = i.person_id
         LEFT JOIN numbers n ON n.id = i.number_id AND n.destroyed_unix IS NULL
         WHERE i.import_id = ?1 ORDER BY i.person_id DESC",
    )?;
    let rows = statement.query_map([import], |r| {
        Ok(Touched {
            person: r.get(0)?,
            added: r.get(1)?,
            before: r.get(2)?,
            number: r.get(3)?,
            as_left: r.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Families come before their employees: they have the greater ids.
fn take_back(
    tx: &Tx<'_>,
    session: &Session,
    import: &str,
    touched: &[Touched],
    now: Moment,
) -> Result<Vec<Line>, VaultError> {
    tx.execute(
        "DELETE FROM claims WHERE id IN (SELECT claim_id FROM import_claims WHERE import_id = ?1)",
        [import],
    )?;
    let mut lines = Vec::new();
    let mut in_use = Vec::new();
    for touched in touched {
        let person = touched.person;
        if touched.number.is_some() {
            let company = session.company()?;
            let about = crate::subjects::particulars::subject(tx.conn(), company, person)?;
            numbers::destroy(tx, person, DestroyReason::ImportUndone, now)?;
            lines.push(Line::ok(Note::new(Event::NumberDestroyed).about(about)));
        }
        if touched.added {
            if !remove(tx, person)? {
                in_use.push(person);
            }
        } else if let Some(before) = &touched.before {
            for restore in RESTORE {
                tx.execute(restore, (person, before))?;
            }
        } else {
            crate::subjects::particulars::revise(tx, person)?;
        }
    }
    if !in_use.is_empty() {
        return Err(VaultError::ChangedSince(in_use));
    }
    for table in ["import_claims", "import_people"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE import_id = ?1"),
            [import],
        )?;
    }
    Ok(lines)
}

/// False where something else names the person.
fn remove(tx: &Tx<'_>, person: PersonId) -> Result<bool, VaultError> {
    for delete in REMOVE {
        match tx.execute(delete, [person]) {
            Ok(_) => {}
            Err(VaultError::Damaged("a rule of the schema")) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}
