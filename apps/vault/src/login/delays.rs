//! The waiting after wrong passphrases and recovery words.

use crate::{Moment, UserId, VaultError};
use rusqlite::Connection;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Wrong passphrases that cost no waiting.
const FREE_ATTEMPTS: u32 = 3;
const FIRST_DELAY_SECONDS: u32 = 5;
pub(super) const LONGEST_DELAY_SECONDS: u32 = 15 * 60;

/// The wait after this many failures in a row.
fn delay_seconds(failures: u32) -> u32 {
    match failures.checked_sub(FREE_ATTEMPTS) {
        None => 0,
        Some(doublings) => FIRST_DELAY_SECONDS
            .saturating_mul(1 << doublings.min(20))
            .min(LONGEST_DELAY_SECONDS),
    }
}

/// Who has to wait how long. The counts are the vault's; a start of the PC begins every
/// wait anew and in full, because neither its clock nor its absence can be believed.
#[derive(Default)]
pub(crate) struct Delays {
    /// Failures in a row of each user.
    failures: BTreeMap<UserId, u32>,
    /// [`Moment::steady_seconds`] before which nothing is tried, after a failure of now.
    not_before: BTreeMap<UserId, u64>,
    /// The first [`Moment::steady_seconds`] heard of after opening.
    opened: Cell<Option<u64>>,
}

impl Delays {
    pub(crate) fn load(conn: &Connection) -> Result<Self, VaultError> {
        let mut statement =
            conn.prepare_cached("SELECT id, failed_logins FROM users WHERE failed_logins > 0")?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(Self {
            failures: rows.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    pub(super) fn failures(&self, user: UserId) -> u32 {
        self.failures.get(&user).copied().unwrap_or_default()
    }

    pub(super) fn wait_seconds(&self, user: UserId, now: Moment) -> u32 {
        let opened = self.opened.get().unwrap_or(now.steady_seconds);
        self.opened.set(Some(opened));
        let failures = self.failures(user);
        let until = self
            .not_before
            .get(&user)
            .copied()
            .unwrap_or(opened + u64::from(delay_seconds(failures)));
        until
            .saturating_sub(now.steady_seconds)
            .min(u64::from(LONGEST_DELAY_SECONDS)) as u32
    }

    pub(super) fn failed(&mut self, user: UserId, failures: u32, now: Moment) {
        self.failures.insert(user, failures);
        self.wait(user, delay_seconds(failures), now);
    }

    pub(super) fn wait(&mut self, user: UserId, seconds: u32, now: Moment) {
        self.not_before
            .insert(user, now.steady_seconds + u64::from(seconds));
    }

    /// The user logged in, or has another passphrase now: mistakes before do not count.
    /// Nobody else's are touched: who logs in does not earn guesses at a colleague.
    pub(crate) fn forget(&mut self, user: UserId) {
        self.failures.remove(&user);
        self.not_before.remove(&user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_has_a_ceiling() {
        assert_eq!([0, 1, 2, 3, 4, 5].map(delay_seconds), [0, 0, 0, 5, 10, 20]);
        assert_eq!(delay_seconds(1_000_000), LONGEST_DELAY_SECONDS);
    }
}
