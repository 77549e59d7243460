//! Bytes to records: `csv-core` over buffers that are wiped, with line numbers as an
//! editor counts them.

use crate::{Encoding, FileError, MAX_COLUMNS, MAX_RECORD_BYTES};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What stands between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
}

impl Separator {
    const ALL: [Self; 3] = [Self::Comma, Self::Tab, Self::Semicolon];

    /// The byte. None of them is ever the second byte of a character in CP932.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }

    /// The one that splits the first records into the most columns, most evenly.
    pub(crate) fn detect(bytes: &[u8], encoding: Encoding) -> Self {
        const RECORDS: usize = 50;
        let sample = &bytes[..bytes.len().min(MAX_RECORD_BYTES)];
        let evenness = |separator: Self| {
            let mut records = Records::new(sample, encoding, separator);
            let mut widths = Vec::new();
            while let Ok(Some(record)) = records.next() {
                if !record.is_blank() {
                    widths.push(record.len());
                }
                if widths.len() == RECORDS {
                    break;
                }
            }
            let (width, times) = most_frequent(&widths);
            // Ties go to the first of ALL.
            (times * (width.min(16) - usize::from(width > 0))) + usize::from(width > 1)
        };
        Self::ALL
            .into_iter()
            .rev()
            .max_by_key(|s| evenness(*s))
            .unwrap_or(Self::Comma)
    }
}

/// The width most records have, and how many have it.
pub(crate) fn most_frequent(widths: &[usize]) -> (usize, usize) {
    let count = |w: usize| widths.iter().filter(|x| **x == w).count();
    widths
        .iter()
        .map(|w| (*w, count(*w)))
        .max_by_key(|(w, n)| (*n, *w))
        .unwrap_or_default()
}

/// Reads record after record. Empty lines between them are skipped.
pub(crate) struct Records<'a> {
    rest: &'a [u8],
    encoding: Encoding,
    reader: Reader,
    bytes: Zeroizing<Vec<u8>>,
    byte_ends: Vec<usize>,
    text: Zeroizing<String>,
    ends: Vec<usize>,
    lines: Lines,
    ended: bool,
}

/// One record. Values come without blanks around them.
pub(crate) struct Record<'r> {
    /// Where it begins, from 1.
    pub line: u32,
    /// How many lines it goes over.
    pub lines: u32,
    /// A value's bytes are not of the file's encoding.
    pub damaged: bool,
    text: &'r str,
    ends: &'r [usize],
}

impl<'r> Record<'r> {
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The value in this column (from 0), empty where the record has no such column.
    pub(crate) fn cell(&self, column: usize) -> &'r str {
        let Some(&end) = self.ends.get(column) else {
            return "";
        };
        let begin = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text[begin..end].trim()
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &'r str> + '_ {
        (0..self.len()).map(|column| self.cell(column))
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.cells().all(str::is_empty)
    }
}

impl<'a> Records<'a> {
    pub(crate) fn new(bytes: &'a [u8], encoding: Encoding, separator: Separator) -> Self {
        Self {
            rest: bytes,
            encoding,
            reader: ReaderBuilder::new().delimiter(separator.byte()).build(),
            bytes: Zeroizing::new(vec![0; MAX_RECORD_BYTES]),
            byte_ends: vec![0; MAX_COLUMNS + 1],
            // Room for the longest record, so that it never moves and leaves a copy.
            text: Zeroizing::new(String::with_capacity(MAX_RECORD_BYTES * 3 + 64)),
            ends: Vec::with_capacity(64),
            lines: Lines::default(),
            ended: false,
        }
    }

    /// Bytes not read yet.
    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next record, `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, FileError> {
        if self.ended {
            return Ok(None);
        }
        let (mut written, mut fields) = (0, 0);
        let mut place = Place::default();
        loop {
            let at_end = self.rest.is_empty();
            // A line feed after the last byte: where a quote is open it changes nothing.
            let input = if at_end { b"\n" } else { self.rest };
            let (result, read, out, ends) = self.reader.read_record(
                input,
                &mut self.bytes[written..],
                &mut self.byte_ends[fields..],
            );
            if !at_end {
                self.lines.pass(&self.rest[..read], &mut place);
                self.rest = &self.rest[read..];
            }
            written += out;
            fields += ends;
            let line = place.begins.unwrap_or(self.lines.current);
            match result {
                ReadRecordResult::Record if fields > MAX_COLUMNS => {
                    return Err(FileError::TooManyColumns { line });
                }
                ReadRecordResult::Record => {
                    self.ended = at_end;
                    let damaged = !self.decode(fields);
                    return Ok(Some(Record {
                        line,
                        lines: place.inner + 1,
                        damaged,
                        text: &self.text,
                        ends: &self.ends,
                    }));
                }
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::InputEmpty if at_end => {
                    self.ended = true;
                    return match place.begins {
                        Some(line) => Err(FileError::QuoteNotClosed { line }),
                        None => Ok(None),
                    };
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => return Err(FileError::QuoteNotClosed { line }),
                ReadRecordResult::OutputEndsFull => {
                    return Err(FileError::TooManyColumns { line });
                }
            }
        }
    }

    /// All values as text, one after the other; `false` where one is damaged.
    fn decode(&mut self, fields: usize) -> bool {
        self.text.clear();
        self.ends.clear();
        let mut begin = 0;
        let mut clean = true;
        for &end in &self.byte_ends[..fields] {
            clean &= self
                .encoding
                .decode(&self.bytes[begin..end], &mut self.text);
            self.ends.push(self.text.len());
            begin = end;
        }
        clean
    }
}

/// Counts lines over LF, CRLF and CR.
struct Lines {
    current: u32,
    after_cr: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            current: 1,
            after_cr: false,
        }
    }
}

/// Where a record lies.
#[derive(Default)]
struct Place {
    /// The line of its first byte that is no line break.
    begins: Option<u32>,
    /// Line breaks after that byte and before its last one.
    inner: u32,
}

impl Lines {
    fn pass(&mut self, bytes: &[u8], place: &mut Place) {
        for &byte in bytes {
            let second_half = byte == b'\n' && std::mem::take(&mut self.after_cr);
            self.after_cr = byte == b'\r';
            if second_half {
                continue;
            }
            if matches!(byte, b'\r' | b'\n') {
                self.current = self.current.saturating_add(1);
            } else {
                let begins = *place.begins.get_or_insert(self.current);
                place.inner = self.current - begins;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(u32, u32, Vec<String>)>, FileError> {
        let mut records = Records::new(text.as_bytes(), Encoding::Utf8, Separator::Comma);
        let mut all = Vec::new();
        while let Some(record) = records.next()? {
            let cells = record.cells().map(str::to_owned).collect();
            all.push((record.line, record.lines, cells));
        }
        Ok(all)
    }

    #[test]
    fn lines_are_counted_as_an_editor_does_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "\"c", "c\",d", "e,f", "", ""].join(end);
            let lines: Vec<_> = read(&text).unwrap().iter().map(|r| (r.0, r.1)).collect();
            assert_eq!(lines, [(1, 1), (3, 2), (5, 1)], "{end:?}");
        }
    }

    #[test]
    fn quotes_hold_separators_quotes_and_line_breaks() {
        let rows = read("\"a,b\",\"say \"\"x\"\"\",\"1\n2\"\nlast,,").unwrap();
        assert_eq!(rows[0].2, ["a,b", "say \"x\"", "1\n2"]);
        assert_eq!(rows[1].2, ["last", "", ""]);
    }

    #[test]
    fn a_quote_that_is_not_closed_is_found_where_it_opens() {
        let error = Err(FileError::QuoteNotClosed { line: 2 });
        assert_eq!(read("a,b\n\"c,d\ne,f\n"), error);
        assert_eq!(read("a,b\nc,\""), error);
        let long = format!("a,b\nc,\"{}", "x,y\n".repeat(MAX_RECORD_BYTES));
        assert_eq!(read(&long), error);
    }

    #[test]
    fn too_many_columns_are_refused() {
        let widest = ",".repeat(MAX_COLUMNS - 1);
        assert_eq!(read(&widest).unwrap()[0].2.len(), MAX_COLUMNS);
        let error = Err(FileError::TooManyColumns { line: 1 });
        assert_eq!(read(&format!("{widest},")), error);
        assert_eq!(read(&format!("{widest},,,,")), error);
    }

    #[test]
    fn the_separator_is_found() {
        for (text, separator) in [
            ("a,b,c\n1,2,3\n", Separator::Comma),
            ("a\tb\tc\n1\t2,5\t3\n", Separator::Tab),
            ("a;b;c\n1;2,5;3\n", Separator::Semicolon),
            ("\"a;b\",c\n\"1;2\",3\n", Separator::Comma),
            ("one column", Separator::Comma),
        ] {
            let found = Separator::detect(text.as_bytes(), Encoding::Utf8);
            assert_eq!(found, separator, "{text:?}");
        }
    }
}
