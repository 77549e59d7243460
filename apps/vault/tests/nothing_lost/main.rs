//! Nothing acknowledged is ever lost: every operation is cut at every write and every flush,
//! and the disk is full at every write.
//!
//! An operation is played once on a real vault while [`syscalls`] notes what it does to the
//! vault's folder, file by file. From these notes each disk that a power cut may leave
//! behind ([`disk`] is the model) is rebuilt and opened by the product's own code
//! ([`check`]): it holds the state before the step or after it, and after it for certain
//! once the step was acknowledged; every page, every reference and every company's chain
//! with its checkpoints holds; each number opens exactly where it must.
//!
//! `cargo test` looks at a sample, the same one each time. `cargo xtask test --thorough`
//! looks at every cut; `KURAMORI_CUTS=all` does the same here, `KURAMORI_SEED` chooses
//! another sample and other random losses, `KURAMORI_OPERATION` one operation by its name.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;

mod check;
mod cuts;
mod disk;
mod full;
mod scene;
mod syscalls;
mod trace;

use cuts::{Plan, Tally};
use scene::Operation;
use std::io::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Any fixed number will do.
const SEED: u64 = 20_260_401;
/// Cuts of each operation that are looked at without `--thorough`.
const SAMPLE: usize = 450;
/// Writes of each operation that are refused without `--thorough`.
const SAMPLE_FULL: usize = 12;
/// The fewest that all operations together must have.
const ALL_AT_LEAST: usize = 20_000;

fn thorough() -> bool {
    std::env::var_os("KURAMORI_CUTS").is_some_and(|v| v == "all")
}

fn plan(sample: usize) -> Plan {
    let chosen = std::env::var("KURAMORI_SEED").ok();
    Plan {
        seed: chosen.map_or(SEED, |s| s.parse().expect("KURAMORI_SEED is a number")),
        at_most: (!thorough()).then_some(sample),
    }
}

/// Says so even where the test passes: the numbers are part of the result.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Every operation, or the one named by `KURAMORI_OPERATION`.
fn operations() -> Vec<Operation> {
    let mut operations = scene::operations();
    if let Ok(name) = std::env::var("KURAMORI_OPERATION") {
        operations.retain(|operation| operation.name == name);
    }
    operations
}

/// Does `work` for every operation, side by side, and gives back the results in order.
fn each_operation<T: Send>(work: impl Fn(&Operation) -> Result<T, String> + Sync) -> Vec<T> {
    let operations = operations();
    let results = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(operation) = operations.get(i) else {
                        break;
                    };
                    let result =
                        work(operation).unwrap_or_else(|e| panic!("{}: {e}", operation.name));
                    results.lock().unwrap().push((i, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn every_cut_opens_to_the_old_state_or_the_new_one() {
    let plan = plan(SAMPLE);
    let tallies = each_operation(|operation| cuts::cut_everywhere(operation, plan));
    say(&format!("power cuts, seed {}:", plan.seed));
    let line = |name: &str, tally: &Tally| {
        say(&format!(
            "  {name:<20} {:>5} calls, {:>6} cuts, {:>6} checked",
            tally.calls, tally.cuts, tally.checked
        ));
    };
    let mut sum = Tally::default();
    for (operation, tally) in operations().iter().zip(&tallies) {
        line(operation.name, tally);
        assert!(tally.checked > 0, "{} was cut", operation.name);
        sum.calls += tally.calls;
        sum.cuts += tally.cuts;
        sum.checked += tally.checked;
    }
    line("together", &sum);
    let all = tallies.len() == scene::operations().len();
    assert!(!all || sum.cuts >= ALL_AT_LEAST, "{} cuts", sum.cuts);
    if all && thorough() {
        assert!(sum.checked >= ALL_AT_LEAST, "{} checked", sum.checked);
    }
}

#[test]
fn a_disk_full_at_any_write_leaves_the_old_state_and_a_vault_to_work_with() {
    let plan = plan(SAMPLE_FULL);
    let refused = each_operation(|operation| full::fill_everywhere(operation, plan));
    say("full disks, each once and until something is removed:");
    for (operation, refused) in operations().iter().zip(&refused) {
        say(&format!(
            "  {:<20} {refused:>5} writes refused",
            operation.name
        ));
        assert!(*refused > 0, "{} met a full disk", operation.name);
    }
    say(&format!(
        "  {:<20} {:>5}",
        "together",
        refused.iter().sum::<usize>()
    ));
}

#[test]
fn a_vault_that_does_not_flush_is_found_out() {
    let plan = Plan {
        seed: SEED,
        at_most: None,
    };
    let operations = scene::operations();
    let register = operations.iter().find(|o| o.name == "register").unwrap();
    let found = cuts::cut_without_flushes(register, plan).unwrap_err();
    assert!(
        found.contains("an acknowledged ledger entry is missing"),
        "{found}"
    );
}
