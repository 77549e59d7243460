//! What the vault says of somebody's number without showing it: the number's record
//! (個人番号の記録).

use super::purposes;
use crate::people::stored;
use crate::subjects::{collection, date, optional_coded, particulars};
use crate::{DestroyReason, PersonId, Session, Vault, VaultError};
use mynumber::collection::CollectionStatus;
use mynumber::{Date, NumberSource, Purpose};
use rusqlite::{Connection, OptionalExtension, Row};

/// The most numbers of one person that a record tells of, the one held included. Nobody's
/// number changes that often; what a file may hold is another matter.
const MAX_NUMBERS: u16 = 100;

/// One person's number, those that were before it, and never a digit of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberRecord {
    /// Of the person, as [`Vault::change_purposes`] asks for it.
    pub revision: u32,
    /// 回収状況
    pub status: CollectionStatus,
    pub held: Option<HeldNumber>,
    /// Newest first.
    pub former: Vec<FormerNumber>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNumber {
    pub entered: Entered,
    pub purposes: Vec<Purpose>,
    /// When the purposes were last changed.
    pub changed: Option<Stamp>,
    /// The 本人確認 that this number passed.
    pub identified: Option<Identified>,
}

/// A number that was destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerNumber {
    pub entered: Entered,
    pub purposes: Vec<Purpose>,
    pub destroyed_unix: i64,
    pub reason: DestroyReason,
    /// 実施者 and 確認者, where the deletion record tells: it may be younger than the copy that
    /// was restored.
    pub destroyed_by: Option<String>,
    pub confirmed_by: Option<String>,
}

/// How a number came into the vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    pub at: Stamp,
    /// `None` where nobody said.
    pub source: Option<NumberSource>,
    /// 有効開始日
    pub valid_from: Date,
}

/// When something was done, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub unix_seconds: i64,
    pub user: String,
}

/// When number and person were checked, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identified {
    pub on: Date,
    pub user: String,
}

impl Vault {
    /// The record of somebody's number, for whoever sees the person in lists. It shows no
    /// number, so like the rest of what lists show it is no entry in the ledger.
    pub fn number_record(
        &self,
        session: &Session,
        person: PersonId,
    ) -> Result<NumberRecord, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        let conn = &self.conn;
        let (_, revision) = particulars::kind_of(conn, session.company()?, person)?;
        let status = collection::status(conn, person)?;
        let mut held = held(conn, person)?;
        if let Some(held) = &mut held
            && status == CollectionStatus::IdentityChecked
        {
            held.identified = identified(conn, person)?;
        }
        Ok(NumberRecord {
            revision,
            status,
            held,
            former: former(conn, person)?,
        })
    }
}

/// Columns of `numbers n` and the user `u` who entered it that [`entered`] takes.
const ENTERED: &str = "n.registered_unix, u.name, n.source, n.valid_from, n.purposes";
const ENTERED_COLUMNS: usize = 5;

fn entered(r: &Row<'_>) -> rusqlite::Result<(Entered, Vec<Purpose>)> {
    let entered = Entered {
        at: Stamp {
            unix_seconds: r.get(0)?,
            user: r.get(1)?,
        },
        source: optional_coded(r, 2, NumberSource::from_code)?,
        valid_from: date(r, 3)?,
    };
    Ok((entered, stored(purposes(&r.get::<_, String>(4)?))?))
}

fn held(conn: &Connection, person: PersonId) -> Result<Option<HeldNumber>, VaultError> {
    let at = ENTERED_COLUMNS;
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {ENTERED}, n.changed_unix, c.name
             FROM numbers n JOIN users u ON u.id = n.registered_by
             LEFT JOIN users c ON c.id = n.changed_by
             WHERE n.person_id = ?1 AND n.destroyed_unix IS NULL"
        ))?
        .query_row([person], |r| {
            let (entered, purposes) = entered(r)?;
            let changed: Option<i64> = r.get(at)?;
            let changed = changed.zip(r.get(at + 1)?);
            Ok(HeldNumber {
                entered,
                purposes,
                changed: changed.map(|(unix_seconds, user)| Stamp { unix_seconds, user }),
                identified: None,
            })
        })
        .optional()?)
}

/// Who destroyed them is in the deletion record, which a number destroyed by a tombstone of
/// a restore may lack.
fn former(conn: &Connection, person: PersonId) -> Result<Vec<FormerNumber>, VaultError> {
    let at = ENTERED_COLUMNS;
    let mut statement = conn.prepare_cached(&format!(
        "SELECT {ENTERED}, n.destroyed_unix, t.reason, d.deleted_by, d.confirmed_by
         FROM numbers n JOIN users u ON u.id = n.registered_by
         JOIN tombstones t ON t.company_id = n.company_id AND t.number_id = n.id
         LEFT JOIN deletions d ON d.person_id = n.person_id AND d.reason = t.reason
              AND d.deleted_unix = t.destroyed_unix
         WHERE n.person_id = ?1 AND n.destroyed_unix IS NOT NULL
         GROUP BY n.id ORDER BY n.destroyed_unix DESC, n.registered_unix DESC LIMIT ?2"
    ))?;
    let rows = statement.query_map((person, MAX_NUMBERS), |r| {
        let (entered, purposes) = entered(r)?;
        let reason: String = r.get(at + 1)?;
        Ok(FormerNumber {
            entered,
            purposes,
            destroyed_unix: r.get(at)?,
            reason: stored(DestroyReason::from_code(&reason).ok_or(()))?,
            destroyed_by: r.get(at + 2)?,
            confirmed_by: r.get(at + 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn identified(conn: &Connection, person: PersonId) -> Result<Option<Identified>, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT on_date, user_name FROM identity_checks
             WHERE person_id = ?1 AND passed = 1 AND withdrawn_unix IS NULL
             ORDER BY on_date DESC, id DESC LIMIT 1",
        )?
        .query_row([person], |r| {
            Ok(Identified {
                on: date(r, 0)?,
                user: r.get(1)?,
            })
        })
        .optional()?)
}
