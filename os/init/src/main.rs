//! PID 1 of the stick: mounts, devices, the vault's lock, the other processes, power.
//!
//! It is the only process with privileges, so it does as little as possible with anything
//! that comes from outside: of a foreign USB device it looks at the descriptors
//! ([`usb::policy`]) and, while it searches the stick it was booted from, at the partition
//! table ([`gpt`]). It carries bytes between keeper and porter without looking at them
//! ([`relay`]), has a porter bless the slot that booted and keep the settings of screen and
//! keyboard ([`errands`]), never sees a number, and writes nothing to any log.
//!
//! Read [`supervisor`] first: the one loop and its rules. [`vault`] and [`volume`] open
//! LUKS2, [`room`] shuts the other processes in, [`power`] is how everything ends.
//!
//! The executable has three more lives, all started by itself: `room PROGRAM FD…` and
//! `tool PATH ARG…` on the way to another program, `off STICK` as the last of PID 1.

mod boot_search;
mod channel;
mod clock;
mod errands;
mod gpt;
mod guard;
mod input;
mod mounts;
mod pc;
mod power;
mod process;
mod relay;
mod room;
mod stick;
mod supervisor;
mod usb;
mod vault;
mod volume;
mod watchdog;

use std::process::exit;
use supervisor::Supervisor;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if std::process::id() != 1 {
        // Both return only when they failed, and there is nobody to tell but by the status.
        let _ = match words[..] {
            ["room", program, ..] => room::enter(program, &arguments[2..]),
            ["tool", path, ..] => room::tool(path, &arguments[2..]),
            _ => "not a part of the stick's life".into(),
        };
        exit(room::FAILED);
    }
    if let ["off", stick] = words[..] {
        power::off(power::Stick::from_name(stick));
    }
    clock::read_as_japan_time();
    match mounts::mount_system().and_then(|()| Supervisor::new()) {
        Ok(supervisor) => supervisor.run(),
        // Nothing was opened yet; a PC that shows nothing is better off switched off.
        Err(_) => power::off(power::Stick::Gone),
    }
}
