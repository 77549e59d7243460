//! December: what must go is destroyed, and does not come back.

use crate::cast::{DEPUTY, DEPUTYS, NEW_PASSPHRASE, OWNER, confirm, find};
use crate::common::{secret, started};
use crate::office::Office;
use codes::ErrorCode;
use mynumber::{ClosingReason, Purpose};
use protocol::clerk::retention::{self, DueList, Reason};
use protocol::clerk::{PersonId, Reply, Request, Window, companies, numbers, session, snapshots};
use std::path::Path;

pub fn numbers_are_destroyed(office: &mut Office) {
    office.day(
        "2026-12-21",
        "Numbers go for good, with a second person's word: what the law keeps no longer, \
         and what was collected by mistake.",
    );
    let Reply::Retention(retention::Reply::Counts(counts)) =
        office.must(retention::Request::Counts)
    else {
        panic!("no counts")
    };
    office.tell(&format!(
        "Overdue {}, due {}, within 30 days {}, within 90 days {}, end unknown {}",
        counts.overdue, counts.due, counts.within_30, counts.within_90, counts.end_unknown
    ));
    assert_eq!(counts.end_unknown, 1, "of one the day is not known");
    let due = due(office);
    assert_eq!(due.len(), 5, "{due:?}");
    let mut destroyed = destroy(office, due, Reason::RetentionEnded);
    let by_mistake = find(office, "")[101..106].to_vec();
    destroyed.extend(destroy(office, by_mistake, Reason::CollectedByMistake));
    what_was_destroyed_does_not_come_back(office, &destroyed);
}

/// The client takes another 社労士. What the office holds for it has no ground any more,
/// though everybody goes on working there.
pub fn a_clients_contract_ends(office: &mut Office) {
    office.day(
        "2026-12-22",
        "株式会社サンプル ends its contract; its numbers go, and it gets the certificate.",
    );
    office.sits_down(OWNER, NEW_PASSPHRASE);
    office.enter(1);
    let closing = companies::Closing {
        on: "2026-12-21".into(),
        reason: ClosingReason::MandateEnded,
    };
    office.must(companies::Request::Close { closing });
    let people = everybody_due(office);
    let ask = numbers::Request::MayAsk { person: people[0] };
    let Reply::Numbers(numbers::Reply::Asking(numbers::Asking::Forbidden { ja, .. })) =
        office.must(ask)
    else {
        panic!("a client of before may be asked")
    };
    office.tell(&format!("Nobody there may be asked any more: {ja}"));
    let (batch, people) = destroy_by_two(office, 1, people, Reason::NoLongerNeeded);
    let gone = people.len() as u64;
    assert!(everybody_due(office).is_empty());
    office.count("numbers of a client destroyed at the contract's end", gone);
    office.tell(&format!("{gone} numbers are gone, 証明書番号 {batch}"));
}

/// Of the company entered.
fn everybody_due(office: &mut Office) -> Vec<PersonId> {
    let request = retention::Request::Due {
        list: DueList::By("2026-12-22".into()),
        window: Window::FIRST,
    };
    let Reply::Retention(retention::Reply::Due(page)) = office.must(request) else {
        panic!("no list")
    };
    assert_eq!(page.rows.len(), page.total as usize, "one page");
    page.rows.into_iter().map(|row| row.person).collect()
}

/// Everybody whose number must go, page by page.
fn due(office: &mut Office) -> Vec<PersonId> {
    let mut people = Vec::new();
    loop {
        let request = retention::Request::Due {
            list: DueList::By("2026-12-21".into()),
            window: Window {
                offset: people.len() as u32,
                limit: 3,
            },
        };
        let Reply::Retention(retention::Reply::Due(page)) = office.must(request) else {
            panic!("no list")
        };
        if page.rows.is_empty() {
            assert_eq!(people.len(), page.total as usize);
            return people;
        }
        for row in page.rows {
            let plan = row.plan.unwrap();
            office.tell(&format!("{} {}: {}", row.code, row.name, plan.why_ja));
            people.push(row.person);
        }
    }
}

/// In the office's own company; the certificate's data is printed.
fn destroy(office: &mut Office, people: Vec<PersonId>, reason: Reason) -> Vec<PersonId> {
    let (batch, people) = destroy_by_two(office, 0, people, reason);
    print_certificate(office, batch);
    people
}

/// Asked by 山田, confirmed by 田中, done by 山田: the certificate's number, and whose.
fn destroy_by_two(
    office: &mut Office,
    company: usize,
    people: Vec<PersonId>,
    reason: Reason,
) -> (String, Vec<PersonId>) {
    let destroy = retention::Request::Destroy { people, reason };
    let Reply::Waits(approval) = office.ask(destroy.clone()) else {
        panic!("the deletion did not wait")
    };
    confirm(office, company, DEPUTY, DEPUTYS, &approval);
    office.sits_down(OWNER, NEW_PASSPHRASE);
    office.enter(company);
    let reply = office.must(destroy);
    let Reply::Retention(retention::Reply::Destroyed { batch, people }) = reply else {
        panic!("{reply:?}")
    };
    office.count("numbers destroyed", people.len() as u64);
    (batch, people)
}

fn print_certificate(office: &mut Office, deletion: String) {
    let request = retention::Request::Certificate {
        deletion,
        window: Window::FIRST,
    };
    let Reply::Retention(retention::Reply::Certificate(certificate)) = office.must(request) else {
        panic!("no certificate")
    };
    let head = certificate.head;
    office.tell(&format!(
        "廃棄証明書 {}  {}",
        head.deletion, certificate.company
    ));
    office.tell(&format!(
        "  {}; {}; 実施者 {}、確認者 {}",
        head.reason_ja,
        certificate.method_ja,
        head.deleted_by,
        head.confirmed_by.as_deref().unwrap_or("（単独運用）")
    ));
    for line in certificate.people.rows {
        office.tell(&format!(
            "  {} {}  {} {}",
            line.code, line.name, line.basis_ja, line.kept_until
        ));
    }
}

/// The stick is lost. On a new one November's snapshot and December's file of destroyed
/// numbers make the vault again, and it has none of these numbers.
fn what_was_destroyed_does_not_come_back(office: &mut Office, people: &[PersonId]) {
    office.must(snapshots::Request::ExportTombstones);
    let stick = tempfile::tempdir().unwrap();
    copy(
        &office.folder.join("snapshots"),
        &stick.path().join("snapshots"),
    );
    let mut keeper = started(stick.path(), &office.world);
    let mut must = |request: Request| match keeper.handle(request, &mut office.world) {
        Reply::Refused(code) => panic!("{}", code.code()),
        reply => reply,
    };
    let Reply::Snapshots(snapshots::Reply::List(list)) = must(snapshots::Request::List.into())
    else {
        panic!("no snapshots")
    };
    let [snapshots::Shelved::Whole(newest), ..] = list.as_slice() else {
        panic!("{list:?}")
    };
    let snapshot = newest.snapshot.clone();
    let reply = must(snapshots::Request::Restore { snapshot }.into());
    let Reply::Snapshots(snapshots::Reply::Restored { kept_out, .. }) = reply else {
        panic!("{reply:?}")
    };
    assert_eq!(kept_out as usize, people.len());
    let login = session::Request::Login {
        user: Some(office.users[OWNER]),
        passphrase: secret(NEW_PASSPHRASE),
    };
    assert_eq!(must(login.into()), Reply::Done);
    let company = office.companies[0].0.clone();
    must(session::Request::Enter { company }.into());
    for person in people {
        let reveal = numbers::Request::Reveal {
            person: *person,
            purpose: Purpose::WithholdingTax,
        };
        let gone = keeper.handle(reveal, &mut office.world);
        assert_eq!(gone, Reply::Refused(ErrorCode::NoNumber));
    }
    office.count("numbers kept out of a restored snapshot", kept_out.into());
    office.tell("November's snapshot, restored on a new stick, does not bring them back.");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
