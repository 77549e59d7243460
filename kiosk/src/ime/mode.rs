//! What letters become: the mode the clerk chose, and what a field makes of it.

use crate::app::Kind;

/// What the clerk chose with the keys of Japanese input. It stays when the field changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// Letters stay letters.
    Direct,
    /// What the field is for: hiragana, or katakana in a フリガナ field.
    #[default]
    Kana,
    Katakana,
    HalfKatakana,
    FullLatin,
}

/// How a field takes what is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImeMode {
    Off,
    Hiragana,
    Katakana,
    HalfKatakana,
    FullLatin,
}

/// Romaji, or the kana printed on the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    #[default]
    Romaji,
    Kana,
}

impl ImeMode {
    /// What typing gives in a field of this kind. In numbers, dates and passphrases always [`ImeMode::Off`].
    pub const fn of(kind: Kind, wanted: Wanted) -> Self {
        match (kind, wanted) {
            // There is nothing else to be typed there than hiragana and digits.
            (Kind::Word, _) => ImeMode::Hiragana,
            (Kind::Text | Kind::Katakana | Kind::HalfKatakana | Kind::Reading, Wanted::Direct) => {
                ImeMode::Off
            }
            (Kind::Reading, _) => ImeMode::Hiragana,
            (Kind::Katakana, _) => ImeMode::Katakana,
            (Kind::HalfKatakana, _) => ImeMode::HalfKatakana,
            (Kind::Text, Wanted::Kana) => ImeMode::Hiragana,
            (Kind::Text, Wanted::Katakana) => ImeMode::Katakana,
            (Kind::Text, Wanted::HalfKatakana) => ImeMode::HalfKatakana,
            (Kind::Text, Wanted::FullLatin) => ImeMode::FullLatin,
            _ => ImeMode::Off,
        }
    }

    /// The sign in the header.
    pub const fn sign(self) -> &'static str {
        match self {
            ImeMode::Off => "A",
            ImeMode::Hiragana => "あ",
            ImeMode::Katakana => "カ",
            ImeMode::HalfKatakana => "ｶ",
            ImeMode::FullLatin => "Ａ",
        }
    }
}

impl Style {
    pub const fn sign(self) -> &'static str {
        match self {
            Style::Romaji => "ﾛｰﾏ",
            Style::Kana => "かな",
        }
    }
}

impl Wanted {
    /// 半角/全角
    pub const fn toggled(self) -> Self {
        match self {
            Wanted::Direct => Wanted::Kana,
            _ => Wanted::Direct,
        }
    }

    /// 無変換 while nothing is composed: hiragana, katakana, half-width katakana, and round again.
    pub const fn next(self) -> Self {
        match self {
            Wanted::Direct => Wanted::Direct,
            Wanted::Kana => Wanted::Katakana,
            Wanted::Katakana => Wanted::HalfKatakana,
            Wanted::HalfKatakana | Wanted::FullLatin => Wanted::Kana,
        }
    }
}
