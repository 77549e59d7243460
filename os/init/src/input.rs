//! Input devices as the kernel shows them: who may read them, and the power button.

use crate::process::Program;
use rustix::fs::{Gid, Mode, Uid, chmod, chown};
use std::{
    fs::{self, File},
    io::Read,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::fs::MetadataExt,
    },
    path::Path,
};

const CLASS: &str = "/sys/class/input";
/// Name of the ACPI power button, on whatever board.
const POWER_BUTTON: &str = "Power Button";
/// input-event-codes.h: key events, and the three keys that make a keyboard one.
const EV_KEY: u16 = 1;
const KEY_POWER: u16 = 116;
const KEYS_OF_A_KEYBOARD: [usize; 3] = [28, 30, 57];
/// Size of the kernel's `input_event` on a 64-bit PC; type, code and value stand at 16.
const EVENT: usize = 24;

/// Gives the screen and every input device but the power button to the kiosk.
/// Called again whenever a device appears.
pub fn hand_over_nodes() {
    for folder in ["/dev/dri", "/dev/input"] {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let ours = name.starts_with("card") || is_event(name) && !is_power_button(name);
            if ours {
                give(&entry.path());
            }
        }
    }
}

fn give(node: &Path) {
    // Once only: every change wakes the kiosk.
    let gid = Program::Kiosk.uid();
    if fs::metadata(node).is_ok_and(|node| node.gid() == gid && node.mode() & 0o777 == 0o660) {
        return;
    }
    // A node that vanished meanwhile needs no owner.
    let _ = chown(node, Some(Uid::ROOT), Some(Gid::from_raw(gid)));
    let _ = chmod(node, Mode::from_bits_truncate(0o660));
}

/// Whether anything is left that a clerk can type on.
pub fn any_keyboard() -> bool {
    events().any(|name| {
        let keys = fs::read_to_string(format!("{CLASS}/{name}/device/capabilities/key"));
        keys.is_ok_and(|keys| types(&keys))
    })
}

/// Reads a capability bitmap: words of 64 bits in hex, the highest first.
fn types(bitmap: &str) -> bool {
    let words: Vec<u64> = bitmap
        .split_whitespace()
        .rev()
        .filter_map(|word| u64::from_str_radix(word, 16).ok())
        .collect();
    KEYS_OF_A_KEYBOARD.iter().all(|key| {
        words
            .get(key / 64)
            .is_some_and(|word| word >> (key % 64) & 1 == 1)
    })
}

fn events() -> impl Iterator<Item = String> {
    fs::read_dir(CLASS)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_event(name))
}

fn is_event(name: &str) -> bool {
    name.starts_with("event")
}

fn is_power_button(event: &str) -> bool {
    fs::read_to_string(format!("{CLASS}/{event}/device/name"))
        .is_ok_and(|name| name.trim() == POWER_BUTTON)
}

/// The PC's power buttons. Init reads them itself: pressing one must work whatever the
/// kiosk does.
pub struct PowerButtons(Vec<File>);

impl PowerButtons {
    pub fn open() -> Self {
        Self(
            events()
                .filter(|name| is_power_button(name))
                .filter_map(|name| File::open(format!("/dev/input/{name}")).ok())
                .collect(),
        )
    }

    pub fn fds(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.0.iter().map(|file| file.as_fd())
    }

    /// Reads one batch from the button that has something to say.
    pub fn pressed(&mut self, which: usize) -> bool {
        let mut events = [0; 64 * EVENT];
        let Some(button) = self.0.get_mut(which) else {
            return false;
        };
        let Ok(n) = button.read(&mut events) else {
            return false;
        };
        events[..n].chunks_exact(EVENT).any(is_press)
    }
}

fn is_press(event: &[u8]) -> bool {
    let u16_at = |at: usize| u16::from_ne_bytes([event[at], event[at + 1]]);
    let value = i32::from_ne_bytes([event[20], event[21], event[22], event[23]]);
    (u16_at(16), u16_at(18), value) == (EV_KEY, KEY_POWER, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyboard_is_told_from_a_mouse_and_from_a_power_button() {
        // As shown by a USB keyboard, a mouse with five buttons, and ACPI.
        assert!(types(
            "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
        ));
        assert!(!types("1f0000 0 0 0 0"));
        assert!(!types("10000000000000 0"));
        assert!(!types(""));
    }

    #[test]
    fn pressing_counts_and_releasing_does_not() {
        let event = |value: i32| {
            let mut bytes = vec![0; 16];
            bytes.extend(EV_KEY.to_ne_bytes());
            bytes.extend(KEY_POWER.to_ne_bytes());
            bytes.extend(value.to_ne_bytes());
            bytes
        };
        assert!(is_press(&event(1)));
        assert!(!is_press(&event(0)));
        assert!(!is_press(&event(2)));
    }
}
