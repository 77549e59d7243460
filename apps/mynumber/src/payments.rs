//! 支払区分: what payees are paid for and from which amount on that is reported. The list
//! is data (`data/payments.toml`), because amounts and kinds change by law.

use crate::{Date, Purpose};
use serde::{Deserialize, Deserializer};
use std::sync::LazyLock;

/// The list as it ships.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    pub version: u32,
    /// The day on which a person compared it with the law.
    pub checked_on: Date,
    #[serde(rename = "payment")]
    pub all: Vec<Payment>,
}

/// One 支払区分.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Stored and sent; never reused.
    pub id: String,
    pub ja: String,
    pub en: String,
    /// Where the law names it.
    pub item: String,
    #[serde(deserialize_with = "purpose")]
    pub purpose: Purpose,
    /// The report's code in 国税庁's 光ディスク等 list.
    pub form: Option<String>,
    /// Reported when more than this is paid; in yen, without a consumption tax that is
    /// stated apart.
    pub threshold_yen: u64,
    pub counted: Counted,
    /// Whether a payment to a corporation is reported.
    pub corporate: bool,
    pub payers: Payers,
    /// The legal basis of report and amount.
    pub basis: String,
    pub source: String,
}

/// What is compared with the threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All that one payee is paid in a calendar year.
    Year,
    /// The largest single payment.
    Payment,
}

/// Who has to report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payers {
    Any,
    /// Corporations, and sole proprietors who deal in real estate (所得税法施行令352条).
    Dealer,
}

static PAYMENTS: LazyLock<Payments> = LazyLock::new(|| {
    toml::from_str(include_str!("../data/payments.toml"))
        .expect("the list is part of the program and a test reads it")
});

impl Payments {
    pub fn current() -> &'static Self {
        &PAYMENTS
    }

    pub fn find(&self, id: &str) -> Option<&Payment> {
        self.all.iter().find(|p| p.id == id)
    }
}

fn purpose<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Purpose, D::Error> {
    let code = String::deserialize(deserializer)?;
    Purpose::from_code(&code)
        .filter(|p| Purpose::OF_PAYEES.contains(p))
        .ok_or_else(|| serde::de::Error::custom(format!("`{code}` is no purpose of payees")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_stands_once_with_its_basis_and_source() {
        let list = Payments::current();
        let ids: BTreeSet<_> = list.all.iter().map(|p| &p.id).collect();
        assert_eq!(ids.len(), list.all.len());
        for p in &list.all {
            assert!(p.item.contains("所得税法"), "{}", p.id);
            assert!(p.basis.contains("条") && !p.source.is_empty(), "{}", p.id);
            assert!(!p.ja.is_ascii() && p.en.is_ascii(), "{}", p.id);
        }
    }

    #[test]
    fn every_item_of_article_204_has_a_kind() {
        let list = Payments::current();
        for item in 1..=8 {
            let name = format!("所得税法204条1項{item}号");
            assert!(list.all.iter().any(|p| p.item == name), "{name}");
        }
    }

    #[test]
    fn the_amounts_are_those_of_the_tax_office() {
        for (id, yen) in [
            ("manuscript", 50_000),
            ("professional", 50_000),
            ("medical", 500_000),
            ("sales_agent", 500_000),
            ("hostess", 500_000),
            ("prize", 500_000),
            ("horse_prize", 750_000),
            ("rent", 150_000),
            ("purchase", 1_000_000),
        ] {
            let found = Payments::current().find(id).map(|p| p.threshold_yen);
            assert_eq!(found, Some(yen), "{id}");
        }
        assert!(Payments::current().find("wages").is_none());
    }
}
