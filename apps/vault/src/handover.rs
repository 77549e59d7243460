//! Companions, payroll PCs, the whitelist, hand-overs and receipts. The signed documents
//! are kept byte for byte; making and checking them is the keeper's and `transfer`'s work.

use crate::disclosure::Disclosure;
use crate::pending::Act;
use crate::people::stored;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::particulars;
use crate::{
    CompanionDraft, CompanionRow, Disclosed, EnrolmentDraft, HandOverDraft, HandOverRow,
    HandOverState, Moment, Note, PersonId, ReceiptDraft, ReceiptOutcome, ReceiptRow, Session,
    Taken, Vault, VaultError, WhitelistDraft, WhitelistRow, store,
};
use ledger::{Event, Subject};
use mynumber::rights::{Operation, Target};
use mynumber::{Date, Purpose};
use rusqlite::{Connection, OptionalExtension, Row};
use sha2::{Digest, Sha256};

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

    /// Takes numbers out for a hand-over. The hand-over (as `Started`), whose numbers and
    /// for which purpose are durable before anything is returned.
    ///
    /// People without a number are left out; `NoNumber` if nobody has one. `Revoked`,
    /// `Expired` and `NotFound` are for the caller to record. A number that was not
    /// collected for this purpose, has no row in the format or must have gone by now
    /// refuses the whole and is recorded here; of an employee's family such a one, or one
    /// that is not claimed any more, is left out.
    pub fn begin_hand_over(
        &mut self,
        session: &Session,
        draft: &HandOverDraft,
        now: Moment,
    ) -> Result<Vec<Disclosed>, VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Export])?;
        let entry = whitelist_entry(&self.conn, session.company()?, &draft.entry)?;
        if entry.revoked {
            return Err(VaultError::Revoked);
        }
        let today = Date::in_japan(now.unix_seconds).map_err(|_| VaultError::Expired)?;
        if today > entry.expires {
            return Err(VaultError::Expired);
        }
        let disclosed = match self.disclose(session, draft, entry.purpose)? {
            Disclosure::Allowed(disclosed) => disclosed,
            Disclosure::Refused(person, why) => {
                let note = Note::new(Event::HandOverRefused)
                    .about(person)
                    .purpose(entry.purpose);
                self.record_refusal(Some(session), &note, why.error_code(), now)?;
                return Err(why.into());
            }
        };
        if disclosed.is_empty() {
            return Err(VaultError::NoNumber);
        }
        let mut people: Vec<PersonId> = disclosed.iter().map(|d| d.person).collect();
        people.sort_unstable();
        let act = Act::Export {
            entry: entry.id.clone(),
            people,
        };
        let cleared = self.clear(session, &act, now)?;
        let count = u32::try_from(disclosed.len()).unwrap_or(u32::MAX);
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            free(tx, "SELECT count(*) FROM hand_overs WHERE id = ?1", &draft.id)?;
            let seq = store::head(tx.conn(), session.company()?)?.map_or(0, |(seq, _)| seq);
            tx.execute(
                "INSERT INTO hand_overs (id, company_id, whitelist_id, state, started_unix, started_seq)
                 VALUES (?1, ?2, ?3, 'started', ?4, ?5)",
                (
                    &draft.id,
                    session.company()?,
                    &entry.id,
                    now.unix_seconds,
                    seq as i64 + 1,
                ),
            )?;
            let note = Note::new(Event::HandOverStarted)
                .about(entry.pc())
                .purpose(entry.purpose)
                .document(&draft.id)
                .count(count);
            let mut recorded = Recorded::new((), Line::ok(note)).with(cleared.spend(tx)?);
            for person in &disclosed {
                tx.execute(
                    "INSERT INTO hand_over_people (hand_over_id, person_id) VALUES (?1, ?2)",
                    (&draft.id, person.person),
                )?;
                let note = Note::new(Event::NumberHandedOver)
                    .about(particulars::subject(
                        tx.conn(),
                        session.company()?,
                        person.person,
                    )?)
                    .purpose(entry.purpose)
                    .document(&draft.id);
                recorded = recorded.and(Line::ok(note));
            }
            Ok(recorded)
        })?;
        Ok(disclosed)
    }

    /// It is on the companion, read again and compared. `manifest` is the signed manifest,
    /// without the payload. With a checkpoint.
    pub fn finish_hand_over(
        &mut self,
        session: &Session,
        id: &str,
        manifest: &[u8],
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow_any(&[Operation::Export])?;
        self.transact(Some(session), Weight::Essential, now, |tx| {
            let row = started(tx.conn(), session, id)?;
            tx.execute(
                "UPDATE hand_overs SET state = 'made', manifest = ?2 WHERE id = ?1",
                (id, manifest),
            )?;
            let note = row.note(Event::HandOverMade).count(row.people);
            Ok(Recorded::new((), Line::ok(note)).with_checkpoint())
        })
    }

    /// It is certainly not on the companion; `code` (`E-…`) says why. Where that is not
    /// certain leave it `Started`: it then counts as one without a receipt.
    pub fn fail_hand_over(
        &mut self,
        session: &Session,
        id: &str,
        code: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.allow_any(&[Operation::Export])?;
        self.transact(Some(session), Weight::Essential, now, |tx| {
            let row = started(tx.conn(), session, id)?;
            tx.execute("UPDATE hand_overs SET state = 'failed' WHERE id = ?1", [id])?;
            let note = row.note(Event::HandOverFailed);
            Ok(Recorded::new((), Line::refused(note, code)))
        })
    }

    /// Newest first; where the scope is narrower than the company, those of people in it.
    pub fn hand_overs(&self, session: &Session) -> Result<Vec<HandOverRow>, VaultError> {
        see_exits(session)?;
        let mut statement = self.conn.prepare_cached(&format!(
            "{HAND_OVERS} WHERE h.company_id = ?1 ORDER BY h.started_seq DESC"
        ))?;
        let rows = statement.query_map([session.company()?], hand_over_row)?;
        let mut hand_overs = Vec::new();
        for row in rows {
            let row = row?;
            if self.reaches_all_of(session, &row.id)? {
                hand_overs.push(with_receipt(&self.conn, row)?);
            }
        }
        Ok(hand_overs)
    }

    /// Whether everybody of a hand-over is in the user's scope.
    fn reaches_all_of(&self, session: &Session, hand_over: &str) -> Result<bool, VaultError> {
        let grant = session.grant()?;
        if grant.lists(&Target::Company) {
            return Ok(true);
        }
        let people: Vec<PersonId> = self
            .conn
            .prepare_cached("SELECT person_id FROM hand_over_people WHERE hand_over_id = ?1")?
            .query_map([hand_over], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        for person in people {
            if !grant.lists(&session.target(&self.conn, person)?) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub fn hand_over(&self, session: &Session, id: &str) -> Result<HandOverRow, VaultError> {
        see_exits(session)?;
        hand_over(&self.conn, session.company()?, id)
    }

    /// Keeps a receipt whose signature was verified. The same bytes again are `Already`.
    /// A second receipt that tells another ending is refused and recorded; any number may
    /// say "not opened", as replays do.
    pub fn take_receipt(
        &mut self,
        session: &Session,
        draft: &ReceiptDraft,
        now: Moment,
    ) -> Result<Taken, VaultError> {
        session.allow_any(&[Operation::Export, Operation::Approve])?;
        let row = hand_over(&self.conn, session.company()?, &draft.hand_over)?;
        let sha256: [u8; 32] = Sha256::digest(&draft.document).into();
        let known: bool = self
            .conn
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM receipts WHERE hand_over_id = ?1 AND sha256 = ?2)",
            )?
            .query_row((&draft.hand_over, sha256), |r| r.get(0))?;
        if known {
            return Ok(Taken::Already);
        }
        let ended = row
            .receipt
            .as_ref()
            .is_some_and(|r| r.outcome != ReceiptOutcome::NotOpened);
        if ended && draft.outcome != ReceiptOutcome::NotOpened {
            let note = row.note(Event::ReceiptRefused);
            self.record_refusal(Some(session), &note, "E-515", now)?;
            return Err(VaultError::ReceiptContradicts);
        }
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "INSERT INTO receipts (hand_over_id, sha256, outcome, opened_unix, deleted_unix,
                 user, program, document, taken_unix) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                (
                    &draft.hand_over,
                    sha256,
                    draft.outcome.code(),
                    draft.opened_unix,
                    draft.deleted_unix,
                    &draft.user,
                    &draft.program,
                    &draft.document,
                    now.unix_seconds,
                ),
            )?;
            let note = row.note(Event::ReceiptTaken);
            Ok(Recorded::new((), Line::ok(note)))
        })?;
        Ok(Taken::New)
    }
}

/// Whoever hands over, approves or audits sees what leaves and where to.
fn see_exits(session: &Session) -> Result<(), VaultError> {
    session.allow_any(&[Operation::Export, Operation::Approve, Operation::ReadLedger])
}

impl WhitelistRow {
    fn pc(&self) -> Subject {
        Subject::PayrollPc {
            id: self.pc_id.clone(),
            name: self.pc_name.clone(),
        }
    }
}

impl HandOverRow {
    fn note(&self, event: Event) -> Note {
        Note::new(event)
            .about(Subject::PayrollPc {
                id: self.pc_id.clone(),
                name: self.pc_name.clone(),
            })
            .purpose(self.purpose)
            .document(&self.id)
    }
}

impl ReceiptOutcome {
    const ALL: [Self; 6] = [
        Self::ReadAndDeleted,
        Self::TimedOut,
        Self::StickPulled,
        Self::Stopped,
        Self::SweptAfterCrash,
        Self::NotOpened,
    ];

    const fn code(self) -> &'static str {
        match self {
            Self::ReadAndDeleted => "read_and_deleted",
            Self::TimedOut => "timed_out",
            Self::StickPulled => "stick_pulled",
            Self::Stopped => "stopped",
            Self::SweptAfterCrash => "swept_after_crash",
            Self::NotOpened => "not_opened",
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

/// An id may be used once.
fn free(tx: &Tx<'_>, count: &str, id: &str) -> Result<(), VaultError> {
    match tx.conn().query_row(count, [id], |r| r.get(0))? {
        0i64 => Ok(()),
        _ => Err(VaultError::IdTaken),
    }
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

fn whitelist_entry(conn: &Connection, company: &str, id: &str) -> Result<WhitelistRow, VaultError> {
    conn.prepare_cached(&format!(
        "{WHITELIST} WHERE w.company_id = ?1 AND w.id = ?2"
    ))?
    .query_row((company, id), whitelist_row)
    .optional()?
    .ok_or(VaultError::NotFound)
}

const HAND_OVERS: &str = "SELECT h.id, h.started_unix, h.state, w.id, c.id, e.pc_id, e.pc_name,
    e.pc_key, w.purpose,
    (SELECT count(*) FROM hand_over_people p WHERE p.hand_over_id = h.id)
    FROM hand_overs h JOIN whitelist w ON w.id = h.whitelist_id
    JOIN enrolments e ON e.id = w.enrolment_id JOIN companions c ON c.id = e.companion_id";

fn hand_over_row(r: &Row<'_>) -> rusqlite::Result<HandOverRow> {
    let state: String = r.get(2)?;
    Ok(HandOverRow {
        id: r.get(0)?,
        unix_seconds: r.get(1)?,
        state: match state.as_str() {
            "made" => HandOverState::Made,
            "failed" => HandOverState::Failed,
            _ => HandOverState::Started,
        },
        entry: r.get(3)?,
        companion: r.get(4)?,
        pc_id: r.get(5)?,
        pc_name: r.get(6)?,
        pc_key: r.get(7)?,
        purpose: purpose(&r.get::<_, String>(8)?)?,
        people: r.get(9)?,
        receipt: None,
    })
}

fn hand_over(conn: &Connection, company: &str, id: &str) -> Result<HandOverRow, VaultError> {
    let row = conn
        .prepare_cached(&format!(
            "{HAND_OVERS} WHERE h.company_id = ?1 AND h.id = ?2"
        ))?
        .query_row((company, id), hand_over_row)
        .optional()?
        .ok_or(VaultError::NotFound)?;
    with_receipt(conn, row)
}

/// A hand-over whose end is not known yet.
fn started(conn: &Connection, session: &Session, id: &str) -> Result<HandOverRow, VaultError> {
    let row = hand_over(conn, session.company()?, id)?;
    if row.state == HandOverState::Started {
        Ok(row)
    } else {
        Err(VaultError::Changed)
    }
}

fn with_receipt(conn: &Connection, mut row: HandOverRow) -> Result<HandOverRow, VaultError> {
    row.receipt = conn
        .prepare_cached(
            "SELECT outcome, opened_unix, deleted_unix, user, program, taken_unix, document
             FROM receipts WHERE hand_over_id = ?1
             ORDER BY outcome = 'not_opened', rowid DESC LIMIT 1",
        )?
        .query_row([&row.id], |r| {
            let code: String = r.get(0)?;
            let outcome = ReceiptOutcome::ALL.into_iter().find(|o| o.code() == code);
            Ok(ReceiptRow {
                outcome: stored(outcome.ok_or(()))?,
                opened_unix: r.get(1)?,
                deleted_unix: r.get(2)?,
                user: r.get(3)?,
                program: r.get(4)?,
                taken_unix: r.get(5)?,
                document: r.get(6)?,
            })
        })
        .optional()?;
    Ok(row)
}

fn purpose(code: &str) -> rusqlite::Result<Purpose> {
    stored(Purpose::from_code(code).ok_or(()))
}
