//! Whose numbers a hand-over carries: employees with the family that is claimed for its
//! purpose, payees in a format of their own, and nobody else.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, STICK, enrol, enrol_for, person, typed};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::Continuity;
use mynumber::{Purpose, RetirementReason};
use protocol::clerk::companions::{self, Checked, WhitelistEntry};
use protocol::clerk::families::{self, Claim, DependantDraft};
use protocol::clerk::payees::{self, Party, PayeeDraft};
use protocol::clerk::people::{self, Particulars, PersonDraft};
use protocol::clerk::{PersonId, Reply, Window, ledger, numbers};
use protocol::foreign::Folder;
use transfer::{Bundle, Companion, PcSecrets};

impl Desk {
    fn saved(&mut self, request: impl Into<protocol::clerk::Request>) -> PersonId {
        match self.ask(request) {
            Reply::Saved { person, .. } => person,
            other => panic!("{other:?}"),
        }
    }

    fn employee(&mut self, no: u32, digits: &str) -> PersonId {
        self.saved(people::Request::Register {
            draft: person(no),
            position: None,
            number: Some(typed(digits)),
        })
    }

    fn dependant(
        &mut self,
        employee: PersonId,
        name: &str,
        relationship: Relationship,
        claim: Claim,
        digits: &str,
    ) -> PersonId {
        let dependant = self.saved(families::Request::Add {
            employee,
            draft: DependantDraft {
                particulars: Particulars {
                    name: name.into(),
                    birth_date: "1991-05-05".into(),
                    ..Particulars::default()
                },
                relationship,
                lives_with: true,
                disability: Disability::None,
                residency: Residency::Resident,
            },
            claims: vec![claim],
            on: "2026-04-01".into(),
        });
        self.saved(numbers::Request::Register {
            person: dependant,
            number: typed(digits),
        });
        dependant
    }

    fn author(&mut self, code: &str, digits: &str) -> PersonId {
        let reply = self.ask(payees::Request::Add {
            draft: PayeeDraft {
                code: code.into(),
                party: Party::Individual(Particulars {
                    name: "鈴木 三郎".into(),
                    ..Particulars::default()
                }),
                payment: "manuscript".into(),
                detail: String::new(),
                continuity: Continuity::Continuing,
                contract_from: "2026-04-01".into(),
                contract_until: String::new(),
                expected_yen: "300000".into(),
            },
        });
        let Reply::Payees(payees::Reply::Kept(kept)) = reply else {
            panic!("{reply:?}")
        };
        let get = payees::Request::Get { payee: kept.id };
        let Reply::Payees(payees::Reply::Payee(payee)) = self.ask(get) else {
            panic!("no payee")
        };
        assert_eq!(payee.reporting, mynumber::asking::Reporting::Due);
        let person = payee.person.unwrap();
        let number = typed(digits);
        self.saved(numbers::Request::Register { person, number });
        person
    }

    fn hand_over(&mut self, entry: &str, people: &[PersonId]) -> Reply {
        self.ask(companions::Request::HandOver {
            device: STICK,
            entry: entry.into(),
            people: people.to_vec(),
        })
    }

    /// What the payroll PC reads, without the header.
    fn received(&mut self, pc: &PcSecrets, reply: &Reply) -> Vec<String> {
        let file = self.decrypted(pc, reply);
        let text = std::str::from_utf8(&file).unwrap();
        text.lines().skip(1).map(str::to_owned).collect()
    }

    /// The file as it lies on the payroll PC for its program.
    fn decrypted(&mut self, pc: &PcSecrets, reply: &Reply) -> Vec<u8> {
        let Reply::Companions(companions::Reply::HandedOver { hand_over, .. }) = reply else {
            panic!("{reply:?}")
        };
        let identity = transfer::introduce::<Companion>(&self.world.identity()).unwrap();
        let files = self.world.files(Folder::Bundles);
        let file = files.iter().find(|file| &file.name == hand_over).unwrap();
        let bundle = Bundle::verify(&file.bytes, &identity.vault_key).unwrap();
        bundle.open(pc).unwrap().to_vec()
    }

    /// What an approval of this format is answered, and the PC that asked for it.
    fn approve(&mut self, purpose: Purpose, format: &str) -> (PcSecrets, Reply) {
        enrol_for(&mut self.keeper, &mut self.world, purpose, Some(format))
    }

    fn whitelist(&mut self) -> Vec<WhitelistEntry> {
        match self.ask(companions::Request::Whitelist) {
            Reply::Companions(companions::Reply::Whitelist(entries)) => entries,
            other => panic!("{other:?}"),
        }
    }

    fn check(&mut self, entry: &str, people: &[PersonId]) -> Checked {
        let request = companions::Request::CheckHandOver {
            entry: entry.into(),
            people: people.to_vec(),
            window: Window::FIRST,
        };
        match self.ask(request) {
            Reply::Companions(companions::Reply::Checked(checked)) => checked,
            other => panic!("{other:?}"),
        }
    }

    fn named(&mut self, no: u32, name: &str, address: &str, digits: &str) -> PersonId {
        self.saved(people::Request::Register {
            draft: PersonDraft {
                name: name.into(),
                address: address.into(),
                ..person(no)
            },
            position: None,
            number: Some(typed(digits)),
        })
    }

    fn last_event(&mut self) -> String {
        let all = common::events(&mut self.keeper, &mut self.world);
        all.last().unwrap().clone()
    }
}

const SPOUSE: Claim = Claim::Tax(Deduction::WithholdingSpouse);

#[test]
fn an_employee_goes_with_the_family_claimed_for_the_same_purpose() {
    let mut desk = Desk::new();
    let employee = desk.employee(1, "111111111118");
    let wife = desk.dependant(
        employee,
        "髙橋 妻子",
        Relationship::Wife,
        SPOUSE,
        "222222222225",
    );
    let health = Claim::HealthInsurance;
    desk.dependant(
        employee,
        "髙橋 母子",
        Relationship::Mother,
        health,
        "333333333332",
    );
    let (pc, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::WithholdingTax);
    let reply = desk.hand_over(&entry, &[employee]);
    let rows = desk.received(&pc, &reply);
    assert_eq!(
        rows,
        [
            "0001,本人,髙橋 花子,タカハシ ハナコ,1990-04-01,111111111118",
            "0001,妻,髙橋 妻子,,1991-05-05,222222222225",
        ],
        "the mother's number is held for another purpose"
    );
    let page = ledger::Request::Page {
        before: None,
        limit: 4,
    };
    let Reply::Ledger(ledger::Reply::Page(page)) = desk.ask(page) else {
        panic!("no ledger")
    };
    let told = |row: &&ledger::LedgerRow| row.event == "L-511" || row.subject.contains("妻子");
    assert!(page.rows.iter().any(|row| told(&row)), "{:?}", page.rows);

    // Asked for by name a dependant goes alone, each once.
    let reply = desk.hand_over(&entry, &[wife]);
    assert_eq!(desk.received(&pc, &reply).len(), 1);
    let reply = desk.hand_over(&entry, &[wife, employee, wife]);
    assert_eq!(desk.received(&pc, &reply).len(), 2);
}

#[test]
fn a_dependant_who_is_not_claimed_any_more_stays() {
    let mut desk = Desk::new();
    let employee = desk.employee(1, "111111111118");
    let wife = desk.dependant(
        employee,
        "髙橋 妻子",
        Relationship::Wife,
        SPOUSE,
        "222222222225",
    );
    desk.saved(families::Request::End {
        person: wife,
        revision: 2,
        on: "2026-10-31".into(),
    });
    let (pc, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::WithholdingTax);
    let reply = desk.hand_over(&entry, &[employee]);
    assert_eq!(desk.received(&pc, &reply).len(), 1);
}

#[test]
fn payees_go_in_their_own_format_and_never_with_employees() {
    let mut desk = Desk::new();
    let employee = desk.employee(1, "111111111118");
    let author = desk.author("P001", "444444444440");
    let (pc, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::PayeeReport);
    let refused = desk.hand_over(&entry, &[employee, author]);
    assert_eq!(refused, Reply::Refused(ErrorCode::NotInFormat));
    assert!(desk.last_event().ends_with('!'), "it is recorded");
    let reply = desk.hand_over(&entry, &[author]);
    let rows = desk.received(&pc, &reply);
    assert_eq!(rows.len(), 1);
    assert!(rows[0].starts_with("P001,鈴木 三郎,,"), "{rows:?}");
    assert!(rows[0].ends_with(",444444444440"), "{rows:?}");
}

#[test]
fn a_number_that_must_be_destroyed_does_not_leave_any_more() {
    let mut desk = Desk::new();
    let employee = desk.employee(1, "111111111118");
    desk.saved(people::Request::Retire {
        person: employee,
        revision: 1,
        on: "2015-03-31".into(),
        reason: RetirementReason::Resigned,
    });
    let (_, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::WithholdingTax);
    let refused = desk.hand_over(&entry, &[employee]);
    assert_eq!(refused, Reply::Refused(ErrorCode::MustBeDestroyed));
    assert!(desk.last_event().ends_with('!'), "it is recorded");
}

#[test]
fn a_program_that_reads_windows_31j_gets_the_format_that_was_approved() {
    let mut desk = Desk::new();
    let employee = desk.employee(1, "111111111118");
    let (pc, approved) = desk.approve(Purpose::WithholdingTax, "general-cp932.1");
    assert_eq!(approved, Reply::Done);
    let [entry] = &desk.whitelist()[..] else {
        panic!("one entry")
    };
    assert_eq!(entry.format, "general-cp932.1");
    assert_eq!(entry.format_ja, "汎用CSV（Shift_JIS）");
    let reply = desk.hand_over(&entry.id, &[employee]);
    let file = desk.decrypted(&pc, &reply);
    assert!(file.is_ascii() || std::str::from_utf8(&file).is_err());
    let (text, broken) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(&file);
    assert!(!broken);
    assert_eq!(
        text,
        "社員番号,続柄,氏名,フリガナ,生年月日,個人番号\r\n\
         0001,本人,髙橋 花子,タカハシ ハナコ,1990-04-01,111111111118\r\n"
    );
    assert!(
        file.windows(2).any(|two| two == [0xfb, 0xfc]),
        "髙 as Windows writes it"
    );
}

#[test]
fn another_format_is_another_approval_and_the_usual_one_stays_the_default() {
    let mut desk = Desk::new();
    enrol(&mut desk.keeper, &mut desk.world, Purpose::WithholdingTax);
    let formats = desk.ask(companions::Request::Formats {
        purpose: Purpose::WithholdingTax,
    });
    let Reply::Companions(companions::Reply::Formats(formats)) = formats else {
        panic!("{formats:?}")
    };
    let ids: Vec<_> = formats.iter().map(|format| format.id.as_str()).collect();
    assert_eq!(ids, ["general-utf8.1", "general-cp932.1"]);
    let waiting = companions::Request::Enrolments { device: STICK };
    let Reply::Companions(companions::Reply::Enrolments(waiting)) = desk.ask(waiting) else {
        panic!("no enrolment")
    };
    let enrolment = waiting[0].id.clone();
    let mut approve = |format: Option<&str>| {
        desk.ask(companions::Request::ApproveEnrolment {
            device: STICK,
            enrolment: enrolment.clone(),
            purpose: Purpose::WithholdingTax,
            format: format.map(str::to_owned),
            expires: "2030-03-31".into(),
        })
    };
    // The same once more is the same entry; another format is one of its own.
    for format in [None, Some("general-utf8.1"), Some("general-cp932.1")] {
        assert_eq!(approve(format), Reply::Done, "{format:?}");
    }
    let entries = desk.whitelist();
    let kept: Vec<_> = entries.iter().map(|e| e.format.as_str()).collect();
    assert_eq!(kept, ["general-cp932.1", "general-utf8.1"]);
}

#[test]
fn a_format_that_has_nobody_of_the_purpose_is_not_approved() {
    for (purpose, format) in [
        (Purpose::WithholdingTax, "payees-cp932.1"),
        (Purpose::WithholdingTax, "general-utf8.2"),
        (Purpose::DividendReport, "general-utf8.1"),
        (Purpose::WithholdingTax, ""),
    ] {
        let mut desk = Desk::new();
        let (_, refused) = desk.approve(purpose, format);
        let code = ErrorCode::FormatNotForPurpose;
        assert_eq!(refused, Reply::Refused(code), "{format}");
        assert_eq!(desk.whitelist(), []);
        assert!(desk.last_event().ends_with('!'), "it is recorded");
    }
}

#[test]
fn what_is_too_long_for_the_form_is_told_before_and_goes_all_the_same() {
    let mut desk = Desk::new();
    let long = "東".repeat(61);
    let fits = desk.employee(1, "111111111118");
    let person = desk.named(2, &"山".repeat(31), &long, "222222222225");
    let (_, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::WithholdingTax);
    let before = common::events(&mut desk.keeper, &mut desk.world);
    let checked = desk.check(&entry, &[person, fits]);
    assert_eq!((checked.people, checked.refusals), (2, 0));
    let told: Vec<_> = checked
        .findings
        .rows
        .iter()
        .map(|row| {
            (
                row.person,
                row.code.as_str(),
                row.field_ja.as_str(),
                row.refuses,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (person, "0002", "氏名", false),
            (person, "0002", "住所", false)
        ]
    );
    let why = &checked.findings.rows[0].why_ja;
    assert!(why.contains("30字までですが、31字"), "{why}");
    assert!(!format!("{checked:?}").contains("222222222225"));
    let after = common::events(&mut desk.keeper, &mut desk.world);
    assert_eq!(after, before, "nothing was taken out");
    let reply = desk.hand_over(&entry, &[person, fits]);
    assert!(matches!(
        reply,
        Reply::Companions(companions::Reply::HandedOver { people: 2, .. })
    ));
}

#[test]
fn what_the_format_cannot_hold_is_told_by_person_and_field_before_it_refuses() {
    let mut desk = Desk::new();
    let person = desk.named(1, "𠮷川 花子", "", "111111111118");
    let (_, approved) = desk.approve(Purpose::WithholdingTax, "general-cp932.1");
    assert_eq!(approved, Reply::Done);
    let entry = desk.whitelist()[0].id.clone();
    let checked = desk.check(&entry, &[person]);
    assert_eq!((checked.people, checked.refusals), (1, 1));
    let [finding] = &checked.findings.rows[..] else {
        panic!("{checked:?}")
    };
    assert_eq!((finding.person, finding.refuses), (person, true));
    assert_eq!(finding.field_en, "name");
    assert!(finding.why_ja.contains('𠮷'), "{}", finding.why_ja);
    let refused = desk.hand_over(&entry, &[person]);
    assert_eq!(refused, Reply::Refused(ErrorCode::FormatCharacter));
}

#[test]
fn a_check_refuses_and_records_what_the_hand_over_would() {
    let mut desk = Desk::new();
    let employee = desk.employee(1, "111111111118");
    let author = desk.author("P001", "444444444440");
    let (_, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::PayeeReport);
    let check = |entry: &str, people: &[PersonId]| companions::Request::CheckHandOver {
        entry: entry.into(),
        people: people.to_vec(),
        window: Window::FIRST,
    };
    for (request, code) in [
        (check(&entry, &[employee, author]), ErrorCode::NotInFormat),
        (check("nothing", &[author]), ErrorCode::NotOnWhitelist),
    ] {
        assert_eq!(desk.ask(request), Reply::Refused(code));
        assert!(desk.last_event().ends_with('!'), "{code:?} is recorded");
    }
    let nobody = desk.ask(check(&entry, &[]));
    assert_eq!(nobody, Reply::Refused(ErrorCode::NothingToHandOver));
    assert_eq!(desk.check(&entry, &[author]).people, 1);
}
