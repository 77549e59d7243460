//! One hand-over as a state machine: events in, actions out, no I/O.
//!
//! The order is what protects the data, so it is decided here and nowhere else:
//!
//! ```text
//! WriteJournal → CutNetwork → MakeRoom → MarkOpened → PlaceFile → (open) ┐
//!        └────────────┴───────────┴──────────┴───────────┴───────────────┤ any failure, any ending
//!                                              RemoveFile → RestoreNetwork → Report
//! ```
//!
//! - The journal is durable before anything is changed, so a crash at any later
//!   point leaves something to sweep by.
//! - The hand-over counts as opened (`MarkOpened`, durable) before the first
//!   decrypted byte exists: a crash never makes a second opening possible.
//! - The network comes back only after the file is proven gone. Where the file
//!   cannot be removed the network stays cut and the journal stays.

use crate::Failure;

/// A point in time. Deadlines count on `ticks`; receipts carry `unix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970, as this PC believes.
    pub unix: i64,
    /// Milliseconds on a clock that nobody sets.
    pub ticks: u64,
}

/// How long things may take, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From placing the file to its removal, whatever the program does.
    pub timeout: u64,
    /// How long nobody holds the file before it counts as closed. Programs that look
    /// at a file first and read it afterwards open it twice.
    pub grace: u64,
    /// How often removing and restoring are tried.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            timeout: 10 * 60_000,
            grace: 3_000,
            attempts: 10,
        }
    }
}

/// What is to be done next. Each is answered by [`Event::Done`] or [`Event::Failed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Make durable what a sweep needs to know.
    WriteJournal,
    /// Cut the network and read back that it is cut.
    CutNetwork,
    /// Make the place for the file and guard it, before there is a file.
    MakeRoom,
    /// Make durable that this hand-over was opened. It cannot be opened again.
    MarkOpened,
    /// Decrypt, write, hand over to the program's user, say where it is.
    PlaceFile,
    /// The program opened the file: make the time durable.
    NoteRead,
    /// Overwrite and remove the file, and prove it. Doing it twice is harmless.
    RemoveFile,
    /// Take our own cut away again. Doing it twice is harmless.
    RestoreNetwork,
    /// Write the receipt, forget the journal.
    Report(Report),
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The action asked for has succeeded.
    Done,
    /// The action asked for has failed.
    Failed(Failure),
    /// The permitted program opened the file.
    Opened,
    /// Time passed; this is what was seen.
    Look {
        /// A process holds the file open or mapped.
        in_use: bool,
        /// The permitted program still runs.
        program_runs: bool,
    },
    /// The companion is no longer there.
    StickGone,
    /// The person or the system asked to stop.
    StopAsked,
    /// The cut is not there any more, though we did not remove it.
    NetworkBack,
    /// Nobody decides any more who may open the file.
    GuardLost,
}

/// Why the file went away, the first cause that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The program closed the file, or ended after reading it.
    Closed,
    /// The program ended without ever opening the file.
    ProgramGone,
    TimedOut,
    StickPulled,
    StopAsked,
    NetworkBack,
    GuardLost,
    Failed(Failure),
}

/// What is to be reported when everything is clean again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub ending: Ending,
    /// The hand-over is used up: it was marked as opened.
    pub used_up: bool,
    /// When the program first opened the file, seconds since 1970.
    pub read_at: Option<i64>,
    /// When the file was gone, if there was one.
    pub removed_at: Option<i64>,
}

/// How it ended for the one who drives the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// Clean: no file, network as before. `receipt` says why the report failed, if it did.
    Clean {
        report: Report,
        receipt: Option<Failure>,
    },
    /// Nothing was begun, nothing has to be cleaned.
    NotBegun(Failure),
    /// The file could not be removed or the network not be restored. The journal stays;
    /// the next sweep tries again.
    Stuck { report: Report, failure: Failure },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Journalling,
    Cutting,
    MakingRoom,
    Marking,
    Placing,
    Open,
    Noting,
    Removing { attempt: u32 },
    Restoring { attempt: u32 },
    Reporting,
    Finished(Finish),
}

/// The machine. Made by [`Machine::start`], driven by [`Machine::step`].
#[derive(Clone, Debug)]
pub struct Machine {
    limits: Limits,
    phase: Phase,
    /// The first cause to end.
    ending: Option<Ending>,
    used_up: bool,
    placed_at: Option<u64>,
    read_at: Option<i64>,
    last_use: Option<u64>,
    removed_at: Option<i64>,
}

impl Machine {
    /// The machine and the first action.
    pub fn start(limits: Limits) -> (Self, Action) {
        let machine = Machine {
            limits,
            phase: Phase::Journalling,
            ending: None,
            used_up: false,
            placed_at: None,
            read_at: None,
            last_use: None,
            removed_at: None,
        };
        (machine, Action::WriteJournal)
    }

    /// How it ended, once it has.
    pub fn finish(&self) -> Option<Finish> {
        match self.phase {
            Phase::Finished(finish) => Some(finish),
            _ => None,
        }
    }

    /// The file is there and waits for the program: only now events from outside matter
    /// at once; during an action they are kept.
    pub fn waits(&self) -> bool {
        self.phase == Phase::Open
    }

    /// Whether somebody has opened the file, so that it is worth looking who holds it.
    pub fn was_read(&self) -> bool {
        self.read_at.is_some()
    }

    /// Takes one event and says what is to be done, if anything.
    pub fn step(&mut self, now: Moment, event: Event) -> Option<Action> {
        match event {
            Event::Done => self.done(now),
            Event::Failed(failure) => self.failed(failure),
            Event::Opened => self.opened(now),
            Event::Look {
                in_use,
                program_runs,
            } => self.look(now, in_use, program_runs),
            Event::StickGone => self.end(Ending::StickPulled),
            Event::StopAsked => self.end(Ending::StopAsked),
            Event::NetworkBack => self.end(Ending::NetworkBack),
            Event::GuardLost => self.end(Ending::GuardLost),
        }
    }

    fn done(&mut self, now: Moment) -> Option<Action> {
        let next = match self.phase {
            Phase::Journalling => (Phase::Cutting, Action::CutNetwork),
            Phase::Cutting => (Phase::MakingRoom, Action::MakeRoom),
            Phase::MakingRoom => (Phase::Marking, Action::MarkOpened),
            Phase::Marking => {
                self.used_up = true;
                (Phase::Placing, Action::PlaceFile)
            }
            Phase::Placing => {
                self.placed_at = Some(now.ticks);
                self.phase = Phase::Open;
                return self.go_on();
            }
            Phase::Noting => {
                self.phase = Phase::Open;
                return self.go_on();
            }
            Phase::Removing { .. } => {
                if self.placed_at.is_some() {
                    self.removed_at = Some(now.unix);
                }
                self.phase = Phase::Restoring { attempt: 1 };
                return Some(Action::RestoreNetwork);
            }
            Phase::Restoring { .. } => {
                self.phase = Phase::Reporting;
                return Some(Action::Report(self.report()));
            }
            Phase::Reporting => {
                self.phase = Phase::Finished(Finish::Clean {
                    report: self.report(),
                    receipt: None,
                });
                return None;
            }
            Phase::Open | Phase::Finished(_) => return None,
        };
        // A cause that came while an earlier action ran stops the way in.
        if self.ending.is_some() {
            return Some(self.clean_up());
        }
        self.phase = next.0;
        Some(next.1)
    }

    fn failed(&mut self, failure: Failure) -> Option<Action> {
        match self.phase {
            Phase::Journalling => {
                self.phase = Phase::Finished(Finish::NotBegun(failure));
                None
            }
            Phase::Removing { attempt } if attempt < self.limits.attempts => {
                self.phase = Phase::Removing {
                    attempt: attempt + 1,
                };
                Some(Action::RemoveFile)
            }
            Phase::Restoring { attempt } if attempt < self.limits.attempts => {
                self.phase = Phase::Restoring {
                    attempt: attempt + 1,
                };
                Some(Action::RestoreNetwork)
            }
            Phase::Removing { .. } | Phase::Restoring { .. } => {
                self.phase = Phase::Finished(Finish::Stuck {
                    report: self.report(),
                    failure,
                });
                None
            }
            Phase::Reporting => {
                self.phase = Phase::Finished(Finish::Clean {
                    report: self.report(),
                    receipt: Some(failure),
                });
                None
            }
            Phase::Placing => {
                // Part of the file may be there.
                self.placed_at = Some(0);
                self.ending.get_or_insert(Ending::Failed(failure));
                Some(self.clean_up())
            }
            Phase::Marking => {
                // The mark may have become durable all the same; say that it did, for a
                // hand-over lost is repeated by the vault and one opened twice is not undone.
                self.used_up = true;
                self.ending.get_or_insert(Ending::Failed(failure));
                Some(self.clean_up())
            }
            Phase::Cutting | Phase::MakingRoom | Phase::Noting => {
                self.ending.get_or_insert(Ending::Failed(failure));
                Some(self.clean_up())
            }
            Phase::Open | Phase::Finished(_) => None,
        }
    }

    fn opened(&mut self, now: Moment) -> Option<Action> {
        if !matches!(self.phase, Phase::Placing | Phase::Open | Phase::Noting) {
            return None;
        }
        self.last_use = Some(now.ticks);
        let first = self.read_at.is_none();
        self.read_at.get_or_insert(now.unix);
        (first && self.phase == Phase::Open).then(|| {
            self.phase = Phase::Noting;
            Action::NoteRead
        })
    }

    fn look(&mut self, now: Moment, in_use: bool, program_runs: bool) -> Option<Action> {
        let placed_at = self.placed_at?;
        if now.ticks.saturating_sub(placed_at) >= self.limits.timeout {
            return self.end(Ending::TimedOut);
        }
        match self.last_use {
            None if program_runs => None,
            None => self.end(Ending::ProgramGone),
            Some(_) if in_use => {
                self.last_use = Some(now.ticks);
                None
            }
            Some(_) if !program_runs => self.end(Ending::Closed),
            Some(last) if now.ticks.saturating_sub(last) >= self.limits.grace => {
                self.end(Ending::Closed)
            }
            Some(_) => None,
        }
    }

    fn end(&mut self, cause: Ending) -> Option<Action> {
        if matches!(
            self.phase,
            Phase::Removing { .. }
                | Phase::Restoring { .. }
                | Phase::Reporting
                | Phase::Finished(_)
        ) {
            return None;
        }
        self.ending.get_or_insert(cause);
        self.waits().then(|| self.clean_up())
    }

    /// Back from an action: go on waiting, or end if a cause came meanwhile.
    fn go_on(&mut self) -> Option<Action> {
        self.ending.is_some().then(|| self.clean_up())
    }

    fn clean_up(&mut self) -> Action {
        self.phase = Phase::Removing { attempt: 1 };
        Action::RemoveFile
    }

    fn report(&self) -> Report {
        Report {
            // Cleaning up begins only with a cause, so the default is never seen.
            ending: self.ending.unwrap_or(Ending::StopAsked),
            used_up: self.used_up,
            read_at: self.read_at,
            removed_at: self.removed_at,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests;
