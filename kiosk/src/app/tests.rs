//! The core without drawing: what is asked, what is shown, what is forgotten.

#![allow(clippy::unwrap_used, reason = "tests")]

mod half_width;

use super::*;
use mynumber::Purpose;
use protocol::Secret;
use protocol::clerk::{
    Reply, Rows, input, ledger, numbers,
    people::{self, Person, PersonDraft, Position},
    retention, session,
};
use protocol::settings::Settings;
use protocol::system::{InputKind, VaultState, Welcome};

struct Bench {
    app: App,
    now: Now,
}

impl Bench {
    fn start(vault: VaultState) -> Self {
        let mut bench = Self {
            app: App::new(Coverage::everything(), None),
            now: Now {
                unix: 1_795_221_000,
                monotonic: Duration::from_secs(10),
            },
        };
        bench.init(system::Event::Welcome(Welcome {
            release: "test".into(),
            unix_seconds: bench.now.unix,
            clock_confirmed: true,
            vault,
            wait_seconds: 0,
            secure_boot: false,
            sticks: Vec::new(),
            settings: Settings::default(),
        }));
        bench
    }

    fn logged_in() -> Self {
        let mut bench = Self::start(VaultState::Open);
        bench.reply(names(1));
        bench.type_text("a passphrase");
        bench.key(Key::Enter);
        bench.reply(Reply::Done);
        bench.reply(Reply::Session(session::Reply::State(state(None))));
        bench.nothing_learned();
        assert_eq!(bench.tag(), "S-300");
        bench
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        self.app.update(event, self.now)
    }

    fn key(&mut self, key: Key) -> Vec<Effect> {
        self.event(Event::Key(key))
    }

    fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.key(Key::Char(c));
        }
    }

    fn init(&mut self, event: system::Event) -> Vec<Effect> {
        self.event(Event::Init(event))
    }

    fn reply(&mut self, reply: Reply) -> Vec<Effect> {
        self.event(Event::Keeper(reply))
    }

    /// The keeper has nothing that Japanese input learned.
    fn nothing_learned(&mut self) {
        for part in [input::Part::Words, input::Part::History] {
            self.reply(Reply::Input(input::Reply::Piece {
                part,
                offset: 0,
                total: 0,
                bytes: protocol::Bytes::new(Vec::new()),
            }));
        }
    }

    fn tag(&mut self) -> String {
        self.app.view().tag.to_string()
    }

    fn wait(&mut self, seconds: u64) -> Vec<Effect> {
        self.now.monotonic += Duration::from_secs(seconds);
        self.event(Event::Tick)
    }

    /// Shows somebody whose number is revealed.
    fn revealed(&mut self) {
        self.key(Key::Char('1'));
        self.reply(Reply::People(people::Reply::List(Rows {
            total: 1,
            rows: vec![people::PersonRow {
                person: 1,
                employee_no: "1".into(),
                name: "山田 太郎".into(),
                kana: String::new(),
                birth_date: "1990-04-01".into(),
                hired_on: "2015-04-01".into(),
                has_number: true,
            }],
        })));
        self.key(Key::Enter);
        self.reply(Reply::People(people::Reply::Person(person())));
        self.reply(Reply::Numbers(numbers::Reply::Record(Box::new(record()))));
        self.key(Key::F(4));
        self.key(Key::Char('1'));
        self.reply(Reply::Numbers(numbers::Reply::Digits(Secret::new(
            "123456789018".into(),
        ))));
        assert!(format!("{:?}", self.app.view()).contains("1234 5678 9018"));
    }
}

/// So many users.
fn names(count: i64) -> Reply {
    let name = |user| session::Name {
        user,
        name: format!("山田 {user}"),
        department: String::new(),
        wait_seconds: 0,
        last: user == 1,
    };
    Reply::Session(session::Reply::Names((1..=count).map(name).collect()))
}

fn state(last_entry: Option<i64>) -> State {
    State {
        company: Some("山田商店".into()),
        user: Some("山田 太郎".into()),
        must_change_passphrase: false,
        must_enter_company: false,
        last_entry,
        wait_seconds: 0,
    }
}

fn record() -> numbers::Record {
    numbers::Record {
        person: 1,
        revision: 1,
        status: mynumber::collection::CollectionStatus::Received,
        held: None,
        former: Vec::new(),
        kept: retention::Kept {
            term: retention::KeptTerm::Stays,
            holds: Vec::new(),
        },
    }
}

fn person() -> Person {
    Person {
        person: 1,
        revision: 1,
        fields: PersonDraft {
            name: "山田 太郎".into(),
            ..PersonDraft::default()
        },
        position: Position {
            filing_name: String::new(),
            department: None,
            employment: mynumber::Employment::Regular,
            property_savings: false,
        },
        details: people::Details::default(),
        status: mynumber::people::EmploymentStatus::Active,
        left_on: String::new(),
        leaving_reason: None,
        loses_on: String::new(),
        leaves: Vec::new(),
        former_employments: Vec::new(),
        former_names: Vec::new(),
        has_number: true,
        purposes: vec![Purpose::WithholdingTax],
    }
}

#[test]
fn a_locked_vault_is_opened_by_init_and_then_by_the_keeper() {
    let mut bench = Bench::start(VaultState::Locked);
    bench.type_text("a passphrase");
    let effects = bench.key(Key::Enter);
    assert!(matches!(
        effects.as_slice(),
        [Effect::AskInit(system::Request::Unlock { passphrase })] if passphrase.expose() == "a passphrase"
    ));
    assert_eq!(bench.tag(), "S-200 D-060");
    let effects = bench.init(system::Event::Opened);
    assert_eq!(
        effects,
        [Effect::AskKeeper(Request::Session(session::Request::Names))]
    );
    let effects = bench.reply(names(1));
    assert!(matches!(
        effects.as_slice(),
        [Effect::AskKeeper(Request::Session(session::Request::Login { user: Some(1), passphrase }))] if passphrase.expose() == "a passphrase"
    ));
}

#[test]
fn what_opened_the_volume_waits_a_minute_for_a_name_and_no_longer() {
    for (seconds, offered) in [(59, true), (60, false)] {
        let mut bench = Bench::start(VaultState::Locked);
        bench.type_text("a passphrase");
        bench.key(Key::Enter);
        bench.init(system::Event::Opened);
        bench.reply(names(2));
        assert_eq!(bench.tag(), "S-220");
        bench.wait(seconds);
        bench.key(Key::Char('2'));
        assert_eq!(bench.tag(), "S-200");
        let effects = bench.key(Key::Enter);
        assert_eq!(effects.len(), usize::from(offered));
        if let [effect] = effects.as_slice() {
            assert!(matches!(
                effect,
                Effect::AskKeeper(Request::Session(session::Request::Login { user: Some(2), passphrase })) if passphrase.expose() == "a passphrase"
            ));
        }
    }
}

#[test]
fn who_looks_at_the_passphrase_that_is_offered_sees_nothing() {
    let mut bench = Bench::start(VaultState::Locked);
    bench.type_text("a passphrase");
    bench.key(Key::Enter);
    bench.init(system::Event::Opened);
    bench.reply(names(2));
    bench.key(Key::Char('2'));
    bench.key(Key::F(2));
    assert!(!format!("{:?}", bench.app.view()).contains("a passphrase"));
    bench.wait(60);
    assert_eq!(bench.key(Key::Enter), [], "and a minute later it is gone");
}

#[test]
fn after_a_refusal_nothing_is_asked_until_the_wait_is_over() {
    let mut bench = Bench::start(VaultState::Locked);
    bench.type_text("wrong");
    bench.key(Key::Enter);
    bench.init(system::Event::Refused {
        code: ErrorCode::WrongPassphrase,
        wait_seconds: 8,
    });
    assert_eq!(bench.tag(), "S-200 E-101");
    bench.type_text("a passphrase");
    assert_eq!(bench.key(Key::Enter), []);
    assert_eq!(bench.tag(), "S-200 E-102");
    bench.wait(8);
    assert_eq!(bench.key(Key::Enter).len(), 1);
}

#[test]
fn an_idle_desk_is_locked_and_a_revealed_number_is_gone() {
    let mut bench = Bench::logged_in();
    bench.revealed();
    let effects = bench.wait(IDLE_LOCK.as_secs());
    assert_eq!(
        effects,
        [Effect::AskKeeper(Request::Session(session::Request::Lock))]
    );
    let effects = bench.reply(Reply::Done);
    assert_eq!(
        effects,
        [Effect::AskKeeper(Request::Session(session::Request::Names))]
    );
    assert_eq!(bench.tag(), "S-200");
    assert!(!format!("{:?}", bench.app.view()).contains("5678"));
    assert!(bench.app.shared.session.is_none());
}

#[test]
fn a_revealed_number_is_masked_after_thirty_seconds_and_by_escape() {
    let mut bench = Bench::logged_in();
    bench.revealed();
    bench.wait(REVEAL.as_secs());
    assert!(!format!("{:?}", bench.app.view()).contains("5678"));
}

#[test]
fn a_reply_to_a_left_screen_changes_nothing() {
    let mut bench = Bench::logged_in();
    bench.key(Key::Char('6'));
    bench.key(Key::Escape);
    assert_eq!(bench.tag(), "S-300");
    bench.reply(Reply::Refused(ErrorCode::NotPermitted));
    assert_eq!(bench.tag(), "S-300");
}

#[test]
fn one_request_at_a_time_and_of_searches_only_the_newest() {
    let mut bench = Bench::logged_in();
    assert_eq!(bench.key(Key::Char('1')).len(), 1);
    for text in ["1", "2"] {
        bench.type_text(text);
        assert_eq!(bench.wait(1), [], "the first is not answered yet");
    }
    let effects = bench.reply(Reply::People(people::Reply::List(Rows {
        total: 0,
        rows: Vec::new(),
    })));
    assert!(matches!(
        effects.as_slice(),
        [Effect::AskKeeper(Request::People(people::Request::List { query, .. }))] if query == "12"
    ));
}

#[test]
fn a_session_the_keeper_ended_is_ended_here() {
    let mut bench = Bench::logged_in();
    bench.key(Key::Char('6'));
    bench.reply(Reply::Refused(ErrorCode::SessionLocked));
    assert_eq!(bench.tag(), "S-200 E-106");
}

#[test]
fn a_clock_before_the_last_entry_is_said_and_locks_nobody_out() {
    let mut bench = Bench::start(VaultState::Open);
    bench.reply(names(1));
    bench.type_text("a passphrase");
    bench.key(Key::Enter);
    bench.reply(Reply::Done);
    let later = bench.now.unix + 86_400;
    bench.reply(Reply::Session(session::Reply::State(state(Some(later)))));
    bench.nothing_learned();
    assert_eq!(bench.tag(), "S-300 E-009");
}

#[test]
fn a_new_device_asks_above_long_work_and_its_question_goes_with_it() {
    let mut bench = Bench::logged_in();
    bench.key(Key::Char('6'));
    bench.reply(Reply::Ledger(ledger::Reply::Page(Rows {
        rows: Vec::new(),
        total: 0,
    })));
    bench.init(system::Event::DeviceAsks {
        device: 4,
        kind: InputKind::Keyboard,
        name: "x".into(),
    });
    assert_eq!(bench.tag(), "S-500 D-020");
    bench.init(system::Event::DeviceGone { device: 4 });
    assert_eq!(bench.tag(), "S-500");
}

#[test]
fn a_device_is_allowed_only_by_choosing_so() {
    let mut bench = Bench::logged_in();
    for (key, allow) in [
        (Key::Escape, false),
        (Key::Enter, false),
        (Key::Char('2'), true),
    ] {
        bench.init(system::Event::DeviceAsks {
            device: 4,
            kind: InputKind::Keyboard,
            name: "x".into(),
        });
        assert_eq!(
            bench.key(key),
            [Effect::AskInit(system::Request::DecideDevice {
                device: 4,
                allow
            })]
        );
    }
}

#[test]
fn every_screen_reached_speaks_both_languages() {
    let mut bench = Bench::logged_in();
    for digit in ['1', '2', '3', '4', '5', '6'] {
        bench.key(Key::Char(digit));
        let japanese = bench.app.view();
        bench.key(Key::F(9));
        let english = bench.app.view();
        assert_ne!(japanese.title, english.title);
        assert!(english.title.is_ascii(), "{}", english.title);
        bench.key(Key::F(9));
        bench.key(Key::Escape);
        bench.reply(Reply::Refused(ErrorCode::Internal));
    }
}

#[test]
fn kana_input_is_off_in_number_fields_and_back_in_names() {
    let mut bench = Bench::logged_in();
    bench.key(Key::Char('2'));
    assert_eq!(bench.app.view().ime, "A");
    bench.type_text("1001");
    bench.key(Key::Enter);
    bench.key(Key::Enter);
    assert_eq!(bench.app.view().ime, "あ ﾛｰﾏ");
    bench.key(Key::KanaToggle);
    assert_eq!(bench.app.view().ime, "A");
}

#[test]
fn escape_is_named_only_where_it_leads_back() {
    let said = |bench: &mut Bench| {
        bench.key(Key::F(1));
        let help = bench.app.view().help.expect("F1 opens it");
        bench.key(Key::Escape);
        help.second.keys.iter().any(|(key, _)| key == "Esc")
    };
    let mut bench = Bench::logged_in();
    assert!(!said(&mut bench));
    for digit in ['1', '2', '3', '6'] {
        bench.key(Key::Char(digit));
        let there = bench.app.view().tag.screen;
        assert!(said(&mut bench), "{there:?}");
        bench.key(Key::Escape);
        assert_ne!(bench.app.view().tag.screen, there);
        bench.reply(Reply::Refused(ErrorCode::Internal));
    }
}
