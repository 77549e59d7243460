//! The pipes a keeper process is born with (docs/architecture.md, "Processes and data").
#![allow(
    unsafe_code,
    reason = "a file descriptor that a process inherits by number can only be claimed by number"
)]

use crate::edge::Pipes;
use rustix::io::Errno;
use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

const FROM_KIOSK: RawFd = 0;
const TO_KIOSK: RawFd = 1;
const FROM_INIT: RawFd = 3;
const TO_INIT: RawFd = 4;

/// Claims the four pipes. To be called once, first thing in the process.
///
/// # Errors
/// When one of them is not open: somebody started the keeper by hand.
pub fn pipes() -> Result<Pipes, Errno> {
    Ok(Pipes {
        from_kiosk: claim(FROM_KIOSK)?,
        to_kiosk: claim(TO_KIOSK)?,
        from_init: claim(FROM_INIT)?,
        to_init: claim(TO_INIT)?,
    })
}

fn claim(number: RawFd) -> Result<OwnedFd, Errno> {
    // SAFETY: borrowed for this one call, which answers EBADF if nothing is open there.
    rustix::io::fcntl_getfd(unsafe { BorrowedFd::borrow_raw(number) })?;
    // SAFETY: it is open, and by contract with init it belongs to this module alone:
    // the process has opened nothing yet, and nothing else uses stdin or stdout.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}
