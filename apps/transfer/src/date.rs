use crate::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A day in Japan (UTC+9), of the years 2000 to 2199. Its one spelling is `2027-03-31`:
/// what is signed has no room for the other forms that [`mynumber::Date`] reads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(mynumber::Date);

const JAPAN: i64 = 9 * 3600;
const DAY: i64 = 86_400;

impl Date {
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, Error> {
        Self::recent(mynumber::Date::new(year, month, day))
    }

    /// The day it is in Japan at this moment.
    ///
    /// # Errors
    /// [`Error::Date`] outside of the years 2000 to 2199.
    pub fn at(unix_seconds: i64) -> Result<Self, Error> {
        Self::recent(mynumber::Date::in_japan(unix_seconds))
    }

    fn recent(date: Result<mynumber::Date, mynumber::DateError>) -> Result<Self, Error> {
        date.ok()
            .filter(|date| date.year() >= 2000)
            .map(Self)
            .ok_or(Error::Date)
    }

    /// The first moment after this day in Japan, seconds since 1970-01-01 UTC.
    pub fn end_unix(self) -> i64 {
        let (year, month, day) = (
            i64::from(self.0.year()) - i64::from(self.0.month() <= 2),
            i64::from(self.0.month()),
            i64::from(self.0.day()),
        );
        // Counting from 1 March makes the leap day the last of its year.
        // H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
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
        // Ten bytes before the reader that also knows eras and other scripts.
        if text.len() != 10 {
            return Err(Error::Date);
        }
        let date = Self::recent(mynumber::Date::parse(text))?;
        if date.to_string() == text {
            Ok(date)
        } else {
            Err(Error::Date)
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
        fmt::Display::fmt(&self.0, f)
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
        fn a_date_and_its_moments_agree(unix in 946_652_400i64..7_258_086_000) {
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
