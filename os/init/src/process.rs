//! Starting, watching and ending the other processes.
//!
//! A process starts as init's own executable in the role of [`crate::room`]: that stage,
//! still root and alone in its address space, builds the room around itself and then
//! becomes the program. So nothing has to be done between fork and exec.

use rustix::{
    io::{FdFlags, fcntl_setfd},
    process::{
        Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, pidfd_open, pidfd_send_signal, waitid,
    },
};
use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    process::{Command, Stdio},
};

/// The programs that live in a room of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Kiosk,
    Keeper,
    Porter,
}

impl Program {
    pub const ALL: [Self; 3] = [Self::Kiosk, Self::Keeper, Self::Porter];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Keeper => "keeper",
            Self::Porter => "porter",
        }
    }

    /// Its user and its group.
    pub const fn uid(self) -> u32 {
        match self {
            Self::Kiosk => 101,
            Self::Keeper => 102,
            Self::Porter => 103,
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }
}

/// Where init's own executable is, inside the image.
pub const INIT: &str = "/init";

/// A running process. Dropping it does not end it.
///
/// Only these are ever reaped: a room holds no second program to start, so there are no
/// orphans for PID 1 to inherit.
pub struct Child {
    handle: OwnedFd,
}

impl Child {
    /// Starts `program` with `fds` as its descriptors 0, 1, 3, 4 …; 2 is /dev/null.
    pub fn start(
        program: Program,
        input: OwnedFd,
        output: OwnedFd,
        further: Vec<OwnedFd>,
    ) -> io::Result<Self> {
        let mut command = Command::new(INIT);
        command.args(["room", program.name()]);
        for end in &further {
            // Inherited by the stage, which moves it to its place. Any other process that
            // starts meanwhile goes through the same stage and closes it.
            fcntl_setfd(end, FdFlags::empty())?;
            command.arg(end.as_raw_fd().to_string());
        }
        Self::spawn(
            command
                .stdin(Stdio::from(input))
                .stdout(Stdio::from(output)),
        )
    }

    /// Starts a program of the image as root, in no room: for tools that init trusts.
    pub fn tool(path: &str, arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(INIT);
        command.args(["tool", path]).args(arguments);
        Self::spawn(command.stdin(Stdio::null()).stdout(Stdio::null()))
    }

    fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.env_clear().stderr(Stdio::null()).spawn()?;
        let pid = Pid::from_child(&child);
        let handle = pidfd_open(pid, PidfdFlags::empty())?;
        Ok(Self { handle })
    }

    /// Its exit status if it has ended: `Some(0)` is success, signals count as failure.
    pub fn ended(&self) -> Option<i32> {
        self.wait(WaitIdOptions::EXITED | WaitIdOptions::NOHANG)
    }

    /// Blocks until it has ended.
    pub fn join(&self) -> i32 {
        self.wait(WaitIdOptions::EXITED).unwrap_or(-1)
    }

    fn wait(&self, options: WaitIdOptions) -> Option<i32> {
        match waitid(WaitId::PidFd(self.handle.as_fd()), options) {
            Ok(status) => status.map(|s| s.exit_status().unwrap_or(-1)),
            // Reaped already.
            Err(_) => Some(-1),
        }
    }

    /// Ends it at once and waits until its memory is given back.
    pub fn kill(&self) {
        if pidfd_send_signal(&self.handle, Signal::KILL).is_ok() {
            self.join();
        }
    }
}

impl AsFd for Child {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.handle.as_fd()
    }
}
