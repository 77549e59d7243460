//! The form in which a user's words and history are kept: a tag, a version, then the content.

use serde::{Serialize, de::DeserializeOwned};

const VERSION: u8 = 1;
/// From this many digits in a row on, a text could be part of an Individual Number.
const LONG_NUMBER: usize = 8;
/// Digits of an Individual Number.
const WHOLE_NUMBER: usize = 12;

/// What is kept.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    UserWords = b'W' as isize,
    History = b'H' as isize,
}

/// Why a kept form is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("it is longer than anything this program keeps")]
    TooLong,
    #[error("it is of another version")]
    OtherVersion,
    #[error("it is damaged")]
    Malformed,
}

pub(crate) fn to_bytes(kind: Kind, content: &impl Serialize) -> Vec<u8> {
    let head = vec![kind as u8, VERSION];
    // Vectors of strings and integers always have a form.
    postcard::to_extend(content, head).unwrap_or_default()
}

pub(crate) fn from_bytes<T: DeserializeOwned>(
    kind: Kind,
    bytes: &[u8],
    limit: usize,
) -> Result<T, StoreError> {
    if bytes.len() > limit {
        return Err(StoreError::TooLong);
    }
    match bytes {
        [tag, VERSION, content @ ..] if *tag == kind as u8 => {
            postcard::from_bytes(content).map_err(|_| StoreError::Malformed)
        }
        [tag, ..] if *tag == kind as u8 => Err(StoreError::OtherVersion),
        _ => Err(StoreError::Malformed),
    }
}

/// Whether a text could hold an Individual Number (個人番号) or most of one: eight digits with no
/// letter between them, or twelve with anything between (`1234の5678の9018`). Digits are those of every
/// script and of kanji. Such a text is kept nowhere.
pub fn holds_long_number(text: &str) -> bool {
    let (mut run, mut all) = (0, 0);
    for c in text.chars() {
        if is_digit(c) {
            run += 1;
            all += 1;
        } else if is_letter(c) {
            run = 0;
        }
        if run >= LONG_NUMBER || all >= WHOLE_NUMBER {
            return true;
        }
    }
    false
}

fn is_digit(c: char) -> bool {
    c.is_numeric() || "零一二三四五六七八九壱弐参".contains(c)
}

/// What divides one number from the next. A long vowel is typed for a hyphen, and 千 or 億 stands
/// within a number.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !"ーｰ十百千万億兆".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_whatever_stands_between_its_digits() {
        for text in [
            "123456789018",
            "1234-5678-9018",
            "1234ー5678ー9018",
            "1234.5678.9018",
            "1234/5678/9018",
            "1234,5678,9018",
            "1234、5678、9018",
            "1234・5678・9018",
            "1234の5678の9018",
            "１２３４．５６７８．９０１８",
            "一二三四 五六七八 九〇一八",
            "一千二百三十四億五千六百七十八万九千十八",
            "①②③④-⑤⑥⑦⑧",
            "まいなんばー1234-5678-9018",
            "1 2 3 4 5 6 7 8",
        ] {
            assert!(holds_long_number(text), "{text}");
        }
    }

    #[test]
    fn an_address_holds_none() {
        for text in [
            "",
            "2丁目8番1号",
            "霞が関1-2-3 第2ビル405号室",
            "三重県四日市市九鬼町一丁目二番三号",
            "九十九里町",
            "1234567",
        ] {
            assert!(!holds_long_number(text), "{text}");
        }
    }
}
