//! What init has a porter do on the boot partition of its own stick, since the kernel has no
//! FAT: read and keep how screen and keyboard are set, and bless the slot that booted.
//!
//! Blessing: once a start is known to be good, the file that booted loses its boot counter,
//! so that systemd-boot does not count it as bad after three starts (systemd's Automatic
//! Boot Assessment, where `systemd-bless-boot` does this). A blessing that fails leaves the
//! counter in the file's name, where whoever looks at the stick sees it; the next start
//! tries again.
//!
//! These are the only conversations that init has with a porter itself: the files are
//! init's own, not foreign, and an answer is one of a few closed values.

use crate::{
    channel::{Broken, Inbox, Outbox, pipe},
    process::{Child, Program},
};
use protocol::{
    FrameReader,
    foreign::{Answer, CountedFile, Job},
    settings::Settings,
};
use rustix::fs::{Mode, OFlags};
use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    time::{Duration, Instant},
};

/// How long an errand may take altogether. It is some dozen kilobytes, read and flushed.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// How long the screen waits to learn how it is set.
const READ_PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes a porter may answer: its few kinds of frames here have under 32 each.
const MAX_ANSWER: usize = 4096;

/// What came of an errand, where somebody wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// [`Errands::settings`] is known from now on.
    SettingsRead,
    SettingsKept(bool),
}

/// What is to be done, and what is being done: one errand at a time.
pub struct Errands {
    settings: Option<Settings>,
    /// Waits to be written; only the newest counts.
    keep: Option<Settings>,
    /// The counter of the file that booted is active.
    bless: Option<CountedFile>,
    running: Option<Running>,
}

/// One porter and its job.
pub struct Running {
    job: Job,
    pub child: Child,
    inbox: Inbox,
    /// Open until the end; the job fits into the pipe.
    _outbox: Outbox,
    answer: Reply,
    until: Instant,
}

impl Errands {
    pub fn new(counted: Option<CountedFile>) -> Self {
        Self {
            settings: None,
            keep: None,
            bless: counted,
            running: None,
        }
    }

    /// How screen and keyboard are set, once it was read or chosen.
    pub fn settings(&self) -> Option<Settings> {
        self.settings
    }

    /// Sets them so, now, and on the stick as soon as that can be.
    pub fn keep(&mut self, settings: Settings) {
        self.settings = Some(settings);
        self.keep = Some(settings);
    }

    pub fn running(&self) -> Option<&Running> {
        self.running.as_ref()
    }

    /// Whether a porter is at work or something that was asked waits to be written.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || self.keep.is_some()
    }

    /// Starts the next errand, if there is one, on the partition that was booted.
    pub fn start(&mut self, partition: &Path, good_start: bool, now: Instant) -> Option<News> {
        if self.running.is_some() {
            return None;
        }
        let job = self.next(good_start)?;
        match Running::start(job.clone(), partition, now) {
            Ok(running) => {
                self.running = Some(running);
                None
            }
            Err(_) => self.done(&job, None),
        }
    }

    /// Nothing is tried twice in one start: what failed would fail again.
    fn next(&mut self, good_start: bool) -> Option<Job> {
        if self.settings.is_none() {
            return Some(Job::ReadSettings);
        }
        if good_start && let Some(file) = self.bless.take() {
            return Some(Job::Bless { file });
        }
        let settings = self.keep.take()?;
        Some(Job::KeepSettings { settings })
    }

    /// Hears what the porter says, and ends with it or with its time.
    pub fn step(&mut self, now: Instant) -> Option<News> {
        let running = self.running.as_mut()?;
        let answer = if now > running.until {
            None
        } else {
            match running.hear() {
                Heard::Nothing => return None,
                Heard::Answer(answer) => Some(answer),
                Heard::End => None,
            }
        };
        let running = self.running.take()?;
        // It has flushed, or what it wrote is whole sectors: nothing is lost with it.
        running.child.kill();
        self.done(&running.job, answer)
    }

    fn done(&mut self, job: &Job, answer: Option<Answer>) -> Option<News> {
        match (job, answer) {
            (Job::ReadSettings, answer) => {
                let settings = match answer {
                    Some(Answer::Settings(settings)) => settings,
                    _ => Settings::default(),
                };
                self.settings.get_or_insert(settings);
                Some(News::SettingsRead)
            }
            // A newer wish is on its way and will be answered.
            (Job::KeepSettings { .. }, _) if self.keep.is_some() => None,
            (Job::KeepSettings { .. }, answer) => {
                Some(News::SettingsKept(answer == Some(Answer::Flushed)))
            }
            _ => None,
        }
    }
}

impl Running {
    fn start(job: Job, partition: &Path, now: Instant) -> Result<Self, Broken> {
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
        outbox.send(&job)?;
        let patience = match job {
            Job::ReadSettings => READ_PATIENCE,
            _ => PATIENCE,
        };
        Ok(Self {
            job,
            child: Child::start(Program::Porter, its_input, its_output, vec![device])?,
            inbox,
            _outbox: outbox,
            answer: Reply::default(),
            until: now + patience,
        })
    }

    fn hear(&mut self) -> Heard {
        match self.inbox.bytes() {
            Ok(bytes) => self.answer.take(bytes),
            Err(_) => Heard::End,
        }
    }
}

impl AsFd for Running {
    /// Readable when the porter said something or is gone.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.inbox.as_fd()
    }
}

/// What came from a porter.
#[derive(Debug, PartialEq)]
enum Heard {
    /// Nothing, or progress.
    Nothing,
    Answer(Answer),
    /// It is gone, or does not keep to the protocol.
    End,
}

/// What a porter has answered so far.
#[derive(Default)]
struct Reply {
    frames: FrameReader,
    bytes: usize,
}

impl Reply {
    fn take(&mut self, bytes: &[u8]) -> Heard {
        self.bytes += bytes.len();
        if self.bytes > MAX_ANSWER {
            return Heard::End;
        }
        self.frames.push(bytes);
        loop {
            match self.frames.next::<Answer>() {
                Ok(Some(Answer::Progress { .. })) => {}
                Ok(None) => return Heard::Nothing,
                Ok(Some(answer)) => return Heard::Answer(answer),
                Err(_) => return Heard::End,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use codes::ErrorCode;
    use protocol::{encode, settings::Layout};

    #[test]
    fn progress_goes_on_and_an_answer_ends_it() {
        let progress = Answer::Progress { done: 1, total: 2 };
        for last in [Answer::Flushed, Answer::Failed(ErrorCode::CompanionIo)] {
            let mut reply = Reply::default();
            assert_eq!(reply.take(&[]), Heard::Nothing);
            assert_eq!(reply.take(&encode(&progress).unwrap()), Heard::Nothing);
            let frame = encode(&last).unwrap();
            let (begin, end) = frame.split_at(3);
            assert_eq!(reply.take(begin), Heard::Nothing);
            assert_eq!(reply.take(end), Heard::Answer(last));
        }
    }

    #[test]
    fn a_porter_that_talks_without_end_is_ended() {
        let progress = encode(&Answer::Progress { done: 1, total: 2 }).unwrap();
        let mut reply = Reply::default();
        let frames = (0..MAX_ANSWER).find(|_| reply.take(&progress) == Heard::End);
        assert_eq!(frames, Some(MAX_ANSWER / progress.len()));
        assert_eq!(Reply::default().take(&[0xff; 4]), Heard::End);
    }

    fn us() -> Settings {
        Settings {
            keyboard: Layout::Us,
            ..Settings::default()
        }
    }

    /// Errands on a partition that cannot be opened.
    fn start(errands: &mut Errands) -> Option<News> {
        let news = errands.start(Path::new("/nowhere"), true, Instant::now());
        assert!(errands.running().is_none());
        news
    }

    #[test]
    fn a_partition_that_cannot_be_opened_means_the_defaults_and_leaves_the_counter() {
        let mut errands = Errands::new(CountedFile::parse("kuramori-A+2-1.efi"));
        assert_eq!(start(&mut errands), Some(News::SettingsRead));
        assert_eq!(errands.settings(), Some(Settings::default()));
        assert_eq!(start(&mut errands), None);
        errands.keep(us());
        assert!(errands.is_busy());
        assert_eq!(start(&mut errands), Some(News::SettingsKept(false)));
        assert_eq!(errands.settings(), Some(us()));
        assert!(!errands.is_busy());
    }

    #[test]
    fn settings_are_read_first_and_the_slot_is_blessed_only_after_a_good_start() {
        let mut errands = Errands::new(CountedFile::parse("kuramori-A+2-1.efi"));
        assert_eq!(errands.next(true), Some(Job::ReadSettings));
        assert_eq!(
            errands.done(&Job::ReadSettings, Some(Answer::Settings(us()))),
            Some(News::SettingsRead)
        );
        assert_eq!(errands.settings(), Some(us()));
        assert_eq!(errands.next(false), None);
        assert!(matches!(errands.next(true), Some(Job::Bless { .. })));
        assert_eq!(errands.next(true), None);
    }

    #[test]
    fn of_several_wishes_only_the_newest_is_kept_and_answered() {
        let mut errands = Errands::new(None);
        errands.keep(us());
        let job = errands.next(false).unwrap();
        assert_eq!(job, Job::KeepSettings { settings: us() });
        errands.keep(Settings::default());
        assert_eq!(errands.done(&job, Some(Answer::Flushed)), None);
        let job = errands.next(false).unwrap();
        let kept = errands.done(&job, Some(Answer::Flushed));
        assert_eq!(kept, Some(News::SettingsKept(true)));
    }
}
