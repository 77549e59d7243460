use codes::ErrorCode;
use serde::{Deserialize, Serialize};

/// Which field of a form is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    CompanyName,
    CorporateNumber,
    CompanyAddress,
    OwnerName,
    Department,
    Passphrase,
    NewPassphrase,
    RecoveryWords,
    EmployeeNo,
    Name,
    FilingName,
    Kana,
    BirthDate,
    Sex,
    Address,
    HiredOn,
    /// The one day of a form: of a change, a contact, a check, an end.
    On,
    From,
    Until,
    PayeeCode,
    PaymentDetail,
    ExpectedYen,
    Number,
    NumberAgain,
    DueOn,
    RemindOn,
    Remark,
    Version,
    AgentName,
    Work,
    Document,
    Label,
    Holder,
    Place,
    Carrier,
    Destination,
    Reason,
    Container,
    ConfirmedBy,
    CompanionName,
    Expires,
    UserName,
    Grant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: Field,
    pub code: ErrorCode,
}
