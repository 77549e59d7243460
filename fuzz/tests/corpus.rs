//! Every seed and everything that once broke something, without libFuzzer.
#![allow(clippy::unwrap_used, reason = "tests")]

mod seeds;

use fuzz::TARGETS;
use proptest::prelude::*;
use std::path::Path;

#[test]
fn every_target_has_seeds_and_every_seed_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for target in TARGETS {
        let mut seeds = 0;
        for entry in std::fs::read_dir(corpus.join(target.name)).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(bytes.len() <= target.max_len, "{}", target.name);
            (target.run)(&bytes);
            seeds += 1;
        }
        assert!(seeds >= 3, "{}", target.name);
    }
    let entries = std::fs::read_dir(corpus).unwrap();
    let folders = entries.filter(|e| e.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), TARGETS.len());
}

/// `KURAMORI_WRITE_SEEDS=1` writes the seeds of `requests`: what a clerk asks in a day.
#[test]
fn the_seeds_of_requests_are_what_a_clerk_asks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/requests");
    for (name, day) in seeds::days() {
        let mut bytes = Vec::new();
        for request in day {
            // Behind the frame's own length.
            let body = &protocol::encode(&request).unwrap()[4..];
            bytes.extend_from_slice(&(body.len() as u16).to_le_bytes());
            bytes.extend_from_slice(body);
        }
        let path = folder.join(name);
        if std::env::var_os("KURAMORI_WRITE_SEEDS").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &bytes).unwrap();
        }
        assert!(std::fs::read(&path).unwrap() == bytes, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_break_any_target(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for target in TARGETS {
            (target.run)(&bytes);
        }
    }
}
