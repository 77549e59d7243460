//! Twelve places of recovery words, some of which are asked.

use crate::app::field::{Kind, TextField};
use crate::app::recovery;
use crate::app::{Key, Look, WordCell};
use codes::ErrorCode;

/// Input fields at some of the twelve positions.
pub struct WordGrid {
    asked: Vec<(usize, TextField, Option<ErrorCode>)>,
    /// Which of `asked`.
    focus: usize,
}

/// What became of a key.
#[derive(PartialEq, Eq)]
pub enum Act {
    Ignored,
    Handled,
    Submit,
}

impl WordGrid {
    /// Asks the words at these positions (0–11).
    pub fn asking(positions: &[usize]) -> Self {
        Self {
            asked: positions
                .iter()
                .map(|p| (*p, TextField::new(Kind::Word), None))
                .collect(),
            focus: 0,
        }
    }

    pub fn input(&mut self) -> Option<&mut TextField> {
        self.asked.get_mut(self.focus).map(|(_, field, _)| field)
    }

    pub fn edited(&mut self) {
        if let Some((_, _, error)) = self.asked.get_mut(self.focus) {
            *error = None;
        }
    }

    /// The `cell`th of the grid was clicked.
    pub fn click(&mut self, cell: usize) {
        if let Some(index) = self.asked.iter().position(|(p, _, _)| *p == cell) {
            self.focus = index;
        }
    }

    pub fn key(&mut self, key: Key) -> Act {
        match key {
            Key::F(12) => return Act::Submit,
            Key::Enter | Key::Tab => {
                self.complete();
                let known = self.index(self.focus).is_some();
                if key == Key::Enter && !known {
                    self.mark(self.focus);
                    return Act::Handled;
                }
                if self.focus + 1 == self.asked.len() {
                    return if key == Key::Enter {
                        Act::Submit
                    } else {
                        Act::Handled
                    };
                }
                self.focus += 1;
            }
            Key::BackTab | Key::Up => self.focus = self.focus.saturating_sub(1),
            Key::Down => self.focus = (self.focus + 1).min(self.asked.len() - 1),
            _ => return Act::Ignored,
        }
        Act::Handled
    }

    /// Finishes a word of which only one is left that begins so.
    fn complete(&mut self) {
        let Some((_, field, _)) = self.asked.get_mut(self.focus) else {
            return;
        };
        if recovery::find(field.text()).is_some() {
            return;
        }
        if let [only] = recovery::suggestions(field.text(), 2).as_slice() {
            field.set(only);
        }
    }

    fn index(&self, asked: usize) -> Option<usize> {
        self.asked
            .get(asked)
            .and_then(|(_, field, _)| recovery::find(field.text()))
    }

    fn mark(&mut self, asked: usize) {
        if let Some((_, _, error)) = self.asked.get_mut(asked) {
            *error = Some(ErrorCode::RecoveryWordsWrong);
        }
    }

    /// Places in the list of all words asked; marks those that are no words.
    pub fn indices(&mut self) -> Option<Vec<usize>> {
        let found: Vec<Option<usize>> = (0..self.asked.len()).map(|i| self.index(i)).collect();
        if let Some(wrong) = found.iter().position(Option::is_none) {
            self.mark(wrong);
            self.focus = wrong;
        }
        found.into_iter().collect()
    }

    /// Marks the words at which `right` says no; gives back whether all are right.
    pub fn compare(&mut self, right: impl Fn(usize, usize) -> bool) -> bool {
        let Some(indices) = self.indices() else {
            return false;
        };
        for (i, index) in indices.iter().enumerate().rev() {
            if !right(self.asked[i].0, *index) {
                self.mark(i);
                self.focus = i;
            }
        }
        self.error().is_none()
    }

    pub fn error(&self) -> Option<ErrorCode> {
        self.asked.iter().find_map(|(_, _, error)| *error)
    }

    pub fn cells(&self, look: &Look) -> Vec<WordCell> {
        (0..recovery::WORDS)
            .map(|position| {
                let Some(i) = self.asked.iter().position(|(p, _, _)| *p == position) else {
                    return WordCell::default();
                };
                let (_, field, error) = &self.asked[i];
                let focused = i == self.focus;
                let drawn = field.drawn(true, focused);
                let hint = match recovery::find(field.text()) {
                    Some(index) => recovery::shown(index),
                    // Letters that are no syllable yet say nothing about the word.
                    None if focused => recovery::suggestions(
                        format!("{}{}", field.text(), look.preedit)
                            .trim_end_matches(|c: char| c.is_ascii_alphabetic()),
                        4,
                    )
                    .join(" "),
                    None => String::new(),
                };
                WordCell {
                    position: format!("{:02}", position + 1),
                    before: drawn.before,
                    preedit: if focused {
                        look.preedit.clone()
                    } else {
                        String::new()
                    },
                    selected: drawn.selected,
                    caret_first: drawn.caret_first,
                    after: drawn.after,
                    place: String::new(),
                    asked: true,
                    focused,
                    hint,
                    error: error
                        .map(|_| look.say("ことばが違います", "Wrong word"))
                        .unwrap_or_default(),
                }
            })
            .collect()
    }
}
