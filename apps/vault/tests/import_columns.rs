//! The columns that offices ask of an employee beside name and number, and their undoing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use intake::{Field, Mapping, Sheet};
use mynumber::{
    Date, EmploymentInsuranceNumber, Label, PensionNumber, PostalCode, Purpose, Romaji,
};
use mynumber::{PersonName, Purpose::WithholdingTax};
use vault::*;

const HEADER: &str = "社員番号,続柄,氏名,生年月日,ローマ字氏名,通称,旧姓,郵便番号,役職,\
    基礎年金番号,雇用保険被保険者番号,社保資格取得日,社保資格喪失日,雇保資格取得日,雇保資格喪失日,\
    個人番号\n";

/// What the columns above tell, each in its own place.
const FIELDS: [Field; 11] = [
    Field::Romaji,
    Field::Alias,
    Field::FormerSurname,
    Field::PostalCode,
    Field::Title,
    Field::PensionNumber,
    Field::EmploymentInsuranceNumber,
    Field::SocialInsuredFrom,
    Field::SocialInsuredUntil,
    Field::EmploymentInsuredFrom,
    Field::EmploymentInsuredUntil,
];

const OLD: &str = "1,,髙橋 花子,1990/4/1,TAKAHASHI Hanako,桜,山田,100-0001,係長,1234-567890,\
    1301-123456-7,2015/4/1,,2015/4/1,,\n";
const NEW: &str = "1,,髙橋 花子,1990/4/1,TAKAHASI Hanako,梅,鈴木,600-8216,課長,9876-543210,\
    2701-654321-0,2016/5/2,2026/4/1,2016/5/3,2026/4/2,123456789018\n";
/// Of OLD only what every employee has.
const BARE: &str = "1,,髙橋 花子,1990/4/1,,,,,,,,,,,,\n";

fn import(vault: &mut Vault, session: &Session, rows: &str, existing: Existing) -> Imported {
    let file = format!("{HEADER}{rows}");
    let sheet = Sheet::open(file.as_bytes()).unwrap();
    let parsed = sheet
        .read(&Mapping::guess(&sheet), &mut |_, _| true)
        .unwrap();
    assert_eq!(parsed.findings.list(), [], "the file is understood");
    let draft = ImportDraft {
        name: &Label::new("社員.csv").unwrap(),
        parsed: &parsed,
        existing,
        purposes: &Purpose::ALL,
    };
    vault
        .import(session, &draft, at(5), &mut |_, _| true)
        .unwrap()
}

/// The employee, with whatever revision.
fn hanako(vault: &Vault, session: &Session) -> Employee {
    let row = vault.people(session, "", 0, 1).unwrap().rows.remove(0);
    let mut employee = vault.employee(session, row.id).unwrap();
    employee.person.revision = 0;
    employee
}

fn found(vault: &Vault, session: &Session, query: &str) -> u64 {
    vault.people(session, query, 0, 9).unwrap().total
}

fn differing(imported: &Imported) -> Vec<Field> {
    let findings = imported.report.findings.list();
    findings.iter().filter_map(|f| f.field).collect()
}

#[test]
fn every_column_is_taken_over_with_somebody_new() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(&mut vault, &session, OLD, Existing::Skip);
    let day = |text| Some(Date::parse(text).unwrap());
    let details = hanako(&vault, &session).details;
    assert_eq!(
        details,
        Details {
            other_names: OtherNames {
                romaji: Some(Romaji::new("TAKAHASHI Hanako").unwrap()),
                alias: Some(PersonName::new("桜").unwrap()),
                former_surname: Some(PersonName::new("山田").unwrap()),
            },
            postal_code: Some(PostalCode::parse("100-0001").unwrap()),
            title: Some(Label::new("係長").unwrap()),
            pension_number: Some(PensionNumber::parse("1234-567890").unwrap()),
            employment_insurance_number: Some(
                EmploymentInsuranceNumber::parse("1301-123456-7").unwrap()
            ),
            social: Insured {
                from: day("2015-04-01"),
                until: None,
            },
            employment_insurance: Insured {
                from: day("2015-04-01"),
                until: None,
            },
        }
    );
}

#[test]
fn an_undone_import_leaves_every_column_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(&mut vault, &session, OLD, Existing::Skip);
    let before = hanako(&vault, &session);
    let made = import(&mut vault, &session, NEW, Existing::Overwrite);
    let differing = differing(&made);
    // An end where there was none is filled, not overwritten.
    let ends = [Field::SocialInsuredUntil, Field::EmploymentInsuredUntil];
    for field in FIELDS {
        assert_eq!(
            differing.contains(&field),
            !ends.contains(&field),
            "{field:?}"
        );
    }
    let changed = hanako(&vault, &session);
    let (old, new) = (&before.details, &changed.details);
    let names = (&old.other_names, &new.other_names);
    assert!(names.0.romaji != names.1.romaji && names.0.alias != names.1.alias);
    assert!(names.0.former_surname != names.1.former_surname);
    assert!(old.postal_code != new.postal_code && old.title != new.title);
    assert!(old.pension_number != new.pension_number);
    assert!(old.employment_insurance_number != new.employment_insurance_number);
    for (old, new) in [
        (old.social, new.social),
        (old.employment_insurance, new.employment_insurance),
    ] {
        assert!(old.from != new.from && new.until.is_some(), "{new:?}");
    }
    assert!(changed.person.has_number);
    assert_eq!(
        (
            found(&vault, &session, "鈴木"),
            found(&vault, &session, "桜")
        ),
        (1, 0)
    );

    assert_eq!(vault.undo_import(&session, &made.id, at(7)), Ok(1));
    assert_eq!(hanako(&vault, &session), before);
    assert_eq!(
        (
            found(&vault, &session, "鈴木"),
            found(&vault, &session, "桜")
        ),
        (0, 1)
    );
    let gone = vault.reveal(&session, before.person.id, WithholdingTax, at(8));
    assert_eq!(gone.err(), Some(VaultError::NoNumber));
    verify(&mut vault, &session).unwrap();
}

#[test]
fn what_an_import_filled_in_is_empty_again_after_its_undoing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(&mut vault, &session, BARE, Existing::Skip);
    let before = hanako(&vault, &session);
    assert_eq!(before.details, Details::default());
    let made = import(&mut vault, &session, NEW, Existing::FillEmpty);
    assert_eq!(differing(&made), [], "nothing stood there");
    let filled = hanako(&vault, &session).details;
    let names = &filled.other_names;
    assert!(names.romaji.is_some() && names.alias.is_some() && names.former_surname.is_some());
    assert!(filled.postal_code.is_some() && filled.title.is_some());
    assert!(filled.pension_number.is_some() && filled.employment_insurance_number.is_some());
    assert!(filled.social.until.is_some() && filled.employment_insurance.until.is_some());

    assert_eq!(vault.undo_import(&session, &made.id, at(7)), Ok(1));
    assert_eq!(hanako(&vault, &session), before);
}

#[test]
fn skipping_writes_no_column_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    import(&mut vault, &session, OLD, Existing::Skip);
    let before = hanako(&vault, &session).details;
    let made = import(&mut vault, &session, NEW, Existing::Skip);
    assert_eq!(
        made.report.numbers, 1,
        "a number that is missing is registered"
    );
    assert_eq!(hanako(&vault, &session).details, before);
    let reported = differing(&made);
    assert!(reported.contains(&Field::Title) && reported.contains(&Field::PensionNumber));
}
