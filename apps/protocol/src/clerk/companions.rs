//! Companion sticks, payroll PCs, and what is handed over to them.

use super::{PersonId, Rows, Window};
use crate::system::{DeviceId, StickHardware};
use mynumber::Purpose;
use mynumber::people::PersonKind;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    List,
    /// Erase the stick and make it a companion under this name.
    Register {
        device: DeviceId,
        name: String,
    },
    /// Enrolment requests waiting on the stick.
    Enrolments {
        device: DeviceId,
    },
    /// The formats in which numbers can leave for this purpose, the usual one first.
    Formats {
        purpose: Purpose,
    },
    /// The 責任者 compared the words and allows this PC and program.
    ApproveEnrolment {
        device: DeviceId,
        enrolment: String,
        purpose: Purpose,
        /// [`Format::id`] of one that [`Request::Formats`] lists; `None`: the usual one.
        format: Option<String>,
        expires: String,
    },
    /// What may leave, to whom.
    Whitelist,
    RevokeEntry {
        entry: String,
    },
    /// What of the people that a hand-over would take does not fit: into the entry's format,
    /// which refuses the hand-over, or into the official forms that are filled from it, which
    /// is a warning. In the order of the file; no number is taken out.
    CheckHandOver {
        entry: String,
        people: Vec<PersonId>,
        window: Window,
    },
    /// Hand the people's numbers over under a whitelist entry. With an employee go those of
    /// the family whose numbers are held and may be asked for the entry's purpose today,
    /// where its format has rows for families.
    HandOver {
        device: DeviceId,
        entry: String,
        people: Vec<PersonId>,
    },
    /// Read receipts from the stick.
    ReadReceipts {
        device: DeviceId,
    },
    HandOvers,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    List(Vec<Companion>),
    Enrolments(Vec<Enrolment>),
    Formats(Vec<Format>),
    Checked(Checked),
    Whitelist(Vec<WhitelistEntry>),
    /// The bundle is on the stick, flushed, read again and compared.
    HandedOver {
        hand_over: String,
        people: u32,
    },
    /// How many new receipts were taken.
    ReceiptsRead {
        taken: u32,
        refused: u32,
    },
    HandOvers(Vec<HandOver>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Companion {
    pub id: String,
    pub name: String,
    pub hardware: StickHardware,
    pub registered_unix: i64,
    /// Plugged in now under this id, when the kiosk asked with sticks present.
    pub payroll_pcs: u32,
}

/// A payroll PC's request, checked: its signature holds and it names this vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    pub id: String,
    /// 受取側PCの名前
    pub pc_name: String,
    /// File name of the program that will read the data.
    pub program: String,
    /// SHA-256 of its executable, hex.
    pub program_sha256: String,
    /// To be compared with the payroll PC's screen.
    pub words: Vec<String>,
    pub approved: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhitelistEntry {
    pub id: String,
    pub companion: String,
    pub companion_name: String,
    pub pc_name: String,
    pub program: String,
    /// [`Format::id`]
    pub format: String,
    /// Its name, both languages.
    pub format_ja: String,
    pub format_en: String,
    pub purpose: Purpose,
    /// `2027-03-31`
    pub expires: String,
    pub expired: bool,
}

/// What a file that leaves looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// With the layout's version: `general-cp932.1`.
    pub id: String,
    pub name_ja: String,
    pub name_en: String,
    /// Whose numbers have rows in it.
    pub kinds: Vec<PersonKind>,
    /// The day on which the layout was last compared with its source.
    pub checked_on: String,
}

/// A hand-over that was looked at beforehand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// How many it would take, families included.
    pub people: u32,
    /// How many of the findings refuse it.
    pub refusals: u32,
    pub findings: Rows<Unfit>,
}

/// Something of somebody that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfit {
    pub person: PersonId,
    /// 社員番号, of one of the family the employee's; 支払先コード.
    pub code: String,
    pub name: String,
    pub field_ja: String,
    pub field_en: String,
    /// Nothing is handed over before it is mended; else only the form is too short.
    pub refuses: bool,
    pub why_ja: String,
    pub why_en: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    pub id: String,
    pub unix_seconds: i64,
    pub pc_name: String,
    pub people: u32,
    pub purpose: Purpose,
    pub receipt: Option<Receipt>,
}

/// What the payroll PC reports. Times are that PC's own: a witness, not the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub opened_unix: Option<i64>,
    pub deleted_unix: Option<i64>,
    pub user: String,
    pub program: String,
    /// Why it was refused or how it ended, one of the receipt's closed set.
    pub outcome: ReceiptOutcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiptOutcome {
    /// The program closed the file and it was removed.
    ReadAndDeleted,
    /// It was removed at the time limit.
    TimedOut,
    /// It was removed because the companion was pulled.
    StickPulled,
    /// It was removed because the courier was told to stop, the program ended without
    /// reading it, or a safeguard was lost.
    Stopped,
    /// A crash came between; it was removed at the next start.
    SweptAfterCrash,
    /// It was never opened: expired, replayed, program not running, …
    NotOpened,
}
