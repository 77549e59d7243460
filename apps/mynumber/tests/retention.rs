//! Retention: the worked dates of the rules, and what holds for every date there is.
#![allow(clippy::unwrap_used, reason = "tests")]

use mynumber::people::{Continuity, EmploymentStatus};
use mynumber::retention::{
    Alert, Batch, ClosingMonth, Hold, Need, Plan, Policy, Rule, Rules, Settings, StartEvent,
    TermError, TooManyYears, Verdict, alert, judge,
};
use mynumber::{Date, Purpose};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn rule(id: &str) -> &'static Rule {
    Rules::current().find(id).unwrap()
}

/// `start … until` of a document.
fn term(id: &str, event: &str) -> (String, String) {
    let term = rule(id).term(date(event), 7).unwrap();
    (term.start.to_string(), term.until.to_string())
}

fn terms(start: &str, until: &str) -> (String, String) {
    (start.into(), until.into())
}

fn goes(need: Need, holds: &[Hold], settings: &Settings) -> Plan {
    match judge(need, holds, settings).unwrap() {
        Verdict::Goes(plan) => plan,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_rule_stands_once_with_both_languages_a_basis_and_a_source() {
    let rules = Rules::current();
    let ids: BTreeSet<_> = rules.all.iter().map(|r| &r.id).collect();
    assert_eq!(ids.len(), rules.all.len());
    for rule in &rules.all {
        assert!(!rule.ja.is_ascii() && rule.en.is_ascii(), "{}", rule.id);
        assert!(
            !rule.basis.is_empty() && !rule.source.is_empty(),
            "{}",
            rule.id
        );
        assert!(
            rule.carries_number || rule.purposes.is_empty(),
            "{}",
            rule.id
        );
    }
    for id in [
        "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "E1", "E2", "H1", "H2", "H3",
        "W1", "W2", "L1", "P1", "P2", "X1",
    ] {
        assert!(rules.find(id).is_some(), "{id}");
    }
}

#[test]
fn a_declaration_is_kept_seven_years_from_the_january_after_its_deadlines_year() {
    assert_eq!(term("T1", "2026-01-23"), terms("2027-01-11", "2034-01-10"));
    assert_eq!(term("T1", "2018-01-24"), terms("2019-01-11", "2026-01-10"));
    assert_eq!(term("T6", "2026-12-31"), terms("2027-01-11", "2034-01-10"));
}

#[test]
fn it_is_the_deadlines_year_that_counts_and_not_the_forms() {
    // The form of 2026 whose first pay day is 1 January 2026: its deadline lies in 2025.
    assert_eq!(term("T1", "2025-12-31"), terms("2026-01-11", "2033-01-10"));
    assert_eq!(term("T1", "2026-01-01"), terms("2027-01-11", "2034-01-10"));
}

#[test]
fn insurance_papers_are_kept_from_the_day_after_they_are_closed() {
    assert_eq!(term("E1", "2026-03-31"), terms("2026-04-01", "2030-03-31"));
    assert_eq!(term("H1", "2026-03-31"), terms("2026-04-01", "2028-03-31"));
    assert_eq!(term("H2", "2026-12-31"), terms("2027-01-01", "2028-12-31"));
    assert_eq!(term("E1", "2024-02-29"), terms("2024-03-01", "2028-02-29"));
    assert_eq!(term("H1", "2024-02-29"), terms("2024-03-01", "2026-02-28"));
    assert_eq!(term("H1", "2019-04-30"), terms("2019-05-01", "2021-04-30"));
}

#[test]
fn a_payees_number_goes_with_the_filing_and_copies_by_the_companys_policy() {
    assert_eq!(term("P1", "2027-01-31"), terms("2027-01-31", "2027-01-31"));
    assert_eq!(term("T9", "2027-01-31"), terms("2027-02-01", "2034-01-31"));
    let kept = |years| {
        rule("T9")
            .term(date("2027-01-31"), years)
            .unwrap()
            .until
            .to_string()
    };
    assert_eq!(kept(0), "2027-01-31");
    assert_eq!(kept(3), "2030-01-31");
    assert_eq!(kept(50), "2034-01-31");
}

#[test]
fn a_document_that_may_hold_no_number_keeps_none() {
    for id in ["T4", "T10", "E2", "W1", "W2", "L1"] {
        assert_eq!(
            rule(id).term(date("2026-03-31"), 7),
            Err(TermError::NoNumberInIt),
            "{id}"
        );
    }
}

#[test]
fn an_event_opens_the_documents_that_the_numbers_purposes_stand_in() {
    let opened = |event, purposes: &[Purpose], continuity| -> Vec<&str> {
        Rules::current()
            .opened_by(event, purposes, continuity)
            .map(|r| r.id.as_str())
            .collect()
    };
    let employee = &Purpose::OF_EMPLOYEES;
    assert_eq!(
        opened(StartEvent::Closing, employee, None),
        ["E1", "H1", "H2"]
    );
    assert_eq!(
        opened(StartEvent::Closing, &[Purpose::NationalPension3], None),
        ["H3"]
    );
    assert_eq!(
        opened(StartEvent::FormDeadline, employee, None),
        ["T1", "T2", "T3", "T8"]
    );
    assert_eq!(opened(StartEvent::RetirementPay, employee, None), ["T6"]);
    let fee = &[Purpose::PayeeReport];
    assert_eq!(
        opened(StartEvent::Filing, fee, Some(Continuity::Spot)),
        ["P1"]
    );
    assert_eq!(
        opened(StartEvent::Filing, fee, Some(Continuity::Continuing)),
        ["T9"]
    );
    assert_eq!(
        opened(StartEvent::ContractEnd, fee, Some(Continuity::Continuing)),
        ["P2"]
    );
    assert!(opened(StartEvent::Closing, fee, None).is_empty());
}

#[test]
fn a_number_goes_after_the_longest_of_its_documents() {
    let settings = Settings::default();
    let left = date("2027-03-31");
    let holds: Vec<_> = [
        ("E1", "2027-03-31"),
        ("T1", "2027-01-24"),
        ("H1", "2027-03-31"),
    ]
    .into_iter()
    .map(|(id, event)| Hold::of(rule(id), date(event), &settings).unwrap())
    .collect();
    let plan = goes(Need::EndedOn(left), &holds, &settings);
    assert_eq!(plan.keep_until, date("2035-01-10"));
    assert_eq!(plan.deletable_from, date("2035-01-11"));
    assert_eq!(
        plan.why_japanese(),
        "給与所得者の扶養控除等（異動）申告書（提出期限 2027年）を2035年1月10日まで保存（所得税法施行規則76条の3）"
    );
    assert!(plan.why_english().contains("kept until 2035-01-10"));
}

#[test]
fn somebody_employed_keeps_the_number_and_somebody_gone_without_a_date_is_an_alert() {
    let settings = Settings::default();
    let old = Hold::of(rule("H1"), date("2015-03-31"), &settings).unwrap();
    let of = Need::of_employee;
    for status in [EmploymentStatus::Active, EmploymentStatus::OnLeave] {
        assert_eq!(
            judge(of(status, None), std::slice::from_ref(&old), &settings),
            Ok(Verdict::Stays)
        );
    }
    let gone = of(EmploymentStatus::Retired, None);
    assert_eq!(judge(gone, &[old], &settings), Ok(Verdict::EndUnknown));
    let left = of(EmploymentStatus::Retired, Some(date("2026-03-31")));
    let plan = goes(left, &[], &settings);
    assert_eq!(
        (plan.deletable_from, plan.because.clone()),
        (date("2026-04-01"), None)
    );
    assert_eq!(plan.why_japanese(), "2026年3月31日に必要がなくなった");
}

#[test]
fn alerts_come_90_and_30_days_before_and_on_the_day() {
    let settings = settings(Batch::MonthEnd, 3, 7);
    let plan = goes(Need::EndedOn(date("2026-12-09")), &[], &settings);
    assert_eq!(plan.deletable_from, date("2026-12-10"));
    assert_eq!(plan.delete_by, date("2026-12-31"));
    for (today, expected) in [
        ("2026-09-10", None),
        ("2026-09-11", Some(Alert::Within90)),
        ("2026-11-09", Some(Alert::Within90)),
        ("2026-11-10", Some(Alert::Within30)),
        ("2026-12-09", Some(Alert::Within30)),
        ("2026-12-10", Some(Alert::Due)),
        ("2026-12-31", Some(Alert::Due)),
        ("2027-01-01", Some(Alert::Overdue)),
    ] {
        assert_eq!(plan.alert(date(today)), expected, "{today}");
    }
}

#[test]
fn batches_end_with_the_month_or_the_fiscal_year() {
    for (batch, closing, day, by) in [
        (Batch::Immediate, 3, "2026-04-01", "2026-04-01"),
        (Batch::MonthEnd, 3, "2024-02-01", "2024-02-29"),
        (Batch::FiscalYearEnd, 3, "2026-04-01", "2027-03-31"),
        (Batch::FiscalYearEnd, 3, "2026-03-31", "2026-03-31"),
        (Batch::FiscalYearEnd, 2, "2027-03-01", "2028-02-29"),
        (Batch::FiscalYearEnd, 12, "2026-01-01", "2026-12-31"),
    ] {
        let settings = settings(batch, closing, 7);
        assert_eq!(
            settings.batch_day(date(day)),
            Some(date(by)),
            "{batch:?} {day}"
        );
    }
    assert_eq!([0, 13].map(ClosingMonth::new), [None, None]);
    assert_eq!(Policy::new(Batch::Immediate, 8), Err(TooManyYears));
}

fn settings(batch: Batch, closing: u8, copy_years: u16) -> Settings {
    Settings {
        policy: Policy::new(batch, copy_years).unwrap(),
        closing_month: ClosingMonth::new(closing).unwrap(),
    }
}

fn any_day() -> impl Strategy<Value = Date> {
    // Leap days, ends of years and the first days of eras come up as often as all others.
    let all = (-37_255i64..=80_000).prop_map(|d| Date::from_days(d).unwrap());
    let edges = (1868u16..=2180, 0usize..6).prop_filter_map("a day", |(year, at)| {
        let (month, day) = [(2, 29), (2, 28), (12, 31), (1, 1), (1, 10), (1, 11)][at];
        Date::new(year, month, day).ok()
    });
    let eras = proptest::sample::select(vec![
        "1912-07-29",
        "1912-07-30",
        "1926-12-24",
        "1926-12-25",
        "1989-01-07",
        "1989-01-08",
        "2019-04-30",
        "2019-05-01",
    ])
    .prop_map(date);
    prop_oneof![all, edges, eras]
}

fn any_rule() -> impl Strategy<Value = &'static Rule> {
    let rules: Vec<_> = Rules::current()
        .all
        .iter()
        .filter(|r| r.carries_number)
        .collect();
    proptest::sample::select(rules)
}

fn any_settings() -> impl Strategy<Value = Settings> {
    (0usize..3, 1u8..=12, 0u16..=7)
        .prop_map(|(batch, month, years)| settings(Batch::ALL[batch], month, years))
}

proptest! {
    #[test]
    fn no_period_ends_before_its_event_and_later_events_never_end_earlier(
        rule in any_rule(), a in any_day(), b in any_day(), settings in any_settings()
    ) {
        let (early, late) = (a.min(b), a.max(b));
        let first = Hold::of(rule, early, &settings).unwrap().term;
        let second = Hold::of(rule, late, &settings).unwrap().term;
        prop_assert!(first.until >= early && first.start >= early);
        prop_assert!(first.until <= second.until);
        prop_assert!(first.start.days() <= first.until.days() + 1);
        // No rule keeps a document for more than nine years after its event.
        prop_assert!(first.until < early.plus_years(9).unwrap());
    }

    #[test]
    fn a_tax_declaration_ends_on_the_tenth_of_january_of_the_eighth_year(day in any_day()) {
        let term = rule("T1").term(day, 7).unwrap();
        prop_assert_eq!(term.start.to_string(), format!("{:04}-01-11", day.year() + 1));
        prop_assert_eq!(term.until.to_string(), format!("{:04}-01-10", day.year() + 8));
    }

    #[test]
    fn years_end_on_the_events_own_day_or_the_28th(day in any_day()) {
        for (id, years) in [("E1", 4), ("H1", 2)] {
            let until = rule(id).term(day, 7).unwrap().until;
            prop_assert_eq!(until.year(), day.year() + years);
            prop_assert_eq!(until.month(), day.month());
            prop_assert!(until.day() == day.day() || (day.day(), until.day()) == (29, 28));
        }
    }

    #[test]
    fn a_number_goes_the_day_after_the_latest_of_everything(
        ended in any_day(),
        documents in proptest::collection::vec((any_rule(), any_day()), 0..6),
        settings in any_settings(),
    ) {
        let holds: Vec<_> = documents
            .iter()
            .map(|(rule, day)| Hold::of(rule, *day, &settings).unwrap())
            .collect();
        let plan = goes(Need::EndedOn(ended), &holds, &settings);
        let latest = holds.iter().map(|h| h.term.until).chain([ended]).max().unwrap();
        prop_assert_eq!(plan.keep_until, latest);
        prop_assert_eq!(plan.deletable_from.days(), latest.days() + 1);
        prop_assert!(plan.delete_by >= plan.deletable_from);
        prop_assert!(plan.delete_by < plan.deletable_from.plus_years(1).unwrap());
        prop_assert_eq!(plan.because.is_some(), latest > ended);
        prop_assert_eq!(judge(Need::Lasting, &holds, &settings), Ok(Verdict::Stays));
        prop_assert_eq!(judge(Need::EndUnknown, &holds, &settings), Ok(Verdict::EndUnknown));
    }

    #[test]
    fn alerts_only_grow_more_urgent(from in any_day(), settings in any_settings(), offset in -400i64..400) {
        let by = settings.batch_day(from).unwrap();
        if let (Some(today), Some(tomorrow)) = (from.plus_days(offset), from.plus_days(offset + 1)) {
            prop_assert!(alert(from, by, today) <= alert(from, by, tomorrow));
            prop_assert_eq!(alert(from, by, today).is_some(), offset >= -90);
            prop_assert_eq!(alert(from, by, today) >= Some(Alert::Due), offset >= 0);
        }
    }
}
