use crate::number::{digit, is_hyphen, is_space};
use serde::{Deserialize, Serialize};

/// 法人番号: 13 digits, the first of which is the check digit
/// (法人番号の指定等に関する省令2条). Public, so it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CorporateNumber(String);

/// Why something typed is not a corporate number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorporateNumberError {
    #[error("a corporate number has exactly 13 digits")]
    Length,
    #[error("there is a character that is no digit")]
    NotDigit,
    #[error("the check digit does not match")]
    CheckDigit,
}

impl CorporateNumber {
    /// Reads 13 digits, ASCII or full-width; spaces and hyphens are skipped.
    pub fn parse(typed: &str) -> Result<Self, CorporateNumberError> {
        let mut digits = String::with_capacity(13);
        for c in typed.chars().filter(|&c| !is_space(c) && !is_hyphen(c)) {
            let d = digit(c).ok_or(CorporateNumberError::NotDigit)?;
            if digits.len() == 13 {
                return Err(CorporateNumberError::Length);
            }
            digits.push(char::from(b'0' + d));
        }
        if digits.len() != 13 {
            return Err(CorporateNumberError::Length);
        }
        if check_digit(&digits.as_bytes()[1..]) != digits.as_bytes()[0] - b'0' {
            return Err(CorporateNumberError::CheckDigit);
        }
        Ok(Self(digits))
    }

    /// The 13 ASCII digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 9 − (Σ digit · weight mod 9), weights 2 1 2 1 … from the left; so 1 to 9, never 0.
fn check_digit(base: &[u8]) -> u8 {
    let sum: u32 = base
        .iter()
        .enumerate()
        .map(|(i, &d)| u32::from(d - b'0') * if i % 2 == 0 { 2 } else { 1 })
        .sum();
    9 - (sum % 9) as u8
}

impl TryFrom<String> for CorporateNumber {
    type Error = CorporateNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<CorporateNumber> for String {
    fn from(number: CorporateNumber) -> Self {
        number.0
    }
}

impl std::fmt::Display for CorporateNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_check_digits_are_accepted() {
        for number in [
            "7000012050002",
            "7180001038040",
            "7123456789012",
            "9000000000009",
            "9999999999999",
            "8000000000001",
            "７００００１２０５０００２",
            "7-0000-1205-0002",
        ] {
            assert!(CorporateNumber::parse(number).is_ok(), "{number}");
        }
    }

    #[test]
    fn what_is_no_corporate_number_is_refused_with_its_reason() {
        use CorporateNumberError::*;
        for (typed, reason) in [
            ("", Length),
            ("123456789018", Length),
            ("70000120500022", Length),
            ("0123456789018", CheckDigit),
            ("6000012050002", CheckDigit),
            ("700001205000x", NotDigit),
        ] {
            assert_eq!(CorporateNumber::parse(typed), Err(reason), "{typed}");
        }
    }
}
