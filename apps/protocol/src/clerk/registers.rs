//! Two registers the safety measures ask for: delegates (委託先, 番号法10条, 11条) with the
//! consent to each further delegation (再委託), and media carried out (持出管理).

use super::{Kept, Rows, Window};
use mynumber::{Clause, Clauses, DelegateKind, Destruction, MediumKind, Settlement};
use serde::{Deserialize, Serialize};

pub type DelegateId = i64;
pub type MediumId = i64;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    Delegates {
        window: Window,
    },
    AddDelegate {
        draft: DelegateDraft,
    },
    /// 再委託, with the consent of the company (番号法10条).
    AddSubdelegate {
        under: DelegateId,
        consent: ConsentDraft,
        draft: DelegateDraft,
    },
    ChangeDelegate {
        delegate: DelegateId,
        revision: u32,
        draft: DelegateDraft,
    },
    EndDelegation {
        delegate: DelegateId,
        revision: u32,
        on: String,
    },
    /// What became of the numbers after the end.
    SettleDelegation {
        delegate: DelegateId,
        revision: u32,
        settled: SettledDraft,
    },
    /// The company did not consent to a further delegation that this delegate wanted.
    RefuseSubdelegation {
        under: DelegateId,
    },
    /// 委託先の監督 (番号法11条): what the company looked at, and what it found.
    RecordSupervision {
        delegate: DelegateId,
        supervision: Supervision,
    },
    /// The newest first.
    Supervisions {
        delegate: DelegateId,
    },
    /// From this delegate up to the one the company itself made a contract with.
    Chain {
        delegate: DelegateId,
    },
    Media {
        filter: MediaFilter,
        window: Window,
    },
    /// Every time one medium was out, newest first.
    Trips {
        medium: MediumId,
    },
    /// Every time one medium was lost, newest first.
    Losses {
        medium: MediumId,
    },
    RegisterMedium {
        draft: MediumDraft,
    },
    ChangeMedium {
        medium: MediumId,
        revision: u32,
        draft: MediumDraft,
    },
    TakeOut {
        medium: MediumId,
        revision: u32,
        trip: TripDraft,
    },
    /// 紛失
    Lose {
        medium: MediumId,
        revision: u32,
        on: String,
        remark: String,
    },
    BringBack {
        medium: MediumId,
        revision: u32,
        on: String,
    },
    DestroyMedium {
        medium: MediumId,
        revision: u32,
        destroyed: DestroyedDraft,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Delegates(Rows<Delegate>),
    Chain(Vec<Delegate>),
    Supervisions(Vec<Supervision>),
    Media(Rows<Medium>),
    Trips(Vec<Trip>),
    Losses(Vec<Loss>),
    Kept(Kept),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegateDraft {
    pub name: String,
    pub kind: DelegateKind,
    /// 法人番号; may be empty.
    pub corporate_number: String,
    /// 委託する事務の範囲
    pub work: String,
    pub contract_from: String,
    /// Its last day; empty: until ended.
    pub contract_until: String,
    /// What the contract settles (ガイドライン第4-2-(1)).
    pub clauses: Clauses,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    pub on: String,
    /// 報告の受領, 実地の調査, ….
    pub how: String,
    /// May be empty.
    pub finding: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentDraft {
    pub on: String,
    /// Which paper says so.
    pub document: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledDraft {
    pub on: String,
    pub how: Settlement,
    /// The certificate the delegate gave; may be empty for what was returned.
    pub certificate: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegate {
    pub delegate: DelegateId,
    pub revision: u32,
    pub fields: DelegateDraft,
    /// Of a 再委託先: whose delegate it is.
    pub under: Option<DelegateId>,
    pub consent: Option<ConsentDraft>,
    /// Empty while it lasts.
    pub ended_on: String,
    pub settled: Option<SettledDraft>,
    /// The contract ran out, and its end was not registered.
    pub run_out: bool,
    /// It ended, and nothing says what became of the numbers.
    pub unsettled: bool,
    /// What must stand in the contract and does not.
    pub missing_clauses: Vec<Clause>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MediaFilter {
    All,
    Out,
    /// Out beyond the day they should be back.
    Overdue,
    /// 紛失中
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediumDraft {
    /// What is written on it (媒体番号).
    pub label: String,
    pub kind: MediumKind,
    /// 保管責任者
    pub holder: String,
    /// 保管場所
    pub kept_at: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripDraft {
    pub on: String,
    pub carrier: String,
    pub destination: String,
    pub reason: String,
    /// What protects it on the way: 施錠できる搬送容器, 封緘, ….
    pub container: String,
    /// May be empty.
    pub due_back: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyedDraft {
    pub on: String,
    pub how: Destruction,
    /// 確認者, who saw it.
    pub confirmed_by: String,
    /// Where somebody else did it; else empty.
    pub certificate: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    pub trip: TripDraft,
    /// Empty while it is out.
    pub back_on: String,
}

/// 紛失
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The day it was noticed.
    pub on: String,
    pub remark: String,
    /// Empty while it is lost.
    pub found_on: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medium {
    pub medium: MediumId,
    pub revision: u32,
    pub fields: MediumDraft,
    pub out: Option<TripDraft>,
    /// `None`: it is not lost.
    pub lost: Option<Loss>,
    pub destroyed: Option<DestroyedDraft>,
}
