//! The composition at the caret: typing, converting, and every key's meaning in each, as MS-IME
//! has them.

use super::converting::Converting;
use super::learning::Learning;
use super::mode::{ImeMode, Style};
use super::typing::{Form, Typing};
use super::view::{CandidatesView, PreeditPart};
use crate::app::{Hint, Key, Motion};
use kkc::Converter;
use std::rc::Rc;

/// Where it is typed.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub mode: ImeMode,
    pub style: Style,
    pub hint: Hint,
    /// The character before the caret.
    pub before: Option<char>,
}

/// Text for the field, and how it is read: nothing is where letters were meant, though kana came of
/// their keys (F9, F10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    pub text: String,
    pub reading: String,
}

/// What became of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not for Japanese input: an ordinary key.
    Pass,
    /// The composition changed.
    Composing,
    /// The composition takes no more ([`super::MAX_READING`]); it is as it was.
    Full,
    /// This text belongs into the field now.
    Commit(Committed),
    /// Commit the text, then treat the key as an ordinary one.
    CommitThenPass(Committed),
}

#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Empty,
    Typing(Typing),
    Converting(Box<Converting>),
}

/// What was committed last, and what it came from: 変換 right behind it takes it back.
struct Last {
    text: String,
    stage: Stage,
    hint: Hint,
}

/// The composition of the focused field, and what one user's choices taught it.
pub struct Composer {
    converter: Option<Rc<Converter>>,
    pub learning: Learning,
    stage: Stage,
    /// The field's own text that is converted anew; Esc puts it back.
    original: Option<String>,
    last: Option<Last>,
}

impl Composer {
    pub fn new(converter: Option<Rc<Converter>>) -> Self {
        Self {
            converter,
            learning: Learning::default(),
            stage: Stage::Empty,
            original: None,
            last: None,
        }
    }

    pub fn composing(&self) -> bool {
        !matches!(self.stage, Stage::Empty)
    }

    /// Forgets the composition and what was committed last.
    pub fn clear(&mut self) {
        self.stage = Stage::Empty;
        self.original = None;
        self.last = None;
    }

    /// What is shown at the caret.
    pub fn preedit(&self, mode: ImeMode) -> Vec<PreeditPart> {
        match &self.stage {
            Stage::Empty => Vec::new(),
            Stage::Typing(typing) => {
                let (before, after) = typing.shown(mode);
                vec![PreeditPart::plain(before), PreeditPart::at_caret(after)]
            }
            Stage::Converting(converting) => converting.parts(mode),
        }
    }

    /// The list of candidates, while it is open.
    pub fn candidates(&self) -> Option<CandidatesView> {
        match &self.stage {
            Stage::Converting(converting) => converting.candidates(),
            _ => None,
        }
    }

    /// Ends composing; the text belongs into the field.
    pub fn finish(&mut self, place: Place) -> Option<Committed> {
        let committed = match &mut self.stage {
            Stage::Empty => return None,
            Stage::Typing(typing) => {
                typing.flush();
                let (before, after) = typing.shown(place.mode);
                Committed {
                    text: before + &after,
                    reading: match typing.form.is_letters() {
                        true => String::new(),
                        false => typing.reading(),
                    },
                }
            }
            Stage::Converting(converting) => {
                self.learning.learn(&converting.choices(place.mode));
                converting.committed(place.mode)
            }
        };
        self.original = None;
        self.last = Some(Last {
            text: committed.text.clone(),
            stage: std::mem::take(&mut self.stage),
            hint: place.hint,
        });
        Some(committed)
    }

    /// Takes one key; `printed` is the kana on it, if there is one.
    pub fn key(&mut self, key: Key, printed: Option<char>, place: Place) -> Outcome {
        if place.mode == ImeMode::Off {
            return match self.finish(place) {
                Some(committed) => Outcome::CommitThenPass(committed),
                None => Outcome::Pass,
            };
        }
        match self.stage {
            Stage::Empty => self.begin(key, printed, place),
            Stage::Typing(_) => self.typing_key(key, printed, place),
            Stage::Converting(_) => self.converting_key(key, printed, place),
        }
    }

    fn begin(&mut self, key: Key, printed: Option<char>, place: Place) -> Outcome {
        match key {
            Key::Char(' ') => space(place.mode != ImeMode::HalfKatakana),
            Key::ShiftSpace => space(place.mode == ImeMode::HalfKatakana),
            Key::Char(c) if begins(c, printed, place) => {
                let mut typing = Typing::default();
                typing.key(c, printed, place.style, place.mode);
                self.stage = Stage::Typing(typing);
                self.original = None;
                Outcome::Composing
            }
            _ => Outcome::Pass,
        }
    }

    fn typing_key(&mut self, key: Key, printed: Option<char>, place: Place) -> Outcome {
        let Stage::Typing(typing) = &mut self.stage else {
            return Outcome::Pass;
        };
        match key {
            Key::Char(' ') | Key::Convert | Key::ConvertBack | Key::ShiftSpace => {
                return self.convert(key, place);
            }
            Key::Char(c) if typing.form != Form::Natural => {
                return self.commit_and_begin(c, printed, place);
            }
            Key::Char(_) if typing.is_full() => return Outcome::Full,
            Key::Char(c) => typing.key(c, printed, place.style, place.mode),
            Key::Enter => return self.commit(place),
            Key::Escape if typing.form != Form::Natural => typing.form = Form::Natural,
            Key::Escape => return self.give_up(),
            Key::Backspace if typing.form != Form::Natural => typing.form = Form::Natural,
            Key::Backspace => typing.backspace(),
            Key::Delete => typing.delete(),
            Key::Left => typing.left(),
            Key::Right => typing.right(),
            Key::Home => typing.home(),
            Key::End => typing.end(),
            Key::Extend(_) | Key::SelectAll | Key::PageUp | Key::PageDown => {}
            key => match form_of(key, typing.form) {
                Some(form) => {
                    typing.flush();
                    typing.again = match typing.form == form {
                        true => typing.again.next(),
                        false => Default::default(),
                    };
                    typing.form = form;
                }
                None => return Outcome::CommitThenPass(self.finish(place).unwrap_or_default()),
            },
        }
        if typing.is_empty() {
            return self.give_up();
        }
        Outcome::Composing
    }

    fn converting_key(&mut self, key: Key, printed: Option<char>, place: Place) -> Outcome {
        let Stage::Converting(converting) = &mut self.stage else {
            return Outcome::Pass;
        };
        match key {
            Key::Char(' ') | Key::Convert | Key::Down => converting.step(1),
            Key::ShiftSpace | Key::ConvertBack | Key::Up => converting.step(-1),
            Key::PageDown => converting.page(1),
            Key::PageUp => converting.page(-1),
            Key::Left => converting.go(-1),
            Key::Right => converting.go(1),
            Key::Home => converting.first(),
            Key::End => converting.last(),
            Key::Extend(motion @ (Motion::Left | Motion::Right)) => {
                let by = if motion == Motion::Left { -1 } else { 1 };
                if let Some(converter) = &self.converter {
                    converting.resize(by, converter, self.learning.personal());
                }
            }
            // A choice that was learned is forgotten.
            Key::Delete if converting.list_is_open() => {
                let (reading, text) = converting.chosen();
                if self.learning.forget(&reading, &text)
                    && let Some(converter) = &self.converter
                {
                    converting.again(converter, self.learning.personal());
                }
            }
            Key::Extend(_) | Key::SelectAll | Key::Delete => {}
            Key::Char(c @ '1'..='9') if converting.list_is_open() => {
                converting.pick(c as usize - '1' as usize);
            }
            Key::Char(c) if begins(c, printed, place) => {
                return self.commit_and_begin(c, printed, place);
            }
            Key::Enter => return self.commit(place),
            Key::Escape | Key::Backspace => return self.unconvert(),
            key => match form_of(key, converting.form()) {
                Some(form) => converting.put_form(form),
                None => return Outcome::CommitThenPass(self.finish(place).unwrap_or_default()),
            },
        }
        Outcome::Composing
    }

    fn commit(&mut self, place: Place) -> Outcome {
        Outcome::Commit(self.finish(place).unwrap_or_default())
    }

    fn commit_and_begin(&mut self, c: char, printed: Option<char>, place: Place) -> Outcome {
        let committed = self.finish(place).unwrap_or_default();
        let place = Place {
            before: committed.text.chars().next_back(),
            ..place
        };
        match self.begin(Key::Char(c), printed, place) {
            Outcome::Composing => Outcome::Commit(committed),
            _ => Outcome::CommitThenPass(committed),
        }
    }

    /// Ends without a text, or with the one that was there before.
    fn give_up(&mut self) -> Outcome {
        self.stage = Stage::Empty;
        match self.original.take() {
            Some(text) => Outcome::Commit(Committed {
                text,
                reading: String::new(),
            }),
            None => Outcome::Composing,
        }
    }

    /// From candidates back to the kana; what was in the field before goes back there.
    fn unconvert(&mut self) -> Outcome {
        if self.original.is_some() {
            return self.give_up();
        }
        if let Stage::Converting(converting) = std::mem::take(&mut self.stage) {
            self.stage = Stage::Typing(converting.typing);
        }
        Outcome::Composing
    }

    fn convert(&mut self, key: Key, place: Place) -> Outcome {
        let Stage::Typing(typing) = &mut self.stage else {
            return Outcome::Pass;
        };
        typing.flush();
        typing.form = Form::Natural;
        if let (Some(converter), Some(field)) = (&self.converter, place.hint.field()) {
            let typing = typing.clone();
            let personal = self.learning.personal();
            let converting = Converting::new(typing, field, place.before, converter, personal);
            self.stage = Stage::Converting(converting);
            return Outcome::Composing;
        }
        // A reading is not converted: the space stands between its words.
        let mut committed = self.finish(place).unwrap_or_default();
        if matches!(key, Key::Char(' ') | Key::ShiftSpace) {
            let wide = place.mode != ImeMode::HalfKatakana;
            committed.text.push(if wide { '\u{3000}' } else { ' ' });
            committed.reading.push('\u{3000}');
        }
        Outcome::Commit(committed)
    }

    /// A candidate of the page that is seen was clicked.
    pub fn click(&mut self, at: usize) {
        if let Stage::Converting(converting) = &mut self.stage
            && converting.list_is_open()
        {
            converting.pick(at);
        }
    }

    /// Takes back what was committed last, if it stands before the caret; gives it for the field to
    /// take away.
    pub fn take_back(&mut self, before: &str, hint: Hint) -> Option<String> {
        let last = self.last.take()?;
        if self.composing() || last.hint != hint || !before.ends_with(&last.text) {
            return None;
        }
        self.stage = last.stage;
        if let Stage::Typing(typing) = &self.stage {
            let (converter, field) = (self.converter.as_ref()?, hint.field()?);
            let personal = self.learning.personal();
            let mut typing = typing.clone();
            typing.form = Form::Natural;
            let ahead = before[..before.len() - last.text.len()].chars().next_back();
            let converting = Converting::new(typing, field, ahead, converter, personal);
            self.stage = Stage::Converting(converting);
        }
        if let Stage::Converting(converting) = &mut self.stage {
            converting.open_list();
        }
        self.original = Some(last.text.clone());
        Some(last.text)
    }

    /// How a text is read, by the dictionary.
    pub fn reading_of(&self, text: &str) -> Option<String> {
        self.converter.as_ref()?.reading(text)
    }

    /// Converts text of the field anew. `reading` is how it was typed; where that is not known, the
    /// dictionary says. Gives back whether there is a reading.
    pub fn reconvert(&mut self, text: &str, reading: Option<String>, hint: Hint) -> bool {
        let (Some(converter), Some(field)) = (&self.converter, hint.field()) else {
            return false;
        };
        let Some(reading) = reading.or_else(|| self.reading_of(text)) else {
            return false;
        };
        let typing = Typing::of_reading(&reading);
        let personal = self.learning.personal();
        let mut converting = Converting::new(typing, field, None, converter, personal);
        converting.choose(text);
        converting.open_list();
        self.stage = Stage::Converting(converting);
        self.original = Some(text.to_owned());
        true
    }
}

/// A space while nothing is composed.
fn space(wide: bool) -> Outcome {
    let text = if wide { "\u{3000}" } else { " " };
    Outcome::Commit(Committed {
        text: text.into(),
        reading: text.into(),
    })
}

/// Whether a character begins a composition. Digits and what stands between them do not: an address
/// is kana first and then 1-2-3.
fn begins(c: char, printed: Option<char>, place: Place) -> bool {
    if !c.is_ascii_graphic() {
        return false;
    }
    if place.mode == ImeMode::FullLatin || place.style == Style::Kana && printed.is_some() {
        return true;
    }
    let in_number = place.before.is_some_and(|c| c.is_ascii_digit()) && "-/.,".contains(c);
    !c.is_ascii_digit() && !in_number
}

/// The form that F6–F10 or 無変換 gives to what has the form `now`.
fn form_of(key: Key, now: Form) -> Option<Form> {
    Some(match key {
        Key::F(6) => Form::Hiragana,
        Key::F(7) => Form::Katakana,
        Key::F(8) => Form::HalfKatakana,
        Key::F(9) => Form::FullLatin,
        Key::F(10) => Form::Latin,
        Key::NonConvert => match now {
            Form::Katakana => Form::HalfKatakana,
            Form::HalfKatakana => Form::Hiragana,
            _ => Form::Katakana,
        },
        _ => return None,
    })
}
