//! 事業者 and what they are made of. One key domain each: the office's own, and beside it
//! those it works for as 社労士 or 税理士.
//!
//! A company without a 法人番号 is a sole proprietor (個人事業主), whose own number stands on
//! what is filed. It is registered and shown as anybody's ([`super::numbers`]), under
//! [`Proprietor::person`].

use super::people::{Particulars, Rename};
use super::{CompanyId, Kept, PersonId};
use mynumber::rights::{DepartmentId, Role};
use mynumber::{ClosingReason, Purpose, Scale};
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
    /// What 届 and 法定調書 ask of the company beside; all of it is replaced.
    ChangeProfile {
        profile: Profile,
    },
    /// What the company decided about how it works.
    ChangeRules {
        rules: Rules,
    },
    /// 取扱いの終了: of a client whose contract ended, or of a company that closed down. Its
    /// numbers are needed no more. Given again it corrects the first.
    Close {
        closing: Closing,
    },
    /// It was registered by mistake, or the contract goes on.
    WithdrawClosing,
    /// The sole proprietor, if the company is one's and somebody is registered.
    Proprietor,
    /// Refused where the company has a 法人番号, or its proprietor already.
    RegisterProprietor {
        draft: Particulars,
    },
    ChangeProprietor {
        revision: u32,
        draft: Particulars,
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

/// When and why the work for a company ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The last day; may lie ahead.
    pub on: String,
    pub reason: ClosingReason,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    pub company: CompanyId,
    pub kind: CompanyKind,
    pub fields: CompanyDraft,
    /// Export, deletion and user changes wait for a second person; without, 単独運用.
    pub second_person: bool,
    pub rules: Rules,
    /// `None` while it is worked for.
    pub closing: Option<Closing>,
    pub profile: Profile,
    /// Employees who have joined and not left.
    pub employees: u32,
    /// Whether it counts as 中小規模事業者, by 従業員数 and the rest.
    pub scale: Scale,
}

/// 届出事項; each may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// 郵便番号
    pub postal_code: String,
    /// 電話番号, 半角15
    pub telephone: String,
    /// 代表者氏名, 25 bytes
    pub representative: String,
    /// 整理番号1, 半角10, and 整理番号2, 半角13, of the tax office
    pub tax_reference_1: String,
    pub tax_reference_2: String,
    /// 本支店等区分番号, 半角5
    pub branch_number: String,
    /// 事業所整理記号 as `21-01-ｹｲﾄ`, and 事業所番号, up to five digits, of 年金機構
    pub office_symbol: String,
    pub office_number: String,
    /// 雇用保険適用事業所番号 as `1301-123456-7`
    pub employment_insurance_office: String,
    /// 決算月, 1 to 12; empty: March. The batches of [`super::retention`] go by it.
    pub closing_month: String,
    /// 給与支払報告書の提出先, each once.
    pub municipalities: Vec<Municipality>,
    /// 従業員数; empty: the employees there are.
    pub staff: String,
    /// 金融分野
    pub financial: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Municipality {
    /// 市区町村コード, six digits; five are completed.
    pub code: String,
    /// 指定番号; may be empty.
    pub designated_number: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Even a first number is refused before its purposes were notified (利用目的の通知).
    pub notice_first: bool,
    /// Of a sole proprietor: the business deals in real estate, so that rents and the like
    /// are reported and landlords may be asked (所得税法施行令352条).
    pub real_estate_dealer: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proprietor {
    pub person: PersonId,
    pub revision: u32,
    pub fields: Particulars,
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
