//! Names of persons: family names and given names of a reading, and full names of both.

use crate::class::Kind;
use crate::dictionary::{Dictionary, Word};
use crate::user_words::{UserWords, WordKind};
use std::collections::HashMap;

/// Candidates of each part that full names are put together from.
const PARTS: usize = 40;
/// A word that is a name, but not known as this part of it.
const OTHER_NAME: i32 = 2_500;
/// A word that is no name.
const NO_NAME: i32 = 4_500;
/// A family name in hiragana or katakana: rare but for foreigners.
const KANA_FAMILY: i32 = 4_000;
/// A given name in hiragana.
const HIRAGANA_GIVEN: i32 = 1_200;
/// A given name in katakana.
const KATAKANA_GIVEN: i32 = 2_500;

/// Which part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Family,
    Given,
}

/// A candidate with its cost; lower is likelier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scored {
    pub cost: i32,
    pub text: String,
}

/// Words for one part of a name, the likeliest first.
pub(crate) fn part(
    dictionary: &Dictionary,
    reading: &[char],
    part: Part,
    words: &UserWords,
) -> Vec<Scored> {
    let mut best: HashMap<String, i32> = HashMap::new();
    let mut offer = |text: String, cost: i32| {
        let known = best.entry(text).or_insert(i32::MAX);
        *known = cost.min(*known);
    };
    for word in dictionary.words_of(reading) {
        let text = dictionary.text(word, reading);
        let cost = i32::from(word.cost) + misfit(dictionary, word, part) + kana(&text, part);
        offer(text, cost);
    }
    for word in words.at(reading) {
        if word.reading.chars().count() == reading.len() {
            let fits = matches!(
                (word.kind, part),
                (WordKind::Family, Part::Family) | (WordKind::Given, Part::Given)
            );
            offer(word.text.clone(), if fits { 0 } else { OTHER_NAME });
        }
    }
    let mut scored: Vec<Scored> = best
        .into_iter()
        .map(|(text, cost)| Scored { cost, text })
        .collect();
    scored.sort();
    scored
}

/// What a word costs more because it is not known as this part of a name.
fn misfit(dictionary: &Dictionary, word: Word, part: Part) -> i32 {
    let wanted = match part {
        Part::Family => Kind::Family,
        Part::Given => Kind::Given,
    };
    match (dictionary.kind(word.left), dictionary.kind(word.right)) {
        (left, right) if left == wanted && right == wanted => 0,
        (Kind::Family | Kind::Given | Kind::Person | Kind::Place, _) => OTHER_NAME,
        _ => NO_NAME,
    }
}

fn kana(text: &str, part: Part) -> i32 {
    if !crate::kana::is_kana(text) {
        return 0;
    }
    match part {
        Part::Family => KANA_FAMILY,
        Part::Given if crate::kana::hiragana(text) == text => HIRAGANA_GIVEN,
        Part::Given => KATAKANA_GIVEN,
    }
}

/// Full names of a family and a given part, the likeliest first; `between` stands between the two.
pub(crate) fn full(family: &[Scored], between: &str, given: &[Scored]) -> Vec<Scored> {
    let mut names: Vec<Scored> = family
        .iter()
        .take(PARTS)
        .flat_map(|f| {
            given.iter().take(PARTS).map(move |g| Scored {
                cost: f.cost + g.cost,
                text: format!("{}{between}{}", f.text, g.text),
            })
        })
        .collect();
    names.sort();
    names
}

/// Full names of a reading without a space: every way to divide it into two known names.
pub(crate) fn divided(
    dictionary: &Dictionary,
    reading: &[char],
    words: &UserWords,
) -> Vec<(usize, Vec<Scored>)> {
    (1..reading.len())
        .filter_map(|at| {
            let family = known(part(dictionary, &reading[..at], Part::Family, words));
            if family.is_empty() {
                return None;
            }
            let given = known(part(dictionary, &reading[at..], Part::Given, words));
            (!given.is_empty()).then(|| (at, full(&family, "", &given)))
        })
        .collect()
}

/// Only what is likely enough to divide a name by.
fn known(scored: Vec<Scored>) -> Vec<Scored> {
    const LIMIT: i32 = 11_000;
    scored
        .into_iter()
        .filter(|s| s.cost < LIMIT)
        .take(PARTS / 4)
        .collect()
}
