//! Who is there: login, recovery words, passphrases, and the waiting after wrong ones.

use crate::keys::{self, By, Identity, Kdf, Place, SALT};
use crate::session::{Account, day};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{CompanyId, Moment, Note, Session, UserId, Vault, VaultError, rights};
use ledger::{Event, Subject};
use mynumber::rights::Denied;
use rusqlite::{Connection, OptionalExtension};
use std::cell::Cell;
use std::collections::BTreeMap;

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

/// Who has to wait how long. The counts are the vault's; a start of the PC begins every
/// wait anew and in full, because neither its clock nor its absence can be believed.
#[derive(Default)]
pub(crate) struct Delays {
    /// Failures in a row of each user, and of tries that named nobody.
    failures: BTreeMap<Option<UserId>, u32>,
    /// [`Moment::steady_seconds`] before which nothing is tried, after a failure of now.
    not_before: BTreeMap<Option<UserId>, u64>,
    /// The first [`Moment::steady_seconds`] heard of after opening.
    opened: Cell<Option<u64>>,
}

impl Delays {
    pub(crate) fn load(conn: &Connection) -> Result<Self, VaultError> {
        let mut statement = conn.prepare_cached(
            "SELECT NULL, failed_logins FROM vault UNION ALL
             SELECT id, failed_logins FROM users WHERE failed_logins > 0",
        )?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(Self {
            failures: rows.collect::<Result<_, _>>()?,
            ..Self::default()
        })
    }

    fn wait_seconds(&self, user: Option<UserId>, now: Moment) -> u32 {
        let opened = self.opened.get().unwrap_or(now.steady_seconds);
        self.opened.set(Some(opened));
        let failures = self.failures.get(&user).copied().unwrap_or_default();
        let until = self
            .not_before
            .get(&user)
            .copied()
            .unwrap_or(opened + u64::from(delay_seconds(failures)));
        until
            .saturating_sub(now.steady_seconds)
            .min(u64::from(LONGEST_DELAY_SECONDS)) as u32
    }

    fn failed(&mut self, user: Option<UserId>, failures: u32, now: Moment) {
        self.failures.insert(user, failures);
        self.wait(user, delay_seconds(failures), now);
    }

    fn wait(&mut self, user: Option<UserId>, seconds: u32, now: Moment) {
        self.not_before
            .insert(user, now.steady_seconds + u64::from(seconds));
    }

    /// The user has another passphrase now: mistakes with the one before do not count.
    pub(crate) fn forget(&mut self, user: UserId) {
        self.failures.remove(&Some(user));
        self.not_before.remove(&Some(user));
    }

    fn succeeded(&mut self, user: UserId) {
        for who in [None, Some(user)] {
            self.failures.remove(&who);
            self.not_before.remove(&who);
        }
    }
}

/// A user's row as a login needs it.
struct Stored {
    account: Account,
    kdf: Kdf,
    salt: [u8; SALT],
    wrapped: Vec<u8>,
}

/// Somebody who can log in, for the list before the login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginName {
    pub user: UserId,
    pub name: String,
    pub department: Option<String>,
}

impl Vault {
    /// Everybody who can log in, by name.
    pub fn login_names(&self) -> Result<Vec<LoginName>, VaultError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, name, department FROM users WHERE removed_unix IS NULL ORDER BY name, id",
        )?;
        let rows = statement.query_map([], |r| {
            Ok(LoginName {
                user: r.get(0)?,
                name: r.get(1)?,
                department: r.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Seconds until the next passphrase of this user is tried, or of nobody in particular.
    /// The count of failures is kept in the vault, and every start of the PC begins the
    /// wait anew.
    pub fn wait_seconds(&self, user: Option<UserId>, now: Moment) -> u32 {
        self.delays.wait_seconds(user, now)
    }

    /// Logs in, as this user or as whoever the passphrase is of. The ledger gets `Login`,
    /// before it `SessionCut` if the last session did not end and `ClockBackwards` if the
    /// clock did; or `LoginFailed`.
    ///
    /// A user with one company is in it at once, with a checkpoint; with more than one, or
    /// a passphrase that must be changed first, in none.
    pub fn login(
        &mut self,
        user: Option<UserId>,
        passphrase: &str,
        now: Moment,
    ) -> Result<Session, VaultError> {
        self.may_try(user, now)?;
        let users = self.stored_users(user, By::Passphrase)?;
        match self.unlock(users, By::Passphrase, passphrase.as_bytes())? {
            Some((account, identity)) => {
                let session = self.admit(account, identity, now)?;
                self.begin(&session, now, Note::new(Event::Login), |_| Ok(()))?;
                Ok(session)
            }
            None => Err(self.failed(user, now, "E-101", VaultError::WrongPassphrase)),
        }
    }

    /// Logs in by recovery words and puts a new passphrase in place of the lost one.
    pub fn recover(
        &mut self,
        user: Option<UserId>,
        recovery_words: &str,
        new_passphrase: &str,
        now: Moment,
    ) -> Result<Session, VaultError> {
        self.may_try(user, now)?;
        let words = keys::canonical_words(recovery_words);
        let users = self.stored_users(user, By::RecoveryWords)?;
        match self.unlock(users, By::RecoveryWords, words.as_bytes())? {
            Some((mut account, identity)) => {
                account.must_change = false;
                let id = account.id;
                let wrapping =
                    Wrapping::make(&identity, By::Passphrase, new_passphrase, &self.id, id)?;
                let session = self.admit(account, identity, now)?;
                self.begin(&session, now, Note::new(Event::Recovered), |tx| {
                    wrapping.put(tx, id, By::Passphrase, false)
                })?;
                Ok(session)
            }
            None => Err(self.failed(user, now, "E-105", VaultError::WrongRecoveryWords)),
        }
    }

    /// Puts a new passphrase in place of the session's user's own, who says the current one
    /// again: an unattended screen is not enough. A wrong one counts as at the login.
    pub fn change_passphrase(
        &mut self,
        session: &mut Session,
        current: &str,
        new: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        let id = session.user_id();
        self.confirm_passphrase(id, current, now)?;
        let wrapping = Wrapping::make(session.identity(), By::Passphrase, new, &self.id, id)?;
        let ledger = self.ledger_of(Some(session))?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            wrapping.put(tx, id, By::Passphrase, false)?;
            let note = Note::new(Event::PassphraseChanged).about(session.account.subject());
            Ok(Recorded::new((), Line::ok(note).in_ledger_of(&ledger)))
        })?;
        let was_due = std::mem::replace(&mut session.account.must_change, false);
        if let (true, [company]) = (was_due, self.companies_of(id)?.as_slice()) {
            self.enter_company(session, company, now)?;
        }
        Ok(())
    }

    /// Puts new recovery words in place of the session's user's own; the old ones open
    /// nothing from then on.
    pub fn change_recovery_words(
        &mut self,
        session: &Session,
        passphrase: &str,
        new_words: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        let id = session.user_id();
        self.confirm_passphrase(id, passphrase, now)?;
        let wrapping = Wrapping::make(
            session.identity(),
            By::RecoveryWords,
            new_words,
            &self.id,
            id,
        )?;
        let ledger = self.ledger_of(Some(session))?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            wrapping.put(tx, id, By::RecoveryWords, false)?;
            let note = Note::new(Event::RecoveryWordsChanged).about(session.account.subject());
            Ok(Recorded::new((), Line::ok(note).in_ledger_of(&ledger)))
        })
    }

    /// Whether the passphrase is this user's; a wrong one counts and is recorded.
    fn confirm_passphrase(
        &mut self,
        user: UserId,
        passphrase: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        self.may_try(Some(user), now)?;
        let users = self.stored_users(Some(user), By::Passphrase)?;
        match self.unlock(users, By::Passphrase, passphrase.as_bytes())? {
            Some(_) => Ok(()),
            None => Err(self.failed(Some(user), now, "E-101", VaultError::WrongPassphrase)),
        }
    }

    fn may_try(&self, user: Option<UserId>, now: Moment) -> Result<(), VaultError> {
        match self.wait_seconds(user, now) {
            0 => Ok(()),
            wait_seconds => Err(VaultError::TooManyAttempts { wait_seconds }),
        }
    }

    /// The session of somebody who proved who they are, if any right of theirs holds on
    /// this PC today; else the refusal is recorded.
    fn admit(
        &mut self,
        account: Account,
        identity: Identity,
        now: Moment,
    ) -> Result<Session, VaultError> {
        let (id, due) = (account.id, account.must_change);
        let mut session = Session::new(account, identity, &self.pc.id, now)?;
        let companies = self.companies_of(id)?;
        if let Err(denied) = self.holds_somewhere(id, &companies, now)? {
            let ledger = self.first_company(id)?;
            let note = Note::new(Event::LoginFailed).about(session.account.subject());
            self.transact(None, Weight::Essential, now, |_| {
                let line = Line::refused(note.clone(), denied.error_code());
                Ok(Recorded::new((), line.in_ledger_of(&ledger)))
            })?;
            return Err(VaultError::NotAllowed(denied));
        }
        if let (false, [company]) = (due, companies.as_slice()) {
            let entered = self.unlock_company(&session, company)?;
            session.enter(entered);
        }
        Ok(session)
    }

    /// Whether one of the user's rights holds on this PC today; else why not the first.
    fn holds_somewhere(
        &self,
        user: UserId,
        companies: &[CompanyId],
        now: Moment,
    ) -> Result<Result<(), Denied>, VaultError> {
        let today = day(now)?;
        let mut denied = Err(Denied::NoSuchRight);
        for company in companies {
            let grant = rights::grant(&self.conn, company, user)?;
            match grant.map(|grant| grant.holds(&self.pc.id, today)) {
                Some(Ok(())) => return Ok(Ok(())),
                Some(Err(why)) if denied == Err(Denied::NoSuchRight) => denied = Err(why),
                _ => {}
            }
        }
        Ok(denied)
    }

    fn begin(
        &mut self,
        session: &Session,
        now: Moment,
        note: Note,
        change: impl Fn(&Tx<'_>) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        let cut: Option<(String, CompanyId)> = self
            .conn
            .query_row(
                "SELECT open_session, open_company FROM vault WHERE open_session IS NOT NULL",
                [],
                |r| Ok((r.get(0)?, r.get(1)?)),
            )
            .optional()?;
        let backwards = self
            .last_entry_unix()?
            .is_some_and(|last| now.unix_seconds < last);
        let ledger = self.ledger_of(Some(session))?;
        self.transact(Some(session), Weight::Essential, now, |tx| {
            change(tx)?;
            begin_session(tx, session, &ledger)?;
            let mut lines = Vec::new();
            if let Some((id, company)) = &cut {
                let note = Note::new(Event::SessionCut).document(id);
                lines.push(Line::ok(note).in_ledger_of(company));
            }
            if backwards {
                lines.push(Line::ok(Note::new(Event::ClockBackwards)).in_ledger_of(&ledger));
            }
            lines.push(Line::ok(note.clone()).in_ledger_of(&ledger));
            Ok(Recorded::of((), lines).with_checkpoint())
        })?;
        self.delays.succeeded(session.user_id());
        self.reserve.fill();
        Ok(())
    }

    /// Counts and records the failure; gives back what to tell.
    fn failed(
        &mut self,
        user: Option<UserId>,
        now: Moment,
        code: &str,
        error: VaultError,
    ) -> VaultError {
        match self.record_failure(user, now, code) {
            Ok(failures) => {
                self.delays.failed(user, failures, now);
                error
            }
            Err(cannot_record) => {
                // Unrecorded guesses must not be free.
                self.delays.wait(user, LONGEST_DELAY_SECONDS, now);
                cannot_record
            }
        }
    }

    fn record_failure(
        &mut self,
        user: Option<UserId>,
        now: Moment,
        code: &str,
    ) -> Result<u32, VaultError> {
        let mut note = Note::new(Event::LoginFailed);
        let mut ledger = self.home.clone();
        if let Some(user) = user {
            note = note.about(self.user_subject(user)?);
            ledger = self.first_company(user)?;
        }
        self.transact(None, Weight::Essential, now, |tx| {
            let failures = match user {
                None => tx.conn().query_row(
                    "UPDATE vault SET failed_logins = failed_logins + 1 RETURNING failed_logins",
                    [],
                    |r| r.get(0),
                )?,
                Some(user) => tx.conn().query_row(
                    "UPDATE users SET failed_logins = failed_logins + 1 WHERE id = ?1
                     RETURNING failed_logins",
                    [user],
                    |r| r.get(0),
                )?,
            };
            let line = Line::refused(note.clone(), code).in_ledger_of(&ledger);
            Ok(Recorded::new(failures, line))
        })
    }

    fn stored_users(&self, only: Option<UserId>, by: By) -> Result<Vec<Stored>, VaultError> {
        let columns = match by {
            By::Passphrase => "passphrase_salt, identity_by_passphrase",
            By::RecoveryWords => "recovery_salt, identity_by_recovery",
        };
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, name, department, must_change, kdf_memory_kib, kdf_passes, kdf_lanes,
                    {columns}
             FROM users WHERE removed_unix IS NULL AND (?1 IS NULL OR id = ?1) ORDER BY id"
        ))?;
        let users: Vec<Stored> = statement
            .query_map([only], |r| {
                Ok(Stored {
                    account: Account {
                        id: r.get(0)?,
                        name: r.get(1)?,
                        department: r.get(2)?,
                        must_change: r.get(3)?,
                    },
                    kdf: Kdf {
                        memory_kib: r.get(4)?,
                        passes: r.get(5)?,
                        lanes: r.get(6)?,
                    },
                    salt: r.get(7)?,
                    wrapped: r.get(8)?,
                })
            })?
            .collect::<Result<_, _>>()?;
        if users.is_empty() && only.is_some() {
            return Err(VaultError::NotFound);
        }
        Ok(users)
    }

    /// The user whose identity this secret opens.
    fn unlock(
        &self,
        users: Vec<Stored>,
        by: By,
        secret: &[u8],
    ) -> Result<Option<(Account, Identity)>, VaultError> {
        for stored in users {
            let key = stored.kdf.derive(secret, &stored.salt)?;
            let place = Place::identity(&self.id, stored.account.id, by);
            if let Some(identity) = Identity::unwrap_with(&key, &place, &stored.wrapped) {
                return Ok(Some((stored.account, identity)));
            }
        }
        Ok(None)
    }

    /// A user as the ledger names them.
    pub(crate) fn user_subject(&self, user: UserId) -> Result<Subject, VaultError> {
        let name = self
            .conn
            .prepare_cached("SELECT name FROM users WHERE id = ?1")?
            .query_row([user], |r| r.get(0))
            .optional()?
            .ok_or(VaultError::NotFound)?;
        Ok(Subject::User { id: user, name })
    }

    pub(crate) fn companies_of(&self, user: UserId) -> Result<Vec<CompanyId>, VaultError> {
        rights::companies_of(&self.conn, user)
    }

    /// In whose ledger stands what concerns a user and no company in particular.
    pub(crate) fn first_company(&self, user: UserId) -> Result<CompanyId, VaultError> {
        let companies = self.companies_of(user)?;
        Ok(companies
            .into_iter()
            .next()
            .unwrap_or_else(|| self.home.clone()))
    }
}

pub(crate) fn begin_session(
    tx: &Tx<'_>,
    session: &Session,
    ledger: &str,
) -> Result<(), VaultError> {
    tx.execute(
        "UPDATE vault SET open_session = ?1, open_company = ?2, failed_logins = 0",
        (session.id(), ledger),
    )?;
    tx.execute(
        "UPDATE users SET failed_logins = 0 WHERE id = ?1",
        [session.user_id()],
    )?;
    Ok(())
}

/// An identity wrapped by one of its user's secrets, under a fresh salt.
pub(crate) struct Wrapping {
    salt: [u8; SALT],
    wrapped: Vec<u8>,
}

impl Wrapping {
    pub(crate) fn make(
        identity: &Identity,
        by: By,
        secret: &str,
        vault: &str,
        user: UserId,
    ) -> Result<Self, VaultError> {
        let salt = keys::random_salt()?;
        let key = match by {
            By::Passphrase => Kdf::PINNED.derive(secret.as_bytes(), &salt)?,
            By::RecoveryWords => {
                Kdf::PINNED.derive(keys::canonical_words(secret).as_bytes(), &salt)?
            }
        };
        let wrapped = identity.wrap(&key, &Place::identity(vault, user, by))?;
        Ok(Self { salt, wrapped })
    }

    /// In place of the user's kept one.
    pub(crate) fn put(
        &self,
        tx: &Tx<'_>,
        user: UserId,
        by: By,
        must_change: bool,
    ) -> Result<(), VaultError> {
        let sql = match by {
            By::Passphrase => {
                "UPDATE users SET passphrase_salt = ?2, identity_by_passphrase = ?3,
                 must_change = ?4 WHERE id = ?1"
            }
            By::RecoveryWords => {
                "UPDATE users SET recovery_salt = ?2, identity_by_recovery = ?3,
                 must_change = must_change OR ?4 WHERE id = ?1"
            }
        };
        tx.execute(sql, (user, self.salt, &self.wrapped, must_change))?;
        Ok(())
    }
}

/// A new user's identity under both secrets.
pub(crate) struct Wrappings {
    passphrase: Wrapping,
    recovery: Wrapping,
}

impl Wrappings {
    pub(crate) fn make(
        identity: &Identity,
        vault: &str,
        user: UserId,
        passphrase: &str,
        recovery_words: &str,
    ) -> Result<Self, VaultError> {
        Ok(Self {
            passphrase: Wrapping::make(identity, By::Passphrase, passphrase, vault, user)?,
            recovery: Wrapping::make(identity, By::RecoveryWords, recovery_words, vault, user)?,
        })
    }

    /// In place of a user's kept ones and of the identity they wrapped; the passphrase must
    /// be changed at the next login.
    pub(crate) fn replace(
        &self,
        tx: &Tx<'_>,
        user: UserId,
        public: &[u8; 32],
    ) -> Result<(), VaultError> {
        tx.execute(
            "UPDATE users SET identity_public = ?2, passphrase_salt = ?3,
             identity_by_passphrase = ?4, recovery_salt = ?5, identity_by_recovery = ?6,
             kdf_memory_kib = ?7, kdf_passes = ?8, kdf_lanes = ?9, must_change = 1,
             failed_logins = 0 WHERE id = ?1",
            (
                user,
                public,
                self.passphrase.salt,
                &self.passphrase.wrapped,
                self.recovery.salt,
                &self.recovery.wrapped,
                Kdf::PINNED.memory_kib,
                Kdf::PINNED.passes,
                Kdf::PINNED.lanes,
            ),
        )?;
        Ok(())
    }

    pub(crate) fn insert(
        &self,
        tx: &Tx<'_>,
        account: &Account,
        public: &[u8; 32],
        now: Moment,
    ) -> Result<(), VaultError> {
        tx.execute(
            "INSERT INTO users (id, name, department, identity_public, passphrase_salt,
             identity_by_passphrase, recovery_salt, identity_by_recovery, kdf_memory_kib,
             kdf_passes, kdf_lanes, must_change, created_unix)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
            (
                account.id,
                &account.name,
                &account.department,
                public,
                self.passphrase.salt,
                &self.passphrase.wrapped,
                self.recovery.salt,
                &self.recovery.wrapped,
                Kdf::PINNED.memory_kib,
                Kdf::PINNED.passes,
                Kdf::PINNED.lanes,
                account.must_change,
                now.unix_seconds,
            ),
        )?;
        Ok(())
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
