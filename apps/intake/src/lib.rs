//! Employees and their families out of the CSV files that payroll and personnel software
//! exports: bytes in, rows and a report out. Pure: no I/O, no clock, no vault.
//!
//! - **Found by content:** encoding (UTF-8 with or without a mark, CP932), separator
//!   (comma, tab, semicolon), the header and where it stands.
//! - **Columns by a [`Mapping`]:** guessed from the titles, completed by a person, kept for
//!   each source of files and adapted when columns move.
//! - **Families** in rows of their own (社員番号 and 続柄) or in repeated columns (家族1氏名,
//!   家族1続柄 …, 配偶者氏名 …), both in one file if need be.
//! - **Every [`Finding`]** has line, column, what it is and how to mend it, in both
//!   languages ([`Problem`]), and never a value: any cell may hold an individual number.
//! - It refuses: more than [`MAX_BYTES`], [`MAX_PERSONS`], [`MAX_COLUMNS`] or
//!   [`MAX_RECORD_BYTES`]; workbooks and other things that are no text; an open quote. It
//!   never mends a number: what a spreadsheet damaged is named and left out.
//!
//! Numbers are held in [`mynumber::IndividualNumber`], on the way there in buffers that
//! are wiped; the file's own bytes are the caller's to wipe. Whether a row fits what the
//! vault has already is the vault's to say; its problems are in the same registry.
//!
//! ```
//! use intake::{Mapping, Part, Problem, Sheet};
//! let file = "社員番号,氏名,生年月日,続柄,個人番号\r\n\
//!             0012,髙橋 花子,平成2年4月1日,本人,1234-5678-9018\r\n\
//!             0012,髙橋 一郎,H30.5.6,長男,1.23457E+11\r\n";
//! let sheet = Sheet::open(file.as_bytes())?;
//! let parsed = sheet.read(&Mapping::guess(&sheet), &mut |_, _| true)?;
//! assert_eq!((parsed.employees(), parsed.dependants()), (1, 1));
//! assert!(parsed.rows[0].number.is_some() && parsed.rows[1].number.is_none());
//! let finding = parsed.findings.list()[0];
//! assert_eq!((finding.line, finding.column), (3, Some(5)));
//! assert_eq!(finding.problem, Problem::NumberByExcel);
//! # Ok::<(), intake::FileError>(())
//! ```

mod encoding;
mod field;
mod finding;
mod headers;
mod manual;
mod mapping;
mod read;
mod row;
mod sheet;
mod table;
mod value;
mod words;

pub use encoding::Encoding;
pub use field::{Field, Target};
pub use finding::{Effect, Finding, Findings, Problem};
pub use manual::manual_tables;
pub use mapping::{Mapping, MappingError};
pub use row::{Dependant, Employee, Insured, Parsed, Part, Row};
pub use sheet::Sheet;
pub use table::Separator;

/// The largest file: 100,000 employees with three of the family each, 300 bytes a row.
pub const MAX_BYTES: usize = 128 << 20;
/// The most people one file may bring.
pub const MAX_PERSONS: usize = 500_000;
/// The most columns.
pub const MAX_COLUMNS: usize = 512;
/// The longest record.
pub const MAX_RECORD_BYTES: usize = 64 << 10;

/// Why a file is not read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// E-230
    #[error("the file is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// E-230
    #[error("the file has more than {MAX_PERSONS} people")]
    TooManyPersons,
    /// E-231
    #[error("there is no row in the file")]
    Empty,
    /// E-232
    #[error("the file is a spreadsheet's workbook")]
    Workbook,
    /// E-232
    #[error("the file is in UTF-16")]
    Utf16,
    /// E-232
    #[error("the file is no text")]
    NotText,
    /// E-233
    #[error("the quote opened in the row at line {line} is not closed")]
    QuoteNotClosed { line: u32 },
    /// E-230
    #[error("the row at line {line} has more than {MAX_COLUMNS} columns")]
    TooManyColumns { line: u32 },
    /// E-234
    #[error("the columns are not mapped: {0}")]
    Mapping(#[from] MappingError),
    /// E-516
    #[error("cancelled")]
    Cancelled,
}
