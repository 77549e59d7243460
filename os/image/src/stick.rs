//! The stick image: a GPT with the boot partition; the rest is left for the vault, which init
//! makes at the first run.
//!
//! ```text
//! EFI/BOOT/BOOTX64.EFI      shim, signed by Microsoft, from Debian
//! EFI/BOOT/mmx64.efi        MokManager, where an owner enrols our key
//! EFI/BOOT/grubx64.efi      systemd-boot, signed by us (the name is the one shim looks for)
//! EFI/Linux/kuramori-A+3.efi  the system, with three tries
//! EFI/Linux/kuramori-B+3.efi  the same system; updates replace the slot that is not running
//! loader/loader.conf        no menu, no editor
//! kuramori.cer              our key, to enrol in MokManager
//! ```

use crate::{
    Error, Result,
    command::{debian_versions, host_file},
    efi::{self, Keys},
};
use fatfs::{FatType, FileSystem, FormatVolumeOptions, FsOptions};
use gpt::{disk::LogicalBlockSize, mbr::ProtectiveMBR, partition_types};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Size of the boot partition in bytes: both slots at their budget, the loaders, and a third
/// file while an update is being written.
pub const ESP_BYTES: u64 = 256 << 20;

/// Where the boot partition starts, in bytes; sticks like to be written in whole MiB.
pub const ESP_START: u64 = 1 << 20;

/// Size of a stick image for a virtual machine, in bytes; the file is sparse.
pub const DEFAULT_STICK_BYTES: u64 = 1 << 30;

const SECTOR: u64 = 512;
/// FAT32 needs 65,525 clusters or more (Microsoft FAT specification): 1 KiB each.
const CLUSTER_BYTES: u32 = 1024;

const SHIM: &str = "/usr/lib/shim/shimx64.efi.signed";
const MOK_MANAGER: &str = "/usr/lib/shim/mmx64.efi.signed";
const BOOT_LOADER: &str = "/usr/lib/systemd/boot/efi/systemd-bootx64.efi";

/// `timeout 0` shows no menu; with Secure Boot the editor is off anyway, without it too.
const LOADER_CONF: &str = "timeout 0\neditor no\nauto-entries no\nauto-firmware no\n\
                           secure-boot-enroll off\nconsole-mode keep\n";

/// GUIDs of an image file. A real stick gets fresh ones from [`crate::flash`], so that two
/// sticks in one PC are told apart.
const IMAGE_DISK_GUID: &str = "6b757261-6d6f-4272-8969-000000000000";
const IMAGE_ESP_GUID: &str = "6b757261-6d6f-4272-8969-000000000001";

/// Name of the boot partition in the GPT.
pub const ESP_NAME: &str = "kuramori-esp";

/// A disk or an image file.
pub trait Disk: Read + Write + Seek + std::fmt::Debug {}
impl<T: Read + Write + Seek + std::fmt::Debug> Disk for T {}

/// Which GUIDs a partition table gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guids {
    /// The same in every image, so that equal inputs give equal images.
    OfImage,
    /// New ones.
    Random,
}

/// Writes the stick image `to` with the signed EFI file `system`.
///
/// # Errors
/// [`Error::DoesNotFit`] when the EFI file is over [`efi::BUDGET`] or `bytes` is too small.
pub fn build(to: &Path, system: &[u8], keys: &Keys, bytes: u64) -> Result<()> {
    if system.len() as u64 > efi::BUDGET {
        return Err(Error::DoesNotFit {
            what: "the EFI file",
            needed: system.len() as u64,
            available: efi::BUDGET,
        });
    }
    let needed = ESP_START + ESP_BYTES + (1 << 20);
    if bytes < needed {
        return Err(Error::DoesNotFit {
            what: "the boot partition on a stick of this size",
            needed,
            available: bytes,
        });
    }
    let mut file = fs::File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(to)
        .map_err(Error::io("make the stick image", to))?;
    file.set_len(bytes)
        .map_err(Error::io("size the stick image", to))?;
    write_table(&mut file, bytes, Guids::OfImage).map_err(Error::io("partition", to))?;

    let loader = signed_boot_loader(to, keys)?;
    let files: [(&str, Vec<u8>); 7] = [
        ("EFI/BOOT/BOOTX64.EFI", host_file(SHIM, "shim-signed")?),
        ("EFI/BOOT/mmx64.efi", host_file(MOK_MANAGER, "shim-signed")?),
        ("EFI/BOOT/grubx64.efi", loader),
        ("EFI/Linux/kuramori-A+3.efi", system.to_vec()),
        ("EFI/Linux/kuramori-B+3.efi", system.to_vec()),
        ("loader/loader.conf", LOADER_CONF.into()),
        (
            "kuramori.cer",
            fs::read(&keys.certificate_der).map_err(Error::io("read", &keys.certificate_der))?,
        ),
    ];
    let partition = Window {
        disk: &mut file,
        start: ESP_START,
        length: ESP_BYTES,
        at: 0,
    };
    fill_esp(partition, &files).map_err(Error::io("fill the boot partition of", to))?;
    file.sync_all().map_err(Error::io("flush", to))
}

/// Debian packages whose files stand on the boot partition, as `name version`.
pub fn debian_packages() -> Vec<String> {
    debian_versions(&["shim-signed", "systemd-boot-efi"])
}

/// Writes protective MBR and both GPTs for a disk of `bytes`, with the boot partition alone.
pub(crate) fn write_table(mut disk: &mut dyn Disk, bytes: u64, guids: Guids) -> io::Result<()> {
    let last_sector = bytes / SECTOR - 1;
    ProtectiveMBR::with_lb_size(u32::try_from(last_sector).unwrap_or(u32::MAX))
        .overwrite_lba0(&mut disk)
        .map_err(io::Error::other)?;
    let fixed = guids == Guids::OfImage;
    let disk_guid = fixed.then(|| IMAGE_DISK_GUID.parse()).transpose();
    let mut table = gpt::GptConfig::new()
        .writable(true)
        .logical_block_size(LogicalBlockSize::Lb512)
        .create_from_device(disk, disk_guid.map_err(io::Error::other)?)
        .map_err(io::Error::other)?;
    table
        .add_partition_at(
            ESP_NAME,
            1,
            ESP_START / SECTOR,
            ESP_BYTES / SECTOR,
            partition_types::EFI,
            0,
        )
        .map_err(io::Error::other)?;
    if fixed {
        let mut partitions: BTreeMap<_, _> = table.partitions().clone();
        for partition in partitions.values_mut() {
            partition.part_guid = IMAGE_ESP_GUID.parse().map_err(io::Error::other)?;
        }
        table
            .update_partitions(partitions)
            .map_err(io::Error::other)?;
    }
    table.write().map_err(io::Error::other)?;
    Ok(())
}

fn signed_boot_loader(near: &Path, keys: &Keys) -> Result<Vec<u8>> {
    let unsigned = Path::new(BOOT_LOADER);
    host_file(BOOT_LOADER, "systemd-boot-efi")?;
    let signed = near.with_extension("loader.efi");
    efi::sign(unsigned, &signed, keys)?;
    let bytes = fs::read(&signed).map_err(Error::io("read", &signed))?;
    fs::remove_file(&signed).map_err(Error::io("remove", &signed))?;
    Ok(bytes)
}

/// FAT32 with the given files. No clock is given, so all times are FAT's first, 1980-01-01.
fn fill_esp(mut partition: Window<'_>, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    let options = FormatVolumeOptions::new()
        .fat_type(FatType::Fat32)
        .bytes_per_cluster(CLUSTER_BYTES)
        .volume_id(0x6b75_7261)
        .volume_label(*b"KURAMORI   ");
    fatfs::format_volume(&mut partition, options)?;
    let volume = FileSystem::new(partition, FsOptions::new())?;
    {
        let root = volume.root_dir();
        for (path, content) in files {
            for (at, _) in path.match_indices('/') {
                root.create_dir(&path[..at])?;
            }
            let mut file = root.create_file(path)?;
            file.write_all(content)?;
            file.flush()?;
        }
    }
    volume.unmount()
}

/// Reads a file of the boot partition, for checks and tests.
///
/// # Errors
/// I/O errors, and `NotFound` for a path that is not there.
pub fn read_esp_file(disk: &mut dyn Disk, path: &str) -> io::Result<Vec<u8>> {
    let volume = FileSystem::new(
        Window {
            disk,
            start: ESP_START,
            length: ESP_BYTES,
            at: 0,
        },
        FsOptions::new(),
    )?;
    let mut content = Vec::new();
    volume
        .root_dir()
        .open_file(path)?
        .read_to_end(&mut content)?;
    Ok(content)
}

/// A range of a disk as if it were a disk of its own.
struct Window<'a> {
    disk: &'a mut dyn Disk,
    start: u64,
    length: u64,
    at: u64,
}

impl Window<'_> {
    /// Moves the disk to where the window is, and how many bytes are left there.
    fn place(&mut self, wanted: usize) -> io::Result<usize> {
        self.disk.seek(SeekFrom::Start(self.start + self.at))?;
        Ok(wanted.min((self.length - self.at.min(self.length)) as usize))
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.place(buffer.len())?;
        let read = self.disk.read(&mut buffer[..length])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for Window<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let length = self.place(buffer.len())?;
        let written = self.disk.write(&buffer[..length])?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.flush()
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
