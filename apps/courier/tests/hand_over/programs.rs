//! What runs: the permitted program and the courier.

use crate::{PATIENCE, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
};

/// The permitted program, running as a user, obeying us.
pub struct Payroll {
    pub child: Child,
    pub input: Option<ChildStdin>,
    pub output: BufReader<ChildStdout>,
}

impl Payroll {
    pub fn of(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut payroll = Payroll {
            child,
            input,
            output,
        };
        // It answers, so it has replaced the commands before it.
        assert_eq!(payroll.ask("release"), "released");
        payroll
    }

    pub fn ask(&mut self, line: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    pub fn read(&mut self, path: &str) -> String {
        self.ask(&format!("read {path}"))
    }

    pub fn end(&mut self) {
        self.input = None;
        self.child.wait().unwrap();
    }
}

impl Drop for Payroll {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `courier receive`, under way.
pub struct Courier {
    pub child: Child,
    pub lines: mpsc::Receiver<String>,
    pub room: PathBuf,
}

pub struct Done {
    pub code: Option<i32>,
    pub errors: String,
}

impl Courier {
    /// Waits for the line that says where the file is.
    pub fn file(&self) -> String {
        loop {
            let line = self
                .lines
                .recv_timeout(PATIENCE)
                .expect("the place of the file");
            if line.starts_with(self.room.to_str().unwrap()) {
                return line;
            }
        }
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Kills the courier and its sentinel, as a power cut does.
    pub fn crash(self) {
        let pid = self.child.id();
        // It must not start another process between the two.
        self.signal(Signal::STOP);
        wait_until(|| {
            fs::read_to_string(format!("/proc/{pid}/stat"))
                .unwrap()
                .contains(") T ")
        });
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        let children: Vec<i32> = children.split(' ').filter_map(|c| c.parse().ok()).collect();
        assert!(!children.is_empty(), "it has a sentinel");
        for child in children {
            kill_process(Pid::from_raw(child).unwrap(), Signal::KILL).unwrap();
        }
        self.signal(Signal::KILL);
        assert_eq!(self.wait().code, None);
    }

    pub fn wait(self) -> Done {
        let output = self.child.wait_with_output().unwrap();
        Done {
            code: output.status.code(),
            errors: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
