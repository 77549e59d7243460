//! What a word in a cell means: data/words.toml.

use mynumber::Sex;
use mynumber::search::fold;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

type Codes = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: u16,
    checked_on: mynumber::Date,
    own: Vec<String>,
    spouse: Vec<String>,
    blank: Vec<String>,
    not_given: Vec<String>,
    sex: Codes,
    relationship: Codes,
    deduction: Codes,
    disability: Codes,
    residency: Codes,
    cohabitation: Codes,
    yes_no: Codes,
    employment: Codes,
    retirement_reason: Codes,
}

/// The words of one closed list.
pub(crate) struct List(HashMap<String, String>);

impl List {
    fn new(codes: Codes) -> Self {
        let pairs = codes.into_iter().flat_map(|(code, words)| {
            let pair = move |word: String| (plain(&word), code.clone());
            words.into_iter().map(pair)
        });
        Self(pairs.collect())
    }

    /// The code a word stands for.
    pub(crate) fn code(&self, word: &str) -> Option<&str> {
        self.0.get(&plain(word)).map(String::as_str)
    }

    pub(crate) fn yes(&self, word: &str) -> Option<bool> {
        self.code(word).map(|code| code == "yes")
    }
}

pub(crate) struct Words {
    own: HashSet<String>,
    spouse: HashSet<String>,
    blank: HashSet<String>,
    not_given: HashSet<String>,
    pub sex: List,
    pub relationship: List,
    pub deduction: List,
    pub disability: List,
    pub residency: List,
    pub cohabitation: List,
    pub yes_no: List,
    pub employment: List,
    pub retirement_reason: List,
}

pub(crate) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let raw: Raw = toml::from_str(include_str!("../data/words.toml"))
        .expect("a test reads the built-in words");
    let (_, _) = (raw.version, raw.checked_on);
    let set = |words: Vec<String>| words.iter().map(|w| plain(w)).collect();
    Words {
        own: set(raw.own),
        spouse: set(raw.spouse),
        blank: set(raw.blank),
        not_given: set(raw.not_given),
        sex: List::new(raw.sex),
        relationship: List::new(raw.relationship),
        deduction: List::new(raw.deduction),
        disability: List::new(raw.disability),
        residency: List::new(raw.residency),
        cohabitation: List::new(raw.cohabitation),
        yes_no: List::new(raw.yes_no),
        employment: List::new(raw.employment),
        retirement_reason: List::new(raw.retirement_reason),
    }
});

/// Each list's name, code and words, as they stand in the registry.
pub(crate) fn listed() -> Vec<(&'static str, String, Vec<String>)> {
    let raw: Raw = toml::from_str(include_str!("../data/words.toml"))
        .expect("a test reads the built-in words");
    let lists = [
        ("性別 sex", raw.sex),
        ("続柄 relationship", raw.relationship),
        ("控除区分 deduction", raw.deduction),
        ("障害者 disability", raw.disability),
        ("非居住者 residency", raw.residency),
        ("同居 cohabitation", raw.cohabitation),
        ("健保・第3号 yes_no", raw.yes_no),
        ("雇用区分 employment", raw.employment),
        ("退職理由 retirement_reason", raw.retirement_reason),
    ];
    let rows = lists.into_iter().flat_map(|(name, codes)| {
        let row = move |(code, words)| (name, code, words);
        codes.into_iter().map(row)
    });
    rows.collect()
}

impl Words {
    pub(crate) fn is_own(&self, word: &str) -> bool {
        self.own.contains(&plain(word))
    }

    pub(crate) fn is_spouse(&self, word: &str) -> bool {
        self.spouse.contains(&plain(word))
    }

    /// Empty, or a word or sign that says so.
    pub(crate) fn is_blank(&self, word: &str) -> bool {
        word.is_empty() || word.len() < 16 && self.blank.contains(&plain(word))
    }

    pub(crate) fn is_not_given(&self, word: &str) -> bool {
        self.not_given.contains(&plain(word))
    }

    pub(crate) fn sex(&self, word: &str) -> Option<Sex> {
        match self.sex.code(word)? {
            "male" => Some(Sex::Male),
            _ => Some(Sex::Female),
        }
    }
}

/// Folded, without brackets and middle dots.
fn plain(word: &str) -> String {
    fold(word)
        .chars()
        .filter(|c| !matches!(c, '(' | ')' | '[' | ']' | '「' | '」' | '・'))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use mynumber::family::{Deduction, Disability, Relationship, Residency};
    use mynumber::{Employment, RetirementReason};

    #[test]
    fn every_word_stands_for_one_code_and_every_code_exists() {
        let raw: Raw = toml::from_str(include_str!("../data/words.toml")).unwrap();
        type Known = fn(&str) -> bool;
        let lists: [(&Codes, Known, usize); 9] = [
            (&raw.sex, |c| ["male", "female"].contains(&c), 2),
            (
                &raw.relationship,
                |c| Relationship::from_code(c).is_some(),
                Relationship::ALL.len(),
            ),
            (
                &raw.deduction,
                |c| Deduction::from_code(c).is_some(),
                Deduction::ALL.len(),
            ),
            (
                &raw.disability,
                |c| Disability::from_code(c).is_some(),
                Disability::ALL.len(),
            ),
            (
                &raw.residency,
                |c| Residency::from_code(c).is_some(),
                Residency::ALL.len(),
            ),
            (&raw.cohabitation, |c| ["yes", "no"].contains(&c), 2),
            (&raw.yes_no, |c| ["yes", "no"].contains(&c), 2),
            (
                &raw.employment,
                |c| Employment::from_code(c).is_some(),
                Employment::ALL.len(),
            ),
            (
                &raw.retirement_reason,
                |c| RetirementReason::from_code(c).is_some(),
                RetirementReason::ALL.len(),
            ),
        ];
        for (codes, known, count) in lists {
            assert_eq!(codes.len(), count, "{codes:?}");
            let mut seen = HashSet::new();
            for (code, words) in codes {
                assert!(known(code), "{code}");
                for word in words {
                    assert!(seen.insert(plain(word)), "{word} stands twice");
                }
            }
        }
    }

    #[test]
    fn the_names_of_the_lists_themselves_are_understood() {
        for list in Relationship::ALL {
            assert_eq!(WORDS.relationship.code(list.japanese()), Some(list.code()));
        }
        for list in Deduction::ALL {
            assert_eq!(WORDS.deduction.code(list.japanese()), Some(list.code()));
        }
        for list in Disability::ALL {
            assert_eq!(WORDS.disability.code(list.japanese()), Some(list.code()));
        }
        for list in Employment::ALL {
            assert_eq!(WORDS.employment.code(list.japanese()), Some(list.code()));
        }
        for list in RetirementReason::ALL {
            let code = WORDS.retirement_reason.code(list.japanese());
            assert_eq!(code, Some(list.code()));
        }
    }
}
