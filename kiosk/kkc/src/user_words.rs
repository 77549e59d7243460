//! The user dictionary: words that one user entered.

use crate::class::Kind;
use crate::kana;
use crate::store::{self, StoreError};
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Most words a user may enter.
pub const MAX_WORDS: usize = 2_000;
/// Longest reading and text of a word, in characters.
pub const MAX_CHARS: usize = 60;
/// Longest stored form, in bytes.
const MAX_BYTES: usize = 1 << 20;

/// What a word of the user's is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WordKind {
    Noun,
    Family,
    Given,
    Place,
}

impl WordKind {
    pub(crate) fn class(self) -> Kind {
        match self {
            Self::Noun => Kind::Noun,
            Self::Family => Kind::Family,
            Self::Given => Kind::Given,
            Self::Place => Kind::Place,
        }
    }
}

/// A word that the user entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
pub struct UserWord {
    /// Normalised.
    pub reading: String,
    pub text: String,
    #[zeroize(skip)]
    pub kind: WordKind,
}

/// Why a word is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedWord {
    #[error("the reading or the text is empty")]
    Empty,
    #[error("the reading or the text is longer than {MAX_CHARS} characters")]
    TooLong,
    #[error("the dictionary is full ({MAX_WORDS} words)")]
    Full,
    #[error("a text with a long number is never kept")]
    LongNumber,
}

/// One user's words, ordered by reading. Wiped when dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserWords {
    words: Vec<UserWord>,
}

impl UserWords {
    /// Adds a word; one with the same reading and text is replaced.
    pub fn add(&mut self, reading: &str, text: &str, kind: WordKind) -> Result<(), RefusedWord> {
        let reading = kana::normalise(reading);
        if reading.is_empty() || text.is_empty() {
            return Err(RefusedWord::Empty);
        }
        if reading.chars().count() > MAX_CHARS || text.chars().count() > MAX_CHARS {
            return Err(RefusedWord::TooLong);
        }
        if store::holds_long_number(text) || store::holds_long_number(&reading) {
            return Err(RefusedWord::LongNumber);
        }
        self.remove(&reading, text);
        if self.words.len() >= MAX_WORDS {
            return Err(RefusedWord::Full);
        }
        let at = self.words.partition_point(|word| word.reading <= reading);
        let text = text.to_owned();
        self.words.insert(
            at,
            UserWord {
                reading,
                text,
                kind,
            },
        );
        Ok(())
    }

    /// Takes a word out; says whether it was there.
    pub fn remove(&mut self, reading: &str, text: &str) -> bool {
        let reading = kana::normalise(reading);
        let found = self
            .words
            .iter()
            .position(|word| word.reading == reading && word.text == text);
        if let Some(at) = found {
            self.words.remove(at).zeroize();
        }
        found.is_some()
    }

    /// All words, by reading.
    pub fn iter(&self) -> impl Iterator<Item = &UserWord> {
        self.words.iter()
    }

    /// The words whose reading `reading` begins with.
    pub(crate) fn at<'a>(&'a self, reading: &[char]) -> impl Iterator<Item = &'a UserWord> {
        let reading: String = if self.words.is_empty() {
            String::new()
        } else {
            reading.iter().take(MAX_CHARS).collect()
        };
        self.words
            .iter()
            .filter(move |word| reading.starts_with(&word.reading))
    }

    /// The form in which it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        store::to_bytes(store::Kind::UserWords, self)
    }

    /// Reads the kept form; every word is checked like a new one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let read: Self = store::from_bytes(store::Kind::UserWords, bytes, MAX_BYTES)?;
        let mut words = Self::default();
        for word in &read.words {
            words
                .add(&word.reading, &word.text, word.kind)
                .map_err(|_| StoreError::Malformed)?;
        }
        Ok(words)
    }
}

impl Drop for UserWords {
    fn drop(&mut self) {
        self.words.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_from_their_stored_form() {
        let mut words = UserWords::default();
        words.add("クラモリ", "蔵守", WordKind::Noun).expect("fits");
        words
            .add("くらもり", "倉森", WordKind::Family)
            .expect("fits");
        assert_eq!(UserWords::from_bytes(&words.to_bytes()), Ok(words.clone()));
        assert!(words.remove("くらもり", "蔵守"));
        assert!(!words.remove("くらもり", "蔵守"));
        assert_eq!(words.iter().count(), 1);
    }

    #[test]
    fn what_must_not_be_kept_is_refused() {
        let mut words = UserWords::default();
        let mut add = |reading: &str, text: &str| words.add(reading, text, WordKind::Noun);
        assert_eq!(add("", "蔵"), Err(RefusedWord::Empty));
        assert_eq!(add("くら", &"蔵".repeat(61)), Err(RefusedWord::TooLong));
        assert_eq!(add("ばん", "12345678"), Err(RefusedWord::LongNumber));
        assert_eq!(
            add("ばん", "１２３４ ５６７８"),
            Err(RefusedWord::LongNumber)
        );
    }
}
