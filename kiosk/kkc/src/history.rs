//! What one user chose for a reading: it comes first next time.

use crate::field::Field;
use crate::kana;
use crate::store::{self, StoreError};
use crate::user_words::MAX_CHARS;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// Choices that are remembered; the one not used for longest gives way.
pub const MAX_CHOICES: usize = 4_000;
/// Longest stored form, in bytes.
const MAX_BYTES: usize = 2 << 20;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Zeroize)]
struct Choice {
    field: u8,
    reading: String,
    text: String,
    /// Counts up with each choice made: the higher, the later.
    used: u64,
}

/// One user's choices. Wiped when dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    choices: Vec<Choice>,
    clock: u64,
}

fn number(field: Field) -> u8 {
    match field {
        Field::General => 0,
        Field::Name => 1,
        Field::Address => 2,
    }
}

impl History {
    /// Remembers that `text` was committed for `reading`. Texts that could hold an Individual
    /// Number, and very long ones, are not remembered.
    pub fn learn(&mut self, field: Field, reading: &str, text: &str) {
        let reading = kana::normalise(reading);
        let too_long = |s: &str| s.is_empty() || s.chars().count() > MAX_CHARS;
        if too_long(&reading)
            || too_long(text)
            || store::holds_long_number(text)
            || store::holds_long_number(&reading)
        {
            return;
        }
        self.clock += 1;
        let field = number(field);
        let same = |c: &&mut Choice| c.field == field && c.reading == reading && c.text == text;
        if let Some(choice) = self.choices.iter_mut().find(same) {
            choice.used = self.clock;
            return;
        }
        if self.choices.len() >= MAX_CHOICES {
            self.forget_oldest();
        }
        self.choices.push(Choice {
            field,
            reading,
            text: text.to_owned(),
            used: self.clock,
        });
    }

    fn forget_oldest(&mut self) {
        let oldest = self
            .choices
            .iter()
            .enumerate()
            .min_by_key(|(_, choice)| choice.used);
        if let Some((at, _)) = oldest {
            self.choices.swap_remove(at).zeroize();
        }
    }

    /// What was chosen for a normalised reading in this kind of field, the latest first.
    pub fn chosen(&self, field: Field, reading: &str) -> Vec<&str> {
        let field = number(field);
        let mut chosen: Vec<_> = self
            .choices
            .iter()
            .filter(|c| c.field == field && c.reading == reading)
            .collect();
        chosen.sort_by_key(|c| std::cmp::Reverse(c.used));
        chosen.into_iter().map(|c| c.text.as_str()).collect()
    }

    /// Forgets one choice in every kind of field.
    pub fn forget(&mut self, reading: &str, text: &str) {
        let reading = kana::normalise(reading);
        for choice in &mut self.choices {
            if choice.reading == reading && choice.text == text {
                choice.zeroize();
            }
        }
        self.choices.retain(|choice| !choice.reading.is_empty());
    }

    /// Forgets everything.
    pub fn erase(&mut self) {
        self.choices.zeroize();
        self.choices = Vec::new();
        self.clock = 0;
    }

    /// Number of choices that are remembered.
    pub fn len(&self) -> usize {
        self.choices.len()
    }

    /// Whether nothing is remembered.
    pub fn is_empty(&self) -> bool {
        self.choices.is_empty()
    }

    /// The form in which it is kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        store::to_bytes(store::Kind::History, self)
    }

    /// Reads the kept form; every choice is checked like a new one.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut read: Self = store::from_bytes(store::Kind::History, bytes, MAX_BYTES)?;
        read.choices.sort_by_key(|choice| choice.used);
        let mut history = Self::default();
        for choice in &read.choices {
            let field = [Field::General, Field::Name, Field::Address]
                .into_iter()
                .find(|field| number(*field) == choice.field)
                .ok_or(StoreError::Malformed)?;
            history.learn(field, &choice.reading, &choice.text);
        }
        Ok(history)
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.choices.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_choice_comes_first_and_in_its_own_field_only() {
        let mut history = History::default();
        history.learn(Field::Name, "サイトウ", "斎藤");
        history.learn(Field::Name, "さいとう", "齋藤");
        history.learn(Field::Name, "さいとう", "斎藤");
        assert_eq!(history.chosen(Field::Name, "さいとう"), ["斎藤", "齋藤"]);
        assert!(history.chosen(Field::Address, "さいとう").is_empty());
    }

    #[test]
    fn a_number_is_never_remembered() {
        let mut history = History::default();
        for text in [
            "123456789018",
            "１２３４５６７８９０１８",
            "1234 5678 9018",
            "番号12345678",
            "1234.5678.9018",
            "１２３４・５６７８・９０１８",
            "一二三四/五六七八/九〇一八",
        ] {
            history.learn(Field::General, "ばんごう", text);
            history.learn(Field::General, text, "番号");
        }
        assert!(history.is_empty());
        history.learn(Field::Address, "2ちょうめ8ばん1ごう", "2丁目8番1号");
        assert_eq!(history.len(), 1);
    }

    #[test]
    fn it_is_bounded_and_the_oldest_gives_way() {
        let mut history = History::default();
        for i in 0..=MAX_CHOICES {
            history.learn(Field::General, &format!("よみ{i}"), "文");
        }
        assert_eq!(history.len(), MAX_CHOICES);
        assert!(history.chosen(Field::General, "よみ0").is_empty());
    }

    #[test]
    fn it_comes_back_from_its_stored_form_and_can_be_erased() {
        let mut history = History::default();
        history.learn(Field::Name, "さいとう", "齋藤");
        history.learn(Field::General, "きかん", "期間");
        let mut read = History::from_bytes(&history.to_bytes()).expect("just written");
        assert_eq!(read.chosen(Field::Name, "さいとう"), ["齋藤"]);
        read.forget("きかん", "期間");
        assert_eq!(read.len(), 1);
        read.erase();
        assert_eq!(read, History::default());
        assert_eq!(History::from_bytes(b"H\x02"), Err(StoreError::OtherVersion));
        assert_eq!(History::from_bytes(b"W\x01"), Err(StoreError::Malformed));
        assert_eq!(
            History::from_bytes(&vec![b'H'; 3 << 20]),
            Err(StoreError::TooLong)
        );
    }
}
