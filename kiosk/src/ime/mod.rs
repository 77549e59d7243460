//! Japanese input: keys → kana → candidates → text, as MS-IME users expect it. Pure; no drawing,
//! no devices, and no server: the converter ([`kkc`]) works inside this process on one mapped file.
//!
//! | part | what |
//! |---|---|
//! | `mode` | hiragana, katakana, letters; romaji or kana typing; what a field makes of it |
//! | `romaji`, [`kana_keys`] | keys to kana |
//! | `typing` | what is typed and not converted yet |
//! | `converting` | segments and candidates |
//! | `composer` | every key's meaning in each of these |
//! | `learning` | one user's choices and words |
//! | `furigana` | the reading of a name from what was typed for it |
//! | [`dictionary`] | where the converter's file lies |

mod composer;
mod converting;
pub mod dictionary;
mod furigana;
pub mod kana_keys;
mod learning;
mod mode;
mod romaji;
mod typing;
mod view;

pub use composer::{Committed, Composer, Outcome, Place};
pub use furigana::furigana;
pub use learning::{Choice, Learning, keep_words};
pub use mode::{ImeMode, Style, Wanted};
pub use typing::MAX_READING;
pub use view::{CandidateView, CandidatesView, PreeditPart, text_of};
