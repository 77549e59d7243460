//! Promise: data leaves to the registered companion itself, not to another stick or a copy.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::{ErrorCode, ScreenCode};
use image_tests::{
    clerk::Clerk,
    firmware::Firmware,
    keyboard::Key,
    machine::Pc,
    prepared,
    stick::{COMPANION, Stick},
    story::Story,
};

/// Tries to hand over to a stick; the error that came, and whether the stick stayed as it was.
fn refused(clerk: &mut Clerk, stick: &Stick, error: ErrorCode, caption: &str) {
    let before = image::sha256_file(stick.path()).unwrap();
    let plugged = clerk.plug(stick).unwrap();
    clerk.hand_over_everybody().unwrap();
    let tag = clerk.wait_for_error(error).unwrap();
    assert_eq!(tag.screen, ScreenCode::HandOver);
    clerk.picture(caption).unwrap();
    clerk.pull(plugged).unwrap();
    assert_eq!(
        image::sha256_file(stick.path()).unwrap(),
        before,
        "the stick was written to"
    );
    clerk.press(Key::ESCAPE).unwrap();
}

#[test]
fn an_unregistered_stick_and_a_copy_are_refused_and_the_real_one_is_not() {
    let base = prepared::enrolled().unwrap();
    let mut story = Story::begin("foreign_companion", "Foreign companions").unwrap();
    let folder = story.folder().to_owned();
    let stick = base.overlay(&folder.join("stick.qcow2")).unwrap();
    let real = base.companion(&folder.join("companion.img")).unwrap();
    let copy = real
        .clone_to(&folder.join("copy.img"), "ANOTHER0001")
        .unwrap();
    // Somebody else's stick: formatted, with files, but no companion.
    let foreign = Stick::blank(&folder.join("foreign.img"), COMPANION, "FOREIGN0001").unwrap();

    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();
    clerk
        .story()
        .tell("A stick that was never registered is plugged in.")
        .unwrap();
    refused(
        &mut clerk,
        &foreign,
        ErrorCode::CompanionUnknown,
        "A stick that is not registered",
    );
    clerk
        .story()
        .tell("A copy of the companion on another stick is plugged in.")
        .unwrap();
    refused(
        &mut clerk,
        &copy,
        ErrorCode::CompanionCloned,
        "A copy of the companion",
    );

    clerk
        .story()
        .tell("The companion itself is plugged in.")
        .unwrap();
    let plugged = clerk.plug(&real).unwrap();
    clerk.hand_over_everybody().unwrap();
    clerk.wait_for(ScreenCode::HandOverDone).unwrap();
    clerk.picture("The registered companion is taken").unwrap();
    clerk.pull(plugged).unwrap();
    assert_eq!(clerk.verify_ledger().unwrap().error, None);
    clerk.power_off().unwrap();
}
