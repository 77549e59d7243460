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
//! KURAMORI.SET              how screen and keyboard are set; here it says the defaults
//! ```

use crate::{
    Error, Result,
    command::{Tool, debian_versions, host_file},
    efi::{self, Keys},
};
use gpt::{disk::LogicalBlockSize, mbr::ProtectiveMBR, partition_types};
use protocol::settings::{self, Settings};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read, Seek, Write},
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
/// FAT32 needs 65,525 clusters or more (Microsoft FAT specification): 2 sectors each.
const SECTORS_PER_CLUSTER: &str = "2";

/// FAT's first day, 1980-01-01, in seconds since 1970: the time of every file.
const FAT_EPOCH: &str = "315532800";

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
    let files: [(&str, Vec<u8>); 8] = [
        ("EFI/BOOT/BOOTX64.EFI", host_file(SHIM, "shim-signed")?),
        (
            "EFI/BOOT/mmx64.efi",
            host_file(MOK_MANAGER, "shim-helpers-amd64-signed")?,
        ),
        ("EFI/BOOT/grubx64.efi", loader),
        ("EFI/Linux/kuramori-A+3.efi", system.to_vec()),
        ("EFI/Linux/kuramori-B+3.efi", system.to_vec()),
        ("loader/loader.conf", LOADER_CONF.into()),
        (
            "kuramori.cer",
            fs::read(&keys.certificate_der).map_err(Error::io("read", &keys.certificate_der))?,
        ),
        (settings::FILE, Settings::fresh_file().to_vec()),
    ];
    file.sync_all().map_err(Error::io("flush", to))?;
    drop(file);
    fill_esp(to, &files)?;
    fs::File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(Error::io("flush", to))
}

/// Debian packages whose files stand on the boot partition, as `name version`.
pub fn debian_packages() -> Vec<String> {
    debian_versions(&[
        "shim-signed",
        "shim-helpers-amd64-signed",
        "systemd-boot-efi",
    ])
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

/// FAT32 with the given files, by mtools: it needs no mount, and firmware and fsck like its result.
fn fill_esp(image: &Path, files: &[(&str, Vec<u8>)]) -> Result<()> {
    let sectors = (ESP_BYTES / SECTOR).to_string();
    mtool("mformat", image)
        .args(["-F", "-v", "KURAMORI", "-N", "6b757261", "-H", "2048"])
        .args([
            "-h",
            "255",
            "-s",
            "63",
            "-c",
            SECTORS_PER_CLUSTER,
            "-T",
            &sectors,
            "::",
        ])
        .output()?;
    let folders: BTreeSet<&str> = files
        .iter()
        .flat_map(|(path, _)| path.match_indices('/').map(|(at, _)| &path[..at]))
        .collect();
    for folder in folders {
        mtool("mmd", image).arg(format!("::/{folder}")).output()?;
    }
    for (path, content) in files {
        write_esp_file(image, path, content)?;
    }
    Ok(())
}

/// Reads a file of an image's boot partition; `path` like `EFI/Linux/kuramori-A+3.efi`.
pub fn read_esp_file(image: &Path, path: &str) -> Result<Vec<u8>> {
    mtool("mtype", image).arg(format!("::/{path}")).output()
}

/// Puts a file onto an image's boot partition, in place of one that is there.
/// Tests tamper with images this way.
pub fn write_esp_file(image: &Path, path: &str, content: &[u8]) -> Result<()> {
    mtool("mcopy", image)
        .args(["-o", "-", &format!("::/{path}")])
        .filter(content)
        .map(drop)
}

/// The paths of all files on an image's boot partition.
pub fn esp_files(image: &Path) -> Result<Vec<String>> {
    let out = mtool("mdir", image).args(["-b", "-/", "::"]).output()?;
    Ok(String::from_utf8_lossy(&out)
        .lines()
        .filter(|line| !line.ends_with('/'))
        .map(|line| line.trim_start_matches("::/").to_owned())
        .collect())
}

fn mtool(name: &str, image: &Path) -> Tool {
    Tool::new(name, "mtools")
        .env("SOURCE_DATE_EPOCH", FAT_EPOCH)
        // A user's own drive letters must not be looked at.
        .env("MTOOLSRC", "/dev/null")
        .arg("-i")
        .arg(format!("{}@@{ESP_START}", image.display()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn image() -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::load_or_create(&dir.path().join("keys")).unwrap();
        let path = dir.path().join("stick.img");
        build(&path, b"MZ the system", &keys, 300 << 20).unwrap();
        (dir, path)
    }

    #[test]
    fn the_boot_partition_holds_the_chain_from_shim_to_both_slots() {
        let (_dir, path) = image();
        let mut files = esp_files(&path).unwrap();
        files.sort();
        assert_eq!(
            files,
            [
                "EFI/BOOT/BOOTX64.EFI",
                "EFI/BOOT/grubx64.efi",
                "EFI/BOOT/mmx64.efi",
                "EFI/Linux/kuramori-A+3.efi",
                "EFI/Linux/kuramori-B+3.efi",
                "KURAMORI.SET",
                "kuramori.cer",
                "loader/loader.conf",
            ]
        );
        let system = read_esp_file(&path, "EFI/Linux/kuramori-B+3.efi").unwrap();
        assert_eq!(system, b"MZ the system");
    }

    #[test]
    fn the_rest_of_the_stick_is_free_for_the_vault() {
        let (_dir, path) = image();
        let table = gpt::GptConfig::new().open(&path).unwrap();
        assert_eq!(table.partitions().len(), 1);
        let esp = &table.partitions()[&1];
        assert_eq!((esp.name.as_str(), esp.first_lba), (ESP_NAME, 2048));
        assert_eq!((esp.last_lba + 1 - esp.first_lba) * SECTOR, ESP_BYTES);
        assert!(table.backup_header().is_ok());
    }

    #[test]
    fn a_file_can_be_replaced_without_touching_the_others() {
        let (_dir, path) = image();
        write_esp_file(&path, "EFI/Linux/kuramori-A+3.efi", b"tampered").unwrap();
        let read = |name| read_esp_file(&path, name).unwrap();
        assert_eq!(read("EFI/Linux/kuramori-A+3.efi"), b"tampered");
        assert_eq!(read("EFI/Linux/kuramori-B+3.efi"), b"MZ the system");
    }

    #[test]
    fn an_efi_file_over_the_budget_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::load_or_create(&dir.path().join("keys")).unwrap();
        let big = vec![0; efi::BUDGET as usize + 1];
        let refused = build(&dir.path().join("stick.img"), &big, &keys, 1 << 30);
        assert!(matches!(refused, Err(Error::DoesNotFit { .. })));
    }
}
