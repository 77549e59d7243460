//! The vault's LUKS2 volume: made, opened, recovered and closed through libcryptsetup.
//!
//! What is pinned, and why: AES-256-XTS for the blocks; Argon2id with 256 MiB and four
//! passes for every slot, never measured on the PC at hand, because the stick roams and
//! must open everywhere in the same memory. A header with anything else is refused
//! ([`VolumeError::Weak`]): somebody swapped it for one that is cheap to guess. The lanes
//! are at most four; libcryptsetup takes fewer where the PC that makes the slot has fewer
//! processors. They do not change what a guess costs: memory times passes does.
//!
//! Slot 1 belongs to the recovery words. The passphrase has slot 0 or 2: recovery adds
//! the new one beside the lost one before it removes that, so a cut leaves one that opens.
//!
//! Two tokens in the header carry what must be known before the vault is open:
//! `kuramori-vault` whether its first run was finished, `kuramori-guard` how often in a
//! row a wrong passphrase was tried.
//!
//! Nothing here may run in the loop of PID 1: deriving a key takes seconds.

use codes::ErrorCode;
use libcryptsetup_rs::{
    CryptDevice, CryptInit, CryptParamsLuks2, CryptParamsLuks2Ref, CryptPbkdfType, Either,
    LibcryptErr, TokenInput,
    consts::{
        flags::{CryptActivate, CryptDeactivate, CryptPbkdf, CryptVolumeKey},
        vals::{CryptKdf, EncryptionFormat, KeyslotInfo},
    },
};
use rustix::io::Errno;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};
use zeroize::Zeroizing;

/// Argon2id memory of every slot, in KiB.
const MEMORY_KIB: u32 = 256 * 1024;
/// Argon2id passes. libcryptsetup takes no fewer.
const PASSES: u32 = 4;
/// Argon2id lanes, at most.
const LANES: u32 = 4;
const CIPHER: (&str, &str) = ("aes", "xts-plain64");
/// Two keys of 256 bits each: XTS.
const KEY_BYTES: usize = 64;

const WORDS_SLOT: u32 = 1;
const PASSPHRASE_SLOTS: [u32; 2] = [0, 2];

const VAULT_TOKEN: (u32, &str) = (0, "kuramori-vault");
const GUARD_TOKEN: (u32, &str) = (1, "kuramori-guard");

/// Name of the mapping: the open volume is `/dev/mapper/` and this.
pub const NAME: &str = "kuramori-vault";
/// The open volume.
pub const OPEN: &str = "/dev/mapper/kuramori-vault";

#[derive(Debug, thiserror::Error)]
pub enum VolumeError {
    #[error("no slot opens with this secret")]
    WrongSecret,
    #[error("the header's parameters are not the pinned ones")]
    Weak,
    #[error("the header cannot be read as LUKS2")]
    Damaged,
    #[error("there is not enough memory to derive the key")]
    NoMemory,
    #[error("the volume cannot be read or written: {0}")]
    Io(io::Error),
    #[error("libcryptsetup: {0}")]
    Library(LibcryptErr),
}

impl VolumeError {
    /// The code the clerk sees. Whether words or a passphrase were wrong the caller knows.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::WrongSecret => ErrorCode::WrongPassphrase,
            Self::Weak => ErrorCode::WeakVolume,
            Self::Damaged => ErrorCode::VaultDamaged,
            Self::NoMemory => ErrorCode::NoMemory,
            Self::Io(_) => ErrorCode::StickIo,
            Self::Library(_) => ErrorCode::Internal,
        }
    }
}

impl From<LibcryptErr> for VolumeError {
    fn from(error: LibcryptErr) -> Self {
        let LibcryptErr::IOError(io) = error else {
            return Self::Library(error);
        };
        match io.raw_os_error().map(Errno::from_raw_os_error) {
            // libcryptsetup says EPERM when no slot opens, ENOENT when there is none.
            Some(Errno::PERM | Errno::NOENT) => Self::WrongSecret,
            Some(Errno::NOMEM) => Self::NoMemory,
            _ => Self::Io(io),
        }
    }
}

impl From<io::Error> for VolumeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// What the header of the vault's partition tells without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Blank, or a first run that was cut: there is nothing to lose.
    Unfinished,
    /// A vault, and the wrong entries since the last right one.
    Finished { failures: u32 },
}

/// Looks at the header on `device` (a partition or a file).
///
/// [`VolumeError::Damaged`] when it was a header once: then a first run must not
/// overwrite what can perhaps be rescued.
pub fn inspect(device: &Path) -> Result<State, VolumeError> {
    let mut volume = match load(device) {
        Ok(volume) => volume,
        Err(VolumeError::Damaged) if never_finished(device)? => return Ok(State::Unfinished),
        Err(error) => return Err(error),
    };
    if token(&mut volume, VAULT_TOKEN, "complete").and_then(|v| v.as_bool()) != Some(true) {
        return Ok(State::Unfinished);
    }
    check_strength(&mut volume)?;
    let failures = failures(&mut volume);
    Ok(State::Finished { failures })
}

/// Makes a volume with a slot for the passphrase and one for the words, and opens it.
///
/// All that was on `device` is lost. Without `open` only the header is made (tests).
pub fn create(
    device: &Path,
    passphrase: &[u8],
    words: &[u8],
    open: bool,
) -> Result<(), VolumeError> {
    blank(device)?;
    let mut volume = CryptInit::init(device)?;
    let parameters = CryptParamsLuks2 {
        pbkdf: Some(pinned()),
        integrity: None,
        integrity_params: None,
        data_alignment: 0,
        data_device: None,
        // Flash works in pages of 4 KiB and more; so do ext4 and SQLite here.
        sector_size: 4096,
        label: Some("kuramori".to_owned()),
        subsystem: None,
    };
    let mut parameters: CryptParamsLuks2Ref<'_> = (&parameters).try_into()?;
    volume.context_handle().format(
        EncryptionFormat::Luks2,
        CIPHER,
        None,
        Either::Right(KEY_BYTES),
        Some(&mut parameters),
    )?;
    set_token(&mut volume, VAULT_TOKEN, "complete", json!(false))?;
    set_token(&mut volume, GUARD_TOKEN, "failures", json!(0))?;
    for (slot, secret) in [(PASSPHRASE_SLOTS[0], passphrase), (WORDS_SLOT, words)] {
        pin(&mut volume)?;
        // Without a key given, the one just made is meant.
        volume
            .keyslot_handle()
            .add_by_key(Some(slot), None, secret, CryptVolumeKey::empty())?;
    }
    check_strength(&mut volume)?;
    if open {
        volume.activate_handle().activate_by_volume_key(
            Some(NAME),
            None,
            CryptActivate::empty(),
        )?;
    }
    Ok(())
}

/// Sets the pinned key derivation for the slot made next.
///
/// libcryptsetup (as Debian patches it) looks at that moment, and silently takes half of
/// the memory that is free where that is less. It counts cached file pages as taken, so
/// they are made to give way first. [`VolumeError::NoMemory`] when that does not help:
/// before anything was written, rather than with a slot that is cheap to guess.
fn pin(volume: &mut CryptDevice) -> Result<(), VolumeError> {
    for attempt in 0..4 {
        volume.settings_handle().set_pbkdf_type(&pinned())?;
        if volume.settings_handle().get_pbkdf_type()?.max_memory_kb == MEMORY_KIB {
            return Ok(());
        }
        free_memory(attempt > 0);
    }
    Err(VolumeError::NoMemory)
}

/// Lets the kernel give back its page cache; with `written_back`, also what has still to be
/// written to a disk, by asking for that memory and giving it back.
fn free_memory(written_back: bool) {
    // Only root may; [`pin`] looks whether it helped.
    let _ = std::fs::write("/proc/sys/vm/drop_caches", "1");
    let wanted_kib = 2 * u64::from(MEMORY_KIB) + 32 * 1024;
    // Never so much that the kernel must kill a process for it.
    if written_back && available_kib().is_some_and(|kib| kib > wanted_kib + 64 * 1024) {
        std::hint::black_box(vec![1_u8; (wanted_kib * 1024) as usize]);
    }
}

/// Memory that can be had without swapping, cached pages counted as free, in KiB.
fn available_kib() -> Option<u64> {
    let memory = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = memory
        .lines()
        .find_map(|l| l.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Marks the vault as made: from now on it is never overwritten by a first run.
pub fn mark_finished(device: &Path) -> Result<(), VolumeError> {
    let mut volume = load(device)?;
    set_token(&mut volume, VAULT_TOKEN, "complete", json!(true))
}

/// Opens the volume with the passphrase. The attempt is counted on the stick before it is
/// made and the count reset when it was right, so pulling the stick in between does not help.
pub fn unlock(device: &Path, passphrase: &[u8], open: bool) -> Result<(), VolumeError> {
    let mut volume = load(device)?;
    check_strength(&mut volume)?;
    let key = counted(&mut volume, |volume| {
        let mut result = Err(VolumeError::WrongSecret);
        for slot in PASSPHRASE_SLOTS {
            if is_used(volume, slot)? && matches!(result, Err(VolumeError::WrongSecret)) {
                result = volume_key(volume, slot, passphrase).map(|key| (slot, key));
            }
        }
        result
    })?;
    let (slot, key) = key;
    activate(&mut volume, &key, open)?;
    // What a recovery that was cut left behind.
    remove_passphrases_except(&mut volume, slot)
}

/// Opens the volume with the recovery words and puts the new passphrase in the lost one's
/// place. Wrong words count like wrong passphrases.
pub fn recover(
    device: &Path,
    words: &[u8],
    new_passphrase: &[u8],
    open: bool,
) -> Result<(), VolumeError> {
    let mut volume = load(device)?;
    check_strength(&mut volume)?;
    let key = counted(&mut volume, |volume| volume_key(volume, WORDS_SLOT, words))?;
    // A slot that is free. When a recovery that was cut left both used, one goes first:
    // both passphrases are about to be replaced, and the words go on opening meanwhile.
    let mut free = PASSPHRASE_SLOTS[1];
    if !is_used(&mut volume, PASSPHRASE_SLOTS[0])? {
        free = PASSPHRASE_SLOTS[0];
    } else if is_used(&mut volume, free)? {
        volume.keyslot_handle().destroy(free)?;
    }
    pin(&mut volume)?;
    volume.keyslot_handle().add_by_key(
        Some(free),
        Some(Either::Left(&key)),
        new_passphrase,
        CryptVolumeKey::empty(),
    )?;
    check_strength(&mut volume).or_else(|error| {
        volume.keyslot_handle().destroy(free)?;
        Err(error)
    })?;
    remove_passphrases_except(&mut volume, free)?;
    activate(&mut volume, &key, open)
}

/// Takes the mapping away, by force if something still uses it; the kernel wipes its key.
pub fn close() -> Result<(), VolumeError> {
    let mut volume = CryptInit::init_by_name_and_header(NAME, None)?;
    volume
        .activate_handle()
        .deactivate(NAME, CryptDeactivate::empty())
        .or_else(|_| {
            volume
                .activate_handle()
                .deactivate(NAME, CryptDeactivate::FORCE)
        })?;
    Ok(())
}

fn pinned() -> CryptPbkdfType {
    CryptPbkdfType {
        type_: CryptKdf::Argon2Id,
        hash: Some("sha256".to_owned()),
        time_ms: 0,
        iterations: PASSES,
        max_memory_kb: MEMORY_KIB,
        parallel_threads: LANES,
        flags: CryptPbkdf::NO_BENCHMARK,
    }
}

fn load(device: &Path) -> Result<CryptDevice, VolumeError> {
    let mut volume = CryptInit::init(device)?;
    match volume
        .context_handle()
        .load::<CryptParamsLuks2Ref<'_>>(Some(EncryptionFormat::Luks2), None)
    {
        Ok(()) => Ok(volume),
        Err(LibcryptErr::IOError(error))
            if error.raw_os_error() == Some(Errno::IO.raw_os_error()) =>
        {
            Err(VolumeError::Io(error))
        }
        Err(_) => Err(VolumeError::Damaged),
    }
}

/// The secondary header starts 16 KiB in and is written last, after the place was zeroed.
/// Zeros there: no volume was ever whole on this partition.
fn never_finished(device: &Path) -> Result<bool, VolumeError> {
    let mut secondary = [0; 4096];
    let mut file = File::open(device)?;
    file.seek(SeekFrom::Start(16 * 1024))?;
    file.read_exact(&mut secondary)?;
    Ok(secondary.iter().all(|byte| *byte == 0))
}

/// Zeros over all places a header can be at, before the first is written: see [`never_finished`].
fn blank(device: &Path) -> Result<(), VolumeError> {
    let mut file = File::options().write(true).open(device)?;
    let zeros = vec![0; 1 << 20];
    // The secondary header may start at up to 4 MiB.
    for _ in 0..8 {
        file.write_all(&zeros)?;
    }
    file.sync_all()?;
    Ok(())
}

/// Refuses every header whose cipher, slots or key derivation are not exactly what
/// [`create`] makes; more memory than pinned would not fit the smallest PC.
fn check_strength(volume: &mut CryptDevice) -> Result<(), VolumeError> {
    let mut status = volume.status_handle();
    let cipher = (status.get_cipher()?, status.get_cipher_mode()?);
    let key_bytes = status.get_volume_key_size();
    if (cipher.0.as_str(), cipher.1.as_str()) != CIPHER || key_bytes != KEY_BYTES as i32 {
        return Err(VolumeError::Weak);
    }
    for slot in 0..32 {
        if !is_used(volume, slot)? {
            continue;
        }
        let ours = slot == WORDS_SLOT || PASSPHRASE_SLOTS.contains(&slot);
        let derivation = volume.keyslot_handle().get_pbkdf(slot)?;
        let pinned = matches!(derivation.type_, CryptKdf::Argon2Id)
            && derivation.max_memory_kb == MEMORY_KIB
            && derivation.iterations == PASSES
            && (1..=LANES).contains(&derivation.parallel_threads);
        if !ours || !pinned {
            return Err(VolumeError::Weak);
        }
    }
    Ok(())
}

fn is_used(volume: &mut CryptDevice, slot: u32) -> Result<bool, VolumeError> {
    Ok(matches!(
        volume.keyslot_handle().status(slot)?,
        KeyslotInfo::Active | KeyslotInfo::ActiveLast | KeyslotInfo::Unbound
    ))
}

fn volume_key(
    volume: &mut CryptDevice,
    slot: u32,
    secret: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VolumeError> {
    let mut key = Zeroizing::new(vec![0; KEY_BYTES]);
    volume
        .volume_key_handle()
        .get(Some(slot), &mut key, Some(secret))?;
    Ok(key)
}

/// Counts the attempt on the stick, makes it, and resets the count if it was right.
fn counted<T>(
    volume: &mut CryptDevice,
    attempt: impl FnOnce(&mut CryptDevice) -> Result<T, VolumeError>,
) -> Result<T, VolumeError> {
    let before = failures(volume);
    let count = before.saturating_add(1);
    set_token(volume, GUARD_TOKEN, "failures", json!(count))?;
    let result = attempt(volume);
    match &result {
        Ok(_) => set_token(volume, GUARD_TOKEN, "failures", json!(0))?,
        Err(VolumeError::WrongSecret) => {}
        // A PC without memory or a stick with errors is not the clerk's mistake.
        Err(_) => set_token(volume, GUARD_TOKEN, "failures", json!(before))?,
    }
    result
}

fn activate(volume: &mut CryptDevice, key: &[u8], open: bool) -> Result<(), VolumeError> {
    if open {
        volume.activate_handle().activate_by_volume_key(
            Some(NAME),
            Some(key),
            CryptActivate::empty(),
        )?;
    }
    Ok(())
}

fn remove_passphrases_except(volume: &mut CryptDevice, keep: u32) -> Result<(), VolumeError> {
    for slot in PASSPHRASE_SLOTS {
        if slot != keep && is_used(volume, slot)? {
            volume.keyslot_handle().destroy(slot)?;
        }
    }
    Ok(())
}

/// Wrong entries in a row. A header without the count was tampered with: full delay.
fn failures(volume: &mut CryptDevice) -> u32 {
    token(volume, GUARD_TOKEN, "failures")
        .and_then(|v| v.as_u64())
        .and_then(|v| u32::try_from(v).ok())
        .unwrap_or(u32::MAX)
}

fn token(volume: &mut CryptDevice, (number, kind): (u32, &str), field: &str) -> Option<Value> {
    let token = volume.token_handle().json_get(number).ok()?;
    (token.get("type")?.as_str()? == kind).then(|| token.get(field).cloned())?
}

fn set_token(
    volume: &mut CryptDevice,
    (number, kind): (u32, &str),
    field: &str,
    value: Value,
) -> Result<(), VolumeError> {
    let token = json!({ "type": kind, "keyslots": [], field: value });
    volume
        .token_handle()
        .json_set(TokenInput::ReplaceToken(number, &token))?;
    Ok(())
}

#[cfg(test)]
mod tests;
