//! The same individual number twice: in the file, or in the file and in the vault.

use crate::store::Tx;
use crate::{PersonId, Session, VaultError, bins, numbers};
use intake::{Parsed, Part, Row};
use mynumber::IndividualNumber;
use mynumber::search::fold;
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

#[derive(Clone)]
pub(super) enum Clash {
    /// By rows that cannot be about one human being.
    TwiceInFile,
    HeldBy(Vec<PersonId>),
}

#[derive(Default)]
pub(super) struct Clashes {
    by_row: HashMap<usize, Clash>,
    holders: HashSet<PersonId>,
}

impl Clashes {
    /// Compares every number of the file with every other and with all that the company
    /// holds. They are sorted in memory that is wiped; nothing of them stays but which
    /// rows clash.
    pub(super) fn find(
        tx: &Tx<'_>,
        session: &Session,
        parsed: &Parsed,
    ) -> Result<Self, VaultError> {
        let numbers = || {
            let rows = parsed.rows.iter().enumerate();
            rows.filter_map(|(i, row)| Some((i, row.number.as_ref()?)))
        };
        // All of it reserved at once: a vector that grows would leave copies behind.
        let mut sorted = Zeroizing::new(Vec::with_capacity(parsed.rows.len()));
        sorted.extend(numbers().map(|(i, number)| Packed::new(number, i).0));
        if sorted.is_empty() {
            return Ok(Self::default());
        }
        sorted.sort_unstable();
        let mut clashes = Self::default();
        for same in sorted.chunk_by(|a, b| Packed(*a).value() == Packed(*b).value()) {
            let rows = || same.iter().map(|packed| Packed(*packed).row());
            if same.len() > 1 && !can_be_one(rows().map(|row| &parsed.rows[row])) {
                let clash = |row| (row, Clash::TwiceInFile);
                clashes.by_row.extend(rows().map(clash));
            }
        }
        for (row, number) in numbers() {
            let holders = bins::holders(tx, session, number)?;
            if !holders.is_empty() {
                let clash = Clash::HeldBy(holders);
                clashes.by_row.entry(row).or_insert(clash);
            }
        }
        clashes.holders = numbers::holders(tx.conn(), session)?;
        Ok(clashes)
    }

    pub(super) fn of_row(&self, row: usize) -> Option<Clash> {
        self.by_row.get(&row).cloned()
    }

    /// Whether the person has a number already.
    pub(super) fn holds_one(&self, person: PersonId) -> bool {
        self.holders.contains(&person)
    }
}

/// Whether rows can be about one human being: as in the vault ([`same_person`]), an employee
/// and members of other employees' families with the same name and birth date.
///
/// [`same_person`]: crate::subjects::same_person
fn can_be_one<'a>(rows: impl Iterator<Item = &'a Row>) -> bool {
    let mut capacities = HashSet::new();
    let mut humans = HashSet::new();
    for row in rows {
        let (Some(name), Some(born)) = (&row.name, row.birth_date) else {
            return false;
        };
        humans.insert((fold(name.as_str()), born));
        let family_of = match row.part {
            Part::Employee(_) => None,
            Part::Dependant(_) => Some(fold(row.employee_no.as_str())),
        };
        if !capacities.insert(family_of) {
            return false;
        }
    }
    humans.len() == 1
}

/// A number in the upper 40 bits, its row in the lower 24: twelve digits are below 2^40,
/// and a file has fewer people than 2^24.
#[derive(Clone, Copy)]
struct Packed(u64);

impl Packed {
    const ROW_BITS: u32 = 24;

    fn new(number: &IndividualNumber, row: usize) -> Self {
        const { assert!(intake::MAX_PERSONS < 1 << Packed::ROW_BITS) };
        let digits = number.seal_bytes().iter();
        let value = digits.fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
        Self(value << Self::ROW_BITS | row as u64)
    }

    fn value(self) -> u64 {
        self.0 >> Self::ROW_BITS
    }

    fn row(self) -> usize {
        (self.0 & ((1 << Self::ROW_BITS) - 1)) as usize
    }
}
