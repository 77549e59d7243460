//! 本人確認記録: that the number and the person were checked, when, by whom, with which
//! kinds of documents and how (番号法16条). Numbers of documents and pictures of them are
//! never kept: no law asks for them, and a picture of a card's back is a number by itself.

use super::{RuleError, collection, particulars};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, PersonId, Session, Vault, VaultError};
use ledger::Event;
use mynumber::rights::Operation;
use mynumber::{AgentAuthority, CheckMethod, Date, IdentityDocuments, PersonName, Proves, Remark};
use rusqlite::{OptionalExtension, Row};

/// 代理人 who brought the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub name: PersonName,
    pub authority: AgentAuthority,
    /// The agent's own document of identity, by its id in [`IdentityDocuments`].
    pub document: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// Number and person were proven.
    Passed,
    /// They were not; what was shown goes back (差戻).
    Failed(Option<Remark>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCheckFields {
    pub on: Date,
    pub method: CheckMethod,
    /// 番号確認書類, by its id in [`IdentityDocuments`].
    pub number_document: Option<String>,
    /// 身元確認書類: none beside a card, one with a photograph, or two.
    pub identity_documents: Vec<String>,
    pub agent: Option<Agent>,
    pub result: CheckResult,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCheck {
    pub id: i64,
    pub fields: IdentityCheckFields,
    /// Who did it.
    pub checked_by: String,
    /// Recorded by mistake and taken back.
    pub withdrawn: bool,
}

impl Vault {
    /// Records a check. One that passed must be proven by what was shown, and moves the
    /// collection on to 本人確認済 where a number is held; one that failed sends it back.
    pub fn record_identity_check(
        &mut self,
        session: &Session,
        person: PersonId,
        fields: &IdentityCheckFields,
        now: Moment,
    ) -> Result<i64, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        known(fields)?;
        super::not_ahead(session, fields.on)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            if fields.result == CheckResult::Passed {
                proven(tx, person, fields)?;
            }
            let id = insert(tx, session, person, fields)?;
            let subject = particulars::subject(tx.conn(), session.company()?, person)?;
            let note = Note::new(Event::IdentityChecked).about(subject);
            let line = match fields.result {
                CheckResult::Passed => Line::ok(note),
                CheckResult::Failed(_) => {
                    Line::refused(note, RuleError::IdentityNotProven.error_code())
                }
            };
            let passed = fields.result == CheckResult::Passed;
            let moved = collection::after_check(tx, session, person, passed)?;
            let mut lines = vec![line];
            lines.extend(moved);
            Ok(Recorded::of(id, lines))
        })
    }

    /// Newest first.
    pub fn identity_checks(
        &self,
        session: &Session,
        person: PersonId,
    ) -> Result<Vec<IdentityCheck>, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT id, on_date, method, number_document, identity_documents, agent_name,
                    agent_authority, agent_document, passed, remark, user_name, withdrawn_unix
             FROM identity_checks WHERE person_id = ?1 ORDER BY on_date DESC, id DESC",
        )?;
        let rows = statement.query_map([person], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Takes back a record that was made by mistake; the row stays.
    pub fn withdraw_identity_check(
        &mut self,
        session: &Session,
        person: PersonId,
        id: i64,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let withdrawn = tx.execute(
                "UPDATE identity_checks SET withdrawn_unix = ?3
                 WHERE id = ?1 AND person_id = ?2 AND withdrawn_unix IS NULL",
                (id, person, now.unix_seconds),
            )?;
            if withdrawn == 0 {
                return Err(VaultError::NotFound);
            }
            let subject = particulars::subject(tx.conn(), session.company()?, person)?;
            let note = Note::new(Event::IdentityCheckWithdrawn).about(subject);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }
}

/// Only documents of the list are recorded, so that no number of one slips in as text.
fn known(fields: &IdentityCheckFields) -> Result<(), VaultError> {
    let list = IdentityDocuments::current();
    let agents = fields.agent.as_ref().map(|a| &a.document);
    let mut all = fields
        .number_document
        .iter()
        .chain(&fields.identity_documents)
        .chain(agents);
    if fields.identity_documents.len() > list.documents.len()
        || !all.all(|id| list.find(id).is_some())
    {
        return Err(RuleError::UnknownDocument.into());
    }
    match agents.and_then(|id| list.find(id)) {
        Some(document) if document.proves == Proves::Number => {
            Err(RuleError::IdentityNotProven.into())
        }
        _ => Ok(()),
    }
}

fn proven(tx: &Tx<'_>, person: PersonId, fields: &IdentityCheckFields) -> Result<(), VaultError> {
    if fields.method == CheckMethod::ByEmployee && !employee_may_check(tx, person, fields.on)? {
        return Err(RuleError::SpouseSubmits.into());
    }
    let identity: Vec<_> = fields
        .identity_documents
        .iter()
        .map(String::as_str)
        .collect();
    IdentityDocuments::current()
        .prove(
            fields.method,
            fields.number_document.as_deref(),
            &identity,
            fields.on,
        )
        .map_err(|_| RuleError::IdentityNotProven.into())
}

/// The employee checks the family, but not a spouse insured as 第3号: there the spouse is
/// the one who submits and the employee only brings it (ガイドライン第4-3-(4)).
fn employee_may_check(tx: &Tx<'_>, person: PersonId, on: Date) -> Result<bool, VaultError> {
    let dependant: Option<bool> = tx
        .conn()
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM claims c WHERE c.person_id = d.person_id
                 AND c.claim = 'category3' AND c.claimed_from <= ?2
                 AND (c.claimed_until IS NULL OR c.claimed_until >= ?2))
             FROM dependants d WHERE d.person_id = ?1",
        )?
        .query_row((person, on.to_string()), |r| r.get(0))
        .optional()?;
    Ok(dependant == Some(false))
}

fn insert(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    fields: &IdentityCheckFields,
) -> Result<i64, VaultError> {
    let agent = fields.agent.as_ref();
    let remark = match &fields.result {
        CheckResult::Failed(Some(remark)) => Some(remark.as_str()),
        _ => None,
    };
    tx.execute(
        "INSERT INTO identity_checks (company_id, person_id, on_date, method, number_document,
         identity_documents, agent_name, agent_authority, agent_document, passed, remark,
         user_id, user_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        (
            session.company()?,
            person,
            fields.on.to_string(),
            fields.method.code(),
            &fields.number_document,
            fields.identity_documents.join(","),
            agent.map(|a| a.name.as_str()),
            agent.map(|a| a.authority.code()),
            agent.map(|a| &a.document),
            fields.result == CheckResult::Passed,
            remark,
            session.user()?.id,
            &session.user()?.name,
        ),
    )?;
    Ok(tx.conn().last_insert_rowid())
}

fn read(r: &Row<'_>) -> rusqlite::Result<IdentityCheck> {
    let agent = match super::optional_text(r, 5)? {
        Some(name) => Some(Agent {
            name,
            authority: super::coded(r, 6, AgentAuthority::from_code)?,
            document: r.get(7)?,
        }),
        None => None,
    };
    let result = match r.get(8)? {
        true => CheckResult::Passed,
        false => CheckResult::Failed(super::optional_text(r, 9)?),
    };
    Ok(IdentityCheck {
        id: r.get(0)?,
        fields: IdentityCheckFields {
            on: super::date(r, 1)?,
            method: super::coded(r, 2, CheckMethod::from_code)?,
            number_document: r.get(3)?,
            identity_documents: r
                .get::<_, String>(4)?
                .split(',')
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect(),
            agent,
            result,
        },
        checked_by: r.get(10)?,
        withdrawn: r.get::<_, Option<i64>>(11)?.is_some(),
    })
}
