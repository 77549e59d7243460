//! The whole way of a number with the real keeper and the real porter as processes:
//! typed in, shown, handed over, receipted, and every step in the ledger.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Clerk, OnStick, PASSPHRASE, WORDS, events, refused, secret};
use mynumber::Purpose;
use protocol::clerk::{
    Field, FieldError, PersonId, Reply, Rows, Window,
    companions::{self, ReceiptOutcome},
    ledger,
    numbers::{self, NumberEntry},
    people::{self, PersonDraft},
    session,
};
use protocol::foreign::Folder;
use protocol::system::{DeviceId, VaultState};
use transfer::{
    Bundle, Companion, Enrolment, Outcome, PcSecrets, Program, Receipt, Sha256, Whitelist,
    introduce, sign, verify,
};

const NUMBERS: [&str; 2] = ["123456789018", "987654321093"];

fn person(no: &str, name: &str, kana: &str) -> PersonDraft {
    PersonDraft {
        employee_no: no.into(),
        name: name.into(),
        kana: kana.into(),
        birth_date: "H2.4.1".into(),
        address: "東京都千代田区丸の内1-1".into(),
        hired_on: "2015-04-01".into(),
        ..PersonDraft::default()
    }
}

fn typed(first: &str, second: &str) -> NumberEntry {
    NumberEntry::typed(secret(first), secret(second))
}

fn register(clerk: &mut Clerk, draft: PersonDraft, number: Option<&str>) -> PersonId {
    let number = number.map(|n| typed(n, n));
    match clerk.ask(people::Request::Register {
        position: None,
        draft,
        number,
    }) {
        Reply::Saved { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

fn two_people(clerk: &mut Clerk) -> Vec<PersonId> {
    vec![
        register(
            clerk,
            person("0001", "髙橋 花子", "タカハシ ハナコ"),
            Some(NUMBERS[0]),
        ),
        register(
            clerk,
            person("0002", "山田 次郎", "ヤマダ ジロウ"),
            Some(NUMBERS[1]),
        ),
    ]
}

fn companion(clerk: &mut Clerk, name: &str) -> DeviceId {
    let device = clerk.plug_in_empty(name);
    let name = "経理の受渡し".into();
    assert_eq!(
        clerk.ask(companions::Request::Register { device, name }),
        Reply::Done
    );
    device
}

fn program() -> Program {
    Program {
        file_name: "kyuyo.exe".parse().unwrap(),
        sha256: Sha256::of(b"the payroll program"),
    }
}

/// What `courier enroll` does on a payroll PC.
fn enroll(stick: &OnStick<'_>, pc: &PcSecrets) {
    let identity = introduce::<Companion>(&stick.identity()).unwrap();
    let request = Enrolment::new(
        &pc.public(),
        "給与PC".parse().unwrap(),
        &identity,
        program(),
        1_795_000_000,
    );
    let request = sign(request, pc.signing_key()).unwrap();
    stick.put(
        Folder::Enrolments,
        &pc.public().id().to_string(),
        request.bytes(),
    );
}

fn approve(clerk: &mut Clerk, device: DeviceId) -> String {
    let Reply::Companions(companions::Reply::Enrolments(enrolments)) =
        clerk.ask(companions::Request::Enrolments { device })
    else {
        panic!("no enrolments")
    };
    assert_eq!(enrolments.len(), 1);
    let request = companions::Request::ApproveEnrolment {
        device,
        enrolment: enrolments[0].id.clone(),
        purpose: Purpose::WithholdingTax,
        format: None,
        expires: "2190-03-31".into(),
    };
    assert_eq!(clerk.ask(request), Reply::Done);
    let Reply::Companions(companions::Reply::Whitelist(entries)) =
        clerk.ask(companions::Request::Whitelist)
    else {
        panic!("no whitelist")
    };
    entries[0].id.clone()
}

fn hand_over(device: DeviceId, entry: &str, people: &[PersonId]) -> companions::Request {
    companions::Request::HandOver {
        device,
        entry: entry.into(),
        people: people.to_vec(),
    }
}

/// What `courier receive` leaves on the stick in the end.
fn receipt(pc: &PcSecrets, bundle: &Bundle, outcome: Outcome) -> transfer::Verified<Receipt> {
    let body = Receipt {
        hand_over: bundle.manifest().hand_over,
        pc: pc.public().id(),
        outcome,
        opened_unix: Some(1_795_000_100),
        deleted_unix: Some(1_795_000_200),
        user: "keiri".parse().unwrap(),
        program: program(),
        courier_version: "0.1.0".parse().unwrap(),
        reason: None,
    };
    sign(body, pc.signing_key()).unwrap()
}

#[test]
fn a_number_goes_the_whole_way_and_the_ledger_shows_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut clerk = Clerk::first_run(folder.path());

    let people = two_people(&mut clerk);
    let Reply::People(people::Reply::List(Rows { total, rows })) =
        clerk.ask(people::Request::List {
            query: "たかはし".into(),
            department: None,
            sort: people::Sort::default(),
            window: Window {
                offset: 0,
                limit: 50,
            },
        })
    else {
        panic!("no people")
    };
    assert_eq!((total, rows[0].person), (1, people[0]));
    assert_eq!(
        clerk.ask(numbers::Request::Reveal {
            person: people[0],
            purpose: Purpose::EmploymentInsurance,
        }),
        Reply::Numbers(numbers::Reply::Digits(secret(NUMBERS[0])))
    );

    let device = companion(&mut clerk, "C1");
    let image = clerk.image("C1");
    let stick = OnStick { image: &image };
    let pc = PcSecrets::generate();
    enroll(&stick, &pc);
    let Reply::Companions(companions::Reply::Enrolments(waiting)) =
        clerk.ask(companions::Request::Enrolments { device })
    else {
        panic!("no enrolments")
    };
    assert_eq!(waiting[0].pc_name, "給与PC");
    assert_eq!(waiting[0].words.len(), 6);
    let entry = approve(&mut clerk, device);

    // The payroll PC finds its approval, signed by the vault it met.
    let vault = introduce::<Companion>(&stick.identity()).unwrap().vault_key;
    let approvals = stick.files(Folder::Approvals);
    let approval = verify::<Whitelist>(&approvals[0].bytes, &vault).unwrap();
    assert_eq!(approval.entry.to_string(), entry);
    assert_eq!(approval.purpose, Purpose::WithholdingTax);

    let Reply::Companions(companions::Reply::HandedOver {
        hand_over: id,
        people: count,
    }) = clerk.ask(hand_over(device, &entry, &people))
    else {
        panic!("not handed over")
    };
    assert_eq!(count, 2);
    let bundles = stick.files(Folder::Bundles);
    assert_eq!(bundles[0].name, id);
    let bundle = Bundle::verify(&bundles[0].bytes, &vault).unwrap();
    let payload = String::from_utf8(bundle.open(&pc).unwrap().to_vec()).unwrap();
    assert!(payload.contains("0001,本人,髙橋 花子,タカハシ ハナコ,1990-04-01,123456789018\r\n"));
    assert!(payload.contains(NUMBERS[1]));
    assert!(bundle.open(&PcSecrets::generate()).is_err());

    // Open until the receipt is back.
    let Reply::Companions(companions::Reply::HandOvers(open)) =
        clerk.ask(companions::Request::HandOvers)
    else {
        panic!("no hand-overs")
    };
    assert_eq!((open.len(), &open[0].receipt), (1, &None));
    let back = receipt(&pc, &bundle, Outcome::ReadAndDeleted);
    stick.put(Folder::Receipts, &id, back.bytes());
    let forged = receipt(&PcSecrets::generate(), &bundle, Outcome::ReadAndDeleted);
    stick.put(Folder::Receipts, "FORGED", forged.bytes());
    assert_eq!(
        clerk.ask(companions::Request::ReadReceipts { device }),
        Reply::Companions(companions::Reply::ReceiptsRead {
            taken: 1,
            refused: 1
        })
    );
    let left: Vec<_> = stick
        .files(Folder::Receipts)
        .into_iter()
        .map(|f| f.name)
        .collect();
    assert_eq!(left, ["FORGED"]);
    assert_eq!(stick.files(Folder::Bundles), []);
    let Reply::Companions(companions::Reply::HandOvers(closed)) =
        clerk.ask(companions::Request::HandOvers)
    else {
        panic!("no hand-overs")
    };
    let taken = closed[0].receipt.as_ref().unwrap();
    assert_eq!(taken.outcome, ReceiptOutcome::ReadAndDeleted);
    assert_eq!(taken.user, "keiri");

    let entries = clerk.ledger();
    assert_eq!(
        clerk.ask(ledger::Request::Verify),
        Reply::Ledger(ledger::Reply::Intact {
            entries: entries.len() as u64
        })
    );
    let happened = events(&entries);
    for (event, times) in [
        ("L-001", 1),  // first run
        ("L-007", 1),  // clock confirmed
        ("L-101", 2),  // people
        ("L-201", 2),  // their numbers
        ("L-203", 1),  // shown
        ("L-501", 1),  // companion
        ("L-504", 1),  // payroll PC approved
        ("L-506", 1),  // hand-over begun
        ("L-204", 2),  // whose numbers
        ("L-507", 1),  // written and checked
        ("L-510", 1),  // receipt
        ("L-511!", 1), // the forged one
    ] {
        let found = happened.iter().filter(|e| *e == event).count();
        assert_eq!(found, times, "{event} in {happened:?}");
    }
    let shown = format!("{entries:?}");
    assert!(NUMBERS.iter().all(|number| !shown.contains(number)));
    clerk.power_off();
}

#[test]
fn after_power_off_everything_is_there_again_and_a_wrong_passphrase_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut clerk = Clerk::first_run(folder.path());
    let people = two_people(&mut clerk);
    clerk.power_off();

    let (mut clerk, welcome) = Clerk::sit_down(folder.path());
    assert_eq!(welcome.vault, VaultState::Locked);
    clerk.unlock();
    assert_eq!(
        clerk.login("wrong horse battery staple"),
        refused(ErrorCode::WrongPassphrase)
    );
    assert_eq!(
        clerk.ask(people::Request::Get { person: people[0] }),
        refused(ErrorCode::SessionLocked)
    );
    assert_eq!(clerk.login(PASSPHRASE), Reply::Done);
    let Reply::People(people::Reply::Person(kept)) =
        clerk.ask(people::Request::Get { person: people[0] })
    else {
        panic!("nobody")
    };
    assert_eq!(kept.fields.name, "髙橋 花子");
    assert_eq!(kept.fields.birth_date, "1990-04-01");
    let happened = events(&clerk.ledger());
    let failed = happened
        .iter()
        .position(|e| e.starts_with("L-003"))
        .unwrap();
    assert!(happened[failed..].contains(&"L-002".to_owned()));
    clerk.power_off();
}

#[test]
fn the_recovery_words_open_the_vault_and_set_a_new_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let mut clerk = Clerk::first_run(folder.path());
    two_people(&mut clerk);
    assert_eq!(clerk.ask(session::Request::Lock), Reply::Done);
    let recover = |words: &str| session::Request::Recover {
        user: None,
        recovery_words: secret(words),
        new_passphrase: secret("another pony battery staple"),
    };
    assert_eq!(
        clerk.ask(recover("あひる あひる あひる")),
        refused(ErrorCode::RecoveryWordsWrong)
    );
    assert_eq!(clerk.ask(recover(WORDS)), Reply::Done);
    assert_eq!(clerk.ask(session::Request::Lock), Reply::Done);
    assert_eq!(clerk.login(PASSPHRASE), refused(ErrorCode::WrongPassphrase));
    assert_eq!(clerk.login("another pony battery staple"), Reply::Done);
    clerk.power_off();
}

#[test]
fn a_form_comes_back_with_every_field_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let mut clerk = Clerk::first_run(folder.path());
    two_people(&mut clerk);
    let wrong = |field, code| FieldError { field, code };
    let draft = PersonDraft {
        employee_no: "1234-5678-9018".into(),
        name: " ".into(),
        kana: "やまだ".into(),
        birth_date: "2199-01-01".into(),
        hired_on: "1990-02-30".into(),
        ..PersonDraft::default()
    };
    assert_eq!(
        clerk.ask(people::Request::Register {
            position: None,
            draft,
            number: Some(typed("123456789012", "123456789012")),
        }),
        Reply::Invalid(vec![
            wrong(Field::EmployeeNo, ErrorCode::EmployeeNoIsNumber),
            wrong(Field::Name, ErrorCode::FieldEmpty),
            wrong(Field::Kana, ErrorCode::KanaInvalid),
            wrong(Field::BirthDate, ErrorCode::DateOutOfRange),
            wrong(Field::HiredOn, ErrorCode::DateInvalid),
            wrong(Field::Number, ErrorCode::NumberCheckDigit),
        ])
    );
    let third = person("0003", "佐藤 三郎", "サトウ サブロウ");
    for (number, field, code) in [
        (
            typed(NUMBERS[0], NUMBERS[1]),
            Field::NumberAgain,
            ErrorCode::NumbersDiffer,
        ),
        (
            typed(NUMBERS[0], "１２３４ ５６７８ ９０１８"),
            Field::Number,
            ErrorCode::NumberTaken,
        ),
        (
            typed("000000000000", "000000000000"),
            Field::Number,
            ErrorCode::NumberAllZero,
        ),
    ] {
        let request = people::Request::Register {
            position: None,
            draft: third.clone(),
            number: Some(number),
        };
        assert_eq!(clerk.ask(request), Reply::Invalid(vec![wrong(field, code)]));
    }
    let taken = people::Request::Register {
        position: None,
        draft: person("0001", "佐藤 三郎", "サトウ サブロウ"),
        number: None,
    };
    assert_eq!(
        clerk.ask(taken),
        Reply::Invalid(vec![wrong(Field::EmployeeNo, ErrorCode::EmployeeNoTaken)])
    );
    clerk.power_off();
}

#[test]
fn foreign_and_copied_companions_are_refused_and_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut clerk = Clerk::first_run(folder.path());
    let people = two_people(&mut clerk);
    let device = companion(&mut clerk, "C1");
    let image = clerk.image("C1");
    enroll(&OnStick { image: &image }, &PcSecrets::generate());
    let entry = approve(&mut clerk, device);

    let foreign = clerk.plug_in_empty("FOREIGN");
    let copy = clerk.plug_in_copy("C1", "COPY");
    for request in [
        hand_over(foreign, &entry, &people),
        companions::Request::Enrolments { device: foreign },
        companions::Request::ReadReceipts { device: foreign },
    ] {
        assert_eq!(clerk.ask(request), refused(ErrorCode::CompanionUnknown));
    }
    for request in [
        hand_over(copy, &entry, &people),
        companions::Request::Enrolments { device: copy },
        companions::Request::ReadReceipts { device: copy },
    ] {
        assert_eq!(clerk.ask(request), refused(ErrorCode::CompanionCloned));
    }
    let copied = clerk.image("COPY");
    assert_eq!(OnStick { image: &copied }.files(Folder::Bundles), []);

    // Another companion of this vault, but not the one of the entry.
    let other = companion(&mut clerk, "C2");
    assert_eq!(
        clerk.ask(hand_over(other, &entry, &people)),
        refused(ErrorCode::NotOnWhitelist)
    );
    assert_eq!(
        clerk.ask(hand_over(device, &"0".repeat(32), &people)),
        refused(ErrorCode::NotOnWhitelist)
    );
    let revoke = companions::Request::RevokeEntry {
        entry: entry.clone(),
    };
    assert_eq!(clerk.ask(revoke), Reply::Done);
    assert_eq!(
        clerk.ask(hand_over(device, &entry, &people)),
        refused(ErrorCode::NotOnWhitelist)
    );

    let happened = events(&clerk.ledger());
    for (event, times) in [("L-502!", 3), ("L-503!", 3), ("L-509!", 3), ("L-506", 0)] {
        let found = happened.iter().filter(|e| *e == event).count();
        assert_eq!(found, times, "{event} in {happened:?}");
    }
    clerk.power_off();
}

#[test]
fn a_full_companion_gets_nothing_and_the_ledger_says_that_the_hand_over_failed() {
    let folder = tempfile::tempdir().unwrap();
    let mut clerk = Clerk::first_run(folder.path());
    let people = two_people(&mut clerk);
    let device = companion(&mut clerk, "C1");
    let image = clerk.image("C1");
    let stick = OnStick { image: &image };
    enroll(&stick, &PcSecrets::generate());
    let entry = approve(&mut clerk, device);
    // As many bundles as a folder holds.
    for n in 0..protocol::foreign::MAX_FILES {
        stick.put(Folder::Bundles, &format!("OLD-{n}"), b"x");
    }
    assert_eq!(
        clerk.ask(hand_over(device, &entry, &people)),
        refused(ErrorCode::CompanionFull)
    );
    let happened = events(&clerk.ledger());
    assert!(happened.contains(&"L-506".to_owned()));
    assert!(happened.contains(&"L-508!".to_owned()));
    assert!(!happened.contains(&"L-507".to_owned()));
    let Reply::Companions(companions::Reply::HandOvers(open)) =
        clerk.ask(companions::Request::HandOvers)
    else {
        panic!("no hand-overs")
    };
    assert_eq!(open, []);
    clerk.power_off();
}
