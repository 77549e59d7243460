//! Blessing the slot that booted: once a start is known to be good, its file on the boot
//! partition loses its boot counter, so that systemd-boot does not count it as bad after
//! three starts (systemd's Automatic Boot Assessment, where `systemd-bless-boot` does this).
//!
//! The kernel has no FAT, so a porter does it. This is the one conversation that init has
//! with a porter itself: the file is init's own, not foreign, and of the answer nothing
//! but its kind matters. A blessing that fails leaves the counter in the file's name, where
//! whoever looks at the stick sees it; the next start tries again.

use crate::{
    channel::{Broken, Inbox, Outbox, pipe},
    process::{Child, Program},
};
use protocol::{
    FrameReader,
    foreign::{Answer, CountedFile, Job},
};
use rustix::fs::{Mode, OFlags};
use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    time::{Duration, Instant},
};

/// How long it may take altogether. It is some dozen kilobytes, read and flushed.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// Most bytes a porter may answer: its few kinds of frames here have under 32 each.
const MAX_ANSWER: usize = 4096;

/// How far it is.
pub enum Blessing {
    /// The counter of the file that booted is active; `None` where none is.
    Due(Option<CountedFile>),
    Running(Running),
    Over,
}

pub struct Running {
    pub child: Child,
    inbox: Inbox,
    /// Open until the end; the job fits into the pipe.
    _outbox: Outbox,
    answer: Reply,
    until: Instant,
}

impl Blessing {
    pub fn running(&self) -> Option<&Running> {
        match self {
            Self::Running(running) => Some(running),
            Self::Due(_) | Self::Over => None,
        }
    }

    /// Starts it, if it is due, on the partition that was booted. Only the first call does.
    pub fn start(&mut self, partition: &Path, now: Instant) {
        if let Self::Due(file) = self {
            *self = match file.take().map(|file| Running::start(file, partition, now)) {
                Some(Ok(running)) => Self::Running(running),
                Some(Err(_)) | None => Self::Over,
            };
        }
    }

    /// Reads what the porter says, and ends with it or with its time.
    pub fn step(&mut self, now: Instant) {
        if let Self::Running(running) = self
            && (now > running.until || running.is_over())
        {
            // It has flushed, or what it wrote is whole sectors: nothing is lost with it.
            running.child.kill();
            *self = Self::Over;
        }
    }
}

impl Running {
    fn start(file: CountedFile, partition: &Path, now: Instant) -> Result<Self, Broken> {
        let device: OwnedFd = rustix::fs::open(
            partition,
            OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .map_err(io::Error::from)?;
        let (its_input, our_output) = pipe()?;
        let (our_input, its_output) = pipe()?;
        let inbox = Inbox::new(our_input)?;
        let mut outbox = Outbox::new(our_output)?;
        // Before the porter is there, so that a failure leaves none behind.
        outbox.send(&Job::Bless { file })?;
        Ok(Self {
            child: Child::start(Program::Porter, its_input, its_output, vec![device])?,
            inbox,
            _outbox: outbox,
            answer: Reply::default(),
            until: now + PATIENCE,
        })
    }

    fn is_over(&mut self) -> bool {
        match self.inbox.bytes() {
            Ok(bytes) => self.answer.take(bytes),
            Err(_) => true,
        }
    }
}

impl AsFd for Running {
    /// Readable when the porter said something or is gone.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inbox.as_fd()
    }
}

/// What a porter has answered so far.
#[derive(Default)]
struct Reply {
    frames: FrameReader,
    bytes: usize,
}

impl Reply {
    /// Whether these bytes end the conversation: by an answer, or by not being one.
    fn take(&mut self, bytes: &[u8]) -> bool {
        self.bytes += bytes.len();
        if self.bytes > MAX_ANSWER {
            return true;
        }
        self.frames.push(bytes);
        loop {
            match self.frames.next::<Answer>() {
                Ok(Some(Answer::Progress { .. })) => {}
                Ok(None) => return false,
                Ok(Some(Answer::Flushed | Answer::Failed(_) | Answer::Inspected { .. }))
                | Err(_) => return true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use codes::ErrorCode;
    use protocol::encode;

    #[test]
    fn progress_goes_on_and_an_answer_ends_it() {
        let progress = Answer::Progress { done: 1, total: 2 };
        for last in [Answer::Flushed, Answer::Failed(ErrorCode::CompanionIo)] {
            let mut reply = Reply::default();
            assert!(!reply.take(&[]));
            assert!(!reply.take(&encode(&progress).unwrap()));
            let frame = encode(&last).unwrap();
            let (begin, end) = frame.split_at(3);
            assert!(!reply.take(begin));
            assert!(reply.take(end));
        }
    }

    #[test]
    fn a_porter_that_talks_without_end_is_ended() {
        let progress = encode(&Answer::Progress { done: 1, total: 2 }).unwrap();
        let mut reply = Reply::default();
        let frames = (0..MAX_ANSWER).find(|_| reply.take(&progress));
        assert_eq!(frames, Some(MAX_ANSWER / progress.len()));
        assert!(Reply::default().take(&[0xff; 4]));
    }

    #[test]
    fn without_a_counter_nothing_is_started() {
        let mut blessing = Blessing::Due(None);
        blessing.start(Path::new("/nowhere"), Instant::now());
        assert!(matches!(blessing, Blessing::Over));
    }

    #[test]
    fn a_partition_that_cannot_be_opened_leaves_the_counter() {
        let file = CountedFile::parse("kuramori-A+2-1.efi");
        let mut blessing = Blessing::Due(file);
        blessing.start(Path::new("/nowhere"), Instant::now());
        assert!(matches!(blessing, Blessing::Over));
    }
}
