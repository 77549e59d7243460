//! Whose number a company may hold, and what is known of them that decides for how long.

use crate::coded::coded;

coded! {
    /// Why a natural person stands in the vault.
    PersonKind {
        Employee = "employee", "従業員", "employee";
        /// Stands under an employee.
        Dependant = "dependant", "家族", "dependant";
        /// A natural person among the payees; a corporation is none.
        Payee = "payee", "支払先", "payee";
        /// The sole proprietor, whose own number stands on the forms as the payer's.
        Proprietor = "proprietor", "個人事業主", "sole proprietor";
    }
}

coded! {
    /// 在籍の状態
    EmploymentStatus {
        /// 内定 with a written promise: the number may be asked for already.
        Expected = "expected", "入社予定", "expected";
        Active = "active", "在籍", "employed";
        OnLeave = "on_leave", "休職", "on leave";
        Retired = "retired", "退職", "left";
        AwaitingDeletion = "awaiting_deletion", "削除待ち", "awaiting deletion";
        Deleted = "deleted", "削除済", "deleted";
    }
}

impl EmploymentStatus {
    /// Whether 退職日 must be known. Without it nothing says when the number must go.
    pub const fn needs_leaving_date(self) -> bool {
        matches!(self, Self::Retired | Self::AwaitingDeletion)
    }

    /// Whether the employment itself is a reason to keep the number (休職 included:
    /// ガイドライン第4-3-(3)).
    pub const fn is_employed(self) -> bool {
        matches!(self, Self::Expected | Self::Active | Self::OnLeave)
    }
}

coded! {
    /// 個人・法人の別
    PayeeKind {
        Individual = "individual", "個人", "individual";
        /// Has a 法人番号 and no 個人番号.
        Corporate = "corporate", "法人", "corporation";
    }
}

coded! {
    /// Whether dealings are expected to go on. A spot payee's number has no use after the
    /// year's 支払調書.
    Continuity {
        Continuing = "continuing", "継続", "continuing";
        Spot = "spot", "単発", "one-off";
    }
}

#[cfg(test)]
mod tests {
    use super::EmploymentStatus as S;

    #[test]
    fn who_has_left_needs_the_day_and_who_is_employed_does_not() {
        for &status in S::ALL {
            let left = matches!(status, S::Retired | S::AwaitingDeletion | S::Deleted);
            assert_eq!(status.is_employed(), !left, "{status:?}");
        }
        assert!(S::Retired.needs_leaving_date() && S::AwaitingDeletion.needs_leaving_date());
        assert!(!S::OnLeave.needs_leaving_date() && !S::Deleted.needs_leaving_date());
    }
}
