//! USB sticks as image files: copy-on-write overlays of the shipped image, and companions.

use crate::qmp::BlockFormat;
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
};

/// Size of the vault's stick in tests, bytes: the shipped image and room for a vault.
pub const VAULT_STICK: u64 = 1 << 30;
/// Size of a companion in tests, bytes.
pub const COMPANION: u64 = 128 << 20;

#[derive(Debug, thiserror::Error)]
pub enum StickError {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("qemu-img: {0}")]
    Overlay(String),
}

/// A stick: its content and the serial number it tells.
#[derive(Debug, Clone)]
pub struct Stick {
    path: PathBuf,
    serial: String,
    format: BlockFormat,
}

impl Stick {
    /// A stick of `size` bytes at `path` that starts with what `base` holds; `base` is never written.
    pub fn overlay(base: &Path, path: &Path, size: u64, serial: &str) -> Result<Self, StickError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| StickError::Io(folder.into(), e))?;
        }
        let _ = fs::remove_file(path);
        let base_format = if base.extension().is_some_and(|e| e == "qcow2") {
            "qcow2"
        } else {
            "raw"
        };
        let base = fs::canonicalize(base).map_err(|e| StickError::Io(base.into(), e))?;
        qemu_img(
            Command::new("qemu-img")
                .args(["create", "-q", "-f", "qcow2", "-F", base_format, "-b"])
                .arg(base)
                .arg(path)
                .arg(size.to_string()),
        )?;
        Ok(Self {
            path: path.into(),
            serial: serial.into(),
            format: BlockFormat::Qcow2,
        })
    }

    /// An empty stick.
    pub fn blank(path: &Path, size: u64, serial: &str) -> Result<Self, StickError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| StickError::Io(folder.into(), e))?;
        }
        let failed = |e| StickError::Io(path.into(), e);
        File::create(path)
            .map_err(failed)?
            .set_len(size)
            .map_err(failed)?;
        Ok(Self::raw(path, serial))
    }

    /// An image file as it is.
    pub fn raw(path: &Path, serial: &str) -> Self {
        Self {
            path: path.into(),
            serial: serial.into(),
            format: BlockFormat::Raw,
        }
    }

    /// An overlay that was made before.
    pub fn existing(path: &Path, serial: &str) -> Self {
        Self {
            path: path.into(),
            serial: serial.into(),
            format: BlockFormat::Qcow2,
        }
    }

    /// Another stick with the same content: what a copying program would make.
    pub fn clone_to(&self, path: &Path, serial: &str) -> Result<Self, StickError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| StickError::Io(folder.into(), e))?;
        }
        copy_sparse(&self.path, path)?;
        Ok(Self {
            path: path.into(),
            serial: serial.into(),
            format: self.format,
        })
    }

    /// The whole content as one raw file.
    pub fn export_raw(&self, to: &Path) -> Result<(), StickError> {
        qemu_img(
            Command::new("qemu-img")
                .args(["convert", "-q", "-O", "raw"])
                .arg(&self.path)
                .arg(to),
        )
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn serial(&self) -> &str {
        &self.serial
    }

    pub fn format(&self) -> BlockFormat {
        self.format
    }

    pub(crate) fn format_name(&self) -> &'static str {
        match self.format {
            BlockFormat::Raw => "raw",
            BlockFormat::Qcow2 => "qcow2",
        }
    }
}

/// Copies a file and leaves its holes out.
pub fn copy_sparse(from: &Path, to: &Path) -> Result<(), StickError> {
    let output = Command::new("cp")
        .arg("--sparse=always")
        .arg(from)
        .arg(to)
        .output()
        .map_err(|e| StickError::Io(from.into(), e))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(StickError::Io(
            from.into(),
            io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()),
        ))
    }
}

fn qemu_img(command: &mut Command) -> Result<(), StickError> {
    let output = command.output().map_err(|e| {
        StickError::Overlay(format!("{e} (`cargo xtask setup` installs qemu-utils)"))
    })?;
    if output.status.success() {
        Ok(())
    } else {
        Err(StickError::Overlay(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ))
    }
}
