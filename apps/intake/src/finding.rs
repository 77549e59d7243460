use crate::Field;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

include!(concat!(env!("OUT_DIR"), "/problem.rs"));

/// What becomes of a row with a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// Everything is taken; somebody should know.
    Taken,
    /// Only this value is left out.
    ValueLeftOut,
    /// The row, or the group of family columns, is left out.
    RowLeftOut,
}

/// One line of the report on an import. It holds no value of the file, because any cell
/// may hold an individual number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// From 1, as an editor counts.
    pub line: u32,
    /// From 1; `None` where it is about the whole row.
    pub column: Option<u16>,
    pub problem: Problem,
    /// What the column is for.
    pub field: Option<Field>,
}

/// All findings: the first [`Findings::KEPT`] with their places, the others counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    counts: BTreeMap<Problem, u32>,
}

impl Findings {
    /// How many are kept with their place.
    pub const KEPT: usize = 20_000;

    pub fn push(&mut self, finding: Finding) {
        *self.counts.entry(finding.problem).or_default() += 1;
        // Errors push notes out: a file where every row has a note must not hide them.
        if self.kept.len() < Self::KEPT {
            self.kept.push(finding);
        } else if finding.problem.effect() > Effect::Taken
            && let Some(note) = self
                .kept
                .iter_mut()
                .rev()
                .take(64)
                .find(|kept| kept.problem.effect() == Effect::Taken)
        {
            *note = finding;
        }
    }

    /// Those kept, by line and column.
    pub fn list(&self) -> Vec<Finding> {
        let mut list = self.kept.clone();
        list.sort_unstable();
        list
    }

    /// How often each problem was found, all of them counted.
    pub fn counts(&self) -> &BTreeMap<Problem, u32> {
        &self.counts
    }

    pub fn total(&self) -> u32 {
        self.counts.values().sum()
    }

    pub fn of(&self, problem: Problem) -> u32 {
        self.counts.get(&problem).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_counted_and_notes_give_way_to_errors() {
        let mut findings = Findings::default();
        let finding = |line, problem| Finding {
            line,
            column: Some(1),
            problem,
            field: None,
        };
        for line in 1..=30_000 {
            findings.push(finding(line, Problem::TooFewColumns));
        }
        findings.push(finding(30_001, Problem::NameMissing));
        assert_eq!(findings.total(), 30_001);
        assert_eq!(findings.list().len(), Findings::KEPT);
        assert_eq!(
            findings.list().last().map(|f| f.problem),
            Some(Problem::NameMissing)
        );
    }

    #[test]
    fn codes_are_unique_and_texts_are_in_both_languages() {
        let codes: std::collections::BTreeSet<_> = Problem::ALL.iter().map(|p| p.code()).collect();
        assert_eq!(codes.len(), Problem::ALL.len());
        for problem in Problem::ALL {
            assert!(!problem.what_ja().is_ascii() && !problem.todo_ja().is_ascii());
            assert!(problem.what_en().ends_with('.') && problem.todo_en().ends_with('.'));
        }
    }
}
