//! Record after record to rows, with the findings.

mod cells;

use crate::table::Record;
use crate::value::{self};
use crate::{
    Field, FileError, Finding, Findings, MAX_PERSONS, Mapping, Parsed, Part, Problem, Sheet, Target,
};
use cells::Cells;
use mynumber::search::fold;
use mynumber::{EmployeeNo, PersonName, Sex, TextError};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How many records are read between two calls of `progress`.
const STRIDE: u32 = 512;

impl Sheet<'_> {
    /// Reads every row. `progress(done, total)` is called now and then with bytes and stops
    /// the work by `false`.
    pub fn read(
        &self,
        mapping: &Mapping,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Parsed, FileError> {
        mapping.check()?;
        if mapping.columns.len() != self.width() {
            return Err(crate::MappingError::OtherColumns.into());
        }
        let mut reading = Reading::new(self, mapping);
        let mut records = self.records();
        let total = self.text.len() as u64;
        while let Some(record) = records.next()? {
            reading.record(&record)?;
            if reading.parsed.records.is_multiple_of(STRIDE)
                && !progress(total - records.left() as u64, total)
            {
                return Err(FileError::Cancelled);
            }
        }
        Ok(reading.finish())
    }
}

/// In which column each field is.
type Places = BTreeMap<Field, usize>;

struct Reading<'s> {
    header_line: Option<u32>,
    titles: Option<&'s [String]>,
    width: usize,
    own: Places,
    groups: Vec<(u8, Places)>,
    /// The rightmost column that is read.
    last: usize,
    parsed: Parsed,
    /// Folded 社員番号 of every employee's row so far.
    employees: HashMap<String, usize>,
}

impl<'s> Reading<'s> {
    fn new(sheet: &'s Sheet<'_>, mapping: &Mapping) -> Self {
        let mut own = Places::new();
        let mut groups: BTreeMap<u8, Places> = BTreeMap::new();
        let mut columns = BTreeMap::new();
        let mut last = 0;
        for (column, target) in mapping.columns.iter().enumerate() {
            let Some(target) = target else { continue };
            last = column;
            columns.insert(*target, u16::try_from(column + 1).unwrap_or(u16::MAX));
            match *target {
                Target::Own(field) => own.insert(field, column),
                Target::Family(group, field) => {
                    groups.entry(group).or_default().insert(field, column)
                }
            };
        }
        Self {
            header_line: sheet.header_line,
            titles: sheet.titles(),
            width: sheet.width(),
            own,
            groups: groups.into_iter().collect(),
            last,
            parsed: Parsed {
                rows: Vec::new(),
                findings: Findings::default(),
                records: 0,
                columns,
            },
            employees: HashMap::new(),
        }
    }

    fn record(&mut self, record: &Record<'_>) -> Result<(), FileError> {
        if self.header_line.is_some_and(|line| record.line <= line) || record.is_blank() {
            return Ok(());
        }
        self.parsed.records += 1;
        if let Some(problem) = self.form(record) {
            self.report(record.line, None, problem);
            if problem != Problem::TooFewColumns {
                return Ok(());
            }
        }
        let Some(employee_no) = self.employee_no(record) else {
            return Ok(());
        };
        let sex = self.own_row(record, &employee_no);
        if let Some(sex) = sex {
            self.family_groups(record, &employee_no, sex);
        }
        if self.parsed.rows.len() > MAX_PERSONS {
            return Err(FileError::TooManyPersons);
        }
        Ok(())
    }

    /// What is wrong with the record as a whole.
    fn form(&self, record: &Record<'_>) -> Option<Problem> {
        let surplus = (self.width..record.len()).any(|i| !record.cell(i).is_empty());
        let repeats_header = self
            .titles
            .is_some_and(|titles| record.cells().eq(titles.iter().map(String::as_str)));
        if record.damaged {
            Some(Problem::DamagedCharacters)
        } else if record.lines > 1 && record.len() != self.width {
            Some(Problem::QuoteOverLines)
        } else if surplus {
            Some(Problem::TooManyColumns)
        } else if repeats_header {
            Some(Problem::HeaderAgain)
        } else if record.len() <= self.last {
            Some(Problem::TooFewColumns)
        } else {
            None
        }
    }

    fn employee_no(&mut self, record: &Record<'_>) -> Option<EmployeeNo> {
        let column = *self.own.get(&Field::EmployeeNo)?;
        let (cell, _) = value::unwrap(record.cell(column));
        let problem = match EmployeeNo::new(cell) {
            _ if value::is_exponent(cell) => Problem::EmployeeNoByExcel,
            Ok(employee_no) => return Some(employee_no),
            Err(TextError::Empty) => Problem::EmployeeNoMissing,
            Err(TextError::IndividualNumber) => Problem::EmployeeNoIsNumber,
            Err(_) => Problem::EmployeeNoRefused,
        };
        self.report(record.line, Some(Field::EmployeeNo), problem);
        None
    }

    /// The row's own person. `None`: it is left out, and the family columns with it;
    /// otherwise the employee's sex, where it is known.
    fn own_row(&mut self, record: &Record<'_>, employee_no: &EmployeeNo) -> Option<Option<Sex>> {
        let mut cells = Cells::new(record, &self.own, None, &self.parsed.columns);
        let is_own = match self.own.get(&Field::Relationship) {
            None => true,
            Some(_) => cells.is_own_row(),
        };
        let key = fold(employee_no.as_str());
        if is_own && self.employees.contains_key(&key) {
            cells.report(Some(Field::EmployeeNo), Problem::EmployeeNoTwice);
        }
        let named = self.own.contains_key(&Field::Name) || self.own.contains_key(&Field::Surname);
        let row = cells.person(employee_no, is_own, named, None);
        let (findings, left_out) = (cells.findings, cells.left_out);
        findings
            .into_iter()
            .for_each(|f| self.parsed.findings.push(f));
        let row = row.filter(|_| !left_out)?;
        let sex = row.sex;
        if is_own {
            self.employees.insert(key, self.parsed.rows.len());
        }
        self.parsed.rows.push(row);
        Some(sex)
    }

    fn family_groups(
        &mut self,
        record: &Record<'_>,
        employee_no: &EmployeeNo,
        employee_sex: Option<Sex>,
    ) {
        for (group, places) in &self.groups {
            let mut cells = Cells::new(record, places, Some(*group), &self.parsed.columns);
            if cells.nobody() {
                continue;
            }
            let row = cells.person(employee_no, false, true, employee_sex);
            let (findings, left_out) = (cells.findings, cells.left_out);
            findings
                .into_iter()
                .for_each(|f| self.parsed.findings.push(f));
            if let Some(row) = row
                && !left_out
            {
                self.parsed.rows.push(row);
            }
        }
    }

    fn report(&mut self, line: u32, field: Option<Field>, problem: Problem) {
        let column = field.and_then(|field| self.parsed.columns.get(&Target::Own(field)).copied());
        self.parsed.findings.push(Finding {
            line,
            column,
            problem,
            field,
        });
    }

    /// What only the whole file shows: the same family member twice, 社員氏名 of another.
    fn finish(self) -> Parsed {
        let Self {
            mut parsed,
            employees,
            ..
        } = self;
        let mut family = HashSet::new();
        let mut leave_out = HashMap::new();
        for (index, row) in parsed.rows.iter().enumerate() {
            let Part::Dependant(part) = &row.part else {
                continue;
            };
            let employee_no = fold(row.employee_no.as_str());
            let name = fold(row.name.as_ref().map_or("", PersonName::as_str));
            let employee = employees
                .get(&employee_no)
                .and_then(|i| parsed.rows[*i].name.as_ref());
            let other_name = part.employee_name.as_ref().zip(employee);
            if other_name.is_some_and(|(a, b)| fold(a.as_str()) != fold(b.as_str())) {
                leave_out.insert(index, (Field::EmployeeName, Problem::EmployeeNameDiffers));
            } else if !family.insert((employee_no, name, row.birth_date)) {
                leave_out.insert(index, (Field::Name, Problem::FamilyTwice));
            }
        }
        let mut found: Vec<_> = leave_out
            .iter()
            .map(|(i, (field, problem))| parsed.finding(&parsed.rows[*i], Some(*field), *problem))
            .collect();
        found.sort_unstable();
        found.into_iter().for_each(|f| parsed.findings.push(f));
        let mut index = 0;
        parsed.rows.retain(|_| {
            index += 1;
            !leave_out.contains_key(&(index - 1))
        });
        parsed
    }
}
