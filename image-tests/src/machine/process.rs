//! The processes a PC is made of: QEMU and its TPM.

use super::{MachineError, io_at};
use crate::qmp::{Qmp, QmpError};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A child process that does not outlive its handle.
#[derive(Debug)]
pub(super) struct Owned(pub(super) Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn connect(
    socket: &Path,
    child: &mut Owned,
    messages: &Path,
) -> Result<Qmp, MachineError> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Ok(Some(_)) = child.0.try_wait() {
            return Err(MachineError::Ended(
                fs::read_to_string(messages).unwrap_or_default(),
            ));
        }
        match Qmp::connect(socket) {
            Ok(qmp) => return Ok(qmp),
            Err(QmpError::Io(_)) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(50));
            }
            Err(e) => return Err(e.into()),
        }
    }
}

/// QEMU's shared memory file of the guest's RAM.
pub(super) fn guest_memory(qemu: u32) -> Result<File, MachineError> {
    let folder = PathBuf::from(format!("/proc/{qemu}/fd"));
    for entry in fs::read_dir(&folder).map_err(io_at(&folder))? {
        let path = entry.map_err(io_at(&folder))?.path();
        let is_ram = fs::read_link(&path)
            .is_ok_and(|to| to.to_string_lossy().contains("memfd:memory-backend-memfd"));
        if is_ram {
            return File::open(&path).map_err(io_at(&path));
        }
    }
    Err(MachineError::Ended("QEMU has no shared memory file".into()))
}

/// A software TPM 2.0 beside the machine.
#[derive(Debug)]
pub(super) struct Tpm {
    pub(super) socket: PathBuf,
    _child: Owned,
}

impl Tpm {
    pub(super) fn start(folder: &Path, socket: &Path) -> Result<Self, MachineError> {
        let state = folder.join("tpm");
        fs::create_dir_all(&state).map_err(io_at(&state))?;
        let child = Command::new("swtpm")
            .args(["socket", "--tpm2", "--tpmstate"])
            .arg(format!("dir={}", argument(&state)))
            .arg("--ctrl")
            .arg(format!("type=unixio,path={}", argument(socket)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| MachineError::Io("swtpm".into(), e))?;
        let child = Owned(child);
        let until = Instant::now() + Duration::from_secs(20);
        while !socket.exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(Self {
            socket: socket.to_owned(),
            _child: child,
        })
    }
}

/// Processor time of a process so far, all threads.
pub(super) fn cpu_time(pid: u32) -> Duration {
    // proc(5): fields 14 and 15 are user and system time in clock ticks, 100 a second on Linux;
    // the name in field 2 may hold spaces, so count after its closing bracket.
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return Duration::ZERO;
    };
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// A comma in an argument of QEMU is written twice.
pub(super) fn argument(path: &Path) -> String {
    path.display().to_string().replace(',', ",,")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_reports_its_processor_time() {
        let before = cpu_time(std::process::id());
        let start = Instant::now();
        let mut x = 1u64;
        while start.elapsed() < Duration::from_millis(300) {
            x = std::hint::black_box(x.wrapping_mul(3));
        }
        assert!(cpu_time(std::process::id()) > before);
    }
}
