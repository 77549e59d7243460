//! Taking an import back.

use super::take_back::take_back;
use super::{SPILL_PAGES, subject};
use crate::pending::Act;
use crate::store::{Line, Recorded, Weight};
use crate::subjects::index::{self, Listing};
use crate::{Moment, Note, PersonId, Session, Vault, VaultError};
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

/// Somebody the import touched.
pub(super) struct Touched {
    pub(super) person: PersonId,
    pub(super) added: bool,
    pub(super) before: Option<String>,
    pub(super) number: Option<i64>,
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
        self.conn.pragma_update(None, "cache_spill", SPILL_PAGES)?;
        let undone = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let touched = touched(tx.conn(), import)?;
            let changed = touched.iter().filter(|t| !t.as_left).map(|t| t.person);
            let changed: Vec<_> = changed.collect();
            if !changed.is_empty() {
                return Err(VaultError::ChangedSince(changed));
            }
            let confirmed_by = cleared.confirmed_by(tx.conn())?;
            let mut lines = cleared.spend(tx)?;
            let by = confirmed_by.as_deref();
            lines.append(&mut take_back(tx, session, import, &touched, by, now)?);
            tx.execute(
                "UPDATE imports SET undone_unix = ?2 WHERE id = ?1",
                (import, now.unix_seconds),
            )?;
            let note = Note::new(Event::ImportUndone).about(subject(import, &name));
            lines.push(Line::ok(note.count(people)));
            Ok(Recorded::of((), lines).with_checkpoint())
        });
        let _ = self.conn.pragma_update(None, "cache_spill", 1);
        undone?;
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
