//! Passphrases that were lost, forced to be changed, or set anew by somebody else.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::rights::{Denied, Grant, Role};
use mynumber::{CompanyName, PersonName, Purpose};
use vault::*;

const FIRST: &str = "initial pass phrase";
const OTHER: &str = "another long passphrase";
const THIRD: &str = "a lantern over seven bridges";
const THEIR_WORDS: &str = "いちご いとこ いなか";
const NEW_WORDS: &str = "うさぎ うなぎ うみ";

/// Adds a user and logs them in with a passphrase of their own, [`OTHER`].
fn add(vault: &mut Vault, owner: &Session, name: &str, role: Role) -> (UserId, Session) {
    let draft = UserDraft {
        name: PersonName::new(name).unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: THEIR_WORDS,
    };
    let grant = Grant::of_role(role);
    let user = vault.add_user(owner, &draft, &grant, at(2)).unwrap();
    let mut session = vault.login(Some(user), FIRST, at(3)).unwrap();
    vault
        .change_passphrase(&mut session, FIRST, OTHER, at(4))
        .unwrap();
    (user, session)
}

fn client(vault: &mut Vault, session: &Session) -> CompanyId {
    let fields = CompanyFields {
        name: CompanyName::new("有限会社見本").unwrap(),
        corporate_number: None,
        address: None,
    };
    vault
        .create_company(session, CompanyKind::Client, &fields, at(5))
        .unwrap()
}

fn reset(vault: &mut Vault, by: &Session, user: UserId) -> Result<(), VaultError> {
    vault.reset_passphrase(by, user, THIRD, NEW_WORDS, at(10))
}

fn asked<T: std::fmt::Debug>(result: Result<T, VaultError>) -> String {
    match result.unwrap_err() {
        VaultError::ApprovalNeeded { request } => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_lost_both_secrets_gets_new_ones_from_a_manager_and_the_old_ones_open_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let (user, clerk) = add(&mut vault, &owner, "佐藤 次郎", Role::Clerk);
    vault.lock(clerk, at(5)).unwrap();
    for second in 1..6 {
        let wrong = vault.login(Some(user), "wrong wrong wrong", at(second * 100));
        assert_eq!(wrong.err(), Some(VaultError::WrongPassphrase));
    }
    assert!(vault.wait_seconds(Some(user), at(501)) > 0);

    let before = events(&vault, &owner).len();
    reset(&mut vault, &owner, user).unwrap();
    assert_eq!(events(&vault, &owner)[before..], ["L-013", "L-030"]);
    let now = at(502);
    assert_eq!(vault.wait_seconds(Some(user), now), 0, "the waits end");
    verify(&mut vault, &owner).unwrap();
    vault.close(Some(owner), at(503)).unwrap();

    let mut vault = open(folder.path());
    assert_eq!(
        vault.login(Some(user), OTHER, now).err(),
        Some(VaultError::WrongPassphrase)
    );
    assert_eq!(
        vault.recover(Some(user), THEIR_WORDS, OTHER, now).err(),
        Some(VaultError::WrongRecoveryWords)
    );
    let mut clerk = vault.login(Some(user), THIRD, now).unwrap();
    assert!(clerk.must_change_passphrase() && clerk.company().is_err());
    vault
        .change_passphrase(&mut clerk, THIRD, OTHER, now)
        .unwrap();
    let purpose = Purpose::WithholdingTax;
    assert_eq!(
        *vault.reveal(&clerk, person, purpose, now).unwrap(),
        NUMBERS[0]
    );
    vault.lock(clerk, now).unwrap();
    let clerk = vault.recover(Some(user), NEW_WORDS, FIRST, now).unwrap();
    assert!(!clerk.must_change_passphrase(), "the words are theirs");
    assert!(vault.reveal(&clerk, person, purpose, now).is_ok());
}

#[test]
fn a_reset_is_for_managers_of_all_the_users_companies_and_never_for_oneself() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut owner) = create(folder.path());
    let (user, clerk) = add(&mut vault, &owner, "佐藤 次郎", Role::Clerk);
    let no = Err(VaultError::NotAllowed(Denied::NoSuchRight));
    assert_eq!(reset(&mut vault, &clerk, owner.user_id()), no);
    let own = owner.user_id();
    assert_eq!(reset(&mut vault, &owner, own), Err(VaultError::OwnRights));
    assert_eq!(reset(&mut vault, &owner, 99), Err(VaultError::NotFound));

    // The manager of a client does not reach into the office's own company.
    let (second, _) = add(&mut vault, &owner, "鈴木 花子", Role::Auditor);
    let home = owner.company().unwrap().to_owned();
    let client = client(&mut vault, &owner);
    vault.enter_company(&mut owner, &client, at(6)).unwrap();
    let responsible = Grant::of_role(Role::Responsible);
    vault.grant(&owner, second, &responsible, at(7)).unwrap();
    let auditor = Grant::of_role(Role::Auditor);
    vault.grant(&owner, user, &auditor, at(7)).unwrap();
    let mut manager = vault.login(Some(second), OTHER, at(8)).unwrap();
    vault.enter_company(&mut manager, &client, at(8)).unwrap();
    assert_eq!(reset(&mut vault, &manager, user), no);
    let name = PersonName::new("山田 太郎").unwrap();
    assert_eq!(vault.change_user(&manager, user, &name, None, at(9)), no);

    // Who manages both does, and both ledgers say so.
    reset(&mut vault, &owner, user).unwrap();
    assert!(events(&vault, &owner).contains(&"L-013".to_owned()));
    vault.enter_company(&mut owner, &home, at(11)).unwrap();
    assert!(events(&vault, &owner).contains(&"L-013".to_owned()));
    let mut clerk = vault.login(Some(user), THIRD, at(12)).unwrap();
    vault
        .change_passphrase(&mut clerk, THIRD, OTHER, at(13))
        .unwrap();
    for company in [home, client] {
        vault.enter_company(&mut clerk, &company, at(14)).unwrap();
    }
}

#[test]
fn a_reset_and_a_removal_wait_for_the_second_person_whichever_company_they_are_asked_in() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut owner) = create(folder.path());
    let (_, mut second) = add(&mut vault, &owner, "鈴木 花子", Role::Responsible);
    let (user, _) = add(&mut vault, &owner, "佐藤 次郎", Role::Clerk);
    vault.set_second_person(&owner, true, at(5)).unwrap();
    let home = owner.company().unwrap().to_owned();

    // From a company of one's own, where nobody else is asked.
    let client = client(&mut vault, &owner);
    vault.enter_company(&mut owner, &client, at(6)).unwrap();
    vault
        .grant(&owner, user, &Grant::of_role(Role::Auditor), at(7))
        .unwrap();
    let removal = asked(vault.remove_user(&owner, user, at(8)));
    let request = asked(reset(&mut vault, &owner, user));
    assert_eq!(asked(reset(&mut vault, &owner, user)), request, "once");
    assert_eq!(
        vault.decide(&owner, &request, Decision::Confirm, at(9)),
        Err(VaultError::NotFound),
        "it is not this company's to decide"
    );
    vault.enter_company(&mut owner, &home, at(10)).unwrap();
    assert_eq!(
        vault.decide(&owner, &request, Decision::Confirm, at(11)),
        Err(VaultError::ApprovalByOther)
    );
    vault.enter_company(&mut second, &home, at(11)).unwrap();
    vault
        .decide(&second, &request, Decision::Confirm, at(12))
        .unwrap();
    reset(&mut vault, &owner, user).unwrap();
    asked(reset(&mut vault, &owner, user));
    assert!(vault.login(Some(user), THIRD, at(13)).is_ok());
    let kept = vault.requests(&second, 0, 50).unwrap().rows;
    let state = |id: &str| kept.iter().find(|row| row.id == *id).unwrap().state;
    assert_eq!(state(&removal), RequestState::Waiting);
    assert_eq!(state(&request), RequestState::Done);
}
