//! The ledger for people to read, and its check.

use crate::refusal::Refusal;
use crate::work::Work;
use ledger::{Entry, Outcome, Subject};
use protocol::clerk::ledger::{self as clerk, LedgerRow, Request};
use protocol::clerk::{MAX_ROWS, Reply, Rows, Step};

impl Work<'_> {
    pub(crate) fn about_the_ledger(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Page { before, limit } => self.ledger_page(before, limit),
            Request::Verify => self.verify_ledger(),
        }
    }

    fn ledger_page(&mut self, before: Option<u64>, limit: u16) -> Result<Reply, Refusal> {
        let page = self
            .vault
            .ledger_page(self.session, before, limit.min(MAX_ROWS))?;
        Ok(Reply::Ledger(clerk::Reply::Page(Rows {
            total: u32::try_from(page.total).unwrap_or(u32::MAX),
            rows: page.rows.into_iter().map(row).collect(),
        })))
    }

    fn verify_ledger(&mut self) -> Result<Reply, Refusal> {
        let now = self.now();
        let outside = &mut *self.outside;
        let verified = self
            .vault
            .verify_ledger(self.session, now, &mut |done, total| {
                outside.progress(Step::CheckingLedger, done, total).is_ok()
            })?;
        Ok(Reply::Ledger(clerk::Reply::Intact {
            entries: verified.entries,
        }))
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
