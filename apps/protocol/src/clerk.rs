//! Kiosk ↔ keeper: everything a person at the keyboard can ask of the vault.
//!
//! One request at a time; the keeper answers with any number of [`Reply::Progress`]
//! and then exactly one other reply. [`Request::Cancel`] may be sent meanwhile.

use crate::Secret;
use crate::system::{DeviceId, StickHardware};
use codes::ErrorCode;
use mynumber::Purpose;
use serde::{Deserialize, Serialize};

/// Most rows in one page of a list.
pub const MAX_ROWS: u16 = 200;

pub type PersonId = i64;

/// What the kiosk asks of the keeper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Which company, is somebody logged in? Allowed without login.
    State,
    /// Make the database of a fresh vault; logs the owner in.
    FirstRun {
        company: CompanyDraft,
        owner_name: String,
        passphrase: Secret,
        recovery_words: Secret,
    },
    Login {
        passphrase: Secret,
    },
    /// Log in by recovery words and wrap the keys with the new passphrase.
    Recover {
        recovery_words: Secret,
        new_passphrase: Secret,
    },
    Lock,
    /// People whose 氏名, フリガナ or 社員番号 contains every word of `query`
    /// (empty: all), by 社員番号.
    People {
        query: String,
        offset: u32,
        limit: u16,
    },
    Person {
        person: PersonId,
    },
    RegisterPerson {
        draft: PersonDraft,
        number: Option<NumberEntry>,
    },
    /// `revision` is the one the form was filled from.
    ChangePerson {
        person: PersonId,
        revision: u32,
        draft: PersonDraft,
    },
    /// Register a number for somebody who has none, or replace it.
    SetNumber {
        person: PersonId,
        number: NumberEntry,
    },
    /// The digits, for one purpose, recorded.
    RevealNumber {
        person: PersonId,
        purpose: Purpose,
    },
    /// The newest `limit` entries with a counter below `before` (none: the newest).
    Ledger {
        before: Option<u64>,
        limit: u16,
    },
    /// Check the whole chain.
    VerifyLedger,

    Companions,
    /// Erase the stick and make it a companion under this name.
    RegisterCompanion {
        device: DeviceId,
        name: String,
    },
    /// Enrolment requests waiting on the stick.
    Enrolments {
        device: DeviceId,
    },
    /// The 責任者 compared the words and allows this PC and program.
    ApproveEnrolment {
        device: DeviceId,
        enrolment: String,
        purpose: Purpose,
        expires: String,
    },
    /// What may leave, to whom.
    Whitelist,
    RevokeEntry {
        entry: String,
    },
    /// Hand the people's numbers over under a whitelist entry.
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
    /// Stop the long work under way, if it still can be stopped. Has no reply of its
    /// own: the work's reply tells how it ended.
    Cancel,
}

/// What the keeper answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    State(State),
    /// The request was done and there is nothing to tell.
    Done,
    /// Registered or changed; which one, and its new revision.
    Saved {
        person: PersonId,
        revision: u32,
    },
    /// Nothing was changed: every field that is wrong, and why.
    Invalid(Vec<FieldError>),
    /// Nothing was changed.
    Refused(ErrorCode),
    Progress {
        step: Step,
        done: u64,
        total: u64,
    },
    People {
        total: u32,
        rows: Vec<PersonRow>,
    },
    Person(Person),
    Number(Secret),
    Ledger {
        rows: Vec<LedgerRow>,
        total: u64,
    },
    LedgerIntact {
        entries: u64,
    },
    Companions(Vec<Companion>),
    Enrolments(Vec<Enrolment>),
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
pub struct State {
    /// `None` before the first run.
    pub company: Option<String>,
    /// Who is logged in.
    pub user: Option<String>,
    /// The newest entry's time, seconds since 1970-01-01 UTC: the clock should not be before it.
    pub last_entry: Option<i64>,
    /// Seconds until the next passphrase is accepted, after wrong ones.
    pub wait_seconds: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyDraft {
    /// 名称
    pub name: String,
    /// 法人番号, or empty for a sole proprietor
    pub corporate_number: String,
    /// 所在地
    pub address: String,
}

/// A person's fields as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDraft {
    pub employee_no: String,
    pub name: String,
    pub kana: String,
    pub birth_date: String,
    pub sex: Option<Sex>,
    pub address: String,
    pub hired_on: String,
}

pub use mynumber::Sex;

/// The number, typed twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberEntry {
    pub first: Secret,
    pub second: Secret,
}

/// Which field of a form is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    CompanyName,
    CorporateNumber,
    CompanyAddress,
    OwnerName,
    Passphrase,
    RecoveryWords,
    EmployeeNo,
    Name,
    Kana,
    BirthDate,
    Sex,
    Address,
    HiredOn,
    Number,
    NumberAgain,
    CompanionName,
    Expires,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: Field,
    pub code: ErrorCode,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    pub person: PersonId,
    pub employee_no: String,
    pub name: String,
    pub kana: String,
    /// `1990-04-01`
    pub birth_date: String,
    pub has_number: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub person: PersonId,
    pub revision: u32,
    /// The fields as they are kept; dates as `1990-04-01`.
    pub fields: PersonDraft,
    pub has_number: bool,
    /// For which purposes the number may be shown or handed over.
    pub purposes: Vec<Purpose>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerRow {
    pub seq: u64,
    /// Seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
    pub clock_confirmed: bool,
    pub user: String,
    /// Code of the event, e.g. `L-101`.
    pub event: String,
    pub text_ja: String,
    pub text_en: String,
    /// Whose number or which object; never a number.
    pub subject: String,
    pub purpose: Option<Purpose>,
    pub refused: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    DerivingKey,
    Reading,
    Formatting,
    Writing,
    Verifying,
    CheckingLedger,
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
    /// Name of the format, both languages.
    pub format_ja: String,
    pub format_en: String,
    pub purpose: Purpose,
    /// `2027-03-31`
    pub expires: String,
    pub expired: bool,
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
