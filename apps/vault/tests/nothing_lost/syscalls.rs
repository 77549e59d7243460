//! The file layer under test: the C library's functions that change files, replaced in this
//! test program. SQLite and Rust's standard library both call them, so that everything the
//! vault writes is seen, whichever part of it writes, and the vault needs no hook for it.
//!
//! On a thread that records ([`record`]) a call on a path below the recorded folder is noted,
//! or made to fail; every other call goes straight to the kernel. A call that is not
//! replaced here would be missed: [`crate::trace`]'s completeness check would notice.
//!
//! Linux with glibc on x86-64 and AArch64: there a function with a fixed third argument
//! takes the call of the variadic `open`.
#![allow(
    unsafe_code,
    reason = "replacing functions of the C library means exporting their names and taking \
              their raw arguments; nothing else in the tests needs it"
)]

use crate::trace::{Op, Recorder};
use libc::{c_char, c_int, c_uint, c_void, mode_t, off64_t, size_t, ssize_t};
use std::cell::RefCell;
use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

thread_local! {
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// Starts recording what this thread does to files below the recorder's folder.
pub fn record(recorder: Recorder) {
    RECORDER.with(|slot| *slot.borrow_mut() = Some(recorder));
}

/// Stops and gives back what was recorded.
pub fn stop() -> Option<Recorder> {
    RECORDER.with(|slot| slot.borrow_mut().take())
}

/// Looks at or changes this thread's recorder; `None` where nothing is recorded.
pub fn with<T>(act: impl FnOnce(&mut Recorder) -> T) -> Option<T> {
    RECORDER
        .try_with(|slot| slot.try_borrow_mut().ok()?.as_mut().map(act))
        .ok()
        .flatten()
}

/// The recorded path of `path`: `None` when it is not below the recorded folder.
fn recorded(path: &Path) -> Option<PathBuf> {
    with(|r| r.relative(path)).flatten()
}

fn recorded_fd(fd: c_int) -> Option<PathBuf> {
    // The common case first: nothing is recorded on this thread.
    with(|_| ())?;
    recorded(&std::fs::read_link(format!("/proc/self/fd/{fd}")).ok()?)
}

/// # Safety
/// `path` is a C string, as the functions below demand of their callers.
unsafe fn recorded_c(path: *const c_char) -> Option<PathBuf> {
    with(|_| ())?;
    // SAFETY: the caller of the replaced function passes a C string.
    let bytes = unsafe { CStr::from_ptr(path) }.to_bytes();
    recorded(Path::new(OsStr::from_bytes(bytes)))
}

fn note(op: Op) {
    with(|r| r.push(op));
}

/// Whether the write is to fail, as on a file system without space.
fn refused(path: &Path, end: u64) -> bool {
    let full = with(|r| r.refuses_write(path, end)).unwrap_or(false);
    if full {
        // SAFETY: errno is this thread's own.
        unsafe { *libc::__errno_location() = libc::ENOSPC };
    }
    full
}

/// # Safety
/// As write(2): `buffer` has `len` bytes.
unsafe fn write_at(fd: c_int, buffer: *const c_void, len: size_t, at: Option<off64_t>) -> ssize_t {
    // SAFETY: the arguments are those of the replaced call, passed on unchanged.
    let call = || unsafe {
        match at {
            Some(at) => libc::syscall(libc::SYS_pwrite64, fd, buffer, len, at) as ssize_t,
            None => libc::syscall(libc::SYS_write, fd, buffer, len) as ssize_t,
        }
    };
    let Some(path) = recorded_fd(fd) else {
        return call();
    };
    // SAFETY: asks for the position only.
    let offset = at.unwrap_or_else(|| unsafe { libc::lseek64(fd, 0, libc::SEEK_CUR) }) as u64;
    if refused(&path, offset + len as u64) {
        return -1;
    }
    let written = call();
    if written > 0 {
        // SAFETY: the kernel has just read that many bytes from there.
        let bytes = unsafe { std::slice::from_raw_parts(buffer.cast::<u8>(), written as usize) };
        note(Op::Write {
            path,
            offset,
            bytes: bytes.into(),
        });
    }
    written
}

/// # Safety
/// As open(2).
unsafe fn open_at(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    // SAFETY: `path` is the caller's C string.
    let target = unsafe { recorded_c(path) };
    let before = target.as_ref().and_then(|t| {
        let full = with(|r| r.full_path(t))?;
        std::fs::metadata(full).ok().map(|m| m.len())
    });
    // SAFETY: the arguments are those of the replaced call, passed on unchanged.
    let fd = unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) } as c_int;
    if let Some(path) = target
        && fd >= 0
    {
        match before {
            None if flags & libc::O_CREAT != 0 => note(Op::Create { path }),
            Some(len) if flags & libc::O_TRUNC != 0 && len > 0 => {
                note(Op::Truncate { path, len: 0 });
            }
            _ => {}
        }
    }
    fd
}

/// # Safety
/// As fsync(2).
unsafe fn sync(call: libc::c_long, fd: c_int) -> c_int {
    // SAFETY: passed on unchanged.
    let result = unsafe { libc::syscall(call, fd) } as c_int;
    if let Some(path) = recorded_fd(fd)
        && result == 0
    {
        note(Op::Sync { path });
    }
    result
}

/// # Safety
/// As unlinkat(2).
unsafe fn unlink_at(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    // SAFETY: `path` is the caller's C string; the call is passed on unchanged.
    let (target, result) = unsafe {
        let target = recorded_c(path);
        (
            target,
            libc::syscall(libc::SYS_unlinkat, folder, path, flags),
        )
    };
    if let Some(path) = target
        && result == 0
    {
        note(Op::Remove { path });
    }
    result as c_int
}

/// # Safety
/// As renameat(2).
unsafe fn rename_at(from: *const c_char, to: *const c_char) -> c_int {
    // SAFETY: both are the caller's C strings; the call is passed on unchanged.
    let (paths, result) = unsafe {
        let paths = recorded_c(from).zip(recorded_c(to));
        let here = libc::AT_FDCWD;
        (
            paths,
            libc::syscall(libc::SYS_renameat2, here, from, here, to, 0),
        )
    };
    if let Some((from, to)) = paths
        && result == 0
    {
        note(Op::Rename { from, to });
    }
    result as c_int
}

/// # Safety
/// As ftruncate(2).
unsafe fn truncate_fd(fd: c_int, len: off64_t) -> c_int {
    let path = recorded_fd(fd);
    // SAFETY: passed on unchanged.
    let result = unsafe { libc::syscall(libc::SYS_ftruncate, fd, len) } as c_int;
    if let Some(path) = path
        && result == 0
    {
        note(Op::Truncate {
            path,
            len: len as u64,
        });
    }
    result
}

/// Exports a function of the C library with the body given.
macro_rules! replace {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty = $body:expr;)*) => {$(
        /// # Safety
        /// As the C library's function of this name.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $type),*) -> $result {
            // SAFETY: the caller keeps to the C library's contract.
            unsafe { $body }
        }
    )*};
}

replace! {
    write(fd: c_int, buffer: *const c_void, len: size_t) -> ssize_t = write_at(fd, buffer, len, None);
    pwrite(fd: c_int, buffer: *const c_void, len: size_t, at: off64_t) -> ssize_t = write_at(fd, buffer, len, Some(at));
    pwrite64(fd: c_int, buffer: *const c_void, len: size_t, at: off64_t) -> ssize_t = write_at(fd, buffer, len, Some(at));
    open(path: *const c_char, flags: c_int, mode: c_uint) -> c_int = open_at(libc::AT_FDCWD, path, flags, mode);
    open64(path: *const c_char, flags: c_int, mode: c_uint) -> c_int = open_at(libc::AT_FDCWD, path, flags, mode);
    ftruncate(fd: c_int, len: off64_t) -> c_int = truncate_fd(fd, len);
    ftruncate64(fd: c_int, len: off64_t) -> c_int = truncate_fd(fd, len);
    fsync(fd: c_int) -> c_int = sync(libc::SYS_fsync, fd);
    fdatasync(fd: c_int) -> c_int = sync(libc::SYS_fdatasync, fd);
    unlink(path: *const c_char) -> c_int = unlink_at(libc::AT_FDCWD, path, 0);
    rmdir(path: *const c_char) -> c_int = unlink_at(libc::AT_FDCWD, path, libc::AT_REMOVEDIR);
    rename(from: *const c_char, to: *const c_char) -> c_int = rename_at(from, to);
    mkdir(path: *const c_char, mode: mode_t) -> c_int = make_folder(path, mode);
}

/// # Safety
/// As mkdir(2).
unsafe fn make_folder(path: *const c_char, mode: mode_t) -> c_int {
    // SAFETY: `path` is the caller's C string; the call is passed on unchanged.
    let (target, result) = unsafe {
        let target = recorded_c(path);
        let here = libc::AT_FDCWD;
        (target, libc::syscall(libc::SYS_mkdirat, here, path, mode))
    };
    if let Some(path) = target
        && result == 0
    {
        note(Op::MakeFolder { path });
    }
    result as c_int
}
