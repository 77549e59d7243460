//! What goes into the vault and what comes out of it.

use ledger::Subject;
use mynumber::{
    Address, CompanyName, CorporateNumber, Date, EmployeeNo, IndividualNumber, Kana, Label,
    PersonName, Purpose, Sex,
};

pub type PersonId = i64;

/// When a request happens, as the caller's clocks say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01 UTC by the system's clock.
    pub unix_seconds: i64,
    /// Whether a person confirmed that clock at this start of the PC.
    pub clock_confirmed: bool,
    /// Seconds of a clock that never jumps, since any fixed moment of this process's life.
    pub steady_seconds: u64,
}

/// What the first run asks.
#[derive(Debug)]
pub struct FirstRun<'a> {
    pub company: CompanyFields,
    /// The 責任者.
    pub owner_name: PersonName,
    /// Already checked by [`mynumber::passphrase::check`].
    pub passphrase: &'a str,
    /// As shown and asked back; spaces between words do not matter.
    pub recovery_words: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyFields {
    pub name: CompanyName,
    /// `None` for a sole proprietor.
    pub corporate_number: Option<CorporateNumber>,
    pub address: Option<Address>,
}

/// A person as the form has it, every field checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFields {
    pub employee_no: EmployeeNo,
    pub name: PersonName,
    /// フリガナ; may be unknown.
    pub kana: Option<Kana>,
    pub birth_date: Date,
    pub sex: Option<Sex>,
    pub address: Option<Address>,
    pub hired_on: Option<Date>,
}

/// A number to be kept, and for which purposes (利用目的) it was collected.
#[derive(Clone, Copy, Debug)]
pub struct NumberDraft<'a> {
    pub number: &'a IndividualNumber,
    pub purposes: &'a [Purpose],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    pub person: PersonId,
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    /// Grows by one with each change of the fields or the number.
    pub revision: u32,
    pub fields: PersonFields,
    pub has_number: bool,
    /// For which purposes the number may be used; empty without a number.
    pub purposes: Vec<Purpose>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    pub id: PersonId,
    pub employee_no: String,
    pub name: String,
    /// Empty when unknown.
    pub kana: String,
    pub birth_date: Date,
    pub has_number: bool,
}

/// One page of a list and how many there are altogether.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub total: u64,
    pub rows: Vec<T>,
}

/// A companion stick to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionDraft {
    /// Chosen at random by the keeper, `[A-Za-z0-9-]`.
    pub id: String,
    pub name: Label,
    /// What its descriptors say, as the keeper's JSON.
    pub hardware: String,
    /// The signed identity as it stands on the stick, byte for byte.
    pub identity: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanionRow {
    pub id: String,
    pub name: String,
    pub hardware: String,
    pub identity: Vec<u8>,
    pub registered_unix: i64,
    /// How many payroll PCs have a whitelist entry on it that is not revoked.
    pub payroll_pcs: u32,
}

/// A payroll PC whose request the 責任者 compared and approves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentDraft {
    /// Id of the request.
    pub id: String,
    pub companion: String,
    pub pc_id: String,
    pub pc_name: String,
    /// Where payloads are sealed to, as the enrolment says.
    pub recipient: String,
    /// Its Ed25519 key that signs receipts.
    pub pc_key: [u8; 32],
    /// The signed request, byte for byte.
    pub document: Vec<u8>,
}

/// What may leave to that PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhitelistDraft {
    pub id: String,
    /// File name of the program that will read the data.
    pub program: String,
    pub program_sha256: [u8; 32],
    /// Id of the format.
    pub format: String,
    pub purpose: Purpose,
    /// The last day it holds.
    pub expires: Date,
    /// The signed whitelist entry, byte for byte.
    pub document: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WhitelistRow {
    pub id: String,
    pub enrolment: String,
    pub companion: String,
    pub companion_name: String,
    pub pc_id: String,
    pub pc_name: String,
    pub recipient: String,
    pub pc_key: [u8; 32],
    pub program: String,
    pub program_sha256: [u8; 32],
    pub format: String,
    pub purpose: Purpose,
    pub expires: Date,
    pub approved_unix: i64,
    pub revoked: bool,
    pub document: Vec<u8>,
}

/// A hand-over about to be made under a whitelist entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverDraft {
    /// Chosen at random by the keeper, `[A-Za-z0-9-]`.
    pub id: String,
    /// The whitelist entry.
    pub entry: String,
    pub people: Vec<PersonId>,
}

/// A person and the number, on the way into a bundle.
#[derive(Debug)]
pub struct Disclosed {
    pub person: PersonId,
    pub fields: PersonFields,
    pub number: IndividualNumber,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOverState {
    /// Numbers were taken out for it; whether it reached the stick is not known. After a
    /// pulled stick it stays so: it may be on the companion.
    Started,
    /// Written, flushed, read again and compared.
    Made,
    /// It did not reach the stick.
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverRow {
    pub id: String,
    pub unix_seconds: i64,
    pub state: HandOverState,
    pub entry: String,
    pub companion: String,
    pub pc_id: String,
    pub pc_name: String,
    pub pc_key: [u8; 32],
    pub people: u32,
    pub purpose: Purpose,
    /// The receipt that says how it ended; one that says "not opened" only while there
    /// is no other.
    pub receipt: Option<ReceiptRow>,
}

/// How a receipt says a hand-over ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptOutcome {
    ReadAndDeleted,
    TimedOut,
    StickPulled,
    /// The courier was told to stop, or a safeguard was lost.
    Stopped,
    SweptAfterCrash,
    NotOpened,
}

/// A receipt whose signature the keeper verified against the hand-over's `pc_key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptDraft {
    pub hand_over: String,
    pub outcome: ReceiptOutcome,
    /// By the payroll PC's own clock.
    pub opened_unix: Option<i64>,
    pub deleted_unix: Option<i64>,
    pub user: String,
    pub program: String,
    /// The signed receipt, byte for byte.
    pub document: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    pub outcome: ReceiptOutcome,
    pub opened_unix: Option<i64>,
    pub deleted_unix: Option<i64>,
    pub user: String,
    pub program: String,
    pub taken_unix: i64,
    pub document: Vec<u8>,
}

/// What became of a receipt that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    New,
    /// The same bytes were taken before; nothing was written.
    Already,
}

/// What happened besides a change of the store, for the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub event: ledger::Event,
    pub subject: Option<Subject>,
    pub purpose: Option<Purpose>,
    pub document: Option<String>,
    pub count: Option<u32>,
}

impl Note {
    pub fn new(event: ledger::Event) -> Self {
        Self {
            event,
            subject: None,
            purpose: None,
            document: None,
            count: None,
        }
    }

    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }

    pub fn document(mut self, id: &str) -> Self {
        self.document = Some(id.to_owned());
        self
    }

    pub fn count(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }
}

/// Why the vault did not do something. Unless a variant says otherwise, nothing changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// E-004
    #[error("the stick is full")]
    Full,
    /// E-005
    #[error("the stick cannot be read or written: {0}")]
    Io(&'static str),
    /// E-007
    #[error("the vault's content is inconsistent: {0}")]
    Damaged(&'static str),
    /// E-007: made by a newer release.
    #[error("the vault was made by a newer release")]
    Newer,
    /// E-107
    #[error("there is a vault already")]
    Exists,
    /// E-003: another process has the vault open.
    #[error("the vault is in use")]
    Busy,
    /// E-101; the failure is in the ledger.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// E-105; the failure is in the ledger.
    #[error("the recovery words are wrong")]
    WrongRecoveryWords,
    /// E-102; nothing was tried.
    #[error("wait {wait_seconds} seconds before the next attempt")]
    TooManyAttempts { wait_seconds: u32 },
    /// E-012
    #[error("there is no such thing")]
    NotFound,
    /// E-013
    #[error("it was changed meanwhile")]
    Changed,
    /// E-208
    #[error("the employee number is taken")]
    EmployeeNoTaken,
    /// E-214
    #[error("the number belongs to another person")]
    NumberTaken,
    /// E-216
    #[error("there is no number")]
    NoNumber,
    /// E-302; the refusal is in the ledger.
    #[error("the number may not be used for this purpose")]
    PurposeNotAllowed,
    /// E-012: an id that is taken already (a companion, a hand-over).
    #[error("the id is taken")]
    IdTaken,
    /// E-512; not in the ledger yet: call [`crate::Vault::record_refusal`].
    #[error("the approval was revoked")]
    Revoked,
    /// E-513; not in the ledger yet.
    #[error("the approval has expired")]
    Expired,
    /// E-515: another receipt already says how this hand-over ended.
    #[error("another receipt was taken for this hand-over")]
    ReceiptContradicts,
    /// E-401
    #[error("the ledger's chain is broken: {0}")]
    LedgerBroken(ledger::Break),
    /// E-001: what should be recorded cannot stand in the ledger.
    #[error("no ledger entry can be made: {0}")]
    Entry(#[from] ledger::EntryError),
    /// E-516
    #[error("cancelled")]
    Cancelled,
    /// E-011
    #[error("there is not enough memory")]
    NoMemory,
    /// E-001
    #[error("the system gives no random numbers")]
    NoRandom,
}
