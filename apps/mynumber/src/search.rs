//! Folding for search: what people type and what is kept meet in one form. The fold is
//! for matching only and is never shown or stored in place of a name.

use unicode_normalization::UnicodeNormalization;

/// NFKC (half-width kana and full-width letters become ordinary), hiragana as katakana,
/// lower case, no spaces, no variation selectors.
///
/// ```
/// use mynumber::search::fold;
/// assert_eq!(fold("ﾔﾏﾀﾞ　たろう"), fold("ヤマダタロウ"));
/// assert_eq!(fold("Ａ－０１"), "a-01");
/// ```
pub fn fold(text: &str) -> String {
    // Nearly every text: normalising what is in its normal form takes ten times as long.
    match text.chars().all(is_settled) {
        true => fold_chars(text.chars(), text.len()),
        false => fold_chars(text.nfkc(), text.len()),
    }
}

/// Whether NFKC leaves the character alone, whatever settled one stands beside it.
fn is_settled(c: char) -> bool {
    c.is_ascii() || has_no_case(c)
}

/// Kana without combining marks, and the basic ideographs.
fn has_no_case(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '\u{4e00}'..='\u{9fff}')
}

fn fold_chars(chars: impl Iterator<Item = char>, length: usize) -> String {
    let mut folded = String::with_capacity(length);
    for c in chars {
        if has_no_case(c) {
            folded.push(to_katakana(c));
        } else if !c.is_whitespace() && !is_variation_selector(c) {
            folded.extend(to_katakana(c).to_lowercase());
        }
    }
    folded
}

/// The words of a query, each folded. All of them must match.
pub fn words(query: &str) -> Vec<String> {
    query
        .split_whitespace()
        .map(fold)
        .filter(|w| !w.is_empty())
        .collect()
}

/// A key that sorts numbers inside text by value: `A-2` before `A-10`.
///
/// ```
/// use mynumber::search::sort_key;
/// assert!(sort_key("A-2") < sort_key("A-10"));
/// assert!(sort_key("0007") < sort_key("12"));
/// ```
pub fn sort_key(text: &str) -> String {
    let folded = fold(text);
    let mut key = String::with_capacity(folded.len() + 4);
    let mut rest = folded.as_str();
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let value = rest[..end].trim_start_matches('0');
            // The length first, as one character, so that more digits sort later.
            key.push(char::from_u32(0x30 + value.len().min(0x100) as u32).unwrap_or('0'));
            key.push_str(value);
            rest = &rest[end..];
        } else {
            key.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    key
}

fn to_katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        _ => c,
    }
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn settled_characters_are_those_that_normalising_leaves_alone() {
        let settled: String = ('\0'..='\u{ffff}').filter(|c| is_settled(*c)).collect();
        assert_eq!(settled.nfkc().collect::<String>(), settled);
        assert!(
            settled
                .chars()
                .rev()
                .collect::<String>()
                .nfkc()
                .eq(settled.chars().rev())
        );
        assert!(
            settled
                .chars()
                .filter(|c| has_no_case(*c))
                .all(|c| c.to_lowercase().eq([c]))
        );
    }

    #[test]
    fn widths_kana_case_and_spaces_do_not_matter() {
        for (a, b) in [
            ("やまだ", "ヤマダ"),
            ("ﾔﾏﾀﾞ", "ヤマダ"),
            ("ＡＢＣ", "abc"),
            ("山田　太郎", "山田太郎"),
            ("祐\u{e0100}", "祐"),
            ("\u{fa10}", "塚"),
        ] {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
    }

    #[test]
    fn different_characters_stay_different() {
        assert_ne!(fold("髙橋"), fold("高橋"));
        assert_ne!(fold("ハ"), fold("バ"));
    }

    #[test]
    fn a_query_is_split_at_any_space() {
        assert_eq!(words(" やまだ　太郎 "), ["ヤマダ", "太郎"]);
        assert!(words(" 　").is_empty());
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "[ぁ-んァ-ヶｱ-ﾝA-Za-zＡ-Ｚ0-9 　一-龠]{0,30}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn whole_numbers_sort_by_value(a in 0u32..10_000_000, b in 0u32..10_000_000) {
            prop_assert_eq!(
                sort_key(&a.to_string()).cmp(&sort_key(&format!("{b:08}"))),
                a.cmp(&b)
            );
        }
    }
}
