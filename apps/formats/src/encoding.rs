use encoding_rs::SHIFT_JIS;
use serde::Deserialize;

/// How a file's characters become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-8 with a byte order mark in front.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// Windows-31J, what Windows in Japan calls Shift_JIS. Characters that stand in it
    /// twice take the place that Windows gives them (髙 is FB FC, IBM's, not NEC's).
    Cp932,
}

impl Encoding {
    pub(crate) fn mark(self) -> &'static [u8] {
        match self {
            Encoding::Utf8Bom => b"\xef\xbb\xbf",
            Encoding::Utf8 | Encoding::Cp932 => b"",
        }
    }

    /// Appends one character, or leaves `out` as it is and says no.
    #[must_use]
    pub(crate) fn push(self, c: char, out: &mut Vec<u8>) -> bool {
        if c.is_ascii() {
            out.push(c as u8);
            return true;
        }
        let mut utf8 = [0; 4];
        let text: &str = c.encode_utf8(&mut utf8);
        match self {
            Encoding::Utf8 | Encoding::Utf8Bom => out.extend_from_slice(text.as_bytes()),
            Encoding::Cp932 => {
                let (bytes, _, lossy) = SHIFT_JIS.encode(text);
                // The encoder turns some characters into others without saying so
                // (¥ into \, − into －); private ones mean something else on every PC.
                let same = SHIFT_JIS
                    .decode_without_bom_handling_and_without_replacement(&bytes)
                    .is_some_and(|back| back == text);
                if lossy || !same || matches!(c, '\u{e000}'..='\u{f8ff}') {
                    return false;
                }
                out.extend_from_slice(&bytes);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cp932(c: char) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        Encoding::Cp932.push(c, &mut out).then_some(out)
    }

    #[test]
    fn cp932_has_the_extensions_of_ibm_and_nec() {
        for (c, bytes) in [
            ('山', &[0x8e, 0x52][..]),
            ('髙', &[0xfb, 0xfc]),
            ('﨑', &[0xfa, 0xb1]),
            ('①', &[0x87, 0x40]),
            ('㈱', &[0x87, 0x8a]),
            ('ｱ', &[0xb1]),
            ('～', &[0x81, 0x60]),
            ('－', &[0x81, 0x7c]),
        ] {
            assert_eq!(cp932(c).as_deref(), Some(bytes), "{c}");
        }
    }

    #[test]
    fn cp932_refuses_what_it_would_have_to_change() {
        for c in [
            '𠮷',
            '〜',
            '−',
            '¥',
            '‾',
            '\u{e0100}',
            '\u{e000}',
            'é',
            '한',
        ] {
            assert_eq!(cp932(c), None, "{c:?}");
        }
    }
}
