//! Going back to a snapshot by the protocol, on the stick itself and on a new one.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{PASSPHRASE, World, first_run, login, person, secret, started, typed};
use keeper::Keeper;
use mynumber::Purpose;
use mynumber::rights::Role;
use protocol::clerk::snapshots::{Reply as Snapshots, Request, Shelved, SnapshotId};
use protocol::clerk::users::{self, GrantDraft, Scope, UserDraft};
use protocol::clerk::{PersonId, Reply, numbers, people, retention, session};
use std::path::Path;

const NUMBERS: [&str; 3] = ["111111111118", "222222222225", "333333333332"];
const FIRST: &str = "given out by the owner once";

fn must(
    keeper: &mut Keeper,
    world: &mut World,
    request: impl Into<protocol::clerk::Request>,
) -> Reply {
    let reply = keeper.handle(request, world);
    assert!(
        !matches!(
            reply,
            Reply::Refused(_) | Reply::Invalid(_) | Reply::Waits(_)
        ),
        "{reply:?}"
    );
    reply
}

fn register(keeper: &mut Keeper, world: &mut World, no: u32) -> PersonId {
    let request = people::Request::Register {
        draft: person(no),
        position: None,
        number: Some(typed(NUMBERS[no as usize - 1])),
    };
    match must(keeper, world, request) {
        Reply::Saved { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

fn shown(keeper: &mut Keeper, world: &mut World, person: PersonId) -> Reply {
    let purpose = Purpose::WithholdingTax;
    keeper.handle(numbers::Request::Reveal { person, purpose }, world)
}

fn make(keeper: &mut Keeper, world: &mut World) -> SnapshotId {
    match must(
        keeper,
        world,
        Request::Make {
            name: "予備".into(),
        },
    ) {
        Reply::Snapshots(Snapshots::Made(made)) => made.snapshot,
        other => panic!("{other:?}"),
    }
}

fn add_clerk(keeper: &mut Keeper, world: &mut World) -> protocol::clerk::UserId {
    let request = users::Request::Add {
        draft: UserDraft {
            name: "佐藤 次郎".into(),
            department: String::new(),
        },
        passphrase: secret(FIRST),
        recovery_words: secret("いちご いちば いちぶ"),
        grant: GrantDraft {
            role: Role::Clerk,
            operations: Role::Clerk.default_operations().iter().collect(),
            scope: Scope::Company,
            pcs: None,
            until: String::new(),
        },
    };
    match must(keeper, world, request) {
        Reply::Users(users::Reply::Added(user)) => user,
        other => panic!("{other:?}"),
    }
}

fn destroy(keeper: &mut Keeper, world: &mut World, person: PersonId) {
    let request = retention::Request::Destroy {
        people: vec![person],
        reason: retention::Reason::CollectedByMistake,
    };
    must(keeper, world, request);
}

fn enter_as(keeper: &mut Keeper, world: &mut World, user: i64, passphrase: &str) -> Reply {
    let request = session::Request::Login {
        user: Some(user),
        passphrase: secret(passphrase),
    };
    keeper.handle(request, world)
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

#[test]
fn after_a_restore_the_next_login_is_one_to_the_restored_vault() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let gone = register(&mut keeper, &mut world, 1);
    let stays = register(&mut keeper, &mut world, 2);
    let clerk = add_clerk(&mut keeper, &mut world);
    let snapshot = make(&mut keeper, &mut world);
    let later = register(&mut keeper, &mut world, 3);
    destroy(&mut keeper, &mut world, gone);
    must(
        &mut keeper,
        &mut world,
        users::Request::Remove { user: clerk },
    );

    let reply = must(&mut keeper, &mut world, Request::Restore { snapshot });
    let expected = Snapshots::Restored {
        kept_out: 1,
        access_changed: 1,
    };
    assert_eq!(reply, Reply::Snapshots(expected));
    assert!(
        !keeper.session_open(),
        "the session was one of the vault before"
    );
    let locked = Reply::Refused(ErrorCode::SessionLocked);
    assert_eq!(shown(&mut keeper, &mut world, stays), locked);
    let out = enter_as(&mut keeper, &mut world, clerk, FIRST);
    assert_eq!(out, Reply::Refused(ErrorCode::WrongPassphrase));

    // It is the vault of this stick from now on, also after the PC was off.
    for _ in 0..2 {
        login(&mut keeper, &mut world);
        assert!(matches!(
            shown(&mut keeper, &mut world, stays),
            Reply::Numbers(_)
        ));
        let no_number = Reply::Refused(ErrorCode::NoNumber);
        assert_eq!(shown(&mut keeper, &mut world, gone), no_number);
        let nobody = Reply::Refused(ErrorCode::NotFound);
        assert_eq!(shown(&mut keeper, &mut world, later), nobody);
        keeper.close(&world);
        keeper = started(folder.path(), &world);
    }
    login(&mut keeper, &mut world);
    let left = must(&mut keeper, &mut world, Request::Replaced);
    let Reply::Snapshots(Snapshots::Replaced(Some(left))) = left else {
        panic!("{left:?}")
    };
    assert!(!left.keys, "the first login replaced the number key");
    must(&mut keeper, &mut world, Request::DropReplaced);
    let left = must(&mut keeper, &mut world, Request::Replaced);
    assert_eq!(left, Reply::Snapshots(Snapshots::Replaced(None)));
}

#[test]
fn on_a_new_stick_a_snapshot_takes_the_place_of_the_first_run() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let gone = register(&mut keeper, &mut world, 1);
    let stays = register(&mut keeper, &mut world, 2);
    let snapshot = make(&mut keeper, &mut world);
    destroy(&mut keeper, &mut world, gone);
    let reply = must(&mut keeper, &mut world, Request::ExportTombstones);
    let one = Snapshots::Tombstones { count: 1 };
    assert_eq!(reply, Reply::Snapshots(one));
    keeper.close(&world);

    let stick = tempfile::tempdir().unwrap();
    let shelf = stick.path().join("snapshots");
    copy(&folder.path().join("snapshots"), &shelf);
    let mut keeper = started(stick.path(), &world);
    let first_runs = world.first_runs;
    let Reply::Snapshots(Snapshots::List(list)) = must(&mut keeper, &mut world, Request::List)
    else {
        panic!("no list")
    };
    let [Shelved::Whole(listed)] = list.as_slice() else {
        panic!("{list:?}")
    };
    assert_eq!((&listed.snapshot, listed.contents), (&snapshot, None));
    let name = "x".into();
    let locked = Reply::Refused(ErrorCode::SessionLocked);
    assert_eq!(keeper.handle(Request::Make { name }, &mut world), locked);

    // A file somebody changed is no reason to go without it.
    let signed = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "signed");
    let mut files = std::fs::read_dir(&shelf)
        .unwrap()
        .map(|e| e.unwrap().path());
    let file = files.find(signed).unwrap();
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() - 3]).unwrap();
    let restore = Request::Restore { snapshot };
    let invalid = Reply::Refused(ErrorCode::TombstonesInvalid);
    assert_eq!(keeper.handle(restore.clone(), &mut world), invalid);
    std::fs::write(&file, &whole).unwrap();

    let reply = must(&mut keeper, &mut world, restore.clone());
    let expected = Snapshots::Restored {
        kept_out: 1,
        access_changed: 0,
    };
    assert_eq!(reply, Reply::Snapshots(expected));
    assert_eq!(
        world.first_runs,
        first_runs + 1,
        "init hears of a finished vault"
    );
    assert_eq!(
        keeper.handle(restore, &mut world),
        locked,
        "now there is one"
    );
    let wrong = enter_as(&mut keeper, &mut world, 1, FIRST);
    assert_eq!(wrong, Reply::Refused(ErrorCode::WrongPassphrase));
    assert_eq!(
        enter_as(&mut keeper, &mut world, 1, PASSPHRASE),
        Reply::Done
    );
    assert!(matches!(
        shown(&mut keeper, &mut world, stays),
        Reply::Numbers(_)
    ));
    let no_number = Reply::Refused(ErrorCode::NoNumber);
    assert_eq!(shown(&mut keeper, &mut world, gone), no_number);
}

/// The keeper after something happened to a file of its vault.
fn after(
    keeper: Keeper,
    folder: &Path,
    world: &World,
    file: &str,
    spoil: impl FnOnce(&mut Vec<u8>),
) -> Keeper {
    let mut keeper = keeper;
    keeper.close(world);
    let path = folder.join(file);
    let mut bytes = std::fs::read(&path).unwrap();
    spoil(&mut bytes);
    std::fs::write(&path, bytes).unwrap();
    started(folder, world)
}

#[test]
fn a_damaged_vault_is_restored_from_a_snapshot_beside_it_and_put_aside_as_it_is() {
    for (file, aside) in [
        ("vault.db", "vault.db.replaced"),
        ("keyring", "keyring.replaced"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut world = World::new();
        let mut keeper = first_run(folder.path(), &mut world);
        let gone = register(&mut keeper, &mut world, 1);
        let stays = register(&mut keeper, &mut world, 2);
        let snapshot = make(&mut keeper, &mut world);
        destroy(&mut keeper, &mut world, gone);
        if file == "vault.db" {
            // Of a file that cannot be read nothing is known but this.
            must(&mut keeper, &mut world, Request::ExportTombstones);
        }
        let spoil = |bytes: &mut Vec<u8>| bytes[..20].fill(0x5a);
        let mut keeper = after(keeper, folder.path(), &world, file, spoil);
        let damaged = std::fs::read(folder.path().join(file)).unwrap();

        let refused = Reply::Refused(ErrorCode::VaultDamaged);
        let state = keeper.handle(session::Request::State, &mut world);
        assert_eq!(state, refused, "{file}");
        assert_eq!(enter_as(&mut keeper, &mut world, 1, PASSPHRASE), refused);
        let name = "x".into();
        assert_eq!(keeper.handle(Request::Make { name }, &mut world), refused);
        let id = snapshot.clone();
        let remove = keeper.handle(Request::Remove { snapshot: id }, &mut world);
        assert_eq!(remove, refused);
        let list = must(&mut keeper, &mut world, Request::List);
        assert!(matches!(list, Reply::Snapshots(Snapshots::List(list)) if list.len() == 1));
        let id = snapshot.clone();
        must(&mut keeper, &mut world, Request::Examine { snapshot: id });

        let first_runs = world.first_runs;
        let reply = must(&mut keeper, &mut world, Request::Restore { snapshot });
        let expected = Snapshots::Restored {
            kept_out: 1,
            access_changed: 0,
        };
        assert_eq!(reply, Reply::Snapshots(expected), "{file}");
        assert_eq!(world.first_runs, first_runs, "it was no first run");
        let kept = std::fs::read(folder.path().join(aside)).unwrap();
        assert!(kept == damaged, "{file} is not what it was");
        login(&mut keeper, &mut world);
        assert!(matches!(
            shown(&mut keeper, &mut world, stays),
            Reply::Numbers(_)
        ));
        let no_number = Reply::Refused(ErrorCode::NoNumber);
        assert_eq!(shown(&mut keeper, &mut world, gone), no_number);
        let left = must(&mut keeper, &mut world, Request::Replaced);
        assert!(matches!(
            left,
            Reply::Snapshots(Snapshots::Replaced(Some(_)))
        ));
    }
}

#[test]
fn a_vault_of_a_newer_release_is_not_called_damaged_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let snapshot = make(&mut keeper, &mut world);
    // SQLite's user_version: the schema's.
    let spoil = |bytes: &mut Vec<u8>| bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    let mut keeper = after(keeper, folder.path(), &world, "vault.db", spoil);
    let newer = Reply::Refused(ErrorCode::VaultNewer);
    let state = keeper.handle(session::Request::State, &mut world);
    assert_eq!(state, newer);
    let restored = keeper.handle(Request::Restore { snapshot }, &mut world);
    assert_eq!(restored, newer);
    assert!(!folder.path().join("vault.db.replaced").exists());
}
