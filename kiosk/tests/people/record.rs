//! What is kept of the typing: figures for people, and the keys for the image's story.

use super::converting::Way;
use super::{Person, Sex};
use serde::Serialize;

/// How one person was typed.
#[derive(Clone, Debug, Serialize)]
pub struct Typed {
    /// Each key: a character, or its name in angle brackets.
    pub keys: String,
    pub pressed: usize,
    pub surname: Way,
    pub given: Way,
    /// Of everything in the address that was converted.
    pub address: Way,
    /// フリガナ came right by themselves.
    pub furigana_right: bool,
    /// What a clerk would complain of.
    pub faults: Vec<String>,
}

/// Read by the image's story (`image-tests/src/people_typed.rs`).
#[derive(Serialize)]
pub struct Record {
    /// SHA-256 of the dictionary that it was typed with: another one may want other keys.
    pub dictionary: String,
    pub figures: Figures,
    pub people: Vec<Entry>,
}

/// One person: what is to be stored, by which kana they are looked for, and how they were typed.
#[derive(Serialize)]
pub struct Entry {
    pub employee_no: String,
    pub name: String,
    pub kana: String,
    pub birth_date: String,
    pub sex: &'static str,
    pub address: String,
    pub hired_on: String,
    pub has_number: bool,
    pub find: String,
    pub typed: Typed,
}

impl Entry {
    pub fn new(person: &Person, typed: Typed) -> Self {
        Self {
            employee_no: person.employee_no.clone(),
            name: person.full_name(),
            kana: person.kana.clone(),
            birth_date: person.birth.1.clone(),
            sex: match person.sex {
                Sex::Male => "male",
                Sex::Female => "female",
            },
            address: person.full_address(),
            hired_on: person.hired.1.clone(),
            has_number: person.number.is_some(),
            find: person.find.clone(),
            typed,
        }
    }
}

/// How many were right at once, or among the first five candidates, none typed twice.
#[derive(Debug, Serialize)]
pub struct Right {
    pub of: usize,
    pub first: usize,
    pub within_five: usize,
}

impl Right {
    fn of(ways: impl Iterator<Item = Way>) -> Self {
        let ways: Vec<Way> = ways.filter(|way| *way != Way::NOTHING).collect();
        let count = |right: fn(Way) -> bool| ways.iter().filter(|way| right(**way)).count();
        Self {
            of: ways.len(),
            first: count(Way::is_first),
            within_five: count(Way::is_within_five),
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Figures {
    pub surnames: Right,
    pub given_names: Right,
    pub addresses: Right,
    pub furigana_right: usize,
    pub keys_median: usize,
    pub keys_most: usize,
    pub keys: usize,
}

impl Figures {
    pub fn of(people: &[Entry]) -> Self {
        let typed = || people.iter().map(|entry| &entry.typed);
        let mut pressed: Vec<usize> = typed().map(|typed| typed.pressed).collect();
        pressed.sort_unstable();
        Self {
            surnames: Right::of(typed().map(|typed| typed.surname)),
            given_names: Right::of(typed().map(|typed| typed.given)),
            addresses: Right::of(typed().map(|typed| typed.address)),
            furigana_right: typed().filter(|typed| typed.furigana_right).count(),
            keys_median: pressed[pressed.len() / 2],
            keys_most: pressed[pressed.len() - 1],
            keys: pressed.iter().sum(),
        }
    }
}
