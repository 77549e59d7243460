//! Walks every screen by keys, with the product's own renderer, and reads the code tag
//! from the picture as image tests do. Pictures are kept under target/screens.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use codes::{ErrorCode, Language};
use kiosk::app::{Body, Effect, Key, Layout, REVEAL};
use kiosk::headless::code_sheet::{self, WORD_PLACE, WORD_POSITION, WORDS_ORIGIN, WORDS_PITCH};
use mynumber::NumberSource;
use protocol::clerk::{Field, FieldError, Reply, Request, Step, companions};
use protocol::settings::Settings;
use protocol::system::{self, InputKind, VaultState};
use std::time::Duration;
use support::{Desk, NUMBER, PASSPHRASE, shipped_sheet};

#[test]
fn the_code_sheet_of_the_image_tests_is_current() {
    let drawn = code_sheet::draw();
    assert!(
        drawn.picture == shipped_sheet(),
        "run the example code_sheet"
    );
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../image-tests/data/code_glyphs.toml"
    );
    assert_eq!(drawn.toml, std::fs::read_to_string(path).unwrap());
}

/// Reads the cells of the recovery words from the picture.
fn words_cells(desk: &Desk, at: (u32, u32), cells: u32) -> Vec<Option<String>> {
    let sheet = shipped_sheet();
    (0..12)
        .map(|n| {
            let x = WORDS_ORIGIN.0 + n % 3 * WORDS_PITCH.0 + at.0;
            let y = WORDS_ORIGIN.1 + n / 3 * WORDS_PITCH.1 + at.1;
            code_sheet::read(&sheet, &desk.kiosk.picture(), x, y, cells)
        })
        .collect()
}

#[test]
fn first_run_from_power_on_to_home() {
    first_run(Desk::new(1024, 768, "first-run"));
}

#[test]
fn first_run_in_english() {
    first_run(Desk::new(1024, 768, "first-run-en").in_english());
}

fn first_run(mut desk: Desk) {
    desk.at("S-010");
    desk.picture("starting");
    desk.start(VaultState::None);
    desk.at("S-020");
    desk.picture("clock");
    desk.key(Key::Enter);
    desk.at("S-100");
    desk.kana("kuramorishouten");
    desk.fill("1234567890123");
    desk.at("S-100 E-217");
    desk.picture("corporate-number-wrong");
    for _ in 0..13 {
        desk.key(Key::Backspace);
    }
    desk.key(Key::Enter);
    // No postal code.
    desk.key(Key::Enter);
    desk.kana("toukyouto chiyodaku");
    desk.keys("yamada");
    desk.picture("company-preedit");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.at("S-110");
    desk.fill("password1234");
    desk.at("S-110 E-103");
    desk.picture("passphrase-weak");
    for _ in 0..12 {
        desk.key(Key::Backspace);
    }
    desk.fill(PASSPHRASE);
    desk.at("S-110");
    desk.picture("passphrase");
    desk.fill(PASSPHRASE);
    desk.at("S-120");
    desk.picture("recovery-words");
    let positions = words_cells(&desk, WORD_POSITION, 2);
    let places = words_cells(&desk, WORD_PLACE, 4);
    assert_eq!(positions[11].as_deref(), Some("12"));
    let places: Vec<String> = places.into_iter().map(|p| p.expect("digits")).collect();

    desk.key(Key::Enter);
    desk.at("S-130");
    let asked: Vec<usize> = words_cells(&desk, WORD_POSITION, 2)
        .into_iter()
        .flatten()
        .map(|position| position.parse::<usize>().unwrap() - 1)
        .collect();
    assert_eq!(asked.len(), 3);
    let wrong = if places[asked[0]] == "0001" {
        "0002"
    } else {
        "0001"
    };
    desk.fill(wrong);
    desk.fill(&places[asked[1]]);
    desk.fill(&places[asked[2]]);
    desk.at("S-130 E-105");
    desk.picture("word-wrong");
    for _ in 0..4 {
        desk.key(Key::Backspace);
    }
    desk.keys(&places[asked[0]]);
    desk.key(Key::F(12));
    desk.at("S-140");
    desk.picture("making-vault");
    desk.init(system::Event::Opened);
    desk.at("S-300");
    desk.picture("home");
}

#[test]
fn login_counts_down_after_a_wrong_passphrase() {
    login(Desk::new(1024, 768, "login"));
}

#[test]
fn login_in_english() {
    login(Desk::new(1024, 768, "login-en").in_english());
}

fn login(mut desk: Desk) {
    desk.company = Some("蔵守商店".into());
    desk.start(VaultState::Locked);
    desk.key(Key::Enter);
    desk.at("S-200");
    desk.picture("login");
    desk.fill("wrong one here");
    desk.at("S-200 E-101");
    desk.picture("wrong");
    desk.fill(PASSPHRASE);
    desk.at("S-200 E-102");
    desk.picture("too-soon");
    desk.kiosk.wait(Duration::from_secs(31));
    // What was typed too soon is still there.
    desk.key(Key::Enter);
    desk.at("S-300");
}

#[test]
fn recovery_words_open_a_vault_with_a_new_passphrase() {
    recover(Desk::new(1024, 768, "recover"));
}

#[test]
fn recovery_in_english() {
    recover(Desk::new(1024, 768, "recover-en").in_english());
}

fn recover(mut desk: Desk) {
    desk.company = Some("蔵守商店".into());
    desk.start(VaultState::Locked);
    desk.key(Key::Enter);
    desk.key(Key::F(3));
    desk.at("S-210");
    desk.keys("ai");
    desk.picture("recover-typing");
    desk.key(Key::Escape);
    let words = kiosk::app::recovery::RecoveryWords::generate();
    for position in 0..12 {
        desk.fill(&format!("{:04}", words.word(position).1));
    }
    desk.at("S-210");
    desk.picture("recover-passphrase");
    desk.fill(PASSPHRASE);
    desk.fill(PASSPHRASE);
    desk.at("S-300");
    assert!(desk.asked.iter().any(|effect| matches!(
        effect,
        Effect::AskInit(system::Request::Recover { recovery_words, .. })
            if recovery_words.expose() == words.secret().expose()
    )));
}

#[test]
fn people_are_registered_found_and_their_number_shown_for_thirty_seconds() {
    people(Desk::new(1024, 768, "people"));
}

#[test]
fn people_in_english() {
    people(Desk::new(1024, 768, "people-en").in_english());
}

fn people(mut desk: Desk) {
    desk.log_in();
    desk.key(Key::Char('2'));
    desk.at("S-410");
    desk.picture("person-form-empty");
    desk.fill("1001");
    desk.fill("3");
    desk.kana("yamada hanako");
    desk.kana("yamada hanako");
    desk.fill("H2.4.1");
    desk.fill("2020-04-01");
    desk.key(Key::Enter);
    desk.kana("toukyouto");
    desk.fill("123456789012");
    desk.at("S-410 E-212");
    desk.picture("check-digit");
    for _ in 0..12 {
        desk.key(Key::Backspace);
    }
    desk.fill(NUMBER);
    desk.fill("111111111118");
    desk.at("S-410 E-213");
    desk.picture("numbers-differ");
    for _ in 0..12 {
        desk.key(Key::Backspace);
    }
    desk.fill(NUMBER);
    desk.picture("person-form-full");
    desk.keys("2");
    desk.picture("number-source");
    desk.key(Key::Enter);
    desk.at("S-420");
    assert_eq!(desk.source, Some(NumberSource::Card));
    desk.picture("person-saved");
    desk.key(Key::F(4));
    desk.at("S-420 D-030");
    desk.picture("purpose");
    desk.key(Key::Char('1'));
    desk.at("S-420");
    desk.picture("revealed");
    let number = |desk: &mut Desk| match desk.kiosk.view().body {
        Body::Detail(detail) => detail.number,
        _ => String::new(),
    };
    assert_eq!(number(&mut desk), "1234 5678 9018");
    desk.kiosk.wait(REVEAL - Duration::from_secs(1));
    assert_eq!(number(&mut desk), "1234 5678 9018");
    desk.kiosk.wait(Duration::from_secs(1));
    assert_eq!(number(&mut desk), "●●●● ●●●● ●●●●");

    desk.add_people(60);
    desk.key(Key::Escape);
    desk.at("S-400");
    desk.picture("people");
    desk.key(Key::PageDown);
    desk.key(Key::PageDown);
    desk.picture("people-paged");
    desk.keys("takahasi");
    desk.key(Key::Enter);
    desk.kiosk.wait(Duration::from_secs(1));
    desk.serve();
    desk.picture("people-found");
    let Body::Table(table) = desk.kiosk.view().body else {
        panic!("a table");
    };
    assert_eq!(table.total, 20);
    desk.key(Key::Enter);
    desk.at("S-420");
    desk.key(Key::F(3));
    desk.at("S-410");
    desk.keys("x");
    desk.key(Key::Escape);
    desk.at("S-410 D-070");
    desk.picture("discard");
    desk.key(Key::Char('2'));
    desk.at("S-420");
}

#[test]
fn what_the_keeper_refuses_stands_below_its_field() {
    let mut desk = Desk::new(1024, 768, "refused");
    desk.log_in();
    desk.add_people(1);
    desk.key(Key::Char('1'));
    desk.key(Key::Enter);
    desk.key(Key::F(5));
    desk.fill(NUMBER);
    desk.fill(NUMBER);
    desk.picture("number-alone");
    desk.key(Key::Enter);
    desk.next_reply = Some(Reply::Invalid(vec![FieldError {
        field: Field::Number,
        code: ErrorCode::NumberTaken,
    }]));
    desk.key(Key::Enter);
    desk.at("S-410 E-214");
    desk.picture("number-taken");
}

#[test]
fn a_stick_that_was_changed_while_it_was_read_is_read_again() {
    let mut desk = Desk::new(1024, 768, "changed-stick");
    desk.log_in();
    desk.plug();
    desk.picture("one-stick");
    desk.key(Key::Char('5'));
    desk.keeper_is_slow = true;
    desk.key(Key::F(3));
    desk.at("S-620 D-060");
    desk.init(system::Event::StickGone { device: 7 });
    desk.init(system::Event::StickPresent(system::Stick {
        device: 8,
        ..support::stick()
    }));
    desk.keeper_is_slow = false;
    desk.reply(Reply::Refused(ErrorCode::NoCompanion));
    desk.at("S-620");
    assert_eq!(
        desk.asked.last(),
        Some(&Effect::AskKeeper(Request::Companions(
            companions::Request::Enrolments { device: 8 }
        )))
    );
}

#[test]
fn plugged_sticks_are_counted_where_image_tests_look() {
    let mut desk = Desk::new(1024, 768, "sticks");
    desk.log_in();
    let counted = |desk: &mut Desk| {
        desk.kiosk.view();
        let picture = desk.kiosk.picture();
        let x = picture.width - code_sheet::STICKS;
        code_sheet::read(&shipped_sheet(), &picture, x, code_sheet::TOP, 1)
    };
    assert_eq!(counted(&mut desk), None);
    desk.plug();
    assert_eq!(counted(&mut desk).as_deref(), Some("1"));
    desk.init(system::Event::StickPresent(system::Stick {
        device: 8,
        ..support::stick()
    }));
    assert_eq!(counted(&mut desk).as_deref(), Some("2"));
}

#[test]
fn from_a_companion_to_a_receipt() {
    hand_over(Desk::new(1024, 768, "hand-over"));
}

#[test]
fn hand_over_in_english() {
    hand_over(Desk::new(1024, 768, "hand-over-en").in_english());
}

fn hand_over(mut desk: Desk) {
    desk.log_in();
    desk.add_people(7);
    desk.key(Key::Char('5'));
    desk.at("S-600");
    desk.picture("companions-empty");
    desk.key(Key::F(2));
    desk.at("S-610");
    desk.keys("kyuuyo");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.at("S-610 E-501");
    desk.picture("no-stick");
    desk.plug();
    desk.key(Key::Enter);
    desk.at("S-610 D-040");
    desk.picture("confirm-format");
    desk.key(Key::Enter);
    desk.at("S-610");
    desk.key(Key::Enter);
    desk.key(Key::Char('1'));
    desk.at("S-610 D-040");
    desk.key(Key::Enter);
    desk.at("S-610 D-060");
    desk.reply(Reply::Progress {
        step: Step::Writing,
        done: 3,
        total: 5,
    });
    desk.picture("formatting");
    desk.reply(Reply::Done);
    desk.at("S-600");
    desk.picture("companions");

    desk.key(Key::F(3));
    desk.at("S-620");
    desk.picture("enrolments");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.at("S-620 E-510");
    desk.picture("words-not-compared");
    desk.fill("2");
    desk.fill("1");
    desk.key(Key::Enter);
    desk.at("S-600");
    desk.key(Key::Tab);
    desk.picture("whitelist");
    desk.key(Key::F(4));
    desk.at("S-600 D-090");
    desk.picture("revoke");
    desk.key(Key::Escape);

    desk.key(Key::Escape);
    desk.key(Key::Char('3'));
    desk.at("S-700");
    desk.picture("hand-over-entries");
    desk.key(Key::Enter);
    desk.key(Key::Char(' '));
    desk.key(Key::Char(' '));
    desk.picture("hand-over-people");
    desk.key(Key::F(12));
    desk.at("S-700 D-050");
    desk.picture("confirm-hand-over");
    desk.key(Key::Char('1'));
    desk.at("S-700 D-060");
    desk.key(Key::Escape);
    assert_eq!(
        desk.asked.last(),
        Some(&Effect::AskKeeper(Request::Cancel)),
        "Esc cancels the work"
    );
    desk.picture("cancelling");
    desk.reply(Reply::Companions(companions::Reply::HandedOver {
        hand_over: "H-20261121-0001".into(),
        people: 2,
    }));
    desk.at("S-710");
    desk.picture("done");
    desk.key(Key::Enter);
    desk.key(Key::Char('4'));
    desk.at("S-720");
    desk.picture("receipt-open");
    desk.key(Key::F(2));
    desk.at("S-720");
    desk.picture("receipt-read");
    desk.key(Key::Escape);
    desk.key(Key::Char('6'));
    desk.at("S-500");
    desk.picture("ledger");
    desk.key(Key::F(2));
    desk.picture("ledger-verified");
}

#[test]
fn dialogs_above_everything_lock_and_power_off() {
    dialogs(Desk::new(1024, 768, "dialogs"));
}

#[test]
fn dialogs_in_english() {
    dialogs(Desk::new(1024, 768, "dialogs-en").in_english());
}

fn dialogs(mut desk: Desk) {
    desk.log_in();
    desk.add_people(3);
    desk.key(Key::F(1));
    desk.at("S-300 D-080");
    desk.picture("help");
    desk.key(Key::Enter);
    desk.init(system::Event::DeviceAsks {
        device: 3,
        kind: InputKind::Keyboard,
        name: "Generic USB Keyboard".into(),
    });
    desk.at("S-300 D-020");
    desk.picture("new-device");
    desk.key(Key::Enter);
    assert_eq!(
        desk.asked.last(),
        Some(&Effect::AskInit(system::Request::DecideDevice {
            device: 3,
            allow: false
        }))
    );
    desk.key(Key::Char('1'));
    desk.key(Key::Enter);
    desk.at("S-420");
    desk.kiosk.wait(Duration::from_secs(301));
    desk.serve();
    desk.at("S-200");
    desk.picture("idle-locked");
    assert!(!desk.logged_in);
    desk.fill(PASSPHRASE);
    desk.at("S-300");
    desk.key(Key::Char('9'));
    desk.at("S-300 D-010");
    desk.picture("power-off");
    desk.key(Key::Char('1'));
    desk.at("S-900");
    desk.picture("powering-off");
}

#[test]
fn the_pointer_does_what_the_keys_do() {
    let mut desk = Desk::new(1280, 800, "pointer");
    desk.log_in();
    // The first entry of the menu.
    desk.kiosk.click(300.0, 150.0);
    desk.serve();
    desk.at("S-400");
    // F1 of the bar.
    desk.kiosk.click(60.0, 780.0);
    desk.at("S-400 D-080");
}

#[test]
fn a_large_screen_in_english_with_a_us_keyboard() {
    let mut desk = Desk::new(1920, 1080, "english");
    desk.company = Some("Yamada Shoten".into());
    desk.start(VaultState::Locked);
    desk.key(Key::F(9));
    desk.key(Key::F(8));
    let us = Settings {
        keyboard: Layout::Us,
        language: Language::English,
        ..Settings::default()
    };
    // For now, and on the stick.
    assert!(desk.asked.contains(&Effect::Use(us)));
    let keep = Effect::AskInit(system::Request::KeepSettings(us));
    assert_eq!(desk.asked.last(), Some(&keep));
    desk.at("S-020");
    desk.picture("clock");
    desk.key(Key::Enter);
    desk.picture("login");
    desk.fill(PASSPHRASE);
    desk.at("S-300");
    desk.picture("home");
    desk.add_people(60);
    desk.key(Key::Char('1'));
    desk.at("S-400");
    desk.picture("people");
    desk.key(Key::F(2));
    desk.fill("1001");
    desk.picture("person-form");
}

#[test]
fn a_character_without_a_glyph_is_refused_by_name() {
    let mut desk = Desk::new(1024, 768, "glyph");
    desk.log_in();
    desk.key(Key::Char('2'));
    desk.fill("1001");
    desk.key(Key::Enter);
    // 外字 of an old PC.
    desk.key(Key::Char('\u{e000}'));
    desk.at("S-410 E-203");
    desk.picture("no-glyph");
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("a form");
    };
    assert_eq!(form.fields[2].before, "");
    desk.key(Key::Char('𠮷'));
    desk.at("S-410");
    desk.picture("second-font");
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("a form");
    };
    assert_eq!(form.fields[2].before, "𠮷");
    desk.key(Key::Char('\u{e01ef}'));
    desk.at("S-410 E-203");
    let refused = desk.kiosk.view().message.unwrap();
    assert!(refused.text.contains("U+20BB7 U+E01EF"), "{}", refused.text);
    for c in "邊\u{e0103}".chars() {
        desk.key(Key::Char(c));
    }
    desk.at("S-410");
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("a form");
    };
    assert_eq!(form.fields[2].before, "𠮷邊\u{e0103}");
}
