//! Destroying numbers (削除・廃棄). Nothing goes by a date alone: somebody with the right
//! confirms, and where two persons are asked, a second one too.

use super::{PersonId, Rows, Window};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The numbers of these people, all or none, for good. At most
    /// [`MAX_PEOPLE`](self::MAX_PEOPLE).
    Destroy {
        people: Vec<PersonId>,
        reason: Reason,
    },
    /// What was destroyed, oldest first; the data of a certificate. Never a number.
    Destroyed { window: Window },
}

/// Most people of one request.
pub const MAX_PEOPLE: usize = 100_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The batch's id, as the ledger has it with every person, and whose numbers there
    /// were to destroy.
    Destroyed {
        batch: String,
        people: Vec<PersonId>,
    },
    List(Rows<Tombstone>),
}

/// 廃棄理由
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// 保存期間満了
    RetentionEnded,
    /// 誤収集
    CollectedByMistake,
    /// 利用の必要がなくなった
    NoLongerNeeded,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    pub person: PersonId,
    pub destroyed_unix: i64,
    /// The reason in both languages; beside [`Reason`]'s also a replacement.
    pub reason_ja: String,
    pub reason_en: String,
}
