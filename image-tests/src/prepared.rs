//! Sticks that several tests start from, made once for an image and used through overlays.

use crate::{
    artefacts::{self, ArtefactError},
    clerk::{Clerk, ClerkError},
    firmware::Firmware,
    machine::Pc,
    payroll::{PayrollError, PayrollPc},
    people,
    stick::{COMPANION, Stick, StickError, VAULT_STICK},
    story::{Story, StoryError},
};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Serial numbers that the sticks of tests tell.
pub const VAULT_SERIAL: &str = "KURAMORI0001";
pub const COMPANION_SERIAL: &str = "COMPANION0001";

#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error(transparent)]
    Artefact(#[from] ArtefactError),
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    #[error(transparent)]
    Stick(#[from] StickError),
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error(transparent)]
    Payroll(#[from] PayrollError),
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
}

type Result<T> = std::result::Result<T, PrepareError>;

/// A stick as it comes out of the image builder.
pub fn shipped(path: &Path) -> Result<Stick> {
    let image = artefacts::image()?.stick()?;
    Ok(Stick::overlay(&image, path, VAULT_STICK, VAULT_SERIAL)?)
}

/// A finished preparation, kept from being cleared away while this value lives.
#[derive(Debug)]
pub struct Prepared {
    folder: PathBuf,
    _in_use: File,
}

impl Prepared {
    /// A stick that starts from the prepared one.
    pub fn overlay(&self, path: &Path) -> Result<Stick> {
        let base = self.folder.join("stick.qcow2");
        Ok(Stick::overlay(&base, path, VAULT_STICK, VAULT_SERIAL)?)
    }

    /// A copy of the companion, which tells the same serial number.
    pub fn companion(&self, path: &Path) -> Result<Stick> {
        let made = Stick::raw(&self.folder.join("companion.img"), COMPANION_SERIAL);
        Ok(made.clone_to(path, COMPANION_SERIAL)?)
    }

    /// A copy of the enrolled payroll PC.
    pub fn payroll_pc(&self, folder: &Path) -> Result<PayrollPc> {
        Ok(PayrollPc::installed(&self.folder.join("payroll")).copy_to(folder)?)
    }
}

/// A vault with two people: [`people::YAMADA`] and [`people::TAKAHASHI`].
pub fn vault() -> Result<Prepared> {
    prepare("vault", |folder, story| {
        let stick = shipped(&folder.join("stick.qcow2"))?;
        let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
        let mut clerk = Clerk::at(&pc, story)?;
        clerk.confirm_clock()?;
        clerk.first_run()?;
        clerk.register(&people::YAMADA)?;
        clerk.register(&people::TAKAHASHI)?;
        clerk.power_off()?;
        clerk.machine.close().map_err(ClerkError::from)?;
        Ok(())
    })
}

/// [`vault`], with a registered companion and an approved payroll PC.
pub fn enrolled() -> Result<Prepared> {
    let vault = vault()?;
    prepare("enrolled", |folder, story| {
        let stick = vault.overlay(&folder.join("stick.qcow2"))?;
        let companion = Stick::blank(&folder.join("companion.img"), COMPANION, COMPANION_SERIAL)?;
        let payroll = PayrollPc::install(&folder.join("payroll"))?;
        let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
        let mut clerk = Clerk::at(&pc, story)?;
        clerk.start_and_log_in()?;
        let plugged = clerk.plug(&companion)?;
        clerk.register_companion()?;
        clerk.pull(plugged)?;
        payroll.enroll(&companion)?;
        let plugged = clerk.plug(&companion)?;
        clerk.approve_pc()?;
        clerk.pull(plugged)?;
        clerk.power_off()?;
        clerk.machine.close().map_err(ClerkError::from)?;
        Ok(())
    })
}

/// Runs `make` unless its result is there for this image and this harness.
fn prepare(kind: &str, make: impl FnOnce(&Path, &mut Story) -> Result<()>) -> Result<Prepared> {
    let shelf = artefacts::target().join("image-tests/prepared");
    let failed = |e| PrepareError::Io(shelf.clone(), e);
    fs::create_dir_all(&shelf).map_err(failed)?;
    // Each image has its own: overlays of another run's image may be in a machine now.
    let key = key()?;
    let name = format!("{kind}-{key}");
    let lock = File::create(shelf.join(format!("{name}.lock"))).map_err(failed)?;
    lock.lock().map_err(failed)?;

    let folder = shelf.join(&name);
    let mark = folder.join("finished");
    if !mark.exists() {
        clear_others(&shelf, kind, &name).map_err(failed)?;
        let mut story = Story::in_folder(&folder, "story.md", &format!("Preparing: {kind}"))?;
        make(&folder, &mut story)?;
        fs::write(&mark, "").map_err(failed)?;
    }
    let in_use = File::open(&mark).map_err(failed)?;
    in_use.lock_shared().map_err(failed)?;
    Ok(Prepared {
        folder,
        _in_use: in_use,
    })
}

/// Removes preparations of older images that nobody uses.
fn clear_others(shelf: &Path, kind: &str, keep: &str) -> io::Result<()> {
    for entry in fs::read_dir(shelf)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !path.is_dir() || !name.starts_with(&format!("{kind}-")) || name == keep {
            continue;
        }
        if let Ok(mark) = File::open(path.join("finished"))
            && mark.try_lock().is_ok()
        {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// What a preparation depends on: the image, and how the harness types.
fn key() -> Result<String> {
    let stick = &artefacts::image()?.report.stick.sha256;
    let mut key = image::key_of(&[
        stick.as_bytes(),
        include_bytes!("clerk.rs"),
        include_bytes!("people.rs"),
        include_bytes!("prepared.rs"),
        include_bytes!("payroll.rs"),
    ]);
    key.truncate(16);
    Ok(key)
}
