//! `cargo xtask fuzz`: libFuzzer over the targets of `fuzz/`, on the stable toolchain.
//!
//! cargo-fuzz asks a nightly compiler for sanitizers. Our parsers are safe Rust, so the
//! coverage counters are enough, and those are an LLVM pass that stable has too. Only our
//! own crates get them, which is where a fuzzer should look and what leaves dependencies as
//! the tests built them: cargo calls this very program in front of the compiler for the
//! workspace's members ([`as_compiler`]).

use crate::shell::{self, Result};
use crate::{root, target as target_folder};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Set where cargo is to call us in front of the compiler.
const AS_COMPILER: &str = "KURAMORI_FUZZ_COMPILER";

/// What libFuzzer needs in the code: edges counted in place, a table of them, and the
/// operands of comparisons, from which it learns magic values.
const COVERAGE: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=3",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// As cargo's wrapper of the compiler: the compiler and its arguments with the counters
/// added, but for build scripts, which run by themselves. `None`: this is no such call.
pub fn as_compiler() -> Option<ExitCode> {
    std::env::var_os(AS_COMPILER)?;
    let mut words = std::env::args_os().skip(1);
    let mut compiler = Command::new(words.next()?);
    let arguments: Vec<_> = words.collect();
    let is_build_script = arguments.iter().any(|a| a == "build_script_build");
    let wants_code = arguments.iter().any(|a| a == "--crate-name");
    compiler.args(&arguments);
    if wants_code && !is_build_script {
        compiler.args(COVERAGE);
    }
    let status = compiler.status().ok()?;
    Some(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[derive(Args)]
pub struct FuzzArgs {
    /// Names of targets (`tables`); none: all, one after the other
    targets: Vec<String>,
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// How long a target runs.
enum Length {
    Seconds(u32),
    /// As many runs as the target says, and always the same ones.
    Fixed,
}

/// What one target did.
pub struct Done {
    pub target: String,
    pub runs: u64,
}

/// Explores: what it finds is kept under `target/fuzz/corpus/` for the next time.
pub fn run(args: &FuzzArgs) -> Result<()> {
    let program = build()?;
    let known = targets()?;
    let all: Vec<&str> = known.iter().map(|t| t.name.as_str()).collect();
    for name in &args.targets {
        if !all.contains(&name.as_str()) {
            return Err(format!(
                "there is no target `{name}`, only {}",
                all.join(", ")
            ));
        }
    }
    let wanted = |t: &&Known| args.targets.is_empty() || args.targets.contains(&t.name);
    for target in known.iter().filter(wanted) {
        let done = fuzz(&program, target, &Length::Seconds(args.seconds))?;
        println!("{}: {} runs", done.target, done.runs);
    }
    Ok(())
}

/// The short, repeatable runs of `cargo xtask test`.
pub fn short() -> Result<Vec<Done>> {
    let program = build()?;
    targets()?
        .iter()
        .map(|target| fuzz(&program, target, &Length::Fixed))
        .collect()
}

fn folder() -> PathBuf {
    target_folder().join("fuzz")
}

fn build() -> Result<PathBuf> {
    let ourselves = std::env::current_exe().map_err(|e| format!("our own path: {e}"))?;
    let mut cargo = shell::cargo();
    cargo
        .args(["build", "--quiet", "--locked", "--package", "fuzz"])
        .args(["--bin", "fuzz", "--features", "libfuzzer"])
        .env("RUSTC_WORKSPACE_WRAPPER", ourselves)
        .env(AS_COMPILER, "1");
    shell::run(&mut cargo)?;
    Ok(target_folder().join("debug/fuzz"))
}

/// A target as the crate lists it.
struct Known {
    name: String,
    max_len: u32,
    test_runs: u32,
}

/// Asked of the crate itself, whose list is the only one: a line a target.
fn targets() -> Result<Vec<Known>> {
    let mut cargo = shell::cargo();
    cargo.args(["run", "--quiet", "--locked", "--package", "fuzz"]);
    cargo.args(["--example", "list"]);
    shell::capture(&mut cargo)?
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            let known = (|| {
                Some(Known {
                    name: words.next()?.to_owned(),
                    max_len: words.next()?.parse().ok()?,
                    test_runs: words.next()?.parse().ok()?,
                })
            })();
            known.ok_or_else(|| format!("the list of targets has a line `{line}`"))
        })
        .collect()
}

fn fuzz(program: &Path, target: &Known, length: &Length) -> Result<Done> {
    let name = &target.name;
    let artifacts = made(&folder().join("artifacts").join(name))?;
    let mut command = Command::new(program);
    command
        .env("KURAMORI_FUZZ_TARGET", name)
        .arg(format!("-max_len={}", target.max_len))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        // One input that takes longer walks in a circle; one that takes more memory too.
        .args(["-timeout=20", "-rss_limit_mb=1024", "-print_final_stats=1"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    // libFuzzer writes what it finds into the first folder: never the seeds' own.
    match length {
        Length::Seconds(seconds) => {
            let found = made(&folder().join("corpus").join(name))?;
            command.arg(format!("-max_total_time={seconds}")).arg(found);
        }
        Length::Fixed => {
            let scratch = folder().join("scratch").join(name);
            let _ = std::fs::remove_dir_all(&scratch);
            command.args([format!("-runs={}", target.test_runs), "-seed=1".into()]);
            command.arg(made(&scratch)?);
        }
    }
    command.arg(root().join("fuzz/corpus").join(name));
    let output = command
        .output()
        .map_err(|e| format!("{}: {e}", program.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let from = said.lines().count().saturating_sub(40);
        let tail: Vec<&str> = said.lines().skip(from).collect();
        return Err(format!(
            "{name}: an input breaks it; it is kept in {} and belongs into fuzz/corpus/{name}/ once it holds\n{}",
            artifacts.display(),
            tail.join("\n")
        ));
    }
    let runs = said
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| format!("{name}: libFuzzer did not say how many runs it did"))?;
    Ok(Done {
        target: name.clone(),
        runs,
    })
}

/// The folder, made where it is not there.
fn made(folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder.to_path_buf())
}
