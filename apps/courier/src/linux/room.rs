//! The place for the decrypted file: a tmpfs of our own, guarded by fanotify(7).
//!
//! - tmpfs with `noswap` (Linux 6.4): the content never reaches a disk. Where the kernel
//!   does not know the option the room is made only if there is no swap.
//! - One FAN_OPEN_PERM and FAN_ACCESS_PERM mark on the whole file system: every opening
//!   and every read(2), through whatever mount or link, waits until we have looked which
//!   executable the process runs. Root is asked like everybody. The mark stands before
//!   there is any content.
//! - Descriptors handed to another program are useless for read(2) there. A mapping
//!   that the permitted program shares on purpose is beyond this guard.
//! - fanotify ends with the process that holds it: whoever could open the file by its
//!   permissions may do so after a crash, until the sweep.

use super::program::{ProcPrograms, pids};
use crate::{
    Failure, Result,
    machine::Event,
    outside::{Permitted, Room, Running},
};
use codes::ErrorCode;
use nix::{
    errno::Errno,
    sys::fanotify::{
        EventFFlags, Fanotify, FanotifyResponse, InitFlags, MarkFlags, MaskFlags, Response,
    },
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{AtFlags, CWD, Gid, Mode, OFlags, Uid},
    mount::{MountFlags, UnmountFlags},
};
use std::{
    fs::{self, File},
    io::{self, Read, Write},
    os::{
        fd::AsRawFd,
        unix::fs::{FileExt, MetadataExt},
    },
    path::{Path, PathBuf},
    time::Duration,
};
use transfer::{HandOverId, Sha256};
use zeroize::Zeroizing;

/// Bytes the room can hold: a payload is below 1 MiB.
const OPTIONS: &std::ffi::CStr = c"size=2m,nr_inodes=64,mode=0711,noswap";
const OPTIONS_WITHOUT_SWAP: &std::ffi::CStr = c"size=2m,nr_inodes=64,mode=0711";
/// What the mount is called in /proc/mounts, by which a sweep knows it.
const SOURCE: &str = "kuramori-courier";
/// Swept files are overwritten up to this size, far above what fits into the room.
const MAX_SWEPT: u64 = 4 << 20;

/// The room at one fixed folder.
pub struct TmpfsRoom {
    at: PathBuf,
    programs: ProcPrograms,
    open: Option<Open>,
}

struct Open {
    guard: Fanotify,
    permitted: Sha256,
    user: u32,
    folder: PathBuf,
    /// Where it was placed.
    path: Option<PathBuf>,
    /// Opened before the guard stood, so that our own writing asks nobody.
    file: File,
    length: usize,
}

fn failure(code: ErrorCode, step: &'static str) -> impl Fn(io::Error) -> Failure {
    Failure::io(code, step)
}

fn no_guard(step: &'static str) -> impl Fn(Errno) -> Failure {
    move |errno| Failure {
        code: ErrorCode::GuardUnavailable,
        step,
        errno: Some(errno as i32),
    }
}

impl TmpfsRoom {
    /// A room at `at`, which is made when needed. Touches nothing yet.
    pub fn new(at: PathBuf) -> Self {
        TmpfsRoom {
            at,
            programs: ProcPrograms::default(),
            open: None,
        }
    }

    fn mount(&self) -> Result<()> {
        const STEP: &str = "mount the room";
        if is_mounted(&self.at) {
            // With the journal swept, it is another courier's.
            return Err(Failure::new(ErrorCode::CourierBusy, STEP));
        }
        let unavailable = failure(ErrorCode::RoomUnavailable, STEP);
        fs::create_dir_all(&self.at).map_err(&unavailable)?;
        let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
        match rustix::mount::mount(SOURCE, &self.at, "tmpfs", flags, OPTIONS) {
            Err(rustix::io::Errno::INVAL) if !swap_is_on() => {
                rustix::mount::mount(SOURCE, &self.at, "tmpfs", flags, OPTIONS_WITHOUT_SWAP)
            }
            other => other,
        }
        .map_err(|e| unavailable(e.into()))
    }

    /// Overwrites, removes and unmounts whatever is mounted here under our name.
    fn clear(&self) -> Result<()> {
        const STEP: &str = "clear the room";
        while is_mounted(&self.at) {
            overwrite_all(&self.at).map_err(failure(ErrorCode::RemoveFailed, STEP))?;
            // A program that still holds the (emptied) file must not keep the room.
            rustix::mount::unmount(&self.at, UnmountFlags::DETACH)
                .map_err(|e| failure(ErrorCode::RemoveFailed, STEP)(e.into()))?;
        }
        // The mount point stays; it is empty.
        Ok(())
    }
}

impl Room for TmpfsRoom {
    fn make(
        &mut self,
        session: HandOverId,
        permitted: &Permitted,
        running: &Running,
    ) -> Result<()> {
        self.mount()?;
        let unavailable = failure(ErrorCode::RoomUnavailable, "make the file");
        let folder = self.at.join(session.to_string());
        rustix::fs::mkdir(&folder, Mode::RWXU).map_err(|e| unavailable(e.into()))?;
        // Whatever the umask was: see `place`.
        rustix::fs::chmod(&folder, Mode::RWXU).map_err(|e| unavailable(e.into()))?;
        // Without a name until it is complete: nobody finds it half written.
        let file = rustix::fs::open(
            &folder,
            OFlags::RDWR | OFlags::TMPFILE | OFlags::CLOEXEC,
            Mode::RUSR | Mode::WUSR,
        )
        .map_err(|e| unavailable(e.into()))?;

        let guard = Fanotify::init(
            // A queue with a limit lets pass unasked what comes when it is full.
            InitFlags::FAN_CLASS_CONTENT
                | InitFlags::FAN_CLOEXEC
                | InitFlags::FAN_NONBLOCK
                | InitFlags::FAN_UNLIMITED_QUEUE,
            EventFFlags::O_RDONLY | EventFFlags::O_LARGEFILE | EventFFlags::O_CLOEXEC,
        )
        .map_err(no_guard("fanotify_init"))?;
        guard
            .mark(
                MarkFlags::FAN_MARK_ADD | MarkFlags::FAN_MARK_FILESYSTEM,
                MaskFlags::FAN_OPEN_PERM | MaskFlags::FAN_ACCESS_PERM,
                CWD,
                Some(&self.at),
            )
            .map_err(no_guard("fanotify_mark"))?;
        self.open = Some(Open {
            guard,
            permitted: permitted.sha256,
            user: running.user,
            folder,
            path: None,
            file: file.into(),
            length: 0,
        });
        Ok(())
    }

    fn place(&mut self, name: &str, content: &Zeroizing<Vec<u8>>) -> Result<PathBuf> {
        const STEP: &str = "write the file";
        let unavailable = failure(ErrorCode::RoomUnavailable, STEP);
        let open = self
            .open
            .as_mut()
            .ok_or(Failure::new(ErrorCode::Internal, STEP))?;
        // Known before the first byte, so that a half-written file is overwritten whole.
        open.length = content.len();
        open.file.write_all(content).map_err(&unavailable)?;
        let path = open.folder.join(name);
        let give = || -> rustix::io::Result<()> {
            rustix::fs::fchmod(&open.file, Mode::RUSR)?;
            rustix::fs::fchown(&open.file, Some(Uid::from_raw(open.user)), Some(Gid::ROOT))?;
            // open(2), O_TMPFILE: how such a file gets its name.
            let unnamed = format!("/proc/self/fd/{}", open.file.as_raw_fd());
            rustix::fs::linkat(CWD, &unnamed, CWD, &path, AtFlags::SYMLINK_FOLLOW)?;
            // The folder stays root's, so that nobody renames, links or adds anything in
            // it; it can be listed, as a file dialog does.
            rustix::fs::chmod(&open.folder, Mode::from_raw_mode(0o755))
        };
        open.path = Some(path.clone());
        give().map_err(|e| unavailable(e.into()))?;
        Ok(path)
    }

    fn serve(&mut self, at_most: Duration) -> Vec<Event> {
        let Some(open) = &self.open else {
            std::thread::sleep(at_most);
            return Vec::new();
        };
        let timeout = Timespec::try_from(at_most).ok();
        let mut fds = [PollFd::new(&open.guard, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(0) | Err(rustix::io::Errno::INTR) => return Vec::new(),
            Ok(_) if fds[0].revents().contains(PollFlags::IN) => {}
            Ok(_) | Err(_) => return vec![Event::GuardLost],
        }
        let events = match open.guard.read_events() {
            Ok(events) => events,
            Err(Errno::EAGAIN | Errno::EINTR) => return Vec::new(),
            Err(_) => return vec![Event::GuardLost],
        };
        let mut seen = Vec::new();
        for event in events {
            let (true, Some(fd)) = (event.check_version(), event.fd()) else {
                // A queue that overflowed has let something pass unasked.
                seen.push(Event::GuardLost);
                continue;
            };
            let allowed = self.programs.may_open(event.pid(), open.permitted);
            let response = if allowed {
                Response::FAN_ALLOW
            } else {
                Response::FAN_DENY
            };
            if open
                .guard
                .write_response(FanotifyResponse::new(fd, response))
                .is_err()
            {
                seen.push(Event::GuardLost);
            } else if allowed {
                seen.push(Event::Opened);
            }
        }
        seen
    }

    fn in_use(&mut self) -> bool {
        let Some(meta) = self.open.as_ref().and_then(|o| o.file.metadata().ok()) else {
            return false;
        };
        let ourselves = std::process::id().cast_signed();
        pids()
            .filter(|&pid| pid != ourselves)
            .any(|pid| has_open(pid, &meta) || has_mapped(pid, &meta))
    }

    fn remove(&mut self) -> Result<()> {
        const STEP: &str = "remove the file";
        let failed = failure(ErrorCode::RemoveFailed, STEP);
        if let Some(open) = &mut self.open {
            // Through our own descriptor: whatever its owner renamed or linked, these are
            // the pages. The guard stands until they are empty.
            let zeros = vec![0; open.length];
            open.file.write_all_at(&zeros, 0).map_err(&failed)?;
        }
        if let Some(open) = self.open.take() {
            let Open {
                guard,
                file,
                path,
                length,
                ..
            } = open;
            // Closing the group lets everybody pass who waits, and us read.
            drop(guard);
            if let Some(path) = path {
                // Where this fails, `clear` meets it again and says so.
                let _ = fs::remove_file(path);
            }
            let mut left = Vec::with_capacity(length);
            rewound(&file)
                .and_then(|mut f| f.read_to_end(&mut left))
                .map_err(&failed)?;
            if left.iter().any(|&byte| byte != 0) {
                return Err(Failure::new(ErrorCode::RemoveFailed, STEP));
            }
        }
        self.clear()
    }
}

fn rewound(file: &File) -> io::Result<&File> {
    use std::io::Seek;
    let mut f = file;
    f.rewind()?;
    Ok(file)
}

fn swap_is_on() -> bool {
    // The first line is the heading. What cannot be read counts as swap.
    fs::read_to_string("/proc/swaps").map_or(true, |text| text.lines().count() > 1)
}

/// Whether a tmpfs under our name is mounted at `at`.
fn is_mounted(at: &Path) -> bool {
    let Some(at) = fs::canonicalize(at)
        .ok()
        .and_then(|p| p.to_str().map(str::to_owned))
    else {
        return false;
    };
    // proc(5): source, mount point, type. Blanks in a path are written \040.
    let at = at.replace('\\', "\\134").replace(' ', "\\040");
    fs::read_to_string("/proc/self/mounts").is_ok_and(|mounts| {
        mounts.lines().any(|line| {
            let mut fields = line.split(' ');
            (fields.next(), fields.next(), fields.next())
                == (Some(SOURCE), Some(&at), Some("tmpfs"))
        })
    })
}

/// Overwrites and removes every file of the room, one level of folders deep: more is
/// not made, and nobody but root can make more.
fn overwrite_all(room: &Path) -> io::Result<()> {
    for entry in fs::read_dir(room)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            for file in fs::read_dir(entry.path())? {
                overwrite(&file?.path())?;
            }
            fs::remove_dir(entry.path())?;
        } else {
            overwrite(&entry.path())?;
        }
    }
    Ok(())
}

fn overwrite(path: &Path) -> io::Result<()> {
    let opened = rustix::fs::open(
        path,
        OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    );
    if let Ok(fd) = opened {
        let file = File::from(fd);
        let length = file.metadata()?.len().min(MAX_SWEPT);
        file.write_all_at(&vec![0; length as usize], 0)?;
    }
    fs::remove_file(path)
}

fn has_open(pid: i32, wanted: &fs::Metadata) -> bool {
    fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .filter_map(|entry| fs::metadata(entry.ok()?.path()).ok())
        .any(|meta| (meta.dev(), meta.ino()) == (wanted.dev(), wanted.ino()))
}

/// Looks for the file among the process's mappings: a program may map a file, close it
/// and go on reading. proc(5): address perms offset dev inode path, dev as `major:minor` in hex.
fn has_mapped(pid: i32, wanted: &fs::Metadata) -> bool {
    let dev = wanted.dev();
    let dev = format!(
        "{:02x}:{:02x}",
        rustix::fs::major(dev),
        rustix::fs::minor(dev)
    );
    let ino = wanted.ino().to_string();
    fs::read_to_string(format!("/proc/{pid}/maps")).is_ok_and(|maps| {
        maps.lines().any(|line| {
            let mut fields = line.split_ascii_whitespace().skip(3);
            (fields.next(), fields.next()) == (Some(&dev), Some(&ino))
        })
    })
}
