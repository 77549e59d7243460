//! Names of persons: family names and given names of a reading, and full names of both.

use crate::class::Kind;
use crate::compose;
use crate::dictionary::{Dictionary, Word};
use crate::user_words::{UserWords, WordKind};
use std::collections::{HashMap, HashSet};

/// Candidates of each part that full names are put together from.
const PARTS: usize = 40;
/// Costs of the dictionary's names are moved by this much, so that none is below zero.
pub const NAME_OFFSET: i32 = 6_000;
/// A word that is a name, but not known as this part of it.
const OTHER_NAME: i32 = NAME_OFFSET + 3_000;
/// A word that is no name.
const NO_NAME: i32 = NAME_OFFSET + 6_000;
/// The least that such a word costs: particles and the commonest words cost hardly anything in running
/// text, which makes them no likelier as names.
const LEAST_OF_WORD: i32 = 4_000;

/// Which part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Family,
    Given,
}

/// A candidate with its cost; lower is likelier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scored {
    pub cost: i32,
    pub text: String,
}

/// Ways to write one part of a name, the likeliest first: names, then other words.
pub(crate) fn part(
    dictionary: &Dictionary,
    reading: &[char],
    part: Part,
    words: &UserWords,
) -> Vec<Scored> {
    of_words(dictionary, reading, part, words, |_| true)
}

/// [`part`] for a name that may be any of these parts, each writing once.
pub(crate) fn parts(
    dictionary: &Dictionary,
    reading: &[char],
    parts: &[Part],
    words: &UserWords,
) -> Vec<Scored> {
    let of = |one: &Part| part(dictionary, reading, *one, words);
    let mut names: Vec<Scored> = parts.iter().flat_map(of).collect();
    names.sort();
    let mut known = HashSet::new();
    names.retain(|name| known.insert(name.text.clone()));
    names
}

/// Ways to write a family or given name that stands by itself, the likeliest first.
///
/// Full names that are words of the dictionary are none: they belong to somebody known, and would hide
/// that the reading divides.
pub(crate) fn alone(dictionary: &Dictionary, reading: &[char], words: &UserWords) -> Vec<Scored> {
    let is_no_full_name = |word: Word| {
        (dictionary.kind(word.left), dictionary.kind(word.right)) != (Kind::Family, Kind::Given)
    };
    let mut names: Vec<Scored> = [Part::Family, Part::Given]
        .into_iter()
        .flat_map(|part| of_words(dictionary, reading, part, words, is_no_full_name))
        .collect();
    names.sort();
    names
}

fn of_words(
    dictionary: &Dictionary,
    reading: &[char],
    part: Part,
    words: &UserWords,
    counts: impl Fn(Word) -> bool,
) -> Vec<Scored> {
    let mut best: HashMap<String, i32> = HashMap::new();
    let mut offer = |text: String, cost: i32| {
        let known = best.entry(text).or_insert(i32::MAX);
        *known = cost.min(*known);
    };
    for name in dictionary.names_of(part, reading) {
        offer(name.text, name.cost);
    }
    let of_dictionary = dictionary.words_of(reading).into_iter();
    for word in of_dictionary.filter(|word| counts(*word)) {
        offer(
            dictionary.text(word, reading),
            unlisted_cost(dictionary, word),
        );
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

/// What a word costs as a part of a name that it is not listed as.
fn unlisted_cost(dictionary: &Dictionary, word: Word) -> i32 {
    let cost = i32::from(word.cost);
    match dictionary.kind(word.left) {
        Kind::Family | Kind::Given | Kind::Person | Kind::Place => cost + OTHER_NAME,
        _ => cost.max(LEAST_OF_WORD) + NO_NAME,
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
            let family = known(dictionary, &reading[..at], Part::Family, words);
            if family.is_empty() {
                return None;
            }
            let given = known(dictionary, &reading[at..], Part::Given, words);
            (!given.is_empty()).then(|| (at, full(&family, "", &given)))
        })
        .collect()
}

/// Names that are on no list, of a reading without a space, each with where its family name ends: a
/// known family name with a given name put together, or a given name alone, whose end is the reading's.
///
/// `division` is where the likeliest known names divide it, or the reading's end where a known name
/// stands alone; none where nothing is known.
pub(crate) fn unlisted(
    dictionary: &Dictionary,
    reading: &[char],
    words: &UserWords,
    division: Option<usize>,
) -> Vec<(usize, Vec<Scored>)> {
    // Whole, it may be a given name even where two known names happen to meet in it.
    let divisions = match division {
        Some(at) => at..(at + 1).min(reading.len()),
        None => 1..reading.len(),
    };
    let ends = divisions.chain([reading.len()]);
    ends.filter_map(|at| {
        if at == reading.len() {
            return Some((at, compose::given(dictionary, reading)));
        }
        let family = known(dictionary, &reading[..at], Part::Family, words);
        if family.is_empty() {
            return None;
        }
        let given = compose::given(dictionary, &reading[at..]);
        Some((at, full(&family, "", &given)))
    })
    .filter(|(_, names)| !names.is_empty())
    .collect()
}

/// Only what is likely enough to divide a name by: what is cheap, and every family name that is listed.
fn known(
    dictionary: &Dictionary,
    reading: &[char],
    part_of_name: Part,
    words: &UserWords,
) -> Vec<Scored> {
    const LIMIT: i32 = NAME_OFFSET + 9_000;
    let listed: HashSet<String> = match part_of_name {
        Part::Family => texts(dictionary.names_of(Part::Family, reading)),
        Part::Given => HashSet::new(),
    };
    part(dictionary, reading, part_of_name, words)
        .into_iter()
        .filter(|s| s.cost < LIMIT || listed.contains(&s.text))
        .take(PARTS / 4)
        .collect()
}

fn texts(names: Vec<Scored>) -> HashSet<String> {
    names.into_iter().map(|name| name.text).collect()
}
