//! Individual numbers: each under its own data key, shown or taken out for a purpose only.

mod purposes;
mod record;
mod sealed;

pub use record::{Entered, FormerNumber, HeldNumber, Identified, NumberRecord, Stamp};
pub(crate) use sealed::{each_held, open, open_row};

use crate::bins;
use crate::keys::{self, Key, Place};
use crate::retention::Confirmation;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::subjects::{RuleError, collection, gate, notifications, particulars, same_person};
use crate::{
    DestroyReason, Moment, Note, NumberDraft, PersonId, Saved, Session, Vault, VaultError,
    retention,
};
use ledger::{Event, Subject};
use mynumber::collection::CollectionMethod;
use mynumber::rights::Operation;
use mynumber::{Date, NumberSource, Purpose, can_hold_from};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashSet;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

impl Vault {
    /// Registers the number of somebody who has none, or replaces it: then the data key of
    /// the old one is destroyed and it is unreadable for good.
    pub fn set_number(
        &mut self,
        session: &Session,
        person: PersonId,
        number: NumberDraft<'_>,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = Holder::load(tx.conn(), session.company()?, person)?;
            let operation = match current.purposes {
                Some(_) => Operation::Change,
                None => Operation::Register,
            };
            session.allow_person(tx.conn(), operation, person)?;
            let lines = put(tx, session, person, &number, now)?;
            particulars::revise(tx, person)?;
            let saved = Saved {
                person,
                revision: current.revision + 1,
            };
            Ok(Recorded::of(saved, lines))
        });
        match saved {
            Err(VaultError::MayNotAsk(reason)) => {
                Err(self.refuse_asking(session, Some(person), reason, now))
            }
            other => other,
        }
    }

    /// The digits, for one of the purposes the number was collected for. The ledger says so
    /// durably before this returns; a purpose that is not allowed is recorded as refused.
    pub fn reveal(
        &mut self,
        session: &Session,
        person: PersonId,
        purpose: Purpose,
        now: Moment,
    ) -> Result<Zeroizing<String>, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Reveal, person)?;
        let current = Holder::load(&self.conn, session.company()?, person)?;
        let note = Note::new(Event::NumberRevealed)
            .about(current.subject)
            .purpose(purpose);
        let purposes = current.purposes.ok_or(VaultError::NoNumber)?;
        if !purposes.contains(&purpose) {
            self.record_refusal(Some(session), &note, "E-302", now)?;
            return Err(VaultError::PurposeNotAllowed);
        }
        session.refresh(&self.conn, &self.ring.keys)?;
        let number = open(&self.conn, session, person)?.ok_or(VaultError::NoNumber)?;
        self.transact(Some(session), Weight::Essential, now, |_| {
            Ok(Recorded::new((), Line::ok(note.clone())))
        })?;
        Ok(number.digits_for(purpose))
    }
}

/// Whose number it is, whatever kind of person.
struct Holder {
    revision: u32,
    subject: Subject,
    /// Of the number there is.
    purposes: Option<Vec<Purpose>>,
}

impl Holder {
    fn load(conn: &Connection, company: &str, person: PersonId) -> Result<Self, VaultError> {
        let (_, revision) = particulars::kind_of(conn, company, person)?;
        Ok(Self {
            revision,
            subject: particulars::subject(conn, company, person)?,
            purposes: held_purposes(conn, person)?,
        })
    }
}

/// Puts a number in place within a transaction, with the lines that tell of it and of the
/// one it replaced. The law's gate stands here: nothing enters that may not be asked for, or
/// for purposes that nobody was told. A number that is replaced is replaced in the person's
/// other capacities, too.
pub(crate) fn put(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    draft: &NumberDraft<'_>,
    now: Moment,
) -> Result<Vec<Line>, VaultError> {
    gate::may_hold(tx, session, person, draft.purposes)?;
    may_serve(tx, session, person, draft.purposes)?;
    for holder in bins::holders(tx, session, draft.number)? {
        if holder != person && !same_person::can_be(tx.conn(), holder, person)? {
            return Err(VaultError::NumberTaken);
        }
    }
    let elsewhere = match open(tx.conn(), session, person)? {
        Some(old) if !bool::from(old.ct_eq(draft.number)) => bins::holders(tx, session, &old)?,
        _ => Vec::new(),
    };
    let mut lines = exchange(tx, session, person, draft, now)?;
    for other in elsewhere.into_iter().filter(|other| *other != person) {
        lines.extend(follow(tx, session, other, draft, now)?);
    }
    Ok(lines)
}

/// Replaces the old number in another capacity of the person whose number changed, for the
/// purposes it has there. What is kept for its documents alone stays: they have the old one.
fn follow(
    tx: &Tx<'_>,
    session: &Session,
    other: PersonId,
    draft: &NumberDraft<'_>,
    now: Moment,
) -> Result<Vec<Line>, VaultError> {
    let purposes = held_purposes(tx.conn(), other)?.unwrap_or_default();
    match gate::may_hold(tx, session, other, &purposes) {
        Err(VaultError::MayNotAsk(_)) => return Ok(Vec::new()),
        may => may?,
    }
    match session.allow_person(tx.conn(), Operation::Change, other) {
        // Who may not is not told of it; the ledger says that the old number stands there.
        Err(VaultError::NotAllowed(denied)) => {
            let about = particulars::subject(tx.conn(), session.company()?, other)?;
            let note = Note::new(Event::NumberReplaced).about(about);
            return Ok(vec![Line::refused(note, denied.error_code())]);
        }
        allowed => allowed?,
    }
    let draft = NumberDraft {
        purposes: &purposes,
        ..*draft
    };
    let lines = exchange(tx, session, other, &draft, now)?;
    particulars::revise(tx, other)?;
    Ok(lines)
}

/// Destroys the number there is, if there is one, and puts this one in its place.
fn exchange(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    draft: &NumberDraft<'_>,
    now: Moment,
) -> Result<Vec<Line>, VaultError> {
    let replaced = held(tx.conn(), person)?;
    let mut lines = Vec::new();
    if replaced {
        let confirmation = Confirmation {
            batch: &keys::random_id()?,
            reason: DestroyReason::Replaced,
            confirmed_by: None,
            plan: None,
        };
        destroy(tx, session, person, confirmation, now)?;
        lines.push(retention::recorded(
            tx.conn(),
            session,
            confirmation.batch,
            1,
        )?);
    }
    place(tx, session, person, draft, now)?;
    retention::number_came(tx, person)?;
    collection::after_number(tx, session, person, method(draft))?;
    let event = match replaced {
        true => Event::NumberReplaced,
        false => Event::NumberRegistered,
    };
    let about = particulars::subject(tx.conn(), session.company()?, person)?;
    lines.insert(0, Line::ok(Note::new(event).about(about)));
    Ok(lines)
}

/// [`put`] for somebody without a number where the caller has asked [`gate::ask`] for the
/// purposes, [`notifications::may_serve`] and [`bins::holders`] for others: for many in one
/// transaction. Gives the id of the number's row.
pub(crate) fn put_first(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    draft: &NumberDraft<'_>,
    since: Since,
    now: Moment,
) -> Result<i64, VaultError> {
    let id = place(tx, session, person, draft, now)?;
    if since != Since::NewInService {
        retention::number_came(tx, person)?;
    }
    let method = method(draft);
    match since {
        Since::Before => collection::after_number(tx, session, person, method)?,
        Since::New | Since::NewInService => {
            collection::first_number(tx, session, person, method)?;
        }
    }
    Ok(id)
}

/// Since when the vault knows somebody who gets a number, so that nothing is looked up of
/// whom nothing can be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    Before,
    /// Came in this transaction.
    New,
    /// Came in this transaction as an employee who has not left: their number has no end.
    NewInService,
}

/// How the number came, where its source says so.
fn method(draft: &NumberDraft<'_>) -> Option<CollectionMethod> {
    draft.source.and_then(NumberSource::collected_by)
}

/// Whether people were told of the purposes as far as they must be.
fn may_serve(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    purposes: &[Purpose],
) -> Result<(), VaultError> {
    let held = held_purposes(tx.conn(), person)?;
    let company = session.company()?;
    notifications::may_serve(tx, company, person, held.as_deref(), purposes)
}

/// Everybody who holds a number of the company entered.
pub(crate) fn holders(
    conn: &Connection,
    session: &Session,
) -> Result<HashSet<PersonId>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT person_id FROM numbers WHERE company_id = ?1 AND destroyed_unix IS NULL",
    )?;
    let rows = statement.query_map([session.company()?], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Seals a number of somebody who has none; gives the id of its row.
fn place(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    draft: &NumberDraft<'_>,
    now: Moment,
) -> Result<i64, VaultError> {
    let valid_from = valid_from(tx.conn(), session, person, draft)?;
    let id = tx.number_id()?;
    let entered = session.entered()?;
    let company = entered.company.as_str();
    let key = entered.number_key.borrow();
    let key = key.as_ref().ok_or(VaultError::NoNumberKey)?;
    let data_key = Key::random()?;
    let wrapped = key.cipher.seal(
        &Place::data_key(company, key.generation, id),
        data_key.bytes(),
    )?;
    let place = Place::number(company, id, person);
    let sealed = data_key.cipher().seal(&place, draft.number.seal_bytes())?;
    tx.execute(
        "INSERT INTO numbers (id, company_id, person_id, sealed, purposes, registered_unix,
         registered_by, source, valid_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            id,
            company,
            person,
            sealed,
            codes(draft.purposes),
            now.unix_seconds,
            session.user_id(),
            draft.source.map(NumberSource::code),
            valid_from.to_string(),
        ),
    )?;
    tx.execute(
        "INSERT INTO data_keys (number_id, wrapped) VALUES (?1, ?2)",
        (id, wrapped),
    )?;
    bins::placed(tx, session, draft.number, id)?;
    Ok(id)
}

/// From which day the number holds: [`RuleError::ValidFromImpossible`] where none could.
fn valid_from(
    conn: &Connection,
    session: &Session,
    person: PersonId,
    draft: &NumberDraft<'_>,
) -> Result<Date, VaultError> {
    let Some(day) = draft.valid_from else {
        return Ok(session.today());
    };
    let born = particulars::load(conn, person)?.birth_date;
    match can_hold_from(day, born, session.today()) {
        true => Ok(day),
        false => Err(RuleError::ValidFromImpossible.into()),
    }
}

/// Destroys a person's number, its data key and, at the end of the transaction, the number
/// key that wrapped it; a tombstone and a line of the deletion record stay.
/// [`VaultError::NoNumber`] where there is none.
pub(crate) fn destroy(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    confirmation: Confirmation<'_>,
    now: Moment,
) -> Result<(), VaultError> {
    let (number, company): (i64, String) = tx
        .conn()
        .prepare_cached(
            "SELECT id, company_id FROM numbers WHERE person_id = ?1 AND destroyed_unix IS NULL",
        )?
        .query_row([person], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?
        .ok_or(VaultError::NoNumber)?;
    retention::record(tx, session, "n.id = ?1", number, confirmation, now)?;
    tx.execute("DELETE FROM data_keys WHERE number_id = ?1", [number])?;
    tx.execute(
        "UPDATE numbers SET sealed = NULL, destroyed_unix = ?2 WHERE id = ?1",
        (number, now.unix_seconds),
    )?;
    tx.execute(
        "INSERT INTO tombstones (company_id, number_id, person_id, destroyed_unix, reason)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            &company,
            number,
            person,
            now.unix_seconds,
            confirmation.reason.code(),
        ),
    )?;
    collection::after_destruction(tx, &company, person, now)?;
    tx.number_destroyed();
    Ok(())
}

/// [`destroy`] for the numbers whose ids the query `these` gives for `id`, all of them held:
/// one statement each. What becomes of their collections is the caller's.
pub(crate) fn destroy_all(
    tx: &Tx<'_>,
    session: &Session,
    these: &str,
    id: &str,
    confirmation: Confirmation<'_>,
    now: Moment,
) -> Result<(), VaultError> {
    let which = format!("n.id IN ({these})");
    retention::record(tx, session, &which, id, confirmation, now)?;
    tx.execute(
        &format!(
            "INSERT INTO tombstones (company_id, number_id, person_id, destroyed_unix, reason)
             SELECT company_id, id, person_id, ?2, ?3 FROM numbers WHERE id IN ({these})"
        ),
        (id, now.unix_seconds, confirmation.reason.code()),
    )?;
    tx.execute(
        &format!("DELETE FROM data_keys WHERE number_id IN ({these})"),
        [id],
    )?;
    tx.execute(
        &format!("UPDATE numbers SET sealed = NULL, destroyed_unix = ?2 WHERE id IN ({these})"),
        (id, now.unix_seconds),
    )?;
    tx.number_destroyed();
    Ok(())
}

/// Whether the vault has a number of this person.
pub(crate) fn held(conn: &Connection, person: PersonId) -> Result<bool, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM numbers WHERE person_id = ?1 AND destroyed_unix IS NULL)",
        )?
        .query_row([person], |r| r.get(0))?)
}

/// The purposes of the number a person has; `None` without one.
fn held_purposes(conn: &Connection, person: PersonId) -> Result<Option<Vec<Purpose>>, VaultError> {
    let codes: Option<String> = conn
        .prepare_cached(
            "SELECT purposes FROM numbers WHERE person_id = ?1 AND destroyed_unix IS NULL",
        )?
        .query_row([person], |r| r.get(0))
        .optional()?;
    codes.map(|codes| purposes(&codes)).transpose()
}

/// Each once, with commas between, in the order of [`Purpose::ALL`].
fn codes(purposes: &[Purpose]) -> String {
    let codes: Vec<_> = Purpose::ALL
        .into_iter()
        .filter(|p| purposes.contains(p))
        .map(Purpose::code)
        .collect();
    codes.join(",")
}

/// Purposes from their codes with commas between; the empty text is none.
pub(crate) fn purposes(codes: &str) -> Result<Vec<Purpose>, VaultError> {
    codes
        .split(',')
        .filter(|c| !c.is_empty())
        .map(|c| Purpose::from_code(c).ok_or(VaultError::Damaged("a purpose")))
        .collect()
}
