//! Stands for the payroll software: it waits for a file to be shown to it, reads it once
//! and keeps a copy where the test can compare it.
//!
//! `payroll-program INBOX COPY`: INBOX is the folder the courier shows files in.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let (Some(inbox), Some(copy)) = (arguments.next(), arguments.next()) else {
        return ExitCode::from(2);
    };
    loop {
        if let Some(file) = first_file(&inbox)
            && let Ok(content) = fs::read(&file)
            && !content.is_empty()
        {
            let kept = fs::write(&copy, content);
            // As payroll software does: it stays open after it imported.
            std::thread::sleep(Duration::from_secs(600));
            return if kept.is_ok() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The first regular file at or below a folder.
fn first_file(folder: &Path) -> Option<PathBuf> {
    let mut below = Vec::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_file() {
            return Some(path);
        }
        below.push(path);
    }
    below.iter().find_map(|folder| first_file(folder))
}
