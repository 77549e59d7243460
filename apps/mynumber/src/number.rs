use crate::Purpose;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, Zeroizing};

/// 個人番号: 12 digits whose last is the check digit (番号法2条5項, 番号法施行令8条).
///
/// Wiped when dropped. It lies on the heap so that moving the value leaves no copies
/// behind on the stack. Compare with [`ConstantTimeEq`]; there is no `PartialEq`, no
/// `Clone`, no `Display` and no serialisation.
pub struct IndividualNumber(Box<[u8; IndividualNumber::DIGITS]>);

/// Why something typed is not an individual number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("an individual number has exactly 12 digits")]
    Length,
    #[error("there is a character that is no digit")]
    NotDigit,
    #[error("the check digit does not match")]
    CheckDigit,
    #[error("twelve zeros are no individual number")]
    AllZero,
}

impl IndividualNumber {
    /// How many digits a number has.
    pub const DIGITS: usize = 12;

    /// Reads a number as people type it: ASCII or full-width digits, a single space or
    /// hyphen between groups, spaces around it. Anything else is refused.
    pub fn parse(typed: &str) -> Result<Self, NumberError> {
        let mut number = Self(Box::new([0; Self::DIGITS]));
        let mut found = 0;
        let mut separated = false;
        for c in typed.trim_matches(is_space).chars() {
            if let Some(digit) = digit(c) {
                if found == Self::DIGITS {
                    return Err(NumberError::Length);
                }
                number.0[found] = b'0' + digit;
                found += 1;
                separated = false;
            } else if (is_space(c) || is_hyphen(c)) && found > 0 && !separated {
                separated = true;
            } else {
                return Err(NumberError::NotDigit);
            }
        }
        if separated {
            return Err(NumberError::NotDigit);
        }
        if found != Self::DIGITS {
            return Err(NumberError::Length);
        }
        number.checked()
    }

    /// The digits, for one purpose of use (利用目的, 番号法9条). The caller has
    /// recorded the purpose in the ledger before.
    pub fn digits_for(&self, _purpose: Purpose) -> Zeroizing<String> {
        let mut digits = Zeroizing::new(String::with_capacity(Self::DIGITS));
        digits.extend(self.0.iter().map(|&b| char::from(b)));
        digits
    }

    /// The bytes that encryption at rest takes: 12 ASCII digits. For nothing else.
    pub fn seal_bytes(&self) -> &[u8; Self::DIGITS] {
        &self.0
    }

    /// The number from what [`Self::seal_bytes`] gave, after decryption.
    pub fn from_sealed(bytes: &[u8]) -> Result<Self, NumberError> {
        if bytes.len() != Self::DIGITS {
            return Err(NumberError::Length);
        }
        if !bytes.iter().all(u8::is_ascii_digit) {
            return Err(NumberError::NotDigit);
        }
        let mut number = Self(Box::new([0; Self::DIGITS]));
        number.0.copy_from_slice(bytes);
        number.checked()
    }

    fn checked(self) -> Result<Self, NumberError> {
        if self.0.iter().all(|&b| b == b'0') {
            Err(NumberError::AllZero)
        } else if check_digit(&self.0) != self.0[11] - b'0' {
            Err(NumberError::CheckDigit)
        } else {
            Ok(self)
        }
    }
}

/// The check digit of the 11 leading ASCII digits: 番号法施行令8条, 平成26年総務省令85号5条.
/// The weights from left to right are 6 5 4 3 2 7 6 5 4 3 2.
pub(crate) fn check_digit(digits: &[u8; 12]) -> u8 {
    const WEIGHTS: [u32; 11] = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(&d, w)| u32::from(d - b'0') * w)
        .sum();
    match sum % 11 {
        0 | 1 => 0,
        rest => 11 - rest as u8,
    }
}

pub(crate) fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => Some((c as u32 - '０' as u32) as u8),
        _ => None,
    }
}

pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{3000}')
}

/// Hyphens as keyboards and input methods produce them, the long vowel mark included:
/// it is what the minus key gives while kana input is on.
pub(crate) fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '‐' | '\u{2011}' | '–' | '—' | '−' | '－' | 'ー' | 'ｰ'
    )
}

impl ConstantTimeEq for IndividualNumber {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.as_slice().ct_eq(other.0.as_slice())
    }
}

impl Drop for IndividualNumber {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for IndividualNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IndividualNumber(…)")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers that are obviously synthetic; every one passes the check.
    const ALLOWED: [&str; 14] = [
        "123456789018",
        "987654321093",
        "983205673214",
        "111111111118",
        "222222222225",
        "333333333332",
        "444444444440",
        "555555555557",
        "666666666664",
        "777777777771",
        "888888888889",
        "999999999996",
        "000000000060",
        "900000000010",
    ];

    fn digits(number: &IndividualNumber) -> String {
        number.digits_for(Purpose::WithholdingTax).to_string()
    }

    #[test]
    fn every_synthetic_number_of_the_allow_list_is_accepted() {
        for number in ALLOWED {
            assert_eq!(digits(&IndividualNumber::parse(number).unwrap()), number);
        }
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        for typed in [
            "1234-5678-9018",
            "1234 5678 9018",
            " 123456789018 ",
            "１２３４５６７８９０１８",
            "１２３４－５６７８－９０１８",
            "１２３４ー５６７８ー９０１８",
            "１２３４　５６７８　９０１８",
            "\u{3000}123456789018",
        ] {
            let number = IndividualNumber::parse(typed).unwrap();
            assert_eq!(digits(&number), "123456789018", "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_with_its_reason() {
        use NumberError::*;
        for (typed, reason) in [
            ("", Length),
            ("12345678901", Length),
            ("1234567890180", Length),
            ("123456789012", CheckDigit),
            ("000000000000", AllZero),
            ("12345678901a", NotDigit),
            ("1.23457E+11", NotDigit),
            ("-123456789018", NotDigit),
            ("123456789018-", NotDigit),
            ("1234--56789018", NotDigit),
            ("1234\u{200b}56789018", NotDigit),
            ("١٢٣٤٥٦٧٨٩٠١٨", NotDigit),
            ("123456789018\n", NotDigit),
        ] {
            assert_eq!(
                IndividualNumber::parse(typed).err(),
                Some(reason),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn debug_shows_no_digit() {
        let number = IndividualNumber::parse("123456789018").unwrap();
        assert!(!format!("{number:?}").contains(|c: char| c.is_ascii_digit()));
    }

    #[test]
    fn equal_numbers_are_equal_and_others_are_not() {
        let a = IndividualNumber::parse("123456789018").unwrap();
        let b = IndividualNumber::parse("１２３４５６７８９０１８").unwrap();
        let c = IndividualNumber::parse("987654321093").unwrap();
        assert!(bool::from(a.ct_eq(&b)));
        assert!(!bool::from(a.ct_eq(&c)));
    }

    proptest! {
        #[test]
        fn exactly_one_check_digit_fits_eleven_digits(base in 1u64..100_000_000_000) {
            let fitting: Vec<_> = (0..10)
                .filter(|c| IndividualNumber::parse(&format!("{base:011}{c}")).is_ok())
                .collect();
            prop_assert_eq!(fitting.len(), 1);
        }

        #[test]
        fn sealed_bytes_give_the_number_back(base in 1u64..100_000_000_000) {
            let number = (0..10)
                .find_map(|c| IndividualNumber::parse(&format!("{base:011}{c}")).ok())
                .unwrap();
            let again = IndividualNumber::from_sealed(number.seal_bytes()).unwrap();
            prop_assert!(bool::from(number.ct_eq(&again)));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
            let _ = IndividualNumber::parse(&text);
        }
    }
}
