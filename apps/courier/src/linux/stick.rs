//! A companion that is mounted somewhere. Its content is foreign: names and sizes are
//! bounded, symbolic links are not followed, only plain files are read.

use crate::{Failure, Result, outside::Stick};
use codes::ErrorCode;
use protocol::foreign::{FOLDER, Folder, IDENTITY, MAX_FILE, MAX_FILES};
use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags},
    io::Errno,
};
use std::{
    fs::File,
    io::{Read, Write},
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
};

/// The companion mounted at a folder.
pub struct FolderStick {
    at: PathBuf,
    /// The identity as it was read first: another stick in the same place is another stick.
    identity: Option<Vec<u8>>,
    /// The block device behind the folder, where there is one.
    device: Option<PathBuf>,
}

fn failure(step: &'static str) -> impl Fn(Errno) -> Failure {
    move |errno| {
        let code = match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP => ErrorCode::NoCompanion,
            Errno::NOSPC | Errno::DQUOT => ErrorCode::CompanionFull,
            _ => ErrorCode::CompanionIo,
        };
        Failure::io(code, step)(errno.into())
    }
}

fn errno(error: std::io::Error) -> Errno {
    Errno::from_io_error(&error).unwrap_or(Errno::IO)
}

impl FolderStick {
    /// The companion at `at`. Nothing is read yet.
    pub fn new(at: &Path) -> Self {
        FolderStick {
            at: at.to_owned(),
            identity: None,
            device: None,
        }
    }

    fn root(&self) -> rustix::io::Result<OwnedFd> {
        // The mount point itself was named by the person; links may lead to it.
        let mount = rustix::fs::open(
            &self.at,
            OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        open_folder(&mount, FOLDER)
    }

    fn read_identity(&self) -> rustix::io::Result<Vec<u8>> {
        let root = self.root()?;
        read_file(&root, IDENTITY)?.ok_or(Errno::INVAL)
    }
}

impl Stick for FolderStick {
    fn identity(&mut self) -> Result<Vec<u8>> {
        const STEP: &str = "read the companion's identity";
        let identity = self.read_identity().map_err(failure(STEP))?;
        self.device = rustix::fs::stat(&self.at)
            .ok()
            .map(|stat| {
                let (major, minor) = (
                    rustix::fs::major(stat.st_dev),
                    rustix::fs::minor(stat.st_dev),
                );
                PathBuf::from(format!("/sys/dev/block/{major}:{minor}"))
            })
            .filter(|path| path.exists());
        self.identity = Some(identity.clone());
        Ok(identity)
    }

    fn read(&mut self, folder: Folder) -> Result<Vec<(String, Vec<u8>)>> {
        const STEP: &str = "read a folder of the companion";
        let read = || -> rustix::io::Result<_> {
            let folder_fd = match open_folder(&self.root()?, folder.name()) {
                // A companion that nobody wrote to yet.
                Err(Errno::NOENT) => return Ok(Vec::new()),
                other => other?,
            };
            let mut names = Vec::new();
            for entry in Dir::read_from(&folder_fd)? {
                let entry = entry?;
                let name = entry.file_name().to_str().unwrap_or_default();
                names.extend(stem(name, folder).map(str::to_owned));
                if names.len() > 16 * MAX_FILES {
                    break;
                }
            }
            names.sort();
            names.truncate(MAX_FILES);
            let mut files = Vec::new();
            for name in names {
                if let Some(bytes) = read_file(&folder_fd, &file_name(folder, &name))? {
                    files.push((name, bytes));
                }
            }
            Ok(files)
        };
        read().map_err(failure(STEP))
    }

    fn put(&mut self, folder: Folder, name: &str, bytes: &[u8]) -> Result<()> {
        const STEP: &str = "write to the companion";
        if !valid_name(name) || bytes.len() > MAX_FILE {
            return Err(Failure::new(ErrorCode::Internal, STEP));
        }
        let put = || -> rustix::io::Result<()> {
            let root = self.root()?;
            match rustix::fs::mkdirat(&root, folder.name(), Mode::from_raw_mode(0o755)) {
                Err(Errno::EXIST) | Ok(()) => {}
                Err(e) => return Err(e),
            }
            let folder_fd = open_folder(&root, folder.name())?;
            let temporary = format!("{name}.TMP");
            let target = file_name(folder, name);
            remove_at(&folder_fd, &temporary)?;
            let mut file = File::from(rustix::fs::openat(
                &folder_fd,
                &temporary,
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC,
                Mode::from_raw_mode(0o644),
            )?);
            file.write_all(bytes).map_err(errno)?;
            rustix::fs::fsync(&file)?;
            rustix::fs::renameat(&folder_fd, &temporary, &folder_fd, &target)?;
            flush(&folder_fd)?;
            match read_file(&folder_fd, &target)? {
                Some(back) if back == bytes => Ok(()),
                _ => Err(Errno::IO),
            }
        };
        put().map_err(failure(STEP))
    }

    fn remove(&mut self, folder: Folder, name: &str) -> Result<()> {
        const STEP: &str = "remove from the companion";
        if !valid_name(name) {
            return Err(Failure::new(ErrorCode::Internal, STEP));
        }
        let remove = || {
            let folder_fd = match open_folder(&self.root()?, folder.name()) {
                Err(Errno::NOENT) => return Ok(()),
                other => other?,
            };
            remove_at(&folder_fd, &file_name(folder, name))?;
            flush(&folder_fd)
        };
        remove().map_err(failure(STEP))
    }

    fn present(&mut self) -> bool {
        // A pulled stick may still answer from the page cache; its device is gone.
        self.device.as_ref().is_none_or(|path| path.exists())
            && self.identity.is_some()
            && self.read_identity().ok() == self.identity
    }
}

fn file_name(folder: Folder, name: &str) -> String {
    format!("{name}.{}", folder.ending())
}

/// The name without the folder's ending, if it is one a companion may hold.
fn stem(name: &str, folder: Folder) -> Option<&str> {
    let stem = name.strip_suffix(folder.ending())?.strip_suffix('.')?;
    valid_name(stem).then_some(stem)
}

fn valid_name(name: &str) -> bool {
    (1..=40).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
}

fn open_folder(at: impl AsFd, name: &str) -> rustix::io::Result<OwnedFd> {
    rustix::fs::openat(
        at,
        name,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// `None` for what is no plain file or is over the bound.
fn read_file(at: impl AsFd, name: &str) -> rustix::io::Result<Option<Vec<u8>>> {
    // Non-blocking, lest a FIFO in the file's place make us wait.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(at, name, flags, Mode::empty()) {
        Err(Errno::LOOP) => return Ok(None),
        other => File::from(other?),
    };
    let meta = file.metadata().map_err(errno)?;
    if !meta.is_file() || meta.len() > MAX_FILE as u64 {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.take(MAX_FILE as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(errno)?;
    Ok((bytes.len() <= MAX_FILE).then_some(bytes))
}

fn remove_at(folder: &OwnedFd, name: &str) -> rustix::io::Result<()> {
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Err(Errno::NOENT) => Ok(()),
        other => other,
    }
}

/// The folder's entries, then everything of that file system, are on the device: FAT
/// keeps its table apart from files and folders.
fn flush(folder: &OwnedFd) -> rustix::io::Result<()> {
    rustix::fs::fsync(folder)?;
    rustix::fs::syncfs(folder)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::fs;

    fn stick() -> (tempfile::TempDir, FolderStick) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(FOLDER)).unwrap();
        fs::write(folder.path().join(FOLDER).join(IDENTITY), b"identity").unwrap();
        let stick = FolderStick::new(folder.path());
        (folder, stick)
    }

    #[test]
    fn what_is_put_is_read_and_removed() {
        let (_folder, mut stick) = stick();
        assert_eq!(stick.identity().unwrap(), b"identity");
        stick.put(Folder::Receipts, "A-1", b"one").unwrap();
        stick.put(Folder::Receipts, "A-1", b"two").unwrap();
        assert_eq!(
            stick.read(Folder::Receipts).unwrap(),
            [("A-1".to_owned(), b"two".to_vec())]
        );
        stick.remove(Folder::Receipts, "A-1").unwrap();
        stick.remove(Folder::Receipts, "A-1").unwrap();
        assert_eq!(stick.read(Folder::Receipts).unwrap(), []);
        assert_eq!(stick.read(Folder::Bundles).unwrap(), [], "no folder yet");
    }

    #[test]
    fn links_pipes_strange_names_and_large_files_are_left_out() {
        let (folder, mut stick) = stick();
        let bundles = folder.path().join(FOLDER).join("BUNDLES");
        fs::create_dir(&bundles).unwrap();
        let secret = folder.path().join("secret");
        fs::write(&secret, b"not on the stick").unwrap();
        std::os::unix::fs::symlink(&secret, bundles.join("LINK.KBN")).unwrap();
        nix::unistd::mkfifo(&bundles.join("PIPE.KBN"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        fs::write(bundles.join("lower.KBN"), b"x").unwrap();
        fs::write(bundles.join(".KBN"), b"x").unwrap();
        fs::write(bundles.join("OTHER.KRC"), b"x").unwrap();
        fs::write(bundles.join("LARGE.KBN"), vec![0; MAX_FILE + 1]).unwrap();
        fs::write(bundles.join("GOOD.KBN"), b"good").unwrap();
        assert_eq!(
            stick.read(Folder::Bundles).unwrap(),
            [("GOOD".to_owned(), b"good".to_vec())]
        );
    }

    #[test]
    fn a_stick_that_goes_or_is_exchanged_is_noticed() {
        let (folder, mut stick) = stick();
        assert!(!stick.present(), "not met yet");
        stick.identity().unwrap();
        assert!(stick.present());
        let identity = folder.path().join(FOLDER).join(IDENTITY);
        fs::write(&identity, b"another").unwrap();
        assert!(!stick.present());
        fs::remove_file(&identity).unwrap();
        assert!(!stick.present());
    }

    #[test]
    fn an_empty_mount_point_is_no_companion() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            FolderStick::new(folder.path()).identity().unwrap_err().code,
            ErrorCode::NoCompanion
        );
    }
}
