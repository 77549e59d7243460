//! Promise: how keyboard and screen are set is known at the next start, before anybody has
//! logged in, and only the file of settings tells of it.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::{Language, ScreenCode};
use image_tests::{
    clerk::Clerk, firmware::Firmware, keyboard::Key, machine::Pc, prepared, stick::Stick,
    story::Story,
};
use protocol::settings::{FILE, Layout, Settings};
use std::path::Path;

fn kept(stick: &Stick, folder: &Path) -> Settings {
    let raw = folder.join("whole-stick.img");
    stick.export_raw(&raw).unwrap();
    Settings::of_file(&image::stick::read_esp_file(&raw, FILE).unwrap())
}

#[test]
fn a_keyboard_chosen_once_is_the_keyboard_of_the_next_start() {
    let mut story = Story::begin("panel_kept", "Settings of keyboard and screen").unwrap();
    let folder = story.folder().to_owned();
    let stick = prepared::shipped(&folder.join("stick.qcow2")).unwrap();
    assert_eq!(kept(&stick, &folder), Settings::default());
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);

    story
        .tell("A clerk with a US keyboard chooses it and switches off.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_start().unwrap();
    clerk.wait_for(ScreenCode::Clock).unwrap();
    clerk.press(Key::F8).unwrap();
    clerk.picture("US was chosen").unwrap();
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();
    let us = Settings {
        keyboard: Layout::Us,
        ..Settings::default()
    };
    assert_eq!(kept(&stick, &folder), us);

    story
        .tell("At the next start it is still chosen: the next one after it is UK.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_start().unwrap();
    clerk.wait_for(ScreenCode::Clock).unwrap();
    clerk.picture("US, without anybody logged in").unwrap();
    clerk.press(Key::F8).unwrap();
    clerk.press(Key::F9).unwrap();
    clerk.picture("UK, and English").unwrap();
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();
    let uk = Settings {
        keyboard: Layout::Uk,
        language: Language::English,
        ..Settings::default()
    };
    assert_eq!(kept(&stick, &folder), uk);
}
