//! Widening and narrowing what a number may be used for (利用目的の変更), the number itself
//! staying as it is.

use super::{codes, held_purposes, may_serve};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::{RuleError, gate, particulars, unchanged};
use crate::{Moment, Note, PersonId, Saved, Session, Vault, VaultError, retention};
use ledger::Event;
use mynumber::Purpose;
use mynumber::retention::Verdict;
use mynumber::rights::Operation;

impl Vault {
    /// Gives the number held these purposes in place of those it has, with one line in the
    /// ledger for each that came or went; without a difference nothing happens.
    ///
    /// A purpose that comes must be one the law has for this person today and one the
    /// person was told of (ガイドライン第4-1-(1)). One that goes may always go but where the
    /// number would be kept shorter for it ([`RuleError::PurposeStillKeeps`]): the documents
    /// it was used for are kept whatever it may be used for from now on.
    pub fn change_purposes(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        purposes: &[Purpose],
        now: Moment,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        let (_, current) = particulars::kind_of(&self.conn, session.company()?, person)?;
        unchanged(current, revision)?;
        let held = held_purposes(&self.conn, person)?.ok_or(VaultError::NoNumber)?;
        let change = Change::between(&held, purposes)?;
        if change.is_none() {
            return Ok(Saved {
                person,
                revision: current,
            });
        }
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            change.make(tx, session, person, now)?;
            let saved = Saved {
                person,
                revision: current + 1,
            };
            Ok(Recorded::of(saved, change.lines(tx, session, person)?))
        });
        match saved {
            Err(VaultError::MayNotAsk(reason)) => {
                Err(self.refuse_asking(session, Some(person), reason, now))
            }
            other => other,
        }
    }
}

/// What comes and what goes.
struct Change {
    wanted: Vec<Purpose>,
    added: Vec<Purpose>,
    withdrawn: Vec<Purpose>,
}

impl Change {
    /// A number that is held for nothing is to be destroyed, not kept.
    fn between(held: &[Purpose], wanted: &[Purpose]) -> Result<Self, VaultError> {
        if wanted.is_empty() {
            return Err(RuleError::NoPurpose.into());
        }
        let only_in = |these: &[Purpose], others: &[Purpose]| {
            let all = Purpose::ALL.into_iter();
            all.filter(|p| these.contains(p) && !others.contains(p))
                .collect()
        };
        Ok(Self {
            wanted: wanted.to_vec(),
            added: only_in(wanted, held),
            withdrawn: only_in(held, wanted),
        })
    }

    fn is_none(&self) -> bool {
        self.added.is_empty() && self.withdrawn.is_empty()
    }

    fn make(
        &self,
        tx: &Tx<'_>,
        session: &Session,
        person: PersonId,
        now: Moment,
    ) -> Result<(), VaultError> {
        if !self.added.is_empty() {
            gate::may_hold(tx, session, person, &self.added)?;
            may_serve(tx, session, person, &self.added)?;
        }
        let before = retention::verdict(tx.conn(), person)?;
        tx.execute(
            "UPDATE numbers SET purposes = ?2, changed_unix = ?3, changed_by = ?4
             WHERE person_id = ?1 AND destroyed_unix IS NULL",
            (
                person,
                codes(&self.wanted),
                now.unix_seconds,
                session.user_id(),
            ),
        )?;
        let after = retention::verdict(tx.conn(), person)?;
        if let (Some((_, Verdict::Goes(before))), Some((_, Verdict::Goes(after)))) = (before, after)
            && after.keep_until < before.keep_until
        {
            return Err(RuleError::PurposeStillKeeps.into());
        }
        particulars::revise(tx, person)
    }

    fn lines(
        &self,
        tx: &Tx<'_>,
        session: &Session,
        person: PersonId,
    ) -> Result<Vec<Line>, VaultError> {
        let subject = particulars::subject(tx.conn(), session.company()?, person)?;
        let line = |event, purpose: &Purpose| {
            Line::ok(Note::new(event).about(subject.clone()).purpose(*purpose))
        };
        let added = self
            .added
            .iter()
            .map(|p| line(Event::NumberPurposeAdded, p));
        let withdrawn = self
            .withdrawn
            .iter()
            .map(|p| line(Event::NumberPurposeWithdrawn, p));
        Ok(added.chain(withdrawn).collect())
    }
}
