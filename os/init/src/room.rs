//! The stage between init and a program: it builds the room and becomes the program.
//!
//! A room is a mount namespace with a root of its own (a small read-only tmpfs that shows
//! the program, the libraries and what else the program may see), a user of its own, no
//! privileges that could come back, limits, and Landlock over all of it. The stage runs as
//! init's executable with the arguments `room PROGRAM FD…`, single-threaded, and has
//! already lost everything of init's memory by exec.
//!
//! If any step fails the program does not start: the stage exits with [`FAILED`].

use crate::{mounts, process::Program};
use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, Scope, path_beneath_rules,
};
use rustix::{
    fs::{Gid, Mode, Uid},
    io::{FdFlags, fcntl_dupfd_cloexec, fcntl_setfd},
    mount::{
        MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind_recursive, mount_change,
        mount_remount, unmount,
    },
    process::{Resource, Rlimit, chdir, pivot_root, setrlimit, umask},
    thread::{
        UnshareFlags, set_no_new_privs, set_thread_groups, set_thread_res_gid, set_thread_res_uid,
    },
};
use std::{
    error::Error,
    fs, io,
    os::{
        fd::{BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
        unix::{fs::symlink, process::CommandExt},
    },
    path::Path,
    process::Command,
};

/// Exit status of a stage whose room could not be built.
pub const FAILED: i32 = 70;

/// Where the room's root is put together.
const BUILD: &str = "/run/room";
/// Programs and their libraries: whatever of these the image has.
const SYSTEM: [&str; 6] = [
    "/bin",
    "/lib",
    "/lib64",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
];

/// What a program sees besides itself and its libraries.
struct Sight {
    /// Readable, not writable.
    read: &'static [&'static str],
    /// Readable and writable, device ioctls included.
    write: &'static [&'static str],
}

/// What the program is told on its command line.
fn arguments(program: Program) -> Vec<String> {
    match program {
        Program::Keeper => vec!["--vault".to_owned(), mounts::VAULT.to_owned()],
        Program::Kiosk | Program::Porter => Vec::new(),
    }
}

fn sight(program: Program) -> Sight {
    match program {
        Program::Kiosk => Sight {
            // Fonts, and the dictionary of the input method.
            read: &["/usr/share/fonts", "/usr/share/kuramori"],
            // The folders, so that devices plugged in later show up in the room too.
            write: &["/dev/dri", "/dev/input"],
        },
        Program::Keeper => Sight {
            read: &[],
            write: &[mounts::VAULT],
        },
        // Its device is descriptor 3, opened by init.
        Program::Porter => Sight {
            read: &[],
            write: &[],
        },
    }
}

/// Builds the room of `program` and becomes it. Returns only the reason it could not.
pub fn enter(program: &str, fds: &[String]) -> Box<dyn Error> {
    let Some(program) = Program::from_name(program) else {
        return "no such program".into();
    };
    let build = || -> Result<(), Box<dyn Error>> {
        arrange_fds(fds)?;
        build_root(program)?;
        limit(program)?;
        give_up_root(program)?;
        restrict(program)?;
        Ok(())
    };
    match build() {
        Ok(()) => become_program(&format!("/bin/{}", program.name()), &arguments(program)),
        Err(error) => error,
    }
}

/// Becomes a tool of the image, still root, with nothing inherited but 0, 1 and 2.
pub fn tool(path: &str, arguments: &[String]) -> Box<dyn Error> {
    match arrange_fds(&[]) {
        Ok(()) => become_program(path, arguments),
        Err(error) => error.into(),
    }
}

fn become_program(path: &str, arguments: &[String]) -> Box<dyn Error> {
    Command::new(path).args(arguments).env_clear().exec().into()
}

/// Moves the named descriptors to 3, 4 …; exec closes every other above 2.
#[allow(
    unsafe_code,
    reason = "descriptors inherited by number have no owner yet"
)]
fn arrange_fds(fds: &[String]) -> io::Result<()> {
    let mut parked = Vec::new();
    for fd in fds {
        let fd: RawFd = fd.parse().map_err(io::Error::other)?;
        if fd < 3 {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // SAFETY: init passed this number for us to own; it is used once.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        // Out of the way of the places to fill.
        parked.push(fcntl_dupfd_cloexec(&fd, 64)?);
    }
    let open: Vec<RawFd> = fs::read_dir("/proc/self/fd")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    for fd in open.into_iter().filter(|fd| *fd > 2) {
        // SAFETY: only looked at within this call. The listing's own number is closed by
        // now and fails, which is as good.
        let fd = unsafe { BorrowedFd::borrow_raw(fd) };
        let _ = fcntl_setfd(fd, FdFlags::CLOEXEC);
    }
    for (fd, place) in parked.iter().zip(3..) {
        // SAFETY: whatever has this number is nobody's: the stage opens nothing it keeps.
        let mut target = unsafe { OwnedFd::from_raw_fd(place) };
        rustix::io::dup2(fd, &mut target)?;
        fcntl_setfd(&target, FdFlags::empty())?;
        // Stays open for the program.
        let _ = target.into_raw_fd();
    }
    Ok(())
}

#[allow(unsafe_code, reason = "unshare is unsafe only with CLONE_FILES")]
fn build_root(program: Program) -> Result<(), Box<dyn Error>> {
    // SAFETY: descriptors stay shared; only mounts are unshared.
    unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS)? };
    umask(Mode::empty());
    mount_change(
        "/",
        MountPropagationFlags::PRIVATE | MountPropagationFlags::REC,
    )?;
    fs::create_dir_all(BUILD)?;
    mount(
        "room",
        BUILD,
        "tmpfs",
        MountFlags::NOSUID | MountFlags::NOEXEC,
        c"size=64k,mode=755",
    )?;
    let room = Path::new(BUILD);
    for path in SYSTEM {
        show(room, path, true)?;
    }
    for path in ["/dev/null", "/dev/urandom"] {
        show(room, path, false)?;
    }
    let sight = sight(program);
    for path in sight.read {
        show(room, path, true)?;
    }
    for path in sight.write {
        show(room, path, false)?;
    }
    mount_remount(
        BUILD,
        MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NOEXEC,
        c"",
    )?;
    chdir(BUILD)?;
    // The old root lands on top of the new one and is let go at once.
    pivot_root(".", ".")?;
    unmount(".", UnmountFlags::DETACH)?;
    chdir("/")?;
    Ok(())
}

/// Makes `path` of the image visible in the room, if the image has it.
fn show(room: &Path, path: &str, read_only: bool) -> io::Result<()> {
    let Ok(kind) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let target = room.join(path.trim_start_matches('/'));
    if let Some(parent) = target.parent() {
        fs::create_dir_all(parent)?;
    }
    if kind.is_symlink() {
        return symlink(fs::read_link(path)?, target);
    }
    if kind.is_dir() {
        fs::create_dir_all(&target)?;
    } else {
        fs::File::create(&target)?;
    }
    mount_bind_recursive(path, &target)?;
    if read_only {
        mount_remount(
            &target,
            MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV,
            c"",
        )?;
    }
    Ok(())
}

fn limit(program: Program) -> io::Result<()> {
    let both = |value| Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    setrlimit(Resource::Core, both(0))?;
    setrlimit(Resource::Nofile, both(256))?;
    // Counts threads: the kiosk's renderer and SQLite use a few.
    setrlimit(Resource::Nproc, both(64))?;
    if program == Program::Kiosk {
        // It draws and asks; there is nothing for it to write a file to.
        setrlimit(Resource::Fsize, both(0))?;
    }
    Ok(())
}

fn give_up_root(program: Program) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(program.uid()), Gid::from_raw(program.uid()));
    set_thread_groups(&[])?;
    set_thread_res_gid(gid, gid, gid)?;
    // All capabilities go with the last of the three.
    set_thread_res_uid(uid, uid, uid)?;
    set_no_new_privs(true)?;
    umask(Mode::from_bits_truncate(0o077));
    Ok(())
}

/// Landlock: the room's contents once more, as rules that hold even if the mounts were
/// wrong, and no signals to processes outside.
fn restrict(program: Program) -> Result<(), Box<dyn Error>> {
    let abi = ABI::V6;
    let all = AccessFs::from_all(abi);
    let look = AccessFs::ReadFile | AccessFs::ReadDir;
    let devices = look | AccessFs::WriteFile | AccessFs::IoctlDev;
    let sight = sight(program);
    let own: BitFlags<AccessFs> = match program {
        // The vault's folder: all that has to do with plain files.
        Program::Keeper => {
            look | AccessFs::WriteFile
                | AccessFs::Truncate
                | AccessFs::MakeReg
                | AccessFs::MakeDir
                | AccessFs::RemoveFile
                | AccessFs::RemoveDir
                | AccessFs::Refer
        }
        _ => devices,
    };
    Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(all)?
        .scope(Scope::from_all(abi))?
        .create()?
        .add_rules(path_beneath_rules(SYSTEM, look | AccessFs::Execute))?
        .add_rules(path_beneath_rules(
            ["/dev/null"],
            look | AccessFs::WriteFile,
        ))?
        .add_rules(path_beneath_rules(["/dev/urandom"], look))?
        .add_rules(path_beneath_rules(sight.read, look))?
        .add_rules(path_beneath_rules(sight.write, own))?
        .restrict_self()?;
    Ok(())
}
