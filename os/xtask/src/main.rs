//! The front door of the project: `cargo xtask …`.
//!
//! It must build on a fresh Debian 12 with nothing but Rust, because it is what installs
//! the rest: only pure-Rust dependencies here. What needs more (the QEMU harness, the
//! kiosk) it builds and runs as programs of their own.
#![allow(
    clippy::print_stdout,
    reason = "telling people what it does is its work"
)]

mod bench;
mod fuzz;
mod guest;
mod kkc;
mod setup;
mod shell;
mod stick;
mod test;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, boot, test and measure Kuramori")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Boot the stick in QEMU: in a window where there is a display, else headless with screenshots
    Run(guest::RunArgs),
    /// Play a story with screenshots and a summary: from the first run to the receipt (under
    /// target/demo/), or thirty people typed as a clerk types them (under target/people/)
    Demo {
        #[arg(value_enum, default_value_t = guest::Demo::FirstLight)]
        story: guest::Demo,
    },
    /// Build the stick image; print sizes and hashes
    Image(stick::ImageArgs),
    /// Write the stick image to a real stick and read it back
    Flash {
        /// The stick's whole device, for example /dev/sdb
        device: PathBuf,
        #[command(flatten)]
        image: stick::ImageArgs,
    },
    /// Run all tests, or only the crates and image tests named
    Test(test::TestArgs),
    /// Feed the parsers of foreign bytes what nobody thought of, one target after the other
    Fuzz(fuzz::FuzzArgs),
    /// Measure boot, size, memory, key-to-frame time and the vault; JSON under target/bench/
    Bench(bench::BenchArgs),
    /// Build the kana-kanji converter's dictionary into the cache
    Dictionary {
        /// Build it twice and compare
        #[arg(long)]
        twice: bool,
    },
    /// Convert readings from standard input, one a line (a space divides family and given name);
    /// candidates tab-separated. `--help` behind `--` tells the options
    Kkc {
        /// For example: --field name --nbest 5
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        options: Vec<String>,
    },
    /// Install what is missing (Debian packages); the other commands do it by themselves
    Setup,
}

fn main() -> ExitCode {
    if let Some(code) = fuzz::as_compiler() {
        return code;
    }
    let result = match Cli::parse().command {
        Command::Run(args) => guest::run(&args),
        Command::Demo { story } => guest::demo(story),
        Command::Image(args) => stick::image(&args).map(|_| ()),
        Command::Flash { device, image } => stick::flash(&device, &image),
        Command::Test(args) => test::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Dictionary { twice } => kkc::dictionary(twice),
        Command::Kkc { options } => kkc::convert(&options),
        Command::Setup => setup::ensure(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where cargo builds.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The repository's root: xtask is only ever run from a clone.
fn root() -> PathBuf {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("os/xtask lies two folders below the root")
        .to_path_buf()
}
