//! Words of the trade (`office.tsv`): added where the dictionary lacks them, made likelier where it
//! has them.
//!
//! The dictionary counts words of the web. In an office 支店 is meant more often than 視点, and
//! 扶養 than 不要; a word that is listed becomes cheaper in every class the dictionary has it in.

use crate::error::{Error, Result};
use kkc::build::SourceWord;
use kkc::{Kind, kana};
use serde::Deserialize;
use std::collections::HashMap;

/// The list; its head says what the columns are.
pub const OFFICE: &str = include_str!("../data/office.tsv");
/// Cost of a word that is added: a little below that of Mozc's usual compounds. A listed word that the
/// dictionary has costs no more.
const ADDED: u16 = 5_000;
/// By how much a word that the dictionary has becomes cheaper: −500 · ln of eleven times as often.
const LIKELIER: u16 = 1_200;
/// … where its reading is short: it has many homophones, and parts of other words are read so too.
const SHORT_LIKELIER: u16 = 600;
/// Characters of a short reading.
const SHORT: usize = 3;

/// Classes of words that are added, as numbers of the dictionary's classes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classes {
    noun: u16,
    /// する makes a verb of it (サ変接続).
    action: u16,
}

/// A line of the list.
struct Listed {
    reading: String,
    text: &'static str,
    class: u16,
    cost: Option<u16>,
}

/// Adds the list to the dictionary's words.
pub fn add(words: &mut Vec<SourceWord>, kinds: &[Kind], classes: &Classes) -> Result<()> {
    merge(words, kinds, list(OFFICE, classes)?);
    Ok(())
}

fn list(lines: &'static str, classes: &Classes) -> Result<Vec<Listed>> {
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| listed(line, classes).ok_or_else(|| Error::malformed("office.tsv", line)))
        .collect()
}

fn listed(line: &'static str, classes: &Classes) -> Option<Listed> {
    let mut columns = line.split('\t');
    let (reading, text) = (columns.next()?, columns.next()?);
    let class = match columns.next() {
        None | Some("noun" | "-") => classes.noun,
        Some("action") => classes.action,
        Some(_) => return None,
    };
    let cost = match columns.next() {
        None => None,
        Some(cost) => Some(cost.parse().ok()?),
    };
    Some(Listed {
        reading: kana::normalise(reading),
        text,
        class,
        cost,
    })
}

fn merge(words: &mut Vec<SourceWord>, kinds: &[Kind], list: Vec<Listed>) {
    let mut known: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for line in &list {
        known.insert((line.reading.clone(), line.text.to_owned()), Vec::new());
    }
    for (index, word) in words.iter().enumerate() {
        let kind = kinds.get(usize::from(word.left));
        let is_name = matches!(
            kind,
            Some(Kind::Family | Kind::Given | Kind::Person | Kind::Place)
        );
        if !is_name && let Some(indices) = known.get_mut(&(word.reading.clone(), word.text.clone()))
        {
            indices.push(index);
        }
    }
    for line in list {
        let indices = known.remove(&(line.reading.clone(), line.text.to_owned()));
        let indices = indices.unwrap_or_default();
        if indices.is_empty() {
            words.push(SourceWord {
                reading: line.reading,
                cost: line.cost.unwrap_or(ADDED),
                text: line.text.to_owned(),
                left: line.class,
                right: line.class,
            });
            continue;
        }
        likelier(words, &indices, &line);
    }
}

/// Lowers the costs of a word's classes, all by the same.
fn likelier(words: &mut [SourceWord], indices: &[usize], line: &Listed) {
    let least = indices.iter().map(|i| words[*i].cost).min().unwrap_or(0);
    let by = match line.reading.chars().count() {
        ..=SHORT => SHORT_LIKELIER,
        _ => LIKELIER,
    };
    let by = match line.cost {
        Some(cost) => least.saturating_sub(cost),
        None => by.max(least.saturating_sub(ADDED)),
    };
    for index in indices {
        words[*index].cost = words[*index].cost.saturating_sub(by);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const CLASSES: Classes = Classes { noun: 1, action: 2 };

    fn word(reading: &str, text: &str, class: u16, cost: u16) -> SourceWord {
        SourceWord {
            reading: reading.into(),
            cost,
            text: text.into(),
            left: class,
            right: class,
        }
    }

    #[test]
    fn every_line_is_read_and_none_is_there_twice() {
        let list = list(OFFICE, &CLASSES).unwrap();
        let mut seen = BTreeSet::new();
        for line in &list {
            let plain = |c: char| matches!(c, 'ぁ'..='ゖ' | 'ー' | ' '..='~' | '・' | '、');
            assert!(line.reading.chars().all(plain), "{}", line.reading);
            assert!(seen.insert((&line.reading, line.text)), "{}", line.text);
        }
    }

    #[test]
    fn what_is_missing_is_added_and_what_is_there_becomes_likelier_in_all_its_classes() {
        let kinds = [Kind::Other, Kind::Noun, Kind::Other, Kind::Family];
        let mut words = vec![
            word("してん", "支店", 1, 4_600),
            word("してん", "支店", 2, 6_000),
            word("してん", "支店", 3, 5_000),
            word("してん", "視点", 1, 3_800),
            word("そうかつひょう", "総括表", 1, 9_000),
        ];
        let lines = "してん\t支店\nそうかつひょう\t総括表\nさいとくそく\t再督促\taction\nふよう\t扶養\t-\t3000";
        merge(&mut words, &kinds, list(lines, &CLASSES).unwrap());
        let costs: Vec<_> = words
            .iter()
            .map(|w| (w.text.as_str(), w.left, w.cost))
            .collect();
        assert_eq!(
            costs,
            [
                ("支店", 1, 4_000),
                ("支店", 2, 5_400),
                ("支店", 3, 5_000),
                ("視点", 1, 3_800),
                ("総括表", 1, 5_000),
                ("再督促", 2, 5_000),
                ("扶養", 1, 3_000),
            ]
        );
    }

    #[test]
    fn a_line_with_an_unknown_class_stops_the_build() {
        assert!(list("してん\t支店\tverb", &CLASSES).is_err());
        assert!(list("してん", &CLASSES).is_err());
    }
}
