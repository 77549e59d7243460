//! Keeper ↔ porter: what is done with a foreign stick. One job a process.

use codes::ErrorCode;
use serde::{Deserialize, Serialize};

/// Folder of everything Kuramori puts on a companion stick.
pub const FOLDER: &str = "KURAMORI";
/// The signed identity of a companion, inside [`FOLDER`].
pub const IDENTITY: &str = "COMPANION.KID";
/// Largest file read from or written to a companion, in bytes.
pub const MAX_FILE: usize = 1 << 20;
/// Most files read from one folder of a companion.
pub const MAX_FILES: usize = 64;
/// Most bytes of an [`Answer::Inspected`] altogether.
pub const MAX_INSPECTED: usize = 1 << 20;

/// Where a companion holds what. Names inside are `[A-Z0-9-]{1,40}` and the
/// folder's own ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Folder {
    /// `ENROL/*.KER`: requests that payroll PCs wrote.
    Enrolments,
    /// `APPROVED/*.KAP`: whitelist entries for payroll PCs to keep.
    Approvals,
    /// `BUNDLES/*.KBN`
    Bundles,
    /// `RECEIPTS/*.KRC`: receipts that payroll PCs wrote.
    Receipts,
}

impl Folder {
    pub const ALL: [Folder; 4] = [
        Folder::Enrolments,
        Folder::Approvals,
        Folder::Bundles,
        Folder::Receipts,
    ];

    /// The folder's name inside [`FOLDER`].
    pub const fn name(self) -> &'static str {
        match self {
            Folder::Enrolments => "ENROL",
            Folder::Approvals => "APPROVED",
            Folder::Bundles => "BUNDLES",
            Folder::Receipts => "RECEIPTS",
        }
    }

    /// The ending of its files, without the dot.
    pub const fn ending(self) -> &'static str {
        match self {
            Folder::Enrolments => "KER",
            Folder::Approvals => "KAP",
            Folder::Bundles => "KBN",
            Folder::Receipts => "KRC",
        }
    }
}

/// What the keeper wants done; the first and only message to a porter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// Read the identity and every file of these folders, in their order. Files that
    /// would take the answer over [`MAX_INSPECTED`], or a folder over [`MAX_FILES`],
    /// are left out: remove what was read and inspect again.
    Inspect { folders: Vec<Folder> },
    /// Wipe both partition tables and old signatures, make one FAT32 partition with
    /// this label (11 characters of `A-Z0-9-`), write the identity.
    Format { label: String, identity: Vec<u8> },
    /// Write files and remove files (in this order), if the identity on the stick is
    /// still the one given.
    Update {
        identity: Vec<u8>,
        put: Vec<File>,
        remove: Vec<(Folder, String)>,
    },
}

/// A file of a companion: `name` is without ending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    pub folder: Folder,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// What the porter answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Work goes on: of `total` bytes or steps, `done` are done.
    Progress {
        done: u64,
        total: u64,
    },
    /// `identity` is `None` when this is not a companion.
    Inspected {
        identity: Option<Vec<u8>>,
        files: Vec<File>,
    },
    /// Everything was written, flushed to the device, read again through a fresh
    /// view of it and compared: the stick may be pulled.
    Flushed,
    Failed(ErrorCode),
}
