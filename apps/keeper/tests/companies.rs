//! The company itself: a sole proprietor's own number, and what the company decided.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, events, typed};
use mynumber::Purpose;
use mynumber::Scale;
use protocol::clerk::companies::{
    CompanyDraft, CompanyKind, Municipality, Profile, Proprietor, Reply as Companies, Request,
    Rules,
};
use protocol::clerk::people::{Particulars, Rename};
use protocol::clerk::{Field, PersonId, Reply, ledger, numbers, retention};

impl Desk {
    fn proprietor(&mut self) -> Option<Proprietor> {
        match self.ask(Request::Proprietor) {
            Reply::Companies(Companies::Proprietor(found)) => found,
            other => panic!("{other:?}"),
        }
    }

    fn company(&mut self) -> protocol::clerk::companies::Company {
        match self.ask(Request::Get) {
            Reply::Companies(Companies::Company(company)) => company,
            other => panic!("{other:?}"),
        }
    }
}

fn draft() -> Particulars {
    Particulars {
        name: "髙橋 花子".into(),
        kana: "タカハシ ハナコ".into(),
        birth_date: "S60.4.1".into(),
        ..Particulars::default()
    }
}

fn saved(person: PersonId, revision: u32) -> Reply {
    Reply::Saved { person, revision }
}

#[test]
fn a_sole_proprietors_number_is_kept_shown_and_renamed_with_its_holder() {
    let mut desk = Desk::new();
    assert_eq!(desk.proprietor(), None);
    let Reply::Saved { person, .. } = desk.ask(Request::RegisterProprietor { draft: draft() })
    else {
        panic!("not registered")
    };
    let again = desk.ask(Request::RegisterProprietor { draft: draft() });
    assert_eq!(again, Reply::Refused(ErrorCode::NoProprietor), "one each");
    let number = typed("123456789018");
    assert_eq!(
        desk.ask(numbers::Request::Register { person, number }),
        saved(person, 2)
    );
    let kept = desk.proprietor().unwrap();
    assert!(kept.has_number && kept.purposes.contains(&Purpose::WithholdingTax));
    assert_eq!(kept.fields.birth_date, "1985-04-01");
    let reveal = numbers::Request::Reveal {
        person,
        purpose: Purpose::WithholdingTax,
    };
    let Reply::Numbers(numbers::Reply::Digits(digits)) = desk.ask(reveal) else {
        panic!("no digits")
    };
    assert_eq!(digits.expose(), "123456789018");

    let rename = Rename {
        name: "佐藤 花子".into(),
        on: "2026-11-01".into(),
        ..Rename::default()
    };
    let old = Request::RenameProprietor {
        revision: 1,
        rename: rename.clone(),
    };
    assert_eq!(desk.ask(old), Reply::Refused(ErrorCode::ChangedMeanwhile));
    let renamed = desk.ask(Request::RenameProprietor {
        revision: 2,
        rename,
    });
    assert_eq!(renamed, saved(person, 3));
    let changed = Request::ChangeProprietor {
        revision: 3,
        draft: Particulars {
            name: String::new(),
            birth_date: "2026-02-30".into(),
            ..draft()
        },
    };
    let Reply::Invalid(errors) = desk.ask(changed) else {
        panic!("it is wrong")
    };
    let fields: Vec<_> = errors.iter().map(|e| e.field).collect();
    assert_eq!(fields, [Field::Name, Field::BirthDate]);
    assert_eq!(desk.proprietor().unwrap().fields.name, "佐藤 花子");
}

#[test]
fn a_corporation_has_no_proprietor() {
    let mut desk = Desk::new();
    let company = CompanyDraft {
        name: "株式会社サンプル".into(),
        corporate_number: "7000012050002".into(),
        ..CompanyDraft::default()
    };
    assert_eq!(desk.ask(Request::Change { draft: company }), Reply::Done);
    let refused = desk.ask(Request::RegisterProprietor { draft: draft() });
    assert_eq!(refused, Reply::Refused(ErrorCode::NoProprietor));
    assert_eq!(desk.proprietor(), None);
}

#[test]
fn a_proprietor_who_becomes_a_corporation_is_another_company() {
    let mut desk = Desk::new();
    let Reply::Saved { person, .. } = desk.ask(Request::RegisterProprietor { draft: draft() })
    else {
        panic!("not registered")
    };
    let number = typed("123456789018");
    desk.ask(numbers::Request::Register { person, number });
    let company = Request::Change {
        draft: CompanyDraft {
            name: "株式会社サンプル".into(),
            corporate_number: "7000012050002".into(),
            ..CompanyDraft::default()
        },
    };
    let refused = desk.ask(company.clone());
    assert_eq!(refused, Reply::Refused(ErrorCode::HasProprietor));
    let mistake = retention::Request::Destroy {
        people: vec![person],
        reason: retention::Reason::CollectedByMistake,
    };
    assert!(matches!(desk.ask(mistake), Reply::Retention(_)));
    assert_eq!(desk.ask(company), Reply::Done);
}

#[test]
fn each_rule_of_the_company_that_changes_is_an_entry() {
    let mut desk = Desk::new();
    assert_eq!(desk.company().rules, Rules::default());
    let before = events(&mut desk.keeper, &mut desk.world).len();
    let rules = Rules {
        notice_first: true,
        real_estate_dealer: true,
    };
    assert_eq!(desk.ask(Request::ChangeRules { rules }), Reply::Done);
    assert_eq!(desk.company().rules, rules);
    assert_eq!(desk.ask(Request::ChangeRules { rules }), Reply::Done);
    let all = events(&mut desk.keeper, &mut desk.world);
    assert_eq!(all[before..], ["L-132", "L-132"]);

    let Reply::Saved { person, .. } = desk.ask(Request::RegisterProprietor { draft: draft() })
    else {
        panic!("not registered")
    };
    let number = typed("123456789018");
    let refused = desk.ask(numbers::Request::Register { person, number });
    assert_eq!(refused, Reply::Refused(ErrorCode::PurposeNotNotified));
}

fn profile() -> Profile {
    Profile {
        postal_code: "１００ー０００１".into(),
        telephone: "03（1234）5678".into(),
        representative: "代表取締役　山田太郎".into(),
        tax_reference_1: "1234567890".into(),
        tax_reference_2: "1234567890123".into(),
        branch_number: "00001".into(),
        office_symbol: "21-01-ケイト".into(),
        office_number: "123".into(),
        employment_insurance_office: "13011234567".into(),
        closing_month: "１２月".into(),
        municipalities: vec![
            Municipality {
                code: "13113".into(),
                designated_number: String::new(),
            },
            Municipality {
                code: "131016".into(),
                designated_number: "ab-123".into(),
            },
        ],
        staff: "1,200".into(),
        financial: false,
    }
}

#[test]
fn what_offices_ask_of_a_company_is_kept_as_it_is_filed() {
    let mut desk = Desk::new();
    assert_eq!(desk.company().profile, Profile::default());
    let change = Request::ChangeProfile { profile: profile() };
    assert_eq!(desk.ask(change), Reply::Done);
    let kept = desk.company();
    let municipality = |code: &str, designated: &str| Municipality {
        code: code.into(),
        designated_number: designated.into(),
    };
    let filed = Profile {
        postal_code: "100-0001".into(),
        telephone: "03-1234-5678".into(),
        office_symbol: "21-01-ｹｲﾄ".into(),
        employment_insurance_office: "1301-123456-7".into(),
        closing_month: "12".into(),
        municipalities: vec![municipality("131016", "AB-123"), municipality("131130", "")],
        staff: "1200".into(),
        ..profile()
    };
    assert_eq!(kept.profile, filed);
    assert_eq!(kept.scale, Scale::ManyEmployees);

    let change = |profile| Request::ChangeProfile { profile };
    assert_eq!(desk.ask(change(filed.clone())), Reply::Done);
    let moved = Profile {
        telephone: "06-1234-5678".into(),
        municipalities: vec![],
        ..filed
    };
    assert_eq!(desk.ask(change(moved)), Reply::Done);
    let page = ledger::Request::Page {
        before: None,
        limit: 3,
    };
    let Reply::Ledger(ledger::Reply::Page(page)) = desk.ask(page) else {
        panic!("no ledger")
    };
    let texts: Vec<_> = page.rows.into_iter().map(|row| row.text_en).collect();
    assert!(
        texts[0].ends_with("(telephone-municipalities)"),
        "{texts:?}"
    );
    assert!(texts[1].ends_with("(none)"), "{texts:?}");
    assert!(texts.iter().all(|text| !text.contains("1234")), "{texts:?}");
}

#[test]
fn every_field_of_a_company_that_is_wrong_is_named() {
    let mut desk = Desk::new();
    let wrong = Profile {
        postal_code: "1000".into(),
        telephone: "内線5".into(),
        representative: "山".repeat(13),
        tax_reference_1: "12345678901".into(),
        tax_reference_2: "0123456789018".into(),
        branch_number: "本店".into(),
        office_symbol: "21-ケイト".into(),
        office_number: "123456".into(),
        employment_insurance_office: "123456789018".into(),
        closing_month: "13".into(),
        municipalities: vec![Municipality {
            code: "131017".into(),
            designated_number: String::new(),
        }],
        staff: "many".into(),
        financial: true,
    };
    let Reply::Invalid(errors) = desk.ask(Request::ChangeProfile { profile: wrong }) else {
        panic!("it is wrong")
    };
    let errors: Vec<_> = errors.into_iter().map(|e| (e.field, e.code)).collect();
    assert_eq!(
        errors,
        [
            (Field::PostalCode, ErrorCode::PostalCodeInvalid),
            (Field::Telephone, ErrorCode::TelephoneInvalid),
            (Field::Representative, ErrorCode::FieldTooLong),
            (Field::TaxReference1, ErrorCode::ReferenceInvalid),
            (Field::TaxReference2, ErrorCode::NumberInText),
            (Field::BranchNumber, ErrorCode::ReferenceInvalid),
            (Field::OfficeSymbol, ErrorCode::OfficeSymbolInvalid),
            (Field::OfficeNumber, ErrorCode::OfficialNumberDigits),
            (Field::EmploymentInsuranceOffice, ErrorCode::NumberInText),
            (Field::Municipality, ErrorCode::MunicipalityInvalid),
            (Field::ClosingMonth, ErrorCode::ClosingMonthInvalid),
            (Field::Staff, ErrorCode::AmountInvalid),
        ]
    );
    let twice = Municipality {
        code: "13101".into(),
        designated_number: String::new(),
    };
    let profile = Profile {
        municipalities: vec![twice.clone(), twice],
        ..Profile::default()
    };
    let refused = desk.ask(Request::ChangeProfile { profile });
    assert!(matches!(refused, Reply::Invalid(_)), "{refused:?}");
    assert_eq!(desk.company().profile, Profile::default());
}

#[test]
fn an_office_that_works_for_clients_is_not_small_whatever_its_size() {
    let mut desk = Desk::new();
    assert_eq!(desk.company().scale, Scale::Small);
    let draft = CompanyDraft {
        name: "有限会社みほん".into(),
        ..CompanyDraft::default()
    };
    let kind = CompanyKind::Client;
    desk.ask(Request::Create { kind, draft });
    assert_eq!(desk.company().scale, Scale::WorksForOthers);
}
