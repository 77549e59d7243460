//! Whose number is still missing.

use crate::subjects::gate::{self, EMPLOYEE_FACTS};
use crate::subjects::page_size;
use crate::{Page, PersonId, Session, Vault, VaultError};
use mynumber::Date;
use mynumber::asking::{self, Asked};
use mynumber::collection::CollectionStatus;
use mynumber::people::{PayeeKind, PersonKind};
use mynumber::rights::{DepartmentId, Target};

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
        session.allow_listing()?;
        let today = session.today();
        let (grant, company) = (session.grant()?, session.company()?);
        let payer = gate::payer(&self.conn, company)?;
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT p.id, p.kind, p.name, COALESCE(e.employee_no, y.code, ''), t.name, c.status,
                    c.asked_on, c.due_on, c.remind_on, c.reminders, c.last_reminded_on,
                    d.employee_id, e.department_id, y.payment, y.expected_yen,
                    EXISTS (SELECT 1 FROM claims a WHERE a.person_id = d.person_id AND
                            (a.claimed_until IS NULL OR a.claimed_until >= ?4)),
                    {EMPLOYEE_FACTS}
             FROM people p
             LEFT JOIN collections c ON c.person_id = p.id
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             LEFT JOIN departments t ON t.id = e.department_id
             LEFT JOIN payees y ON y.person_id = p.id
             WHERE p.company_id = ?1 AND (?2 IS NULL OR e.department_id = ?2)
               AND (e.has_left IS NOT 1 OR e.left_on >= ?3)
               AND NOT EXISTS (SELECT 1 FROM numbers n
                               WHERE n.person_id = p.id AND n.destroyed_unix IS NULL)
             ORDER BY c.due_on IS NULL, c.due_on, p.sort_key, p.id"
        ))?;
        // Who left in an earlier year has no paper left to be filed.
        let this_year = format!("{:04}-01-01", today.year());
        let day = today.to_string();
        let mut rows = statement.query((company, filter.department, this_year, day))?;
        let mut page = crate::subjects::Pager::new(offset, page_size(limit));
        while let Some(r) = rows.next()? {
            let status = crate::subjects::optional_coded(r, 5, CollectionStatus::from_code)?
                .unwrap_or(CollectionStatus::NotRequested);
            let (due_on, remind_on) = (
                crate::subjects::optional_date(r, 7)?,
                crate::subjects::optional_date(r, 8)?,
            );
            let reminder_due = status.is_waiting()
                && (remind_on.is_some_and(|day| day <= today)
                    || due_on.is_some_and(|day| day < today));
            let wanted = match status {
                CollectionStatus::Refused => filter.refused_too,
                CollectionStatus::NotNeeded => false,
                _ => true,
            } && (reminder_due || !filter.reminder_due);
            let person: PersonId = r.get(0)?;
            let target = Target::person(person)
                .of_employee(r.get(11)?)
                .in_department(r.get(12)?);
            if !wanted || !grant.lists(&target) {
                continue;
            }
            let asking = match crate::subjects::coded(r, 1, PersonKind::from_code)? {
                PersonKind::Employee => {
                    let facts = gate::employee_facts(r, 16, today)?;
                    asking::purposes(&Asked::Employee(facts))
                }
                PersonKind::Payee => {
                    let yen = r.get::<_, Option<i64>>(14)?.map(i64::unsigned_abs);
                    let payment: String = r.get(13)?;
                    gate::of_payment(PayeeKind::Individual, &payment, yen, payer)?
                }
                // Without a claim the rest need not be read.
                PersonKind::Dependant if !r.get::<_, bool>(15)? => continue,
                PersonKind::Dependant | PersonKind::Proprietor => {
                    gate::ask(&self.conn, session, person)?
                }
            };
            if asking.is_err() {
                continue;
            }
            page.push(|| {
                Ok(MissingNumber {
                    person,
                    kind: crate::subjects::coded(r, 1, PersonKind::from_code)?,
                    name: r.get(2)?,
                    code: r.get(3)?,
                    department: r.get(4)?,
                    status,
                    asked_on: crate::subjects::optional_date(r, 6)?,
                    due_on,
                    remind_on,
                    reminders: r.get::<_, Option<u32>>(9)?.unwrap_or(0),
                    last_reminded_on: crate::subjects::optional_date(r, 10)?,
                    reminder_due,
                })
            })?;
        }
        Ok(page.finish())
    }
}
