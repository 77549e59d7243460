//! What keys a text takes on a Japanese (JIS, OADG 109A) keyboard, the kiosk's default.

use crate::qmp::{InputEvent, KeyValue};

/// A key by QEMU's name (`qapi/ui.json`, QKeyCode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(pub &'static str);

impl Key {
    pub const ENTER: Self = Self("ret");
    pub const ESCAPE: Self = Self("esc");
    pub const TAB: Self = Self("tab");
    pub const UP: Self = Self("up");
    pub const DOWN: Self = Self("down");
    pub const LEFT: Self = Self("left");
    pub const RIGHT: Self = Self("right");
    pub const SPACE: Self = Self("spc");
    pub const BACKSPACE: Self = Self("backspace");
    pub const DELETE: Self = Self("delete");
    pub const PAGE_DOWN: Self = Self("pgdn");
    pub const HOME: Self = Self("home");
    pub const END: Self = Self("end");
    /// 変換
    pub const CONVERT: Self = Self("henkan");
    pub const F1: Self = Self("f1");
    pub const F2: Self = Self("f2");
    pub const F3: Self = Self("f3");
    pub const F4: Self = Self("f4");
    pub const F5: Self = Self("f5");
    pub const F6: Self = Self("f6");
    pub const F7: Self = Self("f7");
    pub const F8: Self = Self("f8");
    pub const F9: Self = Self("f9");
    pub const F10: Self = Self("f10");
    pub const F11: Self = Self("f11");
    pub const F12: Self = Self("f12");
    /// 半角/全角: kana input on and off; the key left of 1 on a JIS keyboard.
    pub const HANKAKU_ZENKAKU: Self = Self("grave_accent");
}

/// One key pressed and released, with or without Shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    pub key: Key,
    pub shift: bool,
}

impl From<Key> for Stroke {
    fn from(key: Key) -> Self {
        Self { key, shift: false }
    }
}

impl Stroke {
    /// The events of this stroke, in order: at most four.
    pub fn events(self) -> Vec<InputEvent> {
        let event = |key: Key, down| InputEvent::Key {
            down,
            key: KeyValue::Qcode(key.0),
        };
        const SHIFT: Key = Key("shift");
        let mut events = Vec::with_capacity(4);
        if self.shift {
            events.push(event(SHIFT, true));
        }
        events.extend([event(self.key, true), event(self.key, false)]);
        if self.shift {
            events.push(event(SHIFT, false));
        }
        events
    }
}

/// The strokes that type `text`.
///
/// # Panics
/// If a character is on no key of a Japanese keyboard: a mistake in a test.
pub fn strokes(text: &str) -> Vec<Stroke> {
    text.chars()
        .map(|c| stroke(c).unwrap_or_else(|| panic!("{c:?} is on no key")))
        .collect()
}

/// Names of the letter and digit keys, by ASCII order.
const LETTERS: [&str; 26] = [
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s",
    "t", "u", "v", "w", "x", "y", "z",
];
const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

fn stroke(c: char) -> Option<Stroke> {
    let plain = |name| Stroke {
        key: Key(name),
        shift: false,
    };
    let shifted = |name| Stroke {
        key: Key(name),
        shift: true,
    };
    Some(match c {
        'a'..='z' => plain(LETTERS[(c as u8 - b'a') as usize]),
        'A'..='Z' => shifted(LETTERS[(c as u8 - b'A') as usize]),
        '0'..='9' => plain(DIGITS[(c as u8 - b'0') as usize]),
        ' ' => plain("spc"),
        '-' => plain("minus"),
        '^' => plain("equal"),
        '@' => plain("bracket_left"),
        '[' => plain("bracket_right"),
        ';' => plain("semicolon"),
        ':' => plain("apostrophe"),
        ']' => plain("backslash"),
        ',' => plain("comma"),
        '.' => plain("dot"),
        '/' => plain("slash"),
        '!' => shifted("1"),
        '"' => shifted("2"),
        '#' => shifted("3"),
        '$' => shifted("4"),
        '%' => shifted("5"),
        '&' => shifted("6"),
        '\'' => shifted("7"),
        '(' => shifted("8"),
        ')' => shifted("9"),
        '=' => shifted("minus"),
        '~' => shifted("equal"),
        '`' => shifted("bracket_left"),
        '{' => shifted("bracket_right"),
        '+' => shifted("semicolon"),
        '*' => shifted("apostrophe"),
        '}' => shifted("backslash"),
        '<' => shifted("comma"),
        '>' => shifted("dot"),
        '?' => shifted("slash"),
        '_' => shifted("ro"),
        '\\' => plain("ro"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_printable_ascii_character_but_the_bar_has_a_key() {
        for c in (' '..='~').filter(|c| *c != '|') {
            assert!(stroke(c).is_some(), "{c:?}");
        }
    }

    #[test]
    fn two_characters_never_share_a_stroke() {
        let all: Vec<_> = (' '..='~').filter_map(stroke).collect();
        for (i, a) in all.iter().enumerate() {
            assert!(!all[i + 1..].contains(a), "{a:?}");
        }
    }

    #[test]
    fn shift_is_held_around_its_key() {
        let downs: Vec<bool> = strokes("A")[0]
            .events()
            .iter()
            .map(|InputEvent::Key { down, .. }| *down)
            .collect();
        assert_eq!(downs, [true, true, false, false]);
    }
}
