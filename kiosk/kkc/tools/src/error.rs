//! What can go wrong while a dictionary is built or measured.

use std::path::{Path, PathBuf};

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{action} {path}: {source}", path = path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("`{command}` failed: {output}")]
    Command { command: String, output: String },
    #[error(
        "{file} has the sha256 {found}, but kiosk/kkc/tools/data/sources.toml pins {pinned}: \
         review the new version, then change the pin"
    )]
    OtherInput {
        file: String,
        found: String,
        pinned: String,
    },
    #[error("{file} is not what was expected: {problem}")]
    Malformed { file: String, problem: String },
    #[error("a source in SQLite: {0}")]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    Cache(#[from] image::Error),
    #[error(transparent)]
    Build(#[from] kkc::build::BuildError),
    #[error(transparent)]
    Open(#[from] kkc::OpenError),
}

impl Error {
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    pub fn malformed(file: &str, problem: impl Into<String>) -> Self {
        Self::Malformed {
            file: file.into(),
            problem: problem.into(),
        }
    }
}
