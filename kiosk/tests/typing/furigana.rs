//! フリガナ that come by themselves.

use super::{SPACE, at_the_name, field, name, opened_person};
use crate::support::Desk;
use kiosk::app::Key;

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
fn furigana_follow_what_becomes_of_the_name() {
    let mut desk = at_the_name("follow");
    let kana = |desk: &mut Desk| field(desk, "フリガナ");
    // Corrected while it is composed.
    desk.keys("takahasu");
    desk.key(Key::Backspace);
    desk.keys("shihanako");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ　ハナコ");
    // Converted anew: another look, the same reading.
    desk.key(Key::Convert);
    desk.key(Key::Char('2'));
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ　ハナコ");
    // 名 is taken away and another typed: 姓 is read as before.
    let family = name(&mut desk);
    let (family, given) = family.split_once('　').unwrap();
    for _ in given.chars() {
        desk.key(Key::Backspace);
    }
    assert_eq!(name(&mut desk), format!("{family}　"));
    assert_eq!(kana(&mut desk), "タカハシ");
    desk.keys("tarou");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "タカハシ　タロウ");
    // All of it replaced.
    desk.key(Key::SelectAll);
    desk.keys("suzuki");
    desk.key(SPACE);
    desk.key(Key::Enter);
    assert_eq!(kana(&mut desk), "スズキ");
    desk.key(Key::SelectAll);
    desk.key(Key::Delete);
    assert_eq!(kana(&mut desk), "");
}
