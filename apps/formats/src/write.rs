use crate::{
    Field, Format, Quote,
    profile::{Column, Content},
};
use mynumber::{Date, IndividualNumber, Purpose};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// One person, as a row shows them beside the number.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// 社員番号, of one of the family the employee's; 支払先コード.
    pub code: &'a str,
    /// 続柄
    pub relationship: &'a str,
    pub name: &'a str,
    pub kana: &'a str,
    /// Of payees often unknown; the cell is empty then.
    pub birth_date: Option<Date>,
    /// 支払区分, of payees.
    pub payment: &'a str,
}

/// One row.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub shown: Shown<'a>,
    pub number: &'a IndividualNumber,
}

/// Why nothing was written. Rows count from 1, without the header; columns have their
/// titles. There is never a number in it: digits fit every encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    #[error("row {row}, {column}: the character {character:?} does not exist in this encoding")]
    Unmappable {
        row: usize,
        column: String,
        character: char,
    },
    /// A line break or another control character, or the separator or a quote in a
    /// format without quotes.
    #[error("row {row}, {column}: the character {character:?} cannot stand in this format")]
    NotAllowed {
        row: usize,
        column: String,
        character: char,
    },
    #[error("row {row}, {column}: more than {max} bytes")]
    TooLong {
        row: usize,
        column: String,
        max: usize,
    },
    /// It begins with `=`, `+`, `-` or `@`: opened in a spreadsheet it would be run.
    #[error("row {row}, {column}: a spreadsheet would take it for a formula")]
    Formula { row: usize, column: String },
}

impl WriteError {
    /// Which of the rows handed in is meant, from 0.
    pub fn row_index(&self) -> usize {
        match self {
            WriteError::Unmappable { row, .. }
            | WriteError::NotAllowed { row, .. }
            | WriteError::TooLong { row, .. }
            | WriteError::Formula { row, .. } => row - 1,
        }
    }
}

/// What is wrong with one value; which one, its caller knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The encoding has no such character.
    Unmappable(char),
    /// It cannot stand in this format.
    NotAllowed(char),
    /// It has more bytes than this.
    TooLong(usize),
    /// A spreadsheet would run it.
    Formula,
}

impl Format {
    /// The whole file, or the first thing that is wrong.
    ///
    /// The digits are taken for `purpose` (利用目的), which the caller has recorded
    /// before.
    pub fn write(
        &self,
        rows: &[Row<'_>],
        purpose: Purpose,
    ) -> Result<Zeroizing<Vec<u8>>, WriteError> {
        // A vector that grows leaves unwiped copies behind: room for all of it at once.
        let mut out = Zeroizing::new(Vec::with_capacity(self.most_bytes(rows)));
        out.extend_from_slice(self.encoding().mark());
        if self.has_header() {
            for (i, column) in self.columns().iter().enumerate() {
                self.begin(i, &mut out);
                // The titles were tried when the format was read.
                let _ = self.value(&column.title, None, &mut out);
            }
            out.extend_from_slice(self.newline());
        }
        for (i, row) in rows.iter().enumerate() {
            for (j, column) in self.columns().iter().enumerate() {
                self.begin(j, &mut out);
                self.cell(column, row, purpose, &mut out)
                    .map_err(|wrong| wrong.at(i + 1, column))?;
            }
            out.extend_from_slice(self.newline());
        }
        Ok(out)
    }

    /// What of somebody cannot stand in this format: [`Format::write`] would refuse it. To be
    /// asked before a number is taken out.
    pub fn check(&self, shown: &Shown<'_>) -> Vec<(Field, Wrong)> {
        let fields = self.columns().iter().filter_map(|column| {
            let field = column.content.field()?;
            let text = self.text(field, shown)?;
            let written = self.person_value(&text, column.max_bytes, &mut Vec::new());
            written.err().map(|wrong| (field, wrong))
        });
        fields.collect()
    }

    /// Whether a text of the format's own can stand in it.
    pub(crate) fn can_write(&self, text: &str) -> bool {
        self.value(text, None, &mut Vec::new()).is_ok()
    }

    fn most_bytes(&self, rows: &[Row<'_>]) -> usize {
        // No encoding here takes more bytes than UTF-8; every byte could be a quote.
        let cell = |text: &str| 2 * text.len() + 3;
        let fixed: usize = self
            .columns()
            .iter()
            .map(|column| match &column.content {
                Content::Literal(text) => cell(text),
                // Dates and numbers are no longer than this; the rest is added below.
                Content::Field(_) => cell("0123456789012345"),
            })
            .sum();
        let titles: usize = self
            .columns()
            .iter()
            .map(|column| cell(&column.title))
            .sum();
        let people: usize = rows
            .iter()
            .map(|row| {
                let shown = &row.shown;
                let texts = [
                    shown.code,
                    shown.relationship,
                    shown.name,
                    shown.kana,
                    shown.payment,
                ];
                texts.into_iter().map(cell).sum::<usize>() + fixed + 2
            })
            .sum();
        8 + titles + people
    }

    fn begin(&self, column: usize, out: &mut Vec<u8>) {
        if column > 0 {
            out.push(self.separator() as u8);
        }
    }

    fn cell(
        &self,
        column: &Column,
        row: &Row<'_>,
        purpose: Purpose,
        out: &mut Vec<u8>,
    ) -> Result<(), Wrong> {
        let field = match &column.content {
            Content::Literal(text) => return self.value(text, column.max_bytes, out),
            Content::Field(field) => *field,
        };
        match self.text(field, &row.shown) {
            Some(text) => self.person_value(&text, column.max_bytes, out),
            None => self.value(&row.number.digits_for(purpose), column.max_bytes, out),
        }
    }

    /// What a column shows of somebody; `None` of the number.
    fn text<'a>(&self, field: Field, shown: &Shown<'a>) -> Option<Cow<'a, str>> {
        Some(match field {
            Field::IndividualNumber => return None,
            Field::EmployeeNo | Field::PayeeCode => Cow::Borrowed(shown.code),
            Field::Relationship => Cow::Borrowed(shown.relationship),
            Field::Payment => Cow::Borrowed(shown.payment),
            Field::Name => Cow::Borrowed(shown.name),
            Field::Kana => Cow::Borrowed(shown.kana),
            Field::BirthDate => match shown.birth_date {
                Some(date) => Cow::Owned(self.date(date)),
                None => Cow::Borrowed(""),
            },
        })
    }

    /// A text that somebody typed.
    fn person_value(&self, text: &str, max: Option<usize>, out: &mut Vec<u8>) -> Result<(), Wrong> {
        if text.starts_with(['=', '+', '-', '@']) {
            return Err(Wrong::Formula);
        }
        self.value(text, max, out)
    }

    fn value(&self, text: &str, max: Option<usize>, out: &mut Vec<u8>) -> Result<(), Wrong> {
        let special = |c: char| c == self.separator() || c == '"';
        let quoted = match self.quote() {
            Quote::All => true,
            Quote::None => false,
            Quote::Minimal => {
                text.contains(special) || text.starts_with(' ') || text.ends_with(' ')
            }
        };
        if quoted {
            out.push(b'"');
        }
        let mut length = 0;
        for c in text.chars() {
            if c.is_control() || (!quoted && special(c)) {
                return Err(Wrong::NotAllowed(c));
            }
            let before = out.len();
            if !self.encoding().push(c, out) {
                return Err(Wrong::Unmappable(c));
            }
            length += out.len() - before;
            if c == '"' {
                out.push(b'"');
            }
        }
        if let Some(max) = max.filter(|&max| length > max) {
            return Err(Wrong::TooLong(max));
        }
        if quoted {
            out.push(b'"');
        }
        Ok(())
    }
}

impl Wrong {
    /// What it is about, for people to read.
    pub fn japanese(self) -> String {
        match self {
            Wrong::Unmappable(c) => format!("この形式の文字コードにない文字「{c}」があります。"),
            Wrong::NotAllowed(c) => {
                format!(
                    "この形式に使えない文字（{}）があります。",
                    c.escape_default()
                )
            }
            Wrong::TooLong(max) => format!("この形式では{max}バイトまでです。"),
            Wrong::Formula => "表計算ソフトが数式とみなす文字（= + - @）で始まっています。".into(),
        }
    }

    pub fn english(self) -> String {
        match self {
            Wrong::Unmappable(c) => format!("The format's encoding lacks the character {c}."),
            Wrong::NotAllowed(c) => {
                format!(
                    "The character {} cannot stand in this format.",
                    c.escape_default()
                )
            }
            Wrong::TooLong(max) => format!("The format takes at most {max} bytes."),
            Wrong::Formula => "It begins with = + - or @: a spreadsheet would run it.".into(),
        }
    }

    fn at(self, row: usize, column: &Column) -> WriteError {
        let column = column.title.clone();
        match self {
            Wrong::Unmappable(character) => WriteError::Unmappable {
                row,
                column,
                character,
            },
            Wrong::NotAllowed(character) => WriteError::NotAllowed {
                row,
                column,
                character,
            },
            Wrong::TooLong(max) => WriteError::TooLong { row, column, max },
            Wrong::Formula => WriteError::Formula { row, column },
        }
    }
}
