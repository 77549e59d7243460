//! Users, their rights, and what happens when they are taken away.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::rights::{Denied, Grant, Operation, OperationSet, Role, Scope};
use mynumber::{Date, Purpose};
use std::collections::BTreeSet;
use vault::*;

fn denied<T>(result: Result<T, VaultError>, why: Denied) {
    assert_eq!(result.err(), Some(VaultError::NotAllowed(why)));
}

/// 佐藤, with a 担当者's rights.
fn add_clerk(vault: &mut Vault, owner: &Session) -> UserId {
    add_user(vault, owner, "佐藤 次郎", &Grant::of_role(Role::Clerk))
}

#[test]
fn a_new_user_chooses_a_passphrase_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let company = owner.company().unwrap().to_owned();
    let user = add_clerk(&mut vault, &owner);
    assert!(
        vault
            .users(&owner)
            .unwrap()
            .iter()
            .any(|u| u.user == user && u.must_change_passphrase)
    );
    vault.lock(owner, at(2)).unwrap();

    let mut session = vault.login(Some(user), FIRST, at(3)).unwrap();
    assert!(session.must_change_passphrase());
    assert_eq!(
        vault.enter_company(&mut session, &company, at(3)),
        Err(VaultError::MustChangePassphrase)
    );
    assert_eq!(
        vault
            .reveal(&session, person, Purpose::WithholdingTax, at(3))
            .err(),
        Some(VaultError::NoCompany)
    );
    assert_eq!(
        vault.change_passphrase(&mut session, "not the first one", OTHER, at(4)),
        Err(VaultError::WrongPassphrase)
    );
    vault
        .change_passphrase(&mut session, FIRST, OTHER, at(5))
        .unwrap();
    let digits = vault
        .reveal(&session, person, Purpose::WithholdingTax, at(6))
        .unwrap();
    assert_eq!(*digits, NUMBERS[0]);
    vault.lock(session, at(7)).unwrap();
    assert_eq!(
        vault.login(Some(user), FIRST, at(8)).err(),
        Some(VaultError::WrongPassphrase)
    );
    let session = vault.login(Some(user), OTHER, at(9)).unwrap();
    assert!(!session.must_change_passphrase());
}

#[test]
fn every_user_logs_in_by_their_own_secrets_only() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let user = add_clerk(&mut vault, &owner);
    vault.lock(owner, at(2)).unwrap();
    assert_eq!(
        vault.login(Some(user), PASSPHRASE, at(3)).err(),
        Some(VaultError::WrongPassphrase)
    );
    assert_eq!(
        vault.recover(Some(user), WORDS, OTHER, at(3)).err(),
        Some(VaultError::WrongRecoveryWords)
    );
    let session = vault
        .recover(Some(user), THEIR_WORDS, OTHER, at(4))
        .unwrap();
    assert_eq!(session.user_name(), "佐藤 次郎");
    assert!(
        !session.must_change_passphrase(),
        "they chose this one themselves"
    );
    vault.lock(session, at(5)).unwrap();
    assert_eq!(
        vault.login(Some(99), OTHER, at(7)).err(),
        Some(VaultError::WrongPassphrase),
        "whether there is such a user is not told"
    );
}

#[test]
fn somebody_there_is_not_is_refused_recorded_and_made_to_wait_like_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let removed = add_clerk(&mut vault, &owner);
    vault.remove_user(&owner, removed, at(2)).unwrap();
    vault.lock(owner, at(2)).unwrap();
    for (second, user) in [(3, 99), (4, removed), (5, -1)] {
        let refused = vault.login(Some(user), PASSPHRASE, at(second)).err();
        assert_eq!(refused, Some(VaultError::WrongPassphrase));
    }
    let wait = Some(VaultError::TooManyAttempts { wait_seconds: 5 });
    assert_eq!(vault.login(Some(98), PASSPHRASE, at(5)).err(), wait);
    assert_eq!(vault.recover(Some(98), WORDS, OTHER, at(5)).err(), wait);
    assert_eq!(
        vault.recover(Some(98), WORDS, OTHER, at(10)).err(),
        Some(VaultError::WrongRecoveryWords)
    );
    let owner = vault.login(Some(1), PASSPHRASE, at(11)).unwrap();
    let refused = |event: &&String| event.starts_with("L-003!");
    assert_eq!(events(&vault, &owner).iter().filter(refused).count(), 4);
}

#[test]
fn who_logged_in_last_on_this_pc_is_offered_first() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let user = add_clerk(&mut vault, &owner);
    let last = |vault: &Vault| -> Vec<UserId> {
        let names = vault.login_names().unwrap().into_iter();
        names.filter(|n| n.last).map(|n| n.user).collect()
    };
    assert_eq!(last(&vault), [owner.user_id()]);
    vault.lock(owner, at(2)).unwrap();
    assert!(vault.login(Some(user), "wrong wrong wrong", at(3)).is_err());
    assert_eq!(last(&vault), [1], "who did not get in was not here");
    let session = first_login(&mut vault, user);
    vault.close(Some(session), at(6)).unwrap();

    let elsewhere = Pc {
        id: "fedcba9876543210".into(),
        ..pc()
    };
    let mut vault = Vault::open(folder.path(), elsewhere).unwrap().unwrap();
    assert_eq!(
        last(&vault),
        [user],
        "nobody was here yet: the newest of all"
    );
    let session = vault.login(Some(1), PASSPHRASE, at(7)).unwrap();
    vault.close(Some(session), at(8)).unwrap();
    let mut vault = open(folder.path());
    assert_eq!(last(&vault), [user], "the newest of this PC");
    let owner = vault.login(Some(1), PASSPHRASE, at(9)).unwrap();
    vault.lock(owner, at(10)).unwrap();
    assert_eq!(last(&vault), [1]);
}

#[test]
fn new_recovery_words_replace_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    vault
        .change_recovery_words(&owner, PASSPHRASE, "うみ うた うし", at(1))
        .unwrap();
    vault.lock(owner, at(2)).unwrap();
    assert_eq!(
        vault.recover(None, WORDS, OTHER, at(3)).err(),
        Some(VaultError::WrongRecoveryWords)
    );
    assert!(vault.recover(None, "うみ うた うし", OTHER, at(4)).is_ok());
}

#[test]
fn each_user_waits_for_their_own_mistakes_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let user = add_clerk(&mut vault, &owner);
    let first_session = first_login(&mut vault, user);
    vault.lock(first_session, at(5)).unwrap();
    for second in 6..10 {
        assert!(
            vault
                .login(Some(user), "wrong wrong wrong", at(second * 10))
                .is_err()
        );
    }
    assert_eq!(vault.wait_seconds(Some(user), at(90)), 10);
    assert_eq!(vault.wait_seconds(Some(owner.user_id()), at(90)), 0);
    drop(owner);
    vault.close(None, at(91)).unwrap();

    let mut vault = open(folder.path());
    // The firmware's clock was set back, or forward by a year: neither shortens the wait.
    let mut restarted = at(0);
    restarted.unix_seconds += 365 * 86_400;
    assert_eq!(
        vault.login(Some(user), OTHER, restarted).err(),
        Some(VaultError::TooManyAttempts { wait_seconds: 10 })
    );
    assert!(vault.login(Some(1), PASSPHRASE, restarted).is_ok());
    restarted.steady_seconds = 10;
    assert!(vault.login(Some(user), OTHER, restarted).is_ok());
    assert_eq!(vault.wait_seconds(Some(user), restarted), 0);
}

#[test]
fn who_logs_in_does_not_earn_guesses_at_a_colleague() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let colleague = Some(owner.user_id());
    let user = add_clerk(&mut vault, &owner);
    vault.lock(owner, at(2)).unwrap();
    let session = first_login(&mut vault, user);
    vault.lock(session, at(5)).unwrap();
    let guess = "wrong wrong wrong";
    for second in [6, 8, 10] {
        // Without a name it would be a guess at both of them.
        for passphrase in [guess, OTHER, PASSPHRASE] {
            let tried = vault.login(None, passphrase, at(second)).err();
            assert_eq!(tried, Some(VaultError::UserNotNamed));
            let tried = vault.recover(None, WORDS, passphrase, at(second)).err();
            assert_eq!(tried, Some(VaultError::UserNotNamed));
        }
        assert_eq!(vault.wait_seconds(None, at(second)), 0);
        let tried = vault.login(colleague, guess, at(second)).err();
        assert_eq!(tried, Some(VaultError::WrongPassphrase));
        let session = vault.login(Some(user), OTHER, at(second + 1)).unwrap();
        vault.lock(session, at(second + 1)).unwrap();
    }
    assert_eq!(vault.wait_seconds(colleague, at(11)), 4);
    let refused = Some(VaultError::TooManyAttempts { wait_seconds: 4 });
    assert_eq!(vault.login(colleague, PASSPHRASE, at(11)).err(), refused);
}

#[test]
fn the_only_user_need_not_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let user = owner.user_id();
    vault.lock(owner, at(2)).unwrap();
    for second in 3..6 {
        assert!(vault.login(None, "wrong wrong wrong", at(second)).is_err());
    }
    assert_eq!(vault.wait_seconds(None, at(5)), 5);
    assert_eq!(vault.wait_seconds(Some(user), at(5)), 5, "it is the same");
    assert!(vault.login(None, PASSPHRASE, at(10)).is_ok());
    assert_eq!(vault.wait_seconds(Some(user), at(11)), 0);
}

#[test]
fn an_auditor_reads_the_ledger_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let user = add_user(
        &mut vault,
        &owner,
        "鈴木 監査",
        &Grant::of_role(Role::Auditor),
    );
    let auditor = first_login(&mut vault, user);
    assert!(vault.ledger_page(&auditor, None, 10).is_ok());
    assert!(verify(&mut vault, &auditor).is_ok());
    let no = Denied::NoSuchRight;
    denied(vault.people(&auditor, "", 0, 9), no);
    denied(vault.person(&auditor, person), no);
    denied(vault.person(&auditor, 999), no);
    denied(
        vault.reveal(&auditor, person, Purpose::WithholdingTax, at(6)),
        no,
    );
    let n = number(NUMBERS[1]);
    denied(vault.set_number(&auditor, person, for_all(&n), at(6)), no);
    let reason = DestroyReason::NoLongerNeeded;
    denied(
        vault.destroy_numbers(&auditor, &[person], reason, at(6)),
        no,
    );
    denied(vault.withdraw(&auditor, 1, at(6)), no);
    denied(vault.set_second_person(&auditor, true, at(6)), no);
    let entry = &vault.ledger_page(&auditor, None, 1).unwrap().rows[0];
    assert_eq!(entry.user.as_ref().unwrap().role, ledger::Role::Auditor);
}

#[test]
fn a_scope_of_single_people_reaches_these_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let mine = register(&mut vault, &owner, "1", NUMBERS[0]);
    let others = register(&mut vault, &owner, "2", NUMBERS[1]);
    let grant = Grant::of_role(Role::Clerk).within(Scope::people([mine]));
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &grant);
    let clerk = first_login(&mut vault, user);
    assert!(
        vault
            .reveal(&clerk, mine, Purpose::WithholdingTax, at(5))
            .is_ok()
    );
    let out = Denied::OutOfScope;
    denied(
        vault.reveal(&clerk, others, Purpose::WithholdingTax, at(5)),
        out,
    );
    denied(vault.person(&clerk, others), out);
    denied(vault.person(&clerk, 999), out);
    let purpose = Purpose::WithholdingTax;
    denied(vault.reveal(&clerk, 999, purpose, at(5)), out);
    denied(
        vault.change_person(&clerk, others, 1, &person("2", "田中 一", ""), at(5)),
        out,
    );
    denied(
        vault.register_person(&clerk, &person("3", "田中 一", ""), None, at(5)),
        out,
    );
    let page = vault.people(&clerk, "", 0, 9).unwrap();
    assert_eq!((page.total, page.rows[0].id), (1, mine));
}

#[test]
fn a_right_holds_on_its_pcs_and_until_its_last_day() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let role = Role::Clerk;
    let elsewhere = Grant::new(
        role,
        role.default_operations(),
        Scope::Company,
        Some(BTreeSet::from(["other-pc".to_owned()])),
        None,
    );
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &elsewhere.unwrap());
    denied(vault.login(Some(user), FIRST, at(3)), Denied::OtherPc);
    assert_eq!(events(&vault, &owner).last().unwrap(), "L-003!E-304");

    let today = Date::in_japan(MORNING).unwrap();
    let until = Grant::new(
        role,
        role.default_operations(),
        Scope::Company,
        None,
        Some(today),
    );
    vault.grant(&owner, user, &until.unwrap(), at(4)).unwrap();
    let clerk = first_login(&mut vault, user);
    assert!(vault.people(&clerk, "", 0, 1).is_ok());
    let mut tomorrow = at(5);
    tomorrow.unix_seconds += 86_400;
    denied(
        vault.reveal(&clerk, 1, Purpose::WithholdingTax, tomorrow),
        Denied::Expired,
    );
    denied(vault.people(&clerk, "", 0, 1), Denied::Expired);
    drop(clerk);
    denied(vault.login(Some(user), OTHER, tomorrow), Denied::Expired);
}

#[test]
fn a_removed_user_is_out_and_the_rest_works_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let user = add_clerk(&mut vault, &owner);
    vault.remove_user(&owner, user, at(3)).unwrap();
    assert_eq!(
        vault.login(Some(user), FIRST, at(4)).err(),
        Some(VaultError::WrongPassphrase)
    );
    assert_eq!(
        vault.login(None, FIRST, at(4)).err(),
        Some(VaultError::WrongPassphrase)
    );
    assert!(vault.login_names().unwrap().iter().all(|n| n.user != user));
    assert_eq!(
        vault.remove_user(&owner, user, at(5)),
        Err(VaultError::NotFound)
    );
    let expected = [
        "L-025",
        "L-032",
        "L-030",
        "L-021",
        "L-003!E-101",
        "L-003!E-101",
    ];
    assert_eq!(events(&vault, &owner)[7..], expected);
    vault.close(Some(owner), at(6)).unwrap();

    let mut vault = open(folder.path());
    let owner = vault.login(None, PASSPHRASE, at(7)).unwrap();
    let digits = vault
        .reveal(&owner, person, Purpose::WithholdingTax, at(8))
        .unwrap();
    assert_eq!(*digits, NUMBERS[0]);
    let again = add_clerk(&mut vault, &owner);
    assert_ne!(again, user, "an id is never used again");
}

#[test]
fn nobody_changes_their_own_rights_and_a_responsible_person_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let own = owner.user_id();
    let clerk = Grant::of_role(Role::Clerk);
    assert_eq!(
        vault.grant(&owner, own, &clerk, at(1)),
        Err(VaultError::OwnRights)
    );
    assert_eq!(
        vault.remove_user(&owner, own, at(1)),
        Err(VaultError::OwnRights)
    );

    // A responsible person who may manage users, but whose own right ends, cannot be the
    // one who is left.
    let role = Role::Responsible;
    let until = Some(Date::parse("2020-01-01").unwrap());
    let ended = Grant::new(role, OperationSet::ALL, Scope::Company, None, until).unwrap();
    let second = add_user(&mut vault, &owner, "鈴木 花子", &Grant::of_role(role));
    let other = first_login(&mut vault, second);
    assert_eq!(vault.grant(&owner, second, &ended, at(5)), Ok(()));
    vault
        .grant(&owner, second, &Grant::of_role(role), at(6))
        .unwrap();
    vault.withdraw(&other, own, at(7)).unwrap();
    assert_eq!(vault.users(&other).unwrap().len(), 1);
    assert_eq!(
        vault.login(Some(own), PASSPHRASE, at(8)).err(),
        Some(VaultError::WrongPassphrase)
    );
}

#[test]
fn what_a_refused_change_of_users_would_have_done_is_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let user = add_clerk(&mut vault, &owner);
    let clerk = first_login(&mut vault, user);
    let before = events(&vault, &owner);
    denied(vault.remove_user(&clerk, 1, at(5)), Denied::NoSuchRight);
    denied(
        vault.require_passphrase_change(&clerk, 1, at(5)),
        Denied::NoSuchRight,
    );
    assert_eq!(events(&vault, &owner), before);
    vault
        .require_passphrase_change(&owner, user, at(6))
        .unwrap();
    drop(clerk);
    let session = vault.login(Some(user), OTHER, at(7)).unwrap();
    assert!(session.must_change_passphrase() && session.company().is_err());
    assert!(
        Grant::of_role(Role::Clerk)
            .operations()
            .contains(Operation::Export)
    );
}

/// The words as they lie in the file.
fn words_of(folder: &std::path::Path, user: UserId) -> Option<Vec<u8>> {
    let file = rusqlite::Connection::open(folder.join("vault.db")).unwrap();
    file.query_row("SELECT words FROM users WHERE id = ?1", [user], |r| {
        r.get(0)
    })
    .unwrap()
}

#[test]
fn a_users_words_are_their_own_and_go_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let grant = Grant::of_role(Role::Clerk);
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &grant);
    let clerk = first_login(&mut vault, user);
    assert!(vault.user_words(&clerk).unwrap().is_empty());
    vault.keep_user_words(&clerk, b"W theirs", at(5)).unwrap();
    // The same again is no change.
    vault.keep_user_words(&clerk, b"W theirs", at(6)).unwrap();
    vault.keep_user_words(&owner, b"W own", at(7)).unwrap();
    assert_eq!(**vault.user_words(&clerk).unwrap(), *b"W theirs");
    assert_eq!(**vault.user_words(&owner).unwrap(), *b"W own");
    let told = events(&vault, &owner);
    assert_eq!(told.iter().filter(|code| *code == "L-028").count(), 2);
    let too_long = vec![0; MAX_USER_WORDS + 1];
    assert_eq!(
        vault.keep_user_words(&owner, &too_long, at(8)),
        Err(VaultError::TooMany("words"))
    );
    drop(clerk);
    vault.remove_user(&owner, user, at(9)).unwrap();
    assert_eq!(vault.active_users().unwrap(), [owner.user_id()].into());
    let owners = owner.user_id();
    vault.close(Some(owner), at(10)).unwrap();
    assert_eq!(words_of(folder.path(), user), None);
    assert_eq!(words_of(folder.path(), owners).unwrap(), b"W own");
}
