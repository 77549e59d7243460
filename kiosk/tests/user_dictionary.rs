//! The user dictionary as a clerk uses it, with the dictionary that ships and the product's own
//! renderer. Pictures are kept under target/screens/words-*.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use codes::ErrorCode;
use kiosk::app::{Body, Key, Motion, TableView};
use kkc::{MAX_WORDS, UserWords, WordKind};
use protocol::clerk::Reply;
use protocol::clerk::input::Part;
use support::Desk;

const SPACE: Key = Key::Char(' ');

fn at_home(story: &str) -> Desk {
    let mut desk = Desk::converting(1024, 768, &format!("words-{story}"));
    desk.log_in();
    desk
}

/// At S-040, with these words kept by the keeper.
fn at_the_dictionary(story: &str, words: &[(&str, &str, WordKind)]) -> Desk {
    let mut kept = UserWords::default();
    for (reading, text, kind) in words {
        kept.add(reading, text, *kind).unwrap();
    }
    let mut desk = Desk::converting(1024, 768, &format!("words-{story}"));
    desk.input.insert(Part::Words, kept.to_bytes());
    desk.log_in();
    desk.keys("0");
    desk.at("S-040");
    desk
}

/// At the person form, the caret in 氏名.
fn at_the_name(desk: &mut Desk) {
    desk.keys("2");
    desk.at("S-410");
    desk.fill("1001");
    desk.fill("1");
}

/// What stands in the field with this label: text and composition.
fn field(desk: &mut Desk, label: &str) -> String {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    let field = form.fields.into_iter().find(|f| f.label == label).unwrap();
    format!(
        "{}{}{}{}",
        field.before, field.preedit, field.selected, field.after
    )
}

fn table(desk: &mut Desk) -> TableView {
    match desk.kiosk.view().body {
        Body::Table(table) => table,
        other => panic!("no table: {other:?}"),
    }
}

fn rows(desk: &mut Desk) -> Vec<String> {
    let rows = table(desk).rows.into_iter();
    rows.map(|row| row.cells.join(" ")).collect()
}

fn message(desk: &mut Desk) -> String {
    desk.kiosk.view().message.map_or(String::new(), |m| m.text)
}

/// Types a reading and takes this candidate.
#[track_caller]
fn choose(desk: &mut Desk, romaji: &str, wanted: &str) {
    desk.keys(romaji);
    desk.key(SPACE);
    for _ in 0..200 {
        if kiosk::ime::text_of(&desk.kiosk.view().preedit) == wanted {
            desk.key(Key::Enter);
            return;
        }
        desk.key(SPACE);
    }
    panic!("{wanted} is no candidate of {romaji}");
}

/// The words as the keeper has them.
fn kept(desk: &Desk) -> Vec<(String, String, WordKind)> {
    let bytes = desk.input.get(&Part::Words).cloned().unwrap_or_default();
    let words = UserWords::from_bytes(&bytes).unwrap_or_default();
    let word = |w: &kkc::UserWord| (w.reading.clone(), w.text.clone(), w.kind);
    words.iter().map(word).collect()
}

#[test]
fn a_word_is_registered_and_comes_first_in_its_fields() {
    let mut desk = at_home("register");
    desk.keys("0");
    desk.at("S-040");
    assert_eq!(table(&mut desk).total, 0);
    assert!(table(&mut desk).empty.contains("F2"));
    desk.picture("empty");
    desk.key(Key::F(2));
    desk.at("S-050");
    desk.picture("form-empty");
    desk.keys("kuramori");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    choose(&mut desk, "kura", "蔵");
    choose(&mut desk, "mori", "守");
    desk.picture("form");
    desk.key(Key::Enter);
    desk.keys("2");
    desk.key(Key::Enter);
    desk.at("S-040");
    assert_eq!(message(&mut desk), "「蔵守」を登録しました。");
    assert_eq!(rows(&mut desk), ["くらもり 蔵守 姓"]);
    desk.picture("registered");
    assert_eq!(
        kept(&desk),
        [("くらもり".into(), "蔵守".into(), WordKind::Family)]
    );

    desk.key(Key::Escape);
    at_the_name(&mut desk);
    desk.keys("kuramoritarou");
    desk.key(SPACE);
    assert_eq!(
        kiosk::ime::text_of(&desk.kiosk.view().preedit),
        "蔵守　太郎"
    );
    desk.picture("in-a-name");
}

#[test]
fn a_word_is_registered_while_a_name_is_typed_and_takes_its_place() {
    let mut desk = at_home("while-typing");
    at_the_name(&mut desk);
    desk.keys("kuramori");
    desk.key(Key::RegisterWord);
    desk.at("S-050");
    assert_eq!(field(&mut desk, "よみ（かな）"), "くらもり");
    choose(&mut desk, "kura", "蔵");
    choose(&mut desk, "mori", "守");
    desk.picture("form");
    desk.key(Key::F(12));
    desk.at("S-410");
    assert_eq!(message(&mut desk), "「蔵守」を登録しました。");
    assert_eq!(field(&mut desk, "社員番号"), "1001");
    assert_eq!(field(&mut desk, "氏名"), "蔵守");
    assert_eq!(field(&mut desk, "フリガナ"), "クラモリ");
    desk.picture("back-in-the-name");
    assert_eq!(kept(&desk)[0].2, WordKind::Family);
}

#[test]
fn what_is_selected_is_registered_and_stays_when_nothing_is_saved() {
    let mut desk = at_home("selected");
    at_the_name(&mut desk);
    choose(&mut desk, "takahashi", "髙橋");
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Left));
    }
    desk.key(Key::RegisterWord);
    desk.at("S-050");
    assert_eq!(field(&mut desk, "よみ（かな）"), "たかはし");
    assert_eq!(field(&mut desk, "単語"), "髙橋");
    desk.picture("form");
    desk.key(Key::Escape);
    desk.at("S-410");
    assert_eq!(field(&mut desk, "氏名"), "髙橋");
    assert!(kept(&desk).is_empty());
    desk.key(Key::RegisterWord);
    desk.key(Key::F(12));
    desk.at("S-410");
    assert_eq!(field(&mut desk, "氏名"), "髙橋");
    assert_eq!(kept(&desk)[0].1, "髙橋");
}

#[test]
fn no_word_is_registered_from_a_field_for_numbers_and_dates() {
    let mut desk = at_home("numbers");
    at_the_name(&mut desk);
    while !desk.focused_is_number() {
        desk.key(Key::Tab);
        if desk.focused_is_number() {
            desk.keys(support::NUMBER);
        }
        let text = matches!(desk.kiosk.view().ime.chars().next(), Some('あ'));
        desk.key(Key::RegisterWord);
        if text {
            desk.at("S-050");
            desk.key(Key::Escape);
        }
        desk.at("S-410");
    }
    assert!(kept(&desk).is_empty());
}

#[test]
fn words_are_changed_removed_and_sorted() {
    let mut desk = at_the_dictionary(
        "change",
        &[
            ("くらもり", "蔵守", WordKind::Family),
            ("あおば", "青葉", WordKind::Place),
            ("ほけん", "保険", WordKind::Noun),
        ],
    );
    assert_eq!(
        rows(&mut desk),
        ["あおば 青葉 地名", "くらもり 蔵守 姓", "ほけん 保険 一般"]
    );
    desk.key(Key::Down);
    desk.key(Key::Enter);
    desk.at("S-050");
    desk.key(Key::Tab);
    desk.key(Key::Tab);
    desk.keys("3");
    desk.key(Key::F(12));
    desk.at("S-040");
    let list = table(&mut desk);
    assert_eq!(list.rows[1].cells.join(" "), "くらもり 蔵守 名");
    assert!(list.rows[1].selected);
    desk.picture("changed");

    desk.key(Key::Delete);
    desk.at("S-040 D-200");
    desk.picture("remove");
    // It begins at leaving the word.
    desk.key(Key::Enter);
    desk.at("S-040");
    assert_eq!(table(&mut desk).total, 3);
    desk.key(Key::F(4));
    desk.keys("1");
    desk.key(Key::Enter);
    desk.at("S-040");
    assert_eq!(rows(&mut desk), ["あおば 青葉 地名", "ほけん 保険 一般"]);
    assert_eq!(kept(&desk).len(), 2);
    desk.key(Key::F(7));
    assert_eq!(rows(&mut desk), ["ほけん 保険 一般", "あおば 青葉 地名"]);
}

#[test]
fn what_was_learned_is_erased_and_the_words_stay() {
    let mut desk = at_the_dictionary("forget", &[("くらもり", "蔵守", WordKind::Family)]);
    desk.key(Key::F(5));
    desk.at("S-040");
    assert_eq!(message(&mut desk), "学習した変換はまだありません。");
    desk.key(Key::Escape);
    at_the_name(&mut desk);
    choose(&mut desk, "saitou", "齋藤");
    desk.key(Key::F(10));
    desk.key(Key::Char('2'));
    desk.fill(support::PASSPHRASE);
    desk.at("S-300");
    assert!(desk.input.contains_key(&Part::History));
    desk.keys("0");
    assert!(table(&mut desk).lines[0].contains("学習した変換：1件"));
    desk.key(Key::F(5));
    desk.at("S-040 D-210");
    desk.picture("forget");
    desk.keys("1");
    desk.key(Key::Enter);
    desk.at("S-040");
    assert!(!desk.input.contains_key(&Part::History));
    assert!(table(&mut desk).lines[0].contains("学習した変換：0件"));
    assert_eq!(table(&mut desk).total, 1);
    desk.picture("forgotten");
    desk.key(Key::Escape);
    at_the_name(&mut desk);
    desk.keys("saitou");
    desk.key(SPACE);
    assert_ne!(kiosk::ime::text_of(&desk.kiosk.view().preedit), "齋藤");
}

#[test]
fn what_cannot_be_a_word_is_refused_and_nothing_of_it_is_kept() {
    let mut desk = at_the_dictionary("refused", &[("くらもり", "蔵守", WordKind::Family)]);
    let before = kept(&desk);
    let empty = |desk: &mut Desk| {
        desk.key(Key::SelectAll);
        desk.key(Key::Backspace);
    };
    desk.key(Key::F(2));
    desk.key(Key::F(12));
    desk.at("S-050 E-201");
    // A reading that is no kana.
    desk.key(Key::KanaToggle);
    desk.keys("kura");
    desk.key(Key::Enter);
    desk.at("S-050 E-280");
    desk.picture("not-kana");
    empty(&mut desk);
    desk.key(Key::KanaToggle);
    desk.keys("kuramori");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    // The individual number.
    desk.keys(support::NUMBER);
    desk.key(Key::F(12));
    desk.at("S-050 E-282");
    desk.picture("number");
    empty(&mut desk);
    // The same word again.
    choose(&mut desk, "kura", "蔵");
    choose(&mut desk, "mori", "守");
    desk.key(Key::F(12));
    desk.at("S-050 E-281");
    desk.picture("taken");
    empty(&mut desk);
    // A character that no font has: it does not get into the field.
    desk.key(Key::Char('\u{2ebf0}'));
    desk.at("S-050 E-203");
    assert!(
        message(&mut desk).contains("U+2EBF0"),
        "{}",
        message(&mut desk)
    );
    desk.picture("no-glyph");
    assert_eq!(field(&mut desk, "単語"), "");
    // Longer than a word may be.
    desk.key(Key::KanaToggle);
    desk.keys(&"a".repeat(kkc::MAX_CHARS + 1));
    desk.key(Key::F(12));
    desk.at("S-050 E-202");
    // Leaving asks first.
    desk.key(Key::Escape);
    desk.at("S-050 D-070 E-202");
    desk.keys("2");
    desk.at("S-040");
    assert_eq!(kept(&desk), before);
    let digits = support::NUMBER.as_bytes();
    assert!(
        desk.input
            .values()
            .all(|kept| !kept.windows(4).any(|w| digits.starts_with(w)))
    );
}

#[test]
fn a_full_dictionary_says_so_and_shows_all_its_words() {
    let readings: Vec<String> = (0..MAX_WORDS).map(|i| format!("蔵{i}")).collect();
    let words: Vec<(&str, &str, WordKind)> = readings
        .iter()
        .map(|text| ("くら", text.as_str(), WordKind::Noun))
        .collect();
    let mut desk = at_the_dictionary("full", &words);
    desk.key(Key::End);
    desk.picture("end");
    assert_eq!(table(&mut desk).total, MAX_WORDS);
    desk.key(Key::F(2));
    desk.keys("soko");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    choose(&mut desk, "soko", "底");
    desk.key(Key::F(12));
    desk.at("S-050 E-283");
    desk.picture("full");
}

#[test]
fn a_word_that_could_not_be_saved_is_told_and_can_be_saved_again() {
    let mut desk = at_home("not-saved");
    desk.keys("0");
    desk.key(Key::F(2));
    desk.keys("kuramori");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    choose(&mut desk, "kura", "蔵");
    desk.next_reply = Some(Reply::Refused(ErrorCode::StickFull));
    desk.key(Key::F(12));
    desk.at("S-050 E-004");
    desk.picture("full-stick");
    assert_eq!(field(&mut desk, "単語"), "蔵");
    assert!(kept(&desk).is_empty());
    desk.key(Key::F(12));
    desk.at("S-040");
    assert_eq!(kept(&desk).len(), 1);
    // The same for one that is removed.
    desk.key(Key::F(4));
    desk.keys("1");
    desk.next_reply = Some(Reply::Refused(ErrorCode::StickIo));
    desk.key(Key::Enter);
    desk.at("S-040 E-005");
    assert_eq!(table(&mut desk).total, 1);
    assert_eq!(kept(&desk).len(), 1);
}

#[test]
fn a_lock_takes_the_words_from_the_screen_and_the_next_login_brings_them_back() {
    let mut desk = at_the_dictionary("lock", &[("くらもり", "倉森", WordKind::Family)]);
    desk.key(Key::Escape);
    at_the_name(&mut desk);
    desk.keys("kuramori");
    desk.key(Key::RegisterWord);
    desk.at("S-050");
    desk.kiosk.wait(kiosk::app::IDLE_LOCK);
    desk.serve();
    desk.at("S-200");
    let shown = format!("{:?}", desk.kiosk.view());
    assert!(!shown.contains("くらもり") && !shown.contains("倉森"));
    desk.key(Key::RegisterWord);
    desk.at("S-200");
    desk.fill(support::PASSPHRASE);
    desk.at("S-300");
    desk.keys("0");
    assert_eq!(rows(&mut desk), ["くらもり 倉森 姓"]);
}

#[test]
fn a_dictionary_that_cannot_be_read_is_told_and_begun_anew() {
    let mut desk = Desk::converting(1024, 768, "words-damaged");
    desk.input
        .insert(Part::Words, b"W\x01\xff\xff\xff".to_vec());
    desk.log_in();
    desk.keys("0");
    desk.at("S-040 E-284");
    desk.picture("damaged");
    desk.key(Key::F(2));
    desk.keys("kura");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    choose(&mut desk, "kura", "蔵");
    desk.key(Key::F(12));
    desk.at("S-040");
    assert_eq!(kept(&desk).len(), 1);
}

#[test]
fn a_dictionary_that_could_not_be_loaded_is_loaded_again_when_it_is_looked_at() {
    let mut kept = UserWords::default();
    kept.add("くら", "蔵", WordKind::Noun).unwrap();
    let mut desk = Desk::converting(1024, 768, "words-not-loaded");
    desk.input.insert(Part::Words, kept.to_bytes());
    desk.company = Some("山田商店".into());
    desk.start(protocol::system::VaultState::Locked);
    desk.key(Key::Enter);
    desk.loading_fails = 2;
    desk.fill(support::PASSPHRASE);
    desk.at("S-300");
    desk.keys("0");
    desk.at("S-040 E-005");
    // Nothing is saved over what was not seen.
    desk.key(Key::F(2));
    desk.at("S-040 E-005");
    desk.key(Key::Escape);
    desk.keys("0");
    desk.at("S-040");
    assert_eq!(rows(&mut desk), ["くら 蔵 一般"]);
}

#[test]
fn the_list_under_the_form_is_there_again_with_what_it_missed() {
    let mut desk = at_home("below");
    desk.add_people(3);
    desk.keys("1");
    desk.at("S-400");
    desk.keeper_is_slow = true;
    choose(&mut desk, "yamada", "山田");
    desk.kiosk.wait(kiosk::app::SEARCH_REST * 2);
    desk.serve();
    desk.keeper_is_slow = false;
    desk.key(Key::RegisterWord);
    desk.at("S-050");
    desk.reply(Reply::People(protocol::clerk::people::Reply::List(
        protocol::clerk::Rows {
            total: 1,
            rows: vec![desk.people[0].0.clone()],
        },
    )));
    desk.at("S-050");
    desk.key(Key::Escape);
    desk.at("S-400");
    assert_eq!(table(&mut desk).total, 1);
}
