use crate::guard::contains_individual_number;
use crate::number::is_space;
use serde::{Deserialize, Serialize};

/// Why a text is refused. Lengths count characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("it is empty")]
    Empty,
    #[error("it has more than {max} characters")]
    TooLong { max: usize },
    #[error("it has a control or invisible formatting character")]
    ControlCharacter,
    #[error("a reading has katakana only")]
    NotKatakana,
    #[error("a name in Latin letters has A to Z, blanks and - ' . , only")]
    NotRomaji,
    /// 社員番号 may not be the 個人番号 (ガイドライン第4-1-(1)), and what stands in the
    /// ledger may not hold one.
    #[error("it holds an individual number")]
    IndividualNumber,
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $max:literal, $extra:expr) => {
        $(#[$doc])*
        ///
        /// Kept exactly as it was typed, never normalised.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The most characters it may have.
            pub const MAX: usize = $max;

            pub fn new(typed: &str) -> Result<Self, TextError> {
                check(typed, Self::MAX)?;
                let extra: fn(&str) -> Result<(), TextError> = $extra;
                extra(typed)?;
                Ok(Self(typed.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::new(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// 社員番号. Never the 個人番号.
    EmployeeNo, 20, |_| Ok(())
);
text!(
    /// 氏名. Rare characters and variation selectors are kept.
    PersonName, 60, |_| Ok(())
);
text!(
    /// フリガナ: full-width or half-width katakana, the middle dot and spaces.
    Kana, 120, |typed| {
        if typed.chars().all(is_katakana) { Ok(()) } else { Err(TextError::NotKatakana) }
    }
);
text!(
    /// ローマ字氏名, as 年金機構 and Hello Work ask it of foreign nationals: the letters of
    /// the 在留カード.
    Romaji, 60, |typed| {
        let allowed = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | '\'' | '.' | ',');
        if typed.chars().all(allowed) { Ok(()) } else { Err(TextError::NotRomaji) }
    }
);
text!(
    /// 住所, as on the 住民票.
    Address, 200, |_| Ok(())
);
text!(
    /// 事業者の名称.
    CompanyName, 100, |_| Ok(())
);
text!(
    /// 支払先コード. Never the 個人番号.
    PayeeCode, 20, |_| Ok(())
);
text!(
    /// 備考: a sentence beside a record: why a medium went out, what was said. Guarded like
    /// every text against holding an individual number.
    Remark, 200, |_| Ok(())
);
text!(
    /// What people call a thing: a companion stick, a payroll PC.
    Label, 40, |_| Ok(())
);

fn check(typed: &str, max: usize) -> Result<(), TextError> {
    // Bytes first: counting characters of something huge costs time.
    if typed.len() > max * 4 || typed.chars().count() > max {
        return Err(TextError::TooLong { max });
    }
    if typed.chars().all(is_space) {
        return Err(TextError::Empty);
    }
    if typed.chars().any(is_unprintable) {
        return Err(TextError::ControlCharacter);
    }
    if contains_individual_number(typed) {
        return Err(TextError::IndividualNumber);
    }
    Ok(())
}

fn is_katakana(c: char) -> bool {
    is_space(c) || matches!(c, 'ァ'..='ヿ' | 'ㇰ'..='ㇿ' | '･'..='ﾟ')
}

/// Control characters, line separators, direction overrides, zero-width characters and
/// noncharacters: nothing of a name, all of it able to deceive a reader. Variation
/// selectors are not among them: they tell 祐 from 祐󠄀.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}')
        || (c as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_kept_exactly_as_typed() {
        for name in [
            "山田 太郎",
            "髙橋 花子",
            "𠮷川　﨑",
            "祐\u{e0100}",
            "\u{fa4f}",
            "DE LA CRUZ MARIA JOSE",
            "O'BRIEN",
        ] {
            assert_eq!(PersonName::new(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        for (typed, reason) in [
            ("", TextError::Empty),
            (" \u{3000}", TextError::Empty),
            ("山田\n太郎", TextError::ControlCharacter),
            ("山田\u{202e}太郎", TextError::ControlCharacter),
            ("山田\u{200b}", TextError::ControlCharacter),
            ("山田 123456789018", TextError::IndividualNumber),
        ] {
            assert_eq!(PersonName::new(typed), Err(reason), "{typed:?}");
        }
        let long = "あ".repeat(61);
        assert_eq!(PersonName::new(&long), Err(TextError::TooLong { max: 60 }));
        assert!(PersonName::new(&"𠮷".repeat(60)).is_ok());
    }

    #[test]
    fn a_reading_is_katakana_of_either_width() {
        for kana in ["ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヴィー・ヮ", "ヂャッキー　ヱ"]
        {
            assert!(Kana::new(kana).is_ok(), "{kana}");
        }
        for kana in ["やまだ", "山田", "Yamada", "ヤマダ1"] {
            assert_eq!(Kana::new(kana), Err(TextError::NotKatakana), "{kana}");
        }
    }

    #[test]
    fn a_name_in_latin_letters_has_nothing_else() {
        for name in ["NGUYEN VAN ANH", "O'BRIEN, John", "Smith-Jones Jr."] {
            assert!(Romaji::new(name).is_ok(), "{name}");
        }
        for name in ["ＮＧＵＹＥＮ", "MÜLLER", "山田", "ANH 2"] {
            assert_eq!(Romaji::new(name), Err(TextError::NotRomaji), "{name}");
        }
    }

    #[test]
    fn an_employee_number_is_never_an_individual_number() {
        assert!(EmployeeNo::new("0001").is_ok());
        assert_eq!(
            EmployeeNo::new("123456789018"),
            Err(TextError::IndividualNumber)
        );
        assert_eq!(
            EmployeeNo::new("1234-5678-9018"),
            Err(TextError::IndividualNumber)
        );
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_unchanged_and_bounded(typed in "\\PC{0,70}") {
            if let Ok(name) = PersonName::new(&typed) {
                prop_assert_eq!(name.as_str(), &typed);
                prop_assert!(typed.chars().count() <= PersonName::MAX);
            }
        }
    }
}
