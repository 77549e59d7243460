//! What a clerk asks of the keeper, as seeds.

use mynumber::Purpose;
use protocol::Secret;
use protocol::clerk::{
    Request, Window, approvals, collection, families, ledger, numbers, people, retention,
    snapshots, users,
};

const WINDOW: Window = Window::FIRST;
/// The person in the target's vault.
const HANAKO: i64 = 1;

pub fn days() -> Vec<(&'static str, Vec<Request>)> {
    vec![
        ("somebody-joins", somebody_joins()),
        ("somebody-leaves", somebody_leaves()),
        ("a-number-is-used", a_number_is_used()),
        ("lists", lists()),
        ("nonsense", nonsense()),
    ]
}

fn somebody_joins() -> Vec<Request> {
    let draft = people::PersonDraft {
        employee_no: "2".into(),
        name: "山田 太郎".into(),
        kana: "ヤマダ タロウ".into(),
        birth_date: "R2.4.1".into(),
        address: "東京都千代田区丸の内１－１－１".into(),
        hired_on: "2026/4/1".into(),
        ..people::PersonDraft::default()
    };
    let number = || Secret::new("987654321093".into());
    vec![
        people::Request::Register {
            draft: draft.clone(),
            position: None,
            number: Some(numbers::NumberEntry::typed(number(), number())),
        }
        .into(),
        people::Request::Change {
            person: 2,
            revision: 1,
            draft,
        }
        .into(),
        families::Request::Of { employee: 2 }.into(),
    ]
}

fn somebody_leaves() -> Vec<Request> {
    vec![
        people::Request::Retire {
            person: HANAKO,
            revision: 1,
            on: "2026-03-31".into(),
            reason: mynumber::RetirementReason::ALL[0],
        }
        .into(),
        retention::Request::Of { person: HANAKO }.into(),
        retention::Request::Destroy {
            people: vec![HANAKO],
            reason: retention::Reason::RetentionEnded,
        }
        .into(),
        people::Request::WithdrawRetirement {
            person: HANAKO,
            revision: 2,
        }
        .into(),
    ]
}

fn a_number_is_used() -> Vec<Request> {
    let number = || Secret::new("123456789018".into());
    vec![
        numbers::Request::Reveal {
            person: HANAKO,
            purpose: Purpose::WithholdingTax,
        }
        .into(),
        numbers::Request::Record { person: HANAKO }.into(),
        numbers::Request::Replace {
            person: HANAKO,
            number: numbers::NumberEntry::typed(number(), number()),
        }
        .into(),
        numbers::Request::ChangePurposes {
            person: HANAKO,
            revision: 1,
            purposes: vec![Purpose::WithholdingTax],
        }
        .into(),
    ]
}

fn lists() -> Vec<Request> {
    vec![
        people::Request::List {
            query: "はなこ".into(),
            department: None,
            sort: people::Sort::default(),
            window: WINDOW,
        }
        .into(),
        families::Request::List {
            query: String::new(),
            window: WINDOW,
        }
        .into(),
        retention::Request::Counts.into(),
        retention::Request::Documents.into(),
        retention::Request::Deletions { window: WINDOW }.into(),
        collection::Request::Missing {
            filter: collection::MissingFilter::default(),
            window: WINDOW,
        }
        .into(),
        users::Request::List.into(),
        approvals::Request::List { window: WINDOW }.into(),
        ledger::Request::Page {
            before: None,
            limit: 50,
        }
        .into(),
        snapshots::Request::List.into(),
    ]
}

fn nonsense() -> Vec<Request> {
    vec![
        people::Request::Get { person: i64::MIN }.into(),
        retention::Request::Certificate {
            deletion: "x".repeat(300),
            window: Window {
                offset: u32::MAX,
                limit: u16::MAX,
            },
        }
        .into(),
        retention::Request::AddHold {
            people: vec![HANAKO, -1],
            rule: "T1".into(),
            on: "9999-12-31".into(),
        }
        .into(),
        people::Request::Rehire {
            person: HANAKO,
            revision: u32::MAX,
            on: "2026-02-30".into(),
        }
        .into(),
    ]
}
