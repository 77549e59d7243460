//! The user dictionary: words that one user entered.

use crate::class::Kind;
use crate::field::Field;
use crate::kana;
use crate::names::Part;
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
    /// Anything: it is offered everywhere.
    Noun,
    /// 姓
    Family,
    /// 名
    Given,
    /// 地名
    Place,
}

impl WordKind {
    /// In the order in which a user chooses among them.
    pub const ALL: [Self; 4] = [Self::Noun, Self::Family, Self::Given, Self::Place];

    /// Whether a word of this kind is meant in such a field, or in this part of a name there.
    pub(crate) fn fits(self, field: Field, part: Option<Part>) -> bool {
        match (field, self) {
            (Field::General, _) | (_, Self::Noun) => true,
            (Field::Address, kind) => kind == Self::Place,
            (Field::Name, Self::Family) => part != Some(Part::Given),
            (Field::Name, Self::Given) => part != Some(Part::Family),
            (Field::Name, Self::Place) => false,
        }
    }

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
    #[error("the reading is not of kana alone")]
    NotKana,
    #[error("the word is there already")]
    Taken,
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
    /// Adds a word.
    pub fn add(&mut self, reading: &str, text: &str, kind: WordKind) -> Result<(), RefusedWord> {
        let reading = kana::normalise(reading);
        if reading.is_empty() || text.is_empty() {
            return Err(RefusedWord::Empty);
        }
        if reading.chars().count() > MAX_CHARS || text.chars().count() > MAX_CHARS {
            return Err(RefusedWord::TooLong);
        }
        // Before what it is not: whoever typed a number is told that.
        if store::holds_long_number(text) || store::holds_long_number(&reading) {
            return Err(RefusedWord::LongNumber);
        }
        if !kana::is_reading(&reading) {
            return Err(RefusedWord::NotKana);
        }
        if self.place(&reading, text).is_some() {
            return Err(RefusedWord::Taken);
        }
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

    /// Puts another word in the place of one; refused, that one stays.
    pub fn change(
        &mut self,
        old: &UserWord,
        reading: &str,
        text: &str,
        kind: WordKind,
    ) -> Result<(), RefusedWord> {
        let was_there = self.remove(&old.reading, &old.text);
        let added = self.add(reading, text, kind);
        if was_there && added.is_err() {
            // It was taken before and its place is free.
            self.add(&old.reading, &old.text, old.kind)?;
        }
        added
    }

    /// Takes a word out; says whether it was there.
    pub fn remove(&mut self, reading: &str, text: &str) -> bool {
        let reading = kana::normalise(reading);
        let found = self.place(&reading, text);
        if let Some(at) = found {
            self.words.remove(at).zeroize();
        }
        found.is_some()
    }

    /// `reading` is normalised.
    fn place(&self, reading: &str, text: &str) -> Option<usize> {
        let same = |word: &UserWord| word.reading == reading && word.text == text;
        self.words.iter().position(same)
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// All words, by reading.
    pub fn iter(&self) -> impl Iterator<Item = &UserWord> {
        self.words.iter()
    }

    /// The words of exactly this normalised reading.
    pub(crate) fn of<'a>(&'a self, reading: &'a str) -> impl Iterator<Item = &'a UserWord> {
        self.words
            .iter()
            .filter(move |word| word.reading == reading)
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
        assert_eq!(add("くら", ""), Err(RefusedWord::Empty));
        assert_eq!(add("kura", "蔵"), Err(RefusedWord::NotKana));
        assert_eq!(add("くら もり", "蔵"), Err(RefusedWord::NotKana));
        assert_eq!(add("ｸﾗｰ", "蔵"), Ok(()));
        assert_eq!(add("クラー", "蔵"), Err(RefusedWord::Taken));
        assert_eq!(add("くら", &"蔵".repeat(61)), Err(RefusedWord::TooLong));
        assert_eq!(add("ばん", "12345678"), Err(RefusedWord::LongNumber));
        for text in [
            "１２３４ ５６７８",
            "1234.5678.9018",
            "１２３４／５６７８／９０１８",
            "一二三四、五六七八、九〇一八",
        ] {
            assert_eq!(add("ばん", text), Err(RefusedWord::LongNumber), "{text}");
        }
    }
    #[test]
    fn the_dictionary_has_its_limit() {
        let mut words = UserWords::default();
        for i in 0..MAX_WORDS {
            words
                .add("くら", &format!("蔵{i}"), WordKind::Noun)
                .expect("room");
        }
        assert_eq!(
            words.add("くら", "倉", WordKind::Noun),
            Err(RefusedWord::Full)
        );
        let first = words.iter().next().expect("full").clone();
        assert_eq!(words.change(&first, "くら", "倉", WordKind::Place), Ok(()));
        assert_eq!(words.len(), MAX_WORDS);
    }

    #[test]
    fn a_change_that_is_refused_leaves_the_word_as_it_was() {
        let mut words = UserWords::default();
        words.add("くら", "蔵", WordKind::Noun).expect("fits");
        words.add("くら", "倉", WordKind::Noun).expect("fits");
        let before = words.clone();
        let old = words.iter().next().expect("two").clone();
        assert_eq!(
            words.change(&old, "くら", "倉", WordKind::Noun),
            Err(RefusedWord::Taken)
        );
        assert_eq!(
            words.change(&old, "くら", "123456789018", WordKind::Noun),
            Err(RefusedWord::LongNumber)
        );
        assert_eq!(words.len(), before.len());
        assert!(before.iter().all(|word| words.iter().any(|w| w == word)));
        assert_eq!(words.change(&old, "くら", "蔵", WordKind::Family), Ok(()));
    }
}
