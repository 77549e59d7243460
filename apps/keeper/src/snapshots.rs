//! Copies of the vault, in its own folder.

use crate::forms::Form;
use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::Label;
use protocol::clerk::snapshots::{Reply as Snapshots, Request, Snapshot};
use protocol::clerk::{Field, MAX_ROWS, Reply, Step};
use std::fs;
use std::path::PathBuf;
use vault::{Known, Manifest, Moment, Progress, Stage};

/// Beside the vault's files.
const FOLDER: &str = "snapshots";
const RESTORED: &str = "restored";

impl Work<'_> {
    pub(crate) fn about_snapshots(&mut self, request: Request) -> Result<Reply, Refusal> {
        match request {
            Request::Make { name } => self.make_snapshot(&name),
            Request::List => self.list_snapshots(),
            Request::Examine { snapshot } => {
                let found = self.examine(&snapshot)?;
                Ok(Snapshots::Examined(shown(&snapshot, found.manifest())).into())
            }
            Request::Remove { snapshot } => {
                let folder = self.snapshot_folder(&snapshot)?;
                fs::remove_dir_all(folder).map_err(|_| ErrorCode::NotFound)?;
                Ok(Reply::Done)
            }
            Request::Restore { snapshot } => self.restore(&snapshot),
        }
    }

    fn make_snapshot(&mut self, name: &str) -> Result<Reply, Refusal> {
        let mut form = Form::default();
        let name = form.text(Field::Label, name, Label::new);
        let name = form.finish(name)?;
        let now = self.now();
        let id = format!("s{}-{}", now.unix_seconds, now.steady_seconds);
        let folder = self.folder.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|_| ErrorCode::StickIo)?;
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
        Ok(Snapshots::Made(shown(&id, &manifest)).into())
    }

    fn list_snapshots(&mut self) -> Result<Reply, Refusal> {
        let Ok(found) = fs::read_dir(self.folder.join(FOLDER)) else {
            return Ok(Snapshots::List(Vec::new()).into());
        };
        let mut ids: Vec<String> = found
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|id| is_id(id))
            .collect();
        ids.sort();
        let mut list = Vec::new();
        for id in ids.into_iter().rev().take(MAX_ROWS.into()) {
            // A folder that is no snapshot, or no longer a whole one, is not listed.
            if let Ok(found) = self.examine(&id) {
                list.push(shown(&id, found.manifest()));
            }
        }
        Ok(Snapshots::List(list).into())
    }

    fn examine(&mut self, id: &str) -> Result<vault::Snapshot, Refusal> {
        let folder = self.snapshot_folder(id)?;
        let outside = &mut *self.outside;
        Ok(vault::Snapshot::examine(&folder, &mut |progress| {
            outside
                .progress(step(progress), progress.done, progress.total)
                .is_ok()
        })?)
    }

    fn restore(&mut self, id: &str) -> Result<Reply, Refusal> {
        let snapshot = self.examine(id)?;
        let into = self.folder.join(RESTORED);
        let now = self.now();
        let outside = &mut *self.outside;
        let newest = Some(Known::Vault(self.vault));
        let pc = self.pc.clone();
        let restored = vault::restore(&snapshot, &into, newest, pc, now, &mut |progress| {
            outside
                .progress(step(progress), progress.done, progress.total)
                .is_ok()
        })?;
        Ok(Snapshots::Restored {
            kept_out: restored.kept_out,
        }
        .into())
    }

    fn snapshot_folder(&self, id: &str) -> Result<PathBuf, Refusal> {
        let folder = self.folder.join(FOLDER).join(id);
        if is_id(id) && folder.is_dir() {
            Ok(folder)
        } else {
            Err(ErrorCode::NotFound.into())
        }
    }
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

fn shown(id: &str, manifest: &Manifest) -> Snapshot {
    Snapshot {
        snapshot: id.to_owned(),
        made_unix: manifest.made_unix,
        bytes: manifest.files.iter().map(|file| file.bytes).sum(),
        users: manifest.counts.users,
        people: manifest.counts.people,
        numbers: manifest.counts.numbers,
        tombstones: manifest.counts.tombstones,
    }
}
