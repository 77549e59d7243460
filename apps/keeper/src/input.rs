//! What Japanese input learned, and the words users typed in.
//!
//! The words are in the vault, with their user. What was learned is one file a user in a folder of the
//! vault, in no snapshot: it is written beside the old one, flushed, and takes its name, so that after
//! a pulled stick it is the old or the new one.

use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use protocol::Bytes;
use protocol::clerk::input::{MAX_BYTES, Part, Reply as Input, Request};
use protocol::clerk::{MAX_PIECE, Reply};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use vault::Vault;
use zeroize::Zeroizing;

/// Beside the vault's files.
const FOLDER: &str = "input";
/// What the name of a user's file ends with, behind the user's id.
const HISTORY: &str = "-history";

/// What came of a [`Request::Keep`] in several pieces so far.
#[derive(Default)]
pub(crate) struct Arriving {
    part: Option<Part>,
    bytes: Zeroizing<Vec<u8>>,
}

impl Work<'_> {
    pub(crate) fn about_input(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Load { part, offset } => self.load_input(part, offset),
            Request::Keep {
                part,
                offset,
                total,
                bytes,
            } => {
                self.arrive(part, offset, total, bytes.expose())?;
                Ok(Reply::Done)
            }
            Request::Erase { part } => {
                *self.input = Arriving::default();
                self.keep_input(part, &[])?;
                Ok(Reply::Done)
            }
        }
    }

    fn history_file(&self) -> PathBuf {
        let user = self.session.user_id();
        self.folder.join(FOLDER).join(format!("{user}{HISTORY}"))
    }

    fn load_input(&self, part: Part, offset: u32) -> Result<Reply, Refusal> {
        let whole = match part {
            Part::Words => self.vault.user_words(self.session)?,
            Part::History => read(&self.history_file()).map_err(|_| ErrorCode::StickIo)?,
        };
        let rest = whole.get(offset as usize..).unwrap_or_default();
        let piece = &rest[..rest.len().min(MAX_PIECE)];
        Ok(Input::Piece {
            part,
            offset,
            total: u32::try_from(whole.len()).unwrap_or(MAX_BYTES),
            bytes: Bytes::new(piece.to_vec()),
        }
        .into())
    }

    fn arrive(&mut self, part: Part, offset: u32, total: u32, piece: &[u8]) -> Result<(), Refusal> {
        if total > MAX_BYTES || piece.len() > MAX_PIECE {
            return Err(ErrorCode::MalformedMessage.into());
        }
        if offset == 0 {
            *self.input = Arriving {
                part: Some(part),
                bytes: Zeroizing::new(Vec::with_capacity(total as usize)),
            };
        }
        let arriving = &mut *self.input;
        let fits = arriving.part == Some(part)
            && arriving.bytes.len() == offset as usize
            && arriving.bytes.len() + piece.len() <= total as usize;
        if !fits {
            *arriving = Arriving::default();
            return Err(ErrorCode::MalformedMessage.into());
        }
        arriving.bytes.extend_from_slice(piece);
        if arriving.bytes.len() < total as usize {
            return Ok(());
        }
        let whole = std::mem::take(arriving).bytes;
        self.keep_input(part, &whole)
    }

    /// Keeps it from now on; nothing where it is empty.
    fn keep_input(&mut self, part: Part, whole: &[u8]) -> Result<(), Refusal> {
        if part == Part::Words {
            let now = self.now();
            return Ok(self.vault.keep_user_words(self.session, whole, now)?);
        }
        let path = self.history_file();
        let kept = match whole {
            [] => remove(&path),
            whole => write(&path, whole),
        };
        kept.map_err(|e| match e.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::StickFull.into(),
            _ => ErrorCode::StickIo.into(),
        })
    }
}

/// Removes what was learned from users who are no more. What cannot be removed now is tried again at
/// the next start and with the next user who goes.
pub(crate) fn forget_removed(folder: &Path, vault: &Vault) {
    let (Ok(active), Ok(entries)) = (vault.active_users(), fs::read_dir(folder.join(FOLDER)))
    else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_suffix(HISTORY));
        // A file that was not finished is nobody's.
        let stays = owner
            .and_then(|id| id.parse().ok())
            .is_some_and(|id| active.contains(&id));
        if !stays {
            let _ = remove(&entry.path());
        }
    }
}

/// The whole file; nothing where there is none, or where it is longer than any that is kept.
fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    match File::open(path) {
        Ok(file) => {
            file.take(u64::from(MAX_BYTES) + 1)
                .read_to_end(&mut bytes)?;
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(e),
    }
    if bytes.len() > MAX_BYTES as usize {
        bytes.clear();
    }
    Ok(bytes)
}

/// The file is gone for good when this returns.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
        Ok(()) => File::open(path.parent().unwrap_or(path))?.sync_all(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let part = path.with_extension("part");
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    File::open(folder)?.sync_all()
}
