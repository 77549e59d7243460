//! The growing delay after wrong passphrases.
//!
//! The count of failures stands in the vault's header ([`crate::volume`]), so a restart
//! does not reset it. How much of a delay has passed does not: the clock of a PC that
//! was off tells nothing that an attacker could not have set. A start therefore waits
//! the whole delay again.

use std::time::{Duration, Instant};

/// Wrong entries in a row that cost nothing: typing errors.
const FREE: u32 = 2;
/// The first delay, in seconds; each further failure doubles it.
const FIRST: u32 = 10;
/// The longest delay, in seconds. Longer ones would lock a clerk out for a working day
/// without making guessing noticeably harder: Argon2id and this leave under 100 a day.
const LONGEST: u32 = 900;

/// Seconds to wait after so many failures in a row.
///
/// 0, 0, 0, 10, 20, 40 … 640, 900, 900.
pub fn wait_seconds(failures: u32) -> u32 {
    match failures.checked_sub(FREE + 1) {
        None => 0,
        // 10 << 7 is over the longest already, and larger shifts would overflow.
        Some(doublings) if doublings >= 7 => LONGEST,
        Some(doublings) => FIRST << doublings,
    }
}

/// When the next passphrase is accepted.
#[derive(Debug, Default)]
pub struct Guard {
    not_before: Option<Instant>,
}

impl Guard {
    /// Starts the delay that so many failures earn.
    pub fn failed(&mut self, failures: u32, now: Instant) {
        let wait = Duration::from_secs(wait_seconds(failures).into());
        self.not_before = Some(now + wait);
    }

    /// Whole seconds left, rounded up; 0 when a passphrase may be tried.
    pub fn seconds_left(&self, now: Instant) -> u32 {
        let left = self
            .not_before
            .map_or(Duration::ZERO, |t| t.saturating_duration_since(now));
        left.as_millis().div_ceil(1000) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_typing_errors_cost_nothing_and_then_the_delay_doubles_to_a_quarter_of_an_hour() {
        let delays: Vec<u32> = (0..13).map(wait_seconds).collect();
        assert_eq!(
            delays,
            [0, 0, 0, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
        );
        assert_eq!(wait_seconds(u32::MAX), LONGEST);
    }

    #[test]
    fn a_started_second_counts_whole() {
        let now = Instant::now();
        let mut guard = Guard::default();
        assert_eq!(guard.seconds_left(now), 0);
        guard.failed(3, now);
        assert_eq!(guard.seconds_left(now), 10);
        assert_eq!(guard.seconds_left(now + Duration::from_millis(9001)), 1);
        assert_eq!(guard.seconds_left(now + Duration::from_secs(10)), 0);
    }
}
