//! What a field takes, and what it is about.

use zeroize::Zeroizing;

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
            Kind::Postal => crate::app::address::DIGITS,
            Kind::Date => 12,
            Kind::Time => 5,
            Kind::Passphrase => 128,
            Kind::Word => 16,
            Kind::Trial => 24,
        }
    }

    /// A text as this field writes it: フリガナ in its own kana.
    pub(super) fn written(self, text: &str) -> Zeroizing<String> {
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
