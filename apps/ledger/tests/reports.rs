//! Reports and exports: what they show, what they prove, and that a reader without any of
//! our code (docs/verify_ledger.py) comes to the same verdicts.
#![allow(clippy::unwrap_used, reason = "tests")]

use ed25519_dalek::{SigningKey, VerifyingKey};
use ledger::report::{
    CompanyName, Each, Facts, Filter, Kind, Made, Named, Operation, Problem, Source, Survey,
    verify, write,
};
use ledger::*;
use mynumber::{Date, Purpose};
use std::path::Path;
use std::process::Command;

const HANAKO: i64 = 7;
const JIRO: i64 = 8;

/// A ledger as the vault keeps it.
struct Book {
    key: SigningKey,
    entries: Vec<(Vec<u8>, Hash)>,
    checkpoints: Vec<SignedCheckpoint>,
}

impl Source for Book {
    type Error = EntryError;

    fn entries(
        &mut self,
        after: u64,
        to: u64,
        each: Each<'_, EntryError>,
    ) -> Result<(), EntryError> {
        for (bytes, hash) in &self.entries[after as usize..to as usize] {
            each(bytes, *hash)?;
        }
        Ok(())
    }
}

impl Book {
    fn new() -> Self {
        Self {
            key: SigningKey::from_bytes(&[7; 32]),
            entries: Vec::new(),
            checkpoints: Vec::new(),
        }
    }

    fn append(&mut self, entry: Entry) {
        let (seq, prev) = (entry.seq, self.last());
        let salt = Salt::from_bytes([seq as u8 ^ 0x5a; 16]);
        let link = Link::seal(&entry, &prev, salt).unwrap();
        self.entries.push((link.bytes().to_vec(), link.hash()));
        if matches!(entry.event, Event::Lock | Event::ReportMade) {
            let checkpoint = Checkpoint {
                seq,
                hash: link.hash(),
                unix_seconds: entry.unix_seconds,
            };
            self.checkpoints
                .push(SignedCheckpoint::sign(checkpoint, &self.key));
        }
    }

    fn last(&self) -> Hash {
        self.entries.last().map_or(Hash::GENESIS, |(_, hash)| *hash)
    }

    /// `days` days of work; on each one both people are looked at.
    fn of_days(days: u64) -> Self {
        let mut book = Book::new();
        for day in 0..days {
            for (step, (event, subject)) in [
                (Event::Login, None),
                (Event::NumberRevealed, Some(hanako())),
                (Event::Lock, None),
                (Event::Login, None),
                (Event::NumberRevealed, Some(jiro())),
                (Event::Lock, None),
            ]
            .into_iter()
            .enumerate()
            {
                let session = format!("5e5510{}{}", day, step / 3);
                book.append(entry(
                    book.entries.len() as u64 + 1,
                    day,
                    session,
                    event,
                    subject,
                ));
            }
        }
        book
    }

    /// The file, and what the ledger is afterwards: it holds the making of the report.
    fn report(&mut self, kind: Kind, filter: Filter) -> Vec<u8> {
        let mut survey = Survey::new(kind, &filter);
        let parsed: Vec<Entry> = self
            .entries
            .iter()
            .map(|(bytes, _)| Entry::from_bytes(bytes).unwrap())
            .collect();
        if survey.wants_meeting() {
            parsed.iter().for_each(|e| survey.meet(e));
        }
        parsed.iter().for_each(|e| survey.count(e));
        let made = entry(
            self.entries.len() as u64 + 1,
            900,
            "5e55".into(),
            Event::ReportMade,
            Some(Subject::Report {
                id: "r-1".into(),
                name: "作業履歴報告書".into(),
            }),
        );
        survey.count(&made);
        self.append(made);
        let mut file = Vec::new();
        let head = self.checkpoints.last().unwrap().clone();
        let (checkpoints, key) = (self.checkpoints.clone(), self.key.clone());
        write(
            &facts(kind, filter),
            &survey,
            &head,
            &checkpoints,
            &key,
            self,
            &mut |piece| {
                file.extend(piece);
                Ok(())
            },
        )
        .unwrap();
        file
    }

    fn public(&self) -> VerifyingKey {
        self.key.verifying_key()
    }
}

fn entry(seq: u64, day: u64, session: String, event: Event, subject: Option<Subject>) -> Entry {
    Entry {
        seq,
        // 2026-04-01 09:00 in Japan and the days after.
        unix_seconds: 1_775_001_600 + 86_400 * day as i64 + seq as i64,
        clock_confirmed: day != 3,
        user: Some(User {
            id: 1 + (day % 2) as i64,
            name: ["山田 太郎", "佐藤 一郎"][day as usize % 2].into(),
            role: Role::Clerk,
            department: Some("総務部".into()),
        }),
        pc: Pc {
            id: "a1b2c3d4e5f60718".into(),
            name: "OptiPlex 3080".into(),
        },
        session: Some(SessionStamp {
            id: session,
            seconds: 61,
        }),
        event,
        purpose: subject.is_some().then_some(Purpose::WithholdingTax),
        subject,
        document: None,
        count: None,
        outcome: Outcome::Ok,
    }
}

fn hanako() -> Subject {
    Subject::Person {
        id: HANAKO,
        employee_no: "0007".into(),
        name: "髙橋 花子".into(),
    }
}

fn jiro() -> Subject {
    Subject::Person {
        id: JIRO,
        employee_no: "0008".into(),
        name: "田中 次郎".into(),
    }
}

fn facts(kind: Kind, filter: Filter) -> Facts {
    Facts {
        kind,
        id: "r-1".into(),
        company: CompanyName {
            id: "c0ffee".into(),
            name: "株式会社サンプル".into(),
        },
        filter,
        made: Made {
            unix_seconds: 1_795_212_000,
            clock_confirmed: true,
            user: Named {
                id: 1,
                name: "山田 太郎".into(),
            },
            role: Role::Responsible,
            pc: Pc {
                id: "a1b2c3d4e5f60718".into(),
                name: "OptiPlex 3080".into(),
            },
        },
        release: "0.1.0".into(),
        operation: Operation::Single,
    }
}

fn of_hanako() -> Filter {
    Filter {
        person: Some(Named {
            id: HANAKO,
            name: "髙橋 花子".into(),
        }),
        ..Filter::default()
    }
}

/// The verdict, and the entries shown.
fn read(file: &[u8], key: &VerifyingKey) -> (Result<u64, Problem>, Vec<Entry>) {
    let mut shown = Vec::new();
    let result = verify(&mut &file[..], key, &mut |e, _| shown.push(e.clone()));
    (result.map(|r| r.left_out), shown)
}

fn text(file: &[u8]) -> String {
    String::from_utf8(file.to_vec()).unwrap()
}

#[test]
fn a_persons_report_proves_its_entries_and_tells_nothing_of_others() {
    let mut book = Book::of_days(6);
    let file = book.report(Kind::Report, of_hanako());
    let (verdict, shown) = read(&file, &book.public());
    // Each day login, look, lock; left out: three of the other's, and the report's own.
    assert_eq!(verdict, Ok(6 * 3 + 1));
    assert_eq!(shown.len(), 6 * 3);
    let text = text(&file);
    assert!(text.contains("髙橋 花子") && text.contains("単独運用"));
    assert!(!text.contains("田中") && !text.contains("0008"));
    assert!(
        text.contains("第19件"),
        "the day whose clock nobody confirmed is warned of"
    );
}

#[test]
fn a_reader_needs_no_list_of_codes_and_sees_who_worked_how_long() {
    let mut book = Book::of_days(2);
    let mut add = |event, subject, document: Option<&str>, outcome| {
        let seq = book.entries.len() as u64 + 1;
        book.append(Entry {
            document: document.map(str::to_owned),
            outcome,
            ..entry(seq, 2, "5e5520".into(), event, Some(subject))
        });
    };
    let saburo = Subject::User {
        id: 3,
        name: "鈴木 三郎".into(),
    };
    add(Event::GrantGiven, saburo, Some("auditor"), Outcome::Ok);
    add(Event::HoldSet, hanako(), Some("T1"), Outcome::Ok);
    add(
        Event::DependantChanged,
        hanako(),
        Some("category3"),
        Outcome::Ok,
    );
    let refused = Outcome::Refused("E-301".into());
    add(Event::NumberRevealed, jiro(), None, refused);
    let text = text(&book.report(Kind::Report, Filter::default()));
    for said in [
        "権限を付与：鈴木 三郎（監査）",
        "Rights given: 鈴木 三郎 (auditor)",
        "申告書、所得税法施行規則76条の3）",
        "内容 about：国民年金第3号被保険者（National Pension category 3）",
        "（E-301 ",
        // Two logins on the first day, one on the third, and the report's.
        "      10         1         4      4分4秒  山田 太郎（担当者）\n",
        "       6         0         2      2分2秒  佐藤 一郎（担当者）\n",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
}

#[test]
fn what_is_left_out_is_not_even_guessable() {
    // The content of an entry left out, guessed exactly but for its salt, has another hash.
    let book = Book::of_days(1);
    let guess = Entry::from_bytes(&book.entries[4].0).unwrap();
    let (prev, real) = (book.entries[3].1, Content::of(&book.entries[4].0));
    for salt in 0..=255 {
        let link = Link::seal(&guess, &prev, Salt::from_bytes([salt; 16])).unwrap();
        let same_salt = salt == 5 ^ 0x5a;
        assert_eq!(Content::of(link.bytes()) == real, same_salt);
    }
}

#[test]
fn a_report_of_a_period_and_a_user_shows_these_alone() {
    let mut book = Book::of_days(6);
    let filter = Filter {
        from: Some(Date::parse("2026-04-02").unwrap()),
        to: Some(Date::parse("2026-04-04").unwrap()),
        user: Some(Named {
            id: 2,
            name: "佐藤 一郎".into(),
        }),
        ..Filter::default()
    };
    let file = book.report(Kind::Report, filter);
    let (verdict, shown) = read(&file, &book.public());
    assert!(verdict.is_ok());
    let seqs: Vec<u64> = shown.iter().map(|e| e.seq).collect();
    // The second and the fourth day.
    assert_eq!(seqs, (7..=12).chain(19..=24).collect::<Vec<_>>());
    assert!(!text(&file).contains("第1件"));
}

#[test]
fn a_report_that_shows_nothing_still_proves_the_ledgers_head() {
    let mut book = Book::of_days(1);
    let filter = Filter {
        to: Some(Date::parse("2020-01-01").unwrap()),
        ..Filter::default()
    };
    let file = book.report(Kind::Report, filter);
    let mut none = |_: &Entry, _: Hash| panic!("nothing is shown");
    let report = verify(&mut &file[..], &book.public(), &mut none).unwrap();
    assert_eq!(report.head.head.hash, book.last());
}

#[test]
fn an_export_holds_every_entry_and_every_checkpoint() {
    let mut book = Book::of_days(4);
    let file = book.report(Kind::Export, Filter::default());
    let (verdict, shown) = read(&file, &book.public());
    assert_eq!((verdict, shown.len()), (Ok(0), 4 * 6 + 1));
    let report = verify(&mut &file[..], &book.public(), &mut |_, _| ()).unwrap();
    assert_eq!(report.checkpoints, 4 * 2 + 1);
    assert_eq!(report.head.after.seq, 0);
}

#[test]
fn a_report_never_holds_an_individual_number() {
    let mut book = Book::of_days(1);
    let file = book.report(Kind::Report, of_hanako());
    assert!(!text(&file).lines().any(|line| {
        // Hashes and random values have digits by chance; entries are guarded themselves.
        !line.starts_with(['+', '-', '=', '{']) && mynumber::contains_individual_number(line)
    }));
    let mut with_number = facts(Kind::Report, Filter::default());
    with_number.release = "1234-5678-9018".into();
    let survey = Survey::new(Kind::Report, &Filter::default());
    let (head, key) = (book.checkpoints[0].clone(), book.key.clone());
    let result = write(
        &with_number,
        &survey,
        &head,
        &[],
        &key,
        &mut book,
        &mut |_| Ok(()),
    );
    assert_eq!(result.err(), Some(EntryError::IndividualNumber));
}

/// A way to damage a file, and what both readers must say.
type Case = (
    &'static str,
    fn(&str) -> String,
    Option<Problem>,
    &'static str,
);

fn cases() -> Vec<Case> {
    fn lines(text: &str) -> Vec<&str> {
        text.split_inclusive('\n').collect()
    }
    vec![
        ("untouched", str::to_owned, None, "INTACT"),
        (
            "an entry edited",
            |t| {
                t.replacen(
                    "\"seq\":14,\"unix_seconds\":17",
                    "\"seq\":14,\"unix_seconds\":18",
                    1,
                )
            },
            Some(Break::Edited { seq: 14 }.into()),
            "entry 14 was edited",
        ),
        (
            "an entry moved",
            |t| {
                let mut lines = lines(t);
                let at = lines
                    .iter()
                    .position(|l| l.contains("{\"seq\":13,"))
                    .unwrap();
                lines.swap(at, at + 1);
                lines.concat()
            },
            Some(Break::OutOfOrder { seq: 13 }.into()),
            "at 13 stands another entry",
        ),
        (
            "an entry removed",
            |t| {
                let mut lines = lines(t);
                lines.retain(|l| !l.contains("{\"seq\":14,"));
                lines.concat()
            },
            Some(Break::OutOfOrder { seq: 14 }.into()),
            "at 14 stands another entry",
        ),
        (
            "the end cut off",
            |t| {
                let lines = lines(t);
                lines[..lines.len() - 4].concat()
            },
            Some(Problem::CutOff { after: 16 }),
            "the entries stop after 16",
        ),
        (
            "the text edited",
            |t| {
                t.replacen("  髙橋", "  高橋", 1)
                    .replacen("単独運用", "共同運用", 1)
            },
            Some(Problem::Text),
            "its text was changed",
        ),
        (
            "the head edited",
            |t| {
                t.replacen(
                    "\"operation\":\"single\"",
                    "\"operation\":\"second_person\"",
                    1,
                )
            },
            Some(Problem::Signature),
            "the head was changed",
        ),
        (
            "something appended",
            |t| format!("{t}+ \n"),
            Some(Problem::Trailing),
            "something follows its end",
        ),
        (
            "something else",
            |t| t.replacen("ledger-report", "ledger-letter", 1),
            Some(Problem::WrongType),
            "no ledger report",
        ),
    ]
}

#[test]
fn every_damage_is_found_and_located() {
    let mut book = Book::of_days(3);
    let file = text(&book.report(Kind::Report, Filter::default()));
    for (what, damage, problem, _) in cases() {
        let damaged = damage(&file);
        assert_eq!(damaged == file, problem.is_none(), "{what}");
        assert_eq!(
            read(damaged.as_bytes(), &book.public()).0.err(),
            problem,
            "{what}"
        );
    }
    let foreign = SigningKey::from_bytes(&[8; 32]).verifying_key();
    assert_eq!(read(file.as_bytes(), &foreign).0, Err(Problem::WrongKey));
}

#[test]
fn no_prefix_of_a_report_passes() {
    let mut book = Book::of_days(1);
    let file = book.report(Kind::Report, of_hanako());
    for length in (0..file.len()).step_by(7) {
        assert!(
            read(&file[..length], &book.public()).0.is_err(),
            "{length} bytes"
        );
    }
}

fn python(file: &Path, more: &[&str]) -> (i32, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/verify_ledger.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(file)
        .args(more)
        .output()
        .expect("python3 is on the setup list");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.code().unwrap(), text)
}

fn base64(key: &VerifyingKey) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(key.as_bytes())
}

#[test]
fn python_alone_comes_to_the_same_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.txt");
    let mut book = Book::of_days(3);
    let reports = [
        (Kind::Report, Filter::default()),
        (Kind::Export, Filter::default()),
    ];
    for (kind, filter) in reports {
        let mut book = Book::of_days(3);
        let file = text(&book.report(kind, filter));
        let key = base64(&book.public());
        for (what, damage, problem, verdict) in cases() {
            // An export ends with a checkpoint after each entry of its kind, and has no
            // entries in its text.
            if kind == Kind::Export
                && matches!(
                    what,
                    "the end cut off" | "an entry moved" | "the text edited"
                )
            {
                continue;
            }
            std::fs::write(&path, damage(&file)).unwrap();
            let (code, said) = python(&path, &["--key", &key]);
            assert_eq!(code, i32::from(problem.is_some()), "{what}: {said}");
            assert!(said.contains(verdict), "{what}: {said}");
        }
    }
    let file = book.report(Kind::Report, of_hanako());
    std::fs::write(&path, &file).unwrap();
    assert_eq!(
        python(&path, &[]).0,
        0,
        "left out entries continue the chain"
    );
    let foreign = base64(&SigningKey::from_bytes(&[8; 32]).verifying_key());
    let (code, said) = python(&path, &["--key", &foreign]);
    assert_eq!(code, 1);
    assert!(said.contains("another key"), "{said}");
    assert_eq!(python(&folder.path().join("none"), &[]).0, 2);
}

#[test]
fn an_earlier_report_proves_a_cut_and_a_rewritten_end() {
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, file: Vec<u8>| {
        let path = folder.path().join(name);
        std::fs::write(&path, file).unwrap();
        path
    };
    let mut book = Book::of_days(3);
    let earlier = save("earlier", book.report(Kind::Export, Filter::default()));
    let earlier = earlier.to_str().unwrap();
    let honest = save("honest", book.report(Kind::Export, Filter::default()));
    let (code, said) = python(&honest, &["--earlier", earlier]);
    assert_eq!(code, 0, "{said}");

    // Everything after the second day cut off, with its checkpoints, and a new report made.
    let mut cut = Book::of_days(2);
    let cut = save("cut", cut.report(Kind::Export, Filter::default()));
    assert_eq!(python(&cut, &[]).0, 0, "by itself it is intact");
    let (code, said) = python(&cut, &["--earlier", earlier]);
    assert_eq!(code, 1);
    assert!(said.contains("the ledger ends before it"), "{said}");

    // Cut off and grown again past the old end.
    let mut regrown = Book::of_days(2);
    for _ in 0..9 {
        let seq = regrown.entries.len() as u64 + 1;
        regrown.append(entry(seq, 2, "5e5520".into(), Event::Lock, None));
    }
    let regrown = save("regrown", regrown.report(Kind::Export, Filter::default()));
    let (code, said) = python(&regrown, &["--earlier", earlier]);
    assert_eq!(code, 1);
    assert!(said.contains("entry 19 is not the one"), "{said}");
}
