//! A new number key for a company: what the old one could open, it can no longer.

use crate::keyring::Secret;
use crate::keys::{Key, Place};
use crate::session::{Entered, NumberKey};
use crate::store::{Line, Tx};
use crate::threads;
use crate::{Note, Session, UserId, VaultError, rights};
use ledger::Event;
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};
use rusqlite::{Connection, OptionalExtension};

/// Replaces a company's number key: every data key that remains is wrapped anew, the new
/// key is sealed to the users whose rights need it, and nobody has the old one from the
/// commit on. Gives the ledger's line.
///
/// Comes last in its transaction: it wraps what it finds.
pub(crate) fn rotate(tx: &Tx<'_>, company: &str, old: &NumberKey) -> Result<Line, VaultError> {
    let new = NumberKey::new(old.generation + 1, Key::random()?);
    let count = rewrap(tx, company, old, &new)?;
    tx.execute(
        "UPDATE companies SET key_generation = ?2, rotation_due = 0 WHERE id = ?1",
        (company, new.generation),
    )?;
    let holders = holders(tx.conn(), company)?;
    tx.change_keyring(|keyring| {
        keyring.drop_number_keys(company);
        let secret = Secret::NumberKey(new.generation);
        for (user, public) in &holders {
            keyring.seal(company, secret, *user, public, &new.key)?;
        }
        Ok(())
    })?;
    tx.replace_number_key(company, new);
    let note = Note::new(Event::CompanyKeyRotated).count(count);
    Ok(Line::ok(note).in_ledger_of(company))
}

/// After a restore: seals the signing key of the company entered to every user with a right
/// in it who has none, because the user's identity is not that of the snapshot.
pub(crate) fn give_signing_keys(tx: &Tx<'_>, entered: &Entered) -> Result<(), VaultError> {
    let company = &entered.company;
    let seed = Key::copy_of(entered.signing.as_bytes());
    for (user, _) in rights::grants(tx.conn(), company)? {
        let public = public(tx.conn(), user)?;
        tx.change_keyring(|keyring| {
            if keyring.has(company, Secret::SigningKey, user) {
                return Ok(());
            }
            keyring.seal(company, Secret::SigningKey, user, &public, &seed)
        })?;
    }
    Ok(())
}

/// Whether the company entered waits for somebody who can replace its number key: a restore
/// destroyed numbers in it, or changed who may open them, without any key.
pub(crate) fn is_due(conn: &Connection, session: Option<&Session>) -> Result<bool, VaultError> {
    let Some(entered) = session.and_then(|session| session.entered().ok()) else {
        return Ok(false);
    };
    if entered.number_key.borrow().is_none() {
        return Ok(false);
    }
    // The first transaction of all makes the table only within itself.
    let due = conn
        .prepare_cached("SELECT rotation_due FROM companies WHERE id = ?1")?
        .query_row([&entered.company], |r| r.get(0))
        .optional()?;
    Ok(due.unwrap_or(false))
}

/// How many data keys were wrapped anew.
fn rewrap(tx: &Tx<'_>, company: &str, old: &NumberKey, new: &NumberKey) -> Result<u32, VaultError> {
    let mut wrapped: Vec<(i64, Vec<u8>)> = tx
        .conn()
        .prepare_cached(
            "SELECT k.number_id, k.wrapped FROM numbers n JOIN data_keys k ON k.number_id = n.id
             WHERE n.company_id = ?1 AND n.destroyed_unix IS NULL ORDER BY k.number_id",
        )?
        .query_map([company], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect::<Result<_, _>>()?;
    threads::pool()?.install(|| {
        wrapped.par_iter_mut().try_for_each(|(number, wrapped)| {
            let data_key = old
                .cipher
                .open_key(&Place::data_key(company, old.generation, *number), wrapped)
                .ok_or(VaultError::Damaged("a number's data key"))?;
            let place = Place::data_key(company, new.generation, *number);
            *wrapped = new.cipher.seal(&place, data_key.bytes())?;
            Ok::<_, VaultError>(())
        })
    })?;
    let mut update = tx
        .conn()
        .prepare_cached("UPDATE data_keys SET wrapped = ?2 WHERE number_id = ?1")?;
    for (number, wrapped) in &wrapped {
        update.execute((number, wrapped))?;
    }
    Ok(u32::try_from(wrapped.len()).unwrap_or(u32::MAX))
}

/// Who has the number key by right, with their public identities.
pub(crate) fn holders(
    conn: &Connection,
    company: &str,
) -> Result<Vec<(UserId, [u8; 32])>, VaultError> {
    rights::grants(conn, company)?
        .into_iter()
        .filter(|(_, grant)| rights::holds_number_key(grant))
        .map(|(user, _)| Ok((user, public(conn, user)?)))
        .collect()
}

/// A user's public identity.
pub(crate) fn public(conn: &Connection, user: UserId) -> Result<[u8; 32], VaultError> {
    Ok(conn
        .prepare_cached("SELECT identity_public FROM users WHERE id = ?1")?
        .query_row([user], |r| r.get(0))?)
}
