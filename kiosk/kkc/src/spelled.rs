//! Numbers of an address that are typed as kana: いっちょうめにばんさんごう.

/// Readings of one to nine, sound changes before what is counted included.
const ONES: [(&str, usize); 13] = [
    ("いち", 1),
    ("いっ", 1),
    ("に", 2),
    ("さん", 3),
    ("よん", 4),
    ("ご", 5),
    ("ろく", 6),
    ("ろっ", 6),
    ("なな", 7),
    ("はち", 8),
    ("はっ", 8),
    ("きゅう", 9),
    ("く", 9),
];
const TENS: [&str; 3] = ["じゅう", "じゅっ", "じっ"];
/// What may follow, each behind the one before, and which of them may stand first: 番 and 号 alone are too
/// many other things.
const UNITS: [(&[(&str, &str)], bool); 3] = [
    (&[("ちょうめ", "丁目")], true),
    (&[("ばんち", "番地"), ("ばん", "番")], false),
    (&[("ごう", "号")], false),
];

/// Each beginning of `reading` (normalised) that is a number with what it counts, and further ones behind
/// it: its length, and how it is written in kanji and in digits.
pub(crate) fn numbers(reading: &[char]) -> Vec<(usize, [String; 2])> {
    let mut found = Vec::new();
    let mut behind = (0, [String::new(), String::new()]);
    for (units, first) in UNITS {
        let rest = &reading[behind.0..];
        let Some((length, number, unit)) = counted(rest, units) else {
            continue;
        };
        // 番地 can be nothing else.
        if behind.0 == 0 && !first && unit != "番地" {
            break;
        }
        let [kanji, digits] = behind.1;
        behind = (
            behind.0 + length,
            [
                format!("{kanji}{}{unit}", in_kanji(number)),
                format!("{digits}{number}{unit}"),
            ],
        );
        found.push(behind.clone());
    }
    found
}

/// A number below 100 with one of these units: length of both, number and unit.
fn counted(
    reading: &[char],
    units: &'static [(&str, &str)],
) -> Option<(usize, usize, &'static str)> {
    let ones = ones(reading);
    let mut ways: Vec<(usize, usize)> = ones.clone();
    for (before, tens) in ones.into_iter().chain([(0, 1)]) {
        for ten in TENS {
            let Some(length) = prefix(&reading[before..], ten) else {
                continue;
            };
            let at = before + length;
            ways.push((at, tens * 10));
            let more = self::ones(&reading[at..]).into_iter();
            ways.extend(more.map(|(length, ones)| (at + length, tens * 10 + ones)));
        }
    }
    ways.into_iter().find_map(|(length, number)| {
        units.iter().find_map(|(unit, text)| {
            let end = length + prefix(&reading[length..], unit)?;
            // いちばんちょう goes on.
            let whole = !matches!(reading.get(end), Some('ゃ' | 'ゅ' | 'ょ'));
            whole.then_some((end, number, *text))
        })
    })
}

fn ones(reading: &[char]) -> Vec<(usize, usize)> {
    let ones = ONES.iter();
    ones.filter_map(|(kana, number)| Some((prefix(reading, kana)?, *number)))
        .collect()
}

/// The length of `beginning` where `reading` begins with it.
fn prefix(reading: &[char], beginning: &str) -> Option<usize> {
    let length = beginning.chars().count();
    let fits = reading.len() >= length && beginning.chars().eq(reading[..length].iter().copied());
    fits.then_some(length)
}

/// A number below 100 as addresses have it.
fn in_kanji(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let (tens, ones) = (number / 10, DIGITS[number % 10]);
    match tens {
        0 => ones.to_owned(),
        1 => format!("十{ones}"),
        _ => format!("{}十{ones}", DIGITS[tens]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reading: &str) -> Vec<[String; 2]> {
        let chars: Vec<char> = reading.chars().collect();
        numbers(&chars)
            .into_iter()
            .map(|(_, texts)| texts)
            .collect()
    }

    #[test]
    fn each_part_of_a_spelled_number_is_offered_in_kanji_and_in_digits() {
        assert_eq!(
            of("いっちょうめにじゅうさんばんよんごう"),
            [
                ["一丁目", "1丁目"],
                ["一丁目二十三番", "1丁目23番"],
                ["一丁目二十三番四号", "1丁目23番4号"],
            ]
        );
        assert_eq!(of("じゅっちょうめ"), [["十丁目", "10丁目"]]);
        assert_eq!(of("さんじゅうごばんち"), [["三十五番地", "35番地"]]);
        assert_eq!(of("にちょうめろくごう")[1], ["二丁目六号", "2丁目6号"]);
    }

    #[test]
    fn what_is_as_likely_another_word_is_no_number() {
        for reading in [
            "いちばんちょう",
            "ごごう",
            "さんばん",
            "じゅうしょ",
            "ちょうめ",
            "",
        ] {
            assert!(of(reading).is_empty(), "{reading}");
        }
    }
}
