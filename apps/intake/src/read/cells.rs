//! The cells of one person, each checked and read for what it is.

use super::Places;
use crate::table::Record;
use crate::value::{self, NumberCell};
use crate::words::WORDS;
use crate::{Dependant, Employee, Field, Finding, Insured, Part, Problem, Row, Target};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::search::fold;
use mynumber::{
    Address, EmployeeNo, Employment, EmploymentInsuranceNumber, IndividualNumber, Kana, Label,
    PensionNumber, PersonName, RetirementReason, Romaji, Sex,
};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// The cells of one person.
pub(super) struct Cells<'r> {
    record: &'r Record<'r>,
    places: &'r Places,
    group: Option<u8>,
    columns: &'r BTreeMap<Target, u16>,
    pub(super) findings: Vec<Finding>,
    pub(super) left_out: bool,
}

impl<'r> Cells<'r> {
    pub(super) fn new(
        record: &'r Record<'r>,
        places: &'r Places,
        group: Option<u8>,
        columns: &'r BTreeMap<Target, u16>,
    ) -> Self {
        Self {
            record,
            places,
            group,
            columns,
            findings: Vec::new(),
            left_out: false,
        }
    }

    pub(super) fn report(&mut self, field: Option<Field>, problem: Problem) {
        let target = |field| {
            self.group
                .map_or(Target::Own(field), |g| Target::Family(g, field))
        };
        self.left_out |= problem.effect() == crate::Effect::RowLeftOut;
        self.findings.push(Finding {
            line: self.record.line,
            column: field.and_then(|f| self.columns.get(&target(f)).copied()),
            problem,
            field,
        });
    }

    fn raw(&self, field: Field) -> &'r str {
        self.places.get(&field).map_or("", |i| self.record.cell(*i))
    }

    fn cell(&self, field: Field) -> &'r str {
        let (cell, _) = value::unwrap(self.raw(field));
        if WORDS.is_blank(cell) { "" } else { cell }
    }

    /// A value; with `Err` the problem is reported. Empty cells are no value.
    fn take<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        match read(cell) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.report(Some(field), problem);
                None
            }
        }
    }

    /// Nobody stands in this group of columns. Some software fills 続柄 or flags ahead.
    pub(super) fn nobody(&self) -> bool {
        use Field::*;
        [
            Name,
            Surname,
            GivenName,
            Kana,
            SurnameKana,
            BirthDate,
            Number,
        ]
        .into_iter()
        .all(|field| self.cell(field).is_empty())
    }

    pub(super) fn is_own_row(&self) -> bool {
        let cell = self.cell(Field::Relationship);
        // An empty 続柄 beside another 社員氏名 is one of the family whose 続柄 is missing.
        let another = |name: &str| !name.is_empty() && fold(name) != fold(self.cell(Field::Name));
        WORDS.is_own(cell) || cell.is_empty() && !another(self.cell(Field::EmployeeName))
    }

    pub(super) fn person(
        &mut self,
        employee_no: &EmployeeNo,
        is_own: bool,
        named: bool,
        employee_sex: Option<Sex>,
    ) -> Option<Row> {
        let name = self.name();
        if named && name.is_none() && !self.left_out {
            self.report(Some(Field::Name), Problem::NameMissing);
        }
        let filing_name = self.take(Field::FilingName, value::filing_name);
        let kana = self.kana();
        let romaji = self.take(Field::Romaji, |cell| {
            value::text(cell, Romaji::new, Problem::TextRefused)
        });
        let alias = self.name_in(Field::Alias, Problem::TextRefused);
        let former_surname = self.name_in(Field::FormerSurname, Problem::TextRefused);
        let birth_date = self.take(Field::BirthDate, value::date);
        let sex = self.take(Field::Sex, |cell| {
            WORDS.sex(cell).ok_or(Problem::SexUnknown)
        });
        let part = if is_own {
            Part::Employee(self.employee())
        } else {
            Part::Dependant(Box::new(self.dependant(sex, employee_sex)?))
        };
        Some(Row {
            line: self.record.line,
            group: self.group,
            employee_no: employee_no.clone(),
            name,
            filing_name,
            kana,
            romaji,
            alias,
            former_surname,
            birth_date,
            sex,
            postal_code: self.take(Field::PostalCode, value::postal_code),
            address: self.address(),
            number: self.number(),
            part,
        })
    }

    fn name(&mut self) -> Option<PersonName> {
        if !self.cell(Field::Name).is_empty() {
            return self.name_in(Field::Name, Problem::NameRefused);
        }
        let whole = self.joined(Field::Surname, Field::GivenName)?;
        self.checked_name(Field::Surname, &whole, Problem::NameRefused)
    }

    fn name_in(&mut self, field: Field, refused: Problem) -> Option<PersonName> {
        let cell = self.cell(field);
        if cell.is_empty() {
            return None;
        }
        self.checked_name(field, cell, refused)
    }

    fn checked_name(&mut self, field: Field, name: &str, refused: Problem) -> Option<PersonName> {
        self.look_for_lost_characters(field, name);
        match value::text(name, PersonName::new, refused) {
            Ok(name) => Some(name),
            Err(problem) => {
                self.report(Some(field), problem);
                None
            }
        }
    }

    fn look_for_lost_characters(&mut self, field: Field, text: &str) {
        if value::lost_characters(text) {
            self.report(Some(field), Problem::LostCharacters);
        }
    }

    fn joined(&self, first: Field, second: Field) -> Option<Zeroizing<String>> {
        let (first, second) = (self.cell(first), self.cell(second));
        let blank = if first.is_empty() || second.is_empty() {
            ""
        } else {
            " "
        };
        let whole = Zeroizing::new(format!("{first}{blank}{second}"));
        (!whole.is_empty()).then_some(whole)
    }

    fn kana(&mut self) -> Option<Kana> {
        let read = |cell: &str| value::text(cell, Kana::new, Problem::TextRefused);
        if !self.cell(Field::Kana).is_empty() {
            return self.take(Field::Kana, read);
        }
        let whole = self.joined(Field::SurnameKana, Field::GivenNameKana)?;
        match read(&whole) {
            Ok(kana) => Some(kana),
            Err(problem) => {
                self.report(Some(Field::SurnameKana), problem);
                None
            }
        }
    }

    /// The parts of the address in their order, a blank only in front of the building.
    fn address(&mut self) -> Option<Address> {
        use Field::*;
        let mut whole = Zeroizing::new(String::with_capacity(256));
        let parts = [Prefecture, City, Street, Field::Address];
        for cell in parts.map(|part| self.cell(part)) {
            whole.push_str(cell);
        }
        let building = self.cell(Building);
        if !whole.is_empty() && !building.is_empty() {
            whole.push('\u{3000}');
        }
        whole.push_str(building);
        if whole.is_empty() {
            return None;
        }
        let field = parts
            .into_iter()
            .chain([Building])
            .find(|part| !self.cell(*part).is_empty())?;
        self.look_for_lost_characters(field, &whole);
        match value::text(&whole, mynumber::Address::new, Problem::TextRefused) {
            Ok(address) => Some(address),
            Err(problem) => {
                self.report(Some(field), problem);
                None
            }
        }
    }

    fn number(&mut self) -> Option<IndividualNumber> {
        let (cell, wrapped) = value::unwrap(self.raw(Field::Number));
        match value::number(cell) {
            Ok(NumberCell::Number(number)) => {
                if wrapped {
                    self.report(Some(Field::Number), Problem::NumberUnwrapped);
                }
                Some(number)
            }
            Ok(NumberCell::None { word }) => {
                if word {
                    self.report(Some(Field::Number), Problem::NumberNotGiven);
                }
                None
            }
            Err(problem) => {
                self.report(Some(Field::Number), problem);
                None
            }
        }
    }

    fn employee(&mut self) -> Employee {
        let mut employee = Employee {
            department: self.take(Field::Department, |cell| {
                value::text(cell, Label::new, Problem::TextRefused)
            }),
            title: self.take(Field::Title, |cell| {
                value::text(cell, Label::new, Problem::TextRefused)
            }),
            employment: self.take(Field::Employment, |cell| {
                value::word(cell, &WORDS.employment, Employment::from_code)
            }),
            hired_on: self.take(Field::HiredOn, value::date),
            retired_on: self.end(Field::RetiredOn),
            retirement_reason: self.take(Field::RetirementReason, |cell| {
                let code = RetirementReason::from_code;
                value::word(cell, &WORDS.retirement_reason, code)
            }),
            pension_number: self.take(Field::PensionNumber, |cell| {
                value::official(cell, PensionNumber::parse)
            }),
            employment_insurance_number: self.take(Field::EmploymentInsuranceNumber, |cell| {
                value::official(cell, EmploymentInsuranceNumber::parse)
            }),
            social: self.insured(Field::SocialInsuredFrom, Field::SocialInsuredUntil),
            employment_insurance: self
                .insured(Field::EmploymentInsuredFrom, Field::EmploymentInsuredUntil),
        };
        // 入社辞退 comes before the first day, everything else after it.
        let declined = employee.retirement_reason == Some(RetirementReason::NeverJoined);
        let hired_on = employee.hired_on.filter(|_| !declined);
        if self.out_of_order(hired_on, employee.retired_on, Field::RetiredOn) {
            employee.retired_on = None;
        }
        employee
    }

    fn insured(&mut self, from: Field, until: Field) -> Insured {
        let mut insured = Insured {
            from: self.take(from, value::date),
            until: self.end(until),
        };
        if self.out_of_order(insured.from, insured.until, until) {
            insured.until = None;
        }
        insured
    }

    fn dependant(&mut self, sex: Option<Sex>, employee_sex: Option<Sex>) -> Option<Dependant> {
        let relationship = self.relationship(sex, employee_sex);
        let yes = |cell: &str| WORDS.yes_no.yes(cell).ok_or(Problem::WordUnknown);
        let mut dependant = Dependant {
            relationship: relationship?,
            employee_name: self.name_in(Field::EmployeeName, Problem::TextRefused),
            together: self.take(Field::Cohabitation, |cell| {
                WORDS.cohabitation.yes(cell).ok_or(Problem::WordUnknown)
            }),
            deduction: self.take_word(Field::TaxClass, |cell| {
                value::word(cell, &WORDS.deduction, Deduction::from_code)
            }),
            disability: self.take_word(Field::Disability, |cell| {
                value::word(cell, &WORDS.disability, Disability::from_code)
            }),
            residency: self.take_word(Field::NonResident, |cell| {
                value::word(cell, &WORDS.residency, Residency::from_code)
            }),
            health_insurance: self.take_word(Field::HealthInsurance, yes),
            pension_third: self.take_word(Field::PensionThird, yes),
            from: self.take(Field::From, value::date),
            until: self.end(Field::Until),
        };
        if self.out_of_order(dependant.from, dependant.until, Field::Until) {
            dependant.until = None;
        }
        Some(dependant)
    }

    /// As [`Self::take`], where a word like なし is a value and not nothing.
    fn take_word<T>(
        &mut self,
        field: Field,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Option<T> {
        let (cell, _) = value::unwrap(self.raw(field));
        if cell.is_empty()
            || cell
                .chars()
                .all(|c| matches!(c, '-' | '－' | 'ー' | '―' | '‐'))
        {
            return None;
        }
        match read(cell) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.report(Some(field), problem);
                None
            }
        }
    }

    /// A day that ends something; 9999-12-31 is none.
    fn end(&mut self, field: Field) -> Option<mynumber::Date> {
        if value::is_endless(self.cell(field)) {
            return None;
        }
        self.take(field, value::date)
    }

    fn out_of_order(
        &mut self,
        begin: Option<mynumber::Date>,
        end: Option<mynumber::Date>,
        field: Field,
    ) -> bool {
        let reversed = begin.zip(end).is_some_and(|(begin, end)| end < begin);
        if reversed {
            self.report(Some(field), Problem::DatesOutOfOrder);
        }
        reversed
    }

    /// 続柄. 配偶者 is the husband or the wife by the sex given, or by the employee's.
    fn relationship(
        &mut self,
        sex: Option<Sex>,
        employee_sex: Option<Sex>,
    ) -> Option<Relationship> {
        let cell = self.cell(Field::Relationship);
        let spouse = WORDS.is_spouse(cell) || cell.is_empty() && self.group == Some(Target::SPOUSE);
        let found = if spouse {
            match (sex, employee_sex) {
                (Some(Sex::Male), _) | (None, Some(Sex::Female)) => Ok(Relationship::Husband),
                (Some(Sex::Female), _) | (None, Some(Sex::Male)) => Ok(Relationship::Wife),
                (None, None) => Err(Problem::RelationshipUnknown),
            }
        } else if cell.is_empty() {
            Err(Problem::RelationshipMissing)
        } else {
            WORDS
                .relationship
                .code(cell)
                .and_then(Relationship::from_code)
                .ok_or(Problem::RelationshipUnknown)
        };
        match found {
            Ok(relationship) => Some(relationship),
            Err(problem) => {
                self.report(Some(Field::Relationship), problem);
                None
            }
        }
    }
}
