//! From Debian's fonts to the collection that ships.

use crate::sfnt::{self, Face};
use crate::{Error, cmap, is_selector, names};
use skrifa::instance::{LocationRef, Size};
use skrifa::raw::FontRef;
use skrifa::{GlyphId, MetadataProvider as _};
use std::collections::BTreeMap;

/// The family of every text.
pub const PRIMARY: &str = "BIZ UDGothic";
/// The family of characters and sequences that [`PRIMARY`] lacks.
pub const CJK: &str = "Kuramori CJK";
/// The family that draws the rest as 〓.
pub const GETA: &str = "Kuramori Geta";

/// The Japanese face in Noto's collection.
const CJK_SOURCE: &str = "Noto Sans CJK JP";
const MOST_FACES: u32 = 64;

/// Contents of the fonts' files.
pub struct Sources<'a> {
    /// BIZ UDGothic Regular
    pub regular: &'a [u8],
    /// BIZ UDGothic Bold
    pub bold: &'a [u8],
    /// The collection with Noto Sans CJK JP.
    pub cjk: &'a [u8],
}

/// The collection: always the same bytes for the same sources.
///
/// # Errors
/// [`Error::Font`] for anything that is not one of these fonts.
pub fn build(sources: &Sources<'_>) -> Result<Vec<u8>, Error> {
    let regular = font(sources.regular, PRIMARY)?;
    let bold = font(sources.bold, PRIMARY)?;
    let cjk = font(sources.cjk, CJK_SOURCE)?;
    let mut faces = Vec::new();
    for primary in [&regular, &bold] {
        let mut face = Face::of(primary)?;
        // Signs the file it came in.
        face.remove(b"DSIG");
        faces.push(face);
    }
    for selector in selectors(&regular) {
        for primary in [&regular, &bold] {
            faces.push(sequences_face(primary, selector)?);
        }
    }
    faces.push(cjk_face(&cjk, &regular)?);
    for primary in [&regular, &bold] {
        faces.push(geta_face(primary)?);
    }
    sfnt::collection(&faces)
}

/// The families of a collection in the order in which they are asked.
pub fn families(collection: &[u8]) -> Result<Vec<String>, Error> {
    let mut order: Vec<String> = Vec::new();
    for face in faces(collection)? {
        let name = names::family(&face).ok_or_else(|| Error::Font("no name".into()))?;
        if !order.contains(&name) {
            order.push(name);
        }
    }
    Ok(order)
}

/// All faces of a file, be it one font or a collection.
pub(crate) fn faces(file: &[u8]) -> Result<Vec<FontRef<'_>>, Error> {
    if file.len() as u64 > crate::LARGEST_FILE {
        return Err(Error::Font(format!("{} bytes", file.len())));
    }
    let faces = match skrifa::raw::FileRef::new(file)? {
        skrifa::raw::FileRef::Font(font) => return Ok(vec![font]),
        skrifa::raw::FileRef::Collection(faces) => faces,
    };
    if faces.len() > MOST_FACES {
        return Err(Error::Font(format!("{} faces", faces.len())));
    }
    (0..faces.len())
        .map(|index| faces.get(index).map_err(Error::from))
        .collect()
}

/// The face named `family` in a file.
pub(crate) fn font<'a>(file: &'a [u8], family: &str) -> Result<FontRef<'a>, Error> {
    faces(file)?
        .into_iter()
        .find(|face| names::family(face).as_deref() == Some(family))
        .ok_or_else(|| Error::Font(format!("there is no {family}")))
}

fn selectors(font: &FontRef<'_>) -> Vec<u32> {
    let mut all: Vec<u32> = font
        .charmap()
        .variant_mappings()
        .map(|(_, selector, _)| selector)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A face for the sequences of `font` with one selector: its character map has their base
/// characters, and the selector as an empty glyph, which shaping takes away.
fn sequences_face<'a>(font: &FontRef<'a>, selector: u32) -> Result<Face<'a>, Error> {
    let charmap = font.charmap();
    let mut map = BTreeMap::from([(selector, glyph(font, ' ')?)]);
    for (base, _, _) in charmap
        .variant_mappings()
        .filter(|(_, with, _)| *with == selector)
    {
        if let Some(glyph) = charmap.map(base) {
            map.insert(base, glyph.to_u32());
        }
    }
    let mut face = Face::of(font)?;
    face.remove(b"DSIG");
    face.set(*b"cmap", written(&map, Some(cmap::sequences_of(font)?)));
    let family = format!("Kuramori {selector:04X}");
    face.set(*b"name", names::renamed(font, &family)?);
    Ok(face)
}

/// The face of Noto Sans CJK with its selectors in the character map, and as high as `primary`:
/// a taller face would push down the line it stands in.
fn cjk_face<'a>(font: &FontRef<'a>, primary: &FontRef<'_>) -> Result<Face<'a>, Error> {
    let mut map: BTreeMap<u32, u32> = font
        .charmap()
        .mappings()
        .map(|(point, glyph)| (point, glyph.to_u32()))
        .collect();
    let empty = glyph(font, ' ')?;
    for selector in selectors(font) {
        map.insert(selector, empty);
    }
    let mut face = Face::of(font)?;
    face.set(*b"cmap", written(&map, Some(cmap::sequences_of(font)?)));
    face.set(*b"name", names::renamed(font, CJK)?);

    let height = |font: &FontRef<'_>| font.metrics(Size::unscaled(), LocationRef::default());
    let (model, own) = (height(primary), height(font));
    let scale = f32::from(own.units_per_em) / f32::from(model.units_per_em);
    // Font units are 16-bit numbers.
    let ascent = (model.ascent * scale).round() as i16;
    let descent = (model.descent * scale).round() as i16;
    face.patch(
        *b"hhea",
        &[
            (4, ascent.to_be_bytes()),
            (6, descent.to_be_bytes()),
            (8, [0, 0]), // line gap
        ],
    )?;
    face.patch(
        *b"OS/2",
        &[
            (68, ascent.to_be_bytes()),
            (70, descent.to_be_bytes()),
            (72, [0, 0]), // line gap
            (74, ascent.to_be_bytes()),
            (76, (-descent).to_be_bytes()),
        ],
    )?;
    Ok(face)
}

/// A face in which every character is 〓, but what belongs to the character before it.
fn geta_face<'a>(font: &FontRef<'a>) -> Result<Face<'a>, Error> {
    /// Combining marks of several blocks, joiners and variation selectors are left out: with
    /// them, a base character would be drawn as 〓 only because its mark has no glyph.
    const EVERYTHING: [(u32, u32); 10] = [
        (0x0021, 0x02ff),
        (0x0370, 0x1aaf),
        (0x1b00, 0x1dbf),
        (0x1e00, 0x200a),
        (0x2010, 0x20cf),
        (0x2100, 0x3098),
        (0x309b, 0xd7ff),
        (0xe000, 0xfdff),
        (0xfe30, 0xfffd),
        (0x1_0000, 0xd_ffff),
    ];
    let mut ranges = EVERYTHING.to_vec();
    // Private use, planes 15 and 16.
    ranges.push((0xf_0000, 0x10_fffd));
    let mut face = Face::of(font)?;
    face.remove(b"DSIG");
    let geta = glyph(font, '〓')?;
    face.set(*b"cmap", cmap::write_ranges(&ranges, geta));
    face.set(*b"name", names::renamed(font, GETA)?);
    Ok(face)
}

fn glyph(font: &FontRef<'_>, c: char) -> Result<u32, Error> {
    font.charmap()
        .map(c)
        .map(GlyphId::to_u32)
        .ok_or_else(|| Error::Font(format!("no glyph for U+{:04X}", c as u32)))
}

fn written(map: &BTreeMap<u32, u32>, sequences: Option<&[u8]>) -> Vec<u8> {
    debug_assert!(map.keys().any(|point| is_selector(*point)));
    let pairs: Vec<(u32, u32)> = map.iter().map(|(a, b)| (*a, *b)).collect();
    cmap::write(&pairs, sequences)
}
