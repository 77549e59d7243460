//! Imports of employees and their families from a CSV file.
//!
//! [`Begin`](Request::Begin), the file in [pieces](Request::Piece), a [look](Request::Look)
//! at its columns, a [try](Request::Try), then [made](Request::Make). The keeper holds one
//! file, in memory alone; it is wiped when it was made, dropped, or the session or the
//! company ends. Made once, an import can be [undone](Request::Undo) whole.

use super::{PersonId, Rows, Window};
use crate::Bytes;
use codes::ErrorCode;
use mynumber::Purpose;
use serde::{Deserialize, Serialize};

/// Random, `[0-9a-f]{32}`.
pub type ImportId = String;

/// The largest file, in bytes.
pub const MAX_BYTES: u64 = 128 << 20;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// A file is about to come, in place of one that came before.
    Begin { draft: ImportDraft },
    /// The next bytes, at most [`MAX_PIECE`](super::MAX_PIECE), from this offset on.
    Piece { offset: u64, bytes: Bytes },
    /// What the file is, and what its columns are for.
    Look,
    /// What the columns are for, after a person completed it.
    Map { columns: Vec<Option<Column>> },
    /// What [`Request::Make`] would do. Nothing stays of it but a line in the ledger.
    Try,
    /// Takes every row over that can be taken; all of them or, cancelled, none.
    Make,
    /// What the last try or import found, by line and column.
    Findings { window: Window },
    /// Forgets the file.
    Drop,
    /// The company's imports, the newest first.
    List { window: Window },
    /// Takes a whole import back, once. Needs the rights to change and to delete.
    Undo { import: ImportId },
    /// The mappings that are kept, by name.
    Sources,
    /// Keeps this file's mapping for the next file of the source.
    SaveSource { name: String },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    Sheet(Sheet),
    /// The file ends in a quote that was opened in the row at this line.
    Unreadable {
        code: ErrorCode,
        line: u32,
    },
    Tried(Report),
    Made {
        import: ImportId,
        report: Report,
    },
    Findings(Rows<Finding>),
    List(Rows<ImportRow>),
    /// How many people it had touched.
    Undone {
        people: u32,
    },
    /// Nothing was undone: these were changed since, at most
    /// [`MAX_ROWS`](super::MAX_ROWS) of them.
    ChangedSince(Vec<PersonId>),
    Sources(Vec<Source>),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportDraft {
    /// The file's name, for the ledger and the list of imports.
    pub name: String,
    /// The name of the mapping that is kept; `None`: columns are guessed by their titles.
    pub source: Option<String>,
    /// How long the file is.
    pub bytes: u64,
    pub existing: Existing,
    /// For which purposes the numbers were collected. Each person's number gets those of
    /// them that the law allows for that person.
    pub purposes: Vec<Purpose>,
}

/// What becomes of the fields of somebody who is in the vault already. A number that is
/// held is never replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Existing {
    Skip,
    FillEmpty,
    Overwrite,
}

/// What a column is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The employee's or the row's own: `None`; of repeated columns for the family: which,
    /// from 1, and 0 for the spouse's.
    pub family: Option<u8>,
    /// A code of the table in `docs/imports.md`, as `birth_date`.
    pub field: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// `utf-8`, `utf-8-bom` or `cp932`.
    pub encoding: String,
    /// `None`: the file has no header.
    pub titles: Option<Vec<String>>,
    /// The first rows, every digit as `9`.
    pub samples: Vec<Vec<String>>,
    pub columns: Vec<Option<Column>>,
    /// Whether it can be read so; else a person has to complete the columns.
    pub complete: bool,
    /// The mapping of the source that was named fits this file.
    pub by_source: bool,
}

/// What an import does, or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub employees_added: u32,
    pub dependants_added: u32,
    /// People who were there and are changed, a number that is registered included.
    pub changed: u32,
    pub unchanged: u32,
    pub numbers: u32,
    /// How many findings there are; [`Request::Findings`] has those with their places.
    pub findings: u32,
    pub problems: Vec<Counted>,
}

/// How often one problem was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    pub problem: Problem,
    pub count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `I-403`
    pub code: String,
    pub effect: Effect,
    pub what_ja: String,
    pub todo_ja: String,
    pub what_en: String,
    pub todo_en: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Everything is taken; somebody should know.
    Taken,
    ValueLeftOut,
    RowLeftOut,
}

/// One finding. It holds no value of the file, because any cell may hold a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// From 1, as an editor counts.
    pub line: u32,
    /// From 1; `None` where it is about the whole row.
    pub column: Option<u16>,
    /// What the column is for; see [`Column::field`].
    pub field: Option<String>,
    pub problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRow {
    pub import: ImportId,
    pub name: String,
    pub by: String,
    pub made_unix: i64,
    pub people: u32,
    pub numbers: u32,
    pub undone_unix: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub name: String,
    pub saved_unix: i64,
}
