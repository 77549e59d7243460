//! Kana input: romaji → preedit → commit. Pure; no drawing, no devices.
//!
//! Conversion to kanji is a [`Converter`] that may or may not be there. Without one the
//! space key commits the kana and writes a space.

pub mod romaji;

use crate::app::{ImeMode, Key};
use std::rc::Rc;
use zeroize::Zeroize;

/// Turns a reading into what may be meant. What a kana-kanji converter must provide.
pub trait Converter {
    /// Candidates for `reading` (hiragana), the likeliest first; never empty.
    fn candidates(&self, reading: &str) -> Vec<String>;
}

/// What became of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Not for kana input: an ordinary key.
    Pass,
    /// The preedit changed.
    Composing,
    /// This text belongs into the field now.
    Commit(String),
    /// Commit the text, then treat the key as an ordinary one.
    CommitThenPass(String),
}

/// Which form F6–F10 chose for the whole preedit.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the field's mode says.
    Natural,
    Hiragana,
    Katakana,
    FullLatin,
    Latin,
}

/// The preedit of the focused field.
pub struct Composer {
    converter: Option<Rc<dyn Converter>>,
    /// Letters as typed.
    raw: String,
    kana: String,
    pending: String,
    form: Form,
    candidates: Vec<String>,
    chosen: usize,
}

impl Composer {
    pub fn new(converter: Option<Rc<dyn Converter>>) -> Self {
        Self {
            converter,
            raw: String::new(),
            kana: String::new(),
            pending: String::new(),
            form: Form::Natural,
            candidates: Vec::new(),
            chosen: 0,
        }
    }

    pub fn composing(&self) -> bool {
        !self.raw.is_empty()
    }

    /// What is shown underlined at the caret.
    pub fn preedit(&self, mode: ImeMode) -> String {
        if let Some(candidate) = self.candidates.get(self.chosen) {
            return candidate.clone();
        }
        let kana = format!("{}{}", self.kana, self.pending);
        match (self.form, mode) {
            (Form::Hiragana, _) => kana,
            (Form::Katakana, _) | (Form::Natural, ImeMode::Katakana) => romaji::katakana(&kana),
            (Form::Natural, _) => kana,
            (Form::FullLatin, _) => romaji::full_width(&self.raw),
            (Form::Latin, _) => self.raw.clone(),
        }
    }

    /// Forgets the preedit.
    pub fn clear(&mut self) {
        self.raw.zeroize();
        self.kana.zeroize();
        self.pending.zeroize();
        for candidate in &mut self.candidates {
            candidate.zeroize();
        }
        self.candidates.clear();
        self.chosen = 0;
        self.form = Form::Natural;
    }

    /// Ends composing; the text belongs into the field.
    pub fn finish(&mut self, mode: ImeMode) -> Option<String> {
        if !self.composing() {
            return None;
        }
        romaji::flush(&mut self.pending, &mut self.kana);
        let text = self.preedit(mode);
        self.clear();
        Some(text)
    }

    pub fn key(&mut self, key: Key, mode: ImeMode) -> Outcome {
        if mode == ImeMode::Off {
            return match self.finish(mode) {
                Some(text) => Outcome::CommitThenPass(text),
                None => Outcome::Pass,
            };
        }
        if !self.composing() {
            return match key {
                Key::Char(c) if c.is_ascii_graphic() && !c.is_ascii_digit() => self.letter(c),
                _ => Outcome::Pass,
            };
        }
        match key {
            Key::Char(' ') | Key::Convert => self.convert(mode, key),
            Key::Char(c) if !self.candidates.is_empty() => {
                let text = self.finish(mode).unwrap_or_default();
                self.letter(c);
                Outcome::Commit(text)
            }
            Key::Char(c) => self.letter(c),
            Key::Enter => Outcome::Commit(self.finish(mode).unwrap_or_default()),
            Key::Escape => {
                if self.candidates.is_empty() && self.form == Form::Natural {
                    self.clear();
                } else {
                    self.unconvert();
                }
                Outcome::Composing
            }
            Key::Backspace => {
                if !self.candidates.is_empty() || self.form != Form::Natural {
                    self.unconvert();
                } else if self.pending.pop().is_none() {
                    self.kana.pop();
                }
                // The letters of what is left can no longer be told from the kana.
                self.raw.zeroize();
                self.raw.push_str(&self.kana);
                self.raw.push_str(&self.pending);
                Outcome::Composing
            }
            Key::F(number @ 6..=10) => {
                romaji::flush(&mut self.pending, &mut self.kana);
                self.candidates.clear();
                self.form = match number {
                    6 => Form::Hiragana,
                    7 | 8 => Form::Katakana,
                    9 => Form::FullLatin,
                    _ => Form::Latin,
                };
                Outcome::Composing
            }
            Key::NonConvert => {
                romaji::flush(&mut self.pending, &mut self.kana);
                self.candidates.clear();
                self.form = if self.form == Form::Katakana {
                    Form::Hiragana
                } else {
                    Form::Katakana
                };
                Outcome::Composing
            }
            Key::Up if !self.candidates.is_empty() => {
                self.chosen = self
                    .chosen
                    .checked_sub(1)
                    .unwrap_or(self.candidates.len() - 1);
                Outcome::Composing
            }
            Key::Down if !self.candidates.is_empty() => {
                self.chosen = (self.chosen + 1) % self.candidates.len();
                Outcome::Composing
            }
            // Inside the preedit there is no caret to move.
            Key::Left | Key::Right | Key::Home | Key::End | Key::Delete => Outcome::Composing,
            _ => Outcome::CommitThenPass(self.finish(mode).unwrap_or_default()),
        }
    }

    fn letter(&mut self, c: char) -> Outcome {
        self.form = Form::Natural;
        self.raw.push(c);
        if c.is_ascii_uppercase() {
            // Shift and a letter is how a clerk types "JR" in the middle of kana.
            romaji::flush(&mut self.pending, &mut self.kana);
            self.kana.push(c);
        } else {
            romaji::feed(&mut self.pending, c, &mut self.kana);
        }
        Outcome::Composing
    }

    fn unconvert(&mut self) {
        self.candidates.clear();
        self.chosen = 0;
        self.form = Form::Natural;
    }

    fn convert(&mut self, mode: ImeMode, key: Key) -> Outcome {
        let Some(converter) = self.converter.clone() else {
            let mut text = self.finish(mode).unwrap_or_default();
            if key == Key::Char(' ') {
                text.push(' ');
            }
            return Outcome::Commit(text);
        };
        if self.candidates.is_empty() {
            romaji::flush(&mut self.pending, &mut self.kana);
            self.candidates = converter.candidates(&self.kana);
            self.chosen = 0;
        } else {
            self.chosen = (self.chosen + 1) % self.candidates.len();
        }
        Outcome::Composing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(composer: &mut Composer, text: &str, mode: ImeMode) {
        for c in text.chars() {
            assert_eq!(composer.key(Key::Char(c), mode), Outcome::Composing);
        }
    }

    #[test]
    fn enter_commits_hiragana_and_f7_katakana() {
        let mut composer = Composer::new(None);
        typed(&mut composer, "yamada", ImeMode::Hiragana);
        assert_eq!(composer.preedit(ImeMode::Hiragana), "やまだ");
        assert_eq!(
            composer.key(Key::Enter, ImeMode::Hiragana),
            Outcome::Commit("やまだ".into())
        );
        typed(&mut composer, "tarou", ImeMode::Hiragana);
        composer.key(Key::F(7), ImeMode::Hiragana);
        assert_eq!(
            composer.key(Key::Enter, ImeMode::Hiragana),
            Outcome::Commit("タロウ".into())
        );
    }

    #[test]
    fn a_katakana_field_gets_katakana_and_a_space_ends_the_word() {
        let mut composer = Composer::new(None);
        typed(&mut composer, "yamada", ImeMode::Katakana);
        assert_eq!(
            composer.key(Key::Char(' '), ImeMode::Katakana),
            Outcome::Commit("ヤマダ ".into())
        );
        assert!(!composer.composing());
    }

    #[test]
    fn leaving_the_field_keeps_what_was_composed() {
        let mut composer = Composer::new(None);
        typed(&mut composer, "hon", ImeMode::Hiragana);
        assert_eq!(
            composer.key(Key::Tab, ImeMode::Hiragana),
            Outcome::CommitThenPass("ほん".into())
        );
    }

    #[test]
    fn digits_and_function_keys_pass_while_nothing_is_composed() {
        let mut composer = Composer::new(None);
        for key in [Key::Char('1'), Key::F(9), Key::Enter, Key::Char(' ')] {
            assert_eq!(composer.key(key, ImeMode::Hiragana), Outcome::Pass);
        }
    }

    #[test]
    fn a_converter_offers_candidates_by_space_and_escape_goes_back() {
        struct TwoWays;
        impl Converter for TwoWays {
            fn candidates(&self, reading: &str) -> Vec<String> {
                vec![format!("{reading}甲"), format!("{reading}乙")]
            }
        }
        let mut composer = Composer::new(Some(Rc::new(TwoWays)));
        typed(&mut composer, "ya", ImeMode::Hiragana);
        composer.key(Key::Char(' '), ImeMode::Hiragana);
        composer.key(Key::Char(' '), ImeMode::Hiragana);
        assert_eq!(composer.preedit(ImeMode::Hiragana), "や乙");
        composer.key(Key::Escape, ImeMode::Hiragana);
        assert_eq!(composer.preedit(ImeMode::Hiragana), "や");
        composer.key(Key::Convert, ImeMode::Hiragana);
        assert_eq!(
            composer.key(Key::Enter, ImeMode::Hiragana),
            Outcome::Commit("や甲".into())
        );
    }
}
