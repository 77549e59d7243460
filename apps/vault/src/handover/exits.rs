//! Where numbers may go: companions, payroll PCs and the whitelist.

use super::{free, purpose, see_exits};
use crate::people::stored;
use crate::store::{Line, Recorded, Tx, Weight, room_for_one};
use crate::{
    CompanionDraft, CompanionRow, EnrolmentDraft, Moment, Note, Session, Vault, VaultError,
    WhitelistDraft, WhitelistRow,
};
use ledger::{Event, Subject};
use mynumber::Date;
use mynumber::rights::{Operation, Target};
use rusqlite::{Connection, OptionalExtension, Row};

impl Vault {
    /// By name.
    pub fn companions(&self, session: &Session) -> Result<Vec<CompanionRow>, VaultError> {
        see_exits(session)?;
        let mut statement = self.conn.prepare_cached(&format!(
            "{COMPANIONS} WHERE c.company_id = ?1 ORDER BY c.name, c.id"
        ))?;
        let rows = statement.query_map([session.company()?], companion_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn companion(&self, session: &Session, id: &str) -> Result<CompanionRow, VaultError> {
        see_exits(session)?;
        self.conn
            .prepare_cached(&format!(
                "{COMPANIONS} WHERE c.company_id = ?1 AND c.id = ?2"
            ))?
            .query_row((session.company()?, id), companion_row)
            .optional()?
            .ok_or(VaultError::NotFound)
    }

    /// Remembers a companion; its identity is on the stick already.
    pub fn register_companion(
        &mut self,
        session: &Session,
        draft: &CompanionDraft,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow(Operation::Approve, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            free(
                tx,
                "SELECT count(*) FROM companions WHERE id = ?1",
                &draft.id,
            )?;
            room_for_one(
                tx.conn(),
                "SELECT count(*) FROM companions WHERE company_id = ?1",
                [session.company()?],
                "companions of a company",
            )?;
            tx.execute(
                "INSERT INTO companions (id, company_id, name, hardware, identity, registered_unix)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    &draft.id,
                    session.company()?,
                    draft.name.as_str(),
                    &draft.hardware,
                    &draft.identity,
                    now.unix_seconds,
                ),
            )?;
            let note = Note::new(Event::CompanionRegistered).about(Subject::Companion {
                id: draft.id.clone(),
                name: draft.name.as_str().to_owned(),
            });
            Ok(Recorded::new((), Line::ok(note)))
        })
    }

    /// Keeps the payroll PC and its whitelist entry, both or neither. An enrolment that is
    /// kept already may get further entries: then it must be the same, byte for byte.
    pub fn approve_enrolment(
        &mut self,
        session: &Session,
        enrolment: &EnrolmentDraft,
        entry: &WhitelistDraft,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow(Operation::Approve, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            keep_enrolment(tx, session, enrolment, now)?;
            free(
                tx,
                "SELECT count(*) FROM whitelist WHERE id = ?1",
                &entry.id,
            )?;
            room_for_one(
                tx.conn(),
                "SELECT count(*) FROM whitelist WHERE company_id = ?1 AND revoked_unix IS NULL",
                [session.company()?],
                "whitelist entries of a company",
            )?;
            tx.execute(
                "INSERT INTO whitelist (id, company_id, enrolment_id, program, program_sha256,
                 format, purpose, expires, document, approved_unix)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                (
                    &entry.id,
                    session.company()?,
                    &enrolment.id,
                    &entry.program,
                    entry.program_sha256,
                    &entry.format,
                    entry.purpose.code(),
                    entry.expires.to_string(),
                    &entry.document,
                    now.unix_seconds,
                ),
            )?;
            let note = Note::new(Event::EnrolmentApproved)
                .about(Subject::PayrollPc {
                    id: enrolment.pc_id.clone(),
                    name: enrolment.pc_name.clone(),
                })
                .purpose(entry.purpose)
                .document(&entry.id);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }

    /// Newest first, revoked ones included.
    pub fn whitelist(&self, session: &Session) -> Result<Vec<WhitelistRow>, VaultError> {
        see_exits(session)?;
        let mut statement = self.conn.prepare_cached(&format!(
            "{WHITELIST} WHERE w.company_id = ?1 ORDER BY w.rowid DESC"
        ))?;
        let rows = statement.query_map([session.company()?], whitelist_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn whitelist_entry(&self, session: &Session, id: &str) -> Result<WhitelistRow, VaultError> {
        see_exits(session)?;
        whitelist_entry(&self.conn, session.company()?, id)
    }

    /// From now on nothing leaves under this entry. Revoking twice is refused.
    pub fn revoke_whitelist(
        &mut self,
        session: &Session,
        id: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow(Operation::Approve, &Target::Company)?;
        self.transact(Some(session), Weight::Essential, now, |tx| {
            let entry = whitelist_entry(tx.conn(), session.company()?, id)?;
            if entry.revoked {
                return Err(VaultError::Revoked);
            }
            tx.execute(
                "UPDATE whitelist SET revoked_unix = ?2 WHERE id = ?1",
                (id, now.unix_seconds),
            )?;
            let note = Note::new(Event::WhitelistRevoked)
                .about(entry.pc())
                .document(id);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }
}

impl WhitelistRow {
    pub(super) fn pc(&self) -> Subject {
        Subject::PayrollPc {
            id: self.pc_id.clone(),
            name: self.pc_name.clone(),
        }
    }
}

fn keep_enrolment(
    tx: &Tx<'_>,
    session: &Session,
    enrolment: &EnrolmentDraft,
    now: Moment,
) -> Result<(), VaultError> {
    let company = session.company()?;
    let kept: Option<(Vec<u8>, String)> = tx
        .conn()
        .query_row(
            "SELECT document, company_id FROM enrolments WHERE id = ?1",
            [&enrolment.id],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()?;
    match kept {
        Some((document, of)) if document == enrolment.document && of == company => return Ok(()),
        Some(_) => return Err(VaultError::IdTaken),
        None => {}
    }
    let companion: i64 = tx.conn().query_row(
        "SELECT count(*) FROM companions WHERE id = ?1 AND company_id = ?2",
        (&enrolment.companion, company),
        |r| r.get(0),
    )?;
    if companion == 0 {
        return Err(VaultError::NotFound);
    }
    tx.execute(
        "INSERT INTO enrolments (id, company_id, companion_id, pc_id, pc_name, recipient, pc_key,
         document, approved_unix) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            &enrolment.id,
            session.company()?,
            &enrolment.companion,
            &enrolment.pc_id,
            &enrolment.pc_name,
            &enrolment.recipient,
            enrolment.pc_key,
            &enrolment.document,
            now.unix_seconds,
        ),
    )?;
    Ok(())
}

const COMPANIONS: &str = "SELECT c.id, c.name, c.hardware, c.identity, c.registered_unix,
    (SELECT count(DISTINCT e.pc_id) FROM enrolments e JOIN whitelist w ON w.enrolment_id = e.id
     WHERE e.companion_id = c.id AND w.revoked_unix IS NULL)
    FROM companions c";

fn companion_row(r: &Row<'_>) -> rusqlite::Result<CompanionRow> {
    Ok(CompanionRow {
        id: r.get(0)?,
        name: r.get(1)?,
        hardware: r.get(2)?,
        identity: r.get(3)?,
        registered_unix: r.get(4)?,
        payroll_pcs: r.get(5)?,
    })
}

const WHITELIST: &str = "SELECT w.id, e.id, c.id, c.name, e.pc_id, e.pc_name, e.recipient,
    e.pc_key, w.program, w.program_sha256, w.format, w.purpose, w.expires, w.approved_unix,
    w.revoked_unix IS NOT NULL, w.document
    FROM whitelist w JOIN enrolments e ON e.id = w.enrolment_id
    JOIN companions c ON c.id = e.companion_id";

fn whitelist_row(r: &Row<'_>) -> rusqlite::Result<WhitelistRow> {
    Ok(WhitelistRow {
        id: r.get(0)?,
        enrolment: r.get(1)?,
        companion: r.get(2)?,
        companion_name: r.get(3)?,
        pc_id: r.get(4)?,
        pc_name: r.get(5)?,
        recipient: r.get(6)?,
        pc_key: r.get(7)?,
        program: r.get(8)?,
        program_sha256: r.get(9)?,
        format: r.get(10)?,
        purpose: purpose(&r.get::<_, String>(11)?)?,
        expires: stored(Date::parse(&r.get::<_, String>(12)?))?,
        approved_unix: r.get(13)?,
        revoked: r.get(14)?,
        document: r.get(15)?,
    })
}

pub(super) fn whitelist_entry(
    conn: &Connection,
    company: &str,
    id: &str,
) -> Result<WhitelistRow, VaultError> {
    conn.prepare_cached(&format!(
        "{WHITELIST} WHERE w.company_id = ?1 AND w.id = ?2"
    ))?
    .query_row((company, id), whitelist_row)
    .optional()?
    .ok_or(VaultError::NotFound)
}
