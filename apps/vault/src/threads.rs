//! Work that several processors share: deriving a key, opening or wrapping many.

use crate::VaultError;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::thread::available_parallelism;

/// As many threads as Argon2id has lanes ([`crate::kdf`]).
const MOST: usize = 4;

/// One thread a processor, four at most. They end with the pool, so that they count against
/// what init allows the keeper only as long as they work.
pub(crate) fn pool() -> Result<ThreadPool, VaultError> {
    let processors = available_parallelism().map_or(1, usize::from);
    ThreadPoolBuilder::new()
        .num_threads(processors.min(MOST))
        .thread_name(|n| format!("vault-{n}"))
        .build()
        .map_err(|_| VaultError::NoMemory)
}
