//! Asking the shipped kernel itself: it runs with an initramfs whose init is `probe`,
//! and the probe's report is read from the guest's memory, because the kernel has no
//! serial port, no network and no file system it could be asked through.

use crate::{
    artefacts::{self, ArtefactError},
    machine::{Machine, MachineError, Patience, Pc},
    memory,
};
use image::{cpio, elf};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Size of a page of the guest, the largest piece that lies together in its memory.
pub const PAGE: usize = 4096;
const HEADER: usize = 40;
/// Most bytes of a report that one page carries.
const CARRIED: usize = PAGE - HEADER;
/// Start of every page of a report, each byte kept plus one: the program's own constants
/// must not look like a report.
const MARK_PLUS_ONE: [u8; 16] = *b"LVSBNPSJ!QSPCF1\x02";

/// One page of a report as the probe holds it in its memory.
#[derive(Clone)]
#[repr(C, align(4096))]
pub struct Page(pub [u8; PAGE]);

/// What the probe found out about the kernel.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KernelReport {
    /// Release of the running kernel.
    pub release: String,
    /// Every socket-family call that was made, and what the kernel answered.
    pub socket_calls: Vec<Answer>,
    /// `/proc/partitions`, names only.
    pub block_devices: Vec<String>,
    /// Names below `/sys/class`.
    pub classes: Vec<String>,
    /// Whether `/proc/net` exists.
    pub proc_net: bool,
    /// Names below `/sys/bus/pci/drivers`.
    pub pci_drivers: Vec<String>,
}

/// The kernel's answers to one call, over all its arguments.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    pub call: String,
    pub tried: u32,
    /// How many answered "no such system call".
    pub not_there: u32,
}

/// Memory of one process of the guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessMemory {
    pub pid: u32,
    pub name: String,
    /// Resident set, KiB.
    pub resident_kib: u64,
    /// Of it, what no other process and no file backs, KiB.
    pub anonymous_kib: u64,
}

/// What `probe watch` keeps up to date while the shipped init runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryReport {
    /// Rises with every look.
    pub look: u64,
    pub total_kib: u64,
    pub available_kib: u64,
    pub processes: Vec<ProcessMemory>,
}

#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    #[error("the probe's initramfs: {0}")]
    Image(#[from] image::Error),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("the probe gave no report; the kernel said:\n{0}")]
    Silent(String),
    #[error("the guest ended before the probe reported; the kernel said:\n{0}")]
    Ended(String),
    #[error("the probe's report: {0}")]
    Form(serde_json::Error),
}

/// Splits a report into pages: mark, index, count, length, checksum, then content.
pub fn pages(report: &[u8]) -> Vec<Page> {
    let chunks: Vec<&[u8]> = report.chunks(CARRIED).collect();
    let mark = MARK_PLUS_ONE.map(|b| b - 1);
    chunks
        .iter()
        .enumerate()
        .map(|(index, chunk)| {
            let mut page = [0; PAGE];
            page[..16].copy_from_slice(&mark);
            page[16..20].copy_from_slice(&(index as u32).to_le_bytes());
            page[20..24].copy_from_slice(&(chunks.len() as u32).to_le_bytes());
            page[24..28].copy_from_slice(&(chunk.len() as u32).to_le_bytes());
            page[32..40].copy_from_slice(&checksum(chunk).to_le_bytes());
            page[HEADER..HEADER + chunk.len()].copy_from_slice(chunk);
            Page(page)
        })
        .collect()
}

/// FNV-1a, 64 bits: enough to tell a whole page from one that is being written.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The report that lies in the guest's memory, if a whole one does.
fn find(machine: &mut Machine) -> Result<Option<Vec<u8>>, MachineError> {
    let mark = MARK_PLUS_ONE.map(|b| b - 1);
    let mut chunks: Vec<Option<Vec<u8>>> = Vec::new();
    machine.visit_memory(0, |_, piece| {
        for page in piece.chunks_exact(PAGE).filter(|page| page[..16] == mark) {
            let number = |at: usize| {
                u32::from_le_bytes([page[at], page[at + 1], page[at + 2], page[at + 3]]) as usize
            };
            let (index, count, length) = (number(16), number(20), number(24));
            if length > CARRIED || count > 256 || index >= count {
                continue;
            }
            let chunk = &page[HEADER..HEADER + length];
            if page[32..40] == checksum(chunk).to_le_bytes() {
                chunks.resize(count, None);
                chunks[index] = Some(chunk.to_vec());
            }
        }
    })?;
    let whole: Option<Vec<Vec<u8>>> = chunks.into_iter().collect();
    Ok(whole.filter(|w| !w.is_empty()).map(|w| w.concat()))
}

/// Waits for a report.
pub fn report<T: DeserializeOwned>(machine: &mut Machine) -> Result<T, ProbeError> {
    let mut patience = Patience::new(machine, Duration::from_secs(120));
    loop {
        if let Some(bytes) = find(machine)? {
            // Pages of two looks may be mixed while the probe writes: then it is no JSON.
            match serde_json::from_slice(&bytes) {
                Ok(report) => return Ok(report),
                Err(e) if patience.is_over(machine) => return Err(ProbeError::Form(e)),
                Err(_) => {}
            }
        }
        if machine.ended()?.is_some() {
            return Err(ProbeError::Ended(memory::kernel_log(machine)?));
        }
        if patience.is_over(machine) {
            return Err(ProbeError::Silent(memory::kernel_log(machine)?));
        }
        std::thread::sleep(Duration::from_secs(2));
    }
}

/// An initramfs that holds `program` as its init, with the libraries it needs.
pub fn initramfs(program: &Path, to: &Path) -> Result<(), ProbeError> {
    let mut archive = cpio::Archive::default();
    add_program(&mut archive, "init", program)?;
    for folder in ["proc", "sys", "dev"] {
        archive.add(folder, cpio::Entry::Folder)?;
    }
    // Without a console the kernel gives init no open files, and Rust's runtime opens this instead.
    archive.add("dev/null", cpio::Entry::CharDevice(1, 3))?;
    write(to, &archive.to_bytes())
}

/// The shipped initramfs with the probe put before its init: it starts a watcher, then
/// becomes the shipped init. `shipped` is the initramfs out of the EFI file, compressed as it is;
/// `init` is the shipped init itself.
pub fn watching_initramfs(
    shipped: &[u8],
    init: &[u8],
    program: &Path,
    to: &Path,
) -> Result<(), ProbeError> {
    let mut archive = cpio::Archive::default();
    add_program(&mut archive, "init", program)?;
    archive.add("probe/proc", cpio::Entry::Folder)?;
    archive.add(
        "probe/init",
        cpio::Entry::File {
            content: init.to_vec(),
            executable: true,
        },
    )?;
    // The kernel unpacks one archive after the other; the later file wins. Archives start at
    // multiples of four bytes (Documentation/driver-api/early-userspace/buffer-format.rst).
    let mut bytes = shipped.to_vec();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes.extend(archive.to_bytes());
    write(to, &bytes)
}

fn add_program(archive: &mut cpio::Archive, at: &str, program: &Path) -> Result<(), ProbeError> {
    let file = |path: &Path| {
        let content = fs::read(path).map_err(|e| ProbeError::Io(path.to_owned(), e))?;
        Ok::<_, ProbeError>(cpio::Entry::File {
            content,
            executable: true,
        })
    };
    archive.add(at, file(program)?)?;
    for (inside, outside) in elf::closure(&[program])? {
        archive.add(&inside, file(&outside)?)?;
    }
    Ok(())
}

fn write(to: &Path, bytes: &[u8]) -> Result<(), ProbeError> {
    fs::write(to, bytes).map_err(|e| ProbeError::Io(to.to_owned(), e))
}

/// Boots the shipped kernel with the probe and asks it, on the PC that `fit_out` makes of a plain one.
pub fn ask_kernel(
    program: &Path,
    folder: &Path,
    fit_out: impl FnOnce(Pc) -> Pc,
) -> Result<KernelReport, ProbeError> {
    fs::create_dir_all(folder).map_err(|e| ProbeError::Io(folder.to_owned(), e))?;
    let initrd = folder.join("probe.cpio");
    initramfs(program, &initrd)?;
    let pc = fit_out(Pc::with_kernel(&artefacts::image()?.kernel()?, &initrd));
    let mut machine = pc.switch_on(folder)?;
    let report = report(&mut machine)?;
    machine.close()?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_cut_into_pages_that_say_where_they_belong() {
        let report: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
        let pages = pages(&report);
        assert_eq!(pages.len(), 3);
        assert!(pages.iter().all(|p| &p.0[..16] == b"KURAMORI PROBE0\x01"));
        assert_eq!(&pages[1].0[HEADER..], &report[CARRIED..2 * CARRIED]);
        assert_eq!(pages[2].0[16], 2);
    }
}
