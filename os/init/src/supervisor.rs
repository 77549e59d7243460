//! The one loop of PID 1: it waits for everything at once and decides what follows.
//!
//! Rules that hold throughout:
//! - A process of trust that dies or breaks its protocol (keeper) ends the session: power
//!   off. The kiosk is not trusted with anything and is started again.
//! - A kiosk that died may leave half a message in either direction, and a session that
//!   nobody watches. The keeper locks the session and forgets first, then the new kiosk starts.
//! - The boot stick gone: power off, whatever is under way.
//! - Nothing in the loop waits for a device; slow work is [`crate::vault`]'s.

mod devices;
mod jobs;
mod keeper;
mod kiosk;
mod opening;

use crate::{
    boot_search::Search,
    channel::{Inbox, Outbox, pipe},
    errands::Errands,
    guard::Guard,
    input::PowerButtons,
    pc::{self, Pc},
    power,
    process::Child,
    relay::Job,
    stick::BootStick,
    usb::Devices,
    vault::Worker,
    watchdog::Watchdogs,
};
use codes::ErrorCode;
use protocol::{
    system::Event,
    vessel::{FromInit, PorterEnd},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::inotify,
};
use std::{
    collections::VecDeque,
    io,
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

/// How often the loop turns while something is expected within milliseconds.
const SOON: Duration = Duration::from_millis(20);
/// How often it turns while nothing happens: feeds watchdogs, looks at the bus once more.
const IDLE: Duration = Duration::from_millis(500);
/// How long the search for the boot stick may take before the kiosk says that it failed.
const SEARCH_TIMEOUT: Duration = Duration::from_secs(45);
/// How long the keeper may take to lock. It may be deriving a key, on a slow PC.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to close the database. Its files survive being cut off, so a clerk
/// who wants to leave is not kept waiting longer.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);
/// So that the kiosk can draw its last screen.
const LAST_PICTURE: Duration = Duration::from_millis(400);
/// More crashes of the kiosk than this within [`CRASH_WINDOW`] mean that it cannot run.
const MAX_CRASHES: usize = 6;
const CRASH_WINDOW: Duration = Duration::from_secs(60);
/// No more porter bytes are read while this many wait for the keeper.
const RELAY_LIMIT: usize = 1 << 20;
/// Longest passphrase or words taken, in bytes; libcryptsetup's own bound.
const MAX_SECRET: usize = 512;

/// What a file descriptor in the poll set belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Nodes,
    Worker,
    Button(usize),
    Kiosk,
    KioskOut,
    KioskEnd,
    Keeper,
    KeeperOut,
    KeeperEnd,
    Porter,
    PorterOut,
    PorterEnd,
    Errand,
    ForgottenReplies,
}

/// A process with the conversation it has with init.
struct Partner {
    child: Child,
    inbox: Inbox,
    outbox: Outbox,
}

/// The kiosk's life, which starts over.
enum Kiosk {
    Running {
        partner: Partner,
        /// It said hello and waits for its welcome.
        greeted: bool,
        welcomed: bool,
    },
    /// The keeper was told that it is gone and has until then to forget it.
    Forgetting { until: Instant },
    /// The next one starts then.
    Pausing { until: Instant },
}

/// What is known of the vault.
enum Vault {
    /// The boot stick is not found yet.
    Unknown,
    None,
    Locked {
        failures: u32,
    },
    /// It cannot be opened, and why. Shown as locked; every attempt says the reason.
    Unusable(ErrorCode),
    Open,
}

/// The pipes between kiosk and keeper. Init keeps the kiosk's ends for the next kiosk, and
/// the keeper's until there is a keeper.
struct ClerkPipes {
    kiosk_reads: OwnedFd,
    kiosk_writes: OwnedFd,
    keeper_ends: Option<(OwnedFd, OwnedFd)>,
}

impl ClerkPipes {
    fn new() -> io::Result<Self> {
        let (keeper_reads, kiosk_writes) = pipe()?;
        let (kiosk_reads, keeper_writes) = pipe()?;
        Ok(Self {
            kiosk_reads,
            kiosk_writes,
            keeper_ends: Some((keeper_reads, keeper_writes)),
        })
    }

    /// Reads away what the keeper wrote to a kiosk that is gone.
    fn drain(&self) {
        let mut buffer = zeroize::Zeroizing::new(vec![0; 64 * 1024]);
        loop {
            let mut ready = [PollFd::new(&self.kiosk_reads, PollFlags::IN)];
            let now = Timespec {
                tv_sec: 0,
                tv_nsec: 0,
            };
            let some =
                poll(&mut ready, Some(&now)) == Ok(1) && ready[0].revents().contains(PollFlags::IN);
            if !some
                || !matches!(
                    rustix::io::read(&self.kiosk_reads, &mut buffer[..]),
                    Ok(1..)
                )
            {
                return;
            }
        }
    }
}

pub struct Supervisor {
    release: String,
    pc: Pc,
    secure_boot: bool,
    started: Instant,
    watchdogs: Watchdogs,
    nodes: OwnedFd,
    buttons: PowerButtons,
    devices: Devices,
    search: Option<Search>,
    stick: Option<BootStick>,
    worker: Worker,
    vault: Vault,
    guard: Guard,
    clock_confirmed: bool,
    clerk: ClerkPipes,
    kiosk: Kiosk,
    crashes: VecDeque<Instant>,
    keeper: Option<Partner>,
    session_open: bool,
    job: Option<Job>,
    errands: Errands,
    /// The clerk asked to power off; when the power goes at the latest.
    ending: Option<Instant>,
    last_scan: Instant,
}

impl Supervisor {
    /// With everything mounted. Fails only where nothing could work.
    pub fn new() -> io::Result<Self> {
        let now = Instant::now();
        let nodes = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK)?;
        Ok(Self {
            release: pc::release(),
            pc: Pc::read(),
            secure_boot: pc::secure_boot(),
            started: now,
            watchdogs: Watchdogs::open(),
            nodes,
            buttons: PowerButtons::open(),
            devices: Devices::default(),
            search: Some(Search::new(pc::boot_partition())),
            stick: None,
            worker: Worker::new()?,
            vault: Vault::Unknown,
            guard: Guard::default(),
            clock_confirmed: false,
            clerk: ClerkPipes::new()?,
            kiosk: Kiosk::Pausing { until: now },
            crashes: VecDeque::new(),
            keeper: None,
            session_open: false,
            job: None,
            errands: Errands::new(pc::counted_file()),
            ending: None,
            last_scan: now,
        })
    }

    /// Until the power goes.
    pub fn run(mut self) -> ! {
        self.look_at_devices();
        loop {
            self.watchdogs.feed();
            self.step_timers();
            for (source, flags) in self.wait() {
                self.handle(source, flags);
            }
        }
    }

    fn wait(&self) -> Vec<(Source, PollFlags)> {
        let (read, write) = (PollFlags::IN, PollFlags::OUT);
        let mut set = vec![
            (Source::Nodes, PollFd::new(&self.nodes, read)),
            (Source::Worker, PollFd::new(&self.worker, read)),
        ];
        for (index, fd) in self.buttons.fds().enumerate() {
            set.push((Source::Button(index), PollFd::from_borrowed_fd(fd, read)));
        }
        if let Kiosk::Running { partner, .. } = &self.kiosk {
            set.push((Source::Kiosk, PollFd::new(&partner.inbox, read)));
            set.push((Source::KioskEnd, PollFd::new(&partner.child, read)));
            if partner.outbox.waiting() > 0 {
                set.push((Source::KioskOut, PollFd::new(&partner.outbox, write)));
            }
        }
        if let Kiosk::Forgetting { .. } = self.kiosk {
            let replies = PollFd::new(&self.clerk.kiosk_reads, read);
            set.push((Source::ForgottenReplies, replies));
        }
        let mut backlog = 0;
        if let Some(keeper) = &self.keeper {
            backlog = keeper.outbox.waiting();
            set.push((Source::Keeper, PollFd::new(&keeper.inbox, read)));
            set.push((Source::KeeperEnd, PollFd::new(&keeper.child, read)));
            if backlog > 0 {
                set.push((Source::KeeperOut, PollFd::new(&keeper.outbox, write)));
            }
        }
        if let Some(porter) = self.job.as_ref().and_then(|job| job.porter.as_ref()) {
            // A keeper that is slow slows the porter down instead of filling memory.
            if backlog < RELAY_LIMIT && !porter.closed {
                set.push((Source::Porter, PollFd::new(&porter.inbox, read)));
            }
            if backlog < RELAY_LIMIT {
                set.push((Source::PorterEnd, PollFd::new(&porter.child, read)));
            }
            if porter.outbox.waiting() > 0 {
                set.push((Source::PorterOut, PollFd::new(&porter.outbox, write)));
            }
        }

        if let Some(running) = self.errands.running() {
            set.push((Source::Errand, PollFd::new(running, read)));
        }

        let (sources, mut fds): (Vec<Source>, Vec<PollFd<'_>>) = set.into_iter().unzip();
        let timeout = self.timeout();
        let timeout = Timespec {
            tv_sec: timeout.as_secs() as i64,
            tv_nsec: timeout.subsec_nanos().into(),
        };
        // Interrupted: the next turn looks again.
        let _ = poll(&mut fds, Some(&timeout));
        sources
            .into_iter()
            .zip(fds.iter().map(PollFd::revents))
            .filter(|(_, flags)| !flags.is_empty())
            .collect()
    }

    fn timeout(&self) -> Duration {
        let job_waits = self.job.as_ref().is_some_and(|job| job.porter.is_none());
        let kiosk_waits = matches!(self.kiosk, Kiosk::Pausing { .. });
        if self.search.is_some() || job_waits || kiosk_waits || self.ending.is_some() {
            SOON
        } else {
            IDLE
        }
    }

    fn step_timers(&mut self) {
        let now = Instant::now();
        if now - self.last_scan >= 2 * IDLE {
            self.look_at_devices();
        }
        self.step_search(now);
        self.step_errands(now);
        self.step_job(now);
        match self.kiosk {
            Kiosk::Pausing { until } if now >= until && self.ending.is_none() => {
                self.start_kiosk(now);
            }
            // A keeper that does not answer is not one to trust an open vault to.
            Kiosk::Forgetting { until } if now >= until => self.power_off_now(self.stick_state()),
            _ => {}
        }
        // A clerk who confirms the clock and leaves has seen a good start too.
        let busy = self.errands.is_busy();
        if self
            .ending
            .is_some_and(|until| now >= until && !(busy && now < until + CLOSE_PATIENCE))
        {
            self.power_off_now(self.stick_state());
        }
    }

    fn handle(&mut self, source: Source, flags: PollFlags) {
        match source {
            Source::Nodes => {
                self.read_node_events();
                self.look_at_devices();
            }
            Source::Worker => {
                for news in self.worker.news() {
                    self.take_news(news);
                }
            }
            Source::Button(index) => {
                if flags.contains(PollFlags::IN) && self.buttons.pressed(index) {
                    self.power_off();
                }
            }
            Source::Kiosk => self.hear_kiosk(),
            Source::KioskOut => {
                if let Kiosk::Running { partner, .. } = &mut self.kiosk
                    && partner.outbox.flush().is_err()
                {
                    self.lose_kiosk(true);
                }
            }
            Source::KioskEnd => self.lose_kiosk(true),
            Source::Keeper => self.hear_keeper(),
            Source::KeeperOut => {
                if let Some(Err(_)) = self.keeper.as_mut().map(|k| k.outbox.flush()) {
                    self.lose_keeper();
                }
            }
            Source::KeeperEnd => self.lose_keeper(),
            Source::Porter => self.hear_porter(),
            Source::PorterOut => {
                let job = self.job.as_mut().and_then(|job| job.porter.as_mut());
                if let Some(Err(_)) = job.map(|porter| porter.outbox.flush()) {
                    self.end_job(PorterEnd::Failed);
                }
            }
            Source::PorterEnd => self.porter_exited(),
            Source::Errand => self.step_errands(Instant::now()),
            Source::ForgottenReplies => self.clerk.drain(),
        }
    }

    /// In good order: the keeper closes its database first.
    fn power_off(&mut self) {
        if self.ending.is_some() {
            return;
        }
        let patience = match self.keeper {
            Some(_) => CLOSE_PATIENCE,
            None => LAST_PICTURE,
        };
        self.ending = Some(Instant::now() + patience);
        self.tell_kiosk(Event::PoweringOff);
        self.tell_keeper(FromInit::Close);
    }

    fn power_off_now(&self, stick: power::Stick) -> ! {
        let mut children = Vec::new();
        if let Kiosk::Running { partner, .. } = &self.kiosk {
            children.push(&partner.child);
        }
        if let Some(porter) = self.job.as_ref().and_then(|job| job.porter.as_ref()) {
            children.push(&porter.child);
        }
        children.extend(self.errands.running().map(|running| &running.child));
        children.extend(self.keeper.as_ref().map(|keeper| &keeper.child));
        power::end(&children, stick)
    }
}
