//! fanotify lets everybody pass once the process that holds it is gone, so a courier
//! that is killed must not leave its file behind even for a minute. The sentinel is a
//! second courier process that waits for the end of the first and then sweeps.

use crate::{Failure, Result};
use codes::ErrorCode;
use std::{
    io::{Read, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// What a courier writes to its sentinel when there is nothing to sweep.
const DISMISSED: u8 = b'.';

/// The sentinel of this process.
pub struct Sentinel {
    child: Child,
    line: ChildStdin,
}

impl Sentinel {
    /// Starts `courier sweep --when-input-ends` of this very executable. The write end
    /// of its standard input closes when this process ends, however it ends.
    pub fn start(state: &Path, room: &Path) -> Result<Self> {
        const STEP: &str = "start the sentinel";
        let mut child = Command::new("/proc/self/exe")
            .args(["sweep", "--when-input-ends", "--state"])
            .arg(state)
            .arg("--room")
            .arg(room)
            .stdin(Stdio::piped())
            // Ctrl-C on the terminal goes to the courier alone.
            .process_group(0)
            .spawn()
            .map_err(Failure::io(ErrorCode::Internal, STEP))?;
        let line = child
            .stdin
            .take()
            .ok_or(Failure::new(ErrorCode::Internal, STEP))?;
        Ok(Sentinel { child, line })
    }

    /// Nothing is left to sweep: the sentinel ends.
    pub fn dismiss(mut self) {
        // A sentinel that is gone already needs no word.
        let _ = self.line.write_all(&[DISMISSED]);
        drop(self.line);
        let _ = self.child.wait();
    }
}

/// In the sentinel: waits for the end of the courier. Whether there is to be swept.
pub fn courier_died() -> bool {
    let mut line = Vec::new();
    let _ = std::io::stdin().take(1).read_to_end(&mut line);
    line.first() != Some(&DISMISSED)
}
