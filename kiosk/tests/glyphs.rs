//! What the kiosk itself says can be drawn.

#![allow(clippy::unwrap_used, reason = "tests")]

use codes::{ErrorCode, Language, ScreenCode};
use kiosk::fonts::{Coverage, developers_file};

fn coverage() -> Coverage {
    Coverage::of_file(&std::fs::read(developers_file().unwrap()).unwrap()).unwrap()
}

#[test]
fn every_text_of_a_code_has_all_its_glyphs() {
    let coverage = coverage();
    for language in [Language::Japanese, Language::English] {
        for code in ErrorCode::ALL {
            assert_eq!(coverage.missing(&code.sentence(language)), None, "{code:?}");
        }
        for code in ScreenCode::ALL {
            assert_eq!(coverage.missing(code.title(language)), None, "{code:?}");
        }
    }
}

#[test]
fn every_text_in_the_sources_has_all_its_glyphs() {
    fn look(folder: &std::path::Path, coverage: &Coverage) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                look(&path, coverage);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            // What tests hold may be strange on purpose.
            let text = text.split("#[cfg(test)]").next().unwrap();
            let shown = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            for line in shown {
                assert_eq!(coverage.missing(line), None, "{}: {line}", path.display());
            }
        }
    }
    let coverage = coverage();
    look(
        concat!(env!("CARGO_MANIFEST_DIR"), "/src/app").as_ref(),
        &coverage,
    );
}
