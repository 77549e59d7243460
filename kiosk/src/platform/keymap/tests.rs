//! What each key of each layout means.

use super::*;

const LAYOUTS: [Layout; 3] = Layout::ALL;

fn holding(codes: &[u16]) -> Modifiers {
    let mut modifiers = Modifiers::default();
    for code in codes {
        modifiers.take(Layout::Us, *code, true);
    }
    modifiers
}

fn with_shift() -> Modifiers {
    holding(&[code::LEFTSHIFT])
}

/// The characters of the keys with these codes, plain and shifted, as printed on them.
fn rows(layout: Layout, shift: bool) -> String {
    let modifiers = if shift {
        with_shift()
    } else {
        Modifiers::default()
    };
    let codes = (2..=13).chain([124]).chain(16..=27).chain([43]);
    let codes = codes.chain(30..=40).chain([86]).chain(44..=53).chain([89]);
    codes
        .filter_map(|code| match modifiers.key(layout, code) {
            Some(Key::Char(c)) => Some(c),
            _ => None,
        })
        .collect()
}

#[test]
fn every_key_of_a_jis_keyboard_types_what_is_printed_on_it() {
    assert_eq!(
        rows(Layout::Jis, false),
        r"1234567890-^\qwertyuiop@[]asdfghjkl;:\zxcvbnm,./\"
    );
    assert_eq!(
        rows(Layout::Jis, true),
        r##"!"#$%&'()0=~|QWERTYUIOP`{}ASDFGHJKL+*_ZXCVBNM<>?_"##
    );
}

#[test]
fn every_key_of_a_us_keyboard_types_what_is_printed_on_it() {
    assert_eq!(
        rows(Layout::Us, false),
        r"1234567890-=qwertyuiop[]\asdfghjkl;'\zxcvbnm,./"
    );
    assert_eq!(
        rows(Layout::Us, true),
        r#"!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"|ZXCVBNM<>?"#
    );
}

#[test]
fn every_key_of_a_uk_keyboard_types_what_is_printed_on_it() {
    assert_eq!(
        rows(Layout::Uk, false),
        r"1234567890-=qwertyuiop[]#asdfghjkl;'\zxcvbnm,./"
    );
    assert_eq!(
        rows(Layout::Uk, true),
        r#"!"£$%^&*()_+QWERTYUIOP{}~ASDFGHJKL:@|ZXCVBNM<>?"#
    );
    let alt_gr = holding(&[code::RIGHTALT]);
    assert_eq!(alt_gr.key(Layout::Uk, 5), Some(Key::Char('€')));
    assert_eq!(alt_gr.key(Layout::Uk, 18), Some(Key::Char('é')));
    assert_eq!(alt_gr.key(Layout::Us, 5), None);
}

#[test]
fn every_printable_ascii_character_can_be_typed_on_all_layouts() {
    for layout in LAYOUTS {
        for wanted in ' '..='~' {
            let found = (1..128).any(|code| {
                [Modifiers::default(), with_shift()]
                    .iter()
                    .any(|m| m.key(layout, code) == Some(Key::Char(wanted)))
            });
            assert!(found, "{wanted:?} on {layout:?}");
        }
    }
}

#[test]
fn the_number_pad_types_numbers_until_num_lock_or_shift_says_otherwise() {
    let numbers: Vec<Option<Key>> = "789-456+1230.".chars().map(Key::Char).map(Some).collect();
    let moves = [
        Some(Key::Home),
        Some(Key::Up),
        Some(Key::PageUp),
        Some(Key::Char('-')),
        Some(Key::Left),
        None,
        Some(Key::Right),
        Some(Key::Char('+')),
        Some(Key::End),
        Some(Key::Down),
        Some(Key::PageDown),
        None,
        Some(Key::Delete),
    ];
    let pad = |modifiers: Modifiers| -> Vec<Option<Key>> {
        (code::KP7..=code::KPDOT)
            .map(|code| modifiers.key(Layout::Jis, code))
            .collect()
    };
    let mut modifiers = Modifiers::default();
    assert_eq!(pad(modifiers), numbers);
    assert_eq!(pad(with_shift()), moves);
    assert!(modifiers.take(Layout::Jis, code::NUMLOCK, true));
    assert_eq!(
        pad(modifiers),
        numbers,
        "whose key it is, its keyboard tells"
    );
    modifiers.set_pad(Pad::Moves);
    assert_eq!(pad(modifiers), moves);
    modifiers.take(Layout::Jis, code::RIGHTSHIFT, true);
    assert_eq!(pad(modifiers), numbers);
}

#[test]
fn the_other_keys_of_the_pad_are_the_same_with_and_without_num_lock() {
    let mut without = Modifiers::default();
    without.set_pad(Pad::Moves);
    for modifiers in [Modifiers::default(), without] {
        let pad = [
            code::KPASTERISK,
            code::KPSLASH,
            code::KPENTER,
            code::KPEQUAL,
        ];
        let keys = pad.map(|code| modifiers.key(Layout::Jis, code));
        let expected = [Key::Char('*'), Key::Char('/'), Key::Enter, Key::Char('=')];
        assert_eq!(keys, expected.map(Some));
    }
}

#[test]
fn caps_lock_and_shift_cancel_out_and_leave_digits_alone() {
    let mut modifiers = with_shift();
    modifiers.take(Layout::Us, code::CAPSLOCK, true);
    assert!(modifiers.caps());
    assert_eq!(modifiers.key(Layout::Us, 30), Some(Key::Char('a')));
    modifiers.take(Layout::Us, code::LEFTSHIFT, false);
    assert_eq!(modifiers.key(Layout::Us, 30), Some(Key::Char('A')));
    assert_eq!(modifiers.key(Layout::Us, 3), Some(Key::Char('2')));
}

#[test]
fn a_jis_keyboard_locks_capitals_only_with_shift() {
    let mut modifiers = Modifiers::default();
    modifiers.take(Layout::Jis, code::CAPSLOCK, true);
    modifiers.take(Layout::Jis, code::CAPSLOCK, false);
    assert!(!modifiers.caps());
    modifiers.take(Layout::Jis, code::RIGHTSHIFT, true);
    modifiers.take(Layout::Jis, code::CAPSLOCK, true);
    assert!(modifiers.caps());
}

#[test]
fn the_key_left_of_one_toggles_kana_on_jis_and_is_a_grave_elsewhere() {
    let modifiers = Modifiers::default();
    let key = |layout| modifiers.key(layout, code::GRAVE);
    assert_eq!(key(Layout::Jis), Some(Key::KanaToggle));
    assert_eq!(key(Layout::Us), Some(Key::Char('`')));
    assert_eq!(key(Layout::Uk), Some(Key::Char('`')));
    let alt = holding(&[code::LEFTALT]);
    assert_eq!(alt.key(Layout::Uk, code::GRAVE), Some(Key::KanaToggle));
}

#[test]
fn function_keys_count_from_one_to_twelve() {
    let numbers: Vec<Option<Key>> = (code::F1..=code::F10)
        .chain([code::F11, code::F12])
        .map(|code| Modifiers::default().key(Layout::Jis, code))
        .collect();
    let expected: Vec<Option<Key>> = (1..=12).map(|n| Some(Key::F(n))).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn control_with_plus_and_minus_changes_the_size_and_with_alt_and_arrows_the_rotation() {
    let control = holding(&[code::LEFTCTRL]);
    for (layout, plus) in [(Layout::Jis, 39), (Layout::Us, 13), (Layout::Uk, 13)] {
        assert_eq!(control.key(layout, plus), Some(Key::Larger), "{layout:?}");
        assert_eq!(control.key(layout, code::MINUS), Some(Key::Smaller));
    }
    let both = holding(&[code::LEFTCTRL, code::LEFTALT]);
    for (code, rotation) in [
        (code::UP, Rotation::None),
        (code::RIGHT, Rotation::Quarter),
        (code::DOWN, Rotation::Half),
        (code::LEFT, Rotation::ThreeQuarters),
    ] {
        assert_eq!(both.key(Layout::Jis, code), Some(Key::Turn(rotation)));
    }
    assert_eq!(control.key(Layout::Jis, code::A), Some(Key::SelectAll));
    assert_eq!(control.key(Layout::Jis, 31), None);
}

#[test]
fn a_wrong_layout_shows_in_what_the_printed_characters_become() {
    let sample = "@_:\"";
    for printed in LAYOUTS {
        for set in LAYOUTS {
            let comes = typed_as(sample, printed, set);
            assert_eq!(comes == sample, printed == set, "{printed:?} as {set:?}");
        }
    }
}

#[test]
fn keyboards_without_japanese_keys_reach_the_modes_as_in_ms_ime() {
    for layout in [Layout::Us, Layout::Uk] {
        for (held, code, means) in [
            (code::LEFTALT, code::GRAVE, Key::KanaToggle),
            (code::LEFTCTRL, code::CAPSLOCK, Key::Hiragana),
            (code::LEFTALT, code::CAPSLOCK, Key::Katakana),
            (code::LEFTCTRL, code::SPACE, Key::Convert),
        ] {
            let mut modifiers = holding(&[held]);
            // Nothing is locked by it.
            assert!(!modifiers.take(layout, code, true));
            assert!(!modifiers.caps());
            assert_eq!(modifiers.key(layout, code), Some(means), "{layout:?}");
        }
        let mut plain = Modifiers::default();
        assert!(plain.take(layout, code::CAPSLOCK, true));
        assert!(plain.caps());
    }
}

#[test]
fn eisu_goes_to_letters_and_back() {
    let mut modifiers = Modifiers::default();
    assert!(!modifiers.take(Layout::Jis, code::CAPSLOCK, true));
    let means = modifiers.key(Layout::Jis, code::CAPSLOCK);
    assert_eq!(means, Some(Key::KanaToggle));
    assert!(!modifiers.caps());
}
