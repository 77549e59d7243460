//! First run, login, recovery, lock and close.

use crate::keys::{self, By, Identity, Kdf, Place, SALT};
use crate::session::CompanySecrets;
use crate::store::{self, Line, Recorded, Reserve, Tx, Weight};
use crate::{FirstRun, Moment, Note, Session, Vault, VaultError};
use ledger::{Event, Pc, Role, User};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::path::Path;

/// Wrong passphrases that cost no waiting.
const FREE_ATTEMPTS: u32 = 3;
const FIRST_DELAY_SECONDS: u32 = 5;
const LONGEST_DELAY_SECONDS: u32 = 15 * 60;

/// The wait after this many failures in a row.
fn delay_seconds(failures: u32) -> u32 {
    match failures.checked_sub(FREE_ATTEMPTS) {
        None => 0,
        Some(doublings) => FIRST_DELAY_SECONDS
            .saturating_mul(1 << doublings.min(20))
            .min(LONGEST_DELAY_SECONDS),
    }
}

/// A user's row, without what only a login needs.
struct Stored {
    user: User,
    kdf: Kdf,
    salt: [u8; SALT],
    wrapped: Vec<u8>,
}

impl Vault {
    /// The vault in `folder`; `None` when no first run was finished there. After a session
    /// that was cut off every page of the file is checked.
    pub fn open(folder: &Path, pc: Pc) -> Result<Option<Self>, VaultError> {
        let path = folder.join(store::FILE);
        match std::fs::metadata(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(VaultError::Io("metadata")),
            Ok(m) if m.len() == 0 => return Ok(None),
            Ok(_) => {}
        }
        let mut conn = store::connect(&path, false)?;
        let Some(version) = store::version(&conn)? else {
            return Ok(None);
        };
        if !store::is_current(version) {
            let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
            store::migrate(&tx, version)?;
            tx.commit()?;
        }
        let cut: Option<String> =
            conn.query_row("SELECT open_session FROM vault", [], |r| r.get(0))?;
        if cut.is_some() {
            store::check_pages(&conn)?;
        }
        let company = conn.query_row("SELECT id FROM companies", [], |r| r.get(0))?;
        conn.pragma_update(None, "query_only", true)?;
        let vault = Self {
            conn,
            company,
            pc,
            not_before: None,
            reserve: Reserve::new(folder),
        };
        vault.reserve.fill();
        Ok(Some(vault))
    }

    /// Makes the vault, all of it in one transaction; its owner is logged in afterwards.
    /// A first run that was cut off before is started over.
    pub fn create(
        folder: &Path,
        pc: Pc,
        first: &FirstRun<'_>,
        now: Moment,
    ) -> Result<(Self, Session), VaultError> {
        if Self::open(folder, pc.clone())?.is_some() {
            return Err(VaultError::Exists);
        }
        store::remove_unfinished(folder)?;
        let company = keys::random_id()?;
        let secrets = CompanySecrets::random(&company)?;
        let identity = Identity::random()?;
        let user = User {
            id: 1,
            name: first.owner_name.as_str().to_owned(),
            role: Role::Responsible,
            department: None,
        };
        let passphrase = Wrapping::make(&identity, By::Passphrase, first.passphrase, &company, 1)?;
        let recovery = Wrapping::make(
            &identity,
            By::RecoveryWords,
            first.recovery_words,
            &company,
            1,
        )?;
        let sealed = keys::seal_to(
            &identity.public(),
            &Place::company_key(&company, 1, user.id),
            &secrets.key,
        )?;

        let mut vault = Self {
            conn: store::connect(&folder.join(store::FILE), true)?,
            company: company.clone(),
            pc,
            not_before: None,
            reserve: Reserve::new(folder),
        };
        let fill = |conn: &Connection| -> Result<(), VaultError> {
            store::migrate(conn, 0)?;
            conn.execute("INSERT INTO vault (one) VALUES (1)", [])?;
            conn.execute(
                "INSERT INTO companies (id, name, corporate_number, address, created_unix,
                 key_generation, signing_public, signing_wrapped)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7)",
                (
                    &company,
                    first.company.name.as_str(),
                    first.company.corporate_number.as_ref().map(|n| n.as_str()),
                    first.company.address.as_ref().map(|a| a.as_str()),
                    now.unix_seconds,
                    secrets.signing_public,
                    &secrets.signing_wrapped,
                ),
            )?;
            conn.execute(
                "INSERT INTO users (id, name, role, identity_public, passphrase_salt,
                 identity_by_passphrase, recovery_salt, identity_by_recovery, kdf_memory_kib,
                 kdf_passes, kdf_lanes, created_unix)
                 VALUES (?1, ?2, 'responsible', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                (
                    user.id,
                    &user.name,
                    identity.public(),
                    passphrase.salt,
                    &passphrase.wrapped,
                    recovery.salt,
                    &recovery.wrapped,
                    Kdf::PINNED.memory_kib,
                    Kdf::PINNED.passes,
                    Kdf::PINNED.lanes,
                    now.unix_seconds,
                ),
            )?;
            conn.execute(
                "INSERT INTO company_keys (company_id, generation, user_id, sealed)
                 VALUES (?1, 1, ?2, ?3)",
                (&company, user.id, &sealed),
            )?;
            Ok(())
        };
        let session = vault.first_transaction(fill, &user, &identity, now)?;
        vault.tidy();
        store::sync_folder(folder)?;
        Ok((vault, session))
    }

    /// Fills the empty file and logs the owner in, in one transaction.
    fn first_transaction(
        &mut self,
        fill: impl Fn(&Connection) -> Result<(), VaultError>,
        user: &User,
        identity: &Identity,
        now: Moment,
    ) -> Result<Session, VaultError> {
        // The session is opened from what was just written, so that keys which would not
        // open later are found now; the ledger's lines need it, so it is made ahead in a
        // transaction that is taken back.
        let session = {
            let tx = self
                .conn
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            fill(&tx)?;
            Session::open(&tx, &self.company, user.clone(), identity, now)?
        };
        self.transact(Some(&session), Weight::Ordinary, now, |tx| {
            fill(tx.conn())?;
            begin_session(tx, &session)?;
            Ok(Recorded::new((), Line::ok(Note::new(Event::FirstRun)))
                .and(Line::ok(Note::new(Event::Login)))
                .with_checkpoint())
        })?;
        Ok(session)
    }

    /// 事業者の名称
    pub fn company_name(&self) -> Result<String, VaultError> {
        Ok(self.conn.query_row(
            "SELECT name FROM companies WHERE id = ?1",
            [&self.company],
            |r| r.get(0),
        )?)
    }

    /// Seconds until the next passphrase is accepted. The count of failures is kept in the
    /// vault; the waiting itself starts over with the process, because then the volume's
    /// own passphrase had to be given first.
    pub fn wait_seconds(&self, now: Moment) -> u32 {
        self.not_before.map_or(0, |t| {
            t.saturating_sub(now.steady_seconds)
                .min(u64::from(LONGEST_DELAY_SECONDS)) as u32
        })
    }

    /// Logs in. The ledger gets `Login` with a checkpoint, before it `SessionCut` if the
    /// last session did not end and `ClockBackwards` if the clock did; or `LoginFailed`.
    pub fn login(&mut self, passphrase: &str, now: Moment) -> Result<Session, VaultError> {
        self.may_try(now)?;
        let users = self.stored_users(By::Passphrase)?;
        match self.unlock(users, By::Passphrase, passphrase.as_bytes())? {
            Some((user, identity)) => {
                let session = Session::open(&self.conn, &self.company, user, &identity, now)?;
                self.begin(&session, now, Note::new(Event::Login), |_| Ok(()))?;
                Ok(session)
            }
            None => Err(self.failed(now, "E-101", VaultError::WrongPassphrase)),
        }
    }

    /// Logs in by recovery words and puts a new passphrase in place of the lost one.
    pub fn recover(
        &mut self,
        recovery_words: &str,
        new_passphrase: &str,
        now: Moment,
    ) -> Result<Session, VaultError> {
        self.may_try(now)?;
        let words = keys::canonical_words(recovery_words);
        let users = self.stored_users(By::RecoveryWords)?;
        match self.unlock(users, By::RecoveryWords, words.as_bytes())? {
            Some((user, identity)) => {
                let id = user.id;
                let wrapping =
                    Wrapping::make(&identity, By::Passphrase, new_passphrase, &self.company, id)?;
                let session = Session::open(&self.conn, &self.company, user, &identity, now)?;
                self.begin(&session, now, Note::new(Event::Recovered), |tx| {
                    tx.execute(
                        "UPDATE users SET passphrase_salt = ?2, identity_by_passphrase = ?3 WHERE id = ?1",
                        (id, wrapping.salt, &wrapping.wrapped),
                    )
                    .map(|_| ())
                })?;
                Ok(session)
            }
            None => Err(self.failed(now, "E-105", VaultError::WrongRecoveryWords)),
        }
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
        self.conn.close().map_err(|(_, e)| e.into())
    }

    fn end(
        &mut self,
        session: Option<&Session>,
        note: Note,
        now: Moment,
    ) -> Result<(), VaultError> {
        self.transact(session, Weight::Essential, now, |tx| {
            if session.is_some() {
                tx.execute("UPDATE vault SET open_session = NULL", [])?;
            }
            Ok(Recorded::new((), Line::ok(note.clone())).with_checkpoint())
        })
    }

    fn may_try(&self, now: Moment) -> Result<(), VaultError> {
        match self.wait_seconds(now) {
            0 => Ok(()),
            wait_seconds => Err(VaultError::TooManyAttempts { wait_seconds }),
        }
    }

    fn begin(
        &mut self,
        session: &Session,
        now: Moment,
        note: Note,
        change: impl Fn(&Tx<'_>) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let cut: Option<String> =
            self.conn
                .query_row("SELECT open_session FROM vault", [], |r| r.get(0))?;
        let backwards = self
            .last_entry_unix()?
            .is_some_and(|last| now.unix_seconds < last);
        self.transact(Some(session), Weight::Essential, now, |tx| {
            change(tx)?;
            begin_session(tx, session)?;
            let mut lines = Vec::new();
            if let Some(id) = &cut {
                lines.push(Line::ok(Note::new(Event::SessionCut).document(id)));
            }
            if backwards {
                lines.push(Line::ok(Note::new(Event::ClockBackwards)));
            }
            lines.push(Line::ok(note.clone()));
            Ok(Recorded::of((), lines).with_checkpoint())
        })?;
        self.not_before = None;
        self.reserve.fill();
        Ok(())
    }

    /// Counts and records the failure; gives back what to tell.
    fn failed(&mut self, now: Moment, code: &str, error: VaultError) -> VaultError {
        let recorded = self.transact(None, Weight::Essential, now, |tx| {
            tx.execute("UPDATE vault SET failed_logins = failed_logins + 1", [])?;
            let failures: u32 =
                tx.conn()
                    .query_row("SELECT failed_logins FROM vault", [], |r| r.get(0))?;
            let line = Line::refused(Note::new(Event::LoginFailed), code);
            Ok(Recorded::new(failures, line))
        });
        match recorded {
            Ok(failures) => {
                let wait = u64::from(delay_seconds(failures));
                self.not_before = (wait > 0).then(|| now.steady_seconds + wait);
                error
            }
            Err(cannot_record) => {
                // Unrecorded guesses must not be free.
                self.not_before = Some(now.steady_seconds + u64::from(LONGEST_DELAY_SECONDS));
                cannot_record
            }
        }
    }

    fn stored_users(&self, by: By) -> Result<Vec<Stored>, VaultError> {
        let columns = match by {
            By::Passphrase => "passphrase_salt, identity_by_passphrase",
            By::RecoveryWords => "recovery_salt, identity_by_recovery",
        };
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, name, kdf_memory_kib, kdf_passes, kdf_lanes, {columns} FROM users ORDER BY id"
        ))?;
        let users = statement
            .query_map([], |r| {
                Ok(Stored {
                    user: User {
                        id: r.get(0)?,
                        name: r.get(1)?,
                        role: Role::Responsible,
                        department: None,
                    },
                    kdf: Kdf {
                        memory_kib: r.get(2)?,
                        passes: r.get(3)?,
                        lanes: r.get(4)?,
                    },
                    salt: r.get(5)?,
                    wrapped: r.get(6)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        Ok(users)
    }

    /// The user whose identity this secret opens.
    fn unlock(
        &self,
        users: Vec<Stored>,
        by: By,
        secret: &[u8],
    ) -> Result<Option<(User, Identity)>, VaultError> {
        for stored in users {
            let key = stored.kdf.derive(secret, &stored.salt)?;
            let place = Place::identity(&self.company, stored.user.id, by);
            if let Some(identity) = Identity::unwrap_with(&key, &place, &stored.wrapped) {
                return Ok(Some((stored.user, identity)));
            }
        }
        Ok(None)
    }

    /// The newest ledger entry's time, seconds since 1970-01-01 UTC.
    pub fn last_entry_unix(&self) -> Result<Option<i64>, VaultError> {
        let bytes: Option<Vec<u8>> = self
            .conn
            .prepare_cached(
                "SELECT bytes FROM ledger WHERE company_id = ?1 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row([&self.company], |r| r.get(0))
            .optional()?;
        bytes
            .map(|b| Ok(ledger::Entry::from_bytes(&b)?.unix_seconds))
            .transpose()
            .map_err(|_: ledger::EntryError| VaultError::Damaged("the newest ledger entry"))
    }
}

fn begin_session(tx: &Tx<'_>, session: &Session) -> Result<(), VaultError> {
    tx.execute(
        "UPDATE vault SET open_session = ?1, failed_logins = 0",
        [session.id()],
    )?;
    Ok(())
}

/// An identity wrapped by one of its user's secrets, under a fresh salt.
struct Wrapping {
    salt: [u8; SALT],
    wrapped: Vec<u8>,
}

impl Wrapping {
    fn make(
        identity: &Identity,
        by: By,
        secret: &str,
        company: &str,
        user: i64,
    ) -> Result<Self, VaultError> {
        let salt = keys::random_salt()?;
        let key = match by {
            By::Passphrase => Kdf::PINNED.derive(secret.as_bytes(), &salt)?,
            By::RecoveryWords => {
                Kdf::PINNED.derive(keys::canonical_words(secret).as_bytes(), &salt)?
            }
        };
        let wrapped = identity.wrap(&key, &Place::identity(company, user, by))?;
        Ok(Self { salt, wrapped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_and_has_a_ceiling() {
        assert_eq!([0, 1, 2, 3, 4, 5].map(delay_seconds), [0, 0, 0, 5, 10, 20]);
        assert_eq!(delay_seconds(1_000_000), LONGEST_DELAY_SECONDS);
    }
}
