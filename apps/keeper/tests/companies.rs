//! The company itself: a sole proprietor's own number, and what the company decided.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{World, events, first_run, typed};
use keeper::Keeper;
use mynumber::Purpose;
use protocol::clerk::companies::{
    CompanyDraft, Proprietor, ProprietorDraft, Reply as Companies, Request, Rules,
};
use protocol::clerk::people::Rename;
use protocol::clerk::{Field, PersonId, Reply, numbers, retention};

struct Desk {
    _folder: tempfile::TempDir,
    keeper: Keeper,
    world: World,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new();
        let keeper = first_run(folder.path(), &mut world);
        Self {
            _folder: folder,
            keeper,
            world,
        }
    }

    fn ask(&mut self, request: impl Into<protocol::clerk::Request>) -> Reply {
        self.keeper.handle(request, &mut self.world)
    }

    fn proprietor(&mut self) -> Option<Proprietor> {
        match self.ask(Request::Proprietor) {
            Reply::Companies(Companies::Proprietor(found)) => found,
            other => panic!("{other:?}"),
        }
    }

    fn company(&mut self) -> protocol::clerk::companies::Company {
        match self.ask(Request::Get) {
            Reply::Companies(Companies::Company(company)) => company,
            other => panic!("{other:?}"),
        }
    }
}

fn draft() -> ProprietorDraft {
    ProprietorDraft {
        name: "髙橋 花子".into(),
        kana: "タカハシ ハナコ".into(),
        birth_date: "S60.4.1".into(),
        ..ProprietorDraft::default()
    }
}

fn saved(person: PersonId, revision: u32) -> Reply {
    Reply::Saved { person, revision }
}

#[test]
fn a_sole_proprietors_number_is_kept_shown_and_renamed_with_its_holder() {
    let mut desk = Desk::new();
    assert_eq!(desk.proprietor(), None);
    let Reply::Saved { person, .. } = desk.ask(Request::RegisterProprietor { draft: draft() })
    else {
        panic!("not registered")
    };
    let again = desk.ask(Request::RegisterProprietor { draft: draft() });
    assert_eq!(again, Reply::Refused(ErrorCode::NoProprietor), "one each");
    let number = typed("123456789018");
    assert_eq!(
        desk.ask(numbers::Request::Register { person, number }),
        saved(person, 2)
    );
    let kept = desk.proprietor().unwrap();
    assert!(kept.has_number && kept.purposes.contains(&Purpose::WithholdingTax));
    assert_eq!(kept.fields.birth_date, "1985-04-01");
    let reveal = numbers::Request::Reveal {
        person,
        purpose: Purpose::WithholdingTax,
    };
    let Reply::Numbers(numbers::Reply::Digits(digits)) = desk.ask(reveal) else {
        panic!("no digits")
    };
    assert_eq!(digits.expose(), "123456789018");

    let rename = Rename {
        name: "佐藤 花子".into(),
        on: "2026-11-01".into(),
        ..Rename::default()
    };
    let old = Request::RenameProprietor {
        revision: 1,
        rename: rename.clone(),
    };
    assert_eq!(desk.ask(old), Reply::Refused(ErrorCode::ChangedMeanwhile));
    let renamed = desk.ask(Request::RenameProprietor {
        revision: 2,
        rename,
    });
    assert_eq!(renamed, saved(person, 3));
    let changed = Request::ChangeProprietor {
        revision: 3,
        draft: ProprietorDraft {
            name: String::new(),
            birth_date: "2026-02-30".into(),
            ..draft()
        },
    };
    let Reply::Invalid(errors) = desk.ask(changed) else {
        panic!("it is wrong")
    };
    let fields: Vec<_> = errors.iter().map(|e| e.field).collect();
    assert_eq!(fields, [Field::Name, Field::BirthDate]);
    assert_eq!(desk.proprietor().unwrap().fields.name, "佐藤 花子");
}

#[test]
fn a_corporation_has_no_proprietor() {
    let mut desk = Desk::new();
    let company = CompanyDraft {
        name: "株式会社サンプル".into(),
        corporate_number: "7000012050002".into(),
        ..CompanyDraft::default()
    };
    assert_eq!(desk.ask(Request::Change { draft: company }), Reply::Done);
    let refused = desk.ask(Request::RegisterProprietor { draft: draft() });
    assert_eq!(refused, Reply::Refused(ErrorCode::NoProprietor));
    assert_eq!(desk.proprietor(), None);
}

#[test]
fn a_proprietor_who_becomes_a_corporation_is_another_company() {
    let mut desk = Desk::new();
    let Reply::Saved { person, .. } = desk.ask(Request::RegisterProprietor { draft: draft() })
    else {
        panic!("not registered")
    };
    let number = typed("123456789018");
    desk.ask(numbers::Request::Register { person, number });
    let company = Request::Change {
        draft: CompanyDraft {
            name: "株式会社サンプル".into(),
            corporate_number: "7000012050002".into(),
            ..CompanyDraft::default()
        },
    };
    let refused = desk.ask(company.clone());
    assert_eq!(refused, Reply::Refused(ErrorCode::HasProprietor));
    let mistake = retention::Request::Destroy {
        people: vec![person],
        reason: retention::Reason::CollectedByMistake,
    };
    assert!(matches!(desk.ask(mistake), Reply::Retention(_)));
    assert_eq!(desk.ask(company), Reply::Done);
}

#[test]
fn each_rule_of_the_company_that_changes_is_an_entry() {
    let mut desk = Desk::new();
    assert_eq!(desk.company().rules, Rules::default());
    let before = events(&mut desk.keeper, &mut desk.world).len();
    let rules = Rules {
        notice_first: true,
        real_estate_dealer: true,
    };
    assert_eq!(desk.ask(Request::ChangeRules { rules }), Reply::Done);
    assert_eq!(desk.company().rules, rules);
    assert_eq!(desk.ask(Request::ChangeRules { rules }), Reply::Done);
    let all = events(&mut desk.keeper, &mut desk.world);
    assert_eq!(all[before..], ["L-132", "L-132"]);

    let Reply::Saved { person, .. } = desk.ask(Request::RegisterProprietor { draft: draft() })
    else {
        panic!("not registered")
    };
    let number = typed("123456789018");
    let refused = desk.ask(numbers::Request::Register { person, number });
    assert_eq!(refused, Reply::Refused(ErrorCode::PurposeNotNotified));
}
