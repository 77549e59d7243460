//! 個人事業主: the employer who is a natural person. On what is filed the proprietor's own
//! number stands as the payer's, so the company itself holds one more number.

use super::particulars::{self, PARTICULARS, PARTICULARS_COLUMNS, Particulars, Rename};
use super::{RuleError, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, PersonId, Saved, Session, Vault, VaultError, numbers};
use ledger::Event;
use mynumber::Purpose;
use mynumber::people::PersonKind;
use mynumber::rights::{Operation, Target};
use rusqlite::{Connection, OptionalExtension};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proprietor {
    pub id: PersonId,
    pub revision: u32,
    pub particulars: Particulars,
    pub has_number: bool,
    /// For which purposes the number may be used; empty without a number.
    pub purposes: Vec<Purpose>,
}

impl Vault {
    /// Of the company entered; `None` of a corporation, or while nobody is registered.
    pub fn proprietor(&self, session: &Session) -> Result<Option<Proprietor>, VaultError> {
        session.allow_listing()?;
        session.lists(&Target::Company)?;
        load(&self.conn, session.company()?)
    }

    /// Registers the proprietor. A company with a 法人番号 has none.
    pub fn register_proprietor(
        &mut self,
        session: &Session,
        particulars: &Particulars,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow(Operation::Register, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            sole(tx, company)?;
            let kind = PersonKind::Proprietor;
            let person = particulars::insert(tx, company, kind, particulars, "", "")?;
            let subject = particulars::subject(tx.conn(), company, person)?;
            let note = Note::new(Event::ProprietorChanged).about(subject);
            let saved = Saved {
                person,
                revision: 1,
            };
            Ok(Recorded::new(saved, Line::ok(note)))
        })
    }

    /// Corrects the particulars. A name that is another from a day on is
    /// [`Vault::rename_proprietor`].
    pub fn change_proprietor(
        &mut self,
        session: &Session,
        revision: u32,
        particulars: &Particulars,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_the_one(session, revision, now, |tx, current| {
            particulars::update(tx, current.id, particulars, "", "")?;
            Ok(Event::ProprietorChanged)
        })
    }

    /// 改姓: the old name stays in the history with the day.
    pub fn rename_proprietor(
        &mut self,
        session: &Session,
        revision: u32,
        rename: &Rename,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_the_one(session, revision, now, |tx, current| {
            let old = &current.particulars;
            particulars::keep_name(tx, current.id, old, rename.on)?;
            let renamed = Particulars {
                name: rename.name.clone(),
                filing_name: rename.filing_name.clone(),
                kana: rename.kana.clone(),
                ..old.clone()
            };
            particulars::update(tx, current.id, &renamed, "", "")?;
            Ok(Event::PersonRenamed)
        })
    }

    fn change_the_one(
        &mut self,
        session: &Session,
        revision: u32,
        now: Moment,
        mut change: impl FnMut(&Tx<'_>, &Proprietor) -> Result<Event, VaultError>,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            let current = load(tx.conn(), company)?.ok_or(VaultError::NotFound)?;
            unchanged(current.revision, revision)?;
            let event = change(tx, &current)?;
            let subject = particulars::subject(tx.conn(), company, current.id)?;
            let saved = Saved {
                person: current.id,
                revision: revision + 1,
            };
            Ok(Recorded::new(
                saved,
                Line::ok(Note::new(event).about(subject)),
            ))
        })
    }
}

/// Refuses a proprietor where the company is a corporation or has one already.
fn sole(tx: &Tx<'_>, company: &str) -> Result<(), VaultError> {
    let corporate: bool = tx.conn().query_row(
        "SELECT corporate_number IS NOT NULL FROM companies WHERE id = ?1",
        [company],
        |r| r.get(0),
    )?;
    if corporate || load(tx.conn(), company)?.is_some() {
        return Err(RuleError::NoProprietor.into());
    }
    Ok(())
}

fn load(conn: &Connection, company: &str) -> Result<Option<Proprietor>, VaultError> {
    let at = PARTICULARS_COLUMNS;
    let found = conn
        .prepare_cached(&format!(
            "SELECT {PARTICULARS}, p.id, p.revision,
                    (SELECT purposes FROM numbers n
                     WHERE n.person_id = p.id AND n.destroyed_unix IS NULL)
             FROM people p WHERE p.company_id = ?1 AND p.kind = 'proprietor'"
        ))?
        .query_row([company], |r| {
            let codes: Option<String> = r.get(at + 2)?;
            let proprietor = Proprietor {
                id: r.get(at)?,
                revision: r.get(at + 1)?,
                particulars: particulars::read(r, 0)?,
                has_number: codes.is_some(),
                purposes: Vec::new(),
            };
            Ok((proprietor, codes.unwrap_or_default()))
        })
        .optional()?;
    let Some((mut proprietor, codes)) = found else {
        return Ok(None);
    };
    proprietor.purposes = numbers::purposes(&codes)?;
    Ok(Some(proprietor))
}
