//! One line of text with a caret and a selection.

use super::key::Motion;
use crate::ime::Committed;
use std::ops::Range;
use zeroize::{Zeroize, Zeroizing};

/// What may be typed into a field, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names and addresses: kana input starts on.
    Text,
    /// フリガナ: kana of any kind becomes katakana.
    Katakana,
    /// フリガナ in half-width katakana.
    HalfKatakana,
    /// よみ of a word: kana of any kind becomes hiragana.
    Reading,
    /// 社員番号 and the like: keyboard characters only.
    Ascii,
    /// 個人番号: 12 digits, shown 4-4-4.
    Number,
    /// 法人番号: 13 digits.
    Corporate,
    /// 郵便番号: 7 digits, shown 3-4.
    Postal,
    /// Dates in the forms `mynumber::Date` reads.
    Date,
    /// `09:30`
    Time,
    /// Shown as dots.
    Passphrase,
    /// Whatever the keyboard gives, to try its layout.
    Trial,
    /// A recovery word in hiragana, or its four-digit place in the list.
    Word,
}

/// What a text field is about: the converter's hint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hint {
    #[default]
    General,
    /// 氏名
    Name,
    /// 住所
    Address,
    /// A reading is typed and not converted: フリガナ, recovery words.
    Reading,
}

impl Hint {
    /// What the converter is told; nothing where it is not asked.
    pub const fn field(self) -> Option<kkc::Field> {
        match self {
            Hint::General => Some(kkc::Field::General),
            Hint::Name => Some(kkc::Field::Name),
            Hint::Address => Some(kkc::Field::Address),
            Hint::Reading => None,
        }
    }
}

impl Kind {
    /// Most characters.
    pub const fn limit(self) -> usize {
        match self {
            Kind::Text => 120,
            Kind::Katakana => 80,
            Kind::HalfKatakana => 120,
            Kind::Reading => kkc::MAX_CHARS,
            Kind::Ascii => 20,
            Kind::Number => 12,
            Kind::Corporate => 13,
            Kind::Postal => super::address::DIGITS,
            Kind::Date => 12,
            Kind::Time => 5,
            Kind::Passphrase => 128,
            Kind::Word => 16,
            Kind::Trial => 24,
        }
    }

    /// A text as this field writes it: フリガナ in its own kana.
    fn written(self, text: &str) -> Zeroizing<String> {
        let half = |c: char| ('\u{ff61}'..='\u{ff9f}').contains(&c);
        Zeroizing::new(match self {
            Kind::Katakana if text.contains(half) => {
                kkc::kana::katakana(&kkc::kana::normalise(text))
            }
            Kind::Katakana => kkc::kana::katakana(text),
            Kind::HalfKatakana => kkc::kana::half_width(text),
            Kind::Reading => kkc::kana::normalise(text),
            _ => text.to_owned(),
        })
    }

    /// The character as this field takes it, or nothing when it does not belong here.
    pub fn accept(self, c: char) -> Option<char> {
        // Full-width forms of ASCII, as a kana keyboard may give them.
        let narrow = match c {
            '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '　' => ' ',
            other => other,
        };
        match self {
            Kind::Text | Kind::Katakana | Kind::HalfKatakana | Kind::Reading | Kind::Trial => {
                (!c.is_control()).then_some(c)
            }
            Kind::Ascii => narrow.is_ascii_graphic().then_some(narrow),
            Kind::Number | Kind::Corporate | Kind::Postal => {
                narrow.is_ascii_digit().then_some(narrow)
            }
            Kind::Date => (narrow.is_ascii_alphanumeric()
                || "-/.年月日元明治大正昭和平成令㍾㍽㍼㍻㋿".contains(narrow))
            .then_some(narrow),
            Kind::Time => (narrow.is_ascii_digit() || narrow == ':').then_some(narrow),
            Kind::Passphrase => (c.is_ascii_graphic() || c == ' ').then_some(c),
            Kind::Word => (('ぁ'..='ゖ').contains(&c) || c == 'ー' || narrow.is_ascii_digit())
                .then_some(narrow),
        }
    }
}

/// Committed texts whose reading a field remembers.
const MOST_PIECES: usize = 16;

/// A line of text, its caret and what is selected. The buffer is allocated once at its largest
/// size, so that growing never leaves an unwiped copy behind, and is wiped when dropped.
pub struct TextField {
    kind: Kind,
    hint: Hint,
    text: Zeroizing<String>,
    /// Byte index.
    caret: usize,
    /// Where the selection began, if there is one.
    anchor: Option<usize>,
    /// What was committed here, with its readings: for フリガナ and converting anew.
    pieces: Vec<Committed>,
}

/// A field's text as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub before: String,
    pub selected: String,
    pub after: String,
    /// The caret stands before the selection, not behind it.
    pub caret_first: bool,
}

impl TextField {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            hint: match kind {
                Kind::Katakana | Kind::HalfKatakana | Kind::Reading | Kind::Word => Hint::Reading,
                _ => Hint::General,
            },
            text: Zeroizing::new(String::with_capacity(kind.limit() * 4)),
            caret: 0,
            anchor: None,
            pieces: Vec::new(),
        }
    }

    pub fn with(kind: Kind, text: &str) -> Self {
        let mut field = Self::new(kind);
        field.set(text);
        field
    }

    /// What the field is about, where its kind does not say it.
    pub fn about(mut self, hint: Hint) -> Self {
        if self.kind == Kind::Text {
            self.hint = hint;
        }
        self
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn hint(&self) -> Hint {
        self.hint
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Text before and after the caret.
    pub fn split(&self) -> (&str, &str) {
        self.text.split_at(self.caret)
    }

    pub fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    pub fn clear(&mut self) {
        self.text.zeroize();
        self.caret = 0;
        self.anchor = None;
        self.pieces.clear();
    }

    /// Inserts what belongs here in place of the selection; gives back whether anything changed.
    pub fn insert(&mut self, text: &str) -> bool {
        let mut any = self.delete_selection();
        let mut room = self.kind.limit().saturating_sub(self.text.chars().count());
        let written = self.kind.written(text);
        let mut accepted = written
            .chars()
            .filter_map(|c| self.kind.accept(c))
            .peekable();
        while let Some(c) = accepted.next() {
            // Without its selector, a character would be another form of the name.
            let needed = 1 + usize::from(accepted.peek().is_some_and(|next| is_selector(*next)));
            if room < needed {
                break;
            }
            self.text.insert(self.caret, c);
            self.caret += c.len_utf8();
            room -= 1;
            any = true;
        }
        any
    }

    /// Inserts what was composed and remembers how it is read.
    pub fn commit(&mut self, committed: &Committed) -> bool {
        if !committed.text.trim().is_empty() && !committed.reading.is_empty() {
            self.pieces.push(committed.clone());
            if self.pieces.len() > MOST_PIECES {
                self.pieces.remove(0);
            }
        }
        self.insert(&committed.text)
    }

    pub fn pieces(&self) -> &[Committed] {
        &self.pieces
    }

    /// How a text was typed here, if it was committed as a whole.
    pub fn reading_of(&self, text: &str) -> Option<String> {
        let piece = self.pieces.iter().rev().find(|piece| piece.text == text)?;
        Some(piece.reading.clone())
    }

    fn selection(&self) -> Option<Range<usize>> {
        let anchor = self.anchor.filter(|anchor| *anchor != self.caret)?;
        Some(anchor.min(self.caret)..anchor.max(self.caret))
    }

    pub fn selected(&self) -> Option<&str> {
        self.selection().map(|range| &self.text[range])
    }

    pub fn select_all(&mut self) {
        self.anchor = Some(0);
        self.caret = self.text.len();
    }

    /// Takes the selected text away; gives back whether there was any.
    pub fn delete_selection(&mut self) -> bool {
        let selection = self.selection();
        self.anchor = None;
        let Some(range) = selection else {
            return false;
        };
        self.caret = range.start;
        self.take_away(range);
        true
    }

    /// Takes away `text` before the caret, which ends there.
    pub fn take_back(&mut self, text: &str) {
        self.anchor = None;
        if self.split().0.ends_with(text) {
            let range = self.caret - text.len()..self.caret;
            self.caret = range.start;
            self.take_away(range);
        }
    }

    /// What follows moves up; the bytes left behind it are wiped.
    fn take_away(&mut self, range: Range<usize>) {
        let tail = Zeroizing::new(self.text[range.end..].to_owned());
        let head = Zeroizing::new(self.text[..range.start].to_owned());
        self.text.zeroize();
        self.text.push_str(&head);
        self.text.push_str(&tail);
    }

    pub fn backspace(&mut self) -> bool {
        if self.delete_selection() {
            return true;
        }
        let start = self.before(self.caret);
        if start == self.caret {
            return false;
        }
        let range = start..self.caret;
        self.caret = start;
        self.take_away(range);
        true
    }

    pub fn delete(&mut self) -> bool {
        if self.delete_selection() {
            return true;
        }
        let end = self.behind(self.caret);
        if end == self.caret {
            return false;
        }
        self.take_away(self.caret..end);
        true
    }

    /// Moves the caret; `extend` takes the selection along.
    pub fn go(&mut self, motion: Motion, extend: bool) {
        let selection = self.selection();
        let target = match (motion, &selection) {
            // Without Shift an arrow goes to that end of what was selected.
            (Motion::Left, Some(range)) if !extend => range.start,
            (Motion::Right, Some(range)) if !extend => range.end,
            (Motion::Left, _) => self.before(self.caret),
            (Motion::Right, _) => self.behind(self.caret),
            (Motion::Home, _) => 0,
            (Motion::End, _) => self.text.len(),
        };
        self.anchor = match extend {
            true => Some(self.anchor.unwrap_or(self.caret)),
            false => None,
        };
        self.caret = target;
    }

    pub fn left(&mut self) {
        self.go(Motion::Left, false);
    }

    pub fn end(&mut self) {
        self.go(Motion::End, false);
    }

    /// Where the character before `at` begins; a variation selector belongs to what it follows.
    fn before(&self, at: usize) -> usize {
        let mut start = at;
        for c in self.text[..at].chars().rev() {
            start -= c.len_utf8();
            if !is_selector(c) {
                break;
            }
        }
        start
    }

    /// Where the character that begins at `at` ends.
    fn behind(&self, at: usize) -> usize {
        let mut chars = self.text[at..].chars();
        let first = chars.next().map_or(0, char::len_utf8);
        let selectors = chars.take_while(|c| is_selector(*c));
        at + first + selectors.map(char::len_utf8).sum::<usize>()
    }

    /// The text as it is drawn. What is selected shows in the field that has the focus.
    pub fn drawn(&self, reveal: bool, focused: bool) -> Shown {
        let hidden = self.kind == Kind::Passphrase && !reveal;
        let part = |range: Range<usize>| match hidden {
            true => "●".repeat(self.text[range].chars().count()),
            false => self.text[range].to_owned(),
        };
        match self.selection().filter(|_| focused) {
            Some(range) if self.kind != Kind::Number => Shown {
                before: part(0..range.start),
                after: part(range.end..self.text.len()),
                caret_first: self.caret == range.start,
                selected: part(range),
            },
            Some(range) => {
                let grouped = group(&self.text);
                let at = |index: usize| (index + index / 4).min(grouped.len());
                let (start, end) = (at(range.start), at(range.end));
                Shown {
                    before: grouped[..start].to_owned(),
                    selected: grouped[start..end].to_owned(),
                    after: grouped[end..].to_owned(),
                    caret_first: self.caret == range.start,
                }
            }
            None => {
                let (before, after) = self.shown(reveal);
                Shown {
                    before,
                    after,
                    ..Shown::default()
                }
            }
        }
    }

    /// Before and after the caret as they are shown: passphrases as dots, an individual
    /// number in groups of four.
    pub fn shown(&self, reveal: bool) -> (String, String) {
        let (before, after) = self.split();
        match self.kind {
            Kind::Passphrase if !reveal => (
                "●".repeat(before.chars().count()),
                "●".repeat(after.chars().count()),
            ),
            Kind::Number => split_at_digit(&group(&self.text), before.len()),
            Kind::Postal => split_at_digit(&super::address::shown(&self.text), before.len()),
            _ => (before.to_owned(), after.to_owned()),
        }
    }
}

/// Splits digits with signs between them after so many digits, and after the sign that
/// follows them if another digit does.
fn split_at_digit(shown: &str, digits: usize) -> (String, String) {
    let at = shown
        .char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .nth(digits)
        .map_or(shown.len(), |(at, _)| at);
    (shown[..at].to_owned(), shown[at..].to_owned())
}

/// Variation selectors: of shapes (U+FE00) and of ideographs (U+E0100).
fn is_selector(c: char) -> bool {
    typeface::is_selector(c.into())
}

/// Digits in groups of four: `123456789018` as `1234 5678 9018`.
pub fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_in_groups_with_the_caret_where_it_is() {
        let mut field = TextField::with(Kind::Number, "１２３４-5678 9018");
        assert_eq!(field.text(), "123456789018");
        assert_eq!(field.shown(false), ("1234 5678 9018".into(), "".into()));
        for _ in 0..4 {
            field.left();
        }
        assert_eq!(field.shown(false), ("1234 5678 ".into(), "9018".into()));
    }

    #[test]
    fn a_postal_code_is_shown_with_its_hyphen_and_taken_with_or_without_it() {
        let mut field = TextField::with(Kind::Postal, "１００-0013");
        assert_eq!(field.text(), "1000013");
        assert_eq!(field.shown(false), ("100-0013".into(), "".into()));
        for _ in 0..4 {
            field.left();
        }
        assert_eq!(field.shown(false), ("100-".into(), "0013".into()));
    }

    #[test]
    fn a_date_takes_the_names_of_eras() {
        for text in ["令和8年4月1日", "昭和39年2月29日", "H2.4.1", "2026/4/1"] {
            assert_eq!(TextField::with(Kind::Date, text).text(), text);
        }
    }

    #[test]
    fn a_thirteenth_digit_is_not_taken() {
        let mut field = TextField::with(Kind::Number, "123456789018");
        assert!(!field.insert("7"));
        assert_eq!(field.text(), "123456789018");
    }

    #[test]
    fn a_passphrase_is_shown_as_dots() {
        let field = TextField::with(Kind::Passphrase, "abc");
        assert_eq!(field.shown(false), ("●●●".into(), "".into()));
        assert_eq!(field.shown(true), ("abc".into(), "".into()));
    }

    #[test]
    fn the_buffer_never_moves_while_typing() {
        let mut field = TextField::new(Kind::Text);
        let capacity = field.text.capacity();
        for _ in 0..300 {
            field.insert("𠮷");
        }
        assert_eq!(field.text.capacity(), capacity);
        assert_eq!(field.text().chars().count(), Kind::Text.limit());
    }

    #[test]
    fn a_full_field_never_takes_a_character_without_its_selector() {
        let mut field = TextField::with(Kind::Text, &"山".repeat(Kind::Text.limit() - 1));
        assert!(!field.insert("祐\u{e0100}"));
        assert!(field.insert("祐"));
        let mut field = TextField::with(Kind::Text, &"山".repeat(Kind::Text.limit() - 2));
        assert!(field.insert("祐\u{e0100}"));
        assert!(field.text().ends_with("祐\u{e0100}"));
    }

    #[test]
    fn a_selection_is_replaced_by_what_is_typed() {
        let mut field = TextField::with(Kind::Text, "山田太郎");
        field.go(Motion::Left, true);
        field.go(Motion::Left, true);
        assert_eq!(field.selected(), Some("太郎"));
        assert!(field.drawn(false, true).caret_first);
        assert_eq!(field.drawn(false, false).selected, "");
        assert!(field.insert("花子"));
        assert_eq!((field.text(), field.selected()), ("山田花子", None));
        field.select_all();
        field.go(Motion::Left, false);
        assert_eq!(field.split(), ("", "山田花子"));
        field.go(Motion::End, true);
        assert!(field.backspace());
        assert!(field.is_empty());
    }

    #[test]
    fn a_selected_number_is_grouped_too() {
        let mut field = TextField::with(Kind::Number, "123456789018");
        field.go(Motion::Home, false);
        for _ in 0..5 {
            field.go(Motion::Right, true);
        }
        let shown = field.drawn(false, true);
        assert_eq!(
            (shown.selected.as_str(), shown.after.as_str()),
            ("1234 5", "678 9018")
        );
    }

    #[test]
    fn a_variation_selector_goes_with_its_character() {
        let mut field = TextField::with(Kind::Text, "祐\u{e0100}太");
        field.go(Motion::Left, false);
        field.go(Motion::Left, false);
        assert_eq!(field.split().0, "");
        assert!(field.delete());
        assert_eq!(field.text(), "太");
    }

    #[test]
    fn a_reading_is_written_as_its_field_wants_it() {
        for typed in ["がぱ", "ガパ", "ｶﾞﾊﾟ"] {
            assert_eq!(TextField::with(Kind::Katakana, typed).text(), "ガパ");
            assert_eq!(TextField::with(Kind::HalfKatakana, typed).text(), "ｶﾞﾊﾟ");
            assert_eq!(TextField::with(Kind::Reading, typed).text(), "がぱ");
        }
    }

    #[test]
    fn deleting_goes_by_character() {
        let mut field = TextField::with(Kind::Text, "山田太郎");
        field.left();
        assert!(field.backspace());
        assert_eq!(field.text(), "山田郎");
        assert!(field.delete());
        assert!(!field.delete());
        assert_eq!(field.text(), "山田");
    }
}
