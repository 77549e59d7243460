use crate::table::{Records, Separator, most_frequent};
use crate::{Encoding, FileError, MAX_BYTES, headers};
use mynumber::contains_individual_number;

/// A file whose encoding, separator and header were found. Nothing of its rows was
/// understood yet.
#[derive(Clone, Debug)]
pub struct Sheet<'a> {
    pub(crate) text: &'a [u8],
    encoding: Encoding,
    separator: Separator,
    pub(crate) header_line: Option<u32>,
    titles: Option<Vec<String>>,
    width: usize,
}

/// How many records are looked at for the header and the width.
const HEAD: usize = 20;
/// Longer titles are cut.
const TITLE_CHARS: usize = 60;

impl<'a> Sheet<'a> {
    /// Looks at a file of at most [`MAX_BYTES`].
    pub fn open(bytes: &'a [u8]) -> Result<Self, FileError> {
        if bytes.len() > MAX_BYTES {
            return Err(FileError::TooLarge);
        }
        let (encoding, begin) = Encoding::detect(bytes)?;
        let text = &bytes[begin..];
        let separator = Separator::detect(text, encoding);
        let mut sheet = Self {
            text,
            encoding,
            separator,
            header_line: None,
            titles: None,
            width: 0,
        };
        sheet.look()?;
        Ok(sheet)
    }

    fn look(&mut self) -> Result<(), FileError> {
        let mut records = self.records();
        let mut widths = Vec::new();
        let mut best = (0, None);
        while widths.len() < HEAD
            && let Some(record) = records.next()?
        {
            if record.is_blank() {
                continue;
            }
            widths.push(record.len());
            let known = record.cells().filter(|t| headers::recognise(t).is_some());
            let known = known.count();
            if known > best.0 && !record.cells().any(holds_long_digits) {
                let titles = record.cells().map(title).collect::<Vec<_>>();
                best = (known, Some((record.line, titles)));
            }
        }
        if widths.is_empty() {
            return Err(FileError::Empty);
        }
        match best {
            (2.., Some((line, titles))) => {
                self.width = titles.len();
                self.header_line = Some(line);
                self.titles = Some(titles);
            }
            _ => self.width = most_frequent(&widths).0,
        }
        Ok(())
    }

    pub(crate) fn records(&self) -> Records<'a> {
        Records::new(self.text, self.encoding, self.separator)
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub fn separator(&self) -> Separator {
        self.separator
    }

    /// The header, where there is one. No title has a run of digits as long as a number.
    pub fn titles(&self) -> Option<&[String]> {
        self.titles.as_deref()
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The first `count` rows below the header for a person who maps columns, every digit
    /// shown as `9`: the form of a value is seen and no number is.
    pub fn samples(&self, count: usize) -> Result<Vec<Vec<String>>, FileError> {
        let mut records = self.records();
        let mut samples = Vec::new();
        while samples.len() < count.min(HEAD)
            && let Some(record) = records.next()?
        {
            let before_header = self.header_line.is_some_and(|line| record.line <= line);
            if !before_header && !record.is_blank() {
                samples.push((0..self.width).map(|i| shape(record.cell(i))).collect());
            }
        }
        Ok(samples)
    }
}

fn title(cell: &str) -> String {
    if contains_individual_number(cell) {
        return String::new();
    }
    cell.chars()
        .filter(|c| !c.is_control())
        .take(TITLE_CHARS)
        .collect()
}

fn shape(cell: &str) -> String {
    cell.chars()
        .take(TITLE_CHARS)
        .map(|c| if c.is_numeric() { '9' } else { c })
        .collect()
}

/// Whether it has a number of eleven digits or more: then it is data.
fn holds_long_digits(cell: &str) -> bool {
    cell.chars().filter(|c| c.is_numeric()).count() >= 11
}
