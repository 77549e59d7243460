//! What kind of field is typed into, and how that shifts the cost of words.

use crate::class::Kind;
use crate::dictionary::{Dictionary, Word};

/// The field's hint. There is none for numbers, dates and passphrases: nothing is converted or
/// learned there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    #[default]
    General,
    /// A person's name, family name first.
    Name,
    /// A postal address.
    Address,
}

impl Field {
    /// Added to a word's cost in this field.
    pub(crate) fn bias(self, dictionary: &Dictionary, word: Word) -> i32 {
        let left = dictionary.kind(word.left);
        match self {
            Self::General => 0,
            Self::Name => match left {
                Kind::Family | Kind::Given => -1_500,
                Kind::Person => 0,
                _ => 3_000,
            },
            Self::Address => match left {
                Kind::Place | Kind::PlaceSuffix => -1_000,
                Kind::Counter | Kind::Digits => -500,
                Kind::Given | Kind::Person => 1_000,
                // Houses are named after their owners.
                Kind::Family => 0,
                _ => 0,
            },
        }
    }
}
