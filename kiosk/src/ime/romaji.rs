//! Romaji → hiragana in the spelling MS-IME accepts, and between kana forms.

/// Consonants before a, i, u, e, o. An empty syllable does not exist.
const ROWS: &[(&str, [&str; 5])] = &[
    ("", ["あ", "い", "う", "え", "お"]),
    ("k", ["か", "き", "く", "け", "こ"]),
    ("c", ["か", "し", "く", "せ", "こ"]),
    ("s", ["さ", "し", "す", "せ", "そ"]),
    ("t", ["た", "ち", "つ", "て", "と"]),
    ("n", ["な", "に", "ぬ", "ね", "の"]),
    ("h", ["は", "ひ", "ふ", "へ", "ほ"]),
    ("m", ["ま", "み", "む", "め", "も"]),
    ("y", ["や", "い", "ゆ", "いぇ", "よ"]),
    ("r", ["ら", "り", "る", "れ", "ろ"]),
    ("w", ["わ", "うぃ", "う", "うぇ", "を"]),
    ("wy", ["", "ゐ", "", "ゑ", ""]),
    ("g", ["が", "ぎ", "ぐ", "げ", "ご"]),
    ("z", ["ざ", "じ", "ず", "ぜ", "ぞ"]),
    ("j", ["じゃ", "じ", "じゅ", "じぇ", "じょ"]),
    ("d", ["だ", "ぢ", "づ", "で", "ど"]),
    ("b", ["ば", "び", "ぶ", "べ", "ぼ"]),
    ("p", ["ぱ", "ぴ", "ぷ", "ぺ", "ぽ"]),
    ("f", ["ふぁ", "ふぃ", "ふ", "ふぇ", "ふぉ"]),
    ("v", ["ゔぁ", "ゔぃ", "ゔ", "ゔぇ", "ゔぉ"]),
    ("q", ["くぁ", "くぃ", "く", "くぇ", "くぉ"]),
    ("x", ["ぁ", "ぃ", "ぅ", "ぇ", "ぉ"]),
    ("l", ["ぁ", "ぃ", "ぅ", "ぇ", "ぉ"]),
    ("ky", ["きゃ", "きぃ", "きゅ", "きぇ", "きょ"]),
    ("sy", ["しゃ", "しぃ", "しゅ", "しぇ", "しょ"]),
    ("sh", ["しゃ", "し", "しゅ", "しぇ", "しょ"]),
    ("ty", ["ちゃ", "ちぃ", "ちゅ", "ちぇ", "ちょ"]),
    ("ch", ["ちゃ", "ち", "ちゅ", "ちぇ", "ちょ"]),
    ("cy", ["ちゃ", "ちぃ", "ちゅ", "ちぇ", "ちょ"]),
    ("ts", ["つぁ", "つぃ", "つ", "つぇ", "つぉ"]),
    ("th", ["てゃ", "てぃ", "てゅ", "てぇ", "てょ"]),
    ("ny", ["にゃ", "にぃ", "にゅ", "にぇ", "にょ"]),
    ("hy", ["ひゃ", "ひぃ", "ひゅ", "ひぇ", "ひょ"]),
    ("my", ["みゃ", "みぃ", "みゅ", "みぇ", "みょ"]),
    ("ry", ["りゃ", "りぃ", "りゅ", "りぇ", "りょ"]),
    ("gy", ["ぎゃ", "ぎぃ", "ぎゅ", "ぎぇ", "ぎょ"]),
    ("zy", ["じゃ", "じぃ", "じゅ", "じぇ", "じょ"]),
    ("jy", ["じゃ", "じぃ", "じゅ", "じぇ", "じょ"]),
    ("dy", ["ぢゃ", "ぢぃ", "ぢゅ", "ぢぇ", "ぢょ"]),
    ("dh", ["でゃ", "でぃ", "でゅ", "でぇ", "でょ"]),
    ("dw", ["どぁ", "どぃ", "どぅ", "どぇ", "どぉ"]),
    ("tw", ["とぁ", "とぃ", "とぅ", "とぇ", "とぉ"]),
    ("by", ["びゃ", "びぃ", "びゅ", "びぇ", "びょ"]),
    ("py", ["ぴゃ", "ぴぃ", "ぴゅ", "ぴぇ", "ぴょ"]),
    ("fy", ["ふゃ", "ふぃ", "ふゅ", "ふぇ", "ふょ"]),
    ("wh", ["うぁ", "うぃ", "う", "うぇ", "うぉ"]),
    ("gw", ["ぐぁ", "ぐぃ", "ぐぅ", "ぐぇ", "ぐぉ"]),
    ("kw", ["くぁ", "くぃ", "くぅ", "くぇ", "くぉ"]),
    ("xy", ["ゃ", "ぃ", "ゅ", "ぇ", "ょ"]),
    ("ly", ["ゃ", "ぃ", "ゅ", "ぇ", "ょ"]),
    ("xt", ["", "", "っ", "", ""]),
    ("lt", ["", "", "っ", "", ""]),
    ("xts", ["", "", "っ", "", ""]),
    ("lts", ["", "", "っ", "", ""]),
    ("xw", ["ゎ", "", "", "", ""]),
    ("lw", ["ゎ", "", "", "", ""]),
    ("xk", ["ゕ", "", "", "ゖ", ""]),
    ("lk", ["ゕ", "", "", "ゖ", ""]),
];

/// Signs with a form of their own; the others become their full-width forms, as in MS-IME.
const SIGNS: &[(char, &str)] = &[
    ('\\', "￥"),
    ('\'', "’"),
    ('"', "”"),
    ('-', "ー"),
    (',', "、"),
    ('.', "。"),
    ('[', "「"),
    (']', "」"),
    ('/', "・"),
    ('~', "～"),
];

fn syllable(consonants: &str, vowel: char) -> Option<&'static str> {
    let column = "aiueo".find(vowel)?;
    ROWS.iter()
        .find(|(row, _)| *row == consonants)
        .map(|(_, kana)| kana[column])
        .filter(|kana| !kana.is_empty())
}

fn begins_a_syllable(consonants: &str) -> bool {
    ROWS.iter().any(|(row, _)| row.starts_with(consonants))
}

/// Takes one more letter. `pending` holds romaji that is not a syllable yet; finished
/// kana goes to `out`.
pub fn feed(pending: &mut String, letter: char, out: &mut String) {
    let letter = letter.to_ascii_lowercase();
    if pending == "n" && letter == '\'' || pending == "x" && letter == 'n' {
        pending.clear();
        out.push('ん');
        return;
    }
    if let Some(kana) = syllable(pending, letter) {
        pending.clear();
        out.push_str(kana);
        return;
    }
    if !letter.is_ascii_alphabetic() {
        flush(pending, out);
        out.push_str(&sign(letter));
        return;
    }
    if pending == "n" && letter == 'n' {
        pending.clear();
        out.push('ん');
        return;
    }
    pending.push(letter);
    while !pending.is_empty() && !begins_a_syllable(pending) {
        let first = pending.remove(0);
        if first == 'n' {
            out.push('ん');
        } else if pending.starts_with(first) || (first == 't' && pending.starts_with('c')) {
            out.push('っ');
        } else if let Some(kana) = syllable("", first) {
            out.push_str(kana);
        } else {
            out.push(first);
        }
        if pending.len() == 1 && syllable("", letter).is_some() {
            let kana = syllable("", letter).unwrap_or_default();
            pending.clear();
            out.push_str(kana);
        }
    }
}

/// A sign as Japanese has it; anything else as it is.
pub fn sign(key: char) -> String {
    match SIGNS.iter().find(|(sign, _)| *sign == key) {
        Some((_, sign)) => (*sign).to_owned(),
        None if key.is_ascii_punctuation() => kkc::kana::full_width(&key.to_string()),
        None => key.to_string(),
    }
}

/// Ends the input: a waiting `n` is ん, other letters stay letters.
pub fn flush(pending: &mut String, out: &mut String) {
    if pending == "n" {
        out.push('ん');
    } else {
        out.push_str(pending);
    }
    pending.clear();
}

/// The romaji of one kana, as the table's first row has it; another character as it is.
pub fn of(kana: char) -> String {
    if kana == 'ん' {
        return "nn".into();
    }
    let mut buffer = [0; 4];
    let wanted: &str = kana.encode_utf8(&mut buffer);
    for (row, syllables) in ROWS {
        if let Some(at) = syllables.iter().position(|s| *s == wanted) {
            let vowel = ["a", "i", "u", "e", "o"][at];
            return format!("{row}{vowel}");
        }
    }
    let own = SIGNS.iter().find(|(_, sign)| *sign == wanted);
    match (own, kana) {
        (Some((key, _)), _) => key.to_string(),
        (None, '！'..='～') => kkc::kana::half_width(wanted),
        (None, _) => wanted.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kana(romaji: &str) -> String {
        let (mut pending, mut out) = (String::new(), String::new());
        for letter in romaji.chars() {
            feed(&mut pending, letter, &mut out);
        }
        flush(&mut pending, &mut out);
        out
    }

    #[test]
    fn names_and_addresses_come_out_as_a_clerk_expects() {
        for (romaji, expected) in [
            ("yamada", "やまだ"),
            ("tarou", "たろう"),
            ("shinjuku", "しんじゅく"),
            ("sinnjuku", "しんじゅく"),
            ("kannna", "かんな"),
            ("kan'i", "かんい"),
            ("hokkaidou", "ほっかいどう"),
            ("kyouto", "きょうと"),
            ("chiyoda", "ちよだ"),
            ("tixyoda", "ちょだ"),
            ("zyunko", "じゅんこ"),
            ("fa-suto", "ふぁーすと"),
            ("vaiorin", "ゔぁいおりん"),
            ("extu", "えっ"),
            ("matcha", "まっちゃ"),
            ("honn", "ほん"),
            ("shin", "しん"),
            ("shixni", "しんい"),
            ("yoshiwye", "よしゑ"),
            ("wyinoue", "ゐのうえ"),
            ("1-2", "1ー2"),
        ] {
            assert_eq!(kana(romaji), expected, "{romaji}");
        }
    }

    #[test]
    fn signs_are_full_width_and_come_back() {
        assert_eq!(kana("(kabu)!&\\%#@?"), "（かぶ）！＆￥％＃＠？");
        for key in ('!'..='~').filter(char::is_ascii_punctuation) {
            let sign = sign(key);
            assert!(!sign.is_ascii(), "{key}");
            assert_eq!(sign.chars().map(of).collect::<String>(), key.to_string());
        }
    }

    #[test]
    fn every_row_ends_in_kana_and_leaves_nothing_pending() {
        for (row, syllables) in ROWS {
            for (vowel, expected) in "aiueo".chars().zip(syllables) {
                if expected.is_empty() {
                    continue;
                }
                assert_eq!(kana(&format!("{row}{vowel}")), *expected, "{row}{vowel}");
            }
        }
    }

    #[test]
    fn each_kana_has_a_romaji_that_gives_it() {
        for c in 'ぁ'..='ん' {
            assert_eq!(kana(&of(c)), c.to_string());
        }
    }
}
