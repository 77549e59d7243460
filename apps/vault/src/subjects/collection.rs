//! 回収: how far the collection of each number is, who was asked and reminded when, who
//! refused, and who is still missing.
//!
//! A refusal is recorded as when the person was asked and that the number was not given;
//! the circumstances need not be told (国税庁FAQ Q1-2), so the remark is optional, and like
//! every text it may not hold a number. Asking again next year is another step.

mod missing;
mod rows;

pub use missing::{MissingFilter, MissingNumber};

use super::{RuleError, gate, particulars, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, PersonId, Session, Vault, VaultError};
use ledger::Event;
use mynumber::collection::{CollectionMethod, CollectionStatus, ContactMethod};
use mynumber::rights::Operation;
use mynumber::{Date, Remark};
use rows::{load, save};
use rusqlite::Connection;

/// What was done about one person's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    Asked,
    Reminded,
    /// 提出拒否
    Refused,
    /// The status changed otherwise.
    Moved,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionStep {
    pub kind: StepKind,
    /// The status afterwards.
    pub status: CollectionStatus,
    pub on: Date,
    pub contact: Option<ContactMethod>,
    pub remark: Option<Remark>,
    /// Who recorded it; empty where it followed from a destruction, whose ledger line tells.
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    pub person: PersonId,
    /// 0 while nothing was done yet.
    pub revision: u32,
    pub status: CollectionStatus,
    /// How the number came.
    pub method: Option<CollectionMethod>,
    pub asked_on: Option<Date>,
    /// 回収期限
    pub due_on: Option<Date>,
    /// The day of the next reminder.
    pub remind_on: Option<Date>,
    pub reminders: u32,
    pub last_reminded_on: Option<Date>,
}

/// Asking for a number, or reminding of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionRequest {
    pub on: Date,
    pub contact: ContactMethod,
    pub due_on: Option<Date>,
    pub remind_on: Option<Date>,
    pub remark: Option<Remark>,
}

/// A step that is no act by itself: received on paper, number checked, sent back, 対象外.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionMove {
    pub status: CollectionStatus,
    /// How the number came.
    pub method: Option<CollectionMethod>,
    pub remark: Option<Remark>,
}

/// 提出拒否の記録
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionRefusal {
    pub on: Date,
    pub contact: ContactMethod,
    pub remark: Option<Remark>,
}

impl Vault {
    pub fn collection(
        &self,
        session: &Session,
        person: PersonId,
    ) -> Result<Collection, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        load(&self.conn, person)
    }

    /// Oldest first.
    pub fn collection_steps(
        &self,
        session: &Session,
        person: PersonId,
    ) -> Result<Vec<CollectionStep>, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT kind, status, on_date, contact, remark, user_name FROM collection_steps
             WHERE person_id = ?1 ORDER BY id",
        )?;
        let rows = statement.query_map([person], |r| {
            Ok(CollectionStep {
                kind: super::coded(r, 0, StepKind::from_code)?,
                status: super::coded(r, 1, CollectionStatus::from_code)?,
                on: super::date(r, 2)?,
                contact: super::optional_coded(r, 3, ContactMethod::from_code)?,
                remark: super::optional_text(r, 4)?,
                by: r.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Records that the person was asked for the number. Refused where the law does not
    /// let anybody ask; the refusal is in the ledger.
    pub fn ask_for_number(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        request: &CollectionRequest,
        now: Moment,
    ) -> Result<u32, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        self.gate_asking(session, person, now)?;
        in_order(session, request)?;
        self.step(session, person, revision, now, |current| {
            current.status = current.status.step(CollectionStatus::Requested)?;
            current.asked_on = Some(request.on);
            current.due_on = request.due_on;
            current.remind_on = request.remind_on;
            current.reminders = 0;
            current.last_reminded_on = None;
            Ok(Done {
                kind: StepKind::Asked,
                on: request.on,
                contact: Some(request.contact),
                remark: request.remark.as_ref(),
                event: Event::CollectionAsked,
            })
        })
    }

    /// Records that somebody who was asked was reminded. `due_on` of the request replaces
    /// the day there was, where it gives one. Refused where nobody may ask any more.
    pub fn remind(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        request: &CollectionRequest,
        now: Moment,
    ) -> Result<u32, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        self.gate_asking(session, person, now)?;
        in_order(session, request)?;
        self.step(session, person, revision, now, |current| {
            if !current.status.is_waiting() {
                return Err(RuleError::NotAsked);
            }
            if current.asked_on.is_some_and(|asked| request.on < asked) {
                return Err(RuleError::DatesContradict);
            }
            current.due_on = request.due_on.or(current.due_on);
            current.remind_on = request.remind_on;
            current.reminders += 1;
            current.last_reminded_on = Some(request.on);
            Ok(Done {
                kind: StepKind::Reminded,
                on: request.on,
                contact: Some(request.contact),
                remark: request.remark.as_ref(),
                event: Event::CollectionReminded,
            })
        })
    }

    /// Records that the person was asked and did not give the number.
    pub fn record_refused(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        refusal: &CollectionRefusal,
        now: Moment,
    ) -> Result<u32, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        self.step(session, person, revision, now, |current| {
            current.status = current.status.step(CollectionStatus::Refused)?;
            let before = current.asked_on.is_some_and(|asked| refusal.on < asked);
            if before || refusal.on > session.today() {
                return Err(RuleError::DatesContradict);
            }
            current.remind_on = None;
            Ok(Done {
                kind: StepKind::Refused,
                on: refusal.on,
                contact: Some(refusal.contact),
                remark: refusal.remark.as_ref(),
                event: Event::CollectionRefused,
            })
        })
    }

    /// Moves on otherwise: received on paper, number checked, sent back, not needed.
    /// 依頼済, 拒否 and 廃棄済 come about by what is done, not by this.
    pub fn move_collection(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        to: &CollectionMove,
        now: Moment,
    ) -> Result<u32, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        let today = session.today();
        self.step(session, person, revision, now, |current| {
            use CollectionStatus::*;
            let CollectionMove {
                status,
                method,
                ref remark,
            } = *to;
            let by_act = matches!(status, Requested | Refused | Destroyed | IdentityChecked);
            if by_act {
                return Err(RuleError::ByItsAct);
            }
            current.status = current.status.step(status)?;
            current.method = method.or(current.method);
            if current.status.is_settled() {
                current.remind_on = None;
            }
            Ok(Done {
                kind: StepKind::Moved,
                on: today,
                contact: None,
                remark: remark.as_ref(),
                event: match status {
                    SentBack => Event::CollectionReturned,
                    NotNeeded => Event::CollectionNotNeeded,
                    _ => Event::CollectionChanged,
                },
            })
        })
    }

    /// Asking and reminding stop at the law's gate; the attempt is in the ledger.
    fn gate_asking(
        &mut self,
        session: &Session,
        person: PersonId,
        now: Moment,
    ) -> Result<(), VaultError> {
        match gate::ask_now(&self.conn, session, person)? {
            Ok(_) => Ok(()),
            Err(reason) => Err(self.refuse_asking(session, Some(person), reason, now)),
        }
    }

    fn step<'a>(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        now: Moment,
        mut change: impl FnMut(&mut Collection) -> Result<Done<'a>, RuleError>,
    ) -> Result<u32, VaultError> {
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut current = load(tx.conn(), person)?;
            unchanged(current.revision, revision)?;
            let done = change(&mut current)?;
            save(tx, session.company()?, Some(session), &current, &done)?;
            let line = line(tx, session, &current, &done)?;
            Ok(Recorded::new(revision + 1, line))
        })
    }
}

/// One step as it is written.
struct Done<'a> {
    kind: StepKind,
    on: Date,
    contact: Option<ContactMethod>,
    remark: Option<&'a Remark>,
    event: Event,
}

impl Done<'_> {
    /// The status follows what was done elsewhere.
    fn moved(on: Date) -> Self {
        Done {
            kind: StepKind::Moved,
            on,
            contact: None,
            remark: None,
            event: Event::CollectionChanged,
        }
    }
}

/// 回収状況 of one person's number.
pub(crate) fn status(conn: &Connection, person: PersonId) -> Result<CollectionStatus, VaultError> {
    Ok(load(conn, person)?.status)
}

/// A number was put in place: the collection begins anew as 回収済（未確認）, whatever it
/// was.
pub(crate) fn after_number(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    method: Option<CollectionMethod>,
) -> Result<(), VaultError> {
    let mut current = load(tx.conn(), person)?;
    current.method = method.or(current.method);
    received(tx, session, current)
}

/// [`after_number`] of somebody who came in this transaction: nothing was done before.
pub(crate) fn first_number(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    method: Option<CollectionMethod>,
) -> Result<(), VaultError> {
    let mut current = Collection::none(person);
    current.method = method;
    received(tx, session, current)
}

fn received(tx: &Tx<'_>, session: &Session, mut current: Collection) -> Result<(), VaultError> {
    current.status = CollectionStatus::Received;
    current.remind_on = None;
    let done = Done::moved(session.today());
    save(tx, session.company()?, Some(session), &current, &done)
}

/// A number was destroyed; the ledger says by whom.
pub(crate) fn after_destruction(
    tx: &Tx<'_>,
    company: &str,
    person: PersonId,
    now: Moment,
) -> Result<(), VaultError> {
    let mut current = load(tx.conn(), person)?;
    current.status = CollectionStatus::Destroyed;
    current.remind_on = None;
    let on = Date::in_japan(now.unix_seconds).map_err(|_| VaultError::ClockImplausible)?;
    save(tx, company, None, &current, &Done::moved(on))
}

/// An identity check was recorded: with a number held it is checked now; failed, what came
/// is sent back. Gives the line where the status changed.
pub(crate) fn after_check(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    passed: bool,
) -> Result<Option<Line>, VaultError> {
    let mut current = load(tx.conn(), person)?;
    let to = match passed {
        true => CollectionStatus::IdentityChecked,
        false => CollectionStatus::SentBack,
    };
    let Ok(status) = current.status.step(to) else {
        return Ok(None);
    };
    current.status = status;
    current.remind_on = None;
    let mut done = Done::moved(session.today());
    if !passed {
        done.event = Event::CollectionReturned;
    }
    save(tx, session.company()?, Some(session), &current, &done)?;
    line(tx, session, &current, &done).map(Some)
}

/// What was done, was done by today; what is to come, comes after it.
fn in_order(session: &Session, request: &CollectionRequest) -> Result<(), VaultError> {
    let before = |day: Option<Date>| day.is_some_and(|day| day < request.on);
    if request.on > session.today() || before(request.due_on) || before(request.remind_on) {
        return Err(RuleError::DatesContradict.into());
    }
    Ok(())
}

fn line(
    tx: &Tx<'_>,
    session: &Session,
    current: &Collection,
    done: &Done<'_>,
) -> Result<Line, VaultError> {
    let subject = particulars::subject(tx.conn(), session.company()?, current.person)?;
    let note = Note::new(done.event).about(subject);
    Ok(Line::ok(match done.event {
        Event::CollectionReminded => note.count(current.reminders),
        Event::CollectionChanged => note.document(current.status.code()),
        _ => note,
    }))
}
