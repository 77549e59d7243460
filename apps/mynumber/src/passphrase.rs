//! How strong a passphrase is, and which one is refused.
//!
//! An estimate for a hint beside the field, not a proof: the real cost of guessing is
//! Argon2id's. Passphrases are printable ASCII so that JIS and US keyboards, and a PC
//! without an input method, can type them.

/// The fewest characters.
pub const MIN: usize = 12;
/// The most characters.
pub const MAX: usize = 128;
/// The score below which a passphrase is refused.
pub const ACCEPTED_SCORE: u8 = 2;

/// Why a passphrase is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    #[error("it has fewer than {MIN} characters")]
    TooShort,
    #[error("it has more than {MAX} characters")]
    TooLong,
    #[error("it has a character that is not printable ASCII")]
    Characters,
    #[error("it is easy to guess")]
    Guessable,
}

/// What would make it better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// Add characters or words.
    Longer,
    /// It has a word that everybody tries first.
    CommonWord,
    /// It repeats a character.
    Repeats,
    /// It follows the alphabet, the digits or a keyboard row.
    Sequence,
    /// It has a year.
    Year,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    /// 0 (guessed at once) to 4 (strong).
    pub score: u8,
    /// `None` when there is nothing to say.
    pub hint: Option<Hint>,
}

/// Whether it may be used.
pub fn check(passphrase: &str) -> Result<(), PassphraseError> {
    if !passphrase.bytes().all(|b| matches!(b, b' '..=b'~')) {
        Err(PassphraseError::Characters)
    } else if passphrase.len() < MIN {
        Err(PassphraseError::TooShort)
    } else if passphrase.len() > MAX {
        Err(PassphraseError::TooLong)
    } else if estimate(passphrase).score < ACCEPTED_SCORE {
        Err(PassphraseError::Guessable)
    } else {
        Ok(())
    }
}

/// An estimate while it is being typed.
///
/// ```
/// use mynumber::passphrase::{Hint, estimate};
/// assert_eq!(estimate("password1234").score, 0);
/// assert_eq!(estimate("password1234").hint, Some(Hint::CommonWord));
/// assert!(estimate("correct horse battery staple").score >= 3);
/// ```
pub fn estimate(passphrase: &str) -> Strength {
    let (bits, mut hint) = guessing_bits(passphrase.as_bytes());
    let mut score = match bits {
        ..25.0 => 0,
        ..40.0 => 1,
        ..52.0 => 2,
        ..66.0 => 3,
        _ => 4,
    };
    if passphrase.len() < MIN {
        score = score.min(1);
        hint = hint.or(Some(Hint::Longer));
    }
    if score < 3 {
        hint = hint.or(Some(Hint::Longer));
    }
    Strength {
        score,
        hint: if score == 4 { None } else { hint },
    }
}

/// What guessers try first, in lower case: worldwide favourites and words near at hand
/// in a Japanese office.
const COMMON_WORDS: &[&str] = &[
    "password",
    "passphrase",
    "passwd",
    "pass",
    "qwerty",
    "letmein",
    "welcome",
    "admin",
    "administrator",
    "iloveyou",
    "dragon",
    "monkey",
    "master",
    "login",
    "secret",
    "office",
    "company",
    "mynumber",
    "kuramori",
    "kaisha",
    "shain",
    "soumu",
    "keiri",
    "jinji",
    "kyuuyo",
    "kyuyo",
    "payroll",
    "japan",
    "nippon",
    "tokyo",
    "osaka",
    "nagoya",
    "sakura",
    "himitsu",
    "arigatou",
    "arigato",
    "konnichiwa",
    "ohayou",
    "yamada",
    "tanaka",
    "suzuki",
    "satou",
    "sato",
    "takahashi",
    "watanabe",
    "yamamoto",
    "nakamura",
    "taro",
    "hanako",
    "test",
    "sample",
    "1qaz",
    "2wsx",
    "3edc",
    "zaq1",
    "xsw2",
    "p@ss",
    "passw0rd",
];

const ROWS: &[&[u8]] = &[
    b"abcdefghijklmnopqrstuvwxyz",
    b"01234567890",
    b"qwertyuiop",
    b"asdfghjkl",
    b"zxcvbnm",
];

/// Bits of guessing work, and the first weakness found. Walks once from left to right and
/// takes the longest weak pattern at each place.
fn guessing_bits(text: &[u8]) -> (f64, Option<Hint>) {
    let mut bits = 0.0;
    let mut hint = None;
    let mut i = 0;
    while i < text.len() {
        let rest = &text[i..];
        if let Some(n) = common_word(rest) {
            bits += 6.0;
            hint = hint.or(Some(Hint::CommonWord));
            i += n;
        } else if let Some(n) = repeat(rest) {
            bits += class_bits(rest[0]) + 1.0;
            hint = hint.or(Some(Hint::Repeats));
            i += n;
        } else if let Some(n) = sequence(rest) {
            bits += class_bits(rest[0]) + 2.0;
            hint = hint.or(Some(Hint::Sequence));
            i += n;
        } else if year(rest) {
            bits += 7.0;
            hint = hint.or(Some(Hint::Year));
            i += 4;
        } else {
            let word = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            if word >= 4 && is_wordlike(&rest[..word]) {
                // Letters of a word carry about half of what random letters do. Up to the
                // next weak pattern only: a common word may be glued to it.
                let n = (1..word)
                    .find(|&n| common_word(&rest[n..]).is_some())
                    .unwrap_or(word);
                bits += 2.3 * n as f64;
                i += n;
            } else {
                bits += class_bits(rest[0]);
                i += 1;
            }
        }
    }
    (bits, hint)
}

fn common_word(text: &[u8]) -> Option<usize> {
    COMMON_WORDS
        .iter()
        .filter(|w| text.len() >= w.len() && text[..w.len()].eq_ignore_ascii_case(w.as_bytes()))
        .map(|w| w.len())
        .max()
}

fn repeat(text: &[u8]) -> Option<usize> {
    let n = text.iter().take_while(|&&b| b == text[0]).count();
    (n >= 3).then_some(n)
}

/// Three or more neighbours of a row, forwards or backwards.
fn sequence(text: &[u8]) -> Option<usize> {
    ROWS.iter()
        .flat_map(|row| [run(text, row.iter()), run(text, row.iter().rev())])
        .max()
        .filter(|&n| n >= 3)
}

fn run<'a>(text: &[u8], row: impl Iterator<Item = &'a u8>) -> usize {
    let first = text[0].to_ascii_lowercase();
    row.skip_while(|&&b| b != first)
        .zip(text)
        .take_while(|(row, b)| **row == b.to_ascii_lowercase())
        .count()
}

fn year(text: &[u8]) -> bool {
    text.len() >= 4
        && (text.starts_with(b"19") || text.starts_with(b"20"))
        && text[2].is_ascii_digit()
        && text[3].is_ascii_digit()
}

/// One case throughout (a capital first) and at least one vowel: like a word of English
/// or Japanese in romaji.
fn is_wordlike(letters: &[u8]) -> bool {
    let tail = &letters[1..];
    let one_case =
        tail.iter().all(u8::is_ascii_lowercase) || letters.iter().all(u8::is_ascii_uppercase);
    one_case
        && letters
            .iter()
            .any(|b| b"aeiou".contains(&b.to_ascii_lowercase()))
}

fn class_bits(b: u8) -> f64 {
    match b {
        b'0'..=b'9' => 3.3,
        b'a'..=b'z' => 4.7,
        b'A'..=b'Z' => 5.2,
        b' ' | b'-' | b'_' | b'.' => 1.0,
        _ => 6.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for weak in [
            "password1234",
            "Password2026!",
            "123456789012",
            "aaaaaaaaaaaaaa",
            "qwertyuiop123",
            "tanaka198504",
            "kuramori2026",
            "abcdefghijklmnop",
        ] {
            assert_eq!(check(weak), Err(PassphraseError::Guessable), "{weak}");
        }
    }

    #[test]
    fn four_words_or_twelve_random_characters_are_accepted() {
        for good in [
            "correct horse battery staple",
            "umi no soba de neko ga hirune",
            "xk7#Qm2!vB9z",
            "Tr4wl-Gloss-57-pebble",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn form_comes_before_strength() {
        assert_eq!(check("xk7#Qm2!vB9"), Err(PassphraseError::TooShort));
        assert_eq!(
            check("ひらがなのパスフレーズです"),
            Err(PassphraseError::Characters)
        );
        assert_eq!(
            check("tab\there is not ok"),
            Err(PassphraseError::Characters)
        );
        assert_eq!(check(&"xk7#Qm2!".repeat(17)), Err(PassphraseError::TooLong));
    }

    #[test]
    fn the_hint_names_the_weakness() {
        assert_eq!(estimate("sakura-x8").hint, Some(Hint::CommonWord));
        assert_eq!(estimate("zzzz").hint, Some(Hint::Repeats));
        assert_eq!(estimate("4321").hint, Some(Hint::Sequence));
        assert_eq!(estimate("n1987").hint, Some(Hint::Year));
        assert_eq!(estimate("x#9").hint, Some(Hint::Longer));
        assert_eq!(estimate("xk7#Qm2!vB9z").hint, None);
    }

    proptest! {
        #[test]
        fn the_score_stays_in_range_whatever_is_typed(text in "\\PC{0,140}") {
            prop_assert!(estimate(&text).score <= 4);
            let _ = check(&text);
        }
    }
}
