//! The keyboard on the screen, for a hand that has only a pointer or a finger: letters for
//! passphrases and text, a number pad where only numbers belong.
//!
//! It types characters, not keys, so the layout of the real keyboard does not matter. It
//! never shows which key was pressed last.

use super::field::Kind;
use super::key::Key;
use super::view::{Body, KeyView, KeyboardView};
use super::words::{Both, both};
use codes::Language;

/// Rows of characters, plain and with Shift.
const LETTERS: [(&str, &str); 4] = [
    ("`1234567890-=", "~!@#$%^&*()_+"),
    ("qwertyuiop[]\\", "QWERTYUIOP{}|"),
    ("asdfghjkl;'", "ASDFGHJKL:\""),
    ("zxcvbnm,./", "ZXCVBNM<>?"),
];
/// Where each row begins, in key pitches.
const INDENT: [f32; 4] = [0.0, 1.5, 1.75, 2.25];
const COLUMNS: f32 = 15.0;

/// Rows of a form, from the top, that a keyboard at the lower edge leaves in sight.
const ROWS_IN_SIGHT: usize = 2;

const BACKSPACE: Both = both("消す", "Del");
const NEXT: Both = both("次へ", "Next");
const SHIFT: Both = both("大文字", "Shift");
const SPACE: Both = both("空白", "Space");
const CLOSE: Both = both("閉じる", "Close");
const MOVE: Both = both("上下", "Move");

/// What pressing a key of it does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Char(char),
    Key(Key),
    Shift,
    Close,
    /// To the other edge of the screen.
    Move,
}

struct ScreenKey {
    label: String,
    act: Act,
    x: f32,
    y: f32,
    width: f32,
}

/// Whether it is open, and how.
#[derive(Debug, Default)]
pub struct Keyboard {
    open: bool,
    /// For one character.
    shift: bool,
    /// The clerk moved it to the other edge.
    moved: bool,
}

impl Keyboard {
    pub fn toggle(&mut self) {
        *self = Self {
            open: !self.open,
            ..Self::default()
        };
    }

    pub fn open(&mut self) {
        self.open = true;
    }

    /// Its keys, where it is open.
    pub fn view(&self, kind: Kind, body: &Body, language: Language) -> Option<KeyboardView> {
        if !self.open {
            return None;
        }
        let keys = self.keys(kind, language);
        let quiet = |act| !matches!(act, Act::Char(_));
        Some(KeyboardView {
            columns: keys.iter().map(|k| k.x + k.width).fold(0.0, f32::max),
            rows: keys.iter().map(|k| k.y + 1.0).fold(0.0, f32::max),
            above: in_the_way(body) != self.moved,
            keys: keys
                .into_iter()
                .map(|key| KeyView {
                    toggles: key.act == Act::Shift,
                    on: key.act == Act::Shift && self.shift,
                    quiet: quiet(key.act),
                    label: key.label,
                    x: key.x,
                    y: key.y,
                    width: key.width,
                })
                .collect(),
        })
    }

    /// Presses a key by its place in [`KeyboardView::keys`]; gives back what was typed.
    pub fn press(&mut self, kind: Kind, index: usize) -> Option<Key> {
        let keys = self.open.then(|| self.keys(kind, Language::Japanese))?;
        match keys.get(index)?.act {
            Act::Char(c) => {
                self.shift = false;
                return Some(Key::Char(c));
            }
            Act::Key(key) => return Some(key),
            Act::Shift => self.shift = !self.shift,
            Act::Close => self.toggle(),
            Act::Move => self.moved = !self.moved,
        }
        None
    }

    fn keys(&self, kind: Kind, language: Language) -> Vec<ScreenKey> {
        match kind {
            Kind::Number | Kind::Corporate | Kind::Postal => pad("0", language),
            Kind::Date => pad("0-", language),
            Kind::Time => pad("0:", language),
            _ => self.letters(language),
        }
    }

    fn letters(&self, language: Language) -> Vec<ScreenKey> {
        let named = |label: Both, act, x: f32, y: f32, width: f32| ScreenKey {
            label: label.get(language).to_owned(),
            act,
            x,
            y,
            width,
        };
        let mut keys = Vec::new();
        for (row, ((plain, shifted), indent)) in LETTERS.into_iter().zip(INDENT).enumerate() {
            let text = if self.shift { shifted } else { plain };
            keys.extend(characters(text, indent, row as f32));
        }
        keys.extend([
            named(BACKSPACE, Act::Key(Key::Backspace), 13.0, 0.0, 2.0),
            named(NEXT, Act::Key(Key::Enter), 12.75, 2.0, 2.25),
            named(SHIFT, Act::Shift, 0.0, 3.0, 2.25),
            named(SHIFT, Act::Shift, 12.25, 3.0, 2.75),
            named(CLOSE, Act::Close, 0.0, 4.0, 2.5),
            named(SPACE, Act::Char(' '), 2.5, 4.0, 7.5),
            named(both("←", "←"), Act::Key(Key::Left), 10.0, 4.0, 1.25),
            named(both("→", "→"), Act::Key(Key::Right), 11.25, 4.0, 1.25),
            named(MOVE, Act::Move, 12.5, 4.0, COLUMNS - 12.5),
        ]);
        keys
    }
}

/// Digits as on a number pad, with the characters of the last row.
fn pad(last: &str, language: Language) -> Vec<ScreenKey> {
    let mut keys = Vec::new();
    for (row, text) in ["789", "456", "123", last].into_iter().enumerate() {
        keys.extend(characters(text, 0.0, row as f32));
    }
    let edge = [
        (BACKSPACE, Act::Key(Key::Backspace)),
        (NEXT, Act::Key(Key::Enter)),
        (MOVE, Act::Move),
        (CLOSE, Act::Close),
    ];
    for (row, (label, act)) in edge.into_iter().enumerate() {
        keys.push(ScreenKey {
            label: label.get(language).to_owned(),
            act,
            x: 3.0,
            y: row as f32,
            width: 1.75,
        });
    }
    keys
}

fn characters(text: &str, x: f32, y: f32) -> impl Iterator<Item = ScreenKey> {
    text.chars().enumerate().map(move |(i, c)| ScreenKey {
        label: c.to_string(),
        act: Act::Char(c),
        x: x + i as f32,
        y,
        width: 1.0,
    })
}

/// Whether a keyboard at the lower edge would cover what is typed into.
fn in_the_way(body: &Body) -> bool {
    match body {
        Body::Form(form) => form
            .fields
            .iter()
            .any(|field| field.focused && field.row >= ROWS_IN_SIGHT),
        // A grid of three columns.
        Body::Words(words) => {
            let focused = words.cells.iter().position(|cell| cell.focused);
            focused.is_some_and(|place| place / 3 >= ROWS_IN_SIGHT)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::app::{FieldView, FormView};

    fn press(keyboard: &mut Keyboard, kind: Kind, label: &str) -> Option<Key> {
        let keys = keyboard.keys(kind, Language::Japanese);
        let index = keys.iter().position(|key| key.label == label).unwrap();
        keyboard.press(kind, index)
    }

    fn opened() -> Keyboard {
        Keyboard {
            open: true,
            ..Keyboard::default()
        }
    }

    #[test]
    fn every_printable_ascii_character_is_on_it() {
        for wanted in ' '..='~' {
            let on = |shift| {
                let keyboard = Keyboard { shift, ..opened() };
                let keys = keyboard.keys(Kind::Passphrase, Language::English);
                keys.iter().any(|key| key.act == Act::Char(wanted))
            };
            assert!(on(false) || on(true), "{wanted:?}");
        }
    }

    #[test]
    fn shift_holds_for_one_character() {
        let mut keyboard = opened();
        assert_eq!(press(&mut keyboard, Kind::Passphrase, "大文字"), None);
        assert_eq!(
            press(&mut keyboard, Kind::Passphrase, "A"),
            Some(Key::Char('A'))
        );
        assert_eq!(
            press(&mut keyboard, Kind::Passphrase, "a"),
            Some(Key::Char('a'))
        );
    }

    #[test]
    fn a_number_has_a_pad_with_nothing_but_digits() {
        let keys = opened().keys(Kind::Number, Language::Japanese);
        let mut digits: Vec<char> = keys
            .iter()
            .filter_map(|key| match key.act {
                Act::Char(c) => Some(c),
                _ => None,
            })
            .collect();
        digits.sort_unstable();
        assert_eq!(digits, ('0'..='9').collect::<Vec<char>>());
    }

    #[test]
    fn keys_never_overlap() {
        for kind in [Kind::Passphrase, Kind::Number, Kind::Date] {
            let keys = opened().keys(kind, Language::Japanese);
            for (i, a) in keys.iter().enumerate() {
                for b in &keys[..i] {
                    let apart = a.y != b.y || a.x >= b.x + b.width || b.x >= a.x + a.width;
                    assert!(apart, "{} and {}", a.label, b.label);
                }
            }
        }
    }

    #[test]
    fn it_stands_above_where_it_would_cover_the_field_and_can_be_moved() {
        let body = |row| {
            Body::Form(FormView {
                fields: vec![FieldView {
                    row,
                    focused: true,
                    ..FieldView::default()
                }],
                ..FormView::default()
            })
        };
        let above = |keyboard: &Keyboard, row| {
            let view = keyboard.view(Kind::Text, &body(row), Language::Japanese);
            view.unwrap().above
        };
        let mut keyboard = opened();
        assert!(!above(&keyboard, 0));
        assert!(above(&keyboard, 6));
        press(&mut keyboard, Kind::Text, "上下");
        assert!(above(&keyboard, 0));
    }

    #[test]
    fn closed_it_shows_and_types_nothing() {
        let mut keyboard = Keyboard::default();
        let view = keyboard.view(Kind::Text, &Body::default(), Language::Japanese);
        assert_eq!(view, None);
        assert_eq!(keyboard.press(Kind::Text, 0), None);
        keyboard.toggle();
        press(&mut keyboard, Kind::Text, "閉じる");
        assert_eq!(keyboard.press(Kind::Text, 0), None);
    }
}
