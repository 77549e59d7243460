//! 持出管理簿: the media and papers that carry numbers outside the vault's database, where
//! each one is, and how it ended. Carrying one inside the office counts too
//! (ガイドライン別添1 C-b, E-c, E-d).

use super::{Kept, RuleError, not_ahead, page_size, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, Session, Vault, VaultError};
use ledger::{Event, Subject};
use mynumber::rights::{Operation, Target};
use mynumber::{Date, Destruction, Label, MediumKind, PersonName, Remark};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

pub type MediumId = i64;

/// A medium as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediumFields {
    /// What is written on it (媒体番号).
    pub label: Label,
    pub kind: MediumKind,
    /// 保管責任者
    pub holder: PersonName,
    /// 保管場所
    pub kept_at: Remark,
}

/// Taking a medium out (持出し).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TripDraft {
    pub on: Date,
    pub carrier: PersonName,
    pub destination: Remark,
    /// Why.
    pub reason: Remark,
    /// What protects it on the way: 施錠できる搬送容器, 封緘, ….
    pub container: Remark,
    pub due_back: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    pub draft: TripDraft,
    pub back_on: Option<Date>,
}

/// 紛失. Whether it must be reported (漏えい等報告) is for people to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The day it was noticed.
    pub on: Date,
    /// What is known of it.
    pub remark: Option<Remark>,
}

/// A loss, and since when the medium is back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub lost: Lost,
    pub found_on: Option<Date>,
}

/// The end of a medium.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    pub on: Date,
    pub how: Destruction,
    /// 確認者, who saw it.
    pub confirmed_by: PersonName,
    /// Where somebody else did it: the certificate's name or mark.
    pub certificate: Option<Remark>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Medium {
    pub id: MediumId,
    pub revision: u32,
    pub fields: MediumFields,
    /// Where it is now, if it is out.
    pub out: Option<TripDraft>,
    /// Since when nobody knows where it is.
    pub lost: Option<Lost>,
    pub destroyed: Option<Destroyed>,
}

impl Medium {
    /// Out, and the day it should be back has passed.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.out
            .as_ref()
            .and_then(|trip| trip.due_back)
            .is_some_and(|due| due < today)
    }
}

/// Which media a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFilter {
    All,
    /// Those that are out, the one due first at the top.
    Out,
    /// Those out beyond the day they should be back.
    Overdue,
    /// Those nobody knows where they are, the one lost first at the top.
    Lost,
}

const MEDIA: &str = "SELECT m.id, m.revision, m.label, m.kind, m.holder, m.kept_at,
     m.destroyed_on, m.destroyed_how, m.destroyed_confirmed_by, m.destroyed_certificate,
     t.out_on, t.carrier, t.destination, t.reason, t.container, t.due_back,
     l.lost_on, l.remark
     FROM media m LEFT JOIN media_trips t ON t.medium_id = m.id AND t.back_on IS NULL
     LEFT JOIN media_losses l ON l.medium_id = m.id AND l.found_on IS NULL";

impl Vault {
    /// `limit` counts up to 1000.
    pub fn media(
        &self,
        session: &Session,
        filter: MediaFilter,
        offset: u32,
        limit: u16,
    ) -> Result<Page<Medium>, VaultError> {
        super::may_read_registers(session)?;
        let (condition, order) = match filter {
            MediaFilter::All => ("1", "m.destroyed_on IS NOT NULL, m.label, m.id"),
            MediaFilter::Out => ("t.id IS NOT NULL", "t.due_back IS NULL, t.due_back, m.id"),
            MediaFilter::Overdue => ("t.due_back < :today", "t.due_back, m.id"),
            MediaFilter::Lost => ("l.id IS NOT NULL", "l.lost_on, m.id"),
        };
        let company = session.company()?;
        let today = session.today().to_string();
        let total: i64 = self.conn.query_row(
            &format!(
                "SELECT count(*) FROM media m
                 LEFT JOIN media_trips t ON t.medium_id = m.id AND t.back_on IS NULL
                 LEFT JOIN media_losses l ON l.medium_id = m.id AND l.found_on IS NULL
                 WHERE m.company_id = :company AND :today <> '' AND {condition}"
            ),
            named_params! { ":company": company, ":today": today },
            |r| r.get(0),
        )?;
        let mut statement = self.conn.prepare_cached(&format!(
            "{MEDIA} WHERE m.company_id = :company AND :today <> '' AND {condition}
             ORDER BY {order} LIMIT :limit OFFSET :offset"
        ))?;
        let rows = statement.query_map(
            named_params! {
                ":company": company, ":today": today,
                ":limit": page_size(limit), ":offset": offset,
            },
            read,
        )?;
        Ok(Page {
            total: total as u64,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    pub fn medium(&self, session: &Session, id: MediumId) -> Result<Medium, VaultError> {
        super::may_read_registers(session)?;
        load(&self.conn, session.company()?, id)
    }

    /// Where it was, newest first.
    pub fn trips(&self, session: &Session, id: MediumId) -> Result<Vec<Trip>, VaultError> {
        super::may_read_registers(session)?;
        load(&self.conn, session.company()?, id)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT out_on, carrier, destination, reason, container, due_back, back_on
             FROM media_trips WHERE medium_id = ?1 ORDER BY id DESC",
        )?;
        let rows = statement.query_map([id], |r| {
            Ok(Trip {
                draft: trip(r, 0)?,
                back_on: super::optional_date(r, 6)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How often it was lost, newest first.
    pub fn losses(&self, session: &Session, id: MediumId) -> Result<Vec<Loss>, VaultError> {
        super::may_read_registers(session)?;
        load(&self.conn, session.company()?, id)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT lost_on, remark, found_on FROM media_losses WHERE medium_id = ?1
             ORDER BY id DESC",
        )?;
        let rows = statement.query_map([id], |r| {
            Ok(Loss {
                lost: Lost {
                    on: super::date(r, 0)?,
                    remark: super::optional_text(r, 1)?,
                },
                found_on: super::optional_date(r, 2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    pub fn register_medium(
        &mut self,
        session: &Session,
        fields: &MediumFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Register, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "INSERT INTO media (company_id, revision, label, kind, holder, kept_at)
                 VALUES (?1, 1, ?2, ?3, ?4, ?5)",
                (
                    session.company()?,
                    fields.label.as_str(),
                    fields.kind.code(),
                    fields.holder.as_str(),
                    fields.kept_at.as_str(),
                ),
            )?;
            let kept = Kept::first(tx.conn().last_insert_rowid());
            let note = Note::new(Event::MediumAdded).about(subject(kept.id, fields));
            Ok(Recorded::new(kept, Line::ok(note)))
        })
    }

    pub fn change_medium(
        &mut self,
        session: &Session,
        id: MediumId,
        revision: u32,
        fields: &MediumFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_medium(session, (id, revision), now, |tx, _| {
            tx.execute(
                "UPDATE media SET label = ?2, kind = ?3, holder = ?4, kept_at = ?5
                 WHERE id = ?1",
                (
                    id,
                    fields.label.as_str(),
                    fields.kind.code(),
                    fields.holder.as_str(),
                    fields.kept_at.as_str(),
                ),
            )?;
            Ok(Note::new(Event::MediumChanged).about(subject(id, fields)))
        })
    }

    /// Records that it leaves its place.
    pub fn take_out_medium(
        &mut self,
        session: &Session,
        id: MediumId,
        revision: u32,
        trip: &TripDraft,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_medium(session, (id, revision), now, |tx, medium| {
            not_ahead(session, trip.on)?;
            if trip.due_back.is_some_and(|due| due < trip.on) {
                return Err(RuleError::DatesContradict.into());
            }
            at_its_place(medium)?;
            tx.execute(
                "INSERT INTO media_trips (medium_id, out_on, carrier, destination, reason,
                 container, due_back) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                (
                    id,
                    trip.on.to_string(),
                    trip.carrier.as_str(),
                    trip.destination.as_str(),
                    trip.reason.as_str(),
                    trip.container.as_str(),
                    trip.due_back.map(|d| d.to_string()),
                ),
            )?;
            let number = tx.conn().last_insert_rowid();
            Ok(Note::new(Event::MediumOut)
                .about(subject(id, &medium.fields))
                .document(&number.to_string()))
        })
    }

    /// Records that nobody knows where it is, in or out.
    pub fn lose_medium(
        &mut self,
        session: &Session,
        id: MediumId,
        revision: u32,
        lost: &Lost,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_medium(session, (id, revision), now, |tx, medium| {
            not_ahead(session, lost.on)?;
            if medium.lost.is_some() {
                return Err(RuleError::MediumLost.into());
            }
            tx.execute(
                "INSERT INTO media_losses (medium_id, lost_on, remark) VALUES (?1, ?2, ?3)",
                (
                    id,
                    lost.on.to_string(),
                    lost.remark.as_ref().map(Remark::as_str),
                ),
            )?;
            Ok(Note::new(Event::MediumLost).about(subject(id, &medium.fields)))
        })
    }

    /// Records that it is back in its place; one that was lost is found.
    pub fn bring_back_medium(
        &mut self,
        session: &Session,
        id: MediumId,
        revision: u32,
        on: Date,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_medium(session, (id, revision), now, |tx, medium| {
            not_ahead(session, on)?;
            let since = [
                medium.out.as_ref().map(|trip| trip.on),
                medium.lost.as_ref().map(|lost| lost.on),
            ];
            if since == [None, None] {
                return Err(RuleError::MediumNotOut.into());
            }
            if since.into_iter().flatten().any(|since| on < since) {
                return Err(RuleError::DatesContradict.into());
            }
            tx.execute(
                "UPDATE media_trips SET back_on = ?2 WHERE medium_id = ?1 AND back_on IS NULL",
                (id, on.to_string()),
            )?;
            tx.execute(
                "UPDATE media_losses SET found_on = ?2 WHERE medium_id = ?1 AND found_on IS NULL",
                (id, on.to_string()),
            )?;
            let event = match medium.lost {
                Some(_) => Event::MediumFound,
                None => Event::MediumBack,
            };
            Ok(Note::new(event).about(subject(id, &medium.fields)))
        })
    }

    /// Records how a medium was made unreadable for good. It must be back.
    pub fn destroy_medium(
        &mut self,
        session: &Session,
        id: MediumId,
        revision: u32,
        destroyed: &Destroyed,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Delete, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let medium = current(tx, session, id, revision)?;
            not_ahead(session, destroyed.on)?;
            at_its_place(&medium)?;
            if !destroyed.how.ends(medium.fields.kind) {
                return Err(RuleError::NotDestroyedSo.into());
            }
            tx.execute(
                "UPDATE media SET destroyed_on = ?2, destroyed_how = ?3,
                 destroyed_confirmed_by = ?4, destroyed_certificate = ?5,
                 revision = revision + 1 WHERE id = ?1",
                (
                    id,
                    destroyed.on.to_string(),
                    destroyed.how.code(),
                    destroyed.confirmed_by.as_str(),
                    destroyed.certificate.as_ref().map(Remark::as_str),
                ),
            )?;
            let note = Note::new(Event::MediumDestroyed).about(subject(id, &medium.fields));
            Ok(Recorded::new(Kept::next(id, revision), Line::ok(note)))
        })
    }

    /// Changes a medium by `change`: checks right and revision before it, and afterwards
    /// counts it and writes its line.
    fn update_medium(
        &mut self,
        session: &Session,
        (id, revision): (MediumId, u32),
        now: Moment,
        mut change: impl FnMut(&Tx<'_>, &Medium) -> Result<Note, VaultError>,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = current(tx, session, id, revision)?;
            let note = change(tx, &current)?;
            tx.execute(
                "UPDATE media SET revision = revision + 1 WHERE id = ?1",
                [id],
            )?;
            Ok(Recorded::new(Kept::next(id, revision), Line::ok(note)))
        })
    }
}

/// A medium that still is and was not changed meanwhile.
fn current(
    tx: &Tx<'_>,
    session: &Session,
    id: MediumId,
    revision: u32,
) -> Result<Medium, VaultError> {
    let medium = load(tx.conn(), session.company()?, id)?;
    unchanged(medium.revision, revision)?;
    match medium.destroyed {
        None => Ok(medium),
        Some(_) => Err(RuleError::MediumDestroyed.into()),
    }
}

fn at_its_place(medium: &Medium) -> Result<(), RuleError> {
    match (&medium.out, &medium.lost) {
        (_, Some(_)) => Err(RuleError::MediumLost),
        (Some(_), None) => Err(RuleError::MediumOut),
        (None, None) => Ok(()),
    }
}

fn load(conn: &Connection, company: &str, id: MediumId) -> Result<Medium, VaultError> {
    conn.prepare_cached(&format!("{MEDIA} WHERE m.id = ?1 AND m.company_id = ?2"))?
        .query_row((id, company), read)
        .optional()?
        .ok_or(VaultError::NotFound)
}

fn read(r: &Row<'_>) -> rusqlite::Result<Medium> {
    let destroyed = match super::optional_date(r, 6)? {
        Some(on) => Some(Destroyed {
            on,
            how: super::coded(r, 7, Destruction::from_code)?,
            confirmed_by: super::text(r, 8)?,
            certificate: super::optional_text(r, 9)?,
        }),
        None => None,
    };
    let is_out = r.get::<_, Option<String>>(10)?.is_some();
    Ok(Medium {
        id: r.get(0)?,
        revision: r.get(1)?,
        fields: MediumFields {
            label: super::text(r, 2)?,
            kind: super::coded(r, 3, MediumKind::from_code)?,
            holder: super::text(r, 4)?,
            kept_at: super::text(r, 5)?,
        },
        out: is_out.then(|| trip(r, 10)).transpose()?,
        lost: match super::optional_date(r, 16)? {
            Some(on) => Some(Lost {
                on,
                remark: super::optional_text(r, 17)?,
            }),
            None => None,
        },
        destroyed,
    })
}

/// A trip in six columns from `at` on.
fn trip(r: &Row<'_>, at: usize) -> rusqlite::Result<TripDraft> {
    Ok(TripDraft {
        on: super::date(r, at)?,
        carrier: super::text(r, at + 1)?,
        destination: super::text(r, at + 2)?,
        reason: super::text(r, at + 3)?,
        container: super::text(r, at + 4)?,
        due_back: super::optional_date(r, at + 5)?,
    })
}

fn subject(id: MediumId, fields: &MediumFields) -> Subject {
    Subject::Medium {
        id: id.to_string(),
        name: fields.label.as_str().to_owned(),
    }
}
