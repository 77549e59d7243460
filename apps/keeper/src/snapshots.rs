//! Copies of the vault, in its own folder, and going back to one.

use crate::forms::Form;
use crate::keeper::{Keeper, Store};
use crate::outside::Outside;
use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::Label;
use protocol::clerk::snapshots::{
    Contents, Replaced, Reply as Snapshots, Request, Shelved, Snapshot, SnapshotId,
};
use protocol::clerk::{Field, MAX_ROWS, Reply, Step};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use vault::{MAX_TOMBSTONES_FILE, Manifest, Moment, Progress, Restored, Stage, TombstoneFile};

/// Beside the vault's files.
const FOLDER: &str = "snapshots";
/// Among the snapshots: no id of one.
const TOMBSTONES: &str = "tombstones-";
/// Between both stands the company's id.
const SIGNED: &str = ".signed";
/// More companies than any office has in one vault.
const MAX_FILES: usize = 10_000;
const UNFINISHED: &str = "tombstones.part";

impl Work<'_> {
    pub(crate) fn about_snapshots(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Make { name } => self.make_snapshot(&name),
            Request::List => {
                let found = self.shelf().all()?;
                let show = |(id, found)| self.shelved(id, found);
                let list = found.into_iter().map(show).collect::<Result<_, _>>()?;
                Ok(Snapshots::List(list).into())
            }
            Request::Examine { snapshot } => {
                let found = self.shelf().examine(&snapshot)?;
                let shown = self.shown(&snapshot, found.manifest())?;
                Ok(Snapshots::Examined(shown).into())
            }
            Request::Remove { snapshot } => {
                let folder = self.shelf().folder_of(&snapshot)?;
                let now = self.now();
                self.vault.remove_snapshot(self.session, &folder, now)?;
                Ok(Reply::Done)
            }
            Request::Restore { snapshot } => self.restore(&snapshot),
            Request::ExportTombstones => {
                let count = self.export_tombstones()?;
                Ok(Snapshots::Tombstones { count }.into())
            }
            Request::Replaced => {
                let left = self.vault.replaced(self.session)?;
                let shown = left.map(|left| Replaced {
                    bytes: left.bytes,
                    keys: left.keys,
                });
                Ok(Snapshots::Replaced(shown).into())
            }
            Request::DropReplaced => {
                let now = self.now();
                self.vault.drop_replaced(self.session, now)?;
                Ok(Reply::Done)
            }
        }
    }

    fn make_snapshot(&mut self, name: &str) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let name = form.text(Field::Label, name, Label::new);
        let name = form.finish(name)?;
        self.export_tombstones()?;
        let now = self.now();
        let id = format!("s{}-{}", now.unix_seconds, now.steady_seconds);
        let folder = self.folder.join(FOLDER);
        let (outside, clock_confirmed) = (&mut *self.outside, self.clock_confirmed);
        let manifest = self.vault.snapshot(
            self.session,
            &folder.join(&id),
            &name,
            now,
            &mut |_, progress| {
                outside
                    .progress(step(progress), progress.done, progress.total)
                    .ok()
                    .map(|()| Moment {
                        unix_seconds: outside.unix_seconds(),
                        clock_confirmed,
                        steady_seconds: outside.monotonic_seconds(),
                    })
            },
        )?;
        Ok(Snapshots::Made(self.shown(&id, &manifest)?).into())
    }

    fn shown(&self, id: &str, manifest: &Manifest) -> Result<Snapshot, Refusal> {
        let counted = self.vault.may_count(self.session, manifest)?;
        Ok(shown(id, manifest, counted))
    }

    fn shelved(&self, snapshot: SnapshotId, found: Found) -> Result<Shelved, Refusal> {
        Ok(match found {
            Ok(manifest) => Shelved::Whole(self.shown(&snapshot, &manifest)?),
            Err(code) => Shelved::Unusable { snapshot, code },
        })
    }

    fn export_tombstones(&mut self) -> Result<u32, Refusal> {
        let now = self.now();
        let mut count = 0;
        for (company, bytes) in self.vault.export_tombstones(self.session, now)? {
            count += TombstoneFile::read(&bytes)?.count();
            let name = [TOMBSTONES, &company, SIGNED].concat();
            put_file(&self.folder.join(FOLDER), &name, &bytes)?;
        }
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn restore(&mut self, id: &str) -> Result<Reply, Refusal> {
        let mut shelf = self.shelf();
        let snapshot = shelf.examine(id)?;
        let tombstones = shelf.tombstones()?;
        let now = self.now();
        let outside = &mut *self.outside;
        let mut progress = |progress: Progress| {
            outside
                .progress(step(progress), progress.done, progress.total)
                .is_ok()
        };
        let restored =
            self.vault
                .restore(self.session, &snapshot, &tombstones, now, &mut progress)?;
        *self.restored = true;
        Ok(told(restored))
    }

    fn shelf(&mut self) -> Shelf<'_> {
        Shelf {
            folder: self.folder,
            outside: self.outside,
        }
    }
}

impl Keeper {
    /// Where there is no vault yet, one is made of a snapshot as by a first run; where the
    /// one there is damaged, one takes its place. Who may open it its own users' passphrases
    /// tell.
    pub(crate) fn snapshots_without_a_vault(
        &mut self,
        request: Request,
        outside: &mut dyn Outside,
    ) -> Result<Reply, Refusal> {
        let now = self.now(outside);
        let mut shelf = Shelf {
            folder: &self.folder,
            outside,
        };
        match request {
            Request::List => {
                let show = |(snapshot, found): (SnapshotId, Found)| match found {
                    Ok(manifest) => Shelved::Whole(shown(&snapshot, &manifest, false)),
                    Err(code) => Shelved::Unusable { snapshot, code },
                };
                let list = shelf.all()?.into_iter().map(show).collect();
                Ok(Snapshots::List(list).into())
            }
            Request::Examine { snapshot } => {
                let found = shelf.examine(&snapshot)?;
                Ok(Snapshots::Examined(shown(&snapshot, found.manifest(), false)).into())
            }
            Request::Restore { snapshot } => {
                let found = shelf.examine(&snapshot)?;
                let files = shelf.tombstones()?;
                let pc = self.pc.clone();
                let mut progress = |progress: Progress| {
                    outside
                        .progress(step(progress), progress.done, progress.total)
                        .is_ok()
                };
                let into = &self.folder;
                let restored = vault::restore(&found, into, None, &files, pc, now, &mut progress)?;
                let opened = self.opened();
                let before = std::mem::replace(&mut self.store, opened);
                if let Store::Unusable(code) = &self.store {
                    return Err(Refusal::Told(*code));
                }
                if matches!(before, Store::Missing) {
                    outside.first_run_done()?;
                }
                Ok(told(restored))
            }
            _ => match self.store {
                Store::Unusable(code) => Err(Refusal::Told(code)),
                _ => Err(ErrorCode::SessionLocked.into()),
            },
        }
    }

    /// Removes what cuts left of snapshots. What cannot be removed now is tried again at the
    /// next start, and takes only space until then.
    pub(crate) fn sweep_snapshots(&mut self, outside: &dyn Outside) {
        let now = self.now(outside);
        if let Store::Open(vault) = &mut self.store {
            let _ = vault.sweep_snapshots(&self.folder.join(FOLDER), now);
        }
    }

    /// The vault that was restored takes the place of the one that is open.
    pub(crate) fn take_restored(&mut self, outside: &dyn Outside) {
        // What was to be recorded of the session's end is of the vault that goes.
        let _ = self.lock(outside);
        if let Store::Open(vault) = std::mem::replace(&mut self.store, Store::NotStarted) {
            let _ = vault.disconnect();
        }
        self.store = self.opened();
    }
}

/// What a snapshot says of itself; of one that cannot be used, why.
type Found = Result<Manifest, ErrorCode>;

/// The snapshots beside a vault, or where one will be.
struct Shelf<'a> {
    /// The vault's.
    folder: &'a Path,
    outside: &'a mut dyn Outside,
}

impl Shelf<'_> {
    /// Every snapshot, newest first.
    fn all(&mut self) -> Result<Vec<(SnapshotId, Found)>, Refusal> {
        let found = match fs::read_dir(self.folder.join(FOLDER)) {
            Ok(found) => found,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(_) => return Err(ErrorCode::StickIo.into()),
        };
        let mut ids: Vec<String> = found
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|id| is_id(id))
            .collect();
        ids.sort();
        let mut list = Vec::new();
        for id in ids.into_iter().rev().take(MAX_ROWS.into()) {
            let found = vault::Snapshot::glance(&self.folder_of(&id)?);
            match found.map_err(Refusal::from) {
                Ok(manifest) => list.push((id, Ok(manifest))),
                Err(refusal) => match refusal.code() {
                    Some(code) => list.push((id, Err(code))),
                    None => return Err(refusal),
                },
            }
        }
        Ok(list)
    }

    fn examine(&mut self, id: &str) -> Result<vault::Snapshot, Refusal> {
        let folder = self.folder_of(id)?;
        let outside = &mut *self.outside;
        Ok(vault::Snapshot::examine(&folder, &mut |progress| {
            outside
                .progress(step(progress), progress.done, progress.total)
                .is_ok()
        })?)
    }

    /// The file of destroyed numbers, if there is one. One that is not intact is refused:
    /// without it a number could come back.
    fn tombstones(&self) -> Result<Vec<TombstoneFile>, Refusal> {
        let failed = |_| Refusal::from(ErrorCode::StickIo);
        let entries = match fs::read_dir(self.folder.join(FOLDER)) {
            Ok(entries) => entries,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(failed(e)),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if !name.starts_with(TOMBSTONES) || !name.ends_with(SIGNED) {
                continue;
            }
            if files.len() == MAX_FILES {
                return Err(ErrorCode::LimitReached.into());
            }
            let mut bytes = Vec::new();
            File::open(&path)
                .and_then(|file| file.take(MAX_TOMBSTONES_FILE + 1).read_to_end(&mut bytes))
                .map_err(failed)?;
            files.push(TombstoneFile::read(&bytes)?);
        }
        Ok(files)
    }

    fn folder_of(&self, id: &str) -> Result<PathBuf, Refusal> {
        let folder = self.folder.join(FOLDER).join(id);
        if is_id(id) && folder.is_dir() {
            Ok(folder)
        } else {
            Err(ErrorCode::NotFound.into())
        }
    }
}

/// Puts the file in place of the one there, durably: after a cut it is the one or the other.
fn put_file(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Refusal> {
    let put = || {
        fs::create_dir_all(folder)?;
        let mut file = File::create(folder.join(UNFINISHED))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(folder.join(UNFINISHED), folder.join(name))?;
        File::open(folder)?.sync_all()
    };
    put().map_err(|error: std::io::Error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => ErrorCode::StickFull.into(),
        _ => ErrorCode::StickIo.into(),
    })
}

fn told(restored: Restored) -> Reply {
    Snapshots::Restored {
        kept_out: restored.kept_out,
        access_changed: restored.access_changed,
    }
    .into()
}

/// Nothing that leads out of the folder.
fn is_id(id: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&id.len()) && id.bytes().all(plain)
}

fn step(progress: Progress) -> Step {
    match progress.stage {
        Stage::Copying => Step::Writing,
        Stage::Reading => Step::Reading,
        Stage::Verifying => Step::CheckingLedger,
    }
}

fn shown(id: &str, manifest: &Manifest, counted: bool) -> Snapshot {
    let counts = manifest.counts;
    Snapshot {
        snapshot: id.to_owned(),
        made_unix: manifest.made_unix,
        bytes: manifest.files.iter().map(|file| file.bytes).sum(),
        contents: counted.then_some(Contents {
            users: counts.users,
            people: counts.people,
            numbers: counts.numbers,
            tombstones: counts.tombstones,
        }),
    }
}
