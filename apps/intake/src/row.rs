use crate::{Field, Finding, Findings, Problem, Target};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::{
    Address, Date, EmployeeNo, Employment, FilingName, IndividualNumber, Kana, Label, PersonName,
    RetirementReason, Sex,
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
    pub employment: Option<Employment>,
    pub hired_on: Option<Date>,
    pub retired_on: Option<Date>,
    pub retirement_reason: Option<RetirementReason>,
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

/// 郵便番号, shown as `100-0001`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PostalCode(u32);

impl PostalCode {
    const DIGITS: usize = 7;

    /// Reads seven digits of either width with `〒`, a hyphen or blanks around and between.
    /// `Err` has how many digits there are instead.
    pub fn parse(typed: &str) -> Result<Self, Option<usize>> {
        let (mut value, mut count) = (0u32, 0);
        for c in typed.chars() {
            match c {
                '0'..='9' => value = value.saturating_mul(10) + (c as u32 - '0' as u32),
                '０'..='９' => value = value.saturating_mul(10) + (c as u32 - '０' as u32),
                '〒' | ' ' | '\u{3000}' | '-' | '－' | '‐' | '−' | 'ー' | '―' => continue,
                _ => return Err(None),
            }
            count += 1;
            if count > Self::DIGITS {
                return Err(Some(count));
            }
        }
        if count == Self::DIGITS {
            Ok(Self(value))
        } else {
            Err(Some(count))
        }
    }
}

impl std::fmt::Display for PostalCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:03}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_postal_code_is_read_as_people_write_it() {
        for typed in [
            "060-0001",
            "0600001",
            "〒060-0001",
            "０６０－０００１",
            "060 0001",
        ] {
            assert_eq!(PostalCode::parse(typed).unwrap().to_string(), "060-0001");
        }
        assert_eq!(PostalCode::parse("600001"), Err(Some(6)));
        assert_eq!(PostalCode::parse("06000011"), Err(Some(8)));
        assert_eq!(PostalCode::parse("東京"), Err(None));
        assert_eq!(PostalCode::parse(""), Err(Some(0)));
    }
}
