//! The second person's word.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::rights::{Grant, Operation, Role, Scope};
use mynumber::{CompanyName, PersonName, Purpose};
use vault::*;

const FIRST: &str = "initial pass phrase";
const OTHER: &str = "another long passphrase";

/// A second responsible person, logged in.
fn second(vault: &mut Vault, owner: &Session) -> Session {
    let draft = UserDraft {
        name: PersonName::new("鈴木 花子").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: "いちご いとこ",
    };
    let grant = Grant::of_role(Role::Responsible);
    let user = vault.add_user(owner, &draft, &grant, at(2)).unwrap();
    let mut session = vault.login(Some(user), FIRST, at(3)).unwrap();
    vault
        .change_passphrase(&mut session, FIRST, OTHER, at(4))
        .unwrap();
    session
}

fn asked<T: std::fmt::Debug>(result: Result<T, VaultError>) -> String {
    match result.unwrap_err() {
        VaultError::ApprovalNeeded { request } => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn alone_nobody_is_asked_and_two_are_needed_to_begin_asking() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    assert!(!vault.company(&owner).unwrap().second_person);
    assert_eq!(
        vault.set_second_person(&owner, true, at(1)),
        Err(VaultError::NobodyToApprove)
    );
    let reason = DestroyReason::CollectedByMistake;
    let done = vault
        .destroy_numbers(&owner, &[person, person], reason, at(2))
        .unwrap();
    assert_eq!(done.people, [person]);
    assert_eq!(
        vault
            .reveal(&owner, person, Purpose::WithholdingTax, at(3))
            .err(),
        Some(VaultError::NoNumber)
    );
    assert_eq!(events(&vault, &owner)[4..], ["L-205", "L-405", "L-030"]);
    let stones = vault.tombstones(&owner, 0, 50).unwrap().rows;
    assert_eq!(
        (stones.len(), stones[0].person, stones[0].reason),
        (1, person, reason)
    );
    assert_eq!(
        vault
            .destroy_numbers(&owner, &[person], reason, at(4))
            .err(),
        Some(VaultError::NoNumber)
    );
}

#[test]
fn a_deletion_waits_for_another_person_and_is_done_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let stays = register(&mut vault, &owner, "2", NUMBERS[1]);
    let other = second(&mut vault, &owner);
    vault.set_second_person(&owner, true, at(5)).unwrap();

    let reason = DestroyReason::CollectedByMistake;
    let id = asked(vault.destroy_numbers(&owner, &[person], reason, at(6)));
    let same = asked(vault.destroy_numbers(&owner, &[person], reason, at(7)));
    assert_eq!(same, id, "asked once");
    assert_eq!(
        vault.decide(&owner, &id, Decision::Confirm, at(8)),
        Err(VaultError::ApprovalByOther)
    );
    vault.decide(&other, &id, Decision::Confirm, at(9)).unwrap();
    assert_eq!(
        vault.decide(&other, &id, Decision::Refuse, at(9)),
        Err(VaultError::Changed)
    );
    // Only exactly what was confirmed.
    let more = asked(vault.destroy_numbers(&owner, &[person, stays], reason, at(10)));
    assert_ne!(more, id);
    let another = asked(vault.destroy_numbers(&other, &[person], reason, at(10)));
    assert_ne!(another, id, "nor by somebody else");
    let done = vault
        .destroy_numbers(&owner, &[person], reason, at(11))
        .unwrap();
    let certificate = vault
        .deletion_certificate(&owner, &done.batch, 0, 50)
        .unwrap();
    assert_eq!(certificate.deleted_by, owner.user_name());
    assert_eq!(certificate.confirmed_by.as_deref(), Some(other.user_name()));
    assert!(
        vault
            .reveal(&owner, stays, Purpose::WithholdingTax, at(12))
            .is_ok()
    );
    let row = vault
        .requests(&owner, 0, 50)
        .unwrap()
        .rows
        .into_iter()
        .find(|r| r.id == id)
        .unwrap();
    assert_eq!(
        (row.state, row.decided_by),
        (RequestState::Done, Some(other.user_id()))
    );
    let ledger = events(&vault, &owner);
    assert!(ledger.contains(&"L-047".to_owned()), "{ledger:?}");
}

#[test]
fn a_refused_an_expired_and_a_withdrawn_request_allow_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let other = second(&mut vault, &owner);
    vault.set_second_person(&owner, true, at(5)).unwrap();
    let reason = DestroyReason::CollectedByMistake;

    let refused = asked(vault.destroy_numbers(&owner, &[person], reason, at(6)));
    vault
        .decide(&other, &refused, Decision::Refuse, at(7))
        .unwrap();
    let withdrawn = asked(vault.destroy_numbers(&owner, &[person], reason, at(8)));
    assert_eq!(
        vault.withdraw_request(&other, &withdrawn, at(9)),
        Err(VaultError::NotFound)
    );
    vault
        .decide(&other, &withdrawn, Decision::Confirm, at(9))
        .unwrap();
    vault.withdraw_request(&owner, &withdrawn, at(9)).unwrap();
    let expired = asked(vault.destroy_numbers(&owner, &[person], reason, at(10)));
    let late = at(10 + REQUEST_SECONDS as u64 + 1);
    assert_eq!(
        vault.decide(&other, &expired, Decision::Confirm, late),
        Err(VaultError::Changed)
    );
    let anew = asked(vault.destroy_numbers(&owner, &[person], reason, late));
    assert!(![refused, withdrawn, expired].contains(&anew));
    assert!(vault.person(&owner, person).unwrap().has_number);
}

#[test]
fn users_change_and_the_asking_ends_only_by_two() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let other = second(&mut vault, &owner);
    vault.set_second_person(&owner, true, at(5)).unwrap();
    let draft = UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: "うみ うた",
    };
    let clerk = Grant::of_role(Role::Clerk);
    let id = asked(vault.add_user(&owner, &draft, &clerk, at(6)));
    vault.decide(&other, &id, Decision::Confirm, at(7)).unwrap();
    let user = vault.add_user(&owner, &draft, &clerk, at(8)).unwrap();
    let id = asked(vault.remove_user(&owner, user, at(9)));
    vault
        .decide(&other, &id, Decision::Confirm, at(10))
        .unwrap();
    vault.remove_user(&owner, user, at(11)).unwrap();

    // Without the other nobody could approve any more.
    let id = asked(vault.remove_user(&owner, other.user_id(), at(12)));
    assert_eq!(
        vault.decide(&owner, &id, Decision::Confirm, at(13)),
        Err(VaultError::ApprovalByOther)
    );
    vault
        .decide(&other, &id, Decision::Confirm, at(13))
        .unwrap();
    assert_eq!(
        vault.remove_user(&owner, other.user_id(), at(14)),
        Err(VaultError::NobodyToApprove)
    );
    let id = asked(vault.set_second_person(&owner, false, at(15)));
    vault
        .decide(&other, &id, Decision::Confirm, at(16))
        .unwrap();
    vault.set_second_person(&owner, false, at(17)).unwrap();
    assert!(!vault.company(&owner).unwrap().second_person);
    vault.remove_user(&owner, other.user_id(), at(18)).unwrap();
}

#[test]
fn who_may_not_approve_a_person_decides_nothing_about_them() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let elsewhere = register(&mut vault, &owner, "2", NUMBERS[1]);
    let other = second(&mut vault, &owner);
    let operations = Role::Clerk.default_operations().with(Operation::Approve);
    let scope = Scope::people([elsewhere]);
    let grant = Grant::new(Role::Clerk, operations, scope, None, None).unwrap();
    let draft = UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: "うみ うた",
    };
    let user = vault.add_user(&owner, &draft, &grant, at(5)).unwrap();
    vault.set_second_person(&owner, true, at(6)).unwrap();
    let reason = DestroyReason::CollectedByMistake;
    let id = asked(vault.destroy_numbers(&other, &[person], reason, at(7)));
    let mut clerk = vault.login(Some(user), FIRST, at(8)).unwrap();
    vault
        .change_passphrase(&mut clerk, FIRST, OTHER, at(9))
        .unwrap();
    assert_eq!(
        vault.decide(&clerk, &id, Decision::Confirm, at(10)),
        Err(VaultError::NotAllowed(mynumber::rights::Denied::OutOfScope))
    );
    assert_eq!(
        vault.requests(&clerk, 0, 50).unwrap().rows,
        [],
        "nor do they see it"
    );
    let shown = &vault.requests(&owner, 0, 50).unwrap().rows[0];
    assert_eq!(
        shown.details,
        ["理由：誤収集", "対象：髙橋 花子"],
        "who decides sees about whom"
    );
    vault
        .decide(&owner, &id, Decision::Confirm, at(11))
        .unwrap();
    vault
        .destroy_numbers(&other, &[person], reason, at(12))
        .unwrap();
}

#[test]
fn who_decides_about_a_right_sees_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let other = second(&mut vault, &owner);
    vault.set_second_person(&owner, true, at(6)).unwrap();
    let operations = Role::Clerk.default_operations();
    let until = Some(mynumber::Date::parse("2027-03-31").unwrap());
    let pcs = Some(std::collections::BTreeSet::from(["pc7".to_owned()]));
    let grant = Grant::new(Role::Clerk, operations, Scope::people([person]), pcs, until).unwrap();
    let draft = UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: "うみ うた",
    };
    asked(vault.add_user(&owner, &draft, &grant, at(7)));
    let details = vault.requests(&other, 0, 50).unwrap().rows[0]
        .details
        .join("\n");
    for part in [
        "佐藤 次郎",
        "担当者",
        "範囲：髙橋 花子",
        "使えるPC：pc7",
        "期限：2027-03-31",
    ] {
        assert!(details.contains(part), "{part}: {details}");
    }
    for operation in operations.iter() {
        assert!(details.contains(operation.japanese()), "{details}");
    }
}

#[test]
fn an_act_across_companies_waits_for_each_of_them_that_wants_a_second_person() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut owner) = create(folder.path());
    let mut other = second(&mut vault, &owner);
    let clerk = Grant::of_role(Role::Clerk);
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &clerk);
    let home = owner.company().unwrap().to_owned();
    vault.set_second_person(&owner, true, at(5)).unwrap();
    let client = |name| CompanyFields {
        name: CompanyName::new(name).unwrap(),
        corporate_number: None,
        address: None,
    };
    let mut clients = Vec::new();
    for (name, asks) in [("有限会社見本", true), ("見本商店", false)] {
        let kind = CompanyKind::Client;
        let id = vault.create_company(&owner, kind, &client(name), at(6));
        let id = id.unwrap();
        vault.enter_company(&mut owner, &id, at(6)).unwrap();
        vault.grant(&owner, user, &clerk, at(7)).unwrap();
        let responsible = Grant::of_role(Role::Responsible);
        vault
            .grant(&owner, other.user_id(), &responsible, at(7))
            .unwrap();
        if asks {
            vault.set_second_person(&owner, true, at(8)).unwrap();
        }
        clients.push(id);
    }
    // Entered is the one that asks nobody.
    asked(vault.remove_user(&owner, user, at(9)));
    let mut confirm = |vault: &mut Vault, company: &CompanyId| {
        vault.enter_company(&mut other, company, at(10)).unwrap();
        let requests = vault.requests(&other, 0, 50).unwrap().rows;
        let waiting: Vec<_> = requests
            .iter()
            .filter(|row| row.state == RequestState::Waiting)
            .collect();
        let [request] = waiting.as_slice() else {
            panic!("{requests:?}")
        };
        let id = request.id.clone();
        vault
            .decide(&other, &id, Decision::Confirm, at(11))
            .unwrap();
        id
    };
    let of_home = confirm(&mut vault, &home);
    let still = asked(vault.remove_user(&owner, user, at(12)));
    assert_ne!(still, of_home, "one of two is not enough");
    assert!(
        vault.login(Some(user), FIRST, at(13)).is_ok(),
        "not removed"
    );
    let of_client = confirm(&mut vault, &clients[0]);
    assert_eq!(of_client, still);
    vault.remove_user(&owner, user, at(14)).unwrap();
    let gone = vault.login(Some(user), FIRST, at(15)).err();
    assert_eq!(gone, Some(VaultError::WrongPassphrase));

    // Each confirmation is used up, each in its own ledger; who asked nobody has no line.
    let used = "L-047";
    for (company, lines) in [(&home, 1), (&clients[0], 1), (&clients[1], 0)] {
        vault.enter_company(&mut owner, company, at(16)).unwrap();
        let events = events(&vault, &owner);
        assert_eq!(
            events.iter().filter(|e| *e == used).count(),
            lines,
            "{events:?}"
        );
        verify(&mut vault, &owner).unwrap();
    }
}

#[test]
fn a_users_new_name_waits_for_the_second_person_too() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let other = second(&mut vault, &owner);
    let clerk = Grant::of_role(Role::Clerk);
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &clerk);
    vault.set_second_person(&owner, true, at(5)).unwrap();
    let named = |vault: &Vault, user| {
        let names = vault.login_names().unwrap();
        names.into_iter().find(|n| n.user == user).unwrap().name
    };
    let name = PersonName::new("高橋 次郎").unwrap();
    for (user, before) in [(user, "佐藤 次郎"), (owner.user_id(), "山田 太郎")] {
        let change =
            |vault: &mut Vault, second| vault.change_user(&owner, user, &name, None, at(second));
        let id = asked(change(&mut vault, 6));
        assert_eq!(named(&vault, user), before);
        let details = vault.requests(&other, 0, 50).unwrap().rows[0]
            .details
            .join("\n");
        assert!(details.contains(before) && details.contains("高橋 次郎"));
        vault.decide(&other, &id, Decision::Confirm, at(7)).unwrap();
        change(&mut vault, 8).unwrap();
        assert_eq!(named(&vault, user), "高橋 次郎");
    }
}

#[test]
fn nobody_confirms_rights_for_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let other = second(&mut vault, &owner);
    let operations = Role::Responsible
        .default_operations()
        .with(Operation::Reveal);
    let until = Some(mynumber::Date::parse("2030-03-31").unwrap());
    let role = Role::Responsible;
    let more = Grant::new(role, operations, Scope::Company, None, until).unwrap();
    let third = add_user(&mut vault, &owner, "佐藤 次郎", &Grant::of_role(role));
    let third = first_login(&mut vault, third);
    vault.set_second_person(&owner, true, at(5)).unwrap();
    let user = other.user_id();
    let id = asked(vault.grant(&owner, user, &more, at(6)));
    assert_eq!(
        vault.decide(&other, &id, Decision::Confirm, at(7)),
        Err(VaultError::OwnRights)
    );
    vault.decide(&other, &id, Decision::Refuse, at(8)).unwrap();
    let id = asked(vault.grant(&owner, user, &more, at(9)));
    vault
        .decide(&third, &id, Decision::Confirm, at(10))
        .unwrap();
    vault.grant(&owner, user, &more, at(11)).unwrap();
}
