//! From a secret to a key, at a price: Argon2id (RFC 9106).
//!
//! The price is one guess's: as much memory and as many passes for whoever guesses as for
//! who logs in. The lanes are what makes it bearable for the latter: each is computed by a
//! processor of its own, as far as the PC has them.

use crate::VaultError;
use crate::keys::{self, Key, SALT};
use crate::threads;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use rayon::iter::{IntoParallelRefMutIterator, ParallelExtend, ParallelIterator, repeat_n};
use rustix::mm::{Advice, madvise};
use zeroize::Zeroize;

/// Argon2id's cost. Stored with the user; weaker than [`Kdf::PINNED`] is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kdf {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Kdf {
    /// RFC 9106, section 4, second choice.
    pub(crate) const PINNED: Kdf = Kdf {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 4,
    };
    /// Above this the stored parameters are taken for damage, not for caution.
    const MAX_MEMORY_KIB: u32 = 512 * 1024;
    const MAX_LANES: u32 = 16;

    /// The wrapping key. Takes about a tenth of a second on purpose.
    pub(crate) fn derive(self, secret: &[u8], salt: &[u8]) -> Result<Key, VaultError> {
        let damaged = VaultError::Damaged("key derivation parameters");
        let sane = self.memory_kib >= Self::PINNED.memory_kib
            && self.memory_kib <= Self::MAX_MEMORY_KIB
            && (Self::PINNED.passes..=16).contains(&self.passes)
            && (1..=Self::MAX_LANES).contains(&self.lanes)
            && salt.len() == SALT;
        if !sane {
            return Err(damaged);
        }
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|_| damaged.clone())?;
        let blocks = params.block_count();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Key::zero();
        threads::pool()?.install(|| {
            let mut memory = Memory::of(blocks)?;
            argon2
                .hash_password_into_with_memory(secret, salt, key.bytes_mut(), &mut memory.0)
                .map_err(|_| damaged)
        })?;
        Ok(key)
    }
}

/// What a login spends on a passphrase, and nothing else: the memory asked for, the
/// derivation in it, and its wiping. For measurements; the key is not given out.
#[doc(hidden)]
pub fn derive_once(passphrase: &str) -> Result<(), VaultError> {
    let salt = keys::random_salt()?;
    Kdf::PINNED.derive(passphrase.as_bytes(), &salt).map(drop)
}

/// What Argon2id fills, made and wiped by all threads; wiped when dropped.
struct Memory(Vec<Block>);

impl Memory {
    fn of(blocks: usize) -> Result<Self, VaultError> {
        let mut memory = Vec::new();
        memory
            .try_reserve_exact(blocks)
            .map_err(|_| VaultError::NoMemory)?;
        in_huge_pages(&mut memory);
        memory.par_extend(repeat_n(Block::default(), blocks));
        Ok(Self(memory))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.par_iter_mut().for_each(Block::zeroize);
    }
}

/// Asks for pages of 2 MiB for a buffer nobody has written to yet: one page fault each
/// instead of 512, a fifth of the whole derivation. A kernel that has none says no, and
/// the buffer is what it was.
#[expect(unsafe_code, reason = "madvise(2) takes an address and a length")]
fn in_huge_pages(buffer: &mut Vec<Block>) {
    let page = rustix::param::page_size();
    let room = buffer.spare_capacity_mut();
    let before = room.as_mut_ptr().cast::<u8>();
    let skipped = before.align_offset(page);
    let Some(length) = size_of_val(room).checked_sub(skipped) else {
        return;
    };
    // SAFETY: the pages lie wholly in memory that belongs to the buffer, and this advice
    // changes nothing but the size of the pages behind it.
    let _ = unsafe {
        madvise(
            before.wrapping_add(skipped).cast(),
            length - length % page,
            Advice::LinuxHugepage,
        )
    };
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The reference implementation's, `argon2 … -id -t 3 -k 65536 -p 4`: lanes on threads
    /// of their own and huge pages change no bit.
    #[test]
    fn the_key_is_that_of_the_reference_implementation() {
        let key = Kdf::PINNED.derive(b"passphrase", b"0123456789abcdef");
        assert_eq!(
            key.unwrap().bytes(),
            &[
                0xb9, 0xa4, 0x61, 0xff, 0x4f, 0x5c, 0x6e, 0x7e, 0x47, 0xef, 0x9d, 0x52, 0x36, 0x0d,
                0x51, 0xfe, 0xe2, 0xb7, 0xfd, 0x5a, 0x66, 0xcc, 0x01, 0x29, 0x58, 0xbf, 0xfc, 0xd1,
                0xc8, 0xc2, 0x0a, 0x1b,
            ]
        );
    }

    #[test]
    fn weaker_key_derivation_than_pinned_is_refused() {
        for weak in [
            Kdf {
                memory_kib: 8,
                ..Kdf::PINNED
            },
            Kdf {
                passes: 1,
                ..Kdf::PINNED
            },
            Kdf {
                lanes: 0,
                ..Kdf::PINNED
            },
            Kdf {
                memory_kib: u32::MAX,
                ..Kdf::PINNED
            },
        ] {
            assert!(weak.derive(b"x", &[0; SALT]).is_err(), "{weak:?}");
        }
        assert!(Kdf::PINNED.derive(b"x", &[0; 8]).is_err());
    }
}
