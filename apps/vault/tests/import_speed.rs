//! What an import of 100,000 people costs, beside `sqlite3 .import` of the same rows.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use intake::{Mapping, Sheet};
use mynumber::{IndividualNumber, Label, Purpose};
use std::fmt::Write;
use std::process::Command;
use std::time::Instant;
use vault::*;

const PEOPLE: u32 = 100_000;

/// A number from a counter that nobody has: it begins with 9000.
fn individual_number(counter: u32) -> String {
    let base = 90_000_000_000 + u64::from(counter);
    (0..10)
        .map(|check| format!("{base}{check}"))
        .find(|n| IndividualNumber::parse(n).is_ok())
        .unwrap()
}

#[test]
#[ignore = "a measurement, meaningful with --release and --nocapture only"]
#[allow(clippy::print_stdout, reason = "it is what the measurement is for")]
fn a_hundred_thousand_people_are_imported() {
    let mut text = String::from("社員番号,氏名,フリガナ,生年月日,住所,個人番号\n");
    for i in 0..PEOPLE {
        let number = individual_number(i);
        writeln!(
            text,
            "{i:06},山田 太郎{i},ヤマダ タロウ,1990/4/1,東京都千代田区丸の内１－１－１,{number}"
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let timed = |what: &str, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        println!("{what}: {seconds:.2} s");
        seconds
    };
    let start = Instant::now();
    let sheet = Sheet::open(text.as_bytes()).unwrap();
    let parsed = sheet
        .read(&Mapping::guess(&sheet), &mut |_, _| true)
        .unwrap();
    let read = timed("reading the file", start);
    let draft = ImportDraft {
        name: &Label::new("社員.csv").unwrap(),
        parsed: &parsed,
        existing: Existing::Skip,
        purposes: &Purpose::ALL,
    };
    let start = Instant::now();
    let tried = vault.check_import(&session, &draft, at(1), &mut |_, _| true);
    timed("trying it", start);
    let start = Instant::now();
    let made = vault
        .import(&session, &draft, at(2), &mut |_, _| true)
        .unwrap();
    let imported = timed("importing it", start);
    assert_eq!(tried.unwrap(), made.report);
    assert_eq!(made.report.numbers, PEOPLE);
    let start = Instant::now();
    assert_eq!(vault.undo_import(&session, &made.id, at(3)), Ok(PEOPLE));
    timed("undoing it", start);

    let csv = folder.path().join("rows.csv");
    std::fs::write(&csv, text).unwrap();
    let start = Instant::now();
    let status = Command::new("sqlite3")
        .arg(folder.path().join("peer.db"))
        .args(["PRAGMA journal_mode=WAL", ".mode csv"])
        .arg(format!(".import {} people", csv.display()))
        .status();
    match status {
        Ok(status) if status.success() => {
            let peer = timed("sqlite3 .import of the same rows", start);
            println!("{:.1} times sqlite3", (read + imported) / peer);
        }
        _ => println!("sqlite3 is not here to compare with"),
    }
}
