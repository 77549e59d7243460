use crate::people::PersonKind;
use serde::{Deserialize, Serialize};

/// 利用目的: what a number may be used for. Closed, because the law closes it
/// (番号法9条4項); there is no free-form "other". 労災 is not among them: the claimant writes
/// the number, never the employer. Serde uses the order, so new ones go to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Purpose {
    /// 給与所得・退職所得の源泉徴収票、給与支払報告書作成事務
    WithholdingTax,
    /// 扶養控除等（異動）申告書等の受理事務
    TaxDeclaration,
    /// 雇用保険届出事務
    EmploymentInsurance,
    /// 健康保険・厚生年金保険届出事務
    HealthAndPension,
    /// 報酬、料金、契約金及び賞金の支払調書作成事務
    PayeeReport,
    /// 不動産の使用料等、譲受けの対価及びあっせん手数料の支払調書作成事務
    RealEstateReport,
    /// 配当等の支払調書作成事務
    DividendReport,
    /// 国民年金第3号被保険者届出事務
    NationalPension3,
    /// 財産形成住宅貯蓄・財産形成年金貯蓄に関する事務
    PropertySavings,
}

impl Purpose {
    pub const ALL: [Purpose; 9] = [
        Purpose::WithholdingTax,
        Purpose::TaxDeclaration,
        Purpose::EmploymentInsurance,
        Purpose::HealthAndPension,
        Purpose::PayeeReport,
        Purpose::RealEstateReport,
        Purpose::DividendReport,
        Purpose::NationalPension3,
        Purpose::PropertySavings,
    ];

    /// Those an employee's number can have. Which of them it has, [`crate::asking`] says.
    pub const OF_EMPLOYEES: [Purpose; 5] = [
        Purpose::WithholdingTax,
        Purpose::TaxDeclaration,
        Purpose::EmploymentInsurance,
        Purpose::HealthAndPension,
        Purpose::PropertySavings,
    ];
    pub const OF_DEPENDANTS: [Purpose; 4] = [
        Purpose::WithholdingTax,
        Purpose::TaxDeclaration,
        Purpose::HealthAndPension,
        Purpose::NationalPension3,
    ];
    pub const OF_PAYEES: [Purpose; 3] = [
        Purpose::PayeeReport,
        Purpose::RealEstateReport,
        Purpose::DividendReport,
    ];
    /// Where the sole proprietor's own number stands on a form as the payer's.
    pub const OF_PROPRIETORS: [Purpose; 3] = [
        Purpose::WithholdingTax,
        Purpose::PayeeReport,
        Purpose::RealEstateReport,
    ];

    /// What the number of such a person can be used for.
    pub const fn of(kind: PersonKind) -> &'static [Purpose] {
        match kind {
            PersonKind::Employee => &Self::OF_EMPLOYEES,
            PersonKind::Dependant => &Self::OF_DEPENDANTS,
            PersonKind::Payee => &Self::OF_PAYEES,
            PersonKind::Proprietor => &Self::OF_PROPRIETORS,
        }
    }

    /// Short code for files and the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Purpose::WithholdingTax => "TAX_WH",
            Purpose::TaxDeclaration => "TAX_DECL",
            Purpose::EmploymentInsurance => "EI",
            Purpose::HealthAndPension => "HI_PENSION",
            Purpose::PayeeReport => "TAX_PAYEE",
            Purpose::RealEstateReport => "TAX_RENT",
            Purpose::DividendReport => "TAX_DIV",
            Purpose::NationalPension3 => "NP3",
            Purpose::PropertySavings => "ZAIKEI",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.code() == code)
    }

    /// The wording notified to people (利用目的の通知).
    pub const fn japanese(self) -> &'static str {
        match self {
            Purpose::WithholdingTax => "給与所得・退職所得の源泉徴収票、給与支払報告書作成事務",
            Purpose::TaxDeclaration => "扶養控除等（異動）申告書等の受理事務",
            Purpose::EmploymentInsurance => "雇用保険届出事務",
            Purpose::HealthAndPension => "健康保険・厚生年金保険届出事務",
            Purpose::PayeeReport => "報酬、料金、契約金及び賞金の支払調書作成事務",
            Purpose::RealEstateReport => {
                "不動産の使用料等、譲受けの対価及びあっせん手数料の支払調書作成事務"
            }
            Purpose::DividendReport => "配当等の支払調書作成事務",
            Purpose::NationalPension3 => "国民年金第3号被保険者届出事務",
            Purpose::PropertySavings => "財産形成住宅貯蓄・財産形成年金貯蓄に関する事務",
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Purpose::WithholdingTax => "Withholding slips and salary payment reports",
            Purpose::TaxDeclaration => "Receiving declarations for deductions",
            Purpose::EmploymentInsurance => "Employment insurance filings",
            Purpose::HealthAndPension => "Health insurance and pension filings",
            Purpose::PayeeReport => "Reports on fees, remuneration and prizes paid",
            Purpose::RealEstateReport => {
                "Reports on rent, purchase prices and brokerage of real estate"
            }
            Purpose::DividendReport => "Reports on dividends paid",
            Purpose::NationalPension3 => "National pension filings for a category 3 spouse",
            Purpose::PropertySavings => "Savings for workers' property",
        }
    }
}
