//! Reads the package jamdict-data: JMnedict, the names of the Electronic Dictionary Research and
//! Development Group (EDRDG), as SQLite.
//!
//! An entry has texts (`NEKanji`), readings (`NEKana`) and translations, which say what it is: a family
//! name, a given name, a person with both, a place. It does not say how often anybody is called so.

use crate::error::{Error, Result};
use kkc::kana;
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The tables that are read; what else the package has is dropped when it is unpacked.
pub const TABLES: [&str; 4] = ["NEKanji", "NEKana", "NETranslation", "NETransType"];
/// Longest reading and text of one part of a name, in characters.
const MAX_READING: usize = 10;
const MAX_TEXT: usize = 6;
/// … and of a person.
const MAX_FULL_READING: usize = 20;
const MAX_FULL_TEXT: usize = 10;

/// Reading (normalised) and text.
pub type Pair = (String, String);

/// What the dictionary has of names of persons, in order.
#[derive(Debug, Default)]
pub struct Names {
    pub family: BTreeSet<Pair>,
    pub given: BTreeSet<Pair>,
    /// Full names, family name first, not divided.
    pub full: BTreeSet<Pair>,
    /// Texts that are places too: many family names were theirs first.
    pub places: BTreeMap<String, BTreeSet<String>>,
}

/// Reads the names. Entries that are no Japanese name (signs, Latin letters, long phrases) are left out.
pub fn names(file: &Path) -> Result<Names> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut query = database.prepare(
        "SELECT DISTINCT NEKana.text, NEKanji.text, NETransType.text FROM NEKanji \
         JOIN NEKana USING (idseq) JOIN NETranslation USING (idseq) \
         JOIN NETransType ON NETransType.tid = NETranslation.ID \
         WHERE NETransType.text IN ('surname', 'given', 'fem', 'masc', 'person', 'place')",
    )?;
    let mut rows = query.query([])?;
    let mut names = Names::default();
    while let Some(row) = rows.next()? {
        let reading = kana::normalise(&row.get::<_, String>(0)?);
        let (text, kind): (String, String) = (row.get(1)?, row.get(2)?);
        names.add(reading, text, &kind);
    }
    if names.family.is_empty() || names.given.is_empty() || names.full.is_empty() {
        return Err(Error::malformed("jamdict.db", "it has no names"));
    }
    Ok(names)
}

impl Names {
    /// Whether a name is a place's too.
    pub fn is_place(&self, reading: &str, text: &str) -> bool {
        let texts = self.places.get(reading);
        texts.is_some_and(|texts| texts.contains(text))
    }

    fn add(&mut self, reading: String, text: String, kind: &str) {
        let (most_kana, most) = match kind {
            "person" => (MAX_FULL_READING, MAX_FULL_TEXT),
            _ => (MAX_READING, MAX_TEXT),
        };
        let fits = (1..=most_kana).contains(&reading.chars().count())
            && (1..=most).contains(&text.chars().count())
            && kana::is_reading(&reading)
            && text.chars().all(is_of_names)
            && !kana::is_kana(&text);
        if !fits {
            return;
        }
        match kind {
            "surname" => self.family.insert((reading, text)),
            "given" | "fem" | "masc" => self.given.insert((reading, text)),
            "person" => self.full.insert((reading, text)),
            _ => self.places.entry(reading).or_default().insert(text),
        };
    }
}

/// Kanji with the marks that repeat or abbreviate one, and kana.
fn is_of_names(c: char) -> bool {
    matches!(c, '々' | '〆' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
        || kana::is_kana(c.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn pair(reading: &str, text: &str) -> Pair {
        (reading.into(), text.into())
    }

    #[test]
    fn an_entry_is_read_with_each_of_its_kinds_and_nothing_that_is_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jamdict.db");
        let database = Connection::open(&file).unwrap();
        database
            .execute_batch(
                "CREATE TABLE NEKanji (ID INTEGER PRIMARY KEY, idseq INTEGER, text TEXT);
                 CREATE TABLE NEKana (ID INTEGER PRIMARY KEY, idseq INTEGER, text TEXT);
                 CREATE TABLE NETranslation (ID INTEGER PRIMARY KEY, idseq INTEGER);
                 CREATE TABLE NETransType (tid INTEGER, text TEXT);
                 INSERT INTO NEKanji (idseq, text) VALUES
                   (1, '山田'), (2, '太郎'), (3, '山田太郎'), (4, 'Ｘ'), (5, '山田駅');
                 INSERT INTO NEKana (idseq, text) VALUES
                   (1, 'やまだ'), (2, 'タロウ'), (3, 'やまだたろう'), (4, 'えっくす'), (5, 'やまだえき');
                 INSERT INTO NETranslation (ID, idseq) VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5);
                 INSERT INTO NETransType VALUES
                   (1, 'surname'), (1, 'place'), (2, 'masc'), (3, 'person'), (4, 'given'), (5, 'station');",
            )
            .unwrap();
        let names = names(&file).unwrap();
        assert_eq!(names.family, [pair("やまだ", "山田")].into());
        assert_eq!(names.given, [pair("たろう", "太郎")].into());
        assert_eq!(names.full, [pair("やまだたろう", "山田太郎")].into());
        assert!(names.is_place("やまだ", "山田"));
        assert_eq!(names.places.len(), 1);
    }

    #[test]
    fn a_database_without_names_stops_the_build() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jamdict.db");
        Connection::open(&file)
            .unwrap()
            .execute_batch("CREATE TABLE a (b)")
            .unwrap();
        assert!(names(&file).is_err());
    }
}
