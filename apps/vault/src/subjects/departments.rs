//! 部署: what the rights of users and the lists of who is missing go by.

use super::{Kept, RuleError, unchanged};
use crate::store::{Line, Recorded, Weight, room_for_one};
use crate::{Moment, Note, Session, Vault, VaultError};
use ledger::{Event, Subject};
use mynumber::rights::{DepartmentId, Operation, Target};
use mynumber::search::{fold, sort_key};
use mynumber::{Date, Label};
use rusqlite::{Connection, OptionalExtension, Row};

/// 部署. A retired one stays, because the ledger and former members name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    pub id: DepartmentId,
    pub revision: u32,
    pub name: String,
    /// Since when nobody can be put into it.
    pub retired_on: Option<Date>,
    /// How many employees are in it, those who left included.
    pub employees: u32,
}

const DEPARTMENTS: &str = "SELECT d.id, d.revision, d.name, d.retired_on,
     (SELECT count(*) FROM employees e WHERE e.department_id = d.id) FROM departments d";

impl Vault {
    /// All of them by name, retired ones last.
    pub fn departments(&self, session: &Session) -> Result<Vec<Department>, VaultError> {
        super::may_read_registers(session)?;
        let mut statement = self.conn.prepare_cached(&format!(
            "{DEPARTMENTS} WHERE d.company_id = ?1 ORDER BY d.retired_on IS NOT NULL, d.sort_key, d.id"
        ))?;
        let rows = statement.query_map([session.company()?], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn department(
        &self,
        session: &Session,
        id: DepartmentId,
    ) -> Result<Department, VaultError> {
        super::may_read_registers(session)?;
        load(&self.conn, session.company()?, id)
    }

    /// Names are compared as a search does: 「第１課」 and 「第1課」 are one.
    pub fn add_department(
        &mut self,
        session: &Session,
        name: &Label,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Register, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            room_for_one(
                tx.conn(),
                "SELECT count(*) FROM departments WHERE company_id = ?1 AND retired_on IS NULL",
                [session.company()?],
                "departments of a company",
            )?;
            free_name(tx.conn(), session.company()?, None, name)?;
            tx.execute(
                "INSERT INTO departments (company_id, revision, name, name_folded, sort_key)
                 VALUES (?1, 1, ?2, ?3, ?4)",
                (
                    session.company()?,
                    name.as_str(),
                    fold(name.as_str()),
                    sort_key(name.as_str()),
                ),
            )?;
            let kept = Kept::first(tx.conn().last_insert_rowid());
            let note = Note::new(Event::DepartmentAdded).about(subject(kept.id, name.as_str()));
            Ok(Recorded::new(kept, Line::ok(note)))
        })
    }

    pub fn rename_department(
        &mut self,
        session: &Session,
        id: DepartmentId,
        revision: u32,
        name: &Label,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = load(tx.conn(), session.company()?, id)?;
            unchanged(current.revision, revision)?;
            free_name(tx.conn(), session.company()?, Some(id), name)?;
            tx.execute(
                "UPDATE departments SET name = ?2, name_folded = ?3, sort_key = ?4,
                 revision = revision + 1 WHERE id = ?1",
                (
                    id,
                    name.as_str(),
                    fold(name.as_str()),
                    sort_key(name.as_str()),
                ),
            )?;
            let note = Note::new(Event::DepartmentChanged).about(subject(id, name.as_str()));
            Ok(Recorded::new(Kept::next(id, revision), Line::ok(note)))
        })
    }

    /// From today on nobody can be put into it; those still employed in it must have been
    /// moved before.
    pub fn retire_department(
        &mut self,
        session: &Session,
        id: DepartmentId,
        revision: u32,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        let today = session.today();
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = load(tx.conn(), session.company()?, id)?;
            unchanged(current.revision, revision)?;
            if current.retired_on.is_some() {
                return Err(RuleError::DepartmentRetired.into());
            }
            let members: u32 = tx.conn().query_row(
                "SELECT count(*) FROM employees WHERE department_id = ?1
                 AND (has_left = 0 OR left_on >= ?2)",
                (id, today.to_string()),
                |r| r.get(0),
            )?;
            if members > 0 {
                return Err(RuleError::DepartmentInUse.into());
            }
            tx.execute(
                "UPDATE departments SET retired_on = ?2, revision = revision + 1 WHERE id = ?1",
                (id, today.to_string()),
            )?;
            let note = Note::new(Event::DepartmentRemoved).about(subject(id, &current.name));
            Ok(Recorded::new(Kept::next(id, revision), Line::ok(note)))
        })
    }
}

/// A department that somebody may be put into.
pub(crate) fn must_be_open(
    conn: &Connection,
    company: &str,
    id: DepartmentId,
) -> Result<(), VaultError> {
    // Counts nobody, unlike `load`: an import asks for each of its rows.
    let open: Option<bool> = conn
        .prepare_cached(
            "SELECT retired_on IS NULL FROM departments WHERE id = ?1 AND company_id = ?2",
        )?
        .query_row((id, company), |r| r.get(0))
        .optional()?;
    match open {
        None => Err(VaultError::NotFound),
        Some(false) => Err(RuleError::DepartmentRetired.into()),
        Some(true) => Ok(()),
    }
}

fn load(conn: &Connection, company: &str, id: DepartmentId) -> Result<Department, VaultError> {
    conn.prepare_cached(&format!(
        "{DEPARTMENTS} WHERE d.id = ?1 AND d.company_id = ?2"
    ))?
    .query_row((id, company), read)
    .optional()?
    .ok_or(VaultError::NotFound)
}

fn read(r: &Row<'_>) -> rusqlite::Result<Department> {
    Ok(Department {
        id: r.get(0)?,
        revision: r.get(1)?,
        name: r.get(2)?,
        retired_on: super::optional_date(r, 3)?,
        employees: r.get(4)?,
    })
}

/// Two departments in use never have one name.
fn free_name(
    conn: &Connection,
    company: &str,
    own: Option<DepartmentId>,
    name: &Label,
) -> Result<(), VaultError> {
    let holder: Option<DepartmentId> = conn
        .prepare_cached(
            "SELECT id FROM departments WHERE company_id = ?1 AND name_folded = ?2
             AND retired_on IS NULL",
        )?
        .query_row((company, fold(name.as_str())), |r| r.get(0))
        .optional()?;
    match holder {
        Some(holder) if Some(holder) != own => Err(RuleError::DepartmentNameTaken.into()),
        _ => Ok(()),
    }
}

fn subject(id: DepartmentId, name: &str) -> Subject {
    Subject::Department {
        id: id.to_string(),
        name: name.to_owned(),
    }
}
