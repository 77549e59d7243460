//! The ledger for people to read, and its check.

use crate::refusal::Refusal;
use crate::work::Work;
use ledger::{Entry, Outcome, Subject};
use protocol::clerk::{LedgerRow, MAX_ROWS, Reply, Step};

impl Work<'_> {
    pub(crate) fn ledger_page(
        &mut self,
        before: Option<u64>,
        limit: u16,
    ) -> Result<Reply, Refusal> {
        let page = self
            .vault
            .ledger_page(self.session, before, limit.min(MAX_ROWS))?;
        Ok(Reply::Ledger {
            total: page.total,
            rows: page.rows.into_iter().map(row).collect(),
        })
    }

    pub(crate) fn verify_ledger(&mut self) -> Result<Reply, Refusal> {
        let now = self.now();
        let outside = &mut *self.outside;
        let verified = self
            .vault
            .verify_ledger(self.session, now, &mut |done, total| {
                outside.progress(Step::CheckingLedger, done, total).is_ok()
            })?;
        Ok(Reply::LedgerIntact {
            entries: verified.entries,
        })
    }
}

fn row(entry: Entry) -> LedgerRow {
    LedgerRow {
        seq: entry.seq,
        unix_seconds: entry.unix_seconds,
        clock_confirmed: entry.clock_confirmed,
        event: entry.event.code().into(),
        text_ja: entry.text_ja(),
        text_en: entry.text_en(),
        subject: entry
            .subject
            .as_ref()
            .map(Subject::text)
            .unwrap_or_default(),
        purpose: entry.purpose,
        refused: matches!(entry.outcome, Outcome::Refused(_)),
        user: entry.user.map(|user| user.name).unwrap_or_default(),
    }
}
