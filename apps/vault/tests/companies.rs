//! Two companies in one vault never see each other.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::rights::{Grant, Role};
use mynumber::{CompanyName, PersonName, Purpose};
use vault::*;

fn client(name: &str) -> CompanyFields {
    CompanyFields {
        name: CompanyName::new(name).unwrap(),
        corporate_number: None,
        address: None,
    }
}

#[test]
fn what_belongs_to_one_company_is_not_found_from_another() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut session) = create(folder.path());
    let own = session.company().unwrap().to_owned();
    let ours = register(&mut vault, &session, "1", NUMBERS[0]);
    let fields = client("有限会社見本");
    let other = vault
        .create_company(&session, CompanyKind::Client, &fields, at(2))
        .unwrap();
    vault.enter_company(&mut session, &other, at(3)).unwrap();
    assert_eq!(vault.company(&session).unwrap().fields, fields);
    assert_eq!(vault.people(&session, "", 0, 9).unwrap().total, 0);
    let not_found = Some(VaultError::NotFound);
    assert_eq!(vault.person(&session, ours).err(), not_found);
    let purpose = Purpose::WithholdingTax;
    assert_eq!(
        vault.reveal(&session, ours, purpose, at(4)).err(),
        not_found
    );
    let n = number(NUMBERS[1]);
    assert_eq!(
        vault.set_number(&session, ours, for_all(&n), at(4)).err(),
        not_found
    );
    let reason = DestroyReason::CollectedByMistake;
    assert_eq!(
        vault
            .destroy_numbers(&session, &[ours], reason, at(4))
            .err(),
        not_found
    );
    assert_eq!(
        vault
            .change_person(&session, ours, 1, &person("1", "田中 一", ""), at(4))
            .err(),
        not_found
    );

    // The same number and the same 社員番号 may be in both: neither knows of the other.
    let theirs = register(&mut vault, &session, "1", NUMBERS[0]);
    assert_eq!(
        events(&vault, &session),
        ["L-130", "L-131", "L-101", "L-201"]
    );
    vault.enter_company(&mut session, &own, at(5)).unwrap();
    assert_eq!(vault.person(&session, theirs).err(), not_found);
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-101", "L-201", "L-130", "L-133", "L-131"]
    );
    for company in [&own, &other] {
        vault.enter_company(&mut session, company, at(6)).unwrap();
        verify(&mut vault, &session).unwrap();
    }
}

#[test]
fn a_user_of_one_company_enters_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let fields = client("有限会社見本");
    let other = vault
        .create_company(&owner, CompanyKind::Client, &fields, at(1))
        .unwrap();
    let draft = UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: "initial pass phrase",
        recovery_words: "いちご いとこ",
    };
    let grant = Grant::of_role(Role::Responsible);
    let user = vault.add_user(&owner, &draft, &grant, at(2)).unwrap();
    vault.lock(owner, at(3)).unwrap();
    let mut session = vault
        .login(Some(user), "initial pass phrase", at(4))
        .unwrap();
    vault
        .change_passphrase(&mut session, "initial pass phrase", PASSPHRASE, at(5))
        .unwrap();
    assert_eq!(vault.companies(&session).unwrap().len(), 1);
    assert_eq!(
        vault.enter_company(&mut session, &other, at(6)),
        Err(VaultError::NotFound)
    );
    assert!(session.company().is_ok(), "and stays where they were");
    let third = vault
        .create_company(&session, CompanyKind::Client, &fields, at(7))
        .unwrap();
    vault.enter_company(&mut session, &third, at(8)).unwrap();
    assert_eq!(
        vault.remove_user(&session, 1, at(9)).err(),
        Some(VaultError::NotAllowed(
            mynumber::rights::Denied::NoSuchRight
        )),
        "the first owner has rights where this user has none"
    );
}

#[test]
fn with_more_than_one_company_the_user_chooses_after_the_login() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let fields = client("有限会社見本");
    let other = vault
        .create_company(&session, CompanyKind::Client, &fields, at(1))
        .unwrap();
    // Pulled: the next login says so in the ledger of the company that was entered.
    let own = session.company().unwrap().to_owned();
    drop((vault, session));
    let mut vault = open(folder.path());
    let mut session = vault.login(None, PASSPHRASE, at(2)).unwrap();
    assert_eq!(session.company(), Err(VaultError::NoCompany));
    assert_eq!(
        vault.people(&session, "", 0, 9).err(),
        Some(VaultError::NoCompany)
    );
    let names: Vec<_> = vault
        .companies(&session)
        .unwrap()
        .into_iter()
        .map(|c| c.name)
        .collect();
    assert_eq!(names, ["株式会社サンプル", "有限会社見本"]);
    vault.enter_company(&mut session, &other, at(3)).unwrap();
    register(&mut vault, &session, "1", NUMBERS[0]);
    vault.enter_company(&mut session, &own, at(4)).unwrap();
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-130", "L-006", "L-002", "L-131"]
    );
    vault.lock(session, at(5)).unwrap();
    let session = vault.login(None, PASSPHRASE, at(6)).unwrap();
    vault.close(Some(session), at(7)).unwrap();
}

#[test]
fn who_manages_one_company_does_not_force_a_passphrase_on_a_user_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut owner) = create(folder.path());
    let home = owner.company().unwrap().to_owned();
    let fields = client("有限会社見本");
    let other = vault
        .create_company(&owner, CompanyKind::Client, &fields, at(1))
        .unwrap();
    let clerk = Grant::of_role(Role::Clerk);
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &clerk);
    vault.enter_company(&mut owner, &other, at(2)).unwrap();
    vault.grant(&owner, user, &clerk, at(2)).unwrap();
    let responsible = Grant::of_role(Role::Responsible);
    let manager = add_user(&mut vault, &owner, "鈴木 花子", &responsible);
    let manager = first_login(&mut vault, manager);
    assert_eq!(
        vault.require_passphrase_change(&manager, user, at(5)),
        Err(VaultError::NotAllowed(
            mynumber::rights::Denied::NoSuchRight
        ))
    );

    vault
        .require_passphrase_change(&owner, user, at(6))
        .unwrap();
    for company in [home, other] {
        vault.enter_company(&mut owner, &company, at(7)).unwrap();
        let told = events(&vault, &owner);
        let code = ledger::Event::PassphraseChangeForced.code();
        assert_eq!(told.iter().filter(|e| *e == code).count(), 1, "{told:?}");
    }
}
