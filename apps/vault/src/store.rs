//! The file: opening it, its settings, transactions and what its errors mean.

use crate::files::{self, Storage};
use crate::keyring::{KEYRING_FILE, Keyring};
use crate::session::NumberKey;
use crate::{
    CompanyId, Moment, Note, Session, Vault, VaultError, exchange, keys, retention, rights,
    rotation,
};
use ledger::{Checkpoint, Entry, Hash, Link, Outcome, Salt, SessionStamp, SignedCheckpoint, User};
use rusqlite::config::DbConfig;
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension, Params, Transaction, TransactionBehavior,
};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

pub(crate) const FILE: &str = "vault.db";
/// Space kept back so that logins, locks and refusals can be recorded on a full stick.
pub(crate) const RESERVE_FILE: &str = "reserve";
const RESERVE_BYTES: usize = 1 << 20;
/// "KMRI": tells the file from any other SQLite database.
const APPLICATION_ID: i32 = 0x4b4d_5249;
/// Each brings the schema from the version of its index to the next.
const MIGRATIONS: &[&str] = &[concat!(
    include_str!("schema.sql"),
    include_str!("schema_subjects.sql"),
    include_str!("schema_import.sql"),
    include_str!("schema_retention.sql")
)];

/// What a transaction gives back, with what the ledger says about it. There is no way to
/// make one without a line for the ledger.
pub(crate) struct Recorded<T> {
    value: T,
    lines: Vec<Line>,
    checkpoint: bool,
}

pub(crate) struct Line {
    note: Note,
    outcome: Outcome,
    /// In whose ledger; `None`: of the company entered.
    company: Option<CompanyId>,
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
    staged: Staged,
}

/// What takes effect with the commit besides the database.
#[derive(Default)]
struct Staged {
    keyring: RefCell<Option<Keyring>>,
    number_keys: RefCell<Vec<(CompanyId, NumberKey)>>,
    /// A number of the company entered was destroyed: its number key must go, too.
    rotate: Cell<bool>,
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

/// Opens the file with the settings everything relies on.
///
/// Journal: WAL with `synchronous=FULL`. A commit is one append and one flush of the log,
/// whose frames carry checksums: after a pulled stick a torn tail is not valid and the
/// state is that of the last commit. `locking_mode=EXCLUSIVE` keeps other processes out
/// and needs no shared memory file.
pub(crate) fn connect(
    storage: &Storage,
    path: &Path,
    create: bool,
) -> Result<Connection, VaultError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let conn = match &storage.vfs {
        None => Connection::open_with_flags(path, flags)?,
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
    };
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // A plan never depends on the values bound: otherwise SQLite parses and plans every
    // join anew for each row of an import.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    let mode: String =
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode != "wal" {
        return Err(VaultError::Io("journal"));
    }
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "secure_delete", "ON")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cell_size_check", "ON")?;
    conn.pragma_update(None, "foreign_keys", "ON")?;
    // Pages: a log of 1 MiB at most stays small on a stick.
    conn.pragma_update(None, "wal_autocheckpoint", 256)?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(conn)
}

/// The schema's version, `None` in a file where no first run was finished.
pub(crate) fn version(conn: &Connection) -> Result<Option<usize>, VaultError> {
    let version: i64 = conn.pragma_query_value(None, "user_version", |r| r.get(0))?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    if version == 0 && tables == 0 {
        return Ok(None);
    }
    let application: i32 = conn.pragma_query_value(None, "application_id", |r| r.get(0))?;
    if application != APPLICATION_ID {
        return Err(VaultError::Damaged("not a vault"));
    }
    match usize::try_from(version) {
        Ok(v) if v > MIGRATIONS.len() => Err(VaultError::Newer),
        Ok(v) if v > 0 => Ok(Some(v)),
        _ => Err(VaultError::Damaged("schema version")),
    }
}

/// Brings the schema up to date inside the transaction given.
pub(crate) fn migrate(tx: &Connection, from: usize) -> Result<(), VaultError> {
    for step in &MIGRATIONS[from..] {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    Ok(())
}

pub(crate) fn is_current(version: usize) -> bool {
    version == MIGRATIONS.len()
}

/// SQLite's own check of every page.
pub(crate) fn check_pages(conn: &Connection) -> Result<(), VaultError> {
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |r| r.get(0))?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(VaultError::Damaged("page check"))
    }
}

/// Removes what a cut first run left.
pub(crate) fn remove_unfinished(storage: &Storage, folder: &Path) -> Result<(), VaultError> {
    for name in ["", "-wal", "-shm", "-journal"].map(|suffix| format!("{FILE}{suffix}")) {
        let removed = storage.files.remove(&folder.join(name));
        removed.map_err(files::failed("remove"))?;
    }
    let removed = storage.files.remove(&folder.join(KEYRING_FILE));
    removed.map(|_| ()).map_err(files::failed("remove"))
}

/// A file that only takes up space, until space runs out.
pub(crate) struct Reserve {
    storage: Storage,
    path: PathBuf,
}

impl Reserve {
    pub(crate) fn new(storage: &Storage, folder: &Path) -> Self {
        Self {
            storage: storage.clone(),
            path: folder.join(RESERVE_FILE),
        }
    }

    /// Sets the space aside if there is enough of it; without success nothing is lost.
    pub(crate) fn fill(&self) {
        let files = &self.storage.files;
        if matches!(files.len(&self.path), Ok(Some(len)) if len == RESERVE_BYTES as u64) {
            return;
        }
        let filled = files
            .write_at(&self.path, 0, &vec![0x55; RESERVE_BYTES])
            .and_then(|()| files.sync(&self.path));
        if filled.is_err() {
            let _ = files.remove(&self.path);
        }
    }

    /// Gives the space back; false when there was none.
    fn release(&self) -> bool {
        self.storage.files.remove(&self.path).unwrap_or(false)
    }
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
        // Outside of here the connection refuses to write.
        self.conn.pragma_update(None, "query_only", false)?;
        let result = self.commit(session, now, rotate_due, change);
        // If this failed, only the guard against our own mistakes would be missing.
        let _ = self.conn.pragma_update(None, "query_only", true);
        result
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

/// Appends to the ledger within a transaction.
struct LedgerWriter<'a> {
    conn: &'a Connection,
    /// In whose ledger stands what no company's session does.
    home: &'a str,
    pc: &'a ledger::Pc,
    session: Option<&'a Session>,
    now: Moment,
}

impl LedgerWriter<'_> {
    /// Every line, and a checkpoint where the session can sign one.
    fn write(&self, lines: Vec<Line>, checkpoint: bool) -> Result<(), VaultError> {
        let entered = self.session.and_then(|s| s.entered().ok());
        let own = entered.map_or(self.home, |e| e.company.as_str());
        let mut last = None;
        for mut line in lines {
            match line.company.take().filter(|company| company != own) {
                Some(other) => {
                    let end = head(self.conn, &other)?;
                    self.append(&other, end, line)?;
                }
                None => {
                    // An import has many lines: the end of the chain is looked up once.
                    let end = match last {
                        None => head(self.conn, own)?,
                        known => known,
                    };
                    last = Some(self.append(own, end, line)?);
                }
            }
        }
        if let (true, Some(entered), Some((seq, hash))) = (checkpoint, entered, last) {
            let checkpoint = Checkpoint {
                seq,
                hash,
                unix_seconds: self.now.unix_seconds,
            };
            let signed = SignedCheckpoint::sign(checkpoint, &entered.signing);
            self.conn
                .prepare_cached("INSERT INTO checkpoints (company_id, seq, body, signature) VALUES (?1, ?2, ?3, ?4)")?
                .execute((own, seq as i64, signed.body(), signed.signature()))?;
        }
        Ok(())
    }

    /// Joins a line to the chain that ends in `end`; gives its new end.
    fn append(
        &self,
        company: &str,
        end: Option<(u64, Hash)>,
        line: Line,
    ) -> Result<(u64, Hash), VaultError> {
        let (seq, prev) = match end {
            Some((seq, hash)) => (seq + 1, hash),
            None => (1, Hash::GENESIS),
        };
        let entry = Entry {
            seq,
            unix_seconds: self.now.unix_seconds,
            clock_confirmed: self.now.clock_confirmed,
            user: self.user(company)?,
            pc: self.pc.clone(),
            session: self.session.map(|s| SessionStamp {
                id: s.id().to_owned(),
                seconds: self.now.steady_seconds.saturating_sub(s.began()),
            }),
            event: line.note.event,
            subject: line.note.subject,
            purpose: line.note.purpose,
            document: line.note.document,
            count: line.note.count,
            outcome: line.outcome,
        };
        let link = Link::seal(&entry, &prev, keys::random_salt().map(Salt::from_bytes)?)?;
        self.conn
            .prepare_cached(
                "INSERT INTO ledger (company_id, seq, bytes, hash) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute((company, seq as i64, link.bytes(), link.hash().as_bytes()))?;
        Ok((seq, link.hash()))
    }

    /// Who it is, in the role they have in this company.
    fn user(&self, company: &str) -> Result<Option<User>, VaultError> {
        let Some(session) = self.session else {
            return Ok(None);
        };
        if let Ok(entered) = session.entered()
            && entered.company == company
        {
            return Ok(Some(entered.user.clone()));
        }
        let grant = rights::grant(self.conn, company, session.user_id())?;
        Ok(grant.map(|grant| session.account.ledger_user(grant.role())))
    }
}

/// The newest entry's counter and hash.
pub(crate) fn head(conn: &Connection, company: &str) -> Result<Option<(u64, Hash)>, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT seq, hash FROM ledger WHERE company_id = ?1 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([company], |r| {
            Ok((r.get::<_, i64>(0)? as u64, Hash::from_bytes(r.get(1)?)))
        })
        .optional()?)
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{CompanyFields, FirstRun, PersonFields};
    use ledger::{Event, Pc};
    use mynumber::{Address, CompanyName, Date, EmployeeNo, PersonName};

    const NOW: Moment = Moment {
        unix_seconds: 1_795_212_000,
        clock_confirmed: true,
        steady_seconds: 0,
    };
    const PASSPHRASE: &str = "correct horse battery staple";

    fn pc() -> Pc {
        Pc {
            id: "0".into(),
            name: "PC".into(),
        }
    }

    fn create(folder: &Path) -> (Vault, Session) {
        let first = FirstRun {
            company: CompanyFields {
                name: CompanyName::new("株式会社サンプル").unwrap(),
                corporate_number: None,
                address: None,
            },
            owner_name: PersonName::new("山田 太郎").unwrap(),
            passphrase: PASSPHRASE,
            recovery_words: "あいこくしん あいさつ",
        };
        Vault::create(folder, pc(), &first, NOW).unwrap()
    }

    fn person(i: u32) -> PersonFields {
        PersonFields {
            employee_no: EmployeeNo::new(&i.to_string()).unwrap(),
            name: PersonName::new("山田 太郎").unwrap(),
            kana: None,
            birth_date: Date::new(1990, 4, 1).unwrap(),
            sex: None,
            address: Some(Address::new(&"丸の内１－１－１".repeat(20)).unwrap()),
            hired_on: None,
        }
    }

    #[test]
    fn the_connection_refuses_to_write_outside_a_transaction_with_its_ledger_entry() {
        let folder = tempfile::tempdir().unwrap();
        let (mut vault, session) = create(folder.path());
        let write = "UPDATE vault SET failed_logins = 9";
        assert!(vault.conn.execute(write, []).is_err());
        vault
            .record(Some(&session), &Note::new(Event::ClockConfirmed), NOW)
            .unwrap();
        assert!(vault.conn.execute(write, []).is_err());
        let failed = vault.transact(None, Weight::Ordinary, NOW, |_| {
            Err::<Recorded<()>, _>(VaultError::NotFound)
        });
        assert_eq!(failed, Err(VaultError::NotFound));
        assert!(vault.conn.execute(write, []).is_err());
    }

    #[test]
    fn an_entry_that_cannot_be_made_takes_its_change_back() {
        let folder = tempfile::tempdir().unwrap();
        let (mut vault, session) = create(folder.path());
        let before = head(&vault.conn, &vault.home).unwrap();
        let result = vault.transact(Some(&session), Weight::Ordinary, NOW, |tx| {
            tx.execute("UPDATE vault SET failed_logins = 9", [])?;
            let note = Note::new(Event::HandOverMade).document("not an id");
            Ok(Recorded::new((), Line::ok(note)))
        });
        assert!(matches!(result, Err(VaultError::Entry(_))));
        let count: i64 = vault
            .conn
            .query_row("SELECT failed_logins FROM vault", [], |r| r.get(0))
            .unwrap();
        assert_eq!(count, 0);
        assert_eq!(head(&vault.conn, &vault.home).unwrap(), before);
    }

    #[test]
    fn the_ledger_is_append_only_even_within_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let (mut vault, session) = create(folder.path());
        for edit in ["UPDATE ledger SET seq = seq", "DELETE FROM ledger"] {
            let result = vault.transact(Some(&session), Weight::Ordinary, NOW, |tx| {
                tx.execute(edit, [])?;
                Ok(Recorded::new(
                    (),
                    Line::ok(Note::new(Event::ClockConfirmed)),
                ))
            });
            assert!(result.is_err(), "{edit}");
        }
    }

    #[test]
    fn a_full_stick_refuses_and_keeps_the_old_state() {
        let folder = tempfile::tempdir().unwrap();
        let (mut vault, session) = create(folder.path());
        vault
            .register_person(&session, &person(0), None, NOW)
            .unwrap();
        let pages: i64 = vault
            .conn
            .pragma_query_value(None, "page_count", |r| r.get(0))
            .unwrap();
        vault
            .conn
            .pragma_update(None, "max_page_count", pages + 2)
            .unwrap();
        let mut kept = 1;
        let full = loop {
            match vault.register_person(&session, &person(kept), None, NOW) {
                Ok(_) => kept += 1,
                Err(e) => break e,
            }
        };
        assert_eq!(full, VaultError::Full);
        assert_eq!(
            vault.people(&session, "", 0, 1).unwrap().total,
            u64::from(kept)
        );
        vault
            .conn
            .pragma_update(None, "max_page_count", i32::MAX)
            .unwrap();
        vault
            .verify_ledger(&session, NOW, &mut |_, _| true)
            .unwrap();
        drop((vault, session));

        let mut vault = Vault::open(folder.path(), pc()).unwrap().unwrap();
        let session = vault.login(None, PASSPHRASE, NOW).unwrap();
        assert_eq!(
            vault.people(&session, "", 0, 1).unwrap().total,
            u64::from(kept)
        );
        assert!(
            vault
                .register_person(&session, &person(kept), None, NOW)
                .is_ok()
        );
    }

    #[test]
    fn what_must_be_recorded_may_use_the_reserve_and_nothing_else_may() {
        let folder = tempfile::tempdir().unwrap();
        let (mut vault, _session) = create(folder.path());
        let reserve = folder.path().join(RESERVE_FILE);
        let try_with = |vault: &mut Vault, weight| {
            vault.transact(None, weight, NOW, |_| {
                // As on a real stick: full until the reserve is given back.
                if reserve.exists() {
                    return Err(VaultError::Full);
                }
                Ok(Recorded::new((), Line::ok(Note::new(Event::LoginFailed))))
            })
        };
        assert!(reserve.exists());
        assert_eq!(
            try_with(&mut vault, Weight::Ordinary),
            Err(VaultError::Full)
        );
        assert!(reserve.exists());
        assert_eq!(try_with(&mut vault, Weight::Essential), Ok(()));
        assert!(!reserve.exists());
        vault.tidy();
        assert!(
            reserve.exists(),
            "it is set aside again as soon as there is space"
        );
    }

    #[test]
    fn durability_settings_are_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let (vault, _session) = create(folder.path());
        let setting = |name: &str| -> String {
            vault
                .conn
                .pragma_query_value(None, name, |r| {
                    r.get::<_, rusqlite::types::Value>(0)
                        .map(|v| format!("{v:?}"))
                })
                .unwrap()
        };
        for (name, value) in [
            ("journal_mode", "Text(\"wal\")"),
            ("locking_mode", "Text(\"exclusive\")"),
            ("synchronous", "Integer(2)"),
            ("secure_delete", "Integer(1)"),
            ("temp_store", "Integer(2)"),
            ("cell_size_check", "Integer(1)"),
            ("foreign_keys", "Integer(1)"),
            ("query_only", "Integer(1)"),
        ] {
            assert_eq!(setting(name), value, "{name}");
        }
        assert!(!folder.path().join("vault.db-shm").exists());
    }

    #[test]
    fn a_database_of_a_newer_release_or_of_something_else_is_not_opened() {
        for (pragma, value, error) in [
            ("user_version", 99, VaultError::Newer),
            ("application_id", 7, VaultError::Damaged("not a vault")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let (vault, session) = create(folder.path());
            vault.close(Some(session), NOW).unwrap();
            let conn = Connection::open(folder.path().join(FILE)).unwrap();
            conn.pragma_update(None, pragma, value).unwrap();
            drop(conn);
            assert_eq!(Vault::open(folder.path(), pc()).err(), Some(error));
        }
    }
}
