//! Dependants (扶養親族等) of an employee, and as what they are claimed. A number may be
//! asked only where a claim needs it: [`Dependant::asking`] says so, or why not.

use super::numbers::Asking;
use super::people::{FormerName, Particulars, Rename};
use super::{PersonId, Rows, Window};
use mynumber::Purpose;
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Everybody of one employee's family.
    Of {
        employee: PersonId,
    },
    /// As [`super::people::Request::List`].
    List {
        query: String,
        window: Window,
    },
    Get {
        person: PersonId,
    },
    /// From this day. The number comes by [`super::numbers`].
    Add {
        employee: PersonId,
        draft: DependantDraft,
        claims: Vec<Claim>,
        on: String,
    },
    Change {
        person: PersonId,
        revision: u32,
        draft: DependantDraft,
    },
    Rename {
        person: PersonId,
        revision: u32,
        rename: Rename,
    },
    Claim {
        person: PersonId,
        revision: u32,
        claim: Claim,
        from: String,
    },
    EndClaim {
        person: PersonId,
        revision: u32,
        claim: Claim,
        until: String,
    },
    /// No longer family, or no longer dependent: every claim ends.
    End {
        person: PersonId,
        revision: u32,
        on: String,
    },
    /// A dependant again, or the end was registered by mistake. Claims are made anew.
    Resume {
        person: PersonId,
        revision: u32,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[allow(
    clippy::large_enum_variant,
    reason = "one reply lives at a time, and is taken apart at once"
)]
pub enum Reply {
    Family(Vec<Dependant>),
    List(Rows<DependantRow>),
    Dependant(Dependant),
}

/// As what a dependant is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Claim {
    /// 控除区分 in the 扶養控除等申告書.
    Tax(Deduction),
    /// 健康保険の被扶養者
    HealthInsurance,
    /// 国民年金第3号被保険者
    Category3,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DependantDraft {
    pub particulars: Particulars,
    /// 続柄
    pub relationship: Relationship,
    /// 同居
    pub lives_with: bool,
    pub disability: Disability,
    pub residency: Residency,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependant {
    pub person: PersonId,
    pub revision: u32,
    pub employee: PersonId,
    pub fields: DependantDraft,
    pub added_on: String,
    /// Empty while dependent.
    pub ended_on: String,
    pub claims: Vec<Claimed>,
    pub has_number: bool,
    pub purposes: Vec<Purpose>,
    pub asking: Asking,
    pub former_names: Vec<FormerName>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    pub claim: Claim,
    pub from: String,
    /// The last day; empty while it lasts.
    pub until: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DependantRow {
    pub person: PersonId,
    pub name: String,
    pub kana: String,
    pub relationship: Relationship,
    pub employee: PersonId,
    pub employee_no: String,
    pub employee_name: String,
    pub ended: bool,
    pub has_number: bool,
}
