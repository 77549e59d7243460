//! One field of a row against the same field in the vault.

use super::Existing;
use crate::Particulars;
use intake::{Field, Row};

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
        self.field(Field::Address, &mut held.address, &row.address);
    }
}

/// The particulars of somebody new; `None` without a name.
pub(super) fn particulars(row: &Row) -> Option<Particulars> {
    Some(Particulars {
        name: row.name.clone()?,
        filing_name: row.filing_name.clone(),
        kana: row.kana.clone(),
        birth_date: row.birth_date,
        sex: row.sex,
        address: row.address.clone(),
    })
}
