//! Changing one byte of what boots, on a stick's image.

use crate::boot_partition::{self, BootPartition};
use image::pe;
use std::{
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
    let file_system = BootPartition::mount(stick).map_err(failed)?;
    let root = file_system.root_dir();
    let mut files = vec!["EFI/BOOT/grubx64.efi".to_owned()];
    let systems = boot_partition::systems(&file_system).map_err(failed)?;
    files.extend(systems.iter().map(|name| format!("EFI/Linux/{name}")));
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
