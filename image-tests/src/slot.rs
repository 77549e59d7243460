//! Few machines at a time, over all test programs: the places are locked files. Two, unless
//! `KURAMORI_MACHINES` says another number.

use std::{
    fs::{self, File, TryLockError},
    io,
    time::Duration,
};

/// Machines that may run side by side: a developer's two cores and 4 GB hold two.
const PLACES: usize = 2;

/// A place to run one machine in; free again when dropped.
#[derive(Debug)]
pub struct Slot {
    _held: File,
}

impl Slot {
    /// Waits for a free place.
    pub fn take() -> io::Result<Self> {
        let folder = crate::artefacts::target().join("image-tests/slots");
        fs::create_dir_all(&folder)?;
        let wanted = std::env::var("KURAMORI_MACHINES").ok();
        let count = wanted.and_then(|n| n.parse().ok()).unwrap_or(PLACES).max(1);
        let places = (0..count)
            .map(|n| File::create(folder.join(n.to_string())))
            .collect::<io::Result<Vec<_>>>()?;
        loop {
            for place in &places {
                match place.try_lock() {
                    Ok(()) => {
                        return Ok(Self {
                            _held: place.try_clone()?,
                        });
                    }
                    Err(TryLockError::WouldBlock) => {}
                    Err(TryLockError::Error(e)) => return Err(e),
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}
