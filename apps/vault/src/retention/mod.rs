//! 保存期間: until when each number is kept, what must go and why.
//!
//! - The plan of a number is worked out within the transaction that changed what it rests
//!   on (退職, a claim's end, a document, a setting), by whichever method; see
//!   `schema_retention.sql` for what counts.
//! - **Nothing is destroyed by a date.** [`Vault::destroy_numbers`] destroys what a person
//!   confirmed, and refuses with [`MustKeep`] what is still needed or held, unless it
//!   should never have been collected (誤収集).
//! - What was destroyed, when, why and by whom stays in the deletion record for ever,
//!   without the number; what another number replaced and what an import's undo took too.

mod claims;
mod deletions;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod measure;
mod plan;

use crate::people::stored;
use crate::store::{Line, Recorded, Weight};
use crate::subjects::RuleError;
use crate::{
    DestroyReason, Moment, Note, Page, PersonId, Session, Vault, VaultError, company, profile,
};
pub use deletions::{Certificate, Deletion, DeletionRow};
pub(crate) use deletions::{Confirmation, record, recorded};
use ledger::{Event, Subject};
use mynumber::Date;
use mynumber::people::PersonKind;
use mynumber::retention::{Alert, Batch, Hold, Plan, Policy, Rules, Settings, TermError, Verdict};
use mynumber::rights::{Operation, Scope, Target};
pub(crate) use plan::{company_grew, number_came, settle, verdict};
use rusqlite::{Connection, OptionalExtension, Row, named_params};

/// The most people of one [`Vault::add_hold`].
pub const MAX_HOLD_PEOPLE: usize = 100_000;
/// The most rows of one page.
const MAX_PAGE: u16 = 1000;

/// Why a number may not be destroyed, or a document not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MustKeep {
    /// E-331: employed, claimed or under contract.
    #[error("the number is still needed")]
    Needed,
    /// E-332: 退職日 or the end of the dealings is missing.
    #[error("nobody knows since when it is not needed")]
    EndUnknown,
    /// E-333
    #[error("it is to be kept until {0}")]
    Until(Date),
    /// E-334: this kind of document never holds a number.
    #[error("the document may not hold a number")]
    NoNumberInIt,
}

/// Which numbers a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueList {
    /// Those that may go on this day or before, the oldest first.
    By(Date),
    /// Those of people who have left, nobody knows when.
    EndUnknown,
}

/// A number that goes, with when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    pub person: PersonId,
    pub kind: PersonKind,
    /// 社員番号 or 支払先コード; of a dependant the employee's.
    pub code: String,
    pub name: String,
    /// `None`: nobody knows since when the number is not needed.
    pub plan: Option<Plan>,
    pub alert: Option<Alert>,
}

/// How many numbers there are in each state of alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueCounts {
    pub end_unknown: u64,
    pub within_90: u64,
    pub within_30: u64,
    pub due: u64,
    pub overdue: u64,
}

/// A document that keeps somebody's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRow {
    /// `None`: it follows from the end of the need (退職 and the like) by itself.
    pub id: Option<i64>,
    pub hold: Hold,
    /// Who entered it.
    pub user_name: Option<String>,
    /// Why it keeps nothing any more.
    pub ended: Option<HoldEnd>,
}

/// Why a document keeps nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldEnd {
    /// It was entered by mistake.
    Mistake,
    /// The document was destroyed, or the number on it made unreadable.
    DocumentGone,
}

impl Vault {
    /// What the company decided about destroying; it goes by [`crate::CompanyProfile`]'s 決算月.
    pub fn retention_policy(&self, session: &Session) -> Result<Policy, VaultError> {
        session.allow_any(&Operation::ALL)?;
        Ok(settings(&self.conn, session.company()?)?.policy)
    }

    /// Sets the batch and how long copies are kept; every plan follows.
    pub fn set_retention_policy(
        &mut self,
        session: &Session,
        policy: Policy,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow(Operation::ManageUsers, &Target::Company)?;
        let company = session.company()?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "INSERT INTO retention_settings (company_id, batch, copy_years)
                 VALUES (?1, ?2, ?3) ON CONFLICT (company_id) DO UPDATE SET
                 batch = excluded.batch, copy_years = excluded.copy_years",
                (company, policy.batch().code(), policy.copy_years()),
            )?;
            let note =
                Note::new(Event::CompanyChanged).about(company::subject(tx.conn(), company)?);
            Ok(Recorded::new((), Line::ok(note)))
        })
    }

    /// Enters that a document of this rule, whose period began with `event`, holds these
    /// people's numbers. Whoever has that very document entered already is left out; says
    /// for how many it is new.
    pub fn add_hold(
        &mut self,
        session: &Session,
        people: &[PersonId],
        rule: &str,
        event: Date,
        now: Moment,
    ) -> Result<u32, VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Change])?;
        if people.len() > MAX_HOLD_PEOPLE {
            return Err(VaultError::TooMany("people of one document"));
        }
        let company = session.company()?;
        let rule = Rules::current().find(rule).ok_or(VaultError::NotFound)?;
        let hold = Hold::of(rule, event, &settings(&self.conn, company)?).map_err(no_term)?;
        for person in people {
            session.allow_person(&self.conn, Operation::Change, *person)?;
        }
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let mut added = Vec::new();
            for person in people {
                let new = tx.execute(
                    "INSERT INTO holds (company_id, person_id, rule, event_on, starts_on,
                     until_on, user_name, added_unix)
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT EXISTS
                     (SELECT 1 FROM holds WHERE person_id = ?2 AND rule = ?3 AND event_on = ?4
                      AND ended_unix IS NULL)",
                    (
                        company,
                        person,
                        &hold.rule,
                        hold.event.to_string(),
                        hold.term.start.to_string(),
                        hold.term.until.to_string(),
                        session.user_name(),
                        now.unix_seconds,
                    ),
                )?;
                if new > 0 {
                    added.push(*person);
                }
            }
            let count = u32::try_from(added.len()).unwrap_or(u32::MAX);
            let about = match added.as_slice() {
                [person] => subject(tx.conn(), company, *person)?,
                _ => company::subject(tx.conn(), company)?,
            };
            let note = Note::new(Event::HoldSet).about(about);
            let note = note.document(&hold.rule).count(count);
            Ok(Recorded::new(count, Line::ok(note)))
        })
    }

    /// What keeps somebody's number: documents entered, newest first, then those that the
    /// end of the need closed.
    pub fn holds(&self, session: &Session, person: PersonId) -> Result<Vec<HoldRow>, VaultError> {
        session.lists(&crate::rights::target(
            &self.conn,
            session.company()?,
            person,
        )?)?;
        let mut statement = self.conn.prepare_cached(
            "SELECT id, rule, event_on, starts_on, until_on, user_name, ended_how FROM holds
             WHERE person_id = ?1 ORDER BY id DESC",
        )?;
        let entered = statement.query_map([person], |r| {
            let ended: Option<String> = r.get(6)?;
            Ok(HoldRow {
                id: r.get(0)?,
                hold: plan::hold(r, 1)?,
                user_name: r.get(5)?,
                ended: stored(
                    ended
                        .map(|how| HoldEnd::from_code(&how).ok_or(()))
                        .transpose(),
                )?,
            })
        })?;
        let mut rows: Vec<HoldRow> = entered.collect::<Result<_, _>>()?;
        let closed = plan::closed_holds(&self.conn, person)?;
        rows.extend(closed.into_iter().map(|hold| HoldRow {
            id: None,
            hold,
            user_name: None,
            ended: None,
        }));
        Ok(rows)
    }

    /// A document keeps nothing any more. Its entry stays.
    pub fn end_hold(
        &mut self,
        session: &Session,
        hold: i64,
        how: HoldEnd,
        now: Moment,
    ) -> Result<(), VaultError> {
        session.seen(now);
        session.allow_any(&[Operation::Delete])?;
        let company = session.company()?;
        let (person, rule) = self
            .conn
            .prepare_cached(
                "SELECT person_id, rule FROM holds
                 WHERE id = ?1 AND company_id = ?2 AND ended_unix IS NULL",
            )?
            .query_row((hold, company), |r| {
                Ok((r.get::<_, PersonId>(0)?, r.get::<_, String>(1)?))
            })
            .optional()?
            .ok_or(VaultError::NotFound)?;
        session.allow_person(&self.conn, Operation::Delete, person)?;
        self.transact(Some(session), Weight::Ordinary, now, |tx| {
            tx.execute(
                "UPDATE holds SET ended_unix = ?2, ended_by = ?3, ended_how = ?4 WHERE id = ?1",
                (hold, now.unix_seconds, session.user_name(), how.code()),
            )?;
            let event = match how {
                HoldEnd::Mistake => Event::HoldEnded,
                HoldEnd::DocumentGone => Event::PaperDestroyed,
            };
            let note = Note::new(event).about(subject(tx.conn(), company, person)?);
            Ok(Recorded::new((), Line::ok(note.document(&rule))))
        })
    }

    /// When somebody's number goes and why; `None` without a number. [`Verdict::Stays`]
    /// while it is needed.
    pub fn retention_of(
        &self,
        session: &Session,
        person: PersonId,
    ) -> Result<Option<Verdict>, VaultError> {
        session.lists(&crate::rights::target(
            &self.conn,
            session.company()?,
            person,
        )?)?;
        Ok(plan::verdict(&self.conn, person)?.map(|(_, verdict)| verdict))
    }

    /// What must go, when and why, in the user's scope. `limit` counts up to 1000.
    pub fn due_numbers(
        &self,
        session: &Session,
        list: DueList,
        offset: u32,
        limit: u16,
    ) -> Result<Page<DueRow>, VaultError> {
        session.allow_listing()?;
        let today = session.today();
        let by = match list {
            DueList::By(day) => Some(day.to_string()),
            DueList::EndUnknown => None,
        };
        let dated = match list {
            DueList::By(_) => "r.deletable_from <= :by",
            DueList::EndUnknown => "r.deletable_from IS NULL AND :by IS NULL",
        };
        let (within, ids) = within(session)?;
        let company = session.company()?;
        let total = self
            .conn
            .prepare_cached(&format!(
                "SELECT COUNT(*) FROM retention r WHERE r.company_id = :company AND {dated} {within}"
            ))?
            .query_row(named_params! {":company": company, ":by": by, ":ids": ids}, |r| {
                r.get::<_, i64>(0)
            })?;
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT r.person_id, p.kind, COALESCE(e.employee_no, y.code, ''), p.name,
                    r.keep_until, r.deletable_from, r.delete_by,
                    r.because_rule, r.because_event, r.because_start
             FROM (SELECT * FROM retention r
                   WHERE r.company_id = :company AND {dated} {within}
                   ORDER BY r.deletable_from, r.delete_by, r.person_id
                   LIMIT :limit OFFSET :offset) r
             JOIN people p ON p.id = r.person_id
             LEFT JOIN dependants d ON d.person_id = r.person_id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, r.person_id)
             LEFT JOIN payees y ON y.person_id = r.person_id
             ORDER BY r.deletable_from, r.delete_by, r.person_id"
        ))?;
        let params = named_params! {
            ":company": company, ":by": by, ":ids": ids,
            ":limit": limit.min(MAX_PAGE), ":offset": offset,
        };
        let rows = statement.query_map(params, |r| due_row(r, today))?;
        Ok(Page {
            total: total.unsigned_abs(),
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// How many numbers want attention today, in the user's scope.
    pub fn due_counts(&self, session: &Session) -> Result<DueCounts, VaultError> {
        session.allow_listing()?;
        let today = session.today();
        let horizon = today.plus_days(90).unwrap_or(today).to_string();
        let month = today.plus_days(30).unwrap_or(today).to_string();
        let (within, ids) = within(session)?;
        let counts = self
            .conn
            .prepare_cached(&format!(
                "SELECT COUNT(*) FILTER (WHERE r.deletable_from IS NULL),
                        COUNT(*) FILTER (WHERE r.deletable_from > :month),
                        COUNT(*) FILTER (WHERE r.deletable_from > :today
                                         AND r.deletable_from <= :month),
                        COUNT(*) FILTER (WHERE r.deletable_from <= :today
                                         AND r.delete_by >= :today),
                        COUNT(*) FILTER (WHERE r.delete_by < :today)
                 FROM retention r WHERE r.company_id = :company
                 AND (r.deletable_from <= :horizon OR r.deletable_from IS NULL) {within}"
            ))?
            .query_row(
                named_params! {
                    ":company": session.company()?, ":ids": ids, ":horizon": horizon,
                    ":month": month, ":today": today.to_string(),
                },
                |r| {
                    let count = |i| r.get::<_, i64>(i).map(i64::unsigned_abs);
                    Ok(DueCounts {
                        end_unknown: count(0)?,
                        within_90: count(1)?,
                        within_30: count(2)?,
                        due: count(3)?,
                        overdue: count(4)?,
                    })
                },
            )?;
        Ok(counts)
    }
}

/// Whether somebody's number may be destroyed today for this reason; the plan it was
/// destroyed by, where the period decided.
pub(crate) fn may_destroy(
    conn: &Connection,
    person: PersonId,
    reason: DestroyReason,
    today: Date,
) -> Result<Option<Plan>, VaultError> {
    if reason == DestroyReason::CollectedByMistake {
        return Ok(None);
    }
    let refused = match plan::verdict(conn, person)? {
        None => return Err(VaultError::NoNumber),
        Some((_, Verdict::Stays)) => MustKeep::Needed,
        Some((_, Verdict::EndUnknown)) => MustKeep::EndUnknown,
        Some((_, Verdict::Goes(plan))) if plan.deletable_from > today => {
            MustKeep::Until(plan.keep_until)
        }
        Some((_, Verdict::Goes(plan))) => return Ok(Some(plan)),
    };
    Err(VaultError::MustKeep(refused))
}

/// What plans of a company go by: its own settings, or the defaults.
pub(crate) fn settings(conn: &Connection, company: &str) -> Result<Settings, VaultError> {
    let (closing_month, stored): (_, Option<(String, u16)>) = conn
        .prepare_cached(
            "SELECT c.closing_month, s.batch, s.copy_years FROM companies c
             LEFT JOIN retention_settings s ON s.company_id = c.id WHERE c.id = ?1",
        )?
        .query_row([company], |r| {
            let batch: Option<String> = r.get(1)?;
            Ok((profile::closing_month(r, 0)?, batch.zip(r.get(2)?)))
        })?;
    let policy = match stored {
        None => Policy::default(),
        Some((batch, years)) => Batch::from_code(&batch)
            .and_then(|batch| Policy::new(batch, years).ok())
            .ok_or(VaultError::Damaged("the retention settings"))?,
    };
    Ok(Settings {
        policy,
        closing_month: closing_month.unwrap_or_default(),
    })
}

fn no_term(error: TermError) -> VaultError {
    match error {
        TermError::NoNumberInIt => VaultError::MustKeep(MustKeep::NoNumberInIt),
        TermError::OutOfRange => RuleError::BeyondCalendar.into(),
    }
}

/// The part of a query that keeps to the user's scope, and what its `:ids` is.
fn within(session: &Session) -> Result<(&'static str, Option<String>), VaultError> {
    let json = |ids: &std::collections::BTreeSet<i64>| {
        serde_json::to_string(ids)
            .map(Some)
            .map_err(|_| VaultError::NoMemory)
    };
    Ok(match session.grant()?.scope() {
        Scope::Company => ("AND :ids IS NULL", None),
        Scope::Departments(ids) => (
            "AND EXISTS (SELECT 1 FROM employees e JOIN json_each(:ids) j ON j.value = e.department_id
             WHERE e.person_id = COALESCE(
             (SELECT employee_id FROM dependants WHERE person_id = r.person_id), r.person_id))",
            json(ids)?,
        ),
        Scope::People(ids) => (
            "AND EXISTS (SELECT 1 FROM json_each(:ids) j WHERE j.value = r.person_id OR j.value =
             (SELECT employee_id FROM dependants WHERE person_id = r.person_id))",
            json(ids)?,
        ),
    })
}

fn due_row(r: &Row<'_>, today: Date) -> rusqlite::Result<DueRow> {
    let plan = plan::read(r, 4)?;
    Ok(DueRow {
        person: r.get(0)?,
        kind: stored(PersonKind::from_code(&r.get::<_, String>(1)?).ok_or(()))?,
        code: r.get(2)?,
        name: r.get(3)?,
        alert: plan.as_ref().and_then(|plan| plan.alert(today)),
        plan,
    })
}

fn subject(conn: &Connection, company: &str, person: PersonId) -> Result<Subject, VaultError> {
    crate::subjects::particulars::subject(conn, company, person)
}

impl HoldEnd {
    const fn code(self) -> &'static str {
        match self {
            HoldEnd::Mistake => "mistake",
            HoldEnd::DocumentGone => "document_gone",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [HoldEnd::Mistake, HoldEnd::DocumentGone]
            .into_iter()
            .find(|how| how.code() == code)
    }
}
