//! The kiosk against the real keeper: first run, a person, the number shown, the ledger.

#![allow(clippy::unwrap_used, reason = "tests")]

use desk::Desk;
use kiosk::app::{Body, Effect, Event, Key};
use kiosk::headless::Headless;
use kiosk::platform::Clocks;
use kiosk::platform::pipe::Pipe;
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "umi no soba de neko ga hirune";

struct Clerk {
    kiosk: Headless,
    keeper: Pipe,
    init: Pipe,
}

impl Clerk {
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
    let program = env!("CARGO_BIN_EXE_kiosk");
    let (_desk, pipes) = Desk::start(folder.path(), program.as_ref()).unwrap();
    let mut clerk = Clerk {
        kiosk: Headless::new(1024, 768),
        keeper: Pipe::new((pipes.from_keeper, pipes.to_keeper)).unwrap(),
        init: Pipe::new((pipes.from_init, pipes.to_init)).unwrap(),
    };
    // The keeper's entries bear the real time.
    clerk.kiosk.now = Clocks::default().now();
    clerk.at("S-020");
    clerk.key(Key::Enter);
    clerk.at("S-100");
    clerk.kana("kuramorishouten");
    clerk.key(Key::Enter);
    // No postal code.
    clerk.key(Key::Enter);
    clerk.kana("toukyouto");
    clerk.kana("yamada tarou");
    clerk.at("S-110");
    clerk.fill(PASSPHRASE);
    clerk.fill(PASSPHRASE);
    clerk.at("S-120");
    let words = |clerk: &mut Clerk| match clerk.kiosk.view().body {
        Body::Words(words) => words.cells,
        _ => panic!("words"),
    };
    let paper = words(&mut clerk);
    clerk.key(Key::Enter);
    clerk.at("S-130");
    for cell in words(&mut clerk).into_iter().filter(|cell| cell.asked) {
        let position: usize = cell.position.parse().unwrap();
        clerk.fill(&paper[position - 1].place);
    }
    clerk.at("S-300");

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
