//! What leaves the vault: CSV formats, each a data file under `data/` that says encoding,
//! separator, quoting and columns, with a version and the day it was last checked.
//!
//! A format writes a file or nothing. A character that the encoding lacks, a separator
//! where the format has no quotes, a text that is too long or that a spreadsheet would
//! run as a formula is an error that names row, column and character; nothing is
//! replaced by `?`, by a similar character or by a shorter text. One row a number; whose
//! numbers a format has rows for is part of it ([`Format::kinds`]).
//!
//! What a file takes may still be too long for the official form it is read for:
//! [`shortages`] says so beforehand, from lengths that are a data file too.
//!
//! The crate does no I/O. What it writes holds numbers, so it lies in memory that is
//! wiped, and no error tells a number.
//!
//! ```
//! use formats::{Row, Shown, formats};
//! use mynumber::{Date, IndividualNumber, Purpose};
//! let number = IndividualNumber::parse("123456789018").expect("a right check digit");
//! let shown = Shown {
//!     code: "001",
//!     relationship: "本人",
//!     name: "山田 太郎",
//!     kana: "ヤマダ タロウ",
//!     birth_date: Some(Date::new(1990, 4, 1).expect("a real day")),
//!     payment: "",
//! };
//! let row = Row { shown, number: &number };
//! let file = formats()[0].write(&[row], Purpose::WithholdingTax)?;
//! assert!(file.ends_with("001,本人,山田 太郎,ヤマダ タロウ,1990-04-01,123456789018\r\n".as_bytes()));
//! # Ok::<(), formats::WriteError>(())
//! ```

mod encoding;
mod lengths;
mod profile;
mod write;

pub use encoding::Encoding;
pub use lengths::{Filed, Form, Item, Room, Shortage, shortages};
pub use profile::{DateForm, Field, Format, FormatError, Newline, Quote};
pub use write::{Row, Shown, WriteError, Wrong};

use mynumber::Purpose;
use mynumber::people::PersonKind;
use std::sync::LazyLock;

const BUILT_IN: [&str; 4] = [
    include_str!("../data/general-utf8.toml"),
    include_str!("../data/general-cp932.toml"),
    include_str!("../data/payees-utf8.toml"),
    include_str!("../data/payees-cp932.toml"),
];

static FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    BUILT_IN
        .into_iter()
        .map(|text| Format::parse(text).expect("a test reads every built-in format"))
        .collect()
});

/// Every format that is built in, the usual one first.
pub fn formats() -> &'static [Format] {
    &FORMATS
}

/// The usual format for numbers that leave for this purpose: the first one with rows for
/// those whom it concerns.
pub fn usual(purpose: Purpose) -> Option<&'static Format> {
    let kinds = [
        PersonKind::Payee,
        PersonKind::Employee,
        PersonKind::Dependant,
    ];
    let kind = kinds
        .into_iter()
        .find(|kind| Purpose::of(*kind).contains(&purpose))?;
    formats()
        .iter()
        .find(|format| format.kinds().contains(&kind))
}

/// Every format in which numbers can leave for this purpose, the usual one first.
pub fn serving(purpose: Purpose) -> Vec<&'static Format> {
    let usual = usual(purpose).map(Format::kinds);
    let mut serving: Vec<_> = formats().iter().filter(|f| f.serves(purpose)).collect();
    serving.sort_by_key(|format| Some(format.kinds()) != usual);
    serving
}

/// The format with this id.
pub fn format(id: &str) -> Option<&'static Format> {
    formats().iter().find(|format| format.id() == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_format_can_be_read_and_has_its_own_id() {
        for text in BUILT_IN {
            if let Err(error) = Format::parse(text) {
                panic!("{error}");
            }
        }
        for found in formats() {
            assert_eq!(format(found.id()).map(Format::id), Some(found.id()));
        }
        assert_eq!(formats().len(), BUILT_IN.len());
    }

    #[test]
    fn every_purpose_has_a_usual_format_with_rows_for_those_it_concerns() {
        for purpose in Purpose::ALL {
            let format = usual(purpose).map(Format::id);
            let expected = match Purpose::OF_PAYEES.contains(&purpose) {
                true => "payees-utf8.1",
                false => "general-utf8.1",
            };
            assert_eq!(format, Some(expected), "{purpose:?}");
            assert_eq!(serving(purpose).first().map(|f| f.id()), format);
        }
    }

    #[test]
    fn a_purpose_is_served_by_the_formats_of_those_it_concerns() {
        let ids = |purpose| serving(purpose).iter().map(|f| f.id()).collect::<Vec<_>>();
        assert_eq!(
            ids(Purpose::WithholdingTax),
            ["general-utf8.1", "general-cp932.1"]
        );
        assert_eq!(
            ids(Purpose::DividendReport),
            ["payees-utf8.1", "payees-cp932.1"]
        );
        // The sole proprietor's own number stands on the report as the payer's.
        assert_eq!(
            ids(Purpose::PayeeReport),
            [
                "payees-utf8.1",
                "payees-cp932.1",
                "general-utf8.1",
                "general-cp932.1"
            ]
        );
    }
}
