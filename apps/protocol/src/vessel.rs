//! Init ↔ keeper: the keeper's life, sticks, and the bytes of a porter job.
//!
//! Init starts a porter process when the keeper asks, gives it the one device, and
//! carries bytes between the two without looking into them ([`crate::foreign`]).

use crate::system::{DeviceId, InputKind, StickHardware};
use serde::{Deserialize, Serialize};

/// The most bytes of a porter conversation that one message carries.
pub const CHUNK: usize = 64 * 1024;

/// What init tells the keeper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromInit {
    /// First message.
    Start(Circumstances),
    /// The kiosk process died. Lock the session, forget a half-read frame, read the
    /// pipe empty, then answer [`FromKeeper::KioskForgotten`]; init starts a new
    /// kiosk only after that.
    KioskGone,
    /// The porter asked for runs; bytes may flow. `size` is the device's bytes.
    PorterStarted { hardware: StickHardware, size: u64 },
    /// Bytes that the porter wrote.
    PorterData(Vec<u8>),
    /// The porter ended, or could not be started. The next job may be asked for.
    PorterEnded(PorterEnd),
    /// Answer to [`FromKeeper::FirstRunDone`]: the mark is durable on the stick. The
    /// keeper tells the clerk only after this that the vault is made.
    FirstRunMarked,
    /// The clerk decided whether a new input device may type; for the ledger.
    DeviceDecided {
        kind: InputKind,
        name: String,
        allowed: bool,
    },
    /// Finish what is under way, close the database, answer [`FromKeeper::Closed`].
    Close,
}

/// What holds for this start of the PC, for the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstances {
    /// The PC as an id: SHA-256 over its SMBIOS identity, first 16 hex digits.
    pub pc: String,
    /// Maker and model from SMBIOS, for people to read.
    pub pc_name: String,
    /// Whether the clerk confirmed the clock at this start.
    pub clock_confirmed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PorterEnd {
    /// It exited by itself with success.
    Done,
    /// It crashed, was killed or ran out of time.
    Failed,
    /// There is no such stick, or it was pulled.
    StickGone,
}

/// What the keeper tells init.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FromKeeper {
    /// The vault's first run is complete and durable: from now on the stick counts
    /// as having a vault. Answered by [`FromInit::FirstRunMarked`].
    FirstRunDone,
    /// Answer to [`FromInit::KioskGone`].
    KioskForgotten,
    /// Whether somebody is logged in: while so, new input devices must ask.
    Session { open: bool },
    /// Start a porter for this stick.
    StartPorter { device: DeviceId },
    /// Bytes for the porter.
    PorterData(Vec<u8>),
    /// End the porter, whatever it does.
    StopPorter,
    /// Answer to [`FromInit::Close`].
    Closed,
}
