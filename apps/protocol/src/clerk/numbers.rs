//! The individual number itself. It is kept, replaced and shown here, and leaves under
//! [`super::companions`].

use super::PersonId;
use super::retention::Kept;
use crate::Secret;
use mynumber::collection::CollectionStatus;
use mynumber::{NumberSource, Purpose};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// For a person who has none, where the law lets it be asked.
    Register {
        person: PersonId,
        number: NumberEntry,
    },
    /// The person's number was changed (番号法7条2項), or was typed wrongly. The old one is
    /// destroyed; the new one may be used for what the old one was.
    Replace {
        person: PersonId,
        number: NumberEntry,
    },
    /// The digits, for one purpose, recorded.
    Reveal { person: PersonId, purpose: Purpose },
    /// Whether this person's number may be asked for, whether or not one is held.
    MayAsk { person: PersonId },
    /// What is known of the person's number, without the number.
    Record { person: PersonId },
    /// What the number held may be used for from now on, the number staying as it is
    /// (利用目的の変更). A purpose that comes must be lawful for this person and notified;
    /// one that goes may not shorten a retention period that runs.
    ChangePurposes {
        person: PersonId,
        /// [`Record::revision`]
        revision: u32,
        /// All of them, at least one; each counts once.
        purposes: Vec<Purpose>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Digits(Secret),
    Asking(Asking),
    Record(Box<Record>),
}

/// The number, typed twice, and where it is from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberEntry {
    pub first: Secret,
    pub second: Secret,
    /// 取得元; `None` where nobody said.
    pub source: Option<NumberSource>,
    /// 有効開始日, the day from which it holds: from 2015-10-05, the person's birth at the
    /// earliest, until today. Empty: today.
    pub valid_from: String,
}

impl NumberEntry {
    /// Of which nobody said where it is from.
    pub const fn typed(first: Secret, second: Secret) -> Self {
        Self {
            first,
            second,
            source: None,
            valid_from: String::new(),
        }
    }
}

/// The record of one person's number. Never a digit of it, nor anything derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub person: PersonId,
    /// Of the person.
    pub revision: u32,
    /// 回収状況
    pub status: CollectionStatus,
    /// `None`: there is none.
    pub held: Option<Held>,
    /// Newest first, at most [`MAX_ROWS`](super::MAX_ROWS).
    pub former: Vec<Former>,
    /// When it goes, and the documents that keep it.
    pub kept: Kept,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub entered: Entered,
    pub purposes: Vec<Purpose>,
    /// When the purposes were last changed.
    pub changed: Option<Stamp>,
    /// 本人確認 of this number; `None` before it.
    pub identified: Option<Identified>,
}

/// A number that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    pub entered: Entered,
    pub purposes: Vec<Purpose>,
    pub destroyed_unix: i64,
    pub reason_ja: String,
    pub reason_en: String,
    /// 実施者; empty where no deletion record was written: replaced, or taken back with its
    /// import.
    pub destroyed_by: String,
    /// 確認者; empty where nobody else was asked.
    pub confirmed_by: String,
}

/// How a number came into the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    pub at: Stamp,
    /// `None` where nobody said.
    pub source: Option<NumberSource>,
    /// 有効開始日
    pub valid_from: String,
}

/// When something was done, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub unix_seconds: i64,
    pub user: String,
}

/// When number and person were checked, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    pub on: String,
    pub user: String,
}

/// Whether a number may be asked for (番号法14条, 15条).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asking {
    /// For these purposes.
    Allowed(Vec<Purpose>),
    /// Why not, for people to read.
    Forbidden { ja: String, en: String },
}
