//! Working out when a number goes: what keeps it is in the tables of people and holds, how
//! long is [`mynumber::retention`]'s to say.

use super::{claims, no_term, settings};
use crate::closing::{self, Closing};
use crate::people::stored;
use crate::store::Tx;
use crate::subjects::RuleError;
use crate::{PersonId, VaultError, numbers};
use mynumber::people::{Continuity, PersonKind};
use mynumber::retention::{Hold, Need, Plan, Rules, Settings, StartEvent, Term, Verdict, judge};
use mynumber::{ClosingReason, Date, Purpose, RetirementReason};
use rusqlite::{Connection, OptionalExtension, Row};

/// Brings the plan of everybody up to date whose facts changed in this transaction.
pub(crate) fn settle(tx: &Tx<'_>) -> Result<(), VaultError> {
    let stale: Vec<PersonId> = tx
        .conn()
        .prepare_cached("SELECT person_id FROM retention_stale")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    if stale.is_empty() {
        return Ok(());
    }
    for person in stale {
        tx.execute("DELETE FROM retention WHERE person_id = ?1", [person])?;
        if let Some((company, verdict)) = verdict(tx.conn(), person)? {
            put(tx, &company, person, &verdict)?;
        }
    }
    tx.execute("DELETE FROM retention_stale", [])?;
    Ok(())
}

/// A number was placed: its row is worked out at the end where its need has ended, or never
/// had an end that is known.
pub(crate) fn number_came(tx: &Tx<'_>, person: PersonId) -> Result<(), VaultError> {
    tx.execute(
        "INSERT OR IGNORE INTO retention_stale SELECT ?1
         WHERE EXISTS (SELECT 1 FROM employees WHERE person_id = ?1 AND has_left = 1)
         OR EXISTS (SELECT 1 FROM payees WHERE person_id = ?1)
         OR EXISTS (SELECT 1 FROM people p JOIN companies o ON o.id = p.company_id
                    WHERE p.id = ?1 AND o.closed_on IS NOT NULL)
         OR EXISTS (SELECT 1 FROM dependants d JOIN employees e ON e.person_id = d.employee_id
                    WHERE d.person_id = ?1
                    AND (e.has_left = 1 OR d.ended_on IS NOT NULL OR NOT EXISTS
                         (SELECT 1 FROM claims c WHERE c.person_id = d.person_id
                          AND c.claim <> 'category3' AND c.claimed_until IS NULL)))",
        [person],
    )
    .map(|_| ())
}

/// Numbers came into a company by import, whose people's needs had no end: they have one
/// where the company's end is registered.
pub(crate) fn company_grew(tx: &Tx<'_>, company: &str) -> Result<(), VaultError> {
    tx.execute(
        "INSERT OR IGNORE INTO retention_stale SELECT n.person_id FROM companies o
         JOIN numbers n ON n.company_id = o.id AND n.destroyed_unix IS NULL
         WHERE o.id = ?1 AND o.closed_on IS NOT NULL",
        [company],
    )
    .map(|_| ())
}

/// What becomes of somebody's number, with the company; `None` where there is none.
pub(crate) fn verdict(
    conn: &Connection,
    person: PersonId,
) -> Result<Option<(String, Verdict)>, VaultError> {
    let Some(number) = Number::load(conn, person)? else {
        return Ok(None);
    };
    let settings = settings(conn, &number.company)?;
    let closing = closing::of(conn, &number.company)?;
    let need = number.need(conn, closing)?;
    let mut holds = kept(conn, person)?;
    holds.extend(number.closed(conn, need, &settings)?);
    let verdict = judge(need, &holds, &settings).map_err(no_term)?;
    let verdict = match closing {
        Some(closing) if closing.reason == ClosingReason::MandateEnded => {
            at_mandates_end(verdict, closing.on, &settings)?
        }
        _ => verdict,
    };
    Ok(Some((number.company, verdict)))
}

/// With the mandate every reason to hold a client's number ends: whatever papers keep it are
/// the client's. One that had to go before goes then.
fn at_mandates_end(
    verdict: Verdict,
    end: Date,
    settings: &Settings,
) -> Result<Verdict, VaultError> {
    match verdict {
        Verdict::Goes(plan) if plan.keep_until < end => Ok(Verdict::Goes(plan)),
        _ => judge(Need::EndedOn(end), &[], settings).map_err(no_term),
    }
}

/// The documents that the end of the need itself closed.
pub(crate) fn closed_holds(conn: &Connection, person: PersonId) -> Result<Vec<Hold>, VaultError> {
    let Some(number) = Number::load(conn, person)? else {
        return Ok(Vec::new());
    };
    let settings = settings(conn, &number.company)?;
    let closing = closing::of(conn, &number.company)?;
    number.closed(conn, number.need(conn, closing)?, &settings)
}

fn put(tx: &Tx<'_>, company: &str, person: PersonId, verdict: &Verdict) -> Result<(), VaultError> {
    let plan = match verdict {
        Verdict::Stays => return Ok(()),
        Verdict::EndUnknown => None,
        Verdict::Goes(plan) => Some(plan),
    };
    let because = plan.and_then(|p| p.because.as_ref());
    tx.execute(
        "INSERT INTO retention (person_id, company_id, keep_until, deletable_from, delete_by,
         because_rule, because_event, because_start) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            person,
            company,
            plan.map(|p| p.keep_until.to_string()),
            plan.map(|p| p.deletable_from.to_string()),
            plan.map(|p| p.delete_by.to_string()),
            because.map(|h| h.rule.as_str()),
            because.map(|h| h.event.to_string()),
            because.map(|h| h.term.start.to_string()),
        ),
    )?;
    Ok(())
}

/// A plan from the six columns of `retention` that begin at `at`; `None` where the end is
/// not known.
pub(super) fn read(r: &Row<'_>, at: usize) -> rusqlite::Result<Option<Plan>> {
    let date = |i| -> rusqlite::Result<Option<Date>> {
        let text: Option<String> = r.get(at + i)?;
        stored(text.map(|t| Date::parse(&t)).transpose())
    };
    let (Some(keep_until), Some(deletable_from), Some(delete_by)) = (date(0)?, date(1)?, date(2)?)
    else {
        return Ok(None);
    };
    let rule: Option<String> = r.get(at + 3)?;
    let because = match (rule, date(4)?, date(5)?) {
        (Some(rule), Some(event), Some(start)) => Some(Hold {
            rule,
            event,
            term: Term {
                start,
                until: keep_until,
            },
        }),
        _ => None,
    };
    Ok(Some(Plan {
        keep_until,
        deletable_from,
        delete_by,
        because,
    }))
}

struct Number {
    person: PersonId,
    company: String,
    kind: PersonKind,
    purposes: Vec<Purpose>,
}

/// For what somebody was needed until when.
pub(super) struct Ended {
    pub purposes: Vec<Purpose>,
    pub on: Date,
}

impl Number {
    fn load(conn: &Connection, person: PersonId) -> Result<Option<Self>, VaultError> {
        conn.prepare_cached(
            "SELECT n.company_id, p.kind, n.purposes FROM numbers n
             JOIN people p ON p.id = n.person_id
             WHERE n.person_id = ?1 AND n.destroyed_unix IS NULL",
        )?
        .query_row([person], |r| {
            Ok(Self {
                person,
                company: r.get(0)?,
                kind: stored(PersonKind::from_code(&r.get::<_, String>(1)?).ok_or(()))?,
                purposes: stored(numbers::purposes(&r.get::<_, String>(2)?))?,
            })
        })
        .optional()
        .map_err(VaultError::from)
    }

    /// What nobody ended ends with the work for the company; of who is reported, with the
    /// report on its last year.
    fn need(&self, conn: &Connection, closing: Option<Closing>) -> Result<Need, VaultError> {
        let need = match self.kind {
            PersonKind::Employee => employment(conn, self.person)?,
            PersonKind::Dependant => claims::need(conn, self.person)?,
            PersonKind::Payee => dealings(conn, self.person)?,
            PersonKind::Proprietor => Need::Lasting,
        };
        let Some(Closing { on, .. }) = closing else {
            return Ok(need);
        };
        Ok(match (self.kind, need) {
            (_, Need::EndedOn(day)) => Need::EndedOn(day),
            (PersonKind::Employee | PersonKind::Dependant, _) => Need::EndedOn(on),
            (PersonKind::Proprietor | PersonKind::Payee, _) => Need::EndedOn(report_due(on)?),
        })
    }

    /// What the end of the need closed (完結): the papers of the insurances, and the last
    /// declaration that had the number. Nothing where nobody ever worked here (入社辞退).
    fn closed(
        &self,
        conn: &Connection,
        need: Need,
        settings: &Settings,
    ) -> Result<Vec<Hold>, VaultError> {
        let Need::EndedOn(end) = need else {
            return Ok(Vec::new());
        };
        let ended = match (self.kind, last_at_work(conn, self.person, end)?) {
            (PersonKind::Payee | PersonKind::Proprietor, _) | (_, None) => Vec::new(),
            (PersonKind::Employee, Some(on)) => vec![Ended {
                purposes: self.purposes.clone(),
                on,
            }],
            (PersonKind::Dependant, Some(end)) => claims::ended(conn, self.person, end)?,
        };
        let rules = Rules::current();
        let mut holds = Vec::new();
        for Ended { purposes, on } in ended {
            let of: Vec<_> = purposes
                .into_iter()
                .filter(|p| self.purposes.contains(p))
                .collect();
            let papers = rules.opened_by(StartEvent::Closing, &of, None);
            // Declarations of one year all end on the same day: the first stands for them.
            let form = rules.opened_by(StartEvent::FormDeadline, &of, None).take(1);
            for rule in papers.chain(form) {
                holds.push(Hold::of(rule, on, settings).map_err(no_term)?);
            }
        }
        Ok(holds)
    }
}

pub(super) fn employment(conn: &Connection, person: PersonId) -> Result<Need, VaultError> {
    Ok(conn
        .prepare_cached("SELECT has_left, left_on FROM employees WHERE person_id = ?1")?
        .query_row([person], |r| {
            let left_on = date(r, 1)?;
            Ok(match (r.get(0)?, left_on) {
                (false, _) => Need::Lasting,
                (true, Some(day)) => Need::EndedOn(day),
                (true, None) => Need::EndUnknown,
            })
        })?)
}

/// The last day before `end` on which an employee, or a dependant's, was employed: who
/// declined an offer (入社辞退) has papers of an employment before it at most.
fn last_at_work(
    conn: &Connection,
    person: PersonId,
    end: Date,
) -> Result<Option<Date>, VaultError> {
    let declined = RetirementReason::NeverJoined.code();
    let offer_declined = conn
        .prepare_cached(
            "SELECT (SELECT MAX(f.left_on) FROM former_employments f
                     WHERE f.person_id = e.person_id AND f.leaving_reason IS NOT ?2)
             FROM employees e
             WHERE e.person_id = COALESCE((SELECT employee_id FROM dependants
                                           WHERE person_id = ?1), ?1)
             AND e.leaving_reason = ?2",
        )?
        .query_row((person, declined), |r| date(r, 0))
        .optional()?;
    Ok(match offer_declined {
        None => Some(end),
        Some(before) => before.map(|day| day.min(end)),
    })
}

/// A payee's number is needed until the report on the last year of dealings was filed, by
/// 31 January of the next (所得税法225条). A report filed within that year, in January, is the
/// one on the year before.
fn dealings(conn: &Connection, person: PersonId) -> Result<Need, VaultError> {
    let (continuity, from, until) = conn
        .prepare_cached(
            "SELECT continuity, contract_from, contract_until FROM payees WHERE person_id = ?1",
        )?
        .query_row([person], |r| {
            let continuity = Continuity::from_code(&r.get::<_, String>(0)?);
            Ok((stored(continuity.ok_or(()))?, date(r, 1)?, date(r, 2)?))
        })?;
    let last = match (until, continuity) {
        (Some(day), _) => day,
        (None, Continuity::Continuing) => return Ok(Need::Lasting),
        // A dealing of one day: that it may come again is no reason to keep the number.
        (None, Continuity::Spot) => match from {
            Some(day) => day,
            None => return Ok(Need::EndUnknown),
        },
    };
    let filed: Option<Date> = filings(conn, person)?
        .into_iter()
        .filter(|day| day.year() > last.year())
        .min();
    let due = report_due(last)?;
    Ok(Need::EndedOn(filed.unwrap_or(due)))
}

/// The last day for the reports on the year of `day`.
fn report_due(day: Date) -> Result<Date, VaultError> {
    Ok(Date::new(day.year() + 1, 1, 31).map_err(|_| RuleError::BeyondCalendar)?)
}

/// The days on which reports with the number were filed, as entered.
fn filings(conn: &Connection, person: PersonId) -> Result<Vec<Date>, VaultError> {
    let rules = Rules::current();
    let filing = |hold: &Hold| {
        rules
            .find(&hold.rule)
            .is_some_and(|rule| rule.event == StartEvent::Filing)
    };
    Ok(kept(conn, person)?
        .into_iter()
        .filter(filing)
        .map(|hold| hold.event)
        .collect())
}

/// The holds entered that have not been ended.
fn kept(conn: &Connection, person: PersonId) -> Result<Vec<Hold>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT rule, event_on, starts_on, until_on FROM holds
         WHERE person_id = ?1 AND ended_unix IS NULL",
    )?;
    let rows = statement.query_map([person], |r| hold(r, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A hold from the columns rule, event_on, starts_on, until_on that begin at `at`.
pub(super) fn hold(r: &Row<'_>, at: usize) -> rusqlite::Result<Hold> {
    let day = |i| stored(Date::parse(&r.get::<_, String>(at + i)?));
    Ok(Hold {
        rule: r.get(at)?,
        event: day(1)?,
        term: Term {
            start: day(2)?,
            until: day(3)?,
        },
    })
}

pub(super) fn date(r: &Row<'_>, column: usize) -> rusqlite::Result<Option<Date>> {
    let text: Option<String> = r.get(column)?;
    stored(text.map(|t| Date::parse(&t)).transpose())
}
