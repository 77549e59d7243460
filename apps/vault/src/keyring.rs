//! The keyring file: every company's keys, each sealed to the users who may have it.
//!
//! It lies beside the database and not in it, so that a copy of the database from before a
//! rotation, with the keyring of today, opens nothing that the rotation retired. The
//! database says which writing counts. A change goes to the slot that does not count, is
//! synced, then the database's transaction commits and makes it count, then the other slot
//! is overwritten; a cut anywhere in between leaves the one or the other, and
//! [`Ring::open`] overwrites what does not count. `docs/formats/vault.md` has the bytes.

use crate::files::{self, Files, Storage};
use crate::keys::{Identity, Key, Place, SEALED_KEY};
use crate::{CompanyId, UserId, VaultError};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file's name, beside the database.
pub const KEYRING_FILE: &str = "keyring";
const MAGIC: &[u8; 20] = b"kuramori/keyring/v1\n";
/// One slot's bytes: half of the longest file.
const SLOT: usize = 1 << 20;
const HEAD: usize = MAGIC.len() + 8 + 4;
const SUM: usize = 32;
/// A company's id: 32 characters of lower-case hex.
const COMPANY: usize = 32;
const ENTRY: usize = COMPANY + 1 + 4 + 8 + SEALED_KEY;
/// The most sealed keys of one vault.
pub const MAX_SEALED_KEYS: usize = (SLOT - HEAD - SUM) / ENTRY;

/// Which of a company's secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Secret {
    /// Wraps the data keys of its numbers; of this generation.
    NumberKey(u32),
    /// Signs its ledger and what leaves it.
    SigningKey,
}

impl Secret {
    fn place(self, company: &str, user: UserId) -> Place {
        match self {
            Secret::NumberKey(generation) => Place::number_key(company, generation, user),
            Secret::SigningKey => Place::signing_key(company, user),
        }
    }

    /// Its kind and generation as bytes.
    fn code(self) -> (u8, u32) {
        match self {
            Secret::NumberKey(generation) => (1, generation),
            Secret::SigningKey => (2, 0),
        }
    }

    fn from_code(kind: u8, generation: u32) -> Option<Self> {
        match (kind, generation) {
            (1, 1..) => Some(Secret::NumberKey(generation)),
            (2, 0) => Some(Secret::SigningKey),
            _ => None,
        }
    }
}

pub(crate) type Slot = (CompanyId, UserId, Secret);

/// The sealed keys that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keyring(BTreeMap<Slot, [u8; SEALED_KEY]>);

impl Keyring {
    /// Seals a secret to a user, in place of what the user had.
    pub(crate) fn seal(
        &mut self,
        company: &str,
        secret: Secret,
        user: UserId,
        public: &[u8; 32],
        key: &Key,
    ) -> Result<(), VaultError> {
        let sealed = crate::keys::seal_to(public, &secret.place(company, user), key)?;
        self.0.insert((company.to_owned(), user, secret), sealed);
        if self.0.len() > MAX_SEALED_KEYS {
            return Err(VaultError::TooMany("sealed keys"));
        }
        Ok(())
    }

    /// A secret that was sealed to this user; `None` where none was.
    pub(crate) fn open(
        &self,
        company: &str,
        secret: Secret,
        user: UserId,
        identity: &Identity,
    ) -> Result<Option<Key>, VaultError> {
        let Some(sealed) = self.0.get(&(company.to_owned(), user, secret)) else {
            return Ok(None);
        };
        identity
            .open(&secret.place(company, user), sealed)
            .ok_or(VaultError::Damaged("a company's key"))
            .map(Some)
    }

    /// Whether this secret was sealed to this user.
    pub(crate) fn has(&self, company: &str, secret: Secret, user: UserId) -> bool {
        self.0.contains_key(&(company.to_owned(), user, secret))
    }

    /// Takes every sealed key that `keep` does not name; how many.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, UserId, Secret) -> bool) -> usize {
        let before = self.0.len();
        self.0
            .retain(|(company, user, secret), _| keep(company, *user, *secret));
        before - self.0.len()
    }

    /// Takes every generation of a company's number key from everybody.
    pub(crate) fn drop_number_keys(&mut self, company: &str) {
        self.0
            .retain(|(c, _, secret), _| c != company || *secret == Secret::SigningKey);
    }

    /// Takes what a user has of a company.
    pub(crate) fn drop_user(&mut self, company: &str, user: UserId) {
        self.0.retain(|(c, u, _), _| c != company || *u != user);
    }

    #[cfg(test)]
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Slot, &[u8; SEALED_KEY])> {
        self.0.iter()
    }

    fn to_bytes(&self, sequence: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.0.len() * ENTRY + SUM);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&sequence.to_be_bytes());
        bytes.extend_from_slice(&(self.0.len() as u32).to_be_bytes());
        for ((company, user, secret), sealed) in &self.0 {
            let (kind, generation) = secret.code();
            bytes.extend_from_slice(company.as_bytes());
            bytes.push(kind);
            bytes.extend_from_slice(&generation.to_be_bytes());
            bytes.extend_from_slice(&user.to_be_bytes());
            bytes.extend_from_slice(sealed);
        }
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        bytes
    }

    /// The keyring of this sequence in a whole file, which stays as it is.
    pub(crate) fn read(file: &[u8], sequence: u64) -> Option<Self> {
        Self::from_slot(slot(file, sequence)?, sequence)
    }

    /// The keyring in a slot if it is whole and of this sequence.
    fn from_slot(slot: &[u8], sequence: u64) -> Option<Self> {
        let mut rest = slot.strip_prefix(MAGIC)?;
        let written = u64::from_be_bytes(*rest.split_off_first_chunk()?);
        let count = u32::from_be_bytes(*rest.split_off_first_chunk()?) as usize;
        if written != sequence || count > MAX_SEALED_KEYS {
            return None;
        }
        let body = HEAD + count * ENTRY;
        let sum = slot.get(body..body + SUM)?;
        if Sha256::digest(&slot[..body]).as_slice() != sum {
            return None;
        }
        slot[HEAD..body]
            .chunks_exact(ENTRY)
            .map(entry)
            .collect::<Option<_>>()
            .map(Self)
    }
}

trait SplitOff<'a> {
    fn split_off_first_chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]>;
}

impl<'a> SplitOff<'a> for &'a [u8] {
    fn split_off_first_chunk<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (chunk, rest) = self.split_first_chunk()?;
        *self = rest;
        Some(chunk)
    }
}

fn entry(bytes: &[u8]) -> Option<(Slot, [u8; SEALED_KEY])> {
    let mut rest = bytes;
    let company = std::str::from_utf8(rest.split_off_first_chunk::<COMPANY>()?).ok()?;
    let [kind] = *rest.split_off_first_chunk()?;
    let generation = u32::from_be_bytes(*rest.split_off_first_chunk()?);
    let user = UserId::from_be_bytes(*rest.split_off_first_chunk()?);
    let secret = Secret::from_code(kind, generation)?;
    let sealed = *rest.split_off_first_chunk()?;
    Some(((company.to_owned(), user, secret), sealed))
}

/// The keyring that counts and the file it is in.
pub(crate) struct Ring {
    storage: Storage,
    path: PathBuf,
    pub(crate) sequence: u64,
    pub(crate) keys: Arc<Keyring>,
    /// A commit failed so that nobody knows whether it took place: until the vault was
    /// opened anew and the database says so, both slots must stay.
    uncertain: bool,
    /// The slot that does not count may still hold something.
    unwiped: bool,
}

impl Ring {
    /// A keyring without keys for a file that is not there yet.
    pub(crate) fn new(storage: &Storage, path: PathBuf) -> Self {
        Self {
            storage: storage.clone(),
            path,
            sequence: 0,
            keys: Arc::default(),
            uncertain: false,
            unwiped: false,
        }
    }

    /// The writing of which the database says that it counts. The other slot is overwritten.
    pub(crate) fn open(
        storage: &Storage,
        path: PathBuf,
        sequence: u64,
    ) -> Result<Self, VaultError> {
        let mut ring = Self::new(storage, path);
        let bytes = ring
            .files()
            .read(&ring.path, 2 * SLOT as u64)
            .map_err(files::failed("keyring"))?
            .unwrap_or_default();
        ring.keys = slot(&bytes, sequence)
            .and_then(|slot| Keyring::from_slot(slot, sequence))
            .map(Arc::new)
            .ok_or(VaultError::Damaged("the keyring"))?;
        ring.sequence = sequence;
        ring.unwiped = true;
        ring.wipe_other();
        Ok(ring)
    }

    /// Writes `keys` where they do not count yet, durable when it returns, and tells the
    /// sequence by which the database makes them count.
    pub(crate) fn stage(&mut self, keys: &Keyring) -> Result<u64, VaultError> {
        if self.uncertain {
            return Err(VaultError::Io("keyring"));
        }
        let sequence = self.sequence + 1;
        let write = || {
            let fresh = self.files().len(&self.path)?.is_none();
            let bytes = keys.to_bytes(sequence);
            self.files()
                .write_at(&self.path, offset(sequence), &bytes)?;
            self.files().sync(&self.path)?;
            if fresh {
                let folder = self.path.parent().unwrap_or(Path::new("."));
                self.files().sync_folder(folder)?;
            }
            Ok(())
        };
        let written = write().map_err(files::failed("keyring"));
        self.unwiped = true;
        written.map(|()| sequence)
    }

    /// The database committed: what was staged counts, and what counted is overwritten.
    pub(crate) fn committed(&mut self, sequence: u64, keys: Keyring) {
        self.sequence = sequence;
        self.keys = Arc::new(keys);
        self.unwiped = true;
        self.wipe_other();
    }

    /// The database could not say whether it committed.
    pub(crate) fn uncertain(&mut self) {
        self.uncertain = true;
    }

    /// Overwrites the slot that does not count with zeros. If that fails it is tried again
    /// at the next change, the next lock and the next opening.
    pub(crate) fn wipe_other(&mut self) {
        if self.unwiped && !self.uncertain && self.try_wipe().is_ok() {
            self.unwiped = false;
        }
    }

    fn try_wipe(&self) -> std::io::Result<()> {
        let bytes = self
            .files()
            .read(&self.path, 2 * SLOT as u64)?
            .unwrap_or_default();
        let other = self.sequence + 1;
        let used = slot(&bytes, other)
            .and_then(|slot| slot.iter().rposition(|b| *b != 0))
            .map_or(0, |last| last + 1);
        if used == 0 {
            return Ok(());
        }
        self.files()
            .write_at(&self.path, offset(other), &vec![0; used])?;
        self.files().sync(&self.path)
    }

    /// Where the vault lies, and through which file system.
    pub(crate) fn place(&self) -> (&Storage, &Path) {
        (&self.storage, self.path.parent().unwrap_or(Path::new(".")))
    }

    fn files(&self) -> &dyn Files {
        &*self.storage.files
    }

    /// The file of a copy of the vault as it is now.
    pub(crate) fn copy(&self) -> Vec<u8> {
        let mut bytes = vec![0; offset(self.sequence) as usize];
        bytes.extend(self.keys.to_bytes(self.sequence));
        bytes
    }
}

/// Where the writing of this sequence goes: they take turns.
fn offset(sequence: u64) -> u64 {
    (sequence % 2) * SLOT as u64
}

fn slot(file: &[u8], sequence: u64) -> Option<&[u8]> {
    let start = offset(sequence) as usize;
    let end = file.len().min(start + SLOT);
    file.get(start..end)
}
