//! Given names that no list has, put together of characters as given names use them.
//!
//! The dictionary has which character is read how at the beginning, in the middle and at the end of
//! given names, and what that costs. A reading is divided into two or three such pieces in every way;
//! what comes out is bounded in number, and so is the work.

use crate::dictionary::Dictionary;
use crate::names::{NAME_OFFSET, Part, Scored};
use std::collections::HashSet;

/// Longest reading that is put together, in kana.
const MAX_KANA: usize = 8;
/// Characters tried for each piece of a reading in two pieces.
const OF_TWO: usize = 16;
/// … and in three.
const OF_THREE: usize = 7;
/// Names offered.
const MAX_NAMES: usize = 40;
/// What being on no list costs.
const UNLISTED: i32 = NAME_OFFSET + 1_500;
/// What a single character costs more that is read so beside others, but by itself on no list.
const ALONE: i32 = 3_000;
/// Known names that none put together comes before.
const KNOWN_FIRST: usize = 5;

/// Where in a given name a character stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Position {
    First = 1,
    Middle = 2,
    Last = 3,
}

/// A character as it may be read, with its cost.
pub(crate) type Character = (i32, char);

/// Given names of exactly this reading (normalised) that are on no list, the likeliest first, all of
/// them dearer than the likeliest known ones.
pub(crate) fn given(dictionary: &Dictionary, reading: &[char]) -> Vec<Scored> {
    if reading.is_empty() || reading.len() > MAX_KANA {
        return Vec::new();
    }
    let known = dictionary.names_of(Part::Given, reading);
    let mut names = Vec::new();
    alone(dictionary, reading, &mut names);
    of_two(dictionary, reading, &mut names);
    of_three(dictionary, reading, &mut names);
    names.sort();
    let mut texts: HashSet<&str> = known.iter().map(|name| name.text.as_str()).collect();
    let mut kept: Vec<Scored> = Vec::new();
    for name in &names {
        if kept.len() < MAX_NAMES && texts.insert(&name.text) {
            kept.push(name.clone());
        }
    }
    let floor = known.iter().take(KNOWN_FIRST).map(|name| name.cost).max();
    if let Some(floor) = floor {
        for name in &mut kept {
            name.cost = name.cost.max(floor + 1);
        }
    }
    kept
}

fn scored(cost: i32, characters: &[char]) -> Scored {
    Scored {
        cost: UNLISTED + cost,
        text: characters.iter().collect(),
    }
}

/// The likeliest characters of each beginning of `reading`, by its length.
fn at(
    dictionary: &Dictionary,
    position: Position,
    reading: &[char],
    most: usize,
) -> Vec<(usize, Vec<Character>)> {
    let mut found: Vec<(usize, Vec<Character>)> = Vec::new();
    dictionary.characters_at(position, reading, |length, character| {
        match found.last_mut() {
            Some((last, characters)) if *last == length => {
                if characters.len() < most {
                    characters.push(character);
                }
            }
            _ => found.push((length, vec![character])),
        }
    });
    found
}

/// The likeliest characters that are read as exactly this.
fn exactly(
    dictionary: &Dictionary,
    position: Position,
    reading: &[char],
    most: usize,
) -> Vec<Character> {
    let pieces = at(dictionary, position, reading, most);
    let whole = pieces
        .into_iter()
        .find(|(length, _)| *length == reading.len());
    whole.map_or(Vec::new(), |(_, characters)| characters)
}

fn alone(dictionary: &Dictionary, reading: &[char], names: &mut Vec<Scored>) {
    for position in [Position::First, Position::Last] {
        let characters = exactly(dictionary, position, reading, OF_TWO);
        names.extend(
            characters
                .iter()
                .map(|(cost, c)| scored(cost + ALONE, &[*c])),
        );
    }
}

fn of_two(dictionary: &Dictionary, reading: &[char], names: &mut Vec<Scored>) {
    for (length, firsts) in at(dictionary, Position::First, reading, OF_TWO) {
        let lasts = exactly(dictionary, Position::Last, &reading[length..], OF_TWO);
        for (first_cost, first) in &firsts {
            for (last_cost, last) in &lasts {
                names.push(scored(first_cost + last_cost, &[*first, *last]));
            }
        }
    }
}

fn of_three(dictionary: &Dictionary, reading: &[char], names: &mut Vec<Scored>) {
    for (length, firsts) in at(dictionary, Position::First, reading, OF_THREE) {
        let rest = &reading[length..];
        for (length, middles) in at(dictionary, Position::Middle, rest, OF_THREE) {
            let lasts = exactly(dictionary, Position::Last, &rest[length..], OF_THREE);
            for (first_cost, first) in &firsts {
                for (middle_cost, middle) in &middles {
                    for (last_cost, last) in &lasts {
                        let cost = first_cost + middle_cost + last_cost;
                        names.push(scored(cost, &[*first, *middle, *last]));
                    }
                }
            }
        }
    }
}
