//! Promise: guessing the passphrase gets slower, and switching off does not help.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::{ErrorCode, ScreenCode};
use image_tests::{
    clerk::Clerk,
    firmware::Firmware,
    keyboard::Key,
    machine::Pc,
    people::{PASSPHRASE, WRONG_PASSPHRASE},
    prepared,
    story::Story,
};
use std::time::{Duration, Instant};

/// Presses Enter until what is typed is accepted for a try; gives back how long it was not.
fn knock(clerk: &mut Clerk) -> Duration {
    let start = Instant::now();
    clerk.press(Key::ENTER).unwrap();
    assert_eq!(
        clerk
            .wait_for_error(ErrorCode::TooManyAttempts)
            .unwrap()
            .screen,
        ScreenCode::Login
    );
    clerk.picture("Too many attempts: wait a while").unwrap();
    loop {
        clerk.press(Key::ENTER).unwrap();
        let refused = clerk.tag().unwrap().is_some_and(|tag| {
            tag.error == Some(ErrorCode::TooManyAttempts) && tag.dialog.is_none()
        });
        if !refused {
            return start.elapsed();
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn wrong(clerk: &mut Clerk) {
    clerk.field(WRONG_PASSPHRASE).unwrap();
    clerk.wait_for_error(ErrorCode::WrongPassphrase).unwrap();
}

#[test]
fn the_delay_grows_and_survives_a_restart() {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin("wrong_passphrase", "Wrong passphrases").unwrap();
    let stick = base.overlay(&story.folder().join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);

    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.confirm_clock().unwrap();
    clerk.wait_for(ScreenCode::Login).unwrap();
    clerk
        .story()
        .tell("Two typing errors cost nothing; the third does.")
        .unwrap();
    for _ in 0..3 {
        wrong(&mut clerk);
    }
    clerk.picture("The passphrase was wrong").unwrap();
    clerk.type_text(WRONG_PASSPHRASE).unwrap();
    let third = knock(&mut clerk);
    clerk.wait_for_error(ErrorCode::WrongPassphrase).unwrap();
    clerk.type_text(WRONG_PASSPHRASE).unwrap();
    let fourth = knock(&mut clerk);
    clerk.wait_for_error(ErrorCode::WrongPassphrase).unwrap();
    clerk
        .story()
        .tell(&format!(
            "The third cost {} s, the fourth {} s.",
            third.as_secs(),
            fourth.as_secs()
        ))
        .unwrap();
    // The delay runs from the refusal, and typing takes a part of it: what is left is a lower bound.
    assert!(fourth >= Duration::from_secs(12), "{fourth:?}");
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();

    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.confirm_clock().unwrap();
    clerk.wait_for(ScreenCode::Login).unwrap();
    clerk
        .story()
        .tell("After a restart the right passphrase waits as well.")
        .unwrap();
    clerk.type_text(PASSPHRASE).unwrap();
    let restarted = knock(&mut clerk);
    clerk.wait_for(ScreenCode::Home).unwrap();
    clerk.picture("The right passphrase opens").unwrap();
    assert!(restarted >= Duration::from_secs(20), "{restarted:?}");
    clerk.power_off().unwrap();
}
