//! Pictures of the guest's screen, and the code the kiosk shows at their top right.

use codes::{ErrorCode, ScreenCode};
use std::{
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// A picture, three bytes (red, green, blue) a pixel, rows from the top.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    rgb: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture {}x{}", self.width, self.height)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("not a picture: {0}")]
    Form(&'static str),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0}: {1}")]
    Png(PathBuf, String),
    #[error("{0}: {1}")]
    Sheet(PathBuf, String),
}

impl Picture {
    /// Reads a binary PPM (P6, 8 bits), which is what QEMU writes.
    pub fn from_ppm(bytes: &[u8]) -> Result<Self, PictureError> {
        let mut at = 0;
        let mut word = || {
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            let start = at;
            while bytes.get(at).is_some_and(|b| !b.is_ascii_whitespace()) {
                at += 1;
            }
            let text = std::str::from_utf8(&bytes[start..at]).unwrap_or_default();
            (text, at)
        };
        if word().0 != "P6" {
            return Err(PictureError::Form("no P6"));
        }
        let width: usize = word().0.parse().map_err(|_| PictureError::Form("width"))?;
        let height: usize = word().0.parse().map_err(|_| PictureError::Form("height"))?;
        let (depth, end) = word();
        if depth != "255" {
            return Err(PictureError::Form("depth"));
        }
        let rgb = bytes
            .get(end + 1..)
            .filter(|rgb| Some(rgb.len()) == width.checked_mul(height).map(|n| n * 3))
            .ok_or(PictureError::Form("length"))?
            .to_vec();
        Ok(Self { width, height, rgb })
    }

    /// Reads a PNG of the repository: 8 bits, grey or RGB, with or without alpha.
    pub fn from_png(path: &Path) -> Result<Self, PictureError> {
        let bad = |e: &dyn std::fmt::Display| PictureError::Png(path.into(), e.to_string());
        let file = File::open(path).map_err(|e| PictureError::Io(path.into(), e))?;
        let mut reader = png::Decoder::new(io::BufReader::new(file))
            .read_info()
            .map_err(|e| bad(&e))?;
        let size = reader
            .output_buffer_size()
            .ok_or_else(|| bad(&"too large"))?;
        let mut pixels = vec![0; size];
        let info = reader.next_frame(&mut pixels).map_err(|e| bad(&e))?;
        let channels = info.color_type.samples();
        let rgb = pixels[..info.buffer_size()]
            .chunks_exact(channels)
            .flat_map(|p| match channels {
                1 | 2 => [p[0]; 3],
                _ => [p[0], p[1], p[2]],
            })
            .collect();
        Ok(Self {
            width: info.width as usize,
            height: info.height as usize,
            rgb,
        })
    }

    pub fn write_png(&self, path: &Path) -> Result<(), PictureError> {
        let file = File::create(path).map_err(|e| PictureError::Io(path.into(), e))?;
        let mut encoder =
            png::Encoder::new(BufWriter::new(file), self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let bad = |e: png::EncodingError| PictureError::Png(path.into(), e.to_string());
        let mut writer = encoder.write_header().map_err(bad)?;
        writer.write_image_data(&self.rgb).map_err(bad)
    }

    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// How many pixels differ; all of them when the sizes do.
    pub fn differing(&self, other: &Self) -> usize {
        if (self.width, self.height) != (other.width, other.height) {
            return self.width * self.height;
        }
        self.rgb
            .chunks_exact(3)
            .zip(other.rgb.chunks_exact(3))
            .filter(|(a, b)| a != b)
            .count()
    }

    /// How many pixels differ within a rectangle (x, y, width, height).
    pub fn differing_in(&self, other: &Self, area: (usize, usize, usize, usize)) -> usize {
        let (x0, y0, w, h) = area;
        let mut count = 0;
        for y in y0..(y0 + h).min(self.height).min(other.height) {
            for x in x0..(x0 + w).min(self.width).min(other.width) {
                if self.pixel(x, y) != other.pixel(x, y) {
                    count += 1;
                }
            }
        }
        count
    }

    /// Whether every pixel has one colour: nothing was drawn, or it was wiped.
    pub fn is_blank(&self) -> bool {
        self.rgb.chunks_exact(3).all(|p| p == &self.rgb[..3])
    }
}

/// What the kiosk says about where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    pub screen: ScreenCode,
    pub dialog: Option<ScreenCode>,
    pub error: Option<ErrorCode>,
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.screen.code())?;
        if let Some(dialog) = self.dialog {
            write!(f, " {}", dialog.code())?;
        }
        if let Some(error) = self.error {
            write!(f, " {}", error.code())?;
        }
        Ok(())
    }
}

impl Tag {
    /// Reads the tag's text: a screen, then a dialog and an error where there are any.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace().peekable();
        let screen = screen_code(words.next()?).filter(|s| s.code().starts_with('S'))?;
        let dialog = words.next_if(|w| w.starts_with('D')).map(screen_code);
        let error = words.next_if(|w| w.starts_with('E')).map(error_code);
        if words.next().is_some() || dialog == Some(None) || error == Some(None) {
            return None;
        }
        Some(Self {
            screen,
            dialog: dialog.flatten(),
            error: error.flatten(),
        })
    }
}

fn screen_code(text: &str) -> Option<ScreenCode> {
    ScreenCode::ALL.iter().copied().find(|s| s.code() == text)
}

fn error_code(text: &str) -> Option<ErrorCode> {
    ErrorCode::ALL.iter().copied().find(|e| e.code() == text)
}

/// Where the tag's cells are, as `data/code_glyphs.toml` tells.
#[derive(Debug, serde::Deserialize)]
struct SheetLayout {
    /// Size of a cell, pixels.
    cell_width: usize,
    cell_height: usize,
    /// From the screen's right edge to the right edge of the last cell.
    right: usize,
    /// From the screen's top to the cells' top.
    top: usize,
    /// From the screen's right edge to the left edge of the cell that counts the sticks.
    sticks: usize,
    /// The sheet's cells in order; the space is the empty cell.
    characters: String,
}

/// The tag's glyphs, as the kiosk draws them.
#[derive(Debug)]
pub struct GlyphSheet {
    layout: SheetLayout,
    glyphs: Vec<(char, Vec<[u8; 3]>)>,
}

/// Longest tag: `S-410 D-070 E-212`.
const LONGEST_TAG: usize = 17;

impl GlyphSheet {
    /// The sheet of this repository; `cargo run -p kiosk --example code_sheet` draws it anew.
    pub fn shipped() -> Result<&'static Self, PictureError> {
        static SHEET: OnceLock<GlyphSheet> = OnceLock::new();
        if let Some(sheet) = SHEET.get() {
            return Ok(sheet);
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
        let sheet = Self::read(
            &folder.join("code_glyphs.png"),
            &folder.join("code_glyphs.toml"),
        )?;
        Ok(SHEET.get_or_init(|| sheet))
    }

    pub fn read(picture: &Path, layout: &Path) -> Result<Self, PictureError> {
        let text =
            std::fs::read_to_string(layout).map_err(|e| PictureError::Io(layout.into(), e))?;
        let layout: SheetLayout =
            toml::from_str(&text).map_err(|e| PictureError::Sheet(layout.into(), e.to_string()))?;
        Self::cut(&Picture::from_png(picture)?, layout)
    }

    fn cut(picture: &Picture, layout: SheetLayout) -> Result<Self, PictureError> {
        let count = layout.characters.chars().count();
        if picture.width != count * layout.cell_width || picture.height != layout.cell_height {
            return Err(PictureError::Form(
                "the glyph sheet has another size than its layout",
            ));
        }
        let glyphs = layout
            .characters
            .chars()
            .enumerate()
            .map(|(i, c)| (c, cell(picture, i * layout.cell_width, 0, &layout)))
            .collect();
        Ok(Self { layout, glyphs })
    }

    /// The tag on a picture, or `None` where the kiosk does not draw one (yet).
    pub fn tag(&self, picture: &Picture) -> Option<Tag> {
        Tag::parse(&self.text(picture)?)
    }

    /// How many sticks the kiosk shows as plugged in.
    pub fn sticks(&self, picture: &Picture) -> usize {
        let l = &self.layout;
        let Some(x) = picture.width.checked_sub(l.sticks) else {
            return 0;
        };
        self.glyphs
            .iter()
            .filter(|_| picture.height >= l.top + l.cell_height)
            .find(|(_, glyph)| shows(picture, x, l.top, glyph, l))
            .and_then(|(c, _)| c.to_digit(10))
            .unwrap_or(0) as usize
    }

    /// Every number drawn in the tag's glyphs anywhere on a picture, with its top left
    /// corner: from left to right, then from top to bottom. Recovery words show theirs so.
    pub fn numbers(&self, picture: &Picture) -> Vec<(usize, usize, String)> {
        let l = &self.layout;
        let digits: Vec<&(char, Vec<[u8; 3]>)> = self
            .glyphs
            .iter()
            .filter(|(c, _)| c.is_ascii_digit())
            .collect();
        let digit_at = |x: usize, y: usize| {
            digits
                .iter()
                .find(|(_, glyph)| shows(picture, x, y, glyph, l))
                .map(|(c, _)| *c)
        };
        let mut found: Vec<(usize, usize, String)> = Vec::new();
        for y in 0..(picture.height + 1).saturating_sub(l.cell_height) {
            let mut x = 0;
            while x + l.cell_width <= picture.width {
                let Some(first) = digit_at(x, y) else {
                    x += 1;
                    continue;
                };
                let mut text = String::from(first);
                let mut next = x + l.cell_width;
                while next + l.cell_width <= picture.width
                    && let Some(digit) = digit_at(next, y)
                {
                    text.push(digit);
                    next += l.cell_width;
                }
                found.push((x, y, text));
                x = next;
            }
        }
        found
    }

    /// Reads cells from the right edge until one that is no glyph.
    fn text(&self, picture: &Picture) -> Option<String> {
        let l = &self.layout;
        if picture.height < l.top + l.cell_height {
            return None;
        }
        let mut text = Vec::new();
        for index in 1..=LONGEST_TAG {
            let Some(x) = picture.width.checked_sub(l.right + index * l.cell_width) else {
                break;
            };
            let pixels = cell(picture, x, l.top, l);
            match self.glyphs.iter().find(|(_, glyph)| *glyph == pixels) {
                Some((c, _)) => text.push(*c),
                None => break,
            }
        }
        (!text.is_empty()).then(|| text.iter().rev().collect())
    }
}

/// Whether a glyph's pixels are at this place.
fn shows(picture: &Picture, x: usize, y: usize, glyph: &[[u8; 3]], layout: &SheetLayout) -> bool {
    // The middle rows hold ink, so they tell most places apart first.
    let middle = layout.cell_height / 2;
    let rows = (middle..layout.cell_height).chain(0..middle);
    rows.into_iter().all(|row| {
        (0..layout.cell_width).all(|column| {
            picture.pixel(x + column, y + row) == glyph[row * layout.cell_width + column]
        })
    })
}

fn cell(picture: &Picture, x: usize, y: usize, layout: &SheetLayout) -> Vec<[u8; 3]> {
    let mut pixels = Vec::with_capacity(layout.cell_width * layout.cell_height);
    for row in y..y + layout.cell_height {
        for column in x..x + layout.cell_width {
            pixels.push(picture.pixel(column, row));
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn blank(width: usize, height: usize) -> Picture {
        Picture {
            width,
            height,
            rgb: vec![200; width * height * 3],
        }
    }

    /// A sheet whose glyphs are each character's bits, two pixels wide and eight high.
    fn bits_sheet() -> GlyphSheet {
        let characters = "SDE-0123456789 ";
        let mut picture = blank(characters.len() * 2, 8);
        for (i, c) in characters.bytes().enumerate() {
            draw_bits(&mut picture, i * 2, 0, c);
        }
        let layout = SheetLayout {
            cell_width: 2,
            cell_height: 8,
            right: 3,
            top: 1,
            sticks: 60,
            characters: characters.into(),
        };
        GlyphSheet::cut(&picture, layout).unwrap()
    }

    fn draw_bits(picture: &mut Picture, x: usize, y: usize, c: u8) {
        for bit in 0..8 {
            for column in 0..2 {
                let at = ((y + bit) * picture.width + x + column) * 3;
                let value = if c >> bit & 1 == 1 { 0 } else { 255 };
                picture.rgb[at..at + 3].fill(value);
            }
        }
    }

    fn screen_with(text: &str) -> Picture {
        let mut picture = blank(100, 40);
        let start = picture.width - 3 - text.len() * 2;
        for (i, c) in text.bytes().enumerate() {
            draw_bits(&mut picture, start + i * 2, 1, c);
        }
        picture
    }

    #[test]
    fn a_tag_is_read_from_the_right_edge() {
        let sheet = bits_sheet();
        let tag = sheet.tag(&screen_with("S-410 D-070 E-212")).unwrap();
        assert_eq!(tag.screen, ScreenCode::PersonForm);
        assert_eq!(tag.dialog.unwrap().code(), "D-070");
        assert_eq!(tag.error.unwrap().code(), "E-212");
        assert_eq!(tag.to_string(), "S-410 D-070 E-212");
        assert_eq!(
            sheet.tag(&screen_with("S-200")).unwrap().to_string(),
            "S-200"
        );
    }

    #[test]
    fn the_plugged_sticks_are_counted_beside_the_tag() {
        let sheet = bits_sheet();
        let mut picture = screen_with("S-600");
        assert_eq!(sheet.sticks(&picture), 0);
        draw_bits(&mut picture, 40, 1, b'2');
        assert_eq!(sheet.sticks(&picture), 2);
    }

    #[test]
    fn no_tag_is_made_up() {
        let sheet = bits_sheet();
        for text in ["", "S-999", "E-212", "S-410 S-420", "410"] {
            assert_eq!(sheet.tag(&screen_with(text)), None, "{text:?}");
        }
        assert_eq!(sheet.tag(&blank(10, 4)), None);
    }

    #[test]
    fn numbers_are_found_wherever_they_are_drawn() {
        let sheet = bits_sheet();
        let mut picture = blank(60, 40);
        for (x, y, text) in [(20, 3, "0123"), (3, 3, "07"), (5, 25, "2048")] {
            for (i, c) in text.bytes().enumerate() {
                draw_bits(&mut picture, x + i * 2, y, c);
            }
        }
        let texts: Vec<String> = sheet.numbers(&picture).into_iter().map(|n| n.2).collect();
        assert_eq!(texts, ["07", "0123", "2048"]);
    }

    #[test]
    fn a_picture_of_qemu_is_read_and_one_cut_short_is_refused() {
        let mut ppm = b"P6\n2 1\n255\n".to_vec();
        ppm.extend([1, 2, 3, 4, 5, 6]);
        assert_eq!(Picture::from_ppm(&ppm).unwrap().pixel(1, 0), [4, 5, 6]);
        ppm.pop();
        assert!(matches!(
            Picture::from_ppm(&ppm),
            Err(PictureError::Form("length"))
        ));
    }

    #[test]
    fn a_png_holds_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.png");
        let picture = screen_with("S-010");
        picture.write_png(&path).unwrap();
        assert!(Picture::from_png(&path).unwrap() == picture);
    }
}
