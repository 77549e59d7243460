//! Promise: a keyboard that is plugged in while somebody is logged in does not type before
//! the clerk allows it.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ScreenCode;
use image_tests::{
    clerk::Clerk,
    firmware::Firmware,
    keyboard::{Key, Stroke},
    machine::{Machine, Pc, SecondKeyboard},
    prepared,
    story::Story,
};
use std::time::Duration;

fn type_on_second(machine: &mut Machine, keyboard: &SecondKeyboard, key: Key) {
    for event in Stroke::from(key).events() {
        machine.keys_of_second(keyboard, vec![event]).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_secs(1));
}

#[test]
fn a_new_keyboard_asks_before_it_types() {
    let base = prepared::vault().unwrap();
    let mut story = Story::begin("second_keyboard_refused", "A second keyboard").unwrap();
    let stick = base.overlay(&story.folder().join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.start_and_log_in().unwrap();

    clerk
        .story()
        .tell("A second keyboard is plugged in at the menu.")
        .unwrap();
    let keyboard = clerk.machine.plug_second_keyboard().unwrap();
    clerk.wait_for_dialog(ScreenCode::NewDevice).unwrap();
    clerk.picture("A new keyboard asks").unwrap();

    clerk
        .story()
        .tell("It types: its own permission, then an item of the menu.")
        .unwrap();
    for key in [Key("2"), Key::ENTER, Key::ESCAPE, Key("1")] {
        type_on_second(&mut clerk.machine, &keyboard, key);
        let tag = clerk.tag().unwrap().unwrap();
        assert_eq!(tag.screen, ScreenCode::Home);
        assert_eq!(
            tag.dialog,
            Some(ScreenCode::NewDevice),
            "it answered for itself"
        );
    }

    clerk
        .story()
        .tell("The clerk refuses it; it still cannot type.")
        .unwrap();
    clerk.type_text("1").unwrap();
    clerk.wait_for(ScreenCode::Home).unwrap();
    type_on_second(&mut clerk.machine, &keyboard, Key("1"));
    assert_eq!(clerk.tag().unwrap().unwrap().screen, ScreenCode::Home);
    clerk.machine.pull_second_keyboard(keyboard).unwrap();

    clerk
        .story()
        .tell("Plugged in again and allowed, it types.")
        .unwrap();
    let keyboard = clerk.machine.plug_second_keyboard().unwrap();
    clerk.wait_for_dialog(ScreenCode::NewDevice).unwrap();
    clerk.type_text("2").unwrap();
    clerk.wait_for(ScreenCode::Home).unwrap();
    // The driver takes it up after it is allowed.
    for _ in 0..20 {
        type_on_second(&mut clerk.machine, &keyboard, Key("1"));
        if clerk.tag().unwrap().unwrap().screen == ScreenCode::People {
            break;
        }
    }
    clerk.wait_for(ScreenCode::People).unwrap();
    clerk
        .picture("The allowed keyboard opened the list")
        .unwrap();
    clerk.power_off().unwrap();
}
