//! The files that are not SQLite's: the keyring and the reserve. All the vault does to them
//! goes through [`Files`], so that a test can stand between and cut the power anywhere.

use crate::VaultError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// What the vault asks of a file system. An implementation may lose whatever was written
/// and not synced, in any order and torn within a sector, but nothing that was synced.
pub trait Files: Send + Sync {
    /// The whole file, `None` where there is none. More than `max` bytes are an error.
    fn read(&self, path: &Path, max: u64) -> io::Result<Option<Vec<u8>>>;
    /// The file's length in bytes, `None` where there is none.
    fn len(&self, path: &Path) -> io::Result<Option<u64>>;
    /// Writes at `offset`; makes the file, or lengthens it with zeros, where needed.
    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes durable what was written to the file.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Whether there was such a file.
    fn remove(&self, path: &Path) -> io::Result<bool>;
    /// Gives a file another name in its folder, in place of what had that name. Whether
    /// there was such a file.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<bool>;
    /// Makes durable which files the folder has.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

/// Where a vault lies: through which file system it reads and writes.
#[derive(Clone)]
pub struct Storage {
    pub files: Arc<dyn Files>,
    /// Name of the SQLite VFS; `None`: the system's own.
    pub vfs: Option<String>,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            files: Arc::new(Disk),
            vfs: None,
        }
    }
}

/// The computer's own files.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, max: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = there(File::open(path))? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max {
            return Err(ErrorKind::FileTooLarge.into());
        }
        Ok(Some(bytes))
    }

    fn len(&self, path: &Path) -> io::Result<Option<u64>> {
        Ok(there(fs::metadata(path))?.map(|m| m.len()))
    }

    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(bytes)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        OpenOptions::new().write(true).open(path)?.sync_all()
    }

    fn remove(&self, path: &Path) -> io::Result<bool> {
        Ok(there(fs::remove_file(path))?.is_some())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<bool> {
        Ok(there(fs::rename(from, to))?.is_some())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }
}

/// Nothing instead of the error that there is no such file.
fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// What an error of [`Files`] is to the vault; `what` was being done.
pub(crate) fn failed(what: &'static str) -> impl Fn(io::Error) -> VaultError {
    move |error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => VaultError::Full,
        _ => VaultError::Io(what),
    }
}
