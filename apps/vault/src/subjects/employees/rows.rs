//! Employees as the database has them.

use super::{Employee, FormerEmployment, Leave, Leaving, Position, status};
use crate::subjects::details::{self, Insured};
use crate::subjects::particulars;
use crate::{PersonId, Session, VaultError};
use mynumber::people::EmploymentStatus;
use mynumber::{Date, Employment, RetirementReason};
use rusqlite::{Connection, OptionalExtension};

pub(super) fn load(
    conn: &Connection,
    session: &Session,
    person: PersonId,
) -> Result<Employee, VaultError> {
    let known = crate::people::load(conn, session.company()?, person)?;
    let (position, leaving) = standing(conn, person)?.ok_or(VaultError::NotFound)?;
    let leaves = leaves(conn, person)?;
    let (hired_on, leave) = (known.fields.hired_on, leaves.first().copied());
    let status = match status(hired_on, leaving, leave, session.today()) {
        EmploymentStatus::Retired => after_leaving(conn, person, session.today())?,
        status => status,
    };
    Ok(Employee {
        position,
        details: details::load(conn, person)?.ok_or(VaultError::NotFound)?,
        status,
        leaving,
        former_employments: former_employments(conn, person)?,
        leaves,
        former_names: particulars::former_names(conn, person)?,
        person: known,
    })
}

/// How far the number of somebody who has left is: kept (退職), to be destroyed (削除待ち) or
/// destroyed (削除済). Whose number never came has left and no more.
fn after_leaving(
    conn: &Connection,
    person: PersonId,
    today: Date,
) -> Result<EmploymentStatus, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT COUNT(*) FILTER (WHERE destroyed_unix IS NULL), COUNT(*),
                    EXISTS (SELECT 1 FROM retention
                            WHERE person_id = ?1 AND deletable_from <= ?2)
             FROM numbers WHERE person_id = ?1",
        )?
        .query_row((person, today.to_string()), |r| {
            let (held, numbers): (u32, u32) = (r.get(0)?, r.get(1)?);
            Ok(match (held, numbers) {
                (0, 0) => EmploymentStatus::Retired,
                (0, _) => EmploymentStatus::Deleted,
                _ if r.get(2)? => EmploymentStatus::AwaitingDeletion,
                _ => EmploymentStatus::Retired,
            })
        })?)
}

fn standing(
    conn: &Connection,
    person: PersonId,
) -> Result<Option<(Position, Option<Leaving>)>, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT p.filing_name, e.department_id, e.employment, e.has_left, e.left_on,
                    e.leaving_reason, e.property_savings
             FROM employees e JOIN people p ON p.id = e.person_id WHERE e.person_id = ?1",
        )?
        .query_row([person], |r| {
            let position = Position {
                filing_name: crate::subjects::optional_text(r, 0)?,
                department: r.get(1)?,
                employment: crate::subjects::coded(r, 2, Employment::from_code)?,
                property_savings: r.get(6)?,
            };
            let has_left: bool = r.get(3)?;
            let leaving = Leaving {
                on: crate::subjects::optional_date(r, 4)?,
                reason: crate::subjects::optional_coded(r, 5, RetirementReason::from_code)?,
            };
            Ok((position, has_left.then_some(leaving)))
        })
        .optional()?)
}

fn leaves(conn: &Connection, person: PersonId) -> Result<Vec<Leave>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT from_on, back_on FROM leaves WHERE person_id = ?1 ORDER BY from_on DESC, id DESC",
    )?;
    let rows = statement.query_map([person], |r| {
        Ok(Leave {
            from: crate::subjects::date(r, 0)?,
            back_on: crate::subjects::optional_date(r, 1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn former_employments(
    conn: &Connection,
    person: PersonId,
) -> Result<Vec<FormerEmployment>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT hired_on, left_on, leaving_reason, social_from, social_until,
                employment_insured_from, employment_insured_until
         FROM former_employments WHERE person_id = ?1 ORDER BY left_on DESC, id DESC",
    )?;
    let rows = statement.query_map([person], |r| {
        Ok(FormerEmployment {
            hired_on: crate::subjects::optional_date(r, 0)?,
            left_on: crate::subjects::date(r, 1)?,
            reason: crate::subjects::optional_coded(r, 2, RetirementReason::from_code)?,
            social: Insured {
                from: crate::subjects::optional_date(r, 3)?,
                until: crate::subjects::optional_date(r, 4)?,
            },
            employment_insurance: Insured {
                from: crate::subjects::optional_date(r, 5)?,
                until: crate::subjects::optional_date(r, 6)?,
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
