//! A file system that really has no space left.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use vault::*;

const FOLDER: &str = "KURAMORI_SMALL_FOLDER";

/// Mounts 6 MB of tmpfs in a namespace of its own and runs the test below in it.
#[test]
fn a_stick_without_space_refuses_changes_and_still_records_refusals_and_logins() {
    let may_mount = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "true"])
        .status()
        .is_ok_and(|s| s.success());
    if !may_mount {
        // The same on the real image: image-tests/tests/full_stick.rs.
        eprintln!("skipped: this machine lets nobody make a mount namespace");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script =
        r#"mount -t tmpfs -o size=6m tmpfs "$0" && exec "$1" --exact inside --ignored --nocapture"#;
    let status = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(folder.path())
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
#[ignore = "run by the test above, inside its small file system"]
fn inside() {
    let folder = std::env::var_os(FOLDER).expect("started by the test above");
    let folder = Path::new(&folder);
    let (mut vault, session) = create(folder);
    register(&mut vault, &session, "0", NUMBERS[0]);

    let filler = folder.join("filler");
    let mut file = File::create(&filler).unwrap();
    for size in [4096, 512, 1] {
        while file.write_all(&vec![7; size]).is_ok() {}
    }
    // An open file would keep its space when it is removed.
    drop(file);

    let mut kept = 1;
    let full = loop {
        match vault.register_person(
            &session,
            &person(&kept.to_string(), "山田 太郎", ""),
            None,
            at(2),
        ) {
            Ok(_) => kept += 1,
            Err(e) => break e,
        }
        assert!(kept < 10_000, "it never fills");
    };
    assert_eq!(full, VaultError::Full);
    assert_eq!(vault.people(&session, "", 0, 1).unwrap().total, kept);

    let note = Note::new(ledger::Event::RequestRefused);
    vault
        .record_refusal(Some(&session), &note, "E-004", at(3))
        .unwrap();
    let shown = vault
        .reveal(&session, 1, mynumber::Purpose::WithholdingTax, at(4))
        .unwrap();
    assert_eq!(*shown, NUMBERS[0]);
    vault.lock(session, at(5)).unwrap();
    let session = vault.login(None, PASSPHRASE, at(6)).unwrap();
    assert_eq!(vault.people(&session, "", 0, 1).unwrap().total, kept);
    vault.close(Some(session), at(7)).unwrap();

    let mut vault = open(folder);
    let session = vault.login(None, PASSPHRASE, at(8)).unwrap();
    assert_eq!(vault.people(&session, "", 0, 1).unwrap().total, kept);
    verify(&mut vault, &session).unwrap();

    fs::remove_file(filler).unwrap();
    register(&mut vault, &session, "next", NUMBERS[1]);
    assert_eq!(vault.people(&session, "", 0, 1).unwrap().total, kept + 1);
    assert!(verify(&mut vault, &session).is_ok());
}
