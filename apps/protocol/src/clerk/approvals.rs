//! The second person's word (承認). Where a company wants it, an export, a deletion or a
//! change of users is answered [`super::Reply::Waits`]; somebody else confirms or refuses
//! it at a login of their own, and once it is confirmed the same request again is done,
//! exactly as it was described, once, within a week.

use super::{Rows, UserId, Window};
use serde::{Deserialize, Serialize};

/// Random, `[0-9a-f]{32}`.
pub type ApprovalId = String;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Newest first: one's own, those one has decided about, and those that wait for one's
    /// word; all of them for who may approve whatever the company does.
    List { window: Window },
    /// Another one's.
    Confirm { approval: ApprovalId },
    /// Another one's.
    Refuse { approval: ApprovalId },
    /// One's own.
    Withdraw { approval: ApprovalId },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    List(Rows<Approval>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub approval: ApprovalId,
    pub user: UserId,
    pub user_name: String,
    /// What would be done, in words; never a number.
    pub act: String,
    /// The same in full, line by line: whose numbers, where to, which rights.
    pub details: Vec<String>,
    pub asked_unix: i64,
    pub until_unix: i64,
    pub state: ApprovalState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalState {
    Waiting,
    Confirmed,
    Refused,
    Withdrawn,
    Done,
}
