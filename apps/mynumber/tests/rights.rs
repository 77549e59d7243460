//! Rights: every role × operation × scope × target × PC × day against a table of their own,
//! written from the rules and not from the code.
#![allow(clippy::unwrap_used, reason = "tests")]

use mynumber::Date;
use mynumber::rights::{Denied, Grant, GrantError, Operation, OperationSet, Role, Scope, Target};
use std::collections::BTreeSet;

/// 既定の権限 as the manual prints it: Register Change Reveal Export Delete Approve
/// ManageUsers ReadLedger.
const DEFAULTS: [(Role, [bool; 8]); 4] = [
    (Role::Responsible, [true; 8]),
    (
        Role::Clerk,
        [true, true, true, true, false, false, false, false],
    ),
    (
        Role::Auditor,
        [false, false, false, false, false, false, false, true],
    ),
    (
        Role::Delegate,
        [false, false, true, false, false, false, false, false],
    ),
];

/// 部署 10 and 20; employee 1 in 10 with dependant 2; employee 3 in 20; payee 4; somebody
/// new in 10, a new dependant of 3, and the company itself.
fn targets() -> [(&'static str, Target); 7] {
    [
        ("employee 1", Target::person(1).in_department(Some(10))),
        (
            "dependant 2",
            Target::person(2)
                .of_employee(Some(1))
                .in_department(Some(10)),
        ),
        ("employee 3", Target::person(3).in_department(Some(20))),
        ("payee 4", Target::person(4)),
        ("new in 10", Target::new_person().in_department(Some(10))),
        (
            "new dependant of 3",
            Target::new_person()
                .of_employee(Some(3))
                .in_department(Some(20)),
        ),
        ("company", Target::Company),
    ]
}

/// Which of [`targets`] each scope reaches.
fn scopes() -> [(Scope, [bool; 7]); 5] {
    [
        (Scope::Company, [true; 7]),
        (
            Scope::departments([10]),
            [true, true, false, false, true, false, false],
        ),
        (
            Scope::departments([10, 20]),
            [true, true, true, false, true, true, false],
        ),
        (
            Scope::people([2, 3]),
            [false, true, true, false, false, true, false],
        ),
        (
            Scope::people([1, 4]),
            [true, true, false, true, false, false, false],
        ),
    ]
}

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

#[test]
fn every_role_operation_scope_pc_and_day_is_decided_as_the_table_says() {
    let pcs = [None, Some(BTreeSet::from(["desk".to_owned()]))];
    let untils = [None, Some(date("2026-03-31"))];
    let days = ["2026-03-30", "2026-03-31", "2026-04-01"].map(date);
    let mut cases = 0;
    for (role, may) in DEFAULTS {
        for (scope, reached) in scopes() {
            for (pcs, until) in pcs.iter().flat_map(|p| untils.map(|u| (p, u))) {
                let grant = Grant::new(
                    role,
                    role.default_operations(),
                    scope.clone(),
                    pcs.clone(),
                    until,
                )
                .unwrap();
                for (at, operation) in Operation::ALL.into_iter().enumerate() {
                    for ((name, target), reached) in targets().into_iter().zip(reached) {
                        for (pc, today) in
                            ["desk", "other"].iter().flat_map(|p| days.map(|d| (p, d)))
                        {
                            let expected = if until.is_some() && today == days[2] {
                                Err(Denied::Expired)
                            } else if pcs.is_some() && *pc == "other" {
                                Err(Denied::OtherPc)
                            } else if !may[at] {
                                Err(Denied::NoSuchRight)
                            } else if !reached {
                                Err(Denied::OutOfScope)
                            } else {
                                Ok(())
                            };
                            assert_eq!(
                                grant.allows(operation, &target, pc, today),
                                expected,
                                "{role:?} {operation:?} {scope:?} {name} {pc} {today} until {until:?}"
                            );
                            cases += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cases, 4 * 5 * 4 * 8 * 7 * 6);
}

#[test]
fn lists_show_whom_the_scope_reaches() {
    for (scope, reached) in scopes() {
        let grant = Grant::of_role(Role::Clerk).within(scope.clone());
        for ((name, target), reached) in targets().into_iter().zip(reached) {
            assert_eq!(grant.lists(&target), reached, "{scope:?} {name}");
        }
    }
}

#[test]
fn no_grant_gives_a_role_what_it_may_never_do() {
    use Operation::*;
    let never: [(Role, &[Operation]); 4] = [
        (Role::Responsible, &[]),
        (Role::Clerk, &[ManageUsers]),
        (
            Role::Auditor,
            &[
                Register,
                Change,
                Reveal,
                Export,
                Delete,
                Approve,
                ManageUsers,
            ],
        ),
        (Role::Delegate, &[Delete, Approve, ManageUsers]),
    ];
    for (role, never) in never {
        for operation in Operation::ALL {
            let set = OperationSet::of(&[operation]);
            let made = Grant::new(role, set, Scope::Company, None, None);
            if never.contains(&operation) {
                assert_eq!(made, Err(GrantError::BeyondRole { role, operation }));
            } else {
                assert_eq!(made.unwrap().operations(), set, "{role:?} {operation:?}");
            }
        }
        let default = role.default_operations();
        assert!(
            default.without(role.most_operations()).is_empty(),
            "{role:?}"
        );
    }
}

#[test]
fn a_grant_that_reaches_nothing_is_refused() {
    let make = |scope, pcs| {
        Grant::new(
            Role::Clerk,
            OperationSet::ALL.without(OperationSet::of(&[Operation::ManageUsers])),
            scope,
            pcs,
            None,
        )
    };
    assert_eq!(make(Scope::departments([]), None), Err(GrantError::Empty));
    assert_eq!(make(Scope::people([]), None), Err(GrantError::Empty));
    assert_eq!(
        make(Scope::Company, Some(BTreeSet::new())),
        Err(GrantError::Empty)
    );
    assert!(make(Scope::Company, None).is_ok());
}

#[test]
fn the_number_key_goes_to_those_who_work_with_numbers() {
    for (role, needs) in [
        (Role::Responsible, true),
        (Role::Clerk, true),
        (Role::Auditor, false),
        (Role::Delegate, true),
    ] {
        assert_eq!(role.default_operations().needs_numbers(), needs, "{role:?}");
    }
    let watcher = OperationSet::of(&[Operation::ReadLedger, Operation::Approve]);
    assert!(!watcher.needs_numbers());
}

#[test]
fn sets_read_back_from_their_codes() {
    for bits in 0..=255u16 {
        let set: OperationSet = Operation::ALL
            .into_iter()
            .enumerate()
            .filter(|(at, _)| bits & 1 << at != 0)
            .map(|(_, op)| op)
            .collect();
        assert_eq!(OperationSet::from_codes(&set.codes()), Some(set));
        assert_eq!(set.iter().count(), bits.count_ones() as usize);
    }
    assert_eq!(OperationSet::from_codes("reveal,fly"), None);
    for role in Role::ALL {
        assert_eq!(Role::from_code(role.code()), Some(role));
    }
}
