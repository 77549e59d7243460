//! Who works in the office, and what everybody does now and then.

use crate::common::typed;
use crate::office::Office;
use mynumber::collection::{ContactMethod, NotificationMethod};
use mynumber::people::PersonKind;
use mynumber::{Employment, Purpose};
use protocol::clerk::approvals::ApprovalState;
use protocol::clerk::collection::{Audience, ContactDraft, MissingFilter, NoticeDraft};
use protocol::clerk::people::{PersonDraft, Position};
use protocol::clerk::{PersonId, Reply, Rows, Window, approvals, collection, people};

pub const OWNER: &str = "山田 太郎";
pub const DEPUTY: &str = "田中 恵";
pub const CLERK: &str = "佐藤 次郎";
pub const AUDITOR: &str = "鈴木 三郎";
pub const OWNERS: &str = "correct horse battery staple";
pub const DEPUTYS: &str = "nine lanterns over the river";
pub const CLERKS: &str = "twelve paper cranes at dawn";
pub const AUDITORS: &str = "quiet mountain counts the bells";
pub const NEW_PASSPHRASE: &str = "a garden after the long rain";
pub const FIRST: &str = "given out by the owner once";
pub const WORDS: &str = "あいこくしん あいさつ あいだ";

pub const NAMES: [&str; 8] = [
    "髙橋 花子",
    "佐々木 健",
    "渡邉 恵美",
    "小林 誠",
    "吉田 茜",
    "山本 亮",
    "中村 さくら",
    "斎藤 学",
];

/// Employees of the three companies: with families and payees 500 people and more.
pub const EMPLOYEES: [u32; 3] = [300, 120, 80];

pub fn join(office: &mut Office, no: u32, hired_on: &str, number: Option<&str>) -> PersonId {
    let reply = office.must(people::Request::Register {
        draft: PersonDraft {
            employee_no: format!("{no:04}"),
            name: NAMES[no as usize % NAMES.len()].into(),
            birth_date: format!("{}-04-01", 1965 + no % 35),
            hired_on: hired_on.into(),
            ..PersonDraft::default()
        },
        position: Some(Position {
            filing_name: String::new(),
            department: None,
            employment: Employment::Regular,
            property_savings: false,
        }),
        number: number.map(typed),
    });
    office.count("people joined", 1);
    office.count("numbers registered", u64::from(number.is_some()));
    match reply {
        Reply::Saved { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

pub fn find(office: &mut Office, query: &str) -> Vec<PersonId> {
    let request = people::Request::List {
        query: query.into(),
        department: None,
        sort: people::Sort::default(),
        window: Window::FIRST,
    };
    match office.must(request) {
        Reply::People(people::Reply::List(Rows { rows, .. })) => {
            rows.into_iter().map(|row| row.person).collect()
        }
        other => panic!("{other:?}"),
    }
}

pub fn revision(office: &mut Office, person: PersonId) -> u32 {
    match office.must(people::Request::Get { person }) {
        Reply::People(people::Reply::Person(person)) => person.revision,
        other => panic!("{other:?}"),
    }
}

pub fn missing(office: &mut Office) -> Vec<PersonId> {
    let filter = MissingFilter::default();
    match office.must(collection::Request::Missing {
        filter,
        window: Window::FIRST,
    }) {
        Reply::Collection(collection::Reply::Missing(Rows { rows, .. })) => {
            rows.into_iter().map(|row| row.person).collect()
        }
        other => panic!("{other:?}"),
    }
}

pub fn contact(on: &str, due_on: &str) -> ContactDraft {
    ContactDraft {
        on: on.into(),
        method: ContactMethod::Document,
        due_on: due_on.into(),
        remind_on: String::new(),
        remark: String::new(),
    }
}

pub fn notice(kind: PersonKind) -> NoticeDraft {
    NoticeDraft {
        audience: Audience::All(kind),
        on: "2026-01-30".into(),
        method: NotificationMethod::Document,
        version: "2026年版".into(),
        purposes: Purpose::ALL.to_vec(),
        signed_for: false,
    }
}

pub fn confirm(office: &mut Office, company: usize, who: &'static str, passphrase: &str, id: &str) {
    office.sits_down(who, passphrase);
    office.enter(company);
    let list = approvals::Request::List {
        window: Window::FIRST,
    };
    let Reply::Approvals(approvals::Reply::List(waiting)) = office.must(list) else {
        panic!("no list")
    };
    let approval = waiting.rows.iter().find(|row| row.approval == id).unwrap();
    assert_eq!(approval.state, ApprovalState::Waiting);
    office.tell(&format!("{who} confirms: {}", approval.act));
    office.must(approvals::Request::Confirm {
        approval: id.into(),
    });
    office.count("acts confirmed by a second person", 1);
}
