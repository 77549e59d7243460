//! The payroll PC's receiver (受取側PC).
//!
//! It opens a hand-over only while the program the 責任者 approved is running, with the
//! network cut, in memory, for that program and nobody else; removes it when the
//! program closed it, at a time limit, when the companion stick goes, when told to
//! stop, and at the next start after a crash; and writes a signed receipt.
//!
//! What decides is pure: [`machine`] has the order of steps, [`receive::admit`] what may
//! be opened at all. What touches the system stands behind the traits of [`outside`];
//! `linux` implements them.
//!
//! It refuses: bundles not signed by the vault named at this PC's enrolment, for another
//! PC, expired, or opened before; a program whose executable changed; a network that
//! cannot be proven cut; a kernel that cannot guard the file; to run as anybody but
//! root. It never prints, logs or passes on the command line what a bundle holds.
//!
//! ```
//! use courier::machine::{Action, Ending, Event, Limits, Machine, Moment};
//! let now = Moment { unix: 1_800_000_000, ticks: 0 };
//! let (mut machine, first) = Machine::start(Limits::default());
//! assert_eq!(first, Action::WriteJournal);
//! assert_eq!(machine.step(now, Event::Done), Some(Action::CutNetwork));
//! // The stick is pulled while the network is being cut: nothing is opened.
//! assert_eq!(machine.step(now, Event::StickGone), None);
//! assert_eq!(machine.step(now, Event::Done), Some(Action::RemoveFile));
//! assert_eq!(machine.step(now, Event::Done), Some(Action::RestoreNetwork));
//! let Some(Action::Report(report)) = machine.step(now, Event::Done) else { panic!() };
//! assert_eq!(report.ending, Ending::StickPulled);
//! assert!(!report.used_up);
//! ```

pub mod enroll;
mod failure;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod machine;
pub mod outside;
pub mod receive;
pub mod session;
pub mod store;
pub mod sweep;
pub mod texts;

pub use failure::{Failure, Result};

/// The courier's version as receipts carry it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
