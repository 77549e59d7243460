//! Reports and exports of the ledger as the vault makes them, and that no number is in
//! them, in the ledger or in any file of the vault.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use base64::{Engine, engine::general_purpose};
use common::*;
use ledger::report::{Kind, Operation, Problem};
use mynumber::Purpose;
use std::path::Path;
use std::process::Command;
use vault::*;

fn report(vault: &mut Vault, session: &Session, request: &ReportRequest) -> Vec<u8> {
    let mut file = Vec::new();
    vault
        .make_report(session, request, at(20), &mut |piece| {
            file.extend(piece);
            Ok(())
        })
        .unwrap();
    file
}

fn export(vault: &mut Vault, session: &Session) -> Vec<u8> {
    let mut file = Vec::new();
    vault
        .export_ledger(session, at(21), &mut |piece| {
            file.extend(piece);
            Ok(())
        })
        .unwrap();
    file
}

/// What the verifier without any of our code says.
fn python(folder: &Path, session: &Session, file: &[u8]) -> String {
    let path = folder.join("file");
    std::fs::write(&path, file).unwrap();
    let key = session.verifying_key().unwrap();
    let output = Command::new("python3")
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/verify_ledger.py"
        ))
        .arg(&path)
        .args(["--key", &general_purpose::STANDARD.encode(key.as_bytes())])
        .output()
        .expect("python3 is on the setup list");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn reports_and_exports_of_a_working_vault_hold_for_both_readers() {
    let folder = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let hanako = register(&mut vault, &session, "0001", NUMBERS[0]);
    register(&mut vault, &session, "0002", NUMBERS[1]);
    vault
        .reveal(&session, hanako, Purpose::WithholdingTax, at(5))
        .unwrap();

    let about = ReportRequest {
        person: Some(hanako),
        ..ReportRequest::default()
    };
    let key = session.verifying_key().unwrap();
    for (file, kind) in [
        (report(&mut vault, &session, &about), Kind::Report),
        (
            report(&mut vault, &session, &ReportRequest::default()),
            Kind::Report,
        ),
        (export(&mut vault, &session), Kind::Export),
    ] {
        let mut shown = 0;
        let read = ledger::report::verify(&mut &file[..], &key, &mut |_, _| shown += 1).unwrap();
        assert_eq!((read.head.kind, read.head.shown), (kind, shown));
        assert!(shown > 0);
        assert_eq!(read.head.operation, Operation::Single);
        let said = python(outside.path(), &session, &file);
        assert!(said.starts_with("INTACT"), "{said}");
        let edited = String::from_utf8(file)
            .unwrap()
            .replacen("\"seq\":2,", "\"seq\":9,", 1);
        let said = python(outside.path(), &session, edited.as_bytes());
        assert!(said.starts_with("BROKEN: entry 2 was edited"), "{said}");
    }
    let made = events(&vault, &session);
    assert!(made.ends_with(&["L-903".into(), "L-903".into(), "L-904".into()]));
}

#[test]
fn an_older_report_is_compared_with_the_ledger_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    register(&mut vault, &session, "0001", NUMBERS[0]);
    let older = report(&mut vault, &session, &ReportRequest::default());
    register(&mut vault, &session, "0002", NUMBERS[1]);
    let head = vault
        .compare_report(&session, &mut &older[..], at(30), &mut |_, _| true)
        .unwrap();
    assert_eq!(head.kind, Kind::Report);
    assert_eq!(events(&vault, &session).last().unwrap(), "L-905");

    let mut damaged = older.clone();
    let last = damaged.len() - 10;
    damaged[last] ^= 1;
    assert!(matches!(
        vault.compare_report(&session, &mut &damaged[..], at(31), &mut |_, _| true),
        Err(VaultError::Report(_))
    ));

    let other = tempfile::tempdir().unwrap();
    let (mut foreign, foreign_session) = create(other.path());
    assert_eq!(
        foreign.compare_report(&foreign_session, &mut &older[..], at(31), &mut |_, _| true),
        Err(VaultError::Report(Problem::WrongKey))
    );
}

#[test]
fn an_end_cut_off_inside_the_vault_is_proven_by_a_report_made_before() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    register(&mut vault, &session, "0001", NUMBERS[0]);
    let older = report(&mut vault, &session, &ReportRequest::default());
    let mut named = 0;
    let key = session.verifying_key().unwrap();
    ledger::report::verify(&mut &older[..], &key, &mut |e, _| named = e.seq).unwrap();
    vault.close(Some(session), at(40)).unwrap();

    // Somebody with the disk unlocked: the entries from the registration on are gone, and
    // every checkpoint that names one of them.
    let conn = rusqlite::Connection::open(folder.path().join("vault.db")).unwrap();
    conn.execute_batch(
        "DROP TRIGGER ledger_is_not_cut;
         DELETE FROM ledger WHERE seq > 2;
         DELETE FROM checkpoints WHERE seq > 2;
         UPDATE vault SET open_session = NULL;",
    )
    .unwrap();
    drop(conn);
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(100)).unwrap();
    assert!(
        verify(&mut vault, &session).is_ok(),
        "by itself the ledger is intact again"
    );
    assert_eq!(
        vault.compare_report(&session, &mut &older[..], at(101), &mut |_, _| true),
        Err(VaultError::LedgerBroken(ledger::Break::Rewritten {
            seq: 3
        }))
    );
    assert_eq!(
        events(&vault, &session).last().unwrap(),
        "L-905!E-401",
        "the finding is recorded"
    );
}

#[test]
fn a_report_that_nobody_takes_changes_nothing_but_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let stopped = vault.make_report(&session, &ReportRequest::default(), at(5), &mut |_| {
        Err(VaultError::Cancelled)
    });
    assert_eq!(stopped, Err(VaultError::Cancelled));
    assert!(verify(&mut vault, &session).is_ok());
    let nobody = ReportRequest {
        person: Some(99),
        ..ReportRequest::default()
    };
    assert_eq!(
        vault.make_report(&session, &nobody, at(6), &mut |_| Ok(())),
        Err(VaultError::NotFound)
    );
}

/// Every way a number could lie in a file.
fn encodings(number: &str) -> Vec<(&'static str, Vec<u8>)> {
    let grouped = |with: &str| [&number[..4], &number[4..8], &number[8..]].join(with);
    let fullwidth: String = number
        .chars()
        .map(|c| char::from_u32('０' as u32 + c as u32 - '0' as u32).unwrap())
        .collect();
    let kanji = |digits: [char; 10]| -> String {
        number
            .bytes()
            .map(|b| digits[usize::from(b - b'0')])
            .collect()
    };
    let utf16: Vec<u16> = number.encode_utf16().collect();
    let value: u64 = number.parse().unwrap();
    let digits: Vec<u8> = number.bytes().map(|b| b - b'0').collect();
    let bcd: Vec<u8> = digits.chunks(2).map(|p| p[0] << 4 | p[1]).collect();
    let swapped_bcd: Vec<u8> = digits.chunks(2).map(|p| p[1] << 4 | p[0]).collect();
    let base64 = |bytes: &[u8]| general_purpose::STANDARD_NO_PAD.encode(bytes).into_bytes();
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect::<String>()
            .into_bytes()
    };
    let lines = vec![
        ("ASCII", number.as_bytes().to_vec()),
        ("reversed", number.bytes().rev().collect()),
        ("spaced", grouped(" ").into_bytes()),
        ("hyphenated", grouped("-").into_bytes()),
        ("dotted", grouped(".").into_bytes()),
        (
            "digit by digit",
            number
                .chars()
                .map(|c| format!("{c} "))
                .collect::<String>()
                .trim_end()
                .into(),
        ),
        ("full width", fullwidth.clone().into_bytes()),
        (
            "kanji",
            kanji(['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九']).into_bytes(),
        ),
        (
            "kanji of deeds",
            kanji(['零', '壱', '弐', '参', '四', '五', '六', '七', '八', '九']).into_bytes(),
        ),
        (
            "full width, CP932",
            number
                .bytes()
                .flat_map(|b| [0x82, b - b'0' + 0x4f])
                .collect(),
        ),
        (
            "UTF-16LE",
            utf16.iter().flat_map(|u| u.to_le_bytes()).collect(),
        ),
        (
            "UTF-16BE",
            utf16.iter().flat_map(|u| u.to_be_bytes()).collect(),
        ),
        (
            "UTF-32LE",
            number
                .chars()
                .flat_map(|c| (c as u32).to_le_bytes())
                .collect(),
        ),
        ("digits as bytes", digits),
        ("BCD", bcd.clone()),
        ("swapped BCD", swapped_bcd),
        // An integer below 10^12 has 5 bytes; more zeros may follow or stand before.
        ("little endian", value.to_le_bytes()[..5].to_vec()),
        ("big endian", value.to_be_bytes()[3..].to_vec()),
        ("integer in hex", format!("{value:x}").into_bytes()),
        ("integer in HEX", format!("{value:X}").into_bytes()),
        ("hex of the text", hex(number.as_bytes())),
        (
            "HEX of the text",
            hex(number.as_bytes()).to_ascii_uppercase(),
        ),
        ("base64", base64(number.as_bytes())),
        // The same text one and two bytes further within a base64 text: what stays the same.
        (
            "base64, shifted",
            base64(format!("x{number}").as_bytes())[2..16].to_vec(),
        ),
        (
            "base64, shifted twice",
            base64(format!("xx{number}").as_bytes())[3..18].to_vec(),
        ),
        ("base64 of BCD", base64(&bcd)),
        ("base64 of full width", base64(fullwidth.as_bytes())),
    ];
    lines
}

fn find(haystack: &[u8], number: &str) -> Option<&'static str> {
    encodings(number)
        .into_iter()
        .find(|(_, needle)| {
            haystack
                .windows(needle.len())
                .any(|w| w == needle.as_slice())
        })
        .map(|(name, _)| name)
}

#[test]
fn the_scan_finds_a_number_in_each_encoding() {
    for number in NUMBERS {
        for (name, needle) in encodings(number) {
            let planted = [b"before ".as_slice(), &needle, b" after"].concat();
            assert!(find(&planted, number).is_some(), "{name}");
        }
        assert_eq!(find(b"1234567890 98765432109 00000", number), None);
    }
    let text = general_purpose::STANDARD.encode(format!("ab{}cd", NUMBERS[0]));
    assert_eq!(
        find(text.as_bytes(), NUMBERS[0]),
        Some("base64, shifted twice")
    );
}

#[test]
fn no_file_report_or_ledger_entry_holds_a_number_in_any_encoding() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    for (n, digits) in NUMBERS.iter().enumerate() {
        let person = register(&mut vault, &session, &format!("{n:04}"), digits);
        vault
            .reveal(&session, person, Purpose::WithholdingTax, at(5))
            .unwrap();
    }
    let report = report(&mut vault, &session, &ReportRequest::default());
    let export = export(&mut vault, &session);
    // Live, with the log not yet moved into the file, and again after the end.
    let mut everything = vec![("report".to_owned(), report), ("export".to_owned(), export)];
    everything.extend(files(folder.path()));
    vault.close(Some(session), at(40)).unwrap();
    everything.extend(files(folder.path()));
    assert!(everything.len() > 4);
    for (name, bytes) in everything {
        for number in NUMBERS {
            assert_eq!(find(&bytes, number), None, "{name}");
        }
    }
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            (name, std::fs::read(file.path()).unwrap())
        })
        .collect()
}
