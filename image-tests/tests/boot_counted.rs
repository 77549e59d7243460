//! Promise: a start is counted before it begins, and blessed once a clerk has seen it work;
//! a system that does not come up leaves the other slot its turn.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ScreenCode;
use image_tests::{
    boot_partition::{self, BootPartition},
    clerk::Clerk,
    firmware::Firmware,
    machine::Pc,
    prepared,
    stick::Stick,
    story::Story,
};
use std::path::Path;

fn systems(stick: &Stick, folder: &Path) -> Vec<String> {
    let raw = folder.join("whole-stick.img");
    stick.export_raw(&raw).unwrap();
    boot_partition::systems(&BootPartition::mount(&raw).unwrap()).unwrap()
}

#[test]
fn the_counter_goes_down_at_a_start_and_away_when_the_clock_was_confirmed() {
    let mut story = Story::begin("boot_counted", "Boot counting").unwrap();
    let folder = story.folder().to_owned();
    let stick = prepared::shipped(&folder.join("stick.qcow2")).unwrap();
    assert_eq!(
        systems(&stick, &folder),
        ["kuramori-A+3.efi", "kuramori-B+3.efi"]
    );
    let pc = Pc::with_stick(Firmware::SecureBoot, &stick);

    story
        .tell("Started, and switched off before anybody confirmed anything.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_start().unwrap();
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();
    let counted = systems(&stick, &folder);
    story
        .tell(&format!("The systems are {counted:?}."))
        .unwrap();
    let touched: Vec<&String> = counted
        .iter()
        .filter(|name| name.ends_with("+2-1.efi"))
        .collect();
    assert_eq!(touched.len(), 1, "{counted:?}");

    story
        .tell("Started again; the clerk confirms the clock.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.confirm_clock().unwrap();
    clerk.wait_for(ScreenCode::FirstRunCompany).unwrap();
    // Blessing follows the clock; power-off does not cut it short.
    clerk.power_off().unwrap();
    clerk.machine.close().unwrap();
    let blessed = systems(&stick, &folder);
    story
        .tell(&format!("The systems are {blessed:?}."))
        .unwrap();
    assert!(
        blessed.iter().any(|name| !name.contains('+')),
        "no slot was blessed: {blessed:?}"
    );
}
