//! The pipes init gave this process (docs/architecture.md): 0 and 1 to the keeper, 3 and 4
//! to init.

#![allow(
    unsafe_code,
    reason = "a number becomes an owned descriptor only by saying that nobody else owns it"
)]

use std::os::fd::{FromRawFd, OwnedFd};

/// Reads from and writes to the keeper, reads from and writes to init.
///
/// Must be called once, first in `main`, and nothing else may use standard input or
/// output afterwards.
pub fn pipes() -> [(OwnedFd, OwnedFd); 2] {
    // SAFETY: init opened exactly these four before starting the process, and the kiosk
    // uses neither `stdin` nor `stdout`.
    let own = |number| unsafe { OwnedFd::from_raw_fd(number) };
    [(own(0), own(1)), (own(3), own(4))]
}
