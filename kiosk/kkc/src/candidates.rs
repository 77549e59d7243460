//! Texts from several sources as one list of candidates.

use crate::conversion::Candidate;
use crate::field::Field;
use crate::{kana, numbers, variants};

/// Plain candidates that stand before look-alikes of names.
pub(crate) const BEFORE_LOOK_ALIKES: usize = 5;
/// Look-alikes are offered for this many of the first candidates.
const LOOKED_AT: usize = 3;

pub(crate) fn candidate(text: String, field: Field) -> Candidate {
    let notes = match field {
        Field::Name => variants::notes(&text),
        _ => Vec::new(),
    };
    Candidate { text, notes }
}

/// Texts in order, each once.
#[derive(Default)]
pub(crate) struct Texts {
    ordered: Vec<String>,
    known: std::collections::HashSet<String>,
}

impl Texts {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.ordered.iter().map(String::as_str)
    }

    pub fn extend<T: Into<String>>(&mut self, texts: impl IntoIterator<Item = T>) {
        for text in texts {
            let text = text.into();
            if !text.is_empty() && self.known.insert(text.clone()) {
                self.ordered.push(text);
            }
        }
    }
}

/// Puts look-alikes of names behind the first candidates, and the plain forms of kana and numbers
/// behind all.
pub(crate) fn finished(texts: Texts, reading: &str, field: Field, want: usize) -> Vec<Candidate> {
    let mut all = Texts::default();
    let plain = texts.ordered;
    all.extend(plain.iter().take(BEFORE_LOOK_ALIKES).cloned());
    if field == Field::Name {
        all.extend(
            plain
                .iter()
                .take(LOOKED_AT)
                .flat_map(|t| variants::beside(t)),
        );
    }
    // Plain forms are never cut off by many candidates.
    let mut forms = Texts::default();
    forms.extend(numbers::forms(reading));
    forms.extend([
        kana::hiragana(reading),
        kana::katakana(reading),
        kana::half_width(reading),
    ]);
    if field == Field::Name {
        forms.extend(old_kana(reading));
    }
    all.extend(plain);
    let mut ordered = all.ordered;
    let first = want.min(BEFORE_LOOK_ALIKES);
    let room = want.saturating_sub(forms.ordered.len()).max(first);
    if ordered.len() > room {
        let kept = &ordered[..room];
        let missing = forms.iter().filter(|form| kept.iter().all(|k| k != form));
        ordered.truncate(want.saturating_sub(missing.count()).max(first));
    }
    let mut all = Texts::default();
    all.extend(ordered);
    all.extend(forms.ordered);
    all.ordered
        .into_iter()
        .take(want.max(1))
        .map(|text| candidate(text, field))
        .collect()
}

/// A name in kana with ゐ and ゑ, which sound like い and え and stand on no key: よしゑ, ヨシヱ.
fn old_kana(reading: &str) -> Vec<String> {
    if !kana::is_reading(reading) || !reading.contains(['い', 'え']) {
        return Vec::new();
    }
    let old = reading.replace('い', "ゐ").replace('え', "ゑ");
    let katakana = kana::katakana(&old);
    vec![old, katakana]
}
