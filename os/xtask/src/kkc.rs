//! The kana-kanji converter: `kiosk/kkc/tools` does it, as a program of its own.

use crate::root;
use crate::setup;
use crate::shell::{self, Result};
use image::Cache;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Converters of Debian that ours is measured beside, and what compresses the image.
const BENCH: &[&str] = &["anthy", "libkkc-utils", "zstd"];

/// `cargo xtask dictionary`
pub fn dictionary(twice: bool) -> Result<()> {
    let twice = twice.then_some("--twice");
    tools("build", twice)
}

/// The folder with the dictionary of the clone `root`, its dependencies and licence texts; builds it
/// where the cache does not have it.
pub fn folder(root: &Path) -> Result<PathBuf> {
    fetching()?;
    let output = shell::capture(&mut built(root))?;
    folder_in(&output)
}

/// The same in another cache, which is given the fetched packages of this user's.
pub fn folder_anew(root: &Path, cache: &Path) -> Result<PathBuf> {
    const INPUTS: &str = "kkc-inputs";
    let own = Cache::of_user().map_err(|e| e.to_string())?;
    std::fs::create_dir_all(cache).map_err(|e| format!("{}: {e}", cache.display()))?;
    shell::run(
        Command::new("cp")
            .arg("-a")
            .arg(own.path(INPUTS))
            .arg(cache.join(INPUTS)),
    )?;
    let output = shell::capture(built(root).env("KURAMORI_CACHE", cache))?;
    folder_in(&output)
}

/// `kkc-tools build` of a clone. Released code: a debug build takes minutes for the dictionary.
fn built(root: &Path) -> Command {
    let mut cargo = shell::cargo();
    cargo
        .args(["run", "--release", "--locked", "--quiet"])
        .args(["--package", "kkc-tools", "--", "build"])
        .current_dir(root);
    cargo
}

/// The first line it prints is the file's path.
fn folder_in(output: &str) -> Result<PathBuf> {
    let first = output.lines().next().map(Path::new);
    let folder = first.and_then(Path::parent).map(Path::to_path_buf);
    folder.ok_or_else(|| "kkc-tools named no dictionary".to_owned())
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

/// The dictionary's sources come by pip, one of them compressed by xz.
fn fetching() -> Result<()> {
    let runs = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output();
        output.is_ok_and(|output| output.status.success())
    };
    let mut missing = Vec::new();
    if !runs("python3", &["-m", "pip", "--version"]) {
        missing.push("python3-pip");
    }
    if !runs("xz", &["--version"]) {
        missing.push("xz-utils");
    }
    setup::ensure_only(&missing)
}
