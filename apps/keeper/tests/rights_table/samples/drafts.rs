//! Forms that are filled in well.

use mynumber::collection::{ContactMethod, NotificationMethod};
use mynumber::{CheckMethod, Clauses, DelegateKind, Employment, MediumKind, Purpose};
use protocol::clerk::collection::{Audience, ContactDraft, IdentityCheckDraft, NoticeDraft};
use protocol::clerk::companies::{CompanyDraft, Profile};
use protocol::clerk::people::{Details, Particulars, PersonDraft, Position, Rename};
use protocol::clerk::registers::{DelegateDraft, MediumDraft, TripDraft};
use protocol::clerk::users::UserDraft;

pub fn company() -> CompanyDraft {
    CompanyDraft {
        name: "株式会社見本".into(),
        ..CompanyDraft::default()
    }
}

pub fn user() -> UserDraft {
    UserDraft {
        name: "佐藤 次郎".into(),
        department: "経理部".into(),
    }
}

pub fn newcomer(no: &str) -> PersonDraft {
    PersonDraft {
        employee_no: no.into(),
        name: "田中 新".into(),
        birth_date: "1999-12-31".into(),
        hired_on: "2020-04-01".into(),
        ..PersonDraft::default()
    }
}

pub fn position(department: Option<i64>) -> Position {
    Position {
        filing_name: String::new(),
        department,
        employment: Employment::Regular,
        property_savings: false,
    }
}

pub fn rename() -> Rename {
    Rename {
        name: "山本 花子".into(),
        on: "2026-11-01".into(),
        ..Rename::default()
    }
}

pub fn contact() -> ContactDraft {
    ContactDraft {
        on: "2026-11-01".into(),
        method: ContactMethod::Document,
        due_on: "2026-12-01".into(),
        remind_on: "2026-11-20".into(),
        remark: String::new(),
    }
}

pub fn identity_check() -> IdentityCheckDraft {
    IdentityCheckDraft {
        on: "2026-11-01".into(),
        method: CheckMethod::InPerson,
        number_document: Some("card".into()),
        identity_documents: vec![],
        agent: None,
        passed: true,
        remark: String::new(),
    }
}

pub fn notice(audience: Audience) -> NoticeDraft {
    NoticeDraft {
        audience,
        on: "2026-11-01".into(),
        method: NotificationMethod::Document,
        version: "2026年版".into(),
        purposes: vec![Purpose::WithholdingTax],
        signed_for: false,
    }
}

pub fn delegate() -> DelegateDraft {
    DelegateDraft {
        name: "みほん社労士事務所".into(),
        kind: DelegateKind::TaxAccountant,
        corporate_number: String::new(),
        work: "年末調整".into(),
        contract_from: "2026-04-01".into(),
        contract_until: String::new(),
        clauses: Clauses::all(),
    }
}

pub fn medium() -> MediumDraft {
    MediumDraft {
        label: "USB-01".into(),
        kind: MediumKind::Paper,
        holder: "山田 太郎".into(),
        kept_at: "金庫".into(),
    }
}

pub fn trip() -> TripDraft {
    TripDraft {
        on: "2026-11-01".into(),
        carrier: "山田 太郎".into(),
        destination: "税務署".into(),
        reason: "提出".into(),
        container: "施錠できるかばん".into(),
        due_back: String::new(),
    }
}

pub fn proprietor() -> Particulars {
    Particulars {
        name: "田中 一".into(),
        birth_date: "1970-01-01".into(),
        ..Particulars::default()
    }
}

pub fn details() -> Details {
    Details {
        postal_code: "100-0001".into(),
        title: "課長".into(),
        pension_number: "1234-567890".into(),
        ..Details::default()
    }
}

pub fn profile() -> Profile {
    Profile {
        telephone: "03-1234-5678".into(),
        office_symbol: "21-01-ケイト".into(),
        ..Profile::default()
    }
}
