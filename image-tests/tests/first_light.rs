//! Promise: first light. A clerk makes a vault, registers people, hands their numbers to the
//! payroll PC and gets the receipt back; at the next start all of it is there.
#![allow(clippy::unwrap_used, reason = "tests")]

use image_tests::{
    people::{TAKAHASHI, YAMADA},
    walkthrough,
};
use ledger::Event;

#[test]
fn from_the_first_start_to_the_receipt_and_a_second_start() {
    let walk = walkthrough::fresh(
        "first_light",
        "First light: from the first start to the receipt",
    )
    .unwrap();

    // The payroll program got both people, whole, and nothing else.
    let lines: Vec<&str> = walk.received.trim_end().lines().collect();
    assert_eq!(lines.len(), 3, "a header and two people");
    for (line, person) in lines[1..].iter().zip([YAMADA, TAKAHASHI]) {
        for part in [person.employee_no, person.kana_shown, person.number] {
            assert!(line.contains(part), "{part} is missing");
        }
    }
    // Nothing stays on the payroll PC, and the bundle is gone from the companion.
    assert!(walk.left_behind.is_empty(), "{:?}", walk.left_behind);
    let of_kind = |folder: &str| {
        walk.companion_files
            .iter()
            .filter(|path| path.starts_with(format!("KURAMORI/{folder}")))
            .count()
    };
    assert_eq!(of_kind("BUNDLES"), 0, "{:?}", walk.companion_files);
    assert_eq!(of_kind("RECEIPTS"), 0, "a receipt that was read is removed");

    // The scan finds a number while it is shown, so it would find one that stayed.
    assert!(walk.number_while_shown > 0, "the scan of memory is blind");
    assert_eq!(walk.secrets_after_power_off, Vec::<String>::new());

    // Every step stands in the ledger, in the order it was done.
    let mut left = walk.ledger_events.iter();
    for step in [
        Event::FirstRun,
        Event::PersonRegistered,
        Event::NumberRegistered,
        Event::PersonRegistered,
        Event::NumberRegistered,
        Event::NumberRevealed,
        Event::CompanionRegistered,
        Event::EnrolmentApproved,
        Event::HandOverMade,
        Event::ReceiptTaken,
        Event::LedgerVerified,
        Event::PowerOff,
        Event::Login,
        Event::NumberRevealed,
        Event::LedgerVerified,
    ] {
        assert!(
            left.any(|code| code == step.code()),
            "{step:?} is not in its place in {:?}",
            walk.ledger_events
        );
    }

    // The PC's clock keeps Japan's time, which is what the clerk was shown and confirmed:
    // hours off would be a time zone that was forgotten.
    assert!(
        (-60..3600).contains(&walk.first_entry_after),
        "the first entry is {} s after power-on",
        walk.first_entry_after
    );

    // Verified at both starts, without an error code.
    assert_eq!(walk.ledger, ["S-500", "S-500"]);
}
