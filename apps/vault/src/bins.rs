//! Whether a number is held already, told without decrypting every number each time.
//!
//! A number is one human being's, in whatever capacities ([`same_person`]). Nothing is
//! stored that one could be compared with, because whatever is derived from a number is one
//! itself (ガイドライン第4-1-(1) 注). So a session's first look decrypts every number the
//! company holds and throws its row into one of 2²⁰ bins, by AES-256 under a key made for
//! these bins alone; from then on only the rows in a number's own bin are decrypted and
//! compared.
//!
//! [`same_person`]: crate::subjects::same_person
//!
//! - **A bin is no fingerprint.** Of the 10¹¹ numbers there can be, a hundred thousand share
//!   each bin: even with the key it tells nobody's number.
//! - **Never stored.** The key is wiped with the session's other keys; without it the bins
//!   say nothing at all.
//! - **A bin proves nothing.** What matches is a row as it stands in the database now. One
//!   that was destroyed or taken back since is not found there.
//! - **Nobody is missing.** Whoever places a number says so by [`placed`]; a session that
//!   did not see all of them makes its bins anew.

use crate::keys::Key;
use crate::numbers;
use crate::store::Tx;
use crate::{PersonId, Session, VaultError};
use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use mynumber::IndividualNumber;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// With 100,000 numbers held, one of ten looks decrypts one of them.
const BITS: u32 = 20;
/// The most rows that are looked through one by one before they are sorted in.
const MAX_UNSORTED: usize = 1024;

/// The rows of `numbers` of one company, in bins.
pub(crate) struct Bins {
    /// Wipes its key schedule when dropped; without it the bins say nothing.
    cipher: Box<Aes256>,
    /// Bin and id of each row: sorted, then those that came since.
    rows: Vec<(u32, i64)>,
    sorted: usize,
    /// The count of [`Tx::placed`] up to which every number is in its bin.
    seen: u64,
}

/// Who holds this number in the company entered: nearly always nobody or one, more where
/// somebody stands in it in several capacities.
pub(crate) fn holders(
    tx: &Tx<'_>,
    session: &Session,
    number: &IndividualNumber,
) -> Result<Vec<PersonId>, VaultError> {
    let mut kept = session.entered()?.bins.borrow_mut();
    let current = kept.take().filter(|bins| bins.seen == tx.placed());
    // A number that this transaction destroyed is held again when it is taken back: bins
    // made only now would miss it later.
    let keep = current.is_some() || !tx.destroyed_a_number();
    let mut bins = match current {
        Some(bins) => bins,
        None => Bins::load(tx, session)?,
    };
    let holders = bins.holders(tx, session, number);
    *kept = keep.then_some(bins);
    holders
}

/// A number of the company entered was placed as row `id`.
pub(crate) fn placed(
    tx: &Tx<'_>,
    session: &Session,
    number: &IndividualNumber,
    id: i64,
) -> Result<(), VaultError> {
    if let Some(bins) = session.entered()?.bins.borrow_mut().as_mut()
        // Nothing is missing but this one.
        && bins.seen + 1 == tx.placed()
    {
        bins.rows.push((bins.bin(number), id));
        bins.seen += 1;
    }
    Ok(())
}

impl Bins {
    fn load(tx: &Tx<'_>, session: &Session) -> Result<Self, VaultError> {
        let mut bins = Self {
            cipher: Box::new(Aes256::new(Key::random()?.bytes().into())),
            rows: Vec::new(),
            sorted: 0,
            seen: tx.placed(),
        };
        bins.rows = numbers::each_held(tx.conn(), session, |id, number| (bins.bin(number), id))?;
        bins.sort();
        Ok(bins)
    }

    fn bin(&self, number: &IndividualNumber) -> u32 {
        let mut block = Zeroizing::new([0; 16]);
        block[..IndividualNumber::DIGITS].copy_from_slice(number.seal_bytes());
        self.cipher.encrypt_block((&mut *block).into());
        u32::from_be_bytes([block[0], block[1], block[2], block[3]]) >> (u32::BITS - BITS)
    }

    fn sort(&mut self) {
        self.rows.sort();
        self.sorted = self.rows.len();
    }

    fn holders(
        &mut self,
        tx: &Tx<'_>,
        session: &Session,
        number: &IndividualNumber,
    ) -> Result<Vec<PersonId>, VaultError> {
        if self.rows.len() - self.sorted > MAX_UNSORTED {
            self.sort();
        }
        let bin = self.bin(number);
        let (sorted, since) = self.rows.split_at(self.sorted);
        let first = sorted.partition_point(|(other, _)| *other < bin);
        let same = |row: &&(u32, i64)| row.0 == bin;
        let before = sorted[first..].iter().take_while(same);
        let mut holders = Vec::new();
        for (_, id) in before.chain(since.iter().filter(same)) {
            let held = numbers::open_row(tx.conn(), session, *id)?;
            if let Some((person, held)) = held
                && bool::from(held.ct_eq(number))
            {
                holders.push(person);
            }
        }
        Ok(holders)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn bins() -> Bins {
        Bins {
            cipher: Box::new(Aes256::new(Key::random().unwrap().bytes().into())),
            rows: Vec::new(),
            sorted: 0,
            seen: 0,
        }
    }

    fn number(counter: u32) -> IndividualNumber {
        (0..10)
            .find_map(|check| IndividualNumber::parse(&format!("9000{counter:07}{check}")).ok())
            .unwrap()
    }

    #[test]
    fn a_bin_is_of_its_number_and_its_key() {
        let (bins, others) = (bins(), bins());
        let of = |bins: &Bins| -> Vec<u32> { (0..8).map(|i| bins.bin(&number(i))).collect() };
        assert_eq!(of(&bins), of(&bins));
        assert_ne!(of(&bins), of(&others));
    }

    #[test]
    fn far_more_numbers_than_bins_share_them() {
        assert!(10u64.pow(11) >> BITS > 90_000);
        let bins = bins();
        assert!((0..1000).all(|i| bins.bin(&number(i)) < 1 << BITS));
    }
}
