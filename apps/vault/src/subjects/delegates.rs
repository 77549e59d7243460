//! 委託先: who works with numbers on the company's behalf, under which contract, and what
//! became of the numbers when it ended (番号法10条, 11条).
//!
//! A 再委託 needs the consent of the first delegator, this company, at every step of the
//! chain (番号法10条, ガイドライン第4-2): without the consent's date and document there is
//! no way to register one.

use super::{Kept, RuleError, not_ahead, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, Session, Vault, VaultError};
use ledger::{Event, Subject};
use mynumber::rights::{Operation, Target};
use mynumber::{
    Clause, Clauses, CompanyName, CorporateNumber, Date, DelegateKind, Remark, Settlement,
};
use rusqlite::{Connection, OptionalExtension, Row};

pub type DelegateId = i64;

/// The longest chain of 再委託 that is followed.
const MAX_CHAIN: usize = 16;

/// A contract of delegation as the form has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelegateFields {
    pub name: CompanyName,
    pub kind: DelegateKind,
    pub corporate_number: Option<CorporateNumber>,
    /// 委託する事務の範囲
    pub work: Remark,
    pub contract_from: Date,
    /// Its last day; `None`: until ended.
    pub contract_until: Option<Date>,
    /// What the contract settles, by the check list of ガイドライン第4-2-(1).
    pub clauses: Clauses,
}

/// 再委託の許諾 by the company itself, the first delegator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub on: Date,
    /// Which paper says so: its name or mark.
    pub document: Remark,
}

/// What became of the numbers after the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub on: Date,
    pub how: Settlement,
    /// The certificate the delegate gave: its name or mark.
    pub certificate: Option<Remark>,
}

/// 監督: that the company looked at how a delegate handles numbers (番号法11条).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supervision {
    pub on: Date,
    /// 報告の受領, 実地の調査, ….
    pub how: Remark,
    pub finding: Option<Remark>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegate {
    pub id: DelegateId,
    pub revision: u32,
    pub fields: DelegateFields,
    /// Of a 再委託先: whose delegate it is, and the consent.
    pub under: Option<DelegateId>,
    pub consent: Option<Consent>,
    pub ended_on: Option<Date>,
    pub settled: Option<Settled>,
}

impl Delegate {
    /// What the law wants in the contract and is not there.
    pub fn missing_clauses(&self) -> Vec<Clause> {
        self.fields.clauses.missing()
    }

    /// Ended, and nothing says what became of the numbers.
    pub fn is_unsettled(&self) -> bool {
        self.ended_on.is_some() && self.settled.is_none()
    }

    /// The contract ran out and nobody registered its end.
    pub fn has_run_out(&self, today: Date) -> bool {
        self.ended_on.is_none() && self.fields.contract_until.is_some_and(|last| last < today)
    }
}

const DELEGATES: &str = "SELECT id, revision, name, kind, corporate_number, work, contract_from,
     contract_until, clauses, under_id, consent_on, consent_document, ended_on, settled_on,
     settled_how, settled_certificate FROM delegates";

impl Vault {
    /// Those not ended first, by name. `limit` counts up to 1000.
    pub fn delegates(
        &self,
        session: &Session,
        offset: u32,
        limit: u16,
    ) -> Result<Page<Delegate>, VaultError> {
        super::may_read_registers(session)?;
        let company = session.company()?;
        let total: i64 = self.conn.query_row(
            "SELECT count(*) FROM delegates WHERE company_id = ?1",
            [company],
            |r| r.get(0),
        )?;
        let mut statement = self.conn.prepare_cached(&format!(
            "{DELEGATES} WHERE company_id = ?1 ORDER BY ended_on IS NOT NULL, name, id
             LIMIT ?2 OFFSET ?3"
        ))?;
        let rows = statement.query_map((company, super::page_size(limit), offset), read)?;
        Ok(Page {
            total: total as u64,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    pub fn delegate(&self, session: &Session, id: DelegateId) -> Result<Delegate, VaultError> {
        super::may_read_registers(session)?;
        load(&self.conn, session.company()?, id)
    }

    /// From the company's own delegate down to this one (再委託の連鎖).
    pub fn delegation_chain(
        &self,
        session: &Session,
        id: DelegateId,
    ) -> Result<Vec<Delegate>, VaultError> {
        super::may_read_registers(session)?;
        chain(&self.conn, session.company()?, id)
    }

    pub fn add_delegate(
        &mut self,
        session: &Session,
        fields: &DelegateFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Register, &Target::Company)?;
        in_order(fields)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let id = insert(tx, session.company()?, fields, None)?;
            let note = Note::new(Event::DelegateAdded).about(subject(id, fields));
            Ok(Recorded::new(Kept::first(id), Line::ok(note)))
        })
    }

    /// Registers a 再委託先 under a delegate, with the company's consent to it.
    pub fn add_subdelegate(
        &mut self,
        session: &Session,
        under: DelegateId,
        consent: &Consent,
        fields: &DelegateFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Register, &Target::Company)?;
        in_order(fields)?;
        not_ahead(session, consent.on)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let company = session.company()?;
            let above = chain(tx.conn(), company, under)?;
            if above.len() >= MAX_CHAIN {
                return Err(RuleError::ChainTooLong.into());
            }
            if above.iter().any(|d| d.ended_on.is_some()) {
                return Err(RuleError::DelegationEnded.into());
            }
            let id = insert(tx, company, fields, Some((under, consent)))?;
            let about = subject(id, fields);
            let consented = Note::new(Event::SubDelegationConsented)
                .about(about.clone())
                .document(&under.to_string());
            let added = Note::new(Event::DelegateAdded).about(about);
            Ok(Recorded::new(Kept::first(id), Line::ok(consented)).and(Line::ok(added)))
        })
    }

    /// Records that the company did not consent to a 再委託 that a delegate asked for.
    pub fn refuse_subdelegation(
        &mut self,
        session: &Session,
        under: DelegateId,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let delegate = load(tx.conn(), session.company()?, under)?;
            let note = Note::new(Event::SubDelegationRefused);
            let line = Line::ok(note.about(subject(under, &delegate.fields)));
            Ok(Recorded::new((), line))
        })
    }

    pub fn record_supervision(
        &mut self,
        session: &Session,
        id: DelegateId,
        supervision: &Supervision,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        not_ahead(session, supervision.on)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let delegate = load(tx.conn(), session.company()?, id)?;
            tx.execute(
                "INSERT INTO supervisions (delegate_id, on_date, how, finding, user_id, user_name)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    id,
                    supervision.on.to_string(),
                    supervision.how.as_str(),
                    supervision.finding.as_ref().map(Remark::as_str),
                    session.user()?.id,
                    &session.user()?.name,
                ),
            )?;
            let note = Note::new(Event::DelegateSupervised);
            let line = Line::ok(note.about(subject(id, &delegate.fields)));
            Ok(Recorded::new((), line))
        })
    }

    /// Newest first.
    pub fn supervisions(
        &self,
        session: &Session,
        id: DelegateId,
    ) -> Result<Vec<Supervision>, VaultError> {
        super::may_read_registers(session)?;
        load(&self.conn, session.company()?, id)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT on_date, how, finding FROM supervisions WHERE delegate_id = ?1
             ORDER BY on_date DESC, id DESC",
        )?;
        let rows = statement.query_map([id], |r| {
            Ok(Supervision {
                on: super::date(r, 0)?,
                how: super::text(r, 1)?,
                finding: super::optional_text(r, 2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Changes the contract's fields if `revision` is still the current one.
    pub fn change_delegate(
        &mut self,
        session: &Session,
        id: DelegateId,
        revision: u32,
        fields: &DelegateFields,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_delegate(session, (id, revision), now, |tx, current| {
            in_order(fields)?;
            if current
                .ended_on
                .is_some_and(|end| end < fields.contract_from)
            {
                return Err(RuleError::DatesContradict.into());
            }
            tx.execute(
                "UPDATE delegates SET name = ?2, kind = ?3, corporate_number = ?4, work = ?5,
                 contract_from = ?6, contract_until = ?7, clauses = ?8
                 WHERE id = ?1",
                (
                    id,
                    fields.name.as_str(),
                    fields.kind.code(),
                    fields
                        .corporate_number
                        .as_ref()
                        .map(CorporateNumber::as_str),
                    fields.work.as_str(),
                    fields.contract_from.to_string(),
                    fields.contract_until.map(|d| d.to_string()),
                    codes(&fields.clauses),
                ),
            )?;
            Ok(Note::new(Event::DelegateChanged).about(subject(id, fields)))
        })
    }

    /// Registers the end of a delegation; those under it must have ended before.
    pub fn end_delegation(
        &mut self,
        session: &Session,
        id: DelegateId,
        revision: u32,
        on: Date,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_delegate(session, (id, revision), now, |tx, current| {
            if current.ended_on.is_some() {
                return Err(RuleError::DelegationEnded.into());
            }
            if on < current.fields.contract_from {
                return Err(RuleError::DatesContradict.into());
            }
            let below: u32 = tx.conn().query_row(
                "SELECT count(*) FROM delegates WHERE under_id = ?1 AND ended_on IS NULL",
                [id],
                |r| r.get(0),
            )?;
            if below > 0 {
                return Err(RuleError::SubdelegationOngoing.into());
            }
            tx.execute(
                "UPDATE delegates SET ended_on = ?2 WHERE id = ?1",
                (id, on.to_string()),
            )?;
            Ok(Note::new(Event::DelegateEnded).about(subject(id, &current.fields)))
        })
    }

    /// Registers that the numbers were returned or destroyed after the end. Of what was
    /// destroyed, the delegate's certificate is part of the record (別添1 E-d).
    pub fn settle_delegation(
        &mut self,
        session: &Session,
        id: DelegateId,
        revision: u32,
        settled: &Settled,
        now: Moment,
    ) -> Result<Kept, VaultError> {
        self.update_delegate(session, (id, revision), now, |tx, current| {
            if settled.how == Settlement::Destroyed && settled.certificate.is_none() {
                return Err(RuleError::CertificateMissing.into());
            }
            let Some(ended_on) = current.ended_on else {
                return Err(RuleError::DelegationOngoing.into());
            };
            not_ahead(session, settled.on)?;
            if settled.on < ended_on {
                return Err(RuleError::DatesContradict.into());
            }
            tx.execute(
                "UPDATE delegates SET settled_on = ?2, settled_how = ?3,
                 settled_certificate = ?4 WHERE id = ?1",
                (
                    id,
                    settled.on.to_string(),
                    settled.how.code(),
                    settled.certificate.as_ref().map(Remark::as_str),
                ),
            )?;
            Ok(Note::new(Event::DelegateSettled)
                .about(subject(id, &current.fields))
                .document(settled.how.code()))
        })
    }

    /// Changes a delegation by `change`: checks right and revision before it, and afterwards
    /// counts it and writes its line.
    fn update_delegate(
        &mut self,
        session: &Session,
        (id, revision): (DelegateId, u32),
        now: Moment,
        mut change: impl FnMut(&Tx<'_>, &Delegate) -> Result<Note, VaultError>,
    ) -> Result<Kept, VaultError> {
        session.seen(now);
        session.allow(Operation::Change, &Target::Company)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = current(tx, session, id, revision)?;
            let note = change(tx, &current)?;
            tx.execute(
                "UPDATE delegates SET revision = revision + 1 WHERE id = ?1",
                [id],
            )?;
            Ok(Recorded::new(Kept::next(id, revision), Line::ok(note)))
        })
    }
}

fn in_order(fields: &DelegateFields) -> Result<(), VaultError> {
    match fields.contract_until {
        Some(until) if until < fields.contract_from => Err(RuleError::DatesContradict.into()),
        _ => Ok(()),
    }
}

fn insert(
    tx: &Tx<'_>,
    company: &str,
    fields: &DelegateFields,
    under: Option<(DelegateId, &Consent)>,
) -> Result<DelegateId, VaultError> {
    tx.execute(
        "INSERT INTO delegates (company_id, revision, name, kind, corporate_number, work,
         contract_from, contract_until, clauses, under_id, consent_on, consent_document)
         VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (
            company,
            fields.name.as_str(),
            fields.kind.code(),
            fields
                .corporate_number
                .as_ref()
                .map(CorporateNumber::as_str),
            fields.work.as_str(),
            fields.contract_from.to_string(),
            fields.contract_until.map(|d| d.to_string()),
            codes(&fields.clauses),
            under.map(|(id, _)| id),
            under.map(|(_, consent)| consent.on.to_string()),
            under.map(|(_, consent)| consent.document.as_str()),
        ),
    )?;
    Ok(tx.conn().last_insert_rowid())
}

fn current(
    tx: &Tx<'_>,
    session: &Session,
    id: DelegateId,
    revision: u32,
) -> Result<Delegate, VaultError> {
    let delegate = load(tx.conn(), session.company()?, id)?;
    unchanged(delegate.revision, revision)?;
    Ok(delegate)
}

fn load(conn: &Connection, company: &str, id: DelegateId) -> Result<Delegate, VaultError> {
    conn.prepare_cached(&format!("{DELEGATES} WHERE id = ?1 AND company_id = ?2"))?
        .query_row((id, company), read)
        .optional()?
        .ok_or(VaultError::NotFound)
}

fn chain(conn: &Connection, company: &str, id: DelegateId) -> Result<Vec<Delegate>, VaultError> {
    let mut chain = vec![load(conn, company, id)?];
    while let Some(under) = chain.last().and_then(|d| d.under) {
        if chain.len() > MAX_CHAIN {
            return Err(VaultError::Damaged("a chain of delegates"));
        }
        chain.push(load(conn, company, under)?);
    }
    chain.reverse();
    Ok(chain)
}

fn read(r: &Row<'_>) -> rusqlite::Result<Delegate> {
    let consent = match (super::optional_date(r, 10)?, super::optional_text(r, 11)?) {
        (Some(on), Some(document)) => Some(Consent { on, document }),
        _ => None,
    };
    let settled = match super::optional_date(r, 13)? {
        Some(on) => Some(Settled {
            on,
            how: super::coded(r, 14, Settlement::from_code)?,
            certificate: super::optional_text(r, 15)?,
        }),
        None => None,
    };
    Ok(Delegate {
        id: r.get(0)?,
        revision: r.get(1)?,
        fields: DelegateFields {
            name: super::text(r, 2)?,
            kind: super::coded(r, 3, DelegateKind::from_code)?,
            corporate_number: super::optional_text(r, 4)?,
            work: super::text(r, 5)?,
            contract_from: super::date(r, 6)?,
            contract_until: super::optional_date(r, 7)?,
            clauses: super::codes(r, 8, Clause::from_code)?,
        },
        under: r.get(9)?,
        consent,
        ended_on: super::optional_date(r, 12)?,
        settled,
    })
}

fn codes(clauses: &Clauses) -> String {
    clauses
        .iter()
        .map(Clause::code)
        .collect::<Vec<_>>()
        .join(",")
}

fn subject(id: DelegateId, fields: &DelegateFields) -> Subject {
    Subject::Delegate {
        id: id.to_string(),
        name: fields.name.as_str().to_owned(),
    }
}
