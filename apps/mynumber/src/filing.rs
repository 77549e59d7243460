//! 届出用氏名: the name as offices' files can take it. 国税庁 and 年金機構 take JIS X 0208
//! level 1 and 2 only; 髙, 﨑, ① and ㈱ are refused there although Windows can write them.
//! A [`crate::PersonName`] is never changed; where it does not fit, a second name stands
//! beside it.

use crate::{PersonName, TextError};
use encoding_rs::SHIFT_JIS;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// A name every character of which stands in JIS X 0208, or in the Latin half of
/// JIS X 0201. Kept exactly as typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FilingName(PersonName);

/// Why a name cannot stand in an office's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilingNameError {
    #[error(transparent)]
    Text(#[from] TextError),
    /// Each once, in the order of the name.
    #[error("not in JIS X 0208: {}", .0.iter().collect::<String>())]
    Outside(Vec<char>),
}

impl FilingName {
    pub fn new(typed: &str) -> Result<Self, FilingNameError> {
        let name = PersonName::new(typed)?;
        match outside(typed) {
            none if none.is_empty() => Ok(Self(name)),
            some => Err(FilingNameError::Outside(some)),
        }
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The characters that offices' files do not take, each once.
pub fn outside(text: &str) -> Vec<char> {
    let mut found = Vec::new();
    for c in text.chars() {
        if !is_fileable(c) && !found.contains(&c) {
            found.push(c);
        }
    }
    found
}

/// The name with each character that does not fit replaced by the one usually filed
/// instead (髙 → 高); for the clerk to confirm, never applied unseen. `None` where a
/// character has no usual one.
pub fn suggest(name: &str) -> Option<String> {
    name.chars()
        // 異体字セレクタ: the base character is what is filed.
        .filter(|c| !matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}'))
        .map(|c| {
            if is_fileable(c) {
                Some(c)
            } else {
                substitute(c)
            }
        })
        .collect()
}

/// Rows 1 to 8 (signs, Latin, kana …) and 16 to 84 (level 1 and 2) of JIS X 0208; rows 13
/// and 89 and above are NEC's and IBM's.
fn is_fileable(c: char) -> bool {
    if c.is_ascii() {
        // JIS X 0201 has ¥ and ‾ in the place of these.
        return (' '..='}').contains(&c) && c != '\\';
    }
    let mut utf8 = [0; 4];
    let text: &str = c.encode_utf8(&mut utf8);
    let (bytes, _, lossy) = SHIFT_JIS.encode(text);
    let [first, second] = *bytes else {
        return false;
    };
    if lossy || !(0x81..=0xef).contains(&first) {
        return false;
    }
    let row = match first {
        0x81..=0x9f => (first - 0x81) * 2,
        _ => (first - 0xc1) * 2,
    } + 1
        + u8::from(second >= 0x9f);
    matches!(row, 1..=8 | 16..=84)
}

/// 異体字 and the character usually filed in their place.
const VARIANTS: &[(char, char)] = &[
    ('髙', '高'),
    ('\u{fa11}', '崎'),
    ('𠮷', '吉'),
    ('德', '徳'),
    ('濵', '浜'),
    ('瀨', '瀬'),
    ('昻', '昂'),
    ('淸', '清'),
    ('閒', '間'),
    ('栁', '柳'),
    ('桒', '桑'),
    ('鷗', '鴎'),
    ('頰', '頬'),
    ('剝', '剥'),
    ('增', '増'),
    ('寬', '寛'),
    ('橫', '横'),
    ('黑', '黒'),
    ('靑', '青'),
    ('敎', '教'),
    ('曻', '昇'),
    ('﨔', '欅'),
    ('塡', '填'),
    ('繫', '繋'),
    ('吞', '呑'),
    ('薰', '薫'),
    ('郞', '郎'),
    ('悅', '悦'),
    ('鄕', '郷'),
];

/// The character usually filed in place of one: Unicode's own base for a compatibility
/// ideograph, else [`VARIANTS`].
fn substitute(c: char) -> Option<char> {
    let listed = VARIANTS
        .iter()
        .find(|(from, _)| *from == c)
        .map(|(_, to)| *to);
    let base = || {
        let mut parts = [c].into_iter().nfc();
        parts.next().filter(|_| parts.next().is_none())
    };
    listed.or_else(base).filter(|to| is_fileable(*to))
}

impl TryFrom<String> for FilingName {
    type Error = FilingNameError;
    fn try_from(text: String) -> Result<Self, FilingNameError> {
        Self::new(&text)
    }
}

impl From<FilingName> for String {
    fn from(name: FilingName) -> String {
        name.0.into()
    }
}

impl From<FilingName> for PersonName {
    fn from(name: FilingName) -> PersonName {
        name.0
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn names_of_level_1_and_2_are_filed_as_they_are() {
        for name in [
            "山田　太郎",
            "山田 太郎",
            "渡邊　凜",
            "齋藤　煕",
            "佐々木　ヱイ子",
            "DE LA CRUZ MARIA",
            "ＮＧＵＹＥＮ　ＶＡＮ　ＡＮＨ",
        ] {
            assert_eq!(FilingName::new(name).unwrap().as_str(), name);
            assert_eq!(suggest(name).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_offices_refuse_is_named_character_by_character() {
        for (name, refused) in [
            ("髙橋 﨑子", &['髙', '\u{fa11}'][..]),
            ("𠮷川 太郎", &['𠮷']),
            ("髙髙", &['髙']),
            ("①㈱Ⅲ", &['①', '㈱', 'Ⅲ']),
            ("ﾔﾏﾀﾞ", &['ﾔ', 'ﾏ', 'ﾀ', 'ﾞ']),
            ("MÜLLER", &['Ü']),
            ("A\\~", &['\\', '~']),
            ("祐\u{e0100}", &['\u{e0100}']),
            ("濵德桒彅鷗", &['濵', '德', '桒', '彅', '鷗']),
        ] {
            assert_eq!(
                FilingName::new(name),
                Err(FilingNameError::Outside(refused.to_vec())),
                "{name}"
            );
        }
        assert_eq!(
            FilingName::new(" "),
            Err(FilingNameError::Text(TextError::Empty))
        );
    }

    #[test]
    fn a_suggestion_can_be_filed_and_leaves_the_rest_alone() {
        for (name, filed) in [
            ("髙橋 花子", "高橋 花子"),
            ("山\u{fa11} 一郎", "山崎 一郎"),
            ("𠮷川　德子", "吉川　徳子"),
            ("\u{fa10}本 \u{fa1b}子", "塚本 福子"),
            ("祐\u{e0100}子", "祐子"),
        ] {
            let suggested = suggest(name).unwrap();
            assert_eq!(suggested, filed);
            assert!(FilingName::new(&suggested).is_ok());
        }
        assert_eq!(suggest("草彅"), None);
        assert_eq!(suggest("김"), None);
    }

    #[test]
    fn every_variant_needs_a_substitute_and_has_one_that_can_be_filed() {
        for &(from, to) in VARIANTS {
            assert!(!is_fileable(from) && is_fileable(to), "{from} {to}");
        }
    }

    #[test]
    fn the_whole_of_jis_x_0208_and_nothing_else_is_fileable() {
        let two_bytes = ('\u{80}'..=char::MAX).filter(|&c| is_fileable(c)).count();
        // 6,879 characters; FULLWIDTH HYPHEN-MINUS is also reached from MINUS SIGN.
        assert!((6_879..=6_881).contains(&two_bytes), "{two_bytes}");
    }
}
