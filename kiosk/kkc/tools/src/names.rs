//! What names cost in a field for names.
//!
//! The dictionary's own costs are those of words in running text, where a given name hardly ever
//! stands alone. But it also has some 36,000 full names as single words. Divided into family and given
//! name they tell how often people are called so: a name that occurs n times among them becomes
//! cheaper by a multiple of ln(1 + n), and a given name also by how usual its characters are there.

use crate::characters::{self, Given};
use crate::own_names::OwnName;
use kkc::build::{SourceCharacter, SourceName, SourceWord};
use kkc::{Kind, NAME_OFFSET, Part, kana};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What ln(1 + n) is multiplied with.
const FAMILY_COUNT: f64 = 500.0;
const GIVEN_COUNT: f64 = 500.0;
/// What the mean logarithm of the characters' shares is multiplied with.
const CHARACTERS: f64 = 200.0;
/// Share of a character that neither raises nor lowers the cost.
const USUAL_SHARE: f64 = 1.0 / 3_000.0;
/// Cost of a given name that is known from full names alone.
const FROM_FULL_NAMES: u16 = 7_600;
/// Cost of a given name that a full name may have though no list has it.
const UNLISTED: u16 = 9_000;
/// Cost of a given name that our own list has, and how much dearer the next of its reading is.
const OWN_GIVEN: u16 = 5_000;
const NEXT_OWN_GIVEN: u16 = 150;
/// … of a family name, where the dictionary does not have it.
const OWN_FAMILY: u16 = 6_500;
const NEXT_OWN_FAMILY: u16 = 200;
/// How much more is learned of characters from a given name that our own list has: the dictionary's
/// are of all generations.
const OWN_WEIGHT: f64 = 3.0;
/// A family name in kana: rare but for foreigners.
const KANA_FAMILY: i32 = 4_000;
const HIRAGANA_GIVEN: i32 = 1_800;
const KATAKANA_GIVEN: i32 = 2_500;

/// Reading → text → cost.
type Listed<'a> = HashMap<&'a str, BTreeMap<&'a str, u16>>;
/// (reading, text) → how often.
type Counts<'a> = BTreeMap<(&'a str, &'a str), u32>;

/// What fields for names know.
pub struct Names {
    pub names: Vec<SourceName>,
    pub characters: Vec<SourceCharacter>,
}

/// Family and given names with their costs, and what the given names' characters are read like, from
/// the dictionary's words and our own list.
pub fn names(words: &[SourceWord], kinds: &[Kind], own: &[OwnName]) -> Names {
    let of = |left, right| {
        words.iter().filter(move |word| {
            kinds[usize::from(word.left)] == left && kinds[usize::from(word.right)] == right
        })
    };
    let mut family = listed(of(Kind::Family, Kind::Family));
    let mut given = listed(of(Kind::Given, Kind::Given));
    add_own(&mut family, &mut given, own);
    let (mut families, mut givens) = (Counts::new(), Counts::new());
    for full in of(Kind::Family, Kind::Given) {
        if let Some(names) = divide(full, &family, &given) {
            *families.entry(names[0]).or_default() += 1;
            *givens.entry(names[1]).or_default() += 1;
        }
    }
    for (reading, text) in givens.keys() {
        if !kana::is_kana(text) {
            let texts = given.entry(reading).or_default();
            texts.entry(text).or_insert(FROM_FULL_NAMES);
        }
    }
    Names {
        names: with_costs([&family, &given], [&families, &givens]),
        characters: characters::learn(&examples(&given, &givens, own)),
    }
}

fn add_own(family: &mut Listed<'_>, given: &mut Listed<'_>, own: &[OwnName]) {
    for name in own {
        match name.part {
            Part::Family => {
                let texts = family.entry(name.reading).or_default();
                let cost = OWN_FAMILY + NEXT_OWN_FAMILY * name.rank;
                texts.entry(name.text).or_insert(cost);
            }
            Part::Given => {
                let texts = given.entry(name.reading).or_default();
                let cost = texts.entry(name.text).or_insert(u16::MAX);
                *cost = (*cost).min(OWN_GIVEN + NEXT_OWN_GIVEN * name.rank);
            }
        }
    }
}

/// The given names with how much is learned of characters from each.
fn examples<'a>(given: &Listed<'a>, counts: &Counts<'a>, own: &[OwnName]) -> Vec<Given<'a>> {
    let own: HashSet<(&str, &str)> = own.iter().map(|name| (name.reading, name.text)).collect();
    let mut examples: Vec<Given<'a>> = Vec::new();
    for (reading, texts) in given {
        for text in texts.keys() {
            let key = (*reading, *text);
            let own = if own.contains(&key) { OWN_WEIGHT } else { 0.0 };
            examples.push(Given {
                reading,
                text,
                weight: 1.0 + logarithm(counts, key) + own,
            });
        }
    }
    // The sums of floating-point numbers depend on their order.
    examples.sort_by_key(|example| (example.reading, example.text));
    examples
}

/// The names of both parts, from how they are listed and counted.
fn with_costs(listed: [&Listed<'_>; 2], counts: [&Counts<'_>; 2]) -> Vec<SourceName> {
    let [families, givens] = counts;
    let [family, given] = listed;
    let characters = Characters::of(givens);
    let mut names = Vec::new();
    for (part, listed) in [(Part::Family, family), (Part::Given, given)] {
        for (reading, texts) in listed {
            for (text, cost) in texts {
                let key = (*reading, *text);
                let cost = f64::from(*cost)
                    - match part {
                        Part::Family => FAMILY_COUNT * logarithm(families, key),
                        Part::Given => {
                            GIVEN_COUNT * logarithm(givens, key) + characters.bonus(text)
                        }
                    };
                let cost = cost.round() as i32 + kana_cost(text, part) + NAME_OFFSET;
                names.push(SourceName {
                    part,
                    reading: (*reading).to_owned(),
                    cost: u16::try_from(cost.max(0)).unwrap_or(u16::MAX),
                    text: (*text).to_owned(),
                });
            }
        }
    }
    names.sort();
    names
}

fn listed<'a>(words: impl Iterator<Item = &'a SourceWord>) -> Listed<'a> {
    let mut listed = Listed::new();
    for word in words {
        let texts = listed.entry(&word.reading).or_default();
        let cost = texts.entry(&word.text).or_insert(u16::MAX);
        *cost = word.cost.min(*cost);
    }
    listed
}

/// The likeliest way to divide a full name: reading and text of family and given name.
fn divide<'a>(
    full: &'a SourceWord,
    family: &Listed<'_>,
    given: &Listed<'_>,
) -> Option<[(&'a str, &'a str); 2]> {
    let mut best: Option<(u32, [(&str, &str); 2])> = None;
    for (at, _) in full.reading.char_indices().skip(1) {
        let (reading, given_reading) = full.reading.split_at(at);
        let Some(families) = family.get(reading) else {
            continue;
        };
        for (text, cost) in families {
            let Some(rest) = full.text.strip_prefix(text).filter(|rest| !rest.is_empty()) else {
                continue;
            };
            let known = given.get(given_reading).and_then(|texts| texts.get(rest));
            let cost = u32::from(*cost) + u32::from(known.copied().unwrap_or(UNLISTED));
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                let text = &full.text[..text.len()];
                best = Some((cost, [(reading, text), (given_reading, rest)]));
            }
        }
    }
    best.map(|(_, names)| names)
}

fn logarithm(counts: &Counts<'_>, key: (&str, &str)) -> f64 {
    f64::from(counts.get(&key).copied().unwrap_or(0)).ln_1p()
}

/// How often characters occur in given names.
struct Characters {
    counts: BTreeMap<char, u32>,
    all: f64,
}

impl Characters {
    fn of(givens: &Counts<'_>) -> Self {
        let mut counts: BTreeMap<char, u32> = BTreeMap::new();
        for ((_, text), count) in givens {
            for c in text.chars() {
                *counts.entry(c).or_default() += count;
            }
        }
        let all = counts.values().map(|count| f64::from(*count)).sum();
        Self { counts, all }
    }

    /// By how much usual characters make a name cheaper. Kana has a cost of its own.
    fn bonus(&self, text: &str) -> f64 {
        if kana::is_kana(text) {
            return 0.0;
        }
        let logarithm = |c: char| {
            let count = f64::from(self.counts.get(&c).copied().unwrap_or(0)) + 0.5;
            (count / self.all / USUAL_SHARE).ln()
        };
        let sum: f64 = text.chars().map(logarithm).sum();
        CHARACTERS * sum / text.chars().count().max(1) as f64
    }
}

fn kana_cost(text: &str, part: Part) -> i32 {
    match part {
        _ if !kana::is_kana(text) => 0,
        Part::Family => KANA_FAMILY,
        Part::Given if kana::hiragana(text) == text => HIRAGANA_GIVEN,
        Part::Given => KATAKANA_GIVEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(reading: &str, text: &str, left: u16, right: u16, cost: u16) -> SourceWord {
        SourceWord {
            reading: reading.into(),
            cost,
            text: text.into(),
            left,
            right,
        }
    }

    #[test]
    fn a_name_of_many_full_names_comes_before_one_of_none() {
        let kinds = [Kind::Other, Kind::Family, Kind::Given];
        let words = [
            word("やまだ", "山田", 1, 1, 3000),
            word("まなみ", "真奈美", 2, 2, 4000),
            word("まなみ", "愛美", 2, 2, 4200),
            word("やまだまなみ", "山田愛美", 1, 2, 7000),
            word("やまだけいと", "山田恵都", 1, 2, 7000),
        ];
        let names = names(&words, &kinds, &[]).names;
        let cost = |text: &str| names.iter().find(|n| n.text == text).map(|n| n.cost);
        assert!(cost("愛美") < cost("真奈美"));
        // Known from a full name alone.
        assert!(cost("恵都") > cost("真奈美"));
        assert_eq!(cost("都"), None);
    }
}
