//! The file of settings on the boot partition of our own stick.
//!
//! It was put there with the system and is never made, grown or moved: a change is one
//! sector written over the older of its two records
//! ([`protocol::settings`] says why that survives any cut).

use crate::{
    Device, Failure,
    disk::Disk,
    fat::{Entry, Reader},
    jobs::Flushed,
};
use protocol::settings::{FILE, FILE_BYTES, Settings};

/// What the file says. One that is missing or of another size says the defaults; only a
/// partition that is not FAT32, or a device that cannot be read, is an error.
pub(crate) fn read<D: Device>(disk: &mut Disk<D>) -> Result<Settings, Failure> {
    let mut reader = open(disk)?;
    match find(&mut reader) {
        Ok(file) => Ok(Settings::of_file(&reader.read(&file, FILE_BYTES)?)),
        Err(Failure::NotThisCompanion | Failure::Format) => Ok(Settings::default()),
        Err(other) => Err(other),
    }
}

/// Makes the file say this.
///
/// # Errors
/// [`Failure::NotThisCompanion`] if there is no such file, [`Failure::Format`] if it is of
/// another size, [`Failure::Verify`] if it does not read back.
pub(crate) fn keep<D: Device>(disk: &mut Disk<D>, settings: Settings) -> Result<Flushed, Failure> {
    let mut reader = open(disk)?;
    let file = find(&mut reader)?;
    let there = reader.read(&file, FILE_BYTES)?;
    if let Some((at, record)) = settings.change(&there) {
        reader.write_sector(&file, at, &record)?;
    }
    disk.settle()?;

    let mut reader = open(disk)?;
    let file = find(&mut reader)?;
    let says = Settings::of_file(&reader.read(&file, FILE_BYTES)?);
    if says == settings {
        Ok(Flushed::after_comparing())
    } else {
        Err(Failure::Verify)
    }
}

fn open<'a, 'd, D: Device>(disk: &'a mut Disk<'d, D>) -> Result<Reader<'a, 'd, D>, Failure> {
    let part = 0..disk.size();
    Reader::open(disk, part)?.ok_or(Failure::NotThisCompanion)
}

fn find<D: Device>(reader: &mut Reader<D>) -> Result<Entry, Failure> {
    let file = reader
        .find(reader.root(), FILE)?
        .filter(|entry| !entry.is_folder)
        .ok_or(Failure::NotThisCompanion)?;
    if file.size() as usize == FILE_BYTES {
        Ok(file)
    } else {
        Err(Failure::Format)
    }
}
