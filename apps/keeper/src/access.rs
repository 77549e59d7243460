//! The table of [`protocol::clerk::access`], asked before a request is looked at. The
//! vault asks the same of itself; here it is asked once more, in one place, from the
//! request alone.

use crate::refusal::Refusal;
use codes::ErrorCode;
use mynumber::Date;
use mynumber::rights::{Denied, Grant, Operation, Target};
use protocol::clerk::access::{About, Needs, Rule};
use vault::{Session, Vault, VaultError};

/// Where and when the request is made.
pub(crate) struct Circumstances<'a> {
    pub pc: &'a str,
    pub today: Date,
}

/// Whether this user may ask this at all, here and today.
pub(crate) fn check(
    rule: &Rule<'_>,
    vault: &Vault,
    session: &Session,
    at: &Circumstances<'_>,
) -> Result<(), Refusal> {
    if session.must_change_passphrase() && !matches!(rule.needs, Needs::Nothing | Needs::Login) {
        return Err(ErrorCode::MustChangePassphrase.into());
    }
    match rule.needs {
        Needs::Nothing | Needs::Login => Ok(()),
        Needs::Company => session.grant()?.holds(at.pc, at.today).map_err(denied),
        Needs::All(operations) => {
            let grant = session.grant()?;
            grant.holds(at.pc, at.today).map_err(denied)?;
            operations
                .iter()
                .try_for_each(|operation| held(grant, std::slice::from_ref(operation)).map(drop))?;
            operations.iter().try_for_each(|operation| {
                about(
                    rule,
                    vault,
                    session,
                    grant,
                    std::slice::from_ref(operation),
                    at,
                )
            })
        }
        Needs::Any(operations) => {
            let grant = session.grant()?;
            grant.holds(at.pc, at.today).map_err(denied)?;
            // First whether it may be done at all: who may not learns nothing of who is there.
            let operations = held(grant, operations)?;
            about(rule, vault, session, grant, &operations, at)
        }
    }
}

/// Whether one of these operations reaches whom the request is about.
fn about(
    rule: &Rule<'_>,
    vault: &Vault,
    session: &Session,
    grant: &Grant,
    operations: &[Operation],
    at: &Circumstances<'_>,
) -> Result<(), Refusal> {
    match rule.about {
        About::Nobody | About::Payee(_) => Ok(()),
        About::Newcomer(department) => {
            let target = Target::new_person().in_department(department);
            reaches(grant, operations, &target, at)
        }
        About::Company => reaches(grant, operations, &Target::Company, at),
        About::Person(person) => {
            let target = vault.target(session, person)?;
            reaches(grant, operations, &target, at).map_err(hide)
        }
        About::People(people) => people.iter().try_for_each(|person| {
            let target = vault.target(session, *person)?;
            reaches(grant, operations, &target, at).map_err(hide)
        }),
    }
}

fn held(grant: &Grant, wanted: &[Operation]) -> Result<Vec<Operation>, Refusal> {
    let held: Vec<_> = wanted
        .iter()
        .copied()
        .filter(|operation| grant.operations().contains(*operation))
        .collect();
    if held.is_empty() {
        Err(denied(Denied::NoSuchRight))
    } else {
        Ok(held)
    }
}

fn reaches(
    grant: &Grant,
    operations: &[Operation],
    target: &Target,
    at: &Circumstances<'_>,
) -> Result<(), Refusal> {
    let mut answer = Err(Denied::NoSuchRight);
    for operation in operations {
        answer = grant.allows(*operation, target, at.pc, at.today);
        if answer.is_ok() {
            break;
        }
    }
    answer.map_err(denied)
}

fn hide(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Code(ErrorCode::OutOfScope) => Refusal::Hidden,
        other => other,
    }
}

fn denied(denied: Denied) -> Refusal {
    VaultError::NotAllowed(denied).into()
}

/// Whether only the vault knows whom the request is about.
pub(crate) fn leaves_scope_to_the_vault(rule: &Rule<'_>) -> bool {
    matches!(rule.about, About::Payee(_) | About::Nobody)
}
