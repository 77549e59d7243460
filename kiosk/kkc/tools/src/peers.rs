//! Converters to compare with: libanthy and libkkc as Debian packages them, through their own programs.
//!
//! Neither has a field's hint or takes a space inside a name: both get the reading without it.

use crate::error::{Error, Result};
use kkc::Field;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A converter that is measured.
pub trait Peer {
    fn name(&self) -> &str;

    /// Whether it is measured on lists of this field.
    fn takes(&self, field: Field) -> bool;

    /// For each reading up to `want` ways to write the whole of it, the likeliest first.
    fn candidates(
        &mut self,
        readings: &[&str],
        field: Field,
        want: usize,
    ) -> Result<Vec<Vec<String>>>;
}

/// libanthy by the protocol of `anthy-agent --egg`.
pub struct Anthy;

/// A conversation with anthy-agent.
struct Agent {
    process: Child,
    answers: BufReader<ChildStdout>,
}

impl Agent {
    fn start() -> Result<Self> {
        let mut process = spawn(Command::new("anthy-agent").arg("--egg"))?;
        let stdout = process.stdout.take();
        let answers = stdout.ok_or_else(|| failed("anthy-agent", "it has no output"))?;
        let mut agent = Self {
            process,
            answers: BufReader::new(answers),
        };
        agent.line()?;
        agent.ask("NEW-CONTEXT INPUT=#18 OUTPUT=#18")?;
        agent.line()?;
        Ok(agent)
    }

    fn ask(&mut self, command: &str) -> Result<()> {
        let stdin = self.process.stdin.as_mut();
        let stdin = stdin.ok_or_else(|| failed("anthy-agent", "it has no input"))?;
        writeln!(stdin, "{command}")
            .and_then(|()| stdin.flush())
            .map_err(|e| failed("anthy-agent", e))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = Vec::new();
        self.answers
            .read_until(b'\n', &mut line)
            .map_err(|e| failed("anthy-agent", e))?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    /// The lines of a `+DATA` answer, up to the empty one.
    fn data(&mut self) -> Result<Vec<String>> {
        let head = self.line()?;
        let mut lines = Vec::new();
        if head.starts_with("+DATA") {
            loop {
                let line = self.line()?;
                if line.is_empty() {
                    break;
                }
                lines.push(line);
            }
        }
        Ok(lines)
    }

    fn convert(&mut self, reading: &str, want: usize) -> Result<Vec<String>> {
        self.ask(&format!("CONVERT 0 {reading}"))?;
        let count = self.data()?.len();
        let mut segments = Vec::new();
        for segment in 0..count {
            self.ask(&format!("GET-CANDIDATES 0 {segment} 0 {want}"))?;
            segments.push(self.data()?);
        }
        Ok(wholes(&segments, want))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // Without a QUIT it ends with its input; it must not be left behind unwaited.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Peer for Anthy {
    fn name(&self) -> &str {
        "libanthy 0.4"
    }

    fn takes(&self, _: Field) -> bool {
        true
    }

    fn candidates(&mut self, readings: &[&str], _: Field, want: usize) -> Result<Vec<Vec<String>>> {
        let mut agent = Agent::start()?;
        readings
            .iter()
            .map(|reading| agent.convert(&reading.replace(' ', ""), want))
            .collect()
    }
}

/// Whole conversions from candidates of segments: those that are nearest to each segment's first.
fn wholes(segments: &[Vec<String>], want: usize) -> Vec<String> {
    let mut open = BTreeSet::from([(0, vec![0; segments.len()])]);
    let mut found = Vec::new();
    while let Some((rank, chosen)) = open.pop_first() {
        let texts = segments.iter().zip(&chosen);
        let whole: Option<String> = texts
            .map(|(candidates, at)| candidates.get(*at).map(String::as_str))
            .collect();
        let Some(whole) = whole else { continue };
        if !found.contains(&whole) {
            found.push(whole);
        }
        if found.len() == want {
            break;
        }
        for at in 0..chosen.len() {
            let mut next = chosen.clone();
            next[at] += 1;
            open.insert((rank + 1, next));
        }
    }
    found
}

/// libkkc by its `kkc decoder`: `>> ` asks, lines `0: <text/reading>…` answer.
pub struct Kkc;

impl Peer for Kkc {
    fn name(&self) -> &str {
        "libkkc 0.3.5"
    }

    fn takes(&self, _: Field) -> bool {
        true
    }

    fn candidates(&mut self, readings: &[&str], _: Field, want: usize) -> Result<Vec<Vec<String>>> {
        let mut process = spawn(Command::new("kkc").arg("decoder"))?;
        let lines: String = readings
            .iter()
            .map(|reading| format!("{} {want}\n", reading.replace(' ', "")))
            .collect();
        let stdin = process.stdin.take();
        let writer = std::thread::spawn(move || {
            // A decoder that ends early is seen by its answers.
            stdin.map(|mut to| to.write_all(lines.as_bytes()))
        });
        let mut output = Vec::new();
        if let Some(mut stdout) = process.stdout.take() {
            stdout
                .read_to_end(&mut output)
                .map_err(|e| failed("kkc", e))?;
        }
        let _ = writer.join();
        process.wait().map_err(|e| failed("kkc", e))?;
        let output = String::from_utf8_lossy(&output);
        let answers: Vec<Vec<String>> = output.split(">> ").skip(1).map(answer).collect();
        match answers.len() >= readings.len() {
            true => Ok(answers.into_iter().take(readings.len()).collect()),
            false => Err(failed("kkc", "it did not answer every reading")),
        }
    }
}

/// The texts of the lines `0: <text/reading><text/reading>`.
fn answer(lines: &str) -> Vec<String> {
    lines
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(_, pairs)| {
            pairs
                .split('<')
                .filter_map(|pair| pair.split_once('/'))
                .map(|(text, _)| text)
                .collect()
        })
        .collect()
}

fn spawn(command: &mut Command) -> Result<Child> {
    let name = command.get_program().to_string_lossy().into_owned();
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Both would learn from their user's home; neither may here.
        .env("HOME", std::env::temp_dir())
        .spawn()
        .map_err(|e| failed(&name, format!("{e}; `cargo xtask bench kkc` installs it")))
}

fn failed(command: &str, output: impl ToString) -> Error {
    Error::Command {
        command: command.into(),
        output: output.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_candidates_begin_with_the_first_of_each_segment() {
        let segments = [
            vec!["a".to_owned(), "b".into()],
            vec!["x".into(), "y".into()],
        ];
        assert_eq!(wholes(&segments, 9), ["ax", "ay", "bx", "by"]);
        assert_eq!(wholes(&segments, 2).len(), 2);
    }

    #[test]
    fn an_answer_of_the_decoder_is_read() {
        let lines = "0: <佐藤/さとう><健一/けんいち>\n1: <砂糖/さとう><健一/けんいち>\n";
        assert_eq!(answer(lines), ["佐藤健一", "砂糖健一"]);
    }
}
