//! What is being typed and not converted yet: kana with the keys they came from, and a caret.

use super::mode::{ImeMode, Style};
use super::romaji;
use kkc::kana;

/// Longest reading that is composed, in characters; more is not taken.
pub const MAX_READING: usize = 100;

/// Kana that came from one stroke or syllable, and what was typed for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Unit {
    kana: String,
    typed: String,
}

/// Which form F6–F10 and 無変換 chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As the mode says.
    #[default]
    Natural,
    Hiragana,
    Katakana,
    HalfKatakana,
    FullLatin,
    Latin,
}

/// How often the key of a form was pressed again, which changes it as in MS-IME: letters their case,
/// kana character by character. Hiragana become katakana from the first, katakana hiragana from the
/// last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Again(usize);

impl Again {
    pub fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }

    fn letters(self, typed: &str) -> String {
        match self.0 % 3 {
            0 => typed.to_owned(),
            1 => typed.to_ascii_uppercase(),
            _ => {
                let mut letters = typed.chars();
                let first = letters.next().map(|c| c.to_ascii_uppercase());
                first
                    .into_iter()
                    .chain(letters.map(|c| c.to_ascii_lowercase()))
                    .collect()
            }
        }
    }

    /// The reading up to the last `n`th character and the rest, where the key was pressed `n` times
    /// more; once round, nothing of it changes.
    fn tail(self, reading: &str) -> (&str, &str) {
        let count = reading.chars().count().max(1);
        reading.split_at(byte_of(reading, count - self.0 % count))
    }

    fn head(self, reading: &str) -> (&str, &str) {
        let count = reading.chars().count().max(1);
        reading.split_at(byte_of(reading, self.0 % count))
    }
}

/// Where so many characters end.
fn byte_of(text: &str, characters: usize) -> usize {
    let mut ends = text.char_indices().skip(characters);
    ends.next().map_or(text.len(), |(at, _)| at)
}

impl Form {
    /// Whether the keys themselves are meant, not the kana.
    pub fn is_letters(self) -> bool {
        matches!(self, Form::FullLatin | Form::Latin)
    }

    /// A reading in this form; `typed` are the keys it came from.
    pub fn of(self, reading: &str, typed: &str, again: Again, mode: ImeMode) -> String {
        match (self, mode) {
            (Form::Natural, ImeMode::Katakana) => kana::katakana(reading),
            (Form::Natural, ImeMode::HalfKatakana) => kana::half_width(reading),
            (Form::Natural, _) => reading.to_owned(),
            (Form::Hiragana, _) => {
                let (head, rest) = again.head(reading);
                kana::katakana(head) + &kana::hiragana(rest)
            }
            (Form::Katakana, _) => {
                let (rest, tail) = again.tail(reading);
                kana::katakana(rest) + &kana::hiragana(tail)
            }
            (Form::HalfKatakana, _) => {
                let (rest, tail) = again.tail(reading);
                kana::half_width(rest) + &kana::hiragana(tail)
            }
            (Form::FullLatin, _) => kana::full_width(&again.letters(typed)),
            (Form::Latin, _) => again.letters(typed),
        }
    }
}

/// The text under composition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typing {
    units: Vec<Unit>,
    /// Romaji at the caret that is no syllable yet.
    pending: String,
    /// Between units.
    caret: usize,
    pub form: Form,
    pub again: Again,
}

impl Typing {
    /// A reading that nobody typed just now: what is converted anew.
    pub fn of_reading(reading: &str) -> Self {
        let mut typing = Self::default();
        for c in reading.chars() {
            typing.put(c.to_string(), romaji::of(c));
        }
        typing
    }

    pub fn is_empty(&self) -> bool {
        self.units.is_empty() && self.pending.is_empty()
    }

    /// A key: its character, and the kana printed on it where there is one. Not while
    /// [`Typing::is_full`].
    pub fn key(&mut self, c: char, printed: Option<char>, style: Style, mode: ImeMode) {
        if self.is_full() {
            return;
        }
        match (style, printed, mode) {
            (_, _, ImeMode::FullLatin) => self.put(kana::full_width(&c.to_string()), c.to_string()),
            (Style::Kana, Some(printed), _) => self.kana(printed, c),
            (Style::Kana, None, _) => self.put(romaji::sign(c), c.to_string()),
            (Style::Romaji, _, _) => self.letter(c),
        }
    }

    /// Whether nothing more is taken. A syllable that has begun may end.
    pub fn is_full(&self) -> bool {
        let kana: usize = self.units.iter().map(|u| u.kana.chars().count()).sum();
        kana >= MAX_READING
    }

    fn kana(&mut self, kana: char, key: char) {
        if matches!(kana, '゛' | '゜')
            && let Some(before) = self.caret.checked_sub(1)
        {
            let unit = &mut self.units[before];
            let joined = kana::normalise(&format!("{}{kana}", unit.kana));
            if joined.chars().count() == unit.kana.chars().count() {
                unit.kana = joined;
                unit.typed.push(key);
                return;
            }
        }
        self.put(kana.to_string(), key.to_string());
    }

    fn letter(&mut self, c: char) {
        // Shift and a letter begins letters as they are, up to the commit: JR, Bldg, B-501.
        if c.is_ascii_uppercase() || self.is_latin() {
            self.flush();
            self.put(c.to_string(), c.to_string());
            return;
        }
        // In 1-2-3 it is a hyphen, not a long vowel.
        let after_digit = self.pending.is_empty()
            && self
                .caret
                .checked_sub(1)
                .is_some_and(|i| self.units[i].kana.ends_with(|c: char| c.is_ascii_digit()));
        if c == '-' && after_digit {
            self.put("-".into(), "-".into());
            return;
        }
        let mut typed = std::mem::take(&mut self.pending);
        let mut kana = String::new();
        let mut pending = typed.clone();
        romaji::feed(&mut pending, c, &mut kana);
        typed.push(c);
        if !kana.is_empty() {
            typed.truncate(typed.len().saturating_sub(pending.len()));
            self.put(kana, typed);
        }
        self.pending = pending;
    }

    /// The caret stands behind letters that began with Shift.
    fn is_latin(&self) -> bool {
        let before = self.units[..self.caret].iter().rev();
        let plain = |unit: &&Unit| unit.kana.bytes().all(|b| b.is_ascii_graphic());
        self.pending.is_empty()
            && before
                .take_while(plain)
                .any(|unit| unit.kana.bytes().any(|b| b.is_ascii_uppercase()))
    }

    fn put(&mut self, kana: String, typed: String) {
        self.units.insert(self.caret, Unit { kana, typed });
        self.caret += 1;
    }

    /// Ends the syllable: a waiting `n` is ん, other letters stay letters.
    pub fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let typed = std::mem::take(&mut self.pending);
        let (mut pending, mut kana) = (typed.clone(), String::new());
        romaji::flush(&mut pending, &mut kana);
        self.put(kana, typed);
    }

    /// Takes away the character before the caret.
    pub fn backspace(&mut self) {
        if self.pending.pop().is_some() {
            return;
        }
        let Some(at) = self.caret.checked_sub(1) else {
            return;
        };
        let unit = &mut self.units[at];
        unit.kana.pop();
        if unit.kana.is_empty() {
            self.units.remove(at);
            self.caret = at;
        } else {
            // What was typed for the rest is no longer known: しゃ was "sha", し is "si".
            unit.typed = unit.kana.chars().map(romaji::of).collect();
        }
    }

    /// Takes away the syllable after the caret.
    pub fn delete(&mut self) {
        self.flush();
        if self.caret < self.units.len() {
            self.units.remove(self.caret);
        }
    }

    pub fn left(&mut self) {
        self.flush();
        self.caret = self.caret.saturating_sub(1);
    }

    pub fn right(&mut self) {
        self.flush();
        self.caret = (self.caret + 1).min(self.units.len());
    }

    pub fn home(&mut self) {
        self.flush();
        self.caret = 0;
    }

    pub fn end(&mut self) {
        self.flush();
        self.caret = self.units.len();
    }

    /// The kana, with letters that are no syllable yet.
    pub fn reading(&self) -> String {
        let (before, after) = self.units.split_at(self.caret);
        let kana = |units: &[Unit]| units.iter().map(|u| u.kana.as_str()).collect::<String>();
        format!("{}{}{}", kana(before), self.pending, kana(after))
    }

    /// The keys as typed.
    pub fn typed(&self) -> String {
        let (before, after) = self.units.split_at(self.caret);
        let keys = |units: &[Unit]| units.iter().map(|u| u.typed.as_str()).collect::<String>();
        format!("{}{}{}", keys(before), self.pending, keys(after))
    }

    /// The keys of a part of the reading, by characters of its normalised form; where a syllable is
    /// divided, the usual romaji of its kana.
    pub fn typed_between(&self, from: usize, to: usize) -> String {
        let mut out = String::new();
        let mut at = 0;
        for unit in &self.units {
            let kana: Vec<char> = kana::normalise(&unit.kana).chars().collect();
            let end = at + kana.len();
            if at >= from && end <= to {
                out.push_str(&unit.typed);
            } else {
                let inside = kana.iter().enumerate();
                let inside = inside.filter(|(i, _)| (from..to).contains(&(at + i)));
                out.extend(inside.map(|(_, c)| romaji::of(*c)));
            }
            at = end;
        }
        out
    }

    /// As it is shown, before and after the caret.
    pub fn shown(&self, mode: ImeMode) -> (String, String) {
        if self.form != Form::Natural {
            let text = self
                .form
                .of(&self.reading(), &self.typed(), self.again, mode);
            return (text, String::new());
        }
        let (before, after) = self.units.split_at(self.caret);
        let kana = |units: &[Unit]| units.iter().map(|u| u.kana.as_str()).collect::<String>();
        let natural = |reading: &str| Form::Natural.of(reading, "", Again::default(), mode);
        // Letters that wait for their vowel keep their width.
        let before = format!("{}{}", natural(&kana(before)), self.pending);
        (before, natural(&kana(after)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &str) -> Typing {
        let mut typing = Typing::default();
        for c in keys.chars() {
            typing.key(c, None, Style::Romaji, ImeMode::Hiragana);
        }
        typing
    }

    #[test]
    fn the_caret_goes_between_syllables_and_what_is_typed_goes_in_there() {
        let mut typing = typed("yamataro");
        for _ in 0..2 {
            typing.left();
        }
        for c in "da".chars() {
            typing.key(c, None, Style::Romaji, ImeMode::Hiragana);
        }
        assert_eq!(typing.reading(), "やまだたろ");
        assert_eq!(
            typing.shown(ImeMode::Katakana),
            ("ヤマダ".into(), "タロ".into())
        );
        typing.delete();
        typing.backspace();
        assert_eq!(typing.reading(), "やまろ");
    }

    #[test]
    fn half_a_syllable_taken_away_leaves_its_usual_romaji() {
        let mut typing = typed("shatyo");
        typing.backspace();
        assert_eq!(
            (typing.reading(), typing.typed()),
            ("しゃち".into(), "shati".into())
        );
    }

    #[test]
    fn a_hyphen_between_digits_is_a_hyphen_and_a_long_vowel_elsewhere() {
        assert_eq!(typed("tyoume1-2").reading(), "ちょうめ1-2");
        assert_eq!(typed("ra-men").reading(), "らーめn");
    }

    #[test]
    fn letters_that_begin_with_shift_stay_letters_until_kana_stands_between() {
        assert_eq!(typed("B-501").reading(), "B-501");
        assert_eq!(typed("daini Bldg").reading(), "だいに Bldg");
        assert_eq!(typed("3F").reading(), "3F");
        let mut typing = typed("JR");
        typing.home();
        typing.key('a', None, Style::Romaji, ImeMode::Hiragana);
        assert_eq!(typing.reading(), "あJR");
    }

    #[test]
    fn marks_join_the_kana_before_them_in_kana_typing() {
        let mut typing = Typing::default();
        for (kana, key) in [
            ('か', 't'),
            ('゛', '@'),
            ('は', 'f'),
            ('゜', '['),
            ('ん', 'y'),
        ] {
            typing.key(key, Some(kana), Style::Kana, ImeMode::Hiragana);
        }
        assert_eq!(typing.reading(), "がぱん");
        assert_eq!(typing.typed(), "t@f[y");
    }

    #[test]
    fn the_keys_of_a_part_are_known() {
        let typing = typed("shachouwa");
        assert_eq!(typing.typed_between(0, 5), "shachou");
        assert_eq!(typing.typed_between(5, 6), "wa");
        assert_eq!(typing.typed_between(1, 2), "xya");
    }

    #[test]
    fn a_reading_never_grows_without_bound() {
        let typing = typed(&"a".repeat(500));
        assert_eq!(typing.reading().chars().count(), MAX_READING);
        // The last syllable is whole.
        assert_eq!(typed(&"ka".repeat(500)).reading(), "か".repeat(MAX_READING));
        assert!(typed(&"k".repeat(500)).reading().chars().count() <= MAX_READING + 1);
    }
}
