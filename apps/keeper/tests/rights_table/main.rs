//! Every request × role × scope: what the table below allows is done, everything else is
//! refused with its code, recorded, and tells nothing.
//!
//! The expectations stand here a second time, beside `protocol::clerk::access` and the
//! vault's own checks: a mistake in one of the three shows. A new request does not compile
//! without its line here, and does not pass without a sample.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod expectations;
mod office;
mod samples;

use codes::ErrorCode;
use expectations::{ARMS, Reach, expectation};
use mynumber::rights::{Grant, Operation, OperationSet, Role, Scope};
use office::{Office, Spot};
use protocol::clerk::companions::Request as Companions;
use protocol::clerk::input::Request as Input;
use protocol::clerk::users::Request as Users;
use protocol::clerk::{Reply, Request};
use std::collections::BTreeSet;

/// One user's rights, and their name for messages.
struct Case {
    name: String,
    grant: Grant,
}

/// Each role in each scope, and each operation alone.
fn cases(office: &Office) -> Vec<Case> {
    let mut cases = Vec::new();
    for role in Role::ALL {
        for (name, scope) in [
            ("company", Scope::Company),
            ("department", Scope::departments([office.department])),
            ("people", Scope::people(office.near.people())),
        ] {
            cases.push(Case {
                name: format!("{} × {name}", role.code()),
                grant: Grant::of_role(role).within(scope),
            });
        }
    }
    for operation in Operation::ALL {
        let only = OperationSet::of(&[operation]);
        let grant = Grant::new(Role::Responsible, only, Scope::Company, None, None).unwrap();
        cases.push(Case {
            name: format!("{} alone", operation.code()),
            grant,
        });
    }
    cases
}

/// What the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allowed,
    Refused(ErrorCode),
}

fn verdict(grant: &Grant, request: &Request, spot: Spot) -> Verdict {
    use Verdict::{Allowed, Refused};
    let expected = expectation(request);
    let Some(operations) = expected.operations else {
        return Allowed;
    };
    let has = |operation: &Operation| grant.operations().contains(*operation);
    let enough = if expected.every {
        operations.iter().all(has)
    } else {
        operations.iter().any(has)
    };
    if !enough {
        return Refused(ErrorCode::NotPermitted);
    }
    let (departments, people) = match grant.scope() {
        Scope::Company => {
            return if spot == Spot::Foreign {
                Refused(ErrorCode::NotFound)
            } else {
                Allowed
            };
        }
        Scope::Departments(_) => (true, false),
        Scope::People(_) => (false, true),
    };
    let inside = match expected.reach {
        Reach::List => true,
        Reach::Company => return Refused(ErrorCode::OutOfScope),
        Reach::Newcomer => {
            return if departments && spot == Spot::Near {
                Allowed
            } else {
                Refused(ErrorCode::OutOfScope)
            };
        }
        Reach::Person => spot == Spot::Near,
        // A payee is in no department.
        Reach::Payee => spot == Spot::Near && people,
    };
    if inside {
        Allowed
    } else {
        Refused(ErrorCode::NotFound)
    }
}

#[test]
fn what_a_user_may_not_do_is_refused_recorded_and_tells_nothing() {
    let mut office = Office::furnish();
    let samples = samples::all(&office);
    let hit: BTreeSet<&str> = samples
        .iter()
        .map(|s| expectation(&s.request).arm)
        .collect();
    let missing: Vec<_> = ARMS.iter().filter(|arm| !hit.contains(*arm)).collect();
    assert!(missing.is_empty(), "no sample of {missing:?}");

    let (mut allowed, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for case in cases(&office) {
        office.seat(&case.grant);
        for sample in &samples {
            let told = format!(
                "{}: {} {:?}",
                case.name,
                sample.request.rule().name,
                sample.spot
            );
            match verdict(&case.grant, &sample.request, sample.spot) {
                Verdict::Allowed => {
                    let before = office.entries();
                    let reply = office.ask(&sample.request);
                    let done = not_done(&reply, sample.but).is_none() && sample.but.is_none();
                    if done && must_be_recorded(&sample.request) && office.entries() <= before {
                        wrong.push(format!("{told}: done, and nothing in the ledger"));
                    }
                    wrong.extend(not_done(&reply, sample.but).map(|why| format!("{told}: {why}")));
                    office.leaks_nothing(&case.grant, &sample.request, &reply, &told);
                    if sample.request.rule().changes {
                        office.reset(&sample.request);
                    }
                    allowed += 1;
                }
                Verdict::Refused(code) => {
                    let reply = office.ask(&sample.request);
                    if reply == Reply::Refused(code) {
                        office.recorded(&sample.request, code, &told);
                    } else {
                        wrong.push(format!("{told}: {reply:?}"));
                    }
                    refused += 1;
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    office.nothing_is_written_in_clear();
    assert!(
        allowed > 500 && refused > 500,
        "{allowed} allowed, {refused} refused"
    );
}

/// Whether the ledger must be longer after it was done.
fn must_be_recorded(request: &Request) -> bool {
    let nothing_to_do = match request {
        // Nothing was learned that could be erased.
        Request::Input(Input::Erase { .. }) => true,
        // There is no receipt on the stick.
        Request::Companions(Companions::ReadReceipts { .. }) => true,
        // No second person is asked for as it is.
        Request::Users(Users::SetSecondPerson { on }) => !on,
        _ => false,
    };
    request.rule().changes && !nothing_to_do
}

/// Why it was not done, unless for the one reason that lies in the sample, not in rights.
fn not_done(reply: &Reply, but: Option<ErrorCode>) -> Option<String> {
    match (reply, but) {
        (Reply::Refused(code), Some(but)) if *code == but => None,
        (Reply::Refused(code), _) => Some(code.code().to_owned()),
        (Reply::Invalid(_) | Reply::Waits(_), _) => Some(format!("{reply:?}")),
        (_, Some(but)) => Some(format!("done instead of {}", but.code())),
        (_, None) => None,
    }
}

#[test]
fn on_another_pc_or_after_the_last_day_or_without_rights_nobody_comes_in() {
    let mut office = Office::furnish();
    let other_pc = Some(BTreeSet::from(["0123456789abcdef".to_owned()]));
    let all = |pcs, until| {
        Grant::new(
            Role::Responsible,
            OperationSet::ALL,
            Scope::Company,
            pcs,
            until,
        )
        .unwrap()
    };
    for (grant, code) in [
        (all(other_pc, None), ErrorCode::OtherPc),
        (all(None, Some(office.yesterday())), ErrorCode::RightExpired),
    ] {
        assert_eq!(office.at_the_door(&grant), Reply::Refused(code));
    }
    // That there is such a company is not told to who has no rights in it.
    office.seat(&Grant::of_role(Role::Responsible));
    assert_eq!(
        office.at_the_clients_door(),
        Reply::Refused(ErrorCode::NotFound)
    );
}

#[test]
fn where_two_persons_are_asked_export_deletion_and_user_changes_wait() {
    let mut office = Office::furnish();
    let samples = samples::all(&office);
    office.require_second_person();
    office.seat(&Grant::of_role(Role::Responsible));
    let mut waited = 0;
    for sample in samples.iter().filter(|s| s.spot != Spot::Foreign) {
        let name = sample.request.rule().name;
        let reply = office.ask(&sample.request);
        assert_eq!(
            matches!(reply, Reply::Waits(_)),
            sample.waits,
            "{name}: {reply:?}"
        );
        waited += usize::from(sample.waits);
        if sample.request.rule().changes {
            office.reset(&sample.request);
        }
    }
    assert!(waited >= 5, "{waited}");
}
