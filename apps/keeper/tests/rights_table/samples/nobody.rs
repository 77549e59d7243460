//! What is about nobody, or about the company.

use super::Sample;
use super::drafts::{company, notice, profile, proprietor, rename, user};
use super::registers::registers;
use crate::common::secret;
use crate::office::{Office, Spot, author, draft};
use codes::ErrorCode;
use mynumber::people::PersonKind;
use mynumber::retention::Policy;
use mynumber::rights::{Grant, Role};
use mynumber::{ClosingReason, Purpose};
use protocol::Bytes;
use protocol::clerk::approvals::Request as Approvals;
use protocol::clerk::collection::{Audience, MissingFilter, Request as Collection};
use protocol::clerk::companies::{Closing, CompanyKind, Request as Companies, Rules};
use protocol::clerk::companions::Request as Companions;
use protocol::clerk::families::Request as Families;
use protocol::clerk::imports::{Existing, ImportDraft, Request as Imports};
use protocol::clerk::input::{Part, Request as Input};
use protocol::clerk::ledger::{ReportDraft, Request as Ledger};
use protocol::clerk::payees::Request as Payees;
use protocol::clerk::people::Request as People;
use protocol::clerk::retention::{DueList, Request as Retention};
use protocol::clerk::snapshots::Request as Snapshots;
use protocol::clerk::users::Request as Users;
use protocol::clerk::{Request, Window};

pub fn about_nobody(office: &Office) -> Vec<Sample> {
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
        plain(Companies::ChangeProfile { profile: profile() }.into()),
        plain(
            Companies::ChangeRules {
                rules: Rules {
                    notice_first: true,
                    real_estate_dealer: true,
                },
            }
            .into(),
        ),
        plain(
            Companies::Close {
                closing: Closing {
                    on: "2026-11-01".into(),
                    reason: ClosingReason::Closed,
                },
            }
            .into(),
        ),
        but(Companies::WithdrawClosing.into(), ErrorCode::NotClosed),
        plain(Companies::Proprietor.into()),
        plain(
            Companies::RegisterProprietor {
                draft: proprietor(),
            }
            .into(),
        ),
        but(
            Companies::ChangeProprietor {
                revision: 1,
                draft: proprietor(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
        but(
            Companies::RenameProprietor {
                revision: 1,
                rename: rename(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
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
                sort: protocol::clerk::people::Sort::default(),
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
        plain(Ledger::Export.into()),
        plain(Ledger::ReportPiece { offset: 0 }.into()),
        plain(Ledger::CompareBegin { bytes: 10 }.into()),
        // Compared with a file that is whole: `tests/ledger.rs`.
        but(
            Ledger::ComparePiece {
                offset: 5,
                bytes: Bytes::new(vec![b'x']),
            }
            .into(),
            ErrorCode::NotAllowedNow,
        ),
        but(Ledger::Compare.into(), ErrorCode::NotAllowedNow),
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
                policy: Policy::default(),
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
        plain(
            Input::Load {
                part: Part::Words,
                offset: 0,
            }
            .into(),
        ),
        plain(
            Input::Keep {
                part: Part::Words,
                offset: 0,
                total: 1,
                bytes: Bytes::new(vec![1]),
            }
            .into(),
        ),
        plain(
            Input::Erase {
                part: Part::History,
            }
            .into(),
        ),
        plain(Snapshots::List.into()),
        plain(
            Snapshots::Examine {
                snapshot: office.snapshot.clone(),
            }
            .into(),
        ),
        // The user has no rights in the client, which is in the snapshot, too.
        but(
            Snapshots::Remove {
                snapshot: office.snapshot.clone(),
            }
            .into(),
            ErrorCode::NotPermitted,
        ),
        but(
            Snapshots::Restore {
                snapshot: office.snapshot.clone(),
            }
            .into(),
            ErrorCode::NotPermitted,
        ),
        but(
            Snapshots::Restore {
                snapshot: "../x".into(),
            }
            .into(),
            ErrorCode::NotFound,
        ),
        plain(Snapshots::ExportTombstones.into()),
        plain(Snapshots::Replaced.into()),
        // The user has no rights in the client, whose users somebody else manages.
        but(Snapshots::DropReplaced.into(), ErrorCode::NotPermitted),
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
        plain(
            Companions::Formats {
                purpose: Purpose::WithholdingTax,
            }
            .into(),
        ),
        but(
            Companions::ApproveEnrolment {
                device: office.stick(),
                enrolment: nothing.clone(),
                purpose: Purpose::WithholdingTax,
                format: None,
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
        waits(
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
        plain(
            Approvals::List {
                window: Window::FIRST,
            }
            .into(),
        ),
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
