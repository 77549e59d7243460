//! The domain of Individual Numbers (個人番号): numbers, people, companies, purposes,
//! dates and eras. Pure: no I/O, no clock.

mod purpose;

pub use purpose::Purpose;

use serde::{Deserialize, Serialize};

/// 性別, where a form asks for it (optional everywhere: the next card no longer shows it).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sex {
    Male,
    Female,
}
