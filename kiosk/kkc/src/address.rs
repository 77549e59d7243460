//! Addresses by the official list: which prefectures, cities and towns a reading begins with.

use crate::dictionary::{Dictionary, Parent};

/// Most beginnings that are followed up.
const MAX_BEGINNINGS: usize = 8;

/// How far the official list follows a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// Ends of its parts (prefecture, city, town), in characters of the reading.
    pub ends: Vec<usize>,
    /// Text of each part.
    pub parts: Vec<String>,
}

impl Beginning {
    pub fn end(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    pub fn text(&self) -> String {
        self.parts.concat()
    }
}

/// Beginnings of `reading` (normalised) that are on the list, those that reach furthest first.
///
/// A town alone counts only where it is the whole reading: a short town name begins too many
/// other things.
pub(crate) fn beginnings(dictionary: &Dictionary, reading: &[char]) -> Vec<Beginning> {
    let mut found = Vec::new();
    let none = Beginning {
        ends: Vec::new(),
        parts: Vec::new(),
    };
    follow(dictionary, reading, Parent::ROOT, &none, &mut found);
    follow(dictionary, reading, Parent::ANY_CITY, &none, &mut found);
    dictionary.places_at(Parent::ANY_TOWN, reading, |length, town| {
        if length == reading.len() {
            found.push(Beginning {
                ends: vec![length],
                parts: vec![town.text],
            });
        }
    });
    // With the same reach, the one of more parts is the better founded.
    found.sort_by_key(|b| std::cmp::Reverse((b.end(), b.parts.len())));
    let mut texts = std::collections::HashSet::new();
    found.retain(|b| texts.insert((b.end(), b.text())));
    found.truncate(MAX_BEGINNINGS);
    found
}

fn follow(
    dictionary: &Dictionary,
    reading: &[char],
    parent: Parent,
    before: &Beginning,
    found: &mut Vec<Beginning>,
) {
    let start = before.end();
    dictionary.places_at(parent, &reading[start..], |length, place| {
        let mut longer = before.clone();
        longer.ends.push(start + length);
        longer.parts.push(place.text);
        if let Some(parts) = place.parts {
            follow(dictionary, reading, parts, &longer, found);
        }
        found.push(longer);
    });
}

/// The same address with the other ways of writing its signs: ケ and ヶ, and full-width digits.
pub(crate) fn spellings(text: &str) -> Vec<String> {
    let swapped = |from: char, to: char| text.contains(from).then(|| text.replace(from, &to.to_string()));
    [swapped('ケ', 'ヶ'), swapped('ヶ', 'ケ')]
        .into_iter()
        .flatten()
        .collect()
}
