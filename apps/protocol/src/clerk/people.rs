//! Employees (従業員): joining, changing, leaving, returning. Their families are in
//! [`super::families`], what is done with their numbers in [`super::numbers`].

use super::numbers::NumberEntry;
use super::{PersonId, Rows, Sex, Window};
use mynumber::people::EmploymentStatus;
use mynumber::rights::DepartmentId;
use mynumber::{Employment, Purpose, RetirementReason};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// People whose 氏名 (former ones too), フリガナ or 社員番号 contains every word of
    /// `query` (empty: all).
    List {
        query: String,
        department: Option<DepartmentId>,
        sort: Sort,
        window: Window,
    },
    Get {
        person: PersonId,
    },
    Register {
        draft: PersonDraft,
        /// `None`: a 正社員 in no department.
        position: Option<Position>,
        number: Option<NumberEntry>,
    },
    /// `revision` is the one the form was filled from.
    Change {
        person: PersonId,
        revision: u32,
        draft: PersonDraft,
    },
    /// 部署, 雇用区分, 届出用氏名
    ChangePosition {
        person: PersonId,
        revision: u32,
        position: Position,
    },
    /// What offices ask of an employee beside the form's fields; all of it is replaced.
    ChangeDetails {
        person: PersonId,
        revision: u32,
        details: Details,
    },
    /// 改姓: the name before is kept with its day.
    Rename {
        person: PersonId,
        revision: u32,
        rename: Rename,
    },
    /// 休職. The number stays.
    StartLeave {
        person: PersonId,
        revision: u32,
        from: String,
    },
    /// 復職
    EndLeave {
        person: PersonId,
        revision: u32,
        back_on: String,
    },
    /// 退職. The number stays until every reason to hold it has ended.
    Retire {
        person: PersonId,
        revision: u32,
        on: String,
        reason: RetirementReason,
    },
    /// The person has left, and the day is not known: an alert until it is.
    MarkAsLeft {
        person: PersonId,
        revision: u32,
    },
    WithdrawRetirement {
        person: PersonId,
        revision: u32,
    },
    /// 再雇用: the number held already may be used again, within its purposes.
    Rehire {
        person: PersonId,
        revision: u32,
        on: String,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(
    clippy::large_enum_variant,
    reason = "one reply lives at a time, and is taken apart at once"
)]
pub enum Reply {
    List(Rows<PersonRow>),
    Person(Person),
}

/// The order of a list. Who has nothing to be sorted by stands at the end, whichever way it goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub by: SortBy,
    pub descending: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortBy {
    /// 社員番号
    #[default]
    Number,
    /// フリガナ
    Kana,
    /// 入社日
    HiredOn,
}

/// An employee's fields as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDraft {
    pub employee_no: String,
    /// 氏名, as on the 住民票.
    pub name: String,
    pub kana: String,
    pub birth_date: String,
    pub sex: Option<Sex>,
    pub address: String,
    pub hired_on: String,
}

/// Somebody who is no employee, as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// 氏名, as on the 住民票.
    pub name: String,
    /// 届出用氏名, where the forms cannot hold the name as it is; else empty.
    pub filing_name: String,
    pub kana: String,
    pub other_names: OtherNames,
    /// Of payees often unknown.
    pub birth_date: String,
    pub sex: Option<Sex>,
    pub postal_code: String,
    pub address: String,
}

/// Other names of the same person, which are found as well; each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherNames {
    /// ローマ字氏名
    pub romaji: String,
    /// 通称
    pub alias: String,
    /// 旧姓, borne before the company knew the person.
    pub former_surname: String,
}

/// 届出事項; each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    pub other_names: OtherNames,
    /// 郵便番号
    pub postal_code: String,
    /// 役職
    pub title: String,
    /// 基礎年金番号
    pub pension_number: String,
    /// 雇用保険被保険者番号
    pub employment_insurance_number: String,
    /// 健康保険・厚生年金保険
    pub social: Insured,
    /// 雇用保険
    pub employment_insurance: Insured,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insured {
    /// 資格取得日
    pub from: String,
    /// 資格喪失日, the first day without it.
    pub until: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// 届出用氏名, where the forms cannot hold the name as it is; else empty.
    pub filing_name: String,
    pub department: Option<DepartmentId>,
    pub employment: Employment,
    /// 財形貯蓄
    pub property_savings: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rename {
    pub name: String,
    /// Empty: as the name.
    pub filing_name: String,
    pub kana: String,
    pub on: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    pub person: PersonId,
    pub employee_no: String,
    pub name: String,
    pub kana: String,
    /// `1990-04-01`
    pub birth_date: String,
    /// 入社日; empty where it is not known.
    pub hired_on: String,
    pub has_number: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub person: PersonId,
    pub revision: u32,
    /// The fields as they are kept; dates as `1990-04-01`.
    pub fields: PersonDraft,
    pub position: Position,
    pub details: Details,
    pub status: EmploymentStatus,
    /// 退職日, or the day an offer was declined; empty while employed, or where it is not known.
    pub left_on: String,
    pub leaving_reason: Option<RetirementReason>,
    /// 資格喪失日 that follows from 退職日: the day after it. Empty while employed, and of who
    /// never joined (入社辞退).
    pub loses_on: String,
    /// 休職, newest first.
    pub leaves: Vec<Leave>,
    /// Before somebody came back, newest first.
    pub former_employments: Vec<FormerEmployment>,
    pub has_number: bool,
    /// For which purposes the number may be shown or handed over.
    pub purposes: Vec<Purpose>,
    /// Newest first.
    pub former_names: Vec<FormerName>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerName {
    pub name: String,
    pub replaced_on: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    pub from: String,
    /// The first day at work again; empty while it lasts.
    pub back_on: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerEmployment {
    pub hired_on: String,
    pub left_on: String,
    pub reason: Option<RetirementReason>,
    pub social: Insured,
    pub employment_insurance: Insured,
}
