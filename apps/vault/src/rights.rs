//! The one gate: every method of the vault asks here before it reads or writes.

use crate::store::Tx;
use crate::{CompanyId, Moment, PersonId, Session, UserId, Vault, VaultError};
use mynumber::rights::{Denied, Grant, Operation, Role, Target};
use rusqlite::{Connection, OptionalExtension};

impl Session {
    /// Whether the user may do this in the company entered, on this PC, today.
    pub(crate) fn allow(&self, operation: Operation, target: &Target) -> Result<(), VaultError> {
        let grant = self.grant()?;
        grant
            .allows(operation, target, self.pc(), self.today())
            .map_err(VaultError::NotAllowed)
    }

    /// [`Session::allow`] for somebody in the vault; [`VaultError::NotFound`] where the
    /// company has nobody of this id.
    pub(crate) fn allow_person(
        &self,
        conn: &Connection,
        operation: Operation,
        person: PersonId,
    ) -> Result<(), VaultError> {
        // First whether it may be done at all: who may not learns nothing of who is there.
        let grant = self.grant()?;
        self.allow_somewhere(grant, operation)?;
        self.allow(operation, &self.target(conn, person)?)
    }

    /// A person of the company entered. Whose scope is narrower than the company does not
    /// learn by the answer who is in it: then nobody and somebody else are the same.
    pub(crate) fn target(&self, conn: &Connection, person: PersonId) -> Result<Target, VaultError> {
        match target(conn, self.company()?, person) {
            Err(VaultError::NotFound) if !self.grant()?.lists(&Target::Company) => {
                Err(VaultError::NotAllowed(Denied::OutOfScope))
            }
            found => found,
        }
    }

    /// Whether the operation is allowed for anybody at all.
    pub(crate) fn allow_any(&self, operations: &[Operation]) -> Result<(), VaultError> {
        let grant = self.grant()?;
        let mut denied = Ok(());
        for operation in operations {
            denied = self.allow_somewhere(grant, *operation);
            if denied.is_ok() {
                break;
            }
        }
        denied
    }

    /// Whether this user's lists have anybody: whoever works with people or decides about
    /// them. To read the ledger nobody needs the lists.
    pub(crate) fn allow_listing(&self) -> Result<(), VaultError> {
        self.allow_any(&LISTING)
    }

    /// Whether this person stands in the user's lists.
    pub(crate) fn lists(&self, target: &Target) -> Result<(), VaultError> {
        self.allow_listing()?;
        if self.grant()?.lists(target) {
            Ok(())
        } else {
            Err(VaultError::NotAllowed(Denied::OutOfScope))
        }
    }

    fn allow_somewhere(&self, grant: &Grant, operation: Operation) -> Result<(), VaultError> {
        grant
            .holds(self.pc(), self.today())
            .map_err(VaultError::NotAllowed)?;
        if grant.operations().contains(operation) {
            Ok(())
        } else {
            Err(VaultError::NotAllowed(Denied::NoSuchRight))
        }
    }
}

/// Whoever may do one of these sees who is there.
const LISTING: [Operation; 7] = [
    Operation::Register,
    Operation::Change,
    Operation::Reveal,
    Operation::Export,
    Operation::Delete,
    Operation::Approve,
    Operation::ManageUsers,
];

impl Vault {
    /// A person of the company entered as a scope sees them, whoever asks.
    pub fn target(&self, session: &Session, person: PersonId) -> Result<Target, VaultError> {
        target(&self.conn, session.company()?, person)
    }
}

impl Vault {
    /// Whether a number is held of this person, whatever kind of person it is.
    pub fn holds_number(&self, session: &Session, person: PersonId) -> Result<bool, VaultError> {
        session.lists(&target(&self.conn, session.company()?, person)?)?;
        crate::numbers::held(&self.conn, person)
    }
}

/// A person of this company as a scope sees them.
pub(crate) fn target(
    conn: &Connection,
    company: &str,
    person: PersonId,
) -> Result<Target, VaultError> {
    conn.prepare_cached(
        "SELECT d.employee_id, e.department_id FROM people p
         LEFT JOIN dependants d ON d.person_id = p.id
         LEFT JOIN employees e ON e.person_id = COALESCE(d.employee_id, p.id)
         WHERE p.id = ?1 AND p.company_id = ?2",
    )?
    .query_row((person, company), |r| {
        Ok(Target::person(person)
            .of_employee(r.get(0)?)
            .in_department(r.get(1)?))
    })
    .optional()?
    .ok_or(VaultError::NotFound)
}

/// Whether a user with this grant is given the company's number key. Who manages users
/// needs it too: only whoever has it can seal it to another, or wrap anew what a removed
/// user could read.
pub(crate) fn holds_number_key(grant: &Grant) -> bool {
    let operations = grant.operations();
    operations.needs_numbers() || operations.contains(Operation::ManageUsers)
}

pub(crate) fn ledger_role(role: Role) -> ledger::Role {
    match role {
        Role::Responsible => ledger::Role::Responsible,
        Role::Clerk => ledger::Role::Clerk,
        Role::Auditor => ledger::Role::Auditor,
        Role::Delegate => ledger::Role::Delegate,
    }
}

/// A user's grant in a company; `None` without one.
pub(crate) fn grant(
    conn: &Connection,
    company: &str,
    user: UserId,
) -> Result<Option<Grant>, VaultError> {
    let rights: Option<String> = conn
        .prepare_cached("SELECT rights FROM grants WHERE company_id = ?1 AND user_id = ?2")?
        .query_row((company, user), |r| r.get(0))
        .optional()?;
    rights.map(|text| from_stored(&text)).transpose()
}

/// Every user's grant in a company, by user.
pub(crate) fn grants(conn: &Connection, company: &str) -> Result<Vec<(UserId, Grant)>, VaultError> {
    let mut statement =
        conn.prepare_cached("SELECT user_id, rights FROM grants WHERE company_id = ?1 ORDER BY 1")?;
    let mut rows = statement.query([company])?;
    let mut grants = Vec::new();
    while let Some(row) = rows.next()? {
        grants.push((row.get(0)?, from_stored(&row.get::<_, String>(1)?)?));
    }
    Ok(grants)
}

/// The companies where a user has a grant, the oldest company first.
pub(crate) fn companies_of(conn: &Connection, user: UserId) -> Result<Vec<CompanyId>, VaultError> {
    let mut statement = conn.prepare_cached(
        "SELECT c.id FROM companies c JOIN grants g ON g.company_id = c.id
         WHERE g.user_id = ?1 ORDER BY c.rowid",
    )?;
    let rows = statement.query_map([user], |r| r.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn from_stored(text: &str) -> Result<Grant, VaultError> {
    serde_json::from_str(text).map_err(|_| VaultError::Damaged("a user's rights"))
}

pub(crate) fn put_grant(
    tx: &Tx<'_>,
    company: &str,
    user: UserId,
    grant: &Grant,
    now: Moment,
) -> Result<(), VaultError> {
    put_grant_of(tx, company, user, grant, now.unix_seconds)
}

/// [`put_grant`], given at another time.
pub(crate) fn put_grant_of(
    tx: &Tx<'_>,
    company: &str,
    user: UserId,
    grant: &Grant,
    granted_unix: i64,
) -> Result<(), VaultError> {
    let rights = serde_json::to_string(grant).map_err(|_| VaultError::NoMemory)?;
    tx.execute(
        "INSERT INTO grants (company_id, user_id, rights, granted_unix) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (company_id, user_id) DO UPDATE
         SET rights = excluded.rights, granted_unix = excluded.granted_unix",
        (company, user, rights, granted_unix),
    )?;
    Ok(())
}
