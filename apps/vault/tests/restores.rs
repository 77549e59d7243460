//! A restored vault in the place of the one there: what changed since the snapshot about who
//! may come in holds in it, with or without the newer vault at hand.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::rights::{Denied, Grant, Role, Scope};
use mynumber::{CompanyName, Label, PersonName, Purpose};
use std::path::Path;
use tempfile::TempDir;
use vault::*;

const THIRD: &str = "a lantern over seven bridges";

/// Adds a user and logs them in with a passphrase of their own, [`OTHER`].
fn add(vault: &mut Vault, owner: &Session, name: &str, grant: &Grant) -> UserId {
    let user = add_user(vault, owner, name, grant);
    first_login(vault, user);
    user
}

fn snapshot(vault: &mut Vault, session: &Session) -> (TempDir, Snapshot) {
    let folder = tempfile::tempdir().unwrap();
    let name = Label::new("予備USB").unwrap();
    vault
        .snapshot(session, folder.path(), &name, at(50), &mut |_, _| {
            Some(at(51))
        })
        .unwrap();
    let found = Snapshot::examine(folder.path(), &mut |_| true).unwrap();
    (folder, found)
}

/// Restores in place and opens what is there then.
fn go_back(mut vault: Vault, owner: Session, to: &Snapshot, home: &Path) -> (Vault, Restored) {
    let restored = vault
        .restore(&owner, to, &[], at(100), &mut |_| true)
        .unwrap();
    vault.lock(owner, at(101)).unwrap();
    vault.disconnect().unwrap();
    (open(home), restored)
}

/// The file of the only company.
fn tombstones(vault: &mut Vault, session: &Session, seconds: u64) -> Vec<u8> {
    let files = vault.export_tombstones(session, at(seconds)).unwrap();
    let [(_, file)] = <[_; 1]>::try_from(files).unwrap();
    file
}

fn opens(vault: &mut Vault, session: &Session, person: PersonId) -> bool {
    let purpose = Purpose::WithholdingTax;
    vault.reveal(session, person, purpose, at(300)).is_ok()
}

fn asked<T: std::fmt::Debug>(result: Result<T, VaultError>) -> String {
    match result.unwrap_err() {
        VaultError::ApprovalNeeded { request } => request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_was_put_out_since_the_snapshot_stays_out_and_who_was_changed_stays_changed() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let gone = register(&mut vault, &owner, "2", NUMBERS[1]);
    let clerk = Grant::of_role(Role::Clerk);
    let removed = add(&mut vault, &owner, "佐藤 次郎", &clerk);
    let demoted = add(&mut vault, &owner, "鈴木 花子", &clerk);
    let reset = add(&mut vault, &owner, "高橋 一", &clerk);
    let kept = add(&mut vault, &owner, "田中 二郎", &clerk);
    let (_copy, old) = snapshot(&mut vault, &owner);

    vault.remove_user(&owner, removed, at(60)).unwrap();
    let auditor = Grant::of_role(Role::Auditor);
    vault.grant(&owner, demoted, &auditor, at(61)).unwrap();
    vault
        .reset_passphrase(&owner, reset, FIRST, THEIR_WORDS, at(62))
        .unwrap();
    let mut session = vault.login(Some(kept), OTHER, at(63)).unwrap();
    vault
        .change_passphrase(&mut session, OTHER, THIRD, at(64))
        .unwrap();
    let newcomer = add(&mut vault, &owner, "伊藤 三郎", &clerk);
    let mistake = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&owner, &[gone], mistake, at(65))
        .unwrap();

    let (mut vault, restored) = go_back(vault, owner, &old, home.path());
    assert_eq!(restored.kept_out, 1);
    assert_eq!(restored.access_changed, 5, "all but the owner");
    let wrong = Some(VaultError::WrongPassphrase);
    let login = |vault: &mut Vault, user, passphrase| vault.login(Some(user), passphrase, at(200));
    for passphrase in [FIRST, OTHER] {
        let out = login(&mut vault, removed, passphrase);
        assert_eq!(out.err(), wrong);
    }
    assert_eq!(login(&mut vault, reset, OTHER).err(), wrong);
    assert_eq!(login(&mut vault, kept, OTHER).err(), wrong);
    // Whose keys are not of that day waits for somebody whose are.
    let waits = Some(VaultError::KeysNotGiven);
    assert_eq!(login(&mut vault, newcomer, OTHER).err(), waits);

    let owner = login(&mut vault, owner_id(), PASSPHRASE).unwrap();
    assert!(opens(&mut vault, &owner, person));
    assert!(!opens(&mut vault, &owner, gone));
    verify(&mut vault, &owner).unwrap();
    let events = events(&vault, &owner);
    let restored = events.iter().position(|e| e == "L-422").unwrap();
    let told = |code: &str| events[restored..].iter().filter(|e| *e == code).count();
    assert_eq!(["L-406", "L-425", "L-030"].map(told), [1, 1, 1]);

    let session = login(&mut vault, newcomer, OTHER).unwrap();
    assert!(opens(&mut vault, &session, person));
    let session = login(&mut vault, kept, THIRD).unwrap();
    assert!(opens(&mut vault, &session, person));
    let mut session = login(&mut vault, reset, FIRST).unwrap();
    assert!(session.must_change_passphrase());
    vault
        .change_passphrase(&mut session, FIRST, THIRD, at(301))
        .unwrap();
    assert!(opens(&mut vault, &session, person));
    let session = login(&mut vault, demoted, OTHER).unwrap();
    assert_eq!(
        vault
            .reveal(&session, person, Purpose::WithholdingTax, at(302))
            .err(),
        Some(VaultError::NotAllowed(Denied::NoSuchRight))
    );
}

/// Who made the vault.
fn owner_id() -> UserId {
    1
}

#[test]
fn a_file_of_destroyed_numbers_stands_in_for_a_newer_vault_that_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let gone = register(&mut vault, &owner, "2", NUMBERS[1]);
    let clerk = Grant::of_role(Role::Clerk);
    let removed = add(&mut vault, &owner, "佐藤 次郎", &clerk);
    let reset = add(&mut vault, &owner, "高橋 一", &clerk);
    let (_copy, old) = snapshot(&mut vault, &owner);
    let early = tombstones(&mut vault, &owner, 59);
    vault.remove_user(&owner, removed, at(60)).unwrap();
    vault
        .reset_passphrase(&owner, reset, FIRST, THEIR_WORDS, at(61))
        .unwrap();
    let mistake = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&owner, &[gone], mistake, at(62))
        .unwrap();
    let bytes = tombstones(&mut vault, &owner, 63);
    assert_eq!(events(&vault, &owner).pop().as_deref(), Some("L-428"));
    drop((vault, owner));

    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.starts_with("kuramori/tombstones/v1\nkey "));
    for secret in [NUMBERS[0], NUMBERS[1], "佐藤", "髙橋"] {
        assert!(!text.contains(secret), "no number and no name");
    }
    for i in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[i] ^= 1;
        assert!(TombstoneFile::read(&changed).is_err(), "byte {i}");
        assert!(TombstoneFile::read(&bytes[..i]).is_err(), "cut at {i}");
    }
    let files = [&early, &bytes].map(|file| TombstoneFile::read(file).unwrap());
    assert_eq!(files.each_ref().map(TombstoneFile::count), [0, 1]);

    let stick = tempfile::tempdir().unwrap();
    let done = restore(&old, stick.path(), None, &files, pc(), at(100), &mut |_| {
        true
    })
    .unwrap();
    assert_eq!((done.kept_out, done.access_changed), (1, 2));
    let mut vault = open(stick.path());
    let out = vault.login(Some(removed), OTHER, at(200)).err();
    assert_eq!(out, Some(VaultError::WrongPassphrase));
    let session = vault.login(Some(reset), OTHER, at(201)).unwrap();
    assert!(
        session.must_change_passphrase(),
        "the new one is not in the file"
    );
    let owner = vault.login(Some(1), PASSPHRASE, at(202)).unwrap();
    assert!(opens(&mut vault, &owner, person) && !opens(&mut vault, &owner, gone));
    verify(&mut vault, &owner).unwrap();

    // Of another vault: nothing is done.
    let elsewhere = tempfile::tempdir().unwrap();
    let (mut stranger, session) = create(elsewhere.path());
    let theirs = tombstones(&mut stranger, &session, 5);
    let theirs = [TombstoneFile::read(&theirs).unwrap()];
    let other = tempfile::tempdir().unwrap();
    let refused = restore(
        &old,
        other.path(),
        None,
        &theirs,
        pc(),
        at(100),
        &mut |_| true,
    );
    assert!(matches!(refused, Err(VaultError::TombstonesInvalid(_))));
    assert!(Vault::open(other.path(), pc()).unwrap().is_none());
}

#[test]
fn the_vault_from_before_is_kept_until_its_keys_must_go_or_somebody_drops_it() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let (_copy, old) = snapshot(&mut vault, &owner);
    let newer = register(&mut vault, &owner, "2", NUMBERS[1]);
    assert_eq!(vault.replaced(&owner).unwrap(), None);
    let (mut vault, _) = go_back(vault, owner, &old, home.path());
    let owner = vault.login(None, PASSPHRASE, at(200)).unwrap();
    assert!(opens(&mut vault, &owner, person) && !opens(&mut vault, &owner, newer));
    let left = vault.replaced(&owner).unwrap().unwrap();
    assert!(left.keys && left.bytes > 0);

    let mistake = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&owner, &[person], mistake, at(301))
        .unwrap();
    let left = vault.replaced(&owner).unwrap().unwrap();
    assert!(!left.keys, "what is destroyed here is destroyed there");
    assert!(!home.path().join("keyring.replaced").exists());
    vault.drop_replaced(&owner, at(302)).unwrap();
    assert_eq!(vault.replaced(&owner).unwrap(), None);
    assert_eq!(
        vault.drop_replaced(&owner, at(303)),
        Err(VaultError::NotFound)
    );
    assert_eq!(events(&vault, &owner).pop().as_deref(), Some("L-427"));
}

#[test]
fn an_approval_is_not_used_a_second_time_by_going_back_to_before_it_was() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let second = add(
        &mut vault,
        &owner,
        "鈴木 花子",
        &Grant::of_role(Role::Responsible),
    );
    let other = vault.login(Some(second), OTHER, at(5)).unwrap();
    vault.set_second_person(&owner, true, at(6)).unwrap();
    let clerk = Grant::of_role(Role::Clerk);
    let draft = || UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: THEIR_WORDS,
    };
    let request = asked(vault.add_user(&owner, &draft(), &clerk, at(7)));
    vault
        .decide(&other, &request, Decision::Confirm, at(8))
        .unwrap();
    let (_copy, old) = snapshot(&mut vault, &owner);
    vault.add_user(&owner, &draft(), &clerk, at(60)).unwrap();

    let request = asked(vault.restore(&owner, &old, &[], at(61), &mut |_| true));
    vault
        .decide(&other, &request, Decision::Confirm, at(62))
        .unwrap();
    drop(other);
    let (mut vault, _) = go_back(vault, owner, &old, home.path());
    let owner = vault.login(Some(1), PASSPHRASE, at(200)).unwrap();
    asked(vault.add_user(&owner, &draft(), &clerk, at(201)));
    assert!(opens(&mut vault, &owner, person));
}

#[test]
fn going_back_is_for_who_manages_every_company_and_leads_out_of_no_second_persons_word() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, mut owner) = create(home.path());
    let responsible = Grant::of_role(Role::Responsible);
    let second = add(&mut vault, &owner, "鈴木 花子", &responsible);
    let (_copy, old) = snapshot(&mut vault, &owner);
    vault.set_second_person(&owner, true, at(60)).unwrap();
    let first = owner.company().unwrap().to_owned();
    let fields = CompanyFields {
        name: CompanyName::new("有限会社見本").unwrap(),
        corporate_number: None,
        address: None,
    };
    let client = vault
        .create_company(&owner, CompanyKind::Client, &fields, at(61))
        .unwrap();
    let other = vault.login(Some(second), OTHER, at(62)).unwrap();
    assert_eq!(
        vault
            .restore(&other, &old, &[], at(63), &mut |_| true)
            .err(),
        Some(VaultError::NotAllowed(Denied::NoSuchRight)),
        "the client's users are managed by somebody else"
    );
    vault.enter_company(&mut owner, &client, at(64)).unwrap();
    let request = asked(vault.restore(&owner, &old, &[], at(65), &mut |_| true));
    vault
        .decide(&other, &request, Decision::Confirm, at(66))
        .unwrap();
    drop(other);
    let (mut vault, _) = go_back(vault, owner, &old, home.path());
    let owner = vault.login(Some(1), PASSPHRASE, at(200)).unwrap();
    assert_eq!(owner.company().unwrap(), first, "the client came later");
    assert!(vault.company(&owner).unwrap().second_person);
}

#[test]
fn what_one_company_says_of_its_destroyed_numbers_is_not_lost_by_what_another_says() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, mut owner) = create(home.path());
    let fields = CompanyFields {
        name: CompanyName::new("有限会社見本").unwrap(),
        corporate_number: None,
        address: None,
    };
    let client = vault
        .create_company(&owner, CompanyKind::Client, &fields, at(2))
        .unwrap();
    let own = owner.company().unwrap().to_owned();
    let ours = register(&mut vault, &owner, "1", NUMBERS[0]);
    vault.enter_company(&mut owner, &client, at(3)).unwrap();
    let theirs = register(&mut vault, &owner, "1", NUMBERS[1]);
    // Somebody who works for the client alone.
    let manager = add(
        &mut vault,
        &owner,
        "鈴木 花子",
        &Grant::of_role(Role::Responsible),
    );
    let (_copy, old) = snapshot(&mut vault, &owner);

    let mistake = DestroyReason::CollectedByMistake;
    vault.enter_company(&mut owner, &own, at(60)).unwrap();
    vault
        .destroy_numbers(&owner, &[ours], mistake, at(61))
        .unwrap();
    let mut shelf: std::collections::BTreeMap<_, _> = vault
        .export_tombstones(&owner, at(62))
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(shelf.len(), 2, "the owner has the keys of both");
    vault.lock(owner, at(63)).unwrap();
    let manages = vault.login(Some(manager), OTHER, at(64)).unwrap();
    vault
        .destroy_numbers(&manages, &[theirs], mistake, at(65))
        .unwrap();
    let later = vault.export_tombstones(&manages, at(66)).unwrap();
    assert_eq!(later.len(), 1);
    assert_eq!(later[0].0, client);
    shelf.extend(later);
    drop((vault, manages));

    let files: Vec<_> = shelf
        .values()
        .map(|file| TombstoneFile::read(file).unwrap())
        .collect();
    let stick = tempfile::tempdir().unwrap();
    let done = restore(&old, stick.path(), None, &files, pc(), at(100), &mut |_| {
        true
    });
    assert_eq!(done.unwrap().kept_out, 2, "each of its own company");
}

#[test]
fn a_snapshot_that_only_removed_users_could_open_is_not_restored() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let (_copy, old) = snapshot(&mut vault, &owner);
    let responsible = Grant::of_role(Role::Responsible);
    let second = add(&mut vault, &owner, "鈴木 花子", &responsible);
    let other = vault.login(Some(second), OTHER, at(60)).unwrap();
    vault.remove_user(&other, 1, at(61)).unwrap();
    let refused = vault.restore(&other, &old, &[], at(62), &mut |_| true);
    assert_eq!(refused.err(), Some(VaultError::SnapshotLockedOut));
    drop(owner);
    vault.close(Some(other), at(63)).unwrap();
    let mut vault = open(home.path());
    assert!(vault.login(Some(second), OTHER, at(64)).is_ok());
    assert!(vault.login(Some(1), PASSPHRASE, at(64)).is_err());
}

#[test]
fn whose_passphrase_was_set_anew_opens_the_snapshot_where_nobody_else_could() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    let (_copy, old) = snapshot(&mut vault, &owner);
    let responsible = Grant::of_role(Role::Responsible);
    let second = add(&mut vault, &owner, "鈴木 花子", &responsible);
    let other = vault.login(Some(second), OTHER, at(60)).unwrap();
    vault
        .reset_passphrase(&other, 1, FIRST, THEIR_WORDS, at(61))
        .unwrap();
    drop(owner);
    let (mut vault, _) = go_back(vault, other, &old, home.path());
    let mut owner = vault.login(Some(1), PASSPHRASE, at(200)).unwrap();
    assert!(owner.must_change_passphrase());
    vault
        .change_passphrase(&mut owner, PASSPHRASE, THIRD, at(201))
        .unwrap();
    assert!(opens(&mut vault, &owner, person));
    let other = vault.login(Some(second), OTHER, at(202)).unwrap();
    assert!(opens(&mut vault, &other, person), "the keys were given");
}

#[test]
fn a_scope_does_not_reach_somebody_who_gets_a_lost_persons_id() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    let mine = register(&mut vault, &owner, "1", NUMBERS[0]);
    let user = add(
        &mut vault,
        &owner,
        "佐藤 次郎",
        &Grant::of_role(Role::Clerk),
    );
    let (_copy, old) = snapshot(&mut vault, &owner);
    let lost = register(&mut vault, &owner, "2", NUMBERS[1]);
    let narrow = Grant::of_role(Role::Clerk).within(Scope::people([mine, lost]));
    vault.grant(&owner, user, &narrow, at(60)).unwrap();
    let (mut vault, _) = go_back(vault, owner, &old, home.path());
    let owner = vault.login(Some(1), PASSPHRASE, at(200)).unwrap();
    let another = register(&mut vault, &owner, "3", NUMBERS[2]);
    assert_eq!(another, lost, "the id is given again");
    let clerk = vault.login(Some(user), OTHER, at(201)).unwrap();
    assert!(opens(&mut vault, &clerk, mine) && !opens(&mut vault, &clerk, another));
}

#[test]
fn user_dictionaries_are_in_a_snapshot_and_newer_ones_stay() {
    let home = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(home.path());
    vault.keep_user_words(&owner, b"W then", at(5)).unwrap();
    let (_copy, old) = snapshot(&mut vault, &owner);

    // On another stick they are those of the snapshot.
    let other = tempfile::tempdir().unwrap();
    restore(&old, other.path(), None, &[], pc(), at(60), &mut |_| true).unwrap();
    let mut elsewhere = open(other.path());
    let session = elsewhere.login(None, PASSPHRASE, at(61)).unwrap();
    assert_eq!(**elsewhere.user_words(&session).unwrap(), *b"W then");

    // In the place of a newer vault, those of now; and they are nobody's access.
    vault.keep_user_words(&owner, b"W now", at(70)).unwrap();
    let (mut vault, restored) = go_back(vault, owner, &old, home.path());
    assert_eq!(restored.access_changed, 0);
    let owner = vault.login(None, PASSPHRASE, at(200)).unwrap();
    assert_eq!(**vault.user_words(&owner).unwrap(), *b"W now");
    verify(&mut vault, &owner).unwrap();
}
