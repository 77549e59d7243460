//! The forms of kana and of letters, and the form that readings are looked up in.

/// ぁ–ゖ and ァ–ヶ lie this far apart in Unicode.
const KATAKANA_OFFSET: u32 = 0x60;
/// `!`–`~` and their full-width forms lie this far apart.
const FULL_WIDTH_OFFSET: u32 = 0xfee0;

/// Half-width katakana U+FF61–U+FF9F in order.
const HALF_KATAKANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

/// Kana with a voiced mark, then the same kana with a semi-voiced mark; both in the order of [`UNVOICED`].
const VOICED: &str = "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ";
const UNVOICED: &str = "カキクケコサシスセソタチツテトハヒフヘホウ";
const SEMI_VOICED: &str = "パピプペポ";
const SEMI_UNVOICED: &str = "ハヒフヘホ";

/// A reading as the dictionary spells it: hiragana, `ー`, and half-width letters, digits and signs.
///
/// Katakana of both widths becomes hiragana, full-width letters become half-width, every kind
/// of hyphen between digits becomes `-`. What has no such form stays as it is.
pub fn normalise(reading: &str) -> String {
    let mut out: Vec<char> = Vec::with_capacity(reading.len());
    for c in reading.chars() {
        let c = full_katakana(c).unwrap_or(c);
        match c {
            '゛' | '゜' => match out.pop() {
                Some(last) => out.extend(mark(last, c)),
                None => out.push(c),
            },
            'ァ'..='ヶ' | 'ヽ' | 'ヾ' => out.push(shifted(c, -(KATAKANA_OFFSET as i64))),
            '！'..='～' => out.push(shifted(c, -(FULL_WIDTH_OFFSET as i64))),
            '　' => out.push(' '),
            '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => out.push('-'),
            other => out.push(other),
        }
    }
    for at in 1..out.len().saturating_sub(1) {
        if out[at] == 'ー' && out[at - 1].is_ascii_digit() && out[at + 1].is_ascii_digit() {
            out[at] = '-';
        }
    }
    out.into_iter().collect()
}

/// A hiragana followed by a voiced or semi-voiced mark that was typed as a letter of its own.
fn mark(hiragana: char, mark: char) -> Vec<char> {
    let (plain, marked) = match mark {
        '゛' => (UNVOICED, VOICED),
        _ => (SEMI_UNVOICED, SEMI_VOICED),
    };
    let upper = shifted(hiragana, KATAKANA_OFFSET as i64);
    match plain.chars().position(|c| c == upper) {
        Some(at) => marked
            .chars()
            .nth(at)
            .map(|c| vec![shifted(c, -(KATAKANA_OFFSET as i64))])
            .unwrap_or_default(),
        None => vec![hiragana, mark],
    }
}

fn full_katakana(c: char) -> Option<char> {
    let at = (c as u32).checked_sub(0xff61)?;
    HALF_KATAKANA.chars().nth(at as usize)
}

fn shifted(c: char, by: i64) -> char {
    u32::try_from(i64::from(c as u32) + by)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(c)
}

/// Hiragana as katakana; everything else as it is.
pub fn katakana(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => shifted(c, KATAKANA_OFFSET as i64),
            other => other,
        })
        .collect()
}

/// Katakana as hiragana; everything else as it is.
pub fn hiragana(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'ァ'..='ヶ' | 'ヽ' | 'ヾ' => shifted(c, -(KATAKANA_OFFSET as i64)),
            other => other,
        })
        .collect()
}

/// Kana of either kind as half-width katakana, voiced marks as letters of their own; letters,
/// digits and signs as ASCII. What has no half-width form stays as it is.
pub fn half_width(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in katakana(text).chars() {
        let in_voiced = VOICED.chars().position(|v| v == c);
        let in_semi = SEMI_VOICED.chars().position(|v| v == c);
        let (base, mark) = match (in_voiced, in_semi) {
            (Some(at), _) => (UNVOICED.chars().nth(at), Some('\u{ff9e}')),
            (_, Some(at)) => (SEMI_UNVOICED.chars().nth(at), Some('\u{ff9f}')),
            _ => (Some(c), None),
        };
        let base = base.unwrap_or(c);
        out.push(half_letter(base));
        out.extend(mark);
    }
    out
}

fn half_letter(c: char) -> char {
    match c {
        '！'..='～' => shifted(c, -(FULL_WIDTH_OFFSET as i64)),
        '　' => ' ',
        // No half-width forms of their own.
        'ヵ' => 'ｶ',
        'ヶ' => 'ｹ',
        'ヮ' => 'ﾜ',
        _ => HALF_KATAKANA
            .chars()
            .position(|k| k == c)
            .and_then(|at| char::from_u32(0xff61 + at as u32))
            .unwrap_or(c),
    }
}

/// ASCII as its full-width forms; everything else as it is.
pub fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '!'..='~' => shifted(c, FULL_WIDTH_OFFSET as i64),
            ' ' => '　',
            other => other,
        })
        .collect()
}

/// Full-width digits as ASCII; everything else as it is.
pub fn half_digits(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '０'..='９' => shifted(c, -(FULL_WIDTH_OFFSET as i64)),
            other => other,
        })
        .collect()
}

/// Whether the text is kana of either kind alone.
pub fn is_kana(text: &str) -> bool {
    text.chars().all(|c| matches!(c, 'ぁ'..='ゟ' | 'ァ'..='ヿ'))
}

/// Whether a normalised reading is what a word can be read as: hiragana and `ー` alone.
pub fn is_reading(reading: &str) -> bool {
    let mut chars = reading.chars();
    chars.all(|c| matches!(c, 'ぁ'..='ゖ' | 'ー'))
}

/// What the function keys make of a reading, whatever the dictionary knows (MS-IME's F6–F10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transliteration {
    /// F6
    Hiragana,
    /// F7
    Katakana,
    /// F8
    HalfWidth,
    /// F9: the letters that were typed, full-width
    FullWidthLetters,
    /// F10: the letters that were typed
    Letters,
}

impl Transliteration {
    /// `reading` is the kana; `typed` are the letters it was typed with.
    pub fn of(self, reading: &str, typed: &str) -> String {
        match self {
            Self::Hiragana => hiragana(reading),
            Self::Katakana => katakana(reading),
            Self::HalfWidth => half_width(reading),
            Self::FullWidthLetters => full_width(typed),
            Self::Letters => typed.to_owned(),
        }
    }
}

/// Appends the trie key of one character of a normalised reading: one byte for kana and ASCII.
/// No key is the beginning of another.
pub(crate) fn push_key(c: char, key: &mut Vec<u8>) {
    match c {
        ' '..='~' => key.push(c as u8),
        'ぁ'..='ゖ' => key.push(0x80 + (c as u32 - 'ぁ' as u32) as u8),
        'ー' => key.push(0xd6),
        other => {
            let mut utf8 = [0; 4];
            key.push(0xff);
            key.extend(other.encode_utf8(&mut utf8).bytes());
        }
    }
}

/// The trie key of a normalised reading.
pub(crate) fn key(reading: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(reading.len());
    for c in reading.chars() {
        push_key(c, &mut key);
    }
    key
}

/// The reading of a trie key; none where it is not one of [`key`].
pub(crate) fn of_key(mut key: &[u8]) -> Option<String> {
    let mut reading = String::with_capacity(key.len() * 3);
    while let Some((first, rest)) = key.split_first() {
        key = rest;
        match first {
            b' '..=b'~' => reading.push(char::from(*first)),
            0x80..=0xd5 => reading.push(shifted('ぁ', i64::from(first - 0x80))),
            0xd6 => reading.push('ー'),
            0xff => {
                let length = match key.first()? {
                    0x00..=0x7f => 1,
                    0xc0..=0xdf => 2,
                    0xe0..=0xef => 3,
                    _ => 4,
                };
                reading.push_str(std::str::from_utf8(key.get(..length)?).ok()?);
                key = key.get(length..)?;
            }
            _ => return None,
        }
    }
    Some(reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_typing_kana_is_one_reading() {
        for typed in ["がぱー", "ガパー", "ｶﾞﾊﾟｰ"] {
            assert_eq!(normalise(typed), "がぱー");
        }
        assert_eq!(normalise("１ー２−３ー"), "1-2-3ー");
        assert_eq!(normalise("やまだ　たろう"), "やまだ たろう");
    }

    #[test]
    fn a_reading_comes_back_from_its_key() {
        for reading in ["ぁー1-2 ゖ", "∞あé", ""] {
            assert_eq!(of_key(&key(reading)).as_deref(), Some(reading));
        }
        assert_eq!(of_key(&[0xff, 0xe3]), None);
    }

    #[test]
    fn half_width_katakana_has_its_marks_apart() {
        assert_eq!(half_width("だいパ１ー"), "ﾀﾞｲﾊﾟ1ｰ");
        assert_eq!(normalise(&half_width("ゔぁいおりん")), "ゔぁいおりん");
    }

    #[test]
    fn function_keys_give_their_forms() {
        let of = |form: Transliteration| form.of("やまだ", "yamada");
        assert_eq!(of(Transliteration::Hiragana), "やまだ");
        assert_eq!(of(Transliteration::Katakana), "ヤマダ");
        assert_eq!(of(Transliteration::HalfWidth), "ﾔﾏﾀﾞ");
        assert_eq!(of(Transliteration::FullWidthLetters), "ｙａｍａｄａ");
        assert_eq!(of(Transliteration::Letters), "yamada");
    }

    #[test]
    fn keys_tell_all_characters_apart() {
        let all = " 1Aぁゖーｶ漢";
        let keys: std::collections::BTreeSet<_> =
            all.chars().map(|c| key(&c.to_string())).collect();
        assert_eq!(keys.len(), all.chars().count());
    }
}
