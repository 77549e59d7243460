//! Other ways to write a number: full-width, with separators, in kanji.

/// Digits of a number that are written in kanji; longer ones are codes.
const MAX_DIGITS: usize = 16;

/// The forms of a reading that is a number; none for anything else.
pub(crate) fn forms(reading: &str) -> Vec<String> {
    let is_number = !reading.is_empty() && reading.chars().all(|c| c.is_ascii_digit());
    if !is_number {
        return Vec::new();
    }
    let mut forms = vec![reading.to_owned(), crate::kana::full_width(reading)];
    let is_code = reading.len() > MAX_DIGITS || reading.starts_with('0');
    if let Some(number) = reading.parse().ok().filter(|_| !is_code) {
        forms.push(separated(reading));
        forms.push(kanji(number));
    }
    forms
}

/// 1234567 as 1,234,567.
fn separated(digits: &str) -> String {
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// 12034 as 一万二千三十四.
fn kanji(number: u64) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    const TENS: [&str; 4] = ["", "十", "百", "千"];
    const MYRIADS: [&str; 5] = ["", "万", "億", "兆", "京"];
    let mut out = String::new();
    let mut rest = number;
    for myriad in MYRIADS {
        let group = rest % 10_000;
        rest /= 10_000;
        if group == 0 {
            continue;
        }
        let mut part = String::new();
        for (place, unit) in TENS.iter().enumerate().rev() {
            let digit = (group / 10_u64.pow(place as u32) % 10) as usize;
            match (digit, place) {
                (0, _) => {}
                (1, 1..) if place != 3 || myriad.is_empty() => part.push_str(unit),
                _ => {
                    part.push_str(DIGITS[digit]);
                    part.push_str(unit);
                }
            }
        }
        out = format!("{part}{myriad}{out}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_forms() {
        assert_eq!(
            forms("12034"),
            ["12034", "１２０３４", "12,034", "一万二千三十四"]
        );
        assert_eq!(forms("007"), ["007", "００７"]);
        assert!(forms("7ばん").is_empty() && forms("").is_empty());
    }

    #[test]
    fn kanji_numbers_say_one_only_where_people_do() {
        for (number, text) in [
            (10, "十"),
            (110, "百十"),
            (1_000, "千"),
            (10_000, "一万"),
            (11_000_000, "一千百万"),
            (100_000_000, "一億"),
        ] {
            assert_eq!(kanji(number), text);
        }
    }
}
