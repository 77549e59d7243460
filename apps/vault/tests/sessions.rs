//! First run, login, recovery, lock.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use vault::*;

#[test]
fn a_folder_without_a_finished_first_run_holds_no_vault() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Vault::open(folder.path(), pc()).unwrap().is_none());
    std::fs::write(folder.path().join("vault.db"), b"").unwrap();
    assert!(Vault::open(folder.path(), pc()).unwrap().is_none());
    let (vault, session) = create(folder.path());
    vault.close(Some(session), at(1)).unwrap();
    assert!(Vault::open(folder.path(), pc()).unwrap().is_some());
}

#[test]
fn the_first_run_is_not_repeated_over_a_vault() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, session) = create(folder.path());
    vault.close(Some(session), at(1)).unwrap();
    let again = Vault::create(folder.path(), pc(), &first_run(), at(2));
    assert_eq!(again.err(), Some(VaultError::Exists));
    assert!(open(folder.path()).login(None, PASSPHRASE, at(3)).is_ok());
}

#[test]
fn the_first_run_logs_the_owner_in_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    assert_eq!(session.user_name(), "山田 太郎");
    assert_eq!(vault.company_name().unwrap(), "株式会社サンプル");
    assert_eq!(vault.last_entry_unix().unwrap(), Some(MORNING));
    assert_eq!(events(&vault, &session), ["L-001", "L-002"]);
    assert_eq!(
        verify(&mut vault, &session).unwrap(),
        Verified {
            entries: 2,
            checkpoints: 1
        }
    );
}

#[test]
fn a_wrong_passphrase_is_refused_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    vault.lock(session, at(1)).unwrap();
    let wrong = vault
        .login(None, "Correct horse battery staple", at(2))
        .err();
    assert_eq!(wrong, Some(VaultError::WrongPassphrase));
    let session = vault.login(None, PASSPHRASE, at(3)).unwrap();
    assert_eq!(
        events(&vault, &session),
        ["L-001", "L-002", "L-004", "L-003!E-101", "L-002"]
    );
}

#[test]
fn repeated_wrong_passphrases_must_wait_and_the_count_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, session) = create(folder.path());
    vault.close(Some(session), at(1)).unwrap();
    let mut vault = open(folder.path());
    for second in 2..5 {
        assert_eq!(
            vault.login(None, "wrong wrong wrong", at(second)).err(),
            Some(VaultError::WrongPassphrase)
        );
    }
    assert_eq!(vault.wait_seconds(None, at(4)), 5);
    let refused = Some(VaultError::TooManyAttempts { wait_seconds: 2 });
    assert_eq!(vault.login(None, PASSPHRASE, at(7)).err(), refused);
    assert_eq!(vault.recover(None, WORDS, PASSPHRASE, at(7)).err(), refused);
    vault.close(None, at(8)).unwrap();

    let mut vault = open(folder.path());
    assert_eq!(
        vault.wait_seconds(None, at(20)),
        5,
        "a restart begins the wait anew, whatever the clock says"
    );
    assert!(vault.login(None, PASSPHRASE, at(24)).is_err());
    assert_eq!(
        vault.login(None, "wrong wrong wrong", at(25)).err(),
        Some(VaultError::WrongPassphrase)
    );
    assert_eq!(vault.wait_seconds(None, at(25)), 10);
    let session = vault.login(None, PASSPHRASE, at(35)).unwrap();
    vault.lock(session, at(36)).unwrap();
    assert!(vault.login(None, "wrong wrong wrong", at(37)).is_err());
    assert_eq!(
        vault.wait_seconds(None, at(37)),
        0,
        "a login starts the count anew"
    );
}

#[test]
fn recovery_words_open_the_vault_and_change_the_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "0001", NUMBERS[0]);
    vault.lock(session, at(2)).unwrap();

    let wrong = vault
        .recover(
            None,
            "あいこくしん あいさつ",
            "another long passphrase",
            at(3),
        )
        .err();
    assert_eq!(wrong, Some(VaultError::WrongRecoveryWords));
    let typed = format!(" {} ", WORDS.replace(' ', "\u{3000}"));
    let session = vault
        .recover(None, &typed, "another long passphrase", at(4))
        .unwrap();
    let digits = vault
        .reveal(&session, person, mynumber::Purpose::WithholdingTax, at(5))
        .unwrap();
    assert_eq!(*digits, NUMBERS[0]);
    vault.lock(session, at(6)).unwrap();
    assert_eq!(
        vault.login(None, PASSPHRASE, at(7)).err(),
        Some(VaultError::WrongPassphrase)
    );
    let session = vault.login(None, "another long passphrase", at(8)).unwrap();
    assert!(events(&vault, &session).contains(&"L-009".to_owned()));
    vault.lock(session, at(9)).unwrap();
    assert!(
        vault.recover(None, WORDS, PASSPHRASE, at(10)).is_ok(),
        "the words still open it"
    );
}

#[test]
fn a_session_that_was_cut_off_is_noted_at_the_next_login() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, session) = create(folder.path());
    let id = session.id().to_owned();
    drop((vault, session));
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(9)).unwrap();
    assert_eq!(
        events(&vault, &session),
        ["L-001", "L-002", "L-006", "L-002"]
    );
    let page = vault.ledger_page(&session, Some(4), 1).unwrap();
    assert_eq!(page.rows[0].document.as_deref(), Some(id.as_str()));
    vault.close(Some(session), at(10)).unwrap();

    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(11)).unwrap();
    let events = events(&vault, &session);
    assert_eq!(
        events[4..],
        ["L-005", "L-002"],
        "an orderly end is not noted"
    );
}

#[test]
fn a_clock_that_runs_backwards_is_recorded_and_locks_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    vault.lock(session, at(100)).unwrap();
    let early = Moment {
        unix_seconds: MORNING - 86_400,
        ..at(101)
    };
    let session = vault.login(None, PASSPHRASE, early).unwrap();
    assert_eq!(events(&vault, &session)[3..], ["L-008", "L-002"]);
    assert!(verify(&mut vault, &session).is_ok());
}

#[test]
fn entries_say_how_long_the_session_has_lasted() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let note = Note::new(ledger::Event::ClockConfirmed);
    vault.record(Some(&session), &note, at(77)).unwrap();
    let entry = &vault.ledger_page(&session, None, 1).unwrap().rows[0];
    let stamp = entry.session.as_ref().unwrap();
    assert_eq!((stamp.id.as_str(), stamp.seconds), (session.id(), 77));
    assert_eq!(entry.pc, pc());
}

#[test]
fn a_second_process_is_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let (_vault, _session) = create(folder.path());
    assert_eq!(
        Vault::open(folder.path(), pc()).err(),
        Some(VaultError::Busy)
    );
}
