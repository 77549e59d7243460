//! Which encoding a file is in, by its content alone: file names and users both guess.

use crate::FileError;
use encoding_rs::{DecoderResult, SHIFT_JIS};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How a file's bytes are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark in front.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// Windows-31J, what Windows in Japan calls Shift_JIS.
    Cp932,
}

/// How much is looked at around the first byte that is not UTF-8.
const SAMPLE: usize = 256 << 10;

impl Encoding {
    /// The encoding, and at which byte the text begins.
    pub(crate) fn detect(bytes: &[u8]) -> Result<(Self, usize), FileError> {
        const SIGNATURES: [(&[u8], FileError); 6] = [
            (b"PK\x03\x04", FileError::Workbook),
            (b"\xd0\xcf\x11\xe0", FileError::Workbook),
            (b"%PDF", FileError::NotText),
            (b"\x1f\x8b", FileError::NotText),
            (b"\xff\xfe", FileError::Utf16),
            (b"\xfe\xff", FileError::Utf16),
        ];
        for (signature, error) in SIGNATURES {
            if bytes.starts_with(signature) {
                return Err(error);
            }
        }
        if bytes.contains(&0) {
            return Err(FileError::NotText);
        }
        if bytes.starts_with(b"\xef\xbb\xbf") {
            return Ok((Encoding::Utf8Bom, 3));
        }
        let encoding = match std::str::from_utf8(bytes) {
            Ok(text) if text.is_ascii() || !looks_like_halfwidth_kana(text) => Encoding::Utf8,
            Ok(_) => Encoding::Cp932,
            Err(error) if is_damaged_utf8(bytes, error.valid_up_to()) => Encoding::Utf8,
            Err(_) => Encoding::Cp932,
        };
        Ok((encoding, 0))
    }

    /// Appends the characters of `bytes`; `false` where they are not of this encoding,
    /// then `out` holds those before.
    pub(crate) fn decode(self, bytes: &[u8], out: &mut String) -> bool {
        match self {
            Encoding::Utf8 | Encoding::Utf8Bom => match std::str::from_utf8(bytes) {
                Ok(text) => {
                    out.push_str(text);
                    true
                }
                Err(error) => {
                    let (valid, _) = bytes.split_at(error.valid_up_to());
                    out.push_str(std::str::from_utf8(valid).unwrap_or_default());
                    false
                }
            },
            Encoding::Cp932 => {
                let mut decoder = SHIFT_JIS.new_decoder_without_bom_handling();
                if let Some(most) = decoder.max_utf8_buffer_length_without_replacement(bytes.len())
                {
                    out.reserve(most);
                }
                let (result, _) = decoder.decode_to_string_without_replacement(bytes, out, true);
                result == DecoderResult::InputEmpty
            }
        }
    }
}

/// Whether a file that is mostly UTF-8 has some bytes that are not: a text in CP932 has
/// hardly a sequence that happens to be UTF-8.
fn is_damaged_utf8(bytes: &[u8], first: usize) -> bool {
    let from = first.saturating_sub(SAMPLE / 2);
    let sample = &bytes[from..bytes.len().min(from + SAMPLE)];
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in sample.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad * 4
}

/// Half-width katakana of CP932 can pass as two-byte UTF-8 sequences (Latin letters with
/// accents, Greek, Arabic …). A Japanese file in UTF-8 has three-byte characters instead.
fn looks_like_halfwidth_kana(text: &str) -> bool {
    let end = text.floor_char_boundary(SAMPLE);
    let sample = &text[..end];
    if sample.chars().any(|c| c.len_utf8() > 2) {
        return false;
    }
    let mut kana = Zeroizing::new(String::with_capacity(sample.len() * 3 + 16));
    let clean = Encoding::Cp932.decode(sample.as_bytes(), &mut kana);
    clean && kana.chars().all(|c| c.is_ascii() || matches!(c, '｡'..='ﾟ'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn detected(bytes: &[u8]) -> Encoding {
        Encoding::detect(bytes).unwrap().0
    }

    fn cp932(text: &str) -> Vec<u8> {
        SHIFT_JIS.encode(text).0.into_owned()
    }

    #[test]
    fn the_encoding_is_found_by_the_content() {
        let text = "社員番号,氏名\r\n0001,髙橋 花子\r\n";
        assert_eq!(detected(text.as_bytes()), Encoding::Utf8);
        assert_eq!(
            Encoding::detect(format!("\u{feff}{text}").as_bytes()),
            Ok((Encoding::Utf8Bom, 3))
        );
        assert_eq!(detected(&cp932(text)), Encoding::Cp932);
        assert_eq!(detected(b"0001,YAMADA"), Encoding::Utf8);
    }

    #[test]
    fn half_width_kana_alone_is_not_taken_for_latin_letters() {
        assert_eq!(detected(&cp932("0001,ﾃｽﾄ")), Encoding::Cp932);
        assert_eq!(detected("0001,MÜLLER".as_bytes()), Encoding::Utf8);
    }

    #[test]
    fn a_damaged_byte_in_utf8_does_not_turn_the_file_into_cp932() {
        let mut bytes = "0001,山田 太郎\r\n".repeat(20).into_bytes();
        bytes[6] = 0xff;
        assert_eq!(detected(&bytes), Encoding::Utf8);
        let mut out = String::new();
        assert!(!Encoding::Utf8.decode(&bytes, &mut out));
    }

    #[test]
    fn what_is_no_text_is_named() {
        for (bytes, error) in [
            (b"PK\x03\x04xl/workbook".as_slice(), FileError::Workbook),
            (b"\xd0\xcf\x11\xe0\xa1", FileError::Workbook),
            (b"\xff\xfea\0", FileError::Utf16),
            (b"%PDF-1.7", FileError::NotText),
            (b"a\0b", FileError::NotText),
        ] {
            assert_eq!(Encoding::detect(bytes), Err(error));
        }
    }
}
