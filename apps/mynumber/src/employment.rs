//! 雇用: in which form somebody is employed and why it ended.

use crate::Date;
use crate::coded::coded;

coded! {
    /// 雇用区分
    Employment {
        Regular = "regular", "正社員", "regular employee";
        Contract = "contract", "契約社員", "contract employee";
        PartTime = "part_time", "パートタイム", "part-time employee";
        Casual = "casual", "アルバイト", "casual employee";
        Officer = "officer", "役員", "officer";
        Seconded = "seconded", "出向", "seconded employee";
        Daily = "daily", "日雇", "day labourer";
        /// Works here, employed and paid by an agency, which is the one that needs the number.
        Dispatched = "dispatched", "派遣（受入れ）", "dispatched by an agency";
    }
}

coded! {
    /// 退職理由
    RetirementReason {
        Resigned = "resigned", "自己都合", "resigned";
        Dismissed = "dismissed", "会社都合", "let go by the employer";
        ContractEnded = "contract_ended", "契約期間満了", "the contract ended";
        AgeLimit = "age_limit", "定年", "reached the age limit";
        /// To another company, even of the same group: that one asks for the number itself
        /// (番号法19条, ガイドライン第4-3-(2)).
        Transferred = "transferred", "転籍", "transferred to another company";
        Died = "died", "死亡", "died";
        Other = "other", "その他", "other";
        /// The offer was declined or withdrawn before the first day.
        NeverJoined = "never_joined", "入社辞退", "never joined";
    }
}

/// 資格喪失日 of 健康保険, 厚生年金 and 雇用保険's 届: the day after 退職日 (健康保険法36条).
pub fn day_of_loss(left_on: Date) -> Option<Date> {
    left_on.plus_days(1)
}
