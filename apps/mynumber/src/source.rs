//! 取得元: what a number was taken from when it was entered, and since when it can hold.

use crate::Date;
use crate::coded::coded;
use crate::collection::CollectionMethod;

coded! {
    /// 取得元 of a number's record.
    NumberSource {
        Card = "card", "個人番号カード", "the Individual Number Card";
        Chip = "chip", "個人番号カードのICチップ", "the chip of the Individual Number Card";
        /// Abolished on 2020-05-25; those whose entries are still right keep proving a number.
        NotificationCard = "notification_card", "通知カード", "the notification card";
        ResidentRecord = "resident_record", "住民票の写し・住民票記載事項証明書", "a copy of the resident record";
        /// 扶養控除等申告書 and other papers on which the person wrote it.
        Form = "form", "申告書・届出書への記載", "a declaration or notification";
        Person = "person", "本人の申出", "told by the person";
        /// The employee, who gives the numbers of the family.
        Employee = "employee", "従業員（家族の番号の提供）", "told by the employee for the family";
        Agent = "agent", "代理人", "an agent";
        Import = "import", "ファイルからの取込み", "imported from a file";
        /// Through the company that the work is delegated to (委託先).
        Delegate = "delegate", "委託先", "a delegate";
        /// From the former employer with the person's consent (番号法19条4号).
        FormerEmployer = "former_employer", "転籍・出向元", "the former employer";
    }
}

impl NumberSource {
    /// The way of collection that follows from it, where one does.
    pub const fn collected_by(self) -> Option<CollectionMethod> {
        match self {
            NumberSource::Chip => Some(CollectionMethod::Card),
            NumberSource::Import => Some(CollectionMethod::Import),
            NumberSource::Delegate => Some(CollectionMethod::Delegate),
            NumberSource::FormerEmployer => Some(CollectionMethod::FormerEmployer),
            NumberSource::Card
            | NumberSource::NotificationCard
            | NumberSource::ResidentRecord
            | NumberSource::Form
            | NumberSource::Person
            | NumberSource::Employee
            | NumberSource::Agent => None,
        }
    }
}

/// Whether a number can hold from this day (有効開始日): not before numbers were given
/// (2015-10-05, when 番号法 came into force), not before the person was born, not after today.
pub fn can_hold_from(day: Date, born: Option<Date>, today: Date) -> bool {
    const FIRST: (u16, u8, u8) = (2015, 10, 5);
    (day.year(), day.month(), day.day()) >= FIRST
        && day <= today
        && born.is_none_or(|born| born <= day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a real day")
    }

    #[test]
    fn a_number_holds_from_a_day_on_which_it_could_be_given() {
        let today = day("2026-11-22");
        for (from, born, can) in [
            ("2015-10-04", "1990-04-01", false),
            ("2015-10-05", "1990-04-01", true),
            ("2026-11-22", "1990-04-01", true),
            ("2026-11-23", "1990-04-01", false),
            ("2020-02-29", "2020-02-29", true),
            ("2020-02-28", "2020-02-29", false),
        ] {
            assert_eq!(
                can_hold_from(day(from), Some(day(born)), today),
                can,
                "{from}"
            );
        }
        assert!(can_hold_from(day("2015-10-05"), None, today));
    }
}
