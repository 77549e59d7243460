//! Promise: a full stick loses nothing. What no longer fits is refused with a code, and what
//! was acknowledged stays.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::{ErrorCode, ScreenCode};
use image_tests::{
    clerk::Clerk,
    firmware::Firmware,
    keyboard::Key,
    machine::Pc,
    offline::OpenVault,
    people::SATO,
    prepared::{self, VAULT_SERIAL},
    story::Story,
};

/// Left free in the vault, bytes: enough to log in (a ledger entry and its rollback journal),
/// not enough to go on for long.
const LEFT: u64 = 128 << 10;

/// Numbers of the allow-list for tests, with whom they are tried.
const MORE: [(&str, &str); 6] = [
    ("1003", "111111111118"),
    ("1004", "222222222225"),
    ("1005", "900000000010"),
    ("1006", "333333333332"),
    ("1007", "444444444440"),
    ("1008", "555555555557"),
];

#[test]
fn what_no_longer_fits_is_refused_and_nothing_is_lost() {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin("full_stick", "A full stick").unwrap();
    let folder = story.folder().to_owned();
    let stick = base.overlay(&folder.join("stick.qcow2")).unwrap();
    story.tell("The vault's file system is filled up.").unwrap();
    let vault = OpenVault::open(&stick, &folder.join("offline")).unwrap();
    let entries_before = vault.ledger().unwrap().len();
    let full = vault.fill(LEFT, VAULT_SERIAL).unwrap();

    let pc = Pc::with_stick(Firmware::NoSecureBoot, &full);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();
    let mut saved = Vec::new();
    let mut refused = false;
    for (employee_no, number) in MORE {
        let person = image_tests::people::Person {
            employee_no,
            number,
            ..SATO
        };
        clerk.fill_in(&person).unwrap();
        clerk.press(Key::ENTER).unwrap();
        let tag = clerk.wait_for_answer_to_saving().unwrap();
        if tag.screen == ScreenCode::Person {
            saved.push(employee_no);
            continue;
        }
        assert_eq!(tag.error, Some(ErrorCode::StickFull));
        clerk
            .picture("The stick is full: nothing was changed")
            .unwrap();
        refused = true;
        break;
    }
    assert!(refused, "{} people fitted on a full stick", saved.len());
    clerk.go_home().unwrap();
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();

    story
        .tell("At the next start everything acknowledged is there.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();
    clerk.open('1', ScreenCode::People).unwrap();
    clerk.picture("The list of people").unwrap();
    clerk.find("hanako").unwrap();
    clerk.picture("Somebody from before").unwrap();
    clerk.go_home().unwrap();
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();

    let vault = OpenVault::open(&full, &folder.join("offline-after")).unwrap();
    let entries = vault.ledger().unwrap();
    assert!(entries.len() > entries_before, "the ledger was cut");
    let registered = entries
        .iter()
        .filter(|entry| entry.event == ledger::Event::PersonRegistered)
        .count();
    // Two of the prepared vault, and those that were acknowledged.
    assert_eq!(registered, 2 + saved.len());
}
