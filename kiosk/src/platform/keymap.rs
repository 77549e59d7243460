//! What a key of a keyboard means: Linux key codes (`linux/input-event-codes.h`) to
//! [`Key`], for JIS (OADG 109A) and US keyboards.

use crate::app::{Key, Layout};

/// Which modifiers are down, and which locks are on.
#[derive(Clone, Copy, Debug)]
pub struct Modifiers {
    shift: [bool; 2],
    control: [bool; 2],
    alt: [bool; 2],
    caps: bool,
    num: bool,
}

impl Default for Modifiers {
    fn default() -> Self {
        Self {
            shift: [false; 2],
            control: [false; 2],
            alt: [false; 2],
            caps: false,
            // A number pad is there to type numbers.
            num: true,
        }
    }
}

const BACKSPACE: u16 = 14;
const TAB: u16 = 15;
const ENTER: u16 = 28;
const LEFT_CONTROL: u16 = 29;
const GRAVE: u16 = 41;
const LEFT_SHIFT: u16 = 42;
const RIGHT_SHIFT: u16 = 54;
const LEFT_ALT: u16 = 56;
const CAPS_LOCK: u16 = 58;
const F1: u16 = 59;
const F10: u16 = 68;
const NUM_LOCK: u16 = 69;
const KEYPAD_7: u16 = 71;
const KEYPAD_DOT: u16 = 83;
const ZENKAKU_HANKAKU: u16 = 85;
const F11: u16 = 87;
const F12: u16 = 88;
const KATAKANA_HIRAGANA: u16 = 93;
const KEYPAD_ENTER: u16 = 96;
const RIGHT_CONTROL: u16 = 97;
const RIGHT_ALT: u16 = 100;

/// Characters without and with shift, by key code, in the US layout.
const US: &[(u16, char, char)] = &[
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

/// The same for JIS. The yen key (124) and the key left of the right shift (89) both give
/// a backslash, as they do on Windows.
const JIS: &[(u16, char, char)] = &[
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

const LETTERS: &[(u16, &str)] = &[(16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm")];

/// The number pad from key 71 on: with NumLock, without.
const KEYPAD: [(char, Option<Key>); 13] = [
    ('7', Some(Key::Home)),
    ('8', Some(Key::Up)),
    ('9', Some(Key::PageUp)),
    ('-', None),
    ('4', Some(Key::Left)),
    ('5', None),
    ('6', Some(Key::Right)),
    ('+', None),
    ('1', Some(Key::End)),
    ('2', Some(Key::Down)),
    ('3', Some(Key::PageDown)),
    ('0', None),
    ('.', Some(Key::Delete)),
];

impl Modifiers {
    /// Takes a key that was pressed or released; gives back whether it is a modifier.
    pub fn take(&mut self, code: u16, down: bool) -> bool {
        match code {
            LEFT_SHIFT => self.shift[0] = down,
            RIGHT_SHIFT => self.shift[1] = down,
            LEFT_CONTROL => self.control[0] = down,
            RIGHT_CONTROL => self.control[1] = down,
            LEFT_ALT => self.alt[0] = down,
            RIGHT_ALT => self.alt[1] = down,
            CAPS_LOCK => self.caps ^= down,
            NUM_LOCK => self.num ^= down,
            _ => return false,
        }
        true
    }

    fn shift(&self) -> bool {
        self.shift[0] || self.shift[1]
    }

    /// What the key means now; nothing for keys that mean nothing here.
    pub fn key(&self, layout: Layout, code: u16) -> Option<Key> {
        let alt = self.alt[0] || self.alt[1];
        if code == ZENKAKU_HANKAKU
            || code == KATAKANA_HIRAGANA
            || code == GRAVE && (layout == Layout::Jis || alt)
        {
            return Some(Key::KanaToggle);
        }
        let named = match code {
            1 => Key::Escape,
            BACKSPACE => Key::Backspace,
            TAB if self.shift() => Key::BackTab,
            TAB => Key::Tab,
            ENTER | KEYPAD_ENTER => Key::Enter,
            92 => Key::Convert,
            94 => Key::NonConvert,
            102 => Key::Home,
            103 => Key::Up,
            104 => Key::PageUp,
            105 => Key::Left,
            106 => Key::Right,
            107 => Key::End,
            108 => Key::Down,
            109 => Key::PageDown,
            111 => Key::Delete,
            F1..=F10 => Key::F((code - F1 + 1) as u8),
            F11 => Key::F(11),
            F12 => Key::F(12),
            _ => {
                let control = self.control[0] || self.control[1];
                return if control || alt {
                    None
                } else {
                    self.character(layout, code)
                };
            }
        };
        Some(named)
    }

    fn character(&self, layout: Layout, code: u16) -> Option<Key> {
        if code == 57 {
            return Some(Key::Char(' '));
        }
        if let KEYPAD_7..=KEYPAD_DOT = code {
            let (with, without) = KEYPAD[usize::from(code - KEYPAD_7)];
            return match without {
                Some(key) if !self.num => Some(key),
                _ => Some(Key::Char(with)),
            };
        }
        match code {
            55 => return Some(Key::Char('*')),
            98 => return Some(Key::Char('/')),
            _ => {}
        }
        for (first, row) in LETTERS {
            if let Some(offset) = code.checked_sub(*first)
                && let Some(letter) = row.chars().nth(offset.into())
            {
                let upper = self.shift() ^ self.caps;
                return Some(Key::Char(if upper {
                    letter.to_ascii_uppercase()
                } else {
                    letter
                }));
            }
        }
        let table = match layout {
            Layout::Jis => JIS,
            Layout::Us => US,
        };
        table
            .iter()
            .find(|(key, _, _)| *key == code)
            .map(|(_, plain, shifted)| Key::Char(if self.shift() { *shifted } else { *plain }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_shift() -> Modifiers {
        let mut modifiers = Modifiers::default();
        modifiers.take(LEFT_SHIFT, true);
        modifiers
    }

    #[test]
    fn the_layouts_differ_where_the_keycaps_do() {
        for (code, jis, us) in [(3, '"', '@'), (7, '&', '^'), (13, '~', '+'), (39, '+', ':')] {
            assert_eq!(with_shift().key(Layout::Jis, code), Some(Key::Char(jis)));
            assert_eq!(with_shift().key(Layout::Us, code), Some(Key::Char(us)));
        }
    }

    #[test]
    fn every_printable_ascii_character_can_be_typed_on_both_layouts() {
        for layout in [Layout::Jis, Layout::Us] {
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
    fn the_number_pad_types_numbers_until_num_lock_says_otherwise() {
        let mut modifiers = Modifiers::default();
        assert_eq!(modifiers.key(Layout::Jis, 79), Some(Key::Char('1')));
        modifiers.take(NUM_LOCK, true);
        modifiers.take(NUM_LOCK, false);
        assert_eq!(modifiers.key(Layout::Jis, 79), Some(Key::End));
    }

    #[test]
    fn caps_lock_and_shift_cancel_out() {
        let mut modifiers = with_shift();
        modifiers.take(CAPS_LOCK, true);
        assert_eq!(modifiers.key(Layout::Us, 30), Some(Key::Char('a')));
    }

    #[test]
    fn the_key_left_of_one_toggles_kana_on_jis_and_is_a_grave_on_us() {
        let modifiers = Modifiers::default();
        assert_eq!(modifiers.key(Layout::Jis, GRAVE), Some(Key::KanaToggle));
        assert_eq!(modifiers.key(Layout::Us, GRAVE), Some(Key::Char('`')));
    }

    #[test]
    fn function_keys_count_from_one_to_twelve() {
        let numbers: Vec<Option<Key>> = (F1..=F10)
            .chain([F11, F12])
            .map(|code| Modifiers::default().key(Layout::Jis, code))
            .collect();
        let expected: Vec<Option<Key>> = (1..=12).map(|n| Some(Key::F(n))).collect();
        assert_eq!(numbers, expected);
    }
}
