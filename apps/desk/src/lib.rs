//! A desk to work at: init's part, played on a developer's machine.
//!
//! [`Desk::start`] gives a kiosk the same four pipes it has on the stick. Behind them
//! run the real keeper and the real porter as processes of their own; what init does
//! with devices is done with files:
//!
//! | on the stick | at the desk |
//! |---|---|
//! | ext4 in LUKS2 | `FOLDER/vault/`, unencrypted below the database's own encryption |
//! | the LUKS header's mark of a finished first run | the file `FOLDER/complete` |
//! | a USB stick that is plugged in | a file `FOLDER/sticks/NAME.img`; pulled when it is gone |
//! | its descriptors | vendor and product of the desk, `NAME` as serial number |
//!
//! It asks no passphrase for the volume (the keeper's own login does), sets no clock,
//! and lets every input device type. It is never part of the stick.
//!
//! The keeper and the porter are this same executable, started again; so a program that
//! has a desk begins with [`be_part`]:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     if let Some(end) = desk::be_part() {
//!         return end;
//!     }
//!     let program = std::env::current_exe().expect("we run");
//!     let (desk, pipes) = desk::Desk::start("target/desk".as_ref(), &program).expect("a desk");
//!     // … the kiosk works with `pipes` and drops them …
//!     drop(pipes);
//!     desk.wait();
//!     std::process::ExitCode::SUCCESS
//! }
//! ```

mod part;
mod room;
mod sticks;

pub use part::be_part;

use rustix::pipe::{PipeFlags, pipe_with};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::thread::JoinHandle;

/// A running desk. It ends when the kiosk's pipes are dropped or the kiosk asked for
/// power off; the vault is closed by then.
#[derive(Debug)]
pub struct Desk {
    thread: JoinHandle<()>,
}

/// What a kiosk has on 0, 1, 3 and 4 on the stick.
#[derive(Debug)]
pub struct KioskPipes {
    /// 0: [`protocol::clerk::Reply`]
    pub from_keeper: OwnedFd,
    /// 1: [`protocol::clerk::Request`]
    pub to_keeper: OwnedFd,
    /// 3: [`protocol::system::Event`]
    pub from_init: OwnedFd,
    /// 4: [`protocol::system::Request`]
    pub to_init: OwnedFd,
}

impl Desk {
    /// Starts a desk on `folder`, which is made when it is missing. `program` is started
    /// as keeper and porter and must call [`be_part`] first: in a program the
    /// [`std::env::current_exe`], in an integration test `env!("CARGO_BIN_EXE_…")`.
    pub fn start(folder: &Path, program: &Path) -> io::Result<(Self, KioskPipes)> {
        let (keeper_in, to_keeper) = pipe()?;
        let (from_keeper, keeper_out) = pipe()?;
        let (init_in, to_init) = pipe()?;
        let (from_init, init_out) = pipe()?;
        let room = room::Room::new(
            folder,
            program,
            room::KioskSide {
                from_kiosk: init_in,
                to_kiosk: init_out,
                keeper_in,
                keeper_out,
            },
        )?;
        let thread = std::thread::Builder::new()
            .name("desk".into())
            .spawn(move || room.live())?;
        let pipes = KioskPipes {
            from_keeper,
            to_keeper,
            from_init,
            to_init,
        };
        Ok((Self { thread }, pipes))
    }

    /// Waits until the desk has ended.
    pub fn wait(self) {
        // A panic of the desk was printed by its own thread.
        let _ = self.thread.join();
    }
}

/// A pipe whose ends are not inherited by accident.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(pipe_with(PipeFlags::CLOEXEC)?)
}
