//! What letters become: modes, romaji or kana, and where input is off.

use super::{SPACE, address, at_the_address, at_the_name, click_fkey, field, focused, name};
use crate::support::{self, Desk};
use kiosk::app::{Body, Key};

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
fn shift_space_writes_a_narrow_space_and_direct_input_types_letters() {
    let mut desk = at_the_address("spaces");
    desk.key(SPACE);
    desk.key(Key::ShiftSpace);
    desk.key(Key::KanaToggle);
    desk.keys("A b");
    assert_eq!(address(&mut desk), "　 A b");
}

#[test]
fn marks_small_kana_and_long_vowels_are_typed_with_kana_too() {
    let mut desk = at_the_name("kana-small");
    desk.key(Key::TypingStyle);
    // し ゃ(Shift) ー ぱ(は ゜) っ(Shift) が(か ゛)
    for (key, code, shift) in [
        ('d', 32, false),
        ('&', 8, true),
        ('\\', 124, false),
        ('f', 33, false),
        ('[', 27, false),
        ('Z', 44, true),
        ('t', 20, false),
        ('@', 26, false),
    ] {
        desk.kiosk.kana_key(key, code, shift);
    }
    assert_eq!(name(&mut desk), "しゃーぱっが");
    desk.key(Key::Backspace);
    assert_eq!(name(&mut desk), "しゃーぱっ");
    desk.key(Key::Enter);
    assert_eq!(field(&mut desk, "フリガナ"), "シャーパッ");
}

#[test]
fn a_keyboard_without_kana_on_its_keys_types_romaji() {
    let mut desk = at_the_name("kana-us");
    desk.key(Key::TypingStyle);
    assert_eq!(desk.kiosk.view().ime, "あ かな");
    click_fkey(&mut desk, 8);
    assert_eq!(desk.kiosk.view().layout, "US");
    assert_eq!(desk.kiosk.view().ime, "あ ﾛｰﾏ");
    desk.keys("yamada");
    assert_eq!(name(&mut desk), "やまだ");
    desk.key(Key::TypingStyle);
    assert_eq!(desk.kiosk.view().ime, "あ ﾛｰﾏ");
    // With the Japanese keyboard, what was chosen holds again.
    desk.key(Key::Enter);
    click_fkey(&mut desk, 8);
    click_fkey(&mut desk, 8);
    assert_eq!(desk.kiosk.view().ime, "あ かな");
}

#[test]
fn full_width_digits_and_signs_are_taken_by_numbers_and_dates() {
    let mut desk = at_the_name("wide-digits");
    while !focused(&mut desk, "生年月日") {
        desk.key(Key::Tab);
    }
    for (typed, meant) in [
        ("R8.4.1", "令和8年4月1日"),
        ("r8.4.1", "令和8年4月1日"),
        ("Ｒ８．４．１", "令和8年4月1日"),
        ("令和8年4月1日", "令和8年4月1日"),
        ("令和元年5月1日", "令和元年5月1日"),
        ("㋿8.4.1", "令和8年4月1日"),
        ("2026/4/1", "令和8年4月1日"),
        ("2026-04-01", "令和8年4月1日"),
        ("20260401", "令和8年4月1日"),
        ("S64.1.7", "昭和64年1月7日"),
    ] {
        desk.key(Key::SelectAll);
        desk.keys(typed);
        assert!(
            hint(&mut desk).contains(meant),
            "{typed}: {}",
            hint(&mut desk)
        );
    }
    for (typed, code) in [
        ("平成32年4月1日", "E-290"),
        ("昭和64年1月8日", "E-290"),
        ("2026/2/29", "E-205"),
        ("20261301", "E-205"),
        ("R8", "E-205"),
    ] {
        desk.key(Key::SelectAll);
        desk.keys(typed);
        desk.key(Key::Enter);
        desk.at(&format!("S-410 {code}"));
        assert!(focused(&mut desk, "生年月日"), "{typed}");
    }
    desk.picture("wrong-era");
    while !focused(&mut desk, "個人番号") {
        desk.key(Key::Tab);
    }
    desk.keys("１２３４ ５６７８-９０１８");
    assert_eq!(field(&mut desk, "個人番号"), "1234 5678 9018");
}

/// What stands below the field with the focus.
fn hint(desk: &mut Desk) -> String {
    let Body::Form(form) = desk.kiosk.view().body else {
        panic!("no form");
    };
    let field = form.fields.into_iter().find(|field| field.focused);
    field.map(|field| field.hint).unwrap_or_default()
}
