//! `cargo xtask test`: everything, each part timed.

use crate::shell::{self, Result, Times};
use crate::{fuzz, root, setup, stick, target};
use clap::Args;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

#[derive(Args)]
pub struct TestArgs {
    /// Names of crates (`vault`) or image tests (`first_light`); none: all
    names: Vec<String>,
    /// Also what takes long: the vault cut at every point instead of a sample of them, a
    /// second build of everything in another folder, and Nix's
    #[arg(long)]
    thorough: bool,
    /// How many virtual machines run side by side
    #[arg(long, default_value_t = 2)]
    machines: usize,
}

pub fn run(args: &TestArgs) -> Result<()> {
    let mut times = Times::default();
    let mut closing = Closing::default();
    let result = parts(args, &mut times, &mut closing);
    times.print();
    closing.print();
    result
}

fn parts(args: &TestArgs, times: &mut Times, closing: &mut Closing) -> Result<()> {
    times.part("install what is missing", setup::ensure)?;
    let promises = promises()?;
    let (image_tests, crates): (Vec<String>, Vec<String>) = args
        .names
        .iter()
        .cloned()
        .partition(|name| promises.contains(name));
    let everything = args.names.is_empty();

    if everything {
        times.part("formatting", || {
            shell::run(shell::cargo().args(["fmt", "--all", "--check"]))
        })?;
        times.part("lints", || {
            shell::run(shell::cargo().args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--locked",
                "--",
                "-D",
                "warnings",
            ]))
        })?;
    }
    if everything || !crates.is_empty() {
        times.part("tests on the host", || {
            host_tests(&crates, args.thorough, closing)
        })?;
    }
    if everything {
        times.part("fuzz targets, a fixed number of runs", || {
            for done in fuzz::short()? {
                println!("{}: {} runs", done.target, done.runs);
            }
            Ok(())
        })?;
    }
    if everything || !image_tests.is_empty() {
        let report = times.part("build the stick image", || {
            stick::image(&stick::ImageArgs::default())
        })?;
        drop(report);
        let wanted = if everything { promises } else { image_tests };
        times.part("image tests", || {
            run_image_tests(&wanted, args.machines, closing)
        })?;
    }
    if args.thorough {
        times.part("reproducible: another folder, and Nix", stick::reproducible)?;
    }
    Ok(())
}

/// Image tests: one file a promise.
fn promises() -> Result<Vec<String>> {
    let folder = root().join("image-tests/tests");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .map_err(|e| format!("{}: {e}", folder.display()))?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let is_test = path.extension().is_some_and(|e| e == "rs");
            is_test.then(|| path.file_stem()?.to_str().map(str::to_owned))?
        })
        .collect();
    names.sort();
    Ok(names)
}

fn host_tests(crates: &[String], thorough: bool, closing: &mut Closing) -> Result<()> {
    let mut cargo = shell::cargo();
    if thorough {
        // apps/vault/tests/nothing_lost: every cut instead of a sample.
        cargo.env("KURAMORI_CUTS", "all");
    }
    cargo.args(["test", "--locked", "--no-fail-fast"]);
    if crates.is_empty() {
        // The harness's own unit tests run here too; its image tests need an image.
        cargo.args(["--workspace", "--exclude", "image-tests"]);
    } else {
        for name in crates {
            cargo.args(["--package", name]);
        }
    }
    let (ok, output) = shell::tee(&mut cargo)?;
    closing.take(&output);
    if crates.is_empty() {
        let (harness, output) = shell::tee(shell::cargo().args([
            "test",
            "--locked",
            "--package",
            "image-tests",
            "--lib",
        ]))?;
        closing.take(&output);
        return outcome(ok && harness, "tests on the host");
    }
    outcome(ok, "tests on the host")
}

fn outcome(ok: bool, what: &str) -> Result<()> {
    if ok {
        Ok(())
    } else {
        Err(format!("{what}: some failed"))
    }
}

/// Builds each promise's test program once, then runs them `machines` at a time: cargo
/// itself would run one test program after the other.
fn run_image_tests(names: &[String], machines: usize, closing: &mut Closing) -> Result<()> {
    shell::run(shell::cargo().args(["build", "--locked", "--quiet", "--package", "courier"]))?;
    let programs = build_image_tests(names)?;
    let queue = Mutex::new(programs.into_iter().collect::<VecDeque<_>>());
    let outputs = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..machines.max(1) {
            scope.spawn(|| {
                while let Some((name, program)) = queue.lock().ok().and_then(|mut q| q.pop_front())
                {
                    println!("-- {name}: started");
                    let start = std::time::Instant::now();
                    let output = Command::new(&program)
                        .arg("--nocapture")
                        .current_dir(root().join("image-tests"))
                        .env("KURAMORI_COURIER", target().join("debug/courier"))
                        .output();
                    let (ok, text) = match output {
                        Ok(o) => (
                            o.status.success(),
                            format!(
                                "{}{}",
                                String::from_utf8_lossy(&o.stdout),
                                String::from_utf8_lossy(&o.stderr)
                            ),
                        ),
                        Err(e) => (false, format!("{}: {e}", program.display())),
                    };
                    println!(
                        "-- {name}: {} after {} s\n{text}",
                        if ok { "passed" } else { "FAILED" },
                        start.elapsed().as_secs()
                    );
                    if let Ok(mut all) = outputs.lock() {
                        all.push((name, ok, text));
                    }
                }
            });
        }
    });
    let outputs = outputs.into_inner().map_err(|e| e.to_string())?;
    let mut failed = Vec::new();
    for (name, ok, text) in &outputs {
        closing.take(text);
        if !ok {
            failed.push(name.as_str());
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "image tests failed: {} (stories and screenshots: target/image-tests/)",
            failed.join(", ")
        ))
    }
}

fn build_image_tests(names: &[String]) -> Result<Vec<(String, PathBuf)>> {
    let mut cargo = shell::cargo();
    cargo.args([
        "test",
        "--locked",
        "--package",
        "image-tests",
        "--no-run",
        "--message-format=json",
    ]);
    for name in names {
        cargo.args(["--test", name]);
    }
    let messages = shell::capture(&mut cargo)?;
    let mut programs: Vec<(String, PathBuf)> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|m| m["reason"] == "compiler-artifact" && m["profile"]["test"] == true)
        .filter_map(|m| {
            Some((
                m["target"]["name"].as_str()?.to_owned(),
                PathBuf::from(m["executable"].as_str()?),
            ))
        })
        .collect();
    // The longest first, so that the short ones fill the gaps at the end.
    programs.sort_by_key(|(name, _)| (name != "first_light", name.clone()));
    if programs.len() == names.len() {
        Ok(programs)
    } else {
        Err(format!(
            "{} image tests asked for, {} were built",
            names.len(),
            programs.len()
        ))
    }
}

/// The test runners' own closing lines, repeated at the very end.
#[derive(Default)]
struct Closing {
    lines: Vec<String>,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Closing {
    fn take(&mut self, output: &str) {
        for line in output.lines().filter(|l| l.starts_with("test result: ")) {
            self.passed += count(line, " passed");
            self.failed += count(line, " failed");
            self.ignored += count(line, " ignored");
            self.lines.push(line.to_owned());
        }
    }

    fn print(&self) {
        println!();
        for line in &self.lines {
            if !line.contains(" 0 passed; 0 failed; 0 ignored") {
                println!("{line}");
            }
        }
        println!(
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.ignored
        );
    }
}

fn count(line: &str, what: &str) -> u64 {
    line.split(what)
        .next()
        .and_then(|before| before.rsplit(|c: char| !c.is_ascii_digit()).next())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn counts_are_read_from_a_closing_line() {
        let line = "test result: ok. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            (
                count(line, " passed"),
                count(line, " failed"),
                count(line, " ignored")
            ),
            (12, 3, 1)
        );
    }
}
