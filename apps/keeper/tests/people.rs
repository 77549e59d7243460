//! What offices ask of an employee, and what of it a history keeps.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{World, first_run, person};
use keeper::Keeper;
use mynumber::RetirementReason;
use protocol::clerk::people::{
    Details, Insured, OtherNames, Person, Reply as People, Request, Sort, SortBy,
};
use protocol::clerk::{Field, PersonId, Reply, Window, ledger};

struct Desk {
    _folder: tempfile::TempDir,
    keeper: Keeper,
    world: World,
    person: PersonId,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new();
        let keeper = first_run(folder.path(), &mut world);
        let mut desk = Self {
            _folder: folder,
            keeper,
            world,
            person: 0,
        };
        let register = Request::Register {
            draft: person(1),
            position: None,
            number: None,
        };
        let Reply::Saved { person, .. } = desk.ask(register) else {
            panic!("not registered")
        };
        desk.person = person;
        desk
    }

    fn ask(&mut self, request: impl Into<protocol::clerk::Request>) -> Reply {
        self.keeper.handle(request, &mut self.world)
    }

    fn get(&mut self) -> Person {
        let person = self.person;
        match self.ask(Request::Get { person }) {
            Reply::People(People::Person(person)) => person,
            other => panic!("{other:?}"),
        }
    }

    fn change(&mut self, details: Details) -> Reply {
        let (person, revision) = (self.person, self.get().revision);
        self.ask(Request::ChangeDetails {
            person,
            revision,
            details,
        })
    }

    fn found(&mut self, query: &str) -> u32 {
        let query = query.to_owned();
        let list = Request::List {
            query,
            department: None,
            sort: Sort::default(),
            window: Window::FIRST,
        };
        match self.ask(list) {
            Reply::People(People::List(rows)) => rows.total,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_list_comes_in_the_order_that_is_asked_for() {
    let mut desk = Desk::new();
    for (no, kana, hired_on) in [(2, "アオキ", "2020-04-01"), (3, "", "2010-04-01")] {
        let mut draft = person(no);
        draft.kana = kana.into();
        draft.hired_on = hired_on.into();
        let register = Request::Register {
            draft,
            position: None,
            number: None,
        };
        assert!(matches!(desk.ask(register), Reply::Saved { .. }));
    }
    let mut numbers = |by, descending| -> Vec<String> {
        let list = Request::List {
            query: String::new(),
            department: None,
            sort: Sort { by, descending },
            window: Window::FIRST,
        };
        match desk.ask(list) {
            Reply::People(People::List(rows)) => {
                rows.rows.into_iter().map(|row| row.employee_no).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(numbers(SortBy::Number, true), ["0003", "0002", "0001"]);
    assert_eq!(numbers(SortBy::Kana, false), ["0002", "0001", "0003"]);
    assert_eq!(numbers(SortBy::HiredOn, false), ["0003", "0002", "0001"]);
    assert_eq!(numbers(SortBy::HiredOn, true), ["0002", "0003", "0001"]);
}

fn details() -> Details {
    Details {
        other_names: OtherNames {
            romaji: "NGUYEN VAN ANH".into(),
            alias: "安藤 健".into(),
            former_surname: "佐藤".into(),
        },
        postal_code: "〒060-0001".into(),
        title: "課長".into(),
        pension_number: "1234567890".into(),
        employment_insurance_number: "1234-567890-1".into(),
        social: Insured {
            from: "H27.4.1".into(),
            until: String::new(),
        },
        employment_insurance: Insured {
            from: "2015-04-01".into(),
            until: "2026-04-01".into(),
        },
    }
}

#[test]
fn what_offices_ask_of_an_employee_is_kept_as_it_is_filed_and_found() {
    let mut desk = Desk::new();
    assert_eq!(desk.get().details, Details::default());
    assert!(matches!(
        desk.change(details()),
        Reply::Saved { revision: 2, .. }
    ));
    let filed = Details {
        postal_code: "060-0001".into(),
        pension_number: "1234-567890".into(),
        social: Insured {
            from: "2015-04-01".into(),
            until: String::new(),
        },
        ..details()
    };
    assert_eq!(desk.get().details, filed);
    for query in ["nguyen", "安藤", "佐藤", "タカハシ"] {
        assert_eq!(desk.found(query), 1, "{query}");
    }
}

#[test]
fn a_change_of_the_form_leaves_the_rest_alone() {
    let mut desk = Desk::new();
    desk.change(details());
    let (kept, person) = (desk.get(), desk.person);
    let draft = protocol::clerk::people::PersonDraft {
        address: "札幌市中央区".into(),
        ..kept.fields
    };
    let change = Request::Change {
        person,
        revision: kept.revision,
        draft,
    };
    assert!(matches!(desk.ask(change), Reply::Saved { .. }));
    assert_eq!(desk.get().details, kept.details);
    assert_eq!(desk.found("安藤"), 1);
}

#[test]
fn the_ledger_tells_which_fields_changed_and_not_what_they_are() {
    let mut desk = Desk::new();
    desk.change(details());
    let page = ledger::Request::Page {
        before: None,
        limit: 2,
    };
    let Reply::Ledger(ledger::Reply::Page(page)) = desk.ask(page) else {
        panic!("no ledger")
    };
    let mut told: Vec<_> = page.rows.into_iter().map(|row| row.text_en).collect();
    told.reverse();
    assert!(told[0].ends_with("(romaji-alias-former_surname-postal_code-title-pension_number)"));
    assert!(told[1].ends_with("(employment_insurance_number-social_insured-employment_insured)"));
    for secret in ["1234", "567890", "060", "安藤", "NGUYEN"] {
        assert!(told.iter().all(|text| !text.contains(secret)), "{told:?}");
    }
}

#[test]
fn every_field_that_is_wrong_is_named_and_nothing_is_changed() {
    let mut desk = Desk::new();
    let wrong = Details {
        other_names: OtherNames {
            romaji: "グエン".into(),
            ..OtherNames::default()
        },
        postal_code: "0600".into(),
        title: "長".repeat(41),
        pension_number: "123456789018".into(),
        employment_insurance_number: "123".into(),
        social: Insured {
            from: String::new(),
            until: "2026-04-01".into(),
        },
        employment_insurance: Insured {
            from: "2026-04-01".into(),
            until: "2026-03-31".into(),
        },
    };
    let Reply::Invalid(errors) = desk.change(wrong) else {
        panic!("it is wrong")
    };
    let errors: Vec<_> = errors.into_iter().map(|e| (e.field, e.code)).collect();
    assert_eq!(
        errors,
        [
            (Field::Romaji, ErrorCode::RomajiInvalid),
            (Field::PostalCode, ErrorCode::PostalCodeInvalid),
            (Field::Title, ErrorCode::FieldTooLong),
            (Field::PensionNumber, ErrorCode::NumberInText),
            (
                Field::EmploymentInsuranceNumber,
                ErrorCode::OfficialNumberDigits
            ),
            (Field::SocialInsuredFrom, ErrorCode::FieldEmpty),
            (Field::EmploymentInsuredUntil, ErrorCode::DatesContradict),
        ]
    );
    let stale = Request::ChangeDetails {
        person: desk.person,
        revision: 7,
        details: details(),
    };
    assert_eq!(desk.ask(stale), Reply::Refused(ErrorCode::ChangedMeanwhile));
    assert_eq!(desk.get().details, Details::default());
}

#[test]
fn who_comes_back_is_insured_anew_and_the_history_keeps_what_was() {
    let mut desk = Desk::new();
    desk.change(details());
    let (person, revision) = (desk.person, desk.get().revision);
    let leave = Request::StartLeave {
        person,
        revision,
        from: "2026-01-10".into(),
    };
    assert!(matches!(desk.ask(leave), Reply::Saved { .. }));
    let retire = Request::Retire {
        person,
        revision: revision + 1,
        on: "2026-03-31".into(),
        reason: RetirementReason::Resigned,
    };
    assert!(matches!(desk.ask(retire), Reply::Saved { .. }));
    let left = desk.get();
    assert_eq!(left.loses_on, "2026-04-01", "the day after");
    assert_eq!(left.leaving_reason, Some(RetirementReason::Resigned));
    assert_eq!(left.leaves[0].from, "2026-01-10");
    let rehire = Request::Rehire {
        person,
        revision: left.revision,
        on: "2026-10-01".into(),
    };
    assert!(matches!(desk.ask(rehire), Reply::Saved { .. }));
    let back = desk.get();
    assert_eq!(back.details.social, Insured::default());
    assert_eq!(back.details.employment_insurance, Insured::default());
    assert_eq!(back.details.pension_number, "1234-567890");
    let before = &back.former_employments[0];
    assert_eq!(
        (before.left_on.as_str(), before.social.from.as_str()),
        ("2026-03-31", "2015-04-01")
    );
    assert_eq!(before.employment_insurance.until, "2026-04-01");

    // Declined after all: never insured anew, so nothing is lost on the next day.
    let decline = Request::Retire {
        person,
        revision: back.revision,
        on: "2026-09-30".into(),
        reason: RetirementReason::NeverJoined,
    };
    assert!(matches!(desk.ask(decline), Reply::Saved { .. }));
    let declined = desk.get();
    assert_eq!(
        (declined.left_on.as_str(), declined.loses_on.as_str()),
        ("2026-09-30", "")
    );
}
