use crate::number::{digit, is_space};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// A day of the Gregorian calendar from 1868-01-01 to 2199-12-31, without a time zone.
///
/// Serialised and displayed as `1990-04-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why something typed is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("this is not the form of a date")]
    Form,
    #[error("there is no such day")]
    NoSuchDay,
    #[error("the year is not between 1868 and 2199")]
    OutOfRange,
    /// The era named, and the day that was meant: the year counted on from the era's first.
    #[error("the day is not within the era")]
    OutsideEra { era: Era, day: Date },
}

/// 元号. Each begins on the day given and ends the day before the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Era {
    /// 明治, from 1868-10-23. Days before 1873 count in the Gregorian calendar here,
    /// although people then used the lunisolar one.
    Meiji,
    /// 大正, from 1912-07-30
    Taisho,
    /// 昭和, from 1926-12-25
    Showa,
    /// 平成, from 1989-01-08
    Heisei,
    /// 令和, from 2019-05-01
    Reiwa,
}

impl Date {
    pub const MIN_YEAR: u16 = 1868;
    pub const MAX_YEAR: u16 = 2199;

    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, DateError> {
        if !(Self::MIN_YEAR..=Self::MAX_YEAR).contains(&year) {
            return Err(DateError::OutOfRange);
        }
        if day == 0 || day > days_of_month(year, month) {
            return Err(DateError::NoSuchDay);
        }
        Ok(Self { year, month, day })
    }

    /// Reads `1990-04-01`, `1990/4/1`, `1990.4.1`, `19900401`, `1990年4月1日`, `H2.4.1`,
    /// `平成2年4月1日`, `令和元年5月1日`; digits and signs of either width, spaces skipped.
    /// A day that does not lie within the era named is refused.
    pub fn parse(typed: &str) -> Result<Self, DateError> {
        if typed.len() > 64 {
            return Err(DateError::Form);
        }
        let text: String = typed.nfkc().filter(|&c| !is_space(c)).collect();
        let text = text.as_str();
        if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Self::new(
                small(&text[..4])?,
                small(&text[4..6])? as u8,
                small(&text[6..])? as u8,
            );
        }
        let (era, rest) = Era::strip(text);
        let (year, month, day) = three_parts(rest, era.is_some())?;
        match era {
            None => Self::new(year, month, day),
            Some(era) => {
                if year == 0 {
                    return Err(DateError::NoSuchDay);
                }
                let day = Self::new(era.begins().year + (year - 1), month, day)?;
                if day.era() == Some((era, year)) {
                    Ok(day)
                } else {
                    Err(DateError::OutsideEra { era, day })
                }
            }
        }
    }

    /// The day in Japan (UTC+9, no summer time) at this moment, seconds since 1970-01-01 UTC.
    pub fn in_japan(unix_seconds: i64) -> Result<Self, DateError> {
        let days = unix_seconds
            .checked_add(9 * 3600)
            .ok_or(DateError::OutOfRange)?
            .div_euclid(86_400);
        Self::from_days(days).ok_or(DateError::OutOfRange)
    }

    pub const fn year(self) -> u16 {
        self.year
    }

    pub const fn month(self) -> u8 {
        self.month
    }

    pub const fn day(self) -> u8 {
        self.day
    }

    /// The era and the year within it (1 = 元年); `None` before 1868-10-23.
    pub fn era(self) -> Option<(Era, u16)> {
        Era::ALL
            .into_iter()
            .rev()
            .find(|era| self >= era.begins())
            .map(|era| (era, self.year - era.begins().year + 1))
    }

    /// `平成2年4月1日`, `令和元年5月1日`; before 1868-10-23 `1868年1月1日`.
    pub fn japanese(self) -> String {
        let (month, day) = (self.month, self.day);
        match self.era() {
            Some((era, 1)) => format!("{}元年{month}月{day}日", era.name()),
            Some((era, year)) => format!("{}{year}年{month}月{day}日", era.name()),
            None => format!("{}年{month}月{day}日", self.year),
        }
    }
}

impl Era {
    pub const ALL: [Era; 5] = [Era::Meiji, Era::Taisho, Era::Showa, Era::Heisei, Era::Reiwa];

    /// Its first day.
    pub const fn begins(self) -> Date {
        let (year, month, day) = match self {
            Era::Meiji => (1868, 10, 23),
            Era::Taisho => (1912, 7, 30),
            Era::Showa => (1926, 12, 25),
            Era::Heisei => (1989, 1, 8),
            Era::Reiwa => (2019, 5, 1),
        };
        Date { year, month, day }
    }

    /// Its last day; `None` for the one that goes on.
    pub const fn ends(self) -> Option<Date> {
        let (year, month, day) = match self {
            Era::Meiji => (1912, 7, 29),
            Era::Taisho => (1926, 12, 24),
            Era::Showa => (1989, 1, 7),
            Era::Heisei => (2019, 4, 30),
            Era::Reiwa => return None,
        };
        Some(Date { year, month, day })
    }

    pub const fn english(self) -> &'static str {
        match self {
            Era::Meiji => "Meiji",
            Era::Taisho => "Taisho",
            Era::Showa => "Showa",
            Era::Heisei => "Heisei",
            Era::Reiwa => "Reiwa",
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Era::Meiji => "明治",
            Era::Taisho => "大正",
            Era::Showa => "昭和",
            Era::Heisei => "平成",
            Era::Reiwa => "令和",
        }
    }

    /// The letter on forms: M T S H R.
    pub const fn letter(self) -> char {
        match self {
            Era::Meiji => 'M',
            Era::Taisho => 'T',
            Era::Showa => 'S',
            Era::Heisei => 'H',
            Era::Reiwa => 'R',
        }
    }

    fn strip(text: &str) -> (Option<Era>, &str) {
        for era in Self::ALL {
            if let Some(rest) = text.strip_prefix(era.name()) {
                return (Some(era), rest);
            }
            let mut chars = text.chars();
            if chars.next().map(|c| c.to_ascii_uppercase()) == Some(era.letter()) {
                return (Some(era), chars.as_str());
            }
        }
        (None, text)
    }
}

/// Year, month and day between `-`, `/`, `.` (the same sign twice) or 年月日.
fn three_parts(text: &str, era: bool) -> Result<(u16, u8, u8), DateError> {
    let (year, rest, sign) = match text.find(['-', '/', '.', '年']) {
        None => return Err(DateError::Form),
        Some(at) => {
            let sign = text[at..].chars().next().ok_or(DateError::Form)?;
            (&text[..at], &text[at + sign.len_utf8()..], sign)
        }
    };
    let (month, day) = if sign == '年' {
        let (month, day) = rest.split_once('月').ok_or(DateError::Form)?;
        (month, day.strip_suffix('日').ok_or(DateError::Form)?)
    } else {
        rest.split_once(sign).ok_or(DateError::Form)?
    };
    let year = match year {
        "元" if era => 1,
        _ if era && year.len() > 3 || !era && year.len() != 4 => return Err(DateError::Form),
        _ => small(year)?,
    };
    if month.len() > 2 || day.len() > 2 {
        return Err(DateError::Form);
    }
    Ok((year, small(month)? as u8, small(day)? as u8))
}

/// A decimal number of one to four ASCII digits.
fn small(text: &str) -> Result<u16, DateError> {
    if text.is_empty() || text.len() > 4 {
        return Err(DateError::Form);
    }
    text.chars().try_fold(0u16, |n, c| {
        let d = digit(c).ok_or(DateError::Form)?;
        Ok(n * 10 + u16::from(d))
    })
}

fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 0,
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;
    fn try_from(text: String) -> Result<Self, DateError> {
        Self::parse(&text)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date() -> impl Strategy<Value = Date> {
        (Date::MIN_YEAR..=Date::MAX_YEAR, 1u8..=12, 1u8..=31)
            .prop_filter_map("a day of the calendar", |(y, m, d)| Date::new(y, m, d).ok())
    }

    #[test]
    fn a_date_is_read_as_people_type_it() {
        for (typed, iso) in [
            ("1990-04-01", "1990-04-01"),
            ("1990/4/1", "1990-04-01"),
            ("1990.4.1", "1990-04-01"),
            ("19900401", "1990-04-01"),
            ("1990年4月1日", "1990-04-01"),
            ("H2.4.1", "1990-04-01"),
            ("h2/4/1", "1990-04-01"),
            ("H02.04.01", "1990-04-01"),
            ("平成2年4月1日", "1990-04-01"),
            ("平成２年４月１日", "1990-04-01"),
            ("平成 2年 4月 1日", "1990-04-01"),
            ("１９９０／０４／０１", "1990-04-01"),
            ("Ｈ２．４．１", "1990-04-01"),
            ("令和元年5月1日", "2019-05-01"),
            ("R1.5.1", "2019-05-01"),
            ("㋿1年5月1日", "2019-05-01"),
            ("昭和39年2月29日", "1964-02-29"),
            ("2000-02-29", "2000-02-29"),
        ] {
            assert_eq!(
                Date::parse(typed).map(|d| d.to_string()),
                Ok(iso.into()),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_no_date_is_refused_with_its_reason() {
        use DateError::{Form, NoSuchDay, OutOfRange};
        for (typed, reason) in [
            ("", Form),
            ("1990", Form),
            ("1990-04", Form),
            ("1990-04/01", Form),
            ("90-4-1", Form),
            ("1990-004-1", Form),
            ("平成2年4月1", Form),
            ("元-4-1", Form),
            ("19900431", NoSuchDay),
            ("2023-02-29", NoSuchDay),
            ("1900-02-29", NoSuchDay),
            ("2024-13-01", NoSuchDay),
            ("2024-00-10", NoSuchDay),
            ("2024-01-00", NoSuchDay),
            ("1867-12-31", OutOfRange),
            ("2200-01-01", OutOfRange),
            ("H0.4.1", NoSuchDay),
        ] {
            assert_eq!(Date::parse(typed), Err(reason), "{typed:?}");
        }
    }

    #[test]
    fn a_day_outside_its_era_is_refused_with_the_day_that_was_meant() {
        for (typed, era, meant) in [
            ("平成31年5月1日", Era::Heisei, "2019-05-01"),
            ("令和元年4月30日", Era::Reiwa, "2019-04-30"),
            ("昭和64年1月8日", Era::Showa, "1989-01-08"),
            ("大正15年12月25日", Era::Taisho, "1926-12-25"),
        ] {
            let day = Date::parse(meant).unwrap();
            assert_eq!(Date::parse(typed), Err(DateError::OutsideEra { era, day }));
        }
    }

    #[test]
    fn an_era_ends_on_the_day_before_the_next() {
        for pair in Era::ALL.windows(2) {
            let last = pair[0].ends().unwrap();
            assert_eq!(last.era().unwrap().0, pair[0]);
            let first = pair[1].begins();
            assert!(last < first);
            let next_day = Date::new(last.year, last.month, last.day + 1)
                .or_else(|_| Date::new(last.year, last.month + 1, 1))
                .unwrap();
            assert_eq!(next_day, first);
        }
        assert_eq!(Era::Reiwa.ends(), None);
    }

    #[test]
    fn eras_meet_at_their_legal_edges() {
        for (iso, japanese) in [
            ("1868-10-22", "1868年10月22日"),
            ("1868-10-23", "明治元年10月23日"),
            ("1912-07-29", "明治45年7月29日"),
            ("1912-07-30", "大正元年7月30日"),
            ("1926-12-24", "大正15年12月24日"),
            ("1926-12-25", "昭和元年12月25日"),
            ("1989-01-07", "昭和64年1月7日"),
            ("1989-01-08", "平成元年1月8日"),
            ("2019-04-30", "平成31年4月30日"),
            ("2019-05-01", "令和元年5月1日"),
        ] {
            assert_eq!(Date::parse(iso).unwrap().japanese(), japanese);
        }
    }

    #[test]
    fn the_day_in_japan_begins_at_fifteen_hours_utc() {
        // 2019-04-30 15:00 UTC
        let edge = 1_556_636_400;
        assert_eq!(Date::in_japan(edge - 1).unwrap().to_string(), "2019-04-30");
        assert_eq!(Date::in_japan(edge).unwrap().to_string(), "2019-05-01");
        assert_eq!(Date::in_japan(0).unwrap().to_string(), "1970-01-01");
        assert_eq!(Date::in_japan(i64::MAX), Err(DateError::OutOfRange));
        assert_eq!(Date::in_japan(i64::MIN), Err(DateError::OutOfRange));
        let first = -37_255 * 86_400 - 9 * 3600;
        assert_eq!(Date::in_japan(first).unwrap().to_string(), "1868-01-01");
        assert_eq!(Date::in_japan(first - 1), Err(DateError::OutOfRange));
        let after_last = 84_006 * 86_400 - 9 * 3600;
        assert_eq!(
            Date::in_japan(after_last - 1).unwrap().to_string(),
            "2199-12-31"
        );
        assert_eq!(Date::in_japan(after_last), Err(DateError::OutOfRange));
    }

    proptest! {
        #[test]
        fn every_way_to_write_a_date_reads_back(date in date()) {
            let (y, m, d) = (date.year(), date.month(), date.day());
            for text in [
                date.to_string(),
                date.japanese(),
                format!("{y:04}{m:02}{d:02}"),
                format!("{y}/{m}/{d}"),
                format!("{y}年{m}月{d}日"),
            ] {
                prop_assert_eq!(Date::parse(&text), Ok(date), "{}", text);
            }
            if let Some((era, year)) = date.era() {
                prop_assert_eq!(Date::parse(&format!("{}{year}.{m}.{d}", era.letter())), Ok(date));
            }
        }

        #[test]
        fn the_next_second_is_the_same_or_the_next_day(unix in -3_218_800_000i64..7_257_000_000) {
            let (a, b) = (Date::in_japan(unix).unwrap(), Date::in_japan(unix + 1).unwrap());
            prop_assert_eq!(a == b, (unix + 1 + 9 * 3600).rem_euclid(86_400) != 0);
            prop_assert!(a <= b);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,30}") {
            let _ = Date::parse(&text);
        }

        #[test]
        fn nothing_like_a_date_makes_the_parser_panic(text in "[MTSHR明治大正昭和平成令和元]{0,2}[0-9元]{0,5}[-/.年][0-9]{0,3}[-/.月][0-9]{0,3}日?") {
            let _ = Date::parse(&text);
        }
    }
}
