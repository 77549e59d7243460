//! Users and their rights: who is let in, what they may do, and how they are put out.
//!
//! A right and the keys it needs go together: who is given an operation that works with
//! numbers is sealed the company's number key; from whom it is taken the key is taken by
//! replacing it. Nobody changes their own rights, and a company is never left without a
//! 責任者 who can manage its users.

mod reset;

use crate::keyring::Secret;
use crate::keys::{Identity, Key};
use crate::login::Wrappings;
use crate::pending::{self, Act};
use crate::session::{Account, NumberKey};
use crate::store::{Line, Recorded, Tx, Weight, room_for_one};
use crate::{
    CompanyId, Moment, Note, Session, UserId, Vault, VaultError, company, rights, rotation,
};
use ledger::{Event, Subject};
use mynumber::rights::{Denied, Grant, Operation, Role, Target};
use mynumber::{Date, Label, PersonName};
use rusqlite::{Connection, OptionalExtension};

/// Somebody to be let in.
#[derive(Debug)]
pub struct UserDraft<'a> {
    pub name: PersonName,
    /// 所属
    pub department: Option<Label>,
    /// Already checked by [`mynumber::passphrase::check`]; changed at the first login.
    pub passphrase: &'a str,
    /// Their own, as handed over on paper.
    pub recovery_words: &'a str,
}

/// A user of the company entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    pub user: UserId,
    pub name: String,
    pub department: Option<String>,
    pub grant: Grant,
    pub granted_unix: i64,
    pub must_change_passphrase: bool,
    /// Wrong passphrases in a row.
    pub failed_logins: u32,
}

impl Vault {
    /// Everybody with rights in the company entered, by name.
    pub fn users(&self, session: &Session) -> Result<Vec<UserRow>, VaultError> {
        session.allow_any(&[
            Operation::ManageUsers,
            Operation::Approve,
            Operation::ReadLedger,
        ])?;
        let company = session.company()?;
        let mut statement = self.conn.prepare_cached(
            "SELECT u.name, u.department, g.granted_unix, u.must_change, u.failed_logins
             FROM users u JOIN grants g ON g.user_id = u.id
             WHERE u.id = ?1 AND g.company_id = ?2",
        )?;
        let mut users = rights::grants(&self.conn, company)?
            .into_iter()
            .map(|(user, grant)| {
                statement.query_row((user, company), |r| {
                    Ok(UserRow {
                        user,
                        name: r.get(0)?,
                        department: r.get(1)?,
                        grant,
                        granted_unix: r.get(2)?,
                        must_change_passphrase: r.get(3)?,
                        failed_logins: r.get(4)?,
                    })
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        users.sort_by(|a, b| (&a.name, a.user).cmp(&(&b.name, b.user)));
        Ok(users)
    }

    /// Lets somebody in, with rights in the company entered. The passphrase has to be
    /// changed at the first login.
    pub fn add_user(
        &mut self,
        session: &Session,
        draft: &UserDraft<'_>,
        grant: &Grant,
        now: Moment,
    ) -> Result<UserId, VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let department = draft.department.as_ref().map(|d| d.as_str().to_owned());
        let act = Act::AddUser {
            name: draft.name.as_str().to_owned(),
            department: department.clone(),
            grant: grant.clone(),
        };
        room_for_one(
            &self.conn,
            "SELECT count(*) FROM users WHERE removed_unix IS NULL",
            [],
            "users",
        )?;
        let cleared = self.clear(session, &act, now)?;
        let id: UserId =
            self.conn
                .query_row("SELECT COALESCE(MAX(id), 0) + 1 FROM users", [], |r| {
                    r.get(0)
                })?;
        let account = Account {
            id,
            name: draft.name.as_str().to_owned(),
            department,
            must_change: true,
        };
        let identity = Identity::random()?;
        let public = identity.public();
        let wrappings = Wrappings::make(
            &identity,
            &self.id,
            id,
            draft.passphrase,
            draft.recovery_words,
        )?;
        let subject = account.subject();
        let company = session.company()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            wrappings.insert(tx, &account, &public, now)?;
            rights::put_grant(tx, company, id, grant, now)?;
            seal_signing_key(tx, session, id, &public)?;
            let note = Note::new(Event::UserAdded).about(subject.clone());
            lines.push(Line::ok(note));
            lines.push(given(Event::GrantGiven, &subject, grant));
            if rights::holds_number_key(grant) {
                lines.push(seal_number_key(tx, session, id, &public, &subject)?);
            }
            Ok(Recorded::of(id, lines).with_checkpoint())
        })
    }

    /// Gives a user of the vault rights in the company entered, or other ones than before.
    /// A right that needed the numbers and no longer does replaces the number key.
    pub fn grant(
        &mut self,
        session: &Session,
        user: UserId,
        grant: &Grant,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        not_oneself(session, user)?;
        let subject = self.active_user(user)?;
        let company = session.company()?;
        let before = rights::grant(&self.conn, company, user)?;
        if before.as_ref() == Some(grant) {
            return Ok(());
        }
        let act = Act::Grant {
            user,
            grant: grant.clone(),
        };
        let cleared = self.clear(session, &act, now)?;
        let number_key = self.number_key(session, company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            rights::put_grant(tx, company, user, grant, now)?;
            still_governed(tx.conn(), company, session.today())?;
            let public = rotation::public(tx.conn(), user)?;
            let event = match &before {
                None => {
                    seal_signing_key(tx, session, user, &public)?;
                    Event::GrantGiven
                }
                Some(_) => Event::GrantChanged,
            };
            lines.push(given(event, &subject, grant));
            let had = before.as_ref().is_some_and(rights::holds_number_key);
            match (had, rights::holds_number_key(grant)) {
                (false, true) => {
                    lines.push(seal_number_key(tx, session, user, &public, &subject)?);
                }
                (true, false) => {
                    let note = Note::new(Event::KeyAccessWithdrawn).about(subject.clone());
                    lines.push(Line::ok(note));
                    lines.push(rotation::rotate(tx, company, &number_key)?);
                }
                _ => {}
            }
            Ok(Recorded::of((), lines).with_checkpoint())
        })
    }

    /// Takes every right in the company entered from a user, with the keys. Who has none in
    /// any company afterwards is removed: nothing opens their identity any more.
    pub fn withdraw(
        &mut self,
        session: &Session,
        user: UserId,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let company = session.company()?.to_owned();
        if rights::grant(&self.conn, &company, user)?.is_none() {
            return Err(VaultError::NotFound);
        }
        self.put_out(session, user, &[company], &Act::Withdraw { user }, now)
    }

    /// Takes every right in every company from a user. Only who manages the users of each
    /// of these companies may.
    pub fn remove_user(
        &mut self,
        session: &Session,
        user: UserId,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let companies = self.managed_everywhere(session, user)?;
        self.put_out(session, user, &companies, &Act::RemoveUser { user }, now)
    }

    /// Has a user choose another passphrase at the next login, in whatever company. Only who
    /// manages the users of each of the user's companies may.
    pub fn require_passphrase_change(
        &mut self,
        session: &Session,
        user: UserId,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        let subject = self.managed_user(session, user)?;
        let companies = self.managed_everywhere(session, user)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute("UPDATE users SET must_change = 1 WHERE id = ?1", [user])?;
            let note = Note::new(Event::PassphraseChangeForced).about(subject.clone());
            let lines = companies
                .iter()
                .map(|company| Line::ok(note.clone()).in_ledger_of(company));
            Ok(Recorded::of((), lines.collect()))
        })
    }

    /// Changes a user's name or 所属, as every ledger has it from then on. Only who manages
    /// the users of each of the user's companies may; each that wants a second person's word
    /// is asked for it. One's own name can be changed, too: it is no right, and the only
    /// user of an office has nobody else to ask.
    pub fn change_user(
        &mut self,
        session: &Session,
        user: UserId,
        name: &PersonName,
        department: Option<&Label>,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        self.managed_user(session, user)?;
        let companies = self.managed_everywhere(session, user)?;
        let act = Act::ChangeUser {
            user,
            name: name.as_str().to_owned(),
            department: department.map(|d| d.as_str().to_owned()),
        };
        let cleared = self.clear_in(session, &companies, &act, now)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            tx.execute(
                "UPDATE users SET name = ?2, department = ?3 WHERE id = ?1",
                (user, name.as_str(), department.map(Label::as_str)),
            )?;
            let subject = Subject::User {
                id: user,
                name: name.as_str().to_owned(),
            };
            let note = Note::new(Event::UserChanged).about(subject);
            lines.extend(
                companies
                    .iter()
                    .map(|company| Line::ok(note.clone()).in_ledger_of(company)),
            );
            Ok(Recorded::of((), lines))
        })
    }

    fn put_out(
        &mut self,
        session: &Session,
        user: UserId,
        companies: &[CompanyId],
        act: &Act,
        now: Moment,
    ) -> Result<(), VaultError> {
        not_oneself(session, user)?;
        let subject = self.active_user(user)?;
        let cleared = self.clear_in(session, companies, act, now)?;
        let keys = companies
            .iter()
            .map(|company| Ok((company, self.number_key(session, company)?)))
            .collect::<Result<Vec<_>, VaultError>>()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            for (company, number_key) in &keys {
                lines.extend(put_out_of(
                    tx, session, company, user, &subject, number_key,
                )?);
            }
            if rights::companies_of(tx.conn(), user)?.is_empty() {
                remove(tx, user, now)?;
                for company in companies {
                    let note = Note::new(Event::UserRemoved).about(subject.clone());
                    lines.push(Line::ok(note).in_ledger_of(company));
                }
            }
            Ok(Recorded::of((), lines).with_checkpoint())
        })
    }

    /// A user whom the session's user manages in the company entered.
    fn managed_user(&self, session: &Session, user: UserId) -> Result<Subject, VaultError> {
        session.allow(Operation::ManageUsers, &Target::Company)?;
        rights::grant(&self.conn, session.company()?, user)?.ok_or(VaultError::NotFound)?;
        self.active_user(user)
    }

    /// The companies of a user, if the session's user manages the users of each of them.
    fn managed_everywhere(
        &self,
        session: &Session,
        user: UserId,
    ) -> Result<Vec<CompanyId>, VaultError> {
        let companies = self.companies_of(user)?;
        if companies.is_empty() {
            return Err(VaultError::NotFound);
        }
        for company in &companies {
            self.manages(session, company)?;
        }
        Ok(companies)
    }

    /// Whether the session's user manages the users of this company, entered or not.
    pub(crate) fn manages(&self, session: &Session, company: &str) -> Result<(), VaultError> {
        rights::grant(&self.conn, company, session.user_id())?
            .ok_or(VaultError::NotAllowed(Denied::NoSuchRight))?
            .allows(
                Operation::ManageUsers,
                &Target::Company,
                session.pc(),
                session.today(),
            )
            .map_err(VaultError::NotAllowed)
    }

    fn active_user(&self, user: UserId) -> Result<Subject, VaultError> {
        let name: Option<String> = self
            .conn
            .prepare_cached("SELECT name FROM users WHERE id = ?1 AND removed_unix IS NULL")?
            .query_row([user], |r| r.get(0))
            .optional()?;
        Ok(Subject::User {
            id: user,
            name: name.ok_or(VaultError::NotFound)?,
        })
    }

    /// A company's number key, opened by the session's user.
    fn number_key(&self, session: &Session, company: &str) -> Result<NumberKey, VaultError> {
        let generation: u32 = self
            .conn
            .prepare_cached("SELECT key_generation FROM companies WHERE id = ?1")?
            .query_row([company], |r| r.get(0))?;
        let secret = Secret::NumberKey(generation);
        self.ring
            .keys
            .open(company, secret, session.user_id(), session.identity())?
            .map(|key| NumberKey::new(generation, key))
            .ok_or(VaultError::NoNumberKey)
    }
}

/// From now on nothing opens this user's identity, and the words they typed in are gone.
pub(crate) fn remove(tx: &Tx<'_>, user: UserId, now: Moment) -> Result<(), VaultError> {
    tx.execute(
        "UPDATE users SET passphrase_salt = NULL, identity_by_passphrase = NULL,
         recovery_salt = NULL, identity_by_recovery = NULL, words = NULL, removed_unix = ?2
         WHERE id = ?1",
        (user, now.unix_seconds),
    )?;
    Ok(())
}

/// Takes a user's rights and keys in one company; the lines for its ledger.
fn put_out_of(
    tx: &Tx<'_>,
    session: &Session,
    company: &str,
    user: UserId,
    subject: &Subject,
    number_key: &NumberKey,
) -> Result<Vec<Line>, VaultError> {
    let before = rights::grant(tx.conn(), company, user)?.ok_or(VaultError::NotFound)?;
    tx.execute(
        "DELETE FROM grants WHERE company_id = ?1 AND user_id = ?2",
        (company, user),
    )?;
    still_governed(tx.conn(), company, session.today())?;
    tx.change_keyring(|keyring| {
        keyring.drop_user(company, user);
        Ok(())
    })?;
    let note = |event| Line::ok(Note::new(event).about(subject.clone())).in_ledger_of(company);
    let mut lines = vec![note(Event::GrantWithdrawn)];
    if rights::holds_number_key(&before) {
        lines.push(note(Event::KeyAccessWithdrawn));
        lines.push(rotation::rotate(tx, company, number_key)?);
    }
    Ok(lines)
}

/// A company keeps a 責任者 who can manage its users, and where a second person is asked
/// two who can approve.
fn still_governed(conn: &Connection, company: &str, today: Date) -> Result<(), VaultError> {
    let governs = |grant: &Grant| {
        grant.role() == Role::Responsible
            && grant.operations().contains(Operation::ManageUsers)
            && grant.lists(&Target::Company)
            && grant.until().is_none_or(|last| today <= last)
    };
    if !rights::grants(conn, company)?
        .iter()
        .any(|(_, grant)| governs(grant))
    {
        return Err(VaultError::LastResponsible);
    }
    if company::load(conn, company)?.second_person {
        pending::enough_approvers(conn, company)?;
    }
    Ok(())
}

fn not_oneself(session: &Session, user: UserId) -> Result<(), VaultError> {
    if user == session.user_id() {
        return Err(VaultError::OwnRights);
    }
    Ok(())
}

/// Seals the company's signing key, which every member needs: whatever they do is signed
/// into the ledger.
fn seal_signing_key(
    tx: &Tx<'_>,
    session: &Session,
    user: UserId,
    public: &[u8; 32],
) -> Result<(), VaultError> {
    let seed = Key::copy_of(session.signing_key()?.as_bytes());
    tx.change_keyring(|keyring| {
        keyring.seal(session.company()?, Secret::SigningKey, user, public, &seed)
    })
}

/// Seals the company's number key; the line for its ledger.
fn seal_number_key(
    tx: &Tx<'_>,
    session: &Session,
    user: UserId,
    public: &[u8; 32],
    subject: &Subject,
) -> Result<Line, VaultError> {
    let entered = session.entered()?;
    let key = entered.number_key.borrow();
    let key = key.as_ref().ok_or(VaultError::NoNumberKey)?;
    tx.change_keyring(|keyring| {
        let secret = Secret::NumberKey(key.generation);
        keyring.seal(&entered.company, secret, user, public, &key.key)
    })?;
    Ok(Line::ok(
        Note::new(Event::KeyAccessGiven).about(subject.clone()),
    ))
}

/// The line about a grant; the document is the role's code.
fn given(event: Event, subject: &Subject, grant: &Grant) -> Line {
    Line::ok(
        Note::new(event)
            .about(subject.clone())
            .document(grant.role().code()),
    )
}
