//! Everything of ours that parses bytes somebody else may have made, as one function a
//! target: bytes in, and what must hold is asserted. A panic, an overflow, an endless walk
//! or a broken assertion is a finding.
//!
//! `cargo xtask fuzz [TARGET] [--seconds N]` builds the targets with LLVM's coverage
//! counters (stable toolchain, see there) and runs libFuzzer on them; `cargo xtask test`
//! does a fixed number of runs of each. The seeds are in `corpus/<target>/`; every one of
//! them, and every input that ever broke something, is also an ordinary test of this crate.
//!
//! It refuses to hold a real person's number: seeds use the synthetic ones.

mod documents;
mod ledger_bytes;
mod messages;
mod requests;
mod settings;
mod stick;
mod tables;
mod tombstones;
mod typed;

/// One thing to fuzz.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name on the command line and of its folder in `corpus/`.
    pub name: &'static str,
    /// What reads the bytes, and what is asserted.
    pub run: fn(&[u8]),
    /// The longest input that makes sense, bytes.
    pub max_len: usize,
    /// How many runs `cargo xtask test` does: some seconds.
    pub test_runs: u32,
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target {
        name: "messages",
        run: messages::run,
        max_len: 4096,
        test_runs: 100_000,
    },
    Target {
        name: "requests",
        run: requests::run,
        max_len: 4096,
        test_runs: 5_000,
    },
    Target {
        name: "tables",
        run: tables::run,
        max_len: 4096,
        test_runs: 10_000,
    },
    Target {
        name: "ledger",
        run: ledger_bytes::run,
        max_len: 2048,
        test_runs: 15_000,
    },
    Target {
        name: "settings",
        run: settings::run,
        max_len: 1100,
        test_runs: 40_000,
    },
    Target {
        name: "typed",
        run: typed::run,
        max_len: 256,
        test_runs: 40_000,
    },
    Target {
        name: "documents",
        run: documents::run,
        max_len: 8192,
        test_runs: 5_000,
    },
    Target {
        name: "stick",
        run: stick::run,
        max_len: 4096,
        test_runs: 2_000,
    },
    Target {
        name: "tombstones",
        run: tombstones::run,
        max_len: 4096,
        test_runs: 5_000,
    },
];

/// Which target the process is for, from this environment variable.
pub const TARGET_VARIABLE: &str = "KURAMORI_FUZZ_TARGET";

/// The target with this name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}

/// Standard base64 with padding (RFC 4648).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |w, i| w << 8 | u32::from(*chunk.get(i).unwrap_or(&0)));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}
