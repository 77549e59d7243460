//! What a payroll PC reports of a hand-over.

use super::hand_over;
use crate::people::stored;
use crate::store::{Line, Recorded, Weight};
use crate::{
    HandOverRow, Moment, ReceiptDraft, ReceiptOutcome, ReceiptRow, Session, Taken, Vault,
    VaultError,
};
use ledger::Event;
use mynumber::rights::Operation;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};

impl Vault {
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

pub(super) fn with_receipt(
    conn: &Connection,
    mut row: HandOverRow,
) -> Result<HandOverRow, VaultError> {
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
