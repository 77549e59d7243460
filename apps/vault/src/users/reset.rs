//! Another passphrase for a user who lost theirs, and the recovery words with it.
//!
//! Nobody but the user can open the user's identity, so the user gets a new one. What the
//! old one could open it no longer can: its wrappings are gone, the companies' keys are
//! sealed to the new one by the manager who holds them, and a number key the user had is
//! replaced, as it is when a user is removed.

use super::not_oneself;
use crate::keyring::Secret;
use crate::keys::{Identity, Key};
use crate::login::Wrappings;
use crate::pending::Act;
use crate::session::NumberKey;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{CompanyId, Moment, Note, Session, UserId, Vault, VaultError, rights, rotation};
use ledger::Event;
use mynumber::rights::{Operation, Target};

/// One of the user's companies, with the keys the manager holds of it.
struct Held {
    company: CompanyId,
    signing: Key,
    /// Of a company where the user's rights come with it.
    number_key: Option<NumberKey>,
}

impl Vault {
    /// Puts a passphrase and recovery words in place of another user's, who has to change
    /// the passphrase at the next login. Waits after wrong ones end. Only who manages the
    /// users of each of the user's companies may; each that wants a second person's word is
    /// asked for it.
    ///
    /// Both secrets are already checked, as in [`crate::UserDraft`].
    pub fn reset_passphrase(
        &mut self,
        session: &Session,
        user: UserId,
        passphrase: &str,
        recovery_words: &str,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        not_oneself(session, user)?;
        let subject = self.managed_user(session, user)?;
        let companies = self.managed_everywhere(session, user)?;
        let act = Act::ResetPassphrase { user };
        let cleared = self.clear_in(session, &companies, &act, now)?;
        let identity = Identity::random()?;
        let public = identity.public();
        let wrappings = Wrappings::make(&identity, &self.id, user, passphrase, recovery_words)?;
        let held = companies
            .into_iter()
            .map(|company| self.held(session, user, company))
            .collect::<Result<Vec<_>, _>>()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut lines = cleared.spend(tx)?;
            wrappings.replace(tx, user, &public)?;
            for held in &held {
                let note = Note::new(Event::PassphraseReset).about(subject.clone());
                lines.push(Line::ok(note).in_ledger_of(&held.company));
                lines.extend(hand_on(tx, held, user, &public)?);
            }
            Ok(Recorded::of((), lines).with_checkpoint())
        })?;
        self.delays.forget(user);
        Ok(())
    }

    fn held(
        &self,
        session: &Session,
        user: UserId,
        company: CompanyId,
    ) -> Result<Held, VaultError> {
        let grant = rights::grant(&self.conn, &company, user)?.ok_or(VaultError::NotFound)?;
        let number_key = rights::holds_number_key(&grant)
            .then(|| self.number_key(session, &company))
            .transpose()?;
        let signing = self.ring.keys.open(
            &company,
            Secret::SigningKey,
            session.user_id(),
            session.identity(),
        )?;
        Ok(Held {
            signing: signing.ok_or(VaultError::Damaged("the signing key"))?,
            company,
            number_key,
        })
    }
}

/// Seals a company's keys to the user's new identity, which stands in the database already.
fn hand_on(
    tx: &Tx<'_>,
    held: &Held,
    user: UserId,
    public: &[u8; 32],
) -> Result<Option<Line>, VaultError> {
    tx.change_keyring(|keyring| {
        keyring.drop_user(&held.company, user);
        keyring.seal(
            &held.company,
            Secret::SigningKey,
            user,
            public,
            &held.signing,
        )
    })?;
    held.number_key
        .as_ref()
        .map(|old| rotation::rotate(tx, &held.company, old))
        .transpose()
}
