//! Promise: a start that went well is remembered. Once the clerk has confirmed the clock, the
//! slot that booted is no longer counted down; a start that got no further keeps its counter.
#![allow(clippy::unwrap_used, reason = "tests")]

use codes::ScreenCode;
use image::stick::esp_files;
use image_tests::{
    clerk::Clerk, firmware::Firmware, machine::Pc, prepared, stick::Stick, story::Story,
};

/// The EFI files of the slots on a stick, as they are named now.
fn slots(stick: &Stick, story: &Story) -> Vec<String> {
    let raw = story.folder().join("exported.img");
    stick.export_raw(&raw).unwrap();
    let mut slots: Vec<String> = esp_files(&raw)
        .unwrap()
        .into_iter()
        .filter_map(|path| path.strip_prefix("EFI/Linux/").map(str::to_owned))
        .collect();
    slots.sort();
    slots
}

#[test]
fn a_confirmed_clock_takes_the_boot_counter_from_the_slot_that_booted() {
    let mut story = Story::begin("good_boot_is_blessed", "A good start is remembered").unwrap();
    let stick = prepared::shipped(&story.folder().join("stick.qcow2")).unwrap();
    let pc = Pc::with_stick(Firmware::NoSecureBoot, &stick);
    assert_eq!(
        slots(&stick, &story),
        ["kuramori-A+3.efi", "kuramori-B+3.efi"]
    );

    // Of two equal slots systemd-boot takes the later by name.
    story
        .tell("The PC is off before anybody confirms.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_start().unwrap();
    clerk.machine.power_button().unwrap();
    clerk.wait_off().unwrap();
    clerk.machine.close().unwrap();
    let counted = ["kuramori-A+3.efi", "kuramori-B+2-1.efi"];
    assert_eq!(slots(&stick, &story), counted);

    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.confirm_clock().unwrap();
    clerk.wait_for(ScreenCode::FirstRunCompany).unwrap();
    clerk.machine.power_button().unwrap();
    clerk.wait_off().unwrap();
    clerk.machine.close().unwrap();
    let blessed = ["kuramori-A+3.efi", "kuramori-B.efi"];
    assert_eq!(slots(&stick, &story), blessed);

    story
        .tell("The same slot starts again, uncounted.")
        .unwrap();
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_start().unwrap();
    clerk.machine.power_button().unwrap();
    clerk.wait_off().unwrap();
    clerk.machine.close().unwrap();
    assert_eq!(slots(&stick, &story), blessed);
}
