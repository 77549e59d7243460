//! The jobs.

use crate::{
    Device, Failure,
    disk::Disk,
    fat::{Entry, FolderAt, Reader},
    mbr,
    write::{self, TEMPORARY},
};
use protocol::foreign::{
    Answer, BOOT_FOLDER, CountedFile, FOLDER, File, Folder, IDENTITY, MAX_FILE, MAX_FILES,
    MAX_INSPECTED,
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

/// Smallest device that becomes a companion, in bytes: FAT32 needs 65525 clusters.
pub const MIN_DEVICE: u64 = 64 << 20;
/// Largest device that becomes a companion, in bytes: an MBR counts 2^32 sectors.
pub const MAX_DEVICE: u64 = 2 << 40;

/// Proof that everything a job wrote was flushed to the device, read again from it and
/// compared. Only what compares makes one.
#[derive(Debug)]
pub struct Flushed(());

impl Flushed {
    /// For a job that has just compared what it wrote.
    pub(crate) fn after_comparing() -> Self {
        Self(())
    }
}

impl From<Flushed> for Answer {
    fn from(_: Flushed) -> Self {
        Answer::Flushed
    }
}

/// Name and ending of a file as they stand in the folder.
pub(crate) fn file_name(folder: Folder, name: &str) -> String {
    format!("{name}.{}", folder.ending())
}

/// `name` without the folder's ending, if both are as the protocol has them.
fn stem(folder: Folder, name: &str) -> Option<&str> {
    let stem = name.strip_suffix(folder.ending())?.strip_suffix('.')?;
    is_name(stem).then_some(stem)
}

fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&name.len()) && name.bytes().all(allowed)
}

/// Reads the identity and what the folders hold.
///
/// Files that are not the protocol's by name or size are passed over; so are those that
/// would make the answer longer than [`MAX_INSPECTED`] or a folder's part of it more
/// than [`MAX_FILES`]: who removes what was read can inspect again.
pub(crate) fn inspect<D: Device>(
    disk: &mut Disk<D>,
    folders: &[Folder],
) -> Result<Answer, Failure> {
    if folders.len() > Folder::ALL.len() {
        return Err(Failure::Job);
    }
    let stranger = Answer::Inspected {
        identity: None,
        files: Vec::new(),
    };
    let Some((_, mut reader)) = open(disk)? else {
        return Ok(stranger);
    };
    let Some(companion) = Companion::find(&mut reader)? else {
        return Ok(stranger);
    };
    let mut room = MAX_INSPECTED - companion.identity.len();
    let mut files = Vec::new();
    for &folder in folders {
        let entries = companion.folder(&mut reader, folder)?;
        for (name, entry) in entries.iter().take(MAX_FILES) {
            // Framing costs a little beside the bytes.
            let cost = entry.size() as usize + name.len() + 16;
            if cost > room {
                continue;
            }
            room -= cost;
            files.push(File {
                folder,
                name: name.clone(),
                bytes: reader.read(entry, MAX_FILE)?,
            });
        }
    }
    Ok(Answer::Inspected {
        identity: Some(companion.identity),
        files,
    })
}

/// Makes a companion out of any stick.
///
/// The partition table comes last: a job that is cut short leaves a stick that is
/// nothing, never half a companion.
pub(crate) fn format<D: Device>(
    disk: &mut Disk<D>,
    label: &str,
    identity: &[u8],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Flushed, Failure> {
    if !(MIN_DEVICE..=MAX_DEVICE).contains(&disk.size()) {
        return Err(Failure::Size);
    }
    if !is_name(label) || label.len() > 11 || !(1..=MAX_IDENTITY).contains(&identity.len()) {
        return Err(Failure::Job);
    }
    const STEPS: u64 = 4;
    progress(0, STEPS);
    mbr::wipe(disk)?;
    progress(1, STEPS);
    let part = mbr::layout(disk.size());
    let serial = serial_number(identity);
    write::make(disk, &part, label, serial, identity)?;
    progress(2, STEPS);
    mbr::write(disk, &part, serial)?;
    disk.settle()?;
    progress(3, STEPS);
    let flushed = compare(disk, identity, &[], &[])?;
    progress(4, STEPS);
    Ok(flushed)
}

/// Longest identity that is written, in bytes; a signed one has under 4096.
const MAX_IDENTITY: usize = 64 * 1024;

/// A number that differs from stick to stick, for the table and the file system.
fn serial_number(identity: &[u8]) -> u32 {
    let mut hasher = DefaultHasher::new();
    identity.hash(&mut hasher);
    hasher.finish() as u32
}

/// Writes and removes files of the companion with this identity.
pub(crate) fn update<D: Device>(
    disk: &mut Disk<D>,
    identity: &[u8],
    put: &[File],
    remove: &[(Folder, String)],
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Flushed, Failure> {
    check_job(put, remove)?;
    // Written once and read once.
    let total = 2 * put.iter().map(|file| file.bytes.len() as u64).sum::<u64>();
    progress(0, total);

    let (part, mut reader) = open(disk)?.ok_or(Failure::NotThisCompanion)?;
    let companion = Companion::find(&mut reader)?.ok_or(Failure::NotThisCompanion)?;
    if companion.identity != identity {
        return Err(Failure::NotThisCompanion);
    }
    check_room(&mut reader, &companion, put)?;
    let guard = reader.guard();

    let mut done = 0;
    write::change(disk, &part, guard, put, remove, &mut |bytes| {
        done += bytes as u64;
        progress(done, total);
    })?;
    disk.settle()?;
    let flushed = compare(disk, identity, put, remove)?;
    progress(total, total);
    Ok(flushed)
}

/// Takes the boot counter out of the name of a slot's file. The device is the boot
/// partition of our own stick.
pub(crate) fn bless<D: Device>(disk: &mut Disk<D>, file: &CountedFile) -> Result<Flushed, Failure> {
    let part = 0..disk.size();
    let (old, new) = (
        file.name().to_ascii_uppercase(),
        file.blessed().to_ascii_uppercase(),
    );
    let mut reader = Reader::open(disk, part.clone())?.ok_or(Failure::NotThisCompanion)?;
    let folder = boot_folder(&mut reader)?;
    let slot = reader
        .find(folder, &old)?
        .filter(|entry| !entry.is_folder)
        .ok_or(Failure::NotThisCompanion)?;
    if reader.find(folder, &new)?.is_some() {
        return Err(Failure::Format);
    }
    reader.rename_in_place(&slot, &file.blessed())?;
    disk.settle()?;

    let mut reader = Reader::open(disk, part)?.ok_or(Failure::Verify)?;
    let folder = boot_folder(&mut reader)?;
    let found = reader.find(folder, &new)?;
    let renamed = found.is_some_and(|entry| entry.is_same_file(&slot));
    if renamed && reader.find(folder, &old)?.is_none() {
        Ok(Flushed(()))
    } else {
        Err(Failure::Verify)
    }
}

fn boot_folder<D: Device>(reader: &mut Reader<D>) -> Result<FolderAt, Failure> {
    let mut at = reader.root();
    for name in BOOT_FOLDER {
        let entry = reader
            .find(at, &name.to_ascii_uppercase())?
            .ok_or(Failure::NotThisCompanion)?;
        at = reader.folder(&entry)?;
    }
    Ok(at)
}

fn check_job(put: &[File], remove: &[(Folder, String)]) -> Result<(), Failure> {
    let names: Vec<(Folder, &str)> = put
        .iter()
        .map(|file| (file.folder, file.name.as_str()))
        .chain(remove.iter().map(|(folder, name)| (*folder, name.as_str())))
        .collect();
    let proper = names.len() <= 2 * Folder::ALL.len() * MAX_FILES
        && names.iter().all(|(_, name)| is_name(name))
        && put.iter().all(|file| file.bytes.len() <= MAX_FILE)
        // What is written and removed in one job would make the end depend on the order.
        && names.iter().enumerate().all(|(i, name)| !names[..i].contains(name));
    if proper { Ok(()) } else { Err(Failure::Job) }
}

/// Whether all of it fits, before anything is touched. Also reads every folder that
/// writing will walk through, so that `fatfs` meets none that was not vetted.
fn check_room<D: Device>(
    reader: &mut Reader<D>,
    companion: &Companion,
    put: &[File],
) -> Result<(), Failure> {
    let mut clusters = 0;
    for folder in Folder::ALL {
        let there = companion.folder(reader, folder)?;
        let coming = put.iter().filter(|file| file.folder == folder);
        let new = coming
            .clone()
            .filter(|file| there.iter().all(|(name, _)| *name != file.name));
        if there.len() + new.count() > MAX_FILES {
            return Err(Failure::Full);
        }
        // Each file's own, and one for its name: a folder grows by at most that.
        clusters += coming
            .map(|file| reader.clusters_for(file.bytes.len()) + 1)
            .sum::<u64>();
        // One if the folder has to be made again.
        clusters += 1;
    }
    if reader.has_free(clusters)? {
        Ok(())
    } else {
        Err(Failure::Full)
    }
}

/// Reads the stick again from its partition table on, and compares.
fn compare<D: Device>(
    disk: &mut Disk<D>,
    identity: &[u8],
    put: &[File],
    removed: &[(Folder, String)],
) -> Result<Flushed, Failure> {
    let (_, mut reader) = open(disk)?.ok_or(Failure::Verify)?;
    let companion = Companion::find(&mut reader)?.ok_or(Failure::Verify)?;
    if companion.identity != identity {
        return Err(Failure::Verify);
    }
    for folder in Folder::ALL {
        let there = companion.folder(&mut reader, folder)?;
        for file in put.iter().filter(|file| file.folder == folder) {
            let (_, entry) = there
                .iter()
                .find(|(name, _)| *name == file.name)
                .ok_or(Failure::Verify)?;
            if entry.size() as usize != file.bytes.len()
                || reader.read(entry, MAX_FILE)? != file.bytes
            {
                return Err(Failure::Verify);
            }
        }
        let still_there = |(gone_from, gone): &(Folder, String)| {
            *gone_from == folder && there.iter().any(|(name, _)| name == gone)
        };
        if removed.iter().any(still_there) {
            return Err(Failure::Verify);
        }
    }
    Ok(Flushed(()))
}

type Opened<'a, 'd, D> = (Range<u64>, Reader<'a, 'd, D>);

fn open<'a, 'd, D: Device>(
    disk: &'a mut Disk<'d, D>,
) -> Result<Option<Opened<'a, 'd, D>>, Failure> {
    let Some(part) = mbr::read(disk)? else {
        return Ok(None);
    };
    Ok(Reader::open(disk, part.clone())?.map(|reader| (part, reader)))
}

/// A stick with an identity.
struct Companion {
    identity: Vec<u8>,
    /// [`FOLDER`].
    at: FolderAt,
}

impl Companion {
    fn find<D: Device>(reader: &mut Reader<D>) -> Result<Option<Self>, Failure> {
        let Some(folder) = reader.find(reader.root(), FOLDER)? else {
            return Ok(None);
        };
        if !folder.is_folder {
            return Ok(None);
        }
        let at = reader.folder(&folder)?;
        let Some(entry) = reader.find(at, IDENTITY)? else {
            return Ok(None);
        };
        let identity = reader.read(&entry, MAX_IDENTITY)?;
        Ok(Some(Self { identity, at }))
    }

    /// The protocol's files in a folder, by name; none if the folder is missing.
    fn folder<D: Device>(
        &self,
        reader: &mut Reader<D>,
        folder: Folder,
    ) -> Result<Vec<(String, Entry)>, Failure> {
        let Some(inner) = reader.find(self.at, folder.name())? else {
            return Ok(Vec::new());
        };
        let at = reader.folder(&inner)?;
        let entries = reader.list(at)?;
        // Temporary names fail `stem`; said here because half a file must never count.
        let ours = entries.into_iter().filter_map(|entry| {
            let name = stem(folder, entry.name())?.to_owned();
            let whole =
                !entry.is_folder && entry.name() != TEMPORARY && entry.size() as usize <= MAX_FILE;
            whole.then_some((name, entry))
        });
        Ok(ours.collect())
    }
}
