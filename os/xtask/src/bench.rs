//! `cargo xtask bench`: figures as JSON under target/bench/.

use crate::guest;
use crate::kkc;
use crate::setup;
use crate::shell::{self, Result};
use crate::stick::{self, ImageArgs};
use std::fs;

/// The programs of Debian that the vault is compared with; nothing else needs them.
const VAULTS_PEERS: &[&str] = &["sqlite3", "sqlcipher", "keepassxc"];

#[derive(clap::Args)]
pub struct BenchArgs {
    /// Only these: boot, size, memory, keys, vault, kiosk; or kkc, which is measured only by name
    names: Vec<String>,
    /// How many people the vault has: 100,000 is the size the product states
    #[arg(long, default_value_t = 100_000)]
    people: u32,
    /// How many entries the ledger that is checked has
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
}

/// Takes the measurements named: `vault`, `kiosk` and `kkc` here, all others in the harness
/// of the image. Without a name, all but `kkc`.
pub fn run(args: &BenchArgs) -> Result<()> {
    let names = &args.names;
    let all = names.is_empty();
    let (without_image, image): (Vec<&str>, Vec<&str>) = names
        .iter()
        .map(String::as_str)
        .partition(|n| ["vault", "kiosk", "kkc"].contains(n));
    if without_image.contains(&"kkc") {
        kkc::bench()?;
    }
    if all || !image.is_empty() {
        stick::image(&ImageArgs::default())?;
        guest::harness("bench", &image)?;
    }
    if all || without_image.contains(&"kiosk") {
        measure_kiosk()?;
    }
    if all || without_image.contains(&"vault") {
        measure_vault(args.people, args.entries)?;
    }
    Ok(())
}

/// From a key to pixels at two sizes, idling, memory; one line for each figure.
fn measure_kiosk() -> Result<()> {
    setup::ensure()?;
    let folder = crate::root().join("target/bench");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let json = shell::capture(shell::cargo().args([
        "run",
        "--quiet",
        "--release",
        "-p",
        "kiosk",
        "--no-default-features",
        "--features",
        "stick",
        "--example",
        "measure",
    ]))?;
    let path = folder.join("kiosk.json");
    fs::write(&path, &json).map_err(|e| format!("{}: {e}", path.display()))?;
    let value: serde_json::Value =
        serde_json::from_str(&json).map_err(|e| format!("the measurement's JSON: {e}"))?;
    for screen in value["screens"].as_array().into_iter().flatten() {
        println!(
            "{} x {} at {} %: {} KiB resident beside {} KiB of the screen, idle for {} minutes: {} wakeups, {} frames, {} ms",
            screen["width"],
            screen["height"],
            screen["percent"],
            screen["resident_kib"],
            screen["screen_kib"],
            screen["idle"]["minutes"],
            screen["idle"]["wakeups"],
            screen["idle"]["frames"],
            screen["idle"]["cpu_ms"],
        );
        for name in [
            "typing",
            "composing",
            "converting",
            "next_row",
            "next_page",
            "full_redraw",
        ] {
            let times = &screen[name];
            println!(
                "    {name:<12} median {:>8.3} ms, 99 % {:>8.3} ms, worst {:>8.3} ms",
                times["median_ms"].as_f64().unwrap_or(f64::NAN),
                times["p99_ms"].as_f64().unwrap_or(f64::NAN),
                times["worst_ms"].as_f64().unwrap_or(f64::NAN),
            );
        }
    }
    println!("{}", path.display());
    Ok(())
}

fn measure_vault(people: u32, entries: u64) -> Result<()> {
    setup::ensure_with(VAULTS_PEERS)?;
    let folder = crate::root().join("target/bench");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let json = shell::capture(
        shell::cargo()
            .args([
                "run",
                "--quiet",
                "--release",
                "-p",
                "vault",
                "--example",
                "measure",
                "--",
            ])
            // On the disk the sources are on: in memory nothing durable costs anything.
            .arg("--folder")
            .arg(&folder)
            .args(["--people", &people.to_string()])
            .args(["--entries", &entries.to_string()]),
    )?;
    let path = folder.join("vault.json");
    fs::write(&path, &json).map_err(|e| format!("{}: {e}", path.display()))?;
    summary(&json)?;
    println!("{}", path.display());
    Ok(())
}

/// One line for each figure and each of its peers.
fn summary(json: &str) -> Result<()> {
    let value: serde_json::Value =
        serde_json::from_str(json).map_err(|e| format!("the measurement's JSON: {e}"))?;
    println!(
        "{} people, {} ledger entries, {} cores, load {}",
        value["people"], value["ledger_entries"], value["cores"], value["load_average"]
    );
    for figure in value["figures"].as_array().into_iter().flatten() {
        let name = figure["name"].as_str().unwrap_or_default();
        println!(
            "{name:<24} {:>12.3} ms, {:>12.3} of the processor   goal: {}",
            median(&figure["ours"]),
            processor(&figure["ours"]),
            figure["goal"]
        );
        for peer in figure["peers"].as_array().into_iter().flatten() {
            let peer_name = peer["name"].as_str().unwrap_or_default();
            match peer["not_measured"].as_str() {
                Some(why) => println!("    {peer_name:<20} not measured: {why}"),
                None => println!(
                    "    {peer_name:<20} {:>12.3} ms, {:>12.3} of the processor   ours is {} of it, {} of the processor",
                    median(&peer["times"]),
                    processor(&peer["times"]),
                    peer["ours_to_peer"],
                    peer["ours_to_peer_cpu"]
                ),
            }
        }
        for (part, milliseconds) in figure["parts_ms"].as_object().into_iter().flatten() {
            println!("    of it: {part}: {milliseconds} ms");
        }
    }
    Ok(())
}

fn processor(times: &serde_json::Value) -> f64 {
    times["cpu_ms"].as_f64().unwrap_or(f64::NAN)
}

fn median(times: &serde_json::Value) -> f64 {
    times["median_ms"].as_f64().unwrap_or(f64::NAN)
}
