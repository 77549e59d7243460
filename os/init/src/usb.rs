//! USB: which devices are let in ([`policy`]) and how that is told to the kernel
//! ([`sysfs`]), and the table of what is plugged in.

pub mod policy;
pub mod sysfs;

use policy::{Kind, Refusal, judge};
use protocol::system::{DeviceId, Stick, StickHardware};
use sysfs::Plug;

/// Whether the kernel may use a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    Off,
    On,
    /// Off until the clerk decides.
    Asking,
}

/// A device that is plugged in.
#[derive(Clone, Debug)]
pub struct Device {
    pub id: DeviceId,
    pub plug: Plug,
    pub kind: Result<Kind, Refusal>,
    pub hardware: StickHardware,
    pub power: Power,
}

impl Device {
    /// How the device is called on the screen.
    pub fn name(&self) -> String {
        let hardware = &self.hardware;
        [&hardware.product, &hardware.vendor]
            .into_iter()
            .find(|name| !name.is_empty())
            .cloned()
            .unwrap_or_else(|| format!("{:04x}:{:04x}", hardware.vendor_id, hardware.product_id))
    }

    pub fn as_stick(&self) -> Stick {
        Stick {
            device: self.id,
            hardware: self.hardware.clone(),
        }
    }
}

/// What a look at the bus found.
#[derive(Debug, Default)]
pub struct Changes {
    pub gone: Vec<Device>,
    /// Ids of new devices; all of them are off.
    pub new: Vec<DeviceId>,
}

/// Everything plugged in, with ids that are never given twice.
#[derive(Debug, Default)]
pub struct Devices {
    devices: Vec<Device>,
    last_id: DeviceId,
}

impl Devices {
    /// Compares with what is plugged in now.
    pub fn rescan(&mut self) -> Changes {
        self.update(sysfs::plugs(), |plug| {
            let descriptors = sysfs::descriptors(plug).unwrap_or_default();
            (!descriptors.is_empty()).then(|| (judge(&descriptors), sysfs::hardware(plug)))
        })
    }

    /// `look` tells what a new device is. One that cannot be read yet is met for the first
    /// time at a later look: what it is judged to be holds until it is unplugged.
    fn update(
        &mut self,
        plugs: Vec<Plug>,
        look: impl Fn(&Plug) -> Option<(Result<Kind, Refusal>, StickHardware)>,
    ) -> Changes {
        let (kept, gone) = std::mem::take(&mut self.devices)
            .into_iter()
            .partition(|device| plugs.contains(&device.plug));
        self.devices = kept;
        let mut changes = Changes {
            gone,
            new: Vec::new(),
        };
        for plug in plugs {
            if self.devices.iter().any(|device| device.plug == plug) {
                continue;
            }
            let Some((kind, hardware)) = look(&plug) else {
                continue;
            };
            self.last_id += 1;
            changes.new.push(self.last_id);
            self.devices.push(Device {
                id: self.last_id,
                plug,
                kind,
                hardware,
                power: Power::Off,
            });
        }
        changes
    }

    pub fn all(&self) -> &[Device] {
        &self.devices
    }

    pub fn get(&self, id: DeviceId) -> Option<&Device> {
        self.devices.iter().find(|device| device.id == id)
    }

    pub fn set_power(&mut self, id: DeviceId, power: Power) {
        if let Some(device) = self.devices.iter_mut().find(|device| device.id == id) {
            device.power = power;
        }
    }

    /// Lets a device in as what it is. A device that fails to start stays off.
    pub fn switch_on(&mut self, id: DeviceId) {
        let Some(device) = self.get(id) else { return };
        if let Ok(kind) = device.kind
            && sysfs::authorize(&device.plug, kind).is_ok()
        {
            self.set_power(id, Power::On);
        }
    }

    pub fn switch_off(&mut self, id: DeviceId) {
        if let Some(device) = self.get(id) {
            // Pulled meanwhile: off as well.
            let _ = sysfs::deauthorize(&device.plug);
            self.set_power(id, Power::Off);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plug(path: &str, number: u32) -> Plug {
        Plug {
            path: path.to_owned(),
            number,
        }
    }

    fn stick(_: &Plug) -> Option<(Result<Kind, Refusal>, StickHardware)> {
        let hardware = StickHardware {
            vendor_id: 0x46f4,
            product_id: 1,
            vendor: String::new(),
            product: String::new(),
            serial: "1".into(),
        };
        Some((Ok(Kind::Storage), hardware))
    }

    #[test]
    fn a_device_that_cannot_be_read_yet_is_met_later_and_then_kept() {
        let mut devices = Devices::default();
        let early = devices.update(vec![plug("1-1", 2)], |_| None);
        assert!(early.new.is_empty());
        let later = devices.update(vec![plug("1-1", 2)], stick);
        assert_eq!(later.new, [1]);
        let unreadable = devices.update(vec![plug("1-1", 2)], |_| None);
        assert!(unreadable.gone.is_empty());
    }

    #[test]
    fn a_stick_swapped_in_the_same_port_is_another_device() {
        let mut devices = Devices::default();
        let first = devices.update(vec![plug("1-1", 2)], stick);
        assert_eq!(first.new, [1]);
        let second = devices.update(vec![plug("1-1", 3)], stick);
        assert_eq!(second.gone[0].id, 1);
        assert_eq!(second.new, [2]);
        assert!(devices.get(1).is_none());
    }

    #[test]
    fn nothing_changes_while_nothing_is_plugged_or_pulled() {
        let mut devices = Devices::default();
        devices.update(vec![plug("1-1", 2)], stick);
        let changes = devices.update(vec![plug("1-1", 2)], stick);
        assert!(changes.new.is_empty() && changes.gone.is_empty());
    }

    #[test]
    fn a_device_without_names_is_called_by_its_ids() {
        let mut devices = Devices::default();
        devices.update(vec![plug("1-1", 2)], stick);
        assert_eq!(devices.all()[0].name(), "46f4:0001");
    }
}
