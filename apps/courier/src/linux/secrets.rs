use crate::{Failure, Result, outside::SecretStore, store::write_durably};
use codes::ErrorCode;
use rustix::fs::{Mode, OFlags};
use std::{
    fs::File,
    io::Read,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};
use transfer::PcSecrets;
use zeroize::Zeroizing;

/// The keys as text in a file that only this user (root, outside of tests) can read.
pub struct SecretFile {
    path: PathBuf,
}

/// The text of [`PcSecrets`] is at most this long.
const MAX_TEXT: u64 = 256;

impl SecretFile {
    pub fn new(state: &Path) -> Self {
        SecretFile {
            path: state.join("keys"),
        }
    }
}

impl SecretStore for SecretFile {
    fn load(&mut self) -> Result<Option<PcSecrets>> {
        const STEP: &str = "read the keys";
        let failure = Failure::new(ErrorCode::CourierStore, STEP);
        let file = match rustix::fs::open(
            &self.path,
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        ) {
            Ok(fd) => File::from(fd),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(Failure::io(ErrorCode::CourierStore, STEP)(error.into())),
        };
        let meta = file
            .metadata()
            .map_err(Failure::io(ErrorCode::CourierStore, STEP))?;
        // Keys that others could have read or exchanged are not ours any more.
        let ours = meta.uid() == rustix::process::geteuid().as_raw()
            && meta.mode() & 0o077 == 0
            && meta.is_file();
        if !ours {
            return Err(Failure::new(ErrorCode::KeysExposed, STEP));
        }
        if meta.len() > MAX_TEXT {
            return Err(failure);
        }
        let mut text = Zeroizing::new(String::with_capacity(MAX_TEXT as usize + 1));
        file.take(MAX_TEXT + 1)
            .read_to_string(&mut text)
            .map_err(Failure::io(ErrorCode::CourierStore, STEP))?;
        PcSecrets::from_secret_text(&text)
            .map(Some)
            .map_err(|_| failure)
    }

    fn keep(&mut self, secrets: &PcSecrets) -> Result<()> {
        if self.path.exists() {
            return Err(Failure::new(ErrorCode::CourierStore, "keep the keys"));
        }
        write_durably(
            &self.path,
            secrets.to_secret_text().as_bytes(),
            "keep the keys",
        )
    }
}
