//! A reading that is converted: its segments (文節), the one that is chosen for, its candidates.

use super::composer::Committed;
use super::learning::Choice;
use super::mode::ImeMode;
use super::typing::{Again, Form, Typing};
use super::view::{CandidateView, CandidatesView, PreeditPart};
use kkc::{Candidate, Conversion, Converter, Field, Personal, Segment, kana};

/// Candidates of one page: as many as there are digits to pick them by.
pub const PAGE: usize = 9;

/// Between 姓 and 名, as forms want it: one full-width space.
const NAME_SPACE: &str = "\u{3000}";

#[derive(Clone, Debug)]
pub struct Converting {
    /// What Esc goes back to.
    pub typing: Typing,
    /// The character that stands before it in the field.
    before: Option<char>,
    conversion: Conversion,
    /// Of each segment, the form that a function key gave it.
    forms: Vec<Option<(Form, Again)>>,
    active: usize,
    list: bool,
}

impl Converting {
    pub fn new(
        typing: Typing,
        field: Field,
        before: Option<char>,
        converter: &Converter,
        personal: &Personal,
    ) -> Box<Self> {
        let conversion = converter.convert_after(before, &typing.reading(), field, personal);
        let mut converting = Box::new(Self {
            forms: vec![None; conversion.segments.len()],
            typing,
            before,
            conversion,
            active: 0,
            list: false,
        });
        converting.widen_signs(personal);
        converting
    }

    /// Signs stay as wide as they were typed, （株） and not (株): the dictionary knows them half-width
    /// alone. That form follows each candidate, and comes first where the user chose it before.
    fn widen_signs(&mut self, personal: &Personal) {
        let typed = self.typing.reading();
        let wide: Vec<char> = typed
            .chars()
            .filter(|c| matches!(c, '！'..='～') && !c.is_alphanumeric())
            .collect();
        if wide.is_empty() {
            return;
        }
        let field = self.conversion.field;
        for segment in &mut self.conversion.segments {
            let chosen = segment.text().to_owned();
            let learned = personal.history.chosen(field, &segment.reading);
            let mut candidates: Vec<Candidate> = Vec::with_capacity(segment.candidates.len());
            for candidate in std::mem::take(&mut segment.candidates) {
                let widened = Candidate {
                    text: widened(&candidate.text, &wide),
                    notes: candidate.notes.clone(),
                };
                let both = match learned.contains(&candidate.text.as_str()) {
                    true => [candidate, widened],
                    false => [widened, candidate],
                };
                for candidate in both {
                    if candidates.iter().all(|c| c.text != candidate.text) {
                        candidates.push(candidate);
                    }
                }
            }
            let wanted = [widened(&chosen, &wide), chosen];
            let at = |text: &String| candidates.iter().position(|c| c.text == *text);
            segment.chosen = match segment.chosen {
                0 => 0,
                _ => wanted.iter().find_map(at).unwrap_or(0),
            };
            segment.candidates = candidates;
        }
    }

    pub fn list_is_open(&self) -> bool {
        self.list
    }

    pub fn open_list(&mut self) {
        self.list = true;
    }

    /// The next (1) or the previous (-1) candidate; the list opens.
    pub fn step(&mut self, by: isize) {
        self.forms[self.active] = None;
        let segment = &mut self.conversion.segments[self.active];
        let count = segment.candidates.len().max(1);
        segment.chosen = (segment.chosen + count).wrapping_add_signed(by) % count;
        self.list = true;
    }

    /// The next or previous page, at the same place in it where there is one.
    pub fn page(&mut self, by: isize) {
        self.forms[self.active] = None;
        let segment = &mut self.conversion.segments[self.active];
        let pages = segment.candidates.len().div_ceil(PAGE).max(1);
        let page = (segment.chosen / PAGE + pages).wrapping_add_signed(by) % pages;
        let last = segment.candidates.len().saturating_sub(1);
        segment.chosen = (page * PAGE + segment.chosen % PAGE).min(last);
        self.list = true;
    }

    /// Takes the `at`th candidate of the page; on with the next segment.
    pub fn pick(&mut self, at: usize) {
        let segment = &mut self.conversion.segments[self.active];
        let wanted = segment.chosen / PAGE * PAGE + at;
        if wanted >= segment.candidates.len() {
            return;
        }
        segment.chosen = wanted;
        self.forms[self.active] = None;
        self.list = false;
        self.active = (self.active + 1).min(self.conversion.segments.len() - 1);
    }

    /// The reading and the text of the candidate that is chosen.
    pub fn chosen(&self) -> (String, String) {
        let segment = &self.conversion.segments[self.active];
        (segment.reading.clone(), segment.text().to_owned())
    }

    /// Finds the candidates anew: what was learned is another.
    pub fn again(&mut self, converter: &Converter, personal: &Personal) {
        let (active, field) = (self.active, self.conversion.field);
        let ends = self.conversion.segments.len();
        let reading = self.typing.reading();
        let anew = converter.convert_after(self.before, &reading, field, personal);
        // Segments that were resized keep their candidates until the next conversion.
        if anew.segments.len() == ends {
            let mut segments = anew.segments.into_iter().skip(active);
            if let Some(segment) = segments.next()
                && segment.reading == self.conversion.segments[active].reading
            {
                self.conversion.segments[active] = segment;
                self.widen_signs(personal);
            }
        }
    }

    /// Goes to another segment, round at the ends.
    pub fn go(&mut self, by: isize) {
        let count = self.conversion.segments.len().max(1);
        self.active = (self.active + count).wrapping_add_signed(by) % count;
        self.list = false;
    }

    pub fn first(&mut self) {
        self.active = 0;
        self.list = false;
    }

    pub fn last(&mut self) {
        self.active = self.conversion.segments.len().saturating_sub(1);
        self.list = false;
    }

    /// Makes the segment longer or shorter by one character.
    pub fn resize(&mut self, by: isize, converter: &Converter, personal: &Personal) {
        self.list = false;
        if converter.resize(&mut self.conversion, self.active, by, personal) {
            self.forms.truncate(self.active);
            self.forms.resize(self.conversion.segments.len(), None);
            self.widen_signs(personal);
        }
    }

    pub fn form(&self) -> Form {
        self.forms[self.active].map_or(Form::Natural, |(form, _)| form)
    }

    pub fn put_form(&mut self, form: Form) {
        let again = match self.forms[self.active] {
            Some((before, again)) if before == form => again.next(),
            _ => Again::default(),
        };
        self.forms[self.active] = Some((form, again));
        self.list = false;
    }

    /// Chooses the candidate that is `text`, if it is one of the whole.
    pub fn choose(&mut self, text: &str) {
        if let [only] = self.conversion.segments.as_mut_slice()
            && let Some(at) = only.candidates.iter().position(|c| c.text == text)
        {
            only.chosen = at;
        }
    }

    /// What a segment stands for now.
    fn text_of(&self, index: usize, mode: ImeMode) -> String {
        let segment = &self.conversion.segments[index];
        match self.forms[index] {
            Some((form, again)) => {
                let length = |segment: &Segment| segment.reading.chars().count();
                let from = self.conversion.segments[..index].iter().map(length).sum();
                let to = from + length(segment);
                let typed = self.typing.typed_between(from, to);
                form.of(&segment.reading, &typed, again, mode)
            }
            None if self.conversion.field == Field::Name => segment.text().replace(' ', NAME_SPACE),
            None => segment.text().to_owned(),
        }
    }

    /// Whether 姓 ends with the first segment and nothing divides it from 名 yet.
    fn divides_name(&self) -> bool {
        let segments = &self.conversion.segments;
        self.conversion.field == Field::Name
            && segments.len() > 1
            && !segments.iter().any(|s| s.reading.contains(' '))
    }

    pub fn parts(&self, mode: ImeMode) -> Vec<PreeditPart> {
        let mut parts: Vec<PreeditPart> = (0..self.conversion.segments.len())
            .map(|index| PreeditPart::segment(self.text_of(index, mode), index == self.active))
            .collect();
        if self.divides_name() {
            parts.insert(1, PreeditPart::plain(NAME_SPACE.into()));
        }
        parts
    }

    pub fn committed(&self, mode: ImeMode) -> Committed {
        let divides = self.divides_name();
        let mut committed = Committed::default();
        for (index, segment) in self.conversion.segments.iter().enumerate() {
            if divides && index == 1 {
                committed.text.push_str(NAME_SPACE);
                committed.reading.push_str(NAME_SPACE);
            }
            committed.text.push_str(&self.text_of(index, mode));
            let letters = |(form, _): (Form, Again)| form.is_letters();
            if !self.forms[index].is_some_and(letters) {
                committed.reading.push_str(&segment.reading);
            }
        }
        committed
    }

    /// What there is to learn: each segment's text for its reading, and the whole's.
    pub fn choices(&self, mode: ImeMode) -> Vec<Choice> {
        let field = self.conversion.field;
        let choice = |reading: String, text: String| Choice {
            field,
            reading,
            text,
        };
        let segments = self.conversion.segments.iter().enumerate();
        let mut choices: Vec<Choice> = segments
            .filter(|(_, segment)| !segment.reading.trim().is_empty())
            .map(|(index, segment)| choice(segment.reading.clone(), self.text_of(index, mode)))
            .collect();
        if choices.len() > 1 {
            let reading = choices.iter().map(|c| c.reading.as_str()).collect();
            let text = choices.iter().map(|c| c.text.as_str()).collect();
            choices.push(choice(reading, text));
        }
        choices
    }

    /// The page with the chosen candidate, while the list is open.
    pub fn candidates(&self) -> Option<CandidatesView> {
        if !self.list {
            return None;
        }
        let segment = &self.conversion.segments[self.active];
        let first = segment.chosen / PAGE * PAGE;
        let items = segment.candidates.iter().skip(first).take(PAGE);
        Some(CandidatesView {
            items: items
                .map(|candidate| CandidateView {
                    text: candidate.text.clone(),
                    notes: candidate
                        .notes
                        .iter()
                        .map(|(of, note)| (*of, note.ja, note.en))
                        .collect(),
                })
                .collect(),
            selected: segment.chosen - first,
            number: segment.chosen + 1,
            total: segment.candidates.len(),
        })
    }
}

/// A text with those of its signs full-width that are in `wide`.
fn widened(text: &str, wide: &[char]) -> String {
    text.chars()
        .map(|c| {
            let full = kana::full_width(c.encode_utf8(&mut [0; 4]));
            match full.chars().next() {
                Some(full) if wide.contains(&full) => full,
                _ => c,
            }
        })
        .collect()
}
