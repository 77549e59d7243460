//! Kiosk ↔ init: the clock, the vault's lock, devices, power.

use crate::{Secret, settings::Settings};
use codes::ErrorCode;
use serde::{Deserialize, Serialize};

/// Which stick or input device is meant; given by init, valid until it is unplugged.
pub type DeviceId = u32;

/// What the kiosk asks of init.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The first message of every kiosk process; answered by [`Event::Welcome`].
    Hello,
    /// The clerk confirmed that it is this moment (seconds since 1970-01-01 UTC).
    /// Sets the running system's clock, never the PC's own.
    ConfirmClock { unix_seconds: i64 },
    /// Make the vault in the rest of the stick: LUKS2 with one slot for the
    /// passphrase and one for the recovery words. Ends in [`Event::Opened`].
    CreateVault {
        passphrase: Secret,
        recovery_words: Secret,
    },
    /// Open the vault by passphrase. Ends in [`Event::Opened`] or [`Event::Refused`].
    Unlock { passphrase: Secret },
    /// Open by recovery words and put a new passphrase in place of the lost one.
    Recover {
        recovery_words: Secret,
        new_passphrase: Secret,
    },
    /// The clerk lets the new input device type, or not.
    DecideDevice { device: DeviceId, allow: bool },
    /// Keep how screen and keyboard are set on the stick's boot partition. Answered by
    /// [`Event::SettingsKept`]; of several on their way only the last is written.
    KeepSettings(Settings),
    /// Close everything, wipe memory, power off.
    PowerOff,
}

/// What init tells the kiosk: answers, and news as they happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    Welcome(Welcome),
    /// The system clock now runs from what was confirmed.
    ClockSet,
    /// Long work goes on; `stage` is one of a closed set the kiosk has words for.
    Working(Stage),
    /// The vault's file system is mounted and the keeper listens.
    Opened,
    /// The last request was not done.
    Refused {
        code: ErrorCode,
        wait_seconds: u32,
    },
    /// A USB stick other than the boot stick is plugged in. It stays powered off
    /// for the kernel until a porter job needs it.
    StickPresent(Stick),
    StickGone {
        device: DeviceId,
    },
    /// An input device appeared while somebody is logged in; it is off until decided.
    DeviceAsks {
        device: DeviceId,
        kind: InputKind,
        name: String,
    },
    /// It was unplugged before anybody decided.
    DeviceGone {
        device: DeviceId,
    },
    /// A device of a kind that is never allowed was plugged in; it stays off.
    DeviceRefused {
        name: String,
    },
    /// Whether the last [`Request::KeepSettings`] is on the stick now. If not, it still
    /// holds until power off.
    SettingsKept {
        kept: bool,
    },
    PoweringOff,
}

/// What a fresh kiosk process must know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Welcome {
    /// Version and build of the image, as shown in the corner of the screen.
    pub release: String,
    /// What the PC's clock says, seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
    /// The clerk confirmed the clock since this start already (a kiosk restarted).
    pub clock_confirmed: bool,
    pub vault: VaultState,
    /// Seconds until the next passphrase is accepted.
    pub wait_seconds: u32,
    /// Whether the firmware checked signatures at this start.
    pub secure_boot: bool,
    /// Sticks that are plugged in now.
    pub sticks: Vec<Stick>,
    /// How screen and keyboard were last set on this stick.
    pub settings: Settings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VaultState {
    /// No vault, or one whose first run never finished.
    None,
    /// A vault that waits for a passphrase.
    Locked,
    /// Open and the keeper runs (a kiosk restarted).
    Open,
}

/// Steps of [`Request::CreateVault`], [`Request::Unlock`] and [`Request::Recover`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Partitioning,
    DerivingKey,
    MakingFileSystem,
    Mounting,
}

/// A USB stick as its descriptors name it. Foreign text: init cuts it to 64
/// characters and drops control characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stick {
    pub device: DeviceId,
    pub hardware: StickHardware,
}

/// What tells one stick from another and a copy from its original.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StickHardware {
    pub vendor_id: u16,
    pub product_id: u16,
    pub vendor: String,
    pub product: String,
    pub serial: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InputKind {
    Keyboard,
    Pointer,
    Other,
}
