//! Turns data/findings.toml into the closed enum `Problem`, so that a finding has a code,
//! an effect and both languages' texts, or does not exist.

use serde::Deserialize;
use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

#[derive(Deserialize)]
struct Findings {
    finding: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: String,
    effect: String,
    what_ja: String,
    todo_ja: String,
    what_en: String,
    todo_en: String,
}

impl Entry {
    fn effect(&self) -> &'static str {
        match self.effect.as_str() {
            "row" => "RowLeftOut",
            "value" => "ValueLeftOut",
            "taken" => "Taken",
            other => panic!("{}: `{other}` is no effect", self.code),
        }
    }
}

fn main() {
    let path = "data/findings.toml";
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let findings: Findings = toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    check(&findings.finding);
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("problem.rs");
    let code = emit(&findings.finding).expect("a String takes everything");
    fs::write(target, code).expect("write generated code");
}

fn check(entries: &[Entry]) {
    let mut seen = BTreeSet::new();
    for e in entries {
        let digits = e.code.strip_prefix("I-");
        assert!(
            digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit())),
            "{}: a code is I- and three digits",
            e.code
        );
        assert!(seen.insert(&e.code), "{} stands twice", e.code);
        assert!(seen.insert(&e.name), "{} stands twice", e.name);
        for text in [&e.what_ja, &e.todo_ja, &e.what_en, &e.todo_en] {
            assert!(!text.trim().is_empty(), "{}: a text is empty", e.code);
        }
    }
}

fn emit(entries: &[Entry]) -> Result<String, std::fmt::Error> {
    let mut w = String::new();
    writeln!(
        w,
        "/// What an import can say about a row.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]\npub enum Problem {{"
    )?;
    for e in entries {
        writeln!(w, "    /// {}: {}\n    {},", e.code, e.what_en, e.name)?;
    }
    writeln!(
        w,
        "}}\nimpl Problem {{\n    /// All of them, in the order of the registry.\n    pub const ALL: &'static [Problem] = &["
    )?;
    for e in entries {
        writeln!(w, "        Problem::{},", e.name)?;
    }
    writeln!(w, "    ];")?;
    method(
        &mut w,
        entries,
        "code",
        "The code as it is shown, `I-…`.",
        |e| &e.code,
    )?;
    method(
        &mut w,
        entries,
        "what_ja",
        "What was found, in Japanese.",
        |e| &e.what_ja,
    )?;
    method(
        &mut w,
        entries,
        "todo_ja",
        "How to mend it, in Japanese.",
        |e| &e.todo_ja,
    )?;
    method(
        &mut w,
        entries,
        "what_en",
        "What was found, in English.",
        |e| &e.what_en,
    )?;
    method(
        &mut w,
        entries,
        "todo_en",
        "How to mend it, in English.",
        |e| &e.todo_en,
    )?;
    writeln!(
        w,
        "    /// What becomes of the row.\n    pub const fn effect(self) -> Effect {{\n        match self {{"
    )?;
    for e in entries {
        writeln!(
            w,
            "            Problem::{} => Effect::{},",
            e.name,
            e.effect()
        )?;
    }
    writeln!(w, "        }}\n    }}\n}}")?;
    Ok(w)
}

fn method(
    w: &mut String,
    entries: &[Entry],
    name: &str,
    doc: &str,
    text: fn(&Entry) -> &String,
) -> std::fmt::Result {
    writeln!(
        w,
        "    /// {doc}\n    pub const fn {name}(self) -> &'static str {{\n        match self {{"
    )?;
    for e in entries {
        writeln!(w, "            Problem::{} => {:?},", e.name, text(e))?;
    }
    writeln!(w, "        }}\n    }}")
}
