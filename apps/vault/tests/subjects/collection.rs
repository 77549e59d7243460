use crate::common::*;
use crate::{day, particulars, remark};
use mynumber::asking::NotAllowed;
use mynumber::collection::{CollectionMethod, CollectionStatus, ContactMethod, NotificationMethod};
use mynumber::family::{Disability, Relationship, Residency};
use mynumber::people::PersonKind;
use mynumber::{
    AgentAuthority, CheckMethod, Label, PersonName, Purpose, Remark, RetirementReason, TextError,
};
use vault::*;

fn ask(on: &str, due: &str, remind: &str) -> CollectionRequest {
    CollectionRequest {
        on: day(on),
        contact: ContactMethod::Document,
        due_on: Some(day(due)),
        remind_on: Some(day(remind)),
        remark: None,
    }
}

fn check(documents: (Option<&str>, &[&str]), method: CheckMethod) -> IdentityCheckFields {
    IdentityCheckFields {
        on: day("2026-11-20"),
        method,
        number_document: documents.0.map(str::to_owned),
        identity_documents: documents.1.iter().map(|d| (*d).to_owned()).collect(),
        agent: None,
        result: CheckResult::Passed,
    }
}

fn newcomer(vault: &mut Vault, session: &Session, no: &str) -> PersonId {
    vault
        .register_person(
            session,
            &person(no, "山田 太郎", "ヤマダ タロウ"),
            None,
            at(1),
        )
        .unwrap()
        .person
}

#[test]
fn a_number_is_asked_for_reminded_of_given_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = newcomer(&mut vault, &session, "1");
    let request = ask("2026-11-01", "2026-11-30", "2026-11-15");
    let revision = vault
        .ask_for_number(&session, id, 0, &request, at(2))
        .unwrap();
    let stale = vault.ask_for_number(&session, id, 0, &request, at(2));
    assert_eq!(stale, Err(VaultError::Changed));

    let due = MissingFilter {
        reminder_due: true,
        ..MissingFilter::default()
    };
    let missing = vault.missing_numbers(&session, due, 0, 10).unwrap();
    assert_eq!((missing.total, missing.rows[0].person), (1, id));
    let reminder = ask("2026-11-16", "2026-11-30", "2026-11-25");
    vault
        .remind(&session, id, revision, &reminder, at(3))
        .unwrap();
    assert_eq!(
        vault.missing_numbers(&session, due, 0, 10).unwrap().total,
        0
    );
    let all = MissingFilter::default();
    let missing = vault.missing_numbers(&session, all, 0, 10).unwrap();
    assert_eq!(missing.rows[0].reminders, 1);
    assert_eq!(missing.rows[0].last_reminded_on, Some(day("2026-11-16")));

    let n = number(NUMBERS[0]);
    vault.set_number(&session, id, for_all(&n), at(4)).unwrap();
    let status = |vault: &Vault| vault.collection(&session, id).unwrap().status;
    assert_eq!(status(&vault), CollectionStatus::Received);
    assert_eq!(
        vault.missing_numbers(&session, all, 0, 10).unwrap().total,
        0
    );
    let shown = check((Some("card"), &[]), CheckMethod::InPerson);
    vault
        .record_identity_check(&session, id, &shown, at(5))
        .unwrap();
    assert_eq!(status(&vault), CollectionStatus::IdentityChecked);

    let steps: Vec<_> = vault
        .collection_steps(&session, id)
        .unwrap()
        .into_iter()
        .map(|s| (s.kind, s.status, s.by))
        .collect();
    let by = "山田 太郎".to_owned();
    assert_eq!(
        steps,
        [
            (StepKind::Asked, CollectionStatus::Requested, by.clone()),
            (StepKind::Reminded, CollectionStatus::Requested, by.clone()),
            (StepKind::Moved, CollectionStatus::Received, by.clone()),
            (StepKind::Moved, CollectionStatus::IdentityChecked, by),
        ]
    );
    assert_eq!(
        events(&vault, &session)[3..],
        ["L-301", "L-302", "L-201", "L-310", "L-303"]
    );
}

#[test]
fn a_refusal_says_when_and_that_and_is_asked_again_next_year() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = newcomer(&mut vault, &session, "1");
    let refusal = CollectionRefusal {
        on: day("2026-11-10"),
        contact: ContactMethod::InPerson,
        remark: Some(remark("法律上の義務であることを説明した")),
    };
    let unasked = vault.record_refused(&session, id, 0, &refusal, at(2));
    assert!(matches!(unasked, Err(VaultError::Rule(RuleError::Step(_)))));
    let request = ask("2026-11-01", "2026-11-30", "2026-11-15");
    vault
        .ask_for_number(&session, id, 0, &request, at(3))
        .unwrap();
    vault
        .record_refused(&session, id, 1, &refusal, at(4))
        .unwrap();
    let missing = |vault: &Vault, refused_too| {
        let filter = MissingFilter {
            refused_too,
            ..MissingFilter::default()
        };
        vault
            .missing_numbers(&session, filter, 0, 10)
            .unwrap()
            .total
    };
    assert_eq!((missing(&vault, false), missing(&vault, true)), (0, 1));
    let next_year = ask("2027-11-01", "2027-11-30", "2027-11-15");
    vault
        .ask_for_number(&session, id, 2, &next_year, at(350 * 24 * 3600))
        .unwrap();
    assert_eq!(missing(&vault, false), 1);
    let steps = vault.collection_steps(&session, id).unwrap();
    assert_eq!(steps[1].kind, StepKind::Refused);
    assert_eq!(steps[1].remark, refusal.remark);
}

#[test]
fn a_remark_never_holds_a_number() {
    for typed in [
        "番号は 123456789018",
        "１２３４－５６７８－９０１８ と聞いた",
    ] {
        assert_eq!(
            Remark::new(typed),
            Err(TextError::IndividualNumber),
            "{typed}"
        );
    }
}

#[test]
fn nobody_is_asked_where_the_law_forbids_it_and_the_attempt_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = newcomer(&mut vault, &session, "1");
    let father = DependantFields {
        particulars: particulars("山田 一郎", "ヤマダ イチロウ", "1950-01-01"),
        relationship: Relationship::Father,
        lives_with: false,
        disability: Disability::None,
        residency: Residency::Resident,
    };
    let father = vault
        .add_dependant(&session, employee, &father, &[], day("2026-01-01"), at(2))
        .unwrap()
        .person;
    let request = ask("2026-11-01", "2026-11-30", "2026-11-15");
    let asked = vault.ask_for_number(&session, father, 0, &request, at(3));
    let why = NotAllowed::DependantNotClaimed;
    assert_eq!(asked, Err(VaultError::MayNotAsk(why)));
    assert_eq!(events(&vault, &session).last().unwrap(), "L-209!E-306");
    let missing = vault
        .missing_numbers(&session, MissingFilter::default(), 0, 10)
        .unwrap();
    let who: Vec<_> = missing.rows.iter().map(|r| (r.person, r.kind)).collect();
    assert_eq!(who, [(employee, PersonKind::Employee)]);
}

#[test]
fn who_may_not_be_asked_any_more_is_not_reminded_either() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = newcomer(&mut vault, &session, "1");
    let wife = DependantFields {
        particulars: particulars("山田 桜", "ヤマダ サクラ", "1992-02-29"),
        relationship: Relationship::Wife,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    };
    let claims = [Claim::HealthInsurance];
    let start = day("2026-04-01");
    let wife = vault
        .add_dependant(&session, employee, &wife, &claims, start, at(2))
        .unwrap()
        .person;
    let request = ask("2026-11-01", "2026-11-30", "2026-11-15");
    vault
        .ask_for_number(&session, wife, 0, &request, at(3))
        .unwrap();
    vault
        .end_claim(&session, wife, 1, claims[0], day("2026-11-10"), at(4))
        .unwrap();
    let reminder = ask("2026-11-16", "2026-11-30", "2026-11-25");
    let reminded = vault.remind(&session, wife, 1, &reminder, at(5));
    let why = NotAllowed::DependantNotClaimed;
    assert_eq!(reminded, Err(VaultError::MayNotAsk(why)));
    assert_eq!(events(&vault, &session).last().unwrap(), "L-209!E-306");
    let collection = vault.collection(&session, wife).unwrap();
    assert_eq!(collection.reminders, 0);
}

#[test]
fn a_leaver_and_the_family_are_asked_until_the_last_papers_are_filed_in_january() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = newcomer(&mut vault, &session, "1");
    let wife = DependantFields {
        particulars: particulars("山田 桜", "ヤマダ サクラ", "1992-02-29"),
        relationship: Relationship::Wife,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    };
    let claims = [Claim::HealthInsurance];
    let start = day("2026-04-01");
    let wife = vault
        .add_dependant(&session, employee, &wife, &claims, start, at(2))
        .unwrap()
        .person;
    let reason = RetirementReason::Resigned;
    vault
        .retire_employee(&session, employee, 1, day("2026-12-31"), reason, at(3))
        .unwrap();
    let missing = |vault: &Vault| {
        let all = MissingFilter::default();
        vault.missing_numbers(&session, all, 0, 10).unwrap().total
    };
    let days = |days: u64| at(days * 24 * 3600);
    let request = ask("2026-11-20", "2027-01-31", "2027-01-15");
    vault
        .ask_for_number(&session, employee, 0, &request, days(60))
        .unwrap();
    assert_eq!(missing(&vault), 2, "2027-01-20");
    assert!(vault.may_ask(&session, wife).unwrap().is_ok());

    let over = Err(VaultError::MayNotAsk(NotAllowed::Ended));
    let reminded = vault.remind(&session, employee, 1, &request, days(75));
    assert_eq!(reminded, over, "2027-02-04");
    for person in [employee, wife] {
        let asked = vault.ask_for_number(&session, person, 0, &request, days(75));
        assert_eq!(asked, over);
        let asking = vault.may_ask(&session, person);
        assert_eq!(asking, Ok(Err(NotAllowed::Ended)));
    }
    assert_eq!(missing(&vault), 0);
    // What was asked for in time and comes late is registered all the same.
    let n = number(NUMBERS[0]);
    let late = vault.set_number(&session, employee, for_all(&n), days(76));
    assert!(late.is_ok());
}

#[test]
fn who_is_missing_is_listed_by_department_the_first_due_first() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let department = vault
        .add_department(&session, &Label::new("営業部").unwrap(), at(1))
        .unwrap()
        .id;
    let position = Position {
        department: Some(department),
        ..Position::default()
    };
    let mut ids = Vec::new();
    for (no, due) in [("1", "2026-12-25"), ("2", "2026-12-01")] {
        let fields = person(no, "髙橋 花子", "タカハシ ハナコ");
        let id = vault
            .register_employee(&session, &fields, &position, None, at(1))
            .unwrap()
            .person;
        let request = ask("2026-11-01", due, "2026-11-30");
        vault
            .ask_for_number(&session, id, 0, &request, at(2))
            .unwrap();
        ids.push(id);
    }
    newcomer(&mut vault, &session, "3");
    let filter = MissingFilter {
        department: Some(department),
        ..MissingFilter::default()
    };
    let page = vault.missing_numbers(&session, filter, 0, 10).unwrap();
    let who: Vec<_> = page.rows.iter().map(|r| r.person).collect();
    assert_eq!(who, [ids[1], ids[0]]);
    assert_eq!(page.rows[0].department.as_deref(), Some("営業部"));
    let second = vault
        .missing_numbers(&session, MissingFilter::default(), 1, 1)
        .unwrap();
    assert_eq!((second.total, second.rows[0].person), (3, ids[0]));
}

#[test]
fn a_status_that_is_an_act_is_not_chosen_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = newcomer(&mut vault, &session, "1");
    let to = |status| CollectionMove {
        status,
        method: Some(CollectionMethod::Post),
        remark: None,
    };
    for status in [
        CollectionStatus::Requested,
        CollectionStatus::IdentityChecked,
    ] {
        let moved = vault.move_collection(&session, id, 0, &to(status), at(2));
        assert_eq!(moved, Err(RuleError::ByItsAct.into()));
    }
    let received = to(CollectionStatus::Received);
    vault
        .move_collection(&session, id, 0, &received, at(3))
        .unwrap();
    let sent_back = to(CollectionStatus::SentBack);
    vault
        .move_collection(&session, id, 1, &sent_back, at(4))
        .unwrap();
    let collection = vault.collection(&session, id).unwrap();
    assert_eq!(collection.status, CollectionStatus::SentBack);
    assert_eq!(collection.method, Some(CollectionMethod::Post));
    assert_eq!(events(&vault, &session)[3..], ["L-303", "L-305"]);
}

#[test]
fn what_was_shown_must_prove_the_number_and_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = register(&mut vault, &session, "1", NUMBERS[0]);
    let mut record =
        |fields: &IdentityCheckFields| vault.record_identity_check(&session, id, fields, at(2));
    let by_post = CheckMethod::ByMail;
    let weak = check((Some("residence_record"), &["receipt"]), by_post);
    assert_eq!(record(&weak), Err(RuleError::IdentityNotProven.into()));
    let unknown = check((Some("個人番号通知書"), &["passport"]), by_post);
    assert_eq!(record(&unknown), Err(RuleError::UnknownDocument.into()));
    let mut agent = check((Some("card"), &[]), CheckMethod::InPerson);
    agent.agent = Some(Agent {
        name: PersonName::new("山田 次郎").unwrap(),
        authority: AgentAuthority::PowerOfAttorney,
        document: "driving_licence".to_owned(),
    });
    let failed = IdentityCheckFields {
        result: CheckResult::Failed(Some(remark("写しが不鮮明"))),
        ..weak
    };
    record(&failed).unwrap();
    let passed = record(&agent).unwrap();
    let checks = vault.identity_checks(&session, id).unwrap();
    assert_eq!(checks.len(), 2);
    assert_eq!((&checks[0].fields, checks[0].withdrawn), (&agent, false));
    assert_eq!(checks[1].fields, failed);
    let collection = vault.collection(&session, id).unwrap();
    assert_eq!(
        collection.status,
        CollectionStatus::SentBack,
        "not received anew yet"
    );
    vault
        .withdraw_identity_check(&session, id, passed, at(3))
        .unwrap();
    assert!(vault.identity_checks(&session, id).unwrap()[0].withdrawn);
    let twice = vault.withdraw_identity_check(&session, id, passed, at(4));
    assert_eq!(twice, Err(VaultError::NotFound));
}

#[test]
fn the_employee_checks_the_family_but_not_a_category_3_spouse() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = newcomer(&mut vault, &session, "1");
    let spouse = DependantFields {
        particulars: particulars("山田 桜", "ヤマダ サクラ", "1992-02-29"),
        relationship: Relationship::Wife,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    };
    let id = vault
        .add_dependant(
            &session,
            employee,
            &spouse,
            &[Claim::HealthInsurance],
            day("2026-04-01"),
            at(2),
        )
        .unwrap()
        .person;
    let by_employee = check((None, &[]), CheckMethod::ByEmployee);
    vault
        .record_identity_check(&session, id, &by_employee, at(3))
        .unwrap();
    vault
        .claim_dependant(&session, id, 1, Claim::Category3, day("2026-04-01"), at(4))
        .unwrap();
    let refused = vault.record_identity_check(&session, id, &by_employee, at(5));
    assert_eq!(refused, Err(RuleError::SpouseSubmits.into()));
    let of_employee = vault.record_identity_check(&session, employee, &by_employee, at(6));
    assert_eq!(of_employee, Err(RuleError::SpouseSubmits.into()));
}

fn notice(audience: Audience, purposes: &[Purpose]) -> NotificationFields {
    NotificationFields {
        audience,
        on: day("2026-11-20"),
        method: NotificationMethod::WorkRules,
        version: Label::new("2026年4月版").unwrap(),
        purposes: purposes.to_vec(),
        signed_for: false,
    }
}

#[test]
fn a_number_held_gets_no_further_purpose_before_the_person_was_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = newcomer(&mut vault, &session, "1");
    let n = number(NUMBERS[0]);
    let with = |purposes| NumberDraft::new(&n, purposes);
    let tax = [Purpose::WithholdingTax];
    let both = [Purpose::WithholdingTax, Purpose::EmploymentInsurance];
    vault.set_number(&session, id, with(&tax), at(2)).unwrap();
    let unnotified = vault.unnotified(&session, 0, 10).unwrap();
    assert_eq!(
        (unnotified.total, unnotified.rows[0].purposes.as_slice()),
        (1, &tax[..])
    );
    let widened = vault.set_number(&session, id, with(&both), at(3));
    assert_eq!(widened, Err(RuleError::PurposeNotNotified.into()));
    let to_all = notice(Audience::All(PersonKind::Employee), &both);
    vault.record_notification(&session, &to_all, at(4)).unwrap();
    vault.set_number(&session, id, with(&both), at(5)).unwrap();
    assert_eq!(vault.unnotified(&session, 0, 10).unwrap().total, 0);
    let told = vault.notifications(&session, id).unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0].fields, told[0].recorded_by.as_str()),
        (&to_all, "山田 太郎")
    );
}

#[test]
fn a_company_may_want_the_notice_before_the_first_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = newcomer(&mut vault, &session, "1");
    vault.set_notice_first(&session, true, at(2)).unwrap();
    let n = number(NUMBERS[0]);
    let first = vault.set_number(&session, id, for_all(&n), at(3));
    assert_eq!(first, Err(RuleError::PurposeNotNotified.into()));
    let nothing = notice(Audience::Person(id), &[]);
    let empty = vault.record_notification(&session, &nothing, at(4));
    assert_eq!(empty, Err(RuleError::NoPurpose.into()));
    let told = notice(Audience::Person(id), &EVERY_EMPLOYEES);
    vault.record_notification(&session, &told, at(5)).unwrap();
    assert!(vault.set_number(&session, id, for_all(&n), at(6)).is_ok());
    let written = events(&vault, &session);
    assert_eq!(
        written.iter().filter(|e| *e == "L-312").count(),
        EVERY_EMPLOYEES.len(),
        "a line for each purpose"
    );
}

#[test]
fn nobody_was_asked_tomorrow() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = newcomer(&mut vault, &session, "1");
    let tomorrow = ask("2026-11-22", "2026-11-30", "2026-11-25");
    let contradict = Err(VaultError::Rule(RuleError::DatesContradict));
    let asked = vault.ask_for_number(&session, id, 0, &tomorrow, at(2));
    assert_eq!(asked, contradict);
    let today = ask("2026-11-21", "2026-11-30", "2026-11-25");
    vault
        .ask_for_number(&session, id, 0, &today, at(3))
        .unwrap();
    assert_eq!(vault.remind(&session, id, 1, &tomorrow, at(4)), contradict);
    let refusal = CollectionRefusal {
        on: tomorrow.on,
        contact: tomorrow.contact,
        remark: None,
    };
    let refused = vault.record_refused(&session, id, 1, &refusal, at(5));
    assert_eq!(refused, contradict);
}
