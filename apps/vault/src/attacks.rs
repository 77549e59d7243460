//! With the disk unlocked and the database and the keyring in hand: what each user's keys
//! open, and what they do not. Everything is tried in every place, as an attacker would.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::keyring::{KEYRING_FILE, Keyring, Secret};
use crate::keys::{Cipher, Place};
use crate::{
    CompanyFields, CompanyKind, DestroyReason, FirstRun, Moment, NumberDraft, Pc, PersonFields,
    PersonId, Session, UserDraft, UserId, Vault,
};
use mynumber::rights::{Grant, Role};
use mynumber::{CompanyName, Date, EmployeeNo, IndividualNumber, PersonName, Purpose};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const OWNER: &str = "correct horse battery staple";
const FIRST: &str = "initial pass phrase";
const OTHER: &str = "another long passphrase";

fn at(seconds: u64) -> Moment {
    Moment {
        unix_seconds: 1_795_212_000 + seconds as i64,
        clock_confirmed: true,
        steady_seconds: seconds,
    }
}

fn fields(name: &str) -> CompanyFields {
    CompanyFields {
        name: CompanyName::new(name).unwrap(),
        corporate_number: None,
        address: None,
    }
}

fn create() -> (TempDir, Vault, Session) {
    let folder = tempfile::tempdir().unwrap();
    let pc = Pc {
        id: "pc-1".into(),
        name: "PC".into(),
    };
    let first = FirstRun {
        company: fields("株式会社サンプル"),
        owner_name: PersonName::new("山田 太郎").unwrap(),
        passphrase: OWNER,
        recovery_words: "あいこくしん あいさつ",
    };
    let (vault, session) = Vault::create(folder.path(), pc, &first, at(0)).unwrap();
    (folder, vault, session)
}

fn register(vault: &mut Vault, session: &Session, no: u32, digits: &str) -> PersonId {
    let number = IndividualNumber::parse(digits).unwrap();
    let person = PersonFields {
        employee_no: EmployeeNo::new(&no.to_string()).unwrap(),
        name: PersonName::new("髙橋 花子").unwrap(),
        kana: None,
        birth_date: Date::new(1990, 4, 1).unwrap(),
        sex: None,
        address: None,
        hired_on: None,
    };
    let draft = NumberDraft::new(&number, &[Purpose::WithholdingTax]);
    let saved = vault.register_person(session, &person, Some(draft), at(1));
    saved.unwrap().person
}

/// Adds a user in the company entered and logs them in; the owner's session goes on.
fn add(vault: &mut Vault, owner: &Session, role: Role) -> (UserId, Session) {
    let draft = UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: FIRST,
        recovery_words: "あおぞら あかちゃん",
    };
    let grant = Grant::of_role(role);
    let user = vault.add_user(owner, &draft, &grant, at(2)).unwrap();
    let mut session = vault.login(Some(user), FIRST, at(3)).unwrap();
    vault
        .change_passphrase(&mut session, FIRST, OTHER, at(4))
        .unwrap();
    assert!(session.company().is_ok());
    (user, session)
}

/// Every key that this user's identity opens in a keyring, tried on everybody's entries.
fn within_reach(keyring: &Keyring, session: &Session) -> Vec<Cipher> {
    let mut keys = Vec::new();
    for ((company, user, secret), sealed) in keyring.entries() {
        for place in places(company, *secret, &[*user, session.user_id()]) {
            keys.extend(session.identity().open(&place, sealed).map(|k| k.cipher()));
        }
    }
    keys
}

fn places(company: &str, secret: Secret, users: &[UserId]) -> Vec<Place> {
    let mut places = Vec::new();
    for user in users {
        places.push(Place::signing_key(company, *user));
        places.extend((1..9).map(|g| Place::number_key(company, g, *user)));
        if let Secret::NumberKey(generation) = secret {
            places.push(Place::number_key(company, generation, *user));
        }
    }
    places
}

/// How many numbers of a database these keys open, whatever generation is claimed.
fn readable(db: &Path, company: &str, keys: &[Cipher]) -> usize {
    let conn = Connection::open(db).unwrap();
    let mut statement = conn
        .prepare(
            "SELECT n.id, n.person_id, k.wrapped, n.sealed FROM numbers n
             JOIN data_keys k ON k.number_id = n.id WHERE n.company_id = ?1",
        )
        .unwrap();
    let rows: Vec<(i64, i64, Vec<u8>, Vec<u8>)> = statement
        .query_map([company], |r| {
            Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let opens = |(id, person, wrapped, sealed): &(i64, i64, Vec<u8>, Vec<u8>)| {
        keys.iter().any(|key| {
            (1..9)
                .filter_map(|g| key.open_key(&Place::data_key(company, g, *id), wrapped))
                .any(|data_key| {
                    let place = Place::number(company, *id, *person);
                    data_key.cipher().open(&place, sealed).is_some()
                })
        })
    };
    rows.iter().filter(|row| opens(row)).count()
}

/// The files as they are now, the database's log included.
fn copy(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["vault.db", "vault.db-wal", KEYRING_FILE] {
        fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

#[test]
fn without_a_companys_key_its_numbers_do_not_open() {
    let (folder, mut vault, mut owner) = create();
    let own = owner.company().unwrap().to_owned();
    register(&mut vault, &owner, 1, "123456789018");
    let (_, clerk) = add(&mut vault, &owner, Role::Clerk);
    let kind = CompanyKind::Client;
    let client = vault
        .create_company(&owner, kind, &fields("有限会社見本"), at(5))
        .unwrap();
    vault.enter_company(&mut owner, &client, at(6)).unwrap();
    register(&mut vault, &owner, 1, "987654321093");

    let copy = copy(folder.path());
    let db = copy.path().join("vault.db");
    let (clerks, owners) = (
        within_reach(&vault.ring.keys, &clerk),
        within_reach(&vault.ring.keys, &owner),
    );
    assert_eq!(readable(&db, &client, &clerks), 0);
    assert_eq!(
        readable(&db, &own, &clerks),
        1,
        "what the clerk may read opens"
    );
    assert_eq!(readable(&db, &client, &owners), 1, "the attack can succeed");
}

#[test]
fn an_auditor_has_no_key_to_any_number() {
    let (folder, mut vault, owner) = create();
    let company = owner.company().unwrap().to_owned();
    register(&mut vault, &owner, 1, "123456789018");
    let (user, auditor) = add(&mut vault, &owner, Role::Auditor);
    let held: Vec<_> = vault
        .ring
        .keys
        .entries()
        .filter(|((_, u, _), _)| *u == user)
        .map(|((_, _, secret), _)| *secret)
        .collect();
    assert_eq!(held, [Secret::SigningKey]);
    let keys = within_reach(&vault.ring.keys, &auditor);
    let copy = copy(folder.path());
    assert_eq!(readable(&copy.path().join("vault.db"), &company, &keys), 0);
    assert!(
        vault
            .verify_ledger(&auditor, at(9), &mut |_, _| true)
            .is_ok()
    );
}

#[test]
fn after_a_deletion_an_old_copy_with_todays_keyring_opens_nothing() {
    let (folder, mut vault, owner) = create();
    let company = owner.company().unwrap().to_owned();
    let gone = register(&mut vault, &owner, 1, "123456789018");
    let stays = register(&mut vault, &owner, 2, "987654321093");
    let before = copy(folder.path());
    let old_db = before.path().join("vault.db");
    let old_keyring = vault.ring.keys.clone();

    let reason = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&owner, &[gone], reason, at(5))
        .unwrap();
    let today = within_reach(&vault.ring.keys, &owner);
    assert_eq!(
        readable(&old_db, &company, &today),
        0,
        "the old pages are dead"
    );
    let now = copy(folder.path());
    assert_eq!(readable(&now.path().join("vault.db"), &company, &today), 1);
    let digits = vault
        .reveal(&owner, stays, Purpose::WithholdingTax, at(6))
        .unwrap();
    assert_eq!(*digits, "987654321093");
    let then = within_reach(&old_keyring, &owner);
    assert_eq!(
        readable(&old_db, &company, &then),
        2,
        "the attack can succeed"
    );

    let file = fs::read(folder.path().join(KEYRING_FILE)).unwrap();
    for ((_, _, secret), sealed) in old_keyring.entries() {
        if *secret == Secret::NumberKey(1) {
            let left = file.windows(sealed.len()).any(|w| w == sealed);
            assert!(!left, "the retired key is overwritten in the keyring file");
        }
    }
}

#[test]
fn a_removed_users_identity_opens_nothing_of_the_new_generation() {
    let (folder, mut vault, owner) = create();
    let company = owner.company().unwrap().to_owned();
    register(&mut vault, &owner, 1, "123456789018");
    let (user, clerk) = add(&mut vault, &owner, Role::Clerk);
    let had = within_reach(&vault.ring.keys, &clerk);
    let before = copy(folder.path());
    assert_eq!(readable(&before.path().join("vault.db"), &company, &had), 1);

    vault.remove_user(&owner, user, at(5)).unwrap();
    assert!(within_reach(&vault.ring.keys, &clerk).is_empty());
    let after = copy(folder.path());
    let db = after.path().join("vault.db");
    assert_eq!(
        readable(&db, &company, &had),
        0,
        "what the clerk kept is of no use"
    );
    assert_eq!(
        readable(&db, &company, &within_reach(&vault.ring.keys, &owner)),
        1
    );
}

#[test]
fn after_a_reset_the_lost_passphrase_opens_nothing_of_the_new_generation() {
    let (folder, mut vault, owner) = create();
    let company = owner.company().unwrap().to_owned();
    register(&mut vault, &owner, 1, "123456789018");
    let (user, clerk) = add(&mut vault, &owner, Role::Clerk);
    let had = within_reach(&vault.ring.keys, &clerk);
    vault
        .reset_passphrase(&owner, user, FIRST, "いちご いとこ", at(5))
        .unwrap();
    assert!(
        within_reach(&vault.ring.keys, &clerk).is_empty(),
        "who found out the old passphrase has the old identity, and it has nothing"
    );
    let after = copy(folder.path());
    let db = after.path().join("vault.db");
    assert_eq!(readable(&db, &company, &had), 0);

    let mut again = vault.login(Some(user), FIRST, at(6)).unwrap();
    vault
        .change_passphrase(&mut again, FIRST, OTHER, at(7))
        .unwrap();
    assert_eq!(
        readable(&db, &company, &within_reach(&vault.ring.keys, &again)),
        1,
        "the user has what the rights need"
    );
}

#[test]
fn a_right_to_numbers_that_is_withdrawn_takes_the_key_with_it() {
    let (folder, mut vault, owner) = create();
    let company = owner.company().unwrap().to_owned();
    register(&mut vault, &owner, 1, "123456789018");
    let (user, clerk) = add(&mut vault, &owner, Role::Clerk);
    let had = within_reach(&vault.ring.keys, &clerk);
    let auditor = Grant::of_role(Role::Auditor);
    vault.grant(&owner, user, &auditor, at(5)).unwrap();
    let copy = copy(folder.path());
    let db = copy.path().join("vault.db");
    let has = within_reach(&vault.ring.keys, &clerk);
    assert!(
        !has.is_empty(),
        "the signing key stays: an auditor's acts are signed"
    );
    assert_eq!(readable(&db, &company, &had), 0);
    assert_eq!(readable(&db, &company, &has), 0);

    vault
        .grant(&owner, user, &Grant::of_role(Role::Clerk), at(6))
        .unwrap();
    let again = within_reach(&vault.ring.keys, &clerk);
    assert_eq!(
        readable(&db, &company, &again),
        1,
        "given back, it opens again"
    );
}
