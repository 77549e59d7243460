//! What somebody at the keyboard tries who wants to learn what they may not.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{Desk, STICK, World, enrol, events, first_run, person, typed};
use mynumber::Purpose;
use protocol::clerk::companies::{self, CompanyDraft, CompanyKind};
use protocol::clerk::{Field, FieldError, Reply, companions, numbers, people, session};
use protocol::foreign::Folder;

#[test]
fn trying_a_number_to_learn_whether_somebody_has_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    let mut keeper = first_run(folder.path(), &mut world);
    let mut register = |keeper: &mut keeper::Keeper, no, number: Option<&str>| {
        let request = people::Request::Register {
            draft: person(no),
            position: None,
            number: number.map(typed),
        };
        keeper.handle(request, &mut world)
    };
    register(&mut keeper, 1, Some("111111111118"));
    let Reply::Saved { person, .. } = register(&mut keeper, 2, None) else {
        panic!("nobody was registered")
    };
    let taken = Reply::Invalid(vec![FieldError {
        field: Field::Number,
        code: ErrorCode::NumberTaken,
    }]);
    assert_eq!(register(&mut keeper, 3, Some("111111111118")), taken);
    let number = typed("111111111118");
    let request = numbers::Request::Register { person, number };
    assert_eq!(keeper.handle(request, &mut world), taken);
    let recorded = events(&mut keeper, &mut world);
    let refused = recorded.iter().filter(|event| *event == "L-010!");
    assert_eq!(refused.count(), 2, "{recorded:?}");
}

#[test]
fn what_was_approved_for_one_company_is_no_approval_in_another() {
    let mut desk = Desk::new();
    let (_, entry) = enrol(&mut desk.keeper, &mut desk.world, Purpose::WithholdingTax);
    let [document] = &desk.world.files(Folder::Enrolments)[..] else {
        panic!("one enrolment")
    };
    let document = document.clone();
    let draft = CompanyDraft {
        name: "有限会社見本".into(),
        ..CompanyDraft::default()
    };
    let kind = CompanyKind::Client;
    let Reply::Companies(companies::Reply::Created(company)) =
        desk.ask(companies::Request::Create { kind, draft })
    else {
        panic!("no company")
    };
    desk.ask(session::Request::Enter { company });
    let theirs = people::Request::Register {
        draft: person(1),
        position: None,
        number: Some(typed("222222222225")),
    };
    let Reply::Saved { person, .. } = desk.ask(theirs) else {
        panic!("nobody was registered")
    };
    let whitelist = companions::Request::Whitelist;
    let nothing = Reply::Companions(companions::Reply::Whitelist(vec![]));
    assert_eq!(desk.ask(whitelist.clone()), nothing);

    // Neither the other company's entry nor its stick is known here.
    let hand_over = companions::Request::HandOver {
        device: STICK,
        entry: entry.clone(),
        people: vec![person],
    };
    assert_eq!(
        desk.ask(hand_over.clone()),
        Reply::Refused(ErrorCode::NotOnWhitelist)
    );
    let approve = companions::Request::ApproveEnrolment {
        device: STICK,
        enrolment: String::new(),
        purpose: Purpose::WithholdingTax,
        format: None,
        expires: "2030-03-31".into(),
    };
    let enrolments = companions::Request::Enrolments { device: STICK };
    for request in [enrolments.clone(), approve.clone()] {
        let reply = desk.ask(request);
        assert!(matches!(reply, Reply::Refused(_)), "{reply:?}");
        assert!(last(&mut desk).ends_with('!'), "it is recorded");
    }

    // A stick of this company's own with the request that was made for the other.
    let register = companions::Request::Register {
        device: STICK,
        name: "見本".into(),
    };
    assert_eq!(desk.ask(register), Reply::Done);
    desk.world
        .put(Folder::Enrolments, &document.name, &document.bytes);
    for request in [enrolments, approve] {
        assert_eq!(
            desk.ask(request),
            Reply::Refused(ErrorCode::EnrolmentInvalid)
        );
        assert!(last(&mut desk).ends_with('!'), "it is recorded");
    }
    assert_eq!(
        desk.ask(hand_over),
        Reply::Refused(ErrorCode::NotOnWhitelist)
    );
    assert_eq!(desk.ask(whitelist), nothing);
    assert_eq!(desk.world.files(Folder::Bundles), []);
}

/// The newest entry of the ledger, with a `!` where it is a refusal.
fn last(desk: &mut Desk) -> String {
    let all = events(&mut desk.keeper, &mut desk.world);
    all.last().unwrap().clone()
}
