//! Consistent copies of the whole vault, made while it is worked with, in the vault's own
//! folder, from where they go to a backup stick.

use codes::ErrorCode;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// A new one under this name, read back and checked.
    Make { name: String },
    /// Each as it stands, opened and measured but not read.
    List,
    /// Read one back and check every byte of it again.
    Examine { snapshot: SnapshotId },
    /// Only for who manages the users of every company; each that wants a second person's
    /// word is asked for it. Every ledger says so.
    Remove { snapshot: SnapshotId },
    /// Put it in the place of the vault, for every company in it, without the numbers that
    /// were destroyed since and with the users, rights and passphrases of now. The session
    /// ends: the next login is one to the restored vault. Only for who manages the users of
    /// every company; each that wants a second person's word is asked for it.
    ///
    /// Before the first run of a vault, and where the vault is damaged (E-007), this and
    /// [`Request::List`] and [`Request::Examine`] need no login: there is nothing to log in
    /// to. Before a first run it is the first run; the files of a damaged vault are put
    /// aside as they are ([`Request::Replaced`]).
    Restore { snapshot: SnapshotId },
    /// Make the signed file of destroyed numbers anew, beside the snapshots; making a
    /// snapshot does it, too. A restore without a newer vault takes it.
    ExportTombstones,
    /// What is left of the vault from before a restore.
    Replaced,
    /// Remove it. Only for who manages the users of every company.
    DropReplaced,
}

/// The folder's name, `[0-9a-z-]{1,40}`.
pub type SnapshotId = String;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Made(Snapshot),
    /// Newest first.
    List(Vec<Shelved>),
    Examined(Snapshot),
    Restored {
        /// Numbers destroyed after the snapshot was made, which did not come back.
        kept_out: u32,
        /// Users whose name, rights or passphrase are those of now.
        access_changed: u32,
    },
    /// How many destroyed numbers the file tells of.
    Tombstones {
        count: u32,
    },
    Replaced(Option<Replaced>),
}

/// One of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shelved {
    /// All there by its lengths; [`Request::Examine`] and a restore read it.
    Whole(Snapshot),
    /// Not to be used, and why: cut off, of another length, of a newer release. It takes space
    /// and holds keys until somebody removes it.
    Unusable {
        snapshot: SnapshotId,
        code: ErrorCode,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub snapshot: SnapshotId,
    pub made_unix: i64,
    pub bytes: u64,
    /// `None` before a login, and for who may not keep each of its companies.
    pub contents: Option<Contents>,
}

/// How much is in a snapshot, over all companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    pub users: u64,
    pub people: u64,
    pub numbers: u64,
    pub tombstones: u64,
}

/// The vault from before a restore. It is kept until a manager drops it or another restore;
/// its numbers can be opened until a number key is replaced (a deletion, a user removed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    pub bytes: u64,
    /// Whether its numbers can still be opened.
    pub keys: bool,
}
