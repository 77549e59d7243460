//! 中小規模事業者: whether the guideline's lighter examples of safety measures are open to a
//! company (ガイドライン別添1, 安全管理措置の特例).

use crate::coded::coded;

/// Most employees (従業員) of a small company.
pub const MAX_STAFF: u32 = 100;

/// Most people whose personal data it has on any day of the last six months.
pub const MAX_PEOPLE: u64 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleFacts {
    /// 従業員数
    pub staff: u32,
    /// It does such work for others under a contract (社労士, 税理士).
    pub works_for_others: bool,
    /// 金融分野
    pub financial: bool,
    /// Whose numbers are held, as far as is known.
    pub people: u64,
}

coded! {
    /// 規模の区分
    Scale {
        Small = "small", "中小規模事業者", "small company";
        ManyEmployees = "many_employees", "従業員が100人を超える", "more than 100 employees";
        WorksForOthers = "works_for_others", "委託に基づいて個人番号関係事務を行う", "works for others under a contract";
        Financial = "financial", "金融分野の事業者", "in the financial sector";
        ManyPeople = "many_people", "5,000人を超える個人情報を取り扱う", "data of more than 5,000 people";
    }
}

impl Scale {
    /// The first reason that makes a company none of the small ones, if there is one.
    pub const fn of(facts: &ScaleFacts) -> Self {
        if facts.staff > MAX_STAFF {
            Self::ManyEmployees
        } else if facts.works_for_others {
            Self::WorksForOthers
        } else if facts.financial {
            Self::Financial
        } else if facts.people > MAX_PEOPLE {
            Self::ManyPeople
        } else {
            Self::Small
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: ScaleFacts = ScaleFacts {
        staff: 100,
        works_for_others: false,
        financial: false,
        people: 5_000,
    };

    #[test]
    fn a_hundred_employees_are_small_and_each_exception_counts() {
        assert_eq!(Scale::of(&SHOP), Scale::Small);
        for (facts, scale) in [
            (ScaleFacts { staff: 101, ..SHOP }, Scale::ManyEmployees),
            (
                ScaleFacts {
                    works_for_others: true,
                    ..SHOP
                },
                Scale::WorksForOthers,
            ),
            (
                ScaleFacts {
                    financial: true,
                    ..SHOP
                },
                Scale::Financial,
            ),
            (
                ScaleFacts {
                    people: 5_001,
                    ..SHOP
                },
                Scale::ManyPeople,
            ),
        ] {
            assert_eq!(Scale::of(&facts), scale);
        }
    }
}
