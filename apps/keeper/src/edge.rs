//! The keeper's four pipes and its one loop.
//!
//! Nothing here decides anything: bytes become messages, messages reach
//! [`Keeper`], replies become bytes. All four pipes are non-blocking, so
//! that a kiosk that does not read cannot keep the keeper from init's messages.

mod pipes;

use crate::Keeper;
use crate::outside::{Outside, Plugged, PorterError, Stop};
use codes::ErrorCode;
use pipes::{Incoming, Outgoing};
use protocol::clerk::{Reply, Request, Step};
use protocol::foreign::{Answer, Job};
use protocol::system::DeviceId;
use protocol::vessel::{CHUNK, FromInit, FromKeeper, PorterEnd};
use protocol::{FrameError, FrameReader, encode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};
use std::collections::VecDeque;
use std::os::fd::OwnedFd;

/// How long a porter may take to end by itself after its last answer, in seconds.
const PORTER_END_SECONDS: u64 = 5;

/// The keeper's ends of its pipes.
#[derive(Debug)]
pub struct Pipes {
    pub from_kiosk: OwnedFd,
    pub to_kiosk: OwnedFd,
    pub from_init: OwnedFd,
    pub to_init: OwnedFd,
}

/// Why the loop ended without init having asked for it.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    #[error("init is gone")]
    InitGone,
    #[error("init's bytes are not messages")]
    Init(#[from] FrameError),
    #[error("a pipe failed")]
    Pipe(#[from] Errno),
}

/// Serves kiosk and init until init says `Close`. The vault is locked and closed when
/// it returns, whatever the reason.
pub fn run(pipes: Pipes, mut keeper: Keeper) -> Result<(), EdgeError> {
    let mut edge = Edge::new(pipes)?;
    let mut told_open = false;
    let end = loop {
        let wait = if edge.has_work() { Some(0) } else { None };
        if let Err(error) = edge.pump(wait) {
            break Err(error);
        }
        for news in std::mem::take(&mut edge.news) {
            match news {
                FromInit::Start(circumstances) => keeper.start(circumstances, &edge),
                FromInit::DeviceDecided {
                    kind,
                    name,
                    allowed,
                } => keeper.device_decided(kind, &name, allowed, &edge),
                // The rest was taken care of where it arrived.
                _ => {}
            }
        }
        if edge.closing {
            keeper.close(&edge);
            edge.tell_init(&FromKeeper::Closed);
            break edge.flush_init();
        }
        if edge.kiosk_gone {
            keeper.kiosk_gone(&edge);
            edge.forget_kiosk();
            edge.tell_session(&mut told_open, keeper.session_open());
            edge.tell_init(&FromKeeper::KioskForgotten);
        } else if let Some(request) = edge.waiting.take() {
            edge.cancelled = false;
            let reply = keeper.handle(request, &mut edge);
            edge.tell_session(&mut told_open, keeper.session_open());
            if !edge.kiosk_gone {
                edge.tell_kiosk(&reply);
            }
        } else if edge.kiosk_broken {
            // Once: what follows on this pipe cannot be told apart any more.
            edge.kiosk_broken = false;
            keeper.kiosk_broken(&edge);
            edge.tell_session(&mut told_open, keeper.session_open());
            edge.tell_kiosk(&Reply::Refused(ErrorCode::MalformedMessage));
        }
    };
    if end.is_err() {
        keeper.close(&edge);
    }
    end
}

struct Edge {
    kiosk_in: Incoming,
    kiosk_out: Outgoing,
    init_in: Incoming,
    init_out: Outgoing,
    /// The next request, until it is handled. While one waits, the kiosk is not read.
    waiting: Option<Request>,
    /// `Cancel` came. One that came too late is forgotten with the next request.
    cancelled: bool,
    kiosk_gone: bool,
    kiosk_broken: bool,
    closing: bool,
    first_run_marked: bool,
    /// Init's messages that wait for the request under way.
    news: Vec<FromInit>,
    porter: Porter,
}

#[derive(Default)]
struct Porter {
    /// Between `StartPorter` and `PorterEnded`.
    asked: bool,
    plugged: Option<Plugged>,
    ended: Option<PorterEnd>,
    frames: FrameReader,
    answers: VecDeque<Answer>,
    /// Its last answer came.
    answered: bool,
    /// It wrote bytes that are not answers.
    broken: bool,
}

impl Edge {
    fn new(pipes: Pipes) -> Result<Self, Errno> {
        Ok(Self {
            kiosk_in: Incoming::new(pipes.from_kiosk)?,
            kiosk_out: Outgoing::new(pipes.to_kiosk)?,
            init_in: Incoming::new(pipes.from_init)?,
            init_out: Outgoing::new(pipes.to_init)?,
            waiting: None,
            cancelled: false,
            kiosk_gone: false,
            kiosk_broken: false,
            closing: false,
            first_run_marked: false,
            news: Vec::new(),
            porter: Porter::default(),
        })
    }

    /// Whether the main loop has something to do before it waits for more.
    fn has_work(&self) -> bool {
        self.closing
            || self.kiosk_gone
            || self.kiosk_broken
            || self.waiting.is_some()
            || !self.news.is_empty()
    }

    /// Waits until a pipe is ready, at most `seconds`; moves bytes; sorts the messages
    /// that became whole.
    fn pump(&mut self, seconds: Option<u64>) -> Result<(), EdgeError> {
        let read_kiosk = self.waiting.is_none() && !self.kiosk_in.ended;
        let mut fds = vec![PollFd::new(&self.init_in.fd, PollFlags::IN)];
        if read_kiosk {
            fds.push(PollFd::new(&self.kiosk_in.fd, PollFlags::IN));
        }
        if !self.init_out.is_empty() {
            fds.push(PollFd::new(&self.init_out.fd, PollFlags::OUT));
        }
        if !self.kiosk_out.is_empty() {
            fds.push(PollFd::new(&self.kiosk_out.fd, PollFlags::OUT));
        }
        let timeout = seconds.map(|seconds| Timespec {
            tv_sec: seconds as i64,
            tv_nsec: 0,
        });
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) | Err(Errno::INTR) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        self.read_init()?;
        if read_kiosk {
            self.read_kiosk();
        }
        self.init_out.write().map_err(|_| EdgeError::InitGone)?;
        if self.kiosk_out.write().is_err() {
            // Nobody reads: init will say that the kiosk is gone.
            self.kiosk_out.clear();
        }
        Ok(())
    }

    fn read_init(&mut self) -> Result<(), EdgeError> {
        self.init_in.read()?;
        while let Some(message) = self.init_in.frames.next::<FromInit>()? {
            match message {
                FromInit::KioskGone => self.kiosk_gone = true,
                FromInit::Close => self.closing = true,
                FromInit::FirstRunMarked => self.first_run_marked = true,
                FromInit::PorterStarted { hardware, size } => {
                    self.porter.plugged = Some(Plugged { hardware, size });
                }
                FromInit::PorterData(bytes) => self.porter.take(&bytes),
                FromInit::PorterEnded(end) => self.porter.ended = Some(end),
                FromInit::Start(_) | FromInit::DeviceDecided { .. } => self.news.push(message),
            }
        }
        if self.init_in.ended {
            return Err(EdgeError::InitGone);
        }
        Ok(())
    }

    fn read_kiosk(&mut self) {
        if self.kiosk_in.read().is_err() {
            self.kiosk_in.ended = true;
        }
        while self.waiting.is_none() {
            match self.kiosk_in.frames.next::<Request>() {
                Ok(Some(Request::Cancel)) => self.cancelled = true,
                Ok(Some(request)) => self.waiting = Some(request),
                Ok(None) => break,
                Err(_) => {
                    self.kiosk_in.frames.clear();
                    self.kiosk_in.ended = true;
                    self.kiosk_broken = true;
                    break;
                }
            }
        }
    }

    /// Drops everything that a dead kiosk said or was to be told, and reads its pipe empty.
    fn forget_kiosk(&mut self) {
        while matches!(self.kiosk_in.read_once(), Ok(read) if read > 0) {
            self.kiosk_in.frames.clear();
        }
        self.kiosk_in.frames.clear();
        // Init holds the writing end for the next kiosk: an end of file is not for ever.
        self.kiosk_in.ended = false;
        self.kiosk_out.clear();
        self.waiting = None;
        self.cancelled = false;
        self.kiosk_gone = false;
        self.kiosk_broken = false;
    }

    fn tell_kiosk(&mut self, reply: &Reply) {
        // A reply over the bound is a defect of ours; the kiosk must still get an answer.
        let frame = encode(reply)
            .or_else(|_| encode(&Reply::Refused(ErrorCode::Internal)))
            .unwrap_or_default();
        self.kiosk_out.push(frame);
    }

    fn tell_progress(&mut self, step: Step, done: u64, total: u64) {
        // The newest is enough for a kiosk that is slow to read.
        if self.kiosk_out.is_empty() && !self.kiosk_gone {
            self.tell_kiosk(&Reply::Progress { step, done, total });
        }
    }

    fn tell_init(&mut self, message: &FromKeeper) {
        self.init_out.push(encode(message).unwrap_or_default());
    }

    fn tell_session(&mut self, told: &mut bool, open: bool) {
        if *told != open {
            *told = open;
            self.tell_init(&FromKeeper::Session { open });
        }
    }

    /// Writes what init still has to read, waiting for it.
    fn flush_init(&mut self) -> Result<(), EdgeError> {
        while !self.init_out.is_empty() {
            match poll(&mut [PollFd::new(&self.init_out.fd, PollFlags::OUT)], None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            self.init_out.write().map_err(|_| EdgeError::InitGone)?;
        }
        Ok(())
    }

    /// Whether the work under way has to end. A cancel is told once: what cleans up
    /// after it may run to its end.
    fn stop_asked(&mut self) -> Result<(), Stop> {
        if self.closing {
            Err(Stop::Closing)
        } else if self.kiosk_gone {
            Err(Stop::KioskGone)
        } else if std::mem::take(&mut self.cancelled) {
            Err(Stop::Cancelled)
        } else {
            Ok(())
        }
    }

    /// One round of [`Self::pump`] in the middle of a request.
    fn pump_at_work(&mut self, seconds: Option<u64>) -> Result<(), Stop> {
        self.stop_asked()?;
        if self.pump(seconds).is_err() {
            // Without init there is nobody left to work for.
            self.closing = true;
        }
        self.stop_asked()
    }

    /// Waits until the porter has ended; after `patience` seconds it is told to.
    fn end_porter(&mut self, patience: u64) {
        let give_up = self.monotonic_seconds() + patience;
        let mut told = false;
        while self.porter.asked && self.porter.ended.is_none() {
            if !told && self.monotonic_seconds() >= give_up {
                self.tell_init(&FromKeeper::StopPorter);
                told = true;
            }
            if self.pump(Some(1)).is_err() {
                self.closing = true;
                break;
            }
        }
        self.porter = Porter::default();
    }

    /// Pumps until `ready` gives something, the porter ends or the work has to stop.
    fn await_porter<T>(
        &mut self,
        mut ready: impl FnMut(&mut Self) -> Option<T>,
    ) -> Result<T, PorterError> {
        loop {
            if let Some(value) = ready(self) {
                return Ok(value);
            }
            if self.porter.broken {
                self.end_porter(0);
                return Err(PorterError::Failed);
            }
            if let Some(end) = self.porter.ended {
                self.porter = Porter::default();
                return Err(match end {
                    PorterEnd::StickGone => PorterError::StickGone,
                    PorterEnd::Done | PorterEnd::Failed => PorterError::Failed,
                });
            }
            if let Err(stop) = self.pump_at_work(None) {
                self.end_porter(0);
                return Err(stop.into());
            }
        }
    }
}

impl Outside for Edge {
    fn unix_seconds(&self) -> i64 {
        clock_gettime(ClockId::Realtime).tv_sec
    }

    fn monotonic_seconds(&self) -> u64 {
        clock_gettime(ClockId::Boottime).tv_sec.unsigned_abs()
    }

    fn progress(&mut self, step: Step, done: u64, total: u64) -> Result<(), Stop> {
        self.tell_progress(step, done, total);
        self.pump_at_work(Some(0))
    }

    fn first_run_done(&mut self) -> Result<(), Stop> {
        self.first_run_marked = false;
        self.tell_init(&FromKeeper::FirstRunDone);
        while !self.first_run_marked {
            // The vault is made: a cancel comes too late and is not looked at.
            self.cancelled = false;
            self.pump_at_work(None)?;
        }
        Ok(())
    }

    fn start_porter(&mut self, device: DeviceId) -> Result<Plugged, PorterError> {
        self.porter = Porter {
            asked: true,
            ..Porter::default()
        };
        self.tell_init(&FromKeeper::StartPorter { device });
        self.await_porter(|edge| edge.porter.plugged.clone())
    }

    fn ask_porter(&mut self, job: &Job, step: Step) -> Result<Answer, PorterError> {
        let frame = encode(job).map_err(|_| PorterError::Failed)?;
        for chunk in frame.chunks(CHUNK) {
            self.tell_init(&FromKeeper::PorterData(chunk.to_vec()));
        }
        let answer = self.await_porter(|edge| {
            loop {
                match edge.porter.answers.pop_front()? {
                    Answer::Progress { done, total } => {
                        edge.tell_progress(step, done.min(total), total);
                    }
                    answer => return Some(answer),
                }
            }
        })?;
        self.end_porter(PORTER_END_SECONDS);
        Ok(answer)
    }

    fn stop_porter(&mut self) {
        self.end_porter(0);
    }
}

impl Porter {
    fn take(&mut self, bytes: &[u8]) {
        if !self.asked || self.broken {
            return;
        }
        self.frames.push(bytes);
        loop {
            match self.frames.next::<Answer>() {
                Ok(Some(answer @ Answer::Progress { .. })) => {
                    // Only the newest counts: a porter cannot fill memory with them.
                    if matches!(self.answers.back(), Some(Answer::Progress { .. })) {
                        self.answers.pop_back();
                    }
                    self.answers.push_back(answer);
                }
                // One job has one final answer; whatever follows is ignored.
                Ok(Some(_)) if self.answered => {}
                Ok(Some(answer)) => {
                    self.answered = true;
                    self.answers.push_back(answer);
                }
                Ok(None) => return,
                Err(_) => {
                    self.broken = true;
                    return;
                }
            }
        }
    }
}
