//! Who may do what (アクセス制御, ガイドライン別添1 F-a): a user has one [`Grant`] per
//! company, and every act of the vault asks it first.
//!
//! A grant is closed four ways: the operations it lists, the people it reaches, the PCs it
//! holds on and its last day. What a role may never do, no grant can add: an auditor reads
//! the ledger and no number, a delegate (委託先) neither deletes nor decides.
//!
//! ```
//! use mynumber::Date;
//! use mynumber::rights::{Denied, Grant, Operation, Role, Scope, Target};
//! let today = Date::parse("2026-11-22").expect("a real date");
//! let grant = Grant::of_role(Role::Clerk).within(Scope::departments([3]));
//! let hanako = Target::person(7).in_department(Some(3));
//! let jiro = Target::person(8).in_department(Some(4));
//! assert_eq!(grant.allows(Operation::Reveal, &hanako, "pc-1", today), Ok(()));
//! assert_eq!(grant.allows(Operation::Reveal, &jiro, "pc-1", today), Err(Denied::OutOfScope));
//! assert_eq!(grant.allows(Operation::ManageUsers, &Target::Company, "pc-1", today), Err(Denied::NoSuchRight));
//! ```

mod operation;

pub use operation::{Operation, OperationSet};

use crate::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Id of a department (部署) within its company.
pub type DepartmentId = i64;
/// Id of a natural person whose number may be held.
pub type PersonId = i64;

/// 役割 within a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Role {
    /// 責任者 (特定個人情報責任者)
    Responsible,
    /// 担当者 (事務取扱担当者)
    Clerk,
    /// 監査: reads the ledger, never a number.
    Auditor,
    /// 委託先 (税理士, 社労士 and their staff) who works in this company's vault.
    Delegate,
}

/// Whom a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// Everybody, and what concerns the company as a whole.
    Company,
    /// The employees of these departments with their families.
    Departments(BTreeSet<DepartmentId>),
    /// These people; an employee with the family.
    People(BTreeSet<PersonId>),
}

/// What an act is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The company as a whole: its users, its settings, its whole ledger.
    Company,
    Person(PersonTarget),
}

/// A person as a [`Scope`] sees one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonTarget {
    /// `None` while being registered.
    pub id: Option<PersonId>,
    /// The employee whose dependant (扶養親族) this is.
    pub employee: Option<PersonId>,
    /// The employee's own department, or that of the dependant's employee.
    pub department: Option<DepartmentId>,
}

/// A user's rights in one company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawGrant", into = "RawGrant")]
pub struct Grant {
    role: Role,
    operations: OperationSet,
    scope: Scope,
    pcs: Option<BTreeSet<String>>,
    until: Option<Date>,
}

/// Why an act is refused. The first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, thiserror::Error)]
pub enum Denied {
    #[error("the right has ended")]
    Expired,
    #[error("not on this PC")]
    OtherPc,
    #[error("the right does not hold this operation")]
    NoSuchRight,
    #[error("the right does not reach this person")]
    OutOfScope,
}

/// Why there can be no such grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// The operation that the role may never do.
    #[error("a {} may never {}", role.english(), operation.english())]
    BeyondRole { role: Role, operation: Operation },
    /// A set of departments, people or PCs without anything in it.
    #[error("it would reach nothing")]
    Empty,
}

impl Grant {
    /// What the role may do by default, on everybody, on every PC, without end.
    pub fn of_role(role: Role) -> Self {
        Self {
            role,
            operations: role.default_operations(),
            scope: Scope::Company,
            pcs: None,
            until: None,
        }
    }

    /// A grant of exactly these operations. Refuses what the role may never do and sets
    /// that reach nothing.
    pub fn new(
        role: Role,
        operations: OperationSet,
        scope: Scope,
        pcs: Option<BTreeSet<String>>,
        until: Option<Date>,
    ) -> Result<Self, GrantError> {
        if let Some(operation) = operations.without(role.most_operations()).iter().next() {
            return Err(GrantError::BeyondRole { role, operation });
        }
        if scope.is_empty() || pcs.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(GrantError::Empty);
        }
        Ok(Self {
            role,
            operations,
            scope,
            pcs,
            until,
        })
    }

    /// The same, reaching only `scope`.
    #[must_use]
    pub fn within(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    pub const fn role(&self) -> Role {
        self.role
    }

    pub const fn operations(&self) -> OperationSet {
        self.operations
    }

    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Ids of the only PCs it holds on (特定PCでのみの使用許可); `None`: on any.
    pub const fn pcs(&self) -> Option<&BTreeSet<String>> {
        self.pcs.as_ref()
    }

    /// The last day it holds.
    pub const fn until(&self) -> Option<Date> {
        self.until
    }

    /// Whether `operation` on `target` is allowed on this PC today.
    pub fn allows(
        &self,
        operation: Operation,
        target: &Target,
        pc: &str,
        today: Date,
    ) -> Result<(), Denied> {
        self.holds(pc, today)?;
        if !self.operations.contains(operation) {
            return Err(Denied::NoSuchRight);
        }
        if !self.scope.reaches(target) {
            return Err(Denied::OutOfScope);
        }
        Ok(())
    }

    /// Whether the user may come in at all on this PC today.
    pub fn holds(&self, pc: &str, today: Date) -> Result<(), Denied> {
        if self.until.is_some_and(|last| today > last) {
            return Err(Denied::Expired);
        }
        if self.pcs.as_ref().is_some_and(|pcs| !pcs.contains(pc)) {
            return Err(Denied::OtherPc);
        }
        Ok(())
    }

    /// Whether somebody stands in the lists this user sees: names, never numbers.
    pub fn lists(&self, target: &Target) -> bool {
        self.scope.reaches(target)
    }
}

impl Scope {
    pub fn departments(ids: impl IntoIterator<Item = DepartmentId>) -> Self {
        Scope::Departments(ids.into_iter().collect())
    }

    pub fn people(ids: impl IntoIterator<Item = PersonId>) -> Self {
        Scope::People(ids.into_iter().collect())
    }

    /// A scope narrower than the company never reaches the company as a whole.
    pub fn reaches(&self, target: &Target) -> bool {
        let Target::Person(person) = target else {
            return matches!(self, Scope::Company);
        };
        let among = |ids: &BTreeSet<i64>, id: Option<i64>| id.is_some_and(|id| ids.contains(&id));
        match self {
            Scope::Company => true,
            Scope::Departments(ids) => among(ids, person.department),
            Scope::People(ids) => among(ids, person.id) || among(ids, person.employee),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Scope::Company => false,
            Scope::Departments(ids) => ids.is_empty(),
            Scope::People(ids) => ids.is_empty(),
        }
    }
}

impl Target {
    pub const fn person(id: PersonId) -> Self {
        Target::Person(PersonTarget {
            id: Some(id),
            employee: None,
            department: None,
        })
    }

    /// Somebody about to be registered.
    pub const fn new_person() -> Self {
        Target::Person(PersonTarget {
            id: None,
            employee: None,
            department: None,
        })
    }

    #[must_use]
    pub const fn of_employee(self, employee: Option<PersonId>) -> Self {
        match self {
            Target::Company => self,
            Target::Person(person) => Target::Person(PersonTarget { employee, ..person }),
        }
    }

    #[must_use]
    pub const fn in_department(self, department: Option<DepartmentId>) -> Self {
        match self {
            Target::Company => self,
            Target::Person(person) => Target::Person(PersonTarget {
                department,
                ..person
            }),
        }
    }
}

impl Role {
    pub const ALL: [Role; 4] = [
        Role::Responsible,
        Role::Clerk,
        Role::Auditor,
        Role::Delegate,
    ];

    /// What a new user of this role is offered.
    pub const fn default_operations(self) -> OperationSet {
        use Operation::*;
        match self {
            Role::Responsible => OperationSet::ALL,
            Role::Clerk => OperationSet::of(&[Register, Change, Reveal, Export]),
            Role::Auditor => OperationSet::of(&[ReadLedger]),
            Role::Delegate => OperationSet::of(&[Reveal]),
        }
    }

    /// The most a grant of this role may hold.
    pub const fn most_operations(self) -> OperationSet {
        use Operation::*;
        match self {
            Role::Responsible => OperationSet::ALL,
            Role::Clerk => OperationSet::of(&[
                Register, Change, Reveal, Export, Delete, Approve, ReadLedger,
            ]),
            Role::Auditor => OperationSet::of(&[ReadLedger]),
            Role::Delegate => OperationSet::of(&[Register, Change, Reveal, Export, ReadLedger]),
        }
    }

    /// As stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Role::Responsible => "responsible",
            Role::Clerk => "clerk",
            Role::Auditor => "auditor",
            Role::Delegate => "delegate",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    pub const fn japanese(self) -> &'static str {
        match self {
            Role::Responsible => "責任者",
            Role::Clerk => "担当者",
            Role::Auditor => "監査",
            Role::Delegate => "委託先",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Role::Responsible => "responsible person",
            Role::Clerk => "clerk",
            Role::Auditor => "auditor",
            Role::Delegate => "delegate",
        }
    }
}

impl Denied {
    pub const ALL: [Denied; 4] = [
        Denied::Expired,
        Denied::OtherPc,
        Denied::NoSuchRight,
        Denied::OutOfScope,
    ];

    /// Its code in `apps/codes`, where what to do stands in both languages.
    pub const fn error_code(self) -> &'static str {
        match self {
            Denied::NoSuchRight => "E-301",
            Denied::OutOfScope => "E-303",
            Denied::OtherPc => "E-304",
            Denied::Expired => "E-305",
        }
    }
}

/// A grant as it is stored and sent, before its check.
#[derive(Serialize, Deserialize)]
struct RawGrant {
    role: Role,
    operations: OperationSet,
    scope: Scope,
    pcs: Option<BTreeSet<String>>,
    until: Option<Date>,
}

impl TryFrom<RawGrant> for Grant {
    type Error = GrantError;
    fn try_from(raw: RawGrant) -> Result<Self, GrantError> {
        Self::new(raw.role, raw.operations, raw.scope, raw.pcs, raw.until)
    }
}

impl From<Grant> for RawGrant {
    fn from(grant: Grant) -> Self {
        Self {
            role: grant.role,
            operations: grant.operations,
            scope: grant.scope,
            pcs: grant.pcs,
            until: grant.until,
        }
    }
}
