//! June to September: numbers are handed over, people and a user leave.

use crate::cast::{CLERK, CLERKS, DEPUTY, DEPUTYS, OWNER, OWNERS, confirm, find, join, revision};
use crate::common::{STICK, enrol, secret};
use crate::office::Office;
use codes::ErrorCode;
use mynumber::{Purpose, RetirementReason};
use protocol::clerk::{
    Reply, Window, approvals, companions, payees, people, retention, session, users,
};

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
    assert_eq!(
        people, 46,
        "five have no number yet, one has a wife who is claimed"
    );
    office.tell(&format!(
        "{people} numbers are on the companion, sealed to the payroll PC; the family goes along."
    ));
}

pub fn june_authors_numbers_are_handed_over(office: &mut Office) {
    office.day(
        "2026-06-15",
        "The authors' numbers go to the PC that makes the 支払調書, in a format of their own.",
    );
    office.sits_down(OWNER, OWNERS);
    office.enter(1);
    let (_, entry) = enrol(&mut office.keeper, &mut office.world, Purpose::PayeeReport);
    let list = payees::Request::List {
        query: String::new(),
        window: Window::FIRST,
    };
    let Reply::Payees(payees::Reply::List(rows)) = office.must(list) else {
        panic!("no payees")
    };
    let authors: Vec<_> = rows.rows.iter().filter_map(|row| row.person).collect();
    let hand_over = |people| companions::Request::HandOver {
        device: STICK,
        entry: entry.clone(),
        people,
    };
    let mixed = [&authors[..], &find(office, "0001")].concat();
    let refused = office.ask(hand_over(mixed));
    assert_eq!(refused, Reply::Refused(ErrorCode::NotInFormat));
    office.count("requests refused and recorded", 1);
    let Reply::Waits(approval) = office.ask(hand_over(authors.clone())) else {
        panic!("the hand-over did not wait")
    };
    confirm(office, 1, DEPUTY, DEPUTYS, &approval);
    office.sits_down(OWNER, OWNERS);
    office.enter(1);
    let reply = office.must(hand_over(authors));
    let Reply::Companions(companions::Reply::HandedOver { people, .. }) = reply else {
        panic!("{reply:?}")
    };
    office.count("numbers handed over", people.into());
    office.tell(&format!(
        "{people} authors' numbers; an employee's among them was refused."
    ));
    office.enter(0);
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
    // Each company that 佐藤 worked for wants a second person's word of its own.
    loop {
        match office.ask(remove.clone()) {
            Reply::Waits(approval) => confirm_where_it_waits(office, &approval),
            Reply::Done => break,
            other => panic!("{other:?}"),
        }
        office.sits_down(OWNER, OWNERS);
        office.enter(0);
    }
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

fn confirm_where_it_waits(office: &mut Office, approval: &str) {
    office.sits_down(DEPUTY, DEPUTYS);
    let waits = |office: &mut Office, index: usize| {
        office.enter(index);
        let reply = office.must(approvals::Request::List {
            window: Window::FIRST,
        });
        let Reply::Approvals(approvals::Reply::List(list)) = reply else {
            panic!("{reply:?}")
        };
        list.rows.iter().any(|row| row.approval == approval)
    };
    let company = (0..office.companies.len()).find(|index| waits(office, *index));
    confirm(office, company.unwrap(), DEPUTY, DEPUTYS, approval);
}
