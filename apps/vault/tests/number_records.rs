//! A number's record: who entered it from where and when, what it may be used for, what
//! became of it. Today is 2026-11-21.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use intake::{Mapping, Sheet};
use mynumber::asking::NotAllowed;
use mynumber::collection::{CollectionMethod, CollectionStatus, NotificationMethod};
use mynumber::people::PersonKind;
use mynumber::rights::{Grant, Role, Scope};
use mynumber::{CheckMethod, Date, Label, NumberSource, Purpose, RetirementReason};
use vault::*;

const TAX: [Purpose; 2] = [Purpose::WithholdingTax, Purpose::TaxDeclaration];

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn record(vault: &Vault, session: &Session, person: PersonId) -> NumberRecord {
    vault.number_record(session, person).unwrap()
}

fn purposes(vault: &Vault, session: &Session, person: PersonId) -> Vec<Purpose> {
    record(vault, session, person).held.unwrap().purposes
}

/// Whether the record's own text shows one of the numbers.
fn shows_a_number(record: &NumberRecord) -> bool {
    let text = format!("{record:?}");
    NUMBERS.iter().any(|number| text.contains(number))
}

#[test]
fn a_record_says_who_entered_the_number_from_what_and_since_when_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let fields = person("1", "髙橋 花子", "");
    let saved = vault
        .register_person(&session, &fields, None, at(1))
        .unwrap();
    let none = record(&vault, &session, saved.person);
    assert_eq!((none.held, none.former), (None, vec![]));
    assert_eq!(none.status, CollectionStatus::NotRequested);

    let n = number(NUMBERS[0]);
    let draft = NumberDraft {
        source: Some(NumberSource::NotificationCard),
        valid_from: Some(day("2016-01-04")),
        ..for_all(&n)
    };
    vault
        .set_number(&session, saved.person, draft, at(60))
        .unwrap();
    let kept = record(&vault, &session, saved.person);
    let held = kept.held.clone().unwrap();
    let by = Stamp {
        unix_seconds: MORNING + 60,
        user: "山田 太郎".into(),
    };
    assert_eq!(held.entered.at, by);
    assert_eq!(held.entered.source, Some(NumberSource::NotificationCard));
    assert_eq!(held.entered.valid_from, day("2016-01-04"));
    assert_eq!(held.purposes, EVERY_EMPLOYEES);
    assert_eq!((held.changed, held.identified), (None, None));
    assert_eq!(
        (kept.revision, kept.status),
        (2, CollectionStatus::Received)
    );
    assert!(!shows_a_number(&kept));
}

#[test]
fn a_number_of_which_nobody_said_more_holds_from_the_day_it_was_entered() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let entered = record(&vault, &session, person).held.unwrap().entered;
    assert_eq!(
        (entered.source, entered.valid_from),
        (None, day("2026-11-21"))
    );
}

#[test]
fn a_number_does_not_hold_before_there_were_numbers_nor_before_birth_nor_from_tomorrow() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut fields = person("1", "髙橋 花子", "");
    fields.birth_date = day("2017-04-01");
    fields.hired_on = None;
    let n = number(NUMBERS[0]);
    let from = |text| NumberDraft {
        valid_from: Some(day(text)),
        ..for_all(&n)
    };
    for wrong in ["2015-10-04", "2017-03-31", "2026-11-22"] {
        let refused = vault.register_person(&session, &fields, Some(from(wrong)), at(1));
        let impossible = VaultError::Rule(RuleError::ValidFromImpossible);
        assert_eq!(refused.err(), Some(impossible), "{wrong}");
    }
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 0);
    assert!(
        vault
            .register_person(&session, &fields, Some(from("2017-04-01")), at(1))
            .is_ok()
    );
}

#[test]
fn what_was_replaced_and_destroyed_stays_on_record_with_who_and_why() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let n = number(NUMBERS[1]);
    let changed = NumberDraft {
        source: Some(NumberSource::Card),
        valid_from: Some(day("2026-11-01")),
        ..for_all(&n)
    };
    vault
        .set_number(&session, person, changed, at(100))
        .unwrap();
    let kept = record(&vault, &session, person);
    assert_eq!(kept.held.unwrap().entered.valid_from, day("2026-11-01"));
    let [before] = kept.former.as_slice() else {
        panic!("{:?}", kept.former)
    };
    assert_eq!(before.reason, DestroyReason::Replaced);
    assert_eq!(before.destroyed_unix, MORNING + 100);
    assert_eq!(before.entered.at.unix_seconds, MORNING + 1);

    let mistake = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&session, &[person], mistake, at(200))
        .unwrap();
    let kept = record(&vault, &session, person);
    assert_eq!(kept.held, None);
    assert_eq!(kept.status, CollectionStatus::Destroyed);
    let reasons: Vec<_> = kept.former.iter().map(|f| f.reason).collect();
    assert_eq!(reasons, [mistake, DestroyReason::Replaced], "newest first");
    for former in &kept.former {
        assert_eq!(former.destroyed_by.as_deref(), Some("山田 太郎"));
        assert_eq!(former.confirmed_by, None);
    }
    assert!(!shows_a_number(&kept));
    // Each in the deletion record, and the ledger tells of each record.
    let deletions = vault.deletions(&session, 0, 10).unwrap().rows;
    let reasons: Vec<_> = deletions.iter().map(|d| (d.reason, d.people)).collect();
    assert_eq!(reasons, [(mistake, 1), (DestroyReason::Replaced, 1)]);
    let mut written = events(&vault, &session);
    written.retain(|code| ["L-202", "L-205", "L-405"].contains(&code.as_str()));
    assert_eq!(written, ["L-202", "L-405", "L-205", "L-405"]);
}

#[test]
fn the_identity_check_belongs_to_the_number_it_was_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let check = IdentityCheckFields {
        on: day("2026-11-20"),
        method: CheckMethod::InPerson,
        number_document: Some("card".into()),
        identity_documents: vec![],
        agent: None,
        result: CheckResult::Passed,
    };
    vault
        .record_identity_check(&session, person, &check, at(10))
        .unwrap();
    let held = record(&vault, &session, person).held.unwrap();
    let identified = Identified {
        on: day("2026-11-20"),
        user: "山田 太郎".into(),
    };
    assert_eq!(held.identified, Some(identified));
    let n = number(NUMBERS[1]);
    vault
        .set_number(&session, person, for_all(&n), at(20))
        .unwrap();
    let held = record(&vault, &session, person).held.unwrap();
    assert_eq!(held.identified, None, "another number, not checked yet");
}

#[test]
fn an_import_is_the_source_of_what_it_brought() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let file = "社員番号,氏名,生年月日,個人番号\n1,山田 太郎,1985/1/31,123456789018\n";
    let sheet = Sheet::open(file.as_bytes()).unwrap();
    let parsed = sheet
        .read(&Mapping::guess(&sheet), &mut |_, _| true)
        .unwrap();
    let name = Label::new("社員.csv").unwrap();
    let draft = ImportDraft {
        name: &name,
        parsed: &parsed,
        existing: Existing::Skip,
        purposes: &Purpose::ALL,
    };
    let made = vault
        .import(&session, &draft, at(5), &mut |_, _| true)
        .unwrap();
    assert_eq!(made.report.numbers, 1);
    let person = vault.people(&session, "", 0, 1).unwrap().rows[0].id;
    let entered = record(&vault, &session, person).held.unwrap().entered;
    assert_eq!(entered.source, Some(NumberSource::Import));
    assert_eq!(entered.at.user, "山田 太郎");
    let collection = vault.collection(&session, person).unwrap();
    assert_eq!(collection.method, Some(CollectionMethod::Import));
}

#[test]
fn purposes_are_narrowed_and_widened_with_the_number_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let narrowed = vault
        .change_purposes(&session, person, 1, &TAX, at(10))
        .unwrap();
    assert_eq!((narrowed.person, narrowed.revision), (person, 2));
    let held = record(&vault, &session, person).held.unwrap();
    assert_eq!(held.purposes, TAX);
    assert_eq!(held.changed.unwrap().unix_seconds, MORNING + 10);
    assert_eq!(held.entered.at.unix_seconds, MORNING + 1);
    let insurance = Purpose::EmploymentInsurance;
    let refused = vault.reveal(&session, person, insurance, at(11));
    assert_eq!(refused.err(), Some(VaultError::PurposeNotAllowed));

    // Back again: nobody was told yet, so not before a notice.
    let wider = [Purpose::WithholdingTax, Purpose::TaxDeclaration, insurance];
    let unnotified = vault.change_purposes(&session, person, 2, &wider, at(12));
    assert_eq!(unnotified, Err(RuleError::PurposeNotNotified.into()));
    let notice = NotificationFields {
        audience: Audience::All(PersonKind::Employee),
        on: day("2026-11-20"),
        method: NotificationMethod::WorkRules,
        version: Label::new("2026年4月版").unwrap(),
        purposes: vec![insurance],
        signed_for: false,
    };
    vault
        .record_notification(&session, &notice, at(13))
        .unwrap();
    vault
        .change_purposes(&session, person, 2, &wider, at(14))
        .unwrap();
    assert_eq!(purposes(&vault, &session, person), wider);
    let digits = vault.reveal(&session, person, insurance, at(15)).unwrap();
    assert_eq!(*digits, NUMBERS[0], "the number is the same");

    let written = events(&vault, &session);
    let of = |code| written.iter().filter(|e| *e == code).count();
    assert_eq!(
        (of("L-211"), of("L-206")),
        (2, 1),
        "a line for each purpose"
    );
    verify(&mut vault, &session).unwrap();
}

#[test]
fn a_change_of_purposes_over_another_change_or_without_any_is_refused_and_none_is_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let before = events(&vault, &session);
    let same = vault.change_purposes(&session, person, 1, &EVERY_EMPLOYEES, at(2));
    assert_eq!(same.unwrap().revision, 1);
    assert_eq!(events(&vault, &session), before);
    let nothing = vault.change_purposes(&session, person, 1, &[], at(3));
    assert_eq!(nothing, Err(RuleError::NoPurpose.into()));
    let stale = vault.change_purposes(&session, person, 7, &TAX, at(4));
    assert_eq!(stale, Err(VaultError::Changed));
    let bare = common::person("2", "山田 次郎", "");
    let bare = vault.register_person(&session, &bare, None, at(5)).unwrap();
    let none = vault.change_purposes(&session, bare.person, 1, &TAX, at(6));
    assert_eq!(none, Err(VaultError::NoNumber));
}

#[test]
fn a_purpose_the_law_has_not_for_such_a_person_is_refused_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let wanted = [Purpose::WithholdingTax, Purpose::PayeeReport];
    let refused = vault.change_purposes(&session, person, 1, &wanted, at(2));
    let why = NotAllowed::OtherPurpose(Purpose::PayeeReport);
    assert_eq!(refused, Err(VaultError::MayNotAsk(why)));
    assert_eq!(purposes(&vault, &session, person), EVERY_EMPLOYEES);
    assert_eq!(events(&vault, &session).last().unwrap(), "L-209!E-306");
}

#[test]
fn a_purpose_is_not_withdrawn_to_let_a_number_go_before_its_period_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let person = register(&mut vault, &session, "1", NUMBERS[0]);
    let resigned = RetirementReason::Resigned;
    vault
        .retire_employee(&session, person, 1, day("2026-03-31"), resigned, at(2))
        .unwrap();
    let insurance = [Purpose::EmploymentInsurance];
    let shorter = vault.change_purposes(&session, person, 2, &insurance, at(3));
    assert_eq!(shorter, Err(RuleError::PurposeStillKeeps.into()));
    assert_eq!(purposes(&vault, &session, person), EVERY_EMPLOYEES);
    // The papers of the insurances end before those of the tax: they may go.
    let revision = record(&vault, &session, person).revision;
    assert!(
        vault
            .change_purposes(&session, person, revision, &TAX, at(4))
            .is_ok()
    );
}

#[test]
fn who_does_not_see_a_person_sees_no_record_and_changes_no_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let near = register(&mut vault, &owner, "1", NUMBERS[0]);
    let far = register(&mut vault, &owner, "2", NUMBERS[1]);
    let grant = Grant::of_role(Role::Clerk).within(Scope::people([near]));
    let user = add_user(&mut vault, &owner, "佐藤 次郎", &grant);
    let clerk = first_login(&mut vault, user);
    assert!(vault.number_record(&clerk, near).is_ok());
    let hidden = VaultError::NotAllowed(mynumber::rights::Denied::OutOfScope);
    let seen = vault.number_record(&clerk, far).err();
    assert_eq!(seen, Some(hidden.clone()));
    let changed = vault.change_purposes(&clerk, far, 1, &TAX, at(9)).err();
    assert_eq!(changed, Some(hidden));
}
