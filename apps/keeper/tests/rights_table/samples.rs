//! One of each request, for each spot it can be about.

use crate::common::{secret, typed};
use crate::office::{Office, Place, Spot, author, draft, spouse};
use codes::ErrorCode;
use mynumber::collection::{CollectionStatus, ContactMethod, NotificationMethod};
use mynumber::family::Deduction;
use mynumber::people::PersonKind;
use mynumber::retention::Settings;
use mynumber::rights::{Grant, Role};
use mynumber::{
    CheckMethod, Clauses, DelegateKind, Destruction, Employment, MediumKind, Purpose,
    RetirementReason, Settlement,
};
use protocol::Bytes;
use protocol::clerk::approvals::Request as Approvals;
use protocol::clerk::collection::{
    Audience, ContactDraft, IdentityCheckDraft, MissingFilter, NoticeDraft, Request as Collection,
};
use protocol::clerk::companies::{CompanyDraft, CompanyKind, Request as Companies};
use protocol::clerk::companions::Request as Companions;
use protocol::clerk::families::{Claim, Request as Families};
use protocol::clerk::imports::{Existing, ImportDraft, Request as Imports};
use protocol::clerk::ledger::{ReportDraft, Request as Ledger};
use protocol::clerk::numbers::Request as Numbers;
use protocol::clerk::payees::Request as Payees;
use protocol::clerk::people::{PersonDraft, Position, Rename, Request as People};
use protocol::clerk::registers::{
    ConsentDraft, DelegateDraft, DestroyedDraft, MediaFilter, MediumDraft, Request as Registers,
    SettledDraft, TripDraft,
};
use protocol::clerk::retention::{DueList, HoldEnd, Reason, Request as Retention};
use protocol::clerk::snapshots::Request as Snapshots;
use protocol::clerk::users::{Request as Users, UserDraft};
use protocol::clerk::{Request, Window};

/// A number of nobody who is there.
const FREE: &str = "987654321093";

pub struct Sample {
    pub request: Request,
    pub spot: Spot,
    /// Why it is refused although it is allowed: something in the office is not so that it
    /// could be done.
    pub but: Option<ErrorCode>,
    /// Whether it waits where a second person is asked.
    pub waits: bool,
}

impl Sample {
    fn new(request: impl Into<Request>, spot: Spot) -> Self {
        Self {
            request: request.into(),
            spot,
            but: None,
            waits: false,
        }
    }
}

pub fn all(office: &Office) -> Vec<Sample> {
    let mut samples: Vec<Sample> = about_nobody(office);
    for (spot, place) in [
        (Spot::Near, &office.near),
        (Spot::Far, &office.far),
        (Spot::Foreign, &office.foreign),
    ] {
        samples.extend(
            about_people(office, place)
                .into_iter()
                .map(|(request, but)| Sample {
                    but: but.filter(|_| spot != Spot::Foreign),
                    waits: matches!(
                        &request,
                        Request::Companions(Companions::HandOver { .. })
                            | Request::Retention(Retention::Destroy { .. })
                    ),
                    ..Sample::new(request, spot)
                }),
        );
    }
    for (spot, department) in [
        (Spot::Near, office.department),
        (Spot::Far, office.far_department),
    ] {
        let request = People::Register {
            draft: newcomer("N1"),
            position: Some(position(Some(department))),
            number: Some(typed(FREE)),
        };
        samples.push(Sample::new(request, spot));
    }
    samples
}

fn about_nobody(office: &Office) -> Vec<Sample> {
    let plain = |request: Request| Sample::new(request, Spot::Far);
    let but = |request: Request, code| Sample {
        but: Some(code),
        ..plain(request)
    };
    let waits = |request: Request| Sample {
        waits: true,
        ..plain(request)
    };
    let nothing = "0".repeat(32);
    let mut samples: Vec<Sample> = vec![
        plain(
            Companies::Create {
                kind: CompanyKind::Client,
                draft: company(),
            }
            .into(),
        ),
        plain(Companies::Get.into()),
        plain(Companies::Change { draft: company() }.into()),
        plain(Companies::Departments.into()),
        plain(
            Companies::AddDepartment {
                name: "総務部".into(),
            }
            .into(),
        ),
        plain(
            Companies::RenameDepartment {
                department: office.department,
                revision: 1,
                name: "経理課".into(),
            }
            .into(),
        ),
        but(
            Companies::RetireDepartment {
                department: office.department,
                revision: 1,
            }
            .into(),
            ErrorCode::DepartmentInUse,
        ),
        plain(
            People::List {
                query: String::new(),
                department: None,
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(
            Families::List {
                query: String::new(),
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(
            Payees::List {
                query: String::new(),
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(Payees::Add { draft: author("N") }.into()),
        plain(
            Collection::Missing {
                filter: MissingFilter::default(),
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(
            Collection::Notify {
                draft: notice(Audience::All(PersonKind::Employee)),
            }
            .into(),
        ),
        plain(
            Collection::Unnotified {
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(
            Ledger::Page {
                before: None,
                limit: 10,
            }
            .into(),
        ),
        plain(Ledger::Verify.into()),
        plain(Ledger::Report(ReportDraft::default()).into()),
        plain(Ledger::ReportPiece { offset: 0 }.into()),
        plain(
            Retention::Destroyed {
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(
            Retention::Due {
                list: DueList::By("2040-01-01".into()),
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(Retention::Counts.into()),
        plain(Retention::Documents.into()),
        plain(Retention::Settings.into()),
        plain(
            Retention::ChangeSettings {
                settings: Settings::default(),
            }
            .into(),
        ),
        plain(
            Retention::Deletions {
                window: Window::FIRST,
            }
            .into(),
        ),
        plain(
            Retention::Certificate {
                deletion: office.deletion.clone(),
                window: Window::FIRST,
            }
            .into(),
        ),
        // Without a file there is nothing to do with it; what is done with one is in
        // `tests/imports.rs`.
        but(
            Imports::Piece {
                offset: 0,
                bytes: Bytes::new(vec![b'x']),
            }
            .into(),
            ErrorCode::NotAllowedNow,
        ),
        but(Imports::Look.into(), ErrorCode::NotAllowedNow),
        but(
            Imports::Map { columns: vec![] }.into(),
            ErrorCode::NotAllowedNow,
        ),
        but(Imports::Try.into(), ErrorCode::NotAllowedNow),
        but(Imports::Make.into(), ErrorCode::NotAllowedNow),
        but(
            Imports::Findings {
                window: Window::FIRST,
            }
            .into(),
            ErrorCode::NotAllowedNow,
        ),
        but(
            Imports::SaveSource {
                name: "給与ソフト".into(),
            }
            .into(),
            ErrorCode::NotAllowedNow,
        ),
        plain(
            Imports::Begin {
                draft: ImportDraft {
                    name: "社員.csv".into(),
                    source: None,
                    bytes: 10,
                    existing: Existing::Skip,
                    purposes: Purpose::ALL.to_vec(),
                },
            }
            .into(),
        ),
        plain(Imports::Drop.into()),
        plain(
            Imports::List {
                window: Window::FIRST,
            }
            .into(),
        ),
        but(
            Imports::Undo {
                import: nothing.clone(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
        plain(Imports::Sources.into()),
        plain(Snapshots::List.into()),
        but(
            Snapshots::Examine {
                snapshot: "s1".into(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
        but(
            Snapshots::Remove {
                snapshot: "s1".into(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
        but(
            Snapshots::Restore {
                snapshot: "../x".into(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
        plain(
            Snapshots::Make {
                name: "予備".into(),
            }
            .into(),
        ),
        plain(Companions::List.into()),
        plain(
            Companions::Register {
                device: office.stick(),
                name: "別の名前".into(),
            }
            .into(),
        ),
        plain(
            Companions::Enrolments {
                device: office.stick(),
            }
            .into(),
        ),
        but(
            Companions::ApproveEnrolment {
                device: office.stick(),
                enrolment: nothing.clone(),
                purpose: Purpose::WithholdingTax,
                expires: "2030-03-31".into(),
            }
            .into(),
            ErrorCode::NoEnrolment,
        ),
        plain(Companions::Whitelist.into()),
        plain(
            Companions::RevokeEntry {
                entry: office.entry.clone(),
            }
            .into(),
        ),
        plain(
            Companions::ReadReceipts {
                device: office.stick(),
            }
            .into(),
        ),
        plain(Companions::HandOvers.into()),
        plain(Users::List.into()),
        waits(
            Users::Add {
                draft: user(),
                passphrase: secret("a passphrase given out once"),
                recovery_words: secret("うさぎ うわさ うんてん"),
                grant: draft(&Grant::of_role(Role::Clerk)),
            }
            .into(),
        ),
        plain(
            Users::Change {
                user: office.user,
                draft: user(),
            }
            .into(),
        ),
        waits(
            Users::Grant {
                user: 3,
                grant: draft(&Grant::of_role(Role::Clerk)),
            }
            .into(),
        ),
        waits(Users::Withdraw { user: 3 }.into()),
        waits(Users::Remove { user: 3 }.into()),
        plain(Users::RequirePassphraseChange { user: 3 }.into()),
        waits(
            Users::ResetPassphrase {
                user: 3,
                passphrase: secret("a lantern over seven bridges"),
                recovery_words: secret("いちご いとこ いなか"),
            }
            .into(),
        ),
        but(
            Users::SetSecondPerson { on: false }.into(),
            ErrorCode::Internal,
        ),
        plain(Approvals::List.into()),
    ];
    for request in [
        Approvals::Confirm {
            approval: nothing.clone(),
        },
        Approvals::Refuse {
            approval: nothing.clone(),
        },
        Approvals::Withdraw {
            approval: nothing.clone(),
        },
    ] {
        samples.push(but(request.into(), ErrorCode::NotFound));
    }
    samples.extend(registers().into_iter().map(|(request, code)| Sample {
        but: code,
        ..plain(request.into())
    }));
    for sample in &mut samples {
        // Working with two persons is not asked for in this office.
        if matches!(
            &sample.request,
            Request::Users(Users::SetSecondPerson { .. })
        ) {
            (sample.but, sample.waits) = (None, true);
        }
    }
    samples
}

fn registers() -> Vec<(Registers, Option<ErrorCode>)> {
    let missing = Some(ErrorCode::NotFound);
    vec![
        (
            Registers::Delegates {
                window: Window::FIRST,
            },
            None,
        ),
        (Registers::AddDelegate { draft: delegate() }, None),
        (
            Registers::AddSubdelegate {
                under: 999,
                consent: ConsentDraft {
                    on: "2026-04-01".into(),
                    document: "同意書".into(),
                },
                draft: delegate(),
            },
            missing,
        ),
        (
            Registers::ChangeDelegate {
                delegate: 999,
                revision: 1,
                draft: delegate(),
            },
            missing,
        ),
        (
            Registers::EndDelegation {
                delegate: 999,
                revision: 1,
                on: "2026-11-01".into(),
            },
            missing,
        ),
        (
            Registers::SettleDelegation {
                delegate: 999,
                revision: 1,
                settled: SettledDraft {
                    on: "2026-11-01".into(),
                    how: Settlement::Returned,
                    certificate: String::new(),
                },
            },
            missing,
        ),
        (
            Registers::Media {
                filter: MediaFilter::All,
                window: Window::FIRST,
            },
            None,
        ),
        (Registers::Trips { medium: 999 }, missing),
        (Registers::RegisterMedium { draft: medium() }, None),
        (
            Registers::ChangeMedium {
                medium: 999,
                revision: 1,
                draft: medium(),
            },
            missing,
        ),
        (
            Registers::TakeOut {
                medium: 999,
                revision: 1,
                trip: trip(),
            },
            missing,
        ),
        (
            Registers::Lose {
                medium: 999,
                revision: 1,
                on: "2026-11-01".into(),
                remark: String::new(),
            },
            missing,
        ),
        (
            Registers::BringBack {
                medium: 999,
                revision: 1,
                on: "2026-11-01".into(),
            },
            missing,
        ),
        (
            Registers::DestroyMedium {
                medium: 999,
                revision: 1,
                destroyed: DestroyedDraft {
                    on: "2026-11-01".into(),
                    how: Destruction::Shredded,
                    confirmed_by: "山田 太郎".into(),
                    certificate: String::new(),
                },
            },
            missing,
        ),
    ]
}

/// Each with why it cannot be done, if it cannot.
fn about_people(office: &Office, place: &Place) -> Vec<(Request, Option<ErrorCode>)> {
    let person = place.employee;
    let revision = 1;
    let on = || "2026-11-01".to_owned();
    vec![
        (People::Get { person }.into(), None),
        (
            People::Change {
                person,
                revision,
                draft: newcomer("Z9"),
            }
            .into(),
            None,
        ),
        (
            People::ChangePosition {
                person,
                revision,
                position: position(place.department),
            }
            .into(),
            None,
        ),
        (
            People::Rename {
                person,
                revision,
                rename: rename(),
            }
            .into(),
            None,
        ),
        (
            People::StartLeave {
                person,
                revision,
                from: on(),
            }
            .into(),
            None,
        ),
        (
            People::EndLeave {
                person,
                revision,
                back_on: on(),
            }
            .into(),
            Some(ErrorCode::LeaveContradicts),
        ),
        (
            People::Retire {
                person,
                revision,
                on: on(),
                reason: RetirementReason::Resigned,
            }
            .into(),
            None,
        ),
        (People::MarkAsLeft { person, revision }.into(), None),
        (
            People::WithdrawRetirement { person, revision }.into(),
            Some(ErrorCode::StillEmployed),
        ),
        (
            People::Rehire {
                person,
                revision,
                on: on(),
            }
            .into(),
            Some(ErrorCode::StillEmployed),
        ),
        (Families::Of { employee: person }.into(), None),
        (
            Families::Get {
                person: place.dependant,
            }
            .into(),
            None,
        ),
        (
            Families::Add {
                employee: place.bare,
                draft: spouse("N"),
                claims: vec![],
                on: on(),
            }
            .into(),
            None,
        ),
        (
            Families::Change {
                person: place.dependant,
                revision: 2,
                draft: spouse("N"),
            }
            .into(),
            None,
        ),
        (
            Families::Rename {
                person: place.dependant,
                revision: 2,
                rename: rename(),
            }
            .into(),
            None,
        ),
        (
            Families::Claim {
                person: place.dependant,
                revision: 2,
                claim: Claim::HealthInsurance,
                from: on(),
            }
            .into(),
            None,
        ),
        (
            Families::EndClaim {
                person: place.dependant,
                revision: 2,
                claim: Claim::Tax(Deduction::WithholdingSpouse),
                until: on(),
            }
            .into(),
            None,
        ),
        (
            Families::End {
                person: place.dependant,
                revision: 2,
                on: on(),
            }
            .into(),
            None,
        ),
        (Payees::Get { payee: place.payee }.into(), None),
        (
            Payees::Change {
                payee: place.payee,
                revision: 1,
                draft: author("Z"),
            }
            .into(),
            None,
        ),
        (
            Payees::Rename {
                payee: place.payee,
                revision: 1,
                rename: rename(),
            }
            .into(),
            None,
        ),
        (
            Payees::End {
                payee: place.payee,
                revision: 1,
                on: on(),
            }
            .into(),
            None,
        ),
        (
            Numbers::Register {
                person: place.bare,
                number: typed(FREE),
            }
            .into(),
            None,
        ),
        (
            Numbers::Replace {
                person,
                number: typed(FREE),
            }
            .into(),
            None,
        ),
        (
            Numbers::Reveal {
                person,
                purpose: Purpose::WithholdingTax,
            }
            .into(),
            None,
        ),
        (Numbers::MayAsk { person }.into(), None),
        (
            Retention::Destroy {
                people: vec![person],
                reason: Reason::CollectedByMistake,
            }
            .into(),
            None,
        ),
        (Retention::Of { person }.into(), None),
        (
            Retention::AddHold {
                people: vec![person, place.dependant],
                rule: "T9".into(),
                on: on(),
            }
            .into(),
            None,
        ),
        (
            Retention::EndHold {
                hold: place.hold,
                how: HoldEnd::DocumentGone,
            }
            .into(),
            None,
        ),
        (
            Ledger::Report(ReportDraft {
                person: Some(person),
                ..ReportDraft::default()
            })
            .into(),
            None,
        ),
        (Collection::Get { person: place.bare }.into(), None),
        (
            Collection::Ask {
                person: place.bare,
                revision: 0,
                contact: contact(),
            }
            .into(),
            None,
        ),
        (
            Collection::Remind {
                person: place.bare,
                revision: 0,
                contact: contact(),
            }
            .into(),
            Some(ErrorCode::NotAsked),
        ),
        (
            Collection::Refused {
                person: place.bare,
                revision: 0,
                on: on(),
                contact: ContactMethod::Mail,
                remark: String::new(),
            }
            .into(),
            Some(ErrorCode::CollectionStep),
        ),
        (
            Collection::Move {
                person: place.bare,
                revision: 0,
                to: CollectionStatus::NotNeeded,
                method: None,
                remark: String::new(),
            }
            .into(),
            None,
        ),
        (
            Collection::CheckIdentity {
                person,
                draft: identity_check(),
            }
            .into(),
            None,
        ),
        (Collection::IdentityChecks { person }.into(), None),
        (
            Collection::WithdrawIdentityCheck { person, check: 999 }.into(),
            Some(ErrorCode::NotFound),
        ),
        (
            Collection::Notify {
                draft: notice(Audience::Person(person)),
            }
            .into(),
            None,
        ),
        (Collection::Notices { person }.into(), None),
        (
            Companions::HandOver {
                device: office.stick(),
                entry: office.entry.clone(),
                people: vec![person],
            }
            .into(),
            None,
        ),
    ]
}

fn company() -> CompanyDraft {
    CompanyDraft {
        name: "株式会社見本".into(),
        ..CompanyDraft::default()
    }
}

fn user() -> UserDraft {
    UserDraft {
        name: "佐藤 次郎".into(),
        department: "経理部".into(),
    }
}

fn newcomer(no: &str) -> PersonDraft {
    PersonDraft {
        employee_no: no.into(),
        name: "田中 新".into(),
        birth_date: "1999-12-31".into(),
        hired_on: "2020-04-01".into(),
        ..PersonDraft::default()
    }
}

fn position(department: Option<i64>) -> Position {
    Position {
        filing_name: String::new(),
        department,
        employment: Employment::Regular,
        property_savings: false,
    }
}

fn rename() -> Rename {
    Rename {
        name: "山本 花子".into(),
        on: "2026-11-01".into(),
        ..Rename::default()
    }
}

fn contact() -> ContactDraft {
    ContactDraft {
        on: "2026-11-01".into(),
        method: ContactMethod::Document,
        due_on: "2026-12-01".into(),
        remind_on: "2026-11-20".into(),
        remark: String::new(),
    }
}

fn identity_check() -> IdentityCheckDraft {
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

fn notice(audience: Audience) -> NoticeDraft {
    NoticeDraft {
        audience,
        on: "2026-11-01".into(),
        method: NotificationMethod::Document,
        version: "2026年版".into(),
        purposes: vec![Purpose::WithholdingTax],
        signed_for: false,
    }
}

fn delegate() -> DelegateDraft {
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

fn medium() -> MediumDraft {
    MediumDraft {
        label: "USB-01".into(),
        kind: MediumKind::Paper,
        holder: "山田 太郎".into(),
        kept_at: "金庫".into(),
    }
}

fn trip() -> TripDraft {
    TripDraft {
        on: "2026-11-01".into(),
        carrier: "山田 太郎".into(),
        destination: "税務署".into(),
        reason: "提出".into(),
        container: "施錠できるかばん".into(),
        due_back: String::new(),
    }
}
