//! 委託: who works with numbers on the company's behalf, and what the contract must say.

use crate::coded::coded;
use serde::{Deserialize, Serialize};

coded! {
    /// What a delegate (委託先) is.
    DelegateKind {
        TaxAccountant = "tax_accountant", "税理士", "tax accountant";
        LabourConsultant = "labour_consultant", "社会保険労務士", "labour and social security consultant";
        PayrollService = "payroll_service", "給与計算代行", "payroll service";
        Other = "other", "その他", "other";
    }
}

coded! {
    /// What a contract of delegation settles (ガイドライン第4-2-(1)). All but the last two
    /// must stand in it.
    Clause {
        Secrecy = "secrecy", "秘密保持義務", "duty of secrecy";
        NoTakingOut = "no_taking_out", "事業所内からの特定個人情報の持出しの禁止", "no taking out of the premises";
        NoOtherUse = "no_other_use", "特定個人情報の目的外利用の禁止", "no use for other purposes";
        Subdelegation = "subdelegation", "再委託における条件", "conditions of sub-delegation";
        LeakLiability = "leak_liability", "漏えい事案等が発生した場合の委託先の責任", "liability after a leak";
        ReturnOrDisposal = "return_or_disposal", "委託契約終了後の特定個人情報の返却又は廃棄", "return or disposal at the end";
        StaffSupervision = "staff_supervision", "従業者に対する監督・教育", "supervision and training of staff";
        Reporting = "reporting", "契約内容の遵守状況についての報告", "reports on how it is kept to";
        /// Desirable.
        NamedStaff = "named_staff", "取り扱う従業者の明確化", "named staff";
        /// Desirable; by digital means too.
        Inspection = "inspection", "委託者による実地の調査", "inspection by the delegator";
    }
}

coded! {
    /// What became of the numbers when a delegation ended.
    Settlement {
        Returned = "returned", "返却", "returned";
        Destroyed = "destroyed", "廃棄", "destroyed";
        /// The delegate worked in this vault and held nothing of its own.
        NothingHeld = "nothing_held", "保有なし", "nothing was held";
    }
}

impl Clause {
    /// Whether a contract without it falls short of 必要かつ適切な監督 (番号法11条).
    pub const fn is_required(self) -> bool {
        !matches!(self, Clause::NamedStaff | Clause::Inspection)
    }
}

/// The clauses a contract has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clauses(std::collections::BTreeSet<Clause>);

impl Clauses {
    pub fn all() -> Self {
        Clause::ALL.iter().copied().collect()
    }

    pub fn contains(&self, clause: Clause) -> bool {
        self.0.contains(&clause)
    }

    /// The required ones that are not there, in the order of the guideline.
    pub fn missing(&self) -> Vec<Clause> {
        Clause::ALL
            .iter()
            .copied()
            .filter(|c| c.is_required() && !self.contains(*c))
            .collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = Clause> {
        self.0.iter().copied()
    }
}

impl FromIterator<Clause> for Clauses {
    fn from_iter<I: IntoIterator<Item = Clause>>(clauses: I) -> Self {
        Self(clauses.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_clauses_are_required_and_two_are_desirable() {
        assert_eq!(Clauses::default().missing().len(), 8);
        assert_eq!(Clause::ALL.len(), 10);
    }

    #[test]
    fn a_contract_without_a_desirable_clause_misses_nothing() {
        let clauses: Clauses = Clause::ALL
            .iter()
            .copied()
            .filter(|c| *c != Clause::Inspection)
            .collect();
        assert!(clauses.missing().is_empty());
        let clauses: Clauses = clauses.iter().filter(|c| *c != Clause::Secrecy).collect();
        assert_eq!(clauses.missing(), [Clause::Secrecy]);
    }
}
