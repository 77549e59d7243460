//! How far the collection of a number is, through the protocol.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, person, typed};
use mynumber::NumberSource;
use mynumber::collection::{CollectionMethod, CollectionStatus, ContactMethod};
use protocol::clerk::collection::{self, Collection, ContactDraft, Request, StepKind};
use protocol::clerk::numbers::{self, NumberEntry};
use protocol::clerk::{MAX_ROWS, PersonId, Reply, people};

impl Desk {
    fn newcomer(&mut self) -> PersonId {
        let reply = self.ask(people::Request::Register {
            draft: person(1),
            position: None,
            number: None,
        });
        let Reply::Saved { person, .. } = reply else {
            panic!("{reply:?}")
        };
        person
    }

    fn collection(&mut self, person: PersonId) -> Collection {
        match self.ask(Request::Get { person }) {
            Reply::Collection(collection::Reply::Collection(kept)) => kept,
            other => panic!("{other:?}"),
        }
    }

    fn step(&mut self, request: Request) -> u32 {
        match self.ask(request) {
            Reply::Collection(collection::Reply::Stepped { revision }) => revision,
            other => panic!("{other:?}"),
        }
    }
}

fn contact(on: &str, due_on: &str, remind_on: &str) -> ContactDraft {
    ContactDraft {
        on: on.into(),
        method: ContactMethod::Mail,
        due_on: due_on.into(),
        remind_on: remind_on.into(),
        remark: String::new(),
    }
}

#[test]
fn the_days_and_the_way_of_a_collection_are_told() {
    let mut desk = Desk::new();
    let person = desk.newcomer();
    let asked = contact("2026-11-01", "2026-11-30", "2026-11-15");
    let revision = desk.step(Request::Ask {
        person,
        revision: 0,
        contact: asked,
    });
    let reminded = contact("2026-11-16", "", "2026-11-25");
    let revision = desk.step(Request::Remind {
        person,
        revision,
        contact: reminded,
    });
    let kept = desk.collection(person);
    assert_eq!((kept.revision, kept.method), (revision, None));
    assert_eq!(
        [&kept.asked_on, &kept.due_on, &kept.remind_on],
        ["2026-11-01", "2026-11-30", "2026-11-25"]
    );
    assert_eq!(kept.last_reminded_on, "2026-11-16");
    let steps: Vec<_> = kept.steps.iter().map(|s| (s.kind, s.contact)).collect();
    let mail = Some(ContactMethod::Mail);
    assert_eq!(steps, [(StepKind::Asked, mail), (StepKind::Reminded, mail)]);

    let number = NumberEntry {
        source: Some(NumberSource::Chip),
        ..typed("111111111118")
    };
    desk.ask(numbers::Request::Register { person, number });
    let kept = desk.collection(person);
    assert_eq!(kept.status, CollectionStatus::Received);
    assert_eq!(kept.method, Some(CollectionMethod::Card), "by its source");
    assert_eq!(kept.remind_on, "", "nobody is reminded any more");
}

#[test]
fn days_that_cannot_be_are_refused() {
    let mut desk = Desk::new();
    let person = desk.newcomer();
    for (on, due_on, remind_on) in [
        ("2199-01-01", "", ""),
        ("2026-11-20", "2026-11-19", ""),
        ("2026-11-20", "", "2026-11-19"),
    ] {
        let reply = desk.ask(Request::Ask {
            person,
            revision: 0,
            contact: contact(on, due_on, remind_on),
        });
        assert_eq!(reply, Reply::Refused(ErrorCode::DatesContradict), "{on}");
    }
    assert_eq!(desk.collection(person).asked_on, "");
}

#[test]
fn of_a_long_story_the_newest_steps_are_told() {
    let mut desk = Desk::new();
    let person = desk.newcomer();
    let mut revision = desk.step(Request::Ask {
        person,
        revision: 0,
        contact: contact("2026-11-01", "", ""),
    });
    for _ in 0..MAX_ROWS {
        revision = desk.step(Request::Remind {
            person,
            revision,
            contact: contact("2026-11-20", "", ""),
        });
    }
    let kept = desk.collection(person);
    assert_eq!(kept.reminders, u32::from(MAX_ROWS));
    assert_eq!(kept.steps.len(), usize::from(MAX_ROWS));
    assert!(kept.steps.iter().all(|s| s.kind == StepKind::Reminded));
}
