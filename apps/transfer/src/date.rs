use crate::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A day of the Gregorian calendar in Japan (UTC+9), `2027-03-31` in text, of the years
/// 2000 to 2999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

const JAPAN: i64 = 9 * 3600;
const DAY: i64 = 86_400;

impl Date {
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, Error> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return Err(Error::Date),
        };
        if !(2000..=2999).contains(&year) || !(1..=days).contains(&day) {
            return Err(Error::Date);
        }
        Ok(Self { year, month, day })
    }

    /// The day it is in Japan at this moment.
    ///
    /// # Errors
    /// [`Error::Date`] outside of the years 2000 to 2999.
    pub fn at(unix_seconds: i64) -> Result<Self, Error> {
        // Counting from 1 March makes the leap day the last of its year.
        // H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let days = unix_seconds
            .checked_add(JAPAN)
            .ok_or(Error::Date)?
            .div_euclid(DAY)
            .checked_add(719_468)
            .ok_or(Error::Date)?;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let narrow = |_| Error::Date;
        Self::new(
            year.try_into().map_err(narrow)?,
            month.try_into().map_err(|_| Error::Date)?,
            day.try_into().map_err(|_| Error::Date)?,
        )
    }

    /// The first moment after this day in Japan, seconds since 1970-01-01 UTC.
    pub fn end_unix(self) -> i64 {
        let (year, month, day) = (
            i64::from(self.year) - i64::from(self.month <= 2),
            i64::from(self.month),
            i64::from(self.day),
        );
        let march_month = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * march_month + 2) / 5 + day - 1;
        let days =
            year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + of_year
                - 719_468;
        (days + 1) * DAY - JAPAN
    }
}

impl FromStr for Date {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let b = text.as_bytes();
        if b.len() != 10 || b[4] != b'-' || b[7] != b'-' {
            return Err(Error::Date);
        }
        let number = |range: std::ops::Range<usize>| {
            b[range].iter().try_fold(0u16, |n, c| {
                c.is_ascii_digit().then(|| n * 10 + u16::from(c - b'0'))
            })
        };
        match (number(0..4), number(5..7), number(8..10)) {
            (Some(year), Some(month), Some(day)) => Self::new(year, month as u8, day as u8),
            _ => Err(Error::Date),
        }
    }
}

impl TryFrom<String> for Date {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_day_begins_and_ends_in_japan() {
        // 2027-03-31T15:00:00Z is midnight in Tokyo.
        let day: Date = "2027-03-31".parse().unwrap();
        assert_eq!(day.end_unix(), 1_806_505_200);
        assert_eq!(Date::at(day.end_unix() - 1), Ok(day));
        assert_eq!(Date::at(day.end_unix()).unwrap().to_string(), "2027-04-01");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for bad in [
            "2027-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-04-31",
            "1999-12-31",
            "2027-4-1",
            "2027/04/01",
            "+027-04-01",
            "２０２７-04-01",
            "",
        ] {
            assert_eq!(bad.parse::<Date>(), Err(Error::Date), "{bad}");
        }
        assert!("2028-02-29".parse::<Date>().is_ok());
    }

    proptest! {
        #[test]
        fn a_date_and_its_moments_agree(unix in 946_652_400i64..32_503_647_600) {
            let date = Date::at(unix).unwrap();
            prop_assert!(unix < date.end_unix());
            prop_assert!(unix >= date.end_unix() - DAY);
            prop_assert_eq!(date.to_string().parse::<Date>().unwrap(), date);
        }

        #[test]
        fn no_moment_panics(unix: i64) {
            let _ = Date::at(unix);
        }
    }
}
