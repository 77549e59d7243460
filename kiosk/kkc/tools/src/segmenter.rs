//! Reads the segmenter's tables out of Debian's Mozc: where a bunsetsu ends, as Mozc's own rules say.
//!
//! The program carries Mozc's data set: magic, sections, and a list of sections in Protocol Buffers
//! (name = 1, offset = 2, size = 3). A class on the left has a column, a class on the right a line,
//! and one bit says whether a segment ends between them. A fourth table has two u16 for each class: what it
//! costs more at the beginning of a reading, where suffixes are unusual, and at its end; the latter is not used.

use crate::error::{Error, Result};
use serde::Deserialize;
use std::fs;
use std::path::Path;

const MAGIC: &[u8] = b"\xefMOZC\r\n";

/// How the classes of the dictionary correspond to those that the tables count by.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correspondence {
    runs: Vec<[usize; 3]>,
    like: Vec<[usize; 2]>,
}

impl Correspondence {
    /// For each class of the dictionary, the class of the tables.
    fn older(&self, classes: usize) -> Result<Vec<usize>> {
        let mut older = vec![None; classes];
        let runs = self
            .runs
            .iter()
            .flat_map(|[here, there, count]| (0..*count).map(move |i| (here + i, there + i)));
        for (here, there) in runs.chain(self.like.iter().map(|[h, t]| (*h, *t))) {
            match older.get_mut(here) {
                Some(slot @ None) => *slot = Some(there),
                _ => {
                    return Err(Error::malformed(
                        "classes.toml",
                        format!("class {here} corresponds twice, or does not exist"),
                    ));
                }
            }
        }
        older
            .into_iter()
            .enumerate()
            .map(|(class, there)| {
                there.ok_or_else(|| {
                    Error::malformed("classes.toml", format!("class {class} corresponds to none"))
                })
            })
            .collect()
    }
}

/// Whether a segment ends, at `left * classes + right`.
pub fn boundaries(
    program: &Path,
    correspondence: &Correspondence,
    classes: usize,
) -> Result<Vec<bool>> {
    let older = correspondence.older(classes)?;
    let bytes = fs::read(program).map_err(Error::io("read", program))?;
    let tables = Tables::find(&bytes)
        .ok_or_else(|| Error::malformed("mozc_server", "the segmenter's tables are not there"))?;
    let mut boundaries = vec![false; classes * classes];
    for left in 0..classes {
        for right in 0..classes {
            boundaries[left * classes + right] = tables
                .boundary(older[left], older[right])
                .ok_or_else(|| Error::malformed("mozc_server", "a class is not in the tables"))?;
        }
    }
    Ok(boundaries)
}

/// What a word of each class costs more that stands first in a reading.
pub fn penalties(
    program: &Path,
    correspondence: &Correspondence,
    classes: usize,
) -> Result<Vec<u16>> {
    let older = correspondence.older(classes)?;
    let bytes = fs::read(program).map_err(Error::io("read", program))?;
    let tables = Tables::find(&bytes)
        .ok_or_else(|| Error::malformed("mozc_server", "the segmenter's tables are not there"))?;
    let of_class = |class: usize| {
        let first = tables.edges.get(class * 4..class * 4 + 2)?;
        Some(u16::from_le_bytes(first.try_into().ok()?))
    };
    let penalties = older.into_iter().map(of_class).collect::<Option<_>>();
    penalties.ok_or_else(|| Error::malformed("mozc_server", "a class has no penalties"))
}

struct Tables<'a> {
    left_size: usize,
    left: &'a [u8],
    right: &'a [u8],
    bits: &'a [u8],
    edges: &'a [u8],
}

impl<'a> Tables<'a> {
    /// The magic also stands in the program's code: the data set is where the sizes can be read.
    fn find(bytes: &'a [u8]) -> Option<Self> {
        let mut from = 0;
        loop {
            let at = bytes[from..]
                .windows(MAGIC.len())
                .position(|w| w == MAGIC)?;
            from += at + 1;
            if let Some(tables) = Self::at(bytes, from - 1) {
                return Some(tables);
            }
        }
    }

    fn at(bytes: &'a [u8], base: usize) -> Option<Self> {
        let part = |name| {
            let (offset, size) = section(bytes, name)?;
            bytes.get(base + offset..base + offset + size)
        };
        let sizes = part("segmenter_sizeinfo")?;
        // Two fields of type varint: 1 = number of columns, 2 = number of lines.
        let (field, rest) = sizes.split_first()?;
        let (left_size, _) = varint(rest)?;
        if *field != 0x08 || left_size == 0 {
            return None;
        }
        Some(Self {
            left_size,
            left: part("segmenter_ltable")?,
            right: part("segmenter_rtable")?,
            bits: part("segmenter_bitarray")?,
            edges: part("bdry")?,
        })
    }

    fn boundary(&self, left: usize, right: usize) -> Option<bool> {
        let number = |table: &[u8], class: usize| {
            let bytes = table.get(class * 2..class * 2 + 2)?;
            Some(usize::from(u16::from_le_bytes(bytes.try_into().ok()?)))
        };
        let bit = number(self.left, left)? + self.left_size * number(self.right, right)?;
        Some(self.bits.get(bit / 8)? >> (bit % 8) & 1 == 1)
    }
}

/// Offset and size of a section by its line in the list of sections.
fn section(bytes: &[u8], name: &str) -> Option<(usize, usize)> {
    let mut line = vec![0x0a, u8::try_from(name.len()).ok()?];
    line.extend(name.bytes());
    let at = bytes.windows(line.len()).rposition(|w| w == line)?;
    let rest = bytes.get(at + line.len()..)?;
    let (offset, rest) = varint(rest.strip_prefix(&[0x10])?)?;
    let (size, _) = varint(rest.strip_prefix(&[0x18])?)?;
    Some((offset, size))
}

fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(9).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_several_bytes_is_read() {
        assert_eq!(varint(&[0x96, 0x01, 7]), Some((150, &[7][..])));
        assert_eq!(varint(&[0x80]), None);
    }

    #[test]
    fn every_class_must_correspond_once() {
        let table = |runs, like| Correspondence { runs, like };
        let good = table(vec![[0, 0, 2]], vec![[2, 1]]);
        assert_eq!(good.older(3).ok(), Some(vec![0, 1, 1]));
        assert!(table(vec![[0, 0, 2]], vec![]).older(3).is_err());
        assert!(table(vec![[0, 0, 3]], vec![[2, 1]]).older(3).is_err());
    }
}
