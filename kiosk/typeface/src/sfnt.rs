//! Faces as sets of tables, and the collection they are written to.
//! OpenType 1.9, "OpenType font file" and "Font collections".

use crate::Error;
use skrifa::raw::{FontRef, TableProvider as _};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// Name of a table, for example `cmap`.
pub type Tag = [u8; 4];

/// Most tables a face may have; the fonts in use have 18.
const MOST_TABLES: usize = 64;

/// The tables of one face, by tag.
#[derive(Clone)]
pub struct Face<'a> {
    /// 0x00010000 for TrueType outlines, `OTTO` for CFF.
    version: u32,
    tables: BTreeMap<Tag, Cow<'a, [u8]>>,
}

impl<'a> Face<'a> {
    pub fn of(font: &FontRef<'a>) -> Result<Self, Error> {
        let directory = font.table_directory();
        let records = directory.table_records();
        if records.len() > MOST_TABLES {
            return Err(Error::Font(format!("{} tables", records.len())));
        }
        let mut tables = BTreeMap::new();
        for record in records {
            let tag = record.tag();
            let data = font
                .data_for_tag(tag)
                .ok_or_else(|| Error::Font(format!("table {tag} lies outside the file")))?;
            tables.insert(tag.to_be_bytes(), Cow::Borrowed(data.as_bytes()));
        }
        Ok(Self {
            version: directory.sfnt_version(),
            tables,
        })
    }

    pub fn table(&self, tag: &Tag) -> Result<&[u8], Error> {
        self.tables
            .get(tag)
            .map(AsRef::as_ref)
            .ok_or_else(|| Error::Font(format!("no table {}", String::from_utf8_lossy(tag))))
    }

    pub fn set(&mut self, tag: Tag, content: Vec<u8>) {
        self.tables.insert(tag, Cow::Owned(content));
    }

    pub fn remove(&mut self, tag: &Tag) {
        self.tables.remove(tag);
    }

    /// Writes numbers over the bytes at the given offsets of a table.
    pub fn patch(&mut self, tag: Tag, changes: &[(usize, [u8; 2])]) -> Result<(), Error> {
        let mut content = self.table(&tag)?.to_vec();
        for (at, bytes) in changes {
            content
                .get_mut(*at..at + 2)
                .ok_or_else(|| Error::Font("a table is too short".into()))?
                .copy_from_slice(bytes);
        }
        self.set(tag, content);
        Ok(())
    }
}

/// A collection of `faces`. Equal tables are written once.
pub fn collection(faces: &[Face<'_>]) -> Result<Vec<u8>, Error> {
    // Header: tag, version 1.0, number of faces, an offset each.
    let header = 12 + 4 * faces.len();
    let directories: usize = faces.iter().map(|face| 12 + 16 * face.tables.len()).sum();
    let mut content = Vec::new();
    let mut placed: HashMap<&[u8], (u32, u32)> = HashMap::new();
    let mut directory = Vec::with_capacity(directories);
    let mut out = Vec::new();
    out.extend(b"ttcf");
    out.extend(0x0001_0000u32.to_be_bytes());
    out.extend(length(faces.len())?.to_be_bytes());
    for face in faces {
        out.extend(length(header + directory.len())?.to_be_bytes());
        directory.extend(face.version.to_be_bytes());
        directory.extend(search_fields(face.tables.len())?);
        for (tag, table) in &face.tables {
            let (offset, checksum) = match placed.get(table.as_ref()) {
                Some(known) => *known,
                None => {
                    let offset = length(header + directories + content.len())?;
                    let entry = (offset, checksum(table));
                    content.extend(table.as_ref());
                    content.resize(content.len().next_multiple_of(4), 0);
                    placed.insert(table, entry);
                    entry
                }
            };
            directory.extend(tag);
            directory.extend(checksum.to_be_bytes());
            directory.extend(offset.to_be_bytes());
            directory.extend(length(table.len())?.to_be_bytes());
        }
    }
    out.extend(directory);
    out.extend(content);
    Ok(out)
}

/// The number of tables, and what a binary search over them starts with.
fn search_fields(tables: usize) -> Result<[u8; 8], Error> {
    let number = u16::try_from(tables).map_err(|_| Error::Font("too many tables".into()))?;
    let selector = number.checked_ilog2().unwrap_or(0) as u16;
    let range = 16 << selector;
    let mut out = [0; 8];
    for (place, value) in [number, range, selector, number * 16 - range]
        .into_iter()
        .enumerate()
    {
        out[2 * place..2 * place + 2].copy_from_slice(&value.to_be_bytes());
    }
    Ok(out)
}

/// Sum of the table's 32-bit words, the last one filled up with zeros. `head` counts as if its
/// own field `checksumAdjustment` (bytes 8 to 11) were zero, which collections do not use; the
/// fonts in use were made by tools that leave it in, and no reader looks.
fn checksum(table: &[u8]) -> u32 {
    table.chunks(4).fold(0u32, |sum, word| {
        let mut bytes = [0; 4];
        bytes[..word.len()].copy_from_slice(word);
        sum.wrapping_add(u32::from_be_bytes(bytes))
    })
}

fn length(bytes: usize) -> Result<u32, Error> {
    u32::try_from(bytes).map_err(|_| Error::Font("longer than 4 GiB".into()))
}
