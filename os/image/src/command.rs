//! Running other people's build tools: always with a known environment, never through a shell.

use crate::{Error, Result};
use std::{
    ffi::OsStr,
    fs, io,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    process::{Command, Stdio},
};

/// How much of a failed tool's output an error carries, in bytes.
const OUTPUT_TAIL: u64 = 4096;

/// A tool started with nothing of the caller's environment but what is given here,
/// so that a builder's own `CFLAGS` or locale cannot change a bit of the image.
pub(crate) struct Tool {
    command: Command,
    name: String,
    package: &'static str,
}

impl Tool {
    /// `package` is the Debian package named when the tool is missing.
    pub fn new(program: &str, package: &'static str) -> Self {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("HOME", std::env::temp_dir())
            .env("SOURCE_DATE_EPOCH", "1");
        Self {
            command,
            name: program.into(),
            package,
        }
    }

    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.command.args(args);
        self
    }

    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    pub fn dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Runs to the end; both outputs go to `log` (for long builds, so that a reader can follow).
    pub fn run_logged(mut self, log: &Path) -> Result<()> {
        let mut file = fs::File::options()
            .create(true)
            .append(true)
            .read(true)
            .open(log)
            .map_err(Error::io("open the build log", log))?;
        let clone = || {
            file.try_clone()
                .map_err(Error::io("open the build log", log))
        };
        let status = self
            .command
            .stdin(Stdio::null())
            .stdout(clone()?)
            .stderr(clone()?)
            .status()
            .map_err(|e| self.not_started(e))?;
        if status.success() {
            return Ok(());
        }
        let length = file.seek(SeekFrom::End(0)).unwrap_or(0);
        let mut tail = Vec::new();
        // A log that cannot be read back still leaves the exit status to report.
        let _ = file.seek(SeekFrom::Start(length.saturating_sub(OUTPUT_TAIL)));
        let _ = file.read_to_end(&mut tail);
        Err(self.failed(status.to_string(), &tail))
    }

    /// Runs to the end and returns what it wrote to standard output.
    pub fn output(mut self) -> Result<Vec<u8>> {
        let out = self
            .command
            .stdin(Stdio::null())
            .output()
            .map_err(|e| self.not_started(e))?;
        if out.status.success() {
            Ok(out.stdout)
        } else {
            Err(self.failed(out.status.to_string(), &out.stderr))
        }
    }

    /// Like [`Tool::output`], feeding `input` to standard input.
    pub fn filter(mut self, input: &[u8]) -> Result<Vec<u8>> {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| self.not_started(e))?;
        let stdin = child.stdin.take();
        let out = std::thread::scope(|scope| {
            scope.spawn(move || {
                // A tool that stops reading early reports the reason by its exit status.
                stdin.map(|mut to| to.write_all(input))
            });
            child.wait_with_output()
        })
        .map_err(|e| self.not_started(e))?;
        if out.status.success() {
            Ok(out.stdout)
        } else {
            Err(self.failed(out.status.to_string(), &out.stderr))
        }
    }

    fn not_started(&self, source: io::Error) -> Error {
        if source.kind() == io::ErrorKind::NotFound {
            Error::MissingTool {
                tool: self.name.clone(),
                package: self.package.into(),
            }
        } else {
            Error::Io {
                action: "start",
                path: self.name.clone().into(),
                source,
            }
        }
    }

    fn failed(&self, status: String, output: &[u8]) -> Error {
        let tail = &output[output.len().saturating_sub(OUTPUT_TAIL as usize)..];
        // The environment is the same in every run and would bury the message.
        let words = std::iter::once(self.command.get_program()).chain(self.command.get_args());
        let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
        Error::ToolFailed {
            command: words.join(" "),
            status,
            output: String::from_utf8_lossy(tail).into_owned(),
        }
    }
}

/// Fails with the package's name where a file of the host is missing.
pub(crate) fn host_file(path: &str, package: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => Error::MissingFile {
            path: path.into(),
            package: package.into(),
        },
        _ => Error::io("read", Path::new(path))(e),
    })
}

/// The installed version of Debian packages, as `name version`; unknown ones are left out.
pub(crate) fn debian_versions(packages: &[&str]) -> Vec<String> {
    packages
        .iter()
        .filter_map(|package| {
            let out = Tool::new("dpkg-query", "dpkg")
                .args(["-W", "-f", "${Package} ${Version}\n", package])
                .output()
                .ok()?;
            let line = String::from_utf8_lossy(&out)
                .lines()
                .next()?
                .trim()
                .to_owned();
            (!line.is_empty()).then_some(line)
        })
        .collect()
}
