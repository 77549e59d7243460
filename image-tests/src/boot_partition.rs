//! The boot partition of a stick that is in no PC: read and changed as a file.

use fatfs::{FileSystem, FsOptions};
use image::stick as layout;
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Names of the systems on it, with their boot counters, sorted.
pub fn systems(file_system: &FileSystem<BootPartition>) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in file_system.root_dir().open_dir("EFI/Linux")?.iter() {
        let name = entry?.file_name();
        if name.ends_with(".efi") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// The boot partition of a stick's image file.
#[derive(Debug)]
pub struct BootPartition {
    image: File,
    at: u64,
}

impl BootPartition {
    /// Its file system, of a raw image.
    pub fn mount(path: &Path) -> io::Result<FileSystem<Self>> {
        let image = File::options().read(true).write(true).open(path)?;
        FileSystem::new(Self { image, at: 0 }, FsOptions::new())
    }

    fn go(&mut self, wanted: usize) -> io::Result<usize> {
        self.image
            .seek(SeekFrom::Start(layout::ESP_START + self.at))?;
        Ok(wanted.min(layout::ESP_BYTES.saturating_sub(self.at) as usize))
    }
}

impl Read for BootPartition {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.go(buffer.len())?;
        let read = self.image.read(&mut buffer[..length])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for BootPartition {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let length = self.go(buffer.len())?;
        let written = self.image.write(&buffer[..length])?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.image.flush()
    }
}

impl Seek for BootPartition {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => layout::ESP_BYTES.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
