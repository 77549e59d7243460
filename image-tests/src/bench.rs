//! Measures the image: boot, size, memory of each process, key to frame. `cargo xtask bench`.
//!
//! QEMU interprets, so seconds here are not those of a PC: compare them with another run on
//! the same computer, processor time rather than wall time.

use crate::{
    artefacts::{self, ArtefactError},
    clerk::{Clerk, ClerkError},
    firmware::Firmware,
    keyboard::{Key, Stroke},
    machine::{MachineError, Pc},
    prepared::{self, PrepareError},
    probe::{self, MemoryReport, ProbeError},
    story::{Story, StoryError},
};
use codes::ScreenCode;
use serde::Serialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error(transparent)]
    Probe(#[from] ProbeError),
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("the shipped initramfs holds no init")]
    NoInit,
    #[error("there is no measurement {0}: boot, size, memory, keys")]
    Unknown(String),
}

type Result<T> = std::result::Result<T, BenchError>;

/// What is measured, in the order it is.
pub const ALL: [&str; 4] = ["size", "boot", "memory", "keys"];

/// Takes one measurement and writes `target/bench/<name>.json`; gives back its text.
pub fn measure(name: &str) -> Result<String> {
    match name {
        "size" => write(name, &size()?),
        "boot" => write(name, &boot()?),
        "memory" => write(name, &memory()?),
        "keys" => write(name, &keys()?),
        other => Err(BenchError::Unknown(other.into())),
    }
}

fn write(name: &str, figures: &impl Serialize) -> Result<String> {
    let folder = artefacts::target().join("bench");
    fs::create_dir_all(&folder).map_err(io_at(&folder))?;
    let path = folder.join(format!("{name}.json"));
    let json = serde_json::to_string_pretty(figures).unwrap_or_default();
    fs::write(&path, &json).map_err(io_at(&path))?;
    Ok(json)
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> BenchError {
    let path = path.to_owned();
    move |e| BenchError::Io(path, e)
}

#[derive(Debug, Serialize)]
struct Size {
    efi_bytes: u64,
    efi_sha256: String,
    stick_image_sha256: String,
    sections: Vec<(String, u64)>,
    biggest_files: Vec<(String, u64)>,
}

fn size() -> Result<Size> {
    let report = &artefacts::image()?.report;
    let parts = |parts: &[image::efi::PartSize]| {
        parts
            .iter()
            .map(|part| (part.name.clone(), part.bytes))
            .collect()
    };
    Ok(Size {
        efi_bytes: report.signed.bytes,
        efi_sha256: report.signed.sha256.clone(),
        stick_image_sha256: report.stick.sha256.clone(),
        sections: parts(&report.sections),
        biggest_files: parts(&report.biggest_files),
    })
}

/// One start: QEMU's processor seconds and wall seconds since power-on.
#[derive(Debug, Serialize)]
struct Start {
    firmware: &'static str,
    to_first_screen: Seconds,
    to_login: Seconds,
}

#[derive(Debug, Serialize)]
struct Seconds {
    processor: f64,
    wall: f64,
}

fn boot() -> Result<Vec<Start>> {
    let base = prepared::vault()?;
    let mut story = Story::begin("bench-boot", "Measuring starts")?;
    let mut starts = Vec::new();
    for firmware in [Firmware::NoSecureBoot, Firmware::SecureBoot] {
        let stick = base.overlay(&story.scratch().join("stick.qcow2"))?;
        let pc = Pc::with_stick(firmware, &stick);
        let mut clerk = Clerk::at(&pc, &mut story)?;
        clerk.wait_for_start()?;
        let to_first_screen = seconds(&clerk);
        clerk.press(Key::F12)?;
        clerk.wait_for(ScreenCode::Login)?;
        starts.push(Start {
            firmware: firmware.name(),
            to_first_screen,
            to_login: seconds(&clerk),
        });
    }
    Ok(starts)
}

fn seconds(clerk: &Clerk) -> Seconds {
    Seconds {
        processor: clerk.machine.cpu_time().as_secs_f64(),
        wall: clerk.machine.wall_time().as_secs_f64(),
    }
}

/// Memory of every process, as the shipped kernel tells it, on a PC with 768 MiB.
#[derive(Debug, Serialize)]
struct Memory {
    at_login: MemoryReport,
    at_the_menu: MemoryReport,
    in_the_list: MemoryReport,
}

/// The shipped kernel and initramfs, with a watcher started before the shipped init.
fn memory() -> Result<Memory> {
    let base = prepared::vault()?;
    let mut story = Story::begin("bench-memory", "Measuring memory")?;
    let folder = story.scratch().to_owned();
    let shipped = artefacts::image()?;
    let efi_path = shipped.efi()?;
    let efi = fs::read(&efi_path).map_err(io_at(&efi_path))?;
    let compressed = image::pe::section(&efi, ".initrd").ok_or(BenchError::NoInit)?;
    let packed = folder.join("shipped.cpio.zst");
    fs::write(&packed, compressed).map_err(io_at(&packed))?;
    let unpacked = Command::new("zstd")
        .args(["-q", "-d", "-c"])
        .arg(&packed)
        .output()
        .map_err(io_at(&packed))?
        .stdout;
    let init = file_of_cpio(&unpacked, "init").ok_or(BenchError::NoInit)?;
    let initrd = folder.join("watching.cpio");
    probe::watching_initramfs(compressed, init, &artefacts::program("probe")?, &initrd)?;

    let stick = base.overlay(&folder.join("stick.qcow2"))?;
    let pc = Pc::with_kernel(&shipped.kernel()?, &initrd).boot_stick(&stick);
    let mut clerk = Clerk::at(&pc, &mut story)?;
    clerk.confirm_clock()?;
    clerk.wait_for(ScreenCode::Login)?;
    let at_login = later(&mut clerk)?;
    clerk.log_in()?;
    let at_the_menu = later(&mut clerk)?;
    clerk.open('1', ScreenCode::People)?;
    let in_the_list = later(&mut clerk)?;
    Ok(Memory {
        at_login,
        at_the_menu,
        in_the_list,
    })
}

/// A look that was taken after now.
fn later(clerk: &mut Clerk) -> Result<MemoryReport> {
    let now: MemoryReport = probe::report(&mut clerk.machine)?;
    loop {
        let report: MemoryReport = probe::report(&mut clerk.machine)?;
        if report.look > now.look + 1 {
            return Ok(report);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Content of a file of a newc archive (Documentation/driver-api/early-userspace/buffer-format.rst).
fn file_of_cpio<'a>(archive: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    let mut at = 0;
    loop {
        let header = archive.get(at..at + 110)?;
        let field = |n: usize| {
            let text = std::str::from_utf8(header.get(6 + n * 8..14 + n * 8)?).ok()?;
            usize::from_str_radix(text, 16).ok()
        };
        let (size, name_size) = (field(6)?, field(11)?);
        let name = archive.get(at + 110..at + 110 + name_size.checked_sub(1)?)?;
        let content = (at + 110 + name_size).next_multiple_of(4);
        if name == wanted.as_bytes() {
            return archive.get(content..content + size);
        }
        if name == b"TRAILER!!!" {
            return None;
        }
        at = (content + size).next_multiple_of(4);
    }
}

/// From a key event to the first picture that shows it. Taking a picture costs time too, so
/// `picture_ms` is the least that can be measured.
#[derive(Debug, Serialize)]
struct KeyToFrame {
    keys: usize,
    median_ms: f64,
    worst_ms: f64,
    picture_ms: f64,
}

fn keys() -> Result<KeyToFrame> {
    let base = prepared::vault()?;
    let mut story = Story::begin("bench-keys", "Measuring keys")?;
    let stick = base.overlay(&story.scratch().join("stick.qcow2"))?;
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story)?;
    clerk.confirm_clock()?;
    clerk.wait_for(ScreenCode::Login)?;
    let start = Instant::now();
    for _ in 0..10 {
        clerk.machine.picture()?;
    }
    let picture_ms = start.elapsed().as_secs_f64() * 100.0;
    let mut times = Vec::new();
    for n in 0..24 {
        let before = clerk.still(Duration::from_secs(3))?;
        let key = if n % 2 == 0 { Key("a") } else { Key::BACKSPACE };
        let events = Stroke::from(key).events();
        let start = Instant::now();
        clerk.machine.keys(events)?;
        while clerk.machine.picture()? == before && start.elapsed() < Duration::from_secs(5) {}
        times.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(KeyToFrame {
        keys: times.len(),
        median_ms: times[times.len() / 2],
        worst_ms: times[times.len() - 1],
        picture_ms,
    })
}
