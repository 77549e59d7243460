use crate::outside::{PorterError, Stop};
use codes::ErrorCode;
use mynumber::rights::Denied;
use protocol::clerk::{Field, FieldError, Reply};
use vault::{RuleError, VaultError};

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// To be recorded as a refused request.
    Code(ErrorCode),
    /// Recorded already under an event of its own, or nothing to record: the clerk
    /// cancelled, or the vault cannot be written.
    Told(ErrorCode),
    /// Somebody is there, but out of the user's scope: recorded as it is, told as nobody
    /// being there. From a difference between the two it could be learned who is there.
    Hidden,
    /// A second person has to confirm it under this id, which is recorded already.
    Waits(String),
    /// A form to be corrected; a typing error is no event.
    Fields(Vec<FieldError>),
}

impl Refusal {
    pub(crate) fn code(&self) -> Option<ErrorCode> {
        match self {
            Refusal::Code(code) | Refusal::Told(code) => Some(*code),
            Refusal::Hidden => Some(ErrorCode::OutOfScope),
            Refusal::Waits(_) | Refusal::Fields(_) => None,
        }
    }

    pub(crate) fn field(field: Field, code: ErrorCode) -> Self {
        Refusal::Fields(vec![FieldError { field, code }])
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Code(code) | Refusal::Told(code) => Reply::Refused(code),
            Refusal::Hidden => Reply::Refused(ErrorCode::NotFound),
            Refusal::Waits(approval) => Reply::Waits(approval),
            Refusal::Fields(errors) => Reply::Invalid(errors),
        }
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Refusal::Code(code)
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        Refusal::Told(stop.into())
    }
}

impl From<PorterError> for Refusal {
    fn from(error: PorterError) -> Self {
        match error {
            PorterError::Stopped(stop) => stop.into(),
            other => Refusal::Code(other.into()),
        }
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        use VaultError::*;
        match error {
            ApprovalNeeded { request } => Refusal::Waits(request),
            EmployeeNoTaken => Self::field(Field::EmployeeNo, ErrorCode::EmployeeNoTaken),
            NumberTaken => Self::field(Field::Number, ErrorCode::NumberTaken),
            // The vault recorded these itself, or there is nothing to record, or nothing can be.
            WrongPassphrase | WrongRecoveryWords | UserNotNamed | PurposeNotAllowed
            | NotInFormat | MustBeDestroyed | MayNotAsk(_) | Full | Io(_) | Damaged(_) | Newer
            | Cancelled => Refusal::Told(code(&error)),
            _ => Refusal::Code(code(&error)),
        }
    }
}

/// The code a clerk reads for what the vault says.
pub(crate) fn code(error: &VaultError) -> ErrorCode {
    use VaultError::*;
    match error {
        Full => ErrorCode::StickFull,
        Io(_) => ErrorCode::StickIo,
        Damaged(_) => ErrorCode::VaultDamaged,
        Newer => ErrorCode::VaultNewer,
        Exists => ErrorCode::VaultExists,
        Busy => ErrorCode::NotAllowedNow,
        WrongPassphrase => ErrorCode::WrongPassphrase,
        WrongRecoveryWords => ErrorCode::RecoveryWordsWrong,
        UserNotNamed => ErrorCode::UserNotNamed,
        TooManyAttempts { .. } => ErrorCode::TooManyAttempts,
        NotFound | IdTaken => ErrorCode::NotFound,
        Changed => ErrorCode::ChangedMeanwhile,
        EmployeeNoTaken => ErrorCode::EmployeeNoTaken,
        NumberTaken => ErrorCode::NumberTaken,
        NoNumber => ErrorCode::NoNumber,
        PurposeNotAllowed => ErrorCode::PurposeNotAllowed,
        NotInFormat => ErrorCode::NotInFormat,
        MustBeDestroyed => ErrorCode::MustBeDestroyed,
        ChangedSince(_) => ErrorCode::ImportUndoRefused,
        Mapping(_) => ErrorCode::ImportColumns,
        Rule(error) => rule(*error),
        MayNotAsk(_) => ErrorCode::NumberMayNotBeAsked,
        Revoked => ErrorCode::NotOnWhitelist,
        Expired => ErrorCode::WhitelistExpired,
        ReceiptContradicts => ErrorCode::ReceiptInvalid,
        LedgerBroken(_) => ErrorCode::LedgerBroken,
        Report(_) => ErrorCode::ReportNotIntact,
        Entry(_) | NoRandom => ErrorCode::Internal,
        Cancelled => ErrorCode::Cancelled,
        NoMemory => ErrorCode::NoMemory,
        NotAllowed(Denied::OutOfScope) => ErrorCode::OutOfScope,
        NotAllowed(Denied::OtherPc) => ErrorCode::OtherPc,
        NotAllowed(Denied::Expired) => ErrorCode::RightExpired,
        NotAllowed(Denied::NoSuchRight) | NoNumberKey => ErrorCode::NotPermitted,
        NoCompany => ErrorCode::NoCompanyEntered,
        MustChangePassphrase => ErrorCode::MustChangePassphrase,
        ApprovalNeeded { .. } => ErrorCode::ApprovalNeeded,
        ApprovalByOther => ErrorCode::ApprovalByOther,
        LastResponsible => ErrorCode::LastResponsible,
        OwnRights => ErrorCode::OwnRights,
        NobodyToApprove => ErrorCode::NobodyToApprove,
        MustKeep(vault::MustKeep::Needed) => ErrorCode::NumberStillNeeded,
        MustKeep(vault::MustKeep::EndUnknown) => ErrorCode::EndUnknown,
        MustKeep(vault::MustKeep::Until(_)) => ErrorCode::RetentionNotEnded,
        MustKeep(vault::MustKeep::NoNumberInIt) => ErrorCode::NoNumberInDocument,
        TooMany(_) => ErrorCode::LimitReached,
        ClockImplausible => ErrorCode::ClockImplausible,
        SnapshotIncomplete => ErrorCode::SnapshotIncomplete,
        SnapshotDamaged(_) => ErrorCode::SnapshotDamaged,
        SnapshotForeign => ErrorCode::SnapshotForeign,
        FolderNotEmpty => ErrorCode::FolderNotEmpty,
        SnapshotLockedOut => ErrorCode::SnapshotLockedOut,
        TombstonesInvalid(_) => ErrorCode::TombstonesInvalid,
        KeysNotGiven => ErrorCode::KeysNotGiven,
    }
}

/// What the law or the order of events does not allow.
fn rule(error: RuleError) -> ErrorCode {
    use RuleError::*;
    match error {
        DepartmentNameTaken => ErrorCode::DepartmentNameTaken,
        DepartmentInUse => ErrorCode::DepartmentInUse,
        DepartmentRetired => ErrorCode::DepartmentRetired,
        DatesContradict => ErrorCode::DatesContradict,
        NotEmployed => ErrorCode::NotEmployed,
        StillEmployed => ErrorCode::StillEmployed,
        LeaveContradicts => ErrorCode::LeaveContradicts,
        LeavingDayMissing => ErrorCode::LeavingDayMissing,
        NotClaimed => ErrorCode::DependantNotClaimedSo,
        AlreadyClaimed => ErrorCode::AlreadyClaimed,
        BirthDateMissing => ErrorCode::BirthDateMissing,
        NotAsked => ErrorCode::NotAsked,
        ByItsAct => ErrorCode::ByItsAct,
        PayeeCodeTaken => ErrorCode::PayeeCodeTaken,
        PartyFixed => ErrorCode::PartyFixed,
        Ended => ErrorCode::DependantEnded,
        Claim(_) => ErrorCode::ClaimImpossible,
        Step(_) => ErrorCode::CollectionStep,
        NoPurpose => ErrorCode::NoPurpose,
        PurposeNotNotified => ErrorCode::PurposeNotNotified,
        IdentityNotProven => ErrorCode::IdentityNotProven,
        UnknownDocument => ErrorCode::UnknownDocument,
        SpouseSubmits => ErrorCode::SpouseSubmits,
        DelegationEnded => ErrorCode::DelegationEnded,
        DelegationOngoing => ErrorCode::DelegationOngoing,
        SubdelegationOngoing => ErrorCode::SubdelegationOngoing,
        ChainTooLong => ErrorCode::ChainTooLong,
        CertificateMissing => ErrorCode::CertificateMissing,
        MediumOut => ErrorCode::MediumOut,
        MediumNotOut => ErrorCode::MediumNotOut,
        MediumDestroyed => ErrorCode::MediumDestroyed,
        MediumLost => ErrorCode::MediumLost,
        NoProprietor => ErrorCode::NoProprietor,
        HasProprietor => ErrorCode::HasProprietor,
        UnknownPayment => ErrorCode::UnknownPayment,
        NotDestroyedSo => ErrorCode::NotDestroyedSo,
        ValidFromImpossible => ErrorCode::ValidFromImpossible,
        PurposeStillKeeps => ErrorCode::PurposeStillKeeps,
        BeyondCalendar => ErrorCode::BeyondCalendar,
        LiesAhead => ErrorCode::LiesAhead,
        StillDependent => ErrorCode::StillDependent,
        OwnCompany => ErrorCode::OwnCompany,
        NotClosed => ErrorCode::NotClosed,
    }
}
