//! The individual number itself. It is kept, replaced and shown here, and leaves under
//! [`super::companions`].

use super::PersonId;
use crate::Secret;
use mynumber::Purpose;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// For a person who has none, where the law lets it be asked.
    Register {
        person: PersonId,
        number: NumberEntry,
    },
    /// The person's number was changed (番号法7条2項), or was typed wrongly. The old one is
    /// destroyed.
    Replace {
        person: PersonId,
        number: NumberEntry,
    },
    /// The digits, for one purpose, recorded.
    Reveal { person: PersonId, purpose: Purpose },
    /// Whether this person's number may be asked for, whether or not one is held.
    MayAsk { person: PersonId },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Digits(Secret),
    Asking(Asking),
}

/// The number, typed twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberEntry {
    pub first: Secret,
    pub second: Secret,
}

/// Whether a number may be asked for (番号法14条, 15条).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asking {
    /// For these purposes.
    Allowed(Vec<Purpose>),
    /// Why not, for people to read.
    Forbidden { ja: String, en: String },
}
