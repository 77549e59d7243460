//! A vault out of a snapshot, without what was destroyed since.

use super::examine::{self, hash, open_piece};
use super::manifest::{CompanyHead, Manifest};
use super::tombstones::{self, TombstoneFile};
use super::{DATABASE, Progress, Snapshot, Stage, access, make_folder, sync_folder};
use crate::exchange::{self, RESTORED, RESTORED_KEYRING, Replaced, UNFINISHED};
use crate::keyring::KEYRING_FILE;
use crate::pending::{self, Act};
use crate::store::{self, Line, Recorded, Tx, Weight};
use crate::subjects::collection;
use crate::{CompanyId, Moment, Note, Pc, Session, Storage, Tombstone, Vault, VaultError, files};
use ledger::{Event, Subject};
use mynumber::rights::{Operation, Target};
use rusqlite::{Connection, OptionalExtension};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

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
    /// Users of a company whose name, rights or passphrase are those of now and not those
    /// of the snapshot.
    pub access_changed: u32,
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

impl Vault {
    /// Makes a vault of a snapshot that takes the place of this one at the next opening, for
    /// all of its companies. Only who manages the users of each of them may; each that wants
    /// a second person's word is asked for it. The ledgers say what happens to them.
    ///
    /// # Errors
    /// Those of [`restore`], [`VaultError::ApprovalNeeded`].
    pub fn restore(
        &mut self,
        session: &Session,
        snapshot: &Snapshot,
        tombstones: &[TombstoneFile],
        now: Moment,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Restored, VaultError> {
        session.seen(now);
        let companies = self.governed(session)?;
        let id = snapshot.manifest().id.clone();
        let act = Act::Restore {
            snapshot: id.clone(),
        };
        let cleared = self.clear_in(session, &companies, &act, now)?;
        let (storage, folder) = self.ring.place();
        let (storage, folder) = (storage.clone(), folder.to_owned());
        let pc = self.pc.clone();
        let known = Some(Known::Vault(self));
        let restored = restore(snapshot, &folder, known, tombstones, pc, now, progress)?;
        let subject = subject(snapshot.manifest());
        let told = self.transact(Some(session), Weight::Essential, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            lines.extend(companies.iter().map(|company| {
                let note = Note::new(Event::VaultReplaced).about(subject.clone());
                Line::ok(note).in_ledger_of(company)
            }));
            Ok(Recorded::of((), lines).with_checkpoint())
        });
        if told.is_err() {
            exchange::remove_restored(&storage, &folder)?;
        }
        told.map(|()| restored)
    }

    /// What is left of the vault whose place this one took.
    pub fn replaced(&self, session: &Session) -> Result<Option<Replaced>, VaultError> {
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let (storage, folder) = self.ring.place();
        exchange::replaced(storage, folder)
    }

    /// Removes it. Only who manages the users of every company may.
    pub fn drop_replaced(&mut self, session: &Session, now: Moment) -> Result<(), VaultError> {
        session.seen(now);
        let companies = self.governed(session)?;
        let (storage, folder) = self.ring.place();
        if exchange::replaced(storage, folder)?.is_none() {
            return Err(VaultError::NotFound);
        }
        exchange::remove_replaced(storage, folder)?;
        self.transact(Some(session), Weight::Essential, now, |_| {
            let line = |company: &CompanyId| {
                Line::ok(Note::new(Event::ReplacedDropped)).in_ledger_of(company)
            };
            Ok(Recorded::of((), companies.iter().map(line).collect()))
        })
    }

    /// Every company, if the session's user manages the users of all of them.
    pub(super) fn governed(&self, session: &Session) -> Result<Vec<CompanyId>, VaultError> {
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let companies: Vec<CompanyId> = {
            let mut statement = self
                .conn
                .prepare("SELECT id FROM companies ORDER BY rowid")?;
            let rows = statement.query_map([], |r| r.get(0))?;
            rows.collect::<Result<_, _>>()?
        };
        for company in &companies {
            self.manages(session, company)?;
        }
        Ok(companies)
    }
}

/// Makes a vault of a snapshot in a folder. It becomes the folder's vault at the next
/// [`Vault::open`], in place of the one there, if there is one.
///
/// Numbers that `newest` or one of the files of `tombstones` knows to be destroyed are
/// destroyed in it before anybody can open it, and who may come in is told by `newest`
/// where that has what the snapshot has not; the first login with the right to it replaces
/// the company's number key. What waits for a second person is taken back. Every company's
/// ledger says that it was restored, and how many numbers were kept out.
///
/// Without `newest` the folder may have a vault that cannot be used. Of that one the
/// tombstones count that can still be read; its files are put aside as they are.
///
/// The entries that `newest` has and the snapshot has not are not in the restored vault.
///
/// # Errors
/// [`VaultError::SnapshotForeign`] where `newest` is of another vault,
/// [`VaultError::TombstonesInvalid`] where a file is, [`VaultError::SnapshotDamaged`] where
/// the snapshot changed since it was examined, [`VaultError::SnapshotLockedOut`],
/// [`VaultError::Full`]. After any of them the folder has the vault it had.
pub fn restore(
    snapshot: &Snapshot,
    into: &Path,
    newest: Option<Known<'_>>,
    tombstones: &[TombstoneFile],
    pc: Pc,
    now: Moment,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Restored, VaultError> {
    let standing = newest
        .map(|known| known.standing(snapshot.manifest()))
        .transpose()?;
    let since = Since {
        newest: newest
            .filter(|_| matches!(standing, Some(Standing::Older { .. } | Standing::Apart))),
        files: if newest.is_none() { tombstones } else { &[] },
        tombstones: gather(snapshot, into, newest, tombstones)?,
    };
    let storage = Storage::default();
    make_folder(into)?;
    exchange::remove_restored(&storage, into)?;
    let result = place(snapshot, into, progress)
        .and_then(|()| record(snapshot, into, &since, pc, now))
        .and_then(|(kept_out, access_changed)| {
            sync_folder(into)?;
            fs::rename(into.join(UNFINISHED), into.join(RESTORED))
                .map_err(files::failed("restore"))?;
            sync_folder(into)?;
            Ok(Restored {
                kept_out,
                access_changed,
                standing,
            })
        });
    if result.is_err() {
        let _ = exchange::remove_restored(&storage, into);
    }
    result
}

/// What happened to the vault after the snapshot, as far as anybody knows.
struct Since<'a> {
    /// A state that has what the snapshot has not.
    newest: Option<Known<'a>>,
    /// Where there is none, files from such a state.
    files: &'a [TombstoneFile],
    tombstones: Vec<Tombstone>,
}

/// Every tombstone known, each once.
fn gather(
    snapshot: &Snapshot,
    into: &Path,
    newest: Option<Known<'_>>,
    files: &[TombstoneFile],
) -> Result<Vec<Tombstone>, VaultError> {
    let mut all = match newest {
        Some(known) => tombstones::read(known.conn())?,
        None => tombstones::salvage(&into.join(store::FILE), &snapshot.manifest().vault),
    };
    for file in files {
        all.extend(file.of_vault(snapshot.manifest())?);
    }
    all.sort_by(|a, b| (&a.company, a.number).cmp(&(&b.company, b.number)));
    all.dedup_by(|a, b| (&a.company, a.number) == (&b.company, b.number));
    Ok(all)
}

fn subject(manifest: &Manifest) -> Subject {
    Subject::Snapshot {
        id: manifest.id.clone(),
        name: manifest.release.clone(),
    }
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
    for (name, target) in [(KEYRING_FILE, RESTORED_KEYRING), (DATABASE, UNFINISHED)] {
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

/// Destroys what must stay destroyed, lets in whom the newest state lets in, and writes the
/// ledgers, in one transaction. How many numbers were kept out, and how many users' access
/// is another one.
fn record(
    snapshot: &Snapshot,
    into: &Path,
    since: &Since<'_>,
    pc: Pc,
    now: Moment,
) -> Result<(u32, u32), VaultError> {
    let names = [UNFINISHED, RESTORED_KEYRING];
    let opened = Vault::open_files(&Storage::default(), into, names, pc)?;
    let mut vault = opened.ok_or(VaultError::SnapshotDamaged("there is no vault in it"))?;
    let manifest = snapshot.manifest();
    let subject = subject(manifest);
    let done = vault.transact(None, Weight::Essential, now, |tx| {
        let mut lines = Vec::new();
        let (mut kept_out, mut changed) = (0, 0);
        let access = match since.newest {
            Some(known) => access::carry_over(tx, known.conn(), &manifest.companies)?,
            None => access::withdraw(tx, since.files, &manifest.companies, now)?,
        };
        for company in &manifest.companies {
            let mut tell = |note: Note| lines.push(Line::ok(note).in_ledger_of(&company.id));
            tell(Note::new(Event::SnapshotRestored).about(subject.clone()));
            let destroyed = apply(tx, &company.id, &since.tombstones, now)?;
            if destroyed > 0 {
                tell(Note::new(Event::TombstoneApplied).count(destroyed));
            }
            kept_out += destroyed;
            if let Some(users) = access.get(&company.id) {
                tell(Note::new(Event::AccessCarriedOver).count(*users));
                changed += users;
            }
        }
        lines.extend(pending::close_all(tx, now)?);
        Ok(Recorded::of((kept_out, changed), lines))
    })?;
    vault.disconnect()?;
    Ok(done)
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
                tombstone.reason.code(),
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
