//! The pointer in lines of text: what is clicked, dragged and held in the real picture, and what is
//! typed then. Where the caret is, is read from the pixels.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kiosk::app::{Body, Event, FieldView, Key, Target};
use protocol::settings::{Rotation, Scale, Settings};
use std::time::Duration;
use support::spoken::{self, Role};
use support::{Desk, NUMBER};

/// Longer than a double click.
const REST: Duration = Duration::from_secs(1);
/// What is before the text in its field.
const INSET: f32 = 12.0;

/// At the form of a new person, with the input method off.
fn at_the_form(story: &str) -> Desk {
    let mut desk = Desk::new(1024, 768, &format!("pointer-{story}"));
    open_the_form(&mut desk);
    desk
}

fn open_the_form(desk: &mut Desk) {
    desk.log_in();
    desk.keys("2");
    desk.fill("1001");
    desk.fill("1");
    desk.key(Key::KanaToggle);
}

/// Left, top, right and bottom of a field.
fn edges(desk: &Desk, label: &str) -> [f32; 4] {
    let fields = spoken::all(&desk.kiosk).into_iter();
    let mut named = fields.filter(|field| {
        // 個人番号, and not （再入力）; 必須 may follow.
        let rest = field.label.strip_prefix(label);
        field.role == Role::TextInput
            && rest.is_some_and(|rest| !rest.starts_with('（') || label == "検索")
    });
    let field = named.next().unwrap_or_else(|| panic!("no field {label}"));
    assert!(named.next().is_none(), "several fields {label}");
    field.edges()
}

/// The line in which a field's text stands.
fn line(desk: &Desk, label: &str) -> (f32, f32) {
    let [left, top, _, bottom] = edges(desk, label);
    (left + INSET, (top + bottom) / 2.0)
}

fn view(desk: &mut Desk, label: &str) -> FieldView {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    form.fields.into_iter().find(|f| f.label == label).unwrap()
}

/// The text with `|` for the caret and brackets around what is selected.
fn seen(desk: &mut Desk, label: &str) -> String {
    let FieldView {
        before,
        preedit,
        selected,
        caret_first,
        after,
        ..
    } = view(desk, label);
    match (selected.as_str(), caret_first) {
        ("", _) => format!("{before}{preedit}|{after}"),
        (selected, true) => format!("{before}[|{selected}]{after}"),
        (selected, false) => format!("{before}[{selected}|]{after}"),
    }
}

/// `x` is counted from the beginning of the field's text.
fn click(desk: &mut Desk, label: &str, x: f32) {
    let (left, y) = line(desk, label);
    desk.kiosk.click(left + x, y);
    desk.serve();
}

fn click_after_a_rest(desk: &mut Desk, label: &str, x: f32) {
    desk.kiosk.wait(REST);
    click(desk, label, x);
}

fn press(desk: &mut Desk, label: &str, x: f32) {
    let (left, y) = line(desk, label);
    desk.kiosk.wait(REST);
    desk.kiosk.press(left + x, y);
}

fn drag(desk: &mut Desk, label: &str, x: f32) {
    let (left, y) = line(desk, label);
    // Out of the field's height too.
    desk.kiosk.point(left + x, y + 90.0);
}

fn go_to(desk: &mut Desk, label: &str) {
    while spoken::focused_field(&desk.kiosk).label.split(' ').next() != Some(label) {
        desk.key(Key::Tab);
    }
}

/// Where the caret is drawn in a field, in logical pixels from the left edge of the screen: the only
/// black line as high as that.
fn drawn_caret(desk: &mut Desk, label: &str) -> f32 {
    let scale = f32::from(desk.kiosk.canvas().percent()) / 100.0;
    let [left, top, right, bottom] = edges(desk, label).map(|edge| (edge * scale) as u32);
    let picture = desk.kiosk.picture();
    let black = |x: u32, y: u32| {
        picture.pixels[(y * picture.width + x) as usize].rgb() == [0x1a, 0x1a, 0x1a]
    };
    let high = |x: u32| {
        let mut run = 0;
        let mut longest = 0;
        for y in top..bottom {
            run = if black(x, y) { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        longest as f32 >= 27.0 * scale
    };
    let mut carets = (left + 4..right - 4).filter(|x| high(*x));
    let caret = carets.next().expect("a caret") as f32;
    assert!(
        carets.all(|x| (x as f32) < caret + 4.0 * scale),
        "several carets in {label}"
    );
    caret / scale
}

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
fn a_finger_that_stays_selects_a_word_and_takes_more_as_it_moves() {
    let mut desk = at_the_form("finger");
    desk.keys("山田　太郎");
    let (left, y) = line(&desk, "氏名");
    desk.kiosk.wait(REST);
    desk.kiosk.event(Event::Touch);
    desk.kiosk.event(Event::LongPress);
    desk.kiosk.press(left + 30.0, y);
    assert_eq!(seen(&mut desk, "氏名"), "[山田|]　太郎");
    desk.kiosk.point(left + 80.0, y);
    assert_eq!(seen(&mut desk, "氏名"), "[山田　太郎|]");
    desk.kiosk.release(left + 80.0, y);
    assert!(desk.kiosk.view().keyboard.is_some());
    // Only that press was one.
    desk.key(Key::F(6));
    click_after_a_rest(&mut desk, "氏名", 0.0);
    assert_eq!(seen(&mut desk, "氏名"), "|山田　太郎");
    // One on something else makes no later click long.
    desk.kiosk.event(Event::LongPress);
    desk.kiosk.press(600.0, 680.0);
    desk.kiosk.release(600.0, 680.0);
    click_after_a_rest(&mut desk, "氏名", 22.0);
    assert_eq!(seen(&mut desk, "氏名"), "山|田　太郎");
}

#[test]
fn a_mouse_that_is_pulled_out_clicks_nothing_and_selects_no_further() {
    let mut desk = at_the_form("pulled");
    desk.keys("山田太郎");
    press(&mut desk, "氏名", 22.0);
    drag(&mut desk, "氏名", 44.0);
    desk.kiosk.pull_pointer();
    drag(&mut desk, "氏名", 88.0);
    assert_eq!(seen(&mut desk, "氏名"), "山[田|]太郎");
    // On F1 of the bar.
    desk.kiosk.press(60.0, 748.0);
    desk.kiosk.pull_pointer();
    desk.kiosk.release(60.0, 748.0);
    desk.at("S-410");
    desk.kiosk.click(60.0, 748.0);
    desk.at("S-410 D-080");
}

#[test]
fn typing_ends_a_drag() {
    let mut desk = at_the_form("typed-over");
    desk.keys("山田太郎");
    press(&mut desk, "氏名", 0.0);
    drag(&mut desk, "氏名", 44.0);
    desk.keys("髙");
    drag(&mut desk, "氏名", 66.0);
    assert_eq!(seen(&mut desk, "氏名"), "髙|太郎");
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

#[test]
fn a_held_key_writes_only_where_it_was_struck() {
    let mut desk = Desk::new(1024, 768, "pointer-repeat");
    let held = |desk: &mut Desk, key: Key| {
        desk.kiosk.event(Event::Repeat(key, None));
        desk.serve();
    };
    desk.log_in();
    // A digit of the menu opens the form; held longer, it is no 社員番号.
    desk.key(Key::Char('2'));
    held(&mut desk, Key::Char('2'));
    assert_eq!(view(&mut desk, "社員番号").before, "");
    desk.keys("12");
    held(&mut desk, Key::Char('2'));
    assert_eq!(view(&mut desk, "社員番号").before, "122");
    // A click elsewhere while Backspace is held spares what stands there.
    desk.key(Key::Backspace);
    desk.key(Key::Tab);
    desk.key(Key::Tab);
    desk.key(Key::KanaToggle);
    desk.keys("山田太郎");
    desk.key(Key::Backspace);
    click_after_a_rest(&mut desk, "社員番号", 100.0);
    held(&mut desk, Key::Backspace);
    assert_eq!(view(&mut desk, "社員番号").before, "12");
    // A question that comes up takes no answer from it.
    desk.keys("1");
    desk.key(Key::Escape);
    desk.at("S-410 D-070");
    held(&mut desk, Key::Char('2'));
    desk.at("S-410 D-070");
    desk.key(Key::Escape);
    // Arrows go on through the fields.
    click_after_a_rest(&mut desk, "社員番号", 100.0);
    desk.key(Key::Down);
    held(&mut desk, Key::Down);
    assert!(view(&mut desk, "氏名").focused);
    // Nor does a key that something lies on keep the vault open.
    for _ in 0..310 {
        held(&mut desk, Key::Char('x'));
        desk.kiosk.wait(Duration::from_secs(1));
        desk.serve();
    }
    desk.at("S-200");
}

#[test]
fn a_double_click_confirms_nothing_that_cannot_be_undone() {
    let mut desk = Desk::new(1024, 768, "pointer-grave");
    desk.log_in();
    desk.plug();
    desk.keys("5");
    desk.key(Key::F(2));
    desk.keys("kyuuyo");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.at("S-610 D-040");
    let erase = |desk: &mut Desk| {
        desk.kiosk.event(Event::Click(Target::Answer(0)));
        desk.serve();
    };
    erase(&mut desk);
    erase(&mut desk);
    desk.at("S-610 D-040");
    desk.kiosk.wait(REST);
    erase(&mut desk);
    desk.at("S-610 D-060");
}

#[test]
fn over_text_the_pointer_is_a_beam_and_an_arrow_elsewhere() {
    let mut desk = at_the_form("beam");
    desk.keys("山田太郎");
    desk.kiosk.draw_pointer();
    let (left, y) = line(&desk, "氏名");
    let around = |desk: &Desk, x: f32, y: f32| {
        let picture = desk.kiosk.picture();
        picture.cut(x as u32 - 12, y as u32 - 12, 24, 24)
    };
    let empty = around(&desk, left + 200.0, y);
    desk.kiosk.point(left + 200.0, y);
    let beam = around(&desk, left + 200.0, y);
    assert!(beam != empty);
    desk.picture("beam");
    let dark = |at: &usize| beam.pixels[*at].rgb() == [0, 0, 0];
    let (left_half, all): (Vec<usize>, Vec<usize>) = {
        let all: Vec<usize> = (0..24 * 24).filter(dark).collect();
        (all.iter().copied().filter(|at| at % 24 < 12).collect(), all)
    };
    assert!(all.len() > 30, "{}", all.len());
    let uneven = (left_half.len() * 2).abs_diff(all.len());
    assert!(uneven <= 24, "its middle is where it points: {uneven}");
    desk.kiosk.point(left + 200.0, y + 300.0);
    desk.picture("arrow");
    assert!(around(&desk, left + 200.0, y) == empty);
}
