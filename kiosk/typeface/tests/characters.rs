//! docs/characters.md says what can be drawn. `KURAMORI_BLESS=1` writes it anew.

#![allow(clippy::unwrap_used, reason = "tests")]

use skrifa::raw::{FileRef, FontRef};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use typeface::{Coverage, debian};

/// A set of texts of one character, or of one with a combining mark.
struct Set {
    title: String,
    texts: Vec<String>,
}

/// The sets of data/character_sets.txt.
fn sets() -> Vec<Set> {
    let mut sets = Vec::new();
    for line in include_str!("../data/character_sets.txt").lines() {
        if let Some(title) = line.strip_prefix("= ") {
            sets.push(Set {
                title: title.into(),
                texts: Vec::new(),
            });
        } else if !line.starts_with('#') {
            let set: &mut Set = match sets.last_mut() {
                Some(set) => set,
                None => continue,
            };
            set.texts.extend(line.split_whitespace().flat_map(texts));
        }
    }
    sets
}

/// `4E00`, `4E00-4E05` or `304B+309A`.
fn texts(word: &str) -> Vec<String> {
    let point = |hex: &str| u32::from_str_radix(hex, 16).unwrap();
    let character = |point| char::from_u32(point).unwrap();
    if let Some((first, last)) = word.split_once('-') {
        (point(first)..=point(last))
            .map(|point| character(point).to_string())
            .collect()
    } else {
        vec![word.split('+').map(|hex| character(point(hex))).collect()]
    }
}

/// Kanji blocks of Unicode, whole: what a register may hold beyond any JIS.
const BLOCKS: [(&str, u32, u32); 7] = [
    ("CJK Unified Ideographs", 0x4e00, 0x9fff),
    ("Extension A", 0x3400, 0x4dbf),
    ("Extension B", 0x2_0000, 0x2_a6df),
    ("Extensions C and D", 0x2_a700, 0x2_b81f),
    ("Extensions E and F", 0x2_b820, 0x2_ebef),
    ("CJK Compatibility Ideographs", 0xf900, 0xfaff),
    (
        "CJK Compatibility Ideographs Supplement",
        0x2_f800,
        0x2_fa1f,
    ),
];

/// Names with forms that clerks ask for most.
const ASKED: [char; 12] = [
    '邊', '邉', '辺', '齋', '齊', '斎', '斉', '祐', '葛', '辻', '榊', '芦',
];

struct Fonts {
    primary: Coverage,
    cjk: Coverage,
    both: Coverage,
}

fn fonts() -> Fonts {
    let read = |index: usize| std::fs::read(debian::FILES[index].0).unwrap();
    let (regular, cjk) = (read(0), read(2));
    let primary = FontRef::new(&regular).unwrap();
    // The first face of Noto's collection is the Japanese one; `build` finds it by name.
    let FileRef::Collection(faces) = FileRef::new(&cjk).unwrap() else {
        panic!("Noto Sans CJK is no collection");
    };
    let cjk = faces.get(0).unwrap();
    let file = std::fs::read(debian::developers_file().unwrap()).unwrap();
    Fonts {
        primary: Coverage::of_fonts(&[primary]),
        cjk: Coverage::of_fonts(&[cjk]),
        both: Coverage::of_file(&file).unwrap(),
    }
}

fn code_points(text: &str) -> String {
    let points: Vec<String> = text
        .chars()
        .map(|c| format!("U+{:04X}", c as u32))
        .collect();
    points.join(" ")
}

fn set_table(fonts: &Fonts) -> String {
    let mut out = String::from(
        "| set | size | BIZ UDGothic | Noto Sans CJK JP | together | cannot be drawn |\n\
         |---|---|---|---|---|---|\n",
    );
    for set in sets() {
        let drawn = |by: &Coverage| {
            let all = set.texts.iter();
            all.filter(|text| by.missing(text).is_none()).count()
        };
        let missing: Vec<&String> = set
            .texts
            .iter()
            .filter(|text| fonts.both.missing(text).is_some())
            .collect();
        let named: Vec<String> = missing.iter().map(|text| code_points(text)).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | **{}** | {} |",
            set.title,
            set.texts.len(),
            drawn(&fonts.primary),
            drawn(&fonts.cjk),
            drawn(&fonts.both),
            if named.is_empty() {
                "–".into()
            } else {
                named.join(", ")
            },
        );
    }
    out
}

fn block_table(fonts: &Fonts) -> String {
    let mut out = String::from(
        "| block | code points | BIZ UDGothic | Noto Sans CJK JP | together |\n|---|---|---|---|---|\n",
    );
    for (title, first, last) in BLOCKS {
        let drawn = |by: &Coverage| {
            (first..=last)
                .filter_map(char::from_u32)
                .filter(|c| by.has(*c))
                .count()
        };
        let _ = writeln!(
            out,
            "| {title} | U+{first:04X}–U+{last:04X} | {} | {} | **{}** |",
            drawn(&fonts.primary),
            drawn(&fonts.cjk),
            drawn(&fonts.both),
        );
    }
    out
}

fn sequence_table(fonts: &Fonts) -> String {
    let mut out = String::from(
        "| selector | BIZ UDGothic | Noto Sans CJK JP | together |\n|---|---|---|---|\n",
    );
    let count = |by: &Coverage| {
        let mut counts: BTreeMap<char, usize> = BTreeMap::new();
        for (_, selector) in by.sequences() {
            *counts.entry(selector).or_default() += 1;
        }
        counts
    };
    let [primary, cjk, both] = [&fonts.primary, &fonts.cjk, &fonts.both].map(count);
    for (selector, together) in &both {
        let of = |counts: &BTreeMap<char, usize>| counts.get(selector).copied().unwrap_or(0);
        let _ = writeln!(
            out,
            "| U+{:04X} | {} | {} | **{together}** |",
            u32::from(*selector),
            of(&primary),
            of(&cjk),
        );
    }
    let all = [&fonts.primary, &fonts.cjk, &fonts.both].map(|font| font.counts().1);
    let _ = writeln!(out, "| all | {} | {} | **{}** |", all[0], all[1], all[2]);
    out
}

fn asked_table(fonts: &Fonts) -> String {
    let mut out = String::from(
        "| character | sequences that are drawn (last digits of U+E01xx) | of these by BIZ UDGothic |\n|---|---|---|\n",
    );
    for base in ASKED {
        let selectors = |by: &Coverage| -> Vec<String> {
            by.sequences()
                .filter(|(with, selector)| *with == base && *selector as u32 >= 0xe_0100)
                .map(|(_, selector)| format!("{:02X}", u32::from(selector) & 0xff))
                .collect()
        };
        let _ = writeln!(
            out,
            "| {base} U+{:04X} | {} | {} |",
            u32::from(base),
            selectors(&fonts.both).join(" "),
            selectors(&fonts.primary).join(" "),
        );
    }
    out
}

fn manual() -> String {
    let fonts = fonts();
    let total = |by: &Coverage| by.counts().0;
    include_str!("characters.md.in")
        .replace("{primary}", &total(&fonts.primary).to_string())
        .replace("{cjk}", &total(&fonts.cjk).to_string())
        .replace("{both}", &total(&fonts.both).to_string())
        .replace("{sets}", set_table(&fonts).trim_end())
        .replace("{blocks}", block_table(&fonts).trim_end())
        .replace("{sequences}", sequence_table(&fonts).trim_end())
        .replace("{asked}", asked_table(&fonts).trim_end())
}

#[test]
fn the_manual_says_what_the_fonts_draw() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/characters.md");
    let fresh = manual();
    if std::env::var_os("KURAMORI_BLESS").is_some() {
        std::fs::write(path, &fresh).unwrap();
    }
    assert!(
        std::fs::read_to_string(path).unwrap_or_default() == fresh,
        "docs/characters.md is stale: run `KURAMORI_BLESS=1 cargo test -p typeface`"
    );
}

#[test]
fn every_kanji_of_names_can_be_drawn() {
    let fonts = fonts();
    let kanji = |set: &Set| set.title.contains("kanji") || set.title.contains("漢字");
    let mut of_names: Vec<Set> = sets();
    of_names.retain(|set| kanji(set) && !set.title.contains("other than"));
    assert_eq!(of_names.len(), 6);
    for set in of_names {
        let lacking = set.texts.iter().find_map(|text| fonts.both.missing(text));
        assert_eq!(lacking, None, "{}", set.title);
    }
}

#[test]
fn every_form_that_the_converter_offers_can_be_drawn() {
    let fonts = fonts();
    let table = include_str!("../../kkc/data/variants.tsv");
    let rows: Vec<&str> = table
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert!(rows.len() > 100);
    for text in rows.iter().flat_map(|row| row.split('\t')) {
        assert_eq!(fonts.both.missing(text), None, "{text}");
    }
}
