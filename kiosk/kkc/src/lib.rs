//! Kana-kanji conversion for the kiosk: readings in, candidates and segments out.
//!
//! One file, the dictionary, is mapped into memory and never written to; `docs/kkc.md` says what is in
//! it and where it comes from. Conversion is pure: the same dictionary, reading, field and personal
//! words give the same candidates. Nothing is logged.
//!
//! It refuses a dictionary of another version or one whose parts do not fit each other, and it keeps
//! no text with eight or more digits in a row, whatever signs stand between them: what could hold an
//! Individual Number (個人番号) is neither learned nor taken as a user's word. There is no field kind for numbers, dates and
//! passphrases: those fields do not convert.
//!
//! ```no_run
//! use kkc::{Converter, Field, Personal};
//! let converter = Converter::open("/usr/share/kuramori/kkc.dic".as_ref())?;
//! let personal = Personal::default();
//! let names = converter.candidates("たかはし たろう", Field::Name, &personal, 9);
//! assert_eq!(names[0].text, "高橋 太郎");
//! # Ok::<(), kkc::OpenError>(())
//! ```

mod address;
pub mod build;
mod candidates;
mod class;
mod compose;
mod conversion;
mod converter;
mod dictionary;
mod field;
mod format;
mod history;
pub mod kana;
mod lattice;
mod names;
mod numbers;
mod postal;
mod reverse;
mod spelled;
mod store;
mod text;
mod user_words;
mod variants;

pub use class::Kind;
pub use compose::Position;
pub use conversion::{Candidate, Conversion, Personal, Segment};
pub use converter::{Converter, MAX_READING};
pub use dictionary::{Dictionary, OpenError, Parent, Place, Word};
pub use field::Field;
pub use history::{History, MAX_CHOICES};
pub use names::{NAME_OFFSET, Part};
pub use postal::PostalPlace;
pub use store::{StoreError, holds_long_number};
pub use user_words::{MAX_CHARS, MAX_WORDS, RefusedWord, UserWord, UserWords, WordKind};
pub use variants::{Note, common};
