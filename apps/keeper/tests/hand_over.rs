//! Whose numbers a hand-over carries: employees with the family that is claimed for its
//! purpose, payees in a format of their own, and nobody else.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, STICK, enrol, person, typed};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::Continuity;
use mynumber::{Purpose, RetirementReason};
use protocol::clerk::families::{self, Claim, DependantDraft};
use protocol::clerk::payees::{self, Party, PayeeDraft};
use protocol::clerk::people::{self, Particulars};
use protocol::clerk::{PersonId, Reply, companions, ledger, numbers};
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
        let Reply::Companions(companions::Reply::HandedOver { hand_over, .. }) = reply else {
            panic!("{reply:?}")
        };
        let identity = transfer::introduce::<Companion>(&self.world.identity()).unwrap();
        let files = self.world.files(Folder::Bundles);
        let file = files.iter().find(|file| &file.name == hand_over).unwrap();
        let bundle = Bundle::verify(&file.bytes, &identity.vault_key).unwrap();
        let payload = bundle.open(pc).unwrap();
        let text = std::str::from_utf8(&payload).unwrap();
        text.lines().skip(1).map(str::to_owned).collect()
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
