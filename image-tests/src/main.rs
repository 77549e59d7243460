//! The harness as a program: what `cargo xtask run`, `demo` and `bench` start.
#![allow(
    clippy::print_stdout,
    reason = "telling people what it does is its work"
)]

use clap::{Parser, Subcommand};
use image_tests::{
    artefacts, bench,
    clerk::Clerk,
    firmware::Firmware,
    machine::Pc,
    people_typed, prepared,
    stick::{COMPANION, Stick},
    story::Story,
    walkthrough,
};
use std::{error::Error, process::ExitCode};

#[derive(Parser)]
#[command(about = "Boots, shows and measures the stick image in QEMU")]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Boot the stick: in a window, or headless up to the first screen
    Run {
        /// Start from a fresh stick instead of the one of the last run
        #[arg(long)]
        fresh: bool,
        #[arg(long)]
        headless: bool,
    },
    /// First light with captioned pictures: target/demo/summary.md
    Demo,
    /// Thirty people typed with the keys that the kiosk's test kept: target/people/summary.md
    People,
    /// Measure; JSON under target/bench/
    Bench { names: Vec<String> },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().verb {
        Verb::Run { fresh, headless } => run(fresh, headless),
        Verb::Demo => demo(),
        Verb::People => people(),
        Verb::Bench { names } => measure(names),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

/// The stick of `cargo xtask run` is kept between runs, with a companion to go with it.
fn run(fresh: bool, headless: bool) -> Result<(), Box<dyn Error>> {
    let folder = artefacts::target().join("run");
    let mark = folder.join("made-from");
    let image = &artefacts::image()?.report.stick.sha256;
    let path = folder.join("stick.qcow2");
    let same = std::fs::read_to_string(&mark).is_ok_and(|made_from| made_from == *image);
    let stick = if fresh || !same || !path.exists() {
        let stick = prepared::shipped(&path)?;
        std::fs::write(&mark, image)?;
        stick
    } else {
        println!("going on with the stick of the last run (--fresh starts anew)");
        Stick::existing(&path, prepared::VAULT_SERIAL)
    };
    let companion_path = folder.join("companion.img");
    let companion = if companion_path.exists() && !fresh {
        Stick::raw(&companion_path, prepared::COMPANION_SERIAL)
    } else {
        Stick::blank(&companion_path, COMPANION, prepared::COMPANION_SERIAL)?
    };

    let pc = Pc::with_stick(Firmware::SecureBoot, &stick)
        .variables(&folder.join("variables.fd"))
        .window(!headless);
    if headless {
        let mut story = Story::in_folder(&folder.join("screens"), "story.md", "The first screen")?
            .with_scratch(&folder);
        println!("no display: starting without a window, up to the first screen");
        let mut clerk = Clerk::at(&pc, &mut story)?;
        let tag = clerk.wait_for_start()?;
        clerk.picture("The first screen")?;
        println!(
            "{tag}; picture and story: {}",
            folder.join("screens").display()
        );
        clerk.machine.power_button()?;
        clerk.wait_off()?;
        println!("powered off by its power button");
        return Ok(());
    }
    println!("the companion stick is {}", companion.path().display());
    let mut machine = pc.switch_on(&folder.join("machine"))?;
    let _companion = machine.plug(&companion)?;
    machine.wait_closed();
    Ok(())
}

fn demo() -> Result<(), Box<dyn Error>> {
    let folder = artefacts::target().join("demo");
    let mut story = Story::in_folder(&folder, "summary.md", "Kuramori: first light")?
        .with_scratch(&artefacts::target().join("image-tests/demo"));
    println!(
        "playing first light; this takes some minutes: {}",
        folder.display()
    );
    let walk = walkthrough::walk(&mut story)?;
    println!(
        "the payroll program received {} lines",
        walk.received.lines().count()
    );
    println!("{}", folder.join("summary.md").display());
    Ok(())
}

fn people() -> Result<(), Box<dyn Error>> {
    let folder = artefacts::target().join("people");
    println!(
        "typing people; this takes some ten minutes: {}",
        folder.display()
    );
    let summary = people_typed::play(&folder)?;
    println!(
        "{} people: {} saved, {} found by kana, {} stored as meant",
        summary.people.len(),
        summary.saved,
        summary.found_by_kana,
        summary.stored_as_meant
    );
    println!("{}", folder.join("summary.md").display());
    Ok(())
}

fn measure(names: Vec<String>) -> Result<(), Box<dyn Error>> {
    let names = if names.is_empty() {
        bench::ALL.map(str::to_owned).to_vec()
    } else {
        names
    };
    for name in names {
        println!("measuring {name}");
        println!("{}", bench::measure(&name)?);
    }
    Ok(())
}
