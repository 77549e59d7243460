//! The stick image: built, flashed, built again elsewhere and compared.

use crate::shell::{self, Result};
use crate::{kkc, root, setup};
use clap::Args;
use codes::Language;
use image::{CacheChoice, Options, Report, flash, pipeline};
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Args, Default, Clone)]
pub struct ImageArgs {
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    /// Folder of the signing keys (default: per developer, in the cache)
    #[arg(long)]
    keys: Option<PathBuf>,
}

/// Where the image and its report lie.
pub fn folder() -> PathBuf {
    root().join("target/image")
}

/// Builds the stick image and prints what it is.
pub fn image(args: &ImageArgs) -> Result<Report> {
    setup::ensure()?;
    let mut options = Options::new(root(), folder(), kkc::folder(&root())?);
    options.keys.clone_from(&args.keys);
    let report = pipeline(&options, &mut |line| eprintln!("{line}")).map_err(|e| e.to_string())?;
    if args.json {
        let json = serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?;
        println!("{json}");
    } else {
        println!(
            "EFI file  {:>10} bytes  sha256 {}  (before signing)",
            report.unsigned.bytes, report.unsigned.sha256
        );
        println!(
            "EFI file  {:>10} bytes  sha256 {}  (signed)",
            report.signed.bytes, report.signed.sha256
        );
        println!(
            "image     {:>10} bytes  sha256 {}",
            report.stick.bytes, report.stick.sha256
        );
        println!("{}", report.stick.path.display());
    }
    Ok(report)
}

/// Writes the image to a real stick, after everything says that it is one and free.
pub fn flash(device: &Path, args: &ImageArgs) -> Result<()> {
    // Refuse a wrong disk before spending minutes on the image.
    let approved = flash::look_at(device)
        .and_then(flash::judge)
        .map_err(refusal)?;
    let report = image(args)?;
    let verified = flash::write(&approved, &report.stick.path, &mut |line| {
        println!("{line}")
    })
    .map_err(refusal)?;
    println!(
        "{}: written, read back and compared. 書き込み、読み直して照合しました。",
        verified.device.display()
    );
    Ok(())
}

fn refusal(refusal: flash::Refusal) -> String {
    format!(
        "{}\n{}",
        refusal.sentence(Language::Japanese),
        refusal.sentence(Language::English)
    )
}

/// Builds everything a second time, kernel included, in another folder with an empty cache,
/// and once by Nix in its sandbox; compares the EFI files before signing.
pub fn reproducible() -> Result<()> {
    setup::ensure()?;
    let options = Options::new(root(), folder(), kkc::folder(&root())?);
    let first = pipeline(&options, &mut |line| eprintln!("{line}")).map_err(|e| e.to_string())?;

    let scratch = root().join("target/reproducible");
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
    }
    let clone = scratch.join("clone");
    std::fs::create_dir_all(&scratch).map_err(|e| format!("{}: {e}", scratch.display()))?;
    shell::run(
        Command::new("git")
            .args(["clone", "--quiet", "--no-hardlinks"])
            .arg(root())
            .arg(&clone),
    )?;
    // The dictionary is built anew too; what it is made from is pinned and only fetched once.
    let dictionary = kkc::folder_anew(&clone, &scratch.join("cache"))?;
    let mut options = Options::new(&clone, scratch.join("image"), dictionary);
    options.cache = CacheChoice::At(scratch.join("cache"));
    let second = pipeline(&options, &mut |line| eprintln!("second build: {line}"))
        .map_err(|e| e.to_string())?;
    compare("built in another folder", &first, &second.unsigned.sha256)?;

    // The kernel was compared just now; Nix takes it as an input instead of a third compile.
    let kernel = first
        .kernel
        .bzimage
        .parent()
        .ok_or("the kernel lies in no folder")?;
    let by_nix = scratch.join("nix.efi");
    shell::run(
        Command::new(clone.join("os/nix/build"))
            .arg(&by_nix)
            .arg(kernel)
            .current_dir(&clone),
    )?;
    let sum = image::sha256_file(&by_nix).map_err(|e| e.to_string())?;
    compare("built by Nix in its sandbox", &first, &sum)
}

fn compare(how: &str, first: &Report, other: &str) -> Result<()> {
    if first.unsigned.sha256 == other {
        println!("same EFI file, {how}: sha256 {other}");
        Ok(())
    } else {
        Err(format!(
            "{how}, the EFI file differs: {} here, {other} there (uncommitted changes?)",
            first.unsigned.sha256
        ))
    }
}
