use serde::{Deserialize, Serialize};

/// 利用目的: what a number may be used for. Closed, because the law closes it
/// (番号法9条4項); there is no free-form "other".
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
}

impl Purpose {
    pub const ALL: [Purpose; 4] = [
        Purpose::WithholdingTax,
        Purpose::TaxDeclaration,
        Purpose::EmploymentInsurance,
        Purpose::HealthAndPension,
    ];

    /// Short code for files and the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Purpose::WithholdingTax => "TAX_WH",
            Purpose::TaxDeclaration => "TAX_DECL",
            Purpose::EmploymentInsurance => "EI",
            Purpose::HealthAndPension => "HI_PENSION",
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
        }
    }

    pub const fn english(self) -> &'static str {
        match self {
            Purpose::WithholdingTax => "Withholding slips and salary payment reports",
            Purpose::TaxDeclaration => "Receiving declarations for deductions",
            Purpose::EmploymentInsurance => "Employment insurance filings",
            Purpose::HealthAndPension => "Health insurance and pension filings",
        }
    }
}
