//! The record of a number through the protocol: what the clerk says of where a number is
//! from, what is told of it without the number, and what it may be used for.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, events, person, typed};
use mynumber::collection::CollectionStatus;
use mynumber::{NumberSource, Purpose};
use protocol::clerk::numbers::{self, NumberEntry, Record, Request};
use protocol::clerk::retention::KeptTerm;
use protocol::clerk::{Field, FieldError, PersonId, Reply, people};

impl Desk {
    fn register(&mut self, no: u32, number: Option<NumberEntry>) -> Reply {
        self.ask(people::Request::Register {
            draft: person(no),
            position: None,
            number,
        })
    }

    fn record(&mut self, person: PersonId) -> Record {
        match self.ask(Request::Record { person }) {
            Reply::Numbers(numbers::Reply::Record(record)) => *record,
            other => panic!("{other:?}"),
        }
    }
}

fn from(digits: &str, source: NumberSource, valid_from: &str) -> NumberEntry {
    NumberEntry {
        source: Some(source),
        valid_from: valid_from.into(),
        ..typed(digits)
    }
}

fn saved(reply: Reply) -> PersonId {
    match reply {
        Reply::Saved { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_said_of_a_number_is_told_without_the_number() {
    let mut desk = Desk::new();
    let card = from("111111111118", NumberSource::Card, "H30.5.7");
    let person = saved(desk.register(1, Some(card)));
    let record = desk.record(person);
    assert!(!format!("{record:?}").contains("111111111118"));
    assert_eq!(record.status, CollectionStatus::Received);
    assert_eq!(record.kept.term, KeptTerm::Stays);
    let held = record.held.unwrap();
    assert_eq!(held.entered.source, Some(NumberSource::Card));
    assert_eq!(held.entered.valid_from, "2018-05-07");
    assert_eq!(held.entered.at.user, "山田 太郎");
    assert_eq!(held.entered.at.unix_seconds, desk.world.unix_seconds);
    assert_eq!(held.purposes.len(), 4);
    let recorded = events(&mut desk.keeper, &mut desk.world);
    desk.record(person);
    let after = events(&mut desk.keeper, &mut desk.world);
    assert_eq!(after, recorded, "what lists show is no entry");
}

#[test]
fn a_day_on_which_no_number_can_begin_to_hold_is_a_wrong_field() {
    let mut desk = Desk::new();
    let wrong = |day: &str, code| {
        let errors = vec![FieldError {
            field: Field::ValidFrom,
            code,
        }];
        (day.to_owned(), Reply::Invalid(errors))
    };
    for (day, reply) in [
        wrong("2015-10-04", ErrorCode::ValidFromImpossible),
        wrong("2199-01-01", ErrorCode::ValidFromImpossible),
        wrong("きのう", ErrorCode::DateInvalid),
    ] {
        let number = from("111111111118", NumberSource::Card, &day);
        assert_eq!(desk.register(1, Some(number)), reply, "{day}");
    }
}

#[test]
fn purposes_change_and_a_number_in_place_of_another_keeps_them() {
    let mut desk = Desk::new();
    let person = saved(desk.register(1, Some(typed("111111111118"))));
    let tax = vec![Purpose::WithholdingTax, Purpose::TaxDeclaration];
    let change = |revision, purposes: &[Purpose]| Request::ChangePurposes {
        person,
        revision,
        purposes: purposes.to_vec(),
    };
    assert_eq!(saved(desk.ask(change(1, &tax))), person);
    assert_eq!(
        desk.ask(change(1, &tax)),
        Reply::Refused(ErrorCode::ChangedMeanwhile)
    );
    let payee = [Purpose::PayeeReport];
    assert_eq!(
        desk.ask(change(2, &payee)),
        Reply::Refused(ErrorCode::NumberMayNotBeAsked)
    );
    assert_eq!(
        desk.ask(change(2, &[])),
        Reply::Refused(ErrorCode::NoPurpose)
    );
    let wider = [Purpose::WithholdingTax, Purpose::EmploymentInsurance];
    assert_eq!(
        desk.ask(change(2, &wider)),
        Reply::Refused(ErrorCode::PurposeNotNotified)
    );

    let number = from("222222222225", NumberSource::Form, "2026-11-01");
    saved(desk.ask(Request::Replace { person, number }));
    let record = desk.record(person);
    let held = record.held.unwrap();
    assert_eq!(held.purposes, tax, "what it may be used for did not grow");
    assert_eq!(held.entered.source, Some(NumberSource::Form));
    assert_eq!(record.former.len(), 1);
    assert_eq!(record.former[0].reason_ja, "番号変更");
}
