//! The boot stick's partition table: which partitions there are, and making the vault's.
//!
//! A small reader and writer of our own, because a foreign stick's table is looked at
//! too while searching for the boot stick: everything is bounded and nothing panics.
//! Only what our own image writes is accepted: 128 entries of 128 bytes.
//!
//! UEFI specification 2.10, chapter 5.3.

use std::io::{self, Read, Seek, SeekFrom, Write};

const ENTRIES: usize = 128;
const ENTRY: usize = 128;
const TABLE: usize = ENTRIES * ENTRY;
const HEADER: usize = 92;

/// Type of a LUKS partition, in the table's byte order: CA7D7CCB-63ED-4C53-861C-1742536059CC.
const LUKS_TYPE: [u8; 16] = [
    0xcb, 0x7c, 0x7d, 0xca, 0xed, 0x63, 0x53, 0x4c, 0x86, 0x1c, 0x17, 0x42, 0x53, 0x60, 0x59, 0xcc,
];

/// Where partitions start: a multiple of this many bytes, as flash likes it.
const ALIGNMENT: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum GptError {
    #[error("the disk cannot be read or written: {0}")]
    Io(#[from] io::Error),
    #[error("the partition table is not one of ours")]
    Invalid,
    #[error("the free space is smaller than what was asked for")]
    NoSpace,
}

/// A valid table and the size of the disk it was read from.
#[derive(Clone, Debug)]
pub struct Gpt {
    sector: u64,
    sectors: u64,
    header: [u8; HEADER],
    table: Vec<u8>,
}

/// One used entry of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Counted from 1, as in `sda1`.
    pub number: usize,
    pub name: String,
    /// Its unique id, as the boot loader writes it: `XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX`.
    pub id: String,
    /// First byte.
    pub start: u64,
    /// Bytes.
    pub size: u64,
    luks: bool,
}

impl Partition {
    /// Whether this is where the vault lives.
    pub fn is_vault(&self) -> bool {
        self.luks && self.name == VAULT
    }
}

/// Name of the vault's partition.
pub const VAULT: &str = "kuramori-vault";

impl Gpt {
    /// Reads the primary table of a disk with sectors of `sector` bytes.
    pub fn read<D: Read + Seek>(disk: &mut D, sector: u64) -> Result<Self, GptError> {
        let size = disk.seek(SeekFrom::End(0))?;
        let sectors = size / sector;
        if !(512..=4096).contains(&sector) || sectors < 128 {
            return Err(GptError::Invalid);
        }
        let mut header = [0; HEADER];
        disk.seek(SeekFrom::Start(sector))?;
        disk.read_exact(&mut header)?;
        let gpt = Self {
            sector,
            sectors,
            header,
            table: vec![0; TABLE],
        };
        gpt.check_header()?;
        gpt.with_table(disk)
    }

    fn check_header(&self) -> Result<(), GptError> {
        let mut summed = self.header;
        summed[16..20].fill(0);
        let sound = self.header.starts_with(b"EFI PART")
            && self.u32_at(12) as usize == HEADER
            && self.u32_at(16) == crc32(&summed)
            && self.u64_at(24) == 1
            && self.u64_at(72) == 2
            && self.u32_at(80) as usize == ENTRIES
            && self.u32_at(84) as usize == ENTRY;
        sound.then_some(()).ok_or(GptError::Invalid)
    }

    fn with_table<D: Read + Seek>(mut self, disk: &mut D) -> Result<Self, GptError> {
        disk.seek(SeekFrom::Start(2 * self.sector))?;
        disk.read_exact(&mut self.table)?;
        if self.u32_at(88) != crc32(&self.table) {
            return Err(GptError::Invalid);
        }
        Ok(self)
    }

    /// The used entries whose place on the disk makes sense.
    pub fn partitions(&self) -> Vec<Partition> {
        self.table
            .chunks_exact(ENTRY)
            .enumerate()
            .filter_map(|(index, entry)| self.partition(index + 1, entry))
            .collect()
    }

    fn partition(&self, number: usize, entry: &[u8]) -> Option<Partition> {
        let u64_at = |at: usize| u64::from_le_bytes(entry[at..at + 8].try_into().expect("8 bytes"));
        let (first, last) = (u64_at(32), u64_at(40));
        if entry[..16] == [0; 16] || first > last || last >= self.sectors {
            return None;
        }
        let units: Vec<u16> = entry[56..]
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .take_while(|unit| *unit != 0)
            .collect();
        Some(Partition {
            number,
            name: String::from_utf16_lossy(&units),
            id: guid_text(entry[16..32].try_into().expect("16 bytes")),
            start: first * self.sector,
            size: (last - first + 1) * self.sector,
            luks: entry[..16] == LUKS_TYPE,
        })
    }

    /// Adds the vault's partition: all space behind the last partition, at least
    /// `smallest` bytes. `id` is random. Nothing is written yet; see [`Self::write`].
    pub fn add_vault(&mut self, id: [u8; 16], smallest: u64) -> Result<Partition, GptError> {
        let align = ALIGNMENT / self.sector;
        let used = self.partitions();
        let end = used.iter().map(|p| (p.start + p.size) / self.sector).max();
        let first = end
            .unwrap_or(0)
            .max(self.u64_at(40))
            .next_multiple_of(align);
        // The backup table and header take the end of the disk. The partition ends aligned
        // too: LUKS2 with sectors of 4 KiB wants whole ones.
        let last = (self.last_usable() + 1) / align * align - 1;
        if last < first || (last + 1 - first) * self.sector < smallest {
            return Err(GptError::NoSpace);
        }
        let free = self
            .table
            .chunks_exact(ENTRY)
            .position(|entry| entry[..16] == [0; 16])
            .ok_or(GptError::NoSpace)?;

        let entry = &mut self.table[free * ENTRY..][..ENTRY];
        entry.fill(0);
        entry[..16].copy_from_slice(&LUKS_TYPE);
        entry[16..32].copy_from_slice(&id);
        entry[32..40].copy_from_slice(&first.to_le_bytes());
        entry[40..48].copy_from_slice(&last.to_le_bytes());
        for (place, unit) in entry[56..].chunks_exact_mut(2).zip(VAULT.encode_utf16()) {
            place.copy_from_slice(&unit.to_le_bytes());
        }
        let entry = self.table[free * ENTRY..][..ENTRY].to_vec();
        self.partition(free + 1, &entry).ok_or(GptError::Invalid)
    }

    fn last_usable(&self) -> u64 {
        self.sectors - 2 - TABLE as u64 / self.sector
    }

    /// Writes the backup at the real end of the disk, then the primary.
    ///
    /// Header and changed entry of the primary stand in neighbouring sectors and are
    /// written in one go, so a cut leaves the old table or the new one.
    pub fn write<D: Write + Seek>(&self, disk: &mut D) -> Result<(), GptError> {
        let backup_table = self.last_usable() + 1;
        disk.seek(SeekFrom::Start(backup_table * self.sector))?;
        disk.write_all(&self.table)?;
        disk.seek(SeekFrom::Start((self.sectors - 1) * self.sector))?;
        disk.write_all(&self.header_sector(self.sectors - 1, 1, backup_table))?;
        disk.flush()?;

        let mut primary = self.header_sector(1, self.sectors - 1, 2);
        primary.extend_from_slice(&self.table);
        disk.seek(SeekFrom::Start(self.sector))?;
        disk.write_all(&primary)?;
        disk.flush()?;
        Ok(())
    }

    fn header_sector(&self, own: u64, other: u64, table: u64) -> Vec<u8> {
        let mut sector = self.header.to_vec();
        sector[24..32].copy_from_slice(&own.to_le_bytes());
        sector[32..40].copy_from_slice(&other.to_le_bytes());
        sector[48..56].copy_from_slice(&self.last_usable().to_le_bytes());
        sector[72..80].copy_from_slice(&table.to_le_bytes());
        sector[88..92].copy_from_slice(&crc32(&self.table).to_le_bytes());
        sector[16..20].fill(0);
        let sum = crc32(&sector);
        sector[16..20].copy_from_slice(&sum.to_le_bytes());
        sector.resize(self.sector as usize, 0);
        sector
    }

    fn u32_at(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.header[at..at + 4].try_into().expect("4 bytes"))
    }

    fn u64_at(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.header[at..at + 8].try_into().expect("8 bytes"))
    }
}

/// The mixed byte order of a GUID on disk, as text.
fn guid_text(b: [u8; 16]) -> String {
    let tail: String = b[10..].iter().map(|byte| format!("{byte:02X}")).collect();
    format!(
        "{:02X}{:02X}{:02X}{:02X}-{:02X}{:02X}-{:02X}{:02X}-{:02X}{:02X}-{tail}",
        b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9]
    )
}

/// CRC-32 (IEEE 802.3), bit by bit: 16 KiB a table do not need more.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(sum & 1))
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    const MIB: u64 = 1 << 20;

    /// A disk of `size` bytes whose table was made for a smaller one, with an ESP of 64 MiB.
    fn flashed(size: u64) -> Cursor<Vec<u8>> {
        let mut disk = Cursor::new(vec![0; size as usize]);
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(b"EFI PART");
        header[8..12].copy_from_slice(&0x0001_0000u32.to_le_bytes());
        header[12..16].copy_from_slice(&92u32.to_le_bytes());
        header[40..48].copy_from_slice(&34u64.to_le_bytes());
        header[80..84].copy_from_slice(&128u32.to_le_bytes());
        header[84..88].copy_from_slice(&128u32.to_le_bytes());
        let mut table = vec![0; TABLE];
        table[..16].copy_from_slice(&[0x28; 16]);
        table[16..32].copy_from_slice(&[
            0x78, 0x56, 0x34, 0x12, 0xcd, 0xab, 0xef, 0x00, 1, 2, 3, 4, 5, 6, 7, 8,
        ]);
        table[32..40].copy_from_slice(&2048u64.to_le_bytes());
        table[40..48].copy_from_slice(&(2048 + 64 * 2048 - 1u64).to_le_bytes());
        for (i, unit) in "kuramori-esp".encode_utf16().enumerate() {
            table[56 + 2 * i..58 + 2 * i].copy_from_slice(&unit.to_le_bytes());
        }
        let small = Gpt {
            sector: 512,
            sectors: 66 * 2048,
            header,
            table,
        };
        small.write(&mut disk).unwrap();
        disk
    }

    #[test]
    fn the_esp_is_found_by_the_id_the_boot_loader_reports() {
        let gpt = Gpt::read(&mut flashed(128 * MIB), 512).unwrap();
        let [esp] = &gpt.partitions()[..] else {
            panic!("one partition");
        };
        assert_eq!(esp.id, "12345678-ABCD-00EF-0102-030405060708");
        assert_eq!(esp.name, "kuramori-esp");
        assert_eq!((esp.number, esp.start, esp.size), (1, MIB, 64 * MIB));
        assert!(!esp.is_vault());
    }

    #[test]
    fn the_vault_takes_the_rest_of_a_larger_stick_and_the_backup_moves_to_its_end() {
        let mut disk = flashed(128 * MIB);
        let mut gpt = Gpt::read(&mut disk, 512).unwrap();
        let made = gpt.add_vault([7; 16], 32 * MIB).unwrap();
        gpt.write(&mut disk).unwrap();

        let again = Gpt::read(&mut disk, 512).unwrap();
        let vault = again.partitions().into_iter().find(Partition::is_vault);
        assert_eq!(vault, Some(made.clone()));
        assert_eq!(made.start, 65 * MIB);
        assert_eq!(made.start + made.size, 127 * MIB);

        let bytes = disk.into_inner();
        let backup = &bytes[bytes.len() - 512..];
        assert!(backup.starts_with(b"EFI PART"));
        let table = &bytes[bytes.len() - 33 * 512..bytes.len() - 512];
        assert_eq!(table, &bytes[1024..1024 + TABLE]);
    }

    #[test]
    fn a_stick_without_enough_room_is_refused_and_left_as_it_was() {
        let mut disk = flashed(128 * MIB);
        let before = disk.clone().into_inner();
        let mut gpt = Gpt::read(&mut disk, 512).unwrap();
        assert!(matches!(
            gpt.add_vault([7; 16], 64 * MIB),
            Err(GptError::NoSpace)
        ));
        assert!(disk.into_inner() == before);
    }

    #[test]
    fn one_flipped_bit_makes_the_table_invalid() {
        for place in [512 + 40, 1024 + 33] {
            let mut disk = flashed(128 * MIB);
            disk.get_mut()[place] ^= 1;
            assert!(matches!(Gpt::read(&mut disk, 512), Err(GptError::Invalid)));
        }
    }

    #[test]
    fn crc32_of_the_standard_check_string() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    proptest! {
        #[test]
        fn foreign_entries_never_panic(entry in proptest::collection::vec(any::<u8>(), ENTRY)) {
            let mut gpt = Gpt::read(&mut flashed(66 * MIB), 512).unwrap();
            gpt.table[ENTRY..2 * ENTRY].copy_from_slice(&entry);
            let _ = gpt.partitions();
            let _ = gpt.add_vault([7; 16], MIB);
        }
    }
}
