//! Builds the converter's dictionary, converts on the command line, measures quality.
//! `cargo xtask dictionary`, `kkc` and `bench kkc` run it.
#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use clap::{Parser, Subcommand};
use image::Cache;
use kkc_tools::{Error, Result, convert, quality};
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "kkc-tools",
    about = "The converter's dictionary and its quality"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the dictionary into the cache and print its path and sizes
    Build {
        /// Build it twice and compare
        #[arg(long)]
        twice: bool,
    },
    /// Fetch what it is built from into the cache, for a build without a network
    Fetch,
    /// Convert readings from standard input, one a line
    Convert(convert::ConvertArgs),
    /// Measure quality and speed
    Bench(quality::QualityArgs),
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("kkc-tools: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    let cache = Cache::of_user()?;
    match command {
        Command::Build { twice } => build(&cache, *twice),
        Command::Fetch => kkc_tools::fetch(&cache),
        Command::Convert(args) => convert::run(&cache, args),
        Command::Bench(args) => quality::run(&cache, args),
    }
}

fn build(cache: &Cache, twice: bool) -> Result<()> {
    let path = kkc_tools::dictionary(cache)?;
    let sha256 = image::sha256_file(&path)?;
    if twice && image::sha256(&kkc_tools::build(cache)?) != sha256 {
        return Err(Error::malformed(
            kkc_tools::FILE,
            "a second build gave other bytes",
        ));
    }
    let dictionary = kkc::Dictionary::open(&path)?;
    println!("{}", path.display());
    println!("sha256 {sha256}, {} words", dictionary.len());
    println!("{}", dictionary.sources());
    Ok(())
}
