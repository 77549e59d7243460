//! What a key of a keyboard means: Linux key codes (`linux/input-event-codes.h`) to
//! [`Key`], for the layouts of [`Layout`]: JIS (OADG 109A and 106), US (ANSI, 101/104) and
//! the United Kingdom's (BS 4822, 102/105).
//!
//! The number pad, Caps Lock and NumLock do what they do on Windows: Shift turns NumLock
//! around while it is held, and a JIS keyboard locks capitals with Shift + CapsLock
//! (the key alone is 英数).

use crate::app::{Key, Layout, Locks, Motion};
use protocol::settings::Rotation;

/// Which modifiers are down, and which locks are on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Modifiers {
    shift: [bool; 2],
    control: [bool; 2],
    alt: [bool; 2],
    locks: Locks,
}

/// Key codes by their names in `linux/input-event-codes.h`.
mod code {
    pub const ESC: u16 = 1;
    pub const MINUS: u16 = 12;
    pub const BACKSPACE: u16 = 14;
    pub const TAB: u16 = 15;
    pub const ENTER: u16 = 28;
    pub const LEFTCTRL: u16 = 29;
    pub const A: u16 = 30;
    pub const GRAVE: u16 = 41;
    pub const LEFTSHIFT: u16 = 42;
    pub const RIGHTSHIFT: u16 = 54;
    pub const KPASTERISK: u16 = 55;
    pub const LEFTALT: u16 = 56;
    pub const SPACE: u16 = 57;
    pub const CAPSLOCK: u16 = 58;
    pub const F1: u16 = 59;
    pub const F7: u16 = 65;
    pub const F10: u16 = 68;
    pub const NUMLOCK: u16 = 69;
    pub const KP7: u16 = 71;
    pub const KPMINUS: u16 = 74;
    pub const KPPLUS: u16 = 78;
    pub const KPDOT: u16 = 83;
    pub const ZENKAKUHANKAKU: u16 = 85;
    pub const F11: u16 = 87;
    pub const F12: u16 = 88;
    pub const HENKAN: u16 = 92;
    pub const KATAKANAHIRAGANA: u16 = 93;
    pub const MUHENKAN: u16 = 94;
    pub const KPENTER: u16 = 96;
    pub const RIGHTCTRL: u16 = 97;
    pub const KPSLASH: u16 = 98;
    pub const RIGHTALT: u16 = 100;
    pub const HOME: u16 = 102;
    pub const UP: u16 = 103;
    pub const PAGEUP: u16 = 104;
    pub const LEFT: u16 = 105;
    pub const RIGHT: u16 = 106;
    pub const END: u16 = 107;
    pub const DOWN: u16 = 108;
    pub const PAGEDOWN: u16 = 109;
    pub const DELETE: u16 = 111;
    pub const KPEQUAL: u16 = 117;
    pub const KPCOMMA: u16 = 121;
}

/// Characters without and with Shift, by key code. The letters are the same on all.
type Table = &'static [(u16, char, char)];

const LETTERS: &[(u16, &str)] = &[(16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm")];

const US: Table = &[
    (2, '1', '!'),
    (3, '2', '@'),
    (4, '3', '#'),
    (5, '4', '$'),
    (6, '5', '%'),
    (7, '6', '^'),
    (8, '7', '&'),
    (9, '8', '*'),
    (10, '9', '('),
    (11, '0', ')'),
    (12, '-', '_'),
    (13, '=', '+'),
    (26, '[', '{'),
    (27, ']', '}'),
    (39, ';', ':'),
    (40, '\'', '"'),
    (41, '`', '~'),
    (43, '\\', '|'),
    (51, ',', '<'),
    (52, '.', '>'),
    (53, '/', '?'),
    (86, '\\', '|'),
];

/// The yen key (124) and the ろ key left of the right Shift (89) both give a backslash, as
/// they do on Windows: a passphrase typed there is the same here.
const JIS: Table = &[
    (2, '1', '!'),
    (3, '2', '"'),
    (4, '3', '#'),
    (5, '4', '$'),
    (6, '5', '%'),
    (7, '6', '&'),
    (8, '7', '\''),
    (9, '8', '('),
    (10, '9', ')'),
    (11, '0', '0'),
    (12, '-', '='),
    (13, '^', '~'),
    (26, '@', '`'),
    (27, '[', '{'),
    (39, ';', '+'),
    (40, ':', '*'),
    (43, ']', '}'),
    (51, ',', '<'),
    (52, '.', '>'),
    (53, '/', '?'),
    (86, '\\', '_'),
    (89, '\\', '_'),
    (124, '\\', '|'),
];

const UK: Table = &[
    (2, '1', '!'),
    (3, '2', '"'),
    (4, '3', '£'),
    (5, '4', '$'),
    (6, '5', '%'),
    (7, '6', '^'),
    (8, '7', '&'),
    (9, '8', '*'),
    (10, '9', '('),
    (11, '0', ')'),
    (12, '-', '_'),
    (13, '=', '+'),
    (26, '[', '{'),
    (27, ']', '}'),
    (39, ';', ':'),
    (40, '\'', '@'),
    (41, '`', '¬'),
    (43, '#', '~'),
    (51, ',', '<'),
    (52, '.', '>'),
    (53, '/', '?'),
    (86, '\\', '|'),
];

/// The same with AltGr.
const UK_ALT_GR: Table = &[
    (5, '€', '€'),
    (18, 'é', 'É'),
    (22, 'ú', 'Ú'),
    (23, 'í', 'Í'),
    (24, 'ó', 'Ó'),
    (30, 'á', 'Á'),
    (41, '¦', '¦'),
];

fn table(layout: Layout) -> Table {
    match layout {
        Layout::Jis => JIS,
        Layout::Us => US,
        Layout::Uk => UK,
    }
}

fn find(table: Table, code: u16) -> Option<(char, char)> {
    let key = table.iter().find(|(key, ..)| *key == code)?;
    Some((key.1, key.2))
}

/// The number pad from key 71 on: with NumLock, and without. The middle key and 0 (which
/// is Insert) mean nothing without.
const KEYPAD: [(char, Option<Key>); 13] = [
    ('7', Some(Key::Home)),
    ('8', Some(Key::Up)),
    ('9', Some(Key::PageUp)),
    ('-', Some(Key::Char('-'))),
    ('4', Some(Key::Left)),
    ('5', None),
    ('6', Some(Key::Right)),
    ('+', Some(Key::Char('+'))),
    ('1', Some(Key::End)),
    ('2', Some(Key::Down)),
    ('3', Some(Key::PageDown)),
    ('0', None),
    ('.', Some(Key::Delete)),
];

impl Modifiers {
    pub fn locks(&self) -> Locks {
        self.locks
    }

    /// Takes a key that was pressed or released; gives back whether it is a modifier.
    pub fn take(&mut self, layout: Layout, code: u16, down: bool) -> bool {
        match code {
            code::LEFTSHIFT => self.shift[0] = down,
            code::RIGHTSHIFT => self.shift[1] = down,
            code::LEFTCTRL => self.control[0] = down,
            code::RIGHTCTRL => self.control[1] = down,
            code::LEFTALT => self.alt[0] = down,
            code::RIGHTALT => self.alt[1] = down,
            code::CAPSLOCK if layout == Layout::Jis && !self.shift() => {}
            code::CAPSLOCK => self.locks.caps ^= down,
            code::NUMLOCK => self.locks.num ^= down,
            _ => return false,
        }
        true
    }

    /// Lets every key go: the keyboard that held them is gone. The locks stay.
    pub fn release(&mut self) {
        *self = Self {
            locks: self.locks,
            ..Self::default()
        };
    }

    pub fn shift(&self) -> bool {
        self.shift[0] || self.shift[1]
    }

    fn control(&self) -> bool {
        self.control[0] || self.control[1]
    }

    /// What the key means now; nothing for keys that mean nothing here.
    pub fn key(&self, layout: Layout, code: u16) -> Option<Key> {
        let alt = self.alt[0] || self.alt[1];
        if code == code::ZENKAKUHANKAKU
            || code == code::GRAVE && (layout == Layout::Jis || self.alt[0])
        {
            return Some(Key::KanaToggle);
        }
        if self.control() {
            return self.command(layout, code, alt);
        }
        if alt && code == code::KATAKANAHIRAGANA {
            return Some(Key::TypingStyle);
        }
        match named(code, self.shift()) {
            Some(key) => Some(key),
            None if layout == Layout::Uk && self.alt == [false, true] => self.with_alt_gr(code),
            None if alt => None,
            None => self.character(layout, code),
        }
    }

    /// Ctrl + Alt + arrows turn the picture, its upper edge to where the arrow points;
    /// Ctrl with + and - makes it larger and smaller. Ctrl + F10 opens MS-IME's menu, which is here
    /// for its one entry that is missed; ATOK registers a word by Ctrl + F7.
    fn command(&self, layout: Layout, code: u16, alt: bool) -> Option<Key> {
        if alt {
            return Some(Key::Turn(match code {
                code::UP => Rotation::None,
                code::RIGHT => Rotation::Quarter,
                code::DOWN => Rotation::Half,
                code::LEFT => Rotation::ThreeQuarters,
                _ => return None,
            }));
        }
        let has_plus = || {
            find(table(layout), code)
                .is_some_and(|(plain, shifted)| [plain, shifted].contains(&'+'))
        };
        match code {
            code::A => Some(Key::SelectAll),
            code::F7 | code::F10 => Some(Key::RegisterWord),
            code::MINUS | code::KPMINUS => Some(Key::Smaller),
            code::KPPLUS => Some(Key::Larger),
            _ if has_plus() => Some(Key::Larger),
            _ => named(code, self.shift()),
        }
    }

    fn character(&self, layout: Layout, code: u16) -> Option<Key> {
        match code {
            code::KP7..=code::KPDOT => {
                let (with, without) = KEYPAD[usize::from(code - code::KP7)];
                return if self.locks.num != self.shift() {
                    Some(Key::Char(with))
                } else {
                    without
                };
            }
            code::SPACE => return Some(Key::Char(' ')),
            code::KPASTERISK => return Some(Key::Char('*')),
            code::KPSLASH => return Some(Key::Char('/')),
            code::KPEQUAL => return Some(Key::Char('=')),
            code::KPCOMMA => return Some(Key::Char(',')),
            _ => {}
        }
        if let Some(letter) = letter(code) {
            let upper = self.shift() != self.locks.caps;
            return Some(Key::Char(if upper {
                letter.to_ascii_uppercase()
            } else {
                letter
            }));
        }
        let (plain, shifted) = find(table(layout), code)?;
        Some(Key::Char(if self.shift() { shifted } else { plain }))
    }

    fn with_alt_gr(&self, code: u16) -> Option<Key> {
        let (plain, shifted) = find(UK_ALT_GR, code)?;
        let upper = self.shift() != self.locks.caps;
        Some(Key::Char(if upper { shifted } else { plain }))
    }
}

/// Keys that are no characters, on every layout.
fn named(code: u16, shift: bool) -> Option<Key> {
    Some(match code {
        code::ESC => Key::Escape,
        code::BACKSPACE => Key::Backspace,
        code::TAB if shift => Key::BackTab,
        code::TAB => Key::Tab,
        code::ENTER | code::KPENTER => Key::Enter,
        code::HENKAN if shift => Key::ConvertBack,
        code::HENKAN => Key::Convert,
        code::MUHENKAN if shift => Key::FullLatin,
        code::MUHENKAN => Key::NonConvert,
        code::KATAKANAHIRAGANA if shift => Key::Katakana,
        code::KATAKANAHIRAGANA => Key::Hiragana,
        code::SPACE if shift => Key::ShiftSpace,
        code::HOME if shift => Key::Extend(Motion::Home),
        code::HOME => Key::Home,
        code::UP => Key::Up,
        code::PAGEUP => Key::PageUp,
        code::LEFT if shift => Key::Extend(Motion::Left),
        code::LEFT => Key::Left,
        code::RIGHT if shift => Key::Extend(Motion::Right),
        code::RIGHT => Key::Right,
        code::END if shift => Key::Extend(Motion::End),
        code::END => Key::End,
        code::DOWN => Key::Down,
        code::PAGEDOWN => Key::PageDown,
        code::DELETE => Key::Delete,
        code::F1..=code::F10 => Key::F((code - code::F1 + 1) as u8),
        code::F11 => Key::F(11),
        code::F12 => Key::F(12),
        _ => return None,
    })
}

fn letter(code: u16) -> Option<char> {
    LETTERS.iter().find_map(|(first, row)| {
        let offset = code.checked_sub(*first)?;
        row.chars().nth(offset.into())
    })
}

/// What comes out when the keys on which a keyboard of layout `printed` shows `text` are
/// pressed while the layout is set to `set`: how a wrong layout is told from a right one.
pub fn typed_as(text: &str, printed: Layout, set: Layout) -> String {
    text.chars()
        .filter_map(|c| {
            // The last: a JIS keyboard has no key 86, the tables only know what it would be.
            let (code, plain, _) = table(printed)
                .iter()
                .rev()
                .find(|(_, plain, shifted)| c == *plain || c == *shifted)?;
            let (as_plain, as_shifted) = find(table(set), *code)?;
            Some(if c == *plain { as_plain } else { as_shifted })
        })
        .collect()
}

#[cfg(test)]
mod tests {
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
        modifiers.take(Layout::Jis, code::NUMLOCK, true);
        modifiers.take(Layout::Jis, code::NUMLOCK, false);
        assert!(!modifiers.locks().num);
        assert_eq!(pad(modifiers), moves);
        modifiers.take(Layout::Jis, code::RIGHTSHIFT, true);
        assert_eq!(pad(modifiers), numbers);
    }

    #[test]
    fn the_other_keys_of_the_pad_are_the_same_with_and_without_num_lock() {
        let without = holding(&[code::NUMLOCK]);
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
        assert!(modifiers.locks().caps);
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
        assert!(!modifiers.locks().caps);
        modifiers.take(Layout::Jis, code::RIGHTSHIFT, true);
        modifiers.take(Layout::Jis, code::CAPSLOCK, true);
        assert!(modifiers.locks().caps);
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
    fn a_keyboard_that_goes_lets_its_keys_go_and_leaves_the_locks() {
        let mut modifiers = with_shift();
        modifiers.take(Layout::Us, code::CAPSLOCK, true);
        modifiers.release();
        assert_eq!(modifiers.key(Layout::Us, 3), Some(Key::Char('2')));
        assert!(modifiers.locks().caps);
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
}
