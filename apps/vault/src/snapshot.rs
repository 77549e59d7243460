//! Snapshots: a copy of the whole vault in another folder, made while it is worked with.
//!
//! A snapshot is the database, the keyring that belongs to it, and a manifest signed by the
//! companies, which is written last: without it the copy is not one. It is sealed exactly
//! as the vault is, and lies on an encrypted volume as the vault does; whoever opens it
//! needs a user's passphrase or recovery words.
//!
//! The copy is SQLite's online backup, in steps. Between two of them the vault serves
//! requests; what they change flows into the copy, so that it shows one moment: that of the
//! last step, from which the keyring is, too. [`Snapshot::examine`] reads it back, [`restore`]
//! makes a vault of it, which takes its place at the next opening.

mod access;
mod examine;
mod manifest;
mod removal;
mod restore;
mod signed;
mod tombstones;

pub use examine::Snapshot;
pub use manifest::{CompanyHead, Counts, Manifest, Piece};
pub use restore::{Known, Restored, Standing, restore};
pub use tombstones::{MAX_TOMBSTONES_FILE, TombstoneFile};

use crate::keyring::{KEYRING_FILE, Secret};
use crate::store::{self, Line, Recorded, Weight};
use crate::{CompanyId, Moment, Note, Session, Vault, VaultError, files, keys, rights};
use ed25519_dalek::SigningKey;
use ledger::{Event, Subject};
use mynumber::Label;
use mynumber::rights::{Grant, Operation, Target};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::cell::Cell;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::rc::Rc;

/// The database's file, as in the vault's own folder.
const DATABASE: &str = store::FILE;
/// The manifest's file: there only when everything else is.
const MANIFEST: &str = "snapshot";
/// Under which name it is written first.
const UNFINISHED: &str = "snapshot.part";
/// Pages of a step: some milliseconds on a stick.
const PAGES: i32 = 64;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub stage: Stage,
    pub done: u64,
    /// In the same unit; may change while the vault is written to.
    pub total: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Pages copied.
    Copying,
    /// Bytes read back.
    Reading,
    /// Ledger entries checked.
    Verifying,
}

/// Who may change what the vault holds may also keep it from being lost.
const MAY: [Operation; 4] = [
    Operation::Register,
    Operation::Change,
    Operation::Delete,
    Operation::ManageUsers,
];

impl Vault {
    /// Copies the vault into `folder`, which is made or is empty, reads the copy back and
    /// records it in every company's ledger under `name`.
    ///
    /// `between` is called between two steps with the vault, to serve requests; it gives
    /// the time, or `None` to cancel. After an error nothing is left in `folder`, and no
    /// folder where there was none.
    ///
    /// # Errors
    /// [`VaultError::FolderNotEmpty`], [`VaultError::Full`] where the copy finds no space,
    /// [`VaultError::Cancelled`], and what [`Snapshot::examine`] finds.
    pub fn snapshot(
        &mut self,
        session: &Session,
        folder: &Path,
        name: &Label,
        now: Moment,
        between: &mut dyn FnMut(&mut Vault, Progress) -> Option<Moment>,
    ) -> Result<Manifest, VaultError> {
        session.allow_any(&MAY)?;
        let id = keys::random_id()?;
        let subject = Subject::Snapshot {
            id: id.clone(),
            name: name.as_str().to_owned(),
        };
        let time = Cell::new(now);
        let mut between = |vault: &mut Vault, progress| match between(vault, progress) {
            Some(now) => {
                time.set(now);
                true
            }
            None => false,
        };
        let new = empty_folder(folder)?;
        let made = self.copy(session, folder, &id, &time, &mut between);
        // From here on it can be opened elsewhere: the ledgers say so first.
        let made = made.and_then(|manifest| {
            self.write_in_every_ledger(Some(session), time.get(), |company| {
                vec![
                    Line::ok(Note::new(Event::SnapshotMade).about(subject.clone())),
                    Line::ok(verified(&manifest, company, &subject)),
                ]
            })?;
            finish(folder)?;
            Ok(manifest)
        });
        if let Err(error) = &made {
            remove(folder, new);
            let recorded = self.write_in_every_ledger(Some(session), time.get(), |_| {
                let note = Note::new(Event::SnapshotFailed).about(subject.clone());
                vec![Line::refused(note, code(error))]
            });
            recorded?;
        }
        made
    }

    /// Whether the session's user may know how much a snapshot holds: who may keep each of
    /// its companies from being lost. It counts people of all of them.
    pub fn may_count(&self, session: &Session, of: &Manifest) -> Result<bool, VaultError> {
        for company in &of.companies {
            let keeps = |grant: Grant| {
                MAY.iter().any(|operation| {
                    let (pc, today) = (session.pc(), session.today());
                    let allowed = grant.allows(*operation, &Target::Company, pc, today);
                    allowed.is_ok()
                })
            };
            let grant = rights::grant(&self.conn, &company.id, session.user_id())?;
            if !grant.is_some_and(keeps) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn write_in_every_ledger(
        &mut self,
        session: Option<&Session>,
        now: Moment,
        lines: impl Fn(&str) -> Vec<Line>,
    ) -> Result<(), VaultError> {
        let companies: Vec<CompanyId> = {
            let mut statement = self
                .conn
                .prepare_cached("SELECT id FROM companies ORDER BY rowid")?;
            let rows = statement.query_map([], |r| r.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        self.transact(session, Weight::Essential, now, |_| {
            let lines = companies.iter().flat_map(|company| {
                let lines = lines(company).into_iter();
                lines.map(|line| line.in_ledger_of(company))
            });
            Ok(Recorded::of((), lines.collect()))
        })
    }

    /// Copies everything and reads it back; what is missing is the manifest's name.
    fn copy(
        &mut self,
        session: &Session,
        folder: &Path,
        id: &str,
        time: &Cell<Moment>,
        between: &mut dyn FnMut(&mut Vault, Progress) -> bool,
    ) -> Result<Manifest, VaultError> {
        let path = folder.join(DATABASE);
        self.copy_pages(&path, between)?;
        // Nothing was served since the last page: this keyring belongs to it.
        let keyring = self.ring.copy();
        let made_unix = time.get().unix_seconds;
        finish_database(&path)?;
        write_new(&folder.join(KEYRING_FILE), &keyring)?;
        let mut manifest = describe(&path, id, made_unix)?;
        for name in [DATABASE, KEYRING_FILE] {
            let mut file = File::open(folder.join(name)).map_err(files::failed("snapshot"))?;
            let piece = examine::hash(&mut file, &mut |_| true)?;
            manifest.files.push(Piece {
                name: name.to_owned(),
                ..piece
            });
            forget(&file)?;
        }
        let signed = manifest.sign(&self.signing_keys(session)?)?;
        write_new(&folder.join(UNFINISHED), &signed)?;
        sync_folder(folder)?;
        Snapshot::read(folder, UNFINISHED, &mut |progress| between(self, progress))?;
        Ok(manifest)
    }

    fn copy_pages(
        &mut self,
        path: &Path,
        between: &mut dyn FnMut(&mut Vault, Progress) -> bool,
    ) -> Result<(), VaultError> {
        let mut target = Connection::open(path)?;
        // Nobody takes half a copy for one, so that it needs no journal of its own.
        target.pragma_update(None, "journal_mode", "OFF")?;
        target.pragma_update(None, "synchronous", "OFF")?;
        let source = Rc::clone(&self.conn);
        let backup = Backup::new(&source, &mut target)?;
        loop {
            let step = backup.step(PAGES)?;
            let progress = backup.progress();
            let total = u64::try_from(progress.pagecount).unwrap_or_default();
            let left = u64::try_from(progress.remaining).unwrap_or_default();
            match step {
                StepResult::Done => return Ok(()),
                StepResult::More => {}
                _ => return Err(VaultError::Busy),
            }
            let progress = Progress {
                stage: Stage::Copying,
                done: total.saturating_sub(left),
                total,
            };
            if !between(self, progress) {
                return Err(VaultError::Cancelled);
            }
        }
    }

    /// The keys of the companies that the session's user works for.
    fn signing_keys(&self, session: &Session) -> Result<Vec<SigningKey>, VaultError> {
        let companies = self.companies_of(session.user_id())?;
        // A vector that grows leaves the keys it had in memory that is not wiped.
        let mut keys = Vec::with_capacity(companies.len());
        for company in companies {
            let user = session.user_id();
            let identity = session.identity();
            let seed = self
                .ring
                .keys
                .open(&company, Secret::SigningKey, user, identity)?;
            if let Some(seed) = seed {
                keys.push(SigningKey::from_bytes(seed.bytes()));
            }
        }
        Ok(keys)
    }
}

/// What the copied database says, without the files.
fn describe(path: &Path, id: &str, made_unix: i64) -> Result<Manifest, VaultError> {
    let conn = Connection::open(path)?;
    let (vault, keyring) = examine::identity(&conn)?;
    let manifest = Manifest {
        id: id.to_owned(),
        vault,
        made_unix,
        release: env!("CARGO_PKG_VERSION").to_owned(),
        schema: store::version(&conn)?.unwrap_or_default() as u32,
        keyring,
        files: Vec::new(),
        companies: examine::heads(&conn)?,
        counts: examine::counts(&conn)?,
    };
    conn.close().map_err(|(_, e)| e)?;
    Ok(manifest)
}

/// Gives the manifest its name: from here on it is a snapshot.
fn finish(folder: &Path) -> Result<(), VaultError> {
    fs::rename(folder.join(UNFINISHED), folder.join(MANIFEST))
        .map_err(files::failed("snapshot"))?;
    sync_folder(folder)
}

fn verified(manifest: &Manifest, company: &str, subject: &Subject) -> Note {
    let head = manifest.companies.iter().find(|c| c.id == company);
    let entries = head.map_or(0, |c| c.entries);
    Note::new(Event::SnapshotVerified)
        .about(subject.clone())
        .count(u32::try_from(entries).unwrap_or(u32::MAX))
}

/// What the ledger says of a copy that was not made.
fn code(error: &VaultError) -> &'static str {
    match error {
        VaultError::Full => "E-004",
        VaultError::Cancelled => "E-516",
        VaultError::FolderNotEmpty => "E-604",
        VaultError::SnapshotDamaged(_) | VaultError::SnapshotIncomplete => "E-602",
        VaultError::LedgerBroken(_) => "E-401",
        _ => "E-005",
    }
}

/// Makes the folder, durably, or takes the one there is. Whether it was made.
fn make_folder(folder: &Path) -> Result<bool, VaultError> {
    match fs::create_dir(folder) {
        Ok(()) => sync_folder(parent(folder)).map(|()| true),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(files::failed("folder")(e)),
    }
}

fn parent(folder: &Path) -> &Path {
    folder.parent().unwrap_or(Path::new("."))
}

/// Makes the folder, durably, or takes an empty one. Whether it was made.
fn empty_folder(folder: &Path) -> Result<bool, VaultError> {
    let made = make_folder(folder)?;
    let mut entries = fs::read_dir(folder).map_err(files::failed("folder"))?;
    match entries.next() {
        None => Ok(made),
        Some(_) => Err(VaultError::FolderNotEmpty),
    }
}

/// Removes what a copy that came to nothing left in its folder, and the folder if it was
/// made for it. What cannot be removed now the next sweep removes.
fn remove(folder: &Path, new: bool) {
    if new {
        let _ = removal::discard(folder);
        return;
    }
    for name in [MANIFEST, UNFINISHED, KEYRING_FILE, DATABASE] {
        let _ = fs::remove_file(folder.join(name));
    }
    let _ = sync_folder(folder);
}

/// Makes the copy durable, as a file that needs no log beside it.
fn finish_database(path: &Path) -> Result<(), VaultError> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))?;
    if mode != "delete" {
        return Err(VaultError::Io("journal"));
    }
    conn.close().map_err(|(_, e)| e)?;
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(files::failed("snapshot"))
}

/// Writes a new file, durable when it returns but for its name.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    File::create_new(path)
        .and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        })
        .map_err(files::failed("snapshot"))
}

fn sync_folder(folder: &Path) -> Result<(), VaultError> {
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(files::failed("folder"))
}

/// Has the kernel let go of what it holds of a file, so that reading it again asks the
/// medium.
fn forget(file: &File) -> Result<(), VaultError> {
    rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)
        .map_err(|_| VaultError::Io("snapshot"))
}
