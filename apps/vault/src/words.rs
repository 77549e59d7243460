//! The dictionary of Japanese input that a user typed in: part of the user's row, so that it is in
//! every snapshot and goes with the user. What is in it only the kiosk's converter knows.

use crate::store::{Line, Recorded, Weight};
use crate::{Moment, Note, Session, UserId, Vault, VaultError};
use ledger::Event;
use rusqlite::OptionalExtension;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

/// The most that is kept for a user, in bytes.
pub const MAX_USER_WORDS: usize = 2 << 20;

impl Vault {
    /// The words of the session's user as they were kept; empty where none were.
    pub fn user_words(&self, session: &Session) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let words: Option<Option<Vec<u8>>> = self
            .conn
            .prepare_cached("SELECT words FROM users WHERE id = ?1")?
            .query_row([session.user_id()], |r| r.get(0))
            .optional()?;
        Ok(Zeroizing::new(words.flatten().unwrap_or_default()))
    }

    /// Keeps these words in place of those that were there; none where they are empty.
    ///
    /// # Errors
    /// [`VaultError::TooMany`] over [`MAX_USER_WORDS`].
    pub fn keep_user_words(
        &mut self,
        session: &Session,
        words: &[u8],
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        if words.len() > MAX_USER_WORDS {
            return Err(VaultError::TooMany("words"));
        }
        if *self.user_words(session)? == words {
            return Ok(());
        }
        let kept = (!words.is_empty()).then_some(words);
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "UPDATE users SET words = ?2 WHERE id = ?1 AND removed_unix IS NULL",
                (session.user_id(), kept),
            )?;
            let note = Note::new(Event::UserWordsChanged);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }

    /// Everybody who may log in: what is kept for a user beside the vault goes with all others.
    pub fn active_users(&self) -> Result<BTreeSet<UserId>, VaultError> {
        let mut statement = self
            .conn
            .prepare_cached("SELECT id FROM users WHERE removed_unix IS NULL")?;
        let ids = statement.query_map([], |r| r.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
