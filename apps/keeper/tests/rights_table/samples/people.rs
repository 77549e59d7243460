//! What is about somebody, once for each spot.

use super::FREE;
use super::drafts::{contact, details, identity_check, newcomer, notice, position, rename};
use crate::common::typed;
use crate::office::{Office, Place, author, spouse};
use codes::ErrorCode;
use mynumber::collection::{CollectionStatus, ContactMethod};
use mynumber::family::Deduction;
use mynumber::{Purpose, RetirementReason};
use protocol::clerk::Request;
use protocol::clerk::collection::{Audience, Request as Collection};
use protocol::clerk::companions::Request as Companions;
use protocol::clerk::families::{Claim, Request as Families};
use protocol::clerk::ledger::{ReportDraft, Request as Ledger};
use protocol::clerk::numbers::Request as Numbers;
use protocol::clerk::payees::Request as Payees;
use protocol::clerk::people::Request as People;
use protocol::clerk::retention::{HoldEnd, Reason, Request as Retention};

/// Each with why it cannot be done, if it cannot.
pub fn about_people(office: &Office, place: &Place) -> Vec<(Request, Option<ErrorCode>)> {
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
            People::ChangeDetails {
                person,
                revision,
                details: details(),
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
        (
            Families::Resume {
                person: place.dependant,
                revision: 2,
            }
            .into(),
            Some(ErrorCode::StillDependent),
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
        (Numbers::Record { person }.into(), None),
        (
            Numbers::ChangePurposes {
                person,
                revision,
                purposes: vec![Purpose::WithholdingTax],
            }
            .into(),
            None,
        ),
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
            Companions::CheckHandOver {
                entry: office.entry.clone(),
                people: vec![person],
                window: protocol::clerk::Window::FIRST,
            }
            .into(),
            None,
        ),
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
