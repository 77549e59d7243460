//! What two copies of one ledger say about each other.
//!
//! Inside one vault everything may be rewritten by somebody who has its signing key, and
//! the newest entries may be cut off together with the checkpoints that name them. What
//! went out before (a report, an export, a snapshot, another copy of the stick) carries
//! checkpoints that nobody inside can take back: they prove the cut and locate the fork.

use crate::{Break, Checkpoint, Hash, SignedCheckpoint};

/// How two copies stand to each other. `ours` and `theirs` count entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Same {
        entries: u64,
    },
    /// One is the beginning of the other: a snapshot and the vault that went on, or a
    /// ledger whose end was cut off.
    Prefix {
        ours: u64,
        theirs: u64,
    },
    /// They agree up to entry `common` (0: nowhere) and go different ways after it: one of
    /// them was rewritten, or both went on from one copy.
    Forked {
        common: u64,
        ours: u64,
        theirs: u64,
    },
}

/// Compares two chains of these lengths. `same(n)` says whether their hashes after entry
/// `n` (from 1) are equal; as each hash fixes all before it, it is asked only for about
/// log2 of the shorter length. Each chain must be intact by itself.
pub fn compare<E>(
    ours: u64,
    theirs: u64,
    mut same: impl FnMut(u64) -> Result<bool, E>,
) -> Result<Comparison, E> {
    let shorter = ours.min(theirs);
    let (mut agreed, mut parted) = (0, shorter + 1);
    while parted - agreed > 1 {
        // First the end, as most copies agree there.
        let middle = if parted > shorter {
            shorter
        } else {
            agreed + (parted - agreed) / 2
        };
        if same(middle)? {
            agreed = middle;
        } else {
            parted = middle;
        }
    }
    Ok(match (agreed == shorter, ours == theirs) {
        (true, true) => Comparison::Same { entries: ours },
        (true, false) => Comparison::Prefix { ours, theirs },
        (false, _) => Comparison::Forked {
            common: agreed,
            ours,
            theirs,
        },
    })
}

/// Two checkpoints that cannot both be of one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// The entry for which they name different hashes.
    pub seq: u64,
    /// The last entry before it on which the two sets agree (0: none): the fork lies after
    /// this one and not after `seq`.
    pub agreed: u64,
}

/// Looks for a fork in nothing but checkpoints: two sets, or one set twice. Finds what
/// both sets name; [`compare`] finds every fork where both chains are at hand.
pub fn contradiction<'a>(
    ours: impl IntoIterator<Item = &'a SignedCheckpoint>,
    theirs: impl IntoIterator<Item = &'a SignedCheckpoint>,
) -> Option<Contradiction> {
    let place = |c: &SignedCheckpoint| (c.checkpoint().seq, c.checkpoint().hash);
    let mut ours: Vec<(u64, Hash)> = ours.into_iter().map(place).collect();
    let mut theirs: Vec<(u64, Hash)> = theirs.into_iter().map(place).collect();
    ours.sort_by_key(|(seq, _)| *seq);
    theirs.sort_by_key(|(seq, _)| *seq);
    let mut agreed = 0;
    let mut from = 0;
    for (seq, hash) in theirs {
        while ours.get(from).is_some_and(|(s, _)| *s < seq) {
            from += 1;
        }
        let mut same_place = ours[from..]
            .iter()
            .take_while(|(s, _)| *s == seq)
            .peekable();
        if same_place.peek().is_none() {
            continue;
        }
        if same_place.any(|(_, h)| *h != hash) {
            return Some(Contradiction { seq, agreed });
        }
        agreed = seq;
    }
    None
}

/// Checks that a ledger of `entries` entries still holds what an earlier checkpoint says.
/// `hash_at(n)` is the hash after entry `n`.
///
/// The ledger itself must be intact; then an equal hash proves that not one entry up to
/// the checkpoint was changed, moved or left out since.
pub fn verify_against<E>(
    earlier: &Checkpoint,
    entries: u64,
    hash_at: impl FnOnce(u64) -> Result<Hash, E>,
) -> Result<Result<(), Break>, E> {
    let seq = earlier.seq;
    if seq > entries {
        return Ok(Err(Break::Truncated { seq }));
    }
    Ok(if hash_at(seq)? == earlier.hash {
        Ok(())
    } else {
        Err(Break::Rewritten { seq })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::entry::tests::{entry, salt};
    use crate::{Entry, Link};
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    /// A chain of `n` entries; those after `fork` differ with `branch`.
    fn chain(n: u64, fork: u64, branch: i64) -> Vec<Hash> {
        let mut prev = Hash::GENESIS;
        (1..=n)
            .map(|seq| {
                let entry = Entry {
                    unix_seconds: if seq > fork { branch } else { 0 },
                    ..entry(seq)
                };
                prev = Link::seal(&entry, &prev, salt(seq)).unwrap().hash();
                prev
            })
            .collect()
    }

    fn compared(ours: &[Hash], theirs: &[Hash]) -> (Comparison, u32) {
        let mut asked = 0;
        let result = compare(ours.len() as u64, theirs.len() as u64, |n| {
            asked += 1;
            Ok::<_, ()>(ours[n as usize - 1] == theirs[n as usize - 1])
        });
        (result.unwrap(), asked)
    }

    fn checkpoints(chain: &[Hash], at: &[u64]) -> Vec<SignedCheckpoint> {
        let key = SigningKey::from_bytes(&[7; 32]);
        at.iter()
            .map(|&seq| {
                let checkpoint = Checkpoint {
                    seq,
                    hash: chain[seq as usize - 1],
                    unix_seconds: 1,
                };
                SignedCheckpoint::sign(checkpoint, &key)
            })
            .collect()
    }

    #[test]
    fn a_copy_that_went_on_is_told_from_a_fork() {
        let long = chain(50, 50, 0);
        assert_eq!(compared(&long, &long).0, Comparison::Same { entries: 50 });
        assert_eq!(
            compared(&long, &long[..20]),
            (
                Comparison::Prefix {
                    ours: 50,
                    theirs: 20
                },
                1
            )
        );
        assert_eq!(
            compared(&[], &long[..2]).0,
            Comparison::Prefix { ours: 0, theirs: 2 }
        );
    }

    proptest! {
        #[test]
        fn a_fork_is_located_with_few_looks(common in 0u64..40, ours in 1u64..40, theirs in 1u64..40) {
            let (a, b) = (chain(common + ours, common, 1), chain(common + theirs, common, 2));
            let (result, asked) = compared(&a, &b);
            prop_assert_eq!(
                result,
                Comparison::Forked { common, ours: common + ours, theirs: common + theirs }
            );
            prop_assert!(asked <= 8, "{} looks", asked);
        }
    }

    #[test]
    fn checkpoints_alone_locate_a_fork_between_two_of_them() {
        let (a, b) = (chain(30, 12, 1), chain(30, 12, 2));
        let at = [3, 10, 15, 30];
        assert_eq!(
            contradiction(&checkpoints(&a, &at), &checkpoints(&b, &[2, 10, 20, 30])),
            Some(Contradiction {
                seq: 30,
                agreed: 10
            })
        );
        assert_eq!(
            contradiction(&checkpoints(&a, &at), &checkpoints(&b, &at)),
            Some(Contradiction {
                seq: 15,
                agreed: 10
            })
        );
        assert_eq!(
            contradiction(&checkpoints(&a, &at), &checkpoints(&a, &at)),
            None
        );
    }

    #[test]
    fn an_end_cut_off_with_its_checkpoint_is_seen_by_an_earlier_report() {
        let before = chain(30, 30, 0);
        let earlier = *checkpoints(&before, &[25])[0].checkpoint();
        let check = |now: &[Hash]| {
            verify_against(&earlier, now.len() as u64, |n| {
                Ok::<_, ()>(now[n as usize - 1])
            })
            .unwrap()
        };
        assert_eq!(check(&before), Ok(()));
        assert_eq!(check(&before[..24]), Err(Break::Truncated { seq: 25 }));
        // Cut off and continued as if nothing had been.
        let regrown = chain(40, 20, 9);
        assert_eq!(check(&regrown), Err(Break::Rewritten { seq: 25 }));
    }
}
