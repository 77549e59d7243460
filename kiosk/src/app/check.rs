//! What the kiosk can say about a field before the keeper is asked. The keeper checks
//! everything again; these are hints and early errors, made by the same `mynumber`.

use super::field::{Kind, TextField};
use super::words::both;
use super::{Look, Tone, address};
use codes::{ErrorCode, Language};
use mynumber::passphrase::{self, Hint, PassphraseError};
use mynumber::{CorporateNumber, Date, DateError, Era, IndividualNumber, NumberError};

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
        Kind::Postal => (text.len() != address::DIGITS).then_some(ErrorCode::PostalCodeInvalid),
        Kind::Date => Date::parse(text).err().map(date_error),
        Kind::Reading => (!kkc::kana::is_reading(text)).then_some(ErrorCode::WordReadingInvalid),
        Kind::Katakana | Kind::HalfKatakana => mynumber::Kana::new(text)
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

fn date_error(error: DateError) -> ErrorCode {
    match error {
        DateError::Form | DateError::NoSuchDay => ErrorCode::DateInvalid,
        DateError::OutOfRange => ErrorCode::DateOutOfRange,
        DateError::OutsideEra { .. } => ErrorCode::DateOutsideEra,
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

/// What stands below a wrong field: the code and what happened.
pub fn error_line(code: ErrorCode, language: Language) -> String {
    format!("[{}] {}", code.code(), code.what(language))
}

/// The same for a field with text, where more can be said from it.
pub fn error_text(code: ErrorCode, field: &TextField, language: Language) -> String {
    match (code, Date::parse(field.text())) {
        (ErrorCode::DateOutsideEra, Err(DateError::OutsideEra { era, day })) => {
            format!("[{}] {}", code.code(), era_sentence(era, day, language))
        }
        _ => error_line(code, language),
    }
}

/// When the era began or ended, and what the day is called that was meant.
fn era_sentence(era: Era, day: Date, language: Language) -> String {
    let before = day < era.begins();
    let edge = if before {
        Some(era.begins())
    } else {
        era.ends()
    };
    let gregorian = |date: Date| format!("{}年{}月{}日", date.year(), date.month(), date.day());
    match (language, edge) {
        (Language::Japanese, Some(edge)) => format!(
            "{}は{}{}（{}）",
            era.name(),
            gregorian(edge),
            if before { "から" } else { "まで" },
            day.japanese()
        ),
        (Language::English, Some(edge)) => format!(
            "{} {} on {edge}; this day is {}",
            era.english(),
            if before { "began" } else { "ended" },
            era_day(day)
        ),
        // The era that goes on has no end: only the calendar's.
        (_, None) => day.to_string(),
    }
}

/// `R1.5.1`
fn era_day(day: Date) -> String {
    match day.era() {
        Some((era, year)) => format!("{}{year}.{}.{}", era.letter(), day.month(), day.day()),
        None => day.to_string(),
    }
}

/// What is shown under a field while it is typed, and whether it is a verdict.
pub fn hint(kind: Kind, text: &str, look: &Look) -> (Tone, String) {
    match kind {
        Kind::Number | Kind::Corporate => number_hint(kind, text, look),
        Kind::Postal => postal_hint(text, look),
        Kind::Date => date_hint(text, look),
        _ => (Tone::Info, String::new()),
    }
}

fn number_hint(kind: Kind, text: &str, look: &Look) -> (Tone, String) {
    let (typed, full) = (text.len(), kind.limit());
    if typed < full {
        let missing = full - typed;
        let words = match (look.language, typed) {
            (Language::Japanese, 0) => format!("数字{full}桁"),
            (Language::English, 0) => format!("{full} digits"),
            (Language::Japanese, _) => format!("あと{missing}桁"),
            (Language::English, _) if missing == 1 => "1 more digit".into(),
            (Language::English, _) => format!("{missing} more digits"),
        };
        return (Tone::Info, words);
    }
    match problem(kind, text) {
        None => (
            Tone::Good,
            look.say("✓ 検査用数字は合っています", "✓ The check digit matches"),
        ),
        Some(ErrorCode::NumberAllZero) => (
            Tone::Bad,
            ErrorCode::NumberAllZero.what(look.language).to_owned(),
        ),
        Some(_) => (
            Tone::Bad,
            look.say("検査用数字が合いません", "The check digit does not match"),
        ),
    }
}

fn postal_hint(code: &str, look: &Look) -> (Tone, String) {
    let Some(codes) = look.shared.postal_codes.as_deref() else {
        return (Tone::Info, String::new());
    };
    if code.len() < address::DIGITS {
        return (Tone::Info, look.say("住所に入ります", "Fills the address"));
    }
    match address::places(code, codes).as_slice() {
        [] => (
            Tone::Warning,
            look.say("一覧にない番号です", "Not on the list"),
        ),
        [only] => (Tone::Good, only.clone()),
        several => (
            Tone::Good,
            match look.language {
                Language::Japanese => format!("{}件の候補", several.len()),
                Language::English => format!("{} places", several.len()),
            },
        ),
    }
}

fn date_hint(text: &str, look: &Look) -> (Tone, String) {
    match Date::parse(text) {
        Ok(date) => (
            Tone::Good,
            match look.language {
                Language::Japanese => format!(
                    "{}／{}年{}月{}日",
                    date.japanese(),
                    date.year(),
                    date.month(),
                    date.day()
                ),
                Language::English => format!("{date} / {}", era_day(date)),
            },
        ),
        Err(_) => (
            Tone::Info,
            look.say(
                "例：R8.4.1、2026/4/1、20260401",
                "For example R8.4.1, 2026/4/1 or 20260401",
            ),
        ),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn said(typed: &str, language: Language) -> String {
        let field = TextField::with(Kind::Date, typed);
        let code = problem(Kind::Date, typed).expect("wrong");
        error_text(code, &field, language)
    }

    #[test]
    fn a_day_outside_its_era_is_refused_with_the_edge_and_its_right_name() {
        for (typed, sentence) in [
            (
                "平成31年5月1日",
                "[E-290] 平成は2019年4月30日まで（令和元年5月1日）",
            ),
            (
                "R1.4.30",
                "[E-290] 令和は2019年5月1日から（平成31年4月30日）",
            ),
            (
                "S64.1.8",
                "[E-290] 昭和は1989年1月7日まで（平成元年1月8日）",
            ),
            ("H1.1.7", "[E-290] 平成は1989年1月8日から（昭和64年1月7日）"),
            (
                "T15.12.25",
                "[E-290] 大正は1926年12月24日まで（昭和元年12月25日）",
            ),
            (
                "M45.7.30",
                "[E-290] 明治は1912年7月29日まで（大正元年7月30日）",
            ),
        ] {
            assert_eq!(said(typed, Language::Japanese), sentence, "{typed}");
        }
        assert_eq!(
            said("H31.5.1", Language::English),
            "[E-290] Heisei ended on 2019-04-30; this day is R1.5.1"
        );
    }

    #[test]
    fn a_postal_code_has_seven_digits() {
        assert_eq!(problem(Kind::Postal, ""), None);
        assert_eq!(problem(Kind::Postal, "1000013"), None);
        assert_eq!(
            problem(Kind::Postal, "100001"),
            Some(ErrorCode::PostalCodeInvalid)
        );
    }
}
