use mynumber::collection::NoSuchStep;

/// What the law or the order of events does not allow. Nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("a department in use has this name")]
    DepartmentNameTaken,
    #[error("somebody employed is in the department")]
    DepartmentInUse,
    #[error("the department was retired")]
    DepartmentRetired,
    #[error("the end lies before the beginning")]
    DatesContradict,
    #[error("the person has left")]
    NotEmployed,
    #[error("the person has not left")]
    StillEmployed,
    #[error("the person is on leave already, or was not")]
    LeaveContradicts,
    #[error("the day of leaving is not known")]
    LeavingDayMissing,
    #[error("the dependant is not claimed for this")]
    NotClaimed,
    #[error("the dependant is claimed for this already")]
    AlreadyClaimed,
    #[error("the birth date is needed")]
    BirthDateMissing,
    #[error("the person was not asked for the number")]
    NotAsked,
    #[error("this status comes about by what is done, not by itself")]
    ByItsAct,
    #[error("the payee code is taken")]
    PayeeCodeTaken,
    #[error("a person stays a person and a corporation one")]
    PartyFixed,
    #[error("the kind of payment is not in the list")]
    UnknownPayment,
    #[error("it has ended")]
    Ended,
    #[error("so it cannot be claimed: {0}")]
    Claim(#[from] mynumber::family::ClaimError),
    #[error("a step that is not possible now: {0}")]
    Step(#[from] NoSuchStep),
    #[error("no purpose is named")]
    NoPurpose,
    #[error("the purpose was not notified")]
    PurposeNotNotified,
    #[error("what was shown does not prove the number and the person")]
    IdentityNotProven,
    #[error("the document is not in the list")]
    UnknownDocument,
    #[error("of a 第3号 spouse the spouse is the one who submits")]
    SpouseSubmits,
    #[error("the delegation has ended")]
    DelegationEnded,
    #[error("the delegation has not ended")]
    DelegationOngoing,
    #[error("a delegation under it has not ended")]
    SubdelegationOngoing,
    #[error("the chain of delegations is too long")]
    ChainTooLong,
    #[error("a certificate of the destruction is needed")]
    CertificateMissing,
    #[error("the medium is out")]
    MediumOut,
    #[error("the medium is not out")]
    MediumNotOut,
    #[error("the company is a corporation, or has its proprietor")]
    NoProprietor,
    #[error("the company is a sole proprietor's, whose number is held")]
    HasProprietor,
    #[error("the medium is lost")]
    MediumLost,
    #[error("the medium was destroyed")]
    MediumDestroyed,
    #[error("this does not destroy such a medium")]
    NotDestroyedSo,
    #[error("no number can hold from this day")]
    ValidFromImpossible,
    #[error("without the purpose the number would be kept shorter than it must be")]
    PurposeStillKeeps,
    #[error("what was done cannot lie ahead")]
    LiesAhead,
    #[error("the dependant is one still")]
    StillDependent,
    #[error("nobody gave the office a mandate for its own company")]
    OwnCompany,
    #[error("the company is not closed")]
    NotClosed,
    #[error("no period can be counted from a day so far ahead")]
    BeyondCalendar,
}

impl RuleError {
    /// Its code in `apps/codes`, where what to do stands in both languages.
    pub const fn error_code(self) -> &'static str {
        match self {
            RuleError::DepartmentNameTaken => "E-240",
            RuleError::DepartmentInUse => "E-241",
            RuleError::DepartmentRetired => "E-242",
            RuleError::DatesContradict => "E-243",
            RuleError::NotEmployed => "E-244",
            RuleError::StillEmployed => "E-245",
            RuleError::LeaveContradicts => "E-246",
            RuleError::LeavingDayMissing => "E-247",
            RuleError::NotClaimed => "E-248",
            RuleError::AlreadyClaimed => "E-249",
            RuleError::BirthDateMissing => "E-250",
            RuleError::NotAsked => "E-251",
            RuleError::ByItsAct => "E-252",
            RuleError::PayeeCodeTaken => "E-253",
            RuleError::PartyFixed => "E-254",
            RuleError::Ended => "E-255",
            RuleError::Claim(_) => "E-256",
            RuleError::Step(_) => "E-257",
            RuleError::NoPurpose => "E-258",
            RuleError::PurposeNotNotified => "E-259",
            RuleError::IdentityNotProven => "E-260",
            RuleError::UnknownDocument => "E-261",
            RuleError::SpouseSubmits => "E-262",
            RuleError::DelegationEnded => "E-263",
            RuleError::DelegationOngoing => "E-264",
            RuleError::SubdelegationOngoing => "E-265",
            RuleError::ChainTooLong => "E-266",
            RuleError::CertificateMissing => "E-267",
            RuleError::MediumOut => "E-268",
            RuleError::MediumNotOut => "E-269",
            RuleError::MediumDestroyed => "E-270",
            RuleError::NotDestroyedSo => "E-271",
            RuleError::UnknownPayment => "E-272",
            RuleError::MediumLost => "E-273",
            RuleError::NoProprietor => "E-274",
            RuleError::HasProprietor => "E-275",
            RuleError::ValidFromImpossible => "E-276",
            RuleError::PurposeStillKeeps => "E-277",
            RuleError::BeyondCalendar => "E-279",
            RuleError::LiesAhead => "E-285",
            RuleError::StillDependent => "E-286",
            RuleError::OwnCompany => "E-287",
            RuleError::NotClosed => "E-288",
        }
    }
}
