//! Retention in the vault: what must go, when and why, and that nothing goes before.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;

mod ends;

use common::*;
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::PersonKind;
use mynumber::retention::{Alert, Batch, ClosingMonth, Policy, Verdict};
use mynumber::{Date, EmployeeNo, PersonName, Purpose, RetirementReason};
use vault::*;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// Noon of a day in Japan.
fn noon(day: &str) -> Moment {
    let unix_seconds = date(day).days() * 86_400 + 3 * 3600;
    Moment {
        unix_seconds,
        clock_confirmed: true,
        steady_seconds: 100,
    }
}

struct Office {
    _folder: tempfile::TempDir,
    vault: Vault,
    session: Session,
}

impl Office {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (vault, session) = create(folder.path());
        Self {
            _folder: folder,
            vault,
            session,
        }
    }

    fn employee(&mut self, no: &str, digits: &str) -> PersonId {
        let number = number(digits);
        let draft = NumberDraft::new(
            &number,
            &[
                Purpose::WithholdingTax,
                Purpose::TaxDeclaration,
                Purpose::EmploymentInsurance,
                Purpose::HealthAndPension,
            ],
        );
        let fields = person(no, "髙橋 花子", "タカハシ ハナコ");
        let saved = self
            .vault
            .register_person(&self.session, &fields, Some(draft), at(1));
        saved.unwrap().person
    }

    fn retire(&mut self, employee: PersonId, on: &str) {
        let reason = RetirementReason::Resigned;
        self.leave(employee, on, reason).unwrap();
    }

    fn leave(
        &mut self,
        employee: PersonId,
        on: &str,
        reason: RetirementReason,
    ) -> Result<Saved, VaultError> {
        let revision = self
            .vault
            .employee(&self.session, employee)
            .unwrap()
            .person
            .revision;
        self.vault
            .retire_employee(&self.session, employee, revision, date(on), reason, at(2))
    }

    fn due(&self, by: &str) -> Vec<DueRow> {
        let list = DueList::By(date(by));
        let page = self.vault.due_numbers(&self.session, list, 0, 100).unwrap();
        assert_eq!(page.total, page.rows.len() as u64);
        page.rows
    }

    fn undated(&self) -> Vec<DueRow> {
        let list = DueList::EndUnknown;
        let page = self.vault.due_numbers(&self.session, list, 0, 100).unwrap();
        page.rows
    }

    /// The first day on which somebody's number may go; `None` while it stays.
    fn goes(&self, person: PersonId) -> Option<String> {
        let verdict = self.vault.retention_of(&self.session, person).unwrap();
        match verdict.unwrap() {
            Verdict::Goes(plan) => Some(plan.deletable_from.to_string()),
            Verdict::Stays => None,
            Verdict::EndUnknown => Some("unknown".into()),
        }
    }

    fn destroy(
        &mut self,
        people: &[PersonId],
        reason: DestroyReason,
        day: &str,
    ) -> Result<DestroyedNumbers, VaultError> {
        self.vault
            .destroy_numbers(&self.session, people, reason, noon(day))
    }
}

#[test]
fn who_is_employed_stands_in_no_list_and_who_left_goes_after_the_last_document() {
    let mut office = Office::open();
    let hanako = office.employee("0001", NUMBERS[0]);
    let jiro = office.employee("0002", NUMBERS[1]);
    assert_eq!(office.goes(hanako), None);
    assert!(office.due("2199-12-31").is_empty());

    office.retire(jiro, "2027-03-31");
    assert_eq!(office.goes(hanako), None);
    // 扶養控除等申告書 of 2027 is the last of all: until 2035-01-10.
    assert_eq!(office.goes(jiro).as_deref(), Some("2035-01-11"));
    assert!(office.due("2035-01-10").is_empty());
    let due = office.due("2035-01-11");
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].person, due[0].kind), (jiro, PersonKind::Employee));
    assert_eq!(
        (due[0].code.as_str(), due[0].name.as_str()),
        ("0002", "髙橋 花子")
    );
    let why = due[0].plan.as_ref().unwrap().why_japanese();
    assert!(
        why.contains("扶養控除等") && why.contains("2035年1月10日"),
        "{why}"
    );
}

#[test]
fn a_corrected_day_of_leaving_and_a_return_change_the_plan_at_once() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2027-03-31");
    office.retire(jiro, "2026-12-31");
    assert_eq!(office.goes(jiro).as_deref(), Some("2034-01-11"));
    assert_eq!(office.due("2034-01-11").len(), 1);
    let revision = office
        .vault
        .employee(&office.session, jiro)
        .unwrap()
        .person
        .revision;
    office
        .vault
        .withdraw_retirement(&office.session, jiro, revision, at(3))
        .unwrap();
    assert_eq!(office.goes(jiro), None);
    assert!(office.due("2199-12-31").is_empty());
}

#[test]
fn somebody_gone_without_a_day_is_an_alert_and_cannot_be_destroyed() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office
        .vault
        .mark_as_left(&office.session, jiro, 1, at(2))
        .unwrap();
    assert_eq!(office.undated().len(), 1);
    assert_eq!(office.undated()[0].plan, None);
    assert!(office.due("2199-12-31").is_empty());
    assert_eq!(
        office
            .vault
            .due_counts(&office.session)
            .unwrap()
            .end_unknown,
        1
    );
    let refused = office.destroy(&[jiro], DestroyReason::RetentionEnded, "2099-01-01");
    assert_eq!(refused, Err(VaultError::MustKeep(MustKeep::EndUnknown)));
    office.retire(jiro, "2020-03-31");
    assert!(office.undated().is_empty());
    assert_eq!(office.goes(jiro).as_deref(), Some("2028-01-11"));
}

#[test]
fn nothing_is_destroyed_before_its_day_and_nothing_by_the_day_alone() {
    let mut office = Office::open();
    let hanako = office.employee("0001", NUMBERS[0]);
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2026-12-31");
    let ended = DestroyReason::RetentionEnded;
    let until = VaultError::MustKeep(MustKeep::Until(date("2034-01-10")));
    for reason in [ended, DestroyReason::NoLongerNeeded] {
        assert_eq!(
            office.destroy(&[jiro], reason, "2034-01-10"),
            Err(until.clone())
        );
    }
    // One that may go with one that may not: neither goes.
    let both = office.destroy(&[jiro, hanako], ended, "2034-01-11");
    assert_eq!(both, Err(VaultError::MustKeep(MustKeep::Needed)));
    // The day has come; nothing happens until somebody confirms.
    assert_eq!(office.due("2034-01-11").len(), 1);
    assert_eq!(
        office.destroy(&[jiro], ended, "2034-01-11").unwrap().people,
        [jiro]
    );
    assert!(office.due("2199-12-31").is_empty());
    let again = office.destroy(&[jiro], ended, "2034-01-12");
    assert_eq!(again, Err(VaultError::NoNumber));
    assert!(verify(&mut office.vault, &office.session).is_ok());
}

#[test]
fn what_should_never_have_been_collected_goes_at_once() {
    let mut office = Office::open();
    let hanako = office.employee("0001", NUMBERS[0]);
    let mistake = DestroyReason::CollectedByMistake;
    let destroyed = office.destroy(&[hanako], mistake, "2026-11-23").unwrap();
    let certificate = office
        .vault
        .deletion_certificate(&office.session, &destroyed.batch, 0, 50)
        .unwrap();
    assert_eq!(certificate.reason, mistake);
    assert_eq!(certificate.people.rows[0].rule, None);
    let gone = office
        .vault
        .reveal(&office.session, hanako, Purpose::WithholdingTax, at(9));
    assert_eq!(gone.err(), Some(VaultError::NoNumber));
}

#[test]
fn the_record_says_who_what_when_why_and_never_the_number() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2026-12-31");
    let ended = DestroyReason::RetentionEnded;
    let destroyed = office.destroy(&[jiro], ended, "2034-02-01").unwrap();
    let page = office.vault.deletions(&office.session, 0, 10).unwrap();
    assert_eq!((page.total, page.rows[0].people), (1, 1));
    assert_eq!(page.rows[0].id, destroyed.batch);
    let certificate = office
        .vault
        .deletion_certificate(&office.session, &destroyed.batch, 0, 50)
        .unwrap();
    assert_eq!(certificate.company, "株式会社サンプル");
    assert_eq!(certificate.deleted_by, "山田 太郎");
    assert_eq!(certificate.confirmed_by, None);
    assert_eq!(certificate.deleted_unix, noon("2034-02-01").unix_seconds);
    let line = &certificate.people.rows[0];
    assert_eq!(
        (line.code.as_str(), line.rule.as_deref()),
        ("0002", Some("T1"))
    );
    assert_eq!(line.kept_until, Some(date("2034-01-10")));
    assert!(
        line.basis_japanese()
            .unwrap()
            .contains("所得税法施行規則76条の3")
    );
    assert!(!format!("{certificate:?}").contains(NUMBERS[1]));
    let unknown = office
        .vault
        .deletion_certificate(&office.session, "none", 0, 50);
    assert_eq!(unknown.err(), Some(VaultError::NotFound));
}

#[test]
fn a_document_entered_keeps_the_number_until_it_is_gone() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2026-12-31");
    let filed = date("2027-01-29");
    let added = office
        .vault
        .add_hold(&office.session, &[jiro], "T9", filed, at(3));
    assert_eq!(added, Ok(1));
    let again = office
        .vault
        .add_hold(&office.session, &[jiro], "T9", filed, at(3));
    assert_eq!(again, Ok(0));
    assert_eq!(office.goes(jiro).as_deref(), Some("2034-01-30"));
    let holds = office.vault.holds(&office.session, jiro).unwrap();
    let entered = holds.iter().find(|h| h.id.is_some()).unwrap();
    assert_eq!(entered.hold.rule, "T9");
    let closed: Vec<_> = holds
        .iter()
        .filter(|h| h.id.is_none())
        .map(|h| h.hold.rule.as_str())
        .collect();
    assert_eq!(closed, ["E1", "H1", "H2", "T1"]);
    office
        .vault
        .end_hold(
            &office.session,
            entered.id.unwrap(),
            HoldEnd::DocumentGone,
            at(4),
        )
        .unwrap();
    assert_eq!(office.goes(jiro).as_deref(), Some("2034-01-11"));
    let twice = office.vault.end_hold(
        &office.session,
        entered.id.unwrap(),
        HoldEnd::Mistake,
        at(4),
    );
    assert_eq!(twice, Err(VaultError::NotFound));
    let events = events(&office.vault, &office.session);
    assert_eq!(events[events.len() - 3..], ["L-401", "L-401", "L-409"]);
}

#[test]
fn a_document_that_never_holds_a_number_keeps_none() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    let day = date("2027-01-29");
    let mut add = |rule| {
        office
            .vault
            .add_hold(&office.session, &[jiro], rule, day, at(3))
    };
    assert_eq!(add("L1"), Err(VaultError::MustKeep(MustKeep::NoNumberInIt)));
    assert_eq!(add("Z9"), Err(VaultError::NotFound));
}

#[test]
fn the_company_decides_when_the_batch_goes_and_alerts_follow() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2026-12-31");
    let policy = Policy::new(Batch::FiscalYearEnd, 7).unwrap();
    office
        .vault
        .set_retention_policy(&office.session, policy, noon("2033-10-13"))
        .unwrap();
    let kept = office.vault.retention_policy(&office.session);
    assert_eq!(kept, Ok(policy));
    let alert = |office: &Office| office.due("2034-01-11")[0].alert;
    assert_eq!(alert(&office), Some(Alert::Within90));
    let counts = |office: &Office| office.vault.due_counts(&office.session).unwrap();
    let expected = |within_90, within_30, due, overdue| DueCounts {
        end_unknown: 0,
        within_90,
        within_30,
        due,
        overdue,
    };
    for (day, alerted, counted) in [
        ("2033-12-12", Alert::Within30, expected(0, 1, 0, 0)),
        ("2034-01-11", Alert::Due, expected(0, 0, 1, 0)),
        ("2034-03-31", Alert::Due, expected(0, 0, 1, 0)),
        ("2034-04-01", Alert::Overdue, expected(0, 0, 0, 1)),
    ] {
        // Any act of the clerk tells the session what day it is.
        office
            .vault
            .set_retention_policy(&office.session, policy, noon(day))
            .unwrap();
        assert_eq!(alert(&office), Some(alerted), "{day}");
        assert_eq!(counts(&office), counted, "{day}");
    }
    let plan = office.due("2034-01-11").remove(0).plan.unwrap();
    assert_eq!(plan.delete_by, date("2034-03-31"));

    // Another 決算月 among the company's particulars, and every plan follows.
    let profile = CompanyProfile {
        closing_month: ClosingMonth::new(12),
        ..CompanyProfile::default()
    };
    office
        .vault
        .change_company_profile(&office.session, &profile, noon("2034-04-01"))
        .unwrap();
    let plan = office.due("2034-01-11").remove(0).plan.unwrap();
    assert_eq!(plan.delete_by, date("2034-12-31"));
    assert_eq!(alert(&office), Some(Alert::Due));
}

/// Somebody's child, born on 2015-05-01.
fn a_child() -> DependantFields {
    DependantFields {
        particulars: Particulars {
            name: PersonName::new("髙橋 一郎").unwrap(),
            filing_name: None,
            kana: None,
            other_names: OtherNames::default(),
            birth_date: Some(date("2015-05-01")),
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

#[test]
fn a_dependants_number_goes_by_the_claims_and_with_the_employee() {
    let mut office = Office::open();
    let jiro = office.employee("0002", NUMBERS[1]);
    let fields = a_child();
    let claims = [Claim::Tax(Deduction::Under16), Claim::HealthInsurance];
    let child = office
        .vault
        .add_dependant(
            &office.session,
            jiro,
            &fields,
            &claims,
            date("2020-04-01"),
            at(2),
        )
        .unwrap();
    let digits = number(NUMBERS[2]);
    let draft = NumberDraft::new(
        &digits,
        &[
            Purpose::WithholdingTax,
            Purpose::TaxDeclaration,
            Purpose::HealthAndPension,
        ],
    );
    office
        .vault
        .set_number(&office.session, child.person, draft, at(2))
        .unwrap();
    assert_eq!(office.goes(child.person), None);

    // The claim for tax ends in 2026, the insurance with the employment in 2030.
    let revision = office
        .vault
        .dependant(&office.session, child.person)
        .unwrap()
        .revision;
    let tax = claims[0];
    office
        .vault
        .end_claim(
            &office.session,
            child.person,
            revision,
            tax,
            date("2026-12-31"),
            at(3),
        )
        .unwrap();
    assert_eq!(office.goes(child.person), None);
    office.retire(jiro, "2030-06-30");
    // 申告書 of 2026 until 2034-01-10, insurance papers until 2032-06-30.
    assert_eq!(office.goes(child.person).as_deref(), Some("2034-01-11"));
    assert_eq!(office.goes(jiro).as_deref(), Some("2038-01-11"));
    let row = office.due("2034-01-11").remove(0);
    assert_eq!(
        (row.kind, row.code.as_str()),
        (PersonKind::Dependant, "0002")
    );
}

#[test]
fn the_plan_stands_after_the_vault_was_closed() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, session) = create(folder.path());
    let mut office = Office {
        _folder: folder,
        vault,
        session,
    };
    let jiro = office.employee("0002", NUMBERS[1]);
    office.retire(jiro, "2026-12-31");
    let Office {
        _folder: folder,
        mut vault,
        session,
    } = office;
    vault.lock(session, at(5)).unwrap();
    drop(vault);
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(20)).unwrap();
    let list = DueList::By(date("2034-01-11"));
    assert_eq!(vault.due_numbers(&session, list, 0, 10).unwrap().total, 1);
}

#[test]
fn a_page_is_counted_whole_and_cut_at_its_limit() {
    let mut office = Office::open();
    for (at, digits) in NUMBERS.iter().enumerate().take(4) {
        let person = office.employee(&format!("000{at}"), digits);
        office.retire(person, &format!("202{at}-12-31"));
    }
    let list = DueList::By(date("2199-12-31"));
    let page = office
        .vault
        .due_numbers(&office.session, list, 1, 2)
        .unwrap();
    assert_eq!(page.total, 4);
    let codes: Vec<_> = page.rows.iter().map(|r| r.code.as_str()).collect();
    assert_eq!(codes, ["0001", "0002"]);
    assert!(EmployeeNo::new(codes[0]).is_ok());
}
