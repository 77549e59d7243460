//! 取扱いの終了: what becomes of the numbers of a company that is worked for no more. Today
//! is 2026-11-21.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use mynumber::asking::NotAllowed;
use mynumber::retention::Verdict;
use mynumber::{ClosingReason, CompanyName, Date, Purpose, RetirementReason};
use vault::*;

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn closing(on: &str, reason: ClosingReason) -> Closing {
    Closing {
        on: day(on),
        reason,
    }
}

/// A client beside the office's own company, entered.
fn client(folder: &std::path::Path) -> (Vault, Session) {
    let (mut vault, mut session) = create(folder);
    let fields = CompanyFields {
        name: CompanyName::new("見本商店").unwrap(),
        corporate_number: None,
        address: None,
    };
    let id = vault
        .create_company(&session, CompanyKind::Client, &fields, at(1))
        .unwrap();
    vault.enter_company(&mut session, &id, at(1)).unwrap();
    (vault, session)
}

fn kept_until(vault: &Vault, session: &Session, person: PersonId) -> Option<Date> {
    match vault.retention_of(session, person).unwrap().unwrap() {
        Verdict::Goes(plan) => Some(plan.keep_until),
        Verdict::Stays | Verdict::EndUnknown => None,
    }
}

#[test]
fn with_a_clients_contract_every_reason_to_hold_its_numbers_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = client(folder.path());
    let employed = register(&mut vault, &session, "1", NUMBERS[0]);
    let left = register(&mut vault, &session, "2", NUMBERS[1]);
    let reason = RetirementReason::Resigned;
    vault
        .retire_employee(&session, left, 1, day("2026-03-31"), reason, at(2))
        .unwrap();
    assert_eq!(kept_until(&vault, &session, employed), None);
    assert_eq!(kept_until(&vault, &session, left), Some(day("2034-01-10")));

    let end = closing("2026-11-20", ClosingReason::MandateEnded);
    vault.close_company(&session, end, at(3)).unwrap();
    for person in [employed, left] {
        assert_eq!(kept_until(&vault, &session, person), Some(end.on));
    }
    let due = DueList::By(day("2026-11-21"));
    assert_eq!(vault.due_numbers(&session, due, 0, 10).unwrap().total, 2);

    // Nothing more may come, and nobody stands in the list of those to be asked.
    let newcomer = vault
        .register_person(&session, &person("3", "山田 太郎", ""), None, at(4))
        .unwrap()
        .person;
    let may = vault.may_ask(&session, newcomer).unwrap();
    assert_eq!(may, Err(NotAllowed::Ended));
    let n = number(NUMBERS[2]);
    let given = vault.set_number(&session, newcomer, for_all(&n), at(5));
    assert_eq!(given, Err(VaultError::MayNotAsk(NotAllowed::Ended)));
    let filter = MissingFilter::default();
    assert_eq!(
        vault
            .missing_numbers(&session, filter, 0, 10)
            .unwrap()
            .total,
        0
    );

    let reason = DestroyReason::NoLongerNeeded;
    vault
        .destroy_numbers(&session, &[employed, left], reason, at(6))
        .unwrap();
    let told = events(&vault, &session);
    assert!(told.contains(&"L-134".to_owned()), "{told:?}");
}

#[test]
fn an_end_that_lies_ahead_plans_and_one_taken_back_never_was() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = client(folder.path());
    let employed = register(&mut vault, &session, "1", NUMBERS[0]);
    let end = closing("2027-03-31", ClosingReason::MandateEnded);
    vault.close_company(&session, end, at(2)).unwrap();
    assert_eq!(kept_until(&vault, &session, employed), Some(end.on));
    // Until then the work goes on, and whoever comes has the same end.
    let second = register(&mut vault, &session, "2", NUMBERS[1]);
    assert_eq!(kept_until(&vault, &session, second), Some(end.on));
    let early = vault.destroy_numbers(&session, &[employed], DestroyReason::RetentionEnded, at(3));
    assert_eq!(
        early.err(),
        Some(VaultError::MustKeep(MustKeep::Until(end.on)))
    );

    vault.withdraw_closing(&session, at(4)).unwrap();
    assert_eq!(vault.closing(&session).unwrap(), None);
    assert_eq!(kept_until(&vault, &session, employed), None);
    let twice = vault.withdraw_closing(&session, at(5));
    assert_eq!(twice, Err(RuleError::NotClosed.into()));
}

#[test]
fn who_closes_down_files_the_last_papers_and_keeps_what_was_filed() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let mandate = closing("2026-11-20", ClosingReason::MandateEnded);
    let refused = vault.close_company(&session, mandate, at(1));
    assert_eq!(refused, Err(RuleError::OwnCompany.into()));

    let employed = register(&mut vault, &session, "1", NUMBERS[0]);
    let owner = Particulars {
        name: mynumber::PersonName::new("佐々木 恵").unwrap(),
        filing_name: None,
        kana: None,
        other_names: OtherNames::default(),
        birth_date: Some(day("1970-01-01")),
        sex: None,
        postal_code: None,
        address: None,
    };
    let owner = vault
        .register_proprietor(&session, &owner, at(2))
        .unwrap()
        .person;
    let n = number(NUMBERS[1]);
    let draft = NumberDraft::new(&n, &[Purpose::WithholdingTax]);
    vault.set_number(&session, owner, draft, at(3)).unwrap();
    assert_eq!(kept_until(&vault, &session, owner), None);

    let end = closing("2026-11-20", ClosingReason::Closed);
    vault.close_company(&session, end, at(4)).unwrap();
    assert_eq!(kept_until(&vault, &session, owner), Some(day("2027-01-31")));
    // As if everybody had left that day: the declaration of the year is kept.
    assert_eq!(
        kept_until(&vault, &session, employed),
        Some(day("2034-01-10"))
    );
    let may = vault.may_ask(&session, employed).unwrap();
    assert!(may.is_ok(), "until the last papers are filed in January");
}
