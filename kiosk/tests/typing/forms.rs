//! F6–F10 and 無変換 give what is composed another form.

use super::{SPACE, address, at_the_address, click_fkey, field, segments};
use crate::support::Desk;
use kiosk::app::Key;

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

fn bar(desk: &mut Desk) -> Vec<(u8, String)> {
    let keys = desk.kiosk.view().fkeys.into_iter();
    keys.map(|key| (key.number, key.label)).collect()
}

#[test]
fn a_form_key_that_is_pressed_again_changes_case_and_kana_as_in_ms_ime() {
    let mut desk = at_the_address("forms-again");
    desk.keys("puraza");
    for (number, forms) in [
        (6, ["ぷらざ", "プらざ", "プラざ", "ぷらざ"]),
        (7, ["プラザ", "プラざ", "プらざ", "プラザ"]),
        (8, ["ﾌﾟﾗｻﾞ", "ﾌﾟﾗざ", "ﾌﾟらざ", "ﾌﾟﾗｻﾞ"]),
        (
            9,
            [
                "ｐｕｒａｚａ",
                "ＰＵＲＡＺＡ",
                "Ｐｕｒａｚａ",
                "ｐｕｒａｚａ",
            ],
        ),
        (10, ["puraza", "PURAZA", "Puraza", "puraza"]),
    ] {
        for form in forms {
            desk.key(Key::F(number));
            assert_eq!(address(&mut desk), form, "F{number}");
        }
    }
    desk.key(Key::F(7));
    desk.key(Key::F(7));
    desk.key(Key::Enter);
    assert_eq!(address(&mut desk), "プラざ");
}

#[test]
fn non_convert_goes_through_the_kana_and_round_again() {
    let mut desk = at_the_address("non-convert");
    desk.keys("puraza");
    for form in ["プラザ", "ﾌﾟﾗｻﾞ", "ぷらざ", "プラザ"] {
        desk.key(Key::NonConvert);
        assert_eq!(address(&mut desk), form);
    }
    // Of a conversion, the segment.
    desk.key(SPACE);
    desk.key(Key::NonConvert);
    assert_eq!(segments(&mut desk), ["[プラザ]"]);
    desk.key(Key::NonConvert);
    assert_eq!(segments(&mut desk), ["[ﾌﾟﾗｻﾞ]"]);
}
