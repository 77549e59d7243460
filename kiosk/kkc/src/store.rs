//! The form in which a user's words and history are kept: a tag, a version, then the content.

use serde::{Serialize, de::DeserializeOwned};

const VERSION: u8 = 1;
/// From this many digits on, a text could be part of an Individual Number.
const LONG_NUMBER: usize = 8;

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

/// Whether a text has digits enough in a row (of any width, spaces and hyphens between them not
/// counted) that it could hold an Individual Number. Such a text is kept nowhere.
pub(crate) fn holds_long_number(text: &str) -> bool {
    let mut run = 0;
    for c in text.chars() {
        match c {
            '0'..='9' | '０'..='９' => run += 1,
            '-' | 'ー' | '－' | '‐' | '−' | ' ' | '　' => {}
            _ => run = 0,
        }
        if run >= LONG_NUMBER {
            return true;
        }
    }
    false
}
