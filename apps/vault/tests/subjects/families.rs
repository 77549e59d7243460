use crate::common::*;
use crate::{day, particulars};
use mynumber::asking::NotAllowed;
use mynumber::family::{ClaimError, Deduction, Disability, Relationship, Residency};
use mynumber::retention::Verdict;
use mynumber::{PersonName, Purpose};
use vault::*;

fn family(name: &str, relationship: Relationship, born: &str) -> DependantFields {
    DependantFields {
        particulars: particulars(name, "タカハシ", born),
        relationship,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    }
}

fn draft(number: &mynumber::IndividualNumber) -> NumberDraft<'_> {
    NumberDraft::new(number, &[Purpose::WithholdingTax, Purpose::TaxDeclaration])
}

#[test]
fn a_relative_who_is_not_claimed_has_no_number_and_the_refusal_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "1", NUMBERS[0]);
    let mother = family("髙橋 梅", Relationship::Mother, "1955-05-05");
    let start = day("2026-01-01");
    let saved = vault
        .add_dependant(&session, employee, &mother, &[], start, at(2))
        .unwrap();
    let n = number(NUMBERS[1]);
    let refused = vault.set_number(&session, saved.person, draft(&n), at(3));
    let why = NotAllowed::DependantNotClaimed;
    assert_eq!(refused, Err(VaultError::MayNotAsk(why)));
    assert_eq!(vault.may_ask(&session, saved.person), Ok(Err(why)));
    assert_eq!(events(&vault, &session).last().unwrap(), "L-209!E-306");

    let claim = Claim::Tax(Deduction::Dependant);
    let saved = vault
        .claim_dependant(&session, saved.person, 1, claim, start, at(4))
        .unwrap();
    vault
        .set_number(&session, saved.person, draft(&n), at(5))
        .unwrap();
    let kept = vault.dependant(&session, saved.person).unwrap();
    assert_eq!(
        kept.purposes,
        [Purpose::WithholdingTax, Purpose::TaxDeclaration]
    );
    let digits = vault
        .reveal(&session, saved.person, Purpose::TaxDeclaration, at(6))
        .unwrap();
    assert_eq!(*digits, NUMBERS[1]);
}

#[test]
fn a_claim_allows_what_it_is_for_until_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "1", NUMBERS[0]);
    let wife = family("髙橋 桜", Relationship::Wife, "1992-02-29");
    let start = day("2026-04-01");
    let claims = [Claim::HealthInsurance, Claim::Category3];
    let id = vault
        .add_dependant(&session, employee, &wife, &claims, start, at(2))
        .unwrap()
        .person;
    let allowed = |vault: &Vault| vault.may_ask(&session, id).unwrap();
    assert_eq!(
        allowed(&vault),
        Ok(vec![Purpose::HealthAndPension, Purpose::NationalPension3])
    );
    let twice = vault.claim_dependant(&session, id, 1, Claim::Category3, day("2026-05-01"), at(3));
    assert_eq!(twice, Err(RuleError::AlreadyClaimed.into()));
    let until = day("2026-10-31");
    vault
        .end_claim(&session, id, 1, Claim::Category3, until, at(4))
        .unwrap();
    assert_eq!(allowed(&vault), Ok(vec![Purpose::HealthAndPension]));
    let ended = vault.end_dependant(&session, id, 2, day("2026-03-31"), at(5));
    assert_eq!(ended, Err(RuleError::DatesContradict.into()));
    vault
        .end_dependant(&session, id, 2, day("2026-11-20"), at(6))
        .unwrap();
    assert_eq!(allowed(&vault), Err(NotAllowed::DependantNotClaimed));
    let kept = vault.dependant(&session, id).unwrap();
    assert_eq!(kept.ended_on, Some(day("2026-11-20")));
    let spans: Vec<_> = kept
        .claims
        .iter()
        .map(|c| (c.claim, c.span.until))
        .collect();
    assert_eq!(
        spans,
        [
            (Claim::Category3, Some(until)),
            (Claim::HealthInsurance, Some(day("2026-11-20"))),
        ],
        "ended claims stay on record"
    );
    let later = vault.claim_dependant(&session, id, 3, Claim::HealthInsurance, until, at(7));
    assert_eq!(later, Err(RuleError::Ended.into()));
}

#[test]
fn the_declaration_for_next_year_is_asked_for_this_year() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "1", NUMBERS[0]);
    let child = family("髙橋 空", Relationship::Child, "2010-06-01");
    let next_year = day("2027-01-01");
    let claims = [Claim::Tax(Deduction::Dependant)];
    let id = vault
        .add_dependant(&session, employee, &child, &claims, next_year, at(2))
        .unwrap()
        .person;
    assert!(vault.may_ask(&session, id).unwrap().is_ok());
}

#[test]
fn a_claim_that_never_began_does_not_keep_a_family_member() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "1", NUMBERS[0]);
    let child = family("髙橋 空", Relationship::Child, "2010-06-01");
    let start = day("2026-04-01");
    let id = vault
        .add_dependant(
            &session,
            employee,
            &child,
            &[Claim::HealthInsurance],
            start,
            at(2),
        )
        .unwrap()
        .person;
    let next_year = Claim::Tax(Deduction::Dependant);
    let claims = |vault: &Vault| {
        let kept = vault.dependant(&session, id).unwrap();
        let spans = kept.claims.iter().map(|c| (c.claim, c.span.until));
        spans.collect::<Vec<_>>()
    };
    let health = (Claim::HealthInsurance, None);
    vault
        .claim_dependant(&session, id, 1, next_year, day("2027-01-01"), at(3))
        .unwrap();
    let before_added = vault.end_claim(&session, id, 2, next_year, day("2026-03-31"), at(4));
    assert_eq!(before_added, Err(RuleError::DatesContradict.into()));
    vault
        .end_claim(&session, id, 2, next_year, day("2026-12-31"), at(4))
        .unwrap();
    assert_eq!(claims(&vault), [health], "taken back before it began");

    vault
        .claim_dependant(&session, id, 3, next_year, day("2027-01-01"), at(5))
        .unwrap();
    let died = day("2026-11-20");
    vault.end_dependant(&session, id, 4, died, at(6)).unwrap();
    assert_eq!(claims(&vault), [(Claim::HealthInsurance, Some(died))]);
}

#[test]
fn a_claim_must_be_possible_for_such_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "1", NUMBERS[0]);
    let start = day("2026-01-01");
    let child = family("髙橋 空", Relationship::Child, "2016-06-01");
    let mut add = |fields: &DependantFields, claim| {
        vault.add_dependant(&session, employee, fields, &[claim], start, at(2))
    };
    assert_eq!(
        add(&child, Claim::Tax(Deduction::Dependant)),
        Err(RuleError::Claim(ClaimError::TooYoung).into())
    );
    assert_eq!(
        add(&child, Claim::Category3),
        Err(RuleError::Claim(ClaimError::NotSpouse).into())
    );
    let mut unknown = child.clone();
    unknown.particulars.birth_date = None;
    assert_eq!(
        add(&unknown, Claim::Tax(Deduction::Under16)),
        Err(RuleError::BirthDateMissing.into())
    );
    assert!(add(&child, Claim::Tax(Deduction::Under16)).is_ok());
    let only = vault.dependants(&session, employee).unwrap();
    assert_eq!(only.len(), 1, "what was refused left nothing behind");
}

#[test]
fn who_is_supported_again_needs_no_second_entry_and_no_second_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "1", NUMBERS[0]);
    let son = family("髙橋 樹", Relationship::Child, "2004-02-29");
    let claim = Claim::Tax(Deduction::Dependant);
    let start = day("2026-01-01");
    let id = vault
        .add_dependant(&session, employee, &son, &[claim], start, at(2))
        .unwrap()
        .person;
    let n = number(NUMBERS[1]);
    vault.set_number(&session, id, draft(&n), at(3)).unwrap();
    let still = vault.resume_dependant(&session, id, 2, at(4));
    assert_eq!(still, Err(RuleError::StillDependent.into()));

    // He found work in spring and lost it in autumn.
    vault
        .end_dependant(&session, id, 2, day("2026-03-31"), at(5))
        .unwrap();
    let why = NotAllowed::DependantNotClaimed;
    assert_eq!(vault.may_ask(&session, id), Ok(Err(why)));
    vault.resume_dependant(&session, id, 3, at(6)).unwrap();
    assert_eq!(
        vault.may_ask(&session, id),
        Ok(Err(why)),
        "until he is claimed"
    );
    vault
        .claim_dependant(&session, id, 4, claim, day("2026-10-01"), at(7))
        .unwrap();
    let kept = vault.dependant(&session, id).unwrap();
    assert_eq!((kept.ended_on, kept.claims.len()), (None, 2));
    assert!(kept.has_number);
    assert!(vault.may_ask(&session, id).unwrap().is_ok());
    let term = vault.retention_of(&session, id).unwrap();
    assert_eq!(term, Some(Verdict::Stays));
}

#[test]
fn families_are_found_by_name_and_by_the_employees_number() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let employee = register(&mut vault, &session, "A-7", NUMBERS[0]);
    let child = family("髙橋 空", Relationship::Child, "2016-06-01");
    let start = day("2026-01-01");
    let id = vault
        .add_dependant(&session, employee, &child, &[], start, at(2))
        .unwrap()
        .person;
    let find = |vault: &Vault, query: &str| {
        let page = vault.find_dependants(&session, query, 0, 10).unwrap();
        page.rows.into_iter().map(|r| r.id).collect::<Vec<_>>()
    };
    assert_eq!(find(&vault, "a-7"), [id]);
    assert_eq!(find(&vault, "空"), [id]);
    let fields = person("B-1", "髙橋 花子", "タカハシ ハナコ");
    vault
        .change_person(&session, employee, 1, &fields, at(3))
        .unwrap();
    assert!(find(&vault, "a-7").is_empty());
    assert_eq!(find(&vault, "B-1"), [id]);
    let revision = vault.dependant(&session, id).unwrap().revision;
    let rename = Rename {
        name: PersonName::new("佐藤 空").unwrap(),
        filing_name: None,
        kana: None,
        on: day("2026-11-01"),
    };
    vault
        .rename_dependant(&session, id, revision, &rename, at(4))
        .unwrap();
    assert_eq!(find(&vault, "佐藤"), [id]);
    assert_eq!(find(&vault, "髙橋 B-1"), [id]);
    let stale = vault.rename_dependant(&session, id, revision, &rename, at(5));
    assert_eq!(stale, Err(VaultError::Changed));
}
