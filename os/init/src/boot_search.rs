//! Finding the stick this system was booted from.
//!
//! Every stick is off at first. They are let in one by one; the one with the booted
//! partition stays on, each other is switched off again. The bytes of a foreign stick are
//! looked at for this by the kernel's GPT reader and by ours, and by nothing else.

use crate::{
    gpt::GptError,
    stick::{BootStick, booted_partition},
    usb::{Devices, Power, policy::Kind, sysfs},
};
use protocol::system::DeviceId;
use std::time::{Duration, Instant};

/// How long a stick may take until its disk can be read. Then it is switched off and, after
/// the others, on again: what a start of the device left stuck, the next one may not.
const DISK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long until a stick that the kernel would not switch on is tried again.
const REFUSED_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Search {
    /// The partition the boot loader came from, if it said so.
    wanted: Option<String>,
    trying: Option<(DeviceId, Instant)>,
    /// Looked at: not the one.
    foreign: Vec<DeviceId>,
    /// Not ready in time; tried again when each other was tried.
    late: Vec<DeviceId>,
}

impl Search {
    pub fn new(wanted: Option<String>) -> Self {
        Self {
            wanted,
            trying: None,
            foreign: Vec::new(),
            late: Vec::new(),
        }
    }

    /// Goes one step on; to be called every few milliseconds.
    pub fn step(&mut self, devices: &mut Devices, now: Instant) -> Option<BootStick> {
        let Some((id, since)) = self.trying else {
            self.try_next(devices, now);
            return None;
        };
        let Some(device) = devices.get(id) else {
            self.trying = None;
            return None;
        };
        let disk = sysfs::disk(&device.plug);
        let booted = disk
            .as_deref()
            .map(|disk| booted_partition(disk, self.wanted.as_deref()));
        match (disk, booted) {
            (Some(disk), Some(Ok(Some(boot_partition)))) => Some(BootStick {
                plug: device.plug.clone(),
                disk,
                boot_partition,
            }),
            (None, _) | (_, Some(Err(GptError::Io(_)))) => {
                let patience = match device.power {
                    Power::On => DISK_TIMEOUT,
                    _ => REFUSED_TIMEOUT,
                };
                if now - since >= patience {
                    self.late.push(id);
                    self.give_up(devices, id);
                }
                None
            }
            _ => {
                self.foreign.push(id);
                self.give_up(devices, id);
                None
            }
        }
    }

    fn give_up(&mut self, devices: &mut Devices, id: DeviceId) {
        devices.switch_off(id);
        self.trying = None;
    }

    fn try_next(&mut self, devices: &mut Devices, now: Instant) {
        let waiting: Vec<DeviceId> = devices
            .all()
            .iter()
            .filter(|device| {
                device.kind == Ok(Kind::Storage)
                    && device.power == Power::Off
                    && !self.foreign.contains(&device.id)
            })
            .map(|device| device.id)
            .collect();
        let next = match waiting.iter().find(|id| !self.late.contains(id)) {
            Some(id) => Some(*id),
            None => {
                self.late.clear();
                waiting.first().copied()
            }
        };
        if let Some(id) = next {
            devices.switch_on(id);
            self.trying = Some((id, now));
        }
    }
}
