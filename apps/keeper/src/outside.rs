use codes::ErrorCode;
use protocol::clerk::Step;
use protocol::foreign::{Answer, Job};
use protocol::system::{DeviceId, StickHardware};

/// What the keeper's decisions need from the world: the clock, init and the porter.
///
/// The process implements it over its pipes; tests implement it in memory. Whoever
/// implements it must let every waiting method return [`Stop`] as soon as the clerk
/// cancels (told once: what cleans up afterwards is not stopped again), the kiosk dies
/// or init wants the keeper closed.
pub trait Outside {
    /// Seconds since 1970-01-01 UTC, as the running system's clock says.
    fn unix_seconds(&self) -> i64;

    /// A clock that never jumps, in seconds since some moment before this start.
    fn monotonic_seconds(&self) -> u64;

    /// Tells the clerk how far long work is: `done` of `total`. Also the place where
    /// long work learns that it should stop.
    fn progress(&mut self, step: Step, done: u64, total: u64) -> Result<(), Stop>;

    /// Tells init that the vault is complete, and returns when the mark is durable.
    fn first_run_done(&mut self) -> Result<(), Stop>;

    /// Has a porter started for this stick and tells which stick it really is.
    fn start_porter(&mut self, device: DeviceId) -> Result<Plugged, PorterError>;

    /// Gives the started porter its one job and returns its last answer, after the
    /// porter has ended. The answer is foreign: it comes from a process that parsed
    /// the stick.
    fn ask_porter(&mut self, job: &Job, step: Step) -> Result<Answer, PorterError>;

    /// Ends a started porter that got no job.
    fn stop_porter(&mut self);
}

/// The stick a started porter holds, as init read it from the USB descriptors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plugged {
    pub hardware: StickHardware,
    /// Bytes of the device.
    pub size: u64,
}

/// Why work under way has to end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    #[error("the clerk cancelled")]
    Cancelled,
    #[error("the kiosk died")]
    KioskGone,
    #[error("init closes the vault")]
    Closing,
}

/// Why a porter gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PorterError {
    #[error(transparent)]
    Stopped(#[from] Stop),
    #[error("there is no such stick, or it was pulled")]
    StickGone,
    #[error("the porter failed or spoke nonsense")]
    Failed,
}

impl From<Stop> for ErrorCode {
    fn from(_: Stop) -> Self {
        ErrorCode::Cancelled
    }
}

impl From<PorterError> for ErrorCode {
    fn from(error: PorterError) -> Self {
        match error {
            PorterError::Stopped(stop) => stop.into(),
            PorterError::StickGone => ErrorCode::CompanionPulled,
            PorterError::Failed => ErrorCode::CompanionIo,
        }
    }
}
