//! 保存期間: until when numbers are kept, which must go, and destroying them (削除・廃棄).
//! Nothing goes by a date alone: somebody with the right confirms, and where two persons
//! are asked, a second one too.

use super::{PersonId, Rows, Window};
use mynumber::family::Relationship;
use mynumber::people::PersonKind;
use mynumber::retention::{Alert, Policy, StartEvent};
use serde::{Deserialize, Serialize};

/// Of one document of one person.
pub type HoldId = i64;

/// 証明書番号, `[0-9a-f]{32}`; in the ledger with every person.
pub type DeletionId = String;

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
    /// What must go, the oldest first; who is in the user's scope.
    Due { list: DueList, window: Window },
    /// How many numbers want attention today.
    Counts,
    /// When one person's number goes and why, and the documents that keep it.
    Of { person: PersonId },
    /// The documents that can be entered: those that may hold a number.
    Documents,
    /// A document of this kind holds these people's numbers, each once. At most
    /// [`MAX_PEOPLE`](self::MAX_PEOPLE).
    AddHold {
        people: Vec<PersonId>,
        /// [`Document::rule`]
        rule: String,
        /// The day of [`Document::event`].
        on: String,
    },
    /// A document keeps nothing any more. Its entry stays.
    EndHold { hold: HoldId, how: HoldEnd },
    /// What the company decided about destroying. 決算月 stands with its particulars
    /// ([`super::companies::Profile`]).
    Settings,
    /// Every plan of the company follows.
    ChangeSettings { policy: Policy },
    /// 廃棄・削除の記録, the newest first.
    Deletions { window: Window },
    /// 廃棄証明書: one deletion and, by the window, its people.
    Certificate {
        deletion: DeletionId,
        window: Window,
    },
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
    Due(Rows<Due>),
    Counts(Counts),
    Of(Kept),
    Documents(Vec<Document>),
    /// For how many people the document was new.
    HoldAdded(u32),
    Settings(Policy),
    Deletions(Rows<DeletionRow>),
    Certificate(Certificate),
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

/// Which numbers a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DueList {
    /// Those that may go on this day or before.
    By(String),
    /// Those of people who have left, nobody knows when.
    EndUnknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    pub person: PersonId,
    pub kind: PersonKind,
    /// 社員番号 or 支払先コード; of a dependant the employee's.
    pub code: String,
    pub name: String,
    /// `None`: nobody knows since when the number is not needed.
    pub plan: Option<Plan>,
    pub alert: Option<Alert>,
}

/// When a number goes, and why then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The last day it is to be kept.
    pub keep_until: String,
    pub deletable_from: String,
    /// The company's own last day.
    pub delete_by: String,
    /// The document that decides, and its legal basis; empty where none does.
    pub why_ja: String,
    pub why_en: String,
}

/// How many numbers there are in each state of alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub end_unknown: u64,
    pub within_90: u64,
    pub within_30: u64,
    pub due: u64,
    pub overdue: u64,
}

/// One person's number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub term: KeptTerm,
    /// Those entered, the newest first, then those that follow from 退職 and the like.
    pub holds: Vec<Hold>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeptTerm {
    NoNumber,
    /// It is still needed.
    Stays,
    /// Nobody knows since when it is not needed.
    EndUnknown,
    Goes(Plan),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// `None`: it follows from the end of the need by itself.
    pub hold: Option<HoldId>,
    /// [`Document::rule`]
    pub rule: String,
    /// What began the period, when, and until when by which law.
    pub why_ja: String,
    pub why_en: String,
    pub on: String,
    pub starts_on: String,
    pub until: String,
    /// Who entered it; else empty.
    pub by: String,
    pub ended: Option<HoldEnd>,
}

/// Why a document keeps nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldEnd {
    /// It was entered by mistake.
    Mistake,
    /// The document was destroyed, or the number on it made unreadable.
    DocumentGone,
}

/// A kind of document and how long it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub rule: String,
    pub ja: String,
    pub en: String,
    /// What begins its period.
    pub event: StartEvent,
    /// The legal basis.
    pub basis: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletionRow {
    pub deletion: DeletionId,
    pub deleted_unix: i64,
    pub reason_ja: String,
    pub reason_en: String,
    /// 実施者
    pub deleted_by: String,
    /// 確認者; `None`: the company works alone (単独運用).
    pub confirmed_by: Option<String>,
    pub people: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub head: DeletionRow,
    pub company: String,
    /// 方法
    pub method_ja: String,
    pub method_en: String,
    pub people: Rows<Deletion>,
}

/// One person's line. Never the number, nor anything derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    pub person: PersonId,
    /// 社員番号 or 支払先コード; of a dependant the employee's.
    pub code: String,
    pub name: String,
    pub relationship: Option<Relationship>,
    /// 根拠; empty where no period decided.
    pub basis_ja: String,
    pub basis_en: String,
    /// The last day it was to be kept; empty where no period decided.
    pub kept_until: String,
}
