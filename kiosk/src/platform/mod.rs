//! The edge of the kiosk: devices, pipes, clocks.

pub mod canvas;
pub mod frame;
pub mod held_keys;
pub mod keymap;
pub mod num_lock;
pub mod panel;
pub mod pixel;
pub mod pointer;
pub mod pointing;
pub mod wiping;

#[cfg(feature = "stick")]
mod drm;
#[cfg(feature = "stick")]
mod inherited;
#[cfg(feature = "stick")]
mod input;
pub mod pipe;
#[cfg(feature = "stick")]
pub mod stick;
#[cfg(feature = "desktop")]
pub mod window;

use crate::app::Now;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The two clocks of [`Now`].
pub struct Clocks {
    start: Instant,
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clocks {
    pub fn now(&self) -> Now {
        Now {
            unix: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_secs().cast_signed()),
            monotonic: self.start.elapsed(),
        }
    }
}

/// A panic must not print what was being typed: its message is replaced by a fixed text.
pub fn keep_panics_silent() {
    std::panic::set_hook(Box::new(|info| {
        use std::io::Write;
        let (file, line) = info
            .location()
            .map_or(("?", 0), |place| (place.file(), place.line()));
        // Where it happened is ours; what it says might not be.
        let _ = writeln!(std::io::stderr(), "kiosk: internal error at {file}:{line}");
    }));
}
