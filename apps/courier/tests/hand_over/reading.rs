//! The file is read by the program it is for, and goes.

use crate::{programs::*, world::*};
use rustix::process::Signal;
use std::{path::Path, process::Command};
use transfer::{Outcome, Sha256};

#[test]
fn the_permitted_program_reads_the_file_with_the_network_cut_and_nobody_else_does() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let cable = world.network.cable();
    cable.assert_passes();
    let mut payroll = world.start_program();

    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(file.ends_with("/kuramori.csv"));
    cable.assert_cut();
    // Another program of the same user, and root.
    let other = world
        .as_user(Path::new("/bin/cat"))
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!((other.status.success(), other.stdout.len()), (false, 0));
    assert!(
        errors(&other).contains("Operation not permitted"),
        "{}",
        errors(&other)
    );
    let root = Command::new("/bin/cat").arg(&file).output().unwrap();
    assert_eq!((root.status.success(), root.stdout.len()), (false, 0));
    // A copy of the program that differs by one byte.
    let changed = world.folder.path().join("kyuyo2");
    copy_program(&changed);
    assert_eq!(world.start(&changed).read(&file), "failed 1", "EPERM");
    let expected = format!("read {} {}", CSV.len(), Sha256::of(CSV.as_bytes()));
    assert_eq!(payroll.read(&file), expected);
    assert_eq!(payroll.read(&file), expected, "twice within the grace");

    let done = courier.wait();
    assert_eq!(done.code, Some(0), "{}", done.errors);
    assert!(!Path::new(&file).exists());
    world.assert_clean();
    cable.assert_passes();

    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::ReadAndDeleted);
    assert_eq!(receipt.hand_over, bundle.manifest().hand_over);
    assert_eq!(receipt.program, entry.program);
    assert_eq!(receipt.user.as_str(), format!("uid {USER}"));
    assert!(receipt.opened_unix.unwrap() <= receipt.deleted_unix.unwrap());
    assert!(
        !world.bundle_path(&bundle).exists(),
        "the bundle is removed"
    );
}

#[test]
fn a_descriptor_handed_to_another_program_gives_nothing_there() {
    needs_root!();
    let (world, ..) = World::with_bundle();
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    assert_eq!(payroll.ask("spawn"), "spawned 0");
    assert_eq!(payroll.ask("release"), "released");
    assert_eq!(courier.wait().code, Some(0));
    world.assert_clean();
}

#[test]
fn a_file_held_open_goes_at_the_time_limit() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let (mut payroll, courier, file) = world.receive_beside_program(&["--timeout", "6"]);
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    let done = courier.wait();
    assert_eq!(done.code, Some(4), "{}", done.errors);
    assert!(done.errors.contains("E-724"));
    assert_eq!(payroll.ask("spawn"), "spawned 0", "what is held is empty");
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::TimedOut);
    assert!(receipt.opened_unix.is_some());
    world.assert_clean();
}

#[test]
fn a_pulled_stick_takes_the_file_with_it_and_gets_its_receipt_when_it_returns() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    world.pull_stick();
    let done = courier.wait();
    assert_eq!(done.code, Some(4), "{}", done.errors);
    assert!(done.errors.contains("E-722"), "{}", done.errors);
    world.assert_clean();
    assert_eq!(world.receipt(&entry, &bundle), None);

    world.insert_stick();
    let again = world.run(&["receive"]);
    assert_eq!(again.status.code(), Some(0), "{}", errors(&again));
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::StickPulled);
    assert!(!world.bundle_path(&bundle).exists());
}

#[test]
fn told_to_stop_the_courier_removes_the_file_first() {
    needs_root!();
    for signal in [Signal::TERM, Signal::INT] {
        let (world, entry, bundle) = World::with_bundle();
        let _payroll = world.start_program();
        let courier = world.start_receive(&[]);
        courier.file();
        courier.signal(signal);
        assert_eq!(courier.wait().code, Some(4));
        world.assert_clean();
        let receipt = world.receipt(&entry, &bundle).unwrap();
        assert_eq!(receipt.outcome, Outcome::Stopped);
        assert_eq!(receipt.opened_unix, None);
    }
}

#[test]
fn a_program_that_ends_without_reading_ends_the_hand_over() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    courier.file();
    payroll.end();
    assert_eq!(courier.wait().code, Some(4));
    world.assert_clean();
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::Stopped
    );
}

#[test]
fn the_file_goes_at_once_when_somebody_takes_the_cut_away() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let _payroll = world.start_program();
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(world.network.nft(&["flush", "ruleset"]).status.success());
    assert_eq!(courier.wait().code, Some(4));
    assert!(!Path::new(&file).exists());
    world.assert_clean();
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::Stopped
    );
}

#[test]
fn a_program_that_watches_the_room_reads_the_file_whole_when_it_comes() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    // Root's own program sees the room from its first moment, before there is content.
    let mut payroll = Payroll::of(world.network.command(true, &world.program));
    let courier = world.start_receive(&[]);
    let answer = payroll.ask(&format!("watch {}", world.room().display()));
    let expected = format!("read {} {}", CSV.len(), Sha256::of(CSV.as_bytes()));
    assert_eq!(answer, expected);
    let done = courier.wait();
    assert_eq!(done.code, Some(0), "{}", done.errors);
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::ReadAndDeleted);
    assert_eq!(receipt.user.as_str(), "root");
}
