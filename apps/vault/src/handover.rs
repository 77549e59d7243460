//! Companions, payroll PCs, the whitelist, hand-overs and receipts. The signed documents
//! are kept byte for byte; making and checking them is the keeper's and `transfer`'s work.

mod exits;
mod receipts;

use crate::disclosure::{self, Disclosure};
use crate::pending::Act;
use crate::people::stored;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::particulars;
use crate::{
    Carried, Disclosed, HandOverDraft, HandOverPeople, HandOverRow, HandOverState, Moment, Note,
    PersonId, Session, Vault, VaultError, WhitelistRow, store,
};
use exits::whitelist_entry;
use ledger::{Event, Subject};
use mynumber::rights::{Operation, Target};
use mynumber::{Date, Purpose};
use receipts::with_receipt;
use rusqlite::{Connection, OptionalExtension, Row};

impl Vault {
    /// Takes numbers out for a hand-over. No number is decrypted before the second person's
    /// word, where one is wanted, and before the hand-over (as `Started`), whose numbers and
    /// for which purpose are durable. If one cannot be decrypted, the hand-over has failed,
    /// and the ledger says so.
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
        let (entry, carried) = self.carried(session, &draft.entry, &draft.people, now)?;
        let mut people: Vec<PersonId> = carried.iter().map(|one| one.person).collect();
        people.sort_unstable();
        let act = Act::Export {
            entry: entry.id.clone(),
            people,
        };
        let cleared = self.clear(session, &act, now)?;
        let count = u32::try_from(carried.len()).unwrap_or(u32::MAX);
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
            for person in carried.iter().map(|one| one.person) {
                tx.execute(
                    "INSERT INTO hand_over_people (hand_over_id, person_id) VALUES (?1, ?2)",
                    (&draft.id, person),
                )?;
                let note = Note::new(Event::NumberHandedOver)
                    .about(particulars::subject(
                        tx.conn(),
                        session.company()?,
                        person,
                    )?)
                    .purpose(entry.purpose)
                    .document(&draft.id);
                recorded = recorded.and(Line::ok(note));
            }
            Ok(recorded)
        })?;
        match self.take_out(session, carried) {
            Ok(disclosed) => Ok(disclosed),
            Err(error) => {
                let code = disclosure::error_code(&error);
                self.fail_hand_over(session, &draft.id, code, now)?;
                Err(error)
            }
        }
    }

    fn take_out(
        &self,
        session: &Session,
        carried: Vec<Carried>,
    ) -> Result<Vec<Disclosed>, VaultError> {
        session.refresh(&self.conn, &self.ring.keys)?;
        disclosure::open(&self.conn, session, carried)
    }

    /// Whom a hand-over would take, without a number: those asked for and their families, by
    /// code, an employee before the family. Refused, and recorded, like the hand-over.
    pub fn check_hand_over(
        &mut self,
        session: &Session,
        entry: &str,
        people: &HandOverPeople,
        now: Moment,
    ) -> Result<Vec<Carried>, VaultError> {
        Ok(self.carried(session, entry, people, now)?.1)
    }

    fn carried(
        &mut self,
        session: &Session,
        entry: &str,
        people: &HandOverPeople,
        now: Moment,
    ) -> Result<(WhitelistRow, Vec<Carried>), VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Export])?;
        let entry = whitelist_entry(&self.conn, session.company()?, entry)?;
        if entry.revoked {
            return Err(VaultError::Revoked);
        }
        let today = Date::in_japan(now.unix_seconds).map_err(|_| VaultError::Expired)?;
        if today > entry.expires {
            return Err(VaultError::Expired);
        }
        match self.disclose(session, people, entry.purpose)? {
            Disclosure::Allowed(carried) if carried.is_empty() => Err(VaultError::NoNumber),
            Disclosure::Allowed(carried) => Ok((entry, carried)),
            Disclosure::Refused(person, why) => {
                let note = Note::new(Event::HandOverRefused)
                    .about(person)
                    .purpose(entry.purpose);
                self.record_refusal(Some(session), &note, why.error_code(), now)?;
                Err(why.into())
            }
        }
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
}

/// Whoever hands over, approves or audits sees what leaves and where to.
fn see_exits(session: &Session) -> Result<(), VaultError> {
    session.allow_any(&[Operation::Export, Operation::Approve, Operation::ReadLedger])
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

/// An id may be used once.
fn free(tx: &Tx<'_>, count: &str, id: &str) -> Result<(), VaultError> {
    match tx.conn().query_row(count, [id], |r| r.get(0))? {
        0i64 => Ok(()),
        _ => Err(VaultError::IdTaken),
    }
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

fn purpose(code: &str) -> rusqlite::Result<Purpose> {
    stored(Purpose::from_code(code).ok_or(()))
}
