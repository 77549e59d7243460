//! May this number be asked for, and kept? Only where the work for an authority needs it
//! (番号法14条, 15条, 20条). Whoever may not be asked is refused here with the reason in both
//! languages and the source it rests on.
//!
//! ```
//! use mynumber::asking::{Asked, NotAllowed, PayeeFacts, Payer, purposes};
//! use mynumber::people::PayeeKind;
//! use mynumber::{Payments, Purpose};
//! let fee = |yen| Asked::Payee(PayeeFacts {
//!     kind: PayeeKind::Individual,
//!     payment: Payments::current().find("manuscript").expect("it is in the list"),
//!     payer: Payer::Corporation,
//!     expected_yen: Some(yen),
//! });
//! assert_eq!(purposes(&fee(50_001)), Ok(vec![Purpose::PayeeReport]));
//! let why = purposes(&fee(50_000)).unwrap_err();
//! assert_eq!(why, NotAllowed::UnderThreshold { threshold_yen: 50_000 });
//! assert!(why.japanese().contains("50,000円"));
//! ```

use crate::coded::coded;
use crate::family::{CATEGORY3_ENDS, Deduction, Relationship, age_on};
use crate::payments::{Payers, Payment};
use crate::people::{EmploymentStatus, PayeeKind};
use crate::{Date, Employment, Purpose};

/// Whose number is asked for, with what decides about it.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    Employee(EmployeeFacts),
    Dependant(DependantFacts),
    Payee(PayeeFacts<'a>),
    /// The sole proprietor's own number.
    Proprietor,
}

#[derive(Clone, Copy, Debug)]
pub struct EmployeeFacts {
    pub employment: Employment,
    pub status: EmploymentStatus,
    /// 入社辞退: there was never anything to file.
    pub never_joined: bool,
    /// Takes part in 財形住宅貯蓄 or 財形年金貯蓄.
    pub property_savings: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct DependantFacts {
    /// 入社辞退 of the employee.
    pub never_joined: bool,
    pub relationship: Relationship,
    pub deduction: Deduction,
    /// 健康保険の被扶養者
    pub health_insured: bool,
    /// 国民年金第3号被保険者
    pub category3: bool,
    /// `None` while it is not known; then the age is not checked.
    pub birth_date: Option<Date>,
    pub today: Date,
}

#[derive(Clone, Copy, Debug)]
pub struct PayeeFacts<'a> {
    pub kind: PayeeKind,
    pub payment: &'a Payment,
    pub payer: Payer,
    /// What is expected to be paid in a whole year (of a 馬主: the largest single prize),
    /// in yen; a contract that begins in the middle of a year counts as if the year were
    /// full, because the number will be needed for the next.
    pub expected_yen: Option<u64>,
}

/// The company that pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    Corporation,
    /// A sole proprietor who deals in real estate (所得税法施行令352条).
    RealEstateDealer,
    SoleProprietor,
}

/// What the number would be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    For(Purpose),
    /// 労災保険
    WorkersCompensation,
}

/// Why a number may not be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error("the dependant is claimed neither for tax nor insured")]
    DependantNotClaimed,
    /// Nothing but 第3号 is claimed, for somebody who is not insured so.
    #[error("only a spouse from 20 to 59 is insured in category 3")]
    NotCategory3,
    #[error("an agency employs and pays this person")]
    Dispatched,
    /// Employment or dealings, or they never began.
    #[error("the employment or the dealings and their papers have ended")]
    Ended,
    #[error("a corporation has no individual number")]
    CorporatePayee,
    #[error("not more than {threshold_yen} yen will be paid")]
    UnderThreshold { threshold_yen: u64 },
    #[error("it is not known how much will be paid")]
    AmountUnknown,
    #[error("this payer files no report on such payments")]
    PayerDoesNotReport,
    #[error("the claimant writes the number, not the employer")]
    WorkersCompensation,
    #[error("the number of such a person has no use for this")]
    OtherPurpose(Purpose),
}

/// For which purposes the number may be asked for and kept, in the order of
/// [`Purpose::ALL`]; never an empty list.
pub fn purposes(asked: &Asked<'_>) -> Result<Vec<Purpose>, NotAllowed> {
    match asked {
        Asked::Employee(facts) => employee(facts),
        Asked::Dependant(facts) => dependant(facts),
        Asked::Payee(facts) => payee(facts),
        Asked::Proprietor => Ok(Purpose::OF_PROPRIETORS.to_vec()),
    }
}

/// Whether the number may be asked for and used for this one work.
pub fn check(asked: &Asked<'_>, work: Work) -> Result<Purpose, NotAllowed> {
    let Work::For(purpose) = work else {
        return Err(NotAllowed::WorkersCompensation);
    };
    if purposes(asked)?.contains(&purpose) {
        Ok(purpose)
    } else {
        Err(NotAllowed::OtherPurpose(purpose))
    }
}

/// Nobody is asked whose last day of employment or dealings lies before this one: the last
/// papers of a year (給与支払報告書, 源泉徴収票, 支払調書) are filed by 31 January of the next
/// (地方税法317条の6, 所得税法225条, 226条). A number that comes later than it was asked for
/// may still be registered.
pub fn papers_open_since(today: Date) -> Date {
    let last_years_too = (today.month(), today.day()) <= (1, 31);
    let first_day = |year| Date::new(year, 1, 1).unwrap_or(today);
    first_day(today.year() - u16::from(last_years_too))
}

fn employee(facts: &EmployeeFacts) -> Result<Vec<Purpose>, NotAllowed> {
    if facts.employment == Employment::Dispatched {
        return Err(NotAllowed::Dispatched);
    }
    let over = matches!(
        facts.status,
        EmploymentStatus::AwaitingDeletion | EmploymentStatus::Deleted
    );
    if over || facts.never_joined {
        return Err(NotAllowed::Ended);
    }
    let savings = |p: &Purpose| *p != Purpose::PropertySavings || facts.property_savings;
    Ok(Purpose::OF_EMPLOYEES.into_iter().filter(savings).collect())
}

fn dependant(facts: &DependantFacts) -> Result<Vec<Purpose>, NotAllowed> {
    if facts.never_joined {
        return Err(NotAllowed::Ended);
    }
    let mut purposes = Vec::new();
    if facts.deduction != Deduction::NotClaimed {
        purposes.extend([Purpose::WithholdingTax, Purpose::TaxDeclaration]);
    }
    if facts.health_insured {
        purposes.push(Purpose::HealthAndPension);
    }
    if facts.category3 && may_be_category3(facts) {
        purposes.push(Purpose::NationalPension3);
    }
    match (purposes.is_empty(), facts.category3) {
        (false, _) => Ok(purposes),
        (true, true) => Err(NotAllowed::NotCategory3),
        (true, false) => Err(NotAllowed::DependantNotClaimed),
    }
}

/// 国民年金法7条1項3号: a spouse from the day of becoming 20 (8条) to the day before
/// becoming 60 (9条). While the birth date is not known, the claim is believed.
fn may_be_category3(facts: &DependantFacts) -> bool {
    let of_age =
        |born| age_on(born, facts.today).is_some_and(|age| (20..CATEGORY3_ENDS).contains(&age));
    facts.relationship.is_spouse() && facts.birth_date.is_none_or(of_age)
}

fn payee(facts: &PayeeFacts<'_>) -> Result<Vec<Purpose>, NotAllowed> {
    if facts.kind == PayeeKind::Corporate {
        return Err(NotAllowed::CorporatePayee);
    }
    let threshold_yen = facts.payment.threshold_yen;
    match reporting(facts) {
        Reporting::Due => Ok(vec![facts.payment.purpose]),
        Reporting::NotByThisPayer | Reporting::NotOfCorporations => {
            Err(NotAllowed::PayerDoesNotReport)
        }
        Reporting::AmountUnknown => Err(NotAllowed::AmountUnknown),
        Reporting::UnderThreshold => Err(NotAllowed::UnderThreshold { threshold_yen }),
    }
}

coded! {
    /// 支払調書提出要否
    Reporting {
        Due = "due", "提出を要する", "due";
        UnderThreshold = "under_threshold", "提出範囲の金額以下", "not more than the amount that is reported";
        AmountUnknown = "amount_unknown", "支払見込が未入力", "the amount expected is not known";
        NotByThisPayer = "not_by_this_payer", "この支払者は提出を要しない", "not by this payer";
        NotOfCorporations = "not_of_corporations", "法人への支払は提出を要しない", "payments to corporations are not reported";
    }
}

/// Whether a 支払調書 is to be filed of a payee (所得税法225条).
pub fn reporting(facts: &PayeeFacts<'_>) -> Reporting {
    let payment = facts.payment;
    if facts.kind == PayeeKind::Corporate && !payment.corporate {
        return Reporting::NotOfCorporations;
    }
    if payment.payers == Payers::Dealer && facts.payer == Payer::SoleProprietor {
        return Reporting::NotByThisPayer;
    }
    match facts.expected_yen {
        _ if payment.threshold_yen == 0 => Reporting::Due,
        None => Reporting::AmountUnknown,
        Some(yen) if yen <= payment.threshold_yen => Reporting::UnderThreshold,
        Some(_) => Reporting::Due,
    }
}

impl NotAllowed {
    /// Its code in `apps/codes`; the sentence below it is this reason.
    pub const ERROR_CODE: &'static str = "E-306";

    /// The reason, a sentence or two.
    pub fn japanese(self) -> String {
        match self {
            Self::DependantNotClaimed => "税の扶養親族でも社会保険の被扶養者でもない家族の個人番号は求められません。".into(),
            Self::NotCategory3 => "国民年金第3号被保険者になるのは20歳以上60歳未満の配偶者だけです。".into(),
            Self::Dispatched => "派遣労働者の個人番号は派遣元が扱います。受入れ先は求められません。".into(),
            Self::Ended => "退職・入社辞退・取引終了の後で、提出する書類が残っていないため、個人番号は求められません。".into(),
            Self::CorporatePayee => "法人には個人番号がありません。法人番号を使ってください。".into(),
            Self::UnderThreshold { threshold_yen } => format!(
                "支払の見込みが{}円を超えないため支払調書は不要で、個人番号は求められません。",
                grouped(threshold_yen)
            ),
            Self::AmountUnknown => "支払の見込額が入力されていません。支払調書が要るかどうか決まるまで個人番号は求められません。".into(),
            Self::PayerDoesNotReport => "不動産業者でない個人事業主は不動産の支払調書を提出しないため、個人番号は求められません。".into(),
            Self::WorkersCompensation => "労災の請求書には請求する本人が個人番号を書きます。事業者は求められません。".into(),
            Self::OtherPurpose(purpose) => format!("この人の個人番号は「{}」には使えません。", purpose.japanese()),
        }
    }

    pub fn english(self) -> String {
        match self {
            Self::DependantNotClaimed => "The number of a relative who is neither a dependant for tax nor insured as one may not be asked for.".into(),
            Self::NotCategory3 => "Only a spouse from 20 to 59 is insured in category 3 of the national pension.".into(),
            Self::Dispatched => "The agency handles the numbers of those it dispatches; who takes them in may not ask.".into(),
            Self::Ended => "Employment or dealings have ended, or never began, and no paper is left to be filed, so the number may not be asked for.".into(),
            Self::CorporatePayee => "A corporation has no individual number. Use its corporate number.".into(),
            Self::UnderThreshold { threshold_yen } => format!(
                "Not more than {} yen is expected to be paid, so no report is due and the number may not be asked for.",
                grouped(threshold_yen)
            ),
            Self::AmountUnknown => "The amount expected is not entered. Until it is known that a report is due, the number may not be asked for.".into(),
            Self::PayerDoesNotReport => "A sole proprietor who does not deal in real estate files no report on it and may not ask for the number.".into(),
            Self::WorkersCompensation => "On a claim for workers' compensation the claimant writes the number; the employer may not ask for it.".into(),
            Self::OtherPurpose(purpose) => format!("The number of this person has no use for: {}.", purpose.english()),
        }
    }

    /// Where it is written.
    pub const fn source(self) -> &'static str {
        match self {
            Self::DependantNotClaimed => {
                "番号法14条・15条、ガイドライン第4-3-(2)、ガイドラインQ&A（家族全員の個人番号）"
            }
            Self::NotCategory3 => "国民年金法7条1項3号",
            Self::Dispatched => "番号法15条、ガイドライン第4-3-(1)（派遣元と派遣先）",
            Self::Ended => "番号法15条・20条、ガイドライン第4-3-(3)",
            Self::CorporatePayee => "番号法2条5項・15項",
            Self::UnderThreshold { .. } | Self::AmountUnknown => {
                "番号法15条、ガイドライン第4-3-(1)、所得税法施行規則84条2項・90条3項"
            }
            Self::PayerDoesNotReport => "所得税法225条1項9号、所得税法施行令352条",
            Self::WorkersCompensation => "番号法15条、労働者災害補償保険法施行規則12条",
            Self::OtherPurpose(_) => "番号法9条4項、ガイドライン第4-1-(1)",
        }
    }
}

/// `1,000,000`
fn grouped(yen: u64) -> String {
    let digits = yen.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
