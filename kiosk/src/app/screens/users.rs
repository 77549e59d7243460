//! Who may log in, as the keeper told it, and the passphrase that waits for a name.

use crate::app::Look;
use codes::Language;
use protocol::Secret;
use protocol::clerk::UserId;
use protocol::clerk::session::Name;
use std::time::Duration;

/// How long a passphrase that opened the volume, or recovery words that did, wait for a name.
pub const WAITS_FOR_A_NAME: Duration = Duration::from_secs(60);

/// Somebody who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub user: UserId,
    pub name: String,
    pub department: String,
    /// When the next passphrase is accepted, on the monotonic clock.
    pub next_try: Duration,
    /// To be offered first.
    pub last: bool,
}

impl User {
    /// What the keeper answered at `now`.
    pub fn heard(names: Vec<Name>, now: Duration) -> Vec<Self> {
        let heard = |name: Name| Self {
            user: name.user,
            name: name.name,
            department: name.department,
            next_try: now + Duration::from_secs(name.wait_seconds.into()),
            last: name.last,
        };
        names.into_iter().map(heard).collect()
    }

    /// `佐藤 次郎（総務課）`
    pub fn shown(&self, look: &Look) -> String {
        match (self.department.as_str(), look.language) {
            ("", _) => self.name.clone(),
            (department, Language::Japanese) => format!("{}（{department}）", self.name),
            (department, Language::English) => format!("{} ({department})", self.name),
        }
    }
}

/// A passphrase that opened the volume. It need not be the user's own, so it is tried only when
/// that user says so; and not by whoever passes by later.
pub struct Held {
    passphrase: Secret,
    until: Duration,
}

impl Held {
    pub fn new(passphrase: Secret, now: Duration) -> Self {
        Self {
            passphrase,
            until: now + WAITS_FOR_A_NAME,
        }
    }

    pub fn until(&self) -> Duration {
        self.until
    }

    pub fn into_passphrase(self) -> Secret {
        self.passphrase
    }
}
