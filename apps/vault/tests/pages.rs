//! Long lists are read a page at a time; what is always listed whole has a bound.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::Label;
use mynumber::rights::{Grant, Role};
use vault::*;

const MISTAKE: DestroyReason = DestroyReason::CollectedByMistake;

#[test]
fn what_was_destroyed_is_read_a_page_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let people: Vec<PersonId> = ["123456789018", "987654321093", "111111111118"]
        .iter()
        .enumerate()
        .map(|(n, digits)| register(&mut vault, &session, &n.to_string(), digits))
        .collect();
    let done = vault
        .destroy_numbers(&session, &people, MISTAKE, at(5))
        .unwrap();

    let all = vault.tombstones(&session, 0, 50).unwrap();
    assert_eq!((all.total, all.rows.len()), (3, 3));
    let second = vault.tombstones(&session, 1, 1).unwrap();
    assert_eq!((second.total, &second.rows[..]), (3, &all.rows[1..2]));
    assert!(vault.tombstones(&session, 3, 50).unwrap().rows.is_empty());

    let page = |offset, limit| {
        let certificate = vault.deletion_certificate(&session, &done.batch, offset, limit);
        let people = certificate.unwrap().people;
        let rows = people.rows.into_iter().map(|line| line.person);
        (people.total, rows.collect::<Vec<_>>())
    };
    assert_eq!(page(0, 50), (3, people.clone()));
    assert_eq!(page(2, 2), (3, people[2..].to_vec()));
}

#[test]
fn requests_are_read_a_page_at_a_time_newest_first() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let second = add_user(
        &mut vault,
        &owner,
        "佐藤 次郎",
        &Grant::of_role(Role::Responsible),
    );
    vault.set_second_person(&owner, true, at(3)).unwrap();
    let mut asked = Vec::new();
    for (n, digits) in ["123456789018", "987654321093"].iter().enumerate() {
        let person = register(&mut vault, &owner, &n.to_string(), digits);
        match vault.destroy_numbers(&owner, &[person], MISTAKE, at(5)) {
            Err(VaultError::ApprovalNeeded { request: id }) => asked.insert(0, id),
            other => panic!("{other:?}"),
        }
    }
    vault.withdraw_request(&owner, &asked[0], at(6)).unwrap();
    let other = first_login(&mut vault, second);
    for session in [&owner, &other] {
        for (offset, id) in (0..).zip(&asked) {
            let page = vault.requests(session, offset, 1).unwrap();
            assert_eq!((page.total, &page.rows[0].id), (2, id));
            assert!(!page.rows[0].details.is_empty());
        }
    }
}

#[test]
fn one_department_more_than_is_listed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut last = None;
    for n in 0..MAX_LISTED {
        let name = Label::new(&format!("第{n}課")).unwrap();
        last = Some(vault.add_department(&session, &name, at(1)).unwrap());
    }
    let one_more = Label::new("監査室").unwrap();
    let refused = vault.add_department(&session, &one_more, at(2));
    assert!(
        matches!(refused, Err(VaultError::TooMany(_))),
        "{refused:?}"
    );
    // One that is given up makes room.
    let last = last.unwrap();
    vault
        .retire_department(&session, last.id, last.revision, at(3))
        .unwrap();
    vault.add_department(&session, &one_more, at(4)).unwrap();
}
