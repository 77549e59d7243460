//! Whose numbers a hand-over takes: those asked for, each in turn, and with an employee the
//! family where purpose and format have room for them.

use crate::subjects::particulars::{self, PARTICULARS, PARTICULARS_COLUMNS};
use crate::subjects::{coded, gate, optional_coded, optional_date};
use crate::{Carried, Disclosed, HandOverPeople, PersonId, Session, Vault, VaultError, numbers};
use ledger::Subject;
use mynumber::family::Relationship;
use mynumber::people::PersonKind;
use mynumber::rights::Operation;
use mynumber::search::sort_key;
use mynumber::{Date, Purpose};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// What taking numbers out for a purpose comes to.
pub(crate) enum Disclosure {
    /// By code, an employee before the family.
    Allowed(Vec<Carried>),
    /// The first person whose number may not go, and why.
    Refused(Subject, MayNotGo),
}

/// Why a number does not leave, although the user may hand numbers over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MayNotGo {
    /// It was not collected for the purpose.
    Purpose,
    /// The format has no rows for such people.
    Format,
    /// Nothing keeps it any more: it is to be destroyed, not used.
    MustBeDestroyed,
}

impl MayNotGo {
    pub(crate) const fn error_code(self) -> &'static str {
        match self {
            MayNotGo::Purpose => "E-302",
            MayNotGo::Format => "E-519",
            MayNotGo::MustBeDestroyed => "E-520",
        }
    }
}

impl From<MayNotGo> for VaultError {
    fn from(why: MayNotGo) -> Self {
        match why {
            MayNotGo::Purpose => VaultError::PurposeNotAllowed,
            MayNotGo::Format => VaultError::NotInFormat,
            MayNotGo::MustBeDestroyed => VaultError::MustBeDestroyed,
        }
    }
}

/// Somebody who may be meant, and what decides whether the number may go.
struct Candidate {
    carried: Carried,
    /// Of the number there is.
    purposes: Option<Vec<Purpose>>,
    /// When nothing keeps the number any more.
    deletable_from: Option<Date>,
}

impl Candidate {
    fn may_go(&self, purpose: Purpose, kinds: &[PersonKind], today: Date) -> Result<(), MayNotGo> {
        let purposes = self.purposes.as_deref().unwrap_or_default();
        if !kinds.contains(&self.carried.kind) {
            Err(MayNotGo::Format)
        } else if !purposes.contains(&purpose) {
            Err(MayNotGo::Purpose)
        } else if self.deletable_from.is_some_and(|day| day <= today) {
            Err(MayNotGo::MustBeDestroyed)
        } else {
            Ok(())
        }
    }
}

/// Why a hand-over failed whose numbers could not be taken out.
pub(crate) fn error_code(error: &VaultError) -> &'static str {
    match error {
        VaultError::Io(_) => "E-005",
        VaultError::NoNumber => "E-216",
        VaultError::NoNumberKey => "E-301",
        VaultError::NoMemory => "E-011",
        _ => "E-007",
    }
}

/// Takes the numbers of these people out.
pub(crate) fn open(
    conn: &Connection,
    session: &Session,
    carried: Vec<Carried>,
) -> Result<Vec<Disclosed>, VaultError> {
    let open = |carried: Carried| {
        let number = numbers::open(conn, session, carried.person)?.ok_or(VaultError::NoNumber)?;
        Ok(Disclosed { carried, number })
    };
    carried.into_iter().map(open).collect()
}

impl Vault {
    /// Whose numbers a hand-over takes, or why not.
    pub(crate) fn disclose(
        &self,
        session: &Session,
        asked: &HandOverPeople,
        purpose: Purpose,
    ) -> Result<Disclosure, VaultError> {
        let (conn, company, today) = (&self.conn, session.company()?, session.today());
        let kinds = &asked.kinds;
        let asked: BTreeSet<PersonId> = asked.people.iter().copied().collect();
        let mut carried = Vec::new();
        for person in &asked {
            session.allow_person(conn, Operation::Export, *person)?;
            let one = load(conn, company, *person)?;
            if one.purposes.is_some() {
                if let Err(why) = one.may_go(purpose, kinds, today) {
                    let subject = particulars::subject(conn, company, *person)?;
                    return Ok(Disclosure::Refused(subject, why));
                }
                carried.push(one.carried);
            }
            if kinds.contains(&PersonKind::Dependant) {
                carried.extend(self.family(session, *person, &asked, kinds, purpose)?);
            }
        }
        carried.sort_by_cached_key(|one| {
            let family = one.kind == PersonKind::Dependant;
            (sort_key(&one.code), family, one.relationship, one.person)
        });
        Ok(Disclosure::Allowed(carried))
    }

    /// Those of an employee's family, not asked for by themselves, who go with the employee.
    fn family(
        &self,
        session: &Session,
        employee: PersonId,
        asked: &BTreeSet<PersonId>,
        kinds: &[PersonKind],
        purpose: Purpose,
    ) -> Result<Vec<Carried>, VaultError> {
        let conn = &self.conn;
        let mut statement =
            conn.prepare_cached("SELECT person_id FROM dependants WHERE employee_id = ?1")?;
        let family = statement.query_map([employee], |r| r.get::<_, PersonId>(0))?;
        let mut carried = Vec::new();
        for person in family {
            let person = person?;
            let one = load(conn, session.company()?, person)?;
            let goes = !asked.contains(&person)
                && one.may_go(purpose, kinds, session.today()).is_ok()
                && gate::ask(conn, session, person)?.is_ok_and(|now| now.contains(&purpose))
                && session
                    .allow_person(conn, Operation::Export, person)
                    .is_ok();
            if goes {
                carried.push(one.carried);
            }
        }
        Ok(carried)
    }
}

fn load(conn: &Connection, company: &str, person: PersonId) -> Result<Candidate, VaultError> {
    let at = PARTICULARS_COLUMNS;
    let (candidate, codes) = conn
        .prepare_cached(&format!(
            "SELECT {PARTICULARS}, p.kind, COALESCE(e.employee_no, y.code, ''), d.relationship,
                    y.payment, r.deletable_from, n.purposes
             FROM people p
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             LEFT JOIN payees y ON y.person_id = p.id
             LEFT JOIN retention r ON r.person_id = p.id
             LEFT JOIN numbers n ON n.person_id = p.id AND n.destroyed_unix IS NULL
             WHERE p.id = ?1 AND p.company_id = ?2"
        ))?
        .query_row((person, company), |r| {
            let carried = Carried {
                person,
                kind: coded(r, at, PersonKind::from_code)?,
                code: r.get(at + 1)?,
                relationship: optional_coded(r, at + 2, Relationship::from_code)?,
                payment: r.get(at + 3)?,
                particulars: particulars::read(r, 0)?,
            };
            let candidate = Candidate {
                carried,
                purposes: None,
                deletable_from: optional_date(r, at + 4)?,
            };
            Ok((candidate, r.get::<_, Option<String>>(at + 5)?))
        })
        .optional()?
        .ok_or(VaultError::NotFound)?;
    let purposes = codes.map(|codes| numbers::purposes(&codes)).transpose()?;
    Ok(Candidate {
        purposes,
        ..candidate
    })
}
