//! A snapshot's end: a manager removes it, or it is what a cut left of one.
//!
//! The manifest goes first, durably. From then on the folder is no snapshot, and whatever a
//! cut leaves of it is what [`Vault::sweep_snapshots`] looks for at the next opening. Then
//! goes the keyring, overwritten, so that nobody opens a number of what still lies there.

use super::{MANIFEST, examine, parent, sync_folder};
use crate::keyring::KEYRING_FILE;
use crate::pending::Act;
use crate::store::{Line, Recorded, Weight};
use crate::{Manifest, Moment, Note, Session, Vault, VaultError, files};
use ledger::{Event, Subject};
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

impl Vault {
    /// Removes a snapshot, whole or damaged. It is one of every company: only who manages
    /// the users of each of them may, and each that wants a second person's word is asked
    /// for it. Every ledger says so before anything goes.
    ///
    /// # Errors
    /// [`VaultError::NotFound`] where there is no such folder, [`VaultError::Io`] where it
    /// cannot be removed: then the ledgers say that it was tried, the manifest may be gone,
    /// and the next [`Vault::sweep_snapshots`] goes on.
    pub fn remove_snapshot(
        &mut self,
        session: &Session,
        folder: &Path,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        let companies = self.governed(session)?;
        let name = own_name(folder).filter(|_| folder.is_dir());
        let name = name.ok_or(VaultError::NotFound)?.to_owned();
        let subject = subject(folder, &name);
        let act = Act::RemoveSnapshot { snapshot: name };
        let cleared = self.clear_in(session, &companies, &act, now)?;
        self.transact(Some(session), Weight::Essential, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            lines.extend(companies.iter().map(|company| {
                let note = Note::new(Event::SnapshotRemoved).about(subject.clone());
                Line::ok(note).in_ledger_of(company)
            }));
            Ok(Recorded::of((), lines).with_checkpoint())
        })?;
        discard(folder)
    }

    /// Removes what cuts left below the folder of the snapshots: folders without a manifest,
    /// of snapshots that were not finished or not wholly removed. Every ledger says so of
    /// each. How many there were.
    ///
    /// Only while no snapshot is made, and none is copied there from elsewhere.
    pub fn sweep_snapshots(&mut self, snapshots: &Path, now: Moment) -> Result<u32, VaultError> {
        let left = unfinished(snapshots).map_err(files::failed("snapshots"))?;
        let mut swept = 0;
        for (folder, name) in left {
            let subject = subject(&folder, &name);
            self.write_in_every_ledger(None, now, |_| {
                let note = Note::new(Event::SnapshotSwept).about(subject.clone());
                vec![Line::ok(note)]
            })?;
            discard(&folder)?;
            swept += 1;
        }
        Ok(swept)
    }
}

/// Folders without a manifest, with their names.
fn unfinished(snapshots: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let entries = match fs::read_dir(snapshots) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let folder = entry.path();
        if !entry.file_type()?.is_dir() || folder.join(MANIFEST).try_exists()? {
            continue;
        }
        if let Some(name) = own_name(&folder).map(str::to_owned) {
            found.push((folder, name));
        }
    }
    Ok(found)
}

/// The folder's name, if it is one that a snapshot can have.
fn own_name(folder: &Path) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let name = folder.file_name()?.to_str()?;
    ((1..=40).contains(&name.len()) && name.bytes().all(plain)).then_some(name)
}

/// As the ledger names it: by the manifest's id, while that can be read, and the folder.
fn subject(folder: &Path, name: &str) -> Subject {
    let manifest = examine::read_manifest(&folder.join(MANIFEST));
    let manifest = manifest.and_then(|bytes| Manifest::read(&bytes));
    Subject::Snapshot {
        id: manifest.map_or_else(|_| name.to_owned(), |manifest| manifest.id),
        name: name.to_owned(),
    }
}

/// Removes the folder with all that is in it, so that a cut at any moment leaves a whole
/// snapshot, a folder without a manifest, or nothing.
pub(super) fn discard(folder: &Path) -> Result<(), VaultError> {
    let gone = |result: io::Result<()>| match result {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(files::failed("snapshot")(e)),
        _ => Ok(()),
    };
    gone(fs::remove_file(folder.join(MANIFEST)))?;
    sync_folder(folder)?;
    gone(overwrite(&folder.join(KEYRING_FILE)))?;
    gone(fs::remove_file(folder.join(KEYRING_FILE)))?;
    sync_folder(folder)?;
    gone(fs::remove_dir_all(folder))?;
    sync_folder(parent(folder))
}

fn overwrite(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    let bytes = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(&vec![0; bytes])?;
    file.sync_all()
}
