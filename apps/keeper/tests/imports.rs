//! A file on its way in: in pieces, in memory alone, for one company.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::Desk;
use mynumber::Purpose;
use protocol::Bytes;
use protocol::clerk::imports::{Column, Existing, ImportDraft, Reply as Imports, Request};
use protocol::clerk::{MAX_PIECE, Reply, Rows, Step, Window, people, session};
use std::fmt::Write;

const FILE: &str = "社員番号,氏名,生年月日,個人番号\r\n\
                    0012,髙橋 花子,H2.4.1,123456789018\r\n\
                    0013,山田 太郎,H2.4.1,123456789019\r\n";

impl Desk {
    fn begin(&mut self, bytes: u64, source: Option<&str>) -> Reply {
        self.ask(Request::Begin {
            draft: ImportDraft {
                name: "社員.csv".into(),
                source: source.map(str::to_owned),
                bytes,
                existing: Existing::FillEmpty,
                purposes: Purpose::ALL.to_vec(),
            },
        })
    }

    fn piece(&mut self, offset: usize, bytes: &[u8]) -> Reply {
        self.ask(Request::Piece {
            offset: offset as u64,
            bytes: Bytes::new(bytes.to_vec()),
        })
    }

    fn send(&mut self, file: &str) {
        assert_eq!(self.begin(file.len() as u64, None), Reply::Done);
        assert_eq!(self.piece(0, file.as_bytes()), Reply::Done);
    }

    fn company(&mut self) -> String {
        let request = session::Request::Companies;
        match self.keeper.handle(request, &mut self.world) {
            Reply::Session(session::Reply::Companies(rows)) => rows[0].company.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn employees(&mut self) -> u32 {
        let request = people::Request::List {
            query: String::new(),
            department: None,
            sort: people::Sort::default(),
            window: Window::FIRST,
        };
        match self.keeper.handle(request, &mut self.world) {
            Reply::People(people::Reply::List(Rows { total, .. })) => total,
            other => panic!("{other:?}"),
        }
    }
}

const REFUSED: Reply = Reply::Refused(ErrorCode::NotAllowedNow);
const TOO_LARGE: Reply = Reply::Refused(ErrorCode::ImportTooLarge);

#[test]
fn a_file_comes_in_order_within_its_bounds_and_whole() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask(Request::Look), REFUSED);
    assert_eq!(desk.begin((128 << 20) + 1, None), TOO_LARGE);
    assert_eq!(desk.begin(FILE.len() as u64, None), Reply::Done);
    let (first, rest) = FILE.as_bytes().split_at(20);
    assert_eq!(desk.piece(0, first), Reply::Done);
    assert_eq!(desk.ask(Request::Look), REFUSED);
    assert_eq!(desk.ask(Request::Make), REFUSED);
    assert_eq!(desk.piece(19, rest), REFUSED);
    assert_eq!(desk.piece(20, &[rest, b"x"].concat()), TOO_LARGE);
    assert_eq!(desk.piece(20, rest), Reply::Done);
    assert_eq!(desk.begin(1 << 20, None), Reply::Done);
    assert_eq!(desk.piece(0, &vec![b'x'; MAX_PIECE + 1]), TOO_LARGE);
    assert_eq!(desk.piece(0, &vec![b'x'; MAX_PIECE]), Reply::Done);
}

#[test]
fn no_answer_about_a_file_holds_a_number() {
    let mut desk = Desk::new();
    desk.send(FILE);
    let window = Window::FIRST;
    for request in [Request::Look, Request::Try, Request::Findings { window }] {
        let reply = desk.ask(request);
        assert!(matches!(reply, Reply::Imports(_)), "{reply:?}");
        let frame = protocol::encode(&reply).unwrap();
        assert!(memchr::memmem::find(&frame, b"1234567890").is_none());
    }
    let piece = Bytes::new(FILE.into());
    assert!(!format!("{piece:?}").contains("1234"));
}

#[test]
fn a_try_changes_nothing_and_an_import_is_undone_whole() {
    let mut desk = Desk::new();
    desk.send(FILE);
    let Reply::Imports(Imports::Tried(tried)) = desk.ask(Request::Try) else {
        panic!("it was not tried")
    };
    assert_eq!((tried.employees_added, desk.employees()), (2, 0));
    assert!(tried.problems.iter().any(|p| p.problem.code == "I-403"));
    let Reply::Imports(Imports::Made { import, report }) = desk.ask(Request::Make) else {
        panic!("it was not made")
    };
    assert_eq!((report, desk.employees()), (tried, 2));
    assert_eq!(desk.ask(Request::Make), REFUSED, "the file was wiped");
    let undo = Request::Undo { import };
    let undone = Reply::Imports(Imports::Undone { people: 2 });
    assert_eq!(desk.ask(undo.clone()), undone);
    assert_eq!(desk.employees(), 0);
    assert_eq!(
        desk.ask(undo),
        Reply::Refused(ErrorCode::ChangedMeanwhile),
        "only once"
    );
}

#[test]
fn a_file_does_not_outlive_the_company_it_was_sent_for() {
    let mut desk = Desk::new();
    desk.send(FILE);
    let company = desk.company();
    let enter = session::Request::Enter { company };
    assert_eq!(desk.keeper.handle(enter, &mut desk.world), Reply::Done);
    assert_eq!(desk.ask(Request::Make), REFUSED);
}

#[test]
fn a_person_maps_the_columns_and_the_source_keeps_them() {
    let mut desk = Desk::new();
    let file = FILE.replace("社員番号", "コードＸ");
    desk.send(&file);
    let Reply::Imports(Imports::Sheet(sheet)) = desk.ask(Request::Look) else {
        panic!("no sheet")
    };
    assert!(!sheet.complete);
    let broken = Reply::Refused(ErrorCode::ImportColumns);
    assert_eq!(desk.ask(Request::Try), broken);
    let of = |field: &str| {
        Some(Column {
            family: None,
            field: field.into(),
        })
    };
    let columns = vec![of("no_such_field"), of("name"), None, None];
    assert_eq!(desk.ask(Request::Map { columns }), broken);
    let mut columns = sheet.columns;
    columns[0] = of("employee_no");
    assert_eq!(desk.ask(Request::Map { columns }), Reply::Done);
    let save = Request::SaveSource {
        name: "給与".into(),
    };
    assert_eq!(desk.ask(save), Reply::Done);

    assert_eq!(desk.begin(file.len() as u64, Some("給与")), Reply::Done);
    assert_eq!(desk.piece(0, file.as_bytes()), Reply::Done);
    let Reply::Imports(Imports::Sheet(sheet)) = desk.ask(Request::Look) else {
        panic!("no sheet")
    };
    assert!(sheet.complete && sheet.by_source);
    let unknown = Reply::Refused(ErrorCode::NotFound);
    assert_eq!(desk.begin(1, Some("別のソフト")), unknown);
}

/// Employees without numbers, each with a spouse.
fn many(employees: u32) -> String {
    let mut file = "社員番号,続柄,氏名,生年月日\r\n".to_owned();
    for no in 1..=employees {
        write!(file, "{no:05},本人,髙橋 見本{no},S60.4.1\r\n").unwrap();
        write!(file, "{no:05},妻,髙橋 花子{no},S61.4.1\r\n").unwrap();
    }
    file
}

#[test]
fn long_work_on_a_file_tells_how_far_it_is() {
    let mut desk = Desk::new();
    desk.send(&many(1000));
    desk.world.told.clear();
    assert!(matches!(desk.ask(Request::Make), Reply::Imports(_)));
    for step in [Step::Reading, Step::Writing] {
        let told: Vec<_> = desk.world.told.iter().filter(|t| t.0 == step).collect();
        assert!(told.len() >= 3, "{step:?}: {told:?}");
        assert!(told.is_sorted_by_key(|(_, done, _)| *done));
        assert!(told.iter().all(|(_, done, total)| done <= total));
    }
}

#[test]
fn an_import_cancelled_at_any_step_leaves_nothing_and_can_be_made_again() {
    let mut desk = Desk::new();
    desk.send(&many(600));
    let before = common::events(&mut desk.keeper, &mut desk.world);
    let cancelled = Reply::Refused(ErrorCode::Cancelled);
    for (request, step, times) in [
        (Request::Try, Step::Reading, 1),
        (Request::Try, Step::Verifying, 1),
        (Request::Try, Step::Verifying, 3),
        (Request::Make, Step::Reading, 2),
        (Request::Make, Step::Writing, 1),
        (Request::Make, Step::Writing, 5),
    ] {
        desk.world.cancel_at = Some((step, times));
        assert_eq!(desk.ask(request), cancelled, "{step:?} {times}");
        assert_eq!(desk.world.cancel_at, None, "it was cancelled there");
        assert_eq!(desk.employees(), 0, "{step:?} {times}");
        let list = desk.ask(Request::List {
            window: Window::FIRST,
        });
        let none = Rows {
            total: 0,
            rows: vec![],
        };
        assert_eq!(list, Reply::Imports(Imports::List(none)));
        let now = common::events(&mut desk.keeper, &mut desk.world);
        assert_eq!(now, before, "{step:?} {times}: nothing happened");
    }
    let Reply::Imports(Imports::Made { report, .. }) = desk.ask(Request::Make) else {
        panic!("the file is there still")
    };
    assert_eq!(
        (report.employees_added, report.dependants_added),
        (600, 600)
    );
    assert_eq!(desk.employees(), 600);
}
