//! The keeper and the porter as processes of their own, made from one executable.
#![allow(
    unsafe_code,
    reason = "pipes on the numbers 3 and 4 can only be placed between fork and exec"
)]

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};

/// First argument of a process that a desk started.
const PART: &str = "--desk-part";

/// When a desk started this process, be its keeper or porter and return how it ended;
/// otherwise `None`: this is an ordinary start.
pub fn be_part() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()?.as_os_str() != OsStr::new(PART) {
        return None;
    }
    let part = arguments.next()?;
    let rest: Vec<OsString> = arguments.collect();
    Some(match part.to_str()? {
        "keeper" => keeper::process::main(rest),
        "porter" => porter::process::main(rest),
        _ => ExitCode::FAILURE,
    })
}

pub(crate) struct KeeperProcess {
    child: Child,
    pub(crate) from: OwnedFd,
    pub(crate) to: OwnedFd,
}

impl KeeperProcess {
    pub(crate) fn wait(&mut self) {
        let _ = self.child.wait();
    }
}

pub(crate) struct PorterProcess {
    child: Child,
    pub(crate) from: OwnedFd,
    pub(crate) to: OwnedFd,
}

impl PorterProcess {
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
    }

    /// Waits for its end: whether it was a success.
    pub(crate) fn wait(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }
}

/// Starts the keeper on `vault`, with the kiosk's pipes on 0 and 1 and ours on 3 and 4.
pub(crate) fn start_keeper(
    program: &Path,
    vault: &Path,
    from_kiosk: &OwnedFd,
    to_kiosk: &OwnedFd,
) -> io::Result<KeeperProcess> {
    let (theirs_in, to) = crate::pipe()?;
    let (from, theirs_out) = crate::pipe()?;
    // Out of the way of the numbers they go to.
    let theirs_in = rustix::io::fcntl_dupfd_cloexec(&theirs_in, 10)?;
    let theirs_out = rustix::io::fcntl_dupfd_cloexec(&theirs_out, 10)?;
    let mut command = Command::new(program);
    command
        .args([PART, "keeper", "--vault"])
        .arg(vault)
        .stdin(from_kiosk.try_clone()?)
        .stdout(to_kiosk.try_clone()?);
    // SAFETY: only dup2 is called, which is async-signal-safe; nothing is allocated.
    unsafe {
        command.pre_exec(move || {
            place(&theirs_in, 3)?;
            place(&theirs_out, 4)
        });
    }
    let child = command.spawn()?;
    Ok(KeeperProcess { child, from, to })
}

fn place(fd: &OwnedFd, number: RawFd) -> io::Result<()> {
    // SAFETY: in the child between fork and exec, where nothing owns this number; it is
    // forgotten right after, so that it stays open.
    let mut target = unsafe { OwnedFd::from_raw_fd(number) };
    let placed = rustix::io::dup2(fd, &mut target);
    std::mem::forget(target);
    Ok(placed?)
}

/// Starts the porter on an image file.
pub(crate) fn start_porter(program: &Path, image: &Path) -> io::Result<PorterProcess> {
    let mut child = Command::new(program)
        .args([PART, "porter", "--image"])
        .arg(image)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(to), Some(from)) => Ok(PorterProcess {
            child,
            from: from.into(),
            to: to.into(),
        }),
        _ => Err(io::Error::other("no pipes")),
    }
}

pub(crate) fn write_all(fd: &OwnedFd, mut bytes: &[u8]) -> rustix::io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(fd, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
