//! Companions, payroll PCs, hand-overs, receipts.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::people::PersonKind;
use mynumber::rights::{Grant, Role, Scope};
use mynumber::{CompanyName, Date, Label, PersonName, Purpose};
use std::path::Path;
use vault::*;

fn companion(id: &str) -> CompanionDraft {
    CompanionDraft {
        id: id.into(),
        name: Label::new("給与用USB").unwrap(),
        hardware: r#"{"vendor_id":1}"#.into(),
        identity: b"identity".to_vec(),
    }
}

fn enrolment(id: &str) -> EnrolmentDraft {
    EnrolmentDraft {
        id: id.into(),
        companion: "c1".into(),
        pc_id: "pc1".into(),
        pc_name: "KYUYO-01".into(),
        recipient: "age1example".into(),
        pc_key: [3; 32],
        document: b"enrolment".to_vec(),
    }
}

fn entry(id: &str, purpose: Purpose) -> WhitelistDraft {
    WhitelistDraft {
        id: id.into(),
        program: "payroll".into(),
        program_sha256: [5; 32],
        format: "general-csv".into(),
        purpose,
        expires: Date::parse("2027-03-31").unwrap(),
        document: b"whitelist".to_vec(),
    }
}

fn receipt(outcome: ReceiptOutcome, document: &[u8]) -> ReceiptDraft {
    ReceiptDraft {
        hand_over: "h1".into(),
        outcome,
        opened_unix: Some(MORNING + 60),
        deleted_unix: Some(MORNING + 90),
        user: "keiri".into(),
        program: "payroll".into(),
        document: document.to_vec(),
    }
}

fn hand_over(people: &[PersonId]) -> HandOverDraft {
    HandOverDraft {
        id: "h1".into(),
        entry: "w1".into(),
        people: HandOverPeople {
            people: people.to_vec(),
            kinds: vec![PersonKind::Employee, PersonKind::Dependant],
        },
    }
}

/// Two people with numbers, a companion, a payroll PC and its whitelist entry.
fn prepared(folder: &Path) -> (Vault, Session) {
    let (mut vault, session) = create(folder);
    register(&mut vault, &session, "2", NUMBERS[0]);
    register(&mut vault, &session, "1", NUMBERS[1]);
    vault
        .register_companion(&session, &companion("c1"), at(1))
        .unwrap();
    vault
        .approve_enrolment(
            &session,
            &enrolment("e1"),
            &entry("w1", Purpose::WithholdingTax),
            at(2),
        )
        .unwrap();
    (vault, session)
}

#[test]
fn a_companion_is_remembered_as_registered() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    let kept = vault.companion(&session, "c1").unwrap();
    assert_eq!(kept.name, "給与用USB");
    assert_eq!(kept.identity, b"identity");
    assert_eq!((kept.registered_unix, kept.payroll_pcs), (MORNING + 1, 1));
    assert_eq!(vault.companions(&session).unwrap(), [kept]);
    assert_eq!(
        vault.companion(&session, "c2").err(),
        Some(VaultError::NotFound)
    );
    let again = vault
        .register_companion(&session, &companion("c1"), at(3))
        .err();
    assert_eq!(again, Some(VaultError::IdTaken));
}

#[test]
fn an_approval_keeps_the_pc_and_the_entry_or_neither() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    let kept = vault.whitelist_entry(&session, "w1").unwrap();
    assert_eq!(
        (kept.pc_name.as_str(), kept.pc_key, kept.revoked),
        ("KYUYO-01", [3; 32], false)
    );
    assert_eq!(kept.document, b"whitelist");

    let second = entry("w2", Purpose::HealthAndPension);
    vault
        .approve_enrolment(&session, &enrolment("e1"), &second, at(3))
        .unwrap();
    let ids: Vec<_> = vault
        .whitelist(&session)
        .unwrap()
        .into_iter()
        .map(|w| w.id)
        .collect();
    assert_eq!(ids, ["w2", "w1"]);

    let mut other = enrolment("e1");
    other.document = b"another".to_vec();
    let third = entry("w3", Purpose::WithholdingTax);
    assert_eq!(
        vault
            .approve_enrolment(&session, &other, &third, at(4))
            .err(),
        Some(VaultError::IdTaken)
    );
    let mut nowhere = enrolment("e2");
    nowhere.companion = "c9".into();
    assert_eq!(
        vault
            .approve_enrolment(&session, &nowhere, &third, at(4))
            .err(),
        Some(VaultError::NotFound)
    );
    let taken = entry("w1", Purpose::WithholdingTax);
    assert_eq!(
        vault
            .approve_enrolment(&session, &enrolment("e3"), &taken, at(4))
            .err(),
        Some(VaultError::IdTaken)
    );
    let ids: Vec<_> = vault
        .whitelist(&session)
        .unwrap()
        .into_iter()
        .map(|w| w.enrolment)
        .collect();
    assert_eq!(ids, ["e1", "e1"]);
}

#[test]
fn a_hand_over_names_everybody_in_the_ledger_before_the_numbers_come_out() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    let without = vault
        .register_person(&session, &person("3", "山田 太郎", ""), None, at(3))
        .unwrap();
    let out = vault
        .begin_hand_over(&session, &hand_over(&[1, 2, 2, without.person]), at(4))
        .unwrap();
    let given: Vec<_> = out
        .iter()
        .map(|d| {
            (
                d.carried.code.as_str(),
                d.number.digits_for(Purpose::WithholdingTax).to_string(),
            )
        })
        .collect();
    assert_eq!(
        given,
        [("1", NUMBERS[1].to_owned()), ("2", NUMBERS[0].to_owned())]
    );
    let kept = vault.hand_over(&session, "h1").unwrap();
    assert_eq!(
        (kept.state, kept.people, kept.purpose),
        (HandOverState::Started, 2, Purpose::WithholdingTax)
    );

    vault
        .finish_hand_over(&session, "h1", b"manifest", at(5))
        .unwrap();
    assert_eq!(
        vault.hand_over(&session, "h1").unwrap().state,
        HandOverState::Made
    );
    let log = events(&vault, &session);
    assert_eq!(log[log.len() - 4..], ["L-506", "L-204", "L-204", "L-507"]);
    let newest = &vault.ledger_page(&session, None, 1).unwrap().rows[0];
    assert_eq!(
        (newest.document.as_deref(), newest.count, newest.purpose),
        (Some("h1"), Some(2), Some(Purpose::WithholdingTax))
    );
    let twice = vault
        .finish_hand_over(&session, "h1", b"manifest", at(6))
        .err();
    assert_eq!(twice, Some(VaultError::Changed));
    let reused = vault
        .begin_hand_over(&session, &hand_over(&[1]), at(7))
        .err();
    assert_eq!(reused, Some(VaultError::IdTaken));
}

#[test]
fn a_hand_over_that_failed_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    vault
        .begin_hand_over(&session, &hand_over(&[1]), at(3))
        .unwrap();
    vault
        .fail_hand_over(&session, "h1", "E-506", at(4))
        .unwrap();
    assert_eq!(
        vault.hand_overs(&session).unwrap()[0].state,
        HandOverState::Failed
    );
    assert_eq!(
        events(&vault, &session).pop().as_deref(),
        Some("L-508!E-506")
    );
}

#[test]
fn nothing_leaves_under_a_revoked_or_expired_entry() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    // 2027-03-31 15:00 UTC is midnight in Japan.
    let after = Moment {
        unix_seconds: 1_806_505_200,
        ..at(3)
    };
    let before = Moment {
        unix_seconds: 1_806_505_199,
        ..at(3)
    };
    let draft = hand_over(&[1]);
    assert_eq!(
        vault.begin_hand_over(&session, &draft, after).err(),
        Some(VaultError::Expired)
    );
    assert!(vault.begin_hand_over(&session, &draft, before).is_ok());
    vault.revoke_whitelist(&session, "w1", at(4)).unwrap();
    let mut second = hand_over(&[1]);
    second.id = "h2".into();
    assert_eq!(
        vault.begin_hand_over(&session, &second, at(5)).err(),
        Some(VaultError::Revoked)
    );
    assert_eq!(
        vault.revoke_whitelist(&session, "w1", at(6)).err(),
        Some(VaultError::Revoked)
    );
    assert_eq!(vault.companion(&session, "c1").unwrap().payroll_pcs, 0);
}

#[test]
fn one_number_outside_the_purpose_refuses_the_whole_hand_over() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    let n = number(NUMBERS[2]);
    let draft = NumberDraft::new(&n, &[Purpose::EmploymentInsurance]);
    let third = vault
        .register_person(&session, &person("3", "山田 太郎", ""), Some(draft), at(3))
        .unwrap();
    let refused = vault
        .begin_hand_over(&session, &hand_over(&[1, 2, third.person]), at(4))
        .err();
    assert_eq!(refused, Some(VaultError::PurposeNotAllowed));
    assert!(vault.hand_overs(&session).unwrap().is_empty());
    assert_eq!(
        events(&vault, &session).pop().as_deref(),
        Some("L-509!E-302")
    );
}

#[test]
fn a_hand_over_of_nobody_or_of_strangers_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    let refused = |vault: &mut Vault, people: &[PersonId]| {
        vault
            .begin_hand_over(&session, &hand_over(people), at(3))
            .err()
    };
    assert_eq!(refused(&mut vault, &[]), Some(VaultError::NoNumber));
    assert_eq!(refused(&mut vault, &[1, 99]), Some(VaultError::NotFound));
}

#[test]
fn a_receipt_is_taken_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    vault
        .begin_hand_over(&session, &hand_over(&[1]), at(3))
        .unwrap();
    assert_eq!(vault.hand_over(&session, "h1").unwrap().receipt, None);

    let replayed = receipt(ReceiptOutcome::NotOpened, b"r0");
    assert_eq!(
        vault.take_receipt(&session, &replayed, at(4)),
        Ok(Taken::New)
    );
    let done = receipt(ReceiptOutcome::ReadAndDeleted, b"r1");
    assert_eq!(vault.take_receipt(&session, &done, at(5)), Ok(Taken::New));
    let entries = events(&vault, &session).len();
    assert_eq!(
        vault.take_receipt(&session, &done, at(6)),
        Ok(Taken::Already)
    );
    assert_eq!(
        events(&vault, &session).len(),
        entries,
        "nothing happened, nothing is recorded"
    );

    let other = receipt(ReceiptOutcome::TimedOut, b"r2");
    assert_eq!(
        vault.take_receipt(&session, &other, at(7)),
        Err(VaultError::ReceiptContradicts)
    );
    assert_eq!(
        events(&vault, &session).pop().as_deref(),
        Some("L-511!E-515")
    );
    let later = receipt(ReceiptOutcome::NotOpened, b"r3");
    assert_eq!(vault.take_receipt(&session, &later, at(8)), Ok(Taken::New));
    let shown = vault.hand_over(&session, "h1").unwrap().receipt.unwrap();
    assert_eq!(
        (shown.outcome, shown.document.as_slice()),
        (ReceiptOutcome::ReadAndDeleted, b"r1".as_slice())
    );
    assert_eq!(shown.opened_unix, Some(MORNING + 60));

    let mut stray = receipt(ReceiptOutcome::ReadAndDeleted, b"r9");
    stray.hand_over = "h9".into();
    assert_eq!(
        vault.take_receipt(&session, &stray, at(9)),
        Err(VaultError::NotFound)
    );
    assert!(verify(&mut vault, &session).is_ok());
}

#[test]
fn a_stick_pulled_during_a_hand_over_leaves_it_open() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = prepared(folder.path());
    vault
        .begin_hand_over(&session, &hand_over(&[1]), at(3))
        .unwrap();
    drop((vault, session));
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(4)).unwrap();
    assert_eq!(
        vault.hand_over(&session, "h1").unwrap().state,
        HandOverState::Started
    );
}

#[test]
fn a_narrower_scope_sees_no_hand_over_of_somebody_outside_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = prepared(folder.path());
    let people: Vec<PersonId> = vault
        .people(&owner, "", 0, 9)
        .unwrap()
        .rows
        .iter()
        .map(|row| row.id)
        .collect();
    let mut begin = |id: &str, people: &[PersonId]| {
        let draft = HandOverDraft {
            id: id.into(),
            ..hand_over(people)
        };
        vault.begin_hand_over(&owner, &draft, at(3)).unwrap();
    };
    begin("h1", &people);
    begin("h2", &people[..1]);
    assert_eq!(vault.hand_overs(&owner).unwrap().len(), 2);
    let draft = UserDraft {
        name: PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: "initial pass phrase",
        recovery_words: "うみ うた",
    };
    let grant = Grant::of_role(Role::Clerk).within(Scope::people([people[0]]));
    let user = vault.add_user(&owner, &draft, &grant, at(5)).unwrap();
    let mut clerk = vault.login(Some(user), draft.passphrase, at(6)).unwrap();
    vault
        .change_passphrase(
            &mut clerk,
            draft.passphrase,
            "another long passphrase",
            at(7),
        )
        .unwrap();
    let seen: Vec<String> = vault
        .hand_overs(&clerk)
        .unwrap()
        .into_iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(seen, ["h2"]);
}

#[test]
fn an_approval_of_one_company_gives_another_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut session) = prepared(folder.path());
    let home = session.company().unwrap().to_owned();
    let fields = CompanyFields {
        name: CompanyName::new("有限会社見本").unwrap(),
        corporate_number: None,
        address: None,
    };
    let other = vault
        .create_company(&session, CompanyKind::Client, &fields, at(3))
        .unwrap();
    vault.enter_company(&mut session, &other, at(4)).unwrap();
    let theirs = register(&mut vault, &session, "1", NUMBERS[2]);
    vault
        .register_companion(&session, &companion("c2"), at(5))
        .unwrap();

    // The same request, byte for byte, beside a companion of one's own or the other's.
    let purpose = Purpose::WithholdingTax;
    for stick in ["c1", "c2"] {
        let mut foreign = enrolment("e1");
        foreign.companion = stick.into();
        let approved = vault.approve_enrolment(&session, &foreign, &entry("w2", purpose), at(6));
        assert_eq!(approved, Err(VaultError::IdTaken), "{stick}");
    }
    let mut own = enrolment("e2");
    let approved = vault.approve_enrolment(&session, &own, &entry("w2", purpose), at(7));
    assert_eq!(approved, Err(VaultError::NotFound), "the other's companion");
    assert_eq!(vault.whitelist(&session).unwrap(), []);

    // The other's entry is not there, neither to use nor to revoke.
    let none = VaultError::NotFound;
    let taken = vault.begin_hand_over(&session, &hand_over(&[theirs]), at(8));
    assert_eq!(taken.err(), Some(none.clone()));
    assert_eq!(
        vault.revoke_whitelist(&session, "w1", at(8)),
        Err(none.clone())
    );
    assert_eq!(vault.whitelist_entry(&session, "w1").err(), Some(none));

    // An entry of one's own does not reach the other's people.
    own.companion = "c2".into();
    vault
        .approve_enrolment(&session, &own, &entry("w2", purpose), at(9))
        .unwrap();
    let mut draft = hand_over(&[1]);
    draft.entry = "w2".into();
    let taken = vault.begin_hand_over(&session, &draft, at(10));
    assert_eq!(taken.err(), Some(VaultError::NotFound));
    vault.enter_company(&mut session, &home, at(11)).unwrap();
    let kept = vault.whitelist(&session).unwrap();
    let ids: Vec<_> = kept.iter().map(|w| (w.id.as_str(), w.revoked)).collect();
    assert_eq!(ids, [("w1", false)]);
}

#[test]
fn no_number_is_opened_before_the_second_persons_word_and_the_ledger_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = prepared(folder.path());
    let role = Role::Responsible;
    let user = add_user(&mut vault, &owner, "鈴木 花子", &Grant::of_role(role));
    let other = first_login(&mut vault, user);
    vault.set_second_person(&owner, true, at(5)).unwrap();
    vault.lock(other, at(5)).unwrap();
    vault.close(Some(owner), at(6)).unwrap();
    // Whoever opens it now notices.
    let file = rusqlite::Connection::open(folder.path().join("vault.db")).unwrap();
    let broken = "UPDATE numbers SET sealed = zeroblob(length(sealed)) WHERE person_id = 1";
    assert_eq!(file.execute(broken, []).unwrap(), 1);
    drop(file);

    let mut vault = open(folder.path());
    let other = vault.login(Some(user), OTHER, at(7)).unwrap();
    let owner = vault.login(Some(1), PASSPHRASE, at(8)).unwrap();
    let asked = vault.begin_hand_over(&owner, &hand_over(&[1]), at(9));
    let Some(VaultError::ApprovalNeeded { request }) = asked.err() else {
        panic!("a number was opened before anybody was asked")
    };
    vault
        .decide(&other, &request, Decision::Confirm, at(10))
        .unwrap();
    let opened = vault.begin_hand_over(&owner, &hand_over(&[1]), at(11));
    assert!(matches!(opened.err(), Some(VaultError::Damaged(_))));
    let told = events(&vault, &owner);
    assert_eq!(
        told[told.len() - 4..],
        ["L-506", "L-047", "L-204", "L-508!E-007"]
    );
    let row = &vault.hand_overs(&owner).unwrap()[0];
    assert_eq!(row.state, HandOverState::Failed);
}
