//! Reading a snapshot back: every byte, page, reference, entry and count.

use super::manifest::{CompanyHead, Counts, MAX_MANIFEST, Manifest, Piece, hex};
use super::signed::base64;
use super::{DATABASE, MANIFEST, Progress, Stage};
use crate::keyring::{KEYRING_FILE, Keyring};
use crate::{VaultError, book, files, store};
use ed25519_dalek::VerifyingKey;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Bytes between two calls of the progress.
const STRIDE: usize = 1 << 20;

/// A snapshot that was read from beginning to end and is whole. Only [`Snapshot::examine`]
/// makes one.
pub struct Snapshot {
    folder: PathBuf,
    manifest: Manifest,
    pub(super) conn: Connection,
}

impl Snapshot {
    /// Reads all of a snapshot: its manifest with its signatures, every file's hash, every
    /// page and reference of the database, every ledger's chain with its checkpoints, the
    /// counts, and the keyring.
    ///
    /// `progress` is called now and then and stops the work by `false`.
    ///
    /// # Errors
    /// [`VaultError::SnapshotIncomplete`] where the making was cut off,
    /// [`VaultError::SnapshotDamaged`] where anything is not as the manifest says,
    /// [`VaultError::Newer`] for one of a newer release.
    pub fn examine(
        folder: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Self, VaultError> {
        Self::read(folder, MANIFEST, progress)
    }

    /// What a snapshot says of itself, where its files are there at the lengths they had and
    /// its schema is known: for a list, in the time it takes to open them. Whether every byte
    /// is as it was tells [`examine`](Self::examine), without which nothing is restored.
    ///
    /// # Errors
    /// As of [`examine`](Self::examine).
    pub fn glance(folder: &Path) -> Result<Manifest, VaultError> {
        let manifest = Manifest::read(&read_manifest(&folder.join(MANIFEST))?)?;
        for name in [KEYRING_FILE, DATABASE] {
            let piece = manifest.piece(name)?;
            let found = open_piece(folder, piece)?.metadata();
            if found.map_err(files::failed("snapshot"))?.len() != piece.bytes {
                return Err(VaultError::SnapshotDamaged("a file's length"));
            }
        }
        check_version(&open_database(&folder.join(DATABASE))?, &manifest)?;
        Ok(manifest)
    }

    /// Examines under another name of the manifest.
    pub(super) fn read(
        folder: &Path,
        manifest: &str,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Self, VaultError> {
        let manifest = Manifest::read(&read_manifest(&folder.join(manifest))?)?;
        let total = manifest.files.iter().map(|piece| piece.bytes).sum();
        let mut done = 0;
        for name in [KEYRING_FILE, DATABASE] {
            let piece = manifest.piece(name)?;
            let mut file = open_piece(folder, piece)?;
            let found = hash(&mut file, &mut |bytes| {
                done += bytes;
                progress(Progress {
                    stage: Stage::Reading,
                    done,
                    total,
                })
            })?;
            if found.bytes != piece.bytes || found.sha256 != piece.sha256 {
                return Err(VaultError::SnapshotDamaged("a file's hash"));
            }
        }
        if manifest.files.len() != 2 {
            return Err(VaultError::SnapshotDamaged("the list of files"));
        }
        let conn = open_database(&folder.join(DATABASE))?;
        let snapshot = Self {
            folder: folder.to_owned(),
            manifest,
            conn,
        };
        snapshot.check_database()?;
        snapshot.check_keyring()?;
        snapshot.check_chains(progress)?;
        Ok(snapshot)
    }

    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn check_database(&self) -> Result<(), VaultError> {
        check_version(&self.conn, &self.manifest)?;
        let verdict: String = self
            .conn
            .query_row("PRAGMA integrity_check(1)", [], |r| r.get(0))?;
        if verdict != "ok" {
            return Err(VaultError::SnapshotDamaged("a page"));
        }
        let mut orphans = self.conn.prepare("PRAGMA foreign_key_check")?;
        if orphans.exists([])? {
            return Err(VaultError::SnapshotDamaged("a reference"));
        }
        let (vault, keyring) = identity(&self.conn)?;
        if vault != self.manifest.vault || keyring != self.manifest.keyring {
            return Err(VaultError::SnapshotDamaged("of another vault or moment"));
        }
        if heads(&self.conn)? != self.manifest.companies {
            return Err(VaultError::SnapshotDamaged("the companies' ledgers"));
        }
        if counts(&self.conn)? != self.manifest.counts {
            return Err(VaultError::SnapshotDamaged("the counts"));
        }
        Ok(())
    }

    fn check_keyring(&self) -> Result<(), VaultError> {
        let mut bytes = Vec::new();
        let piece = self.manifest.piece(KEYRING_FILE)?;
        open_piece(&self.folder, piece)?
            .take(piece.bytes)
            .read_to_end(&mut bytes)
            .map_err(files::failed("keyring"))?;
        match Keyring::read(&bytes, self.manifest.keyring) {
            Some(_) => Ok(()),
            None => Err(VaultError::SnapshotDamaged("the keyring")),
        }
    }

    fn check_chains(&self, progress: &mut dyn FnMut(Progress) -> bool) -> Result<(), VaultError> {
        let total = self.manifest.companies.iter().map(|c| c.entries).sum();
        let mut before = 0;
        for company in &self.manifest.companies {
            let key = self
                .conn
                .prepare_cached("SELECT signing_public FROM companies WHERE id = ?1")?
                .query_row([&company.id], |r| r.get::<_, [u8; 32]>(0))?;
            let key = VerifyingKey::from_bytes(&key)
                .map_err(|_| VaultError::SnapshotDamaged("a company's key"))?;
            book::walk(&self.conn, &company.id, &key, &mut |done, _| {
                progress(Progress {
                    stage: Stage::Verifying,
                    done: before + done,
                    total,
                })
            })?;
            before += company.entries;
        }
        Ok(())
    }
}

fn check_version(conn: &Connection, manifest: &Manifest) -> Result<(), VaultError> {
    let version = store::version(conn)?;
    if version.map(|v| v as u32) == Some(manifest.schema) {
        Ok(())
    } else {
        Err(VaultError::SnapshotDamaged("the schema's version"))
    }
}

pub(super) fn read_manifest(path: &Path) -> Result<Vec<u8>, VaultError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Err(VaultError::SnapshotIncomplete),
        Err(e) => return Err(files::failed("snapshot")(e)),
    };
    let mut bytes = Vec::new();
    file.take(MAX_MANIFEST + 1)
        .read_to_end(&mut bytes)
        .map_err(files::failed("snapshot"))?;
    if bytes.len() as u64 > MAX_MANIFEST {
        return Err(VaultError::SnapshotDamaged("the manifest's length"));
    }
    Ok(bytes)
}

pub(super) fn open_piece(folder: &Path, piece: &Piece) -> Result<File, VaultError> {
    match File::open(folder.join(&piece.name)) {
        Ok(file) => Ok(file),
        Err(e) if e.kind() == ErrorKind::NotFound => Err(VaultError::SnapshotIncomplete),
        Err(e) => Err(files::failed("snapshot")(e)),
    }
}

/// Length and hash of what a file has, without a name; `more` hears of every part and stops
/// the work by `false`.
pub(super) fn hash(
    file: &mut impl Read,
    more: &mut dyn FnMut(u64) -> bool,
) -> Result<Piece, VaultError> {
    let mut buffer = vec![0; STRIDE];
    let (mut bytes, mut digest) = (0, Sha256::new());
    loop {
        let read = file.read(&mut buffer).map_err(files::failed("snapshot"))?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        digest.update(&buffer[..read]);
        if !more(read as u64) {
            return Err(VaultError::Cancelled);
        }
    }
    Ok(Piece {
        name: String::new(),
        bytes,
        sha256: hex(&digest.finalize()),
    })
}

/// Opens the database as it stands, without locks and without whatever journal may lie
/// beside it: what was hashed is what is read.
fn open_database(path: &Path) -> Result<Connection, VaultError> {
    use std::os::unix::ffi::OsStrExt;
    let mut uri = String::from("file:");
    for byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'.' | b'_' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                uri.push(char::from(*byte));
            }
            other => uri.push_str(&format!("%{other:02x}")),
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    Ok(Connection::open_with_flags(uri, flags)?)
}

/// The vault's id, and which writing of the keyring counts.
pub(super) fn identity(conn: &Connection) -> Result<(String, u64), VaultError> {
    Ok(conn.query_row("SELECT id, keyring FROM vault", [], |r| {
        Ok((r.get(0)?, r.get::<_, i64>(1)? as u64))
    })?)
}

/// Where each company's ledger is.
pub(super) fn heads(conn: &Connection) -> Result<Vec<CompanyHead>, VaultError> {
    let mut statement = conn.prepare("SELECT id, signing_public FROM companies ORDER BY id")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let companies: Vec<(String, [u8; 32])> = rows.collect::<Result<_, _>>()?;
    companies
        .into_iter()
        .map(|(id, signing_public)| {
            let head = store::head(conn, &id)?;
            let (entries, hash) = head.ok_or(VaultError::Damaged("an empty ledger"))?;
            Ok(CompanyHead {
                signing_public: base64(&signing_public),
                id,
                entries,
                hash: hex(hash.as_bytes()),
            })
        })
        .collect()
}

pub(super) fn counts(conn: &Connection) -> Result<Counts, VaultError> {
    let count = |from: &str| -> Result<u64, VaultError> {
        let sql = format!("SELECT count(*) FROM {from}");
        Ok(conn.query_row(&sql, [], |r| r.get::<_, i64>(0))? as u64)
    };
    Ok(Counts {
        users: count("users")?,
        people: count("people")?,
        numbers: count("numbers WHERE destroyed_unix IS NULL")?,
        tombstones: count("tombstones")?,
    })
}
