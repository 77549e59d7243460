//! 取扱記録, for people to read, and its check.

use super::{PersonId, Rows, UserId};
use mynumber::Purpose;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The newest `limit` entries with a counter below `before` (none: the newest).
    Page { before: Option<u64>, limit: u16 },
    /// Check the whole chain.
    Verify,
    /// Make a 作業履歴報告書, a signed file (`docs/formats/ledger-report.md`), and keep it
    /// until the next one or the end of the session.
    Report(ReportDraft),
    /// The next [`super::MAX_PIECE`] bytes of the report from this place on.
    ReportPiece { offset: u64 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Page(Rows<LedgerRow>),
    Intact {
        entries: u64,
    },
    /// Made: its id, its bytes, and how many entries it shows.
    Report {
        id: String,
        bytes: u64,
        shown: u64,
    },
    /// Empty at the end.
    Piece(Vec<u8>),
}

/// What a report is to show; what is empty leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDraft {
    /// The first and the last day, in Japan.
    pub from: String,
    pub to: String,
    pub person: Option<PersonId>,
    pub user: Option<UserId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub seq: u64,
    /// Seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
    pub clock_confirmed: bool,
    pub user: String,
    /// Code of the event, e.g. `L-101`.
    pub event: String,
    pub text_ja: String,
    pub text_en: String,
    /// Whose number or which object; never a number.
    pub subject: String,
    pub purpose: Option<Purpose>,
    pub refused: bool,
}
