//! The running system's clock. The PC's own clock chip is never set: the kernel has no
//! driver for it, and only reads it once at the start.

use codes::ErrorCode;
use rustix::time::{ClockId, Timespec, clock_settime};
use std::time::SystemTime;

/// 2025-01-01 UTC: before this software existed.
const EARLIEST: i64 = 1_735_689_600;
/// 2100-01-01 UTC.
const LATEST: i64 = 4_102_444_800;

/// Japan has one time zone and no summer time.
const JAPAN: i64 = 9 * 3600;

/// Takes what the clock chip told the kernel for Japan time, once, at the start: Windows
/// keeps local time in it. The kernel has taken it for universal time. On a PC that keeps
/// universal time the clerk says so when confirming the clock.
pub fn read_as_japan_time() {
    // One that cannot be set is corrected by the clerk.
    let _ = set(now() - JAPAN);
}

/// What the clock says, in seconds since 1970-01-01 UTC.
pub fn now() -> i64 {
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs() as i64,
        Err(before) => -(before.duration().as_secs() as i64),
    }
}

/// Sets it to what the clerk confirmed.
pub fn confirm(unix_seconds: i64) -> Result<(), ErrorCode> {
    plausible(unix_seconds)?;
    set(unix_seconds).map_err(|_| ErrorCode::Internal)
}

fn set(unix_seconds: i64) -> rustix::io::Result<()> {
    let time = Timespec {
        tv_sec: unix_seconds,
        tv_nsec: 0,
    };
    clock_settime(ClockId::Realtime, time)
}

fn plausible(unix_seconds: i64) -> Result<(), ErrorCode> {
    (EARLIEST..LATEST)
        .contains(&unix_seconds)
        .then_some(())
        .ok_or(ErrorCode::ClockImplausible)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_outside_2025_to_2099_is_implausible() {
        assert_eq!(plausible(EARLIEST), Ok(()));
        assert_eq!(plausible(LATEST - 1), Ok(()));
        for wrong in [i64::MIN, 0, EARLIEST - 1, LATEST, i64::MAX] {
            assert_eq!(plausible(wrong), Err(ErrorCode::ClockImplausible));
        }
    }
}
