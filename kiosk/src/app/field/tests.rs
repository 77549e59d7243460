//! Typing, deleting, selecting, and how it is drawn.

use super::*;

#[test]
fn a_number_is_shown_in_groups_with_the_caret_where_it_is() {
    let mut field = TextField::with(Kind::Number, "１２３４-5678 9018");
    assert_eq!(field.text(), "123456789018");
    assert_eq!(field.shown(false), ("1234 5678 9018".into(), "".into()));
    for _ in 0..4 {
        field.left();
    }
    assert_eq!(field.shown(false), ("1234 5678 ".into(), "9018".into()));
}

#[test]
fn a_postal_code_is_shown_with_its_hyphen_and_taken_with_or_without_it() {
    let mut field = TextField::with(Kind::Postal, "１００-0013");
    assert_eq!(field.text(), "1000013");
    assert_eq!(field.shown(false), ("100-0013".into(), "".into()));
    for _ in 0..4 {
        field.left();
    }
    assert_eq!(field.shown(false), ("100-".into(), "0013".into()));
}

#[test]
fn a_date_takes_the_names_of_eras() {
    for text in ["令和8年4月1日", "昭和39年2月29日", "H2.4.1", "2026/4/1"] {
        assert_eq!(TextField::with(Kind::Date, text).text(), text);
    }
}

#[test]
fn a_thirteenth_digit_is_not_taken() {
    let mut field = TextField::with(Kind::Number, "123456789018");
    let full = Put {
        changed: false,
        left_out: Some(LeftOut::NoRoom),
    };
    assert_eq!(field.insert("7"), full);
    assert_eq!(field.text(), "123456789018");
}

#[test]
fn a_passphrase_is_shown_as_dots() {
    let field = TextField::with(Kind::Passphrase, "abc");
    assert_eq!(field.shown(false), ("●●●".into(), "".into()));
    assert_eq!(field.shown(true), ("abc".into(), "".into()));
}

#[test]
fn the_buffer_never_moves_while_typing() {
    let mut field = TextField::new(Kind::Text);
    let capacity = field.text.capacity();
    for _ in 0..300 {
        field.insert("𠮷");
    }
    assert_eq!(field.text.capacity(), capacity);
    assert_eq!(field.text().chars().count(), Kind::Text.limit());
}

#[test]
fn a_full_field_never_takes_a_character_without_its_selector() {
    let mut field = TextField::with(Kind::Text, &"山".repeat(Kind::Text.limit() - 1));
    assert_eq!(field.insert("祐\u{e0100}").left_out, Some(LeftOut::NoRoom));
    assert!(!field.text().contains('祐'));
    assert_eq!(field.insert("祐").left_out, None);
    let mut field = TextField::with(Kind::Text, &"山".repeat(Kind::Text.limit() - 2));
    assert_eq!(field.insert("祐\u{e0100}").left_out, None);
    assert!(field.text().ends_with("祐\u{e0100}"));
}

#[test]
fn a_selection_is_replaced_by_what_is_typed() {
    let mut field = TextField::with(Kind::Text, "山田太郎");
    field.go(Motion::Left, true);
    field.go(Motion::Left, true);
    assert_eq!(field.selected(), Some("太郎"));
    assert!(field.drawn(false, true).caret_first);
    assert_eq!(field.drawn(false, false).selected, "");
    assert!(field.insert("花子").changed);
    assert_eq!((field.text(), field.selected()), ("山田花子", None));
    field.select_all();
    field.go(Motion::Left, false);
    assert_eq!(field.split(), ("", "山田花子"));
    field.go(Motion::End, true);
    assert!(field.backspace());
    assert!(field.is_empty());
}

#[test]
fn a_selected_number_is_grouped_too() {
    let mut field = TextField::with(Kind::Number, "123456789018");
    field.go(Motion::Home, false);
    for _ in 0..5 {
        field.go(Motion::Right, true);
    }
    let shown = field.drawn(false, true);
    assert_eq!(
        (shown.selected.as_str(), shown.after.as_str()),
        ("1234 5", "678 9018")
    );
}

#[test]
fn a_variation_selector_goes_with_its_character() {
    let mut field = TextField::with(Kind::Text, "祐\u{e0100}太");
    field.go(Motion::Left, false);
    field.go(Motion::Left, false);
    assert_eq!(field.split().0, "");
    assert!(field.delete());
    assert_eq!(field.text(), "太");
}

#[test]
fn a_reading_is_written_as_its_field_wants_it() {
    for typed in ["がぱ", "ガパ", "ｶﾞﾊﾟ"] {
        assert_eq!(TextField::with(Kind::Katakana, typed).text(), "ガパ");
        assert_eq!(TextField::with(Kind::HalfKatakana, typed).text(), "ｶﾞﾊﾟ");
        assert_eq!(TextField::with(Kind::Reading, typed).text(), "がぱ");
    }
}

#[test]
fn deleting_goes_by_character() {
    let mut field = TextField::with(Kind::Text, "山田太郎");
    field.left();
    assert!(field.backspace());
    assert_eq!(field.text(), "山田郎");
    assert!(field.delete());
    assert!(!field.delete());
    assert_eq!(field.text(), "山田");
}

#[test]
fn what_a_field_leaves_out_is_told() {
    let mut number = TextField::new(Kind::Number);
    let spaced = number.insert("1234 5678 9018");
    assert_eq!(spaced.left_out, Some(LeftOut::NotTaken));
    assert_eq!(number.text(), "123456789018");
    let mut passphrase = TextField::new(Kind::Passphrase);
    assert_eq!(passphrase.insert("caf").left_out, None);
    assert_eq!(passphrase.insert("é").left_out, Some(LeftOut::NotTaken));
    assert_eq!(passphrase.text(), "caf");
    let mut text = TextField::with(Kind::Text, &"山".repeat(Kind::Text.limit() - 2));
    let put = text.insert("田太郎");
    assert!(put.changed);
    assert_eq!(put.left_out, Some(LeftOut::NoRoom));
    assert!(text.text().ends_with("田太"));
}

#[test]
fn a_selected_postal_code_keeps_its_hyphen() {
    let mut field = TextField::with(Kind::Postal, "1000013");
    field.select_all();
    assert_eq!(field.drawn(false, true).selected, "100-0013");
    field.go(Motion::Home, false);
    for _ in 0..4 {
        field.go(Motion::Right, true);
    }
    let shown = field.drawn(false, true);
    assert_eq!(
        (
            shown.before.as_str(),
            shown.selected.as_str(),
            shown.after.as_str()
        ),
        ("", "100-0", "013")
    );
}
