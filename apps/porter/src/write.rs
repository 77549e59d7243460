//! What `fatfs` does: making the file system, and changing files on one that
//! [`Reader`](crate::fat::Reader) has vetted.

use crate::{
    Device, Failure,
    disk::{Disk, FatGuard, Slice},
    fat::Reader,
    jobs::file_name,
};
use fatfs::{
    Date, DateTime, Dir, FatType, FileSystem, FormatVolumeOptions, FsOptions, Time, TimeProvider,
};
use protocol::foreign::{FOLDER, File, Folder, IDENTITY};
use std::{io::Write, ops::Range};

/// A file is written under this name and then renamed, so that its own name never
/// stands for half a file.
pub(crate) const TEMPORARY: &str = "WRITING.TMP";

/// Files on a companion have no times of their own: what counts is signed inside them,
/// and FAT's local times would tell when somebody worked.
#[derive(Debug)]
struct NoTime;

const FIRST_DAY: Date = Date {
    year: 1980,
    month: 1,
    day: 1,
};

impl TimeProvider for NoTime {
    fn get_current_date(&self) -> Date {
        FIRST_DAY
    }

    fn get_current_date_time(&self) -> DateTime {
        DateTime {
            date: FIRST_DAY,
            time: Time {
                hour: 0,
                min: 0,
                sec: 0,
                millis: 0,
            },
        }
    }
}

type Volume<'a, 'd, D> = FileSystem<Slice<'a, 'd, D>>;

fn mount<'a, 'd, D: Device>(
    disk: &'a mut Disk<'d, D>,
    part: &Range<u64>,
    guard: Option<FatGuard>,
) -> Result<Volume<'a, 'd, D>, Failure> {
    let slice = Slice::new(disk, part.clone(), guard);
    let options = FsOptions::new().time_provider(&NoTime);
    Ok(FileSystem::new(slice, options)?)
}

/// Makes an empty FAT32 with the companion's folders and its identity.
pub(crate) fn make<D: Device>(
    disk: &mut Disk<D>,
    part: &Range<u64>,
    label: &str,
    volume_id: u32,
    identity: &[u8],
) -> Result<(), Failure> {
    let mut padded = [b' '; 11];
    padded[..label.len()].copy_from_slice(label.as_bytes());
    let options = FormatVolumeOptions::new()
        .fat_type(FatType::Fat32)
        .bytes_per_sector(512)
        .volume_id(volume_id)
        .volume_label(padded);
    fatfs::format_volume(Slice::new(disk, part.clone(), None), options)?;

    let volume = mount(disk, part, None)?;
    {
        let folder = volume.root_dir().create_dir(FOLDER)?;
        for inner in Folder::ALL {
            folder.create_dir(inner.name())?;
        }
        let mut file = folder.create_file(IDENTITY)?;
        file.write_all(identity)?;
        file.flush()?;
    }
    // Counts the free clusters, so that unmounting notes their number.
    volume.stats()?;
    volume.unmount()?;
    mend_links(disk, part)
}

fn mend_links<D: Device>(disk: &mut Disk<D>, part: &Range<u64>) -> Result<(), Failure> {
    let mut reader = Reader::open(disk, part.clone())?.ok_or(Failure::Format)?;
    let root = reader.root();
    let entry = reader.find(root, FOLDER)?.ok_or(Failure::Format)?;
    let kuramori = reader.folder(&entry)?;
    reader.mend_links(kuramori, root)?;
    for folder in Folder::ALL {
        let entry = reader
            .find(kuramori, folder.name())?
            .ok_or(Failure::Format)?;
        let inner = reader.folder(&entry)?;
        reader.mend_links(inner, kuramori)?;
    }
    Ok(())
}

/// Writes `put`, then removes `remove`. The caller has vetted the folders and checked
/// that there is room.
pub(crate) fn change<D: Device>(
    disk: &mut Disk<D>,
    part: &Range<u64>,
    guard: FatGuard,
    put: &[File],
    remove: &[(Folder, String)],
    written: &mut dyn FnMut(usize),
) -> Result<(), Failure> {
    let volume = mount(disk, part, Some(guard))?;
    {
        let kuramori = volume.root_dir().open_dir(FOLDER)?;
        for folder in Folder::ALL {
            // A folder that somebody deleted is made again; one left half written by a
            // pulled stick loses the half.
            let folder = kuramori.create_dir(folder.name())?;
            remove_if_there(&folder, TEMPORARY)?;
        }
        for file in put {
            let folder = kuramori.open_dir(file.folder.name())?;
            write_file(&folder, &file_name(file.folder, &file.name), &file.bytes)?;
            written(file.bytes.len());
        }
        for (folder, name) in remove {
            let inner = kuramori.open_dir(folder.name())?;
            remove_if_there(&inner, &file_name(*folder, name))?;
        }
    }
    volume.unmount()?;
    mend_links(disk, part)
}

fn write_file<D: Device>(
    folder: &Dir<'_, Slice<'_, '_, D>>,
    name: &str,
    bytes: &[u8],
) -> Result<(), Failure> {
    {
        let mut file = folder.create_file(TEMPORARY)?;
        file.write_all(bytes)?;
        file.flush()?;
    }
    // FAT has no atomic replacing; between the two, the old file is gone and the new
    // one complete under its temporary name.
    remove_if_there(folder, name)?;
    Ok(folder.rename(TEMPORARY, folder, name)?)
}

fn remove_if_there<D: Device>(
    folder: &Dir<'_, Slice<'_, '_, D>>,
    name: &str,
) -> Result<(), Failure> {
    match folder.remove(name) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => Ok(result?),
    }
}
