//! Every seed and everything that once broke something, without libFuzzer.
#![allow(clippy::unwrap_used, reason = "tests")]

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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_break_any_target(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for target in TARGETS {
            (target.run)(&bytes);
        }
    }
}
