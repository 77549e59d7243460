//! 利用目的の通知: who was told when, how and in which wording what the numbers are for.
//!
//! A number is collected for purposes that were notified or published (個人情報保護法21条).
//! The law wants that before a number is taken in writing from the person, and promptly
//! after one came another way; and it lets nobody widen the purposes of a number already
//! held without telling (番号法9条, ガイドライン第4-1-(1)). So here:
//!
//! - purposes are added to a number that is held only after they were notified: otherwise
//!   [`RuleError::PurposeNotNotified`];
//! - a first number may come before its notice was recorded, because the notice may have
//!   been given long before this vault (就業規則); then the person stands in
//!   [`Vault::unnotified`] until it is recorded. A company that wants the stricter order
//!   switches [`Vault::set_notice_first`] on, and the first number is refused as well.

use super::{Kept, RuleError, page_size, particulars};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, PersonId, Session, Vault, VaultError, numbers};
use ledger::Event;
use mynumber::collection::NotificationMethod;
use mynumber::people::PersonKind;
use mynumber::rights::{Operation, Target};
use mynumber::{Date, Label, Purpose};
use rusqlite::Connection;
use std::collections::{BTreeSet, HashMap};

/// Who was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Person(PersonId),
    /// Everybody of a kind at once: by the work rules, on the company's LAN.
    All(PersonKind),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationFields {
    pub audience: Audience,
    pub on: Date,
    pub method: NotificationMethod,
    /// Which wording: the version of the document or of the rules.
    pub version: Label,
    pub purposes: Vec<Purpose>,
    /// The person signed for it (受領署名).
    pub signed_for: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub id: i64,
    pub fields: NotificationFields,
    /// Who recorded it.
    pub recorded_by: String,
}

/// Somebody whose number serves purposes that no notice on record names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unnotified {
    pub person: PersonId,
    pub name: String,
    pub purposes: Vec<Purpose>,
}

impl Vault {
    /// Records that one person, or everybody of a kind, was told.
    pub fn record_notification(
        &mut self,
        session: &Session,
        fields: &NotificationFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        match fields.audience {
            Audience::Person(person) => {
                session.seen(now);
                session.allow_person(&self.conn, Operation::Change, person)?
            }
            Audience::All(_) => session.allow(Operation::Change, &Target::Company)?,
        }
        if fields.purposes.is_empty() {
            return Err(RuleError::NoPurpose.into());
        }
        super::not_ahead(session, fields.on)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let kept = insert(tx, session, fields)?;
            Ok(Recorded::of(kept, lines(tx.conn(), session, fields)?))
        })
    }

    /// What this person was told, alone or with everybody, newest first.
    pub fn notifications(
        &self,
        session: &Session,
        person: PersonId,
    ) -> Result<Vec<Notification>, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT n.id, n.person_id, n.audience, n.on_date, n.method, n.version, n.purposes,
                    n.signed_for, n.user_name
             FROM notifications n JOIN people p ON p.id = ?1
             WHERE n.company_id = p.company_id AND (n.person_id = p.id OR n.audience = p.kind)
             ORDER BY n.on_date DESC, n.id DESC",
        )?;
        let rows = statement.query_map([person], |r| {
            let audience = match r.get(1)? {
                Some(person) => Audience::Person(person),
                None => Audience::All(super::coded(r, 2, PersonKind::from_code)?),
            };
            Ok(Notification {
                id: r.get(0)?,
                fields: NotificationFields {
                    audience,
                    on: super::date(r, 3)?,
                    method: super::coded(r, 4, NotificationMethod::from_code)?,
                    version: super::text(r, 5)?,
                    purposes: super::codes(r, 6, Purpose::from_code)?,
                    signed_for: r.get(7)?,
                },
                recorded_by: r.get(8)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whose numbers serve purposes that no notice on record names, in the user's scope.
    pub fn unnotified(
        &self,
        session: &Session,
        offset: u32,
        limit: u16,
    ) -> Result<Page<Unnotified>, VaultError> {
        session.allow_listing()?;
        let (grant, company) = (session.grant()?, session.company()?);
        let told_to_all = told_to_all(&self.conn, company)?;
        let told_alone = told_alone(&self.conn, company)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT p.id, p.name, n.purposes, p.kind, d.employee_id, e.department_id
             FROM numbers n JOIN people p ON p.id = n.person_id
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             WHERE n.company_id = ?1 AND n.destroyed_unix IS NULL ORDER BY p.sort_key, p.id",
        )?;
        let mut rows = statement.query([company])?;
        let mut page = super::Pager::new(offset, page_size(limit));
        while let Some(row) = rows.next()? {
            let person: PersonId = row.get(0)?;
            let target = Target::person(person)
                .of_employee(row.get(4)?)
                .in_department(row.get(5)?);
            if !grant.lists(&target) {
                continue;
            }
            let mut purposes = numbers::purposes(&row.get::<_, String>(2)?)?;
            let kind: String = row.get(3)?;
            let alone = told_alone.get(&person);
            purposes.retain(|p| {
                let told = alone.is_some_and(|told| told.contains(p));
                !told && !told_to_all.contains(&(kind.clone(), *p))
            });
            if !purposes.is_empty() {
                page.push(|| {
                    Ok::<_, rusqlite::Error>(Unnotified {
                        person,
                        name: row.get(1)?,
                        purposes,
                    })
                })?;
            }
        }
        Ok(page.finish())
    }

    /// Whether even a first number is refused before its purposes were notified.
    pub fn notice_first(&self, session: &Session) -> Result<bool, VaultError> {
        notice_first(&self.conn, session.company()?)
    }

    pub fn set_notice_first(
        &mut self,
        session: &Session,
        on: bool,
        now: Moment,
    ) -> Result<(), VaultError> {
        self.set_company_flag(session, "notice_first", on, now)
    }
}

/// Refuses purposes that a number may not get yet. `held` are those of the number the
/// person has.
pub(crate) fn may_serve(
    tx: &Tx<'_>,
    company: &str,
    person: PersonId,
    held: Option<&[Purpose]>,
    wanted: &[Purpose],
) -> Result<(), VaultError> {
    let added: Vec<_> = match held {
        Some(held) => wanted
            .iter()
            .copied()
            .filter(|p| !held.contains(p))
            .collect(),
        None if notice_first(tx.conn(), company)? => wanted.to_vec(),
        None => return Ok(()),
    };
    if missing(tx.conn(), person, &added)?.is_empty() {
        Ok(())
    } else {
        Err(RuleError::PurposeNotNotified.into())
    }
}

/// Those of `purposes` that no notice on record names for this person.
fn missing(
    conn: &Connection,
    person: PersonId,
    purposes: &[Purpose],
) -> Result<Vec<Purpose>, VaultError> {
    if purposes.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare_cached(
        "SELECT n.purposes FROM notifications n JOIN people p ON p.id = ?1
         WHERE n.company_id = p.company_id AND (n.person_id = p.id OR n.audience = p.kind)",
    )?;
    let mut rows = statement.query([person])?;
    let mut told = BTreeSet::new();
    while let Some(row) = rows.next()? {
        told.extend(numbers::purposes(&row.get::<_, String>(0)?)?);
    }
    Ok(purposes
        .iter()
        .copied()
        .filter(|p| !told.contains(p))
        .collect())
}

/// What everybody of a kind was told, by the kind's code.
fn told_to_all(
    conn: &Connection,
    company: &str,
) -> Result<BTreeSet<(String, Purpose)>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT audience, purposes FROM notifications
         WHERE company_id = ?1 AND audience IS NOT NULL",
    )?;
    let mut rows = statement.query([company])?;
    let mut told = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let purposes = numbers::purposes(&row.get::<_, String>(1)?)?;
        told.extend(purposes.into_iter().map(|p| (kind.clone(), p)));
    }
    Ok(told)
}

/// What single people were told.
fn told_alone(
    conn: &Connection,
    company: &str,
) -> Result<HashMap<PersonId, BTreeSet<Purpose>>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT person_id, purposes FROM notifications
         WHERE company_id = ?1 AND person_id IS NOT NULL",
    )?;
    let mut rows = statement.query([company])?;
    let mut told: HashMap<PersonId, BTreeSet<Purpose>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let purposes = numbers::purposes(&row.get::<_, String>(1)?)?;
        told.entry(row.get(0)?).or_default().extend(purposes);
    }
    Ok(told)
}

/// Whether the company wants a first number only from people who were told.
pub(crate) fn notice_first(conn: &Connection, company: &str) -> Result<bool, VaultError> {
    Ok(conn
        .prepare_cached("SELECT notice_first FROM companies WHERE id = ?1")?
        .query_row([company], |r| r.get(0))?)
}

fn insert(tx: &Tx<'_>, session: &Session, fields: &NotificationFields) -> Result<Kept, VaultError> {
    let (person, audience) = match fields.audience {
        Audience::Person(person) => (Some(person), None),
        Audience::All(kind) => (None, Some(kind.code())),
    };
    let purposes: Vec<_> = fields.purposes.iter().map(|p| p.code()).collect();
    tx.execute(
        "INSERT INTO notifications (company_id, person_id, audience, on_date, method, version,
         purposes, signed_for, user_id, user_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (
            session.company()?,
            person,
            audience,
            fields.on.to_string(),
            fields.method.code(),
            fields.version.as_str(),
            purposes.join(","),
            fields.signed_for,
            session.user()?.id,
            &session.user()?.name,
        ),
    )?;
    Ok(Kept::first(tx.conn().last_insert_rowid()))
}

/// One line for each purpose, or one for everybody with how many they are.
fn lines(
    conn: &Connection,
    session: &Session,
    fields: &NotificationFields,
) -> Result<Vec<Line>, VaultError> {
    match fields.audience {
        Audience::Person(person) => {
            let subject = particulars::subject(conn, session.company()?, person)?;
            let note = |p: &Purpose| {
                Note::new(Event::PurposeNotified)
                    .about(subject.clone())
                    .purpose(*p)
            };
            Ok(fields.purposes.iter().map(|p| Line::ok(note(p))).collect())
        }
        Audience::All(kind) => {
            let count: u32 = conn.query_row(
                "SELECT count(*) FROM people WHERE company_id = ?1 AND kind = ?2",
                (session.company()?, kind.code()),
                |r| r.get(0),
            )?;
            let note = |p: &Purpose| {
                Note::new(Event::PurposesNotifiedToAll)
                    .purpose(*p)
                    .count(count)
                    .document(kind.code())
            };
            Ok(fields.purposes.iter().map(|p| Line::ok(note(p))).collect())
        }
    }
}
