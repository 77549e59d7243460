//! Who may log in, and what each may do in the company entered.

use super::{PersonId, UserId};
use crate::Secret;
use mynumber::rights::{DepartmentId, Operation, Role};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Everybody with rights in this company.
    List,
    /// A new user, who has to choose a passphrase of their own at the first login.
    Add {
        draft: UserDraft,
        passphrase: Secret,
        recovery_words: Secret,
        grant: GrantDraft,
    },
    /// Name or department of a user.
    Change { user: UserId, draft: UserDraft },
    /// Rights in this company, in place of those there are, or new for a user of another
    /// company of this vault. What was lost is locked by new keys.
    Grant { user: UserId, grant: GrantDraft },
    /// All rights in this company.
    Withdraw { user: UserId },
    /// All rights in every company, and the login. The name stays in the ledger.
    Remove { user: UserId },
    /// Forced change of the passphrase at the next login.
    RequirePassphraseChange { user: UserId },
    /// A passphrase and recovery words in place of another user's, who lost both or whose
    /// became known; to be changed at the next login. What they opened before opens nothing
    /// afterwards.
    ResetPassphrase {
        user: UserId,
        passphrase: Secret,
        recovery_words: Secret,
    },
    /// Whether export, deletion and changes of users wait for a second person.
    SetSecondPerson { on: bool },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    List(Vec<User>),
    Added(UserId),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDraft {
    pub name: String,
    /// 部署; may be empty.
    pub department: String,
}

/// What a user may do. What the role may never do is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantDraft {
    pub role: Role,
    pub operations: Vec<Operation>,
    pub scope: Scope,
    /// Ids of the only PCs it holds on; `None`: on any.
    pub pcs: Option<Vec<String>>,
    /// The last day; may be empty.
    pub until: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    Company,
    Departments(Vec<DepartmentId>),
    People(Vec<PersonId>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub user: UserId,
    pub draft: UserDraft,
    pub grant: GrantDraft,
    pub must_change_passphrase: bool,
    /// Wrong passphrases in a row.
    pub failed_logins: u32,
}
