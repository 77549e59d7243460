//! The kiosk against the real keeper: first run, a person, the number shown, the ledger; and a
//! second user.

#![allow(clippy::unwrap_used, reason = "tests")]

use desk::Desk;
use kiosk::app::{Body, Effect, Event, Key, WordCell};
use kiosk::headless::Headless;
use kiosk::platform::Clocks;
use kiosk::platform::pipe::Pipe;
use mynumber::rights::{Operation, Role};
use protocol::Secret;
use protocol::clerk::companies::{CompanyDraft, CompanyKind, Request as Companies};
use protocol::clerk::users::{GrantDraft, Request as Users, Scope, UserDraft};
use protocol::clerk::{Reply, Request};
use std::path::Path;
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "umi no soba de neko ga hirune";

struct Clerk {
    kiosk: Headless,
    keeper: Pipe,
    init: Pipe,
}

impl Clerk {
    /// At a PC that was just switched on.
    fn at_work(folder: &Path) -> (Desk, Self) {
        let program = env!("CARGO_BIN_EXE_kiosk");
        let (desk, pipes) = Desk::start(folder, program.as_ref()).unwrap();
        let mut clerk = Self {
            kiosk: Headless::new(1024, 768),
            keeper: Pipe::new((pipes.from_keeper, pipes.to_keeper)).unwrap(),
            init: Pipe::new((pipes.from_init, pipes.to_init)).unwrap(),
        };
        // The keeper's entries bear the real time.
        clerk.kiosk.now = Clocks::default().now();
        clerk.at("S-020");
        clerk.key(Key::Enter);
        (desk, clerk)
    }

    fn first_run(&mut self) {
        self.at("S-100");
        self.kana("kuramorishouten");
        self.key(Key::Enter);
        // No postal code.
        self.key(Key::Enter);
        self.kana("toukyouto");
        self.kana("yamada tarou");
        self.at("S-110");
        self.fill(PASSPHRASE);
        self.fill(PASSPHRASE);
        self.at("S-120");
        let paper = self.words();
        self.key(Key::Enter);
        self.at("S-130");
        for cell in self.words().into_iter().filter(|cell| cell.asked) {
            let position: usize = cell.position.parse().unwrap();
            self.fill(&paper[position - 1].place);
        }
        self.at("S-300");
    }

    fn words(&mut self) -> Vec<WordCell> {
        match self.kiosk.view().body {
            Body::Words(words) => words.cells,
            _ => panic!("words"),
        }
    }

    /// What no screen of the kiosk asks yet, past the kiosk.
    fn ask(&mut self, request: impl Into<Request>) -> Reply {
        for _ in 0..100 {
            self.exchange();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.keeper.send(&request.into()).unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let replies: Vec<Reply> = self.keeper.receive().unwrap();
            let done = |reply: &Reply| !matches!(reply, Reply::Progress { .. });
            if let Some(reply) = replies.into_iter().find(done) {
                return reply;
            }
            assert!(Instant::now() < end, "the keeper answers");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the passphrase of this user is asked.
    #[track_caller]
    fn asked(&mut self, name: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let body = self.kiosk.view().body;
            if matches!(&body, Body::Form(form) if form.lines.iter().any(|l| l.contains(name))) {
                return;
            }
            assert!(Instant::now() < end, "{name} is not asked: {body:?}");
            self.exchange();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a table has so many rows, or more.
    #[track_caller]
    fn listed(&mut self, rows: usize) {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            let body = self.kiosk.view().body;
            if matches!(&body, Body::Table(table) if table.total >= rows) {
                return;
            }
            assert!(Instant::now() < end, "{body:?}");
            self.exchange();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn exchange(&mut self) {
        while let Some(effect) = self.kiosk.effects.pop_front() {
            match effect {
                Effect::AskInit(request) => self.init.send(&request).unwrap(),
                Effect::AskKeeper(request) => self.keeper.send(&request).unwrap(),
                Effect::Use(_) => {}
            }
        }
        for event in self.init.receive().unwrap() {
            self.kiosk.event(Event::Init(event));
        }
        for reply in self.keeper.receive().unwrap() {
            self.kiosk.event(Event::Keeper(reply));
        }
    }

    /// Waits until the code tag says `tag`. The time is a bound for a hang, not a promise.
    #[track_caller]
    fn at(&mut self, tag: &str) {
        let end = Instant::now() + Duration::from_secs(120);
        while self.kiosk.view().tag.to_string() != tag {
            let view = self.kiosk.view();
            assert!(
                Instant::now() < end,
                "{} instead of {tag}: {:?}",
                view.tag,
                view.message
            );
            self.exchange();
            std::thread::sleep(Duration::from_millis(5));
            self.kiosk.wait(Duration::from_millis(5));
        }
    }

    fn key(&mut self, key: Key) {
        self.kiosk.key(key);
        self.exchange();
    }

    fn fill(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c));
        }
        self.key(Key::Enter);
    }

    fn kana(&mut self, romaji: &str) {
        self.fill(romaji);
        self.key(Key::Enter);
    }
}

#[test]
fn a_vault_is_made_somebody_registered_and_everything_is_in_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (_desk, mut clerk) = Clerk::at_work(folder.path());
    clerk.first_run();

    clerk.key(Key::Char('2'));
    clerk.fill("1001");
    clerk.fill("2");
    clerk.kana("yamada jirou");
    clerk.kana("yamada jirou");
    clerk.fill("H2.4.1");
    clerk.fill("2020-04-01");
    clerk.key(Key::Enter);
    clerk.kana("oosakafu");
    clerk.fill("123456789018");
    clerk.fill("123456789018");
    // Taken from the card.
    clerk.fill("2");
    clerk.at("S-420");
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        clerk.exchange();
        if let Body::Detail(detail) = clerk.kiosk.view().body
            && detail.pairs.iter().any(|p| p.1.contains("個人番号カード"))
        {
            break;
        }
        assert!(Instant::now() < end, "the record is shown");
    }
    clerk.key(Key::F(4));
    clerk.at("S-420 D-030");
    clerk.key(Key::Char('1'));
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        clerk.exchange();
        if let Body::Detail(detail) = clerk.kiosk.view().body
            && detail.number == "1234 5678 9018"
        {
            break;
        }
        assert!(Instant::now() < end, "the number is shown");
    }
    clerk.key(Key::F(10));
    clerk.at("S-200");
    clerk.fill("not the passphrase");
    clerk.at("S-200 E-101");
    clerk.kiosk.wait(Duration::from_secs(3));
    clerk.fill(PASSPHRASE);
    clerk.at("S-300");
    clerk.key(Key::Char('6'));
    clerk.key(Key::F(2));
    let end = Instant::now() + Duration::from_secs(60);
    let events = loop {
        clerk.exchange();
        let view = clerk.kiosk.view();
        if let (Body::Table(table), true, None) =
            (view.body, view.message.is_some(), view.tag.error)
        {
            break table.total;
        }
        assert!(Instant::now() < end, "the ledger is verified");
    };
    assert!(events >= 6, "only {events} entries");
}

#[test]
fn a_second_user_is_chosen_by_name_and_makes_the_passphrase_their_own() {
    const GIVEN: &str = "given out by the owner once";
    const OWN: &str = "twelve paper cranes at dawn";
    let folder = tempfile::tempdir().unwrap();
    let (desk, mut clerk) = Clerk::at_work(folder.path());
    clerk.first_run();
    let added = clerk.ask(Users::Add {
        draft: UserDraft {
            name: "佐藤 次郎".into(),
            department: "人事課".into(),
        },
        passphrase: Secret::new(GIVEN.into()),
        recovery_words: Secret::new("いちご いちば いちぶ".into()),
        grant: GrantDraft {
            role: Role::Clerk,
            operations: vec![Operation::Register, Operation::Reveal],
            scope: Scope::Company,
            pcs: None,
            until: String::new(),
        },
    });
    assert!(matches!(added, Reply::Users(_)), "{added:?}");
    clerk.key(Key::F(10));
    clerk.asked("やまだ");
    clerk.key(Key::F(4));
    clerk.at("S-220");
    clerk.key(Key::Char('2'));
    clerk.asked("佐藤 次郎（人事課）");
    clerk.fill(GIVEN);
    clerk.at("S-230");
    clerk.fill(OWN);
    clerk.fill(OWN);
    clerk.at("S-300");
    clerk.key(Key::F(10));
    clerk.asked("佐藤 次郎");
    clerk.fill(GIVEN);
    clerk.at("S-200 E-101");
    clerk.fill(OWN);
    clerk.at("S-300");
    drop(clerk);
    desk.wait();

    // Another day at the same PC: the name is offered first. One kiosk a thread.
    let path = folder.path().to_owned();
    let next_day = std::thread::spawn(move || {
        let (_desk, mut clerk) = Clerk::at_work(&path);
        clerk.at("S-200");
        clerk.fill(OWN);
        clerk.at("S-220");
        clerk.key(Key::Enter);
        clerk.asked("佐藤 次郎");
        clerk.key(Key::Enter);
        clerk.at("S-300");
        assert_eq!(clerk.kiosk.view().user, "佐藤 次郎");
    });
    next_day.join().unwrap();
}

#[test]
fn who_keeps_numbers_for_a_client_goes_from_one_company_to_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (_desk, mut clerk) = Clerk::at_work(folder.path());
    clerk.first_run();
    let made = clerk.ask(Companies::Create {
        kind: CompanyKind::Client,
        draft: CompanyDraft {
            name: "有限会社みほん".into(),
            ..CompanyDraft::default()
        },
    });
    assert!(!matches!(made, Reply::Refused(_)), "{made:?}");
    clerk.key(Key::F(10));
    clerk.at("S-200");
    clerk.fill(PASSPHRASE);
    clerk.at("S-240");
    clerk.listed(2);
    clerk.key(Key::Enter);
    clerk.at("S-300");
    let own = clerk.kiosk.view().owner;
    for _ in 0..2 {
        clerk.key(Key::F(2));
        clerk.at("S-240");
        clerk.listed(2);
        let now = clerk.kiosk.view().owner;
        // The other one.
        clerk.key(if now == own { Key::Down } else { Key::Up });
        clerk.key(Key::Enter);
        clerk.at("S-300");
        assert_ne!(clerk.kiosk.view().owner, now);
    }
    assert_eq!(clerk.kiosk.view().owner, own);
    clerk.key(Key::Char('6'));
    clerk.listed(4);
    let Body::Table(table) = clerk.kiosk.view().body else {
        panic!("the ledger");
    };
    let told = |what: &str| {
        let rows = table.rows.iter();
        rows.filter(|row| row.cells.iter().any(|cell| cell.contains(what)))
            .count()
    };
    assert_eq!(told("事業者から離れた"), 1, "{:?}", table.rows);
    assert!(told("事業者に切替") >= 2, "{:?}", table.rows);
}
