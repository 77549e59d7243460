//! The handling ledger (取扱記録): what was done with whose number, by whom, on which PC,
//! for which purpose, as a hash chain that anybody can check with public tools.
//!
//! Pure: it makes and checks bytes; where they are kept is the vault's business. The
//! formats are described in `docs/formats/ledger.md`, the events in
//! `docs/ledger-events.md` (made from `data/events.toml`).
//!
//! It refuses to hold an individual number: free text that contains one does not become
//! an entry (ガイドライン別添1 C-c: 取扱状況を確認するための記録等には、特定個人情報等は記載しない).
//!
//! ```
//! use ledger::{ChainVerifier, Entry, Event, Hash, Link, Outcome, Pc, Salt};
//! let entry = Entry {
//!     seq: 1,
//!     unix_seconds: 1_795_212_000,
//!     clock_confirmed: true,
//!     user: None,
//!     pc: Pc { id: "a1b2c3d4e5f60718".into(), name: "OptiPlex 3080".into() },
//!     session: None,
//!     event: Event::FirstRun,
//!     subject: None,
//!     purpose: None,
//!     document: None,
//!     count: None,
//!     outcome: Outcome::Ok,
//! };
//! // From the system's random generator.
//! let salt = Salt::from_bytes([0x5a; 16]);
//! let link = Link::seal(&entry, &Hash::GENESIS, salt)?;
//! let mut chain = ChainVerifier::new();
//! chain.push(link.bytes(), link.hash()).expect("an untouched entry");
//! # Ok::<(), ledger::EntryError>(())
//! ```

mod chain;
mod checkpoint;
mod compare;
mod entry;
mod form;
pub mod report;
mod subject;
mod words;

pub use chain::{Break, ChainVerifier, Content, Hash, Link, Salt};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use compare::{Comparison, Contradiction, compare, contradiction, verify_against};
pub use entry::{Entry, EntryError, MAX_ENTRY, Outcome, Pc, SessionStamp, User, foreign_text};
pub use mynumber::rights::Role;
pub use subject::Subject;

include!(concat!(env!("OUT_DIR"), "/events.rs"));

impl Event {
    pub fn from_code(code: &str) -> Option<Self> {
        let &[b'L', b'-', ref digits @ ..] = code.as_bytes() else {
            return None;
        };
        let place = BY_DIGITS.get(three_digits(digits)?)?;
        Self::ALL.get(usize::from(*place)).copied()
    }
}

/// The place in [`Event::ALL`] for each `L-000` to `L-999`; 255 where there is none.
const BY_DIGITS: [u8; 1000] = {
    assert!(Event::ALL.len() < 255, "places are kept in a byte");
    let mut table = [255; 1000];
    let mut place = 0;
    while place < Event::ALL.len() {
        let (_, digits) = Event::ALL[place].code().as_bytes().split_at(2);
        match three_digits(digits) {
            Some(number) => table[number] = place as u8,
            None => panic!("a code is L- and three digits"),
        }
        place += 1;
    }
    table
};

const fn three_digits(digits: &[u8]) -> Option<usize> {
    match digits {
        &[a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] => {
            Some((a - b'0') as usize * 100 + (b - b'0') as usize * 10 + (c - b'0') as usize)
        }
        _ => None,
    }
}

/// The manual's table: every event with its texts, as Markdown.
pub fn manual_table() -> String {
    let mut out = String::from(
        "# Ledger events\n\nMade from `apps/ledger/data/events.toml`; a test fails when this page is stale.\n\n| Code | 記録 | Entry |\n|---|---|---|\n",
    );
    for e in Event::ALL {
        out += &format!(
            "| {} | {} | {} |\n",
            e.code(),
            e.template_ja(),
            e.template_en()
        );
    }
    out
}
