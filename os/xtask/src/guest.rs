//! Booting the stick: the harness of `image-tests` does it, as a program of its own.

use crate::setup;
use crate::shell::{self, Result};
use crate::stick::{self, ImageArgs};
use clap::{Args, ValueEnum};

#[derive(Args)]
pub struct RunArgs {
    /// Start from a fresh stick instead of the one of the last run
    #[arg(long)]
    fresh: bool,
    /// No window, even where there is a display
    #[arg(long)]
    headless: bool,
}

pub fn run(args: &RunArgs) -> Result<()> {
    let mut flags = Vec::new();
    if args.fresh {
        flags.push("--fresh");
    }
    if args.headless || !has_display() {
        flags.push("--headless");
    } else {
        setup::ensure_with(setup::WINDOW)?;
    }
    stick::image(&ImageArgs::default())?;
    harness("run", &flags)
}

/// The stories of `cargo xtask demo`.
#[derive(Clone, Copy, ValueEnum)]
pub enum Demo {
    FirstLight,
    People,
}

pub fn demo(story: Demo) -> Result<()> {
    stick::image(&ImageArgs::default())?;
    match story {
        Demo::FirstLight => {
            shell::run(shell::cargo().args(["build", "--locked", "--package", "courier"]))?;
            harness("demo", &[])
        }
        Demo::People => {
            // Who looks at the screen and decides: its keys are pressed in QEMU then.
            shell::run(shell::cargo().args([
                "test",
                "--locked",
                "--package",
                "kiosk",
                "--no-default-features",
                "--features",
                "stick",
                "--test",
                "people_typed",
            ]))?;
            harness("people", &[])
        }
    }
}

/// Runs a verb of the harness (`image-tests/src/main.rs`).
pub fn harness(verb: &str, flags: &[&str]) -> Result<()> {
    shell::run(shell::cargo().args([
        "build",
        "--locked",
        "--quiet",
        "--package",
        "image-tests",
        "--bins",
    ]))?;
    shell::run(
        shell::cargo()
            .args([
                "run",
                "--locked",
                "--quiet",
                "--package",
                "image-tests",
                "--bin",
                "guest",
                "--",
                verb,
            ])
            .args(flags),
    )
}

fn has_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|v| std::env::var_os(v).is_some_and(|d| !d.is_empty()))
}
