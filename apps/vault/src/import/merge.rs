//! One field of a row against the same field in the vault.

use super::Existing;
use crate::{Details, Insured, OtherNames, Particulars};
use intake::{Employee, Field, Row};

/// Takes fields over as [`Existing`] says and remembers what differed.
pub(super) struct Merge {
    existing: Existing,
    /// Something is written.
    pub(super) changed: bool,
    /// Fields where both have something and it is not the same.
    pub(super) differing: Vec<Field>,
}

impl Merge {
    pub(super) fn new(existing: Existing) -> Self {
        Self {
            existing,
            changed: false,
            differing: Vec::new(),
        }
    }

    /// What the field is to be. An empty cell never empties a field.
    pub(super) fn field<T: PartialEq + Clone>(
        &mut self,
        field: Field,
        held: &mut Option<T>,
        given: &Option<T>,
    ) {
        let Some(new) = given else { return };
        let take = match held {
            Some(held) if held == new => false,
            Some(_) => {
                self.differing.push(field);
                self.existing == Existing::Overwrite
            }
            None => self.existing != Existing::Skip,
        };
        if take {
            *held = Some(new.clone());
            self.changed = true;
        }
    }

    /// The same of a field that is never empty.
    pub(super) fn set<T: PartialEq + Clone>(
        &mut self,
        field: Field,
        held: &mut T,
        given: &Option<T>,
    ) {
        let mut some = Some(held.clone());
        self.field(field, &mut some, given);
        if let Some(value) = some {
            *held = value;
        }
    }

    pub(super) fn particulars(&mut self, held: &mut Particulars, row: &Row) {
        self.set(Field::Name, &mut held.name, &row.name);
        self.field(Field::FilingName, &mut held.filing_name, &row.filing_name);
        self.field(Field::Kana, &mut held.kana, &row.kana);
        self.field(Field::BirthDate, &mut held.birth_date, &row.birth_date);
        self.field(Field::Sex, &mut held.sex, &row.sex);
        let others = &mut held.other_names;
        self.field(Field::Romaji, &mut others.romaji, &row.romaji);
        self.field(Field::Alias, &mut others.alias, &row.alias);
        let former = &mut others.former_surname;
        self.field(Field::FormerSurname, former, &row.former_surname);
        self.field(Field::PostalCode, &mut held.postal_code, &row.postal_code);
        self.field(Field::Address, &mut held.address, &row.address);
    }
}

impl Merge {
    /// What offices ask of an employee beside the particulars.
    pub(super) fn details(&mut self, held: &mut Details, part: &Employee) {
        self.field(Field::Title, &mut held.title, &part.title);
        let number = &mut held.pension_number;
        self.field(Field::PensionNumber, number, &part.pension_number);
        let number = &mut held.employment_insurance_number;
        let given = &part.employment_insurance_number;
        self.field(Field::EmploymentInsuranceNumber, number, given);
        let (from, until) = (Field::SocialInsuredFrom, Field::SocialInsuredUntil);
        self.insured(from, until, &mut held.social, part.social);
        let (from, until) = (Field::EmploymentInsuredFrom, Field::EmploymentInsuredUntil);
        let (held, given) = (&mut held.employment_insurance, part.employment_insurance);
        self.insured(from, until, held, given);
    }

    /// An end is taken only where it does not come before the beginning that is kept.
    fn insured(&mut self, from: Field, until: Field, held: &mut Insured, given: intake::Insured) {
        let before = (*held, self.changed);
        self.field(from, &mut held.from, &given.from);
        self.field(until, &mut held.until, &given.until);
        let in_order = match (held.from, held.until) {
            (_, None) => true,
            (Some(from), Some(until)) => from <= until,
            (None, Some(_)) => false,
        };
        if !in_order {
            (*held, self.changed) = before;
            self.differing.push(until);
        }
    }
}

/// What a row says of somebody new beside the particulars.
pub(super) fn details(row: &Row, part: &Employee) -> Details {
    let mut details = Details {
        other_names: OtherNames {
            romaji: row.romaji.clone(),
            alias: row.alias.clone(),
            former_surname: row.former_surname.clone(),
        },
        postal_code: row.postal_code.clone(),
        ..Details::default()
    };
    Merge::new(Existing::FillEmpty).details(&mut details, part);
    details
}

/// The particulars of somebody new; `None` without a name.
pub(super) fn particulars(row: &Row) -> Option<Particulars> {
    Some(Particulars {
        name: row.name.clone()?,
        filing_name: row.filing_name.clone(),
        kana: row.kana.clone(),
        other_names: OtherNames {
            romaji: row.romaji.clone(),
            alias: row.alias.clone(),
            former_surname: row.former_surname.clone(),
        },
        birth_date: row.birth_date,
        sex: row.sex,
        postal_code: row.postal_code.clone(),
        address: row.address.clone(),
    })
}
