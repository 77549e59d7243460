//! Words that go together (`collocations.tsv`): which of several homophones is meant is said by its
//! neighbour. 口座 is opened (開設), 異議 is raised (申し立てる), a cold is why somebody stays away (風邪, 休む).
//!
//! Mozc has a table for this too, but its public data set carries two lines of it.

use crate::error::{Error, Result};
use kkc::build::{SourceCollocation, SourceWord};
use kkc::kana;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The list; its head says what the columns are.
pub const COLLOCATIONS: &str = include_str!("../data/collocations.tsv");

/// A compound that costs less is usual.
const USUAL: u16 = 9_000;
/// Characters that its last part has at least: of one alone little can be said.
const LEAST_OF_END: usize = 2;
/// What a word may end with, and what stands in its place in its other forms. Forms that no word has are
/// left out later, so that nothing need be known of how a verb is conjugated.
const FORMS: [(char, &[&str]); 10] = [
    ('う', &["わ", "い", "え", "お", "っ", "って", "った"]),
    ('く', &["か", "き", "け", "こ", "い", "いて", "いた", "っ"]),
    ('ぐ', &["が", "ぎ", "げ", "ご", "い", "いで", "いだ"]),
    ('す', &["さ", "し", "せ", "そ", "して", "した"]),
    ('つ', &["た", "ち", "て", "と", "っ", "って", "った"]),
    ('ぬ', &["な", "に", "ね", "の", "ん", "んで", "んだ"]),
    ('ぶ', &["ば", "び", "べ", "ぼ", "ん", "んで", "んだ"]),
    ('む', &["ま", "み", "め", "も", "ん", "んで", "んだ"]),
    (
        'る',
        &[
            "ら", "り", "れ", "ろ", "っ", "って", "った", "", "よ", "て", "た",
        ],
    ),
    ('い', &["く", "かっ", "けれ", "そう", "さ"]),
];

/// The list with every form of its later words.
pub fn list(words: &[SourceWord]) -> Result<Vec<SourceCollocation>> {
    let in_kana = |word: &&SourceWord| kana::hiragana(&word.text) == word.reading;
    let known = words.iter().filter(|word| !in_kana(word));
    let known: HashSet<&str> = known.map(|word| word.text.as_str()).collect();
    let compounds = compounds(words);
    let mut list = Vec::new();
    let mut unknown = BTreeSet::new();
    for line in COLLOCATIONS.lines().filter(|line| !line.starts_with('#')) {
        let (later, earlier) = line
            .split_once('\t')
            .ok_or_else(|| Error::malformed("collocations.tsv", line))?;
        let texts = earlier.split(' ').chain([later]);
        unknown.extend(texts.filter(|text| !known.contains(text)));
        let forms = forms(later).into_iter();
        for form in forms.filter(|form| known.contains(form.as_str())) {
            for text in earlier.split(' ') {
                let ending = compounds.get(text).map_or(&[][..], Vec::as_slice);
                list.extend(
                    ending
                        .iter()
                        .chain([&text])
                        .map(|earlier| SourceCollocation {
                            earlier: (*earlier).to_owned(),
                            later: form.clone(),
                        }),
                );
            }
        }
    }
    if !unknown.is_empty() {
        let problem = format!("no words of the dictionary: {unknown:?}");
        return Err(Error::malformed("collocations.tsv", problem));
    }
    Ok(list)
}

/// 健康診断 and 定期健康診断 for 診断: the usual compounds by what they end with.
fn compounds(words: &[SourceWord]) -> HashMap<&str, Vec<&str>> {
    let usual = words.iter().filter(|word| word.cost < USUAL);
    let usual = usual.filter(|word| word.text.chars().all(is_kanji));
    let usual: BTreeSet<&str> = usual.map(|word| word.text.as_str()).collect();
    let mut compounds: HashMap<&str, Vec<&str>> = HashMap::new();
    for text in usual {
        let ends = text.char_indices().skip(1).map(|(at, _)| &text[at..]);
        for end in ends.filter(|end| end.chars().nth(LEAST_OF_END - 1).is_some()) {
            compounds.entry(end).or_default().push(text);
        }
    }
    compounds
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// A word and what its other forms could be.
fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    for (ending, others) in FORMS {
        if let Some(stem) = word.strip_suffix(ending) {
            forms.extend(others.iter().map(|other| format!("{stem}{other}")));
        }
    }
    forms
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_words_without_repeats() {
        let mut seen = HashSet::new();
        for line in COLLOCATIONS.lines().filter(|line| !line.starts_with('#')) {
            let (later, earlier) = line.split_once('\t').unwrap();
            for earlier in earlier.split(' ') {
                assert!(!earlier.is_empty(), "{line}");
                assert!(seen.insert((later, earlier)), "{earlier} {later} is twice");
            }
        }
    }

    #[test]
    fn a_verb_has_its_forms_and_a_noun_has_none() {
        assert!(forms("抜く").contains(&"抜い".to_owned()));
        assert!(forms("締める").contains(&"締め".to_owned()));
        assert_eq!(forms("開設"), ["開設"]);
    }
}
