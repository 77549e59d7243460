//! How long what is claimed for a dependant needs their number.

use super::plan::{Ended, date, employment};
use crate::people::stored;
use crate::{PersonId, VaultError};
use mynumber::family::category3_until;
use mynumber::retention::Need;
use mynumber::{Date, Purpose};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// 税, 健康保険, 国民年金第3号: what [`crate::Claim`] is, without how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tax,
    Health,
    Category3,
}

struct Held {
    kind: Kind,
    from: Date,
    /// The last day; `None`: no end is known.
    until: Option<Date>,
}

impl Kind {
    fn from_code(code: &str) -> Option<Self> {
        match code {
            "tax" => Some(Self::Tax),
            "health" => Some(Self::Health),
            "category3" => Some(Self::Category3),
            _ => None,
        }
    }

    fn purposes(self) -> Vec<Purpose> {
        match self {
            Self::Tax => vec![Purpose::TaxDeclaration, Purpose::WithholdingTax],
            Self::Health => vec![Purpose::HealthAndPension],
            Self::Category3 => vec![Purpose::NationalPension3],
        }
    }
}

/// A dependant's number is needed while something is claimed and the employee is employed.
pub(super) fn need(conn: &Connection, person: PersonId) -> Result<Need, VaultError> {
    let (employee, added, ended) = conn
        .prepare_cached(
            "SELECT employee_id, added_on, ended_on FROM dependants WHERE person_id = ?1",
        )?
        .query_row([person], |r| {
            Ok((r.get::<_, PersonId>(0)?, date(r, 1)?, date(r, 2)?))
        })?;
    let claims = held(conn, person)?;
    let unclaimed = if claims.iter().any(|claim| claim.until.is_none()) {
        None
    } else {
        // Never anything: there is no need since the day they were added.
        claims
            .iter()
            .filter_map(|claim| claim.until)
            .max()
            .or(added)
    };
    let own = [ended, unclaimed].into_iter().flatten().min();
    Ok(match (employment(conn, employee)?, own) {
        (Need::EndedOn(left), Some(own)) => Need::EndedOn(left.min(own)),
        (_, Some(own)) => Need::EndedOn(own),
        (employee, None) => employee,
    })
}

/// Until when each claim of a dependant held, `end` at the latest. One that was to begin
/// after it closed nothing.
pub(super) fn ended(
    conn: &Connection,
    person: PersonId,
    end: Date,
) -> Result<Vec<Ended>, VaultError> {
    let mut last = BTreeMap::new();
    for claim in held(conn, person)?.iter().filter(|claim| claim.from <= end) {
        let until = claim.until.map_or(end, |until| until.min(end));
        let last = last.entry(claim.kind).or_insert(until);
        *last = until.max(*last);
    }
    let ended = |(kind, on): (Kind, Date)| Ended {
        purposes: kind.purposes(),
        on,
    };
    Ok(last.into_iter().map(ended).collect())
}

/// Everything claimed, ever. 国民年金第3号 ends by itself with the age, whether somebody
/// entered the end or not; while the birth date is not known, the claim is believed.
fn held(conn: &Connection, person: PersonId) -> Result<Vec<Held>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT c.claim, c.claimed_from, c.claimed_until, p.birth_date
         FROM claims c JOIN people p ON p.id = c.person_id WHERE c.person_id = ?1",
    )?;
    let rows = statement.query_map([person], |r| {
        let kind = stored(Kind::from_code(&r.get::<_, String>(0)?).ok_or(()))?;
        let from = stored(date(r, 1)?.ok_or(()))?;
        let entered = date(r, 2)?;
        let by_age = match kind {
            // Claimed too late altogether: it closed with the day it was claimed.
            Kind::Category3 => date(r, 3)?
                .and_then(category3_until)
                .map(|day| day.max(from)),
            Kind::Tax | Kind::Health => None,
        };
        Ok(Held {
            kind,
            from,
            until: [entered, by_age].into_iter().flatten().min(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
