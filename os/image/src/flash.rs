//! Writing the image to a real stick, and reading it back.
//!
//! Refuses whatever could be somebody's disk: only a whole, removable or USB disk that nothing
//! uses is written. Who may be written is decided by [`judge`] from what the kernel says about the
//! disk; only [`write()`] touches it.

use crate::stick::{self, Disk, ESP_BYTES, ESP_START, Guids};
use codes::{ErrorCode, Language};
use std::{
    fs, io,
    io::SeekFrom,
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The smallest stick that has room for a vault worth having, in bytes ("1 GB" as sold).
pub const SMALLEST_STICK: u64 = 1_000_000_000;

/// How much is written or compared at once, in bytes.
const CHUNK: usize = 4 << 20;

/// Why a disk was not written, or not finished. Each has a code of the registry.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("{0} is not a whole disk")]
    NotADisk(PathBuf),
    #[error("{0} is not removable and not on USB")]
    NotRemovable(PathBuf),
    #[error("{disk} is in use: {by}")]
    InUse { disk: PathBuf, by: String },
    #[error("the disk has {0} bytes")]
    TooSmall(u64),
    #[error("{0}")]
    Failed(#[source] io::Error),
    #[error("byte {at} does not read back as it was written")]
    ReadBack { at: u64 },
}

impl Refusal {
    /// The entry of the error registry.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotADisk(_) => ErrorCode::FlashNotADisk,
            Self::NotRemovable(_) => ErrorCode::FlashNotRemovable,
            Self::InUse { .. } => ErrorCode::FlashMounted,
            Self::TooSmall(_) => ErrorCode::FlashTooSmall,
            Self::Failed(_) => ErrorCode::FlashFailed,
            Self::ReadBack { .. } => ErrorCode::FlashVerify,
        }
    }

    /// Code, what happened, what to do, and the detail, for a person.
    pub fn sentence(&self, language: Language) -> String {
        format!("{} ({self})", self.code().sentence(language))
    }
}

/// What the kernel says about a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFacts {
    pub device: PathBuf,
    /// `false` for partitions, files, terminals.
    pub whole_disk: bool,
    /// `removable` in sysfs: the medium can leave the drive.
    pub removable: bool,
    /// The disk hangs on a USB bus (many sticks call themselves fixed).
    pub on_usb: bool,
    /// Mount points, swap and device-mapper users of the disk and its partitions.
    pub users: Vec<String>,
    pub bytes: u64,
}

/// A disk that may be overwritten; only [`judge`] makes one.
#[derive(Clone, Debug)]
pub struct Approved {
    device: PathBuf,
    bytes: u64,
}

/// A stick whose every written byte was read back and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub device: PathBuf,
    /// Size of the disk in bytes.
    pub bytes: u64,
}

/// Decides whether a disk may be overwritten.
pub fn judge(facts: DiskFacts) -> Result<Approved, Refusal> {
    if !facts.whole_disk {
        return Err(Refusal::NotADisk(facts.device));
    }
    if !facts.removable && !facts.on_usb {
        return Err(Refusal::NotRemovable(facts.device));
    }
    if !facts.users.is_empty() {
        return Err(Refusal::InUse {
            disk: facts.device,
            by: facts.users.join(", "),
        });
    }
    if facts.bytes < SMALLEST_STICK {
        return Err(Refusal::TooSmall(facts.bytes));
    }
    Ok(Approved {
        device: facts.device,
        bytes: facts.bytes,
    })
}

/// Asks the kernel about `device`.
///
/// # Errors
/// [`Refusal::NotADisk`] when it is no block device at all.
pub fn look_at(device: &Path) -> Result<DiskFacts, Refusal> {
    let not_a_disk = || Refusal::NotADisk(device.to_path_buf());
    let device = fs::canonicalize(device).map_err(|_| not_a_disk())?;
    let metadata = fs::metadata(&device).map_err(|_| not_a_disk())?;
    if !metadata.file_type().is_block_device() {
        return Err(not_a_disk());
    }
    // Linux packs 12 bits of major and 20 of minor number (include/linux/kdev_t.h, new_encode_dev).
    let number = metadata.rdev();
    let (major, minor) = (
        (number >> 8) & 0xfff,
        (number & 0xff) | ((number >> 12) & 0xf_ff00),
    );
    look_in(
        Path::new("/sys"),
        Path::new("/proc"),
        device,
        &format!("{major}:{minor}"),
    )
}

/// [`look_at`] with the kernel's folders given, so that tests can bring their own.
fn look_in(sys: &Path, proc: &Path, device: PathBuf, number: &str) -> Result<DiskFacts, Refusal> {
    let folder = fs::canonicalize(sys.join("dev/block").join(number)).map_err(Refusal::Failed)?;
    let text = |path: PathBuf| fs::read_to_string(path).unwrap_or_default();
    let sectors: u64 = text(folder.join("size")).trim().parse().unwrap_or(0);
    let mut numbers = vec![(
        device.display().to_string(),
        folder.clone(),
        number.to_owned(),
    )];
    for entry in fs::read_dir(&folder).map_err(Refusal::Failed)?.flatten() {
        if entry.path().join("partition").exists() {
            numbers.push((
                format!("/dev/{}", entry.file_name().to_string_lossy()),
                entry.path(),
                text(entry.path().join("dev")).trim().to_owned(),
            ));
        }
    }
    let mounts = text(proc.join("self/mountinfo"));
    let swaps = text(proc.join("swaps"));
    let mut users = Vec::new();
    for (name, folder, number) in numbers {
        // mountinfo (proc(5)): third field is the device number, fifth the mount point.
        users.extend(mounts.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(' ').collect();
            (fields.get(2) == Some(&number.as_str()))
                .then(|| format!("mounted on {}", fields.get(4).unwrap_or(&"?")))
        }));
        if swaps.lines().any(|l| l.split(' ').next() == Some(&name)) {
            users.push(format!("{name} is swap"));
        }
        users.extend(
            fs::read_dir(folder.join("holders"))
                .into_iter()
                .flatten()
                .flatten()
                .map(|holder| format!("held by {}", holder.file_name().to_string_lossy())),
        );
    }
    Ok(DiskFacts {
        whole_disk: !folder.join("partition").exists(),
        removable: text(folder.join("removable")).trim() == "1",
        on_usb: folder
            .components()
            .any(|part| part.as_os_str().to_string_lossy().starts_with("usb")),
        users,
        bytes: sectors * 512,
        device,
    })
}

/// Writes the boot partition of `image` and a fresh partition table to the stick, reads all of it
/// back from the medium and compares.
///
/// Old headers at both ends of the stick are overwritten; the space between is left as it is and
/// becomes the vault at the first run. `progress` gets sentences for a person.
pub fn write(
    stick: &Approved,
    image: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<Verified, Refusal> {
    let mut image = fs::File::open(image).map_err(Refusal::Failed)?;
    // On a block device, O_EXCL fails while anything has it mounted or claimed: the last check,
    // by the kernel itself, after all that `judge` looked at.
    const O_EXCL: i32 = 0o200;
    let mut disk = fs::File::options()
        .read(true)
        .write(true)
        .custom_flags(O_EXCL)
        .open(&stick.device)
        .map_err(|e| match e.kind() {
            io::ErrorKind::ResourceBusy => Refusal::InUse {
                disk: stick.device.clone(),
                by: "the kernel".into(),
            },
            _ => Refusal::Failed(e),
        })?;
    write_disk(&mut disk, stick.bytes, &mut image, progress)?;
    disk.sync_all().map_err(Refusal::Failed)?;
    // What is compared has to come from the medium, not from this PC's memory.
    rustix::fs::fadvise(&disk, 0, None, rustix::fs::Advice::DontNeed)
        .map_err(|e| Refusal::Failed(e.into()))?;
    drop(disk);

    progress("reading back");
    let mut disk = fs::File::open(&stick.device).map_err(Refusal::Failed)?;
    compare(&mut disk, &mut image)?;
    check_table(disk, stick.bytes)?;
    Ok(Verified {
        device: stick.device.clone(),
        bytes: stick.bytes,
    })
}

fn write_disk(
    disk: &mut dyn Disk,
    bytes: u64,
    image: &mut dyn Disk,
    progress: &mut dyn FnMut(&str),
) -> Result<(), Refusal> {
    wipe_ends(disk, bytes).map_err(Refusal::Failed)?;
    stick::write_table(disk, bytes, Guids::Random).map_err(Refusal::Failed)?;
    let mut chunk = vec![0; CHUNK];
    let mut done = 0;
    while done < ESP_BYTES {
        let length = CHUNK.min((ESP_BYTES - done) as usize);
        read_at(image, ESP_START + done, &mut chunk[..length]).map_err(Refusal::Failed)?;
        write_at(disk, ESP_START + done, &chunk[..length]).map_err(Refusal::Failed)?;
        done += length as u64;
        if done % (32 << 20) == 0 {
            progress(&format!(
                "{} of {} MiB written",
                done >> 20,
                ESP_BYTES >> 20
            ));
        }
    }
    disk.flush().map_err(Refusal::Failed)
}

/// An old table, file system or LUKS header must not come back to life: the first MiB behind
/// the boot partition is where the vault's header will be.
fn wipe_ends(disk: &mut dyn Disk, bytes: u64) -> io::Result<()> {
    let zeros = vec![0; 1 << 20];
    let ends = [0, ESP_START + ESP_BYTES, bytes - (1 << 20)];
    for at in ends {
        write_at(disk, at, &zeros)?;
    }
    Ok(())
}

fn read_at(from: &mut dyn Disk, at: u64, buffer: &mut [u8]) -> io::Result<()> {
    from.seek(SeekFrom::Start(at))?;
    from.read_exact(buffer)
}

fn write_at(to: &mut dyn Disk, at: u64, bytes: &[u8]) -> io::Result<()> {
    to.seek(SeekFrom::Start(at))?;
    to.write_all(bytes)
}

fn compare(disk: &mut dyn Disk, image: &mut dyn Disk) -> Result<(), Refusal> {
    let (mut got, mut wanted) = (vec![0; CHUNK], vec![0; CHUNK]);
    let mut at = ESP_START;
    while at < ESP_START + ESP_BYTES {
        let length = CHUNK.min((ESP_START + ESP_BYTES - at) as usize);
        read_at(disk, at, &mut got[..length]).map_err(Refusal::Failed)?;
        read_at(image, at, &mut wanted[..length]).map_err(Refusal::Failed)?;
        if let Some(off) = (0..length).find(|i| got[*i] != wanted[*i]) {
            return Err(Refusal::ReadBack {
                at: at + off as u64,
            });
        }
        at += length as u64;
    }
    Ok(())
}

/// Both partition tables must be there and valid, the second at the real end of the disk.
fn check_table<D: Disk>(disk: D, bytes: u64) -> Result<(), Refusal> {
    let failed = |at| Refusal::ReadBack { at };
    let table = gpt::GptConfig::new()
        .open_from_device(disk)
        .map_err(|_| failed(512))?;
    let backup = table.backup_header().map_err(|_| failed(bytes - 512))?;
    let at_the_end = backup.current_lba == bytes / 512 - 1;
    let ours = table
        .partitions()
        .get(&1)
        .is_some_and(|p| p.name == stick::ESP_NAME && p.first_lba == ESP_START / 512);
    if at_the_end && ours {
        Ok(())
    } else {
        Err(failed(512))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn stick() -> DiskFacts {
        DiskFacts {
            device: "/dev/sdb".into(),
            whole_disk: true,
            removable: true,
            on_usb: true,
            users: Vec::new(),
            bytes: 8_000_000_000,
        }
    }

    #[test]
    fn an_idle_usb_stick_may_be_written() {
        assert!(judge(stick()).is_ok());
    }

    #[test]
    fn a_fixed_disk_is_refused() {
        let disk = DiskFacts {
            removable: false,
            on_usb: false,
            ..stick()
        };
        assert_eq!(
            judge(disk).unwrap_err().code(),
            ErrorCode::FlashNotRemovable
        );
    }

    #[test]
    fn a_partition_is_refused() {
        let part = DiskFacts {
            whole_disk: false,
            ..stick()
        };
        assert_eq!(judge(part).unwrap_err().code(), ErrorCode::FlashNotADisk);
    }

    #[test]
    fn a_stick_in_use_is_refused_and_by_what_is_said() {
        let used = DiskFacts {
            users: vec!["mounted on /mnt".into()],
            ..stick()
        };
        let refusal = judge(used).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::FlashMounted);
        assert!(refusal.sentence(Language::Japanese).starts_with("[E-812]"));
        assert!(refusal.sentence(Language::English).contains("/mnt"));
    }

    #[test]
    fn a_tiny_stick_is_refused() {
        let tiny = DiskFacts {
            bytes: 512 << 20,
            ..stick()
        };
        assert_eq!(judge(tiny).unwrap_err().code(), ErrorCode::FlashTooSmall);
    }

    #[test]
    fn an_ordinary_file_is_not_a_disk() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(
            look_at(file.path()).unwrap_err().code(),
            ErrorCode::FlashNotADisk
        );
    }

    /// A sysfs with one USB disk `sdb` that has one partition.
    fn kernel_folders(mountinfo: &str, holder: bool) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let disk = dir.path().join("sys/devices/pci0000:00/usb1/1-1/block/sdb");
        let part = disk.join("sdb1");
        fs::create_dir_all(part.join("holders")).unwrap();
        if holder {
            fs::create_dir_all(part.join("holders/dm-0")).unwrap();
        }
        for (file, text) in [
            (disk.join("size"), "15630336\n"),
            (disk.join("removable"), "0\n"),
            (part.join("partition"), "1\n"),
            (part.join("dev"), "8:17\n"),
        ] {
            fs::write(file, text).unwrap();
        }
        let numbers = dir.path().join("sys/dev/block");
        fs::create_dir_all(&numbers).unwrap();
        symlink(&disk, numbers.join("8:16")).unwrap();
        symlink(&part, numbers.join("8:17")).unwrap();
        fs::create_dir_all(dir.path().join("proc/self")).unwrap();
        fs::write(dir.path().join("proc/self/mountinfo"), mountinfo).unwrap();
        fs::write(dir.path().join("proc/swaps"), "Filename Type\n").unwrap();
        dir
    }

    fn look(dir: &tempfile::TempDir, number: &str) -> DiskFacts {
        let (sys, proc) = (dir.path().join("sys"), dir.path().join("proc"));
        look_in(&sys, &proc, "/dev/sdb".into(), number).unwrap()
    }

    #[test]
    fn a_stick_that_calls_itself_fixed_is_known_by_its_usb_bus() {
        let dir = kernel_folders("", false);
        let facts = look(&dir, "8:16");
        assert!(facts.whole_disk && facts.on_usb && !facts.removable);
        assert_eq!(facts.bytes, 15_630_336 * 512);
        assert!(judge(facts).is_ok());
        assert!(!look(&dir, "8:17").whole_disk);
    }

    #[test]
    fn a_mounted_partition_makes_the_whole_disk_used() {
        let mounts = "36 35 8:17 / /media/usb rw,noatime - vfat /dev/sdb1 rw\n";
        let facts = look(&kernel_folders(mounts, false), "8:16");
        assert_eq!(facts.users, ["mounted on /media/usb"]);
    }

    #[test]
    fn an_open_luks_volume_makes_the_disk_used() {
        let facts = look(&kernel_folders("", true), "8:16");
        assert_eq!(facts.users, ["held by dm-0"]);
    }

    /// A disk and an image in ordinary files: all of writing but the device itself.
    #[test]
    fn what_is_written_reads_back_and_the_second_table_stands_at_the_real_end() {
        let dir = tempfile::tempdir().unwrap();
        let open = |name: &str, bytes: u64| {
            let file = fs::File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(dir.path().join(name))
                .unwrap();
            file.set_len(bytes).unwrap();
            file
        };
        let bytes = 600 << 20;
        let mut image = open("image", 300 << 20);
        write_at(&mut image, ESP_START + 12345, b"the system").unwrap();
        let mut disk = open("disk", bytes);
        write_at(&mut disk, ESP_START + ESP_BYTES, b"LUKS\xba\xbe").unwrap();
        write_at(&mut disk, bytes - 512, b"EFI PART").unwrap();

        write_disk(&mut disk, bytes, &mut image, &mut |_| {}).unwrap();
        compare(&mut disk, &mut image).unwrap();
        let mut old = [0; 6];
        read_at(&mut disk, ESP_START + ESP_BYTES, &mut old).unwrap();
        assert_eq!(old, [0; 6], "an old vault's header is gone");
        check_table(disk.try_clone().unwrap(), bytes).unwrap();

        write_at(&mut disk, ESP_START + 12346, b"X").unwrap();
        let refusal = compare(&mut disk, &mut image).unwrap_err();
        assert_eq!(refusal.code(), ErrorCode::FlashVerify);
        write_at(&mut disk, bytes - 512, &[0; 512]).unwrap();
        assert!(check_table(disk, bytes).is_err());
    }

    #[test]
    fn two_sticks_from_one_image_have_different_ids() {
        let id = || {
            let mut disk = io::Cursor::new(vec![0; 300 << 20]);
            stick::write_table(&mut disk, 300 << 20, Guids::Random).unwrap();
            *gpt::GptConfig::new().open_from_device(disk).unwrap().guid()
        };
        assert_ne!(id(), id());
    }
}
