//! Imports from files: tried, made, undone.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use intake::{Field, Finding, Mapping, Parsed, Problem, Sheet};
use mynumber::retention::Verdict;
use mynumber::{
    Address, ClosingReason, CompanyName, Date, Kana, Label, PersonName, Purpose, RetirementReason,
};
use vault::*;

const HEADER: &str =
    "社員番号,続柄,氏名,フリガナ,生年月日,住所,部署,退職日,控除区分,第3号,個人番号\n";

fn parse(rows: &str) -> Parsed {
    let file = format!("{HEADER}{rows}");
    let sheet = Sheet::open(file.as_bytes()).unwrap();
    sheet
        .read(&Mapping::guess(&sheet), &mut |_, _| true)
        .unwrap()
}

fn draft<'a>(name: &'a Label, parsed: &'a Parsed, existing: Existing) -> ImportDraft<'a> {
    ImportDraft {
        name,
        parsed,
        existing,
        purposes: &Purpose::ALL,
    }
}

fn import_as(
    vault: &mut Vault,
    session: &Session,
    rows: &str,
    existing: Existing,
) -> Result<Imported, VaultError> {
    let (name, parsed) = (Label::new("社員.csv").unwrap(), parse(rows));
    let draft = draft(&name, &parsed, existing);
    vault.import(session, &draft, at(5), &mut |_, _| true)
}

fn import(vault: &mut Vault, session: &Session, rows: &str) -> Imported {
    import_as(vault, session, rows, Existing::FillEmpty).unwrap()
}

/// Line, problem and field of what the vault itself found.
fn found(report: &ImportReport) -> Vec<(u32, Problem)> {
    let of = |f: Finding| (f.line, f.problem);
    report.findings.list().into_iter().map(of).collect()
}

fn employee(vault: &Vault, session: &Session, no: &str) -> Employee {
    let page = vault.people(session, no, 0, 10).unwrap();
    let row = page.rows.iter().find(|r| r.employee_no == no).unwrap();
    vault.employee(session, row.id).unwrap()
}

fn family(vault: &Vault, session: &Session, no: &str) -> Vec<Dependant> {
    let employee = employee(vault, session, no).person.id;
    vault.dependants(session, employee).unwrap()
}

const FAMILY: &str = "\
0012,本人,髙橋 花子,タカハシ ハナコ,H2.4.1,東京都千代田区丸の内１－１－１,,,,,123456789018
0012,夫,髙橋 一郎,,1988/12/31,,,,源泉控除対象配偶者,1,987654321093
0012,子,髙橋 さくら,,H30.5.6,,,,16歳未満,,111111111118
0012,父,髙橋 茂,,1955/1/1,,,,,,222222222225
0013,本人,山田 太郎,,1985/1/31,,営業部,2026/3/31,,,900000000010
";

#[test]
fn a_file_is_tried_and_then_does_exactly_that() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let (name, parsed) = (Label::new("社員.csv").unwrap(), parse(FAMILY));
    let draft = draft(&name, &parsed, Existing::Skip);
    let mut steps = 0;
    let tried = vault
        .check_import(&session, &draft, at(4), &mut |_, _| {
            steps += 1;
            true
        })
        .unwrap();
    assert!(steps > 0);
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 0);
    assert_eq!(vault.imports(&session).unwrap(), []);
    assert_eq!(events(&vault, &session).last().unwrap(), "L-150");

    let made = vault
        .import(&session, &draft, at(5), &mut |_, _| true)
        .unwrap();
    assert_eq!(made.report, tried);
    let counts = (tried.employees_added, tried.dependants_added, tried.numbers);
    assert_eq!(counts, (2, 3, 4));
    assert_eq!(
        found(&tried),
        [
            (5, Problem::NumberMayNotBeAsked),
            (6, Problem::DepartmentUnknown)
        ]
    );
    let events = events(&vault, &session);
    let since = events.iter().rposition(|e| e == "L-151").unwrap();
    assert_eq!(
        events[since..],
        ["L-151", "L-201", "L-201", "L-201", "L-201"]
    );
    verify(&mut vault, &session).unwrap();

    let hanako = employee(&vault, &session, "0012");
    assert!(hanako.person.has_number);
    let digits = vault
        .reveal(&session, hanako.person.id, Purpose::WithholdingTax, at(6))
        .unwrap();
    assert_eq!(*digits, "123456789018");
    let taro = employee(&vault, &session, "0013");
    let left_on = taro.leaving.unwrap().on.map(|d| d.to_string());
    assert_eq!(left_on.as_deref(), Some("2026-03-31"));
    let family = family(&vault, &session, "0012");
    let with_number: Vec<_> = family
        .iter()
        .map(|d| (d.has_number, d.claims.len()))
        .collect();
    assert_eq!(with_number, [(true, 2), (true, 1), (false, 0)]);
    assert!(family[0].purposes.contains(&Purpose::NationalPension3));
    assert!(!family[1].purposes.contains(&Purpose::NationalPension3));
}

#[test]
fn what_differs_is_reported_and_overwritten_only_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(
        &mut vault,
        &session,
        "1,,山田 太郎,,1985/1/31,東京都,,,,,123456789018\n",
    );
    let newer = "1,,山田 太郎,ヤマダ タロウ,1985/1/31,大阪府,,,,,123456789018\n";
    let kana = Some(Kana::new("ヤマダ タロウ").unwrap());
    let address = |text| Some(Address::new(text).unwrap());
    for (existing, has_kana, lives_in, changed) in [
        (Existing::Skip, false, "東京都", 0),
        (Existing::FillEmpty, true, "東京都", 1),
        (Existing::Overwrite, true, "大阪府", 1),
    ] {
        let report = import_as(&mut vault, &session, newer, existing)
            .unwrap()
            .report;
        assert_eq!(
            found(&report),
            [(2, Problem::FieldDiffers), (2, Problem::NumberAlreadyHeld)],
            "{existing:?}"
        );
        assert_eq!(report.findings.list()[0].field, Some(Field::Address));
        assert_eq!(report.findings.list()[0].column, Some(6));
        assert_eq!((report.changed, report.unchanged), (changed, 1 - changed));
        let fields = employee(&vault, &session, "1").person.fields;
        assert_eq!(fields.kana.is_some(), has_kana, "{existing:?}");
        assert!(!has_kana || fields.kana == kana);
        assert_eq!(fields.address, address(lives_in), "{existing:?}");
    }
}

#[test]
fn a_number_that_is_held_is_never_replaced_and_never_given_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(
        &mut vault,
        &session,
        "1,,山田 太郎,,1985/1/31,,,,,,123456789018\n2,,髙橋 花子,,1990/4/1,,,,,,\n",
    );
    let report = import_as(
        &mut vault,
        &session,
        "1,,山田 太郎,,1985/1/31,,,,,,987654321093\n\
         2,,髙橋 花子,,1990/4/1,,,,,,123456789018\n\
         3,,山田 三郎,,1991/4/1,,,,,,111111111118\n\
         4,,山田 四郎,,1992/4/1,,,,,,111111111118\n\
         5,,山田 五郎,,1993/4/1,,,,,,222222222225\n",
        Existing::Overwrite,
    )
    .unwrap()
    .report;
    assert_eq!(
        found(&report),
        [
            (2, Problem::NumberDiffers),
            (3, Problem::NumberOfAnother),
            (4, Problem::NumberTwiceInFile),
            (5, Problem::NumberTwiceInFile),
        ]
    );
    assert_eq!((report.employees_added, report.numbers), (3, 1));
    // Whose number it is was answered, and that stays.
    let asked = format!("{}!E-214", ledger::Event::ImportMade.code());
    assert!(events(&vault, &session).contains(&asked));
    let taro = employee(&vault, &session, "1").person.id;
    let digits = vault.reveal(&session, taro, Purpose::WithholdingTax, at(6));
    assert_eq!(*digits.unwrap(), "123456789018");
}

#[test]
fn somebody_else_under_the_same_or_another_number_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(&mut vault, &session, "1,,山田 太郎,,1985/1/31,,,,,,\n");
    let report = import(
        &mut vault,
        &session,
        "1,,髙橋 花子,,1990/4/1,,,,,,123456789018\n\
         1,子,髙橋 さくら,,2018/5/6,,,,16歳未満,,111111111118\n\
         2,,山田 太郎,,1985/1/31,,,,,,987654321093\n\
         3,,山田 三郎,,,,,,,,\n\
         9,子,山田 四郎,,2018/5/6,,,,,,\n",
    )
    .report;
    assert_eq!(
        found(&report),
        [
            (2, Problem::AnotherPerson),
            (3, Problem::EmployeeLeftOut),
            (4, Problem::SamePersonOtherNo),
            (5, Problem::BirthDateMissing),
            (6, Problem::EmployeeUnknown),
        ]
    );
    assert_eq!((report.employees_added, report.numbers), (0, 0));
    // A changed name with the birth date that is known is the same person.
    let married = "1,,髙橋 太郎,,1985/1/31,,,,,,\n";
    let report = import_as(&mut vault, &session, married, Existing::Overwrite).unwrap();
    assert_eq!(found(&report.report), [(2, Problem::FieldDiffers)]);
    let name = employee(&vault, &session, "1").person.fields.name;
    assert_eq!(name, PersonName::new("髙橋 太郎").unwrap());
}

#[test]
fn who_is_employee_and_family_comes_in_as_both_with_one_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let couple = "\
0012,本人,髙橋 花子,,H2.4.1,,,,,,123456789018
0014,本人,髙橋 一郎,,1988/12/31,,,,,,987654321093
0014,妻,髙橋　花子,,1990/4/1,,,,同一生計配偶者,,123456789018
";
    let made = import(&mut vault, &session, couple);
    assert_eq!(found(&made.report), []);
    assert_eq!(made.report.numbers, 3);
    assert!(family(&vault, &session, "0014")[0].has_number);

    // The child of both comes in a later file; of another birth date it is somebody else's.
    let child = "0014,子,髙橋 さくら,,2006/5/6,,,,控除対象扶養親族,,111111111118\n";
    import(&mut vault, &session, child);
    let again = "\
0012,子,髙橋 さくら,,2006/5/6,,,,控除対象扶養親族,,111111111118
0012,母,髙橋 梅,,1955/5/5,,,,控除対象扶養親族,,987654321093
";
    let made = import(&mut vault, &session, again);
    assert_eq!(found(&made.report), [(3, Problem::NumberOfAnother)]);
    let report = made.report;
    assert_eq!((report.dependants_added, report.numbers), (2, 1));

    let twice = "\
0015,本人,鈴木 次郎,,1980/1/1,,,,,,222222222225
0016,本人,鈴木 次郎,,1980/1/1,,,,,,222222222225
";
    let made = import(&mut vault, &session, twice);
    let clash = Problem::NumberTwiceInFile;
    assert_eq!(found(&made.report), [(2, clash), (3, clash)]);
}

#[test]
fn who_comes_in_before_a_clients_contract_ends_goes_with_it_and_nobodys_number_comes_after() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, mut session) = create(folder.path());
    let fields = CompanyFields {
        name: CompanyName::new("見本商店").unwrap(),
        corporate_number: None,
        address: None,
    };
    let client = vault
        .create_company(&session, CompanyKind::Client, &fields, at(1))
        .unwrap();
    vault.enter_company(&mut session, &client, at(1)).unwrap();
    let end = |vault: &mut Vault, on: &str| {
        let closing = Closing {
            on: Date::parse(on).unwrap(),
            reason: ClosingReason::MandateEnded,
        };
        vault.close_company(&session, closing, at(2)).unwrap();
        closing.on
    };
    let last_day = end(&mut vault, "2027-03-31");
    let before = "0012,本人,髙橋 花子,,H2.4.1,,,,,,123456789018\n";
    let made = import(&mut vault, &session, before);
    assert_eq!((found(&made.report), made.report.numbers), (vec![], 1));
    let person = employee(&vault, &session, "0012").person.id;
    let Some(Verdict::Goes(plan)) = vault.retention_of(&session, person).unwrap() else {
        panic!("nothing says when it goes")
    };
    assert_eq!(plan.keep_until, last_day);

    end(&mut vault, "2026-11-20");
    let after = "0013,本人,山田 太郎,,1985/1/31,,,,,,987654321093\n";
    let made = import(&mut vault, &session, after);
    let refused = Problem::NumberMayNotBeAsked;
    assert_eq!(
        (found(&made.report), made.report.numbers),
        (vec![(2, refused)], 0)
    );
}

#[test]
fn who_declined_the_offer_comes_in_without_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let file = "社員番号,氏名,生年月日,入社日,退職日,退職理由,個人番号\n\
                1,山田 太郎,1985/1/31,2027/4/1,2026/11/20,入社辞退,123456789018\n\
                2,髙橋 花子,1990/4/1,2027/4/1,2026/11/20,自己都合,\n";
    let sheet = Sheet::open(file.as_bytes()).unwrap();
    let parsed = sheet
        .read(&Mapping::guess(&sheet), &mut |_, _| true)
        .unwrap();
    let of = |f: Finding| (f.line, f.problem);
    let read: Vec<_> = parsed.findings.list().into_iter().map(of).collect();
    assert_eq!(read, [(3, Problem::DatesOutOfOrder)]);
    let name = Label::new("内定者.csv").unwrap();
    let draft = draft(&name, &parsed, Existing::Skip);
    let made = vault
        .import(&session, &draft, at(5), &mut |_, _| true)
        .unwrap();
    let said = (2, Problem::NumberMayNotBeAsked);
    assert_eq!(found(&made.report), [said, (3, Problem::DatesOutOfOrder)]);
    let declined = employee(&vault, &session, "1");
    let leaving = declined.leaving.unwrap();
    assert_eq!(leaving.reason, Some(RetirementReason::NeverJoined));
    assert_eq!(leaving.on.unwrap().to_string(), "2026-11-20");
    assert!(!declined.person.has_number);
}

#[test]
fn an_import_is_undone_once_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(
        &mut vault,
        &session,
        "1,,山田 太郎,,1985/1/31,東京都,,,,,\n1,子,山田 光,,2018/5/6,,,,,,\n",
    );
    let before = (
        employee(&vault, &session, "1").person.fields,
        family(&vault, &session, "1")[0].clone(),
    );
    let second = import_as(
        &mut vault,
        &session,
        "1,,山田 太郎,ヤマダ タロウ,1985/1/31,大阪府,,2026/3/31,,,123456789018\n\
         1,子,山田 光,ヤマダ ヒカル,2018/5/6,,,,16歳未満,,111111111118\n\
         2,,髙橋 花子,,1990/4/1,,,,,,987654321093\n\
         2,妻,髙橋 一郎,,1988/12/31,,,,源泉控除対象配偶者,,222222222225\n",
        Existing::Overwrite,
    )
    .unwrap();
    assert_eq!((second.report.changed, second.report.numbers), (2, 4));
    assert_eq!(family(&vault, &session, "1")[0].claims.len(), 1);

    assert_eq!(vault.undo_import(&session, &second.id, at(7)), Ok(4));
    let people = vault.people(&session, "", 0, 10).unwrap();
    assert_eq!(people.total, 1);
    let after = employee(&vault, &session, "1");
    assert_eq!(after.person.fields, before.0);
    assert_eq!((after.leaving, after.person.has_number), (None, false));
    let child = &family(&vault, &session, "1")[0];
    assert_eq!(child.fields, before.1.fields);
    assert!(child.claims.is_empty() && !child.has_number);
    let events = events(&vault, &session);
    let destroyed = events.iter().filter(|e| *e == "L-205").count();
    assert_eq!(destroyed, 4);
    verify(&mut vault, &session).unwrap();
    // The deletion record has those too whom the undo removed.
    let deletions = vault.deletions(&session, 0, 10).unwrap();
    let (reason, people) = (deletions.rows[0].reason, deletions.rows[0].people);
    assert_eq!((reason, people), (DestroyReason::ImportUndone, 4));
    let certificate = vault.deletion_certificate(&session, &deletions.rows[0].id, 0, 10);
    let lines = certificate.unwrap().people.rows.into_iter();
    let mut recorded: Vec<_> = lines
        .map(|line| format!("{} {} {:?}", line.code, line.name, line.relationship))
        .collect();
    recorded.sort();
    assert_eq!(
        recorded,
        [
            "1 山田 光 Some(Child)",
            "1 山田 太郎 None",
            "2 髙橋 一郎 Some(Wife)",
            "2 髙橋 花子 None",
        ]
    );

    // The file can be imported again, and the first import is still there to be undone.
    assert_eq!(
        vault.undo_import(&session, &second.id, at(7)),
        Err(VaultError::Changed)
    );
    let undone: Vec<_> = vault.imports(&session).unwrap();
    assert_eq!(
        undone
            .iter()
            .map(|i| i.undone_unix.is_some())
            .collect::<Vec<_>>(),
        [true, false]
    );
    let again = import(
        &mut vault,
        &session,
        "1,,山田 太郎,,1985/1/31,,,,,,123456789018\n",
    );
    assert_eq!(again.report.numbers, 1);
}

#[test]
fn an_import_is_not_undone_over_what_people_did_since() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let made = import(
        &mut vault,
        &session,
        "1,,山田 太郎,,1985/1/31,,,,,,123456789018\n2,,髙橋 花子,,1990/4/1,,,,,,\n",
    );
    let hanako = employee(&vault, &session, "2").person;
    let n = number("987654321093");
    vault
        .set_number(&session, hanako.id, for_all(&n), at(6))
        .unwrap();
    let undone = vault.undo_import(&session, &made.id, at(7));
    assert_eq!(undone, Err(VaultError::ChangedSince(vec![hanako.id])));
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 2);
    assert!(employee(&vault, &session, "1").person.has_number);
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let (name, parsed) = (Label::new("社員.csv").unwrap(), parse(FAMILY));
    let draft = draft(&name, &parsed, Existing::Skip);
    let stop = &mut |_, _| false;
    let before = events(&vault, &session);
    assert_eq!(
        vault.import(&session, &draft, at(5), stop),
        Err(VaultError::Cancelled)
    );
    assert_eq!(
        vault.check_import(&session, &draft, at(5), stop),
        Err(VaultError::Cancelled)
    );
    assert_eq!(events(&vault, &session), before);
    assert_eq!(vault.people(&session, "", 0, 10).unwrap().total, 0);
}

#[test]
fn mappings_are_kept_for_each_source() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let sheet = Sheet::open(HEADER.as_bytes()).unwrap();
    let mut mapping = Mapping::guess(&sheet);
    let name = Label::new("給与ソフト").unwrap();
    vault
        .save_import_source(&session, &name, &mapping, at(1))
        .unwrap();
    mapping.columns[6] = None;
    vault
        .save_import_source(&session, &Label::new("給与ｿﾌﾄ").unwrap(), &mapping, at(2))
        .unwrap();
    let sources = vault.import_sources(&session).unwrap();
    assert_eq!(sources.len(), 1);
    assert_eq!(
        (&sources[0].mapping, sources[0].name.as_str()),
        (&mapping, "給与ｿﾌﾄ")
    );
    mapping.columns[0] = None;
    let refused = vault.save_import_source(&session, &name, &mapping, at(3));
    assert!(matches!(refused, Err(VaultError::Mapping(_))));
}

#[test]
fn a_narrower_scope_sees_no_import_of_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let person = register(&mut vault, &owner, "1", NUMBERS[0]);
    import(&mut vault, &owner, "2,山田 太郎,1990-04-01,");
    assert_eq!(vault.imports(&owner).unwrap().len(), 1);
    let draft = UserDraft {
        name: mynumber::PersonName::new("佐藤 次郎").unwrap(),
        department: None,
        passphrase: "initial pass phrase",
        recovery_words: "うみ うた",
    };
    let scope = mynumber::rights::Scope::people([person]);
    let grant = mynumber::rights::Grant::of_role(mynumber::rights::Role::Clerk).within(scope);
    let user = vault.add_user(&owner, &draft, &grant, at(6)).unwrap();
    let mut clerk = vault.login(Some(user), draft.passphrase, at(7)).unwrap();
    vault
        .change_passphrase(
            &mut clerk,
            draft.passphrase,
            "another long passphrase",
            at(8),
        )
        .unwrap();
    assert_eq!(vault.imports(&clerk).unwrap(), []);
}
