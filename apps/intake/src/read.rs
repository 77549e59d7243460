//! Record after record to rows, with the findings.

use crate::table::Record;
use crate::value::{self, NumberCell};
use crate::words::WORDS;
use crate::{
    Dependant, Employee, Field, FileError, Finding, Findings, Insured, MAX_PERSONS, Mapping,
    Parsed, Part, Problem, Row, Sheet, Target,
};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::search::fold;
use mynumber::{
    Address, EmployeeNo, Employment, EmploymentInsuranceNumber, IndividualNumber, Kana, Label,
    PensionNumber, PersonName, RetirementReason, Romaji, Sex, TextError,
};
use std::collections::{BTreeMap, HashMap, HashSet};
use zeroize::Zeroizing;

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

/// The cells of one person.
struct Cells<'r> {
    record: &'r Record<'r>,
    places: &'r Places,
    group: Option<u8>,
    columns: &'r BTreeMap<Target, u16>,
    findings: Vec<Finding>,
    left_out: bool,
}

impl<'r> Cells<'r> {
    fn new(
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

    fn report(&mut self, field: Option<Field>, problem: Problem) {
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
    fn nobody(&self) -> bool {
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

    fn is_own_row(&self) -> bool {
        let cell = self.cell(Field::Relationship);
        // An empty 続柄 beside another 社員氏名 is one of the family whose 続柄 is missing.
        let another = |name: &str| !name.is_empty() && fold(name) != fold(self.cell(Field::Name));
        WORDS.is_own(cell) || cell.is_empty() && !another(self.cell(Field::EmployeeName))
    }

    fn person(
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
        if self.out_of_order(employee.hired_on, employee.retired_on, Field::RetiredOn) {
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
