//! The promises of the product, tried on the image that ships.
//!
//! This library is the harness: virtual PCs ([`machine`]), their firmware ([`firmware`]),
//! sticks ([`stick`]), a clerk who types and reads the screen's code ([`clerk`]), the payroll
//! PC ([`payroll`]), and looks into places a clerk cannot see: the guest's memory
//! ([`memory`]), the shipped kernel ([`probe`]), a vault that lies unplugged ([`offline`]).
//! Each file in `tests/` is one promise.
//!
//! Nothing in the image knows about tests: no debug hook, no serial console. The harness
//! knows where the kiosk is by the code that every clerk sees at the screen's top right.
//! It refuses to pass a test by skipping it: what is missing is an error that names the command.
//!
//! ```no_run
//! use image_tests::{clerk::Clerk, firmware::Firmware, machine::Pc, prepared, story::Story};
//! use codes::ScreenCode;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut story = Story::begin("example", "A clerk logs in")?;
//! let stick = prepared::vault()?.overlay(&story.folder().join("stick.qcow2"))?;
//! let pc = Pc::with_stick(Firmware::SecureBoot, &stick);
//! let mut clerk = Clerk::at(&pc, &mut story)?;
//! clerk.log_in()?;
//! clerk.wait_for(ScreenCode::Home)?;
//! # Ok(())
//! # }
//! ```

pub mod artefacts;
pub mod bench;
pub mod boot_partition;
pub mod clerk;
pub mod firmware;
pub mod keyboard;
pub mod machine;
pub mod memory;
pub mod offline;
pub mod payroll;
pub mod people;
pub mod people_typed;
pub mod prepared;
pub mod probe;
pub mod qmp;
pub mod screen;
pub mod slot;
pub mod stick;
pub mod story;
pub mod tamper;
pub mod walkthrough;
