//! A stick that runs full: what was acknowledged is there, what was refused is not.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{World, first_run, login, person, started};
use protocol::clerk::{Reply, Rows, Window, ledger, people, session};
use rustix::mount::{MountFlags, UnmountFlags, mount, unmount};
use std::path::Path;

/// A file system of 4 MiB for as long as it lives.
struct Small<'a>(&'a Path);

impl<'a> Small<'a> {
    /// `None` where this process may not mount: the image test `full_stick` shows the
    /// same on the stick itself.
    fn mount(at: &'a Path) -> Option<Self> {
        mount("tmpfs", at, "tmpfs", MountFlags::empty(), Some(c"size=4m"))
            .ok()
            .map(|()| Self(at))
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = unmount(self.0, UnmountFlags::DETACH);
    }
}

#[test]
fn a_full_stick_refuses_the_next_change_and_keeps_every_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let Some(small) = Small::mount(folder.path()) else {
        eprintln!("not root: no small file system to fill");
        return;
    };
    let mut world = World::new();
    let mut keeper = first_run(small.0, &mut world);
    let register = |no| people::Request::Register {
        position: None,
        draft: person(no),
        number: None,
    };
    let mut acknowledged = 0;
    let refused = loop {
        match keeper.handle(register(acknowledged + 1), &mut world) {
            Reply::Saved { .. } => acknowledged += 1,
            other => break other,
        }
        assert!(acknowledged < 100_000, "it never runs full");
    };
    assert_eq!(refused, Reply::Refused(ErrorCode::StickFull));

    // Locking and unlocking still work: what matters most has room in reserve.
    assert_eq!(
        keeper.handle(session::Request::Lock, &mut world),
        Reply::Done
    );
    keeper.close(&world);
    let mut keeper = started(small.0, &world);
    login(&mut keeper, &mut world);
    let everybody = people::Request::List {
        query: String::new(),
        department: None,
        sort: people::Sort::default(),
        window: Window {
            offset: 0,
            limit: 1,
        },
    };
    let Reply::People(people::Reply::List(Rows { total, .. })) =
        keeper.handle(everybody, &mut world)
    else {
        panic!("no people")
    };
    assert_eq!(total, acknowledged);
    assert!(matches!(
        keeper.handle(ledger::Request::Verify, &mut world),
        Reply::Ledger(ledger::Reply::Intact { .. }) | Reply::Refused(ErrorCode::StickFull)
    ));
    keeper.close(&world);
}
