//! The ledger as files: exported whole, and compared with what was made of it before.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, events, login, person, started};
use protocol::Bytes;
use protocol::clerk::ledger::{Break, MAX_OLDER, Older, Reply as Ledger, ReportDraft, Request};
use protocol::clerk::{Reply, Step, companies, people, session};
use std::path::Path;

impl Desk {
    fn register(&mut self, no: u32) {
        let request = people::Request::Register {
            draft: person(no),
            position: None,
            number: None,
        };
        let reply = self.keeper.handle(request, &mut self.world);
        assert!(matches!(reply, Reply::Saved { .. }), "{reply:?}");
    }

    /// The whole file that `request` makes.
    fn file(&mut self, request: Request) -> Vec<u8> {
        let Reply::Ledger(Ledger::Report { bytes, .. }) = self.ask(request) else {
            panic!("no file")
        };
        let mut file = Vec::new();
        while (file.len() as u64) < bytes {
            let offset = file.len() as u64;
            match self.ask(Request::ReportPiece { offset }) {
                Reply::Ledger(Ledger::Piece(piece)) if !piece.is_empty() => file.extend(piece),
                other => panic!("{other:?}"),
            }
        }
        file
    }

    fn compare(&mut self, file: &[u8]) -> Reply {
        let bytes = file.len() as u64;
        assert_eq!(self.ask(Request::CompareBegin { bytes }), Reply::Done);
        for (n, piece) in file.chunks(1000).enumerate() {
            let request = Request::ComparePiece {
                offset: n as u64 * 1000,
                bytes: Bytes::new(piece.to_vec()),
            };
            assert_eq!(self.ask(request), Reply::Done);
        }
        self.ask(Request::Compare)
    }

    /// Closes the vault, lets `work` touch its folder, and opens it again.
    fn meanwhile(&mut self, work: impl FnOnce(&Path)) {
        self.keeper.close(&self.world);
        work(self.folder.path());
        self.keeper = started(self.folder.path(), &self.world);
        login(&mut self.keeper, &mut self.world);
    }
}

const NOT_NOW: Reply = Reply::Refused(ErrorCode::NotAllowedNow);
const NO_REPORT: Reply = Reply::Refused(ErrorCode::ReportNotIntact);

#[test]
fn the_whole_ledger_is_exported_and_goes_on_from_there() {
    let mut desk = Desk::new();
    desk.register(1);
    let export = desk.file(Request::Export);
    assert!(export.starts_with(b"kuramori/ledger-report/v1"));
    desk.register(2);
    let Reply::Ledger(Ledger::Continues(Older { head, made_by, .. })) = desk.compare(&export)
    else {
        panic!("it goes on from its own export")
    };
    assert_eq!(made_by, "山田 太郎");
    let all = events(&mut desk.keeper, &mut desk.world);
    assert_eq!(all[head as usize - 1], "L-904", "the newest entry then");
    assert_eq!(all.last().unwrap(), "L-905");
    assert_eq!(desk.ask(Request::Compare), NOT_NOW, "it was forgotten");
}

#[test]
fn nothing_of_a_report_lies_in_the_vaults_folder() {
    let mut desk = Desk::new();
    let names = |folder: &Path| {
        let entries = folder.read_dir().unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names(desk.folder.path());
    let report = desk.file(Request::Report(ReportDraft::default()));
    let bytes = report.len() as u64;
    assert_eq!(desk.ask(Request::CompareBegin { bytes }), Reply::Done);
    assert_eq!(names(desk.folder.path()), before);
}

#[test]
fn a_vault_set_back_is_proven_by_a_report_made_since_and_the_place_is_told() {
    let mut desk = Desk::new();
    let kept = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        for entry in from.read_dir().unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    };
    desk.meanwhile(|folder| copy(folder, kept.path()));
    desk.register(1);
    let report = desk.file(Request::Report(ReportDraft::default()));
    desk.meanwhile(|folder| copy(kept.path(), folder));
    let intact = desk.ask(Request::Verify);
    assert!(
        matches!(intact, Reply::Ledger(Ledger::Intact { .. })),
        "by itself it is whole"
    );
    let Reply::Ledger(Ledger::Broken(Break { seq, ja, en })) = desk.compare(&report) else {
        panic!("the report proves it")
    };
    assert!(
        ja.contains(&seq.to_string()) && en.contains(&seq.to_string()),
        "{ja} {en}"
    );
    let all = events(&mut desk.keeper, &mut desk.world);
    assert_eq!(all.last().unwrap(), "L-905!", "the finding is recorded");
}

#[test]
fn what_is_no_report_of_this_ledger_is_refused() {
    let mut desk = Desk::new();
    let report = desk.file(Request::Report(ReportDraft::default()));
    let bytes = MAX_OLDER + 1;
    assert_eq!(desk.ask(Request::CompareBegin { bytes }), NO_REPORT);
    assert_eq!(desk.compare(b"not a report\n"), NO_REPORT);
    assert_eq!(desk.compare(b""), NO_REPORT);
    let mut edited = report.clone();
    let place = edited.len() / 2;
    edited[place] ^= 1;
    assert_eq!(desk.compare(&edited), NO_REPORT);
    let foreign = Desk::new().file(Request::Export);
    assert_eq!(desk.compare(&foreign), NO_REPORT);
    assert!(matches!(
        desk.compare(&report),
        Reply::Ledger(Ledger::Continues(_))
    ));
}

#[test]
fn a_comparison_takes_its_file_in_order_whole_and_can_be_cancelled() {
    let mut desk = Desk::new();
    let report = desk.file(Request::Report(ReportDraft::default()));
    let piece = |offset, bytes: &[u8]| Request::ComparePiece {
        offset,
        bytes: Bytes::new(bytes.to_vec()),
    };
    assert_eq!(desk.ask(piece(0, b"x")), NOT_NOW, "it was not begun");
    assert_eq!(desk.ask(Request::CompareBegin { bytes: 3 }), Reply::Done);
    assert_eq!(desk.ask(piece(0, b"ab")), Reply::Done);
    assert_eq!(desk.ask(Request::Compare), NOT_NOW, "a byte is missing");
    assert_eq!(desk.ask(piece(1, b"c")), NOT_NOW);
    assert_eq!(desk.ask(piece(2, b"cd")), NOT_NOW);
    assert_eq!(desk.ask(piece(2, b"c")), Reply::Done);

    desk.world.cancel_at = Some((Step::CheckingLedger, 1));
    assert_eq!(desk.compare(&report), Reply::Refused(ErrorCode::Cancelled));
    assert!(matches!(
        desk.compare(&report),
        Reply::Ledger(Ledger::Continues(_))
    ));
}

#[test]
fn a_report_does_not_outlive_the_company_it_is_about() {
    let mut desk = Desk::new();
    desk.file(Request::Export);
    let client = companies::Request::Create {
        kind: companies::CompanyKind::Client,
        draft: companies::CompanyDraft {
            name: "有限会社みほん".into(),
            ..Default::default()
        },
    };
    let Reply::Companies(companies::Reply::Created(company)) =
        desk.keeper.handle(client, &mut desk.world)
    else {
        panic!("no client")
    };
    let enter = session::Request::Enter { company };
    assert_eq!(desk.keeper.handle(enter, &mut desk.world), Reply::Done);
    let piece = desk.ask(Request::ReportPiece { offset: 0 });
    assert_eq!(piece, Reply::Ledger(Ledger::Piece(vec![])));
}
