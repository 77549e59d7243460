//! A vault out of a snapshot, without what was destroyed since.

use super::examine::{self, hash, open_piece};
use super::manifest::{CompanyHead, Manifest};
use super::{DATABASE, Progress, Snapshot, Stage, empty_folder, sync_folder};
use crate::keyring::KEYRING_FILE;
use crate::store::{self, Line, Recorded, Tx, Weight};
use crate::subjects::collection;
use crate::{CompanyId, Moment, Note, Pc, Storage, Vault, VaultError, files};
use ledger::{Event, Subject};
use rusqlite::{Connection, OptionalExtension};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

/// The database's name until everything is in place: a restore that was cut off left no
/// vault.
const UNFINISHED: &str = "vault.db.part";

/// The newest state anybody still has of the vault that is restored: what was destroyed
/// there stays destroyed.
#[derive(Clone, Copy)]
pub enum Known<'a> {
    Vault(&'a Vault),
    Snapshot(&'a Snapshot),
}

/// How a snapshot stands to another state of the same vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Same,
    /// The other one has this many ledger entries more.
    Older {
        entries: u64,
    },
    /// The snapshot has this many ledger entries more.
    Newer {
        entries: u64,
    },
    /// Both have entries that the other has not: they were worked with apart.
    Apart,
}

/// What a restore did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Numbers of the snapshot that were destroyed since and are not revived.
    pub kept_out: u32,
    /// How the snapshot stands to the newest state known; `None` where none was given.
    pub standing: Option<Standing>,
}

impl<'a> Known<'a> {
    fn conn(self) -> &'a Connection {
        match self {
            Known::Vault(vault) => &vault.conn,
            Known::Snapshot(snapshot) => &snapshot.conn,
        }
    }

    /// How a snapshot stands to this state.
    ///
    /// # Errors
    /// [`VaultError::SnapshotForeign`] where it is of another vault.
    pub fn standing(self, snapshot: &Manifest) -> Result<Standing, VaultError> {
        let conn = self.conn();
        if examine::identity(conn)?.0 != snapshot.vault {
            return Err(VaultError::SnapshotForeign);
        }
        let heads = examine::heads(conn)?;
        let (mut behind, mut ahead) = (0, 0);
        for theirs in &snapshot.companies {
            let Some(ours) = heads.iter().find(|ours| ours.id == theirs.id) else {
                ahead += theirs.entries;
                continue;
            };
            if ours.signing_public != theirs.signing_public {
                return Err(VaultError::SnapshotForeign);
            }
            if theirs.entries > ours.entries {
                ahead += theirs.entries - ours.entries;
            } else if hash_at(conn, &ours.id, theirs.entries)?.as_ref() != Some(&theirs.hash) {
                return Ok(Standing::Apart);
            } else {
                behind += ours.entries - theirs.entries;
            }
        }
        let unknown = |ours: &&CompanyHead| !snapshot.companies.iter().any(|c| c.id == ours.id);
        behind += heads.iter().filter(unknown).map(|c| c.entries).sum::<u64>();
        Ok(match (behind, ahead) {
            (0, 0) => Standing::Same,
            (entries, 0) => Standing::Older { entries },
            (0, entries) => Standing::Newer { entries },
            _ => Standing::Apart,
        })
    }
}

fn hash_at(conn: &Connection, company: &str, seq: u64) -> Result<Option<String>, VaultError> {
    let hash: Option<[u8; 32]> = conn
        .prepare_cached("SELECT hash FROM ledger WHERE company_id = ?1 AND seq = ?2")?
        .query_row((company, seq as i64), |r| r.get(0))
        .optional()?;
    Ok(hash.map(|hash| super::manifest::hex(&hash)))
}

/// Makes a vault of a snapshot in a folder that is new or empty. Numbers that `newest`
/// knows to be destroyed are destroyed in it before anybody can open it, and the first
/// login with the right to it replaces the company's number key. Every company's ledger
/// says that it was restored, and how many numbers were kept out.
///
/// The entries that `newest` has and the snapshot has not are not in the restored vault.
///
/// # Errors
/// [`VaultError::FolderNotEmpty`], [`VaultError::SnapshotForeign`] where `newest` is of
/// another vault, [`VaultError::SnapshotDamaged`] where the snapshot changed since it was
/// examined, [`VaultError::Full`]. After any of them there is no vault in `into`.
pub fn restore(
    snapshot: &Snapshot,
    into: &Path,
    newest: Option<Known<'_>>,
    pc: Pc,
    now: Moment,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Restored, VaultError> {
    let standing = newest
        .map(|known| known.standing(snapshot.manifest()))
        .transpose()?;
    let tombstones = newest.map_or(Ok(Vec::new()), |known| tombstones(known.conn()))?;
    empty_folder(into)?;
    let result = place(snapshot, into, progress)
        .and_then(|()| record(snapshot, into, &tombstones, pc, now))
        .and_then(|kept_out| {
            sync_folder(into)?;
            fs::rename(into.join(UNFINISHED), into.join(DATABASE))
                .map_err(files::failed("restore"))?;
            sync_folder(into)?;
            Ok(Restored { kept_out, standing })
        });
    if result.is_err() {
        remove(into);
    }
    result
}

fn remove(into: &Path) {
    let log = format!("{UNFINISHED}-wal");
    for name in [
        DATABASE,
        UNFINISHED,
        &log,
        KEYRING_FILE,
        store::RESERVE_FILE,
    ] {
        let _ = fs::remove_file(into.join(name));
    }
    let _ = sync_folder(into);
}

/// Copies both files, hashing what is written.
fn place(
    snapshot: &Snapshot,
    into: &Path,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(), VaultError> {
    let manifest = snapshot.manifest();
    let total = manifest.files.iter().map(|piece| piece.bytes).sum();
    let mut done = 0;
    for (name, target) in [(KEYRING_FILE, KEYRING_FILE), (DATABASE, UNFINISHED)] {
        let piece = manifest.piece(name)?;
        let target = File::create_new(into.join(target)).map_err(files::failed("restore"))?;
        let mut copying = Copying {
            from: open_piece(snapshot.folder(), piece)?.take(piece.bytes),
            to: &target,
        };
        let copied = hash(&mut copying, &mut |bytes| {
            done += bytes;
            progress(Progress {
                stage: Stage::Copying,
                done,
                total,
            })
        })?;
        if copied.sha256 != piece.sha256 {
            return Err(VaultError::SnapshotDamaged("a file's hash"));
        }
        target.sync_all().map_err(files::failed("restore"))?;
    }
    sync_folder(into)
}

/// Reads one file and writes what it read to the other.
struct Copying<'a, R> {
    from: R,
    to: &'a File,
}

impl<R: Read> Read for Copying<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.to.write_all(&buffer[..read])?;
        Ok(read)
    }
}

/// Destroys what must stay destroyed and writes the ledgers, in one transaction.
fn record(
    snapshot: &Snapshot,
    into: &Path,
    tombstones: &[Tombstone],
    pc: Pc,
    now: Moment,
) -> Result<u32, VaultError> {
    let opened = Vault::open_file(&Storage::default(), into, UNFINISHED, pc)?;
    let mut vault = opened.ok_or(VaultError::SnapshotDamaged("there is no vault in it"))?;
    let manifest = snapshot.manifest();
    let subject = Subject::Snapshot {
        id: manifest.id.clone(),
        name: manifest.release.clone(),
    };
    let kept_out = vault.transact(None, Weight::Essential, now, |tx| {
        let mut lines = Vec::new();
        let mut kept_out = 0;
        for company in &manifest.companies {
            let note = Note::new(Event::SnapshotRestored).about(subject.clone());
            lines.push(Line::ok(note).in_ledger_of(&company.id));
            let count = apply(tx, &company.id, tombstones, now)?;
            if count > 0 {
                let note = Note::new(Event::TombstoneApplied).count(count);
                lines.push(Line::ok(note).in_ledger_of(&company.id));
            }
            kept_out += count;
        }
        Ok(Recorded::of(kept_out, lines))
    })?;
    vault.tidy();
    vault.disconnect()?;
    Ok(kept_out)
}

/// That a number was destroyed.
struct Tombstone {
    company: CompanyId,
    number: i64,
    person: i64,
    destroyed_unix: i64,
    reason: String,
}

fn tombstones(conn: &Connection) -> Result<Vec<Tombstone>, VaultError> {
    let mut statement = conn.prepare(
        "SELECT company_id, number_id, person_id, destroyed_unix, reason FROM tombstones
         ORDER BY company_id, number_id",
    )?;
    let rows = statement.query_map([], |r| {
        Ok(Tombstone {
            company: r.get(0)?,
            number: r.get(1)?,
            person: r.get(2)?,
            destroyed_unix: r.get(3)?,
            reason: r.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Destroys a company's numbers that have a tombstone; says how many there were to destroy.
fn apply(
    tx: &Tx<'_>,
    company: &str,
    tombstones: &[Tombstone],
    now: Moment,
) -> Result<u32, VaultError> {
    let mut destroyed = 0;
    for tombstone in tombstones.iter().filter(|t| t.company == company) {
        tx.execute(
            "INSERT OR IGNORE INTO tombstones
             (company_id, number_id, person_id, destroyed_unix, reason)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            (
                company,
                tombstone.number,
                tombstone.person,
                tombstone.destroyed_unix,
                &tombstone.reason,
            ),
        )?;
        let found = tx.execute(
            "UPDATE numbers SET sealed = NULL, destroyed_unix = ?3
             WHERE id = ?1 AND company_id = ?2 AND destroyed_unix IS NULL",
            (tombstone.number, company, tombstone.destroyed_unix),
        )?;
        if found > 0 {
            tx.execute(
                "DELETE FROM data_keys WHERE number_id = ?1",
                [tombstone.number],
            )?;
            collection::after_destruction(tx, company, tombstone.person, now)?;
            destroyed += 1;
        }
    }
    if destroyed > 0 {
        tx.execute(
            "UPDATE companies SET rotation_due = 1 WHERE id = ?1",
            [company],
        )?;
    }
    Ok(destroyed)
}
