//! What Japanese input learned: one file a user and kind, in a folder of the vault.
//!
//! A file is written beside the old one, flushed, and takes its name: after a pulled stick it is the
//! old or the new one.

use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use protocol::Bytes;
use protocol::clerk::input::{MAX_BYTES, Part, Reply as Input, Request};
use protocol::clerk::{MAX_PIECE, Reply};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Beside the vault's files.
const FOLDER: &str = "input";

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
                let path = self.input_file(part);
                *self.input = Arriving::default();
                match fs::remove_file(&path) {
                    Err(e) if e.kind() != ErrorKind::NotFound => Err(ErrorCode::StickIo.into()),
                    _ => Ok(Reply::Done),
                }
            }
        }
    }

    fn input_file(&self, part: Part) -> PathBuf {
        let kind = match part {
            Part::History => "history",
            Part::Words => "words",
        };
        let user = self.session.user_id();
        self.folder.join(FOLDER).join(format!("{user}-{kind}"))
    }

    fn load_input(&self, part: Part, offset: u32) -> Result<Reply, Refusal> {
        let whole = read(&self.input_file(part)).map_err(|_| ErrorCode::StickIo)?;
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
        write(&self.input_file(part), &whole).map_err(|e| match e.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::StickFull.into(),
            _ => ErrorCode::StickIo.into(),
        })
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
