//! What the catalogue says fits where it stands, on the smallest screen and in both languages.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "support/cut.rs"]
#[allow(dead_code, reason = "the test desk needs the rest")]
mod cut;

use codes::{ErrorCode, Language};
use cut::{fits_banner, form_width, width};

const SCREEN: f32 = 1024.0;

#[test]
fn every_error_fits_below_a_field() {
    for language in [Language::Japanese, Language::English] {
        for code in ErrorCode::ALL {
            let line = format!("[{}] {}", code.code(), code.what(language));
            let wide = width(&line, 16.0);
            assert!(wide <= form_width(SCREEN), "{wide} pixels: {line}");
        }
    }
}

#[test]
fn every_error_with_what_to_do_fits_a_banner() {
    let mut cut = Vec::new();
    for language in [Language::Japanese, Language::English] {
        for code in ErrorCode::ALL {
            let sentence = code.sentence(language);
            if !fits_banner(&sentence, SCREEN) {
                cut.push(sentence);
            }
        }
    }
    assert!(cut.is_empty(), "{cut:#?}");
}
