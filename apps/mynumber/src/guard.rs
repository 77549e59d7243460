//! Finds an individual number in free text, so that it reaches neither a name nor the
//! ledger (ガイドライン別添1 C-c).

use crate::number::{check_digit, is_hyphen, is_space};
use std::ops::Range;
use zeroize::Zeroizing;

/// Whether free text holds something that passes as an individual number; see
/// [`mask_individual_numbers`] for what does.
pub fn contains_individual_number(text: &str) -> bool {
    // Without twelve characters there are no twelve digits.
    text.chars().nth(11).is_some() && !found(text).is_empty()
}

/// The text with `*` in place of every digit of what passes as an individual number: for
/// names that nobody typed here (a file's, a USB device's), which must not stop what they
/// belong to from being recorded.
///
/// What passes, always with a right check digit and not all zeros:
/// - twelve digits in a row, in groups with separators between (`1234-5678-9018`) or not;
/// - the same after one leading zero, the form of 法定調書's files;
/// - three groups of four digits, or one of twelve, among other groups;
/// - any twelve digits within a row of thirteen or more without separators.
///
/// What does not, because ordinary texts hold it: a corporate number (法人番号, 13 digits,
/// public), a date with a time (`2026-11-22 01:35` has twelve digits), telephone numbers
/// beside each other.
///
/// Digits are those of ASCII, full width, Arabic, mathematical alphabets, circles and
/// kanji; letters beside them change nothing.
pub fn mask_individual_numbers(text: &str) -> String {
    let ranges = found(text);
    let hidden = |at: usize| ranges.iter().any(|r| r.contains(&at));
    text.char_indices()
        .map(|(at, c)| match value(c) {
            Some(_) if hidden(at) => '*',
            _ => c,
        })
        .collect()
}

/// Digits that belong together: several groups with at most [`MAX_GAP`] separators between.
#[derive(Default)]
struct Run {
    digits: Zeroizing<Vec<u8>>,
    /// Where each digit stands in the text.
    places: Vec<Range<usize>>,
    /// Where each group begins, counted in digits.
    groups: Vec<usize>,
}

/// Separators between two groups, as in `1234 - 5678`.
const MAX_GAP: usize = 3;

/// The parts of the text that hold a number.
fn found(text: &str) -> Vec<Range<usize>> {
    let mut hits = Vec::new();
    let mut run = Run::default();
    let mut gap = usize::MAX;
    for (at, c) in text.char_indices() {
        if let Some(digit) = value(c) {
            if gap > MAX_GAP {
                run.end(&mut hits);
            }
            if gap > 0 {
                run.groups.push(run.digits.len());
            }
            run.digits.push(digit);
            run.places.push(at..at + c.len_utf8());
            gap = 0;
        } else if is_separator(c) {
            gap = gap.saturating_add(1);
        } else {
            gap = usize::MAX;
        }
    }
    run.end(&mut hits);
    hits
}

impl Run {
    /// Judges the run and begins a new one.
    fn end(&mut self, hits: &mut Vec<Range<usize>>) {
        for digits in self.suspects() {
            if passes(&self.digits[digits.clone()]) {
                hits.push(self.places[digits.start].start..self.places[digits.end - 1].end);
            }
        }
        *self = Self::default();
    }

    /// Every twelve digits to be looked at, counted in digits.
    fn suspects(&self) -> Vec<Range<usize>> {
        let total = self.digits.len();
        if total < 12 {
            return Vec::new();
        }
        let groups: Vec<Range<usize>> = (self.groups.iter().copied())
            .zip(self.groups.iter().copied().skip(1).chain([total]))
            .map(|(start, end)| start..end)
            .collect();
        let lengths: Vec<usize> = groups.iter().map(Range::len).collect();
        let mut suspects = Vec::new();
        if !lengths.starts_with(&[4, 2, 2]) {
            match total {
                12 => suspects.push(0..12),
                13 if self.digits[0] == 0 => suspects.push(1..13),
                _ => {}
            }
        }
        for three in groups.windows(3) {
            if three.iter().all(|g| g.len() == 4) {
                suspects.push(three[0].start..three[2].end);
            }
        }
        for group in groups {
            if !is_corporate_number(&self.digits[group.clone()]) {
                let last = group.end.saturating_sub(11);
                suspects.extend((group.start..last).map(|at| at..at + 12));
            }
        }
        suspects
    }
}

fn passes(digits: &[u8]) -> bool {
    let mut ascii = Zeroizing::new([b'0'; 12]);
    for (to, digit) in ascii.iter_mut().zip(digits) {
        *to += digit;
    }
    digits.len() == 12 && digits.iter().any(|&d| d != 0) && check_digit(&ascii) == digits[11]
}

fn is_corporate_number(digits: &[u8]) -> bool {
    let typed: String = digits.iter().map(|d| char::from(b'0' + d)).collect();
    crate::CorporateNumber::parse(&Zeroizing::new(typed)).is_ok()
}

fn is_separator(c: char) -> bool {
    is_space(c)
        || is_hyphen(c)
        || matches!(
            c,
            '.' | ','
                | '/'
                | '_'
                | ':'
                | '\u{00a0}'
                | '\t'
                | '·'
                | '・'
                | '･'
                | '．'
                | '，'
                | '／'
                | '＿'
                | '：'
                | '、'
                | '~'
                | '～'
                | '〜'
                | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

/// The value of a character that people read as a digit.
fn value(c: char) -> Option<u8> {
    let from = |zero: u32| Some(((c as u32 - zero) % 10) as u8);
    match c {
        '0'..='9' => from('0' as u32),
        '０'..='９' => from('０' as u32),
        '\u{0660}'..='\u{0669}' => from(0x0660),
        '\u{06f0}'..='\u{06f9}' => from(0x06f0),
        // Five alphabets of ten digits each.
        '\u{1d7ce}'..='\u{1d7ff}' => from(0x1d7ce),
        '⓪' | '〇' | '零' => Some(0),
        '①'..='⑨' => from('①' as u32 - 1),
        _ => "一二三四五六七八九"
            .chars()
            .zip(1..)
            .find_map(|(kanji, digit)| (kanji == c).then_some(digit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_hidden_in_text_is_found() {
        for text in [
            "123456789018",
            "山田123456789018",
            "山田 1234-5678-9018 太郎",
            "番号１２３４５６７８９０１８です",
            "No123456789018",
            "123456789018a",
            "1234.5678.9018",
            "1234 - 5678 - 9018",
            "1234\u{200b}5678\u{200b}9018",
            "123/456/789/018",
            "1 2 3 4 5 6 7 8 9 0 1 8",
            "0123456789018",
            "0001123456789018",
            "0001 1234-5678-9018",
            "0001 123456789018 77",
            "一二三四五六七八九〇一八",
            "①②③④⑤⑥⑦⑧⑨⓪①⑧",
            "١٢٣٤٥٦٧٨٩٠١٨",
            "𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗𝟎𝟏𝟖",
            "employees_123456789018.csv",
        ] {
            assert!(contains_individual_number(text), "{text}");
            let masked = mask_individual_numbers(text);
            assert!(!contains_individual_number(&masked), "{masked}");
        }
    }

    #[test]
    fn other_digits_in_text_are_left_alone() {
        for text in [
            "",
            "123456789012",
            "0312345678",
            "090-1234-5678",
            "03-1234-5678 090-1234-5678",
            "000000000000",
            "東京都千代田区丸の内１－１－１",
            "株式会社サンプル 7000012050002",
            "2026-11-22 01:35",
            "2026-01-01〜2026-12-31",
            "OptiPlex 3080",
            "一番 二郎 三丁目",
        ] {
            assert!(!contains_individual_number(text), "{text}");
            assert_eq!(mask_individual_numbers(text), text);
        }
    }

    #[test]
    fn a_date_with_a_time_is_no_number_whatever_its_check_digit() {
        for minute in 0..60 {
            for text in [
                format!("2026-11-22 01:{minute:02}"),
                format!("2026/11/22 01{minute:02}"),
            ] {
                assert!(!contains_individual_number(&text), "{text}");
            }
        }
    }

    #[test]
    fn only_the_digits_of_the_number_are_masked() {
        assert_eq!(
            mask_individual_numbers("list 12 (1234-5678-9018) 2026"),
            "list 12 (****-****-****) 2026"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_guard_panic_and_masking_is_enough(text in "[0-9０-９一二 -]{0,60}|\\PC{0,60}") {
            let masked = mask_individual_numbers(&text);
            prop_assert!(!contains_individual_number(&masked));
            prop_assert_eq!(masked.chars().count(), text.chars().count());
        }
    }
}
