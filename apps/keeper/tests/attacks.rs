//! What somebody at the keyboard tries who wants to learn what they may not.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use codes::ErrorCode;
use common::{World, events, first_run, person, typed};
use protocol::clerk::{Field, FieldError, Reply, numbers, people};

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
