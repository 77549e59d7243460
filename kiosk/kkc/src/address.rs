//! Addresses by the official list: which prefectures, cities and towns a reading begins with.

use crate::dictionary::{Dictionary, Parent};
use crate::kana;
use std::sync::LazyLock;

/// Words behind the town; the table's head says what the columns are.
const WORDS: &str = include_str!("../data/address.tsv");

/// Reading and text of each.
static WORDS_BY_READING: LazyLock<Vec<(Vec<char>, &str)>> = LazyLock::new(|| {
    let lines = WORDS.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| match line.split_once('\t') {
            Some((text, reading)) => (reading.chars().collect(), text),
            None => (kana::hiragana(line).chars().collect(), line),
        })
        .collect()
});

const KANJI: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/// Most beginnings that are followed up.
const MAX_BEGINNINGS: usize = 8;

/// How far the official list follows a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    /// Ends of its parts (prefecture, city, town), in characters of the reading.
    pub ends: Vec<usize>,
    /// Text of each part.
    pub parts: Vec<String>,
    /// What the towns of its city are listed under, where it has one.
    pub towns: Option<Parent>,
}

impl Beginning {
    pub fn end(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    pub fn text(&self) -> String {
        self.parts.concat()
    }
}

/// Beginnings of `reading` (normalised) that are on the list, those that reach furthest first.
///
/// A town alone counts only where it is the whole reading or a number follows: a short town name begins
/// too many other things.
pub(crate) fn beginnings(dictionary: &Dictionary, reading: &[char]) -> Vec<Beginning> {
    let mut found = Vec::new();
    let none = Beginning {
        ends: Vec::new(),
        parts: Vec::new(),
        towns: None,
    };
    follow(dictionary, reading, Parent::ROOT, &none, &mut found);
    follow(dictionary, reading, Parent::ANY_CITY, &none, &mut found);
    dictionary.places_at(Parent::ANY_TOWN, reading, |length, town| {
        let next = reading.get(length);
        if next.is_none_or(|c| c.is_ascii_digit() || *c == ' ') {
            found.push(Beginning {
                ends: vec![length],
                parts: vec![town.text],
                towns: None,
            });
        }
    });
    // With the same reach, the one of more parts is the better founded.
    found.sort_by_key(|b| std::cmp::Reverse((b.end(), b.parts.len())));
    let mut texts = std::collections::HashSet::new();
    found.retain(|b| texts.insert((b.end(), b.text())));
    found.truncate(MAX_BEGINNINGS);
    found
}

fn follow(
    dictionary: &Dictionary,
    reading: &[char],
    parent: Parent,
    before: &Beginning,
    found: &mut Vec<Beginning>,
) {
    let end = before.end();
    let rest = &reading[end..];
    // Some put spaces between prefecture, city, ward and town: the place is looked up without them.
    let (kana, ends) = without_spaces(rest);
    dictionary.places_at(parent, &kana, |length, place| {
        let typed = &rest[..ends[length - 1]];
        let mut longer = before.clone();
        longer.ends.push(end + typed.len());
        longer.parts.push(with_spaces(&place.text, typed));
        if let Some(parts) = place.parts {
            longer.towns = Some(parts);
            follow(dictionary, reading, parts, &longer, found);
        }
        found.push(longer);
    });
}

/// What is not a space, and where each such character ends.
fn without_spaces(reading: &[char]) -> (Vec<char>, Vec<usize>) {
    let kana = reading.iter().zip(1..).filter(|(c, _)| **c != ' ');
    kana.map(|(c, end)| (*c, end)).unzip()
}

/// A place's text with the spaces that its reading has before it and, where a city or a district (郡)
/// ends, in it.
fn with_spaces(text: &str, reading: &[char]) -> String {
    let before = reading.iter().take_while(|c| **c == ' ').count();
    let out = " ".repeat(before) + text;
    if !reading[before..].contains(&' ') {
        return out;
    }
    let inside = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '市' | '郡'));
    match inside
        .map(|(at, c)| at + c.len_utf8())
        .filter(|at| *at < text.len())
    {
        Some(at) => format!("{}{} {}", " ".repeat(before), &text[..at], &text[at..]),
        None => out,
    }
}

/// The words behind a town that `reading` begins with, the likelier of one reading first.
pub(crate) fn words_at(reading: &[char]) -> impl Iterator<Item = (usize, &'static str)> {
    WORDS_BY_READING
        .iter()
        .filter(|(word, _)| reading.starts_with(word))
        .map(|(word, text)| (word.len(), *text))
}

/// A street as towns are named after it: of those on the official list 692 end with 通 and 94 with 通り.
pub(crate) fn street(text: &str) -> Option<String> {
    let name = text.strip_suffix("通り").filter(|name| !name.is_empty())?;
    Some(format!("{name}通"))
}

/// What is behind a town with the houses' small ke: 緑ヶ丘団地, though the dictionary's places have 緑が丘.
pub(crate) fn house(behind: String) -> String {
    match behind.starts_with(['字', '大']) {
        true => behind,
        false => behind.replace("が丘", "ヶ丘"),
    }
}

/// The same place as others write it: its numbers as digits (北三条西, 北3条西), or as [`with_other_ke`].
pub(crate) fn spellings(text: &str) -> Vec<String> {
    let digits = Some(in_digits(text)).filter(|digits| digits != text);
    digits.into_iter().chain(with_other_ke(text)).collect()
}

/// With the other small ke (霞ケ関, 霞ヶ関), or a house's name with one (東が丘, 東ヶ丘).
pub(crate) fn with_other_ke(text: &str) -> Vec<String> {
    let ke = [
        ("ケ", "ヶ"),
        ("ヶ", "ケ"),
        ("が丘", "ヶ丘"),
        ("ヶ丘", "が丘"),
        ("が台", "ヶ台"),
    ];
    let ke = ke.into_iter().filter(|(from, _)| text.contains(from));
    ke.map(|(from, to)| text.replace(from, to)).collect()
}

/// Kanji numbers before 条 and 丁目 as digits, as Hokkaido's cities write them.
fn in_digits(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let length = chars[at..].iter().take_while(|c| is_numeral(**c)).count();
        let rest = &chars[at + length..];
        let counts = rest.starts_with(&['条']) || rest.starts_with(&['丁', '目']);
        match number(&chars[at..at + length]).filter(|_| counts) {
            Some(number) => out.push_str(&number.to_string()),
            None => out.extend(&chars[at..at + length.max(1)]),
        }
        at += length.max(1);
    }
    out
}

fn is_numeral(c: char) -> bool {
    c == '十' || KANJI[1..].contains(&c)
}

/// A kanji number below 100.
fn number(kanji: &[char]) -> Option<usize> {
    let digit = |c: &char| KANJI.iter().position(|k| k == c).filter(|d| *d > 0);
    match kanji {
        ['十'] => Some(10),
        ['十', ones] => Some(10 + digit(ones)?),
        [ones] => digit(ones),
        [tens, '十'] => Some(10 * digit(tens)?),
        [tens, '十', ones] => Some(10 * digit(tens)? + digit(ones)?),
        _ => None,
    }
}

/// The same chome and numbers in the other ways they are written: chome in kanji, all digits
/// full-width.
pub(crate) fn numbers(text: &str) -> Vec<String> {
    let mut ways = Vec::new();
    if let Some((number, rest)) = text.split_once("丁目") {
        let digit = number.parse::<usize>().ok().filter(|n| *n > 0);
        if let Some(kanji) = digit.and_then(|n| KANJI.get(n)) {
            ways.push(format!("{kanji}丁目{rest}"));
        }
    }
    let full: String = text
        .chars()
        .map(|c| match c {
            '-' => '－',
            '0'..='9' => char::from_u32(c as u32 + 0xfee0).unwrap_or(c),
            other => other,
        })
        .collect();
    if full != text {
        ways.push(full);
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_kana_to_read_and_stands_once() {
        let mut texts = std::collections::HashSet::new();
        for (reading, text) in WORDS_BY_READING.iter() {
            let kana = |c: &char| matches!(c, 'ぁ'..='ゖ' | 'ー');
            assert!(reading.iter().all(kana) && reading.len() >= 3, "{text}");
            assert!(texts.insert((reading, text)), "{text} is twice");
        }
    }

    #[test]
    fn streets_are_written_as_towns_are() {
        assert_eq!(street("烏丸通り").as_deref(), Some("烏丸通"));
        assert_eq!(street("通り"), None);
        assert_eq!(street("烏丸通"), None);
    }

    #[test]
    fn numbers_are_offered_in_the_ways_they_are_written() {
        assert_eq!(numbers("2丁目8番1号"), ["二丁目8番1号", "２丁目８番１号"]);
        assert_eq!(numbers("1-2"), ["１－２"]);
        assert!(numbers("二丁目").is_empty());
        assert_eq!(spellings("霞ケ関"), ["霞ヶ関"]);
        assert_eq!(spellings("北二十四条西"), ["北24条西"]);
        assert_eq!(spellings("十条一丁目"), ["10条1丁目"]);
        assert_eq!(spellings("東が丘団地"), ["東ヶ丘団地"]);
        assert!(spellings("三条町").iter().all(|text| text == "3条町"));
        assert!(spellings("一番町").is_empty());
    }

    #[test]
    fn spaces_stay_where_a_city_or_a_district_ends() {
        let spaced =
            |text: &str, reading: &str| with_spaces(text, &reading.chars().collect::<Vec<_>>());
        assert_eq!(
            spaced("京都市上京区", " きょうとし かみぎょうく"),
            " 京都市 上京区"
        );
        assert_eq!(
            spaced("京都市上京区", "きょうとしかみぎょうく"),
            "京都市上京区"
        );
        assert_eq!(
            spaced("邑楽郡大泉町", "おうらぐん おおいずみまち"),
            "邑楽郡 大泉町"
        );
        assert_eq!(spaced("市川市", "いち かわし"), "市川市");
    }
}
