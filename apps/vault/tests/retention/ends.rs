//! Since when a number is not needed: of payees, of those who never came, and of what lies
//! beyond the calendar.

use super::*;
use mynumber::PayeeCode;
use mynumber::people::{Continuity, EmploymentStatus};

fn author(continuity: Continuity, from: &str, until: Option<&str>) -> PayeeFields {
    PayeeFields {
        code: PayeeCode::new("P-1").unwrap(),
        party: Party::Individual(Particulars {
            name: PersonName::new("鈴木 三郎").unwrap(),
            filing_name: None,
            kana: None,
            other_names: OtherNames::default(),
            birth_date: None,
            sex: None,
            postal_code: None,
            address: None,
        }),
        payment: "manuscript".into(),
        detail: None,
        continuity,
        contract_from: Some(date(from)),
        contract_until: until.map(date),
        expected_yen: Some(100_000),
    }
}

/// A child claimed from a day on, with a number.
fn child(office: &mut Office, employee: PersonId, from: &str) -> PersonId {
    let fields = a_child();
    let claims = [Claim::Tax(Deduction::Under16), Claim::HealthInsurance];
    let (vault, session) = (&mut office.vault, &office.session);
    let child = vault
        .add_dependant(session, employee, &fields, &claims, date(from), at(2))
        .unwrap()
        .person;
    let digits = number(NUMBERS[2]);
    let purposes = [
        Purpose::WithholdingTax,
        Purpose::TaxDeclaration,
        Purpose::HealthAndPension,
    ];
    let draft = NumberDraft::new(&digits, &purposes);
    vault.set_number(session, child, draft, at(2)).unwrap();
    child
}

impl Office {
    /// A payee with a number.
    fn payee(&mut self, fields: &PayeeFields) -> (PayeeId, PersonId) {
        let (vault, session) = (&mut self.vault, &self.session);
        let kept = vault.add_payee(session, fields, at(2)).unwrap();
        let person = vault.payee(session, kept.id).unwrap().person.unwrap();
        let digits = number(NUMBERS[3]);
        let draft = NumberDraft::new(&digits, &[Purpose::PayeeReport]);
        vault.set_number(session, person, draft, at(2)).unwrap();
        (kept.id, person)
    }

    fn filed(&mut self, person: PersonId, rule: &str, on: &str) {
        self.vault
            .add_hold(&self.session, &[person], rule, date(on), at(3))
            .unwrap();
    }
}

#[test]
fn a_payees_number_goes_when_the_last_report_was_filed() {
    let mut office = Office::open();
    let (id, person) = office.payee(&author(Continuity::Spot, "2026-05-10", None));
    // Not filed yet: at the latest with the report's own deadline.
    assert_eq!(office.goes(person).as_deref(), Some("2027-02-01"));
    office.filed(person, "P1", "2027-01-20");
    assert_eq!(office.goes(person).as_deref(), Some("2027-01-21"));

    // Dealings that go on keep the number.
    let revision = office.vault.payee(&office.session, id).unwrap().revision;
    let fields = author(Continuity::Continuing, "2026-05-10", None);
    office
        .vault
        .change_payee(&office.session, id, revision, &fields, at(4))
        .unwrap();
    assert_eq!(office.goes(person), None);
}

#[test]
fn a_report_of_the_last_january_is_on_the_year_before() {
    let mut office = Office::open();
    let (_, person) = office.payee(&author(Continuity::Spot, "2027-01-10", None));
    // The report on 2026; that on 2027 is due by 2028-01-31.
    office.filed(person, "P1", "2027-01-25");
    assert_eq!(office.goes(person).as_deref(), Some("2028-02-01"));
    office.filed(person, "P1", "2028-01-20");
    assert_eq!(office.goes(person).as_deref(), Some("2028-01-21"));
}

#[test]
fn a_contract_that_ended_in_january_waits_for_the_report_on_it() {
    let mut office = Office::open();
    let at_once = Policy::new(Batch::Immediate, 0).unwrap();
    office
        .vault
        .set_retention_policy(&office.session, at_once, at(2))
        .unwrap();
    let ended = author(Continuity::Continuing, "2020-04-01", Some("2027-01-10"));
    let (_, person) = office.payee(&ended);
    office.filed(person, "T9", "2027-01-25");
    assert_eq!(office.goes(person).as_deref(), Some("2028-02-01"));
}

#[test]
fn the_number_of_who_declined_the_offer_goes_at_once_with_the_familys() {
    let mut office = Office::open();
    let fields = PersonFields {
        hired_on: Some(date("2027-04-01")),
        ..person("0007", "髙橋 花子", "タカハシ ハナコ")
    };
    let digits = number(NUMBERS[0]);
    let expected = office
        .vault
        .register_person(&office.session, &fields, Some(for_all(&digits)), at(1))
        .unwrap()
        .person;
    let child = child(&mut office, expected, "2026-11-01");
    let declined = RetirementReason::NeverJoined;
    let worked = office.leave(expected, "2027-04-02", declined);
    assert_eq!(worked, Err(RuleError::DatesContradict.into()));
    let resigned = office.leave(expected, "2026-11-20", RetirementReason::Resigned);
    assert_eq!(resigned, Err(RuleError::DatesContradict.into()));

    office.leave(expected, "2026-11-20", declined).unwrap();
    for person in [expected, child] {
        assert_eq!(office.goes(person).as_deref(), Some("2026-11-21"));
        let holds = office.vault.holds(&office.session, person).unwrap();
        assert_eq!(holds, [], "no paper was ever filed");
        let asking = office.vault.may_ask(&office.session, person).unwrap();
        assert_eq!(asking, Err(mynumber::asking::NotAllowed::Ended));
    }
    let ended = DestroyReason::RetentionEnded;
    let destroyed = office.destroy(&[expected, child], ended, "2026-11-21");
    assert_eq!(destroyed.unwrap().people, [expected, child]);
}

#[test]
fn who_declines_to_come_back_has_the_papers_of_the_first_employment() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2025-03-31");
    let goes = office.goes(jiro);
    assert_eq!(goes.as_deref(), Some("2033-01-11"));
    let revision = |office: &Office| {
        let employee = office.vault.employee(&office.session, jiro).unwrap();
        employee.person.revision
    };
    let at_revision = revision(&office);
    office
        .vault
        .rehire_employee(
            &office.session,
            jiro,
            at_revision,
            date("2027-04-01"),
            at(3),
        )
        .unwrap();
    let declined = RetirementReason::NeverJoined;
    let before = office.leave(jiro, "2025-03-31", declined);
    assert_eq!(before, Err(RuleError::DatesContradict.into()));
    office.leave(jiro, "2026-11-20", declined).unwrap();
    assert_eq!(office.goes(jiro), goes);
}

#[test]
fn a_claim_taken_back_before_it_began_ends_the_need() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    let child = child(&mut office, jiro, "2026-04-01");
    let (vault, session) = (&mut office.vault, &office.session);
    let tax = Claim::Tax(Deduction::Under16);
    let until = date("2026-11-10");
    vault
        .end_claim(session, child, 2, Claim::HealthInsurance, until, at(3))
        .unwrap();
    vault
        .end_claim(session, child, 3, tax, until, at(3))
        .unwrap();
    let from = date("2027-01-01");
    vault
        .claim_dependant(session, child, 4, tax, from, at(4))
        .unwrap();
    assert_eq!(office.goes(child), None);
    let (vault, session) = (&mut office.vault, &office.session);
    vault
        .end_claim(session, child, 5, tax, until, at(5))
        .unwrap();
    // 扶養控除等申告書 of 2026, as if there had been no claim of 2027.
    assert_eq!(office.goes(child).as_deref(), Some("2034-01-11"));
    assert_eq!(office.due("2034-01-11").len(), 1);
}

#[test]
fn who_has_left_awaits_the_deletion_from_its_day_until_it_is_done() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2026-11-20");
    let status_on = |office: &mut Office, day: &str| {
        let policy = Policy::default();
        let (vault, session) = (&mut office.vault, &office.session);
        // Any act of the clerk tells the session what day it is.
        vault
            .set_retention_policy(session, policy, noon(day))
            .unwrap();
        vault.employee(session, jiro).unwrap().status
    };
    use EmploymentStatus::{AwaitingDeletion, Deleted, Retired};
    assert_eq!(status_on(&mut office, "2034-01-10"), Retired);
    assert_eq!(status_on(&mut office, "2034-01-11"), AwaitingDeletion);
    office
        .destroy(&[jiro], DestroyReason::RetentionEnded, "2034-01-11")
        .unwrap();
    assert_eq!(status_on(&mut office, "2034-01-12"), Deleted);
}

#[test]
fn a_day_too_far_ahead_to_reckon_from_is_told_as_one() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    // T1 keeps it until 2200-01-10, which no calendar here has.
    let left = office.leave(jiro, "2191-12-31", RetirementReason::Resigned);
    assert!(left.is_ok());
    let left = office.leave(jiro, "2192-01-01", RetirementReason::Resigned);
    assert_eq!(left, Err(RuleError::BeyondCalendar.into()));

    let (id, person) = office.payee(&author(Continuity::Spot, "2026-05-10", None));
    let far = author(Continuity::Continuing, "2026-05-10", Some("2199-01-01"));
    let revision = office.vault.payee(&office.session, id).unwrap().revision;
    let changed = office
        .vault
        .change_payee(&office.session, id, revision, &far, at(4));
    assert_eq!(changed, Err(RuleError::BeyondCalendar.into()));
    let far = date("2199-12-31");
    let held = office
        .vault
        .add_hold(&office.session, &[person], "T9", far, at(5));
    assert_eq!(held, Err(RuleError::BeyondCalendar.into()));
    assert_eq!(office.goes(person).as_deref(), Some("2027-02-01"));
}

#[test]
fn a_spouse_who_becomes_60_is_no_longer_category_3_whether_somebody_ends_it_or_not() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    let mut fields = a_child();
    fields.relationship = Relationship::Wife;
    // 60 on 2027-03-31 (国民年金法9条), so the last day is the 30th.
    fields.particulars.birth_date = Some(date("1967-04-01"));
    let claims = [Claim::Category3];
    let (vault, session) = (&mut office.vault, &office.session);
    let wife = vault
        .add_dependant(session, jiro, &fields, &claims, date("2020-04-01"), at(2))
        .unwrap();
    let digits = number(NUMBERS[2]);
    let draft = NumberDraft::new(&digits, &[Purpose::NationalPension3]);
    vault
        .set_number(session, wife.person, draft, at(2))
        .unwrap();
    // Two years from the completion.
    assert_eq!(office.goes(wife.person).as_deref(), Some("2029-03-31"));

    // The day of birth was wrong.
    let (vault, session) = (&mut office.vault, &office.session);
    let revision = vault.dependant(session, wife.person).unwrap().revision;
    fields.particulars.birth_date = Some(date("1977-04-01"));
    vault
        .change_dependant(session, wife.person, revision, &fields, at(3))
        .unwrap();
    assert_eq!(office.goes(wife.person).as_deref(), Some("2039-03-31"));

    // What else is claimed keeps the number.
    let (vault, session) = (&mut office.vault, &office.session);
    let revision = vault.dependant(session, wife.person).unwrap().revision;
    vault
        .claim_dependant(
            session,
            wife.person,
            revision,
            Claim::HealthInsurance,
            date("2021-01-01"),
            at(4),
        )
        .unwrap();
    assert_eq!(office.goes(wife.person), None);
}
