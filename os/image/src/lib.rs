//! Builds what boots: kernel, initramfs, the one EFI file, the stick image; and writes sticks.
//!
//! Every step is a function from files to files, callable alone (the `kuramori-image` program
//! does so for Nix) or as [`pipeline`]. Same inputs, same bytes: no clock, no builder's name and
//! no folder of this machine gets into the EFI file before it is signed.
//!
//! It refuses a kernel source other than the pinned one, a kernel option without a reason or
//! that Kconfig did not take, a program that names a folder of the builder, an EFI file over
//! [`efi::BUDGET`], and a disk that is not clearly a free USB stick.
//!
//! ```no_run
//! use kuramori_image::{Options, pipeline};
//! let dictionary = "/home/yamada/.cache/kuramori/kkc/0123456789abcdef";
//! let options = Options::new("/home/yamada/kuramori", "/tmp/out", dictionary);
//! let report = pipeline(&options, &mut |line| eprintln!("{line}"))?;
//! println!("{} {}", report.unsigned.sha256, report.stick.path.display());
//! # Ok::<(), kuramori_image::Error>(())
//! ```

mod cache;
mod command;
pub mod cpio;
pub mod dictionary;
pub mod efi;
pub mod elf;
mod error;
pub mod flash;
mod fonts;
pub mod initramfs;
pub mod kernel;
pub mod pe;
pub mod stick;
pub mod userland;

pub use cache::{Cache, key_of, sha256, sha256_file};
pub use error::{Error, Result};

use efi::{Keys, PartSize};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Gets a sentence for a person whenever a step begins that takes long.
pub type Progress<'a> = &'a mut dyn FnMut(&str);

/// What [`pipeline`] builds, and from what.
#[derive(Clone, Debug)]
pub struct Options {
    /// The clone: the folder with the root Cargo.toml.
    pub workspace: PathBuf,
    /// Where the EFI files and the stick image go.
    pub out: PathBuf,
    pub cache: CacheChoice,
    /// Folder of the signing keys; the cache's `keys` unless a release names its own.
    pub keys: Option<PathBuf>,
    pub kernel: kernel::Source,
    pub userland: userland::Source,
    /// The converter's dictionary.
    pub dictionary: dictionary::Dictionary,
    /// Size of the stick image in bytes.
    pub stick_bytes: u64,
}

/// Which cache a pipeline uses.
#[derive(Clone, Debug)]
pub enum CacheChoice {
    /// See [`Cache::of_user`].
    OfUser,
    At(PathBuf),
}

impl Options {
    /// The shipped image of the clone `workspace`, into the folder `out`, with the dictionary in the
    /// folder `dictionary`.
    pub fn new(
        workspace: impl Into<PathBuf>,
        out: impl Into<PathBuf>,
        dictionary: impl Into<PathBuf>,
    ) -> Self {
        Self {
            workspace: workspace.into(),
            out: out.into(),
            cache: CacheChoice::OfUser,
            keys: None,
            kernel: kernel::Source::Build,
            userland: userland::Source::Build { vendor: None },
            dictionary: dictionary::Dictionary::at(dictionary),
            stick_bytes: stick::DEFAULT_STICK_BYTES,
        }
    }
}

/// What came out, for people and for `--json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// The EFI file before signing: this is what two builders compare.
    pub unsigned: FileReport,
    pub signed: FileReport,
    pub stick: FileReport,
    /// The key that the stick's EFI file is signed with (DER certificate).
    pub certificate: FileReport,
    /// The converter's dictionary, before compression.
    pub dictionary: FileReport,
    pub release: efi::Release,
    pub kernel: kernel::KernelArtifact,
    /// Sections of the EFI file, biggest first.
    pub sections: Vec<PartSize>,
    /// Files of the initramfs before compression, biggest first.
    pub biggest_files: Vec<PartSize>,
    /// Debian packages inside the EFI file and on the boot partition.
    pub debian: Vec<String>,
}

impl Report {
    /// What makes the EFI file as big as it is, one part a line, biggest first.
    pub fn sizes(&self) -> String {
        let mut out = format!(
            "EFI file {} bytes of {} allowed\n",
            self.signed.bytes,
            efi::BUDGET
        );
        let sections = self.sections.iter().map(|part| (part, "section"));
        let files = self.biggest_files.iter().map(|part| (part, "uncompressed"));
        for (part, what) in sections.chain(files) {
            out += &format!("{:>10}  {what:<12}  {}\n", part.bytes, part.name);
        }
        out
    }
}

/// A file, its size in bytes and its sha256 in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub path: PathBuf,
    pub bytes: u64,
    pub sha256: String,
}

impl FileReport {
    /// Reads the file at `path`.
    pub fn of(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let bytes = fs::metadata(&path).map_err(Error::io("read", &path))?.len();
        Ok(Self {
            sha256: sha256_file(&path)?,
            bytes,
            path,
        })
    }
}

/// Names of the files that [`pipeline`] writes.
pub const UNSIGNED: &str = "kuramori-unsigned.efi";
pub const SIGNED: &str = "kuramori.efi";
pub const STICK: &str = "kuramori-stick.img";
pub const REPORT: &str = "kuramori-image.json";

/// Builds everything up to the stick image and writes the report beside it.
pub fn pipeline(options: &Options, progress: Progress<'_>) -> Result<Report> {
    let cache = match &options.cache {
        CacheChoice::OfUser => Cache::of_user()?,
        CacheChoice::At(root) => Cache::at(root)?,
    };
    fs::create_dir_all(&options.out).map_err(Error::io("make the folder", &options.out))?;
    let kernel = kernel::build(&cache, &options.workspace, &options.kernel, progress)?;
    let programs = userland::build(&cache, &options.workspace, &options.userland, progress)?;

    progress("initramfs: packing");
    let kernel_bytes = fs::read(&kernel.bzimage).map_err(Error::io("read", &kernel.bzimage))?;
    let initramfs = initramfs::build(&programs, &options.dictionary, &kernel_bytes, Some(&cache))?;
    let command_line = kernel::KernelPlan::read(&options.workspace)?.command_line();
    let image = efi::assemble(efi::Parts {
        kernel: &kernel_bytes,
        initramfs: &initramfs.compressed,
        command_line: &command_line,
        release: &initramfs.release,
    })?;
    let unsigned = options.out.join(UNSIGNED);
    write(&unsigned, &image)?;

    progress("stick: signing and partitioning");
    let keys = Keys::load_or_create(&options.keys.clone().unwrap_or_else(|| cache.path("keys")))?;
    let signed = options.out.join(SIGNED);
    efi::sign(&unsigned, &signed, &keys)?;
    let system = fs::read(&signed).map_err(Error::io("read", &signed))?;
    let stick_image = options.out.join(STICK);
    stick::build(&stick_image, &system, &keys, options.stick_bytes)?;

    let report = Report {
        unsigned: FileReport::of(unsigned)?,
        signed: FileReport::of(signed)?,
        stick: FileReport::of(stick_image)?,
        certificate: FileReport::of(keys.certificate_der)?,
        dictionary: options.dictionary.report()?,
        sections: efi::part_sizes(&image)?,
        biggest_files: initramfs
            .files
            .into_iter()
            .take(20)
            .map(|(name, bytes)| PartSize { name, bytes })
            .collect(),
        debian: [initramfs.debian, stick::debian_packages()].concat(),
        release: initramfs.release,
        kernel,
    };
    let path = options.out.join(REPORT);
    let json =
        serde_json::to_vec_pretty(&report).map_err(|e| Error::malformed(&path, e.to_string()))?;
    write(&path, &json)?;
    Ok(report)
}

/// Writes a file whole or not at all.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, content).map_err(Error::io("write", &part))?;
    fs::rename(&part, path).map_err(Error::io("write", path))
}
