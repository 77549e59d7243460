//! Which characters and variation sequences the fonts can draw.

use crate::{CJK, Error, PRIMARY, shipped};
use skrifa::MetadataProvider as _;
use skrifa::raw::FontRef;
use std::fmt;

/// The first three planes of Unicode; no font draws anything above.
const PLANES: u32 = 3 * 0x1_0000;

/// Whether a code point chooses the form of the character before it: a standardised variation
/// selector (U+FE00 to U+FE0F) or an ideographic one (U+E0100 to U+E01EF).
pub fn is_selector(point: u32) -> bool {
    matches!(point, 0xfe00..=0xfe0f | 0xe_0100..=0xe_01ef)
}

/// The set of characters that have a glyph, a bit each (24 KiB), and of sequences (a number
/// each, 58 KiB), so that the font file need not be read again.
pub struct Coverage {
    bits: Vec<u64>,
    /// Ascending; see [`packed`].
    sequences: Vec<u32>,
    /// For tests of screens: nothing is ever missing.
    everything: bool,
}

/// What cannot be drawn. Displayed as its code points: `U+20BB7`, `U+5C71 U+E0103`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The character; a selector that follows nothing stands here itself.
    pub base: char,
    pub selector: Option<char>,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X}", self.base as u32)?;
        match self.selector {
            Some(selector) => write!(f, " U+{:04X}", selector as u32),
            None => Ok(()),
        }
    }
}

impl Coverage {
    /// Every character there is; for tests of the screens.
    pub fn everything() -> Self {
        Self {
            bits: Vec::new(),
            sequences: Vec::new(),
            everything: true,
        }
    }

    /// What a file made by [`crate::build`] draws.
    ///
    /// # Errors
    /// [`Error::Font`] when it is not such a file.
    pub fn of_file(file: &[u8]) -> Result<Self, Error> {
        let primary = shipped::font(file, PRIMARY)?;
        let cjk = shipped::font(file, CJK)?;
        Ok(Self::of_fonts(&[primary, cjk]))
    }

    /// What at least one of `fonts` has.
    pub fn of_fonts(fonts: &[FontRef<'_>]) -> Self {
        let mut bits = vec![0u64; (PLANES / 64) as usize];
        let mut sequences = Vec::new();
        for font in fonts {
            let charmap = font.charmap();
            let points = charmap.mappings().map(|(point, _)| point);
            for point in points.filter(|point| *point < PLANES && !is_selector(*point)) {
                bits[(point / 64) as usize] |= 1 << (point % 64);
            }
            let known = charmap.variant_mappings();
            sequences.extend(known.filter_map(|(base, selector, _)| packed(base, selector)));
        }
        sequences.sort_unstable();
        sequences.dedup();
        Self {
            bits,
            sequences,
            everything: false,
        }
    }

    pub fn has(&self, c: char) -> bool {
        let point = c as u32;
        self.everything
            || self
                .bits
                .get((point / 64) as usize)
                .is_some_and(|word| word >> (point % 64) & 1 == 1)
    }

    /// Whether `base` followed by `selector` has a form of its own, or is known to look as usual.
    pub fn has_sequence(&self, base: char, selector: char) -> bool {
        self.everything
            || (self.has(base)
                && packed(base as u32, selector as u32)
                    .is_some_and(|wanted| self.sequences.binary_search(&wanted).is_ok()))
    }

    /// The first character or sequence of `text` that cannot be drawn.
    pub fn missing(&self, text: &str) -> Option<Missing> {
        let mut rest = text.chars().peekable();
        while let Some(base) = rest.next() {
            let selector = rest.next_if(|next| is_selector(*next as u32));
            let drawn = match selector {
                Some(selector) => self.has_sequence(base, selector),
                None => self.has(base),
            };
            if !drawn {
                return Some(Missing { base, selector });
            }
        }
        None
    }

    /// Number of characters and of sequences.
    pub fn counts(&self) -> (usize, usize) {
        let characters: u32 = self.bits.iter().map(|word| word.count_ones()).sum();
        (characters as usize, self.sequences.len())
    }

    /// All sequences, ascending by base character.
    pub fn sequences(&self) -> impl Iterator<Item = (char, char)> + '_ {
        self.sequences.iter().filter_map(|packed| {
            let number = packed & 0xff;
            let selector = if number < 16 {
                0xfe00 + number
            } else {
                0xe_0100 + number - 16
            };
            Some((char::from_u32(packed >> 8)?, char::from_u32(selector)?))
        })
    }
}

/// Base character, then the selector's number: 0 to 15 for U+FE00 to U+FE0F (VS1 to VS16), then
/// 16 to 255 for U+E0100 to U+E01EF (VS17 to VS256).
fn packed(base: u32, selector: u32) -> Option<u32> {
    let number = match selector {
        0xfe00..=0xfe0f => selector - 0xfe00,
        0xe_0100..=0xe_01ef => selector - 0xe_0100 + 16,
        _ => return None,
    };
    (base < PLANES).then_some(base << 8 | number)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn small() -> Coverage {
        let mut coverage = Coverage::of_fonts(&[]);
        for c in ['山', '祐'] {
            coverage.bits[(c as u32 / 64) as usize] |= 1 << (c as u32 % 64);
        }
        coverage.sequences = ['\u{fe00}', '\u{e0100}']
            .map(|selector| packed('祐' as u32, selector as u32).unwrap())
            .into();
        coverage
    }

    #[test]
    fn a_sequence_is_one_thing() {
        let coverage = small();
        assert_eq!(coverage.missing("山祐祐\u{e0100}祐\u{fe00}山"), None);
        let missing = coverage.missing("祐山\u{e0100}").unwrap();
        assert_eq!(missing.to_string(), "U+5C71 U+E0100");
        assert_eq!(coverage.missing("祐𠮷").unwrap().to_string(), "U+20BB7");
    }

    #[test]
    fn a_selector_needs_something_before_it() {
        let coverage = small();
        assert_eq!(
            coverage.missing("\u{e0100}").unwrap().to_string(),
            "U+E0100"
        );
        let twice = coverage.missing("祐\u{e0100}\u{e0100}").unwrap();
        assert_eq!(twice.to_string(), "U+E0100");
    }

    #[test]
    fn sequences_are_given_back_as_they_were_read() {
        let all: Vec<(char, char)> = small().sequences().collect();
        assert_eq!(all, [('祐', '\u{fe00}'), ('祐', '\u{e0100}')]);
    }

    #[test]
    fn in_tests_of_screens_nothing_is_missing() {
        assert_eq!(Coverage::everything().missing("🦆山\u{e01ef}"), None);
    }
}
