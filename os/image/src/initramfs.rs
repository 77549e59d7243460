//! The whole user space: our programs, the libraries they need, fonts, the converter's dictionary,
//! licences. Nothing else.
//!
//! There is no shell, no busybox and no second way in; a file is here because a program opens it.

use crate::{
    Error, Result,
    cache::{Cache, key_of, sha256},
    command::{Tool, debian_versions, host_file},
    cpio::{Archive, Entry},
    dictionary::{self, Dictionary},
    efi::Release,
    elf, fonts,
    userland::Userland,
};
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Folders that init mounts on, or makes its own files in.
const MOUNT_POINTS: [&str; 6] = ["dev", "proc", "run", "sys", "tmp", "vault"];

/// Files of Debian packages that a program on the stick runs or reads.
const MKE2FS: &str = "/sbin/mke2fs";
const MKE2FS_CONF: &str = "/etc/mke2fs.conf";

/// How hard zstd works: size is boot time, and the archive is packed once and unpacked often.
const ZSTD_LEVEL: &str = "-19";

/// A finished initramfs.
#[derive(Clone, Debug)]
pub struct Initramfs {
    /// The archive, zstd-compressed.
    pub compressed: Vec<u8>,
    /// Files in it with their sizes before compression, biggest first.
    pub files: Vec<(String, u64)>,
    pub release: Release,
    /// Debian packages inside, as `name version`.
    pub debian: Vec<String>,
}

/// Puts the initramfs of the shipped image together.
///
/// `kernel` is only hashed: the build id in `/etc/os-release` covers the kernel too. With a cache, an
/// archive that did not change is not compressed again.
pub fn build(
    userland: &Userland,
    dictionary: &Dictionary,
    kernel: &[u8],
    cache: Option<&Cache>,
) -> Result<Initramfs> {
    let mut archive = skeleton()?;
    let mut host_files = add_programs(&mut archive, userland)?;
    let (font, sources) = fonts::build()?;
    archive.add(fonts::INSIDE.trim_start_matches('/'), plain(font))?;
    host_files.extend(sources);
    archive.add(dictionary::INSIDE, plain(dictionary.content()?))?;
    let packages = owners(&host_files);
    let debian = debian_versions(&packages.iter().map(String::as_str).collect::<Vec<_>>());
    add_licenses(&mut archive, userland, dictionary, &packages, &debian)?;

    let release = Release {
        version: env!("CARGO_PKG_VERSION").into(),
        build: key_of(&[sha256(kernel).as_bytes(), &archive.to_bytes()])[..16].into(),
    };
    archive.add("etc/os-release", plain(release.os_release().into_bytes()))?;
    let mut files: Vec<(String, u64)> = archive
        .files()
        .map(|(path, size)| (path.to_owned(), size as u64))
        .collect();
    files.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(Initramfs {
        compressed: match cache {
            Some(cache) => compress_cached(cache, &archive)?,
            None => compress(&archive)?,
        },
        files,
        release,
        debian,
    })
}

/// Compresses an archive as the kernel unpacks it (`CONFIG_RD_ZSTD`). One thread, because the
/// number of threads would show in the result.
pub fn compress(archive: &Archive) -> Result<Vec<u8>> {
    Tool::new("zstd", "zstd")
        .args([
            ZSTD_LEVEL,
            "--single-thread",
            "--no-check",
            "--no-progress",
            "--stdout",
        ])
        .filter(&archive.to_bytes())
}

/// Keeps the last result only: a cache of every initramfs ever built would fill a disk.
fn compress_cached(cache: &Cache, archive: &Archive) -> Result<Vec<u8>> {
    let key = key_of(&[ZSTD_LEVEL.as_bytes(), &archive.to_bytes()]);
    let _held = cache.lock("initramfs")?;
    let folder = cache.folder("initramfs", &key[..32], |scratch| {
        let file = scratch.join("initramfs.zst");
        fs::write(&file, compress(archive)?).map_err(Error::io("write", &file))
    })?;
    for other in fs::read_dir(cache.path("initramfs"))
        .into_iter()
        .flatten()
        .flatten()
    {
        if other.path() != folder {
            // What cannot be removed now goes at the next build.
            let _ = fs::remove_dir_all(other.path());
        }
    }
    let file = folder.join("initramfs.zst");
    fs::read(&file).map_err(Error::io("read", &file))
}

/// What every initramfs starts with: mount points and the two nodes that must be there before
/// init has mounted anything.
pub fn skeleton() -> Result<Archive> {
    let mut archive = Archive::default();
    for folder in MOUNT_POINTS {
        archive.add(folder, Entry::Folder)?;
    }
    // The kernel opens /dev/console for PID 1; there is none, so PID 1 starts with closed
    // streams, and Rust's start-up code puts /dev/null in their place.
    archive.add("dev/console", Entry::CharDevice(5, 1))?;
    archive.add("dev/null", Entry::CharDevice(1, 3))?;
    Ok(archive)
}

/// Adds programs and their libraries; returns the files taken from the host.
fn add_programs(archive: &mut Archive, userland: &Userland) -> Result<BTreeSet<PathBuf>> {
    let programs = userland.programs();
    if programs.first().is_none_or(|(name, _)| *name != "init") {
        return Err(Error::malformed(
            &userland.folder,
            "there is no bin/init to start",
        ));
    }
    let mut elf_files: Vec<&Path> = Vec::new();
    for (name, path) in &programs {
        let content = fs::read(path).map_err(Error::io("read", path))?;
        let inside = if *name == "init" {
            "init".to_owned()
        } else {
            format!("bin/{name}")
        };
        archive.add(&inside, program(content))?;
        elf_files.push(path);
    }
    let mut host_files = BTreeSet::new();
    // A probe without the keeper makes no vault and needs no mke2fs.
    if programs.iter().any(|(name, _)| *name == "keeper") {
        archive.add("sbin/mke2fs", program(host_file(MKE2FS, "e2fsprogs")?))?;
        archive.add(
            "etc/mke2fs.conf",
            plain(host_file(MKE2FS_CONF, "e2fsprogs")?),
        )?;
        host_files.insert(MKE2FS.into());
        elf_files.push(Path::new(MKE2FS));
    }
    for (inside, host) in elf::closure(&elf_files)? {
        let content = fs::read(&host).map_err(Error::io("read", &host))?;
        archive.add(&inside, program(content))?;
        host_files.insert(host);
    }
    Ok(host_files)
}

/// Licence texts, and the list of everything inside with version and licence.
fn add_licenses(
    archive: &mut Archive,
    userland: &Userland,
    dictionary: &Dictionary,
    packages: &BTreeSet<String>,
    debian: &[String],
) -> Result<()> {
    let mut list = String::from("# What is in this image. Texts: /usr/share/licenses.\n");
    let _ = writeln!(
        list,
        "kuramori {} GPL-3.0-or-later",
        env!("CARGO_PKG_VERSION")
    );
    for line in debian {
        let _ = writeln!(list, "debian {line}");
    }
    for package in packages {
        let path = PathBuf::from(format!("/usr/share/doc/{package}/copyright"));
        if let Ok(text) = fs::read(&path) {
            archive.add(&format!("usr/share/licenses/debian/{package}"), plain(text))?;
        }
    }
    list.push_str(&dictionary.dependencies()?);
    for (name, text) in dictionary.licenses()? {
        archive.add(
            &format!("usr/share/licenses/dictionary/{name}"),
            plain(text),
        )?;
    }
    for used in userland.crates()? {
        let _ = writeln!(
            list,
            "crate {} {} {} {}",
            used.name,
            used.version,
            used.license.replace(' ', "_"),
            used.texts.join(",")
        );
        for text in used.texts {
            let path = userland.folder.join("licenses").join(&text);
            let content = fs::read(&path).map_err(Error::io("read", &path))?;
            archive.add(&format!("usr/share/licenses/crates/{text}"), plain(content))?;
        }
    }
    archive.add("usr/share/kuramori/dependencies", plain(list.into_bytes()))
}

/// The Debian packages that own these files; a file of no package is left out.
fn owners(files: &BTreeSet<PathBuf>) -> BTreeSet<String> {
    files
        .iter()
        .filter_map(|file| {
            // With merged /usr, dpkg knows a file by one of two names.
            let text = file.display().to_string();
            let other = text
                .strip_prefix("/usr")
                .map_or_else(|| format!("/usr{text}"), str::to_owned);
            [text, other].iter().find_map(|path| {
                let out = Tool::new("dpkg-query", "dpkg")
                    .args(["--search", path])
                    .output()
                    .ok()?;
                let line = String::from_utf8_lossy(&out).lines().next()?.to_owned();
                Some(line.split([':', ',']).next()?.to_owned())
            })
        })
        .collect()
}

fn program(content: Vec<u8>) -> Entry {
    Entry::File {
        content,
        executable: true,
    }
}

fn plain(content: Vec<u8>) -> Entry {
    Entry::File {
        content,
        executable: false,
    }
}
