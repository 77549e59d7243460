//! Recovery words: twelve words of BIP-39's Japanese list (128 bits and a checksum).
//!
//! The words on the wire are the list's own spelling (NFKD) joined by one space, as
//! BIP-39 derives from them; on the screen and from the keyboard they are composed (NFC).

use bip39::{Language as List, Mnemonic};
use protocol::Secret;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub const WORDS: usize = 12;

/// Twelve fresh words.
pub struct RecoveryWords(Mnemonic);

impl RecoveryWords {
    /// From the kernel's random numbers.
    pub fn generate() -> Self {
        let mut entropy = Zeroizing::new([0u8; 16]);
        getrandom::fill(entropy.as_mut()).expect("the system gives random numbers");
        Self::from_entropy(&entropy)
    }

    fn from_entropy(entropy: &[u8; 16]) -> Self {
        match Mnemonic::from_entropy_in(List::Japanese, entropy) {
            Ok(mnemonic) => Self(mnemonic),
            // BIP-39 allows 16, 20, 24, 28 and 32 bytes.
            Err(_) => unreachable!("16 bytes are a valid length of entropy"),
        }
    }

    /// The word at `position` (0–11) as it is shown, and its place in the list (1–2048).
    pub fn word(&self, position: usize) -> (String, usize) {
        let index = self.0.word_indices().nth(position).unwrap_or_default();
        (shown(index), index + 1)
    }

    /// For init and the keeper.
    pub fn secret(&self) -> Secret {
        Secret::new(self.0.to_string())
    }
}

/// The word of the list that a clerk typed: in kana, or as its place `0001`–`2048`.
pub fn find(typed: &str) -> Option<usize> {
    let typed = typed.trim();
    if typed.len() == 4 && typed.bytes().all(|b| b.is_ascii_digit()) {
        let place: usize = typed.parse().ok()?;
        return (1..=2048).contains(&place).then(|| place - 1);
    }
    let spelling: Zeroizing<String> = Zeroizing::new(typed.nfkd().collect());
    List::Japanese
        .word_list()
        .iter()
        .position(|word| *word == spelling.as_str())
}

/// Words that begin with what was typed, at most `most`.
pub fn suggestions(typed: &str, most: usize) -> Vec<String> {
    if typed.is_empty() || typed.bytes().any(|b| b.is_ascii_digit()) {
        return Vec::new();
    }
    let spelling: Zeroizing<String> = Zeroizing::new(typed.nfkd().collect());
    List::Japanese
        .words_by_prefix(&spelling)
        .iter()
        .take(most)
        .map(|word| word.nfc().collect())
        .collect()
}

/// The word at this index (0–2047), composed.
pub fn shown(index: usize) -> String {
    List::Japanese
        .word_list()
        .get(index)
        .map(|word| word.nfc().collect())
        .unwrap_or_default()
}

/// Twelve indices as the secret, if their checksum holds.
pub fn assemble(indices: &[usize]) -> Option<Secret> {
    let list = List::Japanese.word_list();
    let mut text = String::with_capacity(WORDS * 24);
    for index in indices {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(list.get(*index)?);
    }
    let secret = Secret::new(text);
    Mnemonic::parse_in_normalized(List::Japanese, secret.expose())
        .is_ok()
        .then_some(secret)
}

/// `count` different positions of 0–11 in rising order, chosen by chance.
pub fn ask_back(count: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..WORDS).collect();
    let mut asked = Vec::new();
    while asked.len() < count.min(WORDS) {
        asked.push(left.remove(
            getrandom::u32().expect("the system gives random numbers") as usize % left.len(),
        ));
    }
    asked.sort_unstable();
    asked
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn typed_words_are_found_in_kana_and_by_place() {
        for index in [0, 1, 777, 2047] {
            assert_eq!(find(&shown(index)), Some(index));
            assert_eq!(find(&format!("{:04}", index + 1)), Some(index));
        }
        assert_eq!(find("0000"), None);
        assert_eq!(find("2049"), None);
        assert_eq!(find("くらもり"), None);
    }

    #[test]
    fn the_words_typed_back_give_the_same_secret() {
        let words = RecoveryWords::from_entropy(&[7; 16]);
        let indices: Vec<usize> = (0..WORDS)
            .map(|i| find(&words.word(i).0).unwrap())
            .collect();
        assert_eq!(
            assemble(&indices).unwrap().expose(),
            words.secret().expose()
        );
    }

    #[test]
    fn two_words_swapped_break_the_checksum() {
        let words = RecoveryWords::from_entropy(&[1; 16]);
        let mut indices: Vec<usize> = (0..WORDS).map(|i| words.word(i).1 - 1).collect();
        indices.swap(0, 11);
        assert!(assemble(&indices).is_none());
    }

    #[test]
    fn suggestions_begin_with_what_was_typed() {
        let found = suggestions("か", 5);
        assert_eq!(found.len(), 5);
        assert!(
            found
                .iter()
                .all(|w| w.starts_with('か') || w.starts_with('が'))
        );
    }

    #[test]
    fn three_different_positions_are_asked_back_in_order() {
        for _ in 0..50 {
            let asked = ask_back(3);
            assert!(asked.windows(2).all(|w| w[0] < w[1]) && asked[2] < WORDS);
        }
    }
}
