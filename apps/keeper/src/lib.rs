//! The vault's process: every request of the kiosk is checked here (is somebody logged
//! in, is it allowed, is it bounded), done and recorded in one transaction, and only
//! then answered.
//!
//! It refuses: whatever is asked without a login, numbers without a purpose, sticks that
//! are not registered or are copies, hand-overs that no signed whitelist entry allows.
//! It has no screen, no device and no foreign file: sticks are read and written by a
//! porter process that init starts, and what a porter answers is foreign until checked.
//!
//! - [`Keeper`] decides. It takes requests and returns replies, and reaches the world
//!   through the trait [`Outside`]; so it is tested without pipes.
//! - [`edge`] is the poll loop that moves bytes.
//! - [`process`] is the process around both: pipes, sandbox, exit code.
//!
//! A request travels like this:
//!
//! ```no_run
//! use keeper::{Keeper, Outside};
//! use protocol::clerk::{Reply, Window, people};
//! # fn outside() -> Box<dyn Outside> { unimplemented!() }
//! let mut keeper = Keeper::new("/vault".as_ref());
//! # let mut outside = outside();
//! let people = people::Request::List { query: String::new(), department: None, sort: people::Sort::default(), window: Window::FIRST };
//! // Nobody is logged in.
//! assert_eq!(
//!     keeper.handle(people, outside.as_mut()),
//!     Reply::Refused(codes::ErrorCode::SessionLocked),
//! );
//! ```

mod access;
mod approvals;
mod collection;
mod companies;
mod companions;
pub mod edge;
mod families;
mod format;
mod forms;
mod hand_over;
mod imports;
mod inherited;
mod input;
mod keeper;
mod numbers;
mod official;
mod outside;
mod payees;
mod people;
pub mod process;
mod proprietor;
mod receipts;
mod recognise;
mod records;
mod refusal;
mod registers;
mod retention;
mod sandbox;
mod scratch;
mod session;
mod show;
mod snapshots;
mod users;
mod work;

pub use keeper::Keeper;
pub use outside::{Outside, Plugged, PorterError, Stop};
