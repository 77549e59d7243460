//! Watchdogs: if the loop of PID 1 hangs, the PC resets and the vault is closed by that.
//!
//! Every watchdog there is gets fed, the chipset's and the kernel's own. None can be
//! stopped once opened (`CONFIG_WATCHDOG_NOWAYOUT`), so they also guard the way to
//! power-off.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

/// The opened watchdogs.
#[derive(Debug, Default)]
pub struct Watchdogs(Vec<File>);

impl Watchdogs {
    /// Opens, and thereby starts, `/dev/watchdog0`, `1` ….
    pub fn open() -> Self {
        let nodes = fs::read_dir("/dev").into_iter().flatten().flatten();
        let numbered = nodes.filter_map(|node| {
            let name = node.file_name().into_string().ok()?;
            let number = name.strip_prefix("watchdog")?;
            (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(name)
        });
        Self(
            numbered
                .filter_map(|name| {
                    File::options()
                        .write(true)
                        .open(Path::new("/dev").join(name))
                        .ok()
                })
                .collect(),
        )
    }

    /// Says that the loop turns. To be called at least every ten seconds: the shortest
    /// default timeout among the drivers is 30 s.
    pub fn feed(&mut self) {
        for watchdog in &mut self.0 {
            // A watchdog that cannot be fed resets the PC, which is what it is for.
            let _ = watchdog.write_all(b"\0");
        }
    }
}
