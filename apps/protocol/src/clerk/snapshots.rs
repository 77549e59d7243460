//! Consistent copies of the whole vault, made while it is worked with, in the vault's own
//! folder, from where they go to a backup stick.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// A new one under this name, read back and checked.
    Make {
        name: String,
    },
    List,
    /// Read one back and check it again.
    Examine {
        snapshot: SnapshotId,
    },
    Remove {
        snapshot: SnapshotId,
    },
    /// Make a vault of it in the folder `restored` beside the snapshots, without the
    /// numbers that were destroyed since. The vault that is open stays as it is.
    Restore {
        snapshot: SnapshotId,
    },
}

/// The folder's name, `[0-9a-z-]{1,40}`.
pub type SnapshotId = String;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Made(Snapshot),
    List(Vec<Snapshot>),
    Examined(Snapshot),
    Restored {
        /// Numbers destroyed after the snapshot was made, which did not come back.
        kept_out: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub snapshot: SnapshotId,
    pub made_unix: i64,
    pub bytes: u64,
    pub users: u64,
    pub people: u64,
    pub numbers: u64,
    pub tombstones: u64,
}
