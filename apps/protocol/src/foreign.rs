//! Keeper ↔ porter: what is done with a foreign stick. One job a process.
//!
//! Three jobs are init's, on the boot partition of the stick that runs: [`Job::Bless`],
//! [`Job::ReadSettings`] and [`Job::KeepSettings`].

use crate::settings::Settings;
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
    /// The device is the boot partition: take the boot counter out of this file's name.
    Bless { file: CountedFile },
    /// The device is the boot partition: say how screen and keyboard are set.
    ReadSettings,
    /// The device is the boot partition: set them so.
    KeepSettings { settings: Settings },
}

/// The folder of the boot partition that the system's EFI files are in.
pub const BOOT_FOLDER: [&str; 2] = ["EFI", "Linux"];

/// The name of a slot's EFI file while its boots are counted: `kuramori-[AB]+LEFT.efi`, or
/// `kuramori-[AB]+LEFT-DONE.efi` after a start, each number of 1 to 4 digits (systemd's
/// Automatic Boot Assessment; the UAPI group's Boot Loader Specification, "Boot counting").
/// A file of any other name is none of the system's to rename.
///
/// ```
/// use protocol::foreign::CountedFile;
/// let file = CountedFile::parse("kuramori-A+2-1.efi").unwrap();
/// assert_eq!(file.blessed(), "kuramori-A.efi");
/// assert_eq!(CountedFile::parse("kuramori-A.efi"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountedFile(String);

impl CountedFile {
    const ENDING: &str = ".efi";

    /// `None` for any other name.
    pub fn parse(name: &str) -> Option<Self> {
        let (slot, counter) = name.strip_suffix(Self::ENDING)?.split_once('+')?;
        let (left, done) = match counter.split_once('-') {
            Some((left, done)) => (left, Some(done)),
            None => (counter, None),
        };
        let is_number =
            |text: &str| (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let proper = matches!(slot, "kuramori-A" | "kuramori-B")
            && is_number(left)
            && done.is_none_or(is_number);
        proper.then(|| Self(name.to_owned()))
    }

    pub fn name(&self) -> &str {
        &self.0
    }

    /// The name of a file whose start is known to be good.
    pub fn blessed(&self) -> String {
        let slot = self.0.split('+').next().unwrap_or_default();
        format!("{slot}{}", Self::ENDING)
    }
}

impl TryFrom<String> for CountedFile {
    type Error = &'static str;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name).ok_or("not the name of a slot with a boot counter")
    }
}

impl From<CountedFile> for String {
    fn from(file: CountedFile) -> Self {
        file.0
    }
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
    /// What the file of settings says; the defaults where it says nothing whole.
    Settings(Settings),
    Failed(ErrorCode),
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{decode, encode};

    #[test]
    fn a_slot_loses_its_counter_and_nothing_else() {
        for (counted, blessed) in [
            ("kuramori-A+3.efi", "kuramori-A.efi"),
            ("kuramori-B+2-1.efi", "kuramori-B.efi"),
            ("kuramori-A+0-9999.efi", "kuramori-A.efi"),
        ] {
            assert_eq!(CountedFile::parse(counted).unwrap().blessed(), blessed);
        }
    }

    #[test]
    fn no_other_name_is_a_counted_file() {
        for name in [
            "",
            "kuramori-A.efi",
            "kuramori-C+3.efi",
            "kuramori-a+3.efi",
            "kuramori-A+.efi",
            "kuramori-A+3-.efi",
            "kuramori-A+-1.efi",
            "kuramori-A+3+2.efi",
            "kuramori-A+3-1-1.efi",
            "kuramori-A+12345.efi",
            "kuramori-A+３.efi",
            "kuramori-A+3.EFI",
            "kuramori-A+3.efi\0",
            "x/kuramori-A+3.efi",
            "BOOTX64.EFI",
        ] {
            assert_eq!(CountedFile::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_frame_with_another_name_is_not_a_job() {
        let file = CountedFile::parse("kuramori-A+3.efi").unwrap();
        let job = Job::Bless { file };
        let mut frame = encode(&job).unwrap();
        assert_eq!(decode::<Job>(&frame[4..]), Ok(job));
        let slot = frame.iter().position(|byte| *byte == b'A').unwrap();
        frame[slot] = b'X';
        assert!(decode::<Job>(&frame[4..]).is_err());
    }
}
