//! A user's passphrase from beginning to end, as the protocol carries it: given by somebody
//! else and changed, forgotten, waited for over a restart, recovered, set anew.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{PASSPHRASE, World, first_run, secret, started};
use keeper::Keeper;
use mynumber::rights::{Operation, Role};
use protocol::clerk::session::{Reply as Answer, Request as Session};
use protocol::clerk::users::{GrantDraft, Reply as Users, Request, Scope, UserDraft};
use protocol::clerk::{Reply, UserId, Window, ledger, people};
use std::path::Path;

const FIRST: &str = "given out by the owner once";
const OWN: &str = "twelve paper cranes at dawn";
const THIRD: &str = "a lantern over seven bridges";
const WORDS: &str = "いちご いちば いちぶ";
const NEW_WORDS: &str = "うさぎ うなぎ うみ";
const OWNER: UserId = 1;

struct Desk<'a> {
    folder: &'a Path,
    world: World,
    keeper: Keeper,
}

impl Desk<'_> {
    fn ask(&mut self, request: impl Into<protocol::clerk::Request>) -> Reply {
        self.keeper.handle(request, &mut self.world)
    }

    fn login(&mut self, user: UserId, passphrase: &str) -> Reply {
        self.ask(Session::Login {
            user: Some(user),
            passphrase: secret(passphrase),
        })
    }

    fn change(&mut self, current: &str, new: &str) -> Reply {
        self.ask(Session::ChangePassphrase {
            current: secret(current),
            new: secret(new),
        })
    }

    fn recover(&mut self, user: UserId, words: &str, new: &str) -> Reply {
        self.ask(Session::Recover {
            user: Some(user),
            recovery_words: secret(words),
            new_passphrase: secret(new),
        })
    }

    fn add_clerk(&mut self) -> UserId {
        let reply = self.ask(Request::Add {
            draft: UserDraft {
                name: "佐藤 次郎".into(),
                department: String::new(),
            },
            passphrase: secret(FIRST),
            recovery_words: secret(WORDS),
            grant: GrantDraft {
                role: Role::Clerk,
                operations: vec![Operation::Register, Operation::Reveal],
                scope: Scope::Company,
                pcs: None,
                until: String::new(),
            },
        });
        match reply {
            Reply::Users(Users::Added(user)) => user,
            other => panic!("{other:?}"),
        }
    }

    fn lock(&mut self) {
        assert_eq!(self.ask(Session::Lock), Reply::Done);
    }

    /// Seconds this user has to wait, as the list before the login has it.
    fn wait(&mut self, user: UserId) -> u32 {
        match self.ask(Session::Names) {
            Reply::Session(Answer::Names(names)) => {
                names.iter().find(|n| n.user == user).unwrap().wait_seconds
            }
            other => panic!("{other:?}"),
        }
    }

    /// The PC is switched off and on; its clock may have been set meanwhile.
    fn restart(&mut self, clock_by: i64) {
        self.keeper.close(&self.world);
        self.world.unix_seconds += clock_by;
        self.world.steady_seconds = 3;
        self.keeper = started(self.folder, &self.world);
    }

    fn list(&mut self) -> Reply {
        self.ask(people::Request::List {
            query: String::new(),
            department: None,
            sort: people::Sort::default(),
            window: Window::FIRST,
        })
    }

    /// How many entries of this text the ledger has.
    fn told(&mut self, text: &str) -> usize {
        let page = ledger::Request::Page {
            before: None,
            limit: 200,
        };
        match self.ask(page) {
            Reply::Ledger(ledger::Reply::Page(page)) => {
                let found = page.rows.iter().filter(|row| row.text_ja.contains(text));
                found.count()
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn from_the_first_login_to_a_passphrase_set_anew() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let keeper = first_run(folder.path(), &mut world);
    let mut desk = Desk {
        folder: folder.path(),
        world,
        keeper,
    };
    let clerk = desk.add_clerk();
    desk.lock();

    // What somebody else chose is changed before anything else.
    assert_eq!(desk.login(clerk, FIRST), Reply::Done);
    let first = Reply::Refused(ErrorCode::MustChangePassphrase);
    assert_eq!(desk.list(), first);
    desk.restart(0);
    assert_eq!(desk.login(clerk, FIRST), Reply::Done);
    assert_eq!(desk.list(), first, "also after a restart");
    assert_eq!(desk.change(FIRST, OWN), Reply::Done);
    assert!(matches!(desk.list(), Reply::People(_)));
    desk.lock();

    // Wrong ones make this user wait, over a restart and whatever the clock says.
    let wrong = Reply::Refused(ErrorCode::WrongPassphrase);
    let waits = Reply::Refused(ErrorCode::TooManyAttempts);
    for _ in 0..4 {
        let seconds = u64::from(desk.wait(clerk));
        desk.world.steady_seconds += seconds;
        assert_eq!(desk.login(clerk, FIRST), wrong);
    }
    let longest = desk.wait(clerk);
    assert!(longest > 0);
    assert_eq!(desk.login(clerk, OWN), waits);
    desk.restart(365 * 86_400);
    assert_eq!(desk.wait(clerk), longest, "the wait begins anew");
    assert_eq!(desk.login(clerk, OWN), waits);
    assert_eq!(
        desk.recover(clerk, WORDS, OWN),
        waits,
        "words are guessed, too"
    );
    assert_eq!(desk.wait(OWNER), 0);
    desk.world.steady_seconds += u64::from(longest);

    // The words open it and put another passphrase in place.
    assert_eq!(desk.recover(clerk, WORDS, THIRD), Reply::Done);
    assert!(matches!(desk.list(), Reply::People(_)));
    desk.lock();
    assert_eq!(desk.login(clerk, OWN), wrong);

    // Words and passphrase lost: a manager sets both anew.
    assert_eq!(desk.login(OWNER, PASSPHRASE), Reply::Done);
    let reset = |passphrase: &str| Request::ResetPassphrase {
        user: clerk,
        passphrase: secret(passphrase),
        recovery_words: secret(NEW_WORDS),
    };
    assert!(matches!(desk.ask(reset("short")), Reply::Invalid(_)));
    assert_eq!(desk.ask(reset(FIRST)), Reply::Done);
    assert_eq!(desk.told("パスフレーズを再設定"), 1);
    desk.lock();
    assert_eq!(desk.login(clerk, THIRD), wrong);
    let words = Reply::Refused(ErrorCode::RecoveryWordsWrong);
    assert_eq!(desk.recover(clerk, WORDS, OWN), words);
    assert_eq!(desk.login(clerk, FIRST), Reply::Done);
    assert_eq!(desk.list(), first);
    assert_eq!(desk.change(FIRST, OWN), Reply::Done);
    assert!(matches!(desk.list(), Reply::People(_)));
}
