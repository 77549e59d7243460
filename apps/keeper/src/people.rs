//! Employees.

use crate::forms::{self, Form};
use crate::numbers::OF_EVERY_EMPLOYEE;
use crate::official;
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::RetirementReason;
use mynumber::rights::DepartmentId;
use protocol::clerk::numbers::NumberEntry;
use protocol::clerk::people::{
    self, FormerEmployment, Leave, Person, PersonDraft, PersonRow, Position, Request, Sort, SortBy,
};
use protocol::clerk::{Field, MAX_ROWS, PersonId, Reply, Window};
use vault::{EmployeeFilter, EmployeeOrder, PersonFields};

impl Work<'_> {
    pub(crate) fn about_people(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::List {
                query,
                department,
                sort,
                window,
            } => self.people(&query, department, sort, window),
            Request::Get { person } => self.person(person),
            Request::Register {
                draft,
                position,
                number,
            } => self.register_person(&draft, position.as_ref(), number.as_ref()),
            Request::Change {
                person,
                revision,
                draft,
            } => self.change_person(person, revision, &draft),
            step => self.change_employment(step),
        }
    }

    /// What happens to an employee between joining and leaving, and after.
    fn change_employment(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        let (vault, session) = (&mut *self.vault, self.session);
        let saved = match request {
            Request::ChangePosition {
                person,
                revision,
                position,
            } => {
                let mut form = Form::default();
                let position = position_of(&mut form, &position);
                let position = form.finish(position)?;
                vault.change_position(session, person, revision, &position, now)?
            }
            Request::ChangeDetails {
                person,
                revision,
                details,
            } => {
                let details = official::details(&details)?;
                vault.change_details(session, person, revision, &details, now)?
            }
            Request::Rename {
                person,
                revision,
                rename,
            } => {
                let rename = forms::rename(&rename)?;
                vault.rename_employee(session, person, revision, &rename, now)?
            }
            Request::StartLeave {
                person,
                revision,
                from,
            } => {
                let from = forms::one_day(Field::From, &from)?;
                vault.start_leave(session, person, revision, from, now)?
            }
            Request::EndLeave {
                person,
                revision,
                back_on,
            } => {
                let back_on = forms::one_day(Field::On, &back_on)?;
                vault.end_leave(session, person, revision, back_on, now)?
            }
            Request::Retire {
                person,
                revision,
                on,
                reason,
            } => {
                let on = forms::one_day(Field::On, &on)?;
                vault.retire_employee(session, person, revision, on, reason, now)?
            }
            Request::MarkAsLeft { person, revision } => {
                vault.mark_as_left(session, person, revision, now)?
            }
            Request::WithdrawRetirement { person, revision } => {
                vault.withdraw_retirement(session, person, revision, now)?
            }
            Request::Rehire {
                person,
                revision,
                on,
            } => {
                let on = forms::one_day(Field::On, &on)?;
                vault.rehire_employee(session, person, revision, on, now)?
            }
            Request::List { .. }
            | Request::Get { .. }
            | Request::Register { .. }
            | Request::Change { .. } => return Err(ErrorCode::Internal.into()),
        };
        Ok(show::saved(saved))
    }

    fn people(
        &mut self,
        query: &str,
        department: Option<DepartmentId>,
        sort: Sort,
        window: Window,
    ) -> Result<Reply, Refusal> {
        forms::query(query)?;
        let filter = EmployeeFilter {
            query,
            department,
            order: match sort.by {
                SortBy::Number => EmployeeOrder::Number,
                SortBy::Kana => EmployeeOrder::Kana,
                SortBy::HiredOn => EmployeeOrder::HiredOn,
            },
            descending: sort.descending,
        };
        let limit = window.limit.min(MAX_ROWS);
        let page = self
            .vault
            .employees(self.session, filter, window.offset, limit)?;
        let row = |row: vault::PersonRow| PersonRow {
            person: row.id,
            employee_no: row.employee_no,
            name: row.name,
            kana: row.kana,
            birth_date: row.birth_date.to_string(),
            hired_on: show::day(row.hired_on),
            has_number: row.has_number,
        };
        Ok(people::Reply::List(show::rows(page, row)).into())
    }

    fn person(&mut self, person: PersonId) -> Result<Reply, Refusal> {
        let employee = self.vault.employee(self.session, person)?;
        let kept = employee.person;
        let left_on = employee.leaving.and_then(|leaving| leaving.on);
        let worked = employee
            .leaving
            .is_some_and(|leaving| leaving.reason != Some(RetirementReason::NeverJoined));
        Ok(people::Reply::Person(Person {
            person: kept.id,
            revision: kept.revision,
            fields: draft(kept.fields),
            position: Position {
                filing_name: show::text(employee.position.filing_name),
                department: employee.position.department,
                employment: employee.position.employment,
                property_savings: employee.position.property_savings,
            },
            details: official::shown_details(employee.details),
            status: employee.status,
            left_on: show::day(left_on),
            leaving_reason: employee.leaving.and_then(|leaving| leaving.reason),
            loses_on: show::day(left_on.filter(|_| worked).and_then(mynumber::day_of_loss)),
            leaves: employee.leaves.into_iter().map(leave).collect(),
            former_employments: employee
                .former_employments
                .into_iter()
                .map(former_employment)
                .collect(),
            has_number: kept.has_number,
            purposes: kept.purposes,
            former_names: show::former_names(employee.former_names),
        })
        .into())
    }

    fn register_person(
        &mut self,
        draft: &PersonDraft,
        position: Option<&Position>,
        number: Option<&NumberEntry>,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let fields = forms::person(&mut form, draft, self.today()?);
        let position = match position {
            None => Some(vault::Position::default()),
            Some(position) => position_of(&mut form, position),
        };
        let born = fields.as_ref().map(|fields| fields.birth_date);
        let today = self.today()?;
        let number = number.map(|entry| forms::number(&mut form, entry, born, today));
        // A number that was given but is wrong must not be left out silently.
        let (fields, position) = form.finish(fields.zip(position))?;
        let number = number.flatten();
        let now = self.now();
        let saved = self.vault.register_employee(
            self.session,
            &fields,
            &position,
            number
                .as_ref()
                .map(|number| number.draft(OF_EVERY_EMPLOYEE)),
            now,
        )?;
        Ok(show::saved(saved))
    }

    fn change_person(
        &mut self,
        person: PersonId,
        revision: u32,
        draft: &PersonDraft,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let Some(fields) = forms::person(&mut form, draft, self.today()?) else {
            return Err(Refusal::Fields(form.errors()));
        };
        let now = self.now();
        let saved = self
            .vault
            .change_person(self.session, person, revision, &fields, now)?;
        Ok(show::saved(saved))
    }
}

fn position_of(form: &mut Form, draft: &Position) -> Option<vault::Position> {
    let filing_name = form.filing_name(&draft.filing_name);
    Some(vault::Position {
        filing_name: filing_name?,
        department: draft.department,
        employment: draft.employment,
        property_savings: draft.property_savings,
    })
}

fn leave(kept: vault::Leave) -> Leave {
    Leave {
        from: kept.from.to_string(),
        back_on: show::day(kept.back_on),
    }
}

fn former_employment(kept: vault::FormerEmployment) -> FormerEmployment {
    FormerEmployment {
        hired_on: show::day(kept.hired_on),
        left_on: kept.left_on.to_string(),
        reason: kept.reason,
        social: official::shown_insured(kept.social),
        employment_insurance: official::shown_insured(kept.employment_insurance),
    }
}

fn draft(fields: PersonFields) -> PersonDraft {
    PersonDraft {
        employee_no: fields.employee_no.into(),
        name: fields.name.into(),
        kana: fields.kana.map(String::from).unwrap_or_default(),
        birth_date: fields.birth_date.to_string(),
        sex: fields.sex,
        address: fields.address.map(String::from).unwrap_or_default(),
        hired_on: fields.hired_on.map(|d| d.to_string()).unwrap_or_default(),
    }
}
