//! No commit but that of [`Vault::transact`](crate::Vault::transact).

use crate::VaultError;
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Takes back every write of a connection whose commit nobody let pass: one that forgot its
/// line in the ledger fails. Not `PRAGMA query_only`, because to change it makes SQLite parse
/// and plan every statement it keeps anew, which would double what showing a number costs.
pub(crate) struct CommitGuard(Arc<AtomicBool>);

/// Commits may pass while this is held.
pub(crate) struct Pass<'a>(&'a AtomicBool);

impl CommitGuard {
    pub(crate) fn over(conn: &mut Connection) -> Result<Self, VaultError> {
        let pass = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&pass);
        conn.commit_hook(Some(move || !asked.load(Ordering::Relaxed)))?;
        Ok(Self(pass))
    }

    pub(super) fn let_pass(&self) -> Pass<'_> {
        self.0.store(true, Ordering::Relaxed);
        Pass(&self.0)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
