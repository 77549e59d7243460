//! 取扱記録, for people to read, and its check.

use super::Rows;
use mynumber::Purpose;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The newest `limit` entries with a counter below `before` (none: the newest).
    Page { before: Option<u64>, limit: u16 },
    /// Check the whole chain.
    Verify,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Page(Rows<LedgerRow>),
    Intact { entries: u64 },
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
