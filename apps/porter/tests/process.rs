//! The process itself: frames in, frames out, and what it can no longer do.
#![allow(clippy::unwrap_used, reason = "tests")]

use protocol::{
    FrameReader, encode,
    foreign::{Answer, Job},
};
use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, Stdio},
};

fn image() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stick.img");
    File::create(&path).unwrap().set_len(64 << 20).unwrap();
    (folder, path)
}

fn start(path: &std::path::Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_porter"))
        .arg("--image")
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn converse(path: &std::path::Path, job: &Job) -> Vec<Answer> {
    let mut child = start(path);
    let mut input = child.stdin.take().unwrap();
    input.write_all(&encode(job).unwrap()).unwrap();
    let mut bytes = Vec::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_end(&mut bytes)
        .unwrap();
    assert!(child.wait().unwrap().success());
    let mut frames = FrameReader::default();
    frames.push(&bytes);
    std::iter::from_fn(|| frames.next().unwrap()).collect()
}

#[test]
fn a_job_is_answered_over_the_pipes_with_progress_before() {
    let (_folder, path) = image();
    let format = Job::Format {
        label: "KURAMORI".into(),
        identity: b"signed".to_vec(),
    };
    let answers = converse(&path, &format);
    let (last, before) = answers.split_last().unwrap();
    assert_eq!(*last, Answer::Flushed);
    assert!(!before.is_empty());
    assert!(
        before
            .iter()
            .all(|a| matches!(a, Answer::Progress { done, total } if done <= total))
    );

    let inspect = Job::Inspect { folders: vec![] };
    let expected = Answer::Inspected {
        identity: Some(b"signed".to_vec()),
        files: vec![],
    };
    assert_eq!(converse(&path, &inspect), [expected]);
}

#[test]
fn what_is_not_a_job_ends_it_without_an_answer() {
    let (_folder, path) = image();
    for bytes in [
        &b"\xff\xff\xff\xff"[..],
        b"\x02\0\0\0\xff\xff",
        b"\x09\0\0\0",
        b"",
    ] {
        let mut child = start(&path);
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{bytes:?}");
        assert!(output.stdout.is_empty());
    }
}

/// Waits for its job with the sandbox already closed around it.
#[test]
fn while_it_waits_it_holds_four_descriptors_and_may_gain_no_privilege() {
    let (_folder, path) = image();
    let mut child = start(&path);
    let proc = format!("/proc/{}", child.id());
    // No promise on time: it is asked until the limits stand, or the test runner ends it.
    let limits = loop {
        let limits = std::fs::read_to_string(format!("{proc}/limits")).unwrap();
        let files = limits
            .lines()
            .find(|l| l.starts_with("Max open files"))
            .unwrap();
        if files.split_whitespace().nth(3) == Some("4") {
            break limits;
        }
        std::thread::yield_now();
    };
    assert!(
        limits
            .lines()
            .any(|l| l.starts_with("Max core file size") && l.contains(" 0 "))
    );
    let status = std::fs::read_to_string(format!("{proc}/status")).unwrap();
    assert!(status.lines().any(|l| l == "NoNewPrivs:\t1"), "{status}");
    drop(child.stdin.take());
    child.wait().unwrap();
}
