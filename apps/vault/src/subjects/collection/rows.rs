//! How far a number's collection is, in the database.

use super::{Collection, Done, StepKind};
use crate::store::Tx;
use crate::{PersonId, Session, VaultError};
use mynumber::collection::{CollectionMethod, CollectionStatus, ContactMethod};
use mynumber::{Date, Remark};
use rusqlite::{Connection, OptionalExtension};

pub(super) fn save(
    tx: &Tx<'_>,
    company: &str,
    by: Option<&Session>,
    current: &Collection,
    done: &Done<'_>,
) -> Result<(), VaultError> {
    let day = |day: Option<Date>| day.map(|d| d.to_string());
    let user = by.map(Session::user).transpose()?;
    tx.execute(
        "INSERT INTO collections (person_id, company_id, revision, status, method, asked_on,
         due_on, remind_on, reminders, last_reminded_on)
         VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (person_id) DO UPDATE SET revision = revision + 1,
         status = excluded.status, method = excluded.method, asked_on = excluded.asked_on,
         due_on = excluded.due_on, remind_on = excluded.remind_on,
         reminders = excluded.reminders, last_reminded_on = excluded.last_reminded_on",
        (
            current.person,
            company,
            current.status.code(),
            current.method.map(CollectionMethod::code),
            day(current.asked_on),
            day(current.due_on),
            day(current.remind_on),
            current.reminders,
            day(current.last_reminded_on),
        ),
    )?;
    tx.execute(
        "INSERT INTO collection_steps (person_id, kind, status, on_date, contact, remark,
         user_id, user_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            current.person,
            done.kind.code(),
            current.status.code(),
            done.on.to_string(),
            done.contact.map(ContactMethod::code),
            done.remark.map(Remark::as_str),
            user.map(|u| u.id),
            user.map_or("", |u| &u.name),
        ),
    )
    .map(|_| ())
}

pub(super) fn load(conn: &Connection, person: PersonId) -> Result<Collection, VaultError> {
    let stored = conn
        .prepare_cached(
            "SELECT revision, status, method, asked_on, due_on, remind_on, reminders,
                    last_reminded_on FROM collections WHERE person_id = ?1",
        )?
        .query_row([person], |r| {
            Ok(Collection {
                person,
                revision: r.get(0)?,
                status: crate::subjects::coded(r, 1, CollectionStatus::from_code)?,
                method: crate::subjects::optional_coded(r, 2, CollectionMethod::from_code)?,
                asked_on: crate::subjects::optional_date(r, 3)?,
                due_on: crate::subjects::optional_date(r, 4)?,
                remind_on: crate::subjects::optional_date(r, 5)?,
                reminders: r.get(6)?,
                last_reminded_on: crate::subjects::optional_date(r, 7)?,
            })
        })
        .optional()?;
    Ok(stored.unwrap_or(Collection::none(person)))
}

impl Collection {
    /// Nothing was done yet.
    pub(super) const fn none(person: PersonId) -> Self {
        Self {
            person,
            revision: 0,
            status: CollectionStatus::NotRequested,
            method: None,
            asked_on: None,
            due_on: None,
            remind_on: None,
            reminders: 0,
            last_reminded_on: None,
        }
    }
}

impl StepKind {
    pub(super) const fn code(self) -> &'static str {
        match self {
            StepKind::Asked => "asked",
            StepKind::Reminded => "reminded",
            StepKind::Refused => "refused",
            StepKind::Moved => "moved",
        }
    }

    pub(super) fn from_code(code: &str) -> Option<Self> {
        [
            StepKind::Asked,
            StepKind::Reminded,
            StepKind::Refused,
            StepKind::Moved,
        ]
        .into_iter()
        .find(|kind| kind.code() == code)
    }
}
