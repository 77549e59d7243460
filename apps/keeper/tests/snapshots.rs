//! Snapshots on the vault's own stick: what a manager of one company of several learns of
//! them and may do to them, and what a cut leaves.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, PASSPHRASE, secret, started};
use mynumber::rights::Role;
use protocol::clerk::companies::{self, CompanyDraft, CompanyKind};
use protocol::clerk::snapshots::{Contents, Reply as Snapshots, Request, Shelved, Snapshot};
use protocol::clerk::users::{self, GrantDraft, Scope, UserDraft};
use protocol::clerk::{CompanyId, Reply, UserId, ledger, session};
use std::fs;

const FIRST: &str = "given out by the owner once";
const OWN: &str = "twelve paper cranes at dawn";

fn must(desk: &mut Desk, request: impl Into<protocol::clerk::Request>) -> Reply {
    let reply = desk.ask(request);
    assert!(
        !matches!(
            reply,
            Reply::Refused(_) | Reply::Invalid(_) | Reply::Waits(_)
        ),
        "{reply:?}"
    );
    reply
}

fn companies_of(desk: &mut Desk) -> Vec<CompanyId> {
    match must(desk, session::Request::Companies) {
        Reply::Session(session::Reply::Companies(rows)) => {
            rows.into_iter().map(|row| row.company).collect()
        }
        other => panic!("{other:?}"),
    }
}

/// Somebody who manages the company entered.
fn add_manager(desk: &mut Desk) -> UserId {
    let request = users::Request::Add {
        draft: UserDraft {
            name: "鈴木 花子".into(),
            department: String::new(),
        },
        passphrase: secret(FIRST),
        recovery_words: secret("いちご いちば いちぶ"),
        grant: GrantDraft {
            role: Role::Responsible,
            operations: Role::Responsible.default_operations().iter().collect(),
            scope: Scope::Company,
            pcs: None,
            until: String::new(),
        },
    };
    match must(desk, request) {
        Reply::Users(users::Reply::Added(user)) => user,
        other => panic!("{other:?}"),
    }
}

fn sit_down(desk: &mut Desk, user: UserId, passphrase: &str) {
    desk.ask(session::Request::Lock);
    let passphrase = secret(passphrase);
    let user = Some(user);
    must(desk, session::Request::Login { user, passphrase });
}

fn make(desk: &mut Desk) -> Snapshot {
    let name = "予備".into();
    match must(desk, Request::Make { name }) {
        Reply::Snapshots(Snapshots::Made(made)) => made,
        other => panic!("{other:?}"),
    }
}

fn list(desk: &mut Desk) -> Vec<Shelved> {
    match must(desk, Request::List) {
        Reply::Snapshots(Snapshots::List(list)) => list,
        other => panic!("{other:?}"),
    }
}

fn examined(desk: &mut Desk, snapshot: &str) -> Snapshot {
    let snapshot = snapshot.to_owned();
    match must(desk, Request::Examine { snapshot }) {
        Reply::Snapshots(Snapshots::Examined(found)) => found,
        other => panic!("{other:?}"),
    }
}

/// How many entries of this text the entered company's ledger has.
fn told(desk: &mut Desk, text: &str) -> usize {
    let page = ledger::Request::Page {
        before: None,
        limit: 200,
    };
    match must(desk, page) {
        Reply::Ledger(ledger::Reply::Page(page)) => page
            .rows
            .iter()
            .filter(|r| r.text_ja.contains(text))
            .count(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_manager_of_one_company_removes_nobodys_backups_and_counts_nobody() {
    let mut desk = Desk::new();
    let manager = add_manager(&mut desk);
    let draft = CompanyDraft {
        name: "有限会社みほん".into(),
        ..CompanyDraft::default()
    };
    let kind = CompanyKind::Client;
    must(&mut desk, companies::Request::Create { kind, draft });
    let made = make(&mut desk);
    let snapshot = made.snapshot.clone();
    assert!(matches!(made.contents, Some(Contents { users: 2, .. })));

    sit_down(&mut desk, manager, FIRST);
    let (current, new) = (secret(FIRST), secret(OWN));
    must(
        &mut desk,
        session::Request::ChangePassphrase { current, new },
    );
    let shown = examined(&mut desk, &snapshot);
    assert_eq!((shown.contents, shown.bytes), (None, made.bytes));
    assert_eq!(list(&mut desk), [Shelved::Whole(shown)]);
    desk.world.unix_seconds += 60;
    assert_eq!(make(&mut desk).contents, None);
    let id = snapshot.clone();
    let remove = desk.ask(Request::Remove { snapshot: id });
    assert_eq!(remove, Reply::Refused(ErrorCode::NotPermitted));
    assert_eq!(told(&mut desk, "snapshots_remove"), 1, "and recorded");
    examined(&mut desk, &snapshot);

    sit_down(&mut desk, 1, PASSPHRASE);
    let companies = companies_of(&mut desk);
    assert_eq!(companies.len(), 2);
    let company = companies[0].clone();
    must(&mut desk, session::Request::Enter { company });
    let id = snapshot.clone();
    must(&mut desk, Request::Remove { snapshot: id });
    for company in companies {
        must(&mut desk, session::Request::Enter { company });
        let lines = told(&mut desk, "控え（スナップショット）を消去");
        assert_eq!(lines, 1, "in every ledger");
    }
    let gone = desk.ask(Request::Examine { snapshot });
    assert_eq!(gone, Reply::Refused(ErrorCode::NotFound));
}

#[test]
fn where_two_persons_are_asked_a_snapshot_is_not_removed_alone() {
    let mut desk = Desk::new();
    let _ = add_manager(&mut desk);
    must(&mut desk, users::Request::SetSecondPerson { on: true });
    let snapshot = make(&mut desk).snapshot;
    let id = snapshot.clone();
    let reply = desk.ask(Request::Remove { snapshot: id });
    assert!(matches!(reply, Reply::Waits(_)), "{reply:?}");
    examined(&mut desk, &snapshot);
}

#[test]
fn what_a_cut_left_is_swept_at_the_next_start_and_a_damaged_one_is_listed_as_that() {
    let mut desk = Desk::new();
    let (damaged, cut) = (make(&mut desk).snapshot, {
        desk.world.unix_seconds += 60;
        make(&mut desk).snapshot
    });
    desk.keeper.close(&desk.world);
    let shelf = desk.folder.path().join("snapshots");
    fs::remove_file(shelf.join(&cut).join("snapshot")).unwrap();
    fs::write(shelf.join(&damaged).join("keyring"), b"worn out").unwrap();
    desk.keeper = started(desk.folder.path(), &desk.world);
    common::login(&mut desk.keeper, &mut desk.world);
    assert!(!shelf.join(&cut).exists());
    assert_eq!(told(&mut desk, "残りを消去"), 1);
    let expected = Shelved::Unusable {
        snapshot: damaged.clone(),
        code: ErrorCode::SnapshotDamaged,
    };
    assert_eq!(list(&mut desk), [expected]);
    must(&mut desk, Request::Remove { snapshot: damaged });
    assert_eq!(list(&mut desk), []);
}

#[test]
fn what_the_list_does_not_see_is_found_before_anything_is_restored() {
    let mut desk = Desk::new();
    let snapshot = make(&mut desk).snapshot;
    let database = desk.folder.path().join("snapshots").join(&snapshot);
    let database = database.join("vault.db");
    let mut bytes = fs::read(&database).unwrap();
    // Within an entry of the ledger, which no list reads.
    let entry = bytes.windows(7).rposition(|w| w == b"\"L-001\"").unwrap();
    bytes[entry + 5] ^= 1;
    fs::write(&database, &bytes).unwrap();
    assert!(matches!(list(&mut desk).as_slice(), [Shelved::Whole(_)]));
    let damaged = Reply::Refused(ErrorCode::SnapshotDamaged);
    let one = snapshot.clone();
    assert_eq!(desk.ask(Request::Examine { snapshot: one }), damaged);
    assert_eq!(desk.ask(Request::Restore { snapshot }), damaged);
}
