//! From text back to its reading: what converting again needs where nobody typed it just now.

use crate::dictionary::Dictionary;
use crate::{kana, text, variants};
use std::collections::HashMap;

/// Longest text whose reading is looked for, in characters.
pub const MAX_TEXT: usize = 30;
/// Added for each word, so that few long words are likelier than many short ones.
const PER_WORD: i32 = 3_000;
/// … and for each name that is no word of the dictionary.
const NO_WORD: i32 = 9_000;

/// The likeliest reading of `text`, put together of words and names of the dictionary; none where some
/// part of it is in none. Looks at each of them once: some tens of milliseconds.
pub(crate) fn reading(dictionary: &Dictionary, text: &str) -> Option<String> {
    readings(dictionary, &[text]).pop().flatten()
}

/// The same of several texts, for about the price of one.
pub(crate) fn readings(dictionary: &Dictionary, texts: &[&str]) -> Vec<Option<String>> {
    let common = |text: &&str| -> Vec<char> { variants::common(text).chars().collect() };
    let texts: Vec<Vec<char>> = texts.iter().map(common).collect();
    let read = |chars: &&Vec<char>| !chars.is_empty() && chars.len() <= MAX_TEXT;
    let words = words(dictionary, texts.iter().filter(read));
    let each = texts.iter();
    each.map(|chars| read(&chars).then(|| best(chars, &words)).flatten())
        .collect()
}

/// The likeliest way to put `chars` together of `words`.
fn best(chars: &[char], words: &HashMap<String, (i32, String)>) -> Option<String> {
    // best[i]: cost and reading of the first i characters.
    let mut best: Vec<Option<(i32, String)>> = vec![None; chars.len() + 1];
    best[0] = Some((0, String::new()));
    for end in 1..=chars.len() {
        for start in 0..end {
            let part: String = chars[start..end].iter().collect();
            let Some((before, read)) = &best[start] else {
                continue;
            };
            let Some((cost, reading)) = own_reading(&part).or_else(|| words.get(&part).cloned())
            else {
                continue;
            };
            let cost = before + cost;
            if best[end].as_ref().is_none_or(|(least, _)| cost < *least) {
                best[end] = Some((cost, format!("{read}{reading}")));
            }
        }
    }
    best.pop().flatten().map(|(_, reading)| reading)
}

/// Kana, letters and signs are read as they stand.
fn own_reading(part: &str) -> Option<(i32, String)> {
    let mut chars = part.chars();
    let (c, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    let reading = kana::normalise(part);
    let plain = |c: char| matches!(c, ' '..='~' | 'ぁ'..='ゖ' | 'ー' | '、' | '。' | '・');
    (plain(c) || reading.chars().all(plain)).then_some((0, reading))
}

/// The parts of texts that are words, with the cost and reading of the likeliest.
fn words<'a>(
    dictionary: &Dictionary,
    texts: impl Iterator<Item = &'a Vec<char>>,
) -> HashMap<String, (i32, String)> {
    let mut wanted: HashMap<Vec<u8>, String> = HashMap::new();
    for chars in texts {
        for start in 0..chars.len() {
            for end in start + 1..=chars.len() {
                let part: String = chars[start..end].iter().collect();
                wanted.extend(text::encode(&part).map(|coded| (coded, part)));
            }
        }
    }
    let mut found: HashMap<String, (i32, String)> = HashMap::new();
    let mut offer = |key: &[u8], coded: &[u8], cost: i32| {
        let Some(part) = wanted.get(coded) else {
            return;
        };
        if found.get(part).is_none_or(|(least, _)| cost < *least)
            && let Some(reading) = kana::of_key(key)
        {
            found.insert(part.clone(), (cost, reading));
        }
    };
    dictionary.each_word(|key, coded, cost| offer(key, coded, i32::from(cost) + PER_WORD));
    // Hardly any name is as likely in any text as it is among names.
    dictionary.each_name(|key, coded, cost| offer(key, coded, i32::from(cost) + NO_WORD));
    found
}
