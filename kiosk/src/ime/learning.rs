//! What one user's choices taught: held while they are logged in, kept by the keeper.
//!
//! Number, date and passphrase fields never compose, so nothing of them gets here; and
//! [`kkc::History`] takes no text with a long run of digits.

use kkc::{Field, Personal};

/// Choices that wait to be told to the keeper at most; the oldest are not told.
const MOST_WAITING: usize = 200;

/// That `text` was committed for `reading`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub field: Field,
    /// Normalised.
    pub reading: String,
    pub text: String,
}

/// A user's history and words, and what of it the keeper does not know yet.
#[derive(Default)]
pub struct Learning {
    personal: Personal,
    waiting: Vec<Choice>,
}

impl Learning {
    pub fn personal(&self) -> &Personal {
        &self.personal
    }

    /// Remembers choices for this login, and notes them for the keeper.
    pub fn learn(&mut self, choices: &[Choice]) {
        for choice in choices {
            self.personal
                .history
                .learn(choice.field, &choice.reading, &choice.text);
            self.waiting.retain(|waiting| waiting != choice);
            self.waiting.push(choice.clone());
        }
        let over = self.waiting.len().saturating_sub(MOST_WAITING);
        self.waiting.drain(..over);
    }

    /// What the keeper is to keep, oldest first.
    pub fn take_waiting(&mut self) -> Vec<Choice> {
        std::mem::take(&mut self.waiting)
    }

    /// Forgets everything here; what the keeper has is loaded again at the next login.
    pub fn wipe(&mut self) {
        // History and words wipe what they held when they are dropped.
        *self = Self::default();
    }
}
