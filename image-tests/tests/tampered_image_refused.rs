//! Promise: one signature covers every byte. With Secure Boot on, a byte changed anywhere in
//! what boots is refused by the firmware, by shim or by the boot loader, before any of it runs.
#![allow(clippy::unwrap_used, reason = "tests")]

use image_tests::{
    artefacts,
    clerk::Clerk,
    firmware::Firmware,
    machine::Pc,
    prepared::VAULT_SERIAL,
    stick::{Stick, copy_sparse},
    story::Story,
    tamper::{self, Part},
};
use std::time::Duration;

/// What the refusing party says: shim ("Verification failed: (0x1A) Security Violation"),
/// systemd-boot (the EFI status in words).
const REFUSALS: [&str; 3] = ["Security Violation", "Security violation", "Access denied"];

/// A stick with one byte of `part` changed in both slots, or none.
fn stick(story: &Story, part: Option<Part>) -> Stick {
    let path = story.folder().join("stick.img");
    copy_sparse(&artefacts::image().unwrap().stick().unwrap(), &path).unwrap();
    // Also without a change everything is read and written back: the way of changing is not
    // what is refused.
    let places = tamper::flip(&path, part).unwrap();
    assert_eq!(places.is_empty(), part.is_none());
    Stick::raw(&path, VAULT_SERIAL)
}

fn is_refused(name: &str, part: Part) {
    let mut story = Story::begin(name, &format!("Tampered: {}", part.name())).unwrap();
    let stick = stick(&story, Some(part));
    let pc = Pc::with_stick(Firmware::SecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    let refusal = clerk.wait_for_firmware(&REFUSALS).unwrap();
    clerk.picture("It is refused").unwrap();
    clerk
        .story()
        .tell(&format!("The screen says: {refusal}"))
        .unwrap();
    // Given all the time an untouched stick needs, nothing of ours comes up.
    assert!(
        !clerk.kiosk_comes_up(Duration::from_secs(30)).unwrap(),
        "the tampered {} runs",
        part.name()
    );
    clerk.picture("Nothing came up").unwrap();
}

#[test]
fn a_byte_of_the_kernel() {
    is_refused("tampered_image_refused-kernel", Part::Kernel);
}

#[test]
fn a_byte_of_the_initramfs() {
    is_refused("tampered_image_refused-initramfs", Part::Initramfs);
}

#[test]
fn a_byte_of_the_command_line() {
    is_refused("tampered_image_refused-command-line", Part::CommandLine);
}

#[test]
fn a_byte_of_the_boot_loader() {
    is_refused("tampered_image_refused-boot-loader", Part::BootLoader);
}

#[test]
fn an_untouched_image_boots_where_a_changed_one_is_refused() {
    let mut story = Story::begin("tampered_image_refused-control", "Untouched").unwrap();
    let stick = stick(&story, None);
    let pc = Pc::with_stick(Firmware::SecureBoot, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_start().unwrap();
    clerk.picture("The untouched image is up").unwrap();
}

#[test]
fn without_our_key_the_image_is_refused_until_the_owner_enrols_it() {
    let mut story =
        Story::begin("tampered_image_refused-unknown-key", "Our key is unknown").unwrap();
    let stick = stick(&story, None);
    let pc = Pc::with_stick(Firmware::SecureBootKeyUnknown, &stick);
    let mut clerk = Clerk::at(&pc, &mut story).unwrap();
    clerk.wait_for_firmware(&REFUSALS).unwrap();
    clerk.picture("The key is unknown: shim refuses").unwrap();
    assert!(!clerk.kiosk_comes_up(Duration::from_secs(30)).unwrap());
}
