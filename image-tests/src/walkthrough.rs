//! The whole story once through, from the first start to the receipt and a second start:
//! what `first_light` and `internal_disks_untouched` look at, and what `cargo xtask demo` shows.

use crate::{
    artefacts::{self, ArtefactError},
    clerk::{Clerk, ClerkError},
    firmware::Firmware,
    machine::{DiskBus, MachineError, Pc},
    memory::Secret,
    offline::{OfflineError, OpenVault},
    payroll::{PayrollError, PayrollPc},
    people::{PASSPHRASE, TAKAHASHI, YAMADA},
    prepared::{self, COMPANION_SERIAL, PrepareError},
    stick::{COMPANION, Stick, StickError},
    story::{Story, StoryError},
};
use codes::ScreenCode;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

/// Size of each disk inside the PC, bytes.
const DISK: u64 = 64 << 20;

#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    #[error(transparent)]
    Payroll(#[from] PayrollError),
    #[error(transparent)]
    Stick(#[from] StickError),
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error(transparent)]
    Image(#[from] image::Error),
    #[error(transparent)]
    Offline(#[from] OfflineError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

type Result<T> = std::result::Result<T, WalkError>;

/// What happened on the way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Walk {
    /// The image that was walked through.
    pub image_sha256: String,
    /// What the payroll program read.
    pub received: String,
    /// Files the courier still held afterwards.
    pub left_behind: Vec<PathBuf>,
    /// Files on the companion once the receipt was read.
    pub companion_files: Vec<PathBuf>,
    /// How many places of the guest's memory held a number while it was shown, and how
    /// many once the PC was off.
    pub number_while_shown: usize,
    pub secrets_after_power_off: Vec<String>,
    /// Codes of the ledger's entries, oldest first, read from the unplugged stick.
    pub ledger_events: Vec<String>,
    /// Seconds that the first entry's time lies after the host's time at power-on.
    pub first_entry_after: i64,
    /// What the screen said after verifying the ledger, at the first and the second start.
    pub ledger: Vec<String>,
    pub disks: Vec<InternalDisk>,
    /// Reads of the stick itself, counted the same way as those of the disks.
    pub stick_reads: u64,
}

/// One disk of the PC and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalDisk {
    pub bus: String,
    pub sha256_before: String,
    pub sha256_after: String,
    /// Operations until the kiosk was up (the firmware looks at every disk), and at power-off.
    pub reads_by_firmware: u64,
    pub reads_at_end: u64,
    pub writes_at_end: u64,
}

/// Walks through, with disks of every kind inside the PC.
pub fn walk(story: &mut Story) -> Result<Walk> {
    let folder = story.scratch().to_owned();
    let stick = prepared::shipped(&folder.join("stick.qcow2"))?;
    let companion = Stick::blank(&folder.join("companion.img"), COMPANION, COMPANION_SERIAL)?;
    let payroll = PayrollPc::install(&folder.join("payroll"))?;
    // A PC as offices have them: with a TPM 2.0, which firmware, shim and systemd-boot measure into.
    let mut pc = Pc::with_stick(Firmware::SecureBoot, &stick)
        .variables(&folder.join("variables.fd"))
        .tpm(true);
    let mut before = Vec::new();
    for bus in DiskBus::ALL {
        let path = folder.join(format!("internal-{}.img", bus.name()));
        write_pattern(&path, bus)?;
        before.push((bus, path.clone(), image::sha256_file(&path)?));
        pc = pc.disk(bus, &path);
    }

    story.chapter("First start")?;
    let switched_on = host_unix_seconds();
    let mut clerk = Clerk::at(&pc, story)?;
    clerk.confirm_clock()?;
    let by_firmware = reads_and_writes(&mut clerk)?;
    clerk.first_run()?;
    clerk.register(&YAMADA)?;
    clerk.register(&TAKAHASHI)?;
    clerk.picture("The registered person; the number is hidden")?;

    clerk.story().chapter("Search and reveal")?;
    clerk.find("hanako")?;
    clerk.reveal()?;
    clerk.picture("The number is shown, for half a minute")?;
    let shown = clerk.secrets_in_memory(&Secret::number("a number", TAKAHASHI.number))?;

    clerk.story().chapter("A companion and a payroll PC")?;
    let plugged = clerk.plug(&companion)?;
    clerk.register_companion()?;
    clerk.pull(plugged)?;
    let said = payroll.enroll(&companion)?;
    clerk
        .story()
        .tell("On the payroll PC, `courier enroll` says:")?;
    quote(clerk.story(), &said)?;
    let plugged = clerk.plug(&companion)?;
    clerk.approve_pc()?;

    clerk.story().chapter("Hand-over")?;
    clerk.hand_over_everybody()?;
    clerk.wait_for(ScreenCode::HandOverDone)?;
    clerk.picture("The companion may be pulled now")?;
    clerk.pull(plugged)?;
    let (received, said) = payroll.receive(&companion)?;
    clerk
        .story()
        .tell("On the payroll PC, `courier receive` says:")?;
    quote(clerk.story(), &said)?;
    let left_behind = payroll.files_in_room();

    clerk.story().chapter("The receipt comes back")?;
    let plugged = clerk.plug(&companion)?;
    clerk.read_receipts()?;
    clerk.pull(plugged)?;
    let mut ledger = vec![clerk.verify_ledger()?.to_string()];

    clerk.story().chapter("Power off")?;
    clerk.power_off()?;
    let at_end = reads_and_writes(&mut clerk)?;
    let secrets = all_secrets();
    let after = crate::memory::scan(&mut clerk.machine, &secrets)?;
    clerk.machine.close()?;

    story.chapter("Second start")?;
    let mut clerk = Clerk::at(&pc, story)?;
    clerk.start_and_log_in()?;
    clerk.find("tarou")?;
    clerk.reveal()?;
    clerk.picture("Everything is there at the second start")?;
    ledger.push(clerk.verify_ledger()?.to_string());
    clerk.power_off()?;
    clerk.machine.close()?;

    story.tell(
        "The unplugged stick is opened with its passphrase; the ledger's chain is checked.",
    )?;
    let vault = OpenVault::open(&stick, &folder.join("offline"))?;
    let entries = vault.ledger()?;
    let first_entry = entries.first().map_or(0, |entry| entry.unix_seconds);
    let ledger_events = entries
        .iter()
        .map(|entry| entry.event.code().to_owned())
        .collect();

    let disks = before
        .into_iter()
        .map(|(bus, path, sha256_before)| {
            let of = |counts: &BTreeMap<String, (u64, u64)>| {
                counts
                    .get(&format!("disk-{}", bus.name()))
                    .copied()
                    .unwrap_or((u64::MAX, u64::MAX))
            };
            Ok(InternalDisk {
                bus: bus.name().into(),
                sha256_before,
                sha256_after: image::sha256_file(&path)?,
                reads_by_firmware: of(&by_firmware).0,
                reads_at_end: of(&at_end).0,
                writes_at_end: of(&at_end).1,
            })
        })
        .collect::<Result<_>>()?;
    Ok(Walk {
        image_sha256: artefacts::image()?.report.stick.sha256.clone(),
        received: String::from_utf8_lossy(&received).into_owned(),
        left_behind,
        companion_files: crate::payroll::files_of(&companion)?.into_keys().collect(),
        number_while_shown: shown.len(),
        secrets_after_power_off: after
            .into_iter()
            .map(|f| format!("{} as {} at {:#x}", f.name, f.encoding, f.address))
            .collect(),
        ledger_events,
        first_entry_after: first_entry - switched_on,
        ledger,
        disks,
        stick_reads: at_end.get("boot-stick-node").map_or(0, |(reads, _)| *reads),
    })
}

fn host_unix_seconds() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64)
}

/// The numbers and the passphrase that must not stay in memory.
pub fn all_secrets() -> Vec<Secret> {
    let mut secrets = Secret::number("the first person's number", YAMADA.number);
    secrets.extend(Secret::number(
        "the second person's number",
        TAKAHASHI.number,
    ));
    secrets.push(Secret::new("the passphrase", PASSPHRASE));
    secrets
}

/// The walk of this image: the one that was made last, or a new one.
pub fn shared(name: &str, title: &str) -> Result<Walk> {
    let _held = lock()?;
    let path = result_path();
    let current = &artefacts::image()?.report.stick.sha256;
    let made = fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Walk>(&bytes).ok())
        .filter(|walk| walk.image_sha256 == *current);
    match made {
        Some(walk) => Ok(walk),
        None => fresh_locked(name, title),
    }
}

/// A new walk, kept for [`shared`].
pub fn fresh(name: &str, title: &str) -> Result<Walk> {
    let _held = lock()?;
    fresh_locked(name, title)
}

fn fresh_locked(name: &str, title: &str) -> Result<Walk> {
    let _ = fs::remove_file(result_path());
    let mut story = Story::begin(name, title)?;
    let walk = walk(&mut story)?;
    let bytes = serde_json::to_vec_pretty(&walk).unwrap_or_default();
    fs::write(result_path(), bytes).map_err(|e| WalkError::Io(result_path(), e))?;
    Ok(walk)
}

fn result_path() -> PathBuf {
    artefacts::target().join("image-tests/walk.json")
}

fn lock() -> Result<File> {
    let path = artefacts::target().join("image-tests/walk.lock");
    let failed = |e| WalkError::Io(path.clone(), e);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
    let file = File::create(&path).map_err(failed)?;
    file.lock().map_err(failed)?;
    Ok(file)
}

fn quote(story: &mut Story, text: &str) -> Result<()> {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        story.tell(&format!("  > {}", line.trim()))?;
    }
    Ok(())
}

/// Reads and writes of the disks inside the PC so far.
fn reads_and_writes(clerk: &mut Clerk) -> Result<BTreeMap<String, (u64, u64)>> {
    Ok(clerk
        .machine
        .block_counts()?
        .into_iter()
        .map(|(name, counts)| {
            let writes = counts.wr_operations + counts.unmap_operations + counts.flush_operations;
            (name, (counts.rd_operations, writes))
        })
        .collect())
}

/// Known content that no two disks share, with a partition table that invites mounting.
fn write_pattern(path: &Path, bus: DiskBus) -> Result<()> {
    let failed = |e| WalkError::Io(path.to_owned(), e);
    let mut state = image::key_of(&[bus.name().as_bytes()])
        .bytes()
        .fold(1u64, |n, b| n.wrapping_mul(31).wrapping_add(b.into()));
    let mut content = Vec::with_capacity(DISK as usize);
    while content.len() < DISK as usize {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        content.extend(state.to_le_bytes());
    }
    // An MBR with one Linux partition over all of the disk.
    content[..512].fill(0);
    content[446 + 4] = 0x83;
    content[446 + 8..446 + 12].copy_from_slice(&2048u32.to_le_bytes());
    content[446 + 12..446 + 16].copy_from_slice(&((DISK / 512) as u32 - 2048).to_le_bytes());
    content[510..512].copy_from_slice(&[0x55, 0xAA]);
    fs::write(path, content).map_err(failed)
}
