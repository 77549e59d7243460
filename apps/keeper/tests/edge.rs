//! The keeper's loop over real pipes: what init and a kiosk, good, dead or hostile, see.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ErrorCode;
use keeper::Keeper;
use keeper::edge::{EdgeError, Pipes, run};
use mynumber::Purpose;
use protocol::clerk::{
    Reply, Request, Rows, Window,
    companies::CompanyDraft,
    companions, ledger,
    numbers::{self, NumberEntry},
    people::{self, PersonDraft},
    session,
};
use protocol::system::InputKind;
use protocol::vessel::{Circumstances, FromInit, FromKeeper, PorterEnd};
use protocol::{FrameReader, Secret, encode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::{PipeFlags, pipe_with};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::thread::JoinHandle;

const PASSPHRASE: &str = "correct horse battery staple";

/// Init and kiosk in one hand, with the keeper on the other side.
struct Room {
    to_keeper: OwnedFd,
    replies: Ear,
    init_to_keeper: OwnedFd,
    news: Ear,
    keeper: JoinHandle<Result<(), EdgeError>>,
}

struct Ear {
    fd: OwnedFd,
    frames: FrameReader,
}

impl Ear {
    /// The next message; a silence of a minute is a failure.
    fn hear<T: DeserializeOwned>(&mut self) -> T {
        loop {
            if let Some(message) = self.frames.next().unwrap() {
                return message;
            }
            let minute = Timespec {
                tv_sec: 60,
                tv_nsec: 0,
            };
            let mut fds = [PollFd::new(&self.fd, PollFlags::IN)];
            assert_eq!(poll(&mut fds, Some(&minute)), Ok(1), "silence");
            let mut bytes = [0; 4096];
            let read = rustix::io::read(&self.fd, &mut bytes).unwrap();
            assert_ne!(read, 0, "the keeper closed its pipe");
            self.frames.push(&bytes[..read]);
        }
    }
}

fn pipe() -> (OwnedFd, OwnedFd) {
    pipe_with(PipeFlags::CLOEXEC).unwrap()
}

fn write(fd: &OwnedFd, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        let count = rustix::io::write(fd, bytes).unwrap();
        bytes = &bytes[count..];
    }
}

fn say<T: Serialize>(fd: &OwnedFd, message: &T) {
    write(fd, &encode(message).unwrap());
}

impl Room {
    fn start(folder: &Path) -> Self {
        let (from_kiosk, to_keeper) = pipe();
        let (replies, to_kiosk) = pipe();
        let (from_init, init_to_keeper) = pipe();
        let (news, to_init) = pipe();
        let pipes = Pipes {
            from_kiosk,
            to_kiosk,
            from_init,
            to_init,
        };
        let folder = folder.to_owned();
        let keeper = std::thread::spawn(move || run(pipes, Keeper::new(&folder)));
        let ear = |fd| Ear {
            fd,
            frames: FrameReader::default(),
        };
        let room = Self {
            to_keeper,
            replies: ear(replies),
            init_to_keeper,
            news: ear(news),
            keeper,
        };
        room.init(&FromInit::Start(Circumstances {
            pc: "a1b2c3d4e5f60718".into(),
            pc_name: "OptiPlex 3080".into(),
            clock_confirmed: true,
        }));
        room
    }

    fn init(&self, message: &FromInit) {
        say(&self.init_to_keeper, message);
    }

    /// What the keeper answers in the end.
    fn ask(&mut self, request: &Request) -> Reply {
        say(&self.to_keeper, request);
        self.answer()
    }

    fn answer(&mut self) -> Reply {
        loop {
            match self.replies.hear() {
                Reply::Progress { .. } => {}
                reply => return reply,
            }
        }
    }

    fn first_run(&mut self) {
        say(&self.to_keeper, &first_run());
        assert_eq!(self.news.hear::<FromKeeper>(), FromKeeper::FirstRunDone);
        self.init(&FromInit::FirstRunMarked);
        assert_eq!(self.answer(), Reply::Done);
        assert_eq!(
            self.news.hear::<FromKeeper>(),
            FromKeeper::Session { open: true }
        );
    }

    fn close(mut self) {
        self.init(&FromInit::Close);
        while self.news.hear::<FromKeeper>() != FromKeeper::Closed {}
        self.keeper.join().unwrap().unwrap();
    }
}

fn first_run() -> Request {
    Request::Session(session::Request::FirstRun {
        company: CompanyDraft {
            name: "株式会社サンプル".into(),
            corporate_number: String::new(),
            address: String::new(),
        },
        owner_name: "山田 太郎".into(),
        passphrase: Secret::new(PASSPHRASE.into()),
        recovery_words: Secret::new("あいこくしん あいさつ あいだ".into()),
    })
}

fn login(passphrase: &str) -> Request {
    Request::Session(session::Request::Login {
        user: None,
        passphrase: Secret::new(passphrase.into()),
    })
}

fn person() -> PersonDraft {
    PersonDraft {
        employee_no: "0001".into(),
        name: "髙橋 花子".into(),
        kana: "タカハシ ハナコ".into(),
        birth_date: "H2.4.1".into(),
        ..PersonDraft::default()
    }
}

fn typed_twice(digits: &str) -> NumberEntry {
    NumberEntry::typed(Secret::new(digits.into()), Secret::new(digits.into()))
}

/// One of each request of today's screens.
fn every_request() -> Vec<Request> {
    let all = vec![
        Request::Session(session::Request::State),
        first_run(),
        login("wrong horse battery staple"),
        Request::Session(session::Request::Recover {
            user: None,
            recovery_words: Secret::new("あひる あひる あひる".into()),
            new_passphrase: Secret::new("another horse battery staple".into()),
        }),
        Request::Session(session::Request::Lock),
        Request::People(people::Request::List {
            query: String::new(),
            department: None,
            sort: people::Sort::default(),
            window: Window {
                offset: 0,
                limit: 10,
            },
        }),
        Request::People(people::Request::Get { person: 1 }),
        Request::People(people::Request::Register {
            position: None,
            draft: person(),
            number: None,
        }),
        Request::People(people::Request::Change {
            person: 1,
            revision: 1,
            draft: person(),
        }),
        Request::Numbers(numbers::Request::Register {
            person: 1,
            number: typed_twice("123456789018"),
        }),
        Request::Numbers(numbers::Request::Reveal {
            person: 1,
            purpose: Purpose::WithholdingTax,
        }),
        Request::Ledger(ledger::Request::Page {
            before: None,
            limit: 10,
        }),
        Request::Ledger(ledger::Request::Verify),
        Request::Companions(companions::Request::List),
        Request::Companions(companions::Request::Register {
            device: 1,
            name: "経理".into(),
        }),
        Request::Companions(companions::Request::Enrolments { device: 1 }),
        Request::Companions(companions::Request::ApproveEnrolment {
            device: 1,
            enrolment: "0".repeat(32),
            purpose: Purpose::WithholdingTax,
            format: None,
            expires: "2199-01-01".into(),
        }),
        Request::Companions(companions::Request::Whitelist),
        Request::Companions(companions::Request::RevokeEntry {
            entry: "0".repeat(32),
        }),
        Request::Companions(companions::Request::HandOver {
            device: 1,
            entry: "0".repeat(32),
            people: vec![1],
        }),
        Request::Companions(companions::Request::ReadReceipts { device: 1 }),
        Request::Companions(companions::Request::HandOvers),
    ];
    assert_eq!(all.iter().filter(|r| needs_login(r)).count(), 17);
    all
}

fn needs_login(request: &Request) -> bool {
    !matches!(request, Request::Session(_) | Request::Cancel)
}

#[test]
fn without_a_login_every_request_but_the_allowed_ones_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    let locked = Reply::Refused(ErrorCode::SessionLocked);

    // Before the first run as well as after it.
    for request in every_request().into_iter().filter(needs_login) {
        assert_eq!(room.ask(&request), locked, "{request:?}");
    }
    room.first_run();
    assert_eq!(
        room.ask(&Request::Session(session::Request::Lock)),
        Reply::Done
    );
    for request in every_request() {
        let reply = room.ask(&request);
        if needs_login(&request) {
            assert_eq!(reply, locked, "{request:?}");
        } else {
            assert_ne!(reply, locked, "{request:?}");
        }
    }
    room.close();
}

#[test]
fn a_login_and_a_lock_are_told_to_init() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    assert_eq!(
        room.ask(&Request::Session(session::Request::Lock)),
        Reply::Done
    );
    assert_eq!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::Session { open: false }
    );
    assert_eq!(
        room.ask(&login("not the passphrase at all")),
        Reply::Refused(ErrorCode::WrongPassphrase)
    );
    assert_eq!(room.ask(&login(PASSPHRASE)), Reply::Done);
    assert_eq!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::Session { open: true }
    );
    room.close();
}

#[test]
fn a_kiosk_that_dies_in_the_middle_of_a_frame_leaves_nothing_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();

    let frame = encode(&Request::Companions(companions::Request::List)).unwrap();
    write(&room.to_keeper, &frame[..frame.len() - 1]);
    room.init(&FromInit::KioskGone);
    assert_eq!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::Session { open: false }
    );
    assert_eq!(room.news.hear::<FromKeeper>(), FromKeeper::KioskForgotten);

    // The next kiosk begins with a whole frame, and with nobody logged in.
    let Reply::Session(session::Reply::State(state)) =
        room.ask(&Request::Session(session::Request::State))
    else {
        panic!("the half frame was not forgotten")
    };
    assert_eq!(state.user, None);
    assert_eq!(state.company.as_deref(), Some("株式会社サンプル"));
    room.close();
}

#[test]
fn bytes_that_are_no_request_lock_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    write(&room.to_keeper, &[3, 0, 0, 0, 0xff, 0xff, 0xff]);
    assert_eq!(
        room.replies.hear::<Reply>(),
        Reply::Refused(ErrorCode::MalformedMessage)
    );
    assert_eq!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::Session { open: false }
    );
    // Nothing more is taken from this kiosk; init replaces it.
    say(&room.to_keeper, &login(PASSPHRASE));
    room.init(&FromInit::KioskGone);
    assert_eq!(room.news.hear::<FromKeeper>(), FromKeeper::KioskForgotten);
    assert_eq!(room.ask(&login(PASSPHRASE)), Reply::Done);
    room.close();
}

#[test]
fn a_job_of_the_porter_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    say(
        &room.to_keeper,
        &Request::Companions(companions::Request::Enrolments { device: 7 }),
    );
    assert_eq!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::StartPorter { device: 7 }
    );
    say(&room.to_keeper, &Request::Cancel);
    assert_eq!(room.news.hear::<FromKeeper>(), FromKeeper::StopPorter);
    room.init(&FromInit::PorterEnded(PorterEnd::Failed));
    assert_eq!(room.answer(), Reply::Refused(ErrorCode::Cancelled));
    // A cancel that comes too late changes nothing.
    say(&room.to_keeper, &Request::Cancel);
    assert_eq!(
        room.ask(&Request::Companions(companions::Request::List)),
        Reply::Companions(companions::Reply::List(vec![]))
    );
    room.close();
}

#[test]
fn a_porter_that_speaks_nonsense_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    say(
        &room.to_keeper,
        &Request::Companions(companions::Request::Enrolments { device: 7 }),
    );
    let _: FromKeeper = room.news.hear();
    room.init(&FromInit::PorterStarted {
        hardware: protocol::system::StickHardware {
            vendor_id: 1,
            product_id: 2,
            vendor: "v".into(),
            product: "p".into(),
            serial: "s".into(),
        },
        size: 1 << 30,
    });
    assert!(matches!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::PorterData(_)
    ));
    room.init(&FromInit::PorterData(vec![0xff; 64]));
    assert_eq!(room.news.hear::<FromKeeper>(), FromKeeper::StopPorter);
    room.init(&FromInit::PorterEnded(PorterEnd::Failed));
    assert_eq!(room.answer(), Reply::Refused(ErrorCode::CompanionIo));
    room.close();
}

#[test]
fn a_kiosk_that_dies_during_a_job_ends_the_job_and_the_session() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    say(
        &room.to_keeper,
        &Request::Companions(companions::Request::Enrolments { device: 7 }),
    );
    let _: FromKeeper = room.news.hear();
    room.init(&FromInit::KioskGone);
    assert_eq!(room.news.hear::<FromKeeper>(), FromKeeper::StopPorter);
    room.init(&FromInit::PorterEnded(PorterEnd::Failed));
    assert_eq!(
        room.news.hear::<FromKeeper>(),
        FromKeeper::Session { open: false }
    );
    assert_eq!(room.news.hear::<FromKeeper>(), FromKeeper::KioskForgotten);
    // The dead kiosk's answer is not given to the living one.
    assert!(matches!(
        room.ask(&Request::Session(session::Request::State)),
        Reply::Session(session::Reply::State(_))
    ));
    room.close();
}

#[test]
fn a_stick_that_is_not_there_is_said_to_be_missing() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    say(
        &room.to_keeper,
        &Request::Companions(companions::Request::ReadReceipts { device: 7 }),
    );
    let _: FromKeeper = room.news.hear();
    room.init(&FromInit::PorterEnded(PorterEnd::StickGone));
    assert_eq!(room.answer(), Reply::Refused(ErrorCode::NoCompanion));
    room.close();
}

#[test]
fn when_init_is_gone_the_keeper_ends() {
    let folder = tempfile::tempdir().unwrap();
    let room = Room::start(folder.path());
    drop(room.init_to_keeper);
    assert!(matches!(
        room.keeper.join().unwrap(),
        Err(EdgeError::InitGone)
    ));
}

#[test]
fn what_was_refused_and_what_was_decided_about_devices_is_in_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let mut room = Room::start(folder.path());
    room.first_run();
    room.init(&FromInit::DeviceDecided {
        kind: InputKind::Keyboard,
        name: "Keyboard 123456789018".into(),
        allowed: false,
    });
    assert_eq!(
        room.ask(&Request::People(people::Request::Get { person: 99 })),
        Reply::Refused(ErrorCode::NotFound)
    );
    let Reply::Ledger(ledger::Reply::Page(Rows { rows, .. })) =
        room.ask(&Request::Ledger(ledger::Request::Page {
            before: None,
            limit: u16::MAX,
        }))
    else {
        panic!("no ledger")
    };
    let refused: Vec<_> = rows
        .iter()
        .filter(|row| row.refused)
        .map(|row| row.event.as_str())
        .collect();
    assert_eq!(refused, ["L-010"]);
    let device = rows.iter().find(|row| row.event == "L-802").unwrap();
    // A name that passes as an individual number does not stand in the ledger.
    assert_eq!(device.subject, "–");
    room.close();
}
