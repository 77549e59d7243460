use crate::bins::Bins;
use crate::keyring::{Keyring, Secret};
use crate::keys::{Cipher, Identity, Key};
use crate::subjects::index::Indexes;
use crate::{CompanyId, Moment, UserId, VaultError, keys};
use ed25519_dalek::{SigningKey, VerifyingKey};
use ledger::{Subject, User};
use mynumber::Date;
use mynumber::rights::{Grant, Role};
use rusqlite::Connection;
use std::cell::{Cell, RefCell};

/// Somebody is logged in, and has entered one company or none yet. Holds the keys that the
/// passphrase opened; dropping it wipes them, and without it no number can be read.
///
/// Every method of the vault works on the company entered, so that no request names one.
pub struct Session {
    id: String,
    pub(crate) account: Account,
    /// [`Moment::steady_seconds`] of the login.
    began: u64,
    identity: Identity,
    /// Id of the PC the stick runs on.
    pc: String,
    /// The day in Japan by the newest [`Moment`] seen.
    today: Cell<Date>,
    entered: Option<Entered>,
}

/// Who it is, whatever the company.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub id: UserId,
    pub name: String,
    pub department: Option<String>,
    pub must_change: bool,
}

impl Account {
    pub(crate) fn ledger_user(&self, role: Role) -> User {
        User {
            id: self.id,
            name: self.name.clone(),
            role: crate::rights::ledger_role(role),
            department: self.department.clone(),
        }
    }

    pub(crate) fn subject(&self) -> Subject {
        Subject::User {
            id: self.id,
            name: self.name.clone(),
        }
    }
}

/// The company a session works for, with what its user may do there and the keys for it.
pub(crate) struct Entered {
    pub company: CompanyId,
    pub user: User,
    pub grant: Grant,
    /// `None` where the user's rights need no numbers.
    pub number_key: RefCell<Option<NumberKey>>,
    pub signing: Box<SigningKey>,
    /// Each made at its first search, kept up to date by every change.
    pub indexes: RefCell<Indexes>,
    /// Made at the first look whether a number is held already.
    pub bins: RefCell<Option<Bins>>,
}

/// The key that wraps the data keys of a company's numbers.
pub(crate) struct NumberKey {
    pub generation: u32,
    pub key: Key,
    pub cipher: Cipher,
}

impl NumberKey {
    pub(crate) fn new(generation: u32, key: Key) -> Self {
        Self {
            generation,
            cipher: key.cipher(),
            key,
        }
    }
}

/// What the database says of a company whose keys are to be opened.
pub(crate) struct Door<'a> {
    pub company: &'a str,
    pub generation: u32,
    pub signing_public: [u8; 32],
    /// After a restore some keys are still to be given.
    pub keys_due: bool,
    pub grant: Grant,
}

impl Session {
    /// A session that has entered no company yet.
    pub(crate) fn new(
        account: Account,
        identity: Identity,
        pc: &str,
        now: Moment,
    ) -> Result<Self, VaultError> {
        Ok(Self {
            id: keys::random_id()?,
            account,
            began: now.steady_seconds,
            identity,
            pc: pc.to_owned(),
            today: Cell::new(day(now)?),
            entered: None,
        })
    }

    /// Random id of this login, as the ledger has it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn user_id(&self) -> UserId {
        self.account.id
    }

    pub fn user_name(&self) -> &str {
        &self.account.name
    }

    /// The passphrase was chosen by somebody else: no company can be entered before
    /// [`crate::Vault::change_passphrase`].
    pub fn must_change_passphrase(&self) -> bool {
        self.account.must_change
    }

    /// The user as the ledger of the company entered names them.
    pub fn user(&self) -> Result<&User, VaultError> {
        Ok(&self.entered()?.user)
    }

    /// Id of the company entered.
    pub fn company(&self) -> Result<&str, VaultError> {
        Ok(&self.entered()?.company)
    }

    /// What the user may do in the company entered.
    pub fn grant(&self) -> Result<&Grant, VaultError> {
        Ok(&self.entered()?.grant)
    }

    /// The company's key: signs companions, whitelist entries, bundles and checkpoints.
    pub fn signing_key(&self) -> Result<&SigningKey, VaultError> {
        Ok(&self.entered()?.signing)
    }

    pub fn verifying_key(&self) -> Result<VerifyingKey, VaultError> {
        Ok(self.signing_key()?.verifying_key())
    }

    pub(crate) fn entered(&self) -> Result<&Entered, VaultError> {
        self.entered.as_ref().ok_or(VaultError::NoCompany)
    }

    pub(crate) fn leave(&mut self) -> Option<Entered> {
        self.entered.take()
    }

    pub(crate) fn began(&self) -> u64 {
        self.began
    }

    pub(crate) fn pc(&self) -> &str {
        &self.pc
    }

    pub(crate) fn today(&self) -> Date {
        self.today.get()
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Limits in days are judged by the newest time a request brought.
    pub fn seen(&self, now: Moment) {
        if let Ok(today) = day(now) {
            self.today.set(today);
        }
    }

    /// Opens every key that the grant goes with.
    pub(crate) fn unlock(&self, door: Door<'_>, keyring: &Keyring) -> Result<Entered, VaultError> {
        let user = self.account.id;
        let open = |secret| keyring.open(door.company, secret, user, &self.identity);
        let missing = |secret| door.keys_due && !keyring.has(door.company, secret, user);
        let number = Secret::NumberKey(door.generation);
        let needs_number = crate::rights::holds_number_key(&door.grant);
        if missing(Secret::SigningKey) || needs_number && missing(number) {
            return Err(VaultError::KeysNotGiven);
        }
        let signing = open(Secret::SigningKey)?
            .map(|seed| Box::new(SigningKey::from_bytes(seed.bytes())))
            .filter(|key| key.verifying_key().as_bytes() == &door.signing_public)
            .ok_or(VaultError::Damaged("the signing key"))?;
        let number_key = open(number)?.map(|key| NumberKey::new(door.generation, key));
        if needs_number && number_key.is_none() {
            return Err(VaultError::Damaged("the number key"));
        }
        Ok(Entered {
            company: door.company.to_owned(),
            user: self.account.ledger_user(door.grant.role()),
            grant: door.grant,
            number_key: RefCell::new(number_key),
            signing,
            indexes: RefCell::default(),
            bins: RefCell::default(),
        })
    }

    /// Opens the number key anew if another session replaced it since.
    pub(crate) fn refresh(&self, conn: &Connection, keyring: &Keyring) -> Result<(), VaultError> {
        let Ok(entered) = self.entered() else {
            return Ok(());
        };
        let mut key = entered.number_key.borrow_mut();
        let Some(held) = key.as_ref().map(|key| key.generation) else {
            return Ok(());
        };
        let company = &entered.company;
        let current: u32 = conn
            .prepare_cached("SELECT key_generation FROM companies WHERE id = ?1")?
            .query_row([company], |r| r.get(0))?;
        if held != current {
            let secret = Secret::NumberKey(current);
            let opened = keyring.open(company, secret, self.account.id, &self.identity)?;
            *key = opened.map(|key| NumberKey::new(current, key));
        }
        Ok(())
    }

    pub(crate) fn enter(&mut self, entered: Entered) {
        self.entered = Some(entered);
    }
}

/// The day in Japan.
pub(crate) fn day(now: Moment) -> Result<Date, VaultError> {
    Date::in_japan(now.unix_seconds).map_err(|_| VaultError::ClockImplausible)
}
