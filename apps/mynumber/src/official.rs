//! Numbers and symbols that offices give: 郵便番号, 基礎年金番号, 雇用保険の番号,
//! 事業所整理記号 and what else a 届 or a 法定調書 asks of a company or an employee.
//!
//! Each is read as people write it (either width, with hyphens or without) and kept in the
//! one form in which it is filed. None of them can hold an individual number.

use crate::guard::contains_individual_number;
use crate::number::{digit, is_hyphen, is_space};
use crate::{IndividualNumber, PersonName, TextError};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Why something typed is none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfficialError {
    /// How many digits there are instead.
    #[error("it has another number of digits")]
    Digits(usize),
    #[error("it is longer than {max} characters, or empty")]
    Length { max: usize },
    #[error("there is a character that cannot stand there")]
    Character,
    #[error("it does not have its parts")]
    Form,
    #[error("the check digit does not match")]
    CheckDigit,
    #[error("it is an individual number")]
    IndividualNumber,
}

macro_rules! official {
    ($(#[$doc:meta])* $name:ident, $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn parse(typed: &str) -> Result<Self, OfficialError> {
                let parse: fn(&str) -> Result<String, OfficialError> = $parse;
                parse(typed).map(Self)
            }

            /// As it is filed.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = OfficialError;
            fn try_from(text: String) -> Result<Self, OfficialError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

official!(
    /// 郵便番号, as `100-0001`. A `〒` in front is left out.
    PostalCode, |typed| {
        let digits = digits(typed.trim_start_matches(['〒', ' ', '\u{3000}']), &[7])?;
        Ok(format!("{}-{}", &digits[..3], &digits[3..]))
    }
);
official!(
    /// 電話番号: 9 to 13 digits with hyphens, at most 15 characters
    /// (法定調書の光ディスク等: 半角15).
    Telephone, telephone
);
official!(
    /// 基礎年金番号, as `1234-567890`.
    PensionNumber, |typed| {
        let digits = digits(typed, &[10])?;
        Ok(format!("{}-{}", &digits[..4], &digits[4..]))
    }
);
official!(
    /// 雇用保険被保険者番号, as `1234-567890-1`; one given before the check digit was is
    /// written with the last place empty, `1234-567890-`.
    EmploymentInsuranceNumber, employment_insurance
);
official!(
    /// 雇用保険適用事業所番号, in the forms of [`EmploymentInsuranceNumber`].
    EmploymentInsuranceOffice, employment_insurance
);
official!(
    /// 事業所整理記号 of 年金機構, as `21-01-ｹｲﾄ`: its own code of the prefecture, 郡市区,
    /// and one to four half-width characters.
    OfficeSymbol, office_symbol
);
official!(
    /// 事業所番号 of 年金機構: up to five digits.
    OfficeNumber, |typed| digits(typed, &[1, 2, 3, 4, 5])
);
official!(
    /// 整理番号1 of the tax office, 半角10.
    TaxReference1, |typed| half_width(typed, 10)
);
official!(
    /// 整理番号2 of the tax office, 半角13.
    TaxReference2, |typed| half_width(typed, 13)
);
official!(
    /// 本支店等区分番号: which branch files, 半角5.
    BranchNumber, |typed| half_width(typed, 5)
);
official!(
    /// 指定番号: as whom a municipality knows the payer of 特別徴収. Each has its own form.
    DesignatedNumber, |typed| half_width(typed, 15)
);
official!(
    /// 市区町村コード (全国地方公共団体コード): six digits, the last of which is the check
    /// digit. Five are completed.
    MunicipalityCode, municipality
);

/// 代表者氏名 as the 届 have room for: 25 bytes, a full-width character being two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Representative(PersonName);

impl Representative {
    /// In bytes of Shift_JIS.
    pub const MAX_BYTES: usize = 25;

    pub fn new(typed: &str) -> Result<Self, TextError> {
        let name = PersonName::new(typed)?;
        if bytes_filed(typed) > Self::MAX_BYTES {
            return Err(TextError::TooLong {
                max: Self::MAX_BYTES / 2,
            });
        }
        Ok(Self(name))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for Representative {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(&text)
    }
}

impl From<Representative> for String {
    fn from(name: Representative) -> String {
        name.0.into()
    }
}

/// How many bytes a text has in an office's file: one for ASCII and half-width katakana,
/// two for anything else.
pub fn bytes_filed(text: &str) -> usize {
    let narrow = |c: char| c.is_ascii() || ('｡'..='ﾟ').contains(&c);
    text.chars().map(|c| if narrow(c) { 1 } else { 2 }).sum()
}

/// The digits of what was typed, without hyphens and blanks; one of `lengths` of them.
fn digits(typed: &str, lengths: &[usize]) -> Result<String, OfficialError> {
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let mut digits = String::with_capacity(longest);
    let mut count = 0;
    for c in typed.chars().filter(|&c| !is_space(c) && !is_hyphen(c)) {
        let value = digit(c).ok_or(OfficialError::Character)?;
        count += 1;
        if count <= longest {
            digits.push(char::from(b'0' + value));
        }
    }
    if lengths.contains(&count) {
        Ok(digits)
    } else {
        Err(OfficialError::Digits(count))
    }
}

fn employment_insurance(typed: &str) -> Result<String, OfficialError> {
    let digits = digits(typed, &[10, 11])?;
    let (first, rest) = digits.split_at(4);
    let (middle, last) = rest.split_at(6);
    Ok(format!("{first}-{middle}-{last}"))
}

fn telephone(typed: &str) -> Result<String, OfficialError> {
    const MAX: usize = 15;
    let mut number = String::with_capacity(MAX);
    for c in typed.trim_matches(is_space).chars() {
        match c {
            _ if digit(c).is_some() => number.push(char::from(b'0' + digit(c).unwrap_or(0))),
            '(' | '（' | ')' | '）' => number.push('-'),
            '+' | '＋' if number.is_empty() => number.push('+'),
            _ if is_hyphen(c) || is_space(c) => number.push('-'),
            _ => return Err(OfficialError::Character),
        }
        if number.len() > 2 * MAX {
            return Err(OfficialError::Length { max: MAX });
        }
    }
    // 03(1234)5678 and 03 - 1234 have one hyphen in each place.
    let parts: Vec<&str> = number.split('-').filter(|part| !part.is_empty()).collect();
    let number = parts.join("-");
    let count = number.bytes().filter(u8::is_ascii_digit).count();
    if number.len() > MAX {
        Err(OfficialError::Length { max: MAX })
    } else if !(9..=13).contains(&count) {
        Err(OfficialError::Digits(count))
    } else if contains_individual_number(&number) {
        Err(OfficialError::IndividualNumber)
    } else {
        Ok(number)
    }
}

/// Half-width letters, digits and hyphens, letters as capitals.
fn half_width(typed: &str, max: usize) -> Result<String, OfficialError> {
    let mut text = String::with_capacity(max);
    for c in typed.trim_matches(is_space).chars() {
        let folded = if is_hyphen(c) {
            '-'
        } else {
            let mut wide = c.nfkc();
            match (wide.next(), wide.next()) {
                (Some(c), None) if c.is_ascii_alphanumeric() => c.to_ascii_uppercase(),
                _ => return Err(OfficialError::Character),
            }
        };
        text.push(folded);
        if text.len() > max {
            return Err(OfficialError::Length { max });
        }
    }
    if text.is_empty() {
        return Err(OfficialError::Length { max });
    }
    // A reference of thirteen digits has some row of twelve with a right check digit one
    // time in five; only what is a number as a whole, or behind the zero that files of the
    // tax office put in front of one, is taken for one.
    let is_number = |text: &str| IndividualNumber::parse(text).is_ok();
    if is_number(&text) || text.strip_prefix('0').is_some_and(is_number) {
        return Err(OfficialError::IndividualNumber);
    }
    Ok(text)
}

fn office_symbol(typed: &str) -> Result<String, OfficialError> {
    const MAX_SYMBOL: usize = 4;
    let separator = |c: char| is_hyphen(c) && !matches!(c, 'ー' | 'ｰ') || is_space(c) || c == '・';
    let parts: Vec<&str> = typed.split(separator).filter(|p| !p.is_empty()).collect();
    let [prefecture, district, symbol] = parts[..] else {
        return Err(OfficialError::Form);
    };
    let (prefecture, district) = (digits(prefecture, &[2])?, digits(district, &[2])?);
    let mut half = String::new();
    for c in symbol.nfkd() {
        half.push(to_half_width(c).ok_or(OfficialError::Character)?);
    }
    if half.chars().count() > MAX_SYMBOL {
        return Err(OfficialError::Length { max: MAX_SYMBOL });
    }
    Ok(format!("{prefecture}-{district}-{half}"))
}

/// The half-width form of a character that NFKD leaves: `ア` → `ｱ`, `A` → `A`.
fn to_half_width(c: char) -> Option<char> {
    if c.is_ascii_alphanumeric() {
        return Some(c.to_ascii_uppercase());
    }
    ('ｦ'..='ﾟ').find(|half| half.nfkd().eq([c]))
}

fn municipality(typed: &str) -> Result<String, OfficialError> {
    let mut code = digits(typed, &[5, 6])?;
    let sum: u32 = code
        .bytes()
        .zip([6, 5, 4, 3, 2])
        .map(|(d, weight)| u32::from(d - b'0') * weight)
        .sum();
    let check = char::from(b'0' + ((11 - sum % 11) % 10) as u8);
    match code.chars().nth(5) {
        None => code.push(check),
        Some(last) if last == check => {}
        Some(_) => return Err(OfficialError::CheckDigit),
    }
    // 01 北海道 to 47 沖縄県.
    match code[..2].parse() {
        Ok(1..=47) => Ok(code),
        _ => Err(OfficialError::Form),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::OfficialError::*;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_postal_code_is_read_as_people_write_it() {
        for typed in [
            "060-0001",
            "0600001",
            "〒060-0001",
            "０６０－０００１",
            "060 0001",
        ] {
            assert_eq!(PostalCode::parse(typed).unwrap().as_str(), "060-0001");
        }
        assert_eq!(PostalCode::parse("600001"), Err(Digits(6)));
        assert_eq!(PostalCode::parse("06000011"), Err(Digits(8)));
        assert_eq!(PostalCode::parse("東京"), Err(Character));
        assert_eq!(PostalCode::parse(""), Err(Digits(0)));
    }

    #[test]
    fn a_telephone_number_has_one_hyphen_between_its_parts() {
        for (typed, kept) in [
            ("03-1234-5678", "03-1234-5678"),
            ("０３（１２３４）５６７８", "03-1234-5678"),
            ("03 - 1234 - 5678", "03-1234-5678"),
            ("0312345678", "0312345678"),
            ("090-1234-5678", "090-1234-5678"),
            ("+81-3-1234-5678", "+81-3-1234-5678"),
        ] {
            assert_eq!(Telephone::parse(typed).unwrap().as_str(), kept);
        }
        for (typed, error) in [
            ("03-1234", Digits(6)),
            ("", Digits(0)),
            ("内線5", Character),
            ("1234567890123456", Length { max: 15 }),
            ("1234-5678-9018", IndividualNumber),
            ("123456789018", IndividualNumber),
        ] {
            assert_eq!(Telephone::parse(typed), Err(error), "{typed}");
        }
        assert_eq!(Telephone::parse(&"-".repeat(1000)), Err(Length { max: 15 }));
    }

    #[test]
    fn insurance_numbers_have_their_groups() {
        assert_eq!(
            PensionNumber::parse("１２３４５６７８９０")
                .unwrap()
                .as_str(),
            "1234-567890"
        );
        assert_eq!(PensionNumber::parse("123456789"), Err(Digits(9)));
        for (typed, kept) in [
            ("12345678901", "1234-567890-1"),
            ("1234-567890-1", "1234-567890-1"),
            ("1234567890", "1234-567890-"),
            ("1234-567890-", "1234-567890-"),
        ] {
            assert_eq!(
                EmploymentInsuranceNumber::parse(typed).unwrap().as_str(),
                kept
            );
            assert_eq!(
                EmploymentInsuranceOffice::parse(typed).unwrap().as_str(),
                kept
            );
        }
        assert_eq!(
            EmploymentInsuranceNumber::parse("123456789018"),
            Err(Digits(12))
        );
    }

    #[test]
    fn an_office_symbol_is_kept_in_half_width() {
        for (typed, kept) in [
            ("21-01-ケイト", "21-01-ｹｲﾄ"),
            ("２１－０１－ｹｲﾄ", "21-01-ｹｲﾄ"),
            ("21 01 ガイ", "21-01-ｶﾞｲ"),
            ("21-01-ab1", "21-01-AB1"),
            ("21-01-ア", "21-01-ｱ"),
        ] {
            assert_eq!(OfficeSymbol::parse(typed).unwrap().as_str(), kept);
        }
        for (typed, error) in [
            ("", Form),
            ("21-ケイト", Form),
            ("東京-01-ケイト", Character),
            ("21-1-ケイト", Digits(1)),
            ("21-01-健保", Character),
            ("21-01-アイウエオ", Length { max: 4 }),
            ("21-01-ガギグ", Length { max: 4 }),
        ] {
            assert_eq!(OfficeSymbol::parse(typed), Err(error), "{typed}");
        }
        assert_eq!(OfficeNumber::parse("００１２３").unwrap().as_str(), "00123");
        assert_eq!(OfficeNumber::parse("123456"), Err(Digits(6)));
    }

    #[test]
    fn a_municipality_has_its_check_digit() {
        // 千代田区, 札幌市, 渋谷区 (remainder 1: the digit 0), 那覇市.
        for code in ["131016", "011002", "131130", "472018"] {
            assert_eq!(MunicipalityCode::parse(code).unwrap().as_str(), code);
            assert_eq!(MunicipalityCode::parse(&code[..5]).unwrap().as_str(), code);
        }
        assert_eq!(MunicipalityCode::parse("131017"), Err(CheckDigit));
        assert_eq!(MunicipalityCode::parse("99999"), Err(Form));
        assert_eq!(MunicipalityCode::parse("1310"), Err(Digits(4)));
    }

    #[test]
    fn references_are_half_width_within_their_bounds_and_no_individual_number() {
        assert_eq!(
            TaxReference1::parse("ａ１２－３").unwrap().as_str(),
            "A12-3"
        );
        assert_eq!(TaxReference1::parse("12345678901"), Err(Length { max: 10 }));
        assert_eq!(TaxReference1::parse(" "), Err(Length { max: 10 }));
        assert_eq!(TaxReference1::parse("番号"), Err(Character));
        assert!(TaxReference2::parse("1234567890123").is_ok());
        for number in ["123456789018", "0123456789018", "１２３４５６７８９０１８"] {
            assert_eq!(TaxReference2::parse(number), Err(IndividualNumber));
            assert_eq!(DesignatedNumber::parse(number), Err(IndividualNumber));
        }
        assert_eq!(BranchNumber::parse("000123"), Err(Length { max: 5 }));
    }

    #[test]
    fn a_representative_has_room_for_twelve_characters() {
        assert!(Representative::new("代表取締役　山田太郎").is_ok());
        assert!(Representative::new(&"山".repeat(12)).is_ok());
        assert_eq!(
            Representative::new(&"山".repeat(13)),
            Err(TextError::TooLong { max: 12 })
        );
        assert!(Representative::new("JOHN WILLIAM SMITH-JONES").is_ok());
        assert_eq!(bytes_filed("山ﾔA"), 4);
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_back_as_itself(typed in "[0-9０-９アｱガ()+ー-]{0,16}|\\PC{0,20}") {
            macro_rules! reads_back {
                ($($kind:ident),*) => {$(
                    if let Ok(kept) = $kind::parse(&typed) {
                        prop_assert_eq!($kind::parse(kept.as_str()), Ok(kept));
                    }
                )*};
            }
            reads_back!(
                PostalCode, Telephone, PensionNumber, EmploymentInsuranceNumber,
                EmploymentInsuranceOffice, OfficeSymbol, OfficeNumber, TaxReference1,
                TaxReference2, BranchNumber, DesignatedNumber, MunicipalityCode
            );
        }
    }
}
