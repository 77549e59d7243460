//! Character maps (OpenType 1.9, table `cmap`): written anew from lists.

use crate::Error;
use skrifa::raw::{FontRef, TableProvider as _, tables::cmap::CmapSubtable};

/// Writes a table that maps the ascending `pairs` of code point and glyph (format 12).
/// `sequences` is a whole subtable of format 14, taken over as it is.
pub fn write(pairs: &[(u32, u32)], sequences: Option<&[u8]>) -> Vec<u8> {
    let mut groups: Vec<[u32; 3]> = Vec::new();
    for &(point, glyph) in pairs {
        match groups.last_mut() {
            Some([start, end, first])
                if *end + 1 == point && *first + (point - *start) == glyph =>
            {
                *end = point;
            }
            _ => groups.push([point, point, glyph]),
        }
    }
    table(&groups_subtable(12, &groups), sequences)
}

/// Writes a table that maps each range of code points to one glyph (format 13).
pub fn write_ranges(ranges: &[(u32, u32)], glyph: u32) -> Vec<u8> {
    let groups: Vec<[u32; 3]> = ranges.iter().map(|(a, b)| [*a, *b, glyph]).collect();
    table(&groups_subtable(13, &groups), None)
}

/// The subtable of variation sequences in `font`, as bytes.
pub fn sequences_of<'a>(font: &FontRef<'a>) -> Result<&'a [u8], Error> {
    let cmap = font.cmap()?;
    for record in cmap.encoding_records() {
        if let CmapSubtable::Format14(subtable) = record.subtable(cmap.offset_data())? {
            let bytes = subtable.offset_data().as_bytes();
            return bytes
                .get(..subtable.length() as usize)
                .ok_or_else(|| Error::Font("variation sequences lie outside the file".into()));
        }
    }
    Err(Error::Font("no variation sequences".into()))
}

fn groups_subtable(format: u16, groups: &[[u32; 3]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(16 + 12 * groups.len());
    out.extend(format.to_be_bytes());
    out.extend([0; 2]); // reserved
    out.extend((16 + 12 * groups.len() as u32).to_be_bytes());
    out.extend([0; 4]); // language: any
    out.extend((groups.len() as u32).to_be_bytes());
    for value in groups.iter().flatten() {
        out.extend(value.to_be_bytes());
    }
    out
}

/// The table's header and its subtables: sequences under Unicode (platform 0, encoding 5),
/// characters under Windows (3, 10).
fn table(characters: &[u8], sequences: Option<&[u8]>) -> Vec<u8> {
    let mut records: Vec<(u16, u16, &[u8])> = vec![(3, 10, characters)];
    if let Some(sequences) = sequences {
        records.insert(0, (0, 5, sequences));
    }
    let mut out = Vec::new();
    out.extend([0; 2]); // version
    out.extend((records.len() as u16).to_be_bytes());
    let mut offset = 4 + 8 * records.len() as u32;
    for (platform, encoding, subtable) in &records {
        out.extend(platform.to_be_bytes());
        out.extend(encoding.to_be_bytes());
        out.extend(offset.to_be_bytes());
        offset += subtable.len() as u32;
    }
    for (_, _, subtable) in records {
        out.extend(subtable);
    }
    out
}
