//! Dependants and their claims as the database has them.

use super::{Claim, Claimed, Dependant, DependantFields, DependantRow};
use crate::subjects::particulars::{self, PARTICULARS, PARTICULARS_COLUMNS};
use crate::subjects::{Span, gate};
use crate::{PersonId, Session, VaultError, numbers};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use rusqlite::{Connection, OptionalExtension, Row};

pub(super) fn load(
    conn: &Connection,
    session: &Session,
    person: PersonId,
) -> Result<Dependant, VaultError> {
    let claims = claims(conn, person)?;
    let asking = gate::ask_now(conn, session, person)?;
    let former_names = particulars::former_names(conn, person)?;
    let at = PARTICULARS_COLUMNS;
    let (mut dependant, codes) = conn
        .prepare_cached(&format!(
            "SELECT {PARTICULARS}, p.revision, d.employee_id, d.relationship, d.lives_with,
                    d.disability, d.residency, d.added_on, d.ended_on,
                    (SELECT purposes FROM numbers n
                     WHERE n.person_id = p.id AND n.destroyed_unix IS NULL)
             FROM people p JOIN dependants d ON d.person_id = p.id
             WHERE p.id = ?1 AND p.company_id = ?2"
        ))?
        .query_row((person, session.company()?), |r| {
            let codes: Option<String> = r.get(at + 8)?;
            let dependant = Dependant {
                id: person,
                revision: r.get(at)?,
                employee: r.get(at + 1)?,
                fields: read_fields(r, at)?,
                added_on: crate::subjects::date(r, at + 6)?,
                ended_on: crate::subjects::optional_date(r, at + 7)?,
                claims: Vec::new(),
                has_number: codes.is_some(),
                purposes: Vec::new(),
                asking,
                former_names: Vec::new(),
            };
            Ok((dependant, codes))
        })
        .optional()?
        .ok_or(VaultError::NotFound)?;
    dependant.claims = claims;
    dependant.former_names = former_names;
    dependant.purposes = numbers::purposes(codes.as_deref().unwrap_or_default())?;
    Ok(dependant)
}

fn read_fields(r: &Row<'_>, at: usize) -> rusqlite::Result<DependantFields> {
    Ok(DependantFields {
        particulars: particulars::read(r, 0)?,
        relationship: crate::subjects::coded(r, at + 2, Relationship::from_code)?,
        lives_with: r.get(at + 3)?,
        disability: crate::subjects::coded(r, at + 4, Disability::from_code)?,
        residency: crate::subjects::coded(r, at + 5, Residency::from_code)?,
    })
}

pub(crate) fn claims(conn: &Connection, person: PersonId) -> Result<Vec<Claimed>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT claim, deduction, claimed_from, claimed_until FROM claims WHERE person_id = ?1
         ORDER BY claimed_from DESC, id DESC",
    )?;
    let rows = statement.query_map([person], |r| {
        let claim = match r.get::<_, String>(0)?.as_str() {
            "tax" => Claim::Tax(crate::subjects::coded(r, 1, Deduction::from_code)?),
            "health" => Claim::HealthInsurance,
            _ => Claim::Category3,
        };
        Ok(Claimed {
            claim,
            span: Span {
                from: crate::subjects::date(r, 2)?,
                until: crate::subjects::optional_date(r, 3)?,
            },
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn row(conn: &Connection, person: PersonId) -> Result<DependantRow, VaultError> {
    Ok(conn
        .prepare_cached(
            "SELECT p.name, p.kana, p.birth_date, d.relationship, d.employee_id, e.employee_no,
                    s.name, d.ended_on,
                    EXISTS (SELECT 1 FROM numbers n
                            WHERE n.person_id = p.id AND n.destroyed_unix IS NULL)
             FROM people p JOIN dependants d ON d.person_id = p.id
             JOIN employees e ON e.person_id = d.employee_id
             JOIN people s ON s.id = d.employee_id WHERE p.id = ?1",
        )?
        .query_row([person], |r| {
            Ok(DependantRow {
                id: person,
                name: r.get(0)?,
                kana: r.get::<_, Option<String>>(1)?.unwrap_or_default(),
                birth_date: crate::subjects::optional_date(r, 2)?,
                relationship: crate::subjects::coded(r, 3, Relationship::from_code)?,
                employee: r.get(4)?,
                employee_no: r.get(5)?,
                employee_name: r.get(6)?,
                ended_on: crate::subjects::optional_date(r, 7)?,
                has_number: r.get(8)?,
            })
        })?)
}
