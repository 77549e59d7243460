//! Which program runs, and which one a process is: by the SHA-256 of the executable the
//! kernel has mapped for it (`/proc/PID/exe`), never by its path or name.

use crate::{
    Failure, Result,
    outside::{Permitted, Programs, Running},
};
use codes::ErrorCode;
use sha2::Digest;
use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};
use transfer::{Name, Sha256};

/// What names one state of a file: device, inode, size, last change of content or
/// attributes. Only root could bring the last back to an earlier value.
type FileState = (u64, u64, u64, i64, i64);

/// Programs through /proc, with a memory of hashes.
#[derive(Default)]
pub struct ProcPrograms {
    hashes: HashMap<FileState, Sha256>,
}

/// SHA-256 of a file's content.
pub fn hash_file(path: &Path) -> io::Result<Sha256> {
    hash_open(&mut File::open(path)?)
}

fn hash_open(file: &mut File) -> io::Result<Sha256> {
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Sha256::from_bytes(hasher.finalize().into())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

impl ProcPrograms {
    /// The hash of the executable this process runs. `None` for kernel threads and for
    /// processes that are gone.
    pub fn hash_of(&mut self, pid: i32) -> Option<Sha256> {
        let mut file = File::open(format!("/proc/{pid}/exe")).ok()?;
        let meta = file.metadata().ok()?;
        let state = (
            meta.dev(),
            meta.ino(),
            meta.size(),
            meta.ctime(),
            meta.ctime_nsec(),
        );
        if let Some(hash) = self.hashes.get(&state) {
            return Some(*hash);
        }
        let hash = hash_open(&mut file).ok()?;
        self.hashes.insert(state, hash);
        Some(hash)
    }

    /// Whether this process is the permitted program, within reach of the cut, and alone:
    /// a process that is traced does what its tracer wants.
    pub fn may_open(&mut self, pid: i32, sha256: Sha256) -> bool {
        pid > 0
            && shares_our_network(pid)
            && status_field(pid, "TracerPid:").as_deref() == Some("0")
            && self.hash_of(pid) == Some(sha256)
    }

    fn matching(&mut self, sha256: Sha256, wanted: impl Fn(i32) -> bool) -> Vec<i32> {
        let pids: Vec<i32> = pids().filter(|&pid| wanted(pid)).collect();
        pids.into_iter()
            .filter(|&pid| self.hash_of(pid) == Some(sha256))
            .collect()
    }
}

impl Programs for ProcPrograms {
    fn find(&mut self, permitted: &Permitted) -> Result<Running> {
        const STEP: &str = "find the program";
        let is_named = |pid| exe_name(pid).as_deref() == Some(&permitted.name);
        let mut found = self.matching(permitted.sha256, is_named);
        if found.is_empty() {
            // Under another name it is the same program; hashing all of them takes seconds.
            found = self.matching(permitted.sha256, |pid| !is_named(pid));
        }
        if found.is_empty() {
            let code = if pids().any(is_named) {
                ErrorCode::ProgramChanged
            } else {
                ErrorCode::ProgramNotRunning
            };
            return Err(Failure::new(code, STEP));
        }
        // One that the cut does not reach may run, but will not be let in.
        found.retain(|&pid| shares_our_network(pid));
        if found.is_empty() {
            return Err(Failure::new(ErrorCode::ProgramElsewhere, STEP));
        }
        let users: BTreeSet<u32> = found.iter().filter_map(|&pid| file_user(pid)).collect();
        let mut users = users.into_iter();
        match (users.next(), users.next()) {
            (Some(user), None) => Ok(Running {
                user,
                user_name: user_name(user),
            }),
            (Some(_), Some(_)) => Err(Failure::new(ErrorCode::ProgramSeveralUsers, STEP)),
            (None, _) => Err(Failure::new(ErrorCode::ProgramNotRunning, STEP)),
        }
    }

    fn runs(&mut self, permitted: &Permitted) -> bool {
        // By name first, for this is asked every second.
        let is_named = |pid| exe_name(pid).as_deref() == Some(&permitted.name);
        let ours = |pid| shares_our_network(pid);
        !self
            .matching(permitted.sha256, |pid| is_named(pid) && ours(pid))
            .is_empty()
            || !self.matching(permitted.sha256, ours).is_empty()
    }
}

/// Every process at this moment.
pub(super) fn pids() -> impl Iterator<Item = i32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// The file name of the executable, as it was when it was started.
fn exe_name(pid: i32) -> Option<String> {
    let path = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    let name = path.file_name()?.to_str()?;
    // The kernel's mark of a file that was replaced or removed since.
    Some(name.strip_suffix(" (deleted)").unwrap_or(name).to_owned())
}

fn shares_our_network(pid: i32) -> bool {
    let net = |who: &str| fs::read_link(format!("/proc/{who}/ns/net")).ok();
    net("self").is_some_and(|ours| net(&pid.to_string()) == Some(ours))
}

fn status_field(pid: i32, field: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().to_owned())
}

/// The user the kernel checks file permissions for: the last of the four in proc(5).
fn file_user(pid: i32) -> Option<u32> {
    let uids = status_field(pid, "Uid:")?;
    uids.split_ascii_whitespace().nth(3)?.parse().ok()
}

/// The user's login name, or `uid N` where there is none that can be shown.
pub(super) fn user_name(user: u32) -> Name {
    nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(user))
        .ok()
        .flatten()
        .and_then(|u| u.name.parse().ok())
        .unwrap_or_else(|| {
            format!("uid {user}")
                .parse()
                .expect("letters, a blank and digits are a name")
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn ourselves() -> Permitted {
        let exe = std::env::current_exe().unwrap();
        Permitted {
            name: exe.file_name().unwrap().to_str().unwrap().to_owned(),
            sha256: hash_file(&exe).unwrap(),
        }
    }

    #[test]
    fn a_running_program_is_found_by_the_hash_of_its_executable() {
        let mut programs = ProcPrograms::default();
        let running = programs.find(&ourselves()).unwrap();
        assert_eq!(running.user, rustix::process::geteuid().as_raw());
        assert!(programs.runs(&ourselves()));
    }

    #[test]
    fn a_process_may_open_by_the_hash_of_what_it_runs_and_by_nothing_else() {
        let mut programs = ProcPrograms::default();
        let pid = std::process::id().cast_signed();
        let ours = ourselves().sha256;
        assert!(programs.may_open(pid, ours));
        assert!(!programs.may_open(pid, Sha256::of(b"another build")));
        // What the kernel says of a process that lives in another pid namespace.
        assert!(!programs.may_open(0, ours));
        // A kernel thread has no executable.
        assert!(!programs.may_open(2, ours));
    }

    #[test]
    fn a_renamed_program_is_the_same_program() {
        let renamed = Permitted {
            name: "another-name".into(),
            ..ourselves()
        };
        assert!(ProcPrograms::default().find(&renamed).is_ok());
    }

    #[test]
    fn a_changed_program_is_told_from_one_that_does_not_run() {
        let changed = Permitted {
            sha256: Sha256::of(b"another build"),
            ..ourselves()
        };
        let mut programs = ProcPrograms::default();
        assert_eq!(
            programs.find(&changed).unwrap_err().code,
            ErrorCode::ProgramChanged
        );
        let absent = Permitted {
            name: "no-such-program-runs".into(),
            ..changed
        };
        assert_eq!(
            programs.find(&absent).unwrap_err().code,
            ErrorCode::ProgramNotRunning
        );
        assert!(!programs.runs(&absent));
    }
}
