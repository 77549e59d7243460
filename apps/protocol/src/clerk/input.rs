//! What Japanese input learned from a user, and the words the user entered: kept for the next
//! login, each user's apart.
//!
//! The keeper keeps the kiosk's bytes and does not look into them; only the kiosk's converter knows
//! their form. Nothing of number, date and passphrase fields is among them, and no text with a long
//! run of digits. The user dictionary is part of the user's row in the vault, in every snapshot, and
//! the ledger says when it was changed. What was learned is beside the store and in no snapshot, and
//! the ledger says nothing of it: what was chosen for a reading is no act on anybody's number.

use crate::Bytes;
use serde::{Deserialize, Serialize};

/// The most that is kept of one kind for a user, in bytes.
pub const MAX_BYTES: u32 = 2 << 20;

/// Which of a user's two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// What was chosen for a reading.
    History,
    /// The user dictionary.
    Words,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// At most [`MAX_PIECE`](super::MAX_PIECE) bytes from this offset on.
    Load { part: Part, offset: u32 },
    /// The next bytes, at most [`MAX_PIECE`](super::MAX_PIECE), from this offset on; from 0 on they
    /// are in place of what was kept, once all `total` are there.
    Keep {
        part: Part,
        offset: u32,
        total: u32,
        bytes: Bytes,
    },
    /// Nothing of it is kept any longer.
    Erase { part: Part },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// A piece of so many bytes altogether; none where nothing is kept.
    Piece {
        part: Part,
        offset: u32,
        total: u32,
        bytes: Bytes,
    },
}
