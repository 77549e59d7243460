//! What goes into the vault and what comes out of it.

use crate::Particulars;
use ledger::Subject;
use mynumber::family::Relationship;
use mynumber::people::PersonKind;
use mynumber::{
    Address, CompanyName, CorporateNumber, Date, EmployeeNo, IndividualNumber, Kana, Label,
    NumberSource, PersonName, Purpose, Sex,
};

pub type PersonId = i64;
pub type UserId = i64;
/// 32 characters of lower-case hex, chosen at random.
pub type CompanyId = String;
pub use mynumber::rights::DepartmentId;

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

/// A number to be kept, for which purposes (利用目的) it was collected, and what its record
/// says of where it is from.
#[derive(Clone, Copy, Debug)]
pub struct NumberDraft<'a> {
    pub number: &'a IndividualNumber,
    pub purposes: &'a [Purpose],
    /// 取得元; `None` where nobody said.
    pub source: Option<NumberSource>,
    /// The day from which it holds (有効開始日); `None`: the day it is entered.
    pub valid_from: Option<Date>,
}

impl<'a> NumberDraft<'a> {
    /// One of which nobody said where it is from.
    pub const fn new(number: &'a IndividualNumber, purposes: &'a [Purpose]) -> Self {
        Self {
            number,
            purposes,
            source: None,
            valid_from: None,
        }
    }
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
    /// 入社日
    pub hired_on: Option<Date>,
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
    pub people: HandOverPeople,
}

/// Whom a hand-over is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOverPeople {
    pub people: Vec<PersonId>,
    /// Whose numbers the format has rows for. With an employee go those of the family whose
    /// numbers are held and may be asked for the same purpose, where they are among these.
    pub kinds: Vec<PersonKind>,
}

/// A person and the number, on the way into a bundle.
#[derive(Debug)]
pub struct Disclosed {
    pub carried: Carried,
    pub number: IndividualNumber,
}

/// Somebody whom a hand-over takes, without the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    pub person: PersonId,
    pub kind: PersonKind,
    /// 社員番号, of one of the family the employee's; 支払先コード; empty of the proprietor.
    pub code: String,
    /// Of one of the family.
    pub relationship: Option<Relationship>,
    /// 支払区分 of a payee, by its id.
    pub payment: Option<String>,
    pub particulars: Particulars,
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
