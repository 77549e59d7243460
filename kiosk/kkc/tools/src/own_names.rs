//! Names of our own list (`names.tsv`), which the dictionary lacks or ranks low.

use crate::error::{Error, Result};
use kkc::build::SourceWord;
use kkc::{Kind, Part};
use std::collections::HashSet;

/// The list; its head says what the columns are.
pub const NAMES: &str = include_str!("../data/names.tsv");
/// Cost as a word of running text, where the dictionary has no such word: behind all that it has.
const WORD: u16 = 8_500;

/// A name of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnName {
    pub part: Part,
    pub reading: &'static str,
    pub text: &'static str,
    /// How many names of the same reading stand before it.
    pub rank: u16,
}

/// The list's names in its order.
pub fn list() -> Result<Vec<OwnName>> {
    let lines = NAMES.lines().filter(|line| !line.starts_with('#'));
    let names = lines.map(|line| of_line(line).ok_or_else(|| Error::malformed("names.tsv", line)));
    Ok(names.collect::<Result<Vec<_>>>()?.concat())
}

fn of_line(line: &'static str) -> Option<Vec<OwnName>> {
    let mut columns = line.split('\t');
    let part = match columns.next()? {
        "family" => Part::Family,
        "given" => Part::Given,
        _ => return None,
    };
    let reading = columns.next().filter(|r| kkc::kana::is_reading(r))?;
    let texts = columns.next()?.split(' ');
    let names = (0_u16..).zip(texts).map(|(rank, text)| OwnName {
        part,
        reading,
        text,
        rank,
    });
    columns.next().is_none().then(|| names.collect())
}

/// Names that are no word of the dictionary become one: any text is to be read back, and written in
/// fields that are not for names.
pub fn add(words: &mut Vec<SourceWord>, kinds: &[Kind], names: &[OwnName]) -> Result<()> {
    let class = |kind| {
        let class = kinds.iter().position(|k| *k == kind);
        class.and_then(|class| u16::try_from(class).ok())
    };
    let (Some(family), Some(given)) = (class(Kind::Family), class(Kind::Given)) else {
        return Err(Error::malformed("classes.toml", "no class for names"));
    };
    let known: HashSet<(&str, &str)> = words
        .iter()
        .filter(|word| matches!(kinds[usize::from(word.left)], Kind::Family | Kind::Given))
        .map(|word| (word.reading.as_str(), word.text.as_str()))
        .collect();
    let missing = names
        .iter()
        .filter(|n| !known.contains(&(n.reading, n.text)));
    let new: Vec<SourceWord> = missing
        .map(|name| {
            let class = match name.part {
                Part::Family => family,
                Part::Given => given,
            };
            SourceWord {
                reading: name.reading.to_owned(),
                cost: WORD,
                text: name.text.to_owned(),
                left: class,
                right: class,
            }
        })
        .collect();
    words.extend(new);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_and_none_is_there_twice() {
        let mut seen = HashSet::new();
        for name in list().unwrap() {
            assert!(!name.text.is_empty(), "{}", name.reading);
            assert!(
                seen.insert((name.part, name.reading, name.text)),
                "{}",
                name.text
            );
        }
    }

    #[test]
    fn a_line_that_is_no_name_stops_the_build() {
        assert_eq!(of_line("given\tひまり\t陽葵 向日葵").unwrap().len(), 2);
        for line in [
            "given\tひまり",
            "other\tひまり\t陽葵",
            "given\tヒマリ\t陽葵",
        ] {
            assert!(of_line(line).is_none(), "{line}");
        }
    }

    #[test]
    fn a_name_that_is_no_word_becomes_one() {
        let kinds = [Kind::Other, Kind::Family, Kind::Given];
        let mut words = Vec::new();
        let names = of_line("given\tひまり\t陽葵 向日葵").unwrap();
        add(&mut words, &kinds, &names).unwrap();
        add(&mut words, &kinds, &names).unwrap();
        let texts: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.left)).collect();
        assert_eq!(texts, [("陽葵", 2), ("向日葵", 2)]);
    }
}
