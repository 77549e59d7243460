//! The ledger for people to read, and its check.

use crate::forms::Form;
use crate::refusal::Refusal;
use crate::scratch::Scratch;
use crate::work::Work;
use codes::ErrorCode;
use ledger::report::Head;
use ledger::{Entry, Outcome, Subject};
use protocol::Bytes;
use protocol::clerk::ledger::{
    self as clerk, Break, LedgerRow, MAX_OLDER, Older, ReportDraft, Request,
};
use protocol::clerk::{Field, MAX_PIECE, MAX_ROWS, Reply, Rows, Step};
use vault::{ReportRequest, VaultError};

/// The files about the ledger that are on their way, until the session or the company ends.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    /// The report or export made last.
    made: Option<Scratch>,
    /// An older one that comes to be compared, and how long it will be.
    older: Option<(Scratch, u64)>,
}

impl Work<'_> {
    pub(crate) fn about_the_ledger(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Page { before, limit } => self.ledger_page(before, limit),
            Request::Verify => self.verify_ledger(),
            Request::Report(draft) => self.report(&draft),
            Request::Export => self.export_ledger(),
            Request::ReportPiece { offset } => {
                let made = self.reports.made.as_ref();
                let piece = made.map_or(Ok(Vec::new()), |made| made.piece(offset))?;
                Ok(clerk::Reply::Piece(piece).into())
            }
            Request::CompareBegin { bytes } => self.begin_comparison(bytes),
            Request::ComparePiece { offset, bytes } => self.take_older(offset, &bytes),
            Request::Compare => self.compare(),
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
        self.write_report(|work, out| work.vault.make_report(work.session, &request, now, out))
    }

    fn export_ledger(&mut self) -> Result<Reply, Refusal> {
        let now = self.now();
        self.write_report(|work, out| work.vault.export_ledger(work.session, now, out))
    }

    /// Keeps what `make` writes. What was kept before goes first, so that two never need
    /// room at once.
    fn write_report(
        &mut self,
        make: impl FnOnce(&mut Self, ledger::report::Out<'_, VaultError>) -> Result<Head, VaultError>,
    ) -> Result<Reply, Refusal> {
        self.reports.made = None;
        let mut file = Scratch::new(self.folder)?;
        let head = make(self, &mut |piece| file.append(piece))?;
        let bytes = file.bytes();
        self.reports.made = Some(file);
        Ok(clerk::Reply::Report {
            id: head.id,
            bytes,
            shown: head.shown,
        }
        .into())
    }

    fn verify_ledger(&mut self) -> Result<Reply, Refusal> {
        let now = self.now();
        let outside = &mut *self.outside;
        let verified = self
            .vault
            .verify_ledger(self.session, now, &mut |done, total| {
                outside.progress(Step::CheckingLedger, done, total).is_ok()
            });
        match verified {
            Err(VaultError::LedgerBroken(broken)) => Ok(shown(broken)),
            verified => Ok(Reply::Ledger(clerk::Reply::Intact {
                entries: verified?.entries,
            })),
        }
    }

    fn begin_comparison(&mut self, bytes: u64) -> Result<Reply, Refusal> {
        self.reports.older = None;
        if bytes > MAX_OLDER {
            return Err(ErrorCode::ReportNotIntact.into());
        }
        self.reports.older = Some((Scratch::new(self.folder)?, bytes));
        Ok(Reply::Done)
    }

    fn take_older(&mut self, offset: u64, piece: &Bytes) -> Result<Reply, Refusal> {
        let older = self.reports.older.as_mut();
        let (file, whole) = older.ok_or(Refusal::Told(ErrorCode::NotAllowedNow))?;
        let piece = piece.expose();
        let fits = piece.len() <= MAX_PIECE && piece.len() as u64 <= *whole - file.bytes();
        if offset != file.bytes() || !fits {
            return Err(ErrorCode::NotAllowedNow.into());
        }
        file.append(piece)?;
        Ok(Reply::Done)
    }

    fn compare(&mut self) -> Result<Reply, Refusal> {
        let older = self.reports.older.take();
        let (mut file, whole) = older.ok_or(Refusal::Told(ErrorCode::NotAllowedNow))?;
        if file.bytes() < whole {
            self.reports.older = Some((file, whole));
            return Err(Refusal::Told(ErrorCode::NotAllowedNow));
        }
        let now = self.now();
        let outside = &mut *self.outside;
        let compared = self.vault.compare_report(
            self.session,
            &mut file.reader()?,
            now,
            &mut |done, total| outside.progress(Step::CheckingLedger, done, total).is_ok(),
        );
        match compared {
            Err(VaultError::LedgerBroken(broken)) => Ok(shown(broken)),
            compared => {
                let head = compared?;
                Ok(clerk::Reply::Continues(Older {
                    id: head.id,
                    made_unix: head.made.unix_seconds,
                    made_by: head.made.user.name,
                    head: head.head.seq,
                    shown: head.shown,
                })
                .into())
            }
        }
    }
}

/// The refusal is in the ledger already.
fn shown(broken: ledger::Break) -> Reply {
    clerk::Reply::Broken(Break {
        seq: broken.seq(),
        ja: broken.japanese(),
        en: broken.to_string(),
    })
    .into()
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
