//! What a courier that was killed leaves is swept.

use crate::{wait_until, world::*};
use rustix::process::Signal;
use std::{fs, path::Path};
use transfer::Outcome;

#[test]
fn what_a_killed_courier_leaves_is_swept_at_the_next_start() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let cable = world.network.cable();
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    // The time of the first reading is durable before anything else happens.
    wait_until(|| {
        let journal = fs::read_to_string(world.state().join("journal")).unwrap();
        !journal.contains("\"read_at\":null")
    });
    courier.crash();
    cable.assert_cut();

    let sweep = world.run(&["sweep"]);
    assert!(sweep.status.success(), "{}", errors(&sweep));
    world.assert_clean();
    cable.assert_passes();
    assert!(!Path::new(&file).exists());
    assert_eq!(payroll.ask("spawn"), "spawned 0", "what is held is empty");
    let nothing = world.run(&["sweep"]);
    assert!(
        String::from_utf8(nothing.stdout)
            .unwrap()
            .contains("nothing to sweep")
    );

    assert!(world.run(&["receive"]).status.success());
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::SweptAfterCrash);
    assert!(receipt.opened_unix.is_some() && receipt.deleted_unix.is_some());
    assert!(!world.bundle_path(&bundle).exists());
}

#[test]
fn a_killed_courier_leaves_nothing_behind_for_its_sentinel_sweeps() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let cable = world.network.cable();
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert_eq!(payroll.ask(&format!("hold {file}")), "held");
    courier.signal(Signal::KILL);
    // The sentinel has the courier's standard error, so this waits for it too.
    assert_eq!(courier.wait().code, None);
    world.assert_clean();
    cable.assert_passes();
    assert_eq!(payroll.ask("spawn"), "spawned 0", "what is held is empty");
    assert!(world.run(&["receive"]).status.success());
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::SweptAfterCrash
    );
}

#[test]
fn receive_sweeps_by_itself_before_it_begins() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let crashed = world.bundle(&entry);
    let mut payroll = world.start_program();
    let courier = world.start_receive(&[]);
    courier.file();
    courier.crash();

    let fresh = world.bundle(&entry);
    let courier = world.start_receive(&[]);
    let file = courier.file();
    assert!(payroll.read(&file).starts_with("read "));
    let done = courier.wait();
    assert_eq!(done.code, Some(0), "{}", done.errors);
    world.assert_clean();
    assert_eq!(
        world.receipt(&entry, &crashed).unwrap().outcome,
        Outcome::SweptAfterCrash
    );
    assert_eq!(
        world.receipt(&entry, &fresh).unwrap().outcome,
        Outcome::ReadAndDeleted
    );
}
