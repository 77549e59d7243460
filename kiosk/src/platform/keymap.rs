//! What a key of a keyboard means: Linux key codes (`linux/input-event-codes.h`) to
//! [`Key`], for the layouts of [`Layout`]: JIS (OADG 109A and 106), US (ANSI, 101/104) and
//! the United Kingdom's (BS 4822, 102/105).
//!
//! Caps Lock does what it does on Windows: a JIS keyboard locks capitals with Shift + CapsLock (the
//! key alone is 英数, which goes to letters and back). What the number pad types is
//! [`super::num_lock`]'s; Shift turns it around while it is held.

use super::num_lock::Pad;
use crate::app::{Key, Layout, Motion};
use protocol::settings::Rotation;

mod code;
mod layouts;
#[cfg(test)]
mod tests;

/// The key's code.
pub const NUM_LOCK: u16 = code::NUMLOCK;

pub use layouts::typed_as;
use layouts::{UK_ALT_GR, find, letter, table};

/// Which modifiers are down, and what is locked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Modifiers {
    shift: [bool; 2],
    control: [bool; 2],
    alt: [bool; 2],
    caps: bool,
    pad: Pad,
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
    /// Whether letters are capitals without Shift.
    pub fn caps(&self) -> bool {
        self.caps
    }

    pub fn set_pad(&mut self, pad: Pad) {
        self.pad = pad;
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
            // 英数, or a key of Japanese input.
            code::CAPSLOCK if self.control() || self.alt() => return false,
            code::CAPSLOCK if layout == Layout::Jis && !self.shift() => return false,
            code::CAPSLOCK => self.caps ^= down,
            code::NUMLOCK => {}
            _ => return false,
        }
        true
    }

    pub fn shift(&self) -> bool {
        self.shift[0] || self.shift[1]
    }

    fn control(&self) -> bool {
        self.control[0] || self.control[1]
    }

    fn alt(&self) -> bool {
        self.alt[0] || self.alt[1]
    }

    /// What the key means now; nothing for keys that mean nothing here.
    pub fn key(&self, layout: Layout, code: u16) -> Option<Key> {
        let alt = self.alt();
        if code == code::CAPSLOCK {
            return self.caps_lock(layout);
        }
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

    /// CapsLock where it locks nothing: 英数 of a JIS keyboard, and in MS-IME what keyboards without
    /// カタカナひらがな have instead.
    fn caps_lock(&self, layout: Layout) -> Option<Key> {
        match (self.control(), self.alt()) {
            (true, _) => Some(Key::Hiragana),
            (false, true) => Some(Key::Katakana),
            (false, false) => (layout == Layout::Jis).then_some(Key::KanaToggle),
        }
    }

    /// Ctrl + Alt + arrows turn the picture, its upper edge to where the arrow points;
    /// Ctrl with + and - makes it larger and smaller. Ctrl + F10 opens MS-IME's menu, which is here
    /// for its one entry that is missed; ATOK registers a word by Ctrl + F7.
    /// Ctrl + Space is 変換 for keyboards without that key.
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
            code::SPACE => Some(Key::Convert),
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
                return if (self.pad == Pad::Digits) != self.shift() {
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
            let upper = self.shift() != self.caps;
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
        let upper = self.shift() != self.caps;
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
