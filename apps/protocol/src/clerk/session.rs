//! First run, login, recovery, one's own secrets, and the company one works in.
//!
//! **Who may log in** is answered before a login ([`Request::Names`]): the names of at most
//! [`super::MAX_ROWS`] users, and who of them to offer first. The keeper runs only after somebody gave a passphrase that opened
//! the volume, so a stick that was found tells no names. Who then walks past the locked
//! screen sees the names of colleagues, and in exchange a wrong passphrase counts against
//! one user alone, and a login takes one derivation of a key instead of one for each user.
//! A login that names no user is one of the only user, for the office of one; where there
//! are several it is refused (E-112) and nothing is tried.

use super::companies::{CompanyDraft, CompanyRow};
use super::{CompanyId, UserId};
use crate::Secret;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Which company, is somebody logged in? Allowed without login.
    State,
    /// Who may log in. Allowed without login.
    Names,
    /// Make the database of a fresh vault; logs the owner in.
    FirstRun {
        company: CompanyDraft,
        owner_name: String,
        passphrase: Secret,
        recovery_words: Secret,
    },
    /// Enters the company too, where the user has only one.
    Login {
        /// `None`: the only user there is.
        user: Option<UserId>,
        passphrase: Secret,
    },
    /// Log in by recovery words and wrap the keys with the new passphrase.
    Recover {
        user: Option<UserId>,
        recovery_words: Secret,
        new_passphrase: Secret,
    },
    Lock,
    /// One's own passphrase. With [`Request::Lock`] and [`Request::State`] all that a user
    /// may do whose passphrase somebody else chose.
    ChangePassphrase {
        current: Secret,
        new: Secret,
    },
    /// One's own recovery words; the old ones open nothing afterwards.
    ChangeRecoveryWords {
        passphrase: Secret,
        recovery_words: Secret,
    },
    /// The companies one may enter.
    Companies,
    /// Leave the entered company, if any, and enter this one.
    Enter {
        company: CompanyId,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    State(State),
    Names(Vec<Name>),
    Companies(Vec<CompanyRow>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The company entered; without one the first of the vault, `None` before the first run.
    pub company: Option<String>,
    /// Who is logged in.
    pub user: Option<String>,
    /// The user has to choose a passphrase before anything else.
    pub must_change_passphrase: bool,
    /// The user who is logged in has not entered a company.
    pub must_enter_company: bool,
    /// The newest entry's time, seconds since 1970-01-01 UTC: the clock should not be before it.
    pub last_entry: Option<i64>,
    /// Seconds until the next passphrase of the only user is accepted; where there are
    /// several, [`Name`] has it of each.
    pub wait_seconds: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    pub user: UserId,
    pub name: String,
    /// 部署
    pub department: String,
    /// Seconds until this user's next passphrase is accepted, after wrong ones.
    pub wait_seconds: u32,
    /// Logged in last, on this PC if anybody has: the one to offer first.
    pub last: bool,
}
