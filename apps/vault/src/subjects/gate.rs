//! Whether a person's number may be asked for ([`ask_now`]) and held ([`ask`]): the one place
//! that decides, in front of every way in which a number enters the vault. The rules are
//! [`mynumber::asking`]'s; here is where their facts come from.

use super::dependants::{self, Claim, Claimed};
use super::employees::{self, Leaving};
use super::particulars;
use super::payees::PayeeFields;
use crate::closing::{self, Closing};
use crate::store::Tx;
use crate::{Moment, Note, PersonId, Session, Vault, VaultError};
use ledger::Event;
use mynumber::asking::{
    self, Asked, DependantFacts, EmployeeFacts, NotAllowed, PayeeFacts, Payer, Reporting,
};
use mynumber::family::{Deduction, Relationship};
use mynumber::people::{EmploymentStatus, PayeeKind, PersonKind};
use mynumber::{Date, Employment, Payment, Payments, Purpose, RetirementReason};
use rusqlite::{Connection, Row};

/// The purposes for which a number may be asked for and held, or why it may not.
pub type Asking = Result<Vec<Purpose>, NotAllowed>;

impl Vault {
    /// Whether this person's number may be asked for today, and why not.
    pub fn may_ask(&self, session: &Session, person: PersonId) -> Result<Asking, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        ask_now(&self.conn, session, person)
    }

    /// Of a sole proprietor: whether the business deals in real estate, so that rents and
    /// the like are reported and landlords may be asked (所得税法施行令352条).
    pub fn set_real_estate_dealer(
        &mut self,
        session: &Session,
        on: bool,
        now: Moment,
    ) -> Result<(), VaultError> {
        self.set_company_flag(session, "real_estate_dealer", on, now)
    }

    /// Records that somebody wanted to ask where nobody may.
    pub(crate) fn refuse_asking(
        &mut self,
        session: &Session,
        person: Option<PersonId>,
        reason: NotAllowed,
        now: Moment,
    ) -> VaultError {
        let subject = session.company().and_then(|company| {
            let subject = |person| particulars::subject(&self.conn, company, person);
            person.map(subject).transpose()
        });
        let recorded = subject.and_then(|subject| {
            let note = Note {
                subject,
                ..Note::new(Event::NumberNotAllowed)
            };
            self.record_refusal(Some(session), &note, NotAllowed::ERROR_CODE, now)
        });
        match recorded {
            Ok(()) => VaultError::MayNotAsk(reason),
            Err(error) => error,
        }
    }
}

/// Of `employees e` and `payees y`: whether nothing of theirs is left to be filed, `?1` being
/// [`asking::papers_open_since`] today. Of whom nobody knows when they left, nothing can be
/// said to be left.
pub(crate) const PAPERS_FILED: &str = "(e.has_left = 1 AND (e.left_on IS NULL OR e.left_on < ?1)
     OR COALESCE(y.contract_until, iif(y.continuity = 'spot', y.contract_from, NULL)) < ?1)
     IS TRUE";

/// What [`mynumber::asking`] says of asking somebody of the company entered today: the
/// purposes of [`ask`], unless the last paper has been filed.
pub(crate) fn ask_now(
    conn: &Connection,
    session: &Session,
    person: PersonId,
) -> Result<Asking, VaultError> {
    let asking = ask(conn, session, person)?;
    if asks_nobody(conn, session)? {
        return Ok(asking.and(Err(NotAllowed::Ended)));
    }
    let filed: bool = conn
        .prepare_cached(&format!(
            "SELECT {PAPERS_FILED} FROM people p
             LEFT JOIN dependants d ON d.person_id = p.id
             LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
             LEFT JOIN payees y ON y.person_id = p.id WHERE p.id = ?2"
        ))?
        .query_row((open_since(session), person), |r| r.get(0))?;
    Ok(match filed {
        true => asking.and(Err(NotAllowed::Ended)),
        false => asking,
    })
}

/// Whether the office works for the company entered no more, so that no number may come.
pub(crate) fn mandate_ended(conn: &Connection, session: &Session) -> Result<bool, VaultError> {
    let closing = closing::of(conn, session.company()?)?;
    Ok(closing.is_some_and(|c| c.ends_mandate_before(session.today())))
}

/// Whether the last papers of a company that ended have been filed.
fn has_filed_all(closing: Closing, session: &Session) -> bool {
    closing.ends_mandate_before(session.today())
        || closing.on < asking::papers_open_since(session.today())
}

/// Whether nobody of the company entered may be asked any more.
pub(crate) fn asks_nobody(conn: &Connection, session: &Session) -> Result<bool, VaultError> {
    Ok(closing::of(conn, session.company()?)?.is_some_and(|c| has_filed_all(c, session)))
}

/// What `?1` of [`PAPERS_FILED`] is.
pub(crate) fn open_since(session: &Session) -> String {
    asking::papers_open_since(session.today()).to_string()
}

/// Refuses a number that may not be held, or not for these purposes.
pub(crate) fn may_hold(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    purposes: &[Purpose],
) -> Result<(), VaultError> {
    let allowed = ask(tx.conn(), session, person)?.map_err(VaultError::MayNotAsk)?;
    match purposes.iter().find(|p| !allowed.contains(p)) {
        None => Ok(()),
        Some(other) => Err(VaultError::MayNotAsk(NotAllowed::OtherPurpose(*other))),
    }
}

/// For which purposes the number of somebody of the company entered may be held today.
pub(crate) fn ask(
    conn: &Connection,
    session: &Session,
    person: PersonId,
) -> Result<Asking, VaultError> {
    let company = session.company()?;
    let (kind, _) = particulars::kind_of(conn, company, person)?;
    if mandate_ended(conn, session)? {
        return Ok(Err(NotAllowed::Ended));
    }
    Ok(match kind {
        PersonKind::Employee => {
            let facts = of_employee(conn, person, session.today())?;
            asking::purposes(&Asked::Employee(facts))
        }
        PersonKind::Dependant => {
            let facts = of_dependant(conn, person, session.today())?;
            asking::purposes(&Asked::Dependant(facts))
        }
        PersonKind::Payee => {
            let (payment, expected_yen) = conn
                .prepare_cached("SELECT payment, expected_yen FROM payees WHERE person_id = ?1")?
                .query_row([person], |r| {
                    Ok((r.get::<_, String>(0)?, r.get::<_, Option<i64>>(1)?))
                })?;
            let yen = expected_yen.map(i64::unsigned_abs);
            of_payment(PayeeKind::Individual, &payment, yen, payer(conn, company)?)?
        }
        PersonKind::Proprietor => asking::purposes(&Asked::Proprietor),
    })
}

/// The same of a payee, corporations too.
pub(crate) fn of_payee(
    conn: &Connection,
    company: &str,
    fields: &PayeeFields,
) -> Result<Asking, VaultError> {
    let payer = payer(conn, company)?;
    of_payment(fields.kind(), &fields.payment, fields.expected_yen, payer)
}

/// Whether a 支払調書 is to be filed of this payee.
pub(crate) fn reporting(
    conn: &Connection,
    company: &str,
    fields: &PayeeFields,
) -> Result<Reporting, VaultError> {
    Ok(asking::reporting(&PayeeFacts {
        kind: fields.kind(),
        payment: payment_of(&fields.payment)?,
        payer: payer(conn, company)?,
        expected_yen: fields.expected_yen,
    }))
}

pub(crate) fn of_payment(
    kind: PayeeKind,
    payment: &str,
    expected_yen: Option<u64>,
    payer: Payer,
) -> Result<Asking, VaultError> {
    Ok(asking::purposes(&Asked::Payee(PayeeFacts {
        kind,
        payment: payment_of(payment)?,
        payer,
        expected_yen,
    })))
}

/// Columns of `employees e` that [`employee_facts`] takes.
const EMPLOYEE_FACTS: &str = "e.employment, e.property_savings, e.hired_on, e.has_left,
     e.left_on, e.leaving_reason, EXISTS (SELECT 1 FROM collections k
                        WHERE k.person_id = e.person_id AND k.status = 'destroyed')";

/// The same beside the person's own `collections c`.
pub(crate) const EMPLOYEE_FACTS_COLLECTED: &str =
    "e.employment, e.property_savings, e.hired_on, e.has_left, e.left_on, e.leaving_reason,
     c.status IS 'destroyed'";

fn of_employee(
    conn: &Connection,
    person: PersonId,
    today: Date,
) -> Result<EmployeeFacts, VaultError> {
    Ok(conn
        .prepare_cached(&format!(
            "SELECT {EMPLOYEE_FACTS} FROM employees e WHERE e.person_id = ?1"
        ))?
        .query_row([person], |r| employee_facts(r, 0, today))?)
}

/// What [`ask`] will say of an employee about to come in.
pub(crate) fn of_newcomer(
    employment: Employment,
    hired_on: Option<Date>,
    leaving: Option<Leaving>,
    today: Date,
) -> Asking {
    asking::purposes(&Asked::Employee(EmployeeFacts {
        employment,
        status: employees::status(hired_on, leaving, None, today),
        never_joined: leaving.is_some_and(never_joined),
        property_savings: false,
    }))
}

pub(crate) fn employee_facts(
    r: &Row<'_>,
    at: usize,
    today: Date,
) -> rusqlite::Result<EmployeeFacts> {
    let leaving = Leaving {
        on: super::optional_date(r, at + 4)?,
        reason: super::optional_coded(r, at + 5, RetirementReason::from_code)?,
    };
    let leaving = r.get::<_, bool>(at + 3)?.then_some(leaving);
    // A leave changes nothing about what may be asked.
    let hired_on = super::optional_date(r, at + 2)?;
    let status = match employees::status(hired_on, leaving, None, today) {
        EmploymentStatus::Retired if r.get(at + 6)? => EmploymentStatus::Deleted,
        status => status,
    };
    Ok(EmployeeFacts {
        employment: super::coded(r, at, Employment::from_code)?,
        status,
        never_joined: leaving.is_some_and(never_joined),
        property_savings: r.get(at + 1)?,
    })
}

fn never_joined(leaving: Leaving) -> bool {
    leaving.reason == Some(RetirementReason::NeverJoined)
}

/// Claims count until their last day, those that begin later too: the declaration for a
/// year is handed in before it begins.
fn of_dependant(
    conn: &Connection,
    person: PersonId,
    today: Date,
) -> Result<DependantFacts, VaultError> {
    let (relationship, birth_date, reason) = conn
        .prepare_cached(
            "SELECT d.relationship, p.birth_date, e.leaving_reason FROM dependants d
             JOIN people p ON p.id = d.person_id
             JOIN employees e ON e.person_id = d.employee_id WHERE d.person_id = ?1",
        )?
        .query_row([person], |r| {
            Ok((
                super::coded(r, 0, Relationship::from_code)?,
                super::optional_date(r, 1)?,
                super::optional_coded(r, 2, RetirementReason::from_code)?,
            ))
        })?;
    let ended = |c: &Claimed| c.span.until.is_some_and(|last| last < today);
    let mut facts = DependantFacts {
        never_joined: reason == Some(RetirementReason::NeverJoined),
        relationship,
        deduction: Deduction::NotClaimed,
        health_insured: false,
        category3: false,
        birth_date,
        today,
    };
    for claimed in dependants::claims(conn, person)?
        .iter()
        .filter(|c| !ended(c))
    {
        match claimed.claim {
            Claim::Tax(deduction) => facts.deduction = deduction,
            Claim::HealthInsurance => facts.health_insured = true,
            Claim::Category3 => facts.category3 = true,
        }
    }
    Ok(facts)
}

fn payment_of(id: &str) -> Result<&'static Payment, VaultError> {
    Payments::current()
        .find(id)
        .ok_or(VaultError::Damaged("a kind of payment"))
}

/// A company without a 法人番号 is a sole proprietor.
pub(crate) fn payer(conn: &Connection, company: &str) -> Result<Payer, VaultError> {
    Ok(conn
        .prepare_cached("SELECT corporate_number, real_estate_dealer FROM companies WHERE id = ?1")?
        .query_row([company], |r| {
            Ok(match (r.get::<_, Option<String>>(0)?, r.get(1)?) {
                (Some(_), _) => Payer::Corporation,
                (None, true) => Payer::RealEstateDealer,
                (None, false) => Payer::SoleProprietor,
            })
        })?)
}
