//! Every cut of an operation: played once, then rebuilt and opened at each point.

use crate::check::{self, Content, Numbers};
use crate::common::at;
use crate::disk::{self, Cut, Data, Disk, Entries, Image, Length, mix};
use crate::scene::{Operation, Scene, scratch};
use crate::syscalls;
use crate::trace::{Op, Recorder};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use vault::{CompanyId, Session};

/// How many random choices of writes, and of sectors, each point has.
const DRAWS: u64 = 12;
/// At how many places, at most, a long write is torn.
const TORN: u64 = 16;

/// How many cuts are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub seed: u64,
    /// Of each operation, evenly chosen by the seed; `None`: all.
    pub at_most: Option<usize>,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Calls that wrote, flushed or changed entries.
    pub calls: usize,
    /// Cuts there are, each with its choice of what was kept.
    pub cuts: usize,
    /// Cuts that were rebuilt, opened and checked. Cuts that leave the same bytes behind
    /// after the same acknowledgements count once.
    pub checked: usize,
}

struct State {
    content: Option<Content>,
    numbers: Numbers,
}

/// What the operation left after each of its steps; the first is what it found.
struct Played {
    base: Disk,
    ops: Vec<Op>,
    states: Vec<State>,
    /// Of somebody who was logged in at the end, with the company they were in.
    session: Option<(Session, CompanyId)>,
}

/// Cuts the operation everywhere and checks what is left.
///
/// # Errors
/// The cut, and what was wrong with the disk it left.
pub fn cut_everywhere(operation: &Operation, plan: Plan) -> Result<Tally, String> {
    cut_played(play(operation), plan)
}

/// The same on a vault whose flushes do nothing: something must be wrong.
pub fn cut_without_flushes(operation: &Operation, plan: Plan) -> Result<Tally, String> {
    let mut played = play(operation);
    played.ops.retain(|op| !matches!(op, Op::Sync { .. }));
    cut_played(played, plan)
}

fn cut_played(mut played: Played, plan: Plan) -> Result<Tally, String> {
    let mut tally = Tally::default();
    let cuts = list(&played, plan.seed);
    tally.cuts = cuts.len();
    let chosen = |i: usize| match plan.at_most {
        Some(n) if n < cuts.len() => mix(plan.seed, i as u64) % (cuts.len() as u64) < n as u64,
        _ => true,
    };
    let mut seen = HashSet::new();
    let mut acknowledged = 0;
    let mut next = 0;
    for (time, op) in played.ops.iter().enumerate() {
        played.base.apply(op);
        acknowledged += usize::from(matches!(op, Op::Acknowledged));
        tally.calls += usize::from(!matches!(op, Op::Acknowledged));
        while let Some((_, cut)) = cuts.get(next).filter(|(t, _)| *t == time) {
            next += 1;
            if !chosen(next - 1) {
                continue;
            }
            let image = played.base.image(*cut);
            let mut hasher = DefaultHasher::new();
            (acknowledged, &image).hash(&mut hasher);
            if !seen.insert(hasher.finish()) {
                continue;
            }
            // The step under way is the one after those acknowledged.
            let until = (acknowledged + 1).min(played.states.len() - 1);
            let allowed = &played.states[acknowledged..=until];
            if let Err(what) = look(&image, allowed, played.session.as_mut(), acknowledged) {
                return Err(format!(
                    "after call {time} ({}), {acknowledged} steps acknowledged, {cut:?}, seed \
                     {}: {what}",
                    name(op),
                    plan.seed
                ));
            }
            tally.checked += 1;
        }
    }
    Ok(tally)
}

/// Plays the operation once on a real vault and notes every call.
fn play(operation: &Operation) -> Played {
    let mut scene = Scene::new(operation.begins, None);
    let folder = scene.folder.clone();
    let base = Disk::load(&folder);
    let mut disk = base.fork();
    let whole = Cut {
        data: Data::All,
        length: Length::OfData,
        entries: Entries::All,
    };
    let state = |disk: &Disk, scene: &Scene| State {
        content: on_disk(&disk.image(whole), check::content).unwrap(),
        numbers: scene.numbers.clone(),
    };
    let mut states = vec![state(&disk, &scene)];
    let mut ops: Vec<Op> = Vec::new();
    for step in &operation.steps {
        syscalls::record(Recorder::new(&folder));
        let result = step(&mut scene);
        let recorder = syscalls::stop().expect("recorded on this thread");
        result.unwrap_or_else(|e| panic!("{}: {e}", operation.name));
        for op in recorder.ops.into_iter().chain([Op::Acknowledged]) {
            disk.apply(&op);
            ops.push(op);
        }
        // What the trace says is what stands there: no call was missed.
        let (traced, real) = (disk.image(whole), disk::read_image(&folder));
        for path in traced.keys().chain(real.keys()) {
            assert!(
                traced.get(path) == real.get(path),
                "{}: the trace of {} is not complete",
                operation.name,
                path.display()
            );
        }
        states.push(state(&disk, &scene));
        let (before, after) = (&states[states.len() - 2], &states[states.len() - 1]);
        assert!(
            before.content != after.content,
            "{}: a step changes something",
            operation.name
        );
    }
    Played {
        base,
        ops,
        states,
        session: scene.into_session(),
    }
}

/// Every cut, in order of the call after which the power went.
fn list(played: &Played, seed: u64) -> Vec<(usize, Cut)> {
    let mut disk = played.base.fork();
    let mut cuts = Vec::new();
    for (time, op) in played.ops.iter().enumerate() {
        disk.apply(op);
        let draw = |n: u64| mix(seed, mix(time as u64, n));
        for (data, length) in contents(disk.unsynced(), &draw) {
            let unsynced = disk.unsynced_entries();
            let mut entries = vec![Entries::All];
            if unsynced > 0 {
                entries.push(Entries::Synced);
                entries.extend((1..unsynced).map(Entries::First));
            }
            for entries in entries {
                let cut = Cut {
                    data,
                    length,
                    entries,
                };
                cuts.push((time, cut));
            }
        }
    }
    cuts
}

/// What may have become of the unsynced contents. Random choices, each drawn from the seed,
/// beside the ones that are always looked at.
fn contents(
    unsynced: Option<(usize, usize, u64)>,
    draw: &dyn Fn(u64) -> u64,
) -> Vec<(Data, Length)> {
    let mut contents = vec![(Data::All, Length::OfData)];
    let Some((first, last, sectors)) = unsynced else {
        return contents;
    };
    contents.push((Data::None, Length::Synced));
    contents.push((Data::None, Length::Newest));
    contents.push((Data::All, Length::Synced));
    let step = sectors.div_ceil(TORN).max(1) as usize;
    let torn = (1..sectors).step_by(step);
    contents.extend(torn.map(|n| (Data::TornAfter(n), Length::OfData)));
    if first == last {
        return contents;
    }
    for data in [
        Data::OnlyFirst,
        Data::OnlyLast,
        Data::AllButFirst,
        Data::AllButLast,
    ] {
        contents.push((data, Length::OfData));
    }
    for n in 0..DRAWS {
        let lengths = [Length::OfData, Length::Newest, Length::Synced];
        let length = |n| lengths[draw(n) as usize % lengths.len()];
        contents.push((Data::Writes(draw(n)), length(n + 200)));
        contents.push((Data::Sectors(draw(n + 100)), length(n + 300)));
    }
    contents
}

/// Opens what a cut left: the old state or the new one, numbers and all. What was made
/// beside the vault is not newer than the vault, which says that it was made.
fn look(
    image: &Image,
    allowed: &[State],
    session: Option<&mut (Session, CompanyId)>,
    acknowledged: usize,
) -> Result<(), String> {
    on_disk(image, |folder| {
        let content = check::content(folder)?;
        let matches =
            |vault: &State, beside: &State| match (&content, &vault.content, &beside.content) {
                (None, None, _) => true,
                (Some(found), Some(vault), Some(beside)) => {
                    found.tables == vault.tables && found.beside == beside.beside
                }
                _ => false,
            };
        let mut pairs = allowed
            .iter()
            .enumerate()
            .flat_map(|(i, vault)| allowed[..=i].iter().map(move |beside| (vault, beside)));
        let Some((state, _)) = pairs.rfind(|(vault, beside)| matches(vault, beside)) else {
            return Err(wrong(content.as_ref(), allowed));
        };
        let (Some(_), Some((session, company))) = (&content, session) else {
            return Ok(());
        };
        let now = at(1000 + acknowledged as u64);
        let mut vault = check::open(folder)?.ok_or("the vault is gone")?;
        check::numbers_are(&mut vault, session, company, &state.numbers, now)?;
        Ok(())
    })
}

fn wrong(found: Option<&Content>, allowed: &[State]) -> String {
    let what = match (found, &allowed[0].content) {
        (Some(found), Some(old)) if found.entries() < old.entries() => {
            return "an acknowledged ledger entry is missing".to_owned();
        }
        (Some(found), Some(old)) => {
            format!("{}, beside it {:?}", found.differences(old), found.beside)
        }
        (found, _) => format!("a vault: {}", found.is_some()),
    };
    format!("neither the old state nor the new one: {what}")
}

fn on_disk<T>(image: &Image, act: impl FnOnce(&Path) -> T) -> T {
    let folder = scratch();
    disk::write_image(image, folder.path());
    act(folder.path())
}

fn name(op: &Op) -> String {
    match op {
        Op::Write {
            path,
            offset,
            bytes,
        } => format!(
            "write {} at {offset}, {} bytes",
            path.display(),
            bytes.len()
        ),
        Op::Acknowledged => "acknowledged".to_owned(),
        other => format!("{other:?}"),
    }
}
