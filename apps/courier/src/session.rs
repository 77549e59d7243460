//! Drives the machine through one hand-over with the real world behind the traits.

use crate::{
    Failure, Result,
    machine::{Action, Ending, Event, Finish, Limits, Machine, Report},
    outside::{Clock, NetworkCut, Permitted, Programs, Prompt, Room, Running, Stick, Stop},
    receive::{keep_receipt, reason, version},
    store::{Journal, Store},
    texts::Notice,
};
use codes::ErrorCode;
use std::time::Duration;
use transfer::{Bundle, Error, HandOverId, Outcome, PcSecrets, Receipt};

/// This PC.
pub struct Pc<'a> {
    pub network: &'a mut dyn NetworkCut,
    pub programs: &'a mut dyn Programs,
    pub room: &'a mut dyn Room,
    pub stick: &'a mut dyn Stick,
    pub clock: &'a dyn Clock,
    pub stop: &'a mut dyn Stop,
    pub prompt: &'a mut dyn Prompt,
    pub store: &'a Store,
}

/// How long the room is served between two looks around.
const ROUND: Duration = Duration::from_millis(250);
/// Every how many rounds the file, the program and the stick are looked at.
const LOOK_ROUNDS: u32 = 2;
/// Every how many rounds the cut is read back: it costs a process.
const NETWORK_ROUNDS: u32 = 8;

struct Session<'a> {
    keys: &'a PcSecrets,
    bundle: &'a Bundle,
    permitted: Permitted,
    running: Running,
    journal: Journal,
    minutes: u64,
    /// Decrypted bytes may have been written.
    placed: bool,
    outcome: Option<Outcome>,
}

/// Opens one admitted bundle, waits until it is over, cleans up, and keeps the receipt
/// in the store. The outcome is `None` where nothing was used up: it may be received
/// another time.
///
/// # Errors
/// Before anything was begun: the program does not run, say.
pub fn run(
    pc: &mut Pc,
    keys: &PcSecrets,
    bundle: &Bundle,
    limits: Limits,
) -> Result<(Finish, Option<Outcome>)> {
    let entry = bundle.whitelist();
    let permitted = Permitted::of(&entry.program);
    let running = pc.programs.find(&permitted)?;
    let journal = Journal {
        hand_over: bundle.manifest().hand_over,
        companion: entry.companion,
        program: entry.program.clone(),
        user: running.user_name.clone(),
        read_at: None,
    };
    let mut session = Session {
        keys,
        bundle,
        permitted,
        running,
        journal,
        minutes: limits.timeout.div_ceil(60_000),
        placed: false,
        outcome: None,
    };

    let (mut machine, first) = Machine::start(limits);
    let mut action = Some(first);
    while machine.finish().is_none() {
        let event = match action.take() {
            Some(action) => match session.perform(pc, action) {
                Ok(()) => Event::Done,
                Err(failure) => Event::Failed(failure),
            },
            None => {
                action = wait(pc, &session, &mut machine);
                continue;
            }
        };
        action = machine.step(pc.clock.now(), event);
    }
    let finish = machine
        .finish()
        .ok_or(Failure::new(ErrorCode::Internal, "finish"))?;
    Ok((finish, session.outcome))
}

/// Serves the room and looks around until something is to be done.
fn wait(pc: &mut Pc, session: &Session, machine: &mut Machine) -> Option<Action> {
    let mut round = 0u32;
    loop {
        for event in pc.room.serve(ROUND) {
            if let Some(action) = machine.step(pc.clock.now(), event) {
                return Some(action);
            }
        }
        round = round.wrapping_add(1);
        let mut seen = Vec::new();
        if pc.stop.asked() {
            seen.push(Event::StopAsked);
        }
        if round.is_multiple_of(LOOK_ROUNDS) {
            if !pc.stick.present() {
                seen.push(Event::StickGone);
            }
            seen.push(Event::Look {
                in_use: machine.was_read() && pc.room.in_use(),
                program_runs: pc.programs.runs(&session.permitted),
            });
        }
        if round.is_multiple_of(NETWORK_ROUNDS) && !pc.network.holds(session.journal.hand_over) {
            seen.push(Event::NetworkBack);
        }
        for event in seen {
            if let Some(action) = machine.step(pc.clock.now(), event) {
                return Some(action);
            }
        }
    }
}

impl Session<'_> {
    fn id(&self) -> HandOverId {
        self.journal.hand_over
    }

    fn perform(&mut self, pc: &mut Pc, action: Action) -> Result<()> {
        match action {
            Action::WriteJournal => pc.store.write_journal(&self.journal),
            Action::CutNetwork => pc.network.cut(self.id()),
            Action::MakeRoom => {
                pc.room.make(self.id(), &self.permitted, &self.running)?;
                // Cutting took a while; the last moment at which it costs nothing to notice.
                if !pc.programs.runs(&self.permitted) {
                    return Err(Failure::new(ErrorCode::ProgramNotRunning, "look again"));
                }
                Ok(())
            }
            Action::MarkOpened => pc.store.mark_opened(self.id()),
            Action::PlaceFile => self.place(pc),
            Action::NoteRead => {
                self.journal.read_at = Some(pc.clock.now().unix);
                pc.store.write_journal(&self.journal)
            }
            Action::RemoveFile => pause_after_failure(pc, |pc| pc.room.remove()),
            Action::RestoreNetwork => {
                let id = self.id();
                pause_after_failure(pc, |pc| {
                    pc.network.restore(id).map_err(|failure| Failure {
                        code: ErrorCode::NetworkRestoreFailed,
                        ..failure
                    })
                })
            }
            Action::Report(report) => self.report(pc, &report),
        }
    }

    fn place(&mut self, pc: &mut Pc) -> Result<()> {
        let content = self.bundle.open(self.keys).map_err(|error| {
            let code = match error {
                Error::NotForThisKey => ErrorCode::BundleNotForUs,
                _ => ErrorCode::BundleMalformed,
            };
            Failure::new(code, "open the bundle")
        })?;
        self.placed = true;
        let path = pc
            .room
            .place(self.bundle.manifest().file_name.as_str(), &content)?;
        pc.prompt.tell(&Notice::FileReady {
            path,
            minutes: self.minutes,
        });
        Ok(())
    }

    /// Keeps the receipt, then forgets the journal: a crash between the two finds the
    /// receipt kept and writes no other.
    fn report(&mut self, pc: &mut Pc, report: &Report) -> Result<()> {
        if report.used_up {
            let outcome = outcome(report, self.placed);
            let not_opened = outcome == Outcome::NotOpened;
            let receipt = Receipt {
                hand_over: self.id(),
                pc: self.bundle.whitelist().pc,
                outcome,
                opened_unix: report.read_at.filter(|_| !not_opened),
                deleted_unix: report.removed_at.filter(|_| !not_opened),
                user: self.journal.user.clone(),
                program: self.journal.program.clone(),
                courier_version: version()?,
                reason: not_opened.then(|| reason(cause(report))).flatten(),
            };
            keep_receipt(pc.store, self.keys, self.journal.companion, receipt)?;
            self.outcome = Some(outcome);
        }
        pc.store.forget_journal()
    }
}

fn outcome(report: &Report, placed: bool) -> Outcome {
    match report.ending {
        _ if !placed => Outcome::NotOpened,
        Ending::Closed => Outcome::ReadAndDeleted,
        Ending::TimedOut => Outcome::TimedOut,
        Ending::StickPulled => Outcome::StickPulled,
        Ending::ProgramGone
        | Ending::StopAsked
        | Ending::NetworkBack
        | Ending::GuardLost
        | Ending::Failed(_) => Outcome::Stopped,
    }
}

/// Why nothing was opened, as a code.
fn cause(report: &Report) -> ErrorCode {
    match report.ending {
        Ending::Failed(failure) => failure.code,
        Ending::StickPulled => ErrorCode::CompanionPulled,
        Ending::NetworkBack => ErrorCode::NetworkCutFailed,
        Ending::GuardLost => ErrorCode::GuardUnavailable,
        Ending::ProgramGone => ErrorCode::ProgramNotRunning,
        Ending::StopAsked | Ending::Closed | Ending::TimedOut => ErrorCode::Cancelled,
    }
}

fn pause_after_failure(pc: &mut Pc, act: impl FnOnce(&mut Pc) -> Result<()>) -> Result<()> {
    let result = act(pc);
    if result.is_err() {
        // Whoever waits to open goes on being answered meanwhile.
        pc.room.serve(ROUND);
    }
    result
}
