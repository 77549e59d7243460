//! How the dictionary's file spells texts: hiragana in one byte, most of the rest in two.
//!
//! A coded text is preceded by its length in bytes (one byte, so at most 255).

const KANJI: u32 = 0x4e00;
/// First bytes 0x80–0xd1 carry U+4E00–U+9FFF.
const KANJI_LAST: u32 = KANJI + 0x51ff;
const SYMBOLS_AND_KATAKANA: u8 = 0xd2;
const LATIN: u8 = 0xd3;
const FULL_WIDTH: u8 = 0xd4;
const ANY: u8 = 0xff;

/// The coded text with its length before it; none where it is too long.
pub(crate) fn encode(text: &str) -> Option<Vec<u8>> {
    let mut out = vec![0];
    for c in text.chars() {
        let code = c as u32;
        let low = (code & 0xff) as u8;
        match c {
            'ぁ'..='ゖ' => out.push((code - 'ぁ' as u32) as u8 + 1),
            '\u{4e00}'..='\u{9fff}' => {
                out.extend([0x80 + ((code - KANJI) >> 8) as u8, low]);
            }
            '\u{3000}'..='\u{30ff}' => out.extend([SYMBOLS_AND_KATAKANA, low]),
            '\u{0}'..='\u{ff}' => out.extend([LATIN, low]),
            '\u{ff00}'..='\u{ffef}' => out.extend([FULL_WIDTH, low]),
            _ => out.extend([ANY, (code >> 16) as u8, (code >> 8) as u8, low]),
        }
    }
    out[0] = u8::try_from(out.len() - 1).ok()?;
    Some(out)
}

/// The text that begins at `offset`; none where the pool does not hold one there.
pub(crate) fn decode(pool: &[u8], offset: usize) -> Option<String> {
    let length = usize::from(*pool.get(offset)?);
    let coded = pool.get(offset + 1..offset + 1 + length)?;
    let mut out = String::with_capacity(length * 2);
    let mut bytes = coded.iter().copied();
    while let Some(first) = bytes.next() {
        let code = match first {
            0x01..=0x56 => 'ぁ' as u32 + u32::from(first) - 1,
            0x80..=0xd1 => KANJI + (u32::from(first - 0x80) << 8) + u32::from(bytes.next()?),
            SYMBOLS_AND_KATAKANA => 0x3000 + u32::from(bytes.next()?),
            LATIN => u32::from(bytes.next()?),
            FULL_WIDTH => 0xff00 + u32::from(bytes.next()?),
            ANY => {
                let (a, b, c) = (bytes.next()?, bytes.next()?, bytes.next()?);
                u32::from_be_bytes([0, a, b, c])
            }
            _ => return None,
        };
        out.push(char::from_u32(code)?);
    }
    Some(out)
}

const _: () = assert!(KANJI_LAST == 0x9fff);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_character_comes_back() {
        for text in [
            "",
            "山田たろう",
            "ー・ヶ々",
            "AZ1-é",
            "１Ａｶ",
            "𠮷﨑祐\u{e0100}",
            "…†",
        ] {
            let coded = encode(text).expect("short");
            assert_eq!(decode(&coded, 0).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_text_that_does_not_fit_is_refused_and_a_broken_one_is_none() {
        assert!(encode(&"漢".repeat(128)).is_none());
        let mut coded = encode("山").expect("short");
        coded.pop();
        assert_eq!(decode(&coded, 0), None);
        assert_eq!(decode(&coded, 9), None);
    }
}
