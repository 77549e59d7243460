//! Whose numbers a hand-over takes: those asked for, each in turn, and with an employee the
//! family where purpose and format have room for them.

use crate::subjects::particulars::{self, PARTICULARS, PARTICULARS_COLUMNS};
use crate::subjects::{coded, gate, optional_coded, optional_date};
use crate::{Disclosed, HandOverDraft, Particulars, PersonId, Session, Vault, VaultError, numbers};
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
    Allowed(Vec<Disclosed>),
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

/// Somebody who may be handed over, before the number is opened.
struct Carried {
    person: PersonId,
    kind: PersonKind,
    code: String,
    relationship: Option<Relationship>,
    payment: Option<String>,
    particulars: Particulars,
    /// Of the number there is.
    purposes: Option<Vec<Purpose>>,
    /// When nothing keeps the number any more.
    deletable_from: Option<Date>,
}

impl Carried {
    fn may_go(&self, purpose: Purpose, kinds: &[PersonKind], today: Date) -> Result<(), MayNotGo> {
        let purposes = self.purposes.as_deref().unwrap_or_default();
        if !kinds.contains(&self.kind) {
            Err(MayNotGo::Format)
        } else if !purposes.contains(&purpose) {
            Err(MayNotGo::Purpose)
        } else if self.deletable_from.is_some_and(|day| day <= today) {
            Err(MayNotGo::MustBeDestroyed)
        } else {
            Ok(())
        }
    }

    fn open(self, conn: &Connection, session: &Session) -> Result<Disclosed, VaultError> {
        let number = numbers::open(conn, session, self.person)?.ok_or(VaultError::NoNumber)?;
        Ok(Disclosed {
            person: self.person,
            kind: self.kind,
            code: self.code,
            relationship: self.relationship,
            payment: self.payment,
            particulars: self.particulars,
            number,
        })
    }
}

impl Vault {
    /// The numbers of a hand-over, by code, an employee before the family.
    pub(crate) fn disclose(
        &self,
        session: &Session,
        draft: &HandOverDraft,
        purpose: Purpose,
    ) -> Result<Disclosure, VaultError> {
        session.refresh(&self.conn, &self.ring.keys)?;
        let (conn, company, today) = (&self.conn, session.company()?, session.today());
        let asked: BTreeSet<PersonId> = draft.people.iter().copied().collect();
        let mut carried = Vec::new();
        for person in &asked {
            session.allow_person(conn, Operation::Export, *person)?;
            let one = load(conn, company, *person)?;
            if one.purposes.is_some() {
                if let Err(why) = one.may_go(purpose, &draft.kinds, today) {
                    let subject = particulars::subject(conn, company, *person)?;
                    return Ok(Disclosure::Refused(subject, why));
                }
                carried.push(one);
            }
            if draft.kinds.contains(&PersonKind::Dependant) {
                carried.extend(self.family(session, *person, &asked, draft, purpose)?);
            }
        }
        carried.sort_by_cached_key(|one| {
            let family = one.kind == PersonKind::Dependant;
            (sort_key(&one.code), family, one.relationship, one.person)
        });
        let opened = carried.into_iter().map(|one| one.open(conn, session));
        Ok(Disclosure::Allowed(opened.collect::<Result<_, _>>()?))
    }

    /// Those of an employee's family, not asked for by themselves, who go with the employee.
    fn family(
        &self,
        session: &Session,
        employee: PersonId,
        asked: &BTreeSet<PersonId>,
        draft: &HandOverDraft,
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
                && one.may_go(purpose, &draft.kinds, session.today()).is_ok()
                && gate::ask(conn, session, person)?.is_ok_and(|now| now.contains(&purpose))
                && session
                    .allow_person(conn, Operation::Export, person)
                    .is_ok();
            if goes {
                carried.push(one);
            }
        }
        Ok(carried)
    }
}

fn load(conn: &Connection, company: &str, person: PersonId) -> Result<Carried, VaultError> {
    let at = PARTICULARS_COLUMNS;
    let (carried, codes) = conn
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
                purposes: None,
                deletable_from: optional_date(r, at + 4)?,
            };
            Ok((carried, r.get::<_, Option<String>>(at + 5)?))
        })
        .optional()?
        .ok_or(VaultError::NotFound)?;
    let purposes = codes.map(|codes| numbers::purposes(&codes)).transpose()?;
    Ok(Carried {
        purposes,
        ..carried
    })
}
