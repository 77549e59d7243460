//! 従業員: where they stand in the company, from joining to leaving and coming back.
//!
//! Registering and correcting the fields of the form is in [`crate::people`].

mod rows;

use super::details::{Details, Insured};
use super::index::{self, EmployeeOrder, Listing, Query};
use super::particulars::{self, FormerName, Particulars, Rename};
use super::{RuleError, departments, unchanged};
use crate::store::{Line, Recorded, Tx, Weight};
use crate::{Moment, Note, Page, Person, PersonId, PersonRow, Saved, Session, Vault, VaultError};
use ledger::Event;
use mynumber::filing::FilingName;
use mynumber::people::EmploymentStatus;
use mynumber::rights::{DepartmentId, Operation, Target};
use mynumber::search::{sort_key, words};
use mynumber::{Date, Employment, RetirementReason};
use rows::load;

/// What an employee has beside the fields of [`crate::PersonFields`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// 届出用氏名, where an office's form cannot take the name as it is.
    pub filing_name: Option<FilingName>,
    pub department: Option<DepartmentId>,
    pub employment: Employment,
    /// Takes part in 財形住宅貯蓄 or 財形年金貯蓄.
    pub property_savings: bool,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            filing_name: None,
            department: None,
            employment: Employment::Regular,
            property_savings: false,
        }
    }
}

/// 退職, as registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaving {
    /// 退職日, the last day employed. `None` only where somebody came in from elsewhere as
    /// having left: then nothing says when the number must go, and it is an alert.
    pub on: Option<Date>,
    pub reason: Option<RetirementReason>,
}

/// An employment before the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerEmployment {
    pub hired_on: Option<Date>,
    pub left_on: Date,
    pub reason: Option<RetirementReason>,
    /// 健康保険・厚生年金保険 then.
    pub social: Insured,
    /// 雇用保険 then.
    pub employment_insurance: Insured,
}

/// 休職
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    pub from: Date,
    /// The first day at work again.
    pub back_on: Option<Date>,
}

/// Everything about an employee that is not the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Employee {
    pub person: Person,
    pub position: Position,
    pub details: Details,
    pub status: EmploymentStatus,
    pub leaving: Option<Leaving>,
    /// Newest first.
    pub former_employments: Vec<FormerEmployment>,
    /// Newest first.
    pub leaves: Vec<Leave>,
    /// Newest first.
    pub former_names: Vec<FormerName>,
}

/// Which employees a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmployeeFilter<'a> {
    /// 社員番号, 氏名 (former ones too) or フリガナ contains every word; empty: all.
    pub query: &'a str,
    pub department: Option<DepartmentId>,
    pub order: EmployeeOrder,
    /// The last first; who has nothing to be ordered by stays at the end.
    pub descending: bool,
}

impl Vault {
    /// By 社員番号, in the user's scope. Width, kana and case do not matter in the query.
    /// `limit` counts up to 1000.
    pub fn employees(
        &self,
        session: &Session,
        filter: EmployeeFilter<'_>,
        offset: u32,
        limit: u16,
    ) -> Result<Page<PersonRow>, VaultError> {
        let words = words(filter.query);
        let query = Query {
            department: filter.department,
            order: filter.order,
            descending: filter.descending,
            ..Query::of(&words, offset, limit)
        };
        self.listed(session, Listing::Employees, &query, crate::people::row)
    }

    pub fn employee(&self, session: &Session, person: PersonId) -> Result<Employee, VaultError> {
        particulars::listed(&self.conn, session, person)?;
        load(&self.conn, session, person)
    }

    /// Changes department, 雇用区分 and 届出用氏名. Who moves somebody into another
    /// department needs the right in both.
    pub fn change_position(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        position: &Position,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        let target = Target::person(person).in_department(position.department);
        session.seen(now);
        session.allow(Operation::Change, &target)?;
        self.change_employee(session, person, revision, now, |tx, current| {
            let old = &current.position;
            let mut events = Vec::new();
            if old.department != position.department {
                place(tx, session, person, position.department)?;
                events.push(Event::PersonMoved);
            }
            if old.filing_name != position.filing_name {
                let filing_name = position.filing_name.clone();
                let particulars = Particulars {
                    filing_name,
                    ..current.particulars()
                };
                rewrite(tx, current, &particulars)?;
                events.push(Event::FilingNameChanged);
            }
            let form = |p: &Position| (p.employment, p.property_savings);
            if form(old) != form(position) || events.is_empty() {
                tx.execute(
                    "UPDATE employees SET employment = ?2, property_savings = ?3
                     WHERE person_id = ?1",
                    (
                        person,
                        position.employment.code(),
                        position.property_savings,
                    ),
                )?;
                events.push(Event::PersonChanged);
            }
            Ok(events)
        })
    }

    /// 改姓 and the like: the old name stays in the history with the day, and is still
    /// found. A wrong name is corrected by [`Vault::change_person`] instead.
    pub fn rename_employee(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        rename: &Rename,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            let old = current.particulars();
            particulars::keep_name(tx, person, &old, rename.on)?;
            let particulars = Particulars {
                name: rename.name.clone(),
                filing_name: rename.filing_name.clone(),
                kana: rename.kana.clone(),
                ..old
            };
            rewrite(tx, current, &particulars)?;
            Ok(vec![Event::PersonRenamed])
        })
    }

    /// 休職. The number is still needed: nothing else changes.
    pub fn start_leave(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        from: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            current.employed_until(from)?;
            current.after_hiring(from)?;
            let in_order = current
                .leaves
                .first()
                .is_none_or(|leave| leave.back_on.is_some_and(|back| back <= from));
            if !in_order {
                return Err(RuleError::LeaveContradicts.into());
            }
            tx.execute(
                "INSERT INTO leaves (person_id, from_on) VALUES (?1, ?2)",
                (person, from.to_string()),
            )?;
            Ok(vec![Event::PersonOnLeave])
        })
    }

    /// 復職, on the first day at work again.
    pub fn end_leave(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        back_on: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            match current.leaves.first() {
                Some(Leave {
                    from,
                    back_on: None,
                }) if *from <= back_on => {}
                Some(Leave { back_on: None, .. }) => {
                    return Err(RuleError::DatesContradict.into());
                }
                _ => return Err(RuleError::LeaveContradicts.into()),
            }
            tx.execute(
                "UPDATE leaves SET back_on = ?2 WHERE person_id = ?1 AND back_on IS NULL",
                (person, back_on.to_string()),
            )?;
            Ok(vec![Event::PersonReturned])
        })
    }

    /// 退職. `on` is the last day employed; it may lie ahead. Of 入社辞退 it is the day of the
    /// refusal, before the first day, and nothing was ever filed. Corrects the day and reason
    /// of a 退職 registered before, and gives one to somebody of whom it was not known.
    pub fn retire_employee(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        on: Date,
        reason: RetirementReason,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            match reason {
                RetirementReason::NeverJoined => current.before_joining(on)?,
                _ => current.after_hiring(on)?,
            }
            tx.execute(
                "UPDATE employees SET has_left = 1, left_on = ?2, leaving_reason = ?3
                 WHERE person_id = ?1",
                (person, on.to_string(), reason.code()),
            )?;
            // Who leaves during a leave does not come back from it.
            tx.execute(
                "UPDATE leaves SET back_on = MAX(from_on, ?2)
                 WHERE person_id = ?1 AND back_on IS NULL",
                (person, on.to_string()),
            )?;
            Ok(vec![Event::PersonRetired])
        })
    }

    /// Somebody taken over from elsewhere has left and nobody knows yet when. An alert
    /// stands until [`Vault::retire_employee`] gives the day.
    pub fn mark_as_left(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            if current.leaving.is_some() {
                return Err(RuleError::NotEmployed.into());
            }
            tx.execute(
                "UPDATE employees SET has_left = 1 WHERE person_id = ?1",
                [person],
            )?;
            Ok(vec![Event::PersonRetired, Event::RetirementDateMissing])
        })
    }

    /// The 退職 was registered by mistake or withdrawn.
    pub fn withdraw_retirement(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            if current.leaving.is_none() {
                return Err(RuleError::StillEmployed.into());
            }
            tx.execute(
                "UPDATE employees SET has_left = 0, left_on = NULL, leaving_reason = NULL
                 WHERE person_id = ?1",
                [person],
            )?;
            Ok(vec![Event::RetirementWithdrawn])
        })
    }

    /// Somebody who left comes back. A number still held may be used again without asking
    /// anew (ガイドライン第4-1-(1)); where it was destroyed, it is asked for as of anybody.
    pub fn rehire_employee(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        on: Date,
        now: Moment,
    ) -> Result<Saved, VaultError> {
        self.change_employee(session, person, revision, now, |tx, current| {
            let Some(leaving) = current.leaving else {
                return Err(RuleError::StillEmployed.into());
            };
            let Some(left_on) = leaving.on else {
                return Err(RuleError::LeavingDayMissing.into());
            };
            if on <= left_on {
                return Err(RuleError::DatesContradict.into());
            }
            tx.execute(
                "INSERT INTO former_employments (person_id, hired_on, left_on, leaving_reason,
                 social_from, social_until, employment_insured_from, employment_insured_until)
                 SELECT person_id, hired_on, left_on, leaving_reason, social_from, social_until,
                        employment_insured_from, employment_insured_until
                 FROM employees WHERE person_id = ?1",
                [person],
            )?;
            tx.execute(
                "UPDATE employees SET hired_on = ?2, has_left = 0, left_on = NULL,
                 leaving_reason = NULL, social_from = NULL, social_until = NULL,
                 employment_insured_from = NULL, employment_insured_until = NULL
                 WHERE person_id = ?1",
                (person, on.to_string()),
            )?;
            Ok(vec![Event::PersonRehired])
        })
    }

    /// One change of an employee: checks right and revision, lets `change` do it, counts it
    /// and writes a line for each event.
    fn change_employee(
        &mut self,
        session: &Session,
        person: PersonId,
        revision: u32,
        now: Moment,
        mut change: impl FnMut(&Tx<'_>, &Employee) -> Result<Vec<Event>, VaultError>,
    ) -> Result<Saved, VaultError> {
        session.seen(now);
        session.allow_person(&self.conn, Operation::Change, person)?;
        let saved = self.transact(Some(session), Weight::Ordinary, now, |tx| {
            let current = load(tx.conn(), session, person)?;
            unchanged(current.person.revision, revision)?;
            let events = change(tx, &current)?;
            tx.execute(
                "UPDATE people SET revision = ?2 WHERE id = ?1",
                (person, revision + 1),
            )?;
            let subject = particulars::subject(tx.conn(), session.company()?, person)?;
            let line = |event| Line::ok(Note::new(event).about(subject.clone()));
            let saved = Saved {
                person,
                revision: revision + 1,
            };
            Ok(Recorded::of(saved, events.into_iter().map(line).collect()))
        })?;
        index::follow(session, Listing::Employees, person);
        // The family stands under the employee's department.
        index::forget(session, Listing::Dependants);
        Ok(saved)
    }
}

impl Employee {
    fn particulars(&self) -> Particulars {
        let fields = &self.person.fields;
        Particulars {
            name: fields.name.clone(),
            filing_name: self.position.filing_name.clone(),
            kana: fields.kana.clone(),
            other_names: self.details.other_names.clone(),
            birth_date: Some(fields.birth_date),
            sex: fields.sex,
            postal_code: self.details.postal_code.clone(),
            address: fields.address.clone(),
        }
    }

    /// Fails where the person has left before `day`.
    fn employed_until(&self, day: Date) -> Result<(), VaultError> {
        match self.leaving {
            None => Ok(()),
            Some(Leaving { on: Some(last), .. }) if day <= last => Ok(()),
            Some(_) => Err(RuleError::NotEmployed.into()),
        }
    }

    /// An offer is declined by the first day, which would have been the first at work, and
    /// after an employment before.
    fn before_joining(&self, day: Date) -> Result<(), VaultError> {
        let joined = self.person.fields.hired_on.is_some_and(|first| first < day);
        let before = self.former_employments.first();
        match joined || before.is_some_and(|e| day <= e.left_on) {
            true => Err(RuleError::DatesContradict.into()),
            false => Ok(()),
        }
    }

    fn after_hiring(&self, day: Date) -> Result<(), VaultError> {
        let before = self.former_employments.first().map(|e| e.left_on);
        match self.person.fields.hired_on.or(before) {
            Some(first) if day < first => Err(RuleError::DatesContradict.into()),
            _ => Ok(()),
        }
    }
}

/// 在籍の状態 on a day, as far as the employment alone tells it.
pub(crate) fn status(
    hired_on: Option<Date>,
    leaving: Option<Leaving>,
    leave: Option<Leave>,
    today: Date,
) -> EmploymentStatus {
    match leaving {
        Some(Leaving { on: Some(last), .. }) if today <= last => {}
        Some(_) => return EmploymentStatus::Retired,
        None => {}
    }
    if hired_on.is_some_and(|first| today < first) {
        return EmploymentStatus::Expected;
    }
    match leave {
        Some(leave) if leave.from <= today && leave.back_on.is_none_or(|back| today < back) => {
            EmploymentStatus::OnLeave
        }
        _ => EmploymentStatus::Active,
    }
}

/// Puts an employee into a department that is open, or into none.
pub(crate) fn place(
    tx: &Tx<'_>,
    session: &Session,
    person: PersonId,
    department: Option<DepartmentId>,
) -> Result<(), VaultError> {
    if let Some(id) = department {
        departments::must_be_open(tx.conn(), session.company()?, id)?;
    }
    tx.execute(
        "UPDATE employees SET department_id = ?2 WHERE person_id = ?1",
        (person, department),
    )
    .map(|_| ())
}

fn rewrite(tx: &Tx<'_>, current: &Employee, particulars: &Particulars) -> Result<(), VaultError> {
    let no = current.person.fields.employee_no.as_str();
    particulars::update(tx, current.person.id, particulars, &sort_key(no), no)
}
