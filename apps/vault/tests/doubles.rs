//! A number stands in a company once, whatever happened to it before and whoever did it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use mynumber::Purpose;
use vault::*;

fn taken(vault: &mut Vault, session: &Session, no: &str, digits: &str) -> bool {
    let number = number(digits);
    let fields = person(no, "髙橋 花子", "");
    match vault.register_person(session, &fields, Some(for_all(&number)), at(9)) {
        Ok(_) => false,
        Err(VaultError::NumberTaken) => true,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_number_that_another_session_registered_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, first) = create(folder.path());
    register(&mut vault, &first, "0001", NUMBERS[0]);
    let second = vault.login(None, PASSPHRASE, at(2)).unwrap();
    register(&mut vault, &second, "0002", NUMBERS[1]);
    assert!(taken(&mut vault, &first, "0003", NUMBERS[1]));
    assert!(taken(&mut vault, &second, "0003", NUMBERS[0]));
    register(&mut vault, &first, "0003", NUMBERS[2]);
    assert!(taken(&mut vault, &second, "0004", NUMBERS[2]));
}

#[test]
fn a_number_that_was_destroyed_is_free_again_for_every_session() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, first) = create(folder.path());
    let held = register(&mut vault, &first, "0001", NUMBERS[0]);
    let second = vault.login(None, PASSPHRASE, at(2)).unwrap();
    assert!(taken(&mut vault, &second, "0002", NUMBERS[0]));
    let reason = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&first, &[held], reason, at(3))
        .unwrap();
    // The destruction replaced the key of all numbers, too.
    let again = register(&mut vault, &second, "0002", NUMBERS[0]);
    assert!(taken(&mut vault, &first, "0003", NUMBERS[0]));
    let digits = vault.reveal(&first, again, Purpose::WithholdingTax, at(4));
    assert_eq!(*digits.unwrap(), NUMBERS[0]);
}

#[test]
fn a_refused_registration_leaves_its_number_free_and_those_there_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    register(&mut vault, &session, "0001", NUMBERS[0]);
    let free = number(NUMBERS[1]);
    // The 社員番号 is taken: the whole registration is refused.
    let refused = vault.register_person(
        &session,
        &person("0001", "山田 太郎", ""),
        Some(for_all(&free)),
        at(2),
    );
    assert_eq!(refused, Err(VaultError::EmployeeNoTaken));
    assert!(taken(&mut vault, &session, "0002", NUMBERS[0]));
    register(&mut vault, &session, "0002", NUMBERS[1]);
    assert!(taken(&mut vault, &session, "0003", NUMBERS[1]));
}

#[test]
fn a_number_replaced_by_another_is_free_and_the_other_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let held = register(&mut vault, &session, "0001", NUMBERS[0]);
    let other = number(NUMBERS[1]);
    vault
        .set_number(&session, held, for_all(&other), at(2))
        .unwrap();
    assert!(taken(&mut vault, &session, "0002", NUMBERS[1]));
    assert!(!taken(&mut vault, &session, "0002", NUMBERS[0]));
    // One's own number again is no double of anybody.
    let own = vault.set_number(&session, held, for_all(&other), at(3));
    assert!(own.is_ok());
}

#[test]
fn what_one_company_holds_is_free_in_another() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut session) = create(folder.path());
    register(&mut vault, &session, "0001", NUMBERS[0]);
    let fields = CompanyFields {
        name: mynumber::CompanyName::new("有限会社サンプル商店").unwrap(),
        ..first_run().company
    };
    let own = session.company().unwrap().to_owned();
    let client = vault
        .create_company(&session, CompanyKind::Client, &fields, at(2))
        .unwrap();
    vault.enter_company(&mut session, &client, at(3)).unwrap();
    register(&mut vault, &session, "0001", NUMBERS[0]);
    assert!(taken(&mut vault, &session, "0002", NUMBERS[0]));
    vault.enter_company(&mut session, &own, at(4)).unwrap();
    assert!(taken(&mut vault, &session, "0002", NUMBERS[0]));
}
