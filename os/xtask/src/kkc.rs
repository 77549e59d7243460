//! The kana-kanji converter: `kiosk/kkc/tools` does it, as a program of its own.

use crate::root;
use crate::setup;
use crate::shell::{self, Result};
use std::process::Command;

/// Converters of Debian that ours is measured beside, and what compresses the image.
const BENCH: &[&str] = &["anthy", "libkkc-utils", "zstd"];

/// `cargo xtask dictionary`
pub fn dictionary(twice: bool) -> Result<()> {
    let twice = twice.then_some("--twice");
    tools("build", twice)
}

/// `cargo xtask kkc`
pub fn convert(options: &[String]) -> Result<()> {
    tools("convert", options.iter().map(String::as_str))
}

/// `cargo xtask bench kkc`
pub fn bench() -> Result<()> {
    setup::ensure_only(BENCH)?;
    let folder = root().join("target/bench");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let out = folder.join("kkc.json");
    tools("bench", ["--out", &out.to_string_lossy()])
}

/// Runs a verb of `kkc-tools`. Released code: a debug build is slower than what ships.
fn tools<'a>(verb: &str, options: impl IntoIterator<Item = &'a str>) -> Result<()> {
    fetching()?;
    shell::run(
        shell::cargo()
            .args(["run", "--release", "--locked", "--quiet"])
            .args(["--package", "kkc-tools", "--", verb])
            .args(options),
    )
}

/// The dictionary's sources come by pip.
fn fetching() -> Result<()> {
    let pip = Command::new("python3")
        .args(["-m", "pip", "--version"])
        .output();
    if pip.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    setup::ensure_only(&["python3-pip"])
}
