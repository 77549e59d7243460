use crate::{machine::Moment, outside::Clock};
use rustix::time::{ClockId, clock_gettime};

/// CLOCK_REALTIME for receipts, CLOCK_BOOTTIME for deadlines: it goes on in suspend, so
/// a closed lid does not prolong the life of the file.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        let since_boot = clock_gettime(ClockId::Boottime);
        Moment {
            unix: clock_gettime(ClockId::Realtime).tv_sec,
            ticks: since_boot.tv_sec.unsigned_abs() * 1000
                + since_boot.tv_nsec.unsigned_abs() / 1_000_000,
        }
    }
}
