//! The file: opening it, its settings, transactions and what its errors mean.

mod append;
mod file;
mod guard;
#[cfg(test)]
mod tests;
mod transaction;

pub(crate) use append::head;
pub(crate) use file::{
    FILE, Reserve, check_pages, connect, is_current, migrate, remove_unfinished, version,
};
pub(crate) use guard::CommitGuard;
pub(crate) use transaction::{Line, Recorded, Tx, Weight};

use crate::VaultError;
use rusqlite::{Connection, ErrorCode, Params};

/// The most of what is always listed whole: users of a vault; open departments, companions
/// and standing whitelist entries of a company. One more is refused, so that none is hidden.
pub const MAX_LISTED: u32 = 200;

/// Refuses one more where `count`, the SQL of a count, gives as many as are listed.
pub(crate) fn room_for_one(
    conn: &Connection,
    count: &str,
    params: impl Params,
    what: &'static str,
) -> Result<(), VaultError> {
    let there: u32 = conn
        .prepare_cached(count)?
        .query_row(params, |r| r.get(0))?;
    if there < MAX_LISTED {
        Ok(())
    } else {
        Err(VaultError::TooMany(what))
    }
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, _) = &error else {
            // A column of another type, a value out of range, a row that is not there.
            return VaultError::Damaged("a row is not what the schema says");
        };
        match failure.code {
            ErrorCode::DiskFull => VaultError::Full,
            ErrorCode::SystemIoFailure => VaultError::Io("input/output"),
            ErrorCode::ReadOnly => VaultError::Io("read-only"),
            ErrorCode::CannotOpen => VaultError::Io("open"),
            ErrorCode::PermissionDenied => VaultError::Io("permission"),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => VaultError::Busy,
            ErrorCode::OutOfMemory => VaultError::NoMemory,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                VaultError::Damaged("the file is corrupt")
            }
            ErrorCode::ConstraintViolation => VaultError::Damaged("a rule of the schema"),
            _ => VaultError::Damaged("the database refuses"),
        }
    }
}
