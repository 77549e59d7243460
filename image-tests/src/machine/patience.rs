//! Waiting for a guest.

use super::Machine;
use std::time::{Duration, Instant};

/// How long to wait, told in the guest's own progress: a busy host makes no test fail.
#[derive(Debug)]
pub struct Patience {
    cpu_until: Duration,
    wall_until: Instant,
}

impl Patience {
    /// Until QEMU worked for `work` more, or stood idle four times as long.
    pub fn new(machine: &Machine, work: Duration) -> Self {
        Self {
            cpu_until: machine.cpu_time() + work,
            wall_until: Instant::now() + work * 4,
        }
    }

    pub fn is_over(&mut self, machine: &Machine) -> bool {
        machine.cpu_time() > self.cpu_until || Instant::now() > self.wall_until
    }
}
