//! What can go wrong while building, signing or assembling. Every variant says what happened and what to do.

use std::path::{Path, PathBuf};

/// Shorthand for results of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Errors of the build steps. For writing a stick see [`crate::flash::Refusal`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{action} {path}: {source}", path = path.display())]
    Io {
        action: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "the program `{tool}` is missing; run `cargo xtask setup`, or install the Debian package {package}"
    )]
    MissingTool { tool: String, package: String },
    #[error("{path} is missing; run `cargo xtask setup`, or install the Debian package {package}", path = path.display())]
    MissingFile { path: PathBuf, package: String },
    #[error("`{command}` failed ({status}); the end of what it said:\n{output}")]
    ToolFailed {
        command: String,
        status: String,
        output: String,
    },
    #[error(
        "{path} has the sha256 {found}, but os/kernel/source.toml pins {pinned}: \
         install {package} {version}, or change the pin after reviewing the new source",
        path = path.display()
    )]
    KernelSourceChanged {
        path: PathBuf,
        found: String,
        pinned: String,
        package: String,
        version: String,
    },
    #[error("{file}:{line}: {problem}", file = file.display())]
    Fragment {
        file: PathBuf,
        line: usize,
        problem: String,
    },
    #[error("Kconfig did not take these options (wanted → got): {}", .0.join(", "))]
    OptionsNotTaken(Vec<String>),
    #[error("{path} is not what was expected: {problem}", path = path.display())]
    Malformed { path: PathBuf, problem: String },
    #[error(
        "{needed_by} needs the shared library {library}, which is in none of {searched}; install the package that holds it"
    )]
    LibraryNotFound {
        library: String,
        needed_by: String,
        searched: String,
    },
    #[error("the file {0} would be in the initramfs twice with different content")]
    DuplicateEntry(String),
    #[error("{what} does not fit: {needed} bytes needed, {available} there")]
    DoesNotFit {
        what: &'static str,
        needed: u64,
        available: u64,
    },
    #[error("the signing key {path} can be read by others; run `chmod 600` on it, or make new keys if it was copied", path = path.display())]
    KeyReadableByOthers { path: PathBuf },
}

impl Error {
    /// Wraps an I/O error with what was being done to which file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }

    pub(crate) fn malformed(path: &Path, problem: impl Into<String>) -> Self {
        Self::Malformed {
            path: path.to_path_buf(),
            problem: problem.into(),
        }
    }
}
