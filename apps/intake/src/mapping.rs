use crate::{Field, Sheet, Target, headers};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which column has what, kept for each source of files: the next file of the same
/// software needs no questions. Serialised, it holds titles and no person's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// [`Mapping::VERSION`] of the release that made it.
    pub version: u16,
    /// What each column is for; `None`: not read.
    pub columns: Vec<Option<Target>>,
    /// The titles these columns have; `None` where the file has no header.
    pub titles: Option<Vec<String>>,
}

/// Why a mapping does not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping is of version {0}, which this release does not know")]
    Version(u16),
    #[error("two columns have {0:?}")]
    Twice(Target),
    #[error("no column has {0:?}")]
    Missing(Target),
    #[error("{0:?} is a field that a group of family columns cannot have")]
    NotOfFamily(Target),
    #[error("there is no group {0} of family columns")]
    Group(u8),
    /// The file has no column of this title, or more than one.
    #[error("the file does not have the column that is called {0:?} exactly once")]
    Title(String),
    /// A file without a header has another number of columns, or only one of the two
    /// has a header.
    #[error("the file's columns are not those of the mapping")]
    OtherColumns,
}

impl Mapping {
    /// Grows when the meaning of what is kept changes.
    pub const VERSION: u16 = 1;

    /// What the titles say. Where two columns seem to have the same, the first one gets
    /// it. The result may lack what [`Self::check`] wants: then a person completes it.
    pub fn guess(sheet: &Sheet<'_>) -> Self {
        let titles = sheet.titles().map(<[String]>::to_vec);
        let mut columns: Vec<Option<Target>> = titles
            .iter()
            .flatten()
            .map(|title| headers::recognise(title))
            .collect();
        columns.resize(sheet.width(), None);
        let mut taken = BTreeSet::new();
        for column in &mut columns {
            *column = column.filter(|target| taken.insert(*target));
        }
        // In a table of employees 社員氏名 is the name; in one of families there is 氏名 besides.
        let has = |field| taken.contains(&Target::Own(field));
        if has(Field::EmployeeName) && !has(Field::Name) && !has(Field::Surname) {
            for target in columns.iter_mut().flatten() {
                if *target == Target::Own(Field::EmployeeName) {
                    *target = Target::Own(Field::Name);
                }
            }
        }
        Self {
            version: Self::VERSION,
            columns,
            titles,
        }
    }

    /// The same mapping for another file of the source: columns are found by their titles
    /// where there are any, so that columns that moved or came anew do no harm.
    pub fn adapt(&self, sheet: &Sheet<'_>) -> Result<Self, MappingError> {
        let mut columns = vec![None; sheet.width()];
        match (&self.titles, sheet.titles()) {
            (Some(known), Some(found)) => {
                let mapped = known.iter().zip(&self.columns);
                for (title, target) in mapped.filter(|(_, target)| target.is_some()) {
                    let mut places = (0..found.len()).filter(|&i| &found[i] == title);
                    match (places.next(), places.next()) {
                        (Some(place), None) => columns[place] = *target,
                        _ => return Err(MappingError::Title(title.clone())),
                    }
                }
            }
            (None, None) if self.columns.len() == columns.len() => {
                columns.clone_from(&self.columns);
            }
            _ => return Err(MappingError::OtherColumns),
        }
        let adapted = Self {
            version: self.version,
            columns,
            titles: sheet.titles().map(<[String]>::to_vec),
        };
        adapted.check()?;
        Ok(adapted)
    }

    /// That every field stands once at most, and that what is needed is there: 社員番号,
    /// and a name or a number; in each group of family columns a name, and the
    /// relationship (続柄) unless it is the spouse's.
    pub fn check(&self) -> Result<(), MappingError> {
        if self.version != Self::VERSION {
            return Err(MappingError::Version(self.version));
        }
        let mut taken = BTreeSet::new();
        for target in self.columns.iter().flatten() {
            if !taken.insert(*target) {
                return Err(MappingError::Twice(*target));
            }
        }
        let own = |field| taken.contains(&Target::Own(field));
        if !own(Field::EmployeeNo) {
            return Err(MappingError::Missing(Target::Own(Field::EmployeeNo)));
        }
        let named = own(Field::Name) || own(Field::Surname);
        if !named && (!own(Field::Number) || own(Field::Relationship)) {
            return Err(MappingError::Missing(Target::Own(Field::Name)));
        }
        for group in self.groups() {
            Self::check_group(group, &taken)?;
        }
        Ok(())
    }

    fn check_group(group: u8, taken: &BTreeSet<Target>) -> Result<(), MappingError> {
        if group > Target::GROUPS {
            return Err(MappingError::Group(group));
        }
        let not_of_family = taken
            .iter()
            .find(|t| matches!(t, Target::Family(_, field) if field.is_employees()));
        if let Some(target) = not_of_family {
            return Err(MappingError::NotOfFamily(*target));
        }
        let has = |field| taken.contains(&Target::Family(group, field));
        if !has(Field::Name) && !has(Field::Surname) {
            return Err(MappingError::Missing(Target::Family(group, Field::Name)));
        }
        if group != Target::SPOUSE && !has(Field::Relationship) {
            let missing = Target::Family(group, Field::Relationship);
            return Err(MappingError::Missing(missing));
        }
        Ok(())
    }

    /// The groups of family columns, in their order.
    pub(crate) fn groups(&self) -> BTreeSet<u8> {
        self.columns
            .iter()
            .flatten()
            .filter_map(|target| match target {
                Target::Family(group, _) => Some(*group),
                Target::Own(_) => None,
            })
            .collect()
    }
}
