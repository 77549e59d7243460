//! The months, each a chapter.

use crate::common::{STICK, enrol, secret, typed};
use crate::office::Office;
use codes::ErrorCode;
use mynumber::collection::{ContactMethod, NotificationMethod};
use mynumber::family::{Deduction, Disability, Relationship, Residency};
use mynumber::people::{Continuity, PersonKind};
use mynumber::rights::Role;
use mynumber::{CheckMethod, Employment, Purpose, RetirementReason};
use protocol::clerk::approvals::{self, ApprovalState};
use protocol::clerk::collection::{
    self, Audience, ContactDraft, IdentityCheckDraft, MissingFilter, NoticeDraft,
};
use protocol::clerk::companies::{self, CompanyDraft, CompanyKind};
use protocol::clerk::families::{self, Claim, DependantDraft};
use protocol::clerk::ledger::{self, ReportDraft};
use protocol::clerk::numbers::{self, Asking};
use protocol::clerk::payees::{self, Party, PayeeDraft};
use protocol::clerk::people::{self, Particulars, PersonDraft, Position, Rename};
use protocol::clerk::retention;
use protocol::clerk::users::{self, GrantDraft, Scope, UserDraft};
use protocol::clerk::{PersonId, Reply, Request, Rows, Window, companions, session, snapshots};
use std::path::{Path, PathBuf};

pub const OWNER: &str = "山田 太郎";
pub const DEPUTY: &str = "田中 恵";
const CLERK: &str = "佐藤 次郎";
const AUDITOR: &str = "鈴木 三郎";
const OWNERS: &str = "correct horse battery staple";
pub const DEPUTYS: &str = "nine lanterns over the river";
const CLERKS: &str = "twelve paper cranes at dawn";
const AUDITORS: &str = "quiet mountain counts the bells";
pub const NEW_PASSPHRASE: &str = "a garden after the long rain";
const FIRST: &str = "given out by the owner once";
const WORDS: &str = "あいこくしん あいさつ あいだ";

const NAMES: [&str; 8] = [
    "髙橋 花子",
    "佐々木 健",
    "渡邉 恵美",
    "小林 誠",
    "吉田 茜",
    "山本 亮",
    "中村 さくら",
    "斎藤 学",
];
/// Employees of the three companies: with families and payees 500 people and more.
const EMPLOYEES: [u32; 3] = [300, 120, 80];

pub fn january_the_office_opens(office: &mut Office) {
    office.day(
        "2026-01-05",
        "The office makes its vault; two clients get key domains of their own.",
    );
    office.must(session::Request::FirstRun {
        company: CompanyDraft {
            name: "みほん社会保険労務士法人".into(),
            corporate_number: "9000000000009".into(),
            address: "東京都千代田区丸の内1-1-1".into(),
        },
        owner_name: OWNER.into(),
        passphrase: secret(OWNERS),
        recovery_words: secret(WORDS),
    });
    office.users.insert(OWNER, 1);
    for name in ["株式会社サンプル", "有限会社見本"] {
        let draft = CompanyDraft {
            name: name.into(),
            ..CompanyDraft::default()
        };
        office.must(companies::Request::Create {
            kind: CompanyKind::Client,
            draft,
        });
    }
    let Reply::Session(session::Reply::Companies(rows)) = office.must(session::Request::Companies)
    else {
        panic!("no companies")
    };
    let names = [
        "みほん社会保険労務士法人",
        "株式会社サンプル",
        "有限会社見本",
    ];
    office.companies = rows.into_iter().map(|row| row.company).zip(names).collect();

    add_user(office, DEPUTY, Role::Responsible);
    add_user(office, CLERK, Role::Clerk);
    add_user(office, AUDITOR, Role::Auditor);
    for (index, _) in names.iter().enumerate() {
        office.enter(index);
        if index > 0 {
            for (who, role) in [
                (DEPUTY, Role::Responsible),
                (CLERK, Role::Clerk),
                (AUDITOR, Role::Auditor),
            ] {
                let user = office.users[who];
                office.must(users::Request::Grant {
                    user,
                    grant: grant(role),
                });
            }
        }
        office.must(users::Request::SetSecondPerson { on: true });
    }
    for (who, passphrase) in [(DEPUTY, DEPUTYS), (CLERK, CLERKS), (AUDITOR, AUDITORS)] {
        office.sits_down(who, FIRST);
        office.must(session::Request::ChangePassphrase {
            current: secret(FIRST),
            new: secret(passphrase),
        });
    }
    office.tell("Export, deletion and changes of users now wait for a second person.");
}

fn add_user(office: &mut Office, who: &'static str, role: Role) {
    let reply = office.must(users::Request::Add {
        draft: UserDraft {
            name: who.into(),
            department: "番号管理".into(),
        },
        passphrase: secret(FIRST),
        recovery_words: secret("いちご いちば いちぶ"),
        grant: grant(role),
    });
    let Reply::Users(users::Reply::Added(user)) = reply else {
        panic!("{reply:?}")
    };
    office.users.insert(who, user);
    office.count("users added", 1);
}

fn grant(role: Role) -> GrantDraft {
    GrantDraft {
        role,
        operations: role.default_operations().iter().collect(),
        scope: Scope::Company,
        pcs: None,
        until: String::new(),
    }
}

pub fn february_numbers_are_collected(office: &mut Office) {
    office.day(
        "2026-02-02",
        "佐藤 registers the employees; their purposes were notified first.",
    );
    office.sits_down(CLERK, CLERKS);
    for (index, employees) in EMPLOYEES.into_iter().enumerate() {
        office.enter(index);
        office.must(collection::Request::Notify {
            draft: notice(PersonKind::Employee),
        });
        for no in 1..=employees {
            // Every tenth has not handed the number in yet.
            let number = (no % 10 != 0).then(|| office.number());
            join(office, no, "2020-04-01", number.as_deref());
        }
        let missing = missing(office);
        office.tell(&format!(
            "{}: {employees} employees, {} numbers missing and asked for",
            office.companies[index].1,
            missing.len()
        ));
        for person in missing {
            office.must(collection::Request::Ask {
                person,
                revision: 0,
                contact: contact("2026-02-02", "2026-03-31"),
            });
            office.count("numbers asked for", 1);
        }
    }
}

fn join(office: &mut Office, no: u32, hired_on: &str, number: Option<&str>) -> PersonId {
    let reply = office.must(people::Request::Register {
        draft: PersonDraft {
            employee_no: format!("{no:04}"),
            name: NAMES[no as usize % NAMES.len()].into(),
            birth_date: format!("{}-04-01", 1965 + no % 35),
            hired_on: hired_on.into(),
            ..PersonDraft::default()
        },
        position: Some(Position {
            filing_name: String::new(),
            department: None,
            employment: Employment::Regular,
            property_savings: false,
        }),
        number: number.map(typed),
    });
    office.count("people joined", 1);
    office.count("numbers registered", u64::from(number.is_some()));
    match reply {
        Reply::Saved { person, .. } => person,
        other => panic!("{other:?}"),
    }
}

fn missing(office: &mut Office) -> Vec<PersonId> {
    let filter = MissingFilter::default();
    match office.must(collection::Request::Missing {
        filter,
        window: Window::FIRST,
    }) {
        Reply::Collection(collection::Reply::Missing(Rows { rows, .. })) => {
            rows.into_iter().map(|row| row.person).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn contact(on: &str, due_on: &str) -> ContactDraft {
    ContactDraft {
        on: on.into(),
        method: ContactMethod::Document,
        due_on: due_on.into(),
        remind_on: String::new(),
        remark: String::new(),
    }
}

pub fn notice(kind: PersonKind) -> NoticeDraft {
    NoticeDraft {
        audience: Audience::All(kind),
        on: "2026-01-30".into(),
        method: NotificationMethod::Document,
        version: "2026年版".into(),
        purposes: Purpose::ALL.to_vec(),
        signed_for: false,
    }
}

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

pub fn find(office: &mut Office, query: &str) -> Vec<PersonId> {
    let request = people::Request::List {
        query: query.into(),
        department: None,
        window: Window::FIRST,
    };
    match office.must(request) {
        Reply::People(people::Reply::List(Rows { rows, .. })) => {
            rows.into_iter().map(|row| row.person).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn revision(office: &mut Office, person: PersonId) -> u32 {
    match office.must(people::Request::Get { person }) {
        Reply::People(people::Reply::Person(person)) => person.revision,
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

pub fn june_numbers_are_handed_over(office: &mut Office) {
    office.day(
        "2026-06-01",
        "Numbers go to the payroll PC: asked by one, confirmed by another.",
    );
    office.sits_down(OWNER, OWNERS);
    office.enter(0);
    let (_, entry) = enrol(
        &mut office.keeper,
        &mut office.world,
        Purpose::WithholdingTax,
    );
    let people = find(office, "")[..50].to_vec();
    office.sits_down(CLERK, CLERKS);
    office.enter(0);
    let hand_over = companions::Request::HandOver {
        device: STICK,
        entry,
        people,
    };
    let Reply::Waits(approval) = office.ask(hand_over.clone()) else {
        panic!("the hand-over did not wait")
    };
    office.tell("佐藤's hand-over waits; 佐藤 cannot confirm it.");
    let own = office.ask(approvals::Request::Confirm {
        approval: approval.clone(),
    });
    assert!(matches!(own, Reply::Refused(_)), "{own:?}");
    confirm(office, 0, DEPUTY, DEPUTYS, &approval);
    office.sits_down(CLERK, CLERKS);
    office.enter(0);
    let reply = office.must(hand_over);
    let Reply::Companions(companions::Reply::HandedOver { people, .. }) = reply else {
        panic!("{reply:?}")
    };
    office.count("numbers handed over", people.into());
    office.tell(&format!(
        "{people} numbers are on the companion, sealed to the payroll PC."
    ));
}

pub fn confirm(office: &mut Office, company: usize, who: &'static str, passphrase: &str, id: &str) {
    office.sits_down(who, passphrase);
    office.enter(company);
    let Reply::Approvals(approvals::Reply::List(waiting)) = office.must(approvals::Request::List)
    else {
        panic!("no list")
    };
    let approval = waiting.iter().find(|row| row.approval == id).unwrap();
    assert_eq!(approval.state, ApprovalState::Waiting);
    office.tell(&format!("{who} confirms: {}", approval.act));
    office.must(approvals::Request::Confirm {
        approval: id.into(),
    });
    office.count("acts confirmed by a second person", 1);
}

pub fn july_people_leave(office: &mut Office) {
    office.day(
        "2026-07-01",
        "Ten people leave; of one the day is not known yet.",
    );
    for (place, person) in find(office, "")[100..110].to_vec().into_iter().enumerate() {
        let revision = revision(office, person);
        let request = if place == 0 {
            people::Request::MarkAsLeft { person, revision }
        } else {
            people::Request::Retire {
                person,
                revision,
                on: "2026-06-30".into(),
                reason: RetirementReason::Resigned,
            }
        };
        office.must(request);
        office.count("people left", 1);
    }
    files_of_2018_are_found(office);
}

/// Six who left in 2018: the form of that year kept each number until 2026-01-10, and a
/// copy of a slip filed in 2024 keeps one longer.
fn files_of_2018_are_found(office: &mut Office) {
    let mut people = Vec::new();
    for no in 9001..=9006 {
        let number = office.number();
        let person = join(office, no, "2010-04-01", Some(&number));
        let revision = revision(office, person);
        office.must(people::Request::Retire {
            person,
            revision,
            on: "2018-03-31".into(),
            reason: RetirementReason::Resigned,
        });
        people.push(person);
    }
    office.count("people left", people.len() as u64);
    let last = people[5];
    office.must(retention::Request::AddHold {
        people: vec![last],
        rule: "T9".into(),
        on: "2024-01-31".into(),
    });
    let Reply::Retention(retention::Reply::Of(kept)) =
        office.must(retention::Request::Of { person: last })
    else {
        panic!("nothing is kept")
    };
    office.tell(&format!(
        "Six files of people who left in 2018 are found; one number stays: {}",
        kept.holds[0].why_en
    ));
}

pub fn august_the_auditor_comes(office: &mut Office) {
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
}

pub fn september_a_user_leaves(office: &mut Office) {
    office.day(
        "2026-09-01",
        "佐藤 leaves the office; the keys that 佐藤 had are replaced.",
    );
    office.sits_down(OWNER, OWNERS);
    office.enter(0);
    let remove = users::Request::Remove {
        user: office.users[CLERK],
    };
    let Reply::Waits(approval) = office.ask(remove.clone()) else {
        panic!("the removal did not wait")
    };
    confirm(office, 0, DEPUTY, DEPUTYS, &approval);
    office.sits_down(OWNER, OWNERS);
    office.enter(0);
    office.must(remove);
    office.ask(session::Request::Lock);
    let user = Some(office.users[CLERK]);
    let login = session::Request::Login {
        user,
        passphrase: secret(CLERKS),
    };
    let refused = office.ask(login);
    assert!(matches!(refused, Reply::Refused(_)), "{refused:?}");
    office.count("users removed", 1);
    office.tell("佐藤's passphrase opens nothing any more.");
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
    office.tell(&format!(
        "{} people, {} numbers, {} bytes",
        made.people, made.numbers, made.bytes
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
        let reply = office.must(ledger::Request::Report(draft));
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
