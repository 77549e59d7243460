//! 未回収: whose number may be asked for and is not there.

use super::Collection;
use super::rows::load;
use crate::subjects::gate::{self, EMPLOYEE_FACTS_COLLECTED, PAPERS_FILED};
use crate::subjects::{coded, optional_coded, optional_date, page_size};
use crate::{Page, PersonId, Session, Vault, VaultError};
use mynumber::Date;
use mynumber::asking::{self, Asked, Payer};
use mynumber::collection::CollectionStatus;
use mynumber::people::{PayeeKind, PersonKind};
use mynumber::rights::{DepartmentId, Target};
use rusqlite::Row;

/// Who is looked for among those whose number is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingFilter {
    /// Employees of the department and their families; `None`: the whole company.
    pub department: Option<DepartmentId>,
    /// Only those who are to be reminded today or whose day has passed.
    pub reminder_due: bool,
    /// Those who refused as well: they are asked again every year.
    pub refused_too: bool,
}

/// Somebody whose number may be asked for and is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingNumber {
    pub person: PersonId,
    pub kind: PersonKind,
    pub name: String,
    /// 社員番号, of a family member the employee's; 支払先コード.
    pub code: String,
    pub department: Option<String>,
    pub status: CollectionStatus,
    pub asked_on: Option<Date>,
    pub due_on: Option<Date>,
    pub remind_on: Option<Date>,
    pub reminders: u32,
    pub last_reminded_on: Option<Date>,
    pub reminder_due: bool,
}

impl Vault {
    /// Who is still missing, in the user's scope: numbers that may be asked for and are not
    /// there, the one due first at the top. `limit` counts up to 1000.
    pub fn missing_numbers(
        &self,
        session: &Session,
        filter: MissingFilter,
        offset: u32,
        limit: u16,
    ) -> Result<Page<MissingNumber>, VaultError> {
        let mut missing = self.missing(session, filter)?;
        missing.sort_unstable();
        let page = missing.iter().skip(offset as usize);
        let rows = page
            .take(usize::from(page_size(limit)))
            .map(|missing| self.missing_row(session, missing))
            .collect::<Result<_, _>>()?;
        Ok(Page {
            total: missing.len() as u64,
            rows,
        })
    }

    /// All of them, in no order. Of everybody only what decides is read here: of 100,000
    /// people one page is shown.
    fn missing(
        &self,
        session: &Session,
        filter: MissingFilter,
    ) -> Result<Vec<Missing>, VaultError> {
        session.allow_listing()?;
        let today = session.today();
        if gate::asks_nobody(&self.conn, session)? {
            return Ok(Vec::new());
        }
        let (grant, company) = (session.grant()?, session.company()?);
        let payer = gate::payer(&self.conn, company)?;
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT p.id, p.kind, p.sort_key, c.status, c.due_on, c.remind_on, d.employee_id,
                    e.department_id, y.payment, y.expected_yen, {EMPLOYEE_FACTS_COLLECTED}
             FROM people p
             LEFT JOIN collections c ON c.person_id = p.id
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             LEFT JOIN payees y ON y.person_id = p.id
             WHERE p.company_id = ?2 AND (?3 IS NULL OR e.department_id = ?3)
               AND NOT {PAPERS_FILED}
               -- Whom nobody claims may not be asked for.
               AND (d.person_id IS NULL OR EXISTS
                    (SELECT 1 FROM claims a WHERE a.person_id = d.person_id AND
                     (a.claimed_until IS NULL OR a.claimed_until >= ?4)))
               AND NOT EXISTS (SELECT 1 FROM numbers n
                               WHERE n.person_id = p.id AND n.destroyed_unix IS NULL)"
        ))?;
        let since = gate::open_since(session);
        let mut rows = statement.query((since, company, filter.department, today.to_string()))?;
        let mut missing = Vec::new();
        while let Some(row) = rows.next()? {
            let standing = Standing::read(row, today)?;
            let person: PersonId = row.get(0)?;
            let target = Target::person(person)
                .of_employee(row.get(6)?)
                .in_department(row.get(7)?);
            if filter.wants(&standing)
                && grant.lists(&target)
                && self.may_be_asked(session, row, person, payer)?
            {
                missing.push(Missing {
                    due: standing.due_on.map_or(Due::Never, Due::On),
                    sort_key: row.get(2)?,
                    person,
                });
            }
        }
        Ok(missing)
    }

    fn may_be_asked(
        &self,
        session: &Session,
        row: &Row<'_>,
        person: PersonId,
        payer: Payer,
    ) -> Result<bool, VaultError> {
        let asking = match coded(row, 1, PersonKind::from_code)? {
            PersonKind::Employee => {
                let facts = gate::employee_facts(row, 10, session.today())?;
                asking::purposes(&Asked::Employee(facts))
            }
            PersonKind::Payee => {
                let yen = row.get::<_, Option<i64>>(9)?.map(i64::unsigned_abs);
                let payment = row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)?;
                gate::of_payment(PayeeKind::Individual, payment, yen, payer)?
            }
            PersonKind::Dependant | PersonKind::Proprietor => {
                gate::ask(&self.conn, session, person)?
            }
        };
        Ok(asking.is_ok())
    }

    fn missing_row(
        &self,
        session: &Session,
        missing: &Missing,
    ) -> Result<MissingNumber, VaultError> {
        let Collection {
            status,
            asked_on,
            due_on,
            remind_on,
            reminders,
            last_reminded_on,
            ..
        } = load(&self.conn, missing.person)?;
        let today = session.today();
        let mut statement = self.conn.prepare_cached(
            "SELECT p.kind, p.name, COALESCE(e.employee_no, y.code, ''), t.name FROM people p
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             LEFT JOIN departments t ON t.id = e.department_id
             LEFT JOIN payees y ON y.person_id = p.id WHERE p.id = ?1",
        )?;
        Ok(statement.query_row([missing.person], |r| {
            Ok(MissingNumber {
                person: missing.person,
                kind: coded(r, 0, PersonKind::from_code)?,
                name: r.get(1)?,
                code: r.get(2)?,
                department: r.get(3)?,
                status,
                asked_on,
                due_on,
                remind_on,
                reminders,
                last_reminded_on,
                reminder_due: is_reminder_due(status, due_on, remind_on, today),
            })
        })?)
    }
}

/// Somebody missing, in the order of the list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Missing {
    due: Due,
    sort_key: Box<str>,
    person: PersonId,
}

/// 回収期限; who has none comes last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    On(Date),
    Never,
}

/// How far the collection is.
struct Standing {
    status: CollectionStatus,
    due_on: Option<Date>,
    reminder_due: bool,
}

impl Standing {
    fn read(row: &Row<'_>, today: Date) -> rusqlite::Result<Self> {
        let status = optional_coded(row, 3, CollectionStatus::from_code)?
            .unwrap_or(CollectionStatus::NotRequested);
        let due_on = optional_date(row, 4)?;
        let remind_on = optional_date(row, 5)?;
        Ok(Self {
            status,
            due_on,
            reminder_due: is_reminder_due(status, due_on, remind_on, today),
        })
    }
}

impl MissingFilter {
    fn wants(&self, standing: &Standing) -> bool {
        let wanted = match standing.status {
            CollectionStatus::Refused => self.refused_too,
            CollectionStatus::NotNeeded => false,
            _ => true,
        };
        wanted && (standing.reminder_due || !self.reminder_due)
    }
}

fn is_reminder_due(
    status: CollectionStatus,
    due_on: Option<Date>,
    remind_on: Option<Date>,
    today: Date,
) -> bool {
    let reached = remind_on.is_some_and(|day| day <= today);
    let passed = due_on.is_some_and(|day| day < today);
    status.is_waiting() && (reached || passed)
}
