//! Changing one byte of what boots, on a stick's image.

use fatfs::{FileSystem, FsOptions};
use image::{pe, stick as layout};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Kernel,
    Initramfs,
    CommandLine,
    BootLoader,
}

impl Part {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Initramfs => "initramfs",
            Self::CommandLine => "command line",
            Self::BootLoader => "boot loader",
        }
    }

    /// The section of the EFI file that holds it; the boot loader is a file of its own.
    const fn section(self) -> &'static str {
        match self {
            Self::Kernel => ".linux",
            Self::Initramfs => ".initrd",
            Self::CommandLine => ".cmdline",
            Self::BootLoader => ".text",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TamperError {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{file} has no section {section}")]
    NoSection { file: String, section: &'static str },
    #[error("there is no system on the boot partition")]
    NoSystem,
    #[error(transparent)]
    Image(#[from] image::Error),
}

/// Inverts the middle byte of `part` wherever it is on the boot partition: the system has two
/// slots. Writes the files back unchanged for `None`. Gives back the files that were changed.
pub fn flip(stick: &Path, part: Option<Part>) -> Result<Vec<String>, TamperError> {
    let failed = |e| TamperError::Io(stick.to_owned(), e);
    let partition = BootPartition::open(stick).map_err(failed)?;
    let file_system = FileSystem::new(partition, FsOptions::new()).map_err(failed)?;
    let root = file_system.root_dir();
    let mut files = vec!["EFI/BOOT/grubx64.efi".to_owned()];
    for entry in root.open_dir("EFI/Linux").map_err(failed)?.iter() {
        let name = entry.map_err(failed)?.file_name();
        if name.ends_with(".efi") {
            files.push(format!("EFI/Linux/{name}"));
        }
    }
    if files.len() < 2 {
        return Err(TamperError::NoSystem);
    }
    let mut changed = Vec::new();
    for name in files {
        let mut file = root.open_file(&name).map_err(failed)?;
        let mut content = Vec::new();
        file.read_to_end(&mut content).map_err(failed)?;
        let is_loader = name.starts_with("EFI/BOOT");
        if let Some(part) = part.filter(|part| is_loader == (*part == Part::BootLoader)) {
            let section = pe::sections(&content)?
                .into_iter()
                .find(|row| row.name == part.section())
                .ok_or_else(|| TamperError::NoSection {
                    file: name.clone(),
                    section: part.section(),
                })?;
            // What the section holds, not the padding after it.
            let middle = section.file_offset + section.virtual_size.min(section.file_size) / 2;
            content[middle as usize] ^= 0xFF;
            changed.push(name.clone());
        }
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        file.write_all(&content).map_err(failed)?;
    }
    drop(root);
    file_system.unmount().map_err(failed)?;
    Ok(changed)
}

/// The boot partition of a stick's image file.
struct BootPartition {
    image: File,
    at: u64,
}

impl BootPartition {
    fn open(path: &Path) -> io::Result<Self> {
        let image = File::options().read(true).write(true).open(path)?;
        Ok(Self { image, at: 0 })
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
