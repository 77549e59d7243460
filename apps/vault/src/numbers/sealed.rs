//! Numbers out of their seals: one, or all that a company holds.

use crate::keys::Place;
use crate::session::NumberKey;
use crate::threads;
use crate::{PersonId, Session, VaultError};
use mynumber::IndividualNumber;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rusqlite::{Connection, OptionalExtension, Row};

/// A number as its row has it.
struct Sealed {
    id: i64,
    person: PersonId,
    /// The number's data key under the company's.
    wrapped: Vec<u8>,
    /// The number under its data key.
    sealed: Vec<u8>,
}

/// A person's number, decrypted.
pub(crate) fn open(
    conn: &Connection,
    session: &Session,
    person: PersonId,
) -> Result<Option<IndividualNumber>, VaultError> {
    conn.prepare_cached(
        "SELECT n.id, n.person_id, k.wrapped, n.sealed
         FROM numbers n JOIN data_keys k ON k.number_id = n.id
         WHERE n.person_id = ?1 AND n.company_id = ?2 AND n.destroyed_unix IS NULL",
    )?
    .query_row((person, session.company()?), Sealed::read)
    .optional()?
    .map(|row| row.open_for(session))
    .transpose()
}

/// The number of one row of the company entered and who holds it; `None` once it was
/// destroyed.
pub(crate) fn open_row(
    conn: &Connection,
    session: &Session,
    id: i64,
) -> Result<Option<(PersonId, IndividualNumber)>, VaultError> {
    conn.prepare_cached(
        "SELECT n.id, n.person_id, k.wrapped, n.sealed
         FROM numbers n JOIN data_keys k ON k.number_id = n.id
         WHERE n.id = ?1 AND n.company_id = ?2 AND n.destroyed_unix IS NULL",
    )?
    .query_row((id, session.company()?), Sealed::read)
    .optional()?
    .map(|row| Ok((row.person, row.open_for(session)?)))
    .transpose()
}

/// What `of` makes of each number that the company holds and the id of its row, as many at a
/// time as the PC has processors; each number is wiped before its thread's next. Nothing of
/// them may be kept but their [`bins`](crate::bins).
pub(crate) fn each_held<T: Send>(
    conn: &Connection,
    session: &Session,
    of: impl Fn(i64, &IndividualNumber) -> T + Sync,
) -> Result<Vec<T>, VaultError> {
    let entered = session.entered()?;
    let company = entered.company.as_str();
    let rows: Vec<Sealed> = conn
        .prepare_cached(
            "SELECT n.id, n.person_id, k.wrapped, n.sealed
             FROM numbers n JOIN data_keys k ON k.number_id = n.id
             WHERE n.company_id = ?1 AND n.destroyed_unix IS NULL",
        )?
        .query_map([company], Sealed::read)?
        .collect::<Result<_, _>>()?;
    let key = entered.number_key.borrow();
    let key = key.as_ref().ok_or(VaultError::NoNumberKey)?;
    threads::pool()?.install(|| {
        rows.par_iter()
            .map(|row| Ok(of(row.id, &row.open(company, key)?)))
            .collect()
    })
}

impl Sealed {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            person: row.get(1)?,
            wrapped: row.get(2)?,
            sealed: row.get(3)?,
        })
    }

    fn open_for(&self, session: &Session) -> Result<IndividualNumber, VaultError> {
        let entered = session.entered()?;
        let key = entered.number_key.borrow();
        let key = key.as_ref().ok_or(VaultError::NoNumberKey)?;
        self.open(&entered.company, key)
    }

    fn open(&self, company: &str, key: &NumberKey) -> Result<IndividualNumber, VaultError> {
        let damaged = VaultError::Damaged("a number");
        let data_key = key
            .cipher
            .open_key(
                &Place::data_key(company, key.generation, self.id),
                &self.wrapped,
            )
            .ok_or(damaged.clone())?;
        let digits = data_key
            .cipher()
            .open(&Place::number(company, self.id, self.person), &self.sealed)
            .ok_or(damaged.clone())?;
        IndividualNumber::from_sealed(&digits).map_err(|_| damaged)
    }
}
