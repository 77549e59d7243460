//! The ledger for people to read, and its check.

use crate::forms::Form;
use crate::refusal::Refusal;
use crate::work::Work;
use ledger::{Entry, Outcome, Subject};
use protocol::clerk::ledger::{self as clerk, LedgerRow, ReportDraft, Request};
use protocol::clerk::{Field, MAX_PIECE, MAX_ROWS, Reply, Rows, Step};
use vault::{ReportRequest, VaultError};
use zeroize::Zeroizing;

/// The longest report that is kept in memory, in bytes; a longer one is made in parts, by
/// its days.
const MAX_REPORT: usize = 64 << 20;

impl Work<'_> {
    pub(crate) fn about_the_ledger(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Page { before, limit } => self.ledger_page(before, limit),
            Request::Verify => self.verify_ledger(),
            Request::Report(draft) => self.report(&draft),
            Request::ReportPiece { offset } => Ok(clerk::Reply::Piece(self.piece(offset)).into()),
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

    fn report(&mut self, draft: &ReportDraft) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let from = form.optional_day(Field::From, &draft.from);
        let to = form.optional_day(Field::Until, &draft.to);
        let (from, to) = form.finish(from.zip(to))?;
        let request = ReportRequest {
            from,
            to,
            person: draft.person,
            user: draft.user,
        };
        let now = self.now();
        let mut file = Zeroizing::new(Vec::new());
        let head = self
            .vault
            .make_report(self.session, &request, now, &mut |piece| {
                if file.len() + piece.len() > MAX_REPORT {
                    return Err(VaultError::TooMany("bytes of a report"));
                }
                file.extend_from_slice(piece);
                Ok(())
            })?;
        *self.report = file;
        Ok(clerk::Reply::Report {
            id: head.id,
            bytes: self.report.len() as u64,
            shown: head.shown,
        }
        .into())
    }

    fn piece(&self, offset: u64) -> Vec<u8> {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.report.get(from..).unwrap_or_default();
        rest[..rest.len().min(MAX_PIECE)].to_vec()
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
