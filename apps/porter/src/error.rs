use codes::ErrorCode;
use std::io;

/// Why a job was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("the device is gone")]
    Pulled,
    #[error("the device reports an error")]
    Io,
    /// No room for the files, or [`MAX_FILES`](protocol::foreign::MAX_FILES) of them
    /// in one folder already.
    #[error("the stick is full")]
    Full,
    /// The file system contradicts itself.
    #[error("the file system is malformed")]
    Format,
    /// What was written did not read back the same.
    #[error("what was written reads back differently")]
    Verify,
    /// The device is not of 64 MiB to 2 TiB.
    #[error("the device is too small or too large")]
    Size,
    /// The stick holds no identity or another one than the job names, or the boot
    /// partition not the file.
    #[error("this is not the companion the job is for")]
    NotThisCompanion,
    /// The job itself breaks the protocol's rules on names and sizes.
    #[error("the job is malformed")]
    Job,
}

impl Failure {
    /// The code a clerk sees.
    pub fn code(self) -> ErrorCode {
        match self {
            Failure::Pulled => ErrorCode::CompanionPulled,
            Failure::Io => ErrorCode::CompanionIo,
            Failure::Full => ErrorCode::CompanionFull,
            Failure::Format => ErrorCode::CompanionFormat,
            Failure::Verify => ErrorCode::CompanionVerify,
            Failure::Size => ErrorCode::CompanionTooSmall,
            Failure::NotThisCompanion => ErrorCode::CompanionUnknown,
            Failure::Job => ErrorCode::MalformedMessage,
        }
    }
}

/// `fatfs` hands errors of the device through; those of its own mean that it met a
/// structure it cannot make sense of.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Failure>())
            .copied()
            .unwrap_or(Failure::Format)
    }
}

impl From<Failure> for io::Error {
    fn from(failure: Failure) -> Self {
        io::Error::other(failure)
    }
}
