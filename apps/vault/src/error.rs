use crate::RuleError;
use mynumber::asking::NotAllowed;
use mynumber::rights::Denied;

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
    /// E-019: nothing is damaged.
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
    /// E-112; nothing was tried.
    #[error("there are several users, and none was named")]
    UserNotNamed,
    /// E-105; the failure is in the ledger.
    #[error("the recovery words are wrong")]
    WrongRecoveryWords,
    /// E-3xx by [`Denied::error_code`]; not in the ledger yet, except for a login.
    #[error("not allowed: {0}")]
    NotAllowed(Denied),
    /// E-109: a company has to be entered first.
    #[error("no company is entered")]
    NoCompany,
    /// E-110: a passphrase that somebody else chose has to be changed first.
    #[error("the passphrase must be changed first")]
    MustChangePassphrase,
    /// E-111: after a restore somebody who has the company's keys must come in first.
    #[error("the user's keys were not given since the restore")]
    KeysNotGiven,
    /// E-301: the user's rights come without the key to the company's numbers.
    #[error("the session has no key to the numbers")]
    NoNumberKey,
    /// E-321: a second person must confirm this request first, then the same call succeeds.
    #[error("a second person must approve: request {request}")]
    ApprovalNeeded { request: String },
    /// E-322; not in the ledger yet.
    #[error("nobody decides about their own request")]
    ApprovalByOther,
    /// E-323
    #[error("the company would be left without a responsible person")]
    LastResponsible,
    /// E-324; not in the ledger yet.
    #[error("nobody changes their own rights")]
    OwnRights,
    /// E-325: a second person is asked for only where two users can approve.
    #[error("there would be fewer than two who can approve")]
    NobodyToApprove,
    /// E-014: a limit of the vault, published in `docs/formats/vault.md`.
    #[error("too many: {0}")]
    TooMany(&'static str),
    /// E-010
    #[error("the clock's time is out of range")]
    ClockImplausible,
    /// E-102; nothing was tried.
    #[error("wait {wait_seconds} seconds before the next attempt")]
    TooManyAttempts { wait_seconds: u32 },
    /// E-012
    #[error("there is no such thing")]
    NotFound,
    /// E-013
    #[error("it was changed meanwhile")]
    Changed,
    /// E-235: these people were changed after the import that is to be undone.
    #[error("people were changed since")]
    ChangedSince(Vec<crate::PersonId>),
    /// E-234
    #[error("the mapping of columns does not hold: {0}")]
    Mapping(intake::MappingError),
    /// E-331 to E-334; nothing was destroyed.
    #[error(transparent)]
    MustKeep(#[from] crate::MustKeep),
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
    /// E-519; the refusal is in the ledger.
    #[error("the format has no rows for such people")]
    NotInFormat,
    /// E-520; the refusal is in the ledger.
    #[error("nothing keeps the number any more: it is to be destroyed")]
    MustBeDestroyed,
    /// By [`RuleError::error_code`].
    #[error("{0}")]
    Rule(#[from] RuleError),
    /// E-306, with the reason's own sentence; the refusal is in the ledger.
    #[error("the number may not be asked for: {0}")]
    MayNotAsk(NotAllowed),
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
    /// E-402: a file given as a report of this ledger is none.
    #[error("not an intact report of this company: {0}")]
    Report(ledger::report::Problem),
    /// E-001: what should be recorded cannot stand in the ledger.
    #[error("no ledger entry can be made: {0}")]
    Entry(#[from] ledger::EntryError),
    /// E-601: its making was cut off.
    #[error("the snapshot is not complete")]
    SnapshotIncomplete,
    /// E-602
    #[error("the snapshot is not what it was when it was made: {0}")]
    SnapshotDamaged(&'static str),
    /// E-603
    #[error("the snapshot is of another vault")]
    SnapshotForeign,
    /// E-605: nobody who could open it may still come in.
    #[error("everybody who could open the snapshot was removed since")]
    SnapshotLockedOut,
    /// E-606
    #[error("not an intact file of this vault's destroyed numbers: {0}")]
    TombstonesInvalid(&'static str),
    /// E-604
    #[error("the folder is not empty")]
    FolderNotEmpty,
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
