//! Promise: pull the stick at any time. The PC powers off, memory holds no number and no
//! passphrase, and what was acknowledged is there at the next start.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ScreenCode;
use image_tests::{
    clerk::Clerk,
    firmware::Firmware,
    keyboard::Key,
    machine::Pc,
    memory::{self, Found, Secret},
    people::{PASSPHRASE, SATO, YAMADA},
    prepared,
    story::Story,
    walkthrough::all_secrets,
};
use std::time::Duration;

fn secrets() -> Vec<Secret> {
    let mut secrets = all_secrets();
    secrets.extend(Secret::number("the number being saved", SATO.number));
    secrets
}

/// Pulls the stick and looks at what is left once the PC is off.
fn pull(clerk: &mut Clerk) {
    clerk.story().tell("The stick is pulled.").unwrap();
    clerk.machine.pull_boot_stick().unwrap();
    clerk.wait_off().unwrap();
    let picture = clerk.machine.picture().unwrap();
    clerk
        .story()
        .picture(&picture, "After the stick was pulled")
        .unwrap();
    assert_eq!(
        clerk.tag().unwrap(),
        None,
        "the screen still shows the kiosk"
    );
    let found = memory::scan(&mut clerk.machine, &secrets()).unwrap();
    assert_eq!(found, Vec::<Found>::new(), "secrets stay in memory");
}

/// Starts again and checks that the vault is whole and `reading` is found.
fn start_again(pc: &Pc, story: &mut Story, reading: &str) {
    story
        .tell("The stick is plugged in again, the PC is switched on.")
        .unwrap();
    let mut clerk = Clerk::at(pc, story).unwrap();
    clerk.start_and_log_in().unwrap();
    assert_eq!(clerk.verify_ledger().unwrap().error, None);
    clerk.find(reading).unwrap();
    clerk.picture("What was acknowledged is there").unwrap();
    clerk.power_off().unwrap();
}

#[test]
fn at_the_login_screen_with_the_passphrase_typed() {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin("stick_pulled-login", "Pulled at login").unwrap();
    let stick = base.overlay(&story.folder().join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.confirm_clock().unwrap();
    clerk.wait_for(ScreenCode::Login).unwrap();
    clerk.type_text(PASSPHRASE).unwrap();
    clerk
        .picture("The passphrase is typed but not entered")
        .unwrap();
    pull(&mut clerk);
}

#[test]
fn in_the_list_after_a_number_was_shown_and_the_list_is_there_at_the_next_start() {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin("stick_pulled-list", "Pulled in the list").unwrap();
    let stick = base.overlay(&story.folder().join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();
    clerk.find("tarou").unwrap();
    clerk.reveal().unwrap();
    let shown = clerk
        .secrets_in_memory(&Secret::number("the shown number", YAMADA.number))
        .unwrap();
    assert!(!shown.is_empty(), "the scan of memory is blind");
    clerk.open('1', ScreenCode::People).unwrap();
    clerk.picture("The list of people").unwrap();
    pull(&mut clerk);
    clerk.machine.close().unwrap();
    start_again(&pc, &mut story, "hanako");
}

/// Pulled so long after Enter on the last field: once before the keeper can have answered,
/// once about when it writes.
fn while_saving(name: &str, delay: Duration) {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin(name, "Pulled while saving").unwrap();
    let stick = base.overlay(&story.folder().join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();
    clerk.fill_in(&SATO).unwrap();
    clerk
        .picture("Everything is typed; the next Enter saves")
        .unwrap();
    for event in image_tests::keyboard::Stroke::from(Key::ENTER).events() {
        clerk.machine.keys(vec![event]).unwrap();
    }
    std::thread::sleep(delay);
    // Whether the screen acknowledged it is read before the pull, so it can only be too early.
    let acknowledged = clerk
        .tag()
        .unwrap()
        .is_some_and(|tag| tag.screen == ScreenCode::Person);
    clerk
        .story()
        .tell(&format!(
            "Saved and acknowledged before the pull: {acknowledged}."
        ))
        .unwrap();
    pull(&mut clerk);
    clerk.machine.close().unwrap();
    start_again(
        &pc,
        &mut story,
        if acknowledged { "jirou" } else { "tarou" },
    );
}

#[test]
fn right_after_the_key_that_saves() {
    while_saving("stick_pulled-saving-at-once", Duration::ZERO);
}

#[test]
fn in_the_middle_of_saving() {
    while_saving("stick_pulled-saving-middle", Duration::from_millis(150));
}
