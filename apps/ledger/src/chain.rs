use crate::{Entry, EntryError, SignedCheckpoint};
use sha2::{Digest, Sha256};

const ENTRY_DOMAIN: &[u8] = b"kuramori/ledger-entry/v1\n";
const LINK_DOMAIN: &[u8] = b"kuramori/ledger-link/v1\n";

/// What ends the chain at an entry: SHA-256 over the domain line, the hash before and the
/// entry's [`Content`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; 32]);

/// SHA-256 over the domain line and an entry's bytes. In a report it stands for an entry
/// that is left out: it continues the chain and, thanks to the entry's [`Salt`], says
/// nothing about what was left out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Content([u8; 32]);

/// 128 random bits in each entry, fresh from the system's generator: without them the
/// content of an entry could be guessed and compared with its hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 16]);

impl Hash {
    /// Stands before the first entry.
    pub const GENESIS: Hash = Hash([0; 32]);

    /// The chain's hash after an entry.
    pub fn link(prev: &Hash, content: &Content) -> Self {
        Self(
            Sha256::new()
                .chain_update(LINK_DOMAIN)
                .chain_update(prev.0)
                .chain_update(content.0)
                .finalize()
                .into(),
        )
    }
}

impl Content {
    pub fn of(bytes: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update(ENTRY_DOMAIN)
                .chain_update(bytes)
                .finalize()
                .into(),
        )
    }
}

/// Bytes that are written as lower-case hex.
macro_rules! hex {
    ($type:ident, $length:literal) => {
        impl $type {
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// Two lower-case hex digits for each byte.
            pub(crate) fn hex(&self) -> [[u8; 2]; $length] {
                let digit = |nibble| b"0123456789abcdef"[usize::from(nibble)];
                self.0.map(|byte: u8| [digit(byte >> 4), digit(byte & 0xf)])
            }

            /// From lower-case hex digits, two for each byte.
            pub fn from_hex(hex: &str) -> Option<Self> {
                let (pairs, []) = hex.as_bytes().as_chunks::<2>() else {
                    return None;
                };
                let pairs: &[[u8; 2]; $length] = pairs.try_into().ok()?;
                let nibbles = pairs
                    .map(|[high, low]| [NIBBLES[usize::from(high)], NIBBLES[usize::from(low)]]);
                // One look at the end instead of one for each digit.
                let wrong = nibbles.iter().fold(0, |all, [high, low]| all | high | low);
                (wrong <= 0xf).then(|| Self(nibbles.map(|[high, low]| high << 4 | low)))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(std::str::from_utf8(self.hex().as_flattened()).unwrap_or_default())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

hex!(Hash, 32);
hex!(Content, 32);
hex!(Salt, 16);

/// The value of each lower-case hex digit; 0xff for every other byte.
const NIBBLES: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

/// An entry joined to the chain: its bytes, which name the hash before, and the hash after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    bytes: Vec<u8>,
    hash: Hash,
}

impl Link {
    /// Joins `entry` to the chain that ends in `prev`. The salt is never used again.
    pub fn seal(entry: &Entry, prev: &Hash, salt: Salt) -> Result<Self, EntryError> {
        let bytes = entry.to_bytes(prev, &salt)?;
        let hash = Hash::link(prev, &Content::of(&bytes));
        Ok(Self { bytes, hash })
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn hash(&self) -> Hash {
        self.hash
    }
}

/// Where and how the chain is broken. `seq` is the place in the chain, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    #[error("entry {seq} was edited: its bytes do not have the hash kept beside them")]
    Edited { seq: u64 },
    #[error("entry {seq} is not an entry")]
    Malformed { seq: u64 },
    #[error("at {seq} stands another entry: one was removed, added or moved")]
    OutOfOrder { seq: u64 },
    #[error("entry {seq} does not follow the one before it")]
    Unlinked { seq: u64 },
    #[error("entry {seq} is not the one a signed checkpoint names")]
    Rewritten { seq: u64 },
    #[error("the checkpoint for entry {seq} is not signed by the vault")]
    Checkpoint { seq: u64 },
    #[error("a signed checkpoint names entry {seq}, but the ledger ends before it")]
    Truncated { seq: u64 },
}

impl Break {
    /// The place in the chain, counted from 1.
    pub const fn seq(self) -> u64 {
        match self {
            Break::Edited { seq }
            | Break::Malformed { seq }
            | Break::OutOfOrder { seq }
            | Break::Unlinked { seq }
            | Break::Rewritten { seq }
            | Break::Checkpoint { seq }
            | Break::Truncated { seq } => seq,
        }
    }

    /// What is wrong there, in Japanese; `Display` says it in English.
    pub fn japanese(self) -> String {
        let seq = self.seq();
        match self {
            Break::Edited { .. } => format!("{seq}番の記録が書き換えられています。"),
            Break::Malformed { .. } => format!("{seq}番は記録として読めません。"),
            Break::OutOfOrder { .. } => {
                format!("{seq}番の位置に別の記録があります（削除、追加または入れ替え）。")
            }
            Break::Unlinked { .. } => format!("{seq}番の記録が直前の記録につながっていません。"),
            Break::Rewritten { .. } => {
                format!("{seq}番の記録が、署名済みの検査点や以前の報告書と違います。")
            }
            Break::Checkpoint { .. } => {
                format!("{seq}番の検査点の署名がこの金庫のものではありません。")
            }
            Break::Truncated { .. } => {
                format!("署名済みの検査点や以前の報告書にある{seq}番より前で記録が終わっています。")
            }
        }
    }
}

/// Walks the chain from its first entry, or from where a report begins.
///
/// Checkpoints must have been verified ([`SignedCheckpoint::verify`]) by the caller; hand
/// them over in ascending order of `seq`.
#[derive(Debug)]
pub struct ChainVerifier {
    last: Hash,
    count: u64,
    checkpoints: std::collections::VecDeque<(u64, Hash)>,
}

impl Default for ChainVerifier {
    fn default() -> Self {
        Self::new()
    }
}

impl ChainVerifier {
    pub fn new() -> Self {
        Self {
            last: Hash::GENESIS,
            count: 0,
            checkpoints: Default::default(),
        }
    }

    /// A verifier of what follows entry `count`, after which the chain's hash is `last`.
    pub fn after(count: u64, last: Hash) -> Self {
        Self {
            count,
            last,
            ..Self::new()
        }
    }

    /// How many entries were taken, those before [`Self::after`] included.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// A verifier that also wants what these say.
    pub fn with_checkpoints<'a>(
        checkpoints: impl IntoIterator<Item = &'a SignedCheckpoint>,
    ) -> Self {
        let mut checkpoints: Vec<_> = checkpoints
            .into_iter()
            .map(|c| (c.checkpoint().seq, c.checkpoint().hash))
            .collect();
        checkpoints.sort_by_key(|(seq, _)| *seq);
        Self {
            checkpoints: checkpoints.into(),
            ..Self::new()
        }
    }

    /// Checks the next entry: its bytes and the hash kept beside them.
    pub fn push(&mut self, bytes: &[u8], kept: Hash) -> Result<(), Break> {
        self.push_hashed(bytes, &Content::of(bytes), kept)
    }

    /// [`Self::push`] where `content` was worked out of these bytes already, by another
    /// thread.
    pub fn push_hashed(
        &mut self,
        bytes: &[u8],
        content: &Content,
        kept: Hash,
    ) -> Result<(), Break> {
        let seq = self.count + 1;
        // The bytes name the hash before themselves, so an edited entry is told from one
        // whose predecessor was replaced.
        let placed = Entry::place(bytes);
        let prev = placed.as_ref().map_or(self.last, |(_, prev)| *prev);
        if Hash::link(&prev, content) != kept {
            return Err(Break::Edited { seq });
        }
        let (counter, prev) = placed.map_err(|_| Break::Malformed { seq })?;
        if counter != seq {
            return Err(Break::OutOfOrder { seq });
        }
        if prev != self.last {
            return Err(Break::Unlinked { seq });
        }
        self.step(seq, kept)
    }

    /// Takes an entry of which only the content's hash is known, as a report has it for
    /// what it leaves out; gives the chain's hash after it.
    pub fn push_hidden(&mut self, content: &Content) -> Result<Hash, Break> {
        let hash = Hash::link(&self.last, content);
        self.step(self.count + 1, hash)?;
        Ok(hash)
    }

    fn step(&mut self, seq: u64, hash: Hash) -> Result<(), Break> {
        while let Some((at, wanted)) = self.checkpoints.front().copied()
            && at <= seq
        {
            if at == seq && wanted != hash {
                return Err(Break::Rewritten { seq });
            }
            self.checkpoints.pop_front();
        }
        self.last = hash;
        self.count = seq;
        Ok(())
    }

    /// The end: how many entries there were and the last hash.
    pub fn finish(self) -> Result<(u64, Hash), Break> {
        match self.checkpoints.back() {
            Some((seq, _)) => Err(Break::Truncated { seq: *seq }),
            None => Ok((self.count, self.last)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::Checkpoint;
    use crate::entry::tests::{entry, salt};
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    fn chain(n: u64) -> Vec<(Vec<u8>, Hash)> {
        let mut prev = Hash::GENESIS;
        (1..=n)
            .map(|seq| {
                let link = Link::seal(&entry(seq), &prev, salt(seq)).unwrap();
                prev = link.hash();
                (link.bytes().to_vec(), link.hash())
            })
            .collect()
    }

    fn verify(links: &[(Vec<u8>, Hash)], mut v: ChainVerifier) -> Result<(u64, Hash), Break> {
        for (bytes, hash) in links {
            v.push(bytes, *hash)?;
        }
        v.finish()
    }

    fn checkpoint(links: &[(Vec<u8>, Hash)], seq: u64) -> SignedCheckpoint {
        let key = SigningKey::from_bytes(&[7; 32]);
        let checkpoint = Checkpoint {
            seq,
            hash: links[seq as usize - 1].1,
            unix_seconds: 1,
        };
        SignedCheckpoint::sign(checkpoint, &key)
    }

    #[test]
    fn an_untouched_chain_is_intact() {
        let links = chain(20);
        let v = ChainVerifier::with_checkpoints(&[checkpoint(&links, 5), checkpoint(&links, 20)]);
        assert_eq!(verify(&links, v), Ok((20, links[19].1)));
        assert_eq!(verify(&[], ChainVerifier::new()), Ok((0, Hash::GENESIS)));
    }

    #[test]
    fn a_hash_reads_back_from_its_hex() {
        let hash = Hash::link(&Hash::GENESIS, &Content::of(b"x"));
        assert_eq!(Hash::from_hex(&hash.to_string()), Some(hash));
        assert_eq!(Hash::from_hex(&hash.to_string().to_uppercase()), None);
        assert_eq!(Hash::from_hex("00"), None);
    }

    #[test]
    fn a_left_out_entry_continues_the_chain_by_its_contents_hash() {
        let links = chain(6);
        let mut v = ChainVerifier::with_checkpoints(&[checkpoint(&links, 6)]);
        for (n, (bytes, hash)) in links.iter().enumerate() {
            if n % 2 == 0 {
                assert_eq!(v.push_hidden(&Content::of(bytes)), Ok(*hash));
            } else {
                assert_eq!(v.push(bytes, *hash), Ok(()));
            }
        }
        assert_eq!(v.finish(), Ok((6, links[5].1)));
    }

    #[test]
    fn a_walk_from_the_middle_wants_the_hash_before() {
        let links = chain(6);
        let mut v = ChainVerifier::after(3, links[2].1);
        assert_eq!(v.push(&links[3].0, links[3].1), Ok(()));
        assert_eq!(v.count(), 4);
        let mut v = ChainVerifier::after(3, links[1].1);
        assert_eq!(
            v.push(&links[3].0, links[3].1),
            Err(Break::Unlinked { seq: 4 })
        );
    }

    #[test]
    fn two_entries_of_the_same_content_have_nothing_in_common() {
        let seal = |n| Link::seal(&entry(1), &Hash::GENESIS, salt(n)).unwrap();
        assert_ne!(Content::of(seal(1).bytes()), Content::of(seal(2).bytes()));
    }

    #[test]
    fn entries_that_change_places_are_located() {
        let mut links = chain(10);
        links.swap(3, 4);
        assert_eq!(
            verify(&links, ChainVerifier::new()),
            Err(Break::OutOfOrder { seq: 4 })
        );
    }

    #[test]
    fn a_removed_entry_is_located() {
        let mut links = chain(10);
        links.remove(6);
        assert_eq!(
            verify(&links, ChainVerifier::new()),
            Err(Break::OutOfOrder { seq: 7 })
        );
    }

    #[test]
    fn an_entry_replaced_with_its_hash_breaks_the_link_after_it() {
        let mut links = chain(10);
        let mut forged = entry(5);
        forged.clock_confirmed = false;
        let link = Link::seal(&forged, &links[3].1, salt(5)).unwrap();
        links[4] = (link.bytes().to_vec(), link.hash());
        assert_eq!(
            verify(&links, ChainVerifier::new()),
            Err(Break::Unlinked { seq: 6 })
        );
    }

    #[test]
    fn a_chain_forged_from_the_middle_on_contradicts_the_checkpoint() {
        let genuine = chain(10);
        let mut links = genuine[..4].to_vec();
        for seq in 5..=10 {
            let mut forged = entry(seq);
            forged.unix_seconds += 1;
            let link = Link::seal(&forged, &links.last().unwrap().1, salt(seq)).unwrap();
            links.push((link.bytes().to_vec(), link.hash()));
        }
        assert!(verify(&links, ChainVerifier::new()).is_ok());
        let v = ChainVerifier::with_checkpoints(&[checkpoint(&genuine, 8)]);
        assert_eq!(verify(&links, v), Err(Break::Rewritten { seq: 8 }));
    }

    #[test]
    fn a_cut_off_end_contradicts_the_checkpoint() {
        let links = chain(10);
        let v = ChainVerifier::with_checkpoints(&[checkpoint(&links, 10)]);
        assert_eq!(verify(&links[..7], v), Err(Break::Truncated { seq: 10 }));
    }

    proptest! {
        #[test]
        fn any_changed_byte_is_located(at in 0usize..10, byte in any::<prop::sample::Index>(), bit in 0u8..8) {
            let mut links = chain(10);
            let i = byte.index(links[at].0.len());
            links[at].0[i] ^= 1 << bit;
            prop_assert_eq!(
                verify(&links, ChainVerifier::new()),
                Err(Break::Edited { seq: at as u64 + 1 })
            );
        }

        #[test]
        fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Entry::from_bytes(&bytes);
        }
    }
}
