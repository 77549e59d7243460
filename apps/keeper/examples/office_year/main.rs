//! A 社労士 office of three companies and 500 people through a year, by keeper's protocol
//! alone: joining, marrying, leaving, paying authors, refusing, collecting, handing over
//! employees with their families and payees, auditing, a user leaving, a passphrase
//! forgotten, a snapshot, an import and its undo, destroying what must go.
//!
//! ```text
//! cargo run --release -p keeper --example office_year [FOLDER]
//! ```
//!
//! It prints what happens and the counts, and writes the three companies' 作業履歴報告書 into
//! the folder (default: `office-year` in the system's temporary folder). Every number is
//! computed from a counter and begins with 9000: none of them is anybody's.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an example tells its story, and stops where it goes wrong"
)]

mod audit;
mod cast;
#[path = "../../tests/common/mod.rs"]
mod common;
mod december;
mod exits;
mod families;
mod office;
mod opening;
mod takeover;

use std::path::{Path, PathBuf};

fn main() {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(|| std::env::temp_dir().join("office-year"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    play(&folder);
}

/// The whole year; the reports are left in `folder`.
fn play(folder: &Path) {
    let vault = tempfile::tempdir().unwrap();
    let mut office = office::Office::open(vault.path());
    opening::january_the_office_opens(&mut office);
    opening::january_what_offices_ask_is_entered(&mut office);
    opening::february_numbers_are_collected(&mut office);
    families::march_authors_are_paid(&mut office);
    families::april_somebody_marries(&mut office);
    families::may_somebody_refuses(&mut office);
    exits::june_numbers_are_handed_over(&mut office);
    exits::june_authors_numbers_are_handed_over(&mut office);
    exits::july_people_leave(&mut office);
    let export = audit::august_the_auditor_comes(&mut office);
    exits::september_a_user_leaves(&mut office);
    audit::october_a_passphrase_is_forgotten(&mut office);
    audit::november_a_snapshot_is_made(&mut office);
    takeover::employees_are_imported(&mut office);
    december::numbers_are_destroyed(&mut office);
    december::a_clients_contract_ends(&mut office);
    audit::the_ledger_goes_on_from(&mut office, &export);
    let files = audit::the_inspector_gets_reports(&mut office, folder);
    office.tell_counts();
    office::verify(&files);
}

#[test]
fn the_year_ends_with_reports_that_verify() {
    play(tempfile::tempdir().unwrap().path());
}
