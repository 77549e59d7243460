//! A hand-over that is cut at every place where it can be cut: what is answered, what
//! the ledger says, what is on the stick, and that the next one sets things right.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{
    Mishap, STICK, World, enrol, events, first_run, login, payroll_program, person, started, typed,
};
use keeper::Keeper;
use mynumber::Purpose;
use protocol::clerk::{PersonId, Reply, companions, people};
use protocol::foreign::Folder;
use transfer::{Bundle, Companion, Outcome, PcSecrets, Receipt};

struct Story {
    folder: tempfile::TempDir,
    world: World,
    keeper: Keeper,
    pc: PcSecrets,
    person: PersonId,
    entry: String,
}

/// Everything ready for a hand-over.
fn ready() -> Story {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let request = people::Request::Register {
        position: None,
        draft: person(1),
        number: Some(typed("123456789018")),
    };
    let Reply::Saved { person, .. } = keeper.handle(request, &mut world) else {
        panic!("not registered")
    };
    let (pc, entry) = enrol(&mut keeper, &mut world, Purpose::WithholdingTax);
    Story {
        folder,
        world,
        keeper,
        pc,
        person,
        entry,
    }
}

impl Story {
    fn hand_over(&mut self) -> Reply {
        let request = companions::Request::HandOver {
            device: STICK,
            entry: self.entry.clone(),
            people: vec![self.person],
        };
        self.keeper.handle(request, &mut self.world)
    }

    fn events(&mut self) -> Vec<String> {
        events(&mut self.keeper, &mut self.world)
    }

    fn count(&mut self, event: &str) -> usize {
        self.events().iter().filter(|e| *e == event).count()
    }

    fn bundles(&mut self) -> usize {
        self.world.files(Folder::Bundles).len()
    }

    fn open(&mut self) -> usize {
        match self
            .keeper
            .handle(companions::Request::HandOvers, &mut self.world)
        {
            Reply::Companions(companions::Reply::HandOvers(rows)) => {
                rows.iter().filter(|row| row.receipt.is_none()).count()
            }
            other => panic!("{other:?}"),
        }
    }
}

const BEGUN: &str = "L-506";
const MADE: &str = "L-507";
const FAILED: &str = "L-508!";

#[test]
fn pulled_before_anything_is_written_it_has_failed_for_certain() {
    let mut story = ready();
    story.world.mishap = Some(Mishap::PulledBefore);
    // The first start is for reading the identity.
    story.world.starts_before = 1;
    assert_eq!(
        story.hand_over(),
        Reply::Refused(ErrorCode::CompanionPulled)
    );
    assert_eq!((story.bundles(), story.open()), (0, 0));
    assert_eq!(story.count(FAILED), 1);
}

#[test]
fn cancelled_while_writing_the_stick_is_cleaned() {
    let mut story = ready();
    story.world.mishap = Some(Mishap::CancelledAfter);
    assert_eq!(story.hand_over(), Reply::Refused(ErrorCode::Cancelled));
    assert_eq!((story.bundles(), story.open()), (0, 0));
    assert_eq!((story.count(FAILED), story.count(MADE)), (1, 0));
}

#[test]
fn what_does_not_read_back_is_removed_and_not_called_made() {
    let mut story = ready();
    story.world.mishap = Some(Mishap::DoesNotReadBack);
    assert_eq!(
        story.hand_over(),
        Reply::Refused(ErrorCode::CompanionVerify)
    );
    assert_eq!((story.bundles(), story.open()), (0, 0));
    assert_eq!((story.count(FAILED), story.count(MADE)), (1, 0));
}

#[test]
fn pulled_while_writing_it_stays_open_until_the_stick_is_back() {
    let mut story = ready();
    story.world.mishap = Some(Mishap::PulledAfter);
    assert_eq!(
        story.hand_over(),
        Reply::Refused(ErrorCode::CompanionPulled)
    );
    // The ledger tells that it was not completed; the bundle may be on the stick, and is.
    assert_eq!((story.count(BEGUN), story.count(MADE)), (1, 0));
    assert_eq!((story.count(FAILED), story.open()), (1, 1));
    assert_eq!(story.bundles(), 1);

    story.world.plugged_in = true;
    assert!(matches!(
        story.hand_over(),
        Reply::Companions(companions::Reply::HandedOver { .. })
    ));
    // The old one is gone from the stick and closed; the new one waits for its receipt.
    assert_eq!((story.bundles(), story.open()), (1, 1));
    assert_eq!((story.count(FAILED), story.count(MADE)), (2, 1));
}

#[test]
fn a_bundle_that_was_pulled_too_early_but_received_is_receipted() {
    let mut story = ready();
    story.world.mishap = Some(Mishap::PulledAfter);
    story.hand_over();
    story.world.plugged_in = true;

    let vault = transfer::introduce::<Companion>(&story.world.identity())
        .unwrap()
        .vault_key;
    let file = story.world.files(Folder::Bundles).remove(0);
    let bundle = Bundle::verify(&file.bytes, &vault).unwrap();
    let receipt = Receipt {
        hand_over: bundle.manifest().hand_over,
        pc: story.pc.public().id(),
        outcome: Outcome::ReadAndDeleted,
        opened_unix: Some(1_795_000_100),
        deleted_unix: Some(1_795_000_200),
        user: "keiri".parse().unwrap(),
        program: payroll_program(),
        courier_version: "0.1.0".parse().unwrap(),
        reason: None,
    };
    let receipt = transfer::sign(receipt, story.pc.signing_key()).unwrap();
    story
        .world
        .put(Folder::Receipts, &file.name, receipt.bytes());
    let read = companions::Request::ReadReceipts { device: STICK };
    assert_eq!(
        story.keeper.handle(read.clone(), &mut story.world),
        Reply::Companions(companions::Reply::ReceiptsRead {
            taken: 1,
            refused: 0
        })
    );
    assert_eq!((story.bundles(), story.open()), (0, 0));
    // The same bytes once more, as a stick pulled before they were removed has them.
    story
        .world
        .put(Folder::Receipts, &file.name, receipt.bytes());
    assert_eq!(
        story.keeper.handle(read, &mut story.world),
        Reply::Companions(companions::Reply::ReceiptsRead {
            taken: 0,
            refused: 0
        })
    );
    assert_eq!(story.world.files(Folder::Receipts), []);
}

#[test]
fn a_kiosk_that_dies_while_writing_leaves_it_open_and_the_vault_locked() {
    let mut story = ready();
    story.world.mishap = Some(Mishap::KioskGoneAfter);
    story.hand_over();
    story.keeper.kiosk_gone(&story.world);
    assert!(!story.keeper.session_open());

    // The power goes, too. The next start finds the hand-over open.
    drop(story.keeper);
    let mut world = World::new();
    let mut keeper = started(story.folder.path(), &world);
    login(&mut keeper, &mut world);
    let Reply::Companions(companions::Reply::HandOvers(rows)) =
        keeper.handle(companions::Request::HandOvers, &mut world)
    else {
        panic!("no hand-overs")
    };
    assert_eq!(rows.iter().filter(|row| row.receipt.is_none()).count(), 1);
}

#[test]
fn an_approval_that_has_ended_lets_nothing_out() {
    let mut story = ready();
    // 2030-04-01 in Japan.
    story.world.unix_seconds = 1_901_199_600;
    assert_eq!(
        story.hand_over(),
        Reply::Refused(ErrorCode::WhitelistExpired)
    );
    assert_eq!((story.bundles(), story.count(BEGUN)), (0, 0));
    assert_eq!(story.count("L-509!"), 1);
}

#[test]
fn people_without_a_number_are_nothing_to_hand_over() {
    let mut story = ready();
    let request = people::Request::Register {
        position: None,
        draft: person(2),
        number: None,
    };
    let Reply::Saved { person, .. } = story.keeper.handle(request, &mut story.world) else {
        panic!("not registered")
    };
    story.person = person;
    assert_eq!(
        story.hand_over(),
        Reply::Refused(ErrorCode::NothingToHandOver)
    );
    assert_eq!((story.bundles(), story.count(BEGUN)), (0, 0));
}

#[test]
fn an_approval_whose_writing_failed_is_the_same_one_when_repeated() {
    let mut story = ready();
    let request = |story: &mut Story| {
        let waiting = match story.keeper.handle(
            companions::Request::Enrolments { device: STICK },
            &mut story.world,
        ) {
            Reply::Companions(companions::Reply::Enrolments(waiting)) => waiting,
            other => panic!("{other:?}"),
        };
        let approve = companions::Request::ApproveEnrolment {
            device: STICK,
            enrolment: waiting[0].id.clone(),
            purpose: Purpose::EmploymentInsurance,
            format: None,
            expires: "2030-03-31".into(),
        };
        story.keeper.handle(approve, &mut story.world)
    };
    story.world.mishap = Some(Mishap::DoesNotReadBack);
    assert_eq!(
        request(&mut story),
        Reply::Refused(ErrorCode::CompanionVerify)
    );
    assert_eq!(request(&mut story), Reply::Done);
    let Reply::Companions(companions::Reply::Whitelist(entries)) = story
        .keeper
        .handle(companions::Request::Whitelist, &mut story.world)
    else {
        panic!("no whitelist")
    };
    assert_eq!(entries.len(), 2);
    assert_eq!(story.count("L-504"), 2);
}

#[test]
fn a_revoked_approval_is_taken_off_the_stick_at_the_next_visit() {
    let mut story = ready();
    assert_eq!(story.world.files(Folder::Approvals).len(), 1);
    let revoke = companions::Request::RevokeEntry {
        entry: story.entry.clone(),
    };
    assert_eq!(story.keeper.handle(revoke, &mut story.world), Reply::Done);
    let read = companions::Request::ReadReceipts { device: STICK };
    assert_eq!(
        story.keeper.handle(read, &mut story.world),
        Reply::Companions(companions::Reply::ReceiptsRead {
            taken: 0,
            refused: 0
        })
    );
    assert_eq!(story.world.files(Folder::Approvals), []);
}
