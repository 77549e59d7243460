//! Who is there: login, recovery words, passphrases, and the waiting after wrong ones.

mod delays;
mod wrapping;

pub(crate) use delays::Delays;
pub(crate) use wrapping::{Wrapping, Wrappings};

use crate::kdf::Kdf;
use crate::keys::{self, By, Identity, Place, SALT};
use crate::session::{Account, day};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{CompanyId, Moment, Note, Session, UserId, Vault, VaultError, rights};
use delays::LONGEST_DELAY_SECONDS;
use ledger::{Event, Subject};
use mynumber::rights::Denied;
use rusqlite::OptionalExtension;

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
    /// Logged in last on this PC; where nobody has yet, last of all.
    pub last: bool,
}

/// Stands for every user there is not. One is tried like any other, with the same work and
/// the same answer, so that a name that is wrong looks like a passphrase that is.
const NOBODY: UserId = 0;

impl Vault {
    /// Everybody who can log in, by name.
    pub fn login_names(&self) -> Result<Vec<LoginName>, VaultError> {
        let last = self.last_user()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT id, name, department FROM users WHERE removed_unix IS NULL ORDER BY name, id",
        )?;
        let rows = statement.query_map([], |r| {
            let user = r.get(0)?;
            Ok(LoginName {
                user,
                name: r.get(1)?,
                department: r.get(2)?,
                last: last == Some(user),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Who of those who can log in did so last, on this PC rather than on another.
    fn last_user(&self) -> Result<Option<UserId>, VaultError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id FROM users WHERE removed_unix IS NULL AND last_login_unix IS NOT NULL
             ORDER BY last_login_pc = ?1 DESC, last_login_unix DESC, id LIMIT 1",
        )?;
        let last = statement.query_row([&self.pc.id], |r| r.get(0));
        Ok(last.optional()?)
    }

    /// Seconds until the next passphrase of this user is tried; of the only user where none
    /// is named, zero where there are several: without a name nothing is tried there. The
    /// count of failures is kept in the vault, and every start of the PC begins the wait
    /// anew.
    pub fn wait_seconds(&self, user: Option<UserId>, now: Moment) -> u32 {
        self.named(user)
            .map_or(0, |user| self.delays.wait_seconds(user, now))
    }

    /// Logs in, as this user or as the only one there is. The ledger gets `Login`, before
    /// it `SessionCut` if the last session did not end and `ClockBackwards` if the clock
    /// did; or `LoginFailed`.
    ///
    /// A user with one company is in it at once, with a checkpoint; with more than one, or
    /// a passphrase that must be changed first, in none.
    pub fn login(
        &mut self,
        user: Option<UserId>,
        passphrase: &str,
        now: Moment,
    ) -> Result<Session, VaultError> {
        let user = self.named(user)?;
        self.may_try(user, now)?;
        match self.unlock(user, By::Passphrase, passphrase.as_bytes())? {
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
        let user = self.named(user)?;
        self.may_try(user, now)?;
        let words = keys::canonical_words(recovery_words);
        match self.unlock(user, By::RecoveryWords, words.as_bytes())? {
            Some((mut account, identity)) => {
                account.must_change = false;
                let wrapping =
                    Wrapping::make(&identity, By::Passphrase, new_passphrase, &self.id, user)?;
                let session = self.admit(account, identity, now)?;
                self.begin(&session, now, Note::new(Event::Recovered), |tx| {
                    wrapping.put(tx, user, By::Passphrase, false)
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
        self.may_try(user, now)?;
        match self.unlock(user, By::Passphrase, passphrase.as_bytes())? {
            Some(_) => Ok(()),
            None => Err(self.failed(user, now, "E-101", VaultError::WrongPassphrase)),
        }
    }

    /// Whose passphrase is to be tried. One tried against several users would be guessed at
    /// all of them at once, and counted against none.
    fn named(&self, user: Option<UserId>) -> Result<UserId, VaultError> {
        if let Some(user) = user {
            let known = self
                .conn
                .prepare_cached("SELECT 1 FROM users WHERE removed_unix IS NULL AND id = ?1")?
                .exists([user])?;
            return Ok(if known { user } else { NOBODY });
        }
        let mut statement = self
            .conn
            .prepare_cached("SELECT id FROM users WHERE removed_unix IS NULL LIMIT 2")?;
        let rows = statement.query_map([], |r| r.get(0))?;
        match rows.collect::<Result<Vec<UserId>, _>>()?.as_slice() {
            [only] => Ok(*only),
            _ => Err(VaultError::UserNotNamed),
        }
    }

    fn may_try(&self, user: UserId, now: Moment) -> Result<(), VaultError> {
        match self.delays.wait_seconds(user, now) {
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
            begin_session(tx, session, &ledger, now)?;
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
        self.delays.forget(session.user_id());
        self.reserve.fill();
        Ok(())
    }

    /// Counts and records the failure; gives back what to tell.
    fn failed(&mut self, user: UserId, now: Moment, code: &str, error: VaultError) -> VaultError {
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

    fn record_failure(&mut self, user: UserId, now: Moment, code: &str) -> Result<u32, VaultError> {
        let mut note = Note::new(Event::LoginFailed);
        if user != NOBODY {
            note = note.about(self.user_subject(user)?);
        }
        let ledger = self.first_company(user)?;
        let nobodys = self.delays.failures(NOBODY).saturating_add(1);
        self.transact(None, Weight::Essential, now, |tx| {
            let counted = tx.conn().query_row(
                "UPDATE users SET failed_logins = failed_logins + 1 WHERE id = ?1
                 RETURNING failed_logins",
                [user],
                |r| r.get(0),
            );
            let failures = counted.optional()?.unwrap_or(nobodys);
            let line = Line::refused(note.clone(), code).in_ledger_of(&ledger);
            Ok(Recorded::new(failures, line))
        })
    }

    fn stored_user(&self, user: UserId, by: By) -> Result<Option<Stored>, VaultError> {
        let columns = match by {
            By::Passphrase => "passphrase_salt, identity_by_passphrase",
            By::RecoveryWords => "recovery_salt, identity_by_recovery",
        };
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT id, name, department, must_change, kdf_memory_kib, kdf_passes, kdf_lanes,
                    {columns}
             FROM users WHERE removed_unix IS NULL AND id = ?1"
        ))?;
        let user = statement.query_row([user], |r| {
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
        });
        Ok(user.optional()?)
    }

    /// The user's identity, if this secret opens it.
    fn unlock(
        &self,
        user: UserId,
        by: By,
        secret: &[u8],
    ) -> Result<Option<(Account, Identity)>, VaultError> {
        let Some(stored) = self.stored_user(user, by)? else {
            Kdf::PINNED.derive(secret, &[0; SALT])?;
            return Ok(None);
        };
        let key = stored.kdf.derive(secret, &stored.salt)?;
        let place = Place::identity(&self.id, user, by);
        let identity = Identity::unwrap_with(&key, &place, &stored.wrapped);
        Ok(identity.map(|identity| (stored.account, identity)))
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
    now: Moment,
) -> Result<(), VaultError> {
    tx.execute(
        "UPDATE vault SET open_session = ?1, open_company = ?2",
        (session.id(), ledger),
    )?;
    tx.execute(
        "UPDATE users SET failed_logins = 0, last_login_unix = ?2, last_login_pc = ?3
         WHERE id = ?1",
        (session.user_id(), now.unix_seconds, session.pc()),
    )?;
    Ok(())
}
