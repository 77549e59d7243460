//! 支払先: authors, lecturers, landlords, …. An individual's number may be asked where the
//! 支払調書 needs it, a corporation's never: it has a 法人番号.

use super::numbers::Asking;
use super::people::{Particulars, Rename};
use super::{Kept, PersonId, Rows, Window};
use mynumber::Purpose;
use mynumber::asking::Reporting;
use mynumber::people::Continuity;
use serde::{Deserialize, Serialize};

pub type PayeeId = i64;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    List {
        query: String,
        window: Window,
    },
    Get {
        payee: PayeeId,
    },
    Add {
        draft: PayeeDraft,
    },
    Change {
        payee: PayeeId,
        revision: u32,
        draft: PayeeDraft,
    },
    Rename {
        payee: PayeeId,
        revision: u32,
        rename: Rename,
    },
    /// The dealings ended: the number stays for what is still to be filed.
    End {
        payee: PayeeId,
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
    List(Rows<PayeeRow>),
    Payee(Payee),
    Kept(Kept),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeDraft {
    /// 支払先コード
    pub code: String,
    pub party: Party,
    /// 支払区分, by its id in the list of `apps/mynumber`.
    pub payment: String,
    /// 細目
    pub detail: String,
    pub continuity: Continuity,
    pub contract_from: String,
    pub contract_until: String,
    /// Expected in a year, in yen; empty: not known.
    pub expected_yen: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Party {
    Individual(Particulars),
    Corporation {
        name: String,
        kana: String,
        /// 法人番号
        number: String,
        postal_code: String,
        address: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeRow {
    pub payee: PayeeId,
    /// `None` for a corporation.
    pub person: Option<PersonId>,
    pub code: String,
    pub name: String,
    pub kana: String,
    pub payment: String,
    pub contract_until: String,
    pub has_number: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    pub payee: PayeeId,
    pub revision: u32,
    pub person: Option<PersonId>,
    pub fields: PayeeDraft,
    pub has_number: bool,
    pub purposes: Vec<Purpose>,
    pub asking: Asking,
    /// 支払調書提出要否
    pub reporting: Reporting,
}
