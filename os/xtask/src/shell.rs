//! Running other programs: what fails says which command it was.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub type Result<T> = std::result::Result<T, String>;

/// Runs `command` with its output shown as it comes.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .map_err(|e| format!("{}: {e}", show(command)))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed ({status})", show(command)))
    }
}

/// Runs `command`, shows its standard output as it comes and returns it too.
pub fn tee(command: &mut Command) -> Result<(bool, String)> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{}: {e}", show(command)))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(|e| format!("{}: {e}", show(command)))?;
            println!("{line}");
            text.push_str(&line);
            text.push('\n');
        }
    }
    let status = child
        .wait()
        .map_err(|e| format!("{}: {e}", show(command)))?;
    Ok((status.success(), text))
}

/// What `command` printed, or an error with what it complained of.
pub fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .map_err(|e| format!("{}: {e}", show(command)))?;
    if !output.status.success() {
        return Err(format!(
            "{} failed ({}): {}",
            show(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `cargo` as it was called, so that a toolchain override holds for what we start.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(crate::root());
    cargo
}

fn show(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

/// How long each part of a long job took.
#[derive(Default)]
pub struct Times(Vec<(String, Duration)>);

impl Times {
    /// Runs one part and keeps its time, whether it succeeds or not.
    pub fn part<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("== {name}");
        let _ = std::io::stdout().flush();
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        println!("== {name}: {} s", took.as_secs());
        self.0.push((name.to_owned(), took));
        result
    }

    /// A line a part.
    pub fn print(&self) {
        println!("\nTime of each part:");
        for (name, took) in &self.0 {
            println!("{:>6} s  {name}", took.as_secs());
        }
        let total: Duration = self.0.iter().map(|(_, t)| *t).sum();
        println!("{:>6} s  altogether", total.as_secs());
    }
}
