//! A file without a name in the vault's folder: for reports of the ledger, which may be
//! longer than memory. Nothing of it is left when it is dropped, nor after a power cut.

use protocol::clerk::MAX_PIECE;
use std::fs::{File, OpenOptions, remove_file};
use std::io::{BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use vault::VaultError;

/// The name it has for a moment.
const NAME: &str = "scratch";

#[derive(Debug)]
pub(crate) struct Scratch {
    file: File,
    bytes: u64,
}

impl Scratch {
    pub(crate) fn new(folder: &Path) -> Result<Self, VaultError> {
        let path = folder.join(NAME);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            // Where the power was cut before it lost its name.
            .truncate(true)
            .open(&path)
            .map_err(failed)?;
        remove_file(&path).map_err(failed)?;
        Ok(Self { file, bytes: 0 })
    }

    /// How long it is.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn append(&mut self, piece: &[u8]) -> Result<(), VaultError> {
        self.file.write_all(piece).map_err(failed)?;
        self.bytes += piece.len() as u64;
        Ok(())
    }

    /// At most [`MAX_PIECE`] bytes from `offset` on; empty at the end.
    pub(crate) fn piece(&self, offset: u64) -> Result<Vec<u8>, VaultError> {
        let rest = self.bytes.saturating_sub(offset);
        let length = usize::try_from(rest).map_or(MAX_PIECE, |rest| rest.min(MAX_PIECE));
        let mut piece = vec![0; length];
        self.file
            .read_exact_at(&mut piece, offset)
            .map_err(failed)?;
        Ok(piece)
    }

    /// All of it, from the beginning.
    pub(crate) fn reader(&mut self) -> Result<BufReader<&File>, VaultError> {
        self.file.seek(SeekFrom::Start(0)).map_err(failed)?;
        Ok(BufReader::new(&self.file))
    }
}

fn failed(error: std::io::Error) -> VaultError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            VaultError::Full
        }
        _ => VaultError::Io("a scratch file"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn it_is_read_in_pieces_and_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let mut scratch = Scratch::new(folder.path()).unwrap();
        let long: Vec<u8> = (0..MAX_PIECE + 5).map(|i| i as u8).collect();
        for piece in long.chunks(1000) {
            scratch.append(piece).unwrap();
        }
        let first = scratch.piece(0).unwrap();
        let second = scratch.piece(first.len() as u64).unwrap();
        assert_eq!([first, second].concat(), long);
        assert!(scratch.piece(scratch.bytes()).unwrap().is_empty());
        assert!(scratch.piece(u64::MAX).unwrap().is_empty());
        let mut whole = Vec::new();
        scratch.reader().unwrap().read_to_end(&mut whole).unwrap();
        assert_eq!(whole, long);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
