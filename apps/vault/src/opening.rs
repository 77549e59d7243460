//! Making a vault, opening it, and the end of a session.

use crate::company::{self, CompanyKind};
use crate::keyring::{KEYRING_FILE, Keyring, Ring};
use crate::keys::{self, Identity};
use crate::login::{Delays, Wrappings, begin_session};
use crate::session::{Account, Door};
use crate::store::{self, CommitGuard, Line, Recorded, Reserve, Weight};
use crate::{CompanyId, FirstRun, Moment, Note, Session, Storage, UserId, Vault, VaultError};
use crate::{exchange, files};
use ledger::{Event, Pc};
use mynumber::rights::{Grant, Role};
use rusqlite::{Connection, TransactionBehavior};
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

/// Who made the vault.
const OWNER: UserId = 1;

impl Vault {
    /// The vault in `folder`; `None` when no first run was finished there. A restored one
    /// takes its place first. After a session that was cut off every page of the file is
    /// checked.
    pub fn open(folder: &Path, pc: Pc) -> Result<Option<Self>, VaultError> {
        Self::open_in(&Storage::default(), folder, pc)
    }

    /// [`Vault::open`] through another file system.
    pub fn open_in(storage: &Storage, folder: &Path, pc: Pc) -> Result<Option<Self>, VaultError> {
        exchange::take_over(storage, folder)?;
        Self::open_files(storage, folder, [store::FILE, KEYRING_FILE], pc)
    }

    /// The vault of this database and this keyring.
    pub(crate) fn open_files(
        storage: &Storage,
        folder: &Path,
        [database, keyring]: [&str; 2],
        pc: Pc,
    ) -> Result<Option<Self>, VaultError> {
        let path = folder.join(database);
        match storage
            .files
            .len(&path)
            .map_err(files::failed("metadata"))?
        {
            None | Some(0) => return Ok(None),
            Some(_) => {}
        }
        let mut conn = store::connect(storage, &path, false)?;
        let Some(version) = store::version(&conn)? else {
            return Ok(None);
        };
        if !store::is_current(version) {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            store::migrate(&tx, version)?;
            tx.commit()?;
        }
        let (id, sequence, cut): (String, i64, bool) = conn.query_row(
            "SELECT id, keyring, open_session IS NOT NULL FROM vault",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
        )?;
        if cut {
            store::check_pages(&conn)?;
        }
        let vault = Self {
            guard: CommitGuard::over(&mut conn)?,
            ring: Ring::open(storage, folder.join(keyring), sequence as u64)?,
            home: home(&conn)?,
            delays: Delays::load(&conn)?,
            id,
            conn: Rc::new(conn),
            pc,
            reserve: Reserve::new(storage, folder),
            placed: Cell::default(),
        };
        vault.reserve.fill();
        Ok(Some(vault))
    }

    /// Makes the vault, all of it in one transaction; its owner is logged in afterwards, as
    /// the first company's 責任者. A first run that was cut off before is started over.
    pub fn create(
        folder: &Path,
        pc: Pc,
        first: &FirstRun<'_>,
        now: Moment,
    ) -> Result<(Self, Session), VaultError> {
        Self::create_in(&Storage::default(), folder, pc, first, now)
    }

    /// [`Vault::create`] through another file system.
    pub fn create_in(
        storage: &Storage,
        folder: &Path,
        pc: Pc,
        first: &FirstRun<'_>,
        now: Moment,
    ) -> Result<(Self, Session), VaultError> {
        if Self::open_in(storage, folder, pc.clone())?.is_some() {
            return Err(VaultError::Exists);
        }
        store::remove_unfinished(storage, folder)?;
        let id = keys::random_id()?;
        let identity = Identity::random()?;
        let public = identity.public();
        let wrappings = Wrappings::make(
            &identity,
            &id,
            OWNER,
            first.passphrase,
            first.recovery_words,
        )?;
        let mut keyring = Keyring::default();
        let founded = company::found(&mut keyring, OWNER, &public)?;

        let account = Account {
            id: OWNER,
            name: first.owner_name.as_str().to_owned(),
            department: None,
            must_change: false,
        };
        // Opened from what is about to be written, so that keys which would not open later
        // are found now.
        let mut session = Session::new(account, identity, &pc.id, now)?;
        let door = Door {
            company: &founded.id,
            generation: 1,
            signing_public: founded.signing_public,
            keys_due: false,
            grant: Grant::of_role(Role::Responsible),
        };
        let entered = session.unlock(door, &keyring)?;
        session.enter(entered);

        let mut conn = store::connect(storage, &folder.join(store::FILE), true)?;
        let mut vault = Self {
            guard: CommitGuard::over(&mut conn)?,
            conn: Rc::new(conn),
            ring: Ring::new(storage, folder.join(KEYRING_FILE)),
            home: founded.id.clone(),
            delays: Delays::default(),
            id,
            pc,
            reserve: Reserve::new(storage, folder),
            placed: Cell::default(),
        };
        let id = vault.id.clone();
        vault.transact(Some(&session), Weight::Ordinary, now, |tx| {
            store::migrate(tx.conn(), 0)?;
            tx.execute(
                "INSERT INTO vault (one, id, keyring) VALUES (1, ?1, 0)",
                [&id],
            )?;
            wrappings.insert(tx, &session.account, &public, now)?;
            company::insert(tx, &founded, CompanyKind::Own, &first.company, OWNER, now)?;
            tx.change_keyring(|staged| {
                *staged = keyring.clone();
                Ok(())
            })?;
            begin_session(tx, &session, &founded.id, now)?;
            Ok(Recorded::new((), Line::ok(Note::new(Event::FirstRun)))
                .and(Line::ok(Note::new(Event::Login)))
                .with_checkpoint())
        })?;
        vault.tidy();
        let synced = storage.files.sync_folder(folder);
        synced.map_err(files::failed("folder"))?;
        Ok((vault, session))
    }

    /// The keyring file that goes with a copy of the database as it is now.
    pub fn keyring_copy(&self) -> Vec<u8> {
        self.ring.copy()
    }

    /// Ends the session. Its keys are wiped whatever happens; an error means only that the
    /// ledger could not say so.
    pub fn lock(&mut self, session: Session, now: Moment) -> Result<(), VaultError> {
        self.end(Some(&session), Note::new(Event::Lock), now)?;
        drop(session);
        self.tidy();
        Ok(())
    }

    /// Records the power-off, ends the session if there is one, closes the file.
    pub fn close(mut self, session: Option<Session>, now: Moment) -> Result<(), VaultError> {
        let result = self.end(session.as_ref(), Note::new(Event::PowerOff), now);
        drop(session);
        self.tidy();
        result?;
        self.hang_up()
    }

    /// Closes the file and records nothing: everything is durable already.
    pub fn disconnect(mut self) -> Result<(), VaultError> {
        self.tidy();
        self.hang_up()
    }

    fn hang_up(self) -> Result<(), VaultError> {
        match Rc::into_inner(self.conn) {
            Some(conn) => conn.close().map_err(|(_, e)| e.into()),
            None => Ok(()),
        }
    }

    fn end(
        &mut self,
        session: Option<&Session>,
        note: Note,
        now: Moment,
    ) -> Result<(), VaultError> {
        let ledger = self.ledger_of(session)?;
        self.transact(session, Weight::Essential, now, |tx| {
            if session.is_some() {
                tx.execute(
                    "UPDATE vault SET open_session = NULL, open_company = NULL",
                    [],
                )?;
            }
            let line = Line::ok(note.clone()).in_ledger_of(&ledger);
            Ok(Recorded::new((), line).with_checkpoint())
        })
    }

    /// In whose ledger stands what a session does as a whole: of the company entered, else
    /// of the user's first; without a session of the vault's first.
    pub(crate) fn ledger_of(&self, session: Option<&Session>) -> Result<CompanyId, VaultError> {
        let Some(session) = session else {
            return Ok(self.home.clone());
        };
        if let Ok(company) = session.company() {
            return Ok(company.to_owned());
        }
        self.first_company(session.user_id())
    }

    /// 事業者の名称 of the vault's first company: whose stick it is.
    pub fn company_name(&self) -> Result<String, VaultError> {
        Ok(self.conn.query_row(
            "SELECT name FROM companies WHERE id = ?1",
            [&self.home],
            |r| r.get(0),
        )?)
    }

    /// The newest entry's time over all ledgers, seconds since 1970-01-01 UTC.
    pub fn last_entry_unix(&self) -> Result<Option<i64>, VaultError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT (SELECT bytes FROM ledger WHERE company_id = c.id ORDER BY seq DESC LIMIT 1)
             FROM companies c",
        )?;
        let mut rows = statement.query([])?;
        let mut newest = None;
        while let Some(row) = rows.next()? {
            let Some(bytes) = row
                .get_ref(0)?
                .as_blob_or_null()
                .map_err(rusqlite::Error::from)?
            else {
                continue;
            };
            let entry = ledger::Entry::from_bytes(bytes)
                .map_err(|_| VaultError::Damaged("the newest ledger entry"))?;
            newest = newest.max(Some(entry.unix_seconds));
        }
        Ok(newest)
    }
}

/// Id of the vault's first company.
fn home(conn: &Connection) -> Result<CompanyId, VaultError> {
    Ok(
        conn.query_row("SELECT id FROM companies ORDER BY rowid LIMIT 1", [], |r| {
            r.get(0)
        })?,
    )
}
