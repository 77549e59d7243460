//! One line of text with a caret and a selection.

use super::key::Motion;
use crate::ime::Committed;
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;
use zeroize::{Zeroize, Zeroizing};

mod drawn;
mod kind;
mod pointed;
#[cfg(test)]
mod tests;

pub use drawn::{Shown, group};
pub use kind::{Hint, Kind};
pub use pointed::{Place, Spot, Unit};

/// Committed texts whose reading a field remembers.
const MOST_PIECES: usize = 16;

/// What became of text that was put into a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Put {
    pub changed: bool,
    pub left_out: Option<LeftOut>,
}

/// Why not all of a text is in the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It has as many characters as it takes.
    NoRoom,
    /// Characters that do not belong there: hyphens in a number, é in a passphrase.
    NotTaken,
}

/// A line of text, its caret and what is selected. The buffer is allocated once at its largest
/// size, so that growing never leaves an unwiped copy behind, and is wiped when dropped.
pub struct TextField {
    kind: Kind,
    hint: Hint,
    text: Zeroizing<String>,
    /// Byte index.
    caret: usize,
    /// Where the selection began, if there is one.
    anchor: Option<usize>,
    /// What was committed here, with its readings: for フリガナ and converting anew.
    pieces: Vec<Committed>,
    /// How far the text is scrolled in its field, in logical pixels, as the drawing told.
    pub scroll: f32,
}

impl TextField {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            hint: match kind {
                Kind::Katakana | Kind::HalfKatakana | Kind::Reading | Kind::Word => Hint::Reading,
                _ => Hint::General,
            },
            text: Zeroizing::new(String::with_capacity(kind.limit() * 4)),
            caret: 0,
            anchor: None,
            pieces: Vec::new(),
            scroll: 0.0,
        }
    }

    pub fn with(kind: Kind, text: &str) -> Self {
        let mut field = Self::new(kind);
        field.set(text);
        field
    }

    /// What the field is about, where its kind does not say it.
    pub fn about(mut self, hint: Hint) -> Self {
        if self.kind == Kind::Text {
            self.hint = hint;
        }
        self
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn hint(&self) -> Hint {
        self.hint
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Text before and after the caret.
    pub fn split(&self) -> (&str, &str) {
        self.text.split_at(self.caret)
    }

    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    pub fn clear(&mut self) {
        self.text.zeroize();
        self.caret = 0;
        self.anchor = None;
        self.pieces.clear();
    }

    /// Inserts what belongs here in place of the selection, as far as there is room.
    pub fn insert(&mut self, text: &str) -> Put {
        let mut put = Put {
            changed: self.delete_selection(),
            left_out: None,
        };
        let mut room = self.kind.limit().saturating_sub(self.text.chars().count());
        let written = self.kind.written(text);
        if written.chars().any(|c| self.kind.accept(c).is_none()) {
            put.left_out = Some(LeftOut::NotTaken);
        }
        let mut accepted = written
            .chars()
            .filter_map(|c| self.kind.accept(c))
            .peekable();
        while let Some(c) = accepted.next() {
            // Without its selector, a character would be another form of the name.
            let needed = 1 + usize::from(accepted.peek().is_some_and(|next| joins(*next)));
            if room < needed {
                put.left_out = Some(LeftOut::NoRoom);
                break;
            }
            self.text.insert(self.caret, c);
            self.caret += c.len_utf8();
            room -= 1;
            put.changed = true;
        }
        put
    }

    /// Inserts what was composed and remembers how it is read.
    pub fn commit(&mut self, committed: &Committed) -> Put {
        if !committed.text.trim().is_empty() && !committed.reading.is_empty() {
            self.pieces.push(committed.clone());
            if self.pieces.len() > MOST_PIECES {
                self.pieces.remove(0);
            }
        }
        self.insert(&committed.text)
    }

    pub fn pieces(&self) -> &[Committed] {
        &self.pieces
    }

    /// How a text was typed here, if it was committed as a whole.
    pub fn reading_of(&self, text: &str) -> Option<String> {
        let piece = self.pieces.iter().rev().find(|piece| piece.text == text)?;
        Some(piece.reading.clone())
    }

    fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.caret)?;
        Some(anchor.min(self.caret)..anchor.max(self.caret))
    }

    pub fn selected(&self) -> Option<&str> {
        self.selection().map(|range| &self.text[range])
    }

    pub fn select_all(&mut self) {
        self.anchor = Some(0);
        self.caret = self.text.len();
    }

    /// Takes the selected text away; gives back whether there was any.
    pub fn delete_selection(&mut self) -> bool {
        let selection = self.selection();
        self.anchor = None;
        let Some(range) = selection else {
            return false;
        };
        self.caret = range.start;
        self.take_away(range);
        true
    }

    /// Takes away `text` before the caret, which ends there.
    pub fn take_back(&mut self, text: &str) {
        self.anchor = None;
        if self.split().0.ends_with(text) {
            let range = self.caret - text.len()..self.caret;
            self.caret = range.start;
            self.take_away(range);
        }
    }

    /// What follows moves up; the bytes left behind it are wiped.
    fn take_away(&mut self, range: Range<usize>) {
        let tail = Zeroizing::new(self.text[range.end..].to_owned());
        let head = Zeroizing::new(self.text[..range.start].to_owned());
        self.text.zeroize();
        self.text.push_str(&head);
        self.text.push_str(&tail);
    }

    pub fn backspace(&mut self) -> bool {
        if self.delete_selection() {
            return true;
        }
        let start = self.before(self.caret);
        if start == self.caret {
            return false;
        }
        let range = start..self.caret;
        self.caret = start;
        self.take_away(range);
        true
    }

    pub fn delete(&mut self) -> bool {
        if self.delete_selection() {
            return true;
        }
        let end = self.behind(self.caret);
        if end == self.caret {
            return false;
        }
        self.take_away(self.caret..end);
        true
    }

    /// Moves the caret; `extend` takes the selection along.
    pub fn go(&mut self, motion: Motion, extend: bool) {
        let selection = self.selection();
        let target = match (motion, &selection) {
            // Without Shift an arrow goes to that end of what was selected.
            (Motion::Left, Some(range)) if !extend => range.start,
            (Motion::Right, Some(range)) if !extend => range.end,
            (Motion::Left, _) => self.before(self.caret),
            (Motion::Right, _) => self.behind(self.caret),
            (Motion::Home, _) => 0,
            (Motion::End, _) => self.text.len(),
        };
        self.anchor = match extend {
            true => Some(self.anchor.unwrap_or(self.caret)),
            false => None,
        };
        self.caret = target;
    }

    pub fn left(&mut self) {
        self.go(Motion::Left, false);
    }

    pub fn end(&mut self) {
        self.go(Motion::End, false);
    }

    /// Where the character before `at` begins.
    fn before(&self, at: usize) -> usize {
        let mut start = at;
        for c in self.text[..at].chars().rev() {
            start -= c.len_utf8();
            if !joins(c) {
                break;
            }
        }
        start
    }

    /// Where the character that begins at `at` ends.
    fn behind(&self, at: usize) -> usize {
        let mut chars = self.text[at..].chars();
        let first = chars.next().map_or(0, char::len_utf8);
        let joined = chars.take_while(|c| joins(*c));
        at + first + joined.map(char::len_utf8).sum::<usize>()
    }
}

/// Whether it belongs to the character before it: a variation selector (U+FE00, U+E0100), or a mark
/// like the one of か゚ (U+309A), which JIS X 0213 has no other way to write.
pub fn joins(c: char) -> bool {
    typeface::is_selector(c.into()) || is_combining_mark(c)
}
