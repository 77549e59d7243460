//! Which characters the shipped fonts can draw.
//!
//! The renderer draws a character without a glyph as nothing at all: 𠮷川 would be seen
//! as " 川". So every text is checked here before it is taken.

use std::path::{Path, PathBuf};

/// Where fonts are looked for: the stick first, then Debian's package of a developer.
pub const FOLDERS: [&str; 2] = [
    "/usr/share/fonts/kuramori",
    "/usr/share/fonts/truetype/bizud-gothic",
];

/// The font of every screen.
pub const REGULAR: &str = "BIZUDGothic-Regular.ttf";
pub const BOLD: &str = "BIZUDGothic-Bold.ttf";

/// The first of [`FOLDERS`] that holds the fonts.
pub fn folder() -> Option<PathBuf> {
    FOLDERS
        .iter()
        .map(PathBuf::from)
        .find(|folder| folder.join(REGULAR).is_file())
}

/// The set of characters that have a glyph. A bit for each of the first three planes of
/// Unicode: 24 KiB, so that the font files need not stay in memory.
pub struct Coverage {
    bits: Vec<u64>,
}

const PLANES: u32 = 3 * 0x1_0000;

impl Coverage {
    /// Every character there is; for tests of the screens.
    pub fn everything() -> Self {
        Self {
            bits: vec![u64::MAX; (PLANES / 64) as usize],
        }
    }

    /// What the regular font in `folder` has.
    pub fn of_folder(folder: &Path) -> std::io::Result<Self> {
        let bytes = std::fs::read(folder.join(REGULAR))?;
        Self::of_font(&bytes)
            .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidData, "not a font"))
    }

    fn of_font(bytes: &[u8]) -> Option<Self> {
        let face = ttf_parser::Face::parse(bytes, 0).ok()?;
        let mut bits = vec![0u64; (PLANES / 64) as usize];
        for table in face.tables().cmap?.subtables {
            if !table.is_unicode() {
                continue;
            }
            table.codepoints(|point| {
                if point < PLANES && table.glyph_index(point).is_some_and(|glyph| glyph.0 != 0) {
                    bits[(point / 64) as usize] |= 1 << (point % 64);
                }
            });
        }
        Some(Self { bits })
    }

    pub fn has(&self, c: char) -> bool {
        let point = c as u32;
        self.bits
            .get((point / 64) as usize)
            .is_some_and(|word| word >> (point % 64) & 1 == 1)
    }

    /// The first character of `text` that cannot be drawn.
    pub fn missing(&self, text: &str) -> Option<char> {
        text.chars().find(|c| !self.has(*c))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_shipped_font_has_the_names_of_japan_but_not_every_variant() {
        let coverage = Coverage::of_folder(&folder().unwrap()).unwrap();
        assert_eq!(coverage.missing("髙橋 﨑 ヤマダ 123 ABC ー〜"), None);
        assert_eq!(coverage.missing("𠮷川"), Some('𠮷'));
    }
}
