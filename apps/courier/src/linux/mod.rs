//! The Linux edges: nftables for the cut, /proc for programs, tmpfs and fanotify for
//! the room, a mounted folder for the stick, root-only files for the keys.

mod clock;
mod network;
mod program;
mod room;
mod secrets;
mod sentinel;
mod stick;
mod stop;
mod terminal;

pub use clock::SystemClock;
pub use network::Nft;
pub use program::{ProcPrograms, hash_file};
pub use room::TmpfsRoom;
pub use secrets::SecretFile;
pub use sentinel::{Sentinel, courier_died};
pub use stick::FolderStick;
pub use stop::Signals;
pub use terminal::Terminal;

use crate::{Failure, Result};
use codes::ErrorCode;

/// # Errors
/// `NeedsRoot` for anybody but root: mounting, marking and cutting are root's.
pub fn require_root() -> Result<()> {
    if rustix::process::geteuid().is_root() {
        Ok(())
    } else {
        Err(Failure::new(ErrorCode::NeedsRoot, "effective user"))
    }
}

/// Keeps what this process holds in memory out of core dumps, debuggers and swap, as
/// far as the system lets us.
pub fn harden() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    let all =
        nix::sys::mman::MlockAllFlags::MCL_CURRENT | nix::sys::mman::MlockAllFlags::MCL_FUTURE;
    let _ = nix::sys::mman::mlockall(all);
}

/// What this machine calls itself.
pub fn host_name() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}

/// Who started the courier: the person behind sudo(8) or pkexec(1), else the user it
/// runs as. For receipts about what was not opened.
pub fn started_by() -> transfer::Name {
    let uid = ["SUDO_UID", "PKEXEC_UID"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok()?.parse().ok())
        .unwrap_or_else(|| rustix::process::getuid().as_raw());
    program::user_name(uid)
}
