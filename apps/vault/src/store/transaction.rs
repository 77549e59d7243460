//! The only way to write: a transaction that ends with its lines in the ledger.

use super::append::LedgerWriter;
use crate::keyring::Keyring;
use crate::session::NumberKey;
use crate::{
    CompanyId, Moment, Note, Session, Vault, VaultError, exchange, keys, retention, rotation,
};
use ledger::Outcome;
use rusqlite::{Connection, Params, Transaction, TransactionBehavior};
use std::cell::{Cell, RefCell};

/// What a transaction gives back, with what the ledger says about it. There is no way to
/// make one without a line for the ledger.
pub(crate) struct Recorded<T> {
    value: T,
    lines: Vec<Line>,
    checkpoint: bool,
}

pub(crate) struct Line {
    pub(super) note: Note,
    pub(super) outcome: Outcome,
    /// In whose ledger; `None`: of the company entered.
    pub(super) company: Option<CompanyId>,
}

impl Line {
    pub(crate) fn ok(note: Note) -> Self {
        Self {
            note,
            outcome: Outcome::Ok,
            company: None,
        }
    }

    pub(crate) fn refused(note: Note, code: &str) -> Self {
        Self {
            note,
            outcome: Outcome::Refused(code.to_owned()),
            company: None,
        }
    }

    /// In the ledger of another company than the one entered.
    pub(crate) fn in_ledger_of(mut self, company: &str) -> Self {
        self.company = Some(company.to_owned());
        self
    }
}

impl<T> Recorded<T> {
    pub(crate) fn new(value: T, line: Line) -> Self {
        Self {
            value,
            lines: vec![line],
            checkpoint: false,
        }
    }

    /// `lines` has at least one.
    pub(crate) fn of(value: T, lines: Vec<Line>) -> Self {
        assert!(!lines.is_empty(), "a change without a ledger entry");
        Self {
            value,
            lines,
            checkpoint: false,
        }
    }

    pub(crate) fn and(mut self, line: Line) -> Self {
        self.lines.push(line);
        self
    }

    pub(crate) fn with(mut self, lines: Vec<Line>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// With a signed checkpoint after the last line, where somebody is logged in.
    pub(crate) fn with_checkpoint(mut self) -> Self {
        self.checkpoint = true;
        self
    }
}

/// Write access. Only [`Vault::transact`] makes one.
pub(crate) struct Tx<'a> {
    tx: &'a Transaction<'a>,
    keyring: &'a Keyring,
    /// [`Vault::placed`]
    placed: &'a Cell<u64>,
    staged: Staged,
}

/// What takes effect with the commit besides the database.
#[derive(Default)]
struct Staged {
    keyring: RefCell<Option<Keyring>>,
    number_keys: RefCell<Vec<(CompanyId, NumberKey)>>,
    /// A number of the company entered was destroyed: its number key must go, too.
    rotate: Cell<bool>,
    /// Id of the number placed last.
    number: Cell<Option<i64>>,
}

impl Tx<'_> {
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, VaultError> {
        Ok(self.tx.prepare_cached(sql)?.execute(params)?)
    }

    pub(crate) fn conn(&self) -> &Connection {
        self.tx
    }

    /// Changes the keyring; the change counts from the commit on.
    pub(crate) fn change_keyring(
        &self,
        change: impl FnOnce(&mut Keyring) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let mut staged = self.staged.keyring.borrow_mut();
        change(staged.get_or_insert_with(|| Keyring::clone(self.keyring)))
    }

    /// A number was destroyed: the company's number key is replaced at the end of this
    /// transaction, once however many they are.
    pub(crate) fn number_destroyed(&self) {
        self.staged.rotate.set(true);
    }

    /// Whether this transaction destroyed a number so far.
    pub(crate) fn destroyed_a_number(&self) -> bool {
        self.staged.rotate.get()
    }

    /// How many numbers were placed in this vault since it was opened, those of transactions
    /// that were taken back included.
    pub(crate) fn placed(&self) -> u64 {
        self.placed.get()
    }

    /// The id for a number about to be placed: a random one, so that no copy of the vault
    /// gives it to another number, and for more of them in one transaction those that
    /// follow, which lie side by side in the file.
    pub(crate) fn number_id(&self) -> Result<i64, VaultError> {
        let id = match self.staged.number.get() {
            Some(last) if last < i64::MAX => last + 1,
            _ => keys::random_row_id()?,
        };
        self.staged.number.set(Some(id));
        self.placed.set(self.placed.get() + 1);
        Ok(id)
    }

    /// The session's number key from the commit on, if it is in this company.
    pub(crate) fn replace_number_key(&self, company: &str, key: NumberKey) {
        let mut keys = self.staged.number_keys.borrow_mut();
        keys.push((company.to_owned(), key));
    }
}

/// How much a transaction matters when the stick is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Refused when full.
    Ordinary,
    /// May use up the reserve: what must be recorded even then.
    Essential,
}

impl Vault {
    /// Changes the store and writes the ledger, both or neither, durable when it returns.
    ///
    /// `change` may run twice (see [`Weight::Essential`]), each time on the same state.
    pub(crate) fn transact<T>(
        &mut self,
        session: Option<&Session>,
        weight: Weight,
        now: Moment,
        mut change: impl FnMut(&Tx<'_>) -> Result<Recorded<T>, VaultError>,
    ) -> Result<T, VaultError> {
        let mut result = self.attempt(session, now, true, &mut change);
        if weight == Weight::Essential
            && matches!(result, Err(VaultError::Full))
            && self.reserve.release()
        {
            // A rotation that is due can wait until there is space.
            result = self.attempt(session, now, false, &mut change);
        }
        result
    }

    fn attempt<T>(
        &mut self,
        session: Option<&Session>,
        now: Moment,
        rotate_due: bool,
        change: &mut impl FnMut(&Tx<'_>) -> Result<Recorded<T>, VaultError>,
    ) -> Result<T, VaultError> {
        if let Some(session) = session {
            session.seen(now);
            // While the vault is being made there is nothing to look at yet.
            if self.ring.sequence > 0 {
                session.refresh(&self.conn, &self.ring.keys)?;
            }
        }
        self.commit(session, now, rotate_due, change)
    }

    fn commit<T>(
        &mut self,
        session: Option<&Session>,
        now: Moment,
        rotate_due: bool,
        change: &mut impl FnMut(&Tx<'_>) -> Result<Recorded<T>, VaultError>,
    ) -> Result<T, VaultError> {
        let keyring = self.ring.keys.clone();
        // Not nested: nothing within a transaction has the vault to begin another.
        let transaction = Transaction::new_unchecked(&self.conn, TransactionBehavior::Immediate)?;
        let tx = Tx {
            tx: &transaction,
            keyring: &keyring,
            placed: &self.placed,
            staged: Staged::default(),
        };
        let mut recorded = change(&tx)?;
        retention::settle(&tx)?;
        let due = rotate_due && rotation::is_due(&transaction, session)?;
        if due || tx.staged.rotate.get() {
            let entered = session.ok_or(VaultError::NoCompany)?.entered()?;
            let key = entered.number_key.borrow();
            let old = key.as_ref().ok_or(VaultError::NoNumberKey)?;
            recorded
                .lines
                .push(rotation::rotate(&tx, &entered.company, old)?);
            if due {
                rotation::give_signing_keys(&tx, entered)?;
            }
        }
        let staged = tx.staged;
        LedgerWriter {
            conn: &transaction,
            home: &self.home,
            pc: &self.pc,
            session,
            now,
        }
        .write(recorded.lines, recorded.checkpoint)?;
        let _pass = self.guard.let_pass();
        let Some(keys) = staged.keyring.into_inner() else {
            transaction.commit()?;
            return Ok(recorded.value);
        };
        let sequence = self.ring.stage(&keys).and_then(|sequence| {
            transaction.execute("UPDATE vault SET keyring = ?1", [sequence as i64])?;
            Ok(sequence)
        });
        let committed = match sequence {
            Ok(sequence) => match transaction.commit().map_err(VaultError::from) {
                Ok(()) => Ok(sequence),
                // Then its last frame was not written, and it never took place.
                Err(VaultError::Full) => Err(VaultError::Full),
                Err(error) => {
                    self.ring.uncertain();
                    Err(error)
                }
            },
            Err(error) => Err(error),
        };
        match committed {
            Ok(sequence) => {
                self.ring.committed(sequence, keys);
                if !staged.number_keys.borrow().is_empty() {
                    self.forget_replaced();
                }
            }
            Err(error) => {
                self.ring.wipe_other();
                return Err(error);
            }
        }
        if let Some(entered) = session.and_then(|session| session.entered().ok()) {
            let new = staged.number_keys.into_inner().into_iter();
            if let Some((_, key)) = new.rev().find(|(company, _)| *company == entered.company) {
                *entered.number_key.borrow_mut() = Some(key);
            }
        }
        Ok(recorded.value)
    }

    /// A number key was retired: it opens nothing of the vault from before a restore, either.
    /// If that fails, the next key that is replaced tries again.
    fn forget_replaced(&self) {
        let (storage, folder) = self.ring.place();
        let _ = exchange::forget_keys(storage, folder);
    }

    /// Moves the log into the file and empties it. Nothing is lost when this fails.
    pub(crate) fn tidy(&mut self) {
        let _ = self
            .conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        self.ring.wipe_other();
        self.reserve.fill();
    }
}
