//! The boot stick: recognising it, and the vault's partition on it.

use crate::{
    errands,
    gpt::{Gpt, GptError, Partition},
    usb::sysfs::Plug,
};
use codes::ErrorCode;
use rustix::ioctl::{NoArg, ioctl, opcode};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

/// Name of the boot partition; how the stick is found where the boot loader left no id.
const BOOT_NAME: &str = "kuramori-esp";
/// The smallest vault that is made, in bytes: LUKS header, journal, database and room to grow.
const SMALLEST_VAULT: u64 = 256 << 20;
/// How long the kernel may take to show a new partition.
const NODE_TIMEOUT: Duration = Duration::from_secs(10);

/// The node of the partition that was booted, if it is on this disk (`sda`): the one with
/// the id that the boot loader reported. [`GptError::Io`] may pass: the kernel shows a disk
/// a moment before it can be read.
pub fn booted_partition(disk: &str, id: Option<&str>) -> Result<Option<PathBuf>, GptError> {
    let (_, gpt) = open(disk, false)?;
    let booted = gpt.partitions().into_iter().find(|partition| match id {
        Some(id) => partition.id == id,
        None => partition.name == BOOT_NAME,
    });
    Ok(booted.map(|partition| node(disk, &partition)))
}

/// The stick this system runs from.
#[derive(Clone, Debug)]
pub struct BootStick {
    pub plug: Plug,
    /// Name of the whole disk: `sda`.
    pub disk: String,
    /// The node of the partition that was booted: `/dev/sda1`.
    pub boot_partition: PathBuf,
}

impl BootStick {
    /// The node of the vault's partition, if the stick has one.
    pub fn vault(&self) -> Result<Option<PathBuf>, GptError> {
        let (_, gpt) = open(&self.disk, false)?;
        let vault = gpt.partitions().into_iter().find(Partition::is_vault);
        Ok(vault.map(|partition| node(&self.disk, &partition)))
    }

    /// Makes the vault's partition in the rest of the stick and waits for its node.
    pub fn make_vault(&self) -> Result<PathBuf, ErrorCode> {
        let (file, mut gpt) = open(&self.disk, true).map_err(|_| ErrorCode::StickIo)?;
        let made = gpt
            .add_vault(random_id()?, SMALLEST_VAULT)
            .map_err(|error| match error {
                GptError::NoSpace => ErrorCode::StickTooSmall,
                _ => ErrorCode::StickIo,
            })?;
        gpt.write(&mut &file).map_err(|_| ErrorCode::StickIo)?;
        file.sync_all().map_err(|_| ErrorCode::StickIo)?;
        // The boot partition may be in use for a moment: an errand is run there.
        let end = Instant::now() + errands::PATIENCE + NODE_TIMEOUT;
        while let Err(error) = reread_partitions(&file) {
            if error.kind() != io::ErrorKind::ResourceBusy || Instant::now() > end {
                return Err(ErrorCode::StickIo);
            }
            sleep(Duration::from_millis(20));
        }

        let node = node(&self.disk, &made);
        let end = Instant::now() + NODE_TIMEOUT;
        while !node.exists() {
            if Instant::now() > end {
                return Err(ErrorCode::StickIo);
            }
            sleep(Duration::from_millis(20));
        }
        Ok(node)
    }
}

fn node(disk: &str, partition: &Partition) -> PathBuf {
    PathBuf::from(format!("/dev/{disk}{}", partition.number))
}

fn open(disk: &str, write: bool) -> Result<(File, Gpt), GptError> {
    let sector: u64 =
        fs::read_to_string(format!("/sys/class/block/{disk}/queue/logical_block_size"))?
            .trim()
            .parse()
            .map_err(|_| GptError::Invalid)?;
    let mut file = File::options()
        .read(true)
        .write(write)
        .open(format!("/dev/{disk}"))?;
    let gpt = Gpt::read(&mut file, sector)?;
    Ok((file, gpt))
}

/// A random GUID (RFC 9562, version 4) in the table's byte order.
fn random_id() -> Result<[u8; 16], ErrorCode> {
    let mut id = [0; 16];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut id))
        .map_err(|_| ErrorCode::Internal)?;
    id[7] = id[7] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    Ok(id)
}

/// Has the kernel read the partition table again (`BLKRRPART`). Fails while a partition
/// of the disk is in use.
#[allow(
    unsafe_code,
    reason = "an ioctl without argument that rustix has no name for"
)]
fn reread_partitions(disk: &File) -> io::Result<()> {
    const BLKRRPART: rustix::ioctl::Opcode = opcode::none(0x12, 95);
    // SAFETY: BLKRRPART takes no argument and returns nothing.
    unsafe { ioctl(disk, NoArg::<BLKRRPART>::new())? };
    Ok(())
}
