//! libFuzzer's process: one program for all targets, so that it is linked once.
#![no_main]

use fuzz::{TARGET_VARIABLE, Target, target};
use std::sync::LazyLock;

static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var(TARGET_VARIABLE).unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("{TARGET_VARIABLE}: there is no target `{name}`"))
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (CHOSEN.run)(bytes));
