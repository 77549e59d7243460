//! A FAT32 reader that believes nothing (Microsoft, "FAT: General Overview of On-Disk
//! Format", 1.03; long names as in its chapter on VFAT).
//!
//! Every chain is followed for as many clusters as its file or folder may have and no
//! further, so a loop ends like a chain that is too long: in [`Failure::Format`].

use crate::{
    Device, Failure,
    disk::{Disk, FatGuard},
    mbr::SECTOR,
};
use std::ops::Range;

/// Most records read from one folder. One file takes up to five (its long name, its
/// short one), deleted ones stay behind for a while.
const MAX_RECORDS: usize = 4096;
const RECORD: usize = 32;

/// The numbers of a boot sector, checked against each other and the partition.
#[derive(Clone, Debug)]
struct Geometry {
    cluster_bytes: u64,
    fat_at: u64,
    fat_bytes: u64,
    data_at: u64,
    clusters: u32,
    root: u32,
}

impl Geometry {
    /// `None` unless it is FAT32 with 512-byte sectors and two mirrored FATs, as
    /// companions have.
    fn parse(sector: &[u8; SECTOR as usize], part: u64) -> Option<Self> {
        let u16_at = |at: usize| u16::from_le_bytes([sector[at], sector[at + 1]]);
        let u32_at = |at: usize| {
            u32::from_le_bytes([sector[at], sector[at + 1], sector[at + 2], sector[at + 3]])
        };
        let per_cluster = u64::from(sector[13]);
        let reserved = u64::from(u16_at(14));
        let total = u64::from(u32_at(32));
        let per_fat = u64::from(u32_at(36));
        let plain = sector[510..] == [0x55, 0xaa]
            && u64::from(u16_at(11)) == SECTOR
            && per_cluster.is_power_of_two()
            && sector[16] == 2
            // Root entries, 16-bit totals, 16-bit FAT size: all of FAT12 and FAT16.
            && [u16_at(17), u16_at(19), u16_at(22)] == [0; 3]
            // Mirroring flags and version.
            && [u16_at(40), u16_at(42)] == [0; 2];
        // The information sector and the copy of this one lie in the reserved part.
        let reserved_fits = [u16_at(48), u16_at(50)]
            .iter()
            .all(|&at| at >= 1 && u64::from(at) < reserved);
        let data = reserved + 2 * per_fat;
        if !plain || !reserved_fits || total > part / SECTOR || data >= total {
            return None;
        }
        let clusters = (total - data) / per_cluster;
        let geometry = Self {
            cluster_bytes: per_cluster * SECTOR,
            fat_at: reserved * SECTOR,
            fat_bytes: per_fat * SECTOR,
            data_at: data * SECTOR,
            // Fewer would be FAT16 by definition; more have no number.
            clusters: u32::try_from(clusters)
                .ok()
                .filter(|n| (65_525..=0x0fff_fff4).contains(n))?,
            root: u32_at(44),
        };
        let fat_covers = geometry.fat_bytes / 4 >= clusters + 2;
        (fat_covers && geometry.has(geometry.root)).then_some(geometry)
    }

    fn has(&self, cluster: u32) -> bool {
        (2..self.clusters + 2).contains(&cluster)
    }
}

/// A file or folder.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Upper case, in ASCII; `None` where there is no long name or it is not ASCII.
    long: Option<String>,
    short: String,
    pub is_folder: bool,
    first: u32,
    size: u32,
    /// Where in the partition the records of the long name are, its last part first;
    /// none without a long name.
    long_at: Vec<u64>,
}

impl Entry {
    /// Upper case: FAT does not tell cases apart.
    pub fn name(&self) -> &str {
        self.long.as_deref().unwrap_or(&self.short)
    }

    fn is_called(&self, name: &str) -> bool {
        self.long.as_deref() == Some(name) || self.short == name
    }

    pub fn size(&self) -> u32 {
        self.size
    }

    /// Whether both are the same content, by whatever names.
    pub fn is_same_file(&self, other: &Entry) -> bool {
        let key = |entry: &Entry| (entry.is_folder, entry.first, entry.size);
        key(self) == key(other)
    }
}

/// A folder's cluster; made only from a checked [`Entry`] or [`Geometry`].
#[derive(Clone, Copy)]
pub(crate) struct FolderAt(u32);

pub(crate) struct Reader<'a, 'd, D> {
    disk: &'a mut Disk<'d, D>,
    part: Range<u64>,
    geometry: Geometry,
}

impl<'a, 'd, D: Device> Reader<'a, 'd, D> {
    /// `None` if the partition's boot sector is not of a FAT32 as companions have it.
    pub fn open(disk: &'a mut Disk<'d, D>, part: Range<u64>) -> Result<Option<Self>, Failure> {
        let mut sector = [0; SECTOR as usize];
        disk.read_at(part.start, &mut sector)?;
        let geometry = Geometry::parse(&sector, part.end - part.start);
        Ok(geometry.map(|geometry| Self {
            disk,
            part,
            geometry,
        }))
    }

    pub fn guard(&self) -> FatGuard {
        FatGuard {
            fats: self.geometry.fat_at..self.geometry.data_at,
            clusters: self.geometry.clusters,
        }
    }

    pub fn root(&self) -> FolderAt {
        FolderAt(self.geometry.root)
    }

    /// Everything in a folder but `.`, `..` and the volume label.
    ///
    /// Two entries that answer to one name are [`Failure::Format`]: the one read and
    /// the one written could be different files.
    pub fn list(&mut self, folder: FolderAt) -> Result<Vec<Entry>, Failure> {
        let entries = self.records(folder)?;
        for (i, entry) in entries.iter().enumerate() {
            if !(entry.first == 0 || self.geometry.has(entry.first)) {
                return Err(Failure::Format);
            }
            let twin =
                |other: &Entry| other.is_called(entry.name()) || other.is_called(&entry.short);
            if entries[..i].iter().any(twin) {
                return Err(Failure::Format);
            }
        }
        Ok(entries)
    }

    fn records(&mut self, folder: FolderAt) -> Result<Vec<Entry>, Failure> {
        let most = (MAX_RECORDS * RECORD).div_ceil(self.geometry.cluster_bytes as usize);
        let mut entries = Vec::new();
        let mut long = LongName::default();
        let mut cluster = vec![0; self.geometry.cluster_bytes as usize];
        for number in self.chain(folder.0, most)? {
            self.read_cluster(number, &mut cluster)?;
            for (i, record) in cluster.as_chunks::<RECORD>().0.iter().enumerate() {
                match record[0] {
                    0 => return Ok(entries),
                    0xe5 => long = LongName::default(),
                    _ if record[11] & 0x3f == 0x0f => {
                        long.take(record, self.cluster_at(number) + (i * RECORD) as u64);
                    }
                    // The volume label, or one of the links a folder begins with.
                    _ if record[11] & 0x08 != 0 || record[0] == b'.' => long = LongName::default(),
                    _ => entries.push(entry(record, std::mem::take(&mut long))),
                }
            }
        }
        Ok(entries)
    }

    /// The one called `name` (upper case ASCII).
    pub fn find(&mut self, folder: FolderAt, name: &str) -> Result<Option<Entry>, Failure> {
        let entries = self.list(folder)?;
        Ok(entries.into_iter().find(|entry| entry.is_called(name)))
    }

    pub fn folder(&self, entry: &Entry) -> Result<FolderAt, Failure> {
        if entry.is_folder && self.geometry.has(entry.first) {
            Ok(FolderAt(entry.first))
        } else {
            Err(Failure::Format)
        }
    }

    /// The whole content of a file of at most `most` bytes.
    pub fn read(&mut self, entry: &Entry, most: usize) -> Result<Vec<u8>, Failure> {
        let size = entry.size as usize;
        if entry.is_folder || size > most {
            return Err(Failure::Format);
        }
        if size == 0 {
            return Ok(Vec::new());
        }
        let cluster_bytes = self.geometry.cluster_bytes as usize;
        let clusters = size.div_ceil(cluster_bytes);
        let chain = self.chain(entry.first, clusters)?;
        if chain.len() != clusters {
            return Err(Failure::Format);
        }
        let mut bytes = vec![0; clusters * cluster_bytes];
        for (number, cluster) in chain.into_iter().zip(bytes.chunks_exact_mut(cluster_bytes)) {
            self.read_cluster(number, cluster)?;
        }
        bytes.truncate(size);
        Ok(bytes)
    }

    /// Gives a file another long name in the place of the old one.
    ///
    /// One sector is written, and in it nothing but the characters: the short name, which
    /// holds the file, stays as it is, and a cut leaves the old name or the new one.
    /// `fatfs` would delete the old entry and then write a new one.
    ///
    /// # Errors
    /// [`Failure::Format`] if the two names need a different number of records, or if
    /// their records lie in two sectors; nothing is written then.
    pub fn rename_in_place(&mut self, entry: &Entry, to: &str) -> Result<(), Failure> {
        let parts = long_name_parts(to);
        let sector_of = |at: u64| at - at % SECTOR;
        let (Some(&first), Some(&last)) = (entry.long_at.first(), entry.long_at.last()) else {
            return Err(Failure::Format);
        };
        if parts.len() != entry.long_at.len() || sector_of(first) != sector_of(last) {
            return Err(Failure::Format);
        }
        let at = self.part.start + sector_of(first);
        let mut sector = [0; SECTOR as usize];
        self.disk.read_at(at, &mut sector)?;
        for (part, place) in parts.iter().rev().zip(&entry.long_at) {
            let record = &mut sector[(place % SECTOR) as usize..][..RECORD];
            for (range, units) in LONG_TEXT
                .into_iter()
                .zip([&part[..5], &part[5..11], &part[11..]])
            {
                for (bytes, unit) in record[range].as_chunks_mut::<2>().0.iter_mut().zip(units) {
                    *bytes = unit.to_le_bytes();
                }
            }
        }
        self.disk.write_at(at, &sector)
    }

    /// Overwrites the sector of a file that begins at `at`, a multiple of [`SECTOR`] within
    /// its size. Neither size nor place of the file change.
    pub fn write_sector(
        &mut self,
        entry: &Entry,
        at: usize,
        sector: &[u8; SECTOR as usize],
    ) -> Result<(), Failure> {
        let size = entry.size as usize;
        if entry.is_folder || !at.is_multiple_of(sector.len()) || at + sector.len() > size {
            return Err(Failure::Format);
        }
        let cluster_bytes = self.geometry.cluster_bytes as usize;
        let chain = self.chain(entry.first, size.div_ceil(cluster_bytes))?;
        let cluster = *chain.get(at / cluster_bytes).ok_or(Failure::Format)?;
        let place = self.part.start + self.cluster_at(cluster) + (at % cluster_bytes) as u64;
        self.disk.write_at(place, sector)
    }

    /// Gives a folder made by `fatfs` 0.3 the two links (`.` and `..`) that the format
    /// asks for: it writes long names before them, which checkers take for damage.
    pub fn mend_links(&mut self, folder: FolderAt, parent: FolderAt) -> Result<(), Failure> {
        let at = self.part.start + self.cluster_at(folder.0);
        let mut records = [[0; RECORD]; 4];
        self.disk.read_at(at, records.as_flattened_mut())?;
        let is_link = |record: &[u8; RECORD], name: &[u8; 11]| record[..11] == *name;
        let [first, dot, third, dotdot] = &mut records;
        let mended = !(is_link(dot, b".          ") && is_link(dotdot, b"..         "));
        if mended || first[11] != 0x0f || third[11] != 0x0f {
            return Ok(());
        }
        // The root is called 0 here, whatever its cluster.
        let above = if parent.0 == self.geometry.root {
            0
        } else {
            parent.0
        };
        dotdot[20..22].copy_from_slice(&((above >> 16) as u16).to_le_bytes());
        dotdot[26..28].copy_from_slice(&(above as u16).to_le_bytes());
        *first = *dot;
        *dot = *dotdot;
        // Records follow, so these two are deleted ones and no end.
        third[0] = 0xe5;
        dotdot[0] = 0xe5;
        self.disk.write_at(at, records.as_flattened())
    }

    /// The clusters a file needs, or may not have more of.
    pub fn clusters_for(&self, bytes: usize) -> u64 {
        (bytes as u64).div_ceil(self.geometry.cluster_bytes)
    }

    /// Whether at least so many clusters are free. Reads the FAT no further than that.
    pub fn has_free(&mut self, clusters: u64) -> Result<bool, Failure> {
        let mut found = 0;
        let mut entries = [0; 4096];
        let all = u64::from(self.geometry.clusters + 2) * 4;
        let mut at = 0;
        while at < all && found < clusters {
            let n = entries.len().min((all - at) as usize);
            self.disk.read_at(
                self.part.start + self.geometry.fat_at + at,
                &mut entries[..n],
            )?;
            // Clusters 0 and 1 do not exist; their entries are never zero on an honest
            // stick, and one found too many only makes writing fail later.
            found += entries[..n]
                .as_chunks::<4>()
                .0
                .iter()
                .filter(|entry| u32::from_le_bytes(**entry) & 0x0fff_ffff == 0)
                .count() as u64;
            at += n as u64;
        }
        Ok(found >= clusters)
    }

    /// The chain from `first` on, of at most `most` clusters.
    fn chain(&mut self, first: u32, most: usize) -> Result<Vec<u32>, Failure> {
        let mut chain = Vec::new();
        let mut cluster = first;
        loop {
            if !self.geometry.has(cluster) || chain.len() == most {
                return Err(Failure::Format);
            }
            chain.push(cluster);
            let mut entry = [0; 4];
            self.disk.read_at(
                self.part.start + self.geometry.fat_at + u64::from(cluster) * 4,
                &mut entry,
            )?;
            match u32::from_le_bytes(entry) & 0x0fff_ffff {
                0x0fff_fff8.. => return Ok(chain),
                next => cluster = next,
            }
        }
    }

    fn read_cluster(&mut self, cluster: u32, out: &mut [u8]) -> Result<(), Failure> {
        self.disk
            .read_at(self.part.start + self.cluster_at(cluster), out)
    }

    /// Where a cluster begins in the partition.
    fn cluster_at(&self, cluster: u32) -> u64 {
        self.geometry.data_at + u64::from(cluster - 2) * self.geometry.cluster_bytes
    }
}

fn entry(record: &[u8; RECORD], long: LongName) -> Entry {
    let u16_at = |at: usize| u32::from(u16::from_le_bytes([record[at], record[at + 1]]));
    let part = |range: Range<usize>| {
        let text = String::from_utf8_lossy(&record[range]);
        text.trim_end_matches(' ').to_ascii_uppercase()
    };
    let (stem, ending) = (part(0..8), part(8..11));
    let short = if ending.is_empty() {
        stem
    } else {
        format!("{stem}.{ending}")
    };
    let (long, long_at) = long.finish(&record[..11]).unzip();
    Entry {
        long,
        long_at: long_at.unwrap_or_default(),
        short,
        is_folder: record[11] & 0x10 != 0,
        first: u16_at(20) << 16 | u16_at(26),
        size: u16_at(30) << 16 | u16_at(28),
    }
}

/// Where in a record the characters of a long name are, each of two bytes: 5, 6 and 2.
const LONG_TEXT: [Range<usize>; 3] = [1..11, 14..26, 28..32];

/// An ASCII name as the records of a long name hold it, first part first: a zero behind
/// it and then FFFF, unless it fills its last part.
fn long_name_parts(name: &str) -> Vec<[u16; 13]> {
    let units: Vec<u16> = name.bytes().map(u16::from).collect();
    let part = |units: &[u16]| {
        let mut part = [0xffff; 13];
        part[..units.len()].copy_from_slice(units);
        if let Some(end) = part.get_mut(units.len()) {
            *end = 0;
        }
        part
    };
    units.chunks(13).map(part).collect()
}

/// A long name as its records come, last part first.
#[derive(Default)]
struct LongName {
    parts: Vec<[u16; 13]>,
    /// Where the parts are in the partition.
    at: Vec<u64>,
    /// The number of the part expected next; 0 when the name is whole.
    next: u8,
    checksum: u8,
}

impl LongName {
    fn take(&mut self, record: &[u8; RECORD], at: u64) {
        let (number, is_last) = (record[0] & 0x3f, record[0] & 0x40 != 0);
        if is_last {
            *self = Self {
                parts: Vec::new(),
                at: Vec::new(),
                next: number,
                checksum: record[13],
            };
        }
        // 20 parts hold the longest name that FAT allows, 255 characters.
        if number == 0 || number > 20 || number != self.next || record[13] != self.checksum {
            *self = Self::default();
            return;
        }
        let text = LONG_TEXT.map(|range| &record[range]).concat();
        let mut part = [0; 13];
        for (unit, bytes) in part.iter_mut().zip(text.as_chunks::<2>().0) {
            *unit = u16::from_le_bytes(*bytes);
        }
        self.parts.push(part);
        self.at.push(at);
        self.next -= 1;
    }

    /// The name, upper case, and where it is, if it is whole, belongs to this short name,
    /// and is ASCII.
    fn finish(self, short: &[u8]) -> Option<(String, Vec<u64>)> {
        let checksum = short
            .iter()
            .fold(0u8, |sum, &byte| sum.rotate_right(1).wrapping_add(byte));
        if self.parts.is_empty() || self.next != 0 || checksum != self.checksum {
            return None;
        }
        let units = self.parts.iter().rev().flatten();
        let name: Option<String> = units
            .take_while(|&&unit| unit != 0)
            .map(|&unit| {
                u8::try_from(unit)
                    .ok()
                    .filter(u8::is_ascii)
                    .map(|byte| byte.to_ascii_uppercase() as char)
            })
            .collect();
        let name = name.filter(|name| !name.is_empty())?;
        Some((name, self.at))
    }
}
