//! The registry of events and what is written: nothing stands in the one that the other
//! never does, so that whoever reads `docs/ledger-events.md` knows what is recorded.
#![allow(clippy::unwrap_used, reason = "tests")]

use ledger::Event;
use std::path::Path;

#[test]
fn every_event_of_the_registry_is_written_somewhere() {
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut sources = String::new();
    for source in ["vault/src", "keeper/src"] {
        read(&apps.join(source), &mut sources);
    }
    let written = |event: &&Event| {
        let name = format!("Event::{event:?}");
        sources
            .match_indices(&name)
            .any(|(at, _)| !sources[at + name.len()..].starts_with(char::is_alphanumeric))
    };
    let never: Vec<_> = Event::ALL.iter().filter(|e| !written(e)).collect();
    assert!(never.is_empty(), "nobody writes {never:?}");
}

fn read(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, into);
        } else {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}
