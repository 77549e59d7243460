//! Adding sections to an EFI program (PE/COFF specification, chapters 2 to 4; 64-bit images only).
//!
//! The headers are rewritten and all raw data is laid out anew, so the result depends on nothing
//! but the input: no time stamps, no gaps with leftovers, no symbol table.

use crate::{Error, Result};
use std::path::Path;

const PE32_PLUS: u16 = 0x020b;
const SECTION_HEADER: usize = 40;
/// Contains initialized data, readable (section flags, specification §4.1).
const READ_ONLY_DATA: u32 = 0x4000_0040;
/// New sections start on a page, so that the loader's copies of kernel and initramfs are aligned.
const PAGE: u32 = 4096;

/// A section that an EFI program gets, or already has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// At most 8 bytes, like `.linux`.
    pub name: String,
    pub content: Vec<u8>,
}

/// One row of the section table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionRow {
    pub name: String,
    pub virtual_address: u32,
    pub virtual_size: u32,
    pub file_offset: u32,
    pub file_size: u32,
    flags: u32,
}

struct Layout {
    coff: usize,
    optional: usize,
    table: usize,
    rows: Vec<SectionRow>,
    section_alignment: u32,
    file_alignment: u32,
}

/// The section table of an EFI program.
pub fn sections(image: &[u8]) -> Result<Vec<SectionRow>> {
    Ok(layout(image).ok_or_else(not_pe)?.rows)
}

/// The content of a section, without padding.
pub fn section<'a>(image: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let rows = layout(image)?.rows;
    let row = rows.iter().find(|row| row.name == name)?;
    let start = row.file_offset as usize;
    image.get(start..start + row.virtual_size.min(row.file_size) as usize)
}

/// `image` without the section `without`, plus `extra` in the given order behind everything else.
pub fn with_sections(image: &[u8], without: &str, extra: &[Section]) -> Result<Vec<u8>> {
    let layout = layout(image).ok_or_else(not_pe)?;
    let mut placed: Vec<(SectionRow, Vec<u8>)> = Vec::new();
    for row in layout.rows.iter().filter(|row| row.name != without) {
        let start = row.file_offset as usize;
        let raw = image
            .get(start..start + row.file_size as usize)
            .ok_or_else(not_pe)?;
        placed.push((row.clone(), raw.to_vec()));
    }
    let mut free_address = layout
        .rows
        .iter()
        .map(|row| row.virtual_address + row.virtual_size)
        .max()
        .unwrap_or(PAGE)
        .next_multiple_of(PAGE.max(layout.section_alignment));
    for section in extra {
        let size = u32::try_from(section.content.len())
            .ok()
            .filter(|size| *size < 1 << 30 && section.name.len() <= 8)
            .ok_or(Error::DoesNotFit {
                what: "a section of the EFI file",
                needed: section.content.len() as u64,
                available: 1 << 30,
            })?;
        placed.push((
            SectionRow {
                name: section.name.clone(),
                virtual_address: free_address,
                virtual_size: size,
                file_offset: 0,
                file_size: 0,
                flags: READ_ONLY_DATA,
            },
            section.content.clone(),
        ));
        free_address = (free_address + size).next_multiple_of(PAGE);
    }

    let headers_end = layout.table + placed.len() * SECTION_HEADER;
    let headers_size = (headers_end as u32).next_multiple_of(layout.file_alignment);
    if placed
        .iter()
        .any(|(row, _)| row.virtual_address < headers_size)
    {
        return Err(Error::DoesNotFit {
            what: "the section table of the EFI file",
            needed: u64::from(headers_size),
            available: u64::from(placed[0].0.virtual_address),
        });
    }
    let mut out = image[..layout.table].to_vec();
    let mut offset = headers_size;
    for (row, content) in &mut placed {
        row.file_offset = offset;
        row.file_size = (content.len() as u32).next_multiple_of(layout.file_alignment);
        offset += row.file_size;
        out.extend_from_slice(&header(row));
    }
    out.resize(headers_size as usize, 0);
    for (row, content) in &placed {
        out.extend_from_slice(content);
        out.resize((row.file_offset + row.file_size) as usize, 0);
    }

    put16(&mut out, layout.coff + 2, placed.len() as u16);
    put32(&mut out, layout.coff + 4, 0); // TimeDateStamp
    put32(&mut out, layout.coff + 8, 0); // PointerToSymbolTable
    put32(&mut out, layout.coff + 12, 0); // NumberOfSymbols
    let data: u32 = placed
        .iter()
        .filter(|(row, _)| row.flags & 0x40 != 0)
        .map(|(row, _)| row.file_size)
        .sum();
    put32(&mut out, layout.optional + 8, data); // SizeOfInitializedData
    put32(
        &mut out,
        layout.optional + 56,
        free_address.next_multiple_of(layout.section_alignment),
    ); // SizeOfImage
    put32(&mut out, layout.optional + 60, headers_size); // SizeOfHeaders
    put32(&mut out, layout.optional + 64, 0); // CheckSum: firmware does not look, signing sets it
    Ok(out)
}

fn layout(image: &[u8]) -> Option<Layout> {
    if image.get(..2)? != b"MZ" {
        return None;
    }
    let signature = get32(image, 0x3c)? as usize;
    if image.get(signature..signature + 4)? != b"PE\0\0" {
        return None;
    }
    let coff = signature + 4;
    let count = get16(image, coff + 2)? as usize;
    let optional = coff + 20;
    let table = optional + get16(image, coff + 16)? as usize;
    if get16(image, optional)? != PE32_PLUS {
        return None;
    }
    let (section_alignment, file_alignment) =
        (get32(image, optional + 32)?, get32(image, optional + 36)?);
    if !section_alignment.is_power_of_two() || !file_alignment.is_power_of_two() {
        return None;
    }
    let rows = (0..count)
        .map(|i| {
            let row = image.get(table + i * SECTION_HEADER..table + (i + 1) * SECTION_HEADER)?;
            let name = row[..8].split(|b| *b == 0).next()?;
            Some(SectionRow {
                name: String::from_utf8_lossy(name).into_owned(),
                virtual_size: get32(row, 8)?,
                virtual_address: get32(row, 12)?,
                file_size: get32(row, 16)?,
                file_offset: get32(row, 20)?,
                flags: get32(row, 36)?,
            })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(Layout {
        coff,
        optional,
        table,
        rows,
        section_alignment,
        file_alignment,
    })
}

fn header(row: &SectionRow) -> [u8; SECTION_HEADER] {
    let mut out = [0; SECTION_HEADER];
    out[..row.name.len()].copy_from_slice(row.name.as_bytes());
    put32(&mut out, 8, row.virtual_size);
    put32(&mut out, 12, row.virtual_address);
    put32(&mut out, 16, row.file_size);
    put32(&mut out, 20, row.file_offset);
    put32(&mut out, 36, row.flags);
    out
}

fn not_pe() -> Error {
    Error::malformed(Path::new("the EFI program"), "not a 64-bit PE file")
}

fn get16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn get32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn put16(bytes: &mut [u8], at: usize, value: u16) {
    bytes[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The smallest image the functions above accept: one `.text` and one `.sbat` section.
    fn small() -> Vec<u8> {
        let mut image = vec![0; 0x800];
        image[..2].copy_from_slice(b"MZ");
        put32(&mut image, 0x3c, 0x40);
        image[0x40..0x44].copy_from_slice(b"PE\0\0");
        put16(&mut image, 0x46, 2);
        put32(&mut image, 0x48, 12345); // a time stamp to lose
        put16(&mut image, 0x54, 240);
        let optional = 0x58;
        put16(&mut image, optional, PE32_PLUS);
        put32(&mut image, optional + 32, 0x200);
        put32(&mut image, optional + 36, 0x200);
        for (i, (name, address, offset)) in [(".text", 0x4000, 0x400), (".sbat", 0x5000, 0x600)]
            .into_iter()
            .enumerate()
        {
            let row = SectionRow {
                name: name.into(),
                virtual_address: address,
                virtual_size: 0x10,
                file_offset: offset,
                file_size: 0x200,
                flags: READ_ONLY_DATA,
            };
            let at = optional + 240 + i * SECTION_HEADER;
            image[at..at + SECTION_HEADER].copy_from_slice(&header(&row));
        }
        image[0x400..0x404].copy_from_slice(b"CODE");
        image[0x600..0x604].copy_from_slice(b"OLD!");
        image
    }

    fn extra(name: &str, content: &[u8]) -> Section {
        Section {
            name: name.into(),
            content: content.into(),
        }
    }

    #[test]
    fn new_sections_stand_behind_the_old_on_pages_and_do_not_overlap() {
        let out = with_sections(
            &small(),
            ".sbat",
            &[
                extra(".sbat", b"NEW"),
                extra(".linux", &[7; 5000]),
                extra(".initrd", b"x"),
            ],
        )
        .unwrap();
        let rows = sections(&out).unwrap();
        let names: Vec<&str> = rows.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, [".text", ".sbat", ".linux", ".initrd"]);
        for pair in rows.windows(2) {
            assert!(pair[0].virtual_address + pair[0].virtual_size <= pair[1].virtual_address);
            assert_eq!(pair[0].file_offset + pair[0].file_size, pair[1].file_offset);
        }
        for row in &rows[1..] {
            assert_eq!(row.virtual_address % PAGE, 0);
        }
        assert_eq!(section(&out, ".text").unwrap()[..4], *b"CODE");
        assert_eq!(section(&out, ".sbat").unwrap(), b"NEW");
        assert_eq!(section(&out, ".linux").unwrap(), &[7; 5000]);
        let last = rows.last().unwrap();
        assert_eq!((last.file_offset + last.file_size) as usize, out.len());
        assert_eq!(
            get32(&out, 0x58 + 56).unwrap(),
            last.virtual_address + PAGE,
            "SizeOfImage covers the last section"
        );
    }

    #[test]
    fn the_builders_time_stamp_is_gone() {
        let out = with_sections(&small(), "", &[]).unwrap();
        assert_eq!(get32(&out, 0x48), Some(0));
    }

    #[test]
    fn what_is_no_efi_program_is_refused_at_any_length() {
        let image = small();
        for cut in 0..0x190 {
            assert!(sections(&image[..cut]).is_err());
        }
        assert!(with_sections(b"#!/bin/sh", "", &[]).is_err());
    }
}
