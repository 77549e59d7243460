//! Turns data/events.toml into the closed enum `Event`, so that an event has a code and
//! both languages' texts, or does not exist.

use serde::Deserialize;
use std::{collections::BTreeSet, env, fmt::Write, fs, path::Path};

#[derive(Deserialize)]
struct Events {
    event: Vec<EventEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventEntry {
    code: String,
    name: String,
    ja: String,
    en: String,
}

const SLOTS: [&str; 5] = ["subject", "purpose", "document", "count", "pc"];

fn main() {
    let path = "data/events.toml";
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let events: Events = toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    check(&events.event);
    let target = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("events.rs");
    fs::write(
        target,
        emit(&events.event).expect("a String takes everything"),
    )
    .expect("write generated code");
}

fn check(events: &[EventEntry]) {
    let mut codes = BTreeSet::new();
    let mut names = BTreeSet::new();
    for e in events {
        let digits = e.code.strip_prefix("L-");
        assert!(
            digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit())),
            "{}: a code is L- and three digits",
            e.code
        );
        assert!(codes.insert(&e.code), "{} stands twice", e.code);
        assert!(
            codes.last() == Some(&&e.code),
            "{}: the registry is in the order of the codes",
            e.code
        );
        assert!(names.insert(&e.name), "{} stands twice", e.name);
        assert!(
            !e.ja.trim().is_empty() && !e.en.trim().is_empty(),
            "{}: a text is empty",
            e.code
        );
        assert_eq!(
            slots(&e.ja),
            slots(&e.en),
            "{}: the languages say different things",
            e.code
        );
    }
}

/// The names between braces, all of them known.
fn slots(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .map(|rest| {
            let name = rest.split('}').next().unwrap_or("");
            assert!(
                SLOTS.contains(&name),
                "{text}: {{{name}}} is not one of {SLOTS:?}"
            );
            name
        })
        .collect()
}

fn emit(events: &[EventEntry]) -> Result<String, std::fmt::Error> {
    let mut w = String::new();
    writeln!(
        w,
        "/// What the ledger can say happened. Serialised as its code.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]\npub enum Event {{"
    )?;
    for e in events {
        writeln!(w, "    /// {}: {}\n    {},", e.code, e.en, e.name)?;
    }
    writeln!(
        w,
        "}}\nimpl Event {{\n    /// All of them, in the order of their codes.\n    pub const ALL: &'static [Event] = &["
    )?;
    for e in events {
        writeln!(w, "        Event::{},", e.name)?;
    }
    writeln!(w, "    ];")?;
    for (method, doc, value) in [
        (
            "code",
            "The code as it is kept and shown, `L-…`.",
            (|e| &e.code) as fn(&EventEntry) -> &String,
        ),
        (
            "template_ja",
            "The Japanese text with its slots open.",
            |e| &e.ja,
        ),
        (
            "template_en",
            "The English text with its slots open.",
            |e| &e.en,
        ),
    ] {
        writeln!(
            w,
            "    /// {doc}\n    pub const fn {method}(self) -> &'static str {{\n        match self {{"
        )?;
        for e in events {
            writeln!(w, "            Event::{} => {:?},", e.name, value(e))?;
        }
        writeln!(w, "        }}\n    }}")?;
    }
    writeln!(w, "}}")?;
    Ok(w)
}
