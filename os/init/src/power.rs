//! The end: every way of stopping goes through here, and ends in power-off.
//!
//! Processes are killed and waited for; the kernel zeroes their pages as it takes them
//! back (`init_on_free=1`). Then PID 1 itself execs into a second life that does nothing
//! but close the vault and power off: with that, what init's own memory held is gone too.

use crate::{
    mounts,
    process::{Child, INIT},
    volume,
};
use rustix::{
    fs::sync,
    mount::{UnmountFlags, unmount},
    system::{RebootCommand, reboot},
};
use std::{
    fs, os::unix::process::CommandExt, path::Path, process::Command, sync::mpsc::channel, thread,
    time::Duration,
};

/// Whether the boot stick can still be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stick {
    There,
    Gone,
}

impl Stick {
    const fn name(self) -> &'static str {
        match self {
            Self::There => "there",
            Self::Gone => "gone",
        }
    }

    /// Anything that is not ours counts as gone, which needs no cooperation from the stick.
    pub fn from_name(name: &str) -> Self {
        if name == Self::There.name() {
            Self::There
        } else {
            Self::Gone
        }
    }

    /// How long closing the vault may take before the power goes anyway.
    const fn patience(self) -> Duration {
        match self {
            Self::There => Duration::from_secs(20),
            Self::Gone => Duration::from_secs(2),
        }
    }
}

/// Ends all processes and starts the second life.
pub fn end(children: &[&Child], stick: Stick) -> ! {
    for child in children {
        child.kill();
    }
    let _ = Command::new(INIT)
        .args(["off", stick.name()])
        .env_clear()
        .exec();
    // Without the second life the first one does it.
    off(stick)
}

/// Closes the vault, which wipes its key in the kernel, and powers off.
pub fn off(stick: Stick) -> ! {
    let (done, closed) = channel();
    // A thread, because a stick that stopped answering may never let go of it.
    thread::spawn(move || {
        close_vault(stick);
        let _ = done.send(());
    });
    let _ = closed.recv_timeout(stick.patience());
    // What the page cache still holds is freed, and thereby zeroed.
    let _ = fs::write("/proc/sys/vm/drop_caches", "3");
    loop {
        // It does not return; if the firmware cannot power off, a restart wipes as well.
        let _ = reboot(RebootCommand::PowerOff);
        let _ = reboot(RebootCommand::Restart);
        thread::sleep(Duration::from_secs(1));
    }
}

fn close_vault(stick: Stick) {
    let how = match stick {
        Stick::There => UnmountFlags::empty(),
        Stick::Gone => UnmountFlags::FORCE | UnmountFlags::DETACH,
    };
    if unmount(mounts::VAULT, how).is_err() {
        let _ = unmount(mounts::VAULT, UnmountFlags::DETACH);
    }
    if Path::new(volume::OPEN).exists() {
        let _ = volume::close();
    }
    if stick == Stick::There {
        sync();
    }
}
