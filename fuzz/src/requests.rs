//! A keeper with an open vault: whatever a kiosk that was taken over asks of it, in whatever
//! order, it answers, and nothing it answers tells a number but the one reply that is made
//! to.

use keeper::{Keeper, Outside, Plugged, PorterError, Stop};
use protocol::clerk::{Reply, Request, Step, companies, numbers, people, session, snapshots};
use protocol::foreign::{Answer, Job};
use protocol::system::DeviceId;
use protocol::{Secret, decode, vessel};
use std::cell::RefCell;

/// So many requests of one input are asked.
const MOST: usize = 16;
/// Synthetic, from the list of those that may stand in tests.
const NUMBER: &str = "123456789018";

thread_local! {
    /// Made once: opening a vault takes a tenth of a second on purpose.
    static DESK: RefCell<Option<Desk>> = const { RefCell::new(None) };
}

/// Requests, each behind its length (u16, little-endian).
pub(crate) fn run(bytes: &[u8]) {
    DESK.with_borrow_mut(|kept| {
        let desk = kept.get_or_insert_with(Desk::new);
        let mut rest = bytes;
        for _ in 0..MOST {
            let Some((length, tail)) = rest.split_first_chunk::<2>() else {
                break;
            };
            let length = usize::from(u16::from_le_bytes(*length)).min(tail.len());
            let (body, tail) = tail.split_at(length);
            rest = tail;
            let Ok(request) = decode::<Request>(body) else {
                continue;
            };
            if !is_slow(&request) {
                desk.ask(request);
            }
        }
        if !desk.keeper.session_open() {
            *kept = None;
        }
    });
}

/// What derives a key from a passphrase, and what replaces the vault: each would take longer
/// than thousands of others do.
fn is_slow(request: &Request) -> bool {
    use protocol::clerk::users::Request as Users;
    matches!(
        request,
        Request::Session(_)
            | Request::Users(Users::Add { .. } | Users::ResetPassphrase { .. })
            | Request::Snapshots(snapshots::Request::Restore { .. })
    )
}

/// A stickless PC, and a vault with one person in it.
struct Desk {
    keeper: Keeper,
    world: World,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut keeper = Keeper::new(folder.path());
        let mut world = World;
        let circumstances = vessel::Circumstances {
            pc: "a1b2c3d4e5f60718".into(),
            pc_name: "PC".into(),
            clock_confirmed: true,
        };
        keeper.start(circumstances, &world);
        let first_run = session::Request::FirstRun {
            company: companies::CompanyDraft {
                name: "株式会社サンプル".into(),
                ..companies::CompanyDraft::default()
            },
            owner_name: "山田 太郎".into(),
            passphrase: Secret::new("correct horse battery staple".into()),
            recovery_words: Secret::new("あいこくしん あいさつ あいだ".into()),
        };
        assert_eq!(keeper.handle(first_run, &mut world), Reply::Done);
        let number = || Secret::new(NUMBER.into());
        let person = people::Request::Register {
            draft: people::PersonDraft {
                employee_no: "1".into(),
                name: "髙橋 花子".into(),
                birth_date: "1990-04-01".into(),
                ..people::PersonDraft::default()
            },
            position: None,
            number: Some(numbers::NumberEntry::typed(number(), number())),
        };
        let registered = keeper.handle(person, &mut world);
        assert!(matches!(registered, Reply::Saved { .. }), "{registered:?}");
        Self {
            keeper,
            world,
            _folder: folder,
        }
    }

    fn ask(&mut self, request: Request) {
        let reply = self.keeper.handle(request, &mut self.world);
        let told = match &reply {
            // Pieces of what the kiosk itself brought.
            Reply::Imports(_) | Reply::Input(_) => return,
            reply => format!("{reply:?}"),
        };
        assert!(!told.contains(NUMBER), "a number in a reply's Debug");
    }
}

struct World;

impl Outside for World {
    fn unix_seconds(&self) -> i64 {
        1_795_212_000
    }

    fn monotonic_seconds(&self) -> u64 {
        1000
    }

    fn progress(&mut self, _: Step, _: u64, _: u64) -> Result<(), Stop> {
        Ok(())
    }

    fn first_run_done(&mut self) -> Result<(), Stop> {
        Ok(())
    }

    fn start_porter(&mut self, _: DeviceId) -> Result<Plugged, PorterError> {
        Err(PorterError::StickGone)
    }

    fn ask_porter(&mut self, _: &Job, _: Step) -> Result<Answer, PorterError> {
        Err(PorterError::StickGone)
    }

    fn stop_porter(&mut self) {}
}
