//! The domain of Individual Numbers (個人番号): numbers, people, companies, purposes,
//! dates and eras. Pure: no I/O, no clock.
//!
//! Whatever a person types becomes one of these types or a closed error; nothing here
//! corrects or normalises what was typed, because a name changed by software is a wrong
//! name. The number has no `Display`, its `Debug` is redacted, and its digits come out
//! only against a [`Purpose`].
//!
//! ```
//! use mynumber::{Date, Era, IndividualNumber, NumberError, Purpose};
//! let number = IndividualNumber::parse("1234-5678-9018")?;
//! assert_eq!(*number.digits_for(Purpose::WithholdingTax), "123456789018");
//! assert_eq!(format!("{number:?}"), "IndividualNumber(…)");
//! assert_eq!(IndividualNumber::parse("123456789012").err(), Some(NumberError::CheckDigit));
//! let born = Date::parse("平成2年4月1日").expect("a real date");
//! assert_eq!((born.to_string().as_str(), born.era()), ("1990-04-01", Some((Era::Heisei, 2))));
//! # Ok::<(), NumberError>(())
//! ```

pub mod asking;
mod calendar;
mod closing;
mod coded;
pub mod collection;
mod corporate;
mod date;
mod delegation;
mod employment;
pub mod family;
pub mod filing;
mod guard;
mod identity;
mod media;
mod number;
pub mod official;
pub mod passphrase;
pub mod payments;
pub mod people;
mod purpose;
pub mod retention;
pub mod rights;
mod scale;
pub mod search;
mod source;
mod text;

pub use closing::ClosingReason;
pub use corporate::{CorporateNumber, CorporateNumberError};
pub use date::{Date, DateError, Era};
pub use delegation::{Clause, Clauses, DelegateKind, Settlement};
pub use employment::{Employment, RetirementReason, day_of_loss};
pub use filing::{FilingName, FilingNameError};
pub use guard::{contains_individual_number, mask_individual_numbers};
pub use identity::{
    AgentAuthority, CheckMethod, IdentityDocument, IdentityDocuments, IdentityError, Proves,
};
pub use media::{Destruction, MediumKind};
pub use number::{IndividualNumber, NumberError};
pub use official::{
    BranchNumber, DesignatedNumber, EmploymentInsuranceNumber, EmploymentInsuranceOffice,
    MunicipalityCode, OfficeNumber, OfficeSymbol, OfficialError, PensionNumber, PostalCode,
    Representative, TaxReference1, TaxReference2, Telephone,
};
pub use payments::{Payment, Payments};
pub use purpose::Purpose;
pub use scale::{Scale, ScaleFacts};
pub use source::{NumberSource, can_hold_from};
pub use text::{
    Address, CompanyName, EmployeeNo, Kana, Label, PayeeCode, PersonName, Remark, Romaji, TextError,
};

use serde::{Deserialize, Serialize};

/// 性別, where a form asks for it (optional everywhere: the next card no longer shows it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    Male,
    Female,
}
