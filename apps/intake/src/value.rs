//! One cell to one value, or what is wrong with it.

use crate::Problem;
use crate::words::{List, WORDS};
use mynumber::{
    CorporateNumber, Date, DateError, FilingName, FilingNameError, IndividualNumber, NumberError,
    OfficialError, PostalCode, TextError, contains_individual_number,
};
use zeroize::Zeroizing;

/// Takes off what spreadsheet programs put around text to keep it text: `="0123"`, `'0123`.
pub(crate) fn unwrap(cell: &str) -> (&str, bool) {
    let inner = cell
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .or_else(|| cell.strip_prefix('\'').filter(|rest| !rest.is_empty()));
    match inner {
        Some(inner) => (inner.trim(), true),
        None => (cell, false),
    }
}

/// `1.23457E+11`, `1.23457e11`: digits that were a number once.
pub(crate) fn is_exponent(cell: &str) -> bool {
    let Some((digits, exponent)) = cell.split_once(['E', 'e', 'Ｅ']) else {
        return false;
    };
    let exponent = exponent.trim_start_matches(['+', '＋']);
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let mantissa = |c: char| digit(c) || matches!(c, '.' | '．');
    !digits.is_empty()
        && digits.chars().all(mantissa)
        && (1..=2).contains(&exponent.chars().count())
        && exponent.chars().all(digit)
}

/// A text of the domain, with the problem that its kind of field has.
pub(crate) fn text<T>(
    cell: &str,
    new: impl Fn(&str) -> Result<T, TextError>,
    refused: Problem,
) -> Result<T, Problem> {
    if cell.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)) {
        return Err(Problem::PrivateCharacters);
    }
    new(cell).map_err(|error| match error {
        TextError::IndividualNumber => Problem::NumberInText,
        TextError::NotKatakana => Problem::KanaRefused,
        TextError::NotRomaji => Problem::RomajiRefused,
        _ => refused,
    })
}

/// 届出用氏名: only what offices' files take.
pub(crate) fn filing_name(cell: &str) -> Result<FilingName, Problem> {
    FilingName::new(cell).map_err(|error| match error {
        FilingNameError::Text(TextError::IndividualNumber) => Problem::NumberInText,
        FilingNameError::Text(_) => Problem::TextRefused,
        FilingNameError::Outside(_) => Problem::FilingNameRefused,
    })
}

/// Whether a conversion probably lost a character.
pub(crate) fn lost_characters(cell: &str) -> bool {
    cell.contains(['?', '？', '〓', '\u{fffd}'])
}

/// A date, without the time of day that databases and spreadsheets add to it.
pub(crate) fn date(cell: &str) -> Result<Date, Problem> {
    let day = match cell.rsplit_once([' ', 'T', '\u{3000}']) {
        Some((day, time)) if is_midnight(time) => day,
        _ => cell,
    };
    Date::parse(day).map_err(|error| match error {
        DateError::Form if is_serial(day) => Problem::DateByExcel,
        DateError::Form => Problem::DateForm,
        DateError::NoSuchDay => Problem::NoSuchDay,
        DateError::OutOfRange => Problem::DateOutOfRange,
        DateError::OutsideEra { .. } => Problem::DateOutsideEra,
    })
}

fn is_midnight(time: &str) -> bool {
    time.contains(':') && time.chars().all(|c| matches!(c, '0' | ':' | '.'))
}

/// Days since 1899-12-30: five digits for every day of people who live.
fn is_serial(cell: &str) -> bool {
    cell.len() == 5 && cell.bytes().all(|b| b.is_ascii_digit())
}

/// How software writes "no end": 9999-12-31 in its many forms.
pub(crate) fn is_endless(cell: &str) -> bool {
    let digits: String = cell.chars().filter(char::is_ascii_digit).take(8).collect();
    digits == "99991231" || digits == "99999999"
}

pub(crate) fn word<T>(
    cell: &str,
    list: &List,
    from_code: impl Fn(&str) -> Option<T>,
) -> Result<T, Problem> {
    list.code(cell)
        .and_then(from_code)
        .ok_or(Problem::WordUnknown)
}

pub(crate) fn postal_code(cell: &str) -> Result<PostalCode, Problem> {
    PostalCode::parse(cell).map_err(|error| match error {
        // No postal code begins with 000, so at most two zeros can be lost.
        OfficialError::Digits(5 | 6) => Problem::PostalCodeByExcel,
        _ => Problem::PostalCodeForm,
    })
}

/// 基礎年金番号 and the like, which have ten digits at least.
pub(crate) fn official<T>(
    cell: &str,
    parse: impl Fn(&str) -> Result<T, OfficialError>,
) -> Result<T, Problem> {
    if contains_individual_number(cell) {
        return Err(Problem::NumberInText);
    }
    if is_exponent(cell) {
        return Err(Problem::OfficialNumberByExcel);
    }
    parse(cell).map_err(|error| match error {
        OfficialError::Digits(7..=9) => Problem::OfficialNumberByExcel,
        _ => Problem::OfficialNumberForm,
    })
}

/// What stands in a column for individual numbers.
pub(crate) enum NumberCell {
    Number(IndividualNumber),
    /// Nothing, or a word that says there is none.
    None {
        word: bool,
    },
}

/// An individual number; 13 digits with a zero in front are one too, as in the records of
/// the tax office.
pub(crate) fn number(cell: &str) -> Result<NumberCell, Problem> {
    if cell.is_empty() {
        return Ok(NumberCell::None { word: false });
    }
    let error = match IndividualNumber::parse(cell) {
        Ok(number) => return Ok(NumberCell::Number(number)),
        Err(error) => error,
    };
    if is_exponent(cell) {
        return Err(Problem::NumberByExcel);
    }
    if WORDS.is_not_given(cell) {
        return Ok(NumberCell::None { word: true });
    }
    if is_masked(cell) {
        return Err(Problem::NumberMasked);
    }
    // A spreadsheet's `123456789018.0` has every digit, unless zeros in front are gone.
    let whole = cell
        .split_once('.')
        .filter(|(_, rest)| !rest.is_empty() && rest.bytes().all(|b| b == b'0'));
    if let Some((whole, _)) = whole {
        return number(whole);
    }
    match error {
        NumberError::CheckDigit => Err(Problem::NumberCheckDigit),
        NumberError::AllZero => Err(Problem::NumberAllZero),
        NumberError::NotDigit => Err(Problem::NumberNotDigits),
        NumberError::Length => by_length(cell),
    }
}

fn by_length(cell: &str) -> Result<NumberCell, Problem> {
    let digits = cell.chars().filter(|c| c.is_numeric()).count();
    if digits == 13 {
        let rest = cell.strip_prefix(['0', '０']);
        if let Some(Ok(number)) = rest.map(IndividualNumber::parse) {
            return Ok(NumberCell::Number(number));
        }
        if CorporateNumber::parse(cell).is_ok() {
            return Err(Problem::NumberIsCorporate);
        }
    }
    // Numbers of fewer than nine digits are some other mistake.
    if (9..IndividualNumber::DIGITS).contains(&digits) {
        let mut restored = Zeroizing::new(String::with_capacity(cell.len() + 8));
        (digits..IndividualNumber::DIGITS).for_each(|_| restored.push('0'));
        restored.push_str(cell);
        if contains_individual_number(&restored) {
            return Err(Problem::NumberLostZero);
        }
    }
    Err(Problem::NumberLength)
}

/// `************`, `●●●●`, `XXXXXXXX1234`
fn is_masked(cell: &str) -> bool {
    let mask = |c: &char| {
        matches!(
            c,
            '*' | '＊' | '●' | '■' | '•' | '・' | '×' | 'X' | 'x' | 'Ｘ'
        )
    };
    let masked = cell.chars().filter(mask).count();
    let others = cell.chars().filter(|c| !mask(c));
    masked >= 4
        && others
            .into_iter()
            .all(|c| c.is_numeric() || matches!(c, ' ' | '-' | '－'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use Problem::*;

    fn outcome(cell: &str) -> Result<Option<bool>, Problem> {
        number(cell).map(|cell| match cell {
            NumberCell::Number(_) => None,
            NumberCell::None { word } => Some(word),
        })
    }

    #[test]
    fn a_number_is_taken_or_its_damage_is_named() {
        for cell in [
            "123456789018",
            "1234-5678-9018",
            "１２３４　５６７８　９０１８",
            "0123456789018",
            "123456789018.0",
            "000000000060",
        ] {
            assert_eq!(outcome(cell), Ok(None), "{cell}");
        }
        for (cell, problem) in [
            ("1.23457E+11", NumberByExcel),
            ("１．２３Ｅ＋１１", NumberByExcel),
            ("1e11", NumberByExcel),
            ("12345678901", NumberLength),
            ("43", NumberLength),
            ("123456789012", NumberCheckDigit),
            ("000000000000", NumberAllZero),
            ("1234567890189", NumberLength),
            ("7000012050002", NumberIsCorporate),
            ("************", NumberMasked),
            ("XXXX-XXXX-9018", NumberMasked),
            ("abc", NumberNotDigits),
            ("12345678901a", NumberNotDigits),
        ] {
            assert_eq!(outcome(cell), Err(problem), "{cell}");
        }
        assert_eq!(outcome(""), Ok(Some(false)));
        for word in ["未提出", "提供しない", "－"] {
            assert_eq!(outcome(word), Ok(Some(true)), "{word}");
        }
    }

    #[test]
    fn lost_zeros_are_recognised_by_the_check_digit() {
        // The only numbers of the list that begin with a zero begin with ten of them, so
        // one with three is made here; it begins with 000 and is nobody's.
        let base = "00090000000";
        let whole = (0..10)
            .map(|c| format!("{base}{c}"))
            .find(|n| IndividualNumber::parse(n).is_ok())
            .unwrap();
        assert_eq!(outcome(&whole), Ok(None));
        assert_eq!(outcome(&whole[3..]), Err(NumberLostZero));
        assert_eq!(outcome(&format!("{}.00", &whole[3..])), Err(NumberLostZero));
    }

    #[test]
    fn a_spreadsheets_wrapping_is_taken_off() {
        assert_eq!(unwrap("=\"0012\""), ("0012", true));
        assert_eq!(unwrap("'0012"), ("0012", true));
        assert_eq!(unwrap("0012"), ("0012", false));
        assert_eq!(unwrap("'"), ("'", false));
        assert_eq!(unwrap("=A1"), ("=A1", false));
    }

    #[test]
    fn dates_lose_a_time_of_midnight_and_nothing_else() {
        for cell in [
            "1990/4/1 0:00",
            "1990-04-01T00:00:00",
            "1990/4/1 00:00:00.000",
            "H2.4.1",
        ] {
            assert_eq!(date(cell).unwrap().to_string(), "1990-04-01", "{cell}");
        }
        for (cell, problem) in [
            ("32964", DateByExcel),
            ("1990/4/1 9:00", DateForm),
            ("1990/2/30", NoSuchDay),
            ("平成31年5月1日", DateOutsideEra),
            ("1800/1/1", DateOutOfRange),
            ("4/1", DateForm),
        ] {
            assert_eq!(date(cell), Err(problem), "{cell}");
        }
        assert!(is_endless("9999/12/31") && is_endless("9999-12-31") && !is_endless("2026/12/31"));
    }
}
