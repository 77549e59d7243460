use crate::keys::{Cipher, Identity, Key, Place};
use crate::people::Index;
use crate::{Moment, VaultError, keys};
use ed25519_dalek::{SigningKey, VerifyingKey};
use ledger::User;
use rusqlite::Connection;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Somebody is logged in: holds the opened keys. Dropping it wipes them, and without it
/// no number can be read.
pub struct Session {
    id: String,
    user: User,
    /// [`Moment::steady_seconds`] of the login.
    began: u64,
    company: String,
    generation: u32,
    /// Every generation of the company key that numbers may still be wrapped with.
    company_keys: BTreeMap<u32, Cipher>,
    signing: Box<SigningKey>,
    /// Made at the first search, kept up to date by every change.
    pub(crate) index: RefCell<Option<Index>>,
}

impl Session {
    /// Opens every key that `user` may use.
    pub(crate) fn open(
        conn: &Connection,
        company: &str,
        user: User,
        identity: &Identity,
        now: Moment,
    ) -> Result<Self, VaultError> {
        let mut statement = conn.prepare_cached(
            "SELECT generation, sealed FROM company_keys WHERE company_id = ?1 AND user_id = ?2",
        )?;
        let mut rows = statement.query((company, user.id))?;
        let mut company_keys = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let generation: u32 = row.get(0)?;
            let place = Place::company_key(company, generation, user.id);
            let key = identity
                .open(&place, row.get_ref(1)?.as_blob().unwrap_or_default())
                .ok_or(VaultError::Damaged("a company key"))?;
            company_keys.insert(generation, key.cipher());
        }
        let (generation, public, wrapped): (u32, [u8; 32], Vec<u8>) = conn
            .prepare_cached(
                "SELECT key_generation, signing_public, signing_wrapped FROM companies WHERE id = ?1",
            )?
            .query_row([company], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        let signing = company_keys
            .get(&generation)
            .and_then(|key| key.open_key(&Place::signing_key(company), &wrapped))
            .map(|seed| Box::new(SigningKey::from_bytes(seed.bytes())))
            .filter(|key| key.verifying_key().as_bytes() == &public)
            .ok_or(VaultError::Damaged("the signing key"))?;
        Ok(Self {
            id: keys::random_id()?,
            user,
            began: now.steady_seconds,
            company: company.to_owned(),
            generation,
            company_keys,
            signing,
            index: RefCell::new(None),
        })
    }

    /// Random id of this login, as the ledger has it.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn user(&self) -> &User {
        &self.user
    }

    /// The vault's key: signs companions, whitelist entries, bundles and checkpoints.
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        self.signing.verifying_key()
    }

    pub(crate) fn began(&self) -> u64 {
        self.began
    }

    pub(crate) fn company(&self) -> &str {
        &self.company
    }

    /// The company key that new numbers are wrapped with, and its generation.
    pub(crate) fn current_key(&self) -> Result<(u32, &Cipher), VaultError> {
        Ok((self.generation, self.company_key(self.generation)?))
    }

    pub(crate) fn company_key(&self, generation: u32) -> Result<&Cipher, VaultError> {
        self.company_keys
            .get(&generation)
            .ok_or(VaultError::Damaged("a company key's generation"))
    }
}

/// A fresh company key and signing key for a new company.
pub(crate) struct CompanySecrets {
    pub key: Key,
    pub signing_public: [u8; 32],
    pub signing_wrapped: Vec<u8>,
}

impl CompanySecrets {
    pub(crate) fn random(company: &str) -> Result<Self, VaultError> {
        let key = Key::random()?;
        let seed = Key::random()?;
        let signing = Box::new(SigningKey::from_bytes(seed.bytes()));
        Ok(Self {
            signing_wrapped: key
                .cipher()
                .seal(&Place::signing_key(company), seed.bytes())?,
            signing_public: signing.verifying_key().to_bytes(),
            key,
        })
    }
}
