//! A program that stands in for payroll software, to try the courier without any:
//! it obeys lines on standard input and answers each with one line.
//!
//! ```text
//! read PATH     opens, reads to the end, closes; answers `read BYTES SHA256` or `failed OS-ERROR`
//! hold PATH     opens and keeps open; answers `held` or `failed OS-ERROR`
//! watch FOLDER  waits for a file one folder below, reads it at once; answers as `read`
//! release       closes what is held; answers `released`
//! spawn         starts cat(1) with what is held as its input; answers `spawned BYTES`,
//!               counting those it got that are not zero
//! ```
//!
//! It ends with its input.

use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, BufRead, Read, Write},
    path::Path,
    process::{Command, Stdio},
};

fn main() -> io::Result<()> {
    let mut held: Option<File> = None;
    let mut out = io::stdout();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let (command, path) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match command {
            "read" => read(path),
            "watch" => watch(Path::new(path)),
            "hold" => File::open(path).map(|file| {
                held = Some(file);
                "held".to_owned()
            }),
            "release" => {
                held = None;
                Ok("released".to_owned())
            }
            "spawn" => spawn(held.as_ref()),
            _ => Ok("unknown".to_owned()),
        };
        let answer = answer.unwrap_or_else(|e| format!("failed {}", e.raw_os_error().unwrap_or(0)));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn read(path: &str) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.read_to_end(&mut bytes)?;
    let hash: String = Sha256::digest(&bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    Ok(format!("read {} {hash}", bytes.len()))
}

fn watch(folder: &Path) -> io::Result<String> {
    loop {
        let below = fs::read_dir(folder).into_iter().flatten().flatten();
        let files = below.flat_map(|f| fs::read_dir(f.path()).into_iter().flatten().flatten());
        for file in files {
            // Renamed between the two: it has another name now.
            if let Ok(answer) = read(&file.path().to_string_lossy()) {
                return Ok(answer);
            }
        }
        std::thread::yield_now();
    }
}

/// How much another program gets out of a descriptor handed to it.
fn spawn(held: Option<&File>) -> io::Result<String> {
    let input = held.ok_or(io::ErrorKind::NotFound)?.try_clone()?;
    let output = Command::new("/bin/cat")
        .stdin(input)
        .stderr(Stdio::null())
        .output()?;
    let bytes = output.stdout.iter().filter(|&&byte| byte != 0).count();
    Ok(format!("spawned {bytes}"))
}
