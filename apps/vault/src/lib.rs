//! The vault's store: one SQLite file in a folder, with the users, the keys, the people,
//! their numbers, the ledger and what was handed over.
//!
//! - **Every change comes with its ledger entry** in the same transaction. The only way to
//!   write is `Vault::transact` (private to this crate), whose closure must return at least
//!   one line for the ledger; outside of it the connection refuses to write.
//! - **Durable when it returns.** What a method acknowledged survives a pulled stick; what
//!   it refused left nothing behind. A full stick is [`VaultError::Full`].
//! - **Numbers open only with a [`Session`]**, which holds the keys that the passphrase
//!   opened and wipes them when dropped. A number comes out by [`Vault::reveal`] and
//!   [`Vault::begin_hand_over`], after the ledger says for whom and which purpose.
//! - It refuses: numbers outside their purposes, two people with one number, a changed row
//!   over a changed row, a database made by a newer release, weaker key derivation than
//!   the one pinned.
//!
//! Names and addresses are plain columns: the volume below encrypts every block, and the
//! search needs them. The keys and wrappings are described in `docs/formats/vault.md`, the
//! ledger in `docs/formats/ledger.md`.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! use mynumber::{CompanyName, Date, EmployeeNo, IndividualNumber, PersonName, Purpose};
//! use vault::{CompanyFields, FirstRun, Moment, NumberDraft, Pc, PersonFields, Vault};
//!
//! let pc = Pc { id: "a1b2c3d4e5f60718".into(), name: "OptiPlex 3080".into() };
//! let now = Moment { unix_seconds: 1_795_212_000, clock_confirmed: true, steady_seconds: 0 };
//! let first = FirstRun {
//!     company: CompanyFields {
//!         name: CompanyName::new("株式会社サンプル")?,
//!         corporate_number: None,
//!         address: None,
//!     },
//!     owner_name: PersonName::new("山田 太郎")?,
//!     passphrase: "correct horse battery staple",
//!     recovery_words: "あいこくしん あいさつ あいだ",
//! };
//! let (mut vault, session) = Vault::create(folder.path(), pc, &first, now)?;
//! let fields = PersonFields {
//!     employee_no: EmployeeNo::new("0001")?,
//!     name: PersonName::new("髙橋 花子")?,
//!     kana: None,
//!     birth_date: Date::parse("H2.4.1")?,
//!     sex: None,
//!     address: None,
//!     hired_on: None,
//! };
//! let number = IndividualNumber::parse("1234-5678-9018")?;
//! let draft = NumberDraft::new(&number, &[Purpose::WithholdingTax]);
//! let saved = vault.register_person(&session, &fields, Some(draft), now)?;
//! let digits = vault.reveal(&session, saved.person, Purpose::WithholdingTax, now)?;
//! assert_eq!(*digits, "123456789018");
//! vault.lock(session, now)?;
//! # Ok(()) }
//! ```

#[cfg(test)]
mod attacks;
mod bins;
mod book;
mod closing;
mod company;
mod destruction;
mod disclosure;
mod error;
mod exchange;
mod files;
mod handover;
mod import;
mod kdf;
mod keyring;
mod keys;
mod login;
mod numbers;
mod opening;
mod pending;
mod people;
mod profile;
mod reports;
mod retention;
mod rights;
mod rotation;
mod session;
mod snapshot;
mod store;
mod subjects;
mod threads;
mod types;
mod users;
mod words;

pub use closing::Closing;
pub use company::{Company, CompanyKind, CompanyRow};
pub use destruction::{DestroyReason, DestroyedNumbers, Tombstone};
pub use error::VaultError;
pub use exchange::Replaced;
pub use files::{Disk, Files, Storage};
pub use import::{Existing, ImportDraft, ImportReport, ImportRow, ImportSource, Imported};
pub use kdf::derive_once;
pub use keyring::{KEYRING_FILE, MAX_SEALED_KEYS};
pub use ledger::Pc;
pub use login::LoginName;
pub use numbers::{Entered, FormerNumber, HeldNumber, Identified, NumberRecord, Stamp};
pub use pending::{Act, Decision, REQUEST_SECONDS, RequestRow, RequestState};
pub use profile::{CompanyProfile, MAX_MUNICIPALITIES, Municipality, Size};
pub use reports::ReportRequest;
pub use retention::{
    Certificate, Deletion, DeletionRow, DueCounts, DueList, DueRow, HoldEnd, HoldRow,
    MAX_HOLD_PEOPLE, MustKeep,
};
pub use session::Session;
pub use snapshot::{
    CompanyHead, Counts, Known, MAX_TOMBSTONES_FILE, Manifest, Piece, Progress, Restored, Snapshot,
    Stage, Standing, TombstoneFile, restore,
};
pub use store::MAX_LISTED;
pub use subjects::*;
pub use types::*;
pub use users::{UserDraft, UserRow};
pub use words::MAX_USER_WORDS;

use std::rc::Rc;

/// An open vault. Nobody is logged in by opening it.
pub struct Vault {
    /// Shared only with a snapshot while it copies.
    conn: Rc<rusqlite::Connection>,
    guard: store::CommitGuard,
    /// Random id of the vault itself.
    id: String,
    /// The first company: in its ledger stands what no session does.
    home: CompanyId,
    pc: Pc,
    ring: keyring::Ring,
    delays: login::Delays,
    reserve: store::Reserve,
    /// How many numbers were placed since the vault was opened: by it a session knows
    /// whether it saw all of them ([`bins`]).
    placed: std::cell::Cell<u64>,
}

/// An intact ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    pub entries: u64,
    pub checkpoints: u64,
}
