//! The same individual number twice: in the file, or in the file and in the vault.

use crate::store::Tx;
use crate::{PersonId, Session, VaultError, bins, numbers};
use intake::Parsed;
use mynumber::IndividualNumber;
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

#[derive(Clone, Copy)]
pub(super) enum Clash {
    TwiceInFile,
    HeldBy(PersonId),
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
        for pair in sorted.windows(2).map(|p| [Packed(p[0]), Packed(p[1])]) {
            if pair[0].value() == pair[1].value() {
                for packed in pair {
                    clashes.by_row.insert(packed.row(), Clash::TwiceInFile);
                }
            }
        }
        for (row, number) in numbers() {
            if let Some(holder) = bins::holder(tx, session, number, None)? {
                let clash = Clash::HeldBy(holder);
                clashes.by_row.entry(row).or_insert(clash);
            }
        }
        clashes.holders = numbers::holders(tx.conn(), session)?;
        Ok(clashes)
    }

    pub(super) fn of_row(&self, row: usize) -> Option<Clash> {
        self.by_row.get(&row).copied()
    }

    /// Whether the person has a number already.
    pub(super) fn holds_one(&self, person: PersonId) -> bool {
        self.holders.contains(&person)
    }
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
