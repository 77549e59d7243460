//! What of a composition is on the screen.

use super::converting::PAGE;
use codes::Language;

/// A part of the text under composition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreeditPart {
    pub text: String,
    /// The segment that keys are about.
    pub active: bool,
    /// The caret stands before it.
    pub caret: bool,
}

impl PreeditPart {
    pub fn plain(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    pub fn at_caret(text: String) -> Self {
        Self {
            text,
            caret: true,
            ..Self::default()
        }
    }

    pub fn segment(text: String, active: bool) -> Self {
        Self {
            text,
            active,
            ..Self::default()
        }
    }
}

/// The whole text of some parts.
pub fn text_of(parts: &[PreeditPart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// A page of candidates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CandidatesView {
    pub items: Vec<CandidateView>,
    /// Which of them is chosen.
    pub selected: usize,
    /// Its place among all, from 1, and how many there are.
    pub number: usize,
    pub total: usize,
}

impl CandidatesView {
    /// `12/24　[2/3]`: which candidate of how many, and which page.
    pub fn counter(&self) -> String {
        let page = |n: usize| n.div_ceil(PAGE).max(1);
        let (at, pages) = (page(self.number), page(self.total));
        match pages {
            1 => format!("{}/{}", self.number, self.total),
            _ => format!("{}/{}　[{at}/{pages}]", self.number, self.total),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CandidateView {
    pub text: String,
    /// What tells characters from their look-alikes: which, in Japanese, in English.
    pub notes: Vec<(&'static str, &'static str, &'static str)>,
}

impl CandidateView {
    /// What tells its characters from their look-alikes, in one line.
    pub fn note(&self, language: Language) -> String {
        let notes = self.notes.iter().map(|(of, ja, en)| match language {
            Language::Japanese => format!("{of}：{ja}"),
            Language::English => format!("{of}: {en}"),
        });
        notes.collect::<Vec<_>>().join("　")
    }
}
