//! Japanese input as a clerk types it, one story for each behaviour, with the dictionary that ships
//! and the product's own renderer. Pictures are kept under target/screens/typing-*.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kiosk::app::{Body, Event, Key, Motion, Target};
use support::Desk;

const SPACE: Key = Key::Char(' ');

/// At the person form, the caret in 氏名.
fn at_the_name(story: &str) -> Desk {
    let mut desk = Desk::converting(1024, 768, &format!("typing-{story}"));
    desk.log_in();
    desk.keys("2");
    desk.at("S-410");
    desk.fill("1001");
    desk.fill("1");
    desk
}

/// At the person form, the caret in 住所.
fn at_the_address(story: &str) -> Desk {
    let mut desk = at_the_name(story);
    while !focused(&mut desk, "住所") {
        desk.key(Key::Tab);
    }
    desk
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

fn focused(desk: &mut Desk, label: &str) -> bool {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    form.fields.iter().any(|f| f.focused && f.label == label)
}

fn name(desk: &mut Desk) -> String {
    field(desk, "氏名")
}

fn address(desk: &mut Desk) -> String {
    field(desk, "住所")
}

fn candidates(desk: &mut Desk) -> Vec<String> {
    let list = desk.kiosk.view().candidates.unwrap_or_default();
    list.items.into_iter().map(|item| item.text).collect()
}

/// The composition's segments; the active one stands in brackets.
fn segments(desk: &mut Desk) -> Vec<String> {
    let parts = desk.kiosk.view().preedit.into_iter();
    let parts = parts.filter(|part| !part.text.is_empty());
    parts
        .map(|part| match part.active {
            true => format!("[{}]", part.text),
            false => part.text,
        })
        .collect()
}

#[test]
fn space_converts_and_enter_commits_with_a_full_width_space_between_the_names() {
    let mut desk = at_the_name("convert");
    desk.keys("yamadatarou");
    assert_eq!(name(&mut desk), "やまだたろう");
    desk.picture("typed");
    desk.key(SPACE);
    assert_eq!(segments(&mut desk), ["[山田]", "　", "太郎"]);
    assert!(candidates(&mut desk).is_empty());
    desk.picture("converted");
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "山田　太郎");
    desk.key(Key::Enter);
    assert_eq!(field(&mut desk, "フリガナ"), "ヤマダ　タロウ");
}

#[test]
fn a_second_space_opens_the_candidates_and_digits_arrows_and_pages_choose() {
    let mut desk = at_the_name("candidates");
    desk.keys("takahashi");
    desk.key(SPACE);
    desk.key(SPACE);
    let first = candidates(&mut desk);
    assert_eq!(first.len(), 9);
    let at = first.iter().position(|c| c == "髙橋").unwrap();
    desk.picture("look-alikes");
    let list = desk.kiosk.view().candidates.unwrap();
    assert_eq!(list.selected, 1);
    assert!(
        list.items[at]
            .note(codes::Language::Japanese)
            .contains("はしごだか")
    );

    desk.key(Key::Up);
    assert_eq!(desk.kiosk.view().candidates.unwrap().selected, 0);
    desk.key(Key::ShiftSpace);
    let last = desk.kiosk.view().candidates.unwrap();
    assert_eq!(last.number, last.total);
    desk.key(Key::Convert);
    assert_eq!(desk.kiosk.view().candidates.unwrap().selected, 0);
    desk.key(Key::ConvertBack);
    assert_eq!(desk.kiosk.view().candidates.unwrap(), last);
    desk.key(Key::Down);
    desk.key(Key::PageDown);
    let second = desk.kiosk.view().candidates.unwrap();
    assert_eq!(second.number, 10);
    assert_ne!(candidates(&mut desk), first);
    desk.key(Key::PageUp);
    desk.key(Key::Char(char::from_digit(at as u32 + 1, 10).unwrap()));
    assert!(candidates(&mut desk).is_empty());
    assert_eq!(segments(&mut desk), ["[髙橋]"]);
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "髙橋");
}

#[test]
fn a_candidate_is_chosen_by_the_pointer() {
    let mut desk = at_the_name("pointer");
    desk.keys("takahashi");
    desk.key(SPACE);
    desk.key(SPACE);
    let wanted = candidates(&mut desk)[3].clone();
    let (x, y) = found(&mut desk, 3);
    desk.kiosk.click(x, y);
    desk.serve();
    assert_eq!(segments(&mut desk), [format!("[{wanted}]")]);
}

/// Where the line of a candidate is drawn, by the blue of the chosen one (the second), below 氏名.
fn found(desk: &mut Desk, index: usize) -> (f32, f32) {
    let picture = desk.kiosk.picture();
    let is_key = |x: u32, y: u32| {
        let pixel = picture.pixels[(y * picture.width + x) as usize];
        pixel.rgb() == [0x00, 0x17, 0xc1]
    };
    let (x, top) = (310..picture.height)
        .flat_map(|y| (0..picture.width - 60).map(move |x| (x, y)))
        .find(|(x, y)| (0..60).all(|i| is_key(x + i, *y)))
        .expect("a chosen candidate");
    (
        x as f32 + 40.0,
        top as f32 + 17.0 + 34.0 * (index as f32 - 1.0),
    )
}

#[test]
fn segments_are_walked_and_resized_as_in_an_address() {
    let mut desk = at_the_address("segments");
    desk.keys("kyoutofukyoutoshinakagyouku");
    desk.key(SPACE);
    let before = segments(&mut desk);
    assert_eq!(
        before.concat().replace(['[', ']'], ""),
        "京都府京都市中京区"
    );
    assert!(before.len() > 1 && before[0].starts_with('['), "{before:?}");
    desk.key(Key::Right);
    assert!(segments(&mut desk)[1].starts_with('['));
    desk.picture("second-segment");
    desk.key(Key::Left);
    desk.key(Key::Left);
    assert!(segments(&mut desk).last().unwrap().starts_with('['));
    desk.key(Key::Home);
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Left));
    }
    let shorter = segments(&mut desk);
    assert_ne!(shorter[0], before[0]);
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Right));
    }
    assert_eq!(segments(&mut desk)[0], before[0]);
    desk.key(Key::Enter);
    desk.keys("1-2-3");
    assert_eq!(address(&mut desk), "京都府京都市中京区1-2-3");
}

#[test]
fn escape_steps_back_from_candidates_to_kana_to_nothing() {
    let mut desk = at_the_name("escape");
    desk.keys("yamada");
    desk.key(SPACE);
    desk.key(SPACE);
    assert!(!candidates(&mut desk).is_empty());
    desk.key(Key::Escape);
    assert!(candidates(&mut desk).is_empty());
    assert_eq!(name(&mut desk), "やまだ");
    desk.key(Key::Escape);
    assert_eq!(name(&mut desk), "");
    desk.at("S-410");
}

#[test]
fn backspace_goes_back_from_a_conversion_and_the_caret_walks_in_the_kana() {
    let mut desk = at_the_name("backspace");
    desk.keys("yamata");
    desk.key(SPACE);
    desk.key(Key::Backspace);
    assert_eq!(name(&mut desk), "やまた");
    desk.key(Key::Left);
    desk.picture("caret-inside");
    desk.keys("no");
    assert_eq!(name(&mut desk), "やまのた");
    desk.key(Key::Delete);
    desk.key(Key::Backspace);
    desk.keys("da");
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "やまだ");
}

#[test]
fn function_keys_give_their_forms_while_composing_and_keep_their_meaning_otherwise() {
    let mut desk = at_the_address("forms");
    desk.keys("puraza");
    for (number, form) in [
        (7, "プラザ"),
        (8, "ﾌﾟﾗｻﾞ"),
        (6, "ぷらざ"),
        (9, "ｐｕｒａｚａ"),
        (10, "puraza"),
        (10, "PURAZA"),
        (10, "Puraza"),
    ] {
        desk.key(Key::F(number));
        assert_eq!(address(&mut desk), form, "F{number}");
    }
    desk.key(Key::Escape);
    assert_eq!(address(&mut desk), "ぷらざ");
    desk.key(Key::NonConvert);
    assert_eq!(address(&mut desk), "プラザ");
    desk.key(Key::Enter);
    desk.at("S-410");
}

#[test]
fn a_form_key_pressed_a_moment_too_late_changes_and_loses_nothing() {
    let mut desk = at_the_address("late-forms");
    desk.keys("puraza");
    desk.key(Key::Enter);
    let before = desk.asked.len();
    for number in [8, 9] {
        desk.key(Key::F(number));
        desk.at("S-410");
        assert_eq!(address(&mut desk), "ぷらざ", "F{number}");
    }
    assert_eq!(desk.asked.len(), before, "settings are kept on the stick");
    assert_eq!(desk.kiosk.view().layout, "JIS");
    desk.key(Key::F(10));
    desk.at("S-410 D-070");
    desk.picture("lock-asked");
    desk.key(Key::Enter);
    desk.at("S-410");
    assert_eq!(address(&mut desk), "ぷらざ");
    // Who means the language clicks it in the bar.
    click_fkey(&mut desk, 9);
    assert_eq!(field(&mut desk, "Address"), "ぷらざ");
    desk.key(Key::F(10));
    desk.key(Key::Char('2'));
    desk.at("S-200");
}

fn click_fkey(desk: &mut Desk, number: u8) {
    desk.kiosk.event(Event::Click(Target::FKey(number)));
    desk.serve();
}

fn bar(desk: &mut Desk) -> Vec<(u8, String)> {
    let keys = desk.kiosk.view().fkeys.into_iter();
    keys.map(|key| (key.number, key.label)).collect()
}

#[test]
fn the_bar_shows_what_the_keys_do_to_a_composition_and_a_click_does_it() {
    let mut desk = at_the_address("form-bar");
    assert!(bar(&mut desk).contains(&(10, "ロック".into())));
    desk.keys("puraza");
    let shown = bar(&mut desk);
    for (number, label) in [
        (6, "ひらがな"),
        (7, "カタカナ"),
        (8, "半角"),
        (9, "全角英数"),
        (10, "半角英数"),
    ] {
        assert!(shown.contains(&(number, label.into())), "{shown:?}");
    }
    desk.picture("bar");
    click_fkey(&mut desk, 8);
    assert_eq!(address(&mut desk), "ﾌﾟﾗｻﾞ");
    desk.key(Key::Enter);
    assert!(bar(&mut desk).contains(&(10, "ロック".into())));
}

#[test]
fn a_form_without_anything_typed_is_locked_at_once() {
    let mut desk = Desk::converting(1024, 768, "typing-lock");
    desk.log_in();
    desk.keys("2");
    desk.at("S-410");
    desk.key(Key::F(10));
    desk.at("S-200");
}

#[test]
fn letters_by_function_key_or_shift_are_no_furigana() {
    let mut desk = at_the_name("letters");
    desk.keys("john");
    desk.key(Key::F(10));
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "john");
    assert_eq!(field(&mut desk, "フリガナ"), "");
    desk.key(SPACE);
    desk.keys("Smith");
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "john　Smith");
    assert_eq!(field(&mut desk, "フリガナ"), "");
    desk.key(SPACE);
    desk.keys("hanako");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(field(&mut desk, "フリガナ"), "ハナコ");
}

#[test]
fn a_form_is_given_to_one_segment_of_a_conversion() {
    let mut desk = at_the_address("segment-form");
    desk.keys("kyoutofukyoutoshi");
    desk.key(SPACE);
    desk.key(Key::F(7));
    let mixed = segments(&mut desk);
    assert_eq!(mixed[0], "[キョウトフ]");
    assert_eq!(mixed[1..].concat(), "京都市");
    desk.key(Key::F(10));
    assert_eq!(segments(&mut desk)[0], "[kyoutofu]");
}

#[test]
fn convert_takes_back_what_was_committed_just_now() {
    let mut desk = at_the_name("take-back");
    desk.keys("saitou");
    desk.key(SPACE);
    desk.key(Key::Enter);
    let committed = name(&mut desk);
    desk.key(Key::Convert);
    let list = candidates(&mut desk);
    assert_eq!(list[0], committed);
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), list[1]);
}

#[test]
fn convert_works_on_selected_text_and_escape_puts_it_back() {
    let mut desk = at_the_address("selected");
    desk.keys("toukyouto");
    desk.key(SPACE);
    desk.key(Key::Enter);
    for _ in 0..3 {
        desk.key(Key::Extend(Motion::Left));
    }
    desk.picture("selected");
    desk.key(Key::Convert);
    assert!(!candidates(&mut desk).is_empty());
    desk.key(Key::Escape);
    assert_eq!(address(&mut desk), "東京都");
}

#[test]
fn text_that_nobody_typed_here_is_read_by_the_dictionary() {
    let mut desk = opened_person("selected-unknown");
    desk.key(Key::Home);
    for _ in 0..2 {
        desk.key(Key::Extend(Motion::Right));
    }
    desk.key(Key::Convert);
    assert!(candidates(&mut desk).contains(&"髙橋".to_owned()));
    desk.picture("candidates");
}

/// 高橋 花子 is changed; the caret is in 氏名.
fn opened_person(story: &str) -> Desk {
    let mut desk = Desk::converting(1024, 768, &format!("typing-{story}"));
    desk.add_people(2);
    desk.log_in();
    desk.keys("1");
    desk.key(Key::Down);
    desk.key(Key::Enter);
    desk.at("S-420");
    desk.key(Key::F(3));
    desk.at("S-410");
    desk.key(Key::Tab);
    desk.key(Key::Tab);
    desk
}

#[test]
fn furigana_come_by_themselves_until_the_clerk_writes_them() {
    let mut desk = at_the_name("furigana");
    let kana = |desk: &mut Desk| field(desk, "フリガナ");
    desk.keys("takahashi");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ");
    desk.key(SPACE);
    desk.keys("hanako");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ　ハナコ");
    desk.key(Key::Enter);
    desk.picture("selected-to-be-replaced-or-kept");
    desk.keys("takahasi hana");
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ　ハナ");
    desk.key(Key::BackTab);
    desk.keys("sama");
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ　ハナ");
}

#[test]
fn a_person_who_is_changed_keeps_the_furigana_that_were_there() {
    let mut desk = opened_person("changed");
    let before = field(&mut desk, "フリガナ");
    desk.key(Key::End);
    desk.keys("yamada");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(field(&mut desk, "フリガナ"), before);
}

#[test]
fn kana_is_typed_with_the_kana_printed_on_the_keys() {
    let mut desk = at_the_name("kana-keys");
    desk.key(Key::TypingStyle);
    assert_eq!(desk.kiosk.view().ime, "あ かな");
    // や ま た ゛ on 7, J, Q, @.
    for (key, code) in [('7', 8), ('j', 36), ('q', 16), ('@', 26)] {
        desk.kiosk.kana_key(key, code, false);
    }
    assert_eq!(name(&mut desk), "やまだ");
    desk.picture("kana-typing");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "山田");
    desk.key(Key::TypingStyle);
    assert_eq!(desk.kiosk.view().ime, "あ ﾛｰﾏ");
}

#[test]
fn the_mode_keys_do_what_is_printed_on_them() {
    let mut desk = at_the_address("modes");
    let mode = |desk: &mut Desk| desk.kiosk.view().ime.chars().next().unwrap();
    for (key, sign) in [
        (Key::Katakana, 'カ'),
        (Key::Hiragana, 'あ'),
        (Key::FullLatin, 'Ａ'),
        (Key::FullLatin, 'あ'),
        (Key::NonConvert, 'カ'),
        (Key::NonConvert, 'ｶ'),
        (Key::NonConvert, 'あ'),
        (Key::KanaToggle, 'A'),
        (Key::KanaToggle, 'あ'),
    ] {
        desk.key(key);
        assert_eq!(mode(&mut desk), sign, "{key:?}");
    }
    desk.key(Key::Katakana);
    desk.keys("biru");
    desk.key(Key::Enter);
    desk.key(Key::FullLatin);
    desk.keys("A1");
    desk.key(Key::Enter);
    assert_eq!(address(&mut desk), "ビルＡ１");
}

#[test]
fn input_is_off_by_itself_in_numbers_dates_and_passphrases_and_back_in_the_next_name() {
    let mut desk = Desk::converting(1024, 768, "typing-off");
    desk.company = Some("山田商店".into());
    desk.start(protocol::system::VaultState::Locked);
    desk.key(Key::Enter);
    desk.at("S-200");
    assert_eq!(desk.kiosk.view().ime, "A");
    desk.key(Key::KanaToggle);
    desk.fill(support::PASSPHRASE);
    desk.at("S-300");
    desk.keys("2");
    assert_eq!(desk.kiosk.view().ime, "A");
    desk.key(Key::Tab);
    desk.key(Key::Tab);
    assert_eq!(desk.kiosk.view().ime, "あ ﾛｰﾏ");
    for label in ["フリガナ", "生年月日"] {
        desk.key(Key::Tab);
        let sign = desk.kiosk.view().ime;
        assert_eq!(
            sign.starts_with('A'),
            label == "生年月日",
            "{label}: {sign}"
        );
    }
}

#[test]
fn the_candidates_stay_on_the_screen_at_its_lower_and_right_edge() {
    // The lowest field of the form on the smallest screen: the list opens above it.
    let mut desk = at_the_address("edges");
    let line = "kyoutofukyoutoshinakagyoukukamihonnoujimaechou";
    desk.keys(line);
    desk.key(SPACE);
    desk.key(SPACE);
    desk.picture("above");
    assert!(window_is_whole(&desk));
    desk.key(Key::Enter);
    desk.keys(line);
    desk.key(Key::Enter);
    desk.keys(line);
    desk.key(SPACE);
    desk.key(Key::End);
    desk.key(Key::Down);
    desk.picture("right");
    assert!(window_is_whole(&desk));
    assert_eq!(desk.tag(), "S-410");
}

/// The frame of the window with candidates, dark blue and two pixels wide, is closed.
fn window_is_whole(desk: &Desk) -> bool {
    let picture = desk.kiosk.picture();
    let dark = |x: u32, y: u32| {
        picture.pixels[(y * picture.width + x) as usize].rgb() == [0x00, 0x00, 0x60]
    };
    let longest = |y: u32| -> Option<(u32, u32)> {
        let mut best = None;
        let mut x = 0;
        while x < picture.width {
            let start = x;
            while x < picture.width && dark(x, y) {
                x += 1;
            }
            if x - start > 150 && best.is_none_or(|(a, b)| b - a < x - start) {
                best = Some((start, x));
            }
            x += 1;
        }
        best
    };
    let lines: Vec<(u32, (u32, u32))> = (60..picture.height)
        .filter_map(|y| longest(y).map(|line| (y, line)))
        .collect();
    let (Some((top, (left, right))), Some((bottom, below))) = (lines.first(), lines.last()) else {
        return false;
    };
    *top > 60
        && *bottom + 8 <= picture.height
        && *left >= 8
        && *right + 8 <= picture.width
        && bottom - top > 60
        && *below == (*left, *right)
}

#[test]
fn what_is_chosen_comes_first_next_time_and_nothing_is_learned_of_numbers() {
    let mut desk = at_the_name("learning");
    desk.keys("saitou");
    desk.key(SPACE);
    let first = segments(&mut desk);
    desk.key(SPACE);
    desk.key(SPACE);
    let wanted = segments(&mut desk);
    assert_ne!(wanted, first);
    desk.key(Key::Enter);
    desk.key(SPACE);
    desk.keys("saitou");
    desk.key(SPACE);
    assert_eq!(segments(&mut desk), wanted);
}

#[test]
fn what_was_learned_is_kept_over_a_lock_and_forgotten_by_delete() {
    let mut desk = at_the_name("kept");
    let choose_the_third = |desk: &mut Desk| {
        desk.keys("saitou");
        for _ in 0..3 {
            desk.key(SPACE);
        }
        let wanted = segments(desk);
        desk.key(Key::Enter);
        wanted
    };
    let wanted = choose_the_third(&mut desk);
    lock(&mut desk);
    desk.at("S-200");
    assert!(desk.input.values().any(|kept| !kept.is_empty()));
    desk.fill(support::PASSPHRASE);
    desk.at("S-300");
    desk.keys("2");
    desk.fill("1002");
    desk.fill("1");
    desk.keys("saitou");
    desk.key(SPACE);
    assert_eq!(segments(&mut desk), wanted);
    // In the open list Delete forgets it.
    desk.key(SPACE);
    desk.key(Key::Up);
    desk.key(Key::Delete);
    assert_ne!(segments(&mut desk), wanted);
}

#[test]
fn nothing_of_numbers_dates_and_passphrases_is_learned() {
    let mut desk = at_the_name("unlearned");
    while !focused(&mut desk, "個人番号") {
        desk.key(Key::Tab);
    }
    desk.keys(support::NUMBER);
    lock(&mut desk);
    assert!(desk.input.is_empty());
}

#[test]
fn of_a_number_that_is_converted_in_a_text_field_no_part_is_learned() {
    let mut desk = at_the_address("unlearned-address");
    for typed in [
        "mainanba-1234-5678-9018",
        "mainanba-1234.5678.9018",
        "bangou1234/5678/9018",
    ] {
        desk.keys(typed);
        desk.key(SPACE);
        assert!(segments(&mut desk).len() > 1, "{typed}");
        desk.key(Key::Enter);
    }
    assert!(address(&mut desk).matches("1234").count() == 3);
    lock(&mut desk);
    assert!(desk.input.is_empty());
}

/// F10, and what was typed is given up.
fn lock(desk: &mut Desk) {
    desk.key(Key::F(10));
    desk.at("S-410 D-070");
    desk.key(Key::Char('2'));
    desk.at("S-200");
}

#[test]
fn shift_space_writes_a_narrow_space_and_direct_input_types_letters() {
    let mut desk = at_the_address("spaces");
    desk.key(SPACE);
    desk.key(Key::ShiftSpace);
    desk.key(Key::KanaToggle);
    desk.keys("A b");
    assert_eq!(address(&mut desk), "　 A b");
}

#[test]
fn what_does_not_fit_is_said_with_the_limit_and_what_fits_stays() {
    let message = |desk: &mut Desk| desk.kiosk.view().message.map(|m| m.text);
    let mut desk = at_the_address("long");
    desk.keys(&"ka".repeat(100));
    desk.at("S-410");
    desk.keys("ki");
    desk.at("S-410 E-202");
    assert!(message(&mut desk).unwrap().contains("100文字"));
    desk.picture("reading");
    assert_eq!(address(&mut desk), "か".repeat(100));
    desk.key(Key::Enter);
    desk.at("S-410");
    desk.keys(&"ki".repeat(30));
    desk.key(Key::Enter);
    desk.at("S-410 E-202");
    assert!(message(&mut desk).unwrap().contains("120文字"));
    desk.picture("field");
    let whole = "か".repeat(100) + &"き".repeat(20);
    assert_eq!(address(&mut desk), whole);
    desk.keys("1");
    desk.at("S-410 E-202");
    assert_eq!(address(&mut desk), whole);
    desk.key(Key::Backspace);
    desk.at("S-410");
    assert_eq!(message(&mut desk), None);
}

#[test]
fn a_character_that_no_passphrase_has_is_said() {
    let mut desk = Desk::converting(1024, 768, "typing-passphrase");
    desk.company = Some("山田商店".into());
    desk.start(protocol::system::VaultState::Locked);
    desk.key(Key::Enter);
    desk.at("S-200");
    desk.keys("caf");
    for c in ['é', '£', '€', '¬'] {
        desk.key(Key::Char(c));
        desk.at("S-200 E-108");
        desk.keys("e");
        desk.at("S-200");
    }
}

#[test]
fn a_character_that_no_passphrase_has_is_said_when_one_is_made() {
    let mut desk = Desk::new(1024, 768, "typing-new-passphrase");
    desk.start(protocol::system::VaultState::None);
    desk.key(Key::Enter);
    desk.kana("kuramorishouten");
    desk.key(Key::Enter);
    desk.key(Key::Enter);
    desk.kana("toukyouto");
    desk.kana("yamada tarou");
    desk.at("S-110");
    desk.keys("umi");
    desk.key(Key::Char('é'));
    desk.at("S-110 E-108");
    desk.keys("x");
    desk.at("S-110");
    desk.key(Key::Tab);
    desk.key(Key::Char('　'));
    desk.at("S-110 E-108");
}

#[test]
fn old_kana_are_typed() {
    let mut desk = at_the_name("old-kana");
    desk.keys("yoshiwye");
    desk.key(Key::Enter);
    desk.key(SPACE);
    desk.keys("shixniwyi");
    desk.key(Key::Enter);
    assert_eq!(name(&mut desk), "よしゑ　しんいゐ");
    assert_eq!(field(&mut desk, "フリガナ"), "ヨシヱ　シンイヰ");
}

#[test]
fn signs_are_full_width_and_stay_so_when_they_are_converted() {
    let mut desk = at_the_address("signs");
    desk.keys("(kabu)");
    assert_eq!(address(&mut desk), "（かぶ）");
    desk.key(SPACE);
    let text = segments(&mut desk).concat().replace(['[', ']'], "");
    assert!(text.starts_with('（') && text.ends_with('）'), "{text}");
    desk.key(Key::Home);
    desk.key(SPACE);
    assert!(candidates(&mut desk).iter().any(|c| c.starts_with('(')));
    desk.key(Key::Enter);
    desk.keys("!&\\");
    desk.key(Key::Enter);
    assert!(address(&mut desk).ends_with("！＆￥"));
    // Between digits they stay as they are.
    desk.keys("1-2/3");
    assert!(address(&mut desk).ends_with("1-2/3"));
}

#[test]
fn names_with_old_kana_are_among_the_candidates() {
    let mut desk = at_the_name("old-kana-candidates");
    desk.keys("yoshie");
    desk.key(SPACE);
    desk.key(SPACE);
    desk.key(Key::Up);
    desk.key(Key::ShiftSpace);
    let mut all = Vec::new();
    for _ in 0..10 {
        all.extend(candidates(&mut desk));
        desk.key(Key::PageDown);
    }
    assert!(all.contains(&"よしゑ".to_owned()), "{all:?}");
    assert!(all.contains(&"ヨシヱ".to_owned()), "{all:?}");
}

#[test]
fn behind_a_typed_number_an_address_counts() {
    let mut desk = at_the_address("counters");
    for (number, typed) in [
        ("2", "choume"),
        ("8", "ban"),
        ("1", "gou"),
        ("3", "kai"),
        ("5", "tou"),
    ] {
        desk.keys(number);
        desk.keys(typed);
        desk.key(SPACE);
        desk.key(Key::Enter);
    }
    assert_eq!(address(&mut desk), "2丁目8番1号3階5棟");
}
