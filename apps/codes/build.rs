//! Turns the registry files under data/ into closed enums, so that a code exists
//! in Rust, in both languages and in the manual's table, or in none of them.

#![allow(clippy::unwrap_used, reason = "writing into a String cannot fail")]
use serde::Deserialize;
use std::{env, fmt::Write, fs, path::Path};

#[derive(Deserialize)]
struct Errors {
    error: Vec<ErrorEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ErrorEntry {
    code: String,
    name: String,
    what_ja: String,
    todo_ja: String,
    what_en: String,
    todo_en: String,
}

#[derive(Deserialize)]
struct Screens {
    screen: Vec<ScreenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScreenEntry {
    code: String,
    name: String,
    ja: String,
    en: String,
}

fn main() {
    let errors: Errors = read("data/errors.toml");
    let screens: Screens = read("data/screens.toml");
    check(errors.error.iter().map(|e| (&e.code, &e.name)), &["E-"]);
    check(
        screens.screen.iter().map(|s| (&s.code, &s.name)),
        &["S-", "D-"],
    );

    let mut out = String::new();
    let names: Vec<(&str, &str)> = errors
        .error
        .iter()
        .map(|e| (e.name.as_str(), e.code.as_str()))
        .collect();
    emit_enum(
        &mut out,
        "ErrorCode",
        "What can go wrong, each with a code, what happened and what to do.",
        &names,
    );
    emit_text(&mut out, "ErrorCode", "what", "What happened.", |s| {
        for e in &errors.error {
            arm(s, "ErrorCode", &e.name, &e.what_ja, &e.what_en);
        }
    });
    emit_text(&mut out, "ErrorCode", "todo", "What to do about it.", |s| {
        for e in &errors.error {
            arm(s, "ErrorCode", &e.name, &e.todo_ja, &e.todo_en);
        }
    });

    let names: Vec<(&str, &str)> = screens
        .screen
        .iter()
        .map(|s| (s.name.as_str(), s.code.as_str()))
        .collect();
    emit_enum(
        &mut out,
        "ScreenCode",
        "Every screen (S-…) and dialog (D-…) of the kiosk.",
        &names,
    );
    emit_text(&mut out, "ScreenCode", "title", "Its title.", |s| {
        for e in &screens.screen {
            arm(s, "ScreenCode", &e.name, &e.ja, &e.en);
        }
    });

    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("codes.rs");
    fs::write(target, out).expect("write generated code");
}

fn read<T: for<'de> Deserialize<'de>>(path: &str) -> T {
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn check<'a>(entries: impl Iterator<Item = (&'a String, &'a String)>, prefixes: &[&str]) {
    let mut codes = std::collections::BTreeSet::new();
    let mut names = std::collections::BTreeSet::new();
    for (code, name) in entries {
        let digits = prefixes.iter().find_map(|p| code.strip_prefix(p));
        assert!(
            digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit())),
            "{code}: a code is one of {prefixes:?} and three digits"
        );
        assert!(codes.insert(code), "{code} stands twice");
        assert!(names.insert(name), "{name} stands twice");
    }
}

fn emit_enum(out: &mut String, ty: &str, doc: &str, entries: &[(&str, &str)]) {
    let w = out;
    writeln!(w, "/// {doc}\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]\npub enum {ty} {{").unwrap();
    for (name, code) in entries {
        writeln!(w, "    /// {code}\n    {name},").unwrap();
    }
    writeln!(w, "}}\nimpl {ty} {{\n    /// All of them, in the order of the registry.\n    pub const ALL: &'static [{ty}] = &[").unwrap();
    for (name, _) in entries {
        writeln!(w, "        {ty}::{name},").unwrap();
    }
    writeln!(w, "    ];\n    /// The code as it is shown.\n    pub const fn code(self) -> &'static str {{\n        match self {{").unwrap();
    for (name, code) in entries {
        writeln!(w, "            {ty}::{name} => {code:?},").unwrap();
    }
    writeln!(w, "        }}\n    }}\n}}").unwrap();
}

fn emit_text(out: &mut String, ty: &str, method: &str, doc: &str, arms: impl Fn(&mut String)) {
    writeln!(out, "impl {ty} {{\n    /// {doc}\n    pub const fn {method}(self, language: Language) -> &'static str {{\n        match (self, language) {{").unwrap();
    arms(out);
    writeln!(out, "        }}\n    }}\n}}").unwrap();
}

fn arm(out: &mut String, ty: &str, name: &str, ja: &str, en: &str) {
    assert!(
        !ja.trim().is_empty() && !en.trim().is_empty(),
        "{name}: a text is empty"
    );
    writeln!(out, "            ({ty}::{name}, Language::Japanese) => {ja:?},\n            ({ty}::{name}, Language::English) => {en:?},").unwrap();
}
