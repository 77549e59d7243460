//! Asking for numbers (取得) and what goes with it: who was asked and how often, the notice
//! of purposes (利用目的の通知), the identity check (本人確認), and refusals (提出拒否).
//!
//! What was shown at an identity check is kept as a kind of document and a day, never as
//! an image or a document's number.

use super::{PersonId, Rows, Window};
use mynumber::collection::{CollectionMethod, CollectionStatus, ContactMethod, NotificationMethod};
use mynumber::people::PersonKind;
use mynumber::rights::DepartmentId;
use mynumber::{AgentAuthority, CheckMethod, Purpose};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Whose number may be asked for and is not there.
    Missing {
        filter: MissingFilter,
        window: Window,
    },
    /// Where one person's number stands, and every step so far.
    Get {
        person: PersonId,
    },
    /// Ask for the number. Refused where the law does not let it be asked.
    Ask {
        person: PersonId,
        revision: u32,
        contact: ContactDraft,
    },
    Remind {
        person: PersonId,
        revision: u32,
        contact: ContactDraft,
    },
    /// 提出拒否: the person was told that the law asks for it and did not give it. The
    /// circumstances need not be recorded.
    Refused {
        person: PersonId,
        revision: u32,
        /// Today or before.
        on: String,
        contact: ContactMethod,
        remark: String,
    },
    /// Any other step, e.g. sent back (差戻).
    Move {
        person: PersonId,
        revision: u32,
        to: CollectionStatus,
        method: Option<CollectionMethod>,
        remark: String,
    },
    /// 本人確認 was done.
    CheckIdentity {
        person: PersonId,
        draft: IdentityCheckDraft,
    },
    IdentityChecks {
        person: PersonId,
    },
    /// One recorded by mistake.
    WithdrawIdentityCheck {
        person: PersonId,
        check: i64,
    },
    /// 利用目的 were notified, all of these at once.
    Notify {
        draft: NoticeDraft,
    },
    Notices {
        person: PersonId,
    },
    /// Who was not told yet of a purpose that their number is held for.
    Unnotified {
        window: Window,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Missing(Rows<Missing>),
    Collection(Collection),
    /// The collection's new revision.
    Stepped {
        revision: u32,
    },
    IdentityChecks(Vec<IdentityCheck>),
    Recorded(i64),
    Notices(Vec<Notice>),
    Unnotified(Rows<Unnotified>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingFilter {
    pub department: Option<DepartmentId>,
    /// Only those to be reminded today or before.
    pub reminder_due: bool,
    /// Those who refused as well: they are asked again every year.
    pub refused_too: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDraft {
    /// Today or before.
    pub on: String,
    pub method: ContactMethod,
    /// 回収期限, not before `on`; may be empty.
    pub due_on: String,
    /// Of the next reminder, not before `on`; may be empty.
    pub remind_on: String,
    pub remark: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    pub person: PersonId,
    pub kind: PersonKind,
    pub name: String,
    /// 社員番号, of a family member the employee's; 支払先コード.
    pub code: String,
    pub status: CollectionStatus,
    pub asked_on: String,
    pub due_on: String,
    pub reminders: u32,
    pub reminder_due: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    pub person: PersonId,
    pub revision: u32,
    pub status: CollectionStatus,
    /// How the number came, where it is known.
    pub method: Option<CollectionMethod>,
    /// Each day is empty where there is none.
    pub asked_on: String,
    /// 回収期限
    pub due_on: String,
    /// Of the next reminder.
    pub remind_on: String,
    pub reminders: u32,
    pub last_reminded_on: String,
    /// Oldest first; of more than [`MAX_ROWS`](super::MAX_ROWS) the newest.
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub kind: StepKind,
    pub on: String,
    /// The status afterwards.
    pub status: CollectionStatus,
    /// How the person was reached; `None` where nobody was.
    pub contact: Option<ContactMethod>,
    pub remark: String,
    /// Empty where it followed from a destruction, whose ledger line tells.
    pub by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    Asked,
    Reminded,
    /// 提出拒否
    Refused,
    /// The status changed otherwise.
    Moved,
}

/// 本人確認: number and person. Documents by their id in the list of `apps/mynumber`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCheckDraft {
    pub on: String,
    pub method: CheckMethod,
    /// 番号確認書類
    pub number_document: Option<String>,
    /// 身元確認書類: none beside a card, one with a photograph, or two.
    pub identity_documents: Vec<String>,
    pub agent: Option<Agent>,
    pub passed: bool,
    /// Why not.
    pub remark: String,
}

/// 代理人
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    pub name: String,
    pub authority: AgentAuthority,
    pub document: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityCheck {
    pub check: i64,
    pub fields: IdentityCheckDraft,
    pub by: String,
    pub withdrawn: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeDraft {
    pub audience: Audience,
    pub on: String,
    pub method: NotificationMethod,
    /// Which wording: its name or version.
    pub version: String,
    pub purposes: Vec<Purpose>,
    pub signed_for: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    Person(PersonId),
    All(PersonKind),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub fields: NoticeDraft,
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnotified {
    pub person: PersonId,
    pub name: String,
    pub purposes: Vec<Purpose>,
}
