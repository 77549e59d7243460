//! 扶養親族: how a dependant stands to the employee, and what is claimed for them.

use crate::Date;
use crate::coded::coded;

coded! {
    /// 続柄, seen from the employee.
    Relationship {
        Husband = "husband", "夫", "husband";
        Wife = "wife", "妻", "wife";
        /// 事実婚: insured as a dependant, but no spouse for the income tax.
        UnregisteredHusband = "unregistered_husband", "夫（未届）", "husband (unregistered)";
        UnregisteredWife = "unregistered_wife", "妻（未届）", "wife (unregistered)";
        Child = "child", "子", "child";
        Grandchild = "grandchild", "孫", "grandchild";
        Father = "father", "父", "father";
        Mother = "mother", "母", "mother";
        Grandfather = "grandfather", "祖父", "grandfather";
        Grandmother = "grandmother", "祖母", "grandmother";
        ElderBrother = "elder_brother", "兄", "elder brother";
        ElderSister = "elder_sister", "姉", "elder sister";
        YoungerBrother = "younger_brother", "弟", "younger brother";
        YoungerSister = "younger_sister", "妹", "younger sister";
        SpousesFather = "spouses_father", "配偶者の父", "spouse's father";
        SpousesMother = "spouses_mother", "配偶者の母", "spouse's mother";
        SpousesChild = "spouses_child", "配偶者の子", "spouse's child";
        OtherRelative = "other_relative", "その他の親族", "other relative";
        /// 里子 or 養護受託老人: may be claimed for tax although no relative (所得税法2条1項34号).
        FosterChild = "foster_child", "里子・養護受託老人", "foster child or ward";
    }
}

impl Relationship {
    /// Registered or not.
    pub const fn is_spouse(self) -> bool {
        matches!(
            self,
            Self::Husband | Self::Wife | Self::UnregisteredHusband | Self::UnregisteredWife
        )
    }

    /// A spouse for the income tax: by registered marriage only (所得税基本通達2-46).
    pub const fn is_registered_spouse(self) -> bool {
        matches!(self, Self::Husband | Self::Wife)
    }
}

coded! {
    /// 控除区分: as what the employee claims the dependant in the 扶養控除等申告書.
    Deduction {
        NotClaimed = "none", "対象外", "not claimed";
        WithholdingSpouse = "withholding_spouse", "源泉控除対象配偶者", "spouse for withholding";
        /// A spouse of little income beside an employee of high income: counts for the
        /// allowance for disabled people only.
        SameLivelihoodSpouse = "same_livelihood_spouse", "同一生計配偶者", "spouse of the same livelihood";
        Dependant = "dependant", "控除対象扶養親族", "dependant";
        /// Between 19 and 22, with more income than a 扶養親族 may have (from 2025).
        SpecificRelative = "specific_relative", "特定親族", "specific relative";
        /// Stands on the 給与支払報告書 for the residence tax.
        Under16 = "under16", "16歳未満の扶養親族", "dependant under 16";
    }
}

coded! {
    /// 障害者区分
    Disability {
        None = "none", "該当なし", "none";
        Ordinary = "ordinary", "一般の障害者", "disabled";
        Special = "special", "特別障害者", "specially disabled";
        SpecialTogether = "special_together", "同居特別障害者", "specially disabled, living together";
    }
}

coded! {
    /// 非居住者区分 as in the 区分 of the 源泉徴収票: [`Residency::form_code`].
    Residency {
        Resident = "resident", "居住者", "resident";
        NonResident = "non_resident", "非居住者（30歳未満又は70歳以上）", "non-resident, under 30 or 70 and over";
        Student = "student", "非居住者（30歳以上70歳未満、留学）", "non-resident, 30 to 69, studying abroad";
        Disabled = "disabled", "非居住者（30歳以上70歳未満、障害者）", "non-resident, 30 to 69, disabled";
        Remittance = "remittance", "非居住者（30歳以上70歳未満、38万円以上の送金）", "non-resident, 30 to 69, sent 380,000 yen or more";
    }
}

impl Residency {
    /// `00` to `04`. For a spouse and those under 16 the form knows `00` and `01` only.
    pub const fn form_code(self) -> &'static str {
        match self {
            Self::Resident => "00",
            Self::NonResident => "01",
            Self::Student => "02",
            Self::Disabled => "03",
            Self::Remittance => "04",
        }
    }

    pub fn from_form_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|r| r.form_code() == code)
    }
}

/// Why a dependant cannot be claimed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    #[error("only a spouse is claimed so")]
    NotSpouse,
    #[error("a spouse is claimed as a spouse")]
    Spouse,
    #[error("an unregistered spouse cannot be claimed for the income tax")]
    Unregistered,
    #[error("too young on 31 December of the year")]
    TooYoung,
    #[error("too old on 31 December of the year")]
    TooOld,
    #[error("not on a form for a spouse or somebody under 16")]
    Residency,
}

impl Deduction {
    /// Whether somebody who stands so to the employee can be claimed so in `year`. The age
    /// is that of 31 December (所得税法85条3項).
    pub fn check(
        self,
        relationship: Relationship,
        birth: Date,
        residency: Residency,
        year: u16,
    ) -> Result<(), ClaimError> {
        use Deduction::*;
        if self == NotClaimed {
            return Ok(());
        }
        if relationship.is_spouse() && !relationship.is_registered_spouse() {
            return Err(ClaimError::Unregistered);
        }
        let as_spouse = matches!(self, WithholdingSpouse | SameLivelihoodSpouse);
        match (as_spouse, relationship.is_spouse()) {
            (true, false) => return Err(ClaimError::NotSpouse),
            (false, true) => return Err(ClaimError::Spouse),
            _ => {}
        }
        let detailed = !matches!(residency, Residency::Resident | Residency::NonResident);
        if detailed && matches!(self, WithholdingSpouse | SameLivelihoodSpouse | Under16) {
            return Err(ClaimError::Residency);
        }
        let (from, to) = match self {
            Dependant => (16, u16::MAX),
            SpecificRelative => (19, 22),
            Under16 => (0, 15),
            NotClaimed | WithholdingSpouse | SameLivelihoodSpouse => (0, u16::MAX),
        };
        match age_at_year_end(birth, year) {
            None => Err(ClaimError::TooYoung),
            Some(age) if age < from => Err(ClaimError::TooYoung),
            Some(age) if age > to => Err(ClaimError::TooOld),
            Some(_) => Ok(()),
        }
    }
}

/// The age on 31 December of `year`; `None` for somebody born later. A year of life is
/// complete at the end of the day before the birthday (年齢計算ニ関スル法律), so who was born
/// on 1 January counts a year more.
pub fn age_at_year_end(birth: Date, year: u16) -> Option<u16> {
    let full = year.checked_sub(birth.year())?;
    Some(full + u16::from((birth.month(), birth.day()) == (1, 1)))
}

/// The age on a day; `None` for somebody born later. It is reached on the day before the
/// birthday (年齢計算ニ関スル法律, 民法143条): who was born on 2 April is 20 on 1 April.
pub fn age_on(birth: Date, day: Date) -> Option<u16> {
    if day < birth {
        return None;
    }
    let next = day.plus_days(1).unwrap_or(day);
    let before_birthday = (next.month(), next.day()) < (birth.month(), birth.day());
    Some((next.year() - birth.year()).saturating_sub(u16::from(before_birthday)))
}

/// The last day on which a spouse born then may be 国民年金第3号被保険者: the standing is lost
/// on the day of becoming 60 (国民年金法9条), the day before the birthday. `None`: beyond the
/// calendar.
pub fn category3_until(birth: Date) -> Option<Date> {
    let year = birth.year().checked_add(CATEGORY3_ENDS)?;
    // Who was born on 29 February becomes 60 on the 28th where the year has no other.
    let birthday = Date::new(year, birth.month(), birth.day())
        .or_else(|_| Date::new(year, birth.month() + 1, 1));
    birthday.ok()?.plus_days(-2)
}

/// An age in years, 国民年金法7条1項3号.
pub const CATEGORY3_ENDS: u16 = 60;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn ages_count_as_the_forms_of_2025_print_them() {
        use Deduction::*;
        let check = |deduction: Deduction, born: &str| {
            deduction.check(Relationship::Child, date(born), Residency::Resident, 2025)
        };
        // 令和7年分: 控除対象扶養親族 born until 平成22年1月1日.
        assert_eq!(check(Dependant, "H22.1.1"), Ok(()));
        assert_eq!(check(Dependant, "H22.1.2"), Err(ClaimError::TooYoung));
        assert_eq!(check(Under16, "H22.1.2"), Ok(()));
        assert_eq!(check(Under16, "H22.1.1"), Err(ClaimError::TooOld));
        // 特定親族 born from 平成15年1月2日 to 平成19年1月1日.
        assert_eq!(check(SpecificRelative, "H15.1.2"), Ok(()));
        assert_eq!(check(SpecificRelative, "H15.1.1"), Err(ClaimError::TooOld));
        assert_eq!(check(SpecificRelative, "H19.1.1"), Ok(()));
        assert_eq!(
            check(SpecificRelative, "H19.1.2"),
            Err(ClaimError::TooYoung)
        );
        assert_eq!(check(Under16, "2026-01-02"), Err(ClaimError::TooYoung));
        assert_eq!(check(Under16, "2025-12-31"), Ok(()));
    }

    #[test]
    fn an_age_is_reached_on_the_day_before_the_birthday() {
        let age = |born, day| age_on(date(born), date(day));
        assert_eq!(age("2006-11-23", "2026-11-21"), Some(19));
        assert_eq!(age("2006-11-23", "2026-11-22"), Some(20));
        // On 1 January: the age of 31 December is that of the day itself.
        assert_eq!(age("2010-01-01", "2025-12-31"), Some(16));
        assert_eq!(age_at_year_end(date("2010-01-01"), 2025), Some(16));
        // On 29 February, in a year that has none: with the end of 28 February.
        assert_eq!(age("2004-02-29", "2025-02-27"), Some(20));
        assert_eq!(age("2004-02-29", "2025-02-28"), Some(21));
        assert_eq!(age("2004-02-29", "2024-02-27"), Some(19));
        assert_eq!(age("2004-02-29", "2024-02-28"), Some(20));
        assert_eq!(age("2026-11-23", "2026-11-22"), None);
        assert_eq!(age("2026-11-23", "2026-11-23"), Some(0));
    }

    #[test]
    fn a_spouse_is_claimed_as_a_spouse_and_only_when_registered() {
        use Deduction::*;
        let check = |deduction: Deduction, relationship| {
            deduction.check(relationship, date("1990-04-01"), Residency::Resident, 2026)
        };
        assert_eq!(check(WithholdingSpouse, Relationship::Wife), Ok(()));
        assert_eq!(check(SameLivelihoodSpouse, Relationship::Husband), Ok(()));
        assert_eq!(
            check(WithholdingSpouse, Relationship::UnregisteredWife),
            Err(ClaimError::Unregistered)
        );
        assert_eq!(
            check(WithholdingSpouse, Relationship::Mother),
            Err(ClaimError::NotSpouse)
        );
        assert_eq!(
            check(Dependant, Relationship::Husband),
            Err(ClaimError::Spouse)
        );
        assert_eq!(check(NotClaimed, Relationship::UnregisteredWife), Ok(()));
    }

    #[test]
    fn the_form_for_a_spouse_knows_no_reasons_of_non_residents() {
        let check = |deduction: Deduction, relationship, residency| {
            deduction.check(relationship, date("1970-04-01"), residency, 2026)
        };
        let spouse = (Deduction::WithholdingSpouse, Relationship::Wife);
        assert_eq!(check(spouse.0, spouse.1, Residency::NonResident), Ok(()));
        assert_eq!(
            check(spouse.0, spouse.1, Residency::Student),
            Err(ClaimError::Residency)
        );
        let father = (Deduction::Dependant, Relationship::Father);
        assert_eq!(check(father.0, father.1, Residency::Remittance), Ok(()));
    }

    #[test]
    fn form_codes_read_back() {
        for &residency in Residency::ALL {
            assert_eq!(
                Residency::from_form_code(residency.form_code()),
                Some(residency)
            );
        }
        assert_eq!(Residency::from_form_code("05"), None);
    }

    #[test]
    fn the_last_day_of_category_3_is_the_last_one_at_59() {
        for born in [
            "1966-11-24",
            "1968-02-29",
            "1967-03-01",
            "1967-01-01",
            "1940-02-29",
            "2040-02-29",
        ] {
            let last = category3_until(date(born)).unwrap();
            let next = last.plus_days(1).unwrap();
            assert_eq!(age_on(date(born), last), Some(59), "{born}");
            assert_eq!(age_on(date(born), next), Some(60), "{born}");
        }
        assert_eq!(
            category3_until(date("1966-11-24")),
            Some(date("2026-11-22"))
        );
    }
}
