//! The one loop of PID 1: it waits for everything at once and decides what follows.
//!
//! Rules that hold throughout:
//! - A process of trust that dies or breaks its protocol (keeper) ends the session: power
//!   off. The kiosk is not trusted with anything and is started again.
//! - A kiosk that died may leave half a message in either direction, and a session that
//!   nobody watches. The keeper locks the session and forgets first, then the new kiosk starts.
//! - The boot stick gone: power off, whatever is under way.
//! - Nothing in the loop waits for a device; slow work is [`crate::vault`]'s.

use crate::{
    boot_search::Search,
    channel::{Inbox, Outbox, pipe},
    clock,
    errands::{self, Errands},
    guard::Guard,
    input::{self, PowerButtons},
    pc::{self, Pc},
    power,
    process::{Child, Program},
    relay::{Job, Step},
    stick::BootStick,
    usb::{
        Devices, Power,
        policy::{Kind, Refusal},
        sysfs,
    },
    vault::{News, Order, Worker},
    volume::State,
    watchdog::Watchdogs,
};
use codes::ErrorCode;
use protocol::{
    settings::Settings,
    system::{DeviceId, Event, InputKind, Request, VaultState, Welcome},
    vessel::{Circumstances, FromInit, FromKeeper, PorterEnd},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::inotify,
};
use std::{
    collections::VecDeque,
    fs, io,
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

    // The boot stick and what is plugged in.

    fn read_node_events(&mut self) {
        let mut buffer = [std::mem::MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(&self.nodes, &mut buffer);
        // Which node it was does not matter: the bus is looked at as a whole.
        while events.next().is_ok() {}
    }

    /// Watches the folders whose changes mean that something was plugged or pulled. Adding
    /// a watch again changes nothing, so new buses are simply added with the rest.
    fn watch_nodes(&self) {
        let flags = inotify::WatchFlags::CREATE | inotify::WatchFlags::DELETE;
        let buses = fs::read_dir("/dev/bus/usb").into_iter().flatten().flatten();
        let folders = ["/dev", "/dev/input", "/dev/dri", "/dev/bus/usb"].map(Into::into);
        for folder in folders.into_iter().chain(buses.map(|bus| bus.path())) {
            let _ = inotify::add_watch(&self.nodes, &folder, flags);
        }
    }

    fn look_at_devices(&mut self) {
        self.last_scan = Instant::now();
        self.watch_nodes();
        // A controller may come up late. Where this fails, devices would be used with all
        // their interfaces: rather nothing.
        if sysfs::close_all_buses().is_err() {
            self.power_off_now(self.stick_state());
        }
        // A hub that is let in brings more devices.
        loop {
            let changes = self.devices.rescan();
            for device in &changes.gone {
                self.forget_device(device);
            }
            if changes.new.is_empty() {
                break;
            }
            for id in changes.new {
                self.greet_device(id);
            }
        }
        self.admit_keyboards_if_none_is_left();
        input::hand_over_nodes();
    }

    fn forget_device(&mut self, device: &crate::usb::Device) {
        if self.stick.as_ref().is_some_and(|s| s.plug == device.plug) {
            self.power_off_now(power::Stick::Gone);
        }
        if self.job.as_ref().is_some_and(|j| j.device == device.id) {
            self.end_job(PorterEnd::StickGone);
        }
        match (device.kind, device.power) {
            (Ok(Kind::Storage), _) => self.tell_kiosk(Event::StickGone { device: device.id }),
            (Ok(Kind::Input(_)), Power::Asking) => {
                self.tell_kiosk(Event::DeviceGone { device: device.id });
            }
            _ => {}
        }
    }

    fn greet_device(&mut self, id: DeviceId) {
        let Some(device) = self.devices.get(id) else {
            return;
        };
        match device.kind {
            Ok(Kind::Hub) => self.devices.switch_on(id),
            Ok(Kind::Storage) => {
                if self.search.is_none() {
                    self.tell_kiosk(Event::StickPresent(device.as_stick()));
                }
            }
            Ok(Kind::Input(kind)) if self.session_open => {
                let name = device.name();
                self.devices.set_power(id, Power::Asking);
                self.tell_kiosk(Event::DeviceAsks {
                    device: id,
                    kind,
                    name,
                });
            }
            Ok(Kind::Input(_)) => self.devices.switch_on(id),
            Err(Refusal::Malformed | Refusal::NothingAllowed | Refusal::MixedKinds) => {
                let name = device.name();
                self.tell_kiosk(Event::DeviceRefused { name });
            }
        }
    }

    /// A clerk whose only keyboard broke must be able to go on with another. With a session
    /// open it is locked first, so that who brought the keyboard has to know the passphrase.
    fn admit_keyboards_if_none_is_left(&mut self) {
        let asking: Vec<DeviceId> = self
            .devices
            .all()
            .iter()
            .filter(|d| d.power == Power::Asking && d.kind == Ok(Kind::Input(InputKind::Keyboard)))
            .map(|d| d.id)
            .collect();
        if asking.is_empty() || input::any_keyboard() {
            return;
        }
        if self.session_open {
            // Its end locks the session; this is called again when the keeper has locked.
            self.lose_kiosk(false);
            return;
        }
        for id in asking {
            self.tell_kiosk(Event::DeviceGone { device: id });
            self.devices.switch_on(id);
        }
    }

    fn step_search(&mut self, now: Instant) {
        let Some(search) = &mut self.search else {
            return;
        };
        if let Some(stick) = search.step(&mut self.devices, now) {
            self.worker.start(stick.clone(), Order::Inspect);
            self.stick = Some(stick);
            self.search = None;
        } else if now - self.started > SEARCH_TIMEOUT && matches!(self.vault, Vault::Unknown) {
            // The clerk is told to switch off and plug the stick in again. The search goes
            // on: a stick that still answers takes the message back.
            self.vault = Vault::Unusable(ErrorCode::StickIo);
            self.welcome_kiosk();
        }
    }

    fn stick_state(&self) -> power::Stick {
        match self.stick {
            Some(_) => power::Stick::There,
            None => power::Stick::Gone,
        }
    }

    fn other_sticks(&self) -> Vec<protocol::system::Stick> {
        let boot = self.stick.as_ref().map(|stick| &stick.plug);
        self.devices
            .all()
            .iter()
            .filter(|device| device.kind == Ok(Kind::Storage) && Some(&device.plug) != boot)
            .map(crate::usb::Device::as_stick)
            .collect()
    }

    // The vault.

    fn take_news(&mut self, news: News) {
        let now = Instant::now();
        match news {
            News::Stage(stage) => self.tell_kiosk(Event::Working(stage)),
            News::Inspected(state) => {
                self.vault = match state {
                    Ok(State::Unfinished) => Vault::None,
                    Ok(State::Finished { failures }) => {
                        self.guard.failed(failures, now);
                        Vault::Locked { failures }
                    }
                    Err(code) => Vault::Unusable(code),
                };
                self.welcome_kiosk();
            }
            News::Opened(Ok(())) => match self.start_keeper() {
                Ok(()) => {
                    self.vault = Vault::Open;
                    self.tell_kiosk(Event::Opened);
                }
                Err(_) => self.power_off_now(self.stick_state()),
            },
            News::Opened(Err(code)) => self.opening_failed(code, now),
            News::Marked(Ok(())) => self.tell_keeper(FromInit::FirstRunMarked),
            // The vault is there but would be made again at the next start: better not to go on.
            News::Marked(Err(_)) => self.power_off(),
        }
    }

    fn opening_failed(&mut self, code: ErrorCode, now: Instant) {
        let wrong = matches!(
            code,
            ErrorCode::WrongPassphrase | ErrorCode::RecoveryWordsWrong
        );
        if let Vault::Locked { failures } = &mut self.vault
            && wrong
        {
            *failures = failures.saturating_add(1);
            self.guard.failed(*failures, now);
        }
        self.refuse(code);
    }

    /// Starts an order for the kiosk, or tells it why not.
    fn order(&mut self, allowed: Result<(), ErrorCode>, order: Order) {
        let sound = |secret: &&protocol::Secret| (1..=MAX_SECRET).contains(&secret.expose().len());
        let allowed = allowed.and_then(|()| match () {
            () if self.worker.busy || self.ending.is_some() => Err(ErrorCode::NotAllowedNow),
            () if !order.secrets().iter().all(sound) => Err(ErrorCode::WrongPassphrase),
            () => Ok(()),
        });
        match (allowed, self.stick.clone()) {
            (Ok(()), Some(stick)) => self.worker.start(stick, order),
            (Ok(()), None) => self.refuse(ErrorCode::StickIo),
            (Err(code), _) => self.refuse(code),
        }
    }

    fn may_create(&self) -> Result<(), ErrorCode> {
        match self.vault {
            Vault::None => Ok(()),
            Vault::Unusable(code) => Err(code),
            Vault::Locked { .. } | Vault::Open => Err(ErrorCode::VaultExists),
            Vault::Unknown => Err(ErrorCode::NotAllowedNow),
        }
    }

    fn may_open(&self) -> Result<(), ErrorCode> {
        match self.vault {
            Vault::Locked { .. } if self.guard.seconds_left(Instant::now()) > 0 => {
                Err(ErrorCode::TooManyAttempts)
            }
            Vault::Locked { .. } => Ok(()),
            Vault::Unusable(code) => Err(code),
            Vault::None | Vault::Open | Vault::Unknown => Err(ErrorCode::NotAllowedNow),
        }
    }

    // The kiosk.

    fn start_kiosk(&mut self, now: Instant) {
        self.clerk.drain();
        let started = (|| {
            let (its_input, our_output) = pipe()?;
            let (our_input, its_output) = pipe()?;
            let child = Child::start(
                Program::Kiosk,
                self.clerk.kiosk_reads.try_clone()?,
                self.clerk.kiosk_writes.try_clone()?,
                vec![its_input, its_output],
            )?;
            Ok::<_, io::Error>(Partner {
                child,
                inbox: Inbox::new(our_input)?,
                outbox: Outbox::new(our_output)?,
            })
        })();
        match started {
            Ok(partner) => {
                self.kiosk = Kiosk::Running {
                    partner,
                    greeted: false,
                    welcomed: false,
                };
            }
            Err(_) => self.kiosk_failed(now),
        }
    }

    fn hear_kiosk(&mut self) {
        let Kiosk::Running { partner, .. } = &mut self.kiosk else {
            return;
        };
        match partner.inbox.messages::<Request>() {
            Ok(requests) => requests.into_iter().for_each(|r| self.answer(r)),
            Err(_) => self.lose_kiosk(true),
        }
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Hello => {
                if let Kiosk::Running { greeted, .. } = &mut self.kiosk {
                    *greeted = true;
                }
                self.welcome_kiosk();
            }
            Request::ConfirmClock { unix_seconds } => match clock::confirm(unix_seconds) {
                Ok(()) => {
                    self.clock_confirmed = true;
                    self.tell_kiosk(Event::ClockSet);
                    self.step_errands(Instant::now());
                }
                Err(code) => self.refuse(code),
            },
            Request::CreateVault {
                passphrase,
                recovery_words: words,
            } => self.order(self.may_create(), Order::Create { passphrase, words }),
            Request::Unlock { passphrase } => {
                self.order(self.may_open(), Order::Unlock { passphrase });
            }
            Request::Recover {
                recovery_words: words,
                new_passphrase,
            } => {
                let order = Order::Recover {
                    words,
                    new_passphrase,
                };
                self.order(self.may_open(), order);
            }
            Request::DecideDevice { device, allow } => self.decide_device(device, allow),
            Request::KeepSettings(settings) => {
                self.errands.keep(settings);
                self.step_errands(Instant::now());
            }
            Request::PowerOff => self.power_off(),
        }
    }

    fn decide_device(&mut self, id: DeviceId, allowed: bool) {
        let Some(device) = self.devices.get(id) else {
            // Unplugged while the clerk decided; the kiosk was told.
            return;
        };
        let (Ok(Kind::Input(kind)), Power::Asking) = (device.kind, device.power) else {
            return self.refuse(ErrorCode::NotAllowedNow);
        };
        let name = device.name();
        self.devices.set_power(id, Power::Off);
        if allowed {
            self.devices.switch_on(id);
        }
        self.tell_keeper(FromInit::DeviceDecided {
            kind,
            name,
            allowed,
        });
    }

    /// Tells a kiosk that said hello how things are, once they are known.
    fn welcome_kiosk(&mut self) {
        let vault = match self.vault {
            Vault::Unknown => return,
            Vault::None => VaultState::None,
            Vault::Locked { .. } | Vault::Unusable(_) => VaultState::Locked,
            Vault::Open => VaultState::Open,
        };
        let settings = match (self.errands.settings(), &self.stick) {
            (Some(settings), _) => settings,
            // They will be known in a moment.
            (None, Some(_)) => return,
            (None, None) => Settings::default(),
        };
        match &mut self.kiosk {
            Kiosk::Running {
                greeted: true,
                welcomed,
                ..
            } => *welcomed = true,
            _ => return,
        }
        self.tell_kiosk(Event::Welcome(Welcome {
            release: self.release.clone(),
            unix_seconds: clock::now(),
            clock_confirmed: self.clock_confirmed,
            vault,
            wait_seconds: self.guard.seconds_left(Instant::now()),
            secure_boot: self.secure_boot,
            sticks: self.other_sticks(),
            settings,
        }));
        let asking: Vec<Event> = self
            .devices
            .all()
            .iter()
            .filter_map(|device| match (device.kind, device.power) {
                (Ok(Kind::Input(kind)), Power::Asking) => Some(Event::DeviceAsks {
                    device: device.id,
                    kind,
                    name: device.name(),
                }),
                _ => None,
            })
            .collect();
        for event in asking {
            self.tell_kiosk(event);
        }
        if let Vault::Unusable(code) = self.vault {
            self.refuse(code);
        }
    }

    fn refuse(&mut self, code: ErrorCode) {
        let wait_seconds = self.guard.seconds_left(Instant::now());
        self.tell_kiosk(Event::Refused { code, wait_seconds });
    }

    /// News for a kiosk that listens; the next one learns it from its welcome.
    fn tell_kiosk(&mut self, event: Event) {
        let Kiosk::Running {
            partner,
            welcomed: true,
            ..
        } = &mut self.kiosk
        else {
            return;
        };
        if partner.outbox.send(&event).is_err() {
            self.lose_kiosk(true);
        }
    }

    /// Ends the kiosk if it still runs. `crashed` counts towards giving up.
    fn lose_kiosk(&mut self, crashed: bool) {
        let Kiosk::Running { partner, .. } = &self.kiosk else {
            return;
        };
        partner.child.kill();
        let now = Instant::now();
        if self.keeper.is_some() {
            self.kiosk = Kiosk::Forgetting {
                until: now + LOCK_PATIENCE,
            };
            self.tell_keeper(FromInit::KioskGone);
            if crashed {
                self.crashes.push_back(now);
            }
        } else if crashed {
            self.kiosk_failed(now);
        } else {
            self.kiosk = Kiosk::Pausing { until: now };
        }
    }

    fn kiosk_failed(&mut self, now: Instant) {
        self.crashes.push_back(now);
        self.pause_kiosk(now);
    }

    fn pause_kiosk(&mut self, now: Instant) {
        while let Some(first) = self.crashes.front()
            && now - *first > CRASH_WINDOW
        {
            self.crashes.pop_front();
        }
        if self.crashes.len() > MAX_CRASHES {
            self.power_off();
        }
        let pause = match self.crashes.len() {
            0 => Duration::ZERO,
            n => Duration::from_millis(100 << n.min(6)),
        };
        self.kiosk = Kiosk::Pausing { until: now + pause };
    }

    // The keeper.

    fn start_keeper(&mut self) -> io::Result<()> {
        let (keeper_reads, keeper_writes) = self
            .clerk
            .keeper_ends
            .take()
            .ok_or(io::ErrorKind::AlreadyExists)?;
        let (its_input, our_output) = pipe()?;
        let (our_input, its_output) = pipe()?;
        let child = Child::start(
            Program::Keeper,
            keeper_reads,
            keeper_writes,
            vec![its_input, its_output],
        )?;
        self.keeper = Some(Partner {
            child,
            inbox: Inbox::new(our_input)?,
            outbox: Outbox::new(our_output)?,
        });
        self.tell_keeper(FromInit::Start(Circumstances {
            pc: self.pc.id.clone(),
            pc_name: self.pc.name.clone(),
            clock_confirmed: self.clock_confirmed,
        }));
        Ok(())
    }

    fn hear_keeper(&mut self) {
        let Some(keeper) = &mut self.keeper else {
            return;
        };
        match keeper.inbox.messages::<FromKeeper>() {
            Ok(messages) => messages.into_iter().for_each(|m| self.obey(m)),
            Err(_) => self.lose_keeper(),
        }
    }

    fn obey(&mut self, message: FromKeeper) {
        let now = Instant::now();
        match message {
            FromKeeper::FirstRunDone => {
                if let (Some(stick), false) = (self.stick.clone(), self.worker.busy) {
                    self.worker.start(stick, Order::MarkFinished);
                }
            }
            FromKeeper::KioskForgotten => {
                if let Kiosk::Forgetting { .. } = self.kiosk {
                    self.session_open = false;
                    self.pause_kiosk(now);
                    self.admit_keyboards_if_none_is_left();
                }
            }
            FromKeeper::Session { open } => {
                self.session_open = open;
                self.admit_keyboards_if_none_is_left();
            }
            FromKeeper::StartPorter { device } => self.start_job(device, now),
            FromKeeper::PorterData(bytes) => {
                if let Some(Err(_)) = self.job.as_mut().map(|job| job.give(bytes, now)) {
                    self.end_job(PorterEnd::Failed);
                }
            }
            FromKeeper::StopPorter => self.end_job(PorterEnd::Failed),
            FromKeeper::Closed => {
                if self.ending.is_some() {
                    self.power_off_now(self.stick_state());
                }
            }
        }
    }

    fn tell_keeper(&mut self, message: FromInit) {
        if let Some(Err(_)) = self.keeper.as_mut().map(|k| k.outbox.send(&message)) {
            self.lose_keeper();
        }
    }

    fn lose_keeper(&mut self) {
        if self.keeper.is_some() {
            self.power_off_now(self.stick_state());
        }
    }

    // Porter jobs.

    /// Screen and keyboard have worked once the clerk has confirmed the clock: the start is
    /// good. The boot partition is not used while the vault's is made or another porter runs.
    fn step_errands(&mut self, now: Instant) {
        // Before the settings are known no kiosk was welcomed, so the vault is only looked at.
        let early = self.errands.settings().is_none();
        let idle = self.job.is_none() && (early || !self.worker.busy);
        let told = match self.stick.as_ref().filter(|_| idle) {
            Some(stick) => self
                .errands
                .start(&stick.boot_partition, self.clock_confirmed, now),
            None => None,
        };
        for news in [told, self.errands.step(now)].into_iter().flatten() {
            match news {
                errands::News::SettingsRead => self.welcome_kiosk(),
                errands::News::SettingsKept(kept) => self.tell_kiosk(Event::SettingsKept { kept }),
            }
        }
    }

    fn start_job(&mut self, id: DeviceId, now: Instant) {
        if self.job.is_some() {
            // The keeper asks for the next only after the end of the last: it is not sound.
            return self.lose_keeper();
        }
        let known = self.other_sticks().iter().any(|stick| stick.device == id);
        match self.devices.get(id) {
            Some(device) if known => {
                let (plug, hardware) = (device.plug.clone(), device.hardware.clone());
                self.job = Some(Job::new(id, plug, hardware, now));
                self.devices.switch_on(id);
            }
            _ => self.tell_keeper(FromInit::PorterEnded(PorterEnd::StickGone)),
        }
    }

    fn step_job(&mut self, now: Instant) {
        if let (Some(job), Some(_)) = (&mut self.job, self.errands.running()) {
            // One porter at a time.
            return job.put_off(now);
        }
        match self.job.as_mut().map(|job| job.step(now)) {
            None | Some(Step::Waiting) => {}
            Some(Step::Started(message)) => self.tell_keeper(message),
            Some(Step::Ended(end)) => self.end_job(end),
        }
    }

    /// Carries what the porter wrote to the keeper.
    fn hear_porter(&mut self) {
        let now = Instant::now();
        match self.job.as_mut().and_then(|job| job.take(now)) {
            Some(pieces) => {
                for piece in pieces {
                    self.tell_keeper(piece);
                }
            }
            // It closed its end and is about to exit.
            None => self.porter_exited(),
        }
    }

    fn porter_exited(&mut self) {
        let Some(porter) = self.job.as_ref().and_then(|job| job.porter.as_ref()) else {
            return;
        };
        let Some(status) = porter.child.ended() else {
            return;
        };
        // Its last words may still be in the pipe.
        while let Some(pieces) = self.job.as_mut().and_then(|job| job.take(Instant::now()))
            && !pieces.is_empty()
        {
            for piece in pieces {
                self.tell_keeper(piece);
            }
        }
        self.end_job(match status {
            0 => PorterEnd::Done,
            _ => PorterEnd::Failed,
        });
    }

    fn end_job(&mut self, end: PorterEnd) {
        let Some(job) = self.job.take() else { return };
        if let Some(porter) = job.porter {
            porter.child.kill();
        }
        self.devices.switch_off(job.device);
        self.tell_keeper(FromInit::PorterEnded(end));
    }

    // The end.

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
