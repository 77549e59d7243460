//! The edge to `/sys/bus/usb`: which devices are there, what they say, on and off.
//!
//! See Documentation/usb/authorization.rst of the kernel. A device that is not
//! authorized has been asked for its descriptors and strings and nothing more; it has
//! no configuration and no driver.

use super::policy::{InterfaceClass, Kind};
use protocol::system::StickHardware;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

const DEVICES: &str = "/sys/bus/usb/devices";

/// One plugged-in device, as long as it is plugged in: a new plug gets a new number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plug {
    /// Bus and ports, as `1-2.3`.
    pub path: String,
    /// Counts up on each bus with every plug.
    pub number: u32,
}

/// Every device but the root hubs, those nearest to the PC first.
pub fn plugs() -> Vec<Plug> {
    let mut plugs: Vec<Plug> = names(Path::new(DEVICES))
        .filter(|name| name.contains('-') && !name.contains(':'))
        .filter_map(|path| {
            let number = attribute(&path, "devnum")?.parse().ok()?;
            Some(Plug { path, number })
        })
        .collect();
    plugs.sort_by(|a, b| (a.path.len(), a).cmp(&(b.path.len(), b)));
    plugs
}

/// No device and no interface is used unless it is let in, one by one. The devices are
/// off since the kernel's start (command line); this adds interfaces and later buses.
pub fn close_all_buses() -> io::Result<()> {
    for name in names(Path::new(DEVICES)).filter(|name| name.starts_with("usb")) {
        write(&name, "authorized_default", "0")?;
        write(&name, "interface_authorized_default", "0")?;
    }
    Ok(())
}

/// The device's descriptors: at most a page more than the policy looks at.
pub fn descriptors(plug: &Plug) -> io::Result<Vec<u8>> {
    fs::read(Path::new(DEVICES).join(&plug.path).join("descriptors"))
}

/// What the device calls itself, cut and cleaned.
pub fn hardware(plug: &Plug) -> StickHardware {
    let text = |name| clean(&attribute(&plug.path, name).unwrap_or_default());
    let hex = |name| {
        attribute(&plug.path, name)
            .and_then(|v| u16::from_str_radix(&v, 16).ok())
            .unwrap_or(0)
    };
    StickHardware {
        vendor_id: hex("idVendor"),
        product_id: hex("idProduct"),
        vendor: text("manufacturer"),
        product: text("product"),
        serial: text("serial"),
    }
}

/// Foreign text for a screen: 64 characters, none of them a control character.
pub fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(64)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Lets the device in as `kind`: configures it and starts drivers on the interfaces that fit.
pub fn authorize(plug: &Plug, kind: Kind) -> io::Result<()> {
    write(&plug.path, "authorized", "1")?;
    let prefix = format!("{}:", plug.path);
    let device = Path::new(DEVICES).join(&plug.path);
    for interface in names(&device).filter(|name| name.starts_with(&prefix)) {
        if !class_of(&interface).is_some_and(|class| class.fits(kind)) {
            continue;
        }
        write(&interface, "authorized", "1")?;
        // No driver for it is no error: the interface stays unused.
        let _ = fs::write("/sys/bus/usb/drivers_probe", &interface);
    }
    Ok(())
}

/// Takes its configuration away: drivers let go, disks vanish.
pub fn deauthorize(plug: &Plug) -> io::Result<()> {
    write(&plug.path, "authorized", "0")
}

/// The whole-disk node's name (`sda`) of an authorized stick, once the kernel has made it.
pub fn disk(plug: &Plug) -> Option<String> {
    let device = Path::new(DEVICES).join(&plug.path);
    let prefix = format!("{}:", plug.path);
    let mut disks: Vec<String> = names(&device)
        .filter(|name| name.starts_with(&prefix))
        .map(|interface| device.join(interface))
        .flat_map(|interface| below(&interface, "host"))
        .flat_map(|host| below(&host, "target"))
        .flat_map(|target| below(&target, ""))
        .flat_map(|unit| names(&unit.join("block")).collect::<Vec<_>>())
        .collect();
    // A reader with several slots is used by its first.
    disks.sort();
    disks.into_iter().next()
}

fn below(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    names(folder)
        .filter(|name| name.starts_with(prefix))
        .map(|name| folder.join(name))
        .filter(|path| path.is_dir())
        .collect()
}

fn class_of(interface: &str) -> Option<InterfaceClass> {
    let hex = |name| u8::from_str_radix(&attribute(interface, name)?, 16).ok();
    Some(InterfaceClass {
        class: hex("bInterfaceClass")?,
        subclass: hex("bInterfaceSubClass")?,
        protocol: hex("bInterfaceProtocol")?,
    })
}

fn attribute(device: &str, name: &str) -> Option<String> {
    let bytes = fs::read(Path::new(DEVICES).join(device).join(name)).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim().to_owned())
}

fn write(device: &str, name: &str, value: &str) -> io::Result<()> {
    fs::write(Path::new(DEVICES).join(device).join(name), value)
}

fn names(folder: &Path) -> impl Iterator<Item = String> + use<> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_lose_control_characters_and_length() {
        assert_eq!(clean(" Disk\u{1b}[2J\n"), "Disk[2J");
        assert_eq!(clean(&"あ".repeat(500)).chars().count(), 64);
    }
}
