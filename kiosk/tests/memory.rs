//! The kiosk leaves room for the keeper on a PC with 768 MB.

#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use kiosk::app::Key;
use support::Desk;

/// Resident memory of this process in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn all_screens_on_a_4k_screen_fit_into_80_megabytes_beside_its_buffer() {
    let mut desk = Desk::new(3840, 2160, "memory");
    desk.log_in();
    desk.add_people(2000);
    desk.key(Key::Char('1'));
    for _ in 0..100 {
        desk.key(Key::PageDown);
    }
    // Each of these is in another face of the font file.
    for c in "𠮷邊\u{e0103}祐\u{e0100}葛\u{e0101}神\u{fe00}".chars() {
        desk.key(Key::Char(c));
    }
    for digit in ['2', '3', '4', '5', '6'] {
        desk.key(Key::Escape);
        desk.key(Key::Char(digit));
    }
    // The picture is here in memory; on the stick it is in the screen's buffer, which is the
    // kernel's.
    let screen = 3840 * 2160 * 4 / 1024;
    let used = resident() - screen;
    assert!(used < 80 * 1024, "{used} KiB");
}
