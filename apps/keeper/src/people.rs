//! People and their numbers.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::{IndividualNumber, Purpose};
use protocol::Secret;
use protocol::clerk::{MAX_ROWS, NumberEntry, Person, PersonDraft, PersonId, PersonRow, Reply};
use vault::{NumberDraft, PersonFields, Saved};

/// The longest search, in characters.
const MAX_QUERY: usize = 200;

/// For which purposes (利用目的) an employee's number is collected: all that concern every
/// employee, who are notified of all of them together (ガイドライン第4-1-(1)).
const PURPOSES: &[Purpose] = &[
    Purpose::WithholdingTax,
    Purpose::TaxDeclaration,
    Purpose::EmploymentInsurance,
    Purpose::HealthAndPension,
];

impl Work<'_> {
    pub(crate) fn people(
        &mut self,
        query: &str,
        offset: u32,
        limit: u16,
    ) -> Result<Reply, Refusal> {
        if query.chars().nth(MAX_QUERY).is_some() {
            return Err(ErrorCode::FieldTooLong.into());
        }
        let page = self
            .vault
            .people(self.session, query, offset, limit.min(MAX_ROWS))?;
        Ok(Reply::People {
            total: u32::try_from(page.total).unwrap_or(u32::MAX),
            rows: page
                .rows
                .into_iter()
                .map(|row| PersonRow {
                    person: row.id,
                    employee_no: row.employee_no,
                    name: row.name,
                    kana: row.kana,
                    birth_date: row.birth_date.to_string(),
                    has_number: row.has_number,
                })
                .collect(),
        })
    }

    pub(crate) fn person(&mut self, person: PersonId) -> Result<Reply, Refusal> {
        let kept = self.vault.person(self.session, person)?;
        Ok(Reply::Person(Person {
            person: kept.id,
            revision: kept.revision,
            fields: draft(kept.fields),
            has_number: kept.has_number,
            purposes: kept.purposes,
        }))
    }

    pub(crate) fn register_person(
        &mut self,
        draft: &PersonDraft,
        number: Option<&NumberEntry>,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let fields = forms::person(&mut form, draft, self.today()?);
        let number = number.map(|entry| forms::number(&mut form, entry));
        // A number that was given but is wrong must not be left out silently.
        let (Some(fields), true) = (fields, form.is_clean()) else {
            return Err(Refusal::Fields(form.errors()));
        };
        let number = number.flatten();
        let now = self.now();
        let saved = self.vault.register_person(
            self.session,
            &fields,
            number.as_ref().map(collected),
            now,
        )?;
        Ok(reply(saved))
    }

    pub(crate) fn change_person(
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
        Ok(reply(saved))
    }

    pub(crate) fn set_number(
        &mut self,
        person: PersonId,
        number: &NumberEntry,
    ) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let Some(number) = forms::number(&mut form, number) else {
            return Err(Refusal::Fields(form.errors()));
        };
        let now = self.now();
        let saved = self
            .vault
            .set_number(self.session, person, collected(&number), now)?;
        Ok(reply(saved))
    }

    pub(crate) fn reveal_number(
        &mut self,
        person: PersonId,
        purpose: Purpose,
    ) -> Result<Reply, Refusal> {
        let now = self.now();
        let mut digits = self.vault.reveal(self.session, person, purpose, now)?;
        Ok(Reply::Number(Secret::new(std::mem::take(&mut *digits))))
    }
}

fn collected(number: &IndividualNumber) -> NumberDraft<'_> {
    NumberDraft {
        number,
        purposes: PURPOSES,
    }
}

fn reply(saved: Saved) -> Reply {
    Reply::Saved {
        person: saved.person,
        revision: saved.revision,
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
