use crate::{Failure, Result, outside::Stop};
use codes::ErrorCode;
use nix::sys::{
    signal::{SigSet, Signal},
    signalfd::{SfdFlags, SignalFd},
};

/// SIGINT, SIGTERM and SIGHUP as something to ask for, instead of a death in the middle.
pub struct Signals {
    fd: SignalFd,
    asked: bool,
}

impl Signals {
    /// Blocks the signals for this thread and those it starts; to be called first in `main`.
    pub fn catch() -> Result<Self> {
        let mut set = SigSet::empty();
        for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
            set.add(signal);
        }
        let failure = |errno: nix::errno::Errno| Failure {
            code: ErrorCode::Internal,
            step: "signals",
            errno: Some(errno as i32),
        };
        set.thread_block().map_err(failure)?;
        let fd = SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            .map_err(failure)?;
        Ok(Signals { fd, asked: false })
    }
}

impl Stop for Signals {
    fn asked(&mut self) -> bool {
        self.asked |= matches!(self.fd.read_signal(), Ok(Some(_)));
        self.asked
    }
}
