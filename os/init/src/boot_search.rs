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

/// How long a stick may take until its disk can be read.
const DISK_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub struct Search {
    /// The partition the boot loader came from, if it said so.
    wanted: Option<String>,
    trying: Option<(DeviceId, Instant)>,
    tried: Vec<DeviceId>,
}

impl Search {
    pub fn new(wanted: Option<String>) -> Self {
        Self {
            wanted,
            trying: None,
            tried: Vec::new(),
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
            (None, _) | (_, Some(Err(GptError::Io(_)))) if now - since < DISK_TIMEOUT => None,
            _ => {
                devices.switch_off(id);
                self.trying = None;
                None
            }
        }
    }

    fn try_next(&mut self, devices: &mut Devices, now: Instant) {
        let next = devices.all().iter().find(|device| {
            device.kind == Ok(Kind::Storage)
                && device.power == Power::Off
                && !self.tried.contains(&device.id)
        });
        if let Some(id) = next.map(|device| device.id) {
            self.tried.push(id);
            devices.switch_on(id);
            self.trying = Some((id, now));
        }
    }
}
