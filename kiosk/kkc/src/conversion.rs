//! A reading that was converted: segments, their candidates and what was chosen.

use crate::field::Field;
use crate::history::History;
use crate::user_words::UserWords;
use crate::variants::Note;

/// What belongs to one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Personal {
    pub history: History,
    pub words: UserWords,
}

/// One way to write a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    /// In names: characters that have look-alikes, and what tells each from them.
    pub notes: Vec<(&'static str, Note)>,
}

/// A part of a conversion that is chosen by itself (文節).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Normalised.
    pub reading: String,
    /// The likeliest first; never empty.
    pub candidates: Vec<Candidate>,
    pub chosen: usize,
}

impl Segment {
    /// The text of the chosen candidate.
    pub fn text(&self) -> &str {
        self.candidates
            .get(self.chosen)
            .map_or(&self.reading, |candidate| &candidate.text)
    }
}

/// A reading divided into segments. Their readings together are the normalised reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    pub field: Field,
    pub segments: Vec<Segment>,
    /// A digit stands before it: 号 and 階 are meant, not 郷 and 会.
    pub(crate) after_digit: bool,
}

impl Conversion {
    /// The text of all segments as chosen.
    pub fn text(&self) -> String {
        self.segments.iter().map(Segment::text).collect()
    }

    /// Remembers the choices: each segment's, and the whole.
    pub fn learn(&self, history: &mut History) {
        for segment in &self.segments {
            history.learn(self.field, &segment.reading, segment.text());
        }
        if self.segments.len() > 1 {
            let reading: String = self.segments.iter().map(|s| s.reading.as_str()).collect();
            history.learn(self.field, &reading, &self.text());
        }
    }
}
