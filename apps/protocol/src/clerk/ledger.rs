//! 取扱記録, for people to read, and its check.

use super::{PersonId, Rows, UserId};
use crate::Bytes;
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
    /// The whole ledger with every signed checkpoint, as a file of the same form, which is
    /// kept as a report is. The one thing that can be made of a broken chain.
    Export,
    /// The next [`super::MAX_PIECE`] bytes of the report or export from this place on.
    ReportPiece { offset: u64 },
    /// An older report or export of this ledger is about to come, in place of one that came
    /// before. At most [`MAX_OLDER`] bytes.
    CompareBegin { bytes: u64 },
    /// Its next bytes, at most [`super::MAX_PIECE`], from this offset on.
    ComparePiece { offset: u64, bytes: Bytes },
    /// Whether the ledger still holds what that file shows and ends with: nothing was cut
    /// off and nothing rewritten since. The file is forgotten afterwards.
    Compare,
}

/// The largest file that is compared, in bytes: an export of some three million entries.
pub const MAX_OLDER: u64 = 2 << 30;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Page(Rows<LedgerRow>),
    Intact {
        entries: u64,
    },
    /// Where the chain is broken, or parts from an older report.
    Broken(Break),
    /// The ledger goes on from what this report shows.
    Continues(Older),
    /// Made: its id, its bytes, and how many entries it shows.
    Report {
        id: String,
        bytes: u64,
        shown: u64,
    },
    /// Empty at the end.
    Piece(Vec<u8>),
}

/// What is wrong with the chain, and at which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Break {
    pub seq: u64,
    pub ja: String,
    pub en: String,
}

/// A report that was made before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Older {
    /// As it stands in the ledger.
    pub id: String,
    pub made_unix: i64,
    pub made_by: String,
    /// The newest entry of the ledger when it was made.
    pub head: u64,
    pub shown: u64,
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
