use crate::{Field, Finding, Findings, Problem, Target};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::{
    Address, Date, EmployeeNo, Employment, EmploymentInsuranceNumber, FilingName, IndividualNumber,
    Kana, Label, PensionNumber, PersonName, PostalCode, RetirementReason, Romaji, Sex,
};
use std::collections::BTreeMap;

/// What a file says of one person. `None`: there is no such column, the cell is empty, or
/// the value was left out with a [`Finding`].
#[derive(Debug)]
pub struct Row {
    /// Where the record begins, from 1.
    pub line: u32,
    /// The group of family columns it comes from; `None`: from the row's own columns.
    pub group: Option<u8>,
    /// 社員番号; of one of the family, the employee's.
    pub employee_no: EmployeeNo,
    pub name: Option<PersonName>,
    pub filing_name: Option<FilingName>,
    pub kana: Option<Kana>,
    pub romaji: Option<Romaji>,
    /// 通称
    pub alias: Option<PersonName>,
    /// 旧姓
    pub former_surname: Option<PersonName>,
    pub birth_date: Option<Date>,
    pub sex: Option<Sex>,
    pub postal_code: Option<PostalCode>,
    pub address: Option<Address>,
    /// Wiped when dropped.
    pub number: Option<IndividualNumber>,
    pub part: Part,
}

/// What only employees, or only their family, have.
#[derive(Debug)]
pub enum Part {
    Employee(Employee),
    Dependant(Box<Dependant>),
}

#[derive(Debug, Default)]
pub struct Employee {
    pub department: Option<Label>,
    /// 役職
    pub title: Option<Label>,
    pub employment: Option<Employment>,
    pub hired_on: Option<Date>,
    pub retired_on: Option<Date>,
    pub retirement_reason: Option<RetirementReason>,
    /// 基礎年金番号
    pub pension_number: Option<PensionNumber>,
    /// 雇用保険被保険者番号
    pub employment_insurance_number: Option<EmploymentInsuranceNumber>,
    /// 健康保険・厚生年金保険
    pub social: Insured,
    /// 雇用保険
    pub employment_insurance: Insured,
}

/// 資格取得日 and 資格喪失日.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Insured {
    pub from: Option<Date>,
    /// The first day without it.
    pub until: Option<Date>,
}

#[derive(Debug)]
pub struct Dependant {
    pub relationship: Relationship,
    /// 社員氏名 of the row, to be compared.
    pub employee_name: Option<PersonName>,
    /// 同居
    pub together: Option<bool>,
    pub deduction: Option<Deduction>,
    pub disability: Option<Disability>,
    pub residency: Option<Residency>,
    pub health_insurance: Option<bool>,
    pub pension_third: Option<bool>,
    pub from: Option<Date>,
    pub until: Option<Date>,
}

/// A file, understood as far as a file alone can be.
#[derive(Debug)]
pub struct Parsed {
    /// Rows that can be taken, in the order of the file; an employee before the family.
    pub rows: Vec<Row>,
    pub findings: Findings,
    /// How many rows with content there were below the header.
    pub records: u32,
    pub(crate) columns: BTreeMap<Target, u16>,
}

impl Parsed {
    /// A finding on a row, with the column that its field came from.
    pub fn finding(&self, row: &Row, field: Option<Field>, problem: Problem) -> Finding {
        let own = field.map(Target::Own);
        let target = match (row.group, field) {
            (Some(group), Some(field)) if field != Field::EmployeeNo => {
                Some(Target::Family(group, field))
            }
            _ => own,
        };
        Finding {
            line: row.line,
            column: target.and_then(|t| self.columns.get(&t).copied()),
            problem,
            field,
        }
    }

    pub fn employees(&self) -> usize {
        let is_employee = |row: &&Row| matches!(row.part, Part::Employee(_));
        self.rows.iter().filter(is_employee).count()
    }

    pub fn dependants(&self) -> usize {
        self.rows.len() - self.employees()
    }
}
