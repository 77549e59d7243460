//! The pointer in lines of text: what is clicked and dragged in the real picture, and what is typed
//! then.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kiosk::app::{Body, Key};
use protocol::settings::{Rotation, Scale, Settings};
use std::time::Duration;
use support::pointing::*;
use support::spoken::{self, Role};
use support::{Desk, NUMBER};

/// Clicks all along a field: the caret is drawn where the pointer is, as near as characters allow.
fn the_caret_follows(desk: &mut Desk, label: &str, widest: f32) {
    let (left, _) = line(desk, label);
    desk.key(Key::End);
    let mut places = std::collections::BTreeSet::new();
    click_after_a_rest(
        desk,
        label,
        2000.0_f32.min(edges(desk, label)[2] - left - 4.0),
    );
    let end = drawn_caret(desk, label) - left;
    let mut x = -8.0;
    while x < end + 40.0 {
        click_after_a_rest(desk, label, x);
        let caret = drawn_caret(desk, label) - left;
        let nearest = x.clamp(0.0, end);
        // The caret's own room stands on one side of it.
        let off = (caret - nearest).abs();
        assert!(
            off <= widest / 2.0 + 4.0,
            "{label} at {x}: the caret is at {caret}"
        );
        places.insert(seen(desk, label));
        x += 5.0;
    }
    let drawn = view(desk, label);
    let characters = format!("{}{}", drawn.before, drawn.after).chars().count();
    assert!(places.len() > characters / 2, "{places:?}");
}

fn fill_the_form(desk: &mut Desk) {
    for (label, text) in [
        ("氏名", "祐\u{e0100}花子　Abc１ｱい"),
        ("生年月日", "S39.2.29"),
        ("郵便番号（7桁）", "1000013"),
        ("個人番号", NUMBER),
    ] {
        go_to(desk, label);
        desk.key(Key::SelectAll);
        desk.keys(text);
    }
}

#[test]
fn the_caret_comes_to_the_character_nearest_to_the_pointer() {
    let mut desk = at_the_form("nearest");
    fill_the_form(&mut desk);
    desk.picture("filled");
    for label in ["氏名", "生年月日", "郵便番号（7桁）"] {
        the_caret_follows(&mut desk, label, 22.0);
    }
    the_caret_follows(&mut desk, "個人番号", 26.0);
    desk.picture("clicked");
    // The selector goes with its character: no place is between them.
    click_after_a_rest(&mut desk, "氏名", 20.0);
    assert_eq!(seen(&mut desk, "氏名"), "祐\u{e0100}|花子　Abc１ｱい");
    desk.keys("山");
    assert_eq!(seen(&mut desk, "氏名"), "祐\u{e0100}山|花子　Abc１ｱい");
}

#[test]
fn the_caret_follows_the_pointer_at_every_scale() {
    for (index, scale) in [Scale::Percent125, Scale::Percent150]
        .into_iter()
        .enumerate()
    {
        // One kiosk a thread.
        let story = std::thread::spawn(move || {
            let mut desk = Desk::new(1920, 1440, &format!("pointer-scale-{index}"));
            desk.company = Some("山田商店".into());
            desk.start_with(
                protocol::system::VaultState::Locked,
                Settings {
                    scale,
                    ..Settings::default()
                },
            );
            desk.key(Key::Enter);
            desk.fill(support::PASSPHRASE);
            desk.keys("2");
            desk.fill("1001");
            desk.fill("1");
            desk.key(Key::KanaToggle);
            fill_the_form(&mut desk);
            the_caret_follows(&mut desk, "氏名", 22.0);
            the_caret_follows(&mut desk, "個人番号", 26.0);
        });
        story.join().unwrap();
    }
}

#[test]
fn on_a_turned_panel_the_caret_comes_to_where_it_is_touched() {
    let mut desk = Desk::new(1280, 1024, "pointer-turned");
    desk.company = Some("山田商店".into());
    desk.start_with(
        protocol::system::VaultState::Locked,
        Settings {
            rotation: Rotation::Half,
            ..Settings::default()
        },
    );
    desk.key(Key::Enter);
    desk.key(Key::F(2));
    desk.keys("abcdefgh");
    let (left, y) = line(&desk, "パスフレーズ");
    // The picture stands upside down.
    desk.kiosk
        .touch(1.0 - (left + 24.0) / 1280.0, 1.0 - y / 1024.0);
    desk.serve();
    let drawn = view(&mut desk, "パスフレーズ");
    assert_eq!(drawn.before.len() + drawn.after.len(), 8);
    assert!((1..=3).contains(&drawn.before.len()), "{drawn:?}");
    assert!(desk.kiosk.view().keyboard.is_some());
}

#[test]
fn a_drag_selects_out_of_the_field_too_and_typing_replaces_it() {
    let mut desk = at_the_form("drag");
    desk.keys("東京都千代田区霞が関");
    press(&mut desk, "氏名", 66.0);
    drag(&mut desk, "氏名", 154.0);
    desk.picture("dragged");
    assert_eq!(seen(&mut desk, "氏名"), "東京都[千代田区|]霞が関");
    drag(&mut desk, "氏名", -300.0);
    assert_eq!(seen(&mut desk, "氏名"), "[|東京都]千代田区霞が関");
    drag(&mut desk, "氏名", 4000.0);
    assert_eq!(seen(&mut desk, "氏名"), "東京都[千代田区霞が関|]");
    desk.kiosk.release(500.0, 700.0);
    drag(&mut desk, "氏名", 100.0);
    assert_eq!(seen(&mut desk, "氏名"), "東京都[千代田区霞が関|]");
    desk.keys("港");
    assert_eq!(seen(&mut desk, "氏名"), "東京都港|");
}

#[test]
fn a_number_is_selected_digit_by_digit_across_its_groups() {
    let mut desk = at_the_form("number");
    fill_the_form(&mut desk);
    press(&mut desk, "個人番号", 0.0);
    // Four digits, the space, and one digit more; a digit is half as wide as the text is high.
    drag(&mut desk, "個人番号", 13.0 * 6.0);
    assert_eq!(seen(&mut desk, "個人番号"), "[1234 5|]678 9018");
    desk.kiosk.release(0.0, 0.0);
    click_after_a_rest(&mut desk, "個人番号", 13.0 * 4.4);
    desk.key(Key::Backspace);
    assert_eq!(
        seen(&mut desk, "個人番号").replace(['|', ' '], ""),
        "12356789018"
    );
}

#[test]
fn two_clicks_select_a_word_three_everything_and_a_number_goes_at_once() {
    let mut desk = at_the_form("words");
    desk.keys("山田　太郎");
    click_after_a_rest(&mut desk, "氏名", 30.0);
    click(&mut desk, "氏名", 32.0);
    assert_eq!(seen(&mut desk, "氏名"), "[山田|]　太郎");
    click(&mut desk, "氏名", 32.0);
    desk.picture("three");
    assert_eq!(seen(&mut desk, "氏名"), "[山田　太郎|]");
    click(&mut desk, "氏名", 32.0);
    assert_eq!(
        seen(&mut desk, "氏名"),
        "山|田　太郎",
        "the fourth begins anew"
    );
    // Two clicks far from each other, or long after, are two.
    click_after_a_rest(&mut desk, "氏名", 30.0);
    click(&mut desk, "氏名", 70.0);
    assert_eq!(seen(&mut desk, "氏名"), "山田　|太郎");
    click_after_a_rest(&mut desk, "氏名", 70.0);
    assert_eq!(seen(&mut desk, "氏名"), "山田　|太郎");
    // Held, the second takes whole words.
    click_after_a_rest(&mut desk, "氏名", 90.0);
    let (left, y) = line(&desk, "氏名");
    desk.kiosk.press(left + 90.0, y);
    drag(&mut desk, "氏名", 5.0);
    assert_eq!(seen(&mut desk, "氏名"), "[|山田　太郎]");
    desk.kiosk.release(0.0, 0.0);

    fill_the_form(&mut desk);
    click_after_a_rest(&mut desk, "個人番号", 30.0);
    click(&mut desk, "個人番号", 30.0);
    assert_eq!(seen(&mut desk, "個人番号"), "[1234 5678 9018|]");
    click_after_a_rest(&mut desk, "郵便番号（7桁）", 30.0);
    click(&mut desk, "郵便番号（7桁）", 30.0);
    assert_eq!(seen(&mut desk, "郵便番号（7桁）"), "[100-0013|]");
}

#[test]
fn a_click_with_shift_extends_what_is_selected() {
    let mut desk = at_the_form("shift");
    desk.keys("山田太郎");
    click_after_a_rest(&mut desk, "氏名", 22.0);
    desk.kiosk.shift(true);
    click_after_a_rest(&mut desk, "氏名", 66.0);
    assert_eq!(seen(&mut desk, "氏名"), "山[田太|]郎");
    click_after_a_rest(&mut desk, "氏名", 0.0);
    assert_eq!(seen(&mut desk, "氏名"), "[|山]田太郎");
    // From another field there is nothing to extend.
    click_after_a_rest(&mut desk, "フリガナ", 0.0);
    click_after_a_rest(&mut desk, "氏名", 44.0);
    assert_eq!(seen(&mut desk, "氏名"), "山田|太郎");
    desk.kiosk.shift(false);
    click_after_a_rest(&mut desk, "氏名", 0.0);
    assert_eq!(seen(&mut desk, "氏名"), "|山田太郎");
}

#[test]
fn a_click_commits_what_is_composed_and_goes_where_it_was_pointed() {
    let mut desk = at_the_form("composing");
    desk.keys("東京");
    desk.key(Key::Home);
    desk.key(Key::KanaToggle);
    desk.keys("yamada");
    assert_eq!(view(&mut desk, "氏名").preedit, "やまだ");
    // Into what is composed, behind it, and before it.
    click_after_a_rest(&mut desk, "氏名", 44.0);
    assert_eq!(seen(&mut desk, "氏名"), "やま|だ東京");
    desk.keys("ka");
    click_after_a_rest(&mut desk, "氏名", 22.0 * 5.0);
    assert_eq!(seen(&mut desk, "氏名"), "やまかだ東|京");
    desk.keys("ki");
    click_after_a_rest(&mut desk, "氏名", 0.0);
    assert_eq!(seen(&mut desk, "氏名"), "|やまかだ東き京");
    // Into another field: what is composed stays in its own.
    desk.keys("ku");
    click_after_a_rest(&mut desk, "生年月日", 0.0);
    assert_eq!(view(&mut desk, "氏名").before, "く");
    assert_eq!(view(&mut desk, "氏名").after, "やまかだ東き京");
}

/// Sixty characters, twice as many as there is room for.
fn long_text() -> String {
    "東京都千代田区霞が関".repeat(6)
}

#[test]
fn a_text_that_is_longer_than_its_field_stays_where_it_is_pointed_at() {
    let mut desk = at_the_form("scrolled");
    go_to(&mut desk, "住所");
    desk.keys(&long_text());
    desk.picture("typed");
    let (left, _) = line(&desk, "住所");
    let room = edges(&desk, "住所")[2] - left - INSET;
    for x in [0.4, 0.8, 0.2, 0.6] {
        let before = view(&mut desk, "住所").scroll;
        assert!(before > 100.0);
        click_after_a_rest(&mut desk, "住所", room * x);
        let caret = drawn_caret(&mut desk, "住所") - left;
        assert!((caret - room * x).abs() < 15.0, "{caret} for {}", room * x);
        assert_eq!(view(&mut desk, "住所").scroll, before, "nothing moved");
    }
    desk.picture("clicked");
    // Typed there, it is seen there.
    desk.keys("山");
    assert!(view(&mut desk, "住所").before.ends_with('山'));
    desk.key(Key::Home);
    assert_eq!(view(&mut desk, "住所").scroll, 0.0);
    assert!((drawn_caret(&mut desk, "住所") - left).abs() < 3.0);
}

#[test]
fn held_beyond_an_end_the_pointer_takes_what_is_out_of_sight() {
    let mut desk = at_the_form("beyond");
    go_to(&mut desk, "住所");
    desk.keys(&long_text());
    press(&mut desk, "住所", 200.0);
    drag(&mut desk, "住所", -40.0);
    assert_ne!(view(&mut desk, "住所").before, "");
    for _ in 0..60 {
        desk.kiosk.wait(Duration::from_millis(70));
    }
    let drawn = view(&mut desk, "住所");
    assert_eq!((drawn.before.as_str(), drawn.scroll), ("", 0.0));
    assert!(drawn.caret_first && drawn.selected.chars().count() > 20);
    desk.picture("selected");
    desk.kiosk.release(0.0, 0.0);
    desk.kiosk.wait(REST);
    assert_eq!(view(&mut desk, "住所"), drawn, "let go, it rests");
}

#[test]
fn a_search_is_pointed_at_and_its_selection_seen() {
    let mut desk = Desk::new(1024, 768, "pointer-search");
    desk.log_in();
    desk.add_people(3);
    desk.keys("1");
    desk.key(Key::KanaToggle);
    desk.keys("yamada");
    let search = |desk: &mut Desk| match desk.kiosk.view().body {
        Body::Table(table) => table.search.unwrap(),
        other => panic!("{other:?}"),
    };
    click_after_a_rest(&mut desk, "検索", 22.0);
    assert_eq!(search(&mut desk).before, "ya");
    click(&mut desk, "検索", 22.0);
    assert_eq!(search(&mut desk).selected, "yamada");
    desk.picture("selected");
    desk.keys("t");
    assert_eq!(
        (
            search(&mut desk).before.as_str(),
            search(&mut desk).after.as_str()
        ),
        ("t", "")
    );
}

#[test]
fn recovery_words_are_pointed_at_and_what_is_selected_is_seen() {
    let mut desk = Desk::new(1024, 768, "pointer-words");
    desk.company = Some("山田商店".into());
    desk.start(protocol::system::VaultState::Locked);
    desk.key(Key::Enter);
    desk.key(Key::F(3));
    desk.at("S-210");
    desk.keys("aisatsu");
    desk.key(Key::Tab);
    let first = spoken::all(&desk.kiosk)
        .into_iter()
        .find(|e| e.role == Role::TextInput)
        .unwrap();
    let [left, top, ..] = first.edges();
    // あいさつ is 24 pixels a character, and stands behind its position.
    desk.kiosk.wait(REST);
    desk.kiosk.click(left + 52.0 + 46.0, top + 26.0);
    let cell = |desk: &mut Desk| match desk.kiosk.view().body {
        Body::Words(words) => words.cells[0].clone(),
        other => panic!("{other:?}"),
    };
    assert!(cell(&mut desk).focused);
    assert_eq!(
        (
            cell(&mut desk).before.as_str(),
            cell(&mut desk).after.as_str()
        ),
        ("あい", "さつ")
    );
    desk.kiosk.click(left + 52.0 + 46.0, top + 26.0);
    assert_eq!(cell(&mut desk).selected, "あいさつ");
    desk.picture("selected");
}
