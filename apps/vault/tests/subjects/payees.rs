use crate::common::*;
use crate::{day, particulars};
use mynumber::asking::NotAllowed;
use mynumber::people::Continuity;
use mynumber::{CompanyName, CorporateNumber, PayeeCode, Purpose};
use vault::*;

fn author(code: &str, yen: Option<u64>) -> PayeeFields {
    PayeeFields {
        code: PayeeCode::new(code).unwrap(),
        party: Party::Individual(particulars("夏目 一葉", "ナツメ イチヨウ", "1970-01-01")),
        payment: "manuscript".to_owned(),
        detail: None,
        continuity: Continuity::Spot,
        contract_from: Some(day("2026-04-01")),
        contract_until: None,
        expected_yen: yen,
    }
}

fn corporation(code: &str) -> PayeeFields {
    PayeeFields {
        party: Party::Corporate(Corporation {
            name: CompanyName::new("株式会社見本出版").unwrap(),
            kana: None,
            number: Some(CorporateNumber::parse("9000000000009").unwrap()),
            postal_code: None,
            address: None,
        }),
        ..author(code, Some(1_000_000))
    }
}

#[test]
fn a_payee_under_the_threshold_has_no_number_until_more_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let kept = vault
        .add_payee(&session, &author("P-1", Some(50_000)), at(1))
        .unwrap();
    let payee = vault.payee(&session, kept.id).unwrap();
    let why = NotAllowed::UnderThreshold {
        threshold_yen: 50_000,
    };
    assert_eq!(payee.asking, Err(why));
    let n = number(NUMBERS[0]);
    let draft = NumberDraft::new(&n, &[Purpose::PayeeReport]);
    let person = payee.person.unwrap();
    let refused = vault.set_number(&session, person, draft, at(2));
    assert_eq!(refused, Err(VaultError::MayNotAsk(why)));
    vault
        .change_payee(&session, kept.id, 1, &author("P-1", Some(50_001)), at(3))
        .unwrap();
    vault.set_number(&session, person, draft, at(4)).unwrap();
    let payee = vault.payee(&session, kept.id).unwrap();
    assert!(payee.has_number);
    assert_eq!(payee.purposes, [Purpose::PayeeReport]);
    assert_eq!(
        events(&vault, &session)[2..],
        ["L-120", "L-209!E-306", "L-121", "L-201"]
    );
}

#[test]
fn an_unknown_amount_is_no_reason_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let kept = vault
        .add_payee(&session, &author("P-1", None), at(1))
        .unwrap();
    let payee = vault.payee(&session, kept.id).unwrap();
    assert_eq!(payee.asking, Err(NotAllowed::AmountUnknown));
    let mut fields = author("P-2", Some(60_000));
    fields.payment = "wages".to_owned();
    let unknown = vault.add_payee(&session, &fields, at(2));
    assert_eq!(unknown, Err(RuleError::UnknownPayment.into()));
}

#[test]
fn a_payee_whose_last_report_was_due_is_asked_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut asking = |code: &str, continuity, from: &str, until: Option<&str>| {
        let fields = PayeeFields {
            continuity,
            contract_from: Some(day(from)),
            contract_until: until.map(day),
            ..author(code, Some(100_000))
        };
        let kept = vault.add_payee(&session, &fields, at(1)).unwrap();
        let payee = vault.payee(&session, kept.id).unwrap();
        let person = payee.person.unwrap();
        assert_eq!(vault.may_ask(&session, person), Ok(payee.asking.clone()));
        let missing = vault.missing_numbers(&session, MissingFilter::default(), 0, 10);
        let listed = missing.unwrap().rows.iter().any(|r| r.person == person);
        assert_eq!(listed, payee.asking.is_ok());
        payee.asking
    };
    let over = Err(NotAllowed::Ended);
    let report = Ok(vec![Purpose::PayeeReport]);
    use Continuity::{Continuing, Spot};
    assert_eq!(asking("P-1", Spot, "2025-12-31", None), over);
    assert_eq!(asking("P-2", Spot, "2026-01-01", None), report);
    let long = "2020-04-01";
    assert_eq!(asking("P-3", Continuing, long, Some("2025-12-31")), over);
    assert_eq!(asking("P-4", Continuing, long, Some("2026-01-31")), report);
    assert_eq!(asking("P-5", Continuing, long, None), report);
}

#[test]
fn a_corporation_has_its_own_number_and_never_an_individual_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let kept = vault
        .add_payee(&session, &corporation("C-1"), at(1))
        .unwrap();
    let payee = vault.payee(&session, kept.id).unwrap();
    assert_eq!(payee.person, None, "nothing can hold a number for it");
    assert_eq!(payee.asking, Err(NotAllowed::CorporatePayee));
    assert_eq!(payee.fields, corporation("C-1"));
    let found = vault.payees(&session, "9000000000009", 0, 10).unwrap();
    assert_eq!(found.rows[0].name, "株式会社見本出版");
    let turned = vault.change_payee(&session, kept.id, 1, &author("C-1", None), at(2));
    assert_eq!(turned, Err(RuleError::PartyFixed.into()));
}

#[test]
fn payees_are_listed_by_code_and_a_code_is_given_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    for code in ["P-10", "P-2"] {
        vault
            .add_payee(&session, &author(code, None), at(1))
            .unwrap();
    }
    vault
        .add_payee(&session, &corporation("P-3"), at(1))
        .unwrap();
    let taken = vault.add_payee(&session, &corporation("ｐ-２"), at(2));
    assert_eq!(taken, Err(RuleError::PayeeCodeTaken.into()));
    let codes = |query| -> Vec<String> {
        let page = vault.payees(&session, query, 0, 10).unwrap();
        page.rows.into_iter().map(|r| r.code).collect()
    };
    assert_eq!(codes(""), ["P-2", "P-3", "P-10"]);
    assert_eq!(codes("なつめ"), ["P-2", "P-10"]);
    assert_eq!(codes("見本"), ["P-3"]);
}

#[test]
fn dealings_end_on_a_day_after_they_began() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let kept = vault
        .add_payee(&session, &author("P-1", None), at(1))
        .unwrap();
    let early = vault.end_payee(&session, kept.id, 1, day("2026-03-31"), at(2));
    assert_eq!(early, Err(RuleError::DatesContradict.into()));
    vault
        .end_payee(&session, kept.id, 1, day("2026-09-30"), at(3))
        .unwrap();
    let payee = vault.payee(&session, kept.id).unwrap();
    assert_eq!(payee.fields.contract_until, Some(day("2026-09-30")));
    let stale = vault.end_payee(&session, kept.id, 1, day("2026-10-31"), at(4));
    assert_eq!(stale, Err(VaultError::Changed));
}

#[test]
fn a_sole_proprietor_asks_a_landlord_only_when_dealing_in_real_estate() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mut landlord = author("P-1", Some(1_200_000));
    landlord.payment = "rent".to_owned();
    let id = vault.add_payee(&session, &landlord, at(1)).unwrap().id;
    // The sample company has no 法人番号.
    let asking = |vault: &Vault| vault.payee(&session, id).unwrap().asking;
    assert_eq!(asking(&vault), Err(NotAllowed::PayerDoesNotReport));
    vault.set_real_estate_dealer(&session, true, at(2)).unwrap();
    assert_eq!(asking(&vault), Ok(vec![Purpose::RealEstateReport]));
}

#[test]
fn a_sole_proprietor_has_a_number_for_what_the_business_files() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    assert_eq!(vault.proprietor(&session).unwrap(), None);
    let owner = particulars("見本 太郎", "ミホン タロウ", "1960-01-01");
    let saved = vault.register_proprietor(&session, &owner, at(1)).unwrap();
    let second = vault.register_proprietor(&session, &owner, at(2));
    assert_eq!(second, Err(RuleError::NoProprietor.into()));
    let n = number(NUMBERS[0]);
    let draft = NumberDraft::new(&n, &[Purpose::WithholdingTax]);
    vault
        .set_number(&session, saved.person, draft, at(3))
        .unwrap();
    let moved = Particulars {
        kana: None,
        ..owner
    };
    let stale = vault.change_proprietor(&session, 1, &moved, at(4));
    assert_eq!(
        stale,
        Err(VaultError::Changed),
        "the number counted as a change"
    );
    vault.change_proprietor(&session, 2, &moved, at(5)).unwrap();
    let kept = vault.proprietor(&session).unwrap().unwrap();
    assert_eq!((kept.particulars, kept.has_number), (moved, true));
    assert_eq!(events(&vault, &session)[2..], ["L-135", "L-201", "L-135"]);
    let client = vault
        .create_company(
            &session,
            CompanyKind::Client,
            &CompanyFields {
                corporate_number: Some(CorporateNumber::parse("9000000000009").unwrap()),
                ..first_run().company
            },
            at(6),
        )
        .unwrap();
    let mut session = session;
    vault.enter_company(&mut session, &client, at(7)).unwrap();
    let corporate = vault.register_proprietor(&session, &kept_name(), at(8));
    assert_eq!(corporate, Err(RuleError::NoProprietor.into()));
}

fn kept_name() -> Particulars {
    particulars("見本 次郎", "ミホン ジロウ", "1961-01-01")
}
