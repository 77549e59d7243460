#![allow(clippy::unwrap_used, reason = "tests")]

use super::file::RESERVE_FILE;
use super::*;
use crate::{CompanyFields, FirstRun, Moment, Note, PersonFields, Session, Vault};
use ledger::{Event, Pc};
use mynumber::{Address, CompanyName, Date, EmployeeNo, PersonName};
use rusqlite::Connection;
use std::path::Path;

const NOW: Moment = Moment {
    unix_seconds: 1_795_212_000,
    clock_confirmed: true,
    steady_seconds: 0,
};
const PASSPHRASE: &str = "correct horse battery staple";

fn pc() -> Pc {
    Pc {
        id: "0".into(),
        name: "PC".into(),
    }
}

fn create(folder: &Path) -> (Vault, Session) {
    let first = FirstRun {
        company: CompanyFields {
            name: CompanyName::new("株式会社サンプル").unwrap(),
            corporate_number: None,
            address: None,
        },
        owner_name: PersonName::new("山田 太郎").unwrap(),
        passphrase: PASSPHRASE,
        recovery_words: "あいこくしん あいさつ",
    };
    Vault::create(folder, pc(), &first, NOW).unwrap()
}

fn person(i: u32) -> PersonFields {
    PersonFields {
        employee_no: EmployeeNo::new(&i.to_string()).unwrap(),
        name: PersonName::new("山田 太郎").unwrap(),
        kana: None,
        birth_date: Date::new(1990, 4, 1).unwrap(),
        sex: None,
        address: Some(Address::new(&"丸の内１－１－１".repeat(20)).unwrap()),
        hired_on: None,
    }
}

#[test]
fn the_connection_refuses_to_write_outside_a_transaction_with_its_ledger_entry() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let write = "UPDATE vault SET keyring = 9";
    assert!(vault.conn.execute(write, []).is_err());
    vault
        .record(Some(&session), &Note::new(Event::ClockConfirmed), NOW)
        .unwrap();
    assert!(vault.conn.execute(write, []).is_err());
    let failed = vault.transact(None, Weight::Ordinary, NOW, |_| {
        Err::<Recorded<()>, _>(VaultError::NotFound)
    });
    assert_eq!(failed, Err(VaultError::NotFound));
    assert!(vault.conn.execute(write, []).is_err());
}

#[test]
fn an_entry_that_cannot_be_made_takes_its_change_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let before = head(&vault.conn, &vault.home).unwrap();
    let result = vault.transact(Some(&session), Weight::Ordinary, NOW, |tx| {
        tx.execute("UPDATE vault SET keyring = 9", [])?;
        let note = Note::new(Event::HandOverMade).document("not an id");
        Ok(Recorded::new((), Line::ok(note)))
    });
    assert!(matches!(result, Err(VaultError::Entry(_))));
    let keyring: i64 = vault
        .conn
        .query_row("SELECT keyring FROM vault", [], |r| r.get(0))
        .unwrap();
    assert_ne!(keyring, 9);
    assert_eq!(head(&vault.conn, &vault.home).unwrap(), before);
}

#[test]
fn the_ledger_is_append_only_even_within_a_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    for edit in ["UPDATE ledger SET seq = seq", "DELETE FROM ledger"] {
        let result = vault.transact(Some(&session), Weight::Ordinary, NOW, |tx| {
            tx.execute(edit, [])?;
            Ok(Recorded::new(
                (),
                Line::ok(Note::new(Event::ClockConfirmed)),
            ))
        });
        assert!(result.is_err(), "{edit}");
    }
}

#[test]
fn a_full_stick_refuses_and_keeps_the_old_state() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    vault
        .register_person(&session, &person(0), None, NOW)
        .unwrap();
    let pages: i64 = vault
        .conn
        .pragma_query_value(None, "page_count", |r| r.get(0))
        .unwrap();
    vault
        .conn
        .pragma_update(None, "max_page_count", pages + 2)
        .unwrap();
    let mut kept = 1;
    let full = loop {
        match vault.register_person(&session, &person(kept), None, NOW) {
            Ok(_) => kept += 1,
            Err(e) => break e,
        }
    };
    assert_eq!(full, VaultError::Full);
    assert_eq!(
        vault.people(&session, "", 0, 1).unwrap().total,
        u64::from(kept)
    );
    vault
        .conn
        .pragma_update(None, "max_page_count", i32::MAX)
        .unwrap();
    vault
        .verify_ledger(&session, NOW, &mut |_, _| true)
        .unwrap();
    drop((vault, session));

    let mut vault = Vault::open(folder.path(), pc()).unwrap().unwrap();
    let session = vault.login(None, PASSPHRASE, NOW).unwrap();
    assert_eq!(
        vault.people(&session, "", 0, 1).unwrap().total,
        u64::from(kept)
    );
    assert!(
        vault
            .register_person(&session, &person(kept), None, NOW)
            .is_ok()
    );
}

#[test]
fn what_must_be_recorded_may_use_the_reserve_and_nothing_else_may() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, _session) = create(folder.path());
    let reserve = folder.path().join(RESERVE_FILE);
    let try_with = |vault: &mut Vault, weight| {
        vault.transact(None, weight, NOW, |_| {
            // As on a real stick: full until the reserve is given back.
            if reserve.exists() {
                return Err(VaultError::Full);
            }
            Ok(Recorded::new((), Line::ok(Note::new(Event::LoginFailed))))
        })
    };
    assert!(reserve.exists());
    assert_eq!(
        try_with(&mut vault, Weight::Ordinary),
        Err(VaultError::Full)
    );
    assert!(reserve.exists());
    assert_eq!(try_with(&mut vault, Weight::Essential), Ok(()));
    assert!(!reserve.exists());
    vault.tidy();
    assert!(
        reserve.exists(),
        "it is set aside again as soon as there is space"
    );
}

#[test]
fn durability_settings_are_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, _session) = create(folder.path());
    let setting = |name: &str| -> String {
        vault
            .conn
            .pragma_query_value(None, name, |r| {
                r.get::<_, rusqlite::types::Value>(0)
                    .map(|v| format!("{v:?}"))
            })
            .unwrap()
    };
    for (name, value) in [
        ("journal_mode", "Text(\"wal\")"),
        ("locking_mode", "Text(\"exclusive\")"),
        ("synchronous", "Integer(2)"),
        ("secure_delete", "Integer(1)"),
        ("temp_store", "Integer(2)"),
        ("cell_size_check", "Integer(1)"),
        ("foreign_keys", "Integer(1)"),
    ] {
        assert_eq!(setting(name), value, "{name}");
    }
    assert!(!folder.path().join("vault.db-shm").exists());
}

#[test]
fn a_database_of_a_newer_release_or_of_something_else_is_not_opened() {
    for (pragma, value, error) in [
        ("user_version", 99, VaultError::Newer),
        ("application_id", 7, VaultError::Damaged("not a vault")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (vault, session) = create(folder.path());
        vault.close(Some(session), NOW).unwrap();
        let conn = Connection::open(folder.path().join(FILE)).unwrap();
        conn.pragma_update(None, pragma, value).unwrap();
        drop(conn);
        assert_eq!(Vault::open(folder.path(), pc()).err(), Some(error));
    }
}
