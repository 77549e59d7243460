//! Copies of a vault in use, and vaults made out of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::{Address, Label, Purpose};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use vault::*;

fn name() -> Label {
    Label::new("予備USB").unwrap()
}

/// Copies the vault without anything happening meanwhile.
fn snapshot(vault: &mut Vault, session: &Session, folder: &Path) -> Result<Manifest, VaultError> {
    vault.snapshot(session, folder, &name(), at(50), &mut |_, _| Some(at(51)))
}

fn examine(folder: &Path) -> Result<Snapshot, VaultError> {
    Snapshot::examine(folder, &mut |_| true)
}

fn restore_into(
    snapshot: &Snapshot,
    into: &Path,
    newest: Option<Known<'_>>,
) -> Result<Restored, VaultError> {
    restore(snapshot, into, newest, &[], pc(), at(100), &mut |_| true)
}

fn login(vault: &mut Vault) -> Session {
    vault.login(None, PASSPHRASE, at(200)).unwrap()
}

fn shown(vault: &mut Vault, session: &Session, person: PersonId) -> Result<String, VaultError> {
    let digits = vault.reveal(session, person, Purpose::WithholdingTax, at(210))?;
    Ok(digits.to_string())
}

fn error<T>(result: Result<T, VaultError>) -> VaultError {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(e) => e,
    }
}

/// A folder for the vault, one for the snapshot, one for the restored vault.
fn folders() -> [TempDir; 3] {
    std::array::from_fn(|_| tempfile::tempdir().unwrap())
}

#[test]
fn a_copy_made_while_people_are_registered_shows_one_moment_and_is_a_whole_vault() {
    let [home, copy, other] = folders();
    let (mut vault, session) = create(home.path());
    for i in 0..400 {
        let mut fields = person(&format!("A{i}"), "山田 太郎", "");
        fields.address = Some(Address::new(&"丸の内１－１－１".repeat(20)).unwrap());
        vault
            .register_person(&session, &fields, None, at(1))
            .unwrap();
    }
    let first = register(&mut vault, &session, "0001", NUMBERS[0]);
    let mut steps = 0;
    let mut registered = Vec::new();
    let manifest = vault
        .snapshot(
            &session,
            copy.path(),
            &name(),
            at(2),
            &mut |vault, progress| {
                if progress.stage == Stage::Copying {
                    // New people, and a replaced number: its key goes, and the keyring changes.
                    let no = format!("B{steps}");
                    if let Some(digits) = NUMBERS.get(steps + 1).filter(|_| steps < 3) {
                        registered.push(register(vault, &session, &no, digits));
                    }
                    if steps == 1 {
                        let n = number(NUMBERS[5]);
                        vault
                            .set_number(&session, first, for_all(&n), at(3))
                            .unwrap();
                    }
                    steps += 1;
                }
                Some(at(4))
            },
        )
        .unwrap();
    assert!(steps >= 2, "it was copied in {steps} steps");
    assert_eq!(manifest.counts.people, 401 + registered.len() as u64);
    assert_eq!(manifest.made_unix, at(4).unix_seconds);
    let expected: Vec<String> = events(&vault, &session);
    assert_eq!(expected[expected.len() - 2..], ["L-420", "L-421"]);

    let found = examine(copy.path()).unwrap();
    assert_eq!(found.manifest(), &manifest);
    let restored = restore_into(&found, other.path(), None).unwrap();
    assert_eq!(restored.kept_out, 0);
    let mut twin = open(other.path());
    let their_session = login(&mut twin);
    assert_eq!(
        twin.people(&their_session, "", 0, 100).unwrap(),
        vault.people(&session, "", 0, 100).unwrap()
    );
    assert_eq!(shown(&mut twin, &their_session, first).unwrap(), NUMBERS[5]);
    for (person, digits) in registered.iter().zip(&NUMBERS[1..]) {
        assert_eq!(shown(&mut twin, &their_session, *person).unwrap(), *digits);
    }
    verify(&mut twin, &their_session).unwrap();
    let theirs = events(&twin, &their_session);
    let before = manifest.companies[0].entries as usize;
    assert_eq!(theirs[..before], expected[..before]);
    assert_eq!(theirs[before], "L-422", "it says where it came from");
}

#[test]
fn a_number_destroyed_after_the_snapshot_is_not_revived() {
    let [home, copy, other] = folders();
    let (mut vault, session) = create(home.path());
    let gone = register(&mut vault, &session, "0001", NUMBERS[0]);
    let kept = register(&mut vault, &session, "0002", NUMBERS[1]);
    snapshot(&mut vault, &session, copy.path()).unwrap();
    let n = number(NUMBERS[2]);
    vault
        .set_number(&session, gone, for_all(&n), at(60))
        .unwrap();

    let found = examine(copy.path()).unwrap();
    let newest = Known::Vault(&vault);
    // The snapshot's two lines, the replacement, the old number's deletion, the rotation.
    let standing = newest.standing(found.manifest()).unwrap();
    assert_eq!(standing, Standing::Older { entries: 5 });
    let restored = restore_into(&found, other.path(), Some(newest)).unwrap();
    assert_eq!(
        restored,
        Restored {
            kept_out: 1,
            access_changed: 0,
            standing: Some(standing)
        }
    );

    let mut twin = open(other.path());
    let session = login(&mut twin);
    assert_eq!(
        error(shown(&mut twin, &session, gone)),
        VaultError::NoNumber
    );
    assert_eq!(shown(&mut twin, &session, kept).unwrap(), NUMBERS[1]);
    verify(&mut twin, &session).unwrap();
    let events = events(&twin, &session);
    let rotation = ledger::Event::CompanyKeyRotated.code();
    for code in ["L-422", "L-406", rotation] {
        assert_eq!(events.iter().filter(|e| *e == code).count(), 1, "{code}");
    }
    assert!(
        events.iter().position(|e| e == "L-406") < events.iter().position(|e| e == rotation),
        "the key is replaced after the numbers went"
    );
}

#[test]
fn a_newer_snapshot_knows_what_must_stay_destroyed_too() {
    let [home, copy, other] = folders();
    let newer = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(home.path());
    let gone = register(&mut vault, &session, "0001", NUMBERS[0]);
    snapshot(&mut vault, &session, copy.path()).unwrap();
    let n = number(NUMBERS[2]);
    vault
        .set_number(&session, gone, for_all(&n), at(60))
        .unwrap();
    snapshot(&mut vault, &session, newer.path()).unwrap();
    drop((vault, session));

    let (old, newest) = (
        examine(copy.path()).unwrap(),
        examine(newer.path()).unwrap(),
    );
    let known = Known::Snapshot(&newest);
    let restored = restore_into(&old, other.path(), Some(known)).unwrap();
    assert_eq!(restored.kept_out, 1);
    let newer_than = Known::Snapshot(&old).standing(newest.manifest()).unwrap();
    assert_eq!(newer_than, Standing::Newer { entries: 5 });
    assert_eq!(known.standing(newest.manifest()).unwrap(), Standing::Same);

    // Somebody works on with the restored vault: now each has what the other has not.
    let mut twin = open(other.path());
    login(&mut twin);
    let apart = Known::Vault(&twin).standing(newest.manifest()).unwrap();
    assert_eq!(apart, Standing::Apart);
}

#[test]
fn an_old_snapshot_with_the_keyring_of_today_does_not_open() {
    let [home, copy, other] = folders();
    let (mut vault, session) = create(home.path());
    let gone = register(&mut vault, &session, "0001", NUMBERS[0]);
    snapshot(&mut vault, &session, copy.path()).unwrap();
    let n = number(NUMBERS[2]);
    vault
        .set_number(&session, gone, for_all(&n), at(60))
        .unwrap();
    vault.close(Some(session), at(61)).unwrap();

    fs::copy(copy.path().join("vault.db"), other.path().join("vault.db")).unwrap();
    fs::copy(
        home.path().join(KEYRING_FILE),
        other.path().join(KEYRING_FILE),
    )
    .unwrap();
    let opened = Vault::open(other.path(), pc());
    assert_eq!(error(opened), VaultError::Damaged("the keyring"));

    // Somebody makes the database name today's keyring, then today's key as well.
    let today = |column: &str, table: &str| -> i64 {
        let conn = Connection::open(home.path().join("vault.db")).unwrap();
        let sql = format!("SELECT {column} FROM {table}");
        conn.query_row(&sql, [], |r| r.get(0)).unwrap()
    };
    let forge = |column: &str, table: &str| {
        let conn = Connection::open(other.path().join("vault.db")).unwrap();
        let sql = format!("UPDATE {table} SET {column} = ?1");
        conn.execute(&sql, [today(column, table)]).unwrap();
    };
    forge("keyring", "vault");
    let login = open(other.path()).login(None, PASSPHRASE, at(200));
    assert_eq!(error(login), VaultError::Damaged("the number key"));
    forge("key_generation", "companies");
    let mut forged = open(other.path());
    let session = forged.login(None, PASSPHRASE, at(200)).unwrap();
    let digits = shown(&mut forged, &session, gone);
    assert!(matches!(error(digits), VaultError::Damaged(_)));
}

#[test]
fn what_is_not_a_whole_snapshot_of_this_vault_is_refused_and_says_why() {
    let [home, copy, other] = folders();
    let (mut vault, session) = create(home.path());
    register(&mut vault, &session, "0001", NUMBERS[0]);
    snapshot(&mut vault, &session, copy.path()).unwrap();
    let path = |file: &str| copy.path().join(file);

    for file in ["vault.db", KEYRING_FILE, "snapshot"] {
        let whole = fs::read(path(file)).unwrap();
        let mut changed = whole.clone();
        let middle = changed.len() - 40;
        changed[middle] ^= 1;
        fs::write(path(file), changed).unwrap();
        let refused = error(examine(copy.path()));
        assert!(
            matches!(refused, VaultError::SnapshotDamaged(_)),
            "{file} changed: {refused}"
        );
        fs::write(path(file), &whole[..whole.len() / 2]).unwrap();
        let refused = error(examine(copy.path()));
        assert!(
            matches!(refused, VaultError::SnapshotDamaged(_)),
            "{file} cut: {refused}"
        );
        fs::remove_file(path(file)).unwrap();
        let refused = error(examine(copy.path()));
        assert_eq!(refused, VaultError::SnapshotIncomplete, "{file} missing");
        fs::write(path(file), whole).unwrap();
    }
    // A log somebody laid beside it is not read.
    fs::write(path("vault.db-wal"), b"not a log").unwrap();
    let found = examine(copy.path()).unwrap();

    let full = error(snapshot(&mut vault, &session, copy.path()));
    assert_eq!(full, VaultError::FolderNotEmpty);
    assert!(
        Vault::open(home.path(), pc()).is_err(),
        "it is still in use"
    );

    let elsewhere = tempfile::tempdir().unwrap();
    let (stranger, _) = create(elsewhere.path());
    let refused = error(restore_into(
        &found,
        other.path(),
        Some(Known::Vault(&stranger)),
    ));
    assert_eq!(refused, VaultError::SnapshotForeign);
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);

    // It changed between the examination and the restore.
    let mut bytes = fs::read(path("vault.db")).unwrap();
    bytes[5000] ^= 1;
    fs::write(path("vault.db"), bytes).unwrap();
    let refused = error(restore_into(&found, other.path(), None));
    assert!(
        matches!(refused, VaultError::SnapshotDamaged(_)),
        "{refused}"
    );
    assert_eq!(fs::read_dir(other.path()).unwrap().count(), 0);
}

#[test]
fn a_cancelled_snapshot_leaves_nothing_and_is_recorded() {
    let [home, copy, other] = folders();
    let (mut vault, session) = create(home.path());
    for (stage, folder) in [
        (Stage::Reading, copy.path()),
        (Stage::Verifying, other.path()),
    ] {
        for i in 0..600 {
            let note = Note::new(ledger::Event::ClockConfirmed);
            vault.record(Some(&session), &note, at(i)).unwrap();
        }
        let mut stages = Vec::new();
        let made = vault.snapshot(&session, folder, &name(), at(700), &mut |_, progress| {
            stages.push(progress.stage);
            (progress.stage != stage).then_some(at(701))
        });
        assert_eq!(error(made), VaultError::Cancelled, "{stages:?}");
        assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
        assert_eq!(
            events(&vault, &session).pop().as_deref(),
            Some("L-424!E-516")
        );
    }
}

/// Every file of a snapshot, in the order in which removing one takes them.
const FILES: [&str; 3] = ["snapshot", "keyring", "vault.db"];

#[test]
fn what_a_cut_left_of_a_snapshot_goes_at_the_next_opening_whenever_it_was_cut() {
    let [home, shelf, _] = folders();
    let (mut vault, session) = create(home.path());
    let folder = |name: &str| shelf.path().join(name);
    snapshot(&mut vault, &session, &folder("s1")).unwrap();
    // While it was removed.
    for cut in 1..=FILES.len() {
        let name = format!("removed-{cut}");
        snapshot(&mut vault, &session, &folder(&name)).unwrap();
        for file in &FILES[..cut] {
            fs::remove_file(folder(&name).join(file)).unwrap();
        }
    }
    // While it was made: the keyring was written, the manifest not named yet.
    snapshot(&mut vault, &session, &folder("made")).unwrap();
    let unnamed = folder("made").join("snapshot.part");
    fs::rename(folder("made").join("snapshot"), unnamed).unwrap();
    fs::write(folder("tombstones.signed"), b"no folder").unwrap();
    fs::create_dir(folder("Somebody's own")).unwrap();

    let before = events(&vault, &session).len();
    assert_eq!(vault.sweep_snapshots(shelf.path(), at(60)), Ok(4));
    let mut left: Vec<_> = fs::read_dir(shelf.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["Somebody's own", "s1", "tombstones.signed"]);
    examine(&folder("s1")).unwrap();
    assert_eq!(events(&vault, &session)[before..], ["L-430"; 4]);
    assert_eq!(vault.sweep_snapshots(shelf.path(), at(61)), Ok(0));
    assert_eq!(vault.sweep_snapshots(&folder("nowhere"), at(62)), Ok(0));
}

#[test]
fn a_snapshot_is_removed_manifest_first_after_the_ledger_said_so() {
    let [home, shelf, _] = folders();
    let (mut vault, session) = create(home.path());
    let folder = shelf.path().join("s1");
    snapshot(&mut vault, &session, &folder).unwrap();
    vault.remove_snapshot(&session, &folder, at(60)).unwrap();
    assert!(!folder.exists());
    assert_eq!(events(&vault, &session).pop().as_deref(), Some("L-429"));
    let again = vault.remove_snapshot(&session, &folder, at(61));
    assert_eq!(again, Err(VaultError::NotFound));

    // A medium that does not let it go is told as that, and no snapshot is left of it.
    snapshot(&mut vault, &session, &folder).unwrap();
    fs::remove_file(folder.join("keyring")).unwrap();
    fs::create_dir(folder.join("keyring")).unwrap();
    let stuck = vault.remove_snapshot(&session, &folder, at(62));
    assert!(matches!(stuck, Err(VaultError::Io(_))), "{stuck:?}");
    assert_eq!(events(&vault, &session).pop().as_deref(), Some("L-429"));
    assert_eq!(error(examine(&folder)), VaultError::SnapshotIncomplete);
}

#[test]
fn a_snapshot_that_came_to_nothing_leaves_no_folder_where_there_was_none() {
    let [home, shelf, _] = folders();
    let (mut vault, session) = create(home.path());
    let folder = shelf.path().join("s1");
    let made = vault.snapshot(&session, &folder, &name(), at(5), &mut |_, _| None);
    assert_eq!(error(made), VaultError::Cancelled);
    assert!(!folder.exists());
}
