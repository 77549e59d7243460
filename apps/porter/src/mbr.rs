//! The partition table of a companion: an MBR with one FAT32 partition.

use crate::{Device, Failure, disk::Disk};
use std::ops::Range;

pub(crate) const SECTOR: u64 = 512;
/// Partitions begin at multiples of it, as flash likes it.
pub(crate) const ALIGN: u64 = 1 << 20;

/// FAT32 with LBA addressing.
const FAT32_LBA: u8 = 0x0c;
/// FAT32 with CHS addressing, as some sticks come.
const FAT32_CHS: u8 = 0x0b;

/// Zeroes whatever another system could recognise: MBR, GPT (header and entries in the
/// first MiB, their copies in the last), and the signatures that file systems and
/// volume managers keep near either end of the device or of a partition at 1 MiB.
pub(crate) fn wipe<D: Device>(disk: &mut Disk<D>) -> Result<(), Failure> {
    let zeros = vec![0; ALIGN as usize];
    for at in [0, ALIGN, disk.size() - ALIGN] {
        disk.write_at(at, &zeros)?;
    }
    disk.sync()
}

/// Where the partition of a companion of this size lies, in bytes. The last MiB stays
/// out of it: there, a partition tool would look for the copy of a GPT.
pub(crate) fn layout(size: u64) -> Range<u64> {
    let end = size / ALIGN * ALIGN - ALIGN;
    ALIGN..end
}

/// Writes the table with this one partition.
pub(crate) fn write<D: Device>(
    disk: &mut Disk<D>,
    part: &Range<u64>,
    signature: u32,
) -> Result<(), Failure> {
    let sectors = |bytes: u64| u32::try_from(bytes / SECTOR).map_err(|_| Failure::Size);
    let mut sector = [0; SECTOR as usize];
    sector[440..444].copy_from_slice(&signature.to_le_bytes());
    let entry = &mut sector[446..462];
    // CHS cannot express these addresses; FE FF FF says so.
    entry[1..4].copy_from_slice(&[0xfe, 0xff, 0xff]);
    entry[4] = FAT32_LBA;
    entry[5..8].copy_from_slice(&[0xfe, 0xff, 0xff]);
    entry[8..12].copy_from_slice(&sectors(part.start)?.to_le_bytes());
    entry[12..16].copy_from_slice(&sectors(part.end - part.start)?.to_le_bytes());
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    disk.write_at(0, &sector)
}

/// The one FAT32 partition; `None` where there is none or more than one, or anything
/// else beside it.
pub(crate) fn read<D: Device>(disk: &mut Disk<D>) -> Result<Option<Range<u64>>, Failure> {
    let mut sector = [0; SECTOR as usize];
    if disk.size() < SECTOR {
        return Ok(None);
    }
    disk.read_at(0, &mut sector)?;
    if sector[510..] != [0x55, 0xaa] {
        return Ok(None);
    }
    let (entries, _) = sector[446..510].as_chunks::<16>();
    let mut used = entries.iter().filter(|entry| entry[4] != 0);
    let (Some(entry), None) = (used.next(), used.next()) else {
        return Ok(None);
    };
    if ![FAT32_LBA, FAT32_CHS].contains(&entry[4]) {
        return Ok(None);
    }
    let number = |at: usize| {
        let bytes = [entry[at], entry[at + 1], entry[at + 2], entry[at + 3]];
        u64::from(u32::from_le_bytes(bytes)) * SECTOR
    };
    let part = number(8)..number(8) + number(12);
    let inside = part.start >= SECTOR && part.end <= disk.size() && !part.is_empty();
    Ok(inside.then_some(part))
}
