//! Reckoning with dates. A result outside the years a [`Date`] has is `None`.

use crate::Date;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;

impl Date {
    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        // Howard Hinnant's days_from_civil: years begin in March, so that a leap day is the
        // last of its year.
        let (month, day) = (i64::from(self.month()), i64::from(self.day()));
        let year = i64::from(self.year()) - i64::from(month <= 2);
        let (cycle, year_of_cycle) = (year.div_euclid(400), year.rem_euclid(400));
        let march_month = (month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5 + day - 1;
        let day_of_cycle =
            year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
        cycle * 146_097 + day_of_cycle - EPOCH
    }

    /// The day that is so many days after 1970-01-01.
    pub fn from_days(days: i64) -> Option<Self> {
        let z = days.checked_add(EPOCH)?;
        let (cycle, day_of_cycle) = (z.div_euclid(146_097), z.rem_euclid(146_097));
        let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524
            - day_of_cycle / 146_096)
            / 365;
        let day_of_year =
            day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        let year = year_of_cycle + cycle * 400 + i64::from(month <= 2);
        Self::new(year.try_into().ok()?, month as u8, day as u8).ok()
    }

    /// So many days later; earlier where `days` is negative.
    pub fn plus_days(self, days: i64) -> Option<Self> {
        Self::from_days(self.days().checked_add(days)?)
    }

    /// The same day so many years later; of 29 February the 28th where that year has no
    /// 29th (民法143条2項).
    pub fn plus_years(self, years: u16) -> Option<Self> {
        let year = self.year().checked_add(years)?;
        Self::new(year, self.month(), self.day())
            .or_else(|_| Self::new(year, self.month(), 28))
            .ok()
    }

    /// The last day of its month.
    pub fn end_of_month(self) -> Self {
        (28..=31)
            .rev()
            .find_map(|day| Self::new(self.year(), self.month(), day).ok())
            .unwrap_or(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn days_count_from_1970() {
        for (text, days) in [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("1868-01-01", -37_255),
            ("2000-02-29", 11_016),
            ("2199-12-31", 84_005),
        ] {
            assert_eq!(date(text).days(), days, "{text}");
            assert_eq!(Date::from_days(days), Some(date(text)));
        }
        assert_eq!(Date::from_days(-37_256), None);
        assert_eq!(Date::from_days(84_006), None);
        assert_eq!(Date::from_days(i64::MAX), None);
        assert_eq!(Date::from_days(i64::MIN), None);
    }

    #[test]
    fn years_later_a_leap_day_is_the_28th_or_the_29th() {
        assert_eq!(date("2024-02-29").plus_years(1), Some(date("2025-02-28")));
        assert_eq!(date("2024-02-29").plus_years(4), Some(date("2028-02-29")));
        assert_eq!(date("2096-02-29").plus_years(4), Some(date("2100-02-28")));
        assert_eq!(date("2199-01-01").plus_years(1), None);
        assert_eq!(date("2199-01-01").plus_years(u16::MAX), None);
    }

    #[test]
    fn months_end_on_their_last_day() {
        for (text, end) in [
            ("2024-02-01", "2024-02-29"),
            ("2100-02-10", "2100-02-28"),
            ("2026-12-31", "2026-12-31"),
            ("2026-04-30", "2026-04-30"),
        ] {
            assert_eq!(date(text).end_of_month(), date(end));
        }
    }

    proptest! {
        #[test]
        fn every_day_is_one_after_the_day_before(days in -37_254i64..=84_005) {
            let (a, b) = (Date::from_days(days - 1).unwrap(), Date::from_days(days).unwrap());
            prop_assert!(a < b);
            prop_assert_eq!(a.plus_days(1), Some(b));
            prop_assert_eq!(b.plus_days(-1), Some(a));
            prop_assert_eq!(b.days(), days);
        }
    }
}
