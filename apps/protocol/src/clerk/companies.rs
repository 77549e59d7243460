//! 事業者 and what they are made of. One key domain each: the office's own, and beside it
//! those it works for as 社労士 or 税理士.
//!
//! A company without a 法人番号 is a sole proprietor (個人事業主), whose own number stands on
//! what is filed. It is registered and shown as anybody's ([`super::numbers`]), under
//! [`Proprietor::person`].

use super::people::Rename;
use super::{CompanyId, Kept, PersonId, Sex};
use mynumber::Purpose;
use mynumber::rights::{DepartmentId, Role};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Another company with keys of its own; who makes it is its 責任者.
    Create {
        kind: CompanyKind,
        draft: CompanyDraft,
    },
    /// The entered company.
    Get,
    Change {
        draft: CompanyDraft,
    },
    /// What the company decided about how it works.
    ChangeRules {
        rules: Rules,
    },
    /// The sole proprietor, if the company is one's and somebody is registered.
    Proprietor,
    /// Refused where the company has a 法人番号, or its proprietor already.
    RegisterProprietor {
        draft: ProprietorDraft,
    },
    ChangeProprietor {
        revision: u32,
        draft: ProprietorDraft,
    },
    RenameProprietor {
        revision: u32,
        rename: Rename,
    },
    Departments,
    AddDepartment {
        name: String,
    },
    RenameDepartment {
        department: DepartmentId,
        revision: u32,
        name: String,
    },
    /// Nobody may be employed in it any more.
    RetireDepartment {
        department: DepartmentId,
        revision: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Created(CompanyId),
    Company(Company),
    Proprietor(Option<Proprietor>),
    Departments(Vec<Department>),
    Department(Kept),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CompanyKind {
    /// The office's own.
    Own,
    /// 顧問先, 関与先: worked for under a contract (委託).
    Client,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyDraft {
    /// 名称
    pub name: String,
    /// 法人番号, or empty for a sole proprietor
    pub corporate_number: String,
    /// 所在地
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyRow {
    pub company: CompanyId,
    pub name: String,
    pub kind: CompanyKind,
    /// What the user is there.
    pub role: Role,
    /// Whether the user may enter it on this PC today.
    pub open: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    pub company: CompanyId,
    pub kind: CompanyKind,
    pub fields: CompanyDraft,
    /// Export, deletion and user changes wait for a second person; without, 単独運用.
    pub second_person: bool,
    pub rules: Rules,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Even a first number is refused before its purposes were notified (利用目的の通知).
    pub notice_first: bool,
    /// Of a sole proprietor: the business deals in real estate, so that rents and the like
    /// are reported and landlords may be asked (所得税法施行令352条).
    pub real_estate_dealer: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProprietorDraft {
    pub name: String,
    pub filing_name: String,
    pub kana: String,
    pub birth_date: String,
    pub sex: Option<Sex>,
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proprietor {
    pub person: PersonId,
    pub revision: u32,
    pub fields: ProprietorDraft,
    pub has_number: bool,
    pub purposes: Vec<Purpose>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Department {
    pub department: DepartmentId,
    pub revision: u32,
    pub name: String,
    pub employees: u32,
    /// Empty while it is in use.
    pub retired_on: String,
}
