//! Where results are kept between builds: outside the clone, by the hash of what they were made from.

use crate::{Error, Result};
use sha2::{Digest, Sha256};
use std::{
    env, fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

/// A folder of build results. Everything in it can be deleted at any time.
///
/// `$KURAMORI_CACHE`, else `$XDG_CACHE_HOME/kuramori`, else `~/.cache/kuramori`.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache of this user.
    pub fn of_user() -> Result<Self> {
        let absolute = |name| {
            env::var_os(name)
                .map(PathBuf::from)
                .filter(|p| p.is_absolute())
        };
        let root = absolute("KURAMORI_CACHE")
            .or_else(|| Some(absolute("XDG_CACHE_HOME")?.join("kuramori")))
            .or_else(|| Some(absolute("HOME")?.join(".cache/kuramori")))
            .unwrap_or_else(|| env::temp_dir().join("kuramori-cache"));
        Self::at(root)
    }

    /// A cache in a given folder, made if it does not exist.
    pub fn at(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root).map_err(Error::io("make the cache folder", &root))?;
        Ok(Self { root })
    }

    /// A path inside the cache.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// The folder for `key`, made by `build` if it is not there yet.
    ///
    /// `build` fills a scratch folder; it gets its name only when `build` succeeded, so
    /// an interrupted build leaves nothing that looks finished.
    pub fn folder(
        &self,
        kind: &str,
        key: &str,
        build: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<PathBuf> {
        let finished = self.root.join(kind).join(key);
        let _held = self.lock(&format!("{kind}-{key}"))?;
        if finished.is_dir() {
            return Ok(finished);
        }
        let scratch = self.root.join(kind).join(format!("{key}.unfinished"));
        clear(&scratch)?;
        build(&scratch)?;
        fs::rename(&scratch, &finished).map_err(Error::io("publish in the cache", &finished))?;
        Ok(finished)
    }

    /// Holds `name` against other processes until the value is dropped.
    pub fn lock(&self, name: &str) -> Result<fs::File> {
        let path = self.root.join(format!("{name}.lock"));
        let file = fs::File::create(&path).map_err(Error::io("open the lock", &path))?;
        file.lock().map_err(Error::io("lock", &path))?;
        Ok(file)
    }
}

/// Makes `folder` exist and empty.
pub(crate) fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            return Err(Error::io("empty the folder", folder)(e));
        }
        _ => {}
    }
    fs::create_dir_all(folder).map_err(Error::io("make the folder", folder))
}

/// SHA-256 of several parts in lower-case hex. Each part is preceded by its length,
/// so that no two lists of parts run together.
pub fn key_of(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// SHA-256 of a byte string in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file in lower-case hex.
pub fn sha256_file(path: &Path) -> Result<String> {
    let file = fs::File::open(path).map_err(Error::io("open", path))?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut hash = Sha256::new();
    loop {
        let piece = file.fill_buf().map_err(Error::io("read", path))?;
        if piece.is_empty() {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(piece);
        let read = piece.len();
        file.consume(read);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_failed_build_leaves_nothing_that_looks_finished() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::at(dir.path()).unwrap();
        let failed = cache.folder("kernel", "k", |_| {
            Err(Error::DuplicateEntry("stand-in for any failure".into()))
        });
        assert!(failed.is_err());
        assert!(!cache.path("kernel/k").exists());

        let made = cache
            .folder("kernel", "k", |to| {
                fs::write(to.join("bzImage"), b"x").map_err(Error::io("write", to))
            })
            .unwrap();
        assert_eq!(fs::read(made.join("bzImage")).unwrap(), b"x");
        // A second caller gets the finished folder and does not build.
        cache
            .folder("kernel", "k", |_| unreachable!("it is cached"))
            .unwrap();
    }

    #[test]
    fn keys_differ_when_the_same_bytes_are_split_differently() {
        assert_ne!(key_of(&[b"ab", b"c"]), key_of(&[b"a", b"bc"]));
    }
}
