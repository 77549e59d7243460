//! 廃棄・削除の記録 and the data of a certificate of it (廃棄証明書). Never the number.

use crate::people::stored;
use crate::store::{Line, Tx};
use crate::{DestroyReason, Moment, Note, Page, PersonId, Session, Vault, VaultError, company};
use ledger::Event;
use mynumber::Date;
use mynumber::family::Relationship;
use mynumber::retention::{Plan, Rules};
use mynumber::rights::Operation;
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

/// 廃棄証明書: one deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// 証明書番号; in the ledger with every person.
    pub id: String,
    pub company: String,
    pub deleted_unix: i64,
    pub reason: DestroyReason,
    /// 実施者
    pub deleted_by: String,
    /// 確認者; `None`: the company works alone (単独運用).
    pub confirmed_by: Option<String>,
    /// In the order they were destroyed.
    pub people: Page<Deletion>,
}

/// One person's line of a deletion record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// May be there no more: an undone import takes with it whom it added.
    pub person: PersonId,
    /// 社員番号 or 支払先コード; of a dependant the employee's.
    pub code: String,
    pub name: String,
    /// 続柄, of a dependant.
    pub relationship: Option<Relationship>,
    /// 根拠: id of the rule in `retention.toml`.
    pub rule: Option<String>,
    /// The last day it was to be kept, where the period decided.
    pub kept_until: Option<Date>,
}

/// One deletion in the list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletionRow {
    /// [`Certificate::id`]
    pub id: String,
    pub deleted_unix: i64,
    pub reason: DestroyReason,
    pub deleted_by: String,
    pub confirmed_by: Option<String>,
    pub people: u32,
}

/// How numbers are destroyed here, for the record's 方法.
impl Certificate {
    pub const METHOD_JA: &'static str = "個人番号と鍵の破棄（残る番号の鍵は更新）";
    pub const METHOD_EN: &'static str =
        "the number and its key destroyed, the key over all others replaced";
}

impl Deletion {
    /// 根拠, as the record prints it.
    pub fn basis_japanese(&self) -> Option<String> {
        let rule = Rules::current().find(self.rule.as_deref()?)?;
        Some(format!("{}（{}）", rule.ja, rule.basis))
    }

    pub fn basis_english(&self) -> Option<String> {
        let rule = Rules::current().find(self.rule.as_deref()?)?;
        Some(format!("{} ({})", rule.en, rule.basis))
    }
}

impl Vault {
    /// Every deletion of the company, what was replaced or undone too, the newest first. `limit` counts up to 1000.
    pub fn deletions(
        &self,
        session: &Session,
        offset: u32,
        limit: u16,
    ) -> Result<Page<DeletionRow>, VaultError> {
        may_read(session)?;
        let company = session.company()?;
        let total: i64 = self
            .conn
            .prepare_cached("SELECT COUNT(DISTINCT batch) FROM deletions WHERE company_id = ?1")?
            .query_row([company], |r| r.get(0))?;
        let mut statement = self.conn.prepare_cached(
            "SELECT batch, MIN(deleted_unix), reason, deleted_by, confirmed_by, COUNT(*)
             FROM deletions WHERE company_id = ?1 GROUP BY batch
             ORDER BY MAX(id) DESC LIMIT ?2 OFFSET ?3",
        )?;
        let rows = statement.query_map((company, limit.min(super::MAX_PAGE), offset), |r| {
            Ok(DeletionRow {
                id: r.get(0)?,
                deleted_unix: r.get(1)?,
                reason: reason(r, 2)?,
                deleted_by: r.get(3)?,
                confirmed_by: r.get(4)?,
                people: r.get(5)?,
            })
        })?;
        Ok(Page {
            total: total.unsigned_abs(),
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// The data of one deletion's certificate, with a page of its people. `limit` counts up
    /// to 1000.
    pub fn deletion_certificate(
        &self,
        session: &Session,
        id: &str,
        offset: u32,
        limit: u16,
    ) -> Result<Certificate, VaultError> {
        may_read(session)?;
        let company = session.company()?;
        let mut certificate = self
            .conn
            .prepare_cached(
                "SELECT d.deleted_unix, d.reason, d.deleted_by, d.confirmed_by, c.name,
                        (SELECT count(*) FROM deletions WHERE company_id = ?1 AND batch = ?2)
                 FROM deletions d JOIN companies c ON c.id = d.company_id
                 WHERE d.company_id = ?1 AND d.batch = ?2 ORDER BY d.id LIMIT 1",
            )?
            .query_row((company, id), |r| {
                Ok(Certificate {
                    id: id.to_owned(),
                    deleted_unix: r.get(0)?,
                    reason: reason(r, 1)?,
                    deleted_by: r.get(2)?,
                    confirmed_by: r.get(3)?,
                    company: r.get(4)?,
                    people: Page {
                        total: r.get::<_, i64>(5)?.unsigned_abs(),
                        rows: Vec::new(),
                    },
                })
            })
            .optional()?
            .ok_or(VaultError::NotFound)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT person_id, code, name, relationship, rule, kept_until FROM deletions
             WHERE company_id = ?1 AND batch = ?2 ORDER BY id LIMIT ?3 OFFSET ?4",
        )?;
        let limit = limit.min(super::MAX_PAGE);
        let rows = statement.query_map((company, id, limit, offset), |r| deletion(r, 0))?;
        certificate.people.rows = rows.collect::<Result<_, _>>()?;
        Ok(certificate)
    }
}

/// Why and on whose word numbers are destroyed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confirmation<'a> {
    pub batch: &'a str,
    pub reason: DestroyReason,
    /// 確認者, where a second person was asked.
    pub confirmed_by: Option<&'a str>,
    /// What the number was kept by, where the period decided.
    pub plan: Option<&'a Plan>,
}

/// Writes a line of the record for each number held that the condition `which` on
/// `numbers n` finds with `id` for `?1`, in the transaction that destroys it: one statement,
/// however many.
pub(crate) fn record(
    tx: &Tx<'_>,
    session: &Session,
    which: &str,
    id: impl ToSql,
    confirmation: Confirmation<'_>,
    now: Moment,
) -> Result<(), VaultError> {
    let Confirmation {
        batch,
        reason,
        confirmed_by,
        plan,
    } = confirmation;
    let because = plan.and_then(|p| p.because.as_ref());
    tx.execute(
        &format!(
            "INSERT INTO deletions (company_id, batch, person_id, code, name, relationship,
             reason, rule, kept_until, deleted_unix, deleted_by, confirmed_by)
             SELECT n.company_id, ?2, n.person_id, COALESCE(e.employee_no, y.code, ''), p.name,
                    d.relationship, ?3, ?4, ?5, ?6, ?7, ?8
             FROM numbers n JOIN people p ON p.id = n.person_id
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             LEFT JOIN payees y ON y.person_id = p.id
             WHERE n.destroyed_unix IS NULL AND {which}"
        ),
        (
            id,
            batch,
            reason.code(),
            because.map(|hold| hold.rule.as_str()),
            plan.map(|p| p.keep_until.to_string()),
            now.unix_seconds,
            session.user_name(),
            confirmed_by,
        ),
    )
    .map(|_| ())
}

/// The ledger's line of one deletion of `people` numbers.
pub(crate) fn recorded(
    conn: &Connection,
    session: &Session,
    batch: &str,
    people: usize,
) -> Result<Line, VaultError> {
    let about = company::subject(conn, session.company()?)?;
    let people = u32::try_from(people).unwrap_or(u32::MAX);
    let note = Note::new(Event::DeletionRecorded).about(about);
    Ok(Line::ok(note.document(batch).count(people)))
}

/// The record is for whoever destroys, decides about it or checks it afterwards.
fn may_read(session: &Session) -> Result<(), VaultError> {
    session.allow_any(&[Operation::Delete, Operation::Approve, Operation::ReadLedger])
}

fn deletion(r: &Row<'_>, at: usize) -> rusqlite::Result<Deletion> {
    let relationship: Option<String> = r.get(at + 3)?;
    let kept_until: Option<String> = r.get(at + 5)?;
    Ok(Deletion {
        person: r.get(at)?,
        code: r.get(at + 1)?,
        name: r.get(at + 2)?,
        relationship: stored(
            relationship
                .map(|code| Relationship::from_code(&code).ok_or(()))
                .transpose(),
        )?,
        rule: r.get(at + 4)?,
        kept_until: stored(kept_until.map(|day| Date::parse(&day)).transpose())?,
    })
}

fn reason(r: &Row<'_>, column: usize) -> rusqlite::Result<DestroyReason> {
    stored(DestroyReason::from_code(&r.get::<_, String>(column)?).ok_or(()))
}
