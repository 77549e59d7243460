//! A restored vault takes the place of the one there, at the next opening.
//!
//! A restore leaves its result beside the vault under names of its own. The database is
//! named last, so that its name says that all of it is there. [`take_over`] then renames
//! within one folder, each name once and in one order; whatever the power cuts short, the
//! next opening goes on from the names it finds. Nothing is copied and no space is needed.
//!
//! The vault that was there is kept under names of its own until its number keys must go
//! (then [`forget_keys`]: a key that is replaced is replaced everywhere), a manager drops
//! it, or the next restored one takes its place.

use crate::VaultError;
use crate::files::{self, Storage};
use crate::keyring::KEYRING_FILE;
use crate::store;
use std::path::Path;

/// The restored vault, until the next opening.
pub(crate) const RESTORED: &str = "vault.db.restored";
pub(crate) const RESTORED_KEYRING: &str = "keyring.restored";
/// Its database while it is made.
pub(crate) const UNFINISHED: &str = "vault.db.restored.part";
const UNFINISHED_LOG: &str = "vault.db.restored.part-wal";
const LOG: &str = "vault.db-wal";
/// The vault whose place was taken.
pub(crate) const REPLACED: &str = "vault.db.replaced";
const REPLACED_LOG: &str = "vault.db.replaced-wal";
const REPLACED_KEYRING: &str = "keyring.replaced";

/// A folder with a vault in it, and what may stand beside it.
struct Folder<'a> {
    storage: &'a Storage,
    folder: &'a Path,
}

/// What is left of a vault whose place a restored one took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Of its database.
    pub bytes: u64,
    /// Whether its numbers can still be opened by those who could.
    pub keys: bool,
}

/// Puts a restored vault in the place of the one there; without one removes what a restore
/// left that was cut off. Whether there was one.
pub(crate) fn take_over(storage: &Storage, folder: &Path) -> Result<bool, VaultError> {
    let at = Folder { storage, folder };
    if !at.has(RESTORED)? {
        at.remove(&[UNFINISHED, UNFINISHED_LOG, RESTORED_KEYRING])?;
        return Ok(false);
    }
    // The new database comes in last: one that is there is still the old one.
    if at.has(store::FILE)? {
        at.remove_replaced()?;
        at.rename(store::FILE, REPLACED)?;
    }
    at.rename(LOG, REPLACED_LOG)?;
    if at.has(RESTORED_KEYRING)? {
        at.rename(KEYRING_FILE, REPLACED_KEYRING)?;
        at.rename(RESTORED_KEYRING, KEYRING_FILE)?;
    }
    at.sync()?;
    at.rename(RESTORED, store::FILE)?;
    at.sync()?;
    Ok(true)
}

/// Removes a restored vault that has not taken its place, finished or not.
pub(crate) fn remove_restored(storage: &Storage, folder: &Path) -> Result<(), VaultError> {
    let at = Folder { storage, folder };
    // The name that counts goes first.
    at.remove(&[RESTORED])?;
    at.remove(&[UNFINISHED, UNFINISHED_LOG, RESTORED_KEYRING])
}

/// The vault whose place was taken, if it was not removed since.
pub(crate) fn replaced(storage: &Storage, folder: &Path) -> Result<Option<Replaced>, VaultError> {
    let at = Folder { storage, folder };
    let Some(bytes) = at.len(REPLACED)? else {
        return Ok(None);
    };
    let keys = at.has(REPLACED_KEYRING)?;
    Ok(Some(Replaced { bytes, keys }))
}

/// Removes it, its keys first.
pub(crate) fn remove_replaced(storage: &Storage, folder: &Path) -> Result<(), VaultError> {
    Folder { storage, folder }.remove_replaced()
}

/// Overwrites its keys: nobody opens a number of it any more. Its ledger can be read on.
pub(crate) fn forget_keys(storage: &Storage, folder: &Path) -> Result<(), VaultError> {
    Folder { storage, folder }.forget_keys()
}

impl Folder<'_> {
    fn len(&self, name: &str) -> Result<Option<u64>, VaultError> {
        let len = self.storage.files.len(&self.folder.join(name));
        len.map_err(files::failed("metadata"))
    }

    fn has(&self, name: &str) -> Result<bool, VaultError> {
        Ok(self.len(name)?.is_some())
    }

    /// Nothing where there is no such file.
    fn rename(&self, from: &str, to: &str) -> Result<(), VaultError> {
        let (from, to) = (self.folder.join(from), self.folder.join(to));
        let renamed = self.storage.files.rename(&from, &to);
        renamed.map(|_| ()).map_err(files::failed("rename"))
    }

    /// Durably, if there is anything of these.
    fn remove(&self, names: &[&str]) -> Result<(), VaultError> {
        let mut removed = false;
        for name in names {
            if !self.has(name)? {
                continue;
            }
            let one = self.storage.files.remove(&self.folder.join(name));
            removed |= one.map_err(files::failed("remove"))?;
        }
        if removed { self.sync() } else { Ok(()) }
    }

    fn remove_replaced(&self) -> Result<(), VaultError> {
        self.forget_keys()?;
        self.remove(&[REPLACED, REPLACED_LOG])
    }

    fn forget_keys(&self) -> Result<(), VaultError> {
        let Some(len) = self.len(REPLACED_KEYRING)? else {
            return Ok(());
        };
        let path = self.folder.join(REPLACED_KEYRING);
        let disk = &self.storage.files;
        let zeros = vec![0; usize::try_from(len).unwrap_or_default()];
        disk.write_at(&path, 0, &zeros)
            .and_then(|()| disk.sync(&path))
            .map_err(files::failed("keyring"))?;
        self.remove(&[REPLACED_KEYRING])
    }

    fn sync(&self) -> Result<(), VaultError> {
        let synced = self.storage.files.sync_folder(self.folder);
        synced.map_err(files::failed("folder"))
    }
}
