//! The payroll PC: the real courier on this host, in a network namespace of its own so that
//! the host's network is never cut, and a program that stands for the payroll software.
//!
//! The companion is an image file; its FAT is read and written here in user space and shown
//! to the courier as a folder, as a mounted stick would be.

use crate::{
    artefacts::{self, ArtefactError},
    stick::Stick,
};
use fatfs::{FileSystem, FsOptions};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

#[derive(Debug, thiserror::Error)]
pub enum PayrollError {
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("the companion's file system: {0}")]
    Fat(io::Error),
    #[error("the companion has no FAT partition")]
    NoPartition,
    #[error(
        "the courier needs root (it cuts a network and guards a file): run the image tests as root"
    )]
    NotRoot,
    #[error("the courier ended with {code:?}:\n{output}")]
    Courier { code: Option<i32>, output: String },
    #[error("the payroll program kept no copy: it was not allowed to read the file")]
    NotRead,
}

type Result<T> = std::result::Result<T, PayrollError>;

/// One payroll PC: its keys, its program.
#[derive(Debug, Clone)]
pub struct PayrollPc {
    folder: PathBuf,
}

impl PayrollPc {
    /// A new PC whose files lie in `folder`.
    pub fn install(folder: &Path) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Err(PayrollError::NotRoot);
        }
        let pc = Self {
            folder: folder.to_owned(),
        };
        fs::create_dir_all(folder).map_err(io_at(folder))?;
        let program = pc.program();
        let mut content =
            fs::read(artefacts::program("payroll-program")?).map_err(io_at(&program))?;
        // Its own hash: two PCs of two tests must not take each other's program for theirs.
        content.extend(folder.display().to_string().bytes());
        fs::write(&program, content).map_err(io_at(&program))?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))
            .map_err(io_at(&program))?;
        Ok(pc)
    }

    /// A PC that was installed before, its files copied to `folder`.
    pub fn copy_to(&self, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(io_at(folder))?;
        let output = Command::new("cp")
            .arg("-a")
            .arg(self.folder.join("."))
            .arg(folder)
            .output()
            .map_err(io_at(folder))?;
        if !output.status.success() {
            return Err(PayrollError::Io(
                folder.to_owned(),
                io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()),
            ));
        }
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// A PC that is installed in `folder` already.
    pub fn installed(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    fn program(&self) -> PathBuf {
        self.folder.join("kyuyo-nyuryoku")
    }

    /// Runs the courier in the network namespace that `entrance` leads into.
    fn courier(&self, mut entrance: Command, arguments: &[&str], mounted: &Path) -> Result<Output> {
        let output = entrance
            .arg("--")
            .arg(artefacts::courier()?)
            .args(arguments)
            .arg("--stick")
            .arg(mounted)
            .arg("--state")
            .arg(self.folder.join("state"))
            .arg("--room")
            .arg(self.folder.join("room"))
            .stdin(Stdio::null())
            .output()
            .map_err(io_at(&self.folder))?;
        if output.status.success() {
            Ok(output)
        } else {
            Err(PayrollError::Courier {
                code: output.status.code(),
                output: text_of(&output),
            })
        }
    }

    /// `courier enroll` with the companion plugged in. Gives back what the PC's screen says.
    pub fn enroll(&self, companion: &Stick) -> Result<String> {
        let mounted = self.folder.join("companion");
        let before = read_tree(companion.path(), &mounted)?;
        let program = self.program();
        let output = self.courier(
            own_network(),
            &[
                "enroll",
                "--name",
                "KYUYO-PC",
                "--program",
                &program.display().to_string(),
            ],
            &mounted,
        )?;
        write_tree(&mounted, companion.path(), &before)?;
        Ok(text_of(&output))
    }

    /// `courier receive` while the program runs. Gives back what the program read and what
    /// the PC's screen said.
    pub fn receive(&self, companion: &Stick) -> Result<(Vec<u8>, String)> {
        let mounted = self.folder.join("companion");
        let before = read_tree(companion.path(), &mounted)?;
        let copy = self.folder.join("what-the-program-read");
        let _ = fs::remove_file(&copy);
        // The courier lets nobody in whom its cut does not reach: both share a namespace.
        let program = own_network()
            .arg("--")
            .arg(self.program())
            .arg(self.folder.join("room"))
            .arg(&copy)
            .stdin(Stdio::null())
            .spawn()
            .map_err(io_at(&self.folder))?;
        let program = Owned(program);
        let output = self.courier(
            network_of(&program.0)?,
            &["receive", "--timeout", "120"],
            &mounted,
        )?;
        write_tree(&mounted, companion.path(), &before)?;
        let until = Instant::now() + Duration::from_secs(30);
        while !copy.exists() {
            if Instant::now() > until {
                return Err(PayrollError::NotRead);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let read = fs::read(&copy).map_err(io_at(&copy))?;
        Ok((read, text_of(&output)))
    }

    /// Every file the courier still holds: none, when nothing is being received.
    pub fn files_in_room(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.folder.join("room"), &mut found);
        found
    }
}

/// Starts what follows `--` in a network namespace of its own.
fn own_network() -> Command {
    let mut command = Command::new("unshare");
    command.arg("--net");
    command
}

/// Starts what follows `--` in the namespace that [`own_network`] made for `program`.
fn network_of(program: &Child) -> Result<Command> {
    let theirs = PathBuf::from(format!("/proc/{}/ns/net", program.id()));
    let link = |path: &Path| fs::read_link(path).map_err(io_at(path));
    let ours = link(Path::new("/proc/self/ns/net"))?;
    // unshare(1) needs a moment; after that the process is the program.
    let until = Instant::now() + Duration::from_secs(30);
    while link(&theirs)? == ours {
        if Instant::now() > until {
            let error = io::Error::other("the program has no network namespace of its own");
            return Err(PayrollError::Io(theirs, error));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut command = Command::new("nsenter");
    command.arg(format!("--net={}", theirs.display()));
    Ok(command)
}

struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn text_of(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> PayrollError {
    let path = path.to_owned();
    move |e| PayrollError::Io(path, e)
}

/// Files of a companion by their path below its root.
type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Names and contents of all files on a companion.
pub fn files_of(companion: &Stick) -> Result<Tree> {
    let file_system = open(companion.path())?;
    let mut tree = Tree::new();
    read_folder(&file_system.root_dir(), Path::new(""), &mut tree).map_err(PayrollError::Fat)?;
    Ok(tree)
}

fn read_tree(image: &Path, folder: &Path) -> Result<Tree> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(io_at(folder))?;
    }
    fs::create_dir_all(folder).map_err(io_at(folder))?;
    let file_system = open(image)?;
    let mut tree = Tree::new();
    read_folder(&file_system.root_dir(), Path::new(""), &mut tree).map_err(PayrollError::Fat)?;
    make_folders(&file_system.root_dir(), folder).map_err(PayrollError::Fat)?;
    for (path, content) in &tree {
        let to = folder.join(path);
        fs::write(&to, content).map_err(io_at(&to))?;
    }
    Ok(tree)
}

fn write_tree(folder: &Path, image: &Path, before: &Tree) -> Result<()> {
    let mut paths = Vec::new();
    collect(folder, &mut paths);
    let file_system = open(image)?;
    let root = file_system.root_dir();
    let name = |path: &Path| path.display().to_string();
    let mut kept = Vec::new();
    for path in &paths {
        let content = fs::read(path).map_err(io_at(path))?;
        let inside = path.strip_prefix(folder).unwrap_or(path).to_owned();
        if before.get(&inside) != Some(&content) {
            let parents: Vec<&Path> = inside
                .ancestors()
                .skip(1)
                .filter(|parent| !parent.as_os_str().is_empty())
                .collect();
            // The outermost first; one that is there already is opened.
            for parent in parents.iter().rev() {
                root.create_dir(&name(parent)).map_err(PayrollError::Fat)?;
            }
            let mut file = root
                .create_file(&name(&inside))
                .map_err(PayrollError::Fat)?;
            file.truncate().map_err(PayrollError::Fat)?;
            file.write_all(&content).map_err(PayrollError::Fat)?;
        }
        kept.push(inside);
    }
    for gone in before.keys().filter(|path| !kept.contains(path)) {
        root.remove(&name(gone)).map_err(PayrollError::Fat)?;
    }
    drop(root);
    file_system.unmount().map_err(PayrollError::Fat)
}

type Folder<'a> = fatfs::Dir<'a, Partition>;

fn read_folder(folder: &Folder, at: &Path, tree: &mut Tree) -> io::Result<()> {
    for entry in folder.iter() {
        let entry = entry?;
        let name = entry.file_name();
        if name == "." || name == ".." {
            continue;
        }
        let path = at.join(&name);
        if entry.is_dir() {
            read_folder(&entry.to_dir(), &path, tree)?;
        } else {
            let mut content = Vec::new();
            entry.to_file().read_to_end(&mut content)?;
            tree.insert(path, content);
        }
    }
    Ok(())
}

fn make_folders(folder: &Folder, at: &Path) -> io::Result<()> {
    for entry in folder.iter() {
        let entry = entry?;
        let name = entry.file_name();
        if entry.is_dir() && name != "." && name != ".." {
            let path = at.join(name);
            fs::create_dir_all(&path)?;
            make_folders(&entry.to_dir(), &path)?;
        }
    }
    Ok(())
}

fn open(image: &Path) -> Result<FileSystem<Partition>> {
    let partition = Partition::first(image)?;
    FileSystem::new(partition, FsOptions::new()).map_err(PayrollError::Fat)
}

/// The first partition of a stick's image file.
struct Partition {
    image: File,
    start: u64,
    length: u64,
    at: u64,
}

impl Partition {
    fn first(path: &Path) -> Result<Self> {
        let mut image = File::options()
            .read(true)
            .write(true)
            .open(path)
            .map_err(io_at(path))?;
        let mut sector = [0; 512];
        image.read_exact(&mut sector).map_err(io_at(path))?;
        // The first entry of the MBR's table: start and length in sectors at 8 and 12.
        let number = |at: usize| {
            u64::from(u32::from_le_bytes([
                sector[at],
                sector[at + 1],
                sector[at + 2],
                sector[at + 3],
            ])) * 512
        };
        let (start, length) = (number(446 + 8), number(446 + 12));
        if sector[510..] != [0x55, 0xAA] || start == 0 || length == 0 {
            return Err(PayrollError::NoPartition);
        }
        Ok(Self {
            image,
            start,
            length,
            at: 0,
        })
    }

    fn clamp(&self, wanted: usize) -> usize {
        wanted.min(self.length.saturating_sub(self.at) as usize)
    }
}

impl Read for Partition {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = self.clamp(buffer.len());
        self.image.seek(SeekFrom::Start(self.start + self.at))?;
        let read = self.image.read(&mut buffer[..wanted])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for Partition {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let wanted = self.clamp(buffer.len());
        self.image.seek(SeekFrom::Start(self.start + self.at))?;
        let written = self.image.write(&buffer[..wanted])?;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.image.flush()
    }
}

impl Seek for Partition {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use fatfs::{FatType, FormatVolumeOptions};

    fn companion(folder: &Path) -> Stick {
        let stick = Stick::blank(&folder.join("c.img"), 64 << 20, "C1").unwrap();
        let mut sector = [0u8; 512];
        sector[446 + 8..446 + 12].copy_from_slice(&2048u32.to_le_bytes());
        sector[446 + 12..446 + 16].copy_from_slice(&((63u32 << 20) / 512).to_le_bytes());
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        File::options()
            .write(true)
            .open(stick.path())
            .unwrap()
            .write_all(&sector)
            .unwrap();
        let mut partition = Partition::first(stick.path()).unwrap();
        fatfs::format_volume(
            &mut partition,
            FormatVolumeOptions::new().fat_type(FatType::Fat16),
        )
        .unwrap();
        stick
    }

    #[test]
    fn what_changes_in_the_folder_changes_on_the_companion() {
        let folder = tempfile::tempdir().unwrap();
        let stick = companion(folder.path());
        let mounted = folder.path().join("mounted");

        let before = read_tree(stick.path(), &mounted).unwrap();
        fs::create_dir_all(mounted.join("KURAMORI/ENROL")).unwrap();
        fs::write(mounted.join("KURAMORI/COMPANION.KID"), b"identity").unwrap();
        fs::write(mounted.join("KURAMORI/ENROL/request.KER"), vec![7; 9000]).unwrap();
        write_tree(&mounted, stick.path(), &before).unwrap();

        let before = read_tree(stick.path(), &mounted).unwrap();
        assert_eq!(before.len(), 2);
        fs::remove_file(mounted.join("KURAMORI/COMPANION.KID")).unwrap();
        fs::write(mounted.join("KURAMORI/ENROL/request.KER"), b"short").unwrap();
        write_tree(&mounted, stick.path(), &before).unwrap();

        let after = files_of(&stick).unwrap();
        let path = PathBuf::from("KURAMORI/ENROL/request.KER");
        assert_eq!(after, Tree::from([(path, b"short".to_vec())]));
    }
}
