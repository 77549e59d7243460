//! A clerk at a desk: the kiosk's side of the pipes, and sticks to plug in.

use codes::ErrorCode;
use desk::{Desk, KioskPipes};
use porter::run;
use protocol::clerk::{
    Reply, Request, Rows, companies,
    ledger::{self, LedgerRow},
    session,
};
use protocol::foreign::{Answer, File, Folder, Job};
use protocol::system::{self, DeviceId, Event, Stick, VaultState, Welcome};
use protocol::{FrameReader, Secret, encode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

pub const PASSPHRASE: &str = "correct horse battery staple";
pub const WORDS: &str = "あいこくしん あいさつ あいだ";

pub struct Clerk {
    desk: Desk,
    pipes: KioskPipes,
    replies: FrameReader,
    events: FrameReader,
    sticks: Vec<Stick>,
    folder: PathBuf,
}

impl Clerk {
    /// Sits down at the desk in `folder`; what init says of the vault.
    pub fn sit_down(folder: &Path) -> (Self, Welcome) {
        let program = Path::new(env!("CARGO_BIN_EXE_desk"));
        let (desk, pipes) = Desk::start(folder, program).unwrap();
        let mut clerk = Self {
            desk,
            pipes,
            replies: FrameReader::default(),
            events: FrameReader::default(),
            sticks: Vec::new(),
            folder: folder.to_owned(),
        };
        let Event::Welcome(welcome) = clerk.init(&system::Request::Hello) else {
            panic!("no welcome")
        };
        clerk.sticks = welcome.sticks.clone();
        (clerk, welcome)
    }

    /// Sits down and makes a vault.
    pub fn first_run(folder: &Path) -> Self {
        let (mut clerk, welcome) = Self::sit_down(folder);
        assert_eq!(welcome.vault, VaultState::None);
        let unix_seconds = welcome.unix_seconds;
        assert_eq!(
            clerk.init(&system::Request::ConfirmClock { unix_seconds }),
            Event::ClockSet
        );
        let made = clerk.init(&system::Request::CreateVault {
            passphrase: secret(PASSPHRASE),
            recovery_words: secret(WORDS),
        });
        assert_eq!(made, Event::Opened);
        let request = session::Request::FirstRun {
            company: companies::CompanyDraft {
                name: "株式会社サンプル".into(),
                corporate_number: "9000000000009".into(),
                address: "東京都千代田区霞が関1-1-1".into(),
            },
            owner_name: "山田 太郎".into(),
            passphrase: secret(PASSPHRASE),
            recovery_words: secret(WORDS),
        };
        assert_eq!(clerk.ask(request), Reply::Done);
        clerk
    }

    /// Has the vault opened, without logging in.
    pub fn unlock(&mut self) {
        let opened = self.init(&system::Request::Unlock {
            passphrase: secret(PASSPHRASE),
        });
        assert_eq!(opened, Event::Opened);
    }

    pub fn login(&mut self, passphrase: &str) -> Reply {
        self.ask(session::Request::Login {
            user: None,
            passphrase: secret(passphrase),
        })
    }

    /// What the keeper answers in the end.
    pub fn ask(&mut self, request: impl Into<Request>) -> Reply {
        say(&self.pipes.to_keeper, &request.into());
        loop {
            match hear(&self.pipes.from_keeper, &mut self.replies) {
                Reply::Progress { .. } => {}
                reply => return reply,
            }
        }
    }

    /// What init answers in the end.
    pub fn init(&mut self, request: &system::Request) -> Event {
        say(&self.pipes.to_init, request);
        loop {
            match self.event() {
                Event::Working(_) | Event::StickPresent(_) | Event::StickGone { .. } => {}
                event => return event,
            }
        }
    }

    fn event(&mut self) -> Event {
        let event = hear(&self.pipes.from_init, &mut self.events);
        match &event {
            Event::StickPresent(stick) => self.sticks.push(stick.clone()),
            Event::StickGone { device } => self.sticks.retain(|s| s.device != *device),
            _ => {}
        }
        event
    }

    /// Where the image of a stick is.
    pub fn image(&self, name: &str) -> PathBuf {
        self.folder.join("sticks").join(format!("{name}.img"))
    }

    /// Plugs in an empty stick.
    pub fn plug_in_empty(&mut self, name: &str) -> DeviceId {
        let hidden = self.folder.join(name);
        let file = std::fs::File::create(&hidden).unwrap();
        file.set_len(64 << 20).unwrap();
        std::fs::rename(&hidden, self.image(name)).unwrap();
        self.await_stick(name)
    }

    /// Plugs in a stick with the same content as another one.
    pub fn plug_in_copy(&mut self, of: &str, name: &str) -> DeviceId {
        let hidden = self.folder.join(name);
        std::fs::copy(self.image(of), &hidden).unwrap();
        std::fs::rename(&hidden, self.image(name)).unwrap();
        self.await_stick(name)
    }

    fn await_stick(&mut self, name: &str) -> DeviceId {
        loop {
            if let Some(stick) = self.sticks.iter().find(|s| s.hardware.serial == name) {
                return stick.device;
            }
            self.event();
        }
    }

    /// Every entry of the ledger, oldest first.
    pub fn ledger(&mut self) -> Vec<LedgerRow> {
        let mut rows = Vec::new();
        let mut before = None;
        loop {
            let request = ledger::Request::Page { before, limit: 7 };
            let Reply::Ledger(ledger::Reply::Page(Rows { rows: page, .. })) = self.ask(request)
            else {
                panic!("no ledger")
            };
            let Some(last) = page.last() else {
                rows.reverse();
                return rows;
            };
            before = Some(last.seq);
            rows.extend(page);
        }
    }

    pub fn power_off(mut self) {
        assert_eq!(self.init(&system::Request::PowerOff), Event::PoweringOff);
        drop(self.pipes);
        self.desk.wait();
    }
}

/// The events of these entries, refused ones with a `!`.
pub fn events(rows: &[LedgerRow]) -> Vec<String> {
    rows.iter()
        .map(|row| format!("{}{}", row.event, if row.refused { "!" } else { "" }))
        .collect()
}

pub fn refused(code: ErrorCode) -> Reply {
    Reply::Refused(code)
}

pub fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// A companion as a payroll PC's courier has it: files by folder and name.
pub struct OnStick<'a> {
    pub image: &'a Path,
}

impl OnStick<'_> {
    pub fn identity(&self) -> Vec<u8> {
        match self.job(&Job::Inspect { folders: vec![] }) {
            Answer::Inspected {
                identity: Some(identity),
                ..
            } => identity,
            other => panic!("no companion: {other:?}"),
        }
    }

    pub fn files(&self, folder: Folder) -> Vec<File> {
        match self.job(&Job::Inspect {
            folders: vec![folder],
        }) {
            Answer::Inspected { files, .. } => files,
            other => panic!("no companion: {other:?}"),
        }
    }

    pub fn put(&self, folder: Folder, name: &str, bytes: &[u8]) {
        let job = Job::Update {
            identity: self.identity(),
            put: vec![File {
                folder,
                name: name.into(),
                bytes: bytes.to_vec(),
            }],
            remove: vec![],
        };
        assert_eq!(self.job(&job), Answer::Flushed);
    }

    fn job(&self, job: &Job) -> Answer {
        let mut file = std::fs::File::options()
            .read(true)
            .write(true)
            .open(self.image)
            .unwrap();
        let size = file.metadata().unwrap().len();
        run(job, &mut file, size, &mut |_, _| ())
    }
}

fn say<T: Serialize>(fd: &OwnedFd, message: &T) {
    let frame = encode(message).unwrap();
    let mut bytes = &frame[..];
    while !bytes.is_empty() {
        let count = rustix::io::write(fd, bytes).unwrap();
        bytes = &bytes[count..];
    }
}

/// The next message; a silence of two minutes is a failure.
fn hear<T: DeserializeOwned>(fd: &OwnedFd, frames: &mut FrameReader) -> T {
    loop {
        if let Some(message) = frames.next().unwrap() {
            return message;
        }
        let silence = Timespec {
            tv_sec: 120,
            tv_nsec: 0,
        };
        let mut fds = [PollFd::new(fd, PollFlags::IN)];
        assert_eq!(poll(&mut fds, Some(&silence)), Ok(1), "silence");
        let mut bytes = [0; 65536];
        let read = rustix::io::read(fd, &mut bytes).unwrap();
        assert_ne!(read, 0, "the desk closed its pipe");
        frames.push(&bytes[..read]);
    }
}
