//! November: a hundred employees and their families come from another payroll program.

use crate::cast::{DEPUTY, DEPUTYS, NEW_PASSPHRASE, OWNER, confirm, notice};
use crate::office::Office;
use mynumber::Purpose;
use mynumber::people::PersonKind;
use protocol::Bytes;
use protocol::clerk::imports::{self, Existing, ImportDraft, Report};
use protocol::clerk::{MAX_PIECE, Reply, Rows, Window, collection};
use std::fmt::Write;

/// The company of the import.
const COMPANY: usize = 2;

pub fn employees_are_imported(office: &mut Office) {
    office.day(
        "2026-11-16",
        "見本商店 takes over a shop: a hundred employees come as a CSV file.",
    );
    office.sits_down(OWNER, NEW_PASSPHRASE);
    office.enter(COMPANY);
    office.must(collection::Request::Notify {
        draft: notice(PersonKind::Dependant),
    });
    let file = csv(office);
    send(office, &file, None);
    office.must(imports::Request::SaveSource {
        name: "前の給与ソフト".into(),
    });
    let Reply::Imports(imports::Reply::Tried(tried)) = office.must(imports::Request::Try) else {
        panic!("it was not tried")
    };
    tell_report(office, "Tried", &tried);
    tell_findings(office);

    let (import, made) = make(office);
    assert_eq!(made, tried, "a try says what is done");
    undo(office, import);

    send(office, &file, Some("前の給与ソフト".into()));
    let (_, again) = make(office);
    assert_eq!(again, tried, "what was undone is as if it had not been");
    office.count(
        "people imported",
        (again.employees_added + again.dependants_added).into(),
    );
    office.count("numbers registered", again.numbers.into());
    tell_report(office, "Imported for good", &again);
    list(office);
    office.enter(0);
}

/// A file in CP932 as payroll programs write it, with wrong rows.
fn csv(office: &mut Office) -> Bytes {
    let mut text =
        String::from("社員番号,続柄,氏名,フリガナ,生年月日,入社日,控除区分,個人番号\r\n");
    for no in 1..=100 {
        let number = match (no, office.number()) {
            (7, _) => "9.00000E+11".into(),
            (8, number) => one_digit_wrong(&number),
            (_, number) => number,
        };
        row(
            &mut text,
            &format!(
                "T{no:03},本人,髙橋 見本{no},タカハシ ミホン,S60.{}.1,2015/4/1,,{number}",
                no % 12 + 1
            ),
        );
        if no % 2 == 0 {
            let number = office.number();
            row(
                &mut text,
                &format!(
                    "T{no:03},妻,髙橋 花子{no},,1987/3/{},,源泉控除対象配偶者,{number}",
                    no % 28 + 1
                ),
            );
        }
        if no % 4 == 0 {
            let number = office.number();
            row(
                &mut text,
                &format!(
                    "T{no:03},子,髙橋 一郎{no},,H28.6.{},,16歳未満,{number}",
                    no % 28 + 1
                ),
            );
        }
    }
    let number = office.number();
    row(&mut text, "T001,本人,髙橋 同番,,1980/1/1,2015/4/1,,");
    row(&mut text, "T101,本人,髙橋 閏日,,平成2年2月30日,2015/4/1,,");
    row(&mut text, "T777,妻,髙橋 迷子,,1987/3/1,,,");
    row(&mut text, &format!("T004,父,髙橋 茂,,1955/1/1,,,{number}"));
    let (bytes, _, lost) = encoding_rs::SHIFT_JIS.encode(&text);
    assert!(!lost, "CP932 has every character");
    Bytes::new(bytes.into_owned())
}

fn row(text: &mut String, row: &str) {
    write!(text, "{row}\r\n").unwrap();
}

fn one_digit_wrong(number: &str) -> String {
    let last = number.as_bytes()[11] - b'0';
    format!("{}{}", &number[..11], (last + 1) % 10)
}

fn send(office: &mut Office, file: &Bytes, source: Option<String>) {
    let by_source = source.is_some();
    office.must(imports::Request::Begin {
        draft: ImportDraft {
            name: "引き継ぎ社員.csv".into(),
            source,
            bytes: file.expose().len() as u64,
            existing: Existing::Skip,
            purposes: Purpose::ALL.to_vec(),
        },
    });
    for (place, piece) in file.expose().chunks(MAX_PIECE).enumerate() {
        office.must(imports::Request::Piece {
            offset: (place * MAX_PIECE) as u64,
            bytes: Bytes::new(piece.to_vec()),
        });
    }
    let Reply::Imports(imports::Reply::Sheet(sheet)) = office.must(imports::Request::Look) else {
        panic!("the file was not read")
    };
    assert_eq!(
        (sheet.encoding.as_str(), sheet.complete, sheet.by_source),
        ("cp932", true, by_source)
    );
    office.tell(&format!(
        "{} bytes in {}, {} columns; the first row looks like {}",
        file.expose().len(),
        sheet.encoding,
        sheet.columns.len(),
        sheet.samples[0].join(" | ")
    ));
}

fn make(office: &mut Office) -> (String, Report) {
    match office.must(imports::Request::Make) {
        Reply::Imports(imports::Reply::Made { import, report }) => (import, report),
        other => panic!("{other:?}"),
    }
}

fn tell_report(office: &Office, what: &str, report: &Report) {
    office.tell(&format!(
        "{what}: {} employees, {} of their families, {} numbers; {} findings",
        report.employees_added, report.dependants_added, report.numbers, report.findings
    ));
    assert_eq!((report.employees_added, report.dependants_added), (100, 76));
    assert_eq!(report.numbers, 98 + 50 + 25);
}

fn tell_findings(office: &mut Office) {
    let request = imports::Request::Findings {
        window: Window::FIRST,
    };
    let Reply::Imports(imports::Reply::Findings(Rows { rows, .. })) = office.must(request) else {
        panic!("no findings")
    };
    for found in rows {
        office.tell(&format!(
            "  line {}, column {}: {} {} {}",
            found.line,
            found.column.map_or("–".into(), |column| column.to_string()),
            found.problem.code,
            found.problem.what_en,
            found.problem.todo_en
        ));
    }
}

/// Asked by 山田, confirmed by 田中, done by 山田.
fn undo(office: &mut Office, import: String) {
    let undo = imports::Request::Undo { import };
    let Reply::Waits(approval) = office.ask(undo.clone()) else {
        panic!("the undo did not wait")
    };
    confirm(office, COMPANY, DEPUTY, DEPUTYS, &approval);
    office.sits_down(OWNER, NEW_PASSPHRASE);
    office.enter(COMPANY);
    let Reply::Imports(imports::Reply::Undone { people }) = office.must(undo) else {
        panic!("it was not undone")
    };
    office.count("people of an import that was undone", people.into());
    office.tell(&format!("Undone: {people} people are as before."));
}

fn list(office: &mut Office) {
    let request = imports::Request::List {
        window: Window::FIRST,
    };
    let Reply::Imports(imports::Reply::List(Rows { rows, .. })) = office.must(request) else {
        panic!("no list")
    };
    assert_eq!(rows.len(), 2);
    assert!(rows[0].undone_unix.is_none() && rows[1].undone_unix.is_some());
}
