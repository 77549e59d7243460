//! What the courier keeps on this PC, in one folder that only root can enter.
//!
//! ```text
//! keys                 the PC's secret keys (see `SecretStore`)
//! enrolments/ID.KER    requests this PC made: they name the vaults it trusts
//! approved/ID.KAP      whitelist entries that arrived
//! opened/ID            hand-overs that were opened; never removed
//! journal              the session under way, for the sweep after a crash
//! receipts/ID.KRC      receipts not yet on a companion
//! lock                 held while a courier works
//! ```
//!
//! Every write is durable when the call returns. Nothing here comes from a payload.

use crate::{Failure, Result};
use codes::ErrorCode;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};
use transfer::{
    CompanionId, Enrolment, EnrolmentId, EntryId, HandOverId, Introduced, Name, Program, VaultKey,
    Verified, Whitelist, introduce, verify,
};

/// Largest file of the store in bytes: a signed document or a journal.
const MAX_FILE: u64 = 64 * 1024;

/// What a sweep has to know, durable before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    pub hand_over: HandOverId,
    /// The stick the receipt belongs on.
    pub companion: CompanionId,
    pub program: Program,
    /// Who ran the program.
    pub user: Name,
    /// When the program first opened the file, seconds since 1970.
    pub read_at: Option<i64>,
}

/// A receipt that waits for its companion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    pub hand_over: HandOverId,
    pub companion: CompanionId,
    /// The signed document, as text: it is UTF-8 by its format.
    pub document: String,
}

/// The folder. Made by [`Store::open`].
#[derive(Debug)]
pub struct Store {
    at: PathBuf,
}

/// Held while a courier works; let go by dropping or dying.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

fn failure(step: &'static str) -> impl Fn(io::Error) -> Failure {
    Failure::io(ErrorCode::CourierStore, step)
}

const fn malformed(step: &'static str) -> Failure {
    Failure::new(ErrorCode::CourierStore, step)
}

impl Store {
    /// Opens the folder, making it (for its owner alone) when needed.
    ///
    /// # Errors
    /// `KeysExposed` where others may change what is in it.
    pub fn open(at: &Path) -> Result<Self> {
        let step = "open the state folder";
        for folder in ["", "enrolments", "approved", "opened", "receipts"] {
            let folder = at.join(folder);
            make_private(&folder).map_err(failure(step))?;
            if !is_private(&folder).map_err(failure(step))? {
                return Err(Failure::new(ErrorCode::KeysExposed, step));
            }
        }
        Ok(Store { at: at.to_owned() })
    }

    pub fn path(&self) -> &Path {
        &self.at
    }

    /// # Errors
    /// `CourierBusy` while another courier works.
    pub fn lock(&self) -> Result<Lock> {
        let file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Failure::new(ErrorCode::CourierBusy, "lock")),
            Err(TryLockError::Error(e)) => Err(failure("lock")(e)),
        }
    }

    /// As [`Store::lock`], but waits this long for the other to finish.
    pub fn lock_within(&self, patience: Duration) -> Result<Lock> {
        let mut left = patience;
        loop {
            match self.lock() {
                Err(busy) if busy.code == ErrorCode::CourierBusy && !left.is_zero() => {
                    let pause = left.min(Duration::from_millis(50));
                    std::thread::sleep(pause);
                    left -= pause;
                }
                other => return other,
            }
        }
    }

    fn lock_file(&self) -> Result<File> {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.at.join("lock"))
            .map_err(failure("lock"))
    }

    /// Keeps a request this PC made: from now on its vault is trusted.
    pub fn keep_enrolment(&self, id: EnrolmentId, document: &[u8]) -> Result<()> {
        let path = self.at.join("enrolments").join(format!("{id}.KER"));
        write_durably(&path, document, "keep the enrolment")
    }

    /// The requests this PC made.
    pub fn enrolments(&self) -> Result<Vec<Introduced<Enrolment>>> {
        let step = "read the enrolments";
        self.documents("enrolments", step)?
            .iter()
            .map(|bytes| introduce(bytes).map_err(|_| malformed(step)))
            .collect()
    }

    /// Keeps a whitelist entry that arrived, if it is not kept already.
    pub fn keep_approval(&self, entry: &Verified<Whitelist>) -> Result<bool> {
        let path = self.approval_path(entry.entry);
        if path.exists() {
            return Ok(false);
        }
        write_durably(&path, entry.bytes(), "keep the approval")?;
        Ok(true)
    }

    /// The kept entry of this id, if it was signed by this vault.
    pub fn approval(&self, id: EntryId, vault: &VaultKey) -> Result<Option<Verified<Whitelist>>> {
        let bytes = read_bounded(&self.approval_path(id)).map_err(failure("read an approval"))?;
        Ok(bytes.and_then(|bytes| verify(&bytes, vault).ok()))
    }

    fn approval_path(&self, id: EntryId) -> PathBuf {
        self.at.join("approved").join(format!("{id}.KAP"))
    }

    /// Marks a hand-over as opened, durably.
    ///
    /// # Errors
    /// `BundleReplayed` if it is marked already: of two that try, one succeeds.
    pub fn mark_opened(&self, id: HandOverId) -> Result<()> {
        let step = "mark as opened";
        let folder = self.at.join("opened");
        let made = OpenOptions::new()
            .create_new(true)
            .write(true)
            .open(folder.join(id.to_string()));
        let file = match made {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                return Err(Failure::new(ErrorCode::BundleReplayed, step));
            }
            other => other.map_err(failure(step))?,
        };
        file.sync_all()
            .and_then(|()| sync_folder(&folder))
            .map_err(failure(step))
    }

    pub fn was_opened(&self, id: HandOverId) -> Result<bool> {
        let path = self.at.join("opened").join(id.to_string());
        path.try_exists().map_err(failure("look for the mark"))
    }

    pub fn journal(&self) -> Result<Option<Journal>> {
        let step = "read the journal";
        read_bounded(&self.at.join("journal"))
            .map_err(failure(step))?
            .map(|bytes| serde_json::from_slice(&bytes).map_err(|_| malformed(step)))
            .transpose()
    }

    pub fn write_journal(&self, journal: &Journal) -> Result<()> {
        let step = "write the journal";
        let bytes = serde_json::to_vec(journal).map_err(|_| malformed(step))?;
        write_durably(&self.at.join("journal"), &bytes, step)
    }

    pub fn forget_journal(&self) -> Result<()> {
        remove_durably(&self.at.join("journal")).map_err(failure("remove the journal"))
    }

    pub fn keep_receipt(&self, receipt: &Waiting) -> Result<()> {
        let step = "keep the receipt";
        let bytes = serde_json::to_vec(receipt).map_err(|_| malformed(step))?;
        write_durably(&self.receipt_path(receipt.hand_over), &bytes, step)
    }

    /// Receipts that wait for a companion.
    pub fn receipts(&self) -> Result<Vec<Waiting>> {
        let step = "read the receipts";
        self.documents("receipts", step)?
            .iter()
            .map(|bytes| serde_json::from_slice(bytes).map_err(|_| malformed(step)))
            .collect()
    }

    pub fn forget_receipt(&self, id: HandOverId) -> Result<()> {
        remove_durably(&self.receipt_path(id)).map_err(failure("remove a receipt"))
    }

    fn receipt_path(&self, id: HandOverId) -> PathBuf {
        self.at.join("receipts").join(format!("{id}.KRC"))
    }

    fn documents(&self, folder: &str, step: &'static str) -> Result<Vec<Vec<u8>>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(self.at.join(folder))
            .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
            .map_err(failure(step))?;
        // A write that a crash cut short.
        paths.retain(|path| path.extension().is_none_or(|e| e != TEMPORARY));
        paths.sort();
        let mut all = Vec::new();
        for path in paths {
            all.extend(read_bounded(&path).map_err(failure(step))?);
        }
        Ok(all)
    }
}

const TEMPORARY: &str = "tmp";

/// Writes a file so that after a crash it is there whole, as before, or not at all, and
/// is there for good when this returns. Only its owner can read it.
pub fn write_durably(path: &Path, bytes: &[u8], step: &'static str) -> Result<()> {
    let temporary = path.with_extension(TEMPORARY);
    let write = || {
        match fs::remove_file(&temporary) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))
    };
    write().map_err(failure(step))
}

fn remove_durably(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e),
        Ok(()) => sync_folder(path.parent().unwrap_or(Path::new("."))),
    }
}

/// Makes the entries of a folder durable, where the system has this as a step.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Whether only we (and root) can put something into the folder or take it out.
#[cfg(unix)]
fn is_private(folder: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let meta = fs::symlink_metadata(folder)?;
    let ours = meta.uid() == rustix::process::geteuid().as_raw();
    Ok(meta.is_dir() && ours && meta.mode() & 0o022 == 0)
}

fn read_bounded(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(Some(bytes))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use transfer::Sha256;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state")).unwrap();
        (folder, store)
    }

    fn journal(hand_over: HandOverId) -> Journal {
        Journal {
            hand_over,
            companion: CompanionId::random(),
            program: Program {
                file_name: "kyuyo".parse().unwrap(),
                sha256: Sha256::of(b"kyuyo"),
            },
            user: "yamada".parse().unwrap(),
            read_at: None,
        }
    }

    #[test]
    fn a_hand_over_is_marked_as_opened_once() {
        let (_folder, store) = store();
        let id = HandOverId::random();
        assert!(!store.was_opened(id).unwrap());
        store.mark_opened(id).unwrap();
        assert!(store.was_opened(id).unwrap());
        assert_eq!(
            store.mark_opened(id).unwrap_err().code,
            ErrorCode::BundleReplayed
        );
    }

    #[test]
    fn a_journal_is_there_until_it_is_forgotten() {
        let (_folder, store) = store();
        assert_eq!(store.journal().unwrap(), None);
        let mut journal = journal(HandOverId::random());
        store.write_journal(&journal).unwrap();
        journal.read_at = Some(1_800_000_000);
        store.write_journal(&journal).unwrap();
        assert_eq!(store.journal().unwrap(), Some(journal));
        store.forget_journal().unwrap();
        store.forget_journal().unwrap();
        assert_eq!(store.journal().unwrap(), None);
    }

    #[test]
    fn a_damaged_journal_is_an_error_and_not_an_absent_one() {
        let (_folder, store) = store();
        fs::write(store.path().join("journal"), b"{").unwrap();
        assert_eq!(
            store.journal().unwrap_err().code,
            ErrorCode::CourierStore,
            "what it guarded may still lie about"
        );
    }

    #[test]
    fn a_write_cut_short_is_not_read_as_a_receipt() {
        let (_folder, store) = store();
        fs::write(store.path().join("receipts/x.tmp"), b"{").unwrap();
        assert_eq!(store.receipts().unwrap(), []);
        let waiting = Waiting {
            hand_over: HandOverId::random(),
            companion: CompanionId::random(),
            document: "signed".into(),
        };
        store.keep_receipt(&waiting).unwrap();
        assert_eq!(store.receipts().unwrap(), [waiting]);
    }

    #[test]
    fn a_folder_that_others_can_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, store) = store();
        let opened = store.path().join("opened");
        fs::set_permissions(opened, fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(
            Store::open(store.path()).unwrap_err().code,
            ErrorCode::KeysExposed,
            "marks could have been taken away"
        );
    }

    #[test]
    fn one_courier_works_at_a_time() {
        let (_folder, store) = store();
        let lock = store.lock().unwrap();
        assert_eq!(store.lock().unwrap_err().code, ErrorCode::CourierBusy);
        drop(lock);
        assert!(store.lock().is_ok());
    }
}
