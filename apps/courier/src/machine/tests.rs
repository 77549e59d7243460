//! Every order of events, named and by chance.

use super::*;
use codes::ErrorCode;
use proptest::prelude::*;

const FAILURE: Failure = Failure::new(ErrorCode::CourierStore, "test");

fn at(seconds: u64) -> Moment {
    Moment {
        unix: 1_800_000_000 + seconds as i64,
        ticks: seconds * 1000,
    }
}

/// A world that keeps what the actions changed, and checks the order at each of them.
#[derive(Default, Debug)]
struct World {
    journal: bool,
    cut: bool,
    room: bool,
    marked: bool,
    file: bool,
    reported: Option<Report>,
}

impl World {
    fn act(&mut self, action: Action, fails: bool) -> Event {
        match action {
            Action::WriteJournal => self.journal |= !fails,
            Action::CutNetwork => {
                assert!(self.journal, "cut without a journal");
                // A failing cut may have changed something all the same.
                self.cut = true;
            }
            Action::MakeRoom => {
                assert!(self.cut, "a room without a cut network");
                self.room = true;
            }
            Action::MarkOpened => {
                assert!(self.room, "marked without a guarded room");
                self.marked |= !fails;
            }
            Action::PlaceFile => {
                assert!(self.marked && self.room && self.cut && self.journal);
                self.file = true;
            }
            Action::NoteRead => assert!(self.file),
            Action::RemoveFile if !fails => (self.file, self.room) = (false, false),
            Action::RestoreNetwork => {
                assert!(!self.file, "the network came back before the file was gone");
                self.cut &= fails;
            }
            Action::Report(report) => {
                assert!(!self.file && !self.cut, "reported before it was clean");
                self.journal &= fails;
                self.reported = Some(report);
            }
            Action::RemoveFile => {}
        }
        if fails {
            Event::Failed(FAILURE)
        } else {
            Event::Done
        }
    }
}

fn open_machine() -> Machine {
    let (mut machine, first) = Machine::start(Limits::default());
    let (mut world, mut action) = (World::default(), Some(first));
    while let Some(a) = action {
        action = machine.step(at(0), world.act(a, false));
    }
    assert!(machine.waits());
    machine
}

fn drain(machine: &mut Machine, mut action: Option<Action>, now: Moment) -> Finish {
    let mut world = World {
        journal: true,
        cut: true,
        room: true,
        marked: true,
        file: true,
        reported: None,
    };
    while let Some(a) = action {
        action = machine.step(now, world.act(a, false));
    }
    machine.finish().unwrap()
}

const LOOK_IDLE: Event = Event::Look {
    in_use: false,
    program_runs: true,
};
const LOOK_BUSY: Event = Event::Look {
    in_use: true,
    program_runs: true,
};
const LOOK_GONE: Event = Event::Look {
    in_use: false,
    program_runs: false,
};

#[test]
fn the_file_goes_when_the_program_has_closed_it_for_the_grace_time() {
    let mut machine = open_machine();
    assert_eq!(
        machine.step(at(5), Event::Opened),
        Some(Action::NoteRead),
        "the time of the first reading is made durable"
    );
    assert_eq!(machine.step(at(5), Event::Done), None);
    assert_eq!(machine.step(at(6), LOOK_BUSY), None);
    assert_eq!(machine.step(at(8), LOOK_IDLE), None, "within the grace");
    assert_eq!(machine.step(at(8), Event::Opened), None, "a second opening");
    assert_eq!(
        machine.step(at(10), LOOK_IDLE),
        None,
        "the grace starts anew"
    );
    let action = machine.step(at(11), LOOK_IDLE);
    assert_eq!(action, Some(Action::RemoveFile));
    let Finish::Clean { report, receipt } = drain(&mut machine, action, at(12)) else {
        panic!("not clean");
    };
    assert_eq!(receipt, None);
    assert_eq!(report.ending, Ending::Closed);
    assert_eq!(report.read_at, Some(at(5).unix));
    assert_eq!(report.removed_at, Some(at(12).unix));
}

#[test]
fn a_file_never_opened_stays_until_the_timeout() {
    let mut machine = open_machine();
    assert_eq!(machine.step(at(599), LOOK_IDLE), None);
    let action = machine.step(at(600), LOOK_IDLE);
    let Finish::Clean { report, .. } = drain(&mut machine, action, at(600)) else {
        panic!("not clean");
    };
    assert_eq!((report.ending, report.read_at), (Ending::TimedOut, None));
}

#[test]
fn the_timeout_also_ends_a_file_that_is_held_open() {
    let mut machine = open_machine();
    machine.step(at(1), Event::Opened);
    machine.step(at(1), Event::Done);
    assert_eq!(machine.step(at(599), LOOK_BUSY), None);
    assert_eq!(machine.step(at(600), LOOK_BUSY), Some(Action::RemoveFile));
}

#[test]
fn a_program_that_ends_takes_the_file_with_it() {
    let mut unread = open_machine();
    let action = unread.step(at(2), LOOK_GONE);
    let Finish::Clean { report, .. } = drain(&mut unread, action, at(2)) else {
        panic!("not clean");
    };
    assert_eq!(report.ending, Ending::ProgramGone);

    let mut read = open_machine();
    read.step(at(1), Event::Opened);
    read.step(at(1), Event::Done);
    let action = read.step(at(2), LOOK_GONE);
    let Finish::Clean { report, .. } = drain(&mut read, action, at(2)) else {
        panic!("not clean");
    };
    assert_eq!(report.ending, Ending::Closed, "no grace for a dead program");
}

#[test]
fn a_stick_pulled_while_the_network_is_being_cut_means_nothing_is_opened() {
    let (mut machine, _) = Machine::start(Limits::default());
    assert_eq!(machine.step(at(0), Event::Done), Some(Action::CutNetwork));
    assert_eq!(machine.step(at(0), Event::StickGone), None);
    assert_eq!(machine.step(at(0), Event::Done), Some(Action::RemoveFile));
    assert_eq!(
        machine.step(at(0), Event::Done),
        Some(Action::RestoreNetwork)
    );
    let Some(Action::Report(report)) = machine.step(at(0), Event::Done) else {
        panic!("no report");
    };
    assert!(!report.used_up, "it may be received another time");
    assert_eq!(report.removed_at, None);
}

#[test]
fn without_a_journal_nothing_is_begun() {
    let (mut machine, _) = Machine::start(Limits::default());
    assert_eq!(machine.step(at(0), Event::Failed(FAILURE)), None);
    assert_eq!(machine.finish(), Some(Finish::NotBegun(FAILURE)));
}

#[test]
fn a_file_that_cannot_be_removed_keeps_the_network_cut() {
    let mut machine = open_machine();
    let mut action = machine.step(at(1), Event::StopAsked);
    for _ in 0..Limits::default().attempts {
        assert_eq!(action, Some(Action::RemoveFile));
        action = machine.step(at(1), Event::Failed(FAILURE));
    }
    assert_eq!(action, None);
    assert!(matches!(machine.finish(), Some(Finish::Stuck { .. })));
}

fn any_outside() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (any::<bool>(), any::<bool>()).prop_map(|(in_use, program_runs)| Event::Look { in_use, program_runs }),
        3 => Just(Event::Opened),
        1 => Just(Event::StickGone),
        1 => Just(Event::StopAsked),
        1 => Just(Event::NetworkBack),
        1 => Just(Event::GuardLost),
    ]
}

proptest! {
    /// Whatever comes in whatever order, during actions too: it ends with the file
    /// removed, the network restored and a report, and never places a file unless
    /// journal, cut, guard and mark stand (asserted in `World::act`).
    #[test]
    fn any_order_of_events_ends_with_the_file_removed_and_the_network_restored(
        script in proptest::collection::vec((any_outside(), 0u64..200, any::<bool>(), any::<bool>()), 0..60),
        failures in proptest::collection::vec(any::<bool>(), 0..12),
    ) {
        let (mut machine, first) = Machine::start(Limits::default());
        let mut world = World::default();
        let mut failures = failures.into_iter();
        let (mut pending, mut now) = (Some(first), 0);
        for (event, seconds, between, fails_here) in script {
            now += seconds;
            // From outside, also while an action is under way.
            if pending.is_none() || between {
                let action = machine.step(at(now), event);
                prop_assert!(pending.is_none() || action.is_none(), "two actions at once");
                pending = pending.or(action);
            }
            if let Some(action) = pending.take() {
                let fails = fails_here && failures.next().unwrap_or(false);
                pending = machine.step(at(now), world.act(action, fails));
            }
        }
        // Then nothing happens but time.
        for _ in 0..200 {
            now += 100;
            if let Some(action) = pending.take() {
                pending = machine.step(at(now), world.act(action, failures.next().unwrap_or(false)));
            } else {
                pending = machine.step(at(now), LOOK_IDLE);
            }
        }
        match machine.finish() {
            Some(Finish::Clean { report, receipt }) => {
                prop_assert!(!world.file && !world.cut && !world.room);
                prop_assert_eq!(world.reported, Some(report));
                prop_assert_eq!(world.journal, receipt.is_some());
                prop_assert!(report.used_up || !world.marked);
            }
            Some(Finish::NotBegun(_)) => prop_assert!(!world.file && !world.cut && !world.journal),
            // At most twelve failures in one script: eleven of them may hit one step.
            Some(Finish::Stuck { .. }) => prop_assert!(world.journal, "nothing left to sweep by"),
            None => prop_assert!(false, "it did not end: {machine:?}"),
        }
    }
}
