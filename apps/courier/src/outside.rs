//! What differs from one operating system to another, as traits. A new system
//! implements each of them in its own module, beside `linux`; nothing else changes.

use crate::{
    Result,
    machine::{Event, Moment},
};
use protocol::foreign::Folder;
use std::{path::PathBuf, time::Duration};
use transfer::{HandOverId, Name, PcSecrets, Program, Sha256};
use zeroize::Zeroizing;

/// Cuts every network but loopback, for the whole machine.
pub trait NetworkCut {
    /// Cuts, then reads the rules back and compares.
    ///
    /// # Errors
    /// [`NetworkCutFailed`](codes::ErrorCode::NetworkCutFailed) where the rules cannot
    /// be set *or cannot be read back*: a cut that cannot be proven is none.
    fn cut(&mut self, session: HandOverId) -> Result<()>;

    /// Reads back that the cut of this session still stands.
    fn holds(&mut self, session: HandOverId) -> bool;

    /// Takes away the cut of this session and nothing else. A cut that is not there is
    /// no error; somebody else's rules are left alone.
    fn restore(&mut self, session: HandOverId) -> Result<()>;
}

/// The program the whitelist names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permitted {
    /// The executable's file name, to find it quickly and to tell a changed program from
    /// one that does not run.
    pub name: String,
    /// SHA-256 of the executable: this alone decides.
    pub sha256: Sha256,
}

impl Permitted {
    pub fn of(program: &Program) -> Self {
        Permitted {
            name: program.file_name.as_str().to_owned(),
            sha256: program.sha256,
        }
    }
}

/// The permitted program, found running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The user it runs as, in the system's own number.
    pub user: u32,
    /// That user's name, for the receipt.
    pub user_name: Name,
}

pub trait Programs {
    /// Finds the permitted program among the running ones, by the hash of the executable
    /// as it is mapped, whatever lies under its path now.
    ///
    /// # Errors
    /// `ProgramNotRunning`; `ProgramChanged` where one of that name runs with another
    /// hash; `ProgramSeveralUsers` where it runs for more than one user;
    /// `ProgramElsewhere` where it runs out of reach of the network cut only.
    fn find(&mut self, permitted: &Permitted) -> Result<Running>;

    /// Whether it still runs, within reach of the network cut.
    fn runs(&mut self, permitted: &Permitted) -> bool;
}

/// The place in memory where the decrypted file lies, and the guard before it.
pub trait Room {
    /// Makes the place and sets the guard, before there is any content.
    ///
    /// # Errors
    /// `GuardUnavailable` where the system cannot decide each opening by the program
    /// that asks; `RoomUnavailable` where there is no place that stays in memory.
    fn make(&mut self, session: HandOverId, permitted: &Permitted, running: &Running)
    -> Result<()>;

    /// Writes the content and gives it to the program's user, read-only, under this
    /// name (no path can be made of it). Where it lies.
    fn place(&mut self, name: &str, content: &Zeroizing<Vec<u8>>) -> Result<PathBuf>;

    /// Answers who may open, for at most this long, and tells what happened:
    /// [`Event::Opened`], [`Event::GuardLost`].
    fn serve(&mut self, at_most: Duration) -> Vec<Event>;

    /// Whether any process holds the file open or mapped.
    fn in_use(&mut self) -> bool;

    /// Overwrites and removes what this process placed, proves it, and clears the place
    /// of anything an earlier process left. Harmless when nothing is there.
    fn remove(&mut self) -> Result<()>;
}

/// A companion stick (受渡し用USB) as this PC sees it.
pub trait Stick {
    /// The signed identity.
    ///
    /// # Errors
    /// `NoCompanion` where there is none, `CompanionIo`.
    fn identity(&mut self) -> Result<Vec<u8>>;

    /// Every file of a folder: name without ending, and content. At most
    /// [`MAX_FILES`](protocol::foreign::MAX_FILES) files of at most
    /// [`MAX_FILE`](protocol::foreign::MAX_FILE) bytes; others are left out.
    fn read(&mut self, folder: Folder) -> Result<Vec<(String, Vec<u8>)>>;

    /// Writes one file so that after a pull it is there whole or not at all.
    fn put(&mut self, folder: Folder, name: &str, bytes: &[u8]) -> Result<()>;

    /// Removes one file. One that is not there is no error.
    fn remove(&mut self, folder: Folder, name: &str) -> Result<()>;

    /// The very stick of [`Stick::identity`] is still plugged in.
    fn present(&mut self) -> bool;
}

/// The keys of this PC. On Linux a file that root alone can read; elsewhere what the
/// system has for it.
pub trait SecretStore {
    /// The keys, if they were made.
    fn load(&mut self) -> Result<Option<PcSecrets>>;

    /// Keeps new keys durably. Never replaces keys that are there.
    fn keep(&mut self, secrets: &PcSecrets) -> Result<()>;
}

pub trait Clock {
    fn now(&self) -> Moment;
}

/// The person or the system wants the courier to stop (Ctrl-C, service stop, shutdown).
pub trait Stop {
    fn asked(&mut self) -> bool;
}

/// What the clerk is told.
pub trait Prompt {
    fn tell(&mut self, notice: &crate::texts::Notice);
}
