//! March to May: authors are paid, somebody marries, somebody refuses.

use crate::cast::{NAMES, find, missing, notice, revision};
use crate::common::typed;
use crate::office::Office;
use mynumber::CheckMethod;
use mynumber::collection::ContactMethod;
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::{Continuity, PersonKind};
use protocol::clerk::collection::IdentityCheckDraft;
use protocol::clerk::families::{Claim, DependantDraft};
use protocol::clerk::numbers::Asking;
use protocol::clerk::payees::{Party, PayeeDraft};
use protocol::clerk::people::{Particulars, Rename};
use protocol::clerk::{PersonId, Reply, collection, families, numbers, payees, people};

pub fn march_authors_are_paid(office: &mut Office) {
    office.day(
        "2026-03-02",
        "Authors are paid: who is above the threshold may be asked.",
    );
    office.enter(1);
    for (no, yen) in [(1, "300000"), (2, "120000"), (3, "30000")] {
        let payee = add_payee(office, no, yen);
        let Reply::Payees(payees::Reply::Payee(payee)) =
            office.must(payees::Request::Get { payee })
        else {
            panic!("no payee")
        };
        match payee.asking {
            Asking::Allowed(_) => {
                let number = office.number();
                let person = payee.person.unwrap();
                office.must(numbers::Request::Register {
                    person,
                    number: typed(&number),
                });
                office.count("numbers registered", 1);
                office.tell(&format!(
                    "Author {no}, {yen} yen a year: the number is registered"
                ));
            }
            Asking::Forbidden { ja, en } => {
                let number = office.number();
                let refused = office.ask(numbers::Request::Register {
                    person: payee.person.unwrap(),
                    number: typed(&number),
                });
                assert!(matches!(refused, Reply::Refused(_)), "{refused:?}");
                office.count("numbers the law does not let be asked", 1);
                office.tell(&format!(
                    "Author {no}, {yen} yen a year: refused: {en} ({ja})"
                ));
            }
        }
    }
}

fn add_payee(office: &mut Office, no: u32, yen: &str) -> i64 {
    let reply = office.must(payees::Request::Add {
        draft: PayeeDraft {
            code: format!("P{no:03}"),
            party: Party::Individual(Particulars {
                name: NAMES[no as usize].into(),
                ..Particulars::default()
            }),
            payment: "manuscript".into(),
            detail: "社内報の原稿".into(),
            continuity: Continuity::Continuing,
            contract_from: "2026-03-01".into(),
            contract_until: String::new(),
            expected_yen: yen.into(),
        },
    });
    office.count("payees added", 1);
    match reply {
        Reply::Payees(payees::Reply::Kept(kept)) => kept.id,
        other => panic!("{other:?}"),
    }
}

pub fn april_somebody_marries(office: &mut Office) {
    office.day(
        "2026-04-06",
        "Somebody marries: another name, and a spouse who is claimed.",
    );
    office.enter(0);
    let employee = find(office, "0001")[0];
    let revision = revision(office, employee);
    office.must(people::Request::Rename {
        person: employee,
        revision,
        rename: Rename {
            name: "森 健".into(),
            on: "2026-04-01".into(),
            ..Rename::default()
        },
    });
    let draft = DependantDraft {
        particulars: Particulars {
            name: "森 花子".into(),
            birth_date: "1990-07-07".into(),
            ..Particulars::default()
        },
        relationship: Relationship::Wife,
        lives_with: true,
        disability: Disability::None,
        residency: Residency::Resident,
    };
    let unclaimed = add_dependant(office, employee, &draft, vec![]);
    let number = office.number();
    let refused = office.ask(numbers::Request::Register {
        person: unclaimed,
        number: typed(&number),
    });
    assert!(matches!(refused, Reply::Refused(_)), "{refused:?}");
    office.count("numbers the law does not let be asked", 1);
    office.tell("Not claimed, so her number may not be asked: refused.");
    office.must(families::Request::Claim {
        person: unclaimed,
        revision: 1,
        claim: Claim::Tax(Deduction::WithholdingSpouse),
        from: "2026-04-01".into(),
    });
    office.must(collection::Request::Notify {
        draft: notice(PersonKind::Dependant),
    });
    office.must(numbers::Request::Register {
        person: unclaimed,
        number: typed(&number),
    });
    office.must(collection::Request::CheckIdentity {
        person: unclaimed,
        draft: IdentityCheckDraft {
            on: "2026-04-06".into(),
            method: CheckMethod::InPerson,
            number_document: Some("card".into()),
            identity_documents: vec![],
            agent: None,
            passed: true,
            remark: String::new(),
        },
    });
    office.count("numbers registered", 1);
    office.count("identity checks", 1);
    office.tell("Claimed as a spouse: notified, registered, identity checked.");
}

fn add_dependant(
    office: &mut Office,
    employee: PersonId,
    draft: &DependantDraft,
    claims: Vec<Claim>,
) -> PersonId {
    let reply = office.must(families::Request::Add {
        employee,
        draft: draft.clone(),
        claims,
        on: "2026-04-01".into(),
    });
    office.count("dependants added", 1);
    match reply {
        Reply::Saved { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

pub fn may_somebody_refuses(office: &mut Office) {
    office.day(
        "2026-05-11",
        "Of those who were asked in February one refuses; the others hand in.",
    );
    office.enter(2);
    for (place, person) in missing(office).into_iter().enumerate() {
        if place == 0 {
            office.must(collection::Request::Refused {
                person,
                revision: 1,
                on: "2026-05-11".into(),
                contact: ContactMethod::Document,
                remark: String::new(),
            });
            office.count("refusals recorded", 1);
        } else {
            let number = office.number();
            office.must(numbers::Request::Register {
                person,
                number: typed(&number),
            });
            office.count("numbers registered", 1);
        }
    }
    office.tell("The refusal stands in the record, so that nobody calls it neglect.");
}
