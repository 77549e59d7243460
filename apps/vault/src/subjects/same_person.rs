//! One human being in several capacities (立場): the wife who works here and is claimed as
//! the husband's spouse, the child both parents claim, the employee who is paid for a
//! manuscript, the lawyer who also lets the office. Each capacity has needs, holds and an
//! end of its own and so a row of its own; the number is the same in all of them.

use super::{coded, optional_date};
use crate::{PersonId, VaultError};
use mynumber::Date;
use mynumber::people::PersonKind;
use mynumber::search::fold;
use rusqlite::Connection;

/// As what somebody stands in the vault; nobody does twice as the same.
#[derive(PartialEq, Eq)]
enum Capacity {
    Employee,
    FamilyOf(PersonId),
    /// By 支払区分.
    Payee(String),
    Proprietor,
}

struct Standing {
    capacity: Capacity,
    born: Option<Date>,
    /// Borne now or before, 通称 too; folded.
    names: Vec<String>,
}

/// Whether two people of a company can be one: in different capacities, born on the same
/// known day, with a name in common. Who shares the number as well is the same; twins share
/// no name, and somebody registered twice in one capacity is a mistake to be seen.
pub(crate) fn can_be(conn: &Connection, a: PersonId, b: PersonId) -> Result<bool, VaultError> {
    let (a, b) = (load(conn, a)?, load(conn, b)?);
    Ok(a.capacity != b.capacity
        && a.born.is_some()
        && a.born == b.born
        && a.names.iter().any(|name| b.names.contains(name)))
}

fn load(conn: &Connection, person: PersonId) -> Result<Standing, VaultError> {
    let (capacity, born, mut names) = conn
        .prepare_cached(
            "SELECT p.kind, d.employee_id, y.payment, p.birth_date, p.name, p.alias FROM people p
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN payees y ON y.person_id = p.id WHERE p.id = ?1",
        )?
        .query_row([person], |r| {
            let capacity = match coded(r, 0, PersonKind::from_code)? {
                PersonKind::Employee => Capacity::Employee,
                PersonKind::Dependant => Capacity::FamilyOf(r.get(1)?),
                PersonKind::Payee => Capacity::Payee(r.get(2)?),
                PersonKind::Proprietor => Capacity::Proprietor,
            };
            let names = [Some(r.get::<_, String>(4)?), r.get(5)?];
            Ok((
                capacity,
                optional_date(r, 3)?,
                names.into_iter().flatten().collect::<Vec<_>>(),
            ))
        })?;
    let mut former = conn.prepare_cached("SELECT name FROM former_names WHERE person_id = ?1")?;
    for name in former.query_map([person], |r| r.get(0))? {
        names.push(name?);
    }
    Ok(Standing {
        capacity,
        born,
        names: names.iter().map(|name| fold(name)).collect(),
    })
}
