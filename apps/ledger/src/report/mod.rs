//! 作業履歴報告書: what the ledger says about a period, a person or a user, as one signed
//! text file that a labour inspector reads and a machine checks; and the export of a whole
//! ledger, which has the same form. `docs/formats/ledger-report.md` describes it,
//! `docs/verify_ledger.py` checks it without this crate.
//!
//! - The file holds the chain from the first entry shown to the ledger's newest one. What
//!   the filter leaves out stands there as the hash of its [`Content`](crate::Content)
//!   alone: nobody else's handling is disclosed, and yet every entry shown is proven to
//!   stand in the chain that ends with the head.
//! - Its head carries the ledger's newest hash under the signature, so that an old report
//!   proves what was cut off or rewritten later ([`crate::verify_against`]).
//! - It is written and read as a stream; a million entries need no memory of their size.
//!
//! Making one: [`Survey`] looks at every entry once (twice for a person's report, to know
//! the logins that belong to it), then [`write`] goes over them to compute the body's hash
//! and again to write it. Reading one: [`verify`].

mod head;
mod read;
mod survey;
mod text;
mod write;

pub use head::{CompanyName, Facts, Filter, Head, Kind, Made, Named, Operation, Place};
pub use read::{Problem, Report, verify};
pub use survey::Survey;
pub use write::{Each, Out, Source, write};

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::VerifyingKey;

/// The first line without its line break.
pub const TYPE: &str = "kuramori/ledger-report/v1";

/// What begins a line of the machine part.
const SHOWN: &str = "+ ";
const LEFT_OUT: &str = "- ";
const CHECKPOINT: &str = "= ";

/// What the key signs: the type's line and the head's line. The head has the hash of all
/// that follows it.
fn signed_message(head_line: &[u8]) -> Vec<u8> {
    [TYPE.as_bytes(), b"\n", head_line, b"\n"].concat()
}

/// A key or a signature in padded standard base64.
fn encoded(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn decoded<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The signing key's public half as people compare it: groups of four hex digits.
pub fn key_for_people(key: &VerifyingKey) -> String {
    let hex = hex(key.as_bytes()).to_uppercase();
    let groups: Vec<&str> = (0..hex.len()).step_by(4).map(|i| &hex[i..i + 4]).collect();
    groups.join("-")
}
