//! The vault's store. (API being filled in.)
mod types;
pub use types::*;
pub use ledger::Pc;
use ed25519_dalek::{SigningKey, VerifyingKey};
use mynumber::{IndividualNumber, Purpose};
use std::path::Path;
use zeroize::Zeroizing;

pub struct Vault { _p: () }
/// Somebody is logged in; holds the keys. Dropping it wipes them.
pub struct Session { _p: () }

pub struct Verified { pub entries: u64, pub checkpoints: u64 }

#[rustfmt::skip]
#[allow(unused_variables)]
impl Vault {
    /// The vault in `folder`, `None` when no first run was finished there. Checks the file after an unclean end.
    pub fn open(folder: &Path, pc: Pc) -> Result<Option<Self>, VaultError> { todo!() }
    /// Makes the vault; the owner is logged in afterwards. Durable when it returns.
    pub fn create(folder: &Path, pc: Pc, first: &FirstRun<'_>, now: Moment) -> Result<(Self, Session), VaultError> { todo!() }
    pub fn company_name(&self) -> Result<String, VaultError> { todo!() }
    /// Time of the newest ledger entry.
    pub fn last_entry_unix(&self) -> Result<Option<i64>, VaultError> { todo!() }
    /// Seconds until the next attempt is accepted.
    pub fn wait_seconds(&self, now: Moment) -> u32 { todo!() }
    /// Records Login (or LoginFailed), SessionCut and ClockBackwards where they apply, and a checkpoint.
    pub fn login(&mut self, passphrase: &str, now: Moment) -> Result<Session, VaultError> { todo!() }
    /// By recovery words; wraps the keys with the new passphrase.
    pub fn recover(&mut self, recovery_words: &str, new_passphrase: &str, now: Moment) -> Result<Session, VaultError> { todo!() }
    pub fn lock(&mut self, session: Session, now: Moment) -> Result<(), VaultError> { todo!() }
    /// Records PowerOff (and ends the session), signs a checkpoint if somebody is logged in, closes the file.
    pub fn close(self, session: Option<Session>, now: Moment) -> Result<(), VaultError> { todo!() }

    /// Records something that changes nothing in the store (clock confirmed, device allowed).
    pub fn record(&mut self, session: Option<&Session>, note: &Note, now: Moment) -> Result<(), VaultError> { todo!() }
    /// Records a refused request with its error code (`E-…`).
    pub fn record_refusal(&mut self, session: Option<&Session>, note: &Note, code: &str, now: Moment) -> Result<(), VaultError> { todo!() }

    pub fn people(&self, session: &Session, query: &str, offset: u32, limit: u16) -> Result<Page<PersonRow>, VaultError> { todo!() }
    pub fn person(&self, session: &Session, person: PersonId) -> Result<Person, VaultError> { todo!() }
    pub fn register_person(&mut self, session: &Session, fields: &PersonFields, number: Option<NumberDraft<'_>>, now: Moment) -> Result<Saved, VaultError> { todo!() }
    pub fn change_person(&mut self, session: &Session, person: PersonId, revision: u32, fields: &PersonFields, now: Moment) -> Result<Saved, VaultError> { todo!() }
    /// Registers or replaces; a replaced number's data key is destroyed.
    pub fn set_number(&mut self, session: &Session, person: PersonId, number: NumberDraft<'_>, now: Moment) -> Result<Saved, VaultError> { todo!() }
    /// The digits; the ledger entry is durable before they are returned.
    pub fn reveal(&mut self, session: &Session, person: PersonId, purpose: Purpose, now: Moment) -> Result<Zeroizing<String>, VaultError> { todo!() }

    /// The newest entries with a counter below `before`, newest first.
    pub fn ledger_page(&self, session: &Session, before: Option<u64>, limit: u16) -> Result<Page<ledger::Entry>, VaultError> { todo!() }
    /// Checks the chain against its checkpoints and records that; `progress(done, total)` returns false to cancel.
    pub fn verify_ledger(&mut self, session: &Session, now: Moment, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Verified, VaultError> { todo!() }

    pub fn companions(&self, session: &Session) -> Result<Vec<CompanionRow>, VaultError> { todo!() }
    pub fn companion(&self, session: &Session, id: &str) -> Result<CompanionRow, VaultError> { todo!() }
    pub fn register_companion(&mut self, session: &Session, draft: &CompanionDraft, now: Moment) -> Result<(), VaultError> { todo!() }
    /// Keeps the payroll PC and its whitelist entry, both or neither.
    pub fn approve_enrolment(&mut self, session: &Session, enrolment: &EnrolmentDraft, entry: &WhitelistDraft, now: Moment) -> Result<(), VaultError> { todo!() }
    /// Newest first, revoked ones included.
    pub fn whitelist(&self, session: &Session) -> Result<Vec<WhitelistRow>, VaultError> { todo!() }
    pub fn whitelist_entry(&self, session: &Session, id: &str) -> Result<WhitelistRow, VaultError> { todo!() }
    pub fn revoke_whitelist(&mut self, session: &Session, id: &str, now: Moment) -> Result<(), VaultError> { todo!() }
    /// Takes the numbers out for a hand-over: checks entry (revoked, expired), people and purposes; the hand-over
    /// (state Started) and one ledger entry for each person are durable before anything is returned.
    pub fn begin_hand_over(&mut self, session: &Session, draft: &HandOverDraft, now: Moment) -> Result<Vec<Disclosed>, VaultError> { todo!() }
    /// It is on the stick, checked; `manifest` is the signed manifest without the payload.
    pub fn finish_hand_over(&mut self, session: &Session, id: &str, manifest: &[u8], now: Moment) -> Result<(), VaultError> { todo!() }
    /// It is certainly not on the stick; why (`E-…`).
    pub fn fail_hand_over(&mut self, session: &Session, id: &str, code: &str, now: Moment) -> Result<(), VaultError> { todo!() }
    /// Newest first.
    pub fn hand_overs(&self, session: &Session) -> Result<Vec<HandOverRow>, VaultError> { todo!() }
    pub fn hand_over(&self, session: &Session, id: &str) -> Result<HandOverRow, VaultError> { todo!() }
    pub fn take_receipt(&mut self, session: &Session, draft: &ReceiptDraft, now: Moment) -> Result<Taken, VaultError> { todo!() }
}

#[rustfmt::skip]
#[allow(unused_variables)]
impl Session {
    pub fn user(&self) -> &ledger::User { todo!() }
    /// The vault's key that signs companions, whitelist entries and bundles.
    pub fn signing_key(&self) -> &SigningKey { todo!() }
    pub fn verifying_key(&self) -> VerifyingKey { todo!() }
}
