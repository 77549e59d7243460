use crate::common::*;
use crate::day;
use mynumber::filing::FilingName;
use mynumber::people::EmploymentStatus;
use mynumber::{Employment, Kana, Label, PersonName, Purpose, RetirementReason};
use vault::*;

fn rule<T: std::fmt::Debug>(result: Result<T, VaultError>) -> RuleError {
    match result {
        Err(VaultError::Rule(rule)) => rule,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_department_is_named_once_renamed_and_retired_when_nobody_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let label = |text| Label::new(text).unwrap();
    let one = vault
        .add_department(&session, &label("第１課"), at(1))
        .unwrap();
    let two = vault
        .add_department(&session, &label("総務部"), at(1))
        .unwrap();
    let taken = vault.add_department(&session, &label("第1課"), at(1));
    assert_eq!(rule(taken), RuleError::DepartmentNameTaken);

    let position = Position {
        department: Some(one.id),
        ..Position::default()
    };
    let fields = person("1", "山田 太郎", "ヤマダ タロウ");
    let saved = vault
        .register_employee(&session, &fields, &position, None, at(2))
        .unwrap();
    let in_use = vault.retire_department(&session, one.id, 1, at(3));
    assert_eq!(rule(in_use), RuleError::DepartmentInUse);

    let moved = Position {
        department: Some(two.id),
        ..position.clone()
    };
    let saved = vault
        .change_position(&session, saved.person, saved.revision, &moved, at(4))
        .unwrap();
    vault.retire_department(&session, one.id, 1, at(5)).unwrap();
    let back = vault.change_position(&session, saved.person, saved.revision, &position, at(6));
    assert_eq!(rule(back), RuleError::DepartmentRetired);
    let renamed = vault
        .rename_department(&session, two.id, 1, &label("人事総務部"), at(7))
        .unwrap();
    assert_eq!(renamed.revision, 2);
    let stale = vault.rename_department(&session, two.id, 1, &label("経理部"), at(8));
    assert_eq!(stale, Err(VaultError::Changed));

    let names: Vec<_> = vault
        .departments(&session)
        .unwrap()
        .into_iter()
        .map(|d| (d.name, d.employees, d.retired_on))
        .collect();
    assert_eq!(
        names,
        [
            ("人事総務部".to_owned(), 1, None),
            ("第１課".to_owned(), 0, Some(day("2026-11-21"))),
        ]
    );
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-140", "L-140", "L-101", "L-109", "L-142", "L-141"]
    );
}

#[test]
fn a_list_shows_one_department() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let department = vault
        .add_department(&session, &Label::new("営業部").unwrap(), at(1))
        .unwrap()
        .id;
    for (no, department) in [
        ("2", Some(department)),
        ("1", None),
        ("10", Some(department)),
    ] {
        let position = Position {
            department,
            ..Position::default()
        };
        let fields = person(no, "山田 太郎", "ヤマダ タロウ");
        vault
            .register_employee(&session, &fields, &position, None, at(2))
            .unwrap();
    }
    let filter = EmployeeFilter {
        query: "やまだ",
        department: Some(department),
        ..EmployeeFilter::default()
    };
    let page = vault.employees(&session, filter, 0, 50).unwrap();
    let numbers: Vec<_> = page.rows.iter().map(|r| r.employee_no.as_str()).collect();
    assert_eq!((page.total, numbers), (2, vec!["2", "10"]));
}

/// 社員番号 of one page.
fn ordered(
    vault: &Vault,
    session: &Session,
    order: EmployeeOrder,
    descending: bool,
    (offset, limit): (u32, u16),
) -> Vec<String> {
    let filter = EmployeeFilter {
        order,
        descending,
        ..EmployeeFilter::default()
    };
    let page = vault.employees(session, filter, offset, limit).unwrap();
    assert_eq!(page.total, 5);
    page.rows.into_iter().map(|row| row.employee_no).collect()
}

#[test]
fn the_list_comes_by_number_reading_or_day_of_hire_in_pages_and_follows_every_change() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    for (no, kana, hired) in [
        ("10", "アオキ", "2020-04-01"),
        ("2", "", "2015-04-01"),
        ("3", "ワタナベ", ""),
        ("1", "ヤマダ", "2015-04-01"),
        ("4", "アオキ", "2010-04-01"),
    ] {
        let mut fields = person(no, "山田 太郎", kana);
        fields.hired_on = (!hired.is_empty()).then(|| day(hired));
        vault
            .register_person(&session, &fields, None, at(1))
            .unwrap();
    }
    use EmployeeOrder::{HiredOn, Kana, Number};
    let all = (0, 50);
    for (order, descending, expected) in [
        (Number, false, ["1", "2", "3", "4", "10"]),
        (Number, true, ["10", "4", "3", "2", "1"]),
        // Who has none is last, whichever way it goes.
        (Kana, false, ["4", "10", "1", "3", "2"]),
        (Kana, true, ["3", "1", "10", "4", "2"]),
        (HiredOn, false, ["4", "1", "2", "10", "3"]),
        (HiredOn, true, ["10", "2", "1", "4", "3"]),
    ] {
        let got = ordered(&vault, &session, order, descending, all);
        assert_eq!(got, expected, "{order:?} {descending}");
        let pages: Vec<String> = [(0, 2), (2, 2), (4, 2)]
            .into_iter()
            .flat_map(|page| ordered(&vault, &session, order, descending, page))
            .collect();
        assert_eq!(pages, expected, "{order:?} {descending}, in pages");
    }
    // The one without a reading gets one, and another day.
    let page = vault.people(&session, "", 1, 1).unwrap();
    let mut fields = person("2", "山田 太郎", "イトウ");
    fields.hired_on = Some(day("2001-04-01"));
    vault
        .change_person(&session, page.rows[0].id, 1, &fields, at(2))
        .unwrap();
    let got = |order| ordered(&vault, &session, order, false, all);
    assert_eq!(got(Kana), ["4", "10", "2", "1", "3"]);
    assert_eq!(got(HiredOn), ["2", "4", "1", "10", "3"]);
}

#[test]
fn a_name_changed_by_marriage_is_still_found_by_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let saved = vault
        .register_person(
            &session,
            &person("1", "髙橋 花子", "タカハシ ハナコ"),
            None,
            at(1),
        )
        .unwrap();
    let rename = Rename {
        name: PersonName::new("𠮷川 花子").unwrap(),
        filing_name: Some(FilingName::new("吉川 花子").unwrap()),
        kana: Some(Kana::new("ヨシカワ ハナコ").unwrap()),
        on: day("2026-06-06"),
    };
    vault
        .rename_employee(&session, saved.person, 1, &rename, at(2))
        .unwrap();
    let employee = vault.employee(&session, saved.person).unwrap();
    assert_eq!(employee.person.fields.name, rename.name);
    assert_eq!(employee.position.filing_name, rename.filing_name);
    assert_eq!(employee.former_names.len(), 1);
    assert_eq!(employee.former_names[0].name.as_str(), "髙橋 花子");
    assert_eq!(employee.former_names[0].replaced_on, rename.on);
    for query in ["たかはし", "髙橋", "よしかわ", "吉川", "𠮷川"] {
        let page = vault.people(&session, query, 0, 10).unwrap();
        assert_eq!((page.total, query), (1, query));
    }
    // A correction of the form afterwards keeps both.
    let mut fields = employee.person.fields.clone();
    fields.kana = Some(Kana::new("ヨシガワ ハナコ").unwrap());
    vault
        .change_person(&session, saved.person, 2, &fields, at(3))
        .unwrap();
    assert_eq!(vault.people(&session, "髙橋", 0, 10).unwrap().total, 1);
    let employee = vault.employee(&session, saved.person).unwrap();
    assert_eq!(employee.position.filing_name, rename.filing_name);
    assert!(events(&vault, &session).contains(&"L-103".to_owned()));
}

#[test]
fn who_is_on_leave_keeps_the_number_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = register(&mut vault, &session, "1", NUMBERS[0]);
    let status = |vault: &Vault| vault.employee(&session, id).unwrap().status;
    assert_eq!(status(&vault), EmploymentStatus::Active);
    let before = vault.start_leave(&session, id, 1, day("2015-03-31"), at(2));
    assert_eq!(rule(before), RuleError::DatesContradict);
    vault
        .start_leave(&session, id, 1, day("2026-10-01"), at(2))
        .unwrap();
    assert_eq!(status(&vault), EmploymentStatus::OnLeave);
    assert!(vault.employee(&session, id).unwrap().person.has_number);
    let twice = vault.start_leave(&session, id, 2, day("2026-11-01"), at(3));
    assert_eq!(rule(twice), RuleError::LeaveContradicts);
    vault
        .end_leave(&session, id, 2, day("2026-11-21"), at(4))
        .unwrap();
    assert_eq!(status(&vault), EmploymentStatus::Active);
    let none = vault.end_leave(&session, id, 3, day("2026-11-22"), at(5));
    assert_eq!(rule(none), RuleError::LeaveContradicts);
}

#[test]
fn who_leaves_and_comes_back_is_not_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = register(&mut vault, &session, "1", NUMBERS[0]);
    let reason = RetirementReason::Resigned;
    let too_early = vault.retire_employee(&session, id, 1, day("2015-03-31"), reason, at(2));
    assert_eq!(rule(too_early), RuleError::DatesContradict);
    vault
        .retire_employee(&session, id, 1, day("2026-11-21"), reason, at(2))
        .unwrap();
    let employee = vault.employee(&session, id).unwrap();
    assert_eq!(
        employee.status,
        EmploymentStatus::Active,
        "the last day counts"
    );
    vault
        .retire_employee(&session, id, 2, day("2026-03-31"), reason, at(3))
        .unwrap();
    let employee = vault.employee(&session, id).unwrap();
    assert_eq!(employee.status, EmploymentStatus::Retired);
    let leave = vault.start_leave(&session, id, 3, day("2026-04-01"), at(4));
    assert_eq!(rule(leave), RuleError::NotEmployed);
    let too_early = vault.rehire_employee(&session, id, 3, day("2026-03-31"), at(4));
    assert_eq!(rule(too_early), RuleError::DatesContradict);
    vault
        .rehire_employee(&session, id, 3, day("2026-10-01"), at(5))
        .unwrap();

    let employee = vault.employee(&session, id).unwrap();
    assert_eq!(employee.status, EmploymentStatus::Active);
    assert_eq!(employee.person.fields.hired_on, Some(day("2026-10-01")));
    assert_eq!(
        employee.former_employments,
        [FormerEmployment {
            hired_on: Some(day("2015-04-01")),
            left_on: day("2026-03-31"),
            reason: Some(reason),
            social: Insured::default(),
            employment_insurance: Insured::default(),
        }]
    );
    let digits = vault
        .reveal(&session, id, Purpose::WithholdingTax, at(6))
        .unwrap();
    assert_eq!(*digits, NUMBERS[0]);
    let all = MissingFilter::default();
    assert_eq!(
        vault.missing_numbers(&session, all, 0, 10).unwrap().total,
        0
    );
    let again = vault.rehire_employee(&session, id, 4, day("2026-11-01"), at(7));
    assert_eq!(rule(again), RuleError::StillEmployed);
}

#[test]
fn somebody_who_left_on_an_unknown_day_is_an_alert_until_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let id = register(&mut vault, &session, "1", NUMBERS[0]);
    vault.mark_as_left(&session, id, 1, at(2)).unwrap();
    let employee = vault.employee(&session, id).unwrap();
    assert_eq!(employee.status, EmploymentStatus::Retired);
    assert_eq!(employee.leaving.unwrap().on, None);
    let back = vault.rehire_employee(&session, id, 2, day("2026-11-01"), at(3));
    assert_eq!(rule(back), RuleError::LeavingDayMissing);
    let reason = RetirementReason::Other;
    vault
        .retire_employee(&session, id, 2, day("2025-12-31"), reason, at(4))
        .unwrap();
    let leaving = vault.employee(&session, id).unwrap().leaving.unwrap();
    assert_eq!(leaving.on, Some(day("2025-12-31")));
    vault.withdraw_retirement(&session, id, 3, at(5)).unwrap();
    let employee = vault.employee(&session, id).unwrap();
    assert_eq!(
        (employee.status, employee.leaving),
        (EmploymentStatus::Active, None)
    );
    let written = events(&vault, &session);
    assert_eq!(written[4..], ["L-105", "L-407", "L-105", "L-106"]);
}

#[test]
fn a_dispatched_worker_has_no_number_here_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let position = Position {
        employment: Employment::Dispatched,
        ..Position::default()
    };
    let n = number(NUMBERS[0]);
    let fields = person("1", "山田 太郎", "ヤマダ タロウ");
    let refused = vault.register_employee(&session, &fields, &position, Some(for_all(&n)), at(1));
    let why = mynumber::asking::NotAllowed::Dispatched;
    assert_eq!(refused, Err(VaultError::MayNotAsk(why)));
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 0);
    assert_eq!(events(&vault, &session)[2..], ["L-209!E-306"]);
}

#[test]
fn a_number_gets_no_purpose_that_does_not_concern_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let saved = vault
        .register_person(
            &session,
            &person("1", "山田 太郎", "ヤマダ タロウ"),
            None,
            at(1),
        )
        .unwrap();
    let n = number(NUMBERS[0]);
    let draft = NumberDraft::new(&n, &[Purpose::PropertySavings]);
    let refused = vault.set_number(&session, saved.person, draft, at(2));
    let why = mynumber::asking::NotAllowed::OtherPurpose(Purpose::PropertySavings);
    assert_eq!(refused, Err(VaultError::MayNotAsk(why)));
    let saver = Position {
        property_savings: true,
        ..Position::default()
    };
    vault
        .change_position(&session, saved.person, 1, &saver, at(3))
        .unwrap();
    assert!(
        vault
            .set_number(&session, saved.person, draft, at(4))
            .is_ok()
    );
}

#[test]
fn people_of_another_company_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut session) = create(folder.path());
    let id = register(&mut vault, &session, "1", NUMBERS[0]);
    let department = vault
        .add_department(&session, &Label::new("営業部").unwrap(), at(1))
        .unwrap();
    let client = vault
        .create_company(&session, CompanyKind::Client, &first_run().company, at(2))
        .unwrap();
    vault.enter_company(&mut session, &client, at(3)).unwrap();
    let reason = RetirementReason::Resigned;
    let missing = Some(VaultError::NotFound);
    assert_eq!(vault.employee(&session, id).err(), missing);
    let retired = vault.retire_employee(&session, id, 1, day("2026-03-31"), reason, at(4));
    assert_eq!(retired.err(), missing);
    assert_eq!(vault.collection(&session, id).err(), missing);
    assert_eq!(vault.may_ask(&session, id).err(), missing);
    let renamed = vault.rename_department(
        &session,
        department.id,
        1,
        &Label::new("企画部").unwrap(),
        at(5),
    );
    assert_eq!(renamed.err(), missing);
    let position = Position {
        department: Some(department.id),
        ..Position::default()
    };
    let fields = person("1", "山田 太郎", "ヤマダ タロウ");
    let registered = vault.register_employee(&session, &fields, &position, None, at(6));
    assert_eq!(
        registered.err(),
        missing,
        "a department of the other company"
    );
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 0);
}
