//! What is tested: the image that `cargo xtask image` built, and where results go.

use image::{FileReport, Report};
use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

#[derive(Debug, Clone, thiserror::Error)]
pub enum ArtefactError {
    #[error(
        "there is no image to test at {0}: run `cargo xtask image`, or `cargo xtask test`, which builds it first"
    )]
    NoImage(PathBuf),
    #[error("{0} cannot be read ({1}): run `cargo xtask image` again")]
    Unreadable(PathBuf, String),
    #[error("{0} is missing: run `cargo xtask image` again")]
    Missing(PathBuf),
    #[error(
        "the courier is not built: run `cargo build -p courier`, or set KURAMORI_COURIER to the program"
    )]
    NoCourier,
    #[error("the program {0} of the harness is not built: run `cargo build -p image-tests --bins`")]
    NoProgram(&'static str),
}

impl From<ArtefactError> for crate::machine::MachineError {
    fn from(e: ArtefactError) -> Self {
        Self::Artefact(e)
    }
}

/// The clone's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_path_buf)
        .unwrap_or_default()
}

/// The clone's `target` folder, where stories, pictures and measurements are kept.
pub fn target() -> PathBuf {
    root().join("target")
}

/// The image under test.
#[derive(Debug, Clone)]
pub struct ImageUnderTest {
    pub report: Report,
}

/// The image in `target/image`, or in the folder that `KURAMORI_IMAGE` names.
pub fn image() -> Result<&'static ImageUnderTest, ArtefactError> {
    static IMAGE: OnceLock<Result<ImageUnderTest, ArtefactError>> = OnceLock::new();
    IMAGE.get_or_init(read_image).as_ref().map_err(Clone::clone)
}

fn read_image() -> Result<ImageUnderTest, ArtefactError> {
    let folder =
        env::var_os("KURAMORI_IMAGE").map_or_else(|| target().join("image"), PathBuf::from);
    let path = folder.join(image::REPORT);
    if !path.exists() {
        return Err(ArtefactError::NoImage(path));
    }
    let bytes =
        fs::read(&path).map_err(|e| ArtefactError::Unreadable(path.clone(), e.to_string()))?;
    let report = serde_json::from_slice(&bytes)
        .map_err(|e| ArtefactError::Unreadable(path, e.to_string()))?;
    Ok(ImageUnderTest { report })
}

impl ImageUnderTest {
    /// The stick image, as it is written to a real stick.
    pub fn stick(&self) -> Result<PathBuf, ArtefactError> {
        present(&self.report.stick)
    }

    /// The signed EFI file.
    pub fn efi(&self) -> Result<PathBuf, ArtefactError> {
        present(&self.report.signed)
    }

    /// The kernel inside the EFI file.
    pub fn kernel(&self) -> Result<PathBuf, ArtefactError> {
        exists(&self.report.kernel.bzimage)
    }

    pub fn system_map(&self) -> Result<PathBuf, ArtefactError> {
        exists(&self.report.kernel.system_map)
    }

    pub fn kernel_config(&self) -> Result<PathBuf, ArtefactError> {
        exists(&self.report.kernel.config)
    }
}

/// Our certificate, DER, as an owner enrols it.
pub fn certificate() -> Result<Vec<u8>, ArtefactError> {
    let path = present(&image()?.report.certificate)?;
    fs::read(&path).map_err(|e| ArtefactError::Unreadable(path, e.to_string()))
}

fn present(file: &FileReport) -> Result<PathBuf, ArtefactError> {
    exists(&file.path)
}

/// Paths in the report stand as they were given to the builder: from the clone's root.
fn exists(path: &Path) -> Result<PathBuf, ArtefactError> {
    let path = root().join(path);
    if path.exists() {
        Ok(path)
    } else {
        Err(ArtefactError::Missing(path))
    }
}

/// The courier's program: `KURAMORI_COURIER`, or what cargo built beside this one.
pub fn courier() -> Result<PathBuf, ArtefactError> {
    if let Some(path) = env::var_os("KURAMORI_COURIER").map(PathBuf::from) {
        return exists(&path);
    }
    beside("courier").ok_or(ArtefactError::NoCourier)
}

/// A program of this package: `probe` or `payroll-program`.
pub fn program(name: &'static str) -> Result<PathBuf, ArtefactError> {
    beside(name).ok_or(ArtefactError::NoProgram(name))
}

/// A program in the folder of the running one, or (a test runs in `deps`) the one above.
fn beside(name: &str) -> Option<PathBuf> {
    let own = env::current_exe().ok()?;
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
