//! How an import is undone in the tables: its numbers destroyed, what it overwrote put back,
//! whom it added removed. Each step is one statement for everybody; 100,000 people one by
//! one would take minutes on a stick.

use super::undo::Touched;
use crate::retention::{self, Confirmation};
use crate::store::{Line, Tx};
use crate::subjects::{collection, particulars};
use crate::{DestroyReason, Moment, Note, PersonId, Session, VaultError, keys, numbers};
use ledger::Event;
use rusqlite::Connection;

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

/// What goes with whom the import added, in the order in which it can go. Who is named
/// anywhere else (a hand-over, an identity check, a notice) was worked with since.
const REMOVE: [&str; 7] = [
    "DELETE FROM claims WHERE person_id",
    "DELETE FROM collection_steps WHERE person_id",
    "DELETE FROM collections WHERE person_id",
    "DELETE FROM numbers WHERE destroyed_unix IS NOT NULL AND person_id",
    "DELETE FROM dependants WHERE person_id",
    "DELETE FROM employees WHERE person_id",
    "DELETE FROM people WHERE id",
];

/// How somebody stands before an import writes, as JSON.
pub(super) fn image(conn: &Connection, person: PersonId) -> Result<String, VaultError> {
    Ok(conn
        .prepare_cached(IMAGE)?
        .query_row([person], |r| r.get(0))?)
}

/// Takes back all that an import did to those whom it `touched`.
pub(super) fn take_back(
    tx: &Tx<'_>,
    session: &Session,
    import: &str,
    touched: &[Touched],
    confirmed_by: Option<&str>,
    now: Moment,
) -> Result<Vec<Line>, VaultError> {
    // Numbers first: of whom none is left, no plan is worked out anew.
    let lines = destroy(tx, session, import, touched, confirmed_by, now)?;
    tx.execute(
        "DELETE FROM claims WHERE id IN (SELECT claim_id FROM import_claims WHERE import_id = ?1)",
        [import],
    )?;
    for touched in touched.iter().filter(|t| !t.added) {
        match &touched.before {
            Some(before) => {
                for restore in RESTORE {
                    tx.execute(restore, (touched.person, before))?;
                }
            }
            None => particulars::revise(tx, touched.person)?,
        }
    }
    remove(tx, import, touched)?;
    for table in ["import_claims", "import_people"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE import_id = ?1"),
            [import],
        )?;
    }
    Ok(lines)
}

/// Destroys the numbers it registered, with a line for each.
fn destroy(
    tx: &Tx<'_>,
    session: &Session,
    import: &str,
    touched: &[Touched],
    confirmed_by: Option<&str>,
    now: Moment,
) -> Result<Vec<Line>, VaultError> {
    let company = session.company()?;
    let confirmation = Confirmation {
        batch: &keys::random_id()?,
        reason: DestroyReason::ImportUndone,
        confirmed_by,
        plan: None,
    };
    let mut lines = Vec::new();
    for touched in touched.iter().filter(|t| t.number.is_some()) {
        let about = particulars::subject(tx.conn(), company, touched.person)?;
        let note = Note::new(Event::NumberDestroyed).about(about);
        lines.push(Line::ok(note.document(confirmation.batch)));
        // What was collected from somebody who goes altogether goes with them.
        if !touched.added {
            collection::after_destruction(tx, company, touched.person, now)?;
        }
    }
    if !lines.is_empty() {
        let these = "SELECT number_id FROM import_people
                     WHERE import_id = ?1 AND number_id IS NOT NULL";
        numbers::destroy_all(tx, session, these, import, confirmation, now)?;
        let people = lines.len();
        lines.push(retention::recorded(
            tx.conn(),
            session,
            confirmation.batch,
            people,
        )?);
    }
    Ok(lines)
}

/// Removes whom it added; [`VaultError::ChangedSince`] where something else names them.
fn remove(tx: &Tx<'_>, import: &str, touched: &[Touched]) -> Result<(), VaultError> {
    let those = "SELECT person_id FROM import_people WHERE import_id = ?1 AND added = 1";
    for delete in REMOVE {
        match tx.execute(&format!("{delete} IN ({those})"), [import]) {
            Err(VaultError::Damaged("a rule of the schema")) => {
                return Err(VaultError::ChangedSince(in_use(tx, touched)?));
            }
            other => other?,
        };
    }
    Ok(())
}

/// Whom something else names, of those the import added: found by removing them one by one.
/// The transaction is about to be taken back.
fn in_use(tx: &Tx<'_>, touched: &[Touched]) -> Result<Vec<PersonId>, VaultError> {
    let mut in_use = Vec::new();
    // Families come before their employees: they have the greater ids.
    for person in touched.iter().filter(|t| t.added).map(|t| t.person) {
        for delete in REMOVE {
            match tx.execute(&format!("{delete} = ?1"), [person]) {
                Err(VaultError::Damaged("a rule of the schema")) => in_use.push(person),
                other => drop(other?),
            }
        }
    }
    in_use.dedup();
    Ok(in_use)
}
