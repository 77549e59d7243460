//! The real courier, as root, on this kernel: nftables, fanotify, tmpfs, a program of
//! another user, and traffic between two network namespaces.
//!
//! Every test has its own pair of network namespaces, state, room and program, so the
//! network of the machine that runs the tests is never cut. Without root none of this
//! can be tried; the tests then say so and pass.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests")]

/// Says why a test does nothing, when it does nothing.
macro_rules! needs_root {
    () => {
        if !rustix::process::geteuid().is_root() {
            eprintln!("skipped: cutting a network, mounting and fanotify need root");
            return;
        }
    };
}

mod kept;
mod network;
mod programs;
mod reading;
mod refused;
mod swept;
mod world;

use std::{
    thread,
    time::{Duration, Instant},
};

/// Long enough that a packet which is let through arrives, on a loaded machine too.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a packet that must not arrive is waited for.
const SILENCE: Duration = Duration::from_millis(400);

fn wait_until(mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it never came");
        thread::sleep(Duration::from_millis(20));
    }
}
