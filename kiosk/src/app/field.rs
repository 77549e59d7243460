//! One line of text under the caret.

use zeroize::Zeroizing;

/// What may be typed into a field, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names and addresses: kana input starts on.
    Text,
    /// フリガナ: kana input writes katakana.
    Katakana,
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

/// How kana input behaves in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImeMode {
    Off,
    Hiragana,
    Katakana,
}

impl Kind {
    /// Most characters.
    pub const fn limit(self) -> usize {
        match self {
            Kind::Text => 120,
            Kind::Katakana => 80,
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

    /// The mode kana input starts in; `wanted` is what 半角/全角 last chose.
    pub const fn ime(self, wanted: bool) -> ImeMode {
        match self {
            Kind::Text if wanted => ImeMode::Hiragana,
            Kind::Katakana if wanted => ImeMode::Katakana,
            Kind::Word => ImeMode::Hiragana,
            _ => ImeMode::Off,
        }
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
            Kind::Text | Kind::Katakana | Kind::Trial => (!c.is_control()).then_some(c),
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

/// A line of text and its caret. The buffer is allocated once at its largest size, so
/// that growing never leaves an unwiped copy behind, and is wiped when dropped.
pub struct TextField {
    kind: Kind,
    text: Zeroizing<String>,
    /// Byte index.
    caret: usize,
}

impl TextField {
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            text: Zeroizing::new(String::with_capacity(kind.limit() * 4)),
            caret: 0,
        }
    }

    pub fn with(kind: Kind, text: &str) -> Self {
        let mut field = Self::new(kind);
        field.set(text);
        field
    }

    pub fn kind(&self) -> Kind {
        self.kind
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
        use zeroize::Zeroize;
        self.text.zeroize();
        self.caret = 0;
    }

    /// Inserts what belongs here; gives back whether anything was.
    pub fn insert(&mut self, text: &str) -> bool {
        let mut room = self.kind.limit().saturating_sub(self.text.chars().count());
        let mut any = false;
        for c in text.chars().filter_map(|c| self.kind.accept(c)) {
            if room == 0 {
                break;
            }
            self.text.insert(self.caret, c);
            self.caret += c.len_utf8();
            room -= 1;
            any = true;
        }
        any
    }

    pub fn backspace(&mut self) -> bool {
        let Some(c) = self.text[..self.caret].chars().next_back() else {
            return false;
        };
        self.caret -= c.len_utf8();
        self.text.remove(self.caret);
        true
    }

    pub fn delete(&mut self) -> bool {
        if self.caret == self.text.len() {
            return false;
        }
        self.text.remove(self.caret);
        true
    }

    pub fn left(&mut self) {
        if let Some(c) = self.text[..self.caret].chars().next_back() {
            self.caret -= c.len_utf8();
        }
    }

    pub fn right(&mut self) {
        if let Some(c) = self.text[self.caret..].chars().next() {
            self.caret += c.len_utf8();
        }
    }

    pub fn home(&mut self) {
        self.caret = 0;
    }

    pub fn end(&mut self) {
        self.caret = self.text.len();
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
