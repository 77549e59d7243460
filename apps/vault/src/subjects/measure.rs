//! Prints what lists of 100,000 cost. The limit the product states: a search in 10 ms.

use super::dependants::{self, DependantFields};
use super::payees::{self, Party, PayeeFields};
use super::{Details, MissingFilter, OtherNames, Particulars, Position};
use crate::store::{Line, Recorded, Weight};
use crate::{CompanyFields, FirstRun, Moment, Note, Pc, PersonFields, Vault, people};
use ledger::Event;
use mynumber::family::{Disability, Relationship, Residency};
use mynumber::people::Continuity;
use mynumber::{CompanyName, Date, EmployeeNo, Kana, PayeeCode, PersonName};
use std::time::Instant;

const PEOPLE: u32 = 100_000;

fn employee(i: u32) -> PersonFields {
    PersonFields {
        employee_no: EmployeeNo::new(&format!("{i:06}")).unwrap(),
        name: PersonName::new(&format!("山田 太郎{}", i % 1000)).unwrap(),
        kana: Some(Kana::new("ヤマダ タロウ").unwrap()),
        birth_date: Date::new(1990, 4, 1).unwrap(),
        sex: None,
        address: None,
        hired_on: None,
    }
}

fn child(i: u32) -> DependantFields {
    DependantFields {
        particulars: Particulars {
            name: PersonName::new(&format!("山田 空{}", i % 1000)).unwrap(),
            filing_name: None,
            kana: Some(Kana::new("ヤマダ ソラ").unwrap()),
            other_names: OtherNames::default(),
            birth_date: None,
            sex: None,
            postal_code: None,
            address: None,
        },
        relationship: Relationship::Child,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    }
}

fn author(i: u32) -> PayeeFields {
    PayeeFields {
        code: PayeeCode::new(&format!("P-{i}")).unwrap(),
        party: Party::Individual(child(i).particulars),
        payment: "manuscript".into(),
        detail: None,
        continuity: Continuity::Spot,
        contract_from: None,
        contract_until: None,
        expected_yen: None,
    }
}

#[test]
#[ignore = "a measurement, meaningful with --release and --nocapture only"]
#[allow(clippy::print_stdout, reason = "it is what the measurement is for")]
fn a_hundred_thousand_of_each_are_searched() {
    let folder = tempfile::tempdir().unwrap();
    let now = Moment {
        unix_seconds: 1_795_212_000,
        clock_confirmed: true,
        steady_seconds: 0,
    };
    let first = FirstRun {
        company: CompanyFields {
            name: CompanyName::new("株式会社サンプル").unwrap(),
            corporate_number: None,
            address: None,
        },
        owner_name: PersonName::new("山田 太郎").unwrap(),
        passphrase: "correct horse battery staple",
        recovery_words: "あいこくしん あいさつ",
    };
    let pc = Pc {
        id: "0".into(),
        name: "PC".into(),
    };
    let (mut vault, session) = Vault::create(folder.path(), pc, &first, now).unwrap();
    vault
        .transact(Some(&session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            for i in 0..PEOPLE {
                let fields = employee(i);
                let id = people::insert(
                    tx,
                    &session,
                    &fields,
                    &Position::default(),
                    &Details::default(),
                )?;
                let no = fields.employee_no.as_str();
                dependants::insert(tx, company, id, no, &child(i), fields.birth_date)?;
                payees::insert(tx, company, &author(i))?;
            }
            let note = Note::new(Event::PersonRegistered);
            Ok(Recorded::new((), Line::ok(note)))
        })
        .unwrap();

    let timed = |what: &str, work: &dyn Fn() -> u64| {
        let start = Instant::now();
        let found = work();
        let ms = start.elapsed().as_secs_f64() * 1000.0;
        println!("{what}: {found} in {ms:.1} ms");
        found
    };
    for query in ["", "太郎999", "やまだ 099999"] {
        let found = timed(&format!("employees 「{query}」"), &|| {
            vault.people(&session, query, 0, 50).unwrap().total
        });
        assert!(found > 0);
    }
    for query in ["", "空999", "やまだ 099999"] {
        let found = timed(&format!("families 「{query}」"), &|| {
            let page = vault.find_dependants(&session, query, 0, 50);
            page.unwrap().total
        });
        assert!(found > 0);
    }
    for query in ["", "空999", "P-99999"] {
        let found = timed(&format!("payees 「{query}」"), &|| {
            vault.payees(&session, query, 0, 50).unwrap().total
        });
        assert!(found > 0);
    }
    let missing = timed("numbers missing", &|| {
        let all = MissingFilter::default();
        vault.missing_numbers(&session, all, 0, 50).unwrap().total
    });
    assert_eq!(
        missing,
        u64::from(PEOPLE),
        "families and payees may not be asked"
    );
    let start = Instant::now();
    vault
        .register_person(&session, &employee(PEOPLE), None, now)
        .unwrap();
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    println!("one employee more, durable and in the list: {ms:.1} ms");
}
