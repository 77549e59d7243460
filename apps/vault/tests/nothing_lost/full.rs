//! Every operation with a disk that is full at one of its writes.

use crate::check::{self, Content};
use crate::common::at;
use crate::cuts::Plan;
use crate::disk::mix;
use crate::scene::{Operation, Scene, Step, copy_folder, scratch};
use crate::syscalls;
use crate::trace::{Full, Recorder};
use std::path::Path;
use vault::VaultError;

/// Refuses each write of the operation in turn. Says how many were refused.
///
/// # Errors
/// What was wrong afterwards, with the write that was refused.
pub fn fill_everywhere(operation: &Operation, plan: Plan) -> Result<usize, String> {
    let (writes, mut session) = {
        let mut scene = Scene::new(operation.begins, None);
        syscalls::record(Recorder::new(&scene.folder));
        for step in &operation.steps {
            step(&mut scene).map_err(|e| e.to_string())?;
        }
        let recorder = syscalls::stop().expect("recorded on this thread");
        (recorder.writes, scene.into_session())
    };
    let mut refused = 0;
    for write in 0..writes {
        let chosen = plan
            .at_most
            .map(|n| if operation.derives { n / 4 } else { n })
            .is_none_or(|n| sampled(write as u64, writes as u64, n as u64, plan.seed));
        if !chosen {
            continue;
        }
        for how in [Full::Once, Full::UntilFreed] {
            let mut scene = Scene::new(operation.begins, session.take());
            syscalls::record(Recorder::new(&scene.folder));
            syscalls::with(|r| r.refuse = Some((write, how)));
            let result = operation
                .steps
                .iter()
                .try_for_each(|step| play_full(&mut scene, *step, operation.records_failure));
            let recorder = syscalls::stop().expect("recorded on this thread");
            let result = result.and_then(|()| at_the_end(&mut scene));
            result.map_err(|e| format!("write {write} of {writes} refused {how:?}: {e}"))?;
            refused += usize::from(recorder.writes > write);
            session = scene.into_session();
        }
    }
    Ok(refused)
}

/// Whether a write is one of the `n` that are looked at: evenly spread over all there are, from
/// a place that the seed decides.
fn sampled(write: u64, writes: u64, n: u64, seed: u64) -> bool {
    (write + mix(seed, writes) % writes) * n % writes < n
}

/// One step on a disk that may be full: done, or refused with nothing changed, and done once
/// there is space again.
fn play_full(scene: &mut Scene, step: Step, records_failure: bool) -> Result<(), String> {
    let before = content_now(&scene.folder)?;
    match step(scene) {
        Ok(()) => return Ok(()),
        Err(VaultError::Full) => {}
        Err(other) => return Err(format!("refused as: {other}")),
    }
    let after = content_now(&scene.folder)?;
    let unchanged = match (&before, &after) {
        (Some(before), Some(after)) if records_failure => after.same_but_for_the_ledger(before),
        _ => after == before,
    };
    if !unchanged {
        return Err("a refused step changed something".to_owned());
    }
    let reserve = scene.folder.join("reserve").exists();
    if let Err(e) = scene.record_refusal()
        && reserve
    {
        return Err(format!("the refusal could not be recorded: {e}"));
    }
    syscalls::with(|r| r.refuse = None);
    step(scene).map_err(|e| format!("with space again: {e}"))
}

fn at_the_end(scene: &mut Scene) -> Result<(), String> {
    content_now(&scene.folder)?.ok_or("the vault is gone")?;
    let numbers = scene.numbers.clone();
    match scene.vault() {
        Some((vault, session)) => {
            let company = session.company().map_err(|e| e.to_string())?.to_owned();
            check::numbers_are(vault, session, &company, &numbers, at(2000))
        }
        None => Ok(()),
    }
}

/// What another start would find now: of a copy, because the vault is open.
fn content_now(folder: &Path) -> Result<Option<Content>, String> {
    let copy = scratch();
    copy_folder(folder, copy.path());
    check::content(copy.path())
}
