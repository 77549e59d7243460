//! Postal codes (郵便番号) and the places they stand for, from the official list.

use crate::dictionary::Dictionary;
use crate::format::{NO_TOWN, Section, u16_at, u32_at};
use crate::text;

/// Digits of a postal code.
const DIGITS: usize = 7;

/// What a postal code stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostalPlace {
    pub prefecture: String,
    pub city: String,
    /// Empty where the code stands for the whole city.
    pub town: String,
}

impl PostalPlace {
    /// As an address begins.
    pub fn text(&self) -> String {
        format!("{}{}{}", self.prefecture, self.city, self.town)
    }
}

impl Dictionary {
    /// The places of a code of seven ASCII digits, in the order of their names; empty where the
    /// list does not have it. Codes that belong to one company (大口事業所) are not in it.
    pub fn postal_code(&self, code: &str) -> Vec<PostalPlace> {
        let digits = code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit());
        let Some(code) = code.parse::<u32>().ok().filter(|_| digits) else {
            return Vec::new();
        };
        let codes = self.section(Section::PostalCode);
        let (mut first, mut end) = (0, codes.len() / 4);
        while first < end {
            let middle = first + (end - first) / 2;
            if u32_at(codes, middle).is_some_and(|found| found < code) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        (first..)
            .take_while(|row| u32_at(codes, *row) == Some(code))
            .filter_map(|row| self.postal_place(row))
            .collect()
    }

    fn postal_place(&self, row: usize) -> Option<PostalPlace> {
        let city = usize::from(u16_at(self.section(Section::PostalCityOf), row)?);
        let cities = self.section(Section::PostalCity);
        let text = |offset: u32| text::decode(self.section(Section::Pool), offset as usize);
        let town = match u32_at(self.section(Section::PostalTown), row)? {
            NO_TOWN => String::new(),
            offset => text(offset)?,
        };
        Some(PostalPlace {
            prefecture: text(u32_at(cities, city * 2)?)?,
            city: text(u32_at(cities, city * 2 + 1)?)?,
            town,
        })
    }
}
