//! What an auditor and an inspector get, and what saves the office from losing it.

use crate::cast::{AUDITOR, AUDITORS, NEW_PASSPHRASE, OWNER, WORDS, find};
use crate::common::secret;
use crate::office::Office;
use codes::ErrorCode;
use mynumber::Purpose;
use protocol::Bytes;
use protocol::clerk::ledger::ReportDraft;
use protocol::clerk::{MAX_PIECE, Reply, Request, ledger, numbers, session, snapshots, users};
use std::path::{Path, PathBuf};

/// The export of the ledger that the auditor takes along.
pub fn august_the_auditor_comes(office: &mut Office) -> Vec<u8> {
    office.day(
        "2026-08-03",
        "The auditor reads the ledger, and cannot read a number.",
    );
    let person = find(office, "0002")[0];
    office.sits_down(AUDITOR, AUDITORS);
    office.enter(0);
    let reveal = numbers::Request::Reveal {
        person,
        purpose: Purpose::WithholdingTax,
    };
    for request in [reveal.into(), Request::from(users::Request::List)] {
        assert_eq!(office.ask(request), Reply::Refused(ErrorCode::NotPermitted));
        office.count("requests refused and recorded", 1);
    }
    let Reply::Ledger(ledger::Reply::Intact { entries }) = office.must(ledger::Request::Verify)
    else {
        panic!("the ledger is broken")
    };
    office.tell(&format!(
        "The chain of {entries} entries is intact; two attempts are recorded."
    ));
    let (export, shown) = file(office, ledger::Request::Export);
    office.tell(&format!(
        "The auditor takes the whole ledger along: {shown} entries."
    ));
    export
}

/// The auditor brings August's export back.
pub fn the_ledger_goes_on_from(office: &mut Office, export: &[u8]) {
    office.day(
        "2026-12-25",
        "The auditor compares the ledger with what was taken along in August.",
    );
    office.sits_down(AUDITOR, AUDITORS);
    office.enter(0);
    let bytes = export.len() as u64;
    office.must(ledger::Request::CompareBegin { bytes });
    for (n, piece) in export.chunks(MAX_PIECE).enumerate() {
        office.must(ledger::Request::ComparePiece {
            offset: (n * MAX_PIECE) as u64,
            bytes: Bytes::new(piece.to_vec()),
        });
    }
    let reply = office.must(ledger::Request::Compare);
    let Reply::Ledger(ledger::Reply::Continues(older)) = reply else {
        panic!("{reply:?}")
    };
    office.tell(&format!(
        "Nothing up to entry {} was cut off or rewritten since.",
        older.head
    ));
}

/// A whole file about the ledger, and how many entries it shows.
fn file(office: &mut Office, request: ledger::Request) -> (Vec<u8>, u64) {
    let reply = office.must(request);
    let Reply::Ledger(ledger::Reply::Report { bytes, shown, .. }) = reply else {
        panic!("{reply:?}")
    };
    let mut file = Vec::new();
    while let Reply::Ledger(ledger::Reply::Piece(piece)) =
        office.must(ledger::Request::ReportPiece {
            offset: file.len() as u64,
        })
        && !piece.is_empty()
    {
        file.extend(piece);
    }
    assert_eq!(file.len() as u64, bytes);
    (file, shown)
}

pub fn october_a_passphrase_is_forgotten(office: &mut Office) {
    office.day(
        "2026-10-01",
        "山田 forgot the passphrase; the words on paper open the vault.",
    );
    office.must(session::Request::Recover {
        user: Some(office.users[OWNER]),
        recovery_words: secret(WORDS),
        new_passphrase: secret(NEW_PASSPHRASE),
    });
    office.enter(0);
    office.count("recoveries by words", 1);
}

pub fn november_a_snapshot_is_made(office: &mut Office) {
    office.day(
        "2026-11-02",
        "A snapshot is made while the office works, and read back.",
    );
    let reply = office.must(snapshots::Request::Make {
        name: "11月の控え".into(),
    });
    let Reply::Snapshots(snapshots::Reply::Made(made)) = reply else {
        panic!("{reply:?}")
    };
    office.count("snapshots", 1);
    let Some(contents) = made.contents else {
        panic!("the owner keeps every company")
    };
    office.tell(&format!(
        "{} people, {} numbers, {} bytes",
        contents.people, contents.numbers, made.bytes
    ));
}

/// A 作業履歴報告書 of the year for each company.
pub fn the_inspector_gets_reports(office: &mut Office, folder: &Path) -> Vec<PathBuf> {
    office.day(
        "2026-12-28",
        "The labour inspector is given the year's reports.",
    );
    office.sits_down(AUDITOR, AUDITORS);
    let mut files = Vec::new();
    for index in 0..office.companies.len() {
        office.enter(index);
        let draft = ReportDraft {
            from: "2026-01-01".into(),
            to: "2026-12-31".into(),
            ..ReportDraft::default()
        };
        let (file, shown) = file(office, ledger::Request::Report(draft));
        let bytes = file.len();
        let path = folder.join(format!("report-{}.txt", index + 1));
        std::fs::write(&path, file).unwrap();
        office.count("ledger entries reported", shown);
        let name = office.companies[index].1;
        office.tell(&format!(
            "{name}: {shown} entries, {bytes} bytes, {}",
            path.display()
        ));
        files.push(path);
    }
    files
}
