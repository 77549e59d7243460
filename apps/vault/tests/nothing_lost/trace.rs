//! What an operation did to the vault's folder, call by call.

use std::path::{Path, PathBuf};
use std::rc::Rc;

/// One call, on paths relative to the recorded folder (the folder itself is the empty path).
#[derive(Clone, Debug)]
pub enum Op {
    Create {
        path: PathBuf,
    },
    Write {
        path: PathBuf,
        offset: u64,
        bytes: Rc<[u8]>,
    },
    Truncate {
        path: PathBuf,
        len: u64,
    },
    /// Of a file: its content; of a folder: its entries.
    Sync {
        path: PathBuf,
    },
    Remove {
        path: PathBuf,
    },
    Rename {
        from: PathBuf,
        to: PathBuf,
    },
    MakeFolder {
        path: PathBuf,
    },
    /// The vault's method returned: what it did may not be lost from here on.
    Acknowledged,
}

/// How the disk is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// One write fails, the next one finds space again.
    Once,
    /// Every write that makes a file longer fails, until something is removed.
    UntilFreed,
}

/// Records one thread's calls below one folder, and may refuse writes.
pub struct Recorder {
    root: PathBuf,
    pub ops: Vec<Op>,
    /// How many writes were asked for.
    pub writes: usize,
    /// Which write is refused (counted from 0), and how.
    pub refuse: Option<(usize, Full)>,
    freed: bool,
}

impl Recorder {
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            ops: Vec::new(),
            writes: 0,
            refuse: None,
            freed: false,
        }
    }

    pub fn relative(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.root).ok().map(Path::to_owned)
    }

    pub fn full_path(&self, path: &Path) -> PathBuf {
        self.root.join(path)
    }

    pub fn push(&mut self, op: Op) {
        let refusing = self.refuse.is_some_and(|(at, _)| self.writes > at);
        self.freed |= refusing && matches!(op, Op::Remove { .. });
        self.ops.push(op);
    }

    /// Whether the write of `path` up to byte `end` finds no space.
    pub fn refuses_write(&mut self, path: &Path, end: u64) -> bool {
        let this = self.writes;
        self.writes += 1;
        match self.refuse {
            Some((at, Full::Once)) => this == at,
            Some((at, Full::UntilFreed)) if this >= at && !self.freed => {
                let len = std::fs::metadata(self.full_path(path)).map_or(0, |m| m.len());
                end > len
            }
            _ => false,
        }
    }
}
