//! What Japanese input keeps for a user: in pieces, each user's apart, and gone with the user.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, PASSPHRASE, events, login, secret, started};
use mynumber::rights::{Operation, Role};
use protocol::Bytes;
use protocol::clerk::input::{MAX_BYTES, Part, Reply as Input, Request};
use protocol::clerk::users::{self, GrantDraft, Scope, UserDraft};
use protocol::clerk::{MAX_PIECE, Reply, session};

const FIRST: &str = "given out by the owner once";
const OTHER: &str = "twelve paper cranes at dawn";

fn keep(desk: &mut Desk, part: Part, whole: &[u8]) -> Vec<Reply> {
    let total = whole.len() as u32;
    let pieces = whole.chunks(MAX_PIECE).enumerate();
    pieces
        .map(|(i, bytes)| {
            desk.ask(Request::Keep {
                part,
                offset: (i * MAX_PIECE) as u32,
                total,
                bytes: Bytes::new(bytes.to_vec()),
            })
        })
        .collect()
}

fn load(desk: &mut Desk, part: Part) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let offset = whole.len() as u32;
        let Reply::Input(Input::Piece { total, bytes, .. }) =
            desk.ask(Request::Load { part, offset })
        else {
            panic!("nothing came")
        };
        whole.extend_from_slice(bytes.expose());
        if whole.len() as u32 == total {
            return whole;
        }
    }
}

/// Lets a clerk in, who then has a passphrase of their own.
fn add_clerk(desk: &mut Desk) -> i64 {
    let reply = desk.ask(users::Request::Add {
        draft: UserDraft {
            name: "佐藤 次郎".into(),
            department: String::new(),
        },
        passphrase: secret(FIRST),
        recovery_words: secret("いちご いちば いちぶ"),
        grant: GrantDraft {
            role: Role::Clerk,
            operations: vec![Operation::Register],
            scope: Scope::Company,
            pcs: None,
            until: String::new(),
        },
    });
    let Reply::Users(users::Reply::Added(user)) = reply else {
        panic!("{reply:?}")
    };
    desk.ask(session::Request::Lock);
    for request in [
        session::Request::Login {
            user: Some(user),
            passphrase: secret(FIRST),
        },
        session::Request::ChangePassphrase {
            current: secret(FIRST),
            new: secret(OTHER),
        },
    ] {
        assert_eq!(desk.ask(request), Reply::Done);
    }
    user
}

/// The PC is switched off and on.
fn restart(desk: &mut Desk) {
    desk.keeper.close(&desk.world);
    desk.keeper = started(desk.folder.path(), &desk.world);
}

fn histories(desk: &Desk) -> usize {
    std::fs::read_dir(desk.folder.path().join("input")).map_or(0, Iterator::count)
}

#[test]
fn words_and_history_come_back_whole_and_are_erased() {
    let mut desk = Desk::new();
    for part in [Part::Words, Part::History] {
        assert!(load(&mut desk, part).is_empty());
        // Three pieces, the last one short.
        let whole: Vec<u8> = (0..MAX_PIECE * 2 + 7).map(|i| i as u8).collect();
        let answers = keep(&mut desk, part, &whole);
        assert_eq!(answers, [Reply::Done, Reply::Done, Reply::Done]);
        assert_eq!(load(&mut desk, part), whole);
    }
    restart(&mut desk);
    login(&mut desk.keeper, &mut desk.world);
    assert_eq!(load(&mut desk, Part::Words).len(), MAX_PIECE * 2 + 7);
    for part in [Part::Words, Part::History] {
        assert_eq!(desk.ask(Request::Erase { part }), Reply::Done);
        assert!(load(&mut desk, part).is_empty());
    }
    assert_eq!(histories(&desk), 0);
    let told = events(&mut desk.keeper, &mut desk.world);
    assert_eq!(told.iter().filter(|code| *code == "L-028").count(), 2);
}

#[test]
fn pieces_that_do_not_fit_change_nothing() {
    let mut desk = Desk::new();
    keep(&mut desk, Part::Words, b"W before");
    let piece = |offset, total| Request::Keep {
        part: Part::Words,
        offset,
        total,
        bytes: Bytes::new(b"W after".to_vec()),
    };
    let refused = Reply::Refused(ErrorCode::MalformedMessage);
    assert_eq!(desk.ask(piece(7, 14)), refused);
    assert_eq!(desk.ask(piece(0, MAX_BYTES + 1)), refused);
    assert_eq!(desk.ask(piece(0, 14)), Reply::Done);
    assert_eq!(desk.ask(piece(8, 15)), refused);
    assert_eq!(load(&mut desk, Part::Words), b"W before");
}

#[test]
fn nothing_is_given_or_taken_while_the_vault_is_locked() {
    let mut desk = Desk::new();
    desk.ask(session::Request::Lock);
    let part = Part::Words;
    for request in [
        Request::Load { part, offset: 0 },
        Request::Keep {
            part,
            offset: 0,
            total: 1,
            bytes: Bytes::new(b"W".to_vec()),
        },
        Request::Erase { part },
    ] {
        let locked = Reply::Refused(ErrorCode::SessionLocked);
        assert_eq!(desk.ask(request), locked);
    }
}

#[test]
fn what_was_kept_for_a_user_goes_when_the_user_is_removed() {
    let mut desk = Desk::new();
    keep(&mut desk, Part::History, b"H own");
    let user = add_clerk(&mut desk);
    assert!(load(&mut desk, Part::Words).is_empty(), "another user's");
    keep(&mut desk, Part::Words, b"W theirs");
    keep(&mut desk, Part::History, b"H theirs");
    assert_eq!(histories(&desk), 2);
    // One that a cut left unfinished.
    let part = desk.folder.path().join("input").join("1-history.part");
    std::fs::write(&part, b"H").unwrap();
    desk.ask(session::Request::Lock);
    let owner = session::Request::Login {
        user: Some(1),
        passphrase: secret(PASSPHRASE),
    };
    assert_eq!(desk.ask(owner), Reply::Done);
    assert_eq!(desk.ask(users::Request::Remove { user }), Reply::Done);
    assert_eq!(histories(&desk), 1);
    assert_eq!(load(&mut desk, Part::History), b"H own");

    // What a cut left behind goes at the next start.
    let left = desk
        .folder
        .path()
        .join("input")
        .join(format!("{user}-history"));
    std::fs::write(&left, b"H theirs").unwrap();
    restart(&mut desk);
    assert!(!left.exists());
    assert_eq!(histories(&desk), 1);
}
