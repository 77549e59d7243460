//! Kiosk ↔ keeper: everything a person at the keyboard can ask of the vault.
//!
//! One request at a time; the keeper answers with any number of [`Reply::Progress`]
//! and then exactly one other reply. [`Request::Cancel`] may be sent meanwhile.
//!
//! Each area has a module with its own closed `Request` and `Reply`:
//!
//! | module          | what it is about |
//! |-----------------|------------------|
//! | [`session`]     | first run, login, recovery, one's own passphrase, the company entered |
//! | [`companies`]   | 事業者: one's own and the clients of a 社労士; its departments and settings |
//! | [`people`]      | employees: joining, changing, leaving, returning |
//! | [`families`]    | dependants (扶養親族等) of an employee |
//! | [`payees`]      | 支払先: authors, lecturers, landlords, … |
//! | [`numbers`]     | the individual number itself: keep, replace, show |
//! | [`collection`]  | asking for numbers, 本人確認, notice of purposes, refusals |
//! | [`registers`]   | 委託先 and media carried out |
//! | [`users`]       | who may log in, and what each may do |
//! | [`approvals`]   | acts that wait for a second person |
//! | [`ledger`]      | 取扱記録 and its signed reports |
//! | [`retention`]   | 保存期間: what must go and why, destroying, its record |
//! | [`imports`]     | employees and families from CSV files, and taking that back |
//! | [`snapshots`]   | consistent copies of the vault, and going back to one |
//! | [`input`]       | what Japanese input learned from a user, and the user's own words |
//! | [`companions`]  | companion sticks, payroll PCs, hand-overs, receipts |
//!
//! **The company.** A login enters at most one company, and every request but those of
//! [`session`] is about the entered one. No request names
//! a company beside the thing it asks for, so two companies cannot be mixed by a wrong id.
//!
//! **What a user may do** stands in one table, [`access`]. A thing that is not there and a
//! thing out of the user's scope get the same answer, `E-012`.
//!
//! **Bounds.** A list is asked for by a [`Window`] of at most [`MAX_ROWS`] rows. A
//! file goes in pieces of at most [`MAX_PIECE`] bytes. Dates, numbers and names travel as they were typed; the keeper reads them and
//! answers [`Reply::Invalid`] with every field that is wrong. Dates come back as
//! `2026-11-21`, times as seconds since 1970-01-01 UTC.

pub mod access;
pub mod approvals;
pub mod collection;
pub mod companies;
pub mod companions;
pub mod families;
mod field;
pub mod imports;
pub mod input;
pub mod ledger;
pub mod numbers;
pub mod payees;
pub mod people;
pub mod registers;
pub mod retention;
pub mod session;
pub mod snapshots;
pub mod users;

pub use field::{Field, FieldError};
pub use mynumber::Sex;

use codes::ErrorCode;
use serde::{Deserialize, Serialize};

/// Most rows in one page of a list.
pub const MAX_ROWS: u16 = 200;

/// Most bytes of a file in one request or reply.
pub const MAX_PIECE: usize = 256 * 1024;

/// A person whose number may be held: employee, dependant, payee or proprietor. Never
/// given to another, and none has the id of one in another company.
pub type PersonId = i64;

/// Never given to another user.
pub type UserId = i64;

/// Random, `[0-9a-f]{32}`.
pub type CompanyId = String;

/// What the kiosk asks of the keeper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    Session(session::Request),
    Companies(companies::Request),
    People(people::Request),
    Families(families::Request),
    Payees(payees::Request),
    Numbers(numbers::Request),
    Collection(collection::Request),
    Registers(registers::Request),
    Users(users::Request),
    Approvals(approvals::Request),
    Ledger(ledger::Request),
    Retention(retention::Request),
    Imports(imports::Request),
    Input(input::Request),
    Snapshots(snapshots::Request),
    Companions(companions::Request),
    /// Stop the long work under way, if it still can be stopped. Has no reply of its
    /// own: the work's reply tells how it ended.
    Cancel,
}

/// What the keeper answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The request was done and there is nothing to tell.
    Done,
    /// A person was registered or changed; who, and the new revision.
    Saved {
        person: PersonId,
        revision: u32,
    },
    /// Nothing was done yet: a second person has to confirm it ([`approvals`]); then the
    /// same request again does it.
    Waits(approvals::ApprovalId),
    /// Nothing was changed: every field that is wrong, and why.
    Invalid(Vec<FieldError>),
    /// Nothing was changed.
    Refused(ErrorCode),
    Progress {
        step: Step,
        done: u64,
        total: u64,
    },
    Session(session::Reply),
    Companies(companies::Reply),
    People(people::Reply),
    Families(families::Reply),
    Payees(payees::Reply),
    Numbers(numbers::Reply),
    Collection(collection::Reply),
    Registers(registers::Reply),
    Users(users::Reply),
    Approvals(approvals::Reply),
    Ledger(ledger::Reply),
    Retention(retention::Reply),
    Imports(imports::Reply),
    Input(input::Reply),
    Snapshots(snapshots::Reply),
    Companions(companions::Reply),
}

macro_rules! areas {
    ($($variant:ident($area:ident)),* $(,)?) => {$(
        impl From<$area::Request> for Request {
            fn from(request: $area::Request) -> Self {
                Request::$variant(request)
            }
        }

        impl From<$area::Reply> for Reply {
            fn from(reply: $area::Reply) -> Self {
                Reply::$variant(reply)
            }
        }
    )*};
}

areas! {
    Session(session),
    Companies(companies),
    People(people),
    Families(families),
    Payees(payees),
    Numbers(numbers),
    Collection(collection),
    Registers(registers),
    Users(users),
    Approvals(approvals),
    Ledger(ledger),
    Retention(retention),
    Imports(imports),
    Input(input),
    Snapshots(snapshots),
    Companions(companions),
}

/// Which part of a list is asked for. More than [`MAX_ROWS`] rows are not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub offset: u32,
    pub limit: u16,
}

impl Window {
    /// The first [`MAX_ROWS`] rows.
    pub const FIRST: Self = Self {
        offset: 0,
        limit: MAX_ROWS,
    };
}

/// One window's rows, and how many there are altogether.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rows<T> {
    pub total: u32,
    pub rows: Vec<T>,
}

/// A row of a register that was saved: which one, and its new revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub id: i64,
    pub revision: u32,
}

/// What long work is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    DerivingKey,
    Reading,
    Formatting,
    Writing,
    Verifying,
    CheckingLedger,
}
