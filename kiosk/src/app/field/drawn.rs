//! A field's text as it is drawn: dots, groups of digits, what is selected.

use super::{Kind, TextField};
use crate::app::address;
use std::ops::Range;

/// A field's text as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub before: String,
    pub selected: String,
    pub after: String,
    /// The caret stands before the selection, not behind it.
    pub caret_first: bool,
}

impl TextField {
    /// The text as it is drawn. What is selected shows in the field that has the focus.
    pub fn drawn(&self, reveal: bool, focused: bool) -> Shown {
        let hidden = self.kind == Kind::Passphrase && !reveal;
        let part = |range: Range<usize>| match hidden {
            true => "●".repeat(self.text[range].chars().count()),
            false => self.text[range].to_owned(),
        };
        match self.selection().filter(|_| focused) {
            Some(range) => {
                let grouped = match self.kind {
                    Kind::Number => Some(group(&self.text)),
                    Kind::Postal => Some(address::shown(&self.text)),
                    _ => None,
                };
                let (before, selected, after) = match grouped {
                    Some(grouped) => {
                        let (before, rest) = split_at_digit(&grouped, range.start);
                        let (selected, after) = split_at_digit(&rest, range.len());
                        (before, selected, after)
                    }
                    None => (
                        part(0..range.start),
                        part(range.clone()),
                        part(range.end..self.text.len()),
                    ),
                };
                Shown {
                    before,
                    selected,
                    after,
                    caret_first: self.caret == range.start,
                }
            }
            None => {
                let (before, after) = self.shown(reveal);
                Shown {
                    before,
                    after,
                    ..Shown::default()
                }
            }
        }
    }

    /// Before and after the caret as they are shown: passphrases as dots, an individual
    /// number in groups of four.
    pub fn shown(&self, reveal: bool) -> (String, String) {
        let (before, after) = self.split();
        match self.kind {
            Kind::Passphrase if !reveal => (
                "●".repeat(before.chars().count()),
                "●".repeat(after.chars().count()),
            ),
            Kind::Number => split_at_digit(&group(&self.text), before.len()),
            Kind::Postal => split_at_digit(&address::shown(&self.text), before.len()),
            _ => (before.to_owned(), after.to_owned()),
        }
    }
}

/// Splits digits with signs between them after so many digits, and after the sign that
/// follows them if another digit does.
fn split_at_digit(shown: &str, digits: usize) -> (String, String) {
    let at = shown
        .char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .nth(digits)
        .map_or(shown.len(), |(at, _)| at);
    (shown[..at].to_owned(), shown[at..].to_owned())
}

/// Digits in groups of four: `123456789018` as `1234 5678 9018`.
pub fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}
