//! What an attacker with the file, a pulled stick or worn-out flash can do to it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use ledger::Break;
use mynumber::Purpose;
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use vault::*;

/// A vault with some history, closed.
fn with_history(folder: &Path) {
    let (mut vault, session) = create(folder);
    for (i, n) in NUMBERS.iter().enumerate() {
        let id = register(&mut vault, &session, &format!("{i:04}"), n);
        vault
            .reveal(&session, id, Purpose::WithholdingTax, at(2))
            .unwrap();
    }
    vault.close(Some(session), at(3)).unwrap();
}

/// Does something to the file behind the vault's back.
fn tamper(folder: &Path, sql: &str) {
    let conn = Connection::open(folder.join("vault.db")).unwrap();
    conn.execute_batch("DROP TRIGGER ledger_is_not_edited; DROP TRIGGER ledger_is_not_cut;")
        .unwrap();
    conn.execute_batch(sql).unwrap();
}

fn verify_after(sql: &str) -> VaultError {
    let folder = tempfile::tempdir().unwrap();
    with_history(folder.path());
    tamper(folder.path(), sql);
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(5)).unwrap();
    let error = verify(&mut vault, &session).unwrap_err();
    let last = events(&vault, &session).pop();
    assert_eq!(
        last.as_deref(),
        Some("L-901!E-401"),
        "the result is recorded"
    );
    error
}

#[test]
fn an_untouched_history_is_intact() {
    let folder = tempfile::tempdir().unwrap();
    with_history(folder.path());
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(5)).unwrap();
    // First run, login; registration, number, reveal for each; power-off; login.
    let entries = 2 + 3 * NUMBERS.len() as u64 + 2;
    let verified = verify(&mut vault, &session).unwrap();
    assert_eq!(
        verified,
        Verified {
            entries,
            checkpoints: 3
        }
    );
}

#[test]
fn verification_can_be_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let note = Note::new(ledger::Event::ClockConfirmed);
    for _ in 0..600 {
        vault.record(Some(&session), &note, at(1)).unwrap();
    }
    let mut calls = Vec::new();
    let result = vault.verify_ledger(&session, at(2), &mut |done, total| {
        calls.push((done, total));
        false
    });
    assert_eq!(result, Err(VaultError::Cancelled));
    assert_eq!(calls, [(512, 602)]);
}

#[test]
fn an_edited_entry_is_located() {
    let edit = "UPDATE ledger SET bytes = CAST(replace(CAST(bytes AS TEXT), '髙橋', '佐藤') AS BLOB) WHERE seq = 6";
    assert_eq!(
        verify_after(edit),
        VaultError::LedgerBroken(Break::Edited { seq: 6 })
    );
}

#[test]
fn a_removed_entry_is_located() {
    let edit = "DELETE FROM ledger WHERE seq = 7";
    assert_eq!(
        verify_after(edit),
        VaultError::LedgerBroken(Break::OutOfOrder { seq: 7 })
    );
}

#[test]
fn a_cut_off_end_contradicts_the_checkpoint() {
    let edit = "DELETE FROM ledger WHERE seq > 18";
    let error = verify_after(edit);
    assert!(
        matches!(
            error,
            VaultError::LedgerBroken(Break::Rewritten { seq: 21 } | Break::Truncated { seq: 21 })
        ),
        "{error:?}"
    );
}

#[test]
fn a_forged_checkpoint_is_noticed() {
    let edit = "UPDATE checkpoints SET body = CAST(replace(CAST(body AS TEXT), '\"seq\":2,', '\"seq\":3,') AS BLOB) WHERE seq = 2";
    assert_eq!(
        verify_after(edit),
        VaultError::LedgerBroken(Break::Checkpoint { seq: 2 })
    );
}

#[test]
fn a_number_moved_to_another_person_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    with_history(folder.path());
    tamper(
        folder.path(),
        "PRAGMA foreign_keys = OFF;
         UPDATE numbers SET person_id = 0 - person_id WHERE person_id IN (1, 2);
         UPDATE numbers SET person_id = 3 + person_id WHERE person_id < 0;",
    );
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(5)).unwrap();
    let shown = vault.reveal(&session, 1, Purpose::WithholdingTax, at(6));
    assert_eq!(shown.err(), Some(VaultError::Damaged("a number")));
}

#[test]
fn no_number_and_no_secret_stands_in_any_file_in_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let ids: Vec<_> = NUMBERS[..5]
        .iter()
        .enumerate()
        .map(|(i, n)| register(&mut vault, &session, &i.to_string(), n))
        .collect();
    vault
        .reveal(&session, ids[0], Purpose::WithholdingTax, at(2))
        .unwrap();
    let n = number(NUMBERS[5]);
    vault
        .set_number(&session, ids[0], for_all(&n), at(3))
        .unwrap();
    assert!(
        vault
            .set_number(&session, ids[1], for_all(&n), at(3))
            .is_err()
    );

    let mut needles: Vec<Vec<u8>> = [PASSPHRASE, WORDS].map(|s| s.as_bytes().to_vec()).into();
    for digits in NUMBERS {
        let value: u64 = digits.parse().unwrap();
        needles.push(digits.as_bytes().to_vec());
        needles.push(digits.encode_utf16().flat_map(u16::to_le_bytes).collect());
        needles.push(digits.encode_utf16().flat_map(u16::to_be_bytes).collect());
        // Packed BCD, one digit a byte, and as an integer of the size SQLite would use.
        needles.push(
            digits
                .as_bytes()
                .chunks(2)
                .map(|p| (p[0] - b'0') << 4 | (p[1] - b'0'))
                .collect(),
        );
        needles.push(digits.bytes().map(|b| b - b'0').collect());
        needles.push(value.to_be_bytes()[2..].to_vec());
        needles.push(value.to_le_bytes()[..6].to_vec());
    }
    let scan = |when: &str| {
        let mut scanned = 0;
        for file in fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            scanned += bytes.len();
            for needle in &needles {
                let found = bytes.windows(needle.len()).any(|w| w == needle);
                assert!(!found, "{when}, {}: a secret in plain", path.display());
            }
        }
        assert!(scanned > 100_000, "there was something to scan");
    };
    scan("while open");
    vault.close(Some(session), at(4)).unwrap();
    scan("after closing");
    let bytes = fs::read(folder.path().join("vault.db")).unwrap();
    let name = "髙橋 花子".as_bytes();
    assert!(
        bytes.windows(name.len()).any(|w| w == name),
        "the scan can find what is there"
    );
}

#[test]
fn a_stick_pulled_at_any_point_leaves_the_old_or_the_new_state() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    // From here on everything is in the log alone, so that cutting it is pulling the stick.
    let file = fs::read(folder.path().join("vault.db")).unwrap();
    let keyring = fs::read(folder.path().join(KEYRING_FILE)).unwrap();
    let mut acknowledged = Vec::new();
    for (i, n) in NUMBERS.iter().enumerate() {
        register(&mut vault, &session, &i.to_string(), n);
        acknowledged.push(
            fs::metadata(folder.path().join("vault.db-wal"))
                .unwrap()
                .len() as usize,
        );
    }
    let log = fs::read(folder.path().join("vault.db-wal")).unwrap();
    assert_eq!(fs::read(folder.path().join("vault.db")).unwrap(), file);
    assert_eq!(acknowledged.last(), Some(&log.len()));
    drop((vault, session));

    let cuts = (0..=24).map(|i| log.len() * i / 24);
    let edges = acknowledged.iter().flat_map(|&a| [a - 1, a]);
    for cut in cuts.chain(edges) {
        for torn in [false, true] {
            let after = tempfile::tempdir().unwrap();
            fs::write(after.path().join("vault.db"), &file).unwrap();
            fs::write(after.path().join(KEYRING_FILE), &keyring).unwrap();
            let mut rest = log[..cut].to_vec();
            if torn {
                // The last sector reached the flash as noise.
                let from = rest.len().saturating_sub(512);
                rest[from..].fill(0xa5);
            }
            fs::write(after.path().join("vault.db-wal"), rest).unwrap();
            let whole = acknowledged.iter().filter(|&&a| a <= cut).count();
            let at_least = whole.saturating_sub(usize::from(torn));
            let found = people_without_login(after.path());
            assert!(
                (at_least..=whole).contains(&found),
                "cut at {cut}, torn {torn}: {found} people, {whole} acknowledged"
            );
            if cut % 5 == 0 {
                let mut vault = open(after.path());
                let session = vault.login(None, PASSPHRASE, at(9)).unwrap();
                assert_eq!(
                    vault.people(&session, "", 0, 9).unwrap().total as usize,
                    found
                );
                assert!(events(&vault, &session).contains(&"L-006".to_owned()));
                for id in 1..=found as i64 {
                    let digits = vault.reveal(&session, id, Purpose::WithholdingTax, at(9));
                    assert_eq!(*digits.unwrap(), NUMBERS[id as usize - 1]);
                }
                verify(&mut vault, &session).unwrap();
            }
        }
    }
}

/// How many people there are, each with a number and two ledger entries.
fn people_without_login(folder: &Path) -> usize {
    drop(open(folder));
    let conn = Connection::open(folder.join("vault.db")).unwrap();
    let count = |sql: &str| -> i64 { conn.query_row(sql, [], |r| r.get(0)).unwrap() };
    let people = count("SELECT count(*) FROM people");
    assert_eq!(
        count("SELECT count(*) FROM numbers JOIN data_keys ON number_id = id"),
        people
    );
    assert_eq!(count("SELECT count(*) FROM ledger"), 2 + 2 * people);
    people as usize
}

#[test]
fn a_file_with_broken_pages_is_not_worked_on() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    for i in 0..40 {
        vault
            .register_person(
                &session,
                &person(&i.to_string(), "山田 太郎", ""),
                None,
                at(1),
            )
            .unwrap();
    }
    vault.lock(session, at(2)).unwrap();
    let session = vault.login(None, PASSPHRASE, at(3)).unwrap();
    // Pulled in the middle of a session: every page is checked at the next start.
    drop((vault, session));
    let path = folder.path().join("vault.db");
    let mut bytes = fs::read(&path).unwrap();
    for page in bytes.chunks_mut(4096).skip(2) {
        page[..64].fill(0xff);
    }
    fs::write(&path, bytes).unwrap();
    let opened = Vault::open(folder.path(), pc());
    assert!(
        matches!(opened, Err(VaultError::Damaged(_))),
        "{:?}",
        opened.err()
    );
    fs::write(
        &path,
        b"this is no database at all, but long enough to look at".repeat(100),
    )
    .unwrap();
    let opened = Vault::open(folder.path(), pc());
    assert!(
        matches!(opened, Err(VaultError::Damaged(_))),
        "{:?}",
        opened.err()
    );
}
