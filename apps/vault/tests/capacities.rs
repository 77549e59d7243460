//! One human being in several capacities of one company: each has a row of its own, the
//! number is the same in all of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::Continuity;
use mynumber::rights::{Grant, Role, Scope};
use mynumber::{Date, PayeeCode, PersonName, Purpose};
use vault::*;

const OF_FAMILY: [Purpose; 2] = [Purpose::WithholdingTax, Purpose::TaxDeclaration];

fn day(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn particulars(name: &str, born: Option<&str>) -> Particulars {
    Particulars {
        name: PersonName::new(name).unwrap(),
        filing_name: None,
        kana: None,
        other_names: OtherNames::default(),
        birth_date: born.map(day),
        sex: None,
        postal_code: None,
        address: None,
    }
}

/// Claimed for tax by the employee.
fn claimed(
    vault: &mut Vault,
    session: &Session,
    employee: PersonId,
    name: &str,
    relationship: Relationship,
    born: &str,
) -> PersonId {
    let fields = DependantFields {
        particulars: particulars(name, Some(born)),
        relationship,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    };
    let deduction = match relationship.is_spouse() {
        true => Deduction::SameLivelihoodSpouse,
        false => Deduction::Dependant,
    };
    let claims = [Claim::Tax(deduction)];
    vault
        .add_dependant(
            session,
            employee,
            &fields,
            &claims,
            day("2026-01-01"),
            at(2),
        )
        .unwrap()
        .person
}

fn employ(vault: &mut Vault, session: &Session, no: &str, name: &str) -> PersonId {
    vault
        .register_person(session, &person(no, name, ""), None, at(1))
        .unwrap()
        .person
}

fn give(
    vault: &mut Vault,
    session: &Session,
    person: PersonId,
    digits: &str,
    purposes: &[Purpose],
) -> Result<(), VaultError> {
    let number = number(digits);
    let draft = NumberDraft::new(&number, purposes);
    vault.set_number(session, person, draft, at(5)).map(|_| ())
}

fn shown(vault: &mut Vault, session: &Session, person: PersonId) -> String {
    let purpose = Purpose::WithholdingTax;
    vault
        .reveal(session, person, purpose, at(6))
        .unwrap()
        .to_string()
}

#[test]
fn a_wife_who_works_here_is_an_employee_and_claimed_by_her_husband() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let husband = employ(&mut vault, &session, "1", "髙橋 一郎");
    // `person` gives every employee the same birth date.
    let wife = employ(&mut vault, &session, "2", "髙橋 花子");
    let spouse = claimed(
        &mut vault,
        &session,
        husband,
        "髙橋　花子",
        Relationship::Wife,
        "1990-04-01",
    );
    give(&mut vault, &session, wife, NUMBERS[0], &EVERY_EMPLOYEES).unwrap();
    give(&mut vault, &session, spouse, NUMBERS[0], &OF_FAMILY).unwrap();
    assert_eq!(shown(&mut vault, &session, spouse), NUMBERS[0]);

    // Each capacity ends by itself.
    let reason = DestroyReason::CollectedByMistake;
    vault
        .destroy_numbers(&session, &[spouse], reason, at(7))
        .unwrap();
    assert_eq!(shown(&mut vault, &session, wife), NUMBERS[0]);
}

#[test]
fn a_child_is_claimed_by_one_parent_and_insured_by_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let father = employ(&mut vault, &session, "1", "髙橋 一郎");
    let mother = employ(&mut vault, &session, "2", "髙橋 花子");
    let (child, born) = ("髙橋 さくら", "2006-05-06");
    let his = claimed(
        &mut vault,
        &session,
        father,
        child,
        Relationship::Child,
        born,
    );
    let hers = claimed(
        &mut vault,
        &session,
        mother,
        child,
        Relationship::Child,
        born,
    );
    give(&mut vault, &session, his, NUMBERS[1], &OF_FAMILY).unwrap();
    give(&mut vault, &session, hers, NUMBERS[1], &OF_FAMILY).unwrap();
}

#[test]
fn twins_and_namesakes_and_who_stands_twice_in_one_capacity_never_share_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let father = employ(&mut vault, &session, "1", "髙橋 一郎");
    let born = "2006-05-06";
    let child = |vault: &mut Vault, name: &str, born: &str| {
        claimed(vault, &session, father, name, Relationship::Child, born)
    };
    let twin = child(&mut vault, "髙橋 さくら", born);
    let other_twin = child(&mut vault, "髙橋 すみれ", born);
    let twice = child(&mut vault, "髙橋 さくら", born);
    let namesake = employ(&mut vault, &session, "2", "髙橋 さくら");
    let again = employ(&mut vault, &session, "3", "髙橋 一郎");
    give(&mut vault, &session, father, NUMBERS[0], &EVERY_EMPLOYEES).unwrap();
    give(&mut vault, &session, twin, NUMBERS[1], &OF_FAMILY).unwrap();
    for (person, digits, purposes) in [
        (other_twin, NUMBERS[1], &OF_FAMILY[..]),
        (twice, NUMBERS[1], &OF_FAMILY),
        (namesake, NUMBERS[1], &EVERY_EMPLOYEES),
        (again, NUMBERS[0], &EVERY_EMPLOYEES),
    ] {
        let refused = give(&mut vault, &session, person, digits, purposes);
        assert_eq!(refused, Err(VaultError::NumberTaken));
    }
}

#[test]
fn an_employee_who_writes_and_lets_a_room_is_two_payees_once_the_birth_date_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = employ(&mut vault, &session, "1", "夏目 一葉");
    give(&mut vault, &session, employee, NUMBERS[0], &EVERY_EMPLOYEES).unwrap();
    let payee = |code: &str, payment: &str, born: Option<&str>| PayeeFields {
        code: PayeeCode::new(code).unwrap(),
        party: Party::Individual(particulars("夏目 一葉", born)),
        payment: payment.to_owned(),
        detail: None,
        continuity: Continuity::Continuing,
        contract_from: Some(day("2026-04-01")),
        contract_until: None,
        expected_yen: Some(1_000_000),
    };
    let unknown = payee("P-1", "manuscript", None);
    let kept = vault.add_payee(&session, &unknown, at(2)).unwrap();
    let author = vault.payee(&session, kept.id).unwrap().person.unwrap();
    let report = [Purpose::PayeeReport];
    let refused = give(&mut vault, &session, author, NUMBERS[0], &report);
    assert_eq!(refused, Err(VaultError::NumberTaken));

    let born = payee("P-1", "manuscript", Some("1990-04-01"));
    vault
        .change_payee(&session, kept.id, 1, &born, at(3))
        .unwrap();
    give(&mut vault, &session, author, NUMBERS[0], &report).unwrap();
}

#[test]
fn a_changed_number_changes_in_every_capacity_it_is_in_use_in() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let husband = employ(&mut vault, &session, "1", "髙橋 一郎");
    let son = employ(&mut vault, &session, "3", "髙橋 二郎");
    let wife = employ(&mut vault, &session, "2", "髙橋 花子");
    let spouse = claimed(
        &mut vault,
        &session,
        husband,
        "髙橋 花子",
        Relationship::Wife,
        "1990-04-01",
    );
    let mother = claimed(
        &mut vault,
        &session,
        son,
        "髙橋 花子",
        Relationship::Mother,
        "1990-04-01",
    );
    give(&mut vault, &session, wife, NUMBERS[0], &EVERY_EMPLOYEES).unwrap();
    give(&mut vault, &session, spouse, NUMBERS[0], &OF_FAMILY).unwrap();
    give(&mut vault, &session, mother, NUMBERS[0], &OF_FAMILY).unwrap();
    let claim = Claim::Tax(Deduction::Dependant);
    let revision = vault.dependant(&session, mother).unwrap().revision;
    vault
        .end_claim(&session, mother, revision, claim, day("2026-06-30"), at(6))
        .unwrap();

    give(&mut vault, &session, wife, NUMBERS[1], &EVERY_EMPLOYEES).unwrap();
    assert_eq!(shown(&mut vault, &session, wife), NUMBERS[1]);
    assert_eq!(shown(&mut vault, &session, spouse), NUMBERS[1]);
    let kept = vault.dependant(&session, spouse).unwrap().purposes;
    assert_eq!(kept, OF_FAMILY);
    // Only the papers of the time before keep it, and those have the old one.
    assert_eq!(shown(&mut vault, &session, mother), NUMBERS[0]);
}

#[test]
fn where_the_user_may_not_change_it_the_old_number_stays_and_the_ledger_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, owner) = create(folder.path());
    let husband = employ(&mut vault, &owner, "1", "髙橋 一郎");
    let wife = employ(&mut vault, &owner, "2", "髙橋 花子");
    let spouse = claimed(
        &mut vault,
        &owner,
        husband,
        "髙橋 花子",
        Relationship::Wife,
        "1990-04-01",
    );
    give(&mut vault, &owner, wife, NUMBERS[0], &EVERY_EMPLOYEES).unwrap();
    give(&mut vault, &owner, spouse, NUMBERS[0], &OF_FAMILY).unwrap();
    let grant = Grant::of_role(Role::Clerk).within(Scope::people([wife]));
    let clerk = add_user(&mut vault, &owner, "鈴木 次郎", &grant);
    let clerk = first_login(&mut vault, clerk);
    give(&mut vault, &clerk, wife, NUMBERS[1], &EVERY_EMPLOYEES).unwrap();
    assert_eq!(shown(&mut vault, &owner, spouse), NUMBERS[0]);
    assert!(events(&vault, &owner).contains(&"L-202!E-303".to_owned()));
}
