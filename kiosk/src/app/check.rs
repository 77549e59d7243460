//! What the kiosk can say about a field before the keeper is asked. The keeper checks
//! everything again; these are hints and early errors, made by the same `mynumber`.

use super::field::Kind;
use super::words::both;
use codes::{ErrorCode, Language};
use mynumber::passphrase::{self, Hint, PassphraseError};
use mynumber::{CorporateNumber, Date, IndividualNumber, NumberError};

/// What is wrong with a filled field by itself.
pub fn problem(kind: Kind, text: &str) -> Option<ErrorCode> {
    if text.is_empty() {
        return None;
    }
    match kind {
        Kind::Number => IndividualNumber::parse(text).err().map(number_error),
        Kind::Corporate => CorporateNumber::parse(text)
            .err()
            .map(|_| ErrorCode::CorporateNumberInvalid),
        Kind::Date => Date::parse(text).err().map(|_| ErrorCode::DateInvalid),
        Kind::Katakana => mynumber::Kana::new(text)
            .err()
            .map(|_| ErrorCode::KanaInvalid),
        Kind::Ascii if mynumber::contains_individual_number(text) => {
            Some(ErrorCode::EmployeeNoIsNumber)
        }
        _ => None,
    }
}

fn number_error(error: NumberError) -> ErrorCode {
    match error {
        NumberError::CheckDigit => ErrorCode::NumberCheckDigit,
        NumberError::AllZero => ErrorCode::NumberAllZero,
        _ => ErrorCode::NumberLength,
    }
}

/// What is wrong with a new passphrase.
pub fn passphrase_problem(text: &str) -> Option<ErrorCode> {
    passphrase::check(text).err().map(|e| match e {
        PassphraseError::TooLong => ErrorCode::FieldTooLong,
        PassphraseError::Characters => ErrorCode::PassphraseCharacters,
        PassphraseError::TooShort | PassphraseError::Guessable => ErrorCode::PassphraseTooWeak,
    })
}

/// What is shown under a field while it is typed.
pub fn hint(kind: Kind, text: &str, language: Language) -> String {
    let say = |ja, en| both(ja, en).get(language).to_owned();
    match kind {
        Kind::Number | Kind::Corporate => {
            let (typed, full) = (text.len(), kind.limit());
            if typed == 0 {
                match language {
                    Language::Japanese => format!("数字{full}桁"),
                    Language::English => format!("{full} digits"),
                }
            } else if typed < full {
                match language {
                    Language::Japanese => format!("あと{}桁", full - typed),
                    Language::English => format!("{} more digits", full - typed),
                }
            } else if problem(kind, text).is_none() {
                say("検査用数字は合っています", "The check digit matches")
            } else {
                say("検査用数字が合いません", "The check digit does not match")
            }
        }
        Kind::Date => match Date::parse(text) {
            Ok(date) => match language {
                Language::Japanese => format!("{}（{date}）", date.japanese()),
                Language::English => date.to_string(),
            },
            Err(_) => say("例：1990-04-01、H2.4.1", "For example 1990-04-01 or H2.4.1"),
        },
        _ => String::new(),
    }
}

/// Score 0–4 of a new passphrase and what would make it better.
pub fn strength(text: &str, language: Language) -> (u8, String) {
    let strength = passphrase::estimate(text);
    let score = [
        both("とても弱い", "Very weak"),
        both("弱い", "Weak"),
        both("ふつう", "Fair"),
        both("強い", "Strong"),
        both("とても強い", "Very strong"),
    ][usize::from(strength.score.min(4))]
    .get(language);
    let advice = strength.hint.map(|hint| {
        match hint {
            Hint::Longer => both("もっと長くしてください", "make it longer"),
            Hint::CommonWord => both("よく使われる語があります", "it has a common word"),
            Hint::Repeats => both("同じ文字が続いています", "it repeats a character"),
            Hint::Sequence => both("並び順の文字があります", "it follows a sequence"),
            Hint::Year => both("年のような数字があります", "it has a year"),
        }
        .get(language)
    });
    let text = match (language, advice) {
        (Language::Japanese, Some(advice)) => format!("強さ：{score}（{advice}）"),
        (Language::Japanese, None) => format!("強さ：{score}"),
        (Language::English, Some(advice)) => format!("Strength: {score} ({advice})"),
        (Language::English, None) => format!("Strength: {score}"),
    };
    (strength.score.min(4), text)
}
