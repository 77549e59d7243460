//! The database file: its settings, its schema, and the space set aside beside it.

use crate::VaultError;
use crate::files::{self, Storage};
use crate::keyring::KEYRING_FILE;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};

pub(crate) const FILE: &str = "vault.db";
/// Space kept back so that logins, locks and refusals can be recorded on a full stick.
pub(crate) const RESERVE_FILE: &str = "reserve";
const RESERVE_BYTES: usize = 1 << 20;
/// "KMRI": tells the file from any other SQLite database.
const APPLICATION_ID: i32 = 0x4b4d_5249;
/// Pages kept in memory: some forty thousand people with what belongs to them.
const CACHE_KIB: i64 = 64 * 1024;
/// Each brings the schema from the version of its index to the next.
const MIGRATIONS: &[&str] = &[concat!(
    include_str!("../schema.sql"),
    include_str!("../schema_subjects.sql"),
    include_str!("../schema_import.sql"),
    include_str!("../schema_retention.sql")
)];

/// Opens the file with the settings everything relies on.
///
/// Journal: WAL with `synchronous=FULL`. A commit is one append and one flush of the log,
/// whose frames carry checksums: after a pulled stick a torn tail is not valid and the
/// state is that of the last commit. `locking_mode=EXCLUSIVE` keeps other processes out
/// and needs no shared memory file.
pub(crate) fn connect(
    storage: &Storage,
    path: &Path,
    create: bool,
) -> Result<Connection, VaultError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = match &storage.vfs {
        None => Connection::open_with_flags(path, flags)?,
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
    };
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A plan never depends on the values bound: otherwise SQLite parses and plans every
    // join anew for each row of an import.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(VaultError::Io("journal"));
    }
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cell_size_check", "ON")?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // KiB. Not mmap: reading a mapped page of a stick that was pulled kills the process,
    // where read(2) gives an error.
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Pages: a log of 1 MiB at most stays small on a stick.
    conn.pragma_update(None, "wal_autocheckpoint", 256)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// The schema's version, `None` in a file where no first run was finished.
pub(crate) fn version(conn: &Connection) -> Result<Option<usize>, VaultError> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    if version == 0 && tables == 0 {
        return Ok(None);
    }
    let application: i32 = conn.pragma_query_value(None, "application_id", |r| r.get(0))?;
    if application != APPLICATION_ID {
        return Err(VaultError::Damaged("not a vault"));
    }
    match usize::try_from(version) {
        Ok(v) if v > MIGRATIONS.len() => Err(VaultError::Newer),
        Ok(v) if v > 0 => Ok(Some(v)),
        _ => Err(VaultError::Damaged("schema version")),
    }
}

/// Brings the schema up to date inside the transaction given.
pub(crate) fn migrate(tx: &Connection, from: usize) -> Result<(), VaultError> {
    for step in &MIGRATIONS[from..] {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(())
}

pub(crate) fn is_current(version: usize) -> bool {
    version == MIGRATIONS.len()
}

/// SQLite's own check of every page.
pub(crate) fn check_pages(conn: &Connection) -> Result<(), VaultError> {
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(VaultError::Damaged("page check"))
    }
}

/// Removes what a cut first run left.
pub(crate) fn remove_unfinished(storage: &Storage, folder: &Path) -> Result<(), VaultError> {
    for name in ["", "-wal", "-shm", "-journal"].map(|suffix| format!("{FILE}{suffix}")) {
        let removed = storage.files.remove(&folder.join(name));
        removed.map_err(files::failed("remove"))?;
    }
    let removed = storage.files.remove(&folder.join(KEYRING_FILE));
    removed.map(|_| ()).map_err(files::failed("remove"))
}

/// A file that only takes up space, until space runs out.
pub(crate) struct Reserve {
    storage: Storage,
    path: PathBuf,
}

impl Reserve {
    pub(crate) fn new(storage: &Storage, folder: &Path) -> Self {
        Self {
            storage: storage.clone(),
            path: folder.join(RESERVE_FILE),
        }
    }

    /// Sets the space aside if there is enough of it; without success nothing is lost.
    pub(crate) fn fill(&self) {
        let files = &self.storage.files;
        if matches!(files.len(&self.path), Ok(Some(len)) if len == RESERVE_BYTES as u64) {
            return;
        }
        let filled = files
            .write_at(&self.path, 0, &vec![0x55; RESERVE_BYTES])
            .and_then(|()| files.sync(&self.path));
        if filled.is_err() {
            let _ = files.remove(&self.path);
        }
    }

    /// Gives the space back; false when there was none.
    pub(super) fn release(&self) -> bool {
        self.storage.files.remove(&self.path).unwrap_or(false)
    }
}
