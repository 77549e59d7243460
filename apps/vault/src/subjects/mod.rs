//! Whose numbers a company holds, and what it must keep beside them: people and payees,
//! how far each number's collection is, how it was checked, what people were told it is
//! for, who works with it elsewhere and on what it was carried.
//!
//! - Every row has a revision. A change names the revision it was made from and is refused
//!   with [`VaultError::Changed`] when another came first.
//! - Every change is asked of the user's rights before and is a line of the ledger with it.
//! - What the law or the order of events forbids is a [`RuleError`]; nothing was changed.
//! - Whether a number may be asked for at all is decided in [`gate`], and nowhere else.

pub(crate) mod collection;
mod delegates;
pub(crate) mod departments;
pub(crate) mod dependants;
pub(crate) mod details;
pub(crate) mod employees;
pub(crate) mod gate;
mod identity_checks;
pub(crate) mod index;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod measure;
mod media;
pub(crate) mod notifications;
pub(crate) mod particulars;
pub(crate) mod payees;
mod proprietor;
mod rule;
pub(crate) mod same_person;

pub use collection::*;
pub use delegates::*;
pub use departments::Department;
pub use dependants::*;
pub use details::{Details, Insured};
pub use employees::*;
pub use gate::Asking;
pub use identity_checks::*;
pub use index::EmployeeOrder;
pub use media::*;
pub use notifications::*;
pub use particulars::{FormerName, OtherNames, Particulars, Rename};
pub use payees::*;
pub use proprietor::Proprietor;
pub use rule::RuleError;

use crate::people::stored;
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, Session, Vault, VaultError};
use ledger::{Event, Subject};
use mynumber::Date;
use mynumber::rights::{Operation, Target};
use rusqlite::{Row, ffi};

/// The most rows of one page.
const MAX_PAGE: u16 = 1000;

/// What a row of a register was saved as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: i64,
    /// To be named by the next change.
    pub revision: u32,
}

impl Kept {
    fn first(id: i64) -> Self {
        Self { id, revision: 1 }
    }

    fn next(id: i64, revision: u32) -> Self {
        Self {
            id,
            revision: revision + 1,
        }
    }
}

/// The registers of a company are for all of its users, an auditor too.
fn may_read_registers(session: &Session) -> Result<(), VaultError> {
    session.allow_any(&Operation::ALL)
}

impl Vault {
    /// Sets a yes or no of the company entered; `column` is one of its own.
    fn set_company_flag(
        &mut self,
        session: &Session,
        column: &'static str,
        on: bool,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            tx.execute(
                &format!("UPDATE companies SET {column} = ?2 WHERE id = ?1"),
                (company, on),
            )?;
            let note = company_changed(tx, company)?;
            Ok(Recorded::new((), Line::ok(note)))
        })
    }
}

/// The ledger's note about a setting of the company.
fn company_changed(tx: &Tx<'_>, company: &str) -> Result<Note, VaultError> {
    let name = tx
        .conn()
        .query_row("SELECT name FROM companies WHERE id = ?1", [company], |r| {
            r.get(0)
        })?;
    Ok(Note::new(Event::CompanyChanged).about(Subject::Company {
        id: company.to_owned(),
        name,
    }))
}

/// Counts what a list has and keeps one page of it.
pub(crate) struct Pager<T> {
    total: u64,
    offset: u64,
    limit: usize,
    rows: Vec<T>,
}

impl<T> Pager<T> {
    pub(crate) fn new(offset: u32, limit: u16) -> Self {
        Self {
            total: 0,
            offset: u64::from(offset),
            limit: usize::from(limit),
            rows: Vec::new(),
        }
    }

    /// `row` is made only where it is on the page.
    pub(crate) fn push<E>(&mut self, row: impl FnOnce() -> Result<T, E>) -> Result<(), E> {
        if self.total >= self.offset && self.rows.len() < self.limit {
            self.rows.push(row()?);
        }
        self.total += 1;
        Ok(())
    }

    pub(crate) fn finish(self) -> Page<T> {
        Page {
            total: self.total,
            rows: self.rows,
        }
    }
}

/// A span of days, both inside; without a last day it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Date,
    pub until: Option<Date>,
}

impl Span {
    pub fn contains(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|last| day <= last)
    }
}

pub(crate) fn unchanged(stored: u32, named: u32) -> Result<(), VaultError> {
    if stored == named {
        Ok(())
    } else {
        Err(VaultError::Changed)
    }
}

/// Refuses to record as done what lies ahead.
pub(crate) fn not_ahead(session: &Session, day: Date) -> Result<(), RuleError> {
    match day > session.today() {
        true => Err(RuleError::LiesAhead),
        false => Ok(()),
    }
}

pub(crate) fn page_size(limit: u16) -> u16 {
    limit.min(MAX_PAGE)
}

fn damaged() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), None)
}

pub(crate) fn date(r: &Row<'_>, column: usize) -> rusqlite::Result<Date> {
    stored(Date::parse(&r.get::<_, String>(column)?))
}

pub(crate) fn optional_date(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Date>> {
    let text: Option<String> = r.get(column)?;
    stored(text.map(|t| Date::parse(&t)).transpose())
}

/// A text that was checked when it was written.
pub(crate) fn text<T: TryFrom<String>>(r: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    stored(T::try_from(r.get(column)?))
}

pub(crate) fn optional_text<T: TryFrom<String>>(
    r: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    let text: Option<String> = r.get(column)?;
    stored(text.map(T::try_from).transpose())
}

/// A term of a closed list, by its code.
pub(crate) fn coded<T>(
    r: &Row<'_>,
    column: usize,
    from_code: fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    from_code(&r.get::<_, String>(column)?).ok_or_else(damaged)
}

pub(crate) fn optional_coded<T>(
    r: &Row<'_>,
    column: usize,
    from_code: fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    let code: Option<String> = r.get(column)?;
    code.map(|c| from_code(&c).ok_or_else(damaged)).transpose()
}

/// Terms of a closed list, by their codes with commas between.
fn codes<T, C: FromIterator<T>>(
    r: &Row<'_>,
    column: usize,
    from_code: fn(&str) -> Option<T>,
) -> rusqlite::Result<C> {
    r.get::<_, String>(column)?
        .split(',')
        .filter(|code| !code.is_empty())
        .map(|code| from_code(code).ok_or_else(damaged))
        .collect()
}
