//! The kana-kanji converter's dictionary, as `kkc-tools build` leaves it in the cache: the file, what
//! it was made from, and the licence texts that go wherever it goes.

use crate::{Error, FileReport, Result};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Budget of the dictionary inside the image, compressed, in bytes.
pub const BUDGET: u64 = 20_000_000;

/// Where the kiosk finds it in the image.
pub(crate) const INSIDE: &str = "usr/share/kuramori/kkc.dic";

/// Names in the folder. `kkc-tools` writes them.
const FILE: &str = "kkc.dic";
const DEPENDENCIES: &str = "dependencies";
const LICENSES: &str = "licenses";

/// A folder that `kkc-tools build` filled.
#[derive(Clone, Debug)]
pub struct Dictionary {
    pub folder: PathBuf,
}

impl Dictionary {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The dictionary itself, its size and hash.
    pub fn report(&self) -> Result<FileReport> {
        FileReport::of(self.folder.join(FILE))
    }

    pub(crate) fn content(&self) -> Result<Vec<u8>> {
        read(&self.folder.join(FILE))
    }

    /// What it was made from: lines `dictionary NAME VERSION LICENCE`.
    pub(crate) fn dependencies(&self) -> Result<String> {
        let path = self.folder.join(DEPENDENCIES);
        String::from_utf8(read(&path)?).map_err(|e| Error::malformed(&path, e.to_string()))
    }

    /// Licence texts by name, in order.
    pub(crate) fn licenses(&self) -> Result<Vec<(String, Vec<u8>)>> {
        let folder = self.folder.join(LICENSES);
        let mut texts: Vec<(String, Vec<u8>)> = fs::read_dir(&folder)
            .map_err(Error::io("list", &folder))?
            .flatten()
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                Ok((name, read(&entry.path())?))
            })
            .collect::<Result<_>>()?;
        texts.sort();
        Ok(texts)
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(Error::io("read", path))
}
