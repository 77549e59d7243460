//! A user's identity under the user's own secrets.

use crate::kdf::Kdf;
use crate::keys::{self, By, Identity, Place, SALT};
use crate::session::Account;
use crate::store::Tx;
use crate::{Moment, UserId, VaultError};

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
