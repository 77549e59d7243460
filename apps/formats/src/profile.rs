use crate::Encoding;
use mynumber::people::PersonKind;
use mynumber::{Date, Purpose};
use serde::Deserialize;

/// A CSV format, as its data file describes it.
#[derive(Clone, Debug)]
pub struct Format {
    raw: Raw,
    kinds: Vec<PersonKind>,
    columns: Vec<Column>,
    separator: char,
}

/// Why a data file does not describe a format. Built-in ones are tested; the error is
/// for whoever writes a new one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    #[error("the file is not a format: {0}")]
    Toml(String),
    #[error("the id `{0}` is not of a-z, 0-9, `.` and `-`, 1 to 40 of them, with the version last")]
    Id(String),
    #[error("the separator is not a comma, semicolon, tab or space")]
    Separator,
    #[error("`{0}` is not a date like 2026-11-21")]
    CheckedOn(String),
    #[error("column `{0}` has neither a field nor a literal, or both")]
    Column(String),
    #[error("the text `{0}` cannot be written in the format's own encoding and quoting")]
    Text(String),
    #[error("there is no column, or one field stands in two")]
    Columns,
    #[error("its rows are nobody's, or a kind of people stands twice or is none")]
    Rows,
}

/// What a column shows of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 社員番号, of one of the family the employee's
    EmployeeNo,
    /// 支払先コード
    PayeeCode,
    /// 続柄; 本人 for employees, 事業主 for the proprietor
    Relationship,
    /// 氏名
    Name,
    /// フリガナ
    Kana,
    /// 生年月日
    BirthDate,
    /// 支払区分
    Payment,
    /// 個人番号, 12 digits
    IndividualNumber,
}

impl Field {
    /// For people to read.
    pub const fn japanese(self) -> &'static str {
        match self {
            Field::EmployeeNo => "社員番号",
            Field::PayeeCode => "支払先コード",
            Field::Relationship => "続柄",
            Field::Name => "氏名",
            Field::Kana => "フリガナ",
            Field::BirthDate => "生年月日",
            Field::Payment => "支払区分",
            Field::IndividualNumber => "個人番号",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Field::EmployeeNo => "employee number",
            Field::PayeeCode => "payee code",
            Field::Relationship => "relationship",
            Field::Name => "name",
            Field::Kana => "reading",
            Field::BirthDate => "date of birth",
            Field::Payment => "kind of payment",
            Field::IndividualNumber => "Individual Number",
        }
    }

    /// The name that a whitelist entry lists: `[a-z_]`.
    pub const fn name(self) -> &'static str {
        match self {
            Field::EmployeeNo => "employee_no",
            Field::PayeeCode => "payee_code",
            Field::Payment => "payment",
            Field::Relationship => "relationship",
            Field::Name => "name",
            Field::Kana => "kana",
            Field::BirthDate => "birth_date",
            Field::IndividualNumber => "individual_number",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Newline {
    Lf,
    Crlf,
}

/// When values stand in `"`, with `"` inside doubled (RFC 4180).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Quote {
    /// Never; a value that would need it is an error.
    None,
    /// Where a value holds the separator or a quote, or begins or ends with a blank.
    Minimal,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum DateForm {
    /// 1990-04-01
    #[serde(rename = "yyyy-mm-dd")]
    Hyphens,
    /// 1990/04/01
    #[serde(rename = "yyyy/mm/dd")]
    Slashes,
    /// 19900401
    #[serde(rename = "yyyymmdd")]
    Digits,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    id: String,
    version: u16,
    checked_on: String,
    name_ja: String,
    name_en: String,
    ending: String,
    encoding: Encoding,
    newline: Newline,
    separator: String,
    quote: Quote,
    header: bool,
    date_form: DateForm,
    rows: Vec<String>,
    column: Vec<RawColumn>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColumn {
    title: String,
    field: Option<Field>,
    literal: Option<String>,
    max_bytes: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub title: String,
    pub content: Content,
    /// Most bytes in the format's encoding, without quotes.
    pub max_bytes: Option<usize>,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Field(Field),
    Literal(String),
}

impl Format {
    /// Reads a data file.
    pub fn parse(text: &str) -> Result<Self, FormatError> {
        let raw: Raw =
            toml::from_str(text).map_err(|error| FormatError::Toml(error.message().to_owned()))?;
        let id_is_plain = (1..=40).contains(&raw.id.len())
            && raw
                .id
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b));
        if !id_is_plain || !raw.id.ends_with(&format!(".{}", raw.version)) {
            return Err(FormatError::Id(raw.id));
        }
        let checked = Date::parse(&raw.checked_on).map(|date| date.to_string());
        if checked.as_ref() != Ok(&raw.checked_on) {
            return Err(FormatError::CheckedOn(raw.checked_on));
        }
        let separator = match raw.separator.as_str() {
            "," => ',',
            ";" => ';',
            "\t" => '\t',
            " " => ' ',
            _ => return Err(FormatError::Separator),
        };
        let columns = raw
            .column
            .iter()
            .map(RawColumn::column)
            .collect::<Result<Vec<_>, _>>()?;
        let kinds: Option<Vec<PersonKind>> =
            (raw.rows.iter().map(|code| PersonKind::from_code(code))).collect();
        let kinds = kinds.filter(|kinds| {
            let twice = (1..kinds.len()).any(|i| kinds[..i].contains(&kinds[i]));
            !kinds.is_empty() && !twice
        });
        let format = Self {
            kinds: kinds.ok_or(FormatError::Rows)?,
            raw,
            columns,
            separator,
        };
        format.check_columns()?;
        Ok(format)
    }

    fn check_columns(&self) -> Result<(), FormatError> {
        let fields: Vec<Field> = self.fields().collect();
        let twice = (1..fields.len()).any(|i| fields[..i].contains(&fields[i]));
        if self.columns.is_empty() || twice {
            return Err(FormatError::Columns);
        }
        let literals = self
            .columns
            .iter()
            .filter_map(|column| match &column.content {
                Content::Literal(text) => Some(text),
                Content::Field(_) => None,
            });
        for text in self
            .columns
            .iter()
            .map(|column| &column.title)
            .chain(literals)
        {
            if !self.can_write(text) {
                return Err(FormatError::Text(text.clone()));
            }
        }
        Ok(())
    }

    /// Id with the version, as whitelist entries name it.
    pub fn id(&self) -> &str {
        &self.raw.id
    }

    pub fn version(&self) -> u16 {
        self.raw.version
    }

    /// The day on which the layout was last compared with its source, `2026-11-21`.
    pub fn checked_on(&self) -> &str {
        &self.raw.checked_on
    }

    pub fn name_ja(&self) -> &str {
        &self.raw.name_ja
    }

    pub fn name_en(&self) -> &str {
        &self.raw.name_en
    }

    /// The ending of files in this format, without the dot.
    pub fn ending(&self) -> &str {
        &self.raw.ending
    }

    /// Whose numbers have rows in it. With an employee go those of the family whose numbers
    /// are held for the same purpose, where they are among these.
    pub fn kinds(&self) -> &[PersonKind] {
        &self.kinds
    }

    /// What it shows of a person, each field once, in the order of the columns.
    pub fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        self.columns
            .iter()
            .filter_map(|column| column.content.field())
    }

    /// Whether somebody whose number can leave for this purpose has rows in it.
    pub fn serves(&self, purpose: Purpose) -> bool {
        self.kinds
            .iter()
            .any(|kind| Purpose::of(*kind).contains(&purpose))
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn separator(&self) -> char {
        self.separator
    }

    pub(crate) fn encoding(&self) -> Encoding {
        self.raw.encoding
    }

    pub(crate) fn quote(&self) -> Quote {
        self.raw.quote
    }

    pub(crate) fn has_header(&self) -> bool {
        self.raw.header
    }

    pub(crate) fn newline(&self) -> &'static [u8] {
        match self.raw.newline {
            Newline::Lf => b"\n",
            Newline::Crlf => b"\r\n",
        }
    }

    pub(crate) fn date(&self, date: Date) -> String {
        let date = date.to_string();
        match self.raw.date_form {
            DateForm::Hyphens => date,
            DateForm::Slashes => date.replace('-', "/"),
            DateForm::Digits => date.replace('-', ""),
        }
    }
}

impl Content {
    pub(crate) const fn field(&self) -> Option<Field> {
        match self {
            Content::Field(field) => Some(*field),
            Content::Literal(_) => None,
        }
    }
}

impl RawColumn {
    fn column(&self) -> Result<Column, FormatError> {
        let content = match (self.field, &self.literal) {
            (Some(field), None) => Content::Field(field),
            (None, Some(text)) => Content::Literal(text.clone()),
            _ => return Err(FormatError::Column(self.title.clone())),
        };
        Ok(Column {
            title: self.title.clone(),
            content,
            max_bytes: self.max_bytes,
        })
    }
}
