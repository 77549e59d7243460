//! Nothing is opened that should not be.

use crate::{network::*, programs::*, world::*};
use std::fs;
use transfer::{BundleTerms, HandOverId, Outcome, SigningKey, seal, sign};

#[test]
fn a_bundle_opens_once() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert!(payroll.read(&file).starts_with("read "));
    assert_eq!(courier.wait().code, Some(0));

    // With the first receipt still on the stick, that one stays.
    world.put_bundle(&bundle);
    let replay = world.run(&["receive"]);
    assert_eq!(replay.status.code(), Some(1));
    assert!(errors(&replay).contains("E-705"));
    assert_eq!(
        world.receipt(&entry, &bundle).unwrap().outcome,
        Outcome::ReadAndDeleted
    );
    assert!(!world.bundle_path(&bundle).exists());

    // The vault has taken it: the replay has a receipt of its own.
    fs::remove_dir_all(world.on_stick("RECEIPTS")).unwrap();
    world.put_bundle(&bundle);
    assert_eq!(world.run(&["receive"]).status.code(), Some(1));
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::NotOpened);
    assert_eq!(receipt.reason.unwrap().as_str(), "E-705");
    world.assert_clean();
}

#[test]
fn an_expired_bundle_is_refused_with_a_receipt() {
    needs_root!();
    let world = World::new();
    let entry = world.enrol();
    let bundle = world.bundle_until(&entry, world.now - 10);
    let _payroll = world.start_program();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-704"));
    let receipt = world.receipt(&entry, &bundle).unwrap();
    assert_eq!(receipt.outcome, Outcome::NotOpened);
    assert_eq!(receipt.reason.unwrap().as_str(), "E-704");
    assert!(!world.bundle_path(&bundle).exists());
}

#[test]
fn without_the_program_nothing_is_touched_and_it_may_be_received_later() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let absent = world.run(&["receive"]);
    assert_eq!(absent.status.code(), Some(1));
    assert!(errors(&absent).contains("E-706"), "{}", errors(&absent));
    world.assert_clean();

    // An updated program under the old name.
    let updated = world.folder.path().join("updated");
    fs::create_dir(&updated).unwrap();
    let updated = updated.join(world.program.file_name().unwrap());
    copy_program(&updated);
    let changed = world.start(&updated);
    let refused = world.run(&["receive"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(errors(&refused).contains("E-707"), "{}", errors(&refused));
    drop(changed);
    assert_eq!(world.receipt(&entry, &bundle), None);

    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert!(payroll.read(&file).starts_with("read "));
    assert_eq!(courier.wait().code, Some(0));
}

#[test]
fn a_program_in_another_network_namespace_is_refused() {
    needs_root!();
    let (world, ..) = World::with_bundle();
    let other = Network::new();
    let mut elsewhere = Payroll::of(other.command(true, &world.program));
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-719"), "{}", errors(&output));
    world.assert_clean();

    // Beside one that the cut does reach, it is still not let in.
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert_eq!(elsewhere.read(&file), "failed 1", "EPERM");
    assert!(payroll.read(&file).starts_with("read "));
    assert_eq!(courier.wait().code, Some(0));
}

#[test]
fn a_table_of_our_name_that_is_not_ours_stops_the_hand_over_and_stays() {
    needs_root!();
    let (world, ..) = World::with_bundle();
    let _payroll = world.start_program();
    world.network.nft(&["add", "table", "inet", "kuramori"]);
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-708"), "{}", errors(&output));
    assert!(world.network.is_cut(), "somebody else's table stays");
    assert!(!world.state().join("journal").exists());
    assert!(
        files(&world.state().join("opened")).is_empty(),
        "nothing was used up"
    );
}

#[test]
fn a_system_that_cannot_cut_or_cannot_guard_opens_nothing() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let _payroll = world.start_program();
    // Root without a right, as in a container.
    for (missing, code) in [("-net_admin", "E-708"), ("-sys_admin", "E-715")] {
        let courier = world.courier(&["receive"]);
        let output = world
            .network
            .command(true, "setpriv")
            .args(["--bounding-set", missing, "--inh-caps", missing])
            // What `courier` made: nsenter, its namespace, `--`, then the courier itself.
            .args(courier.get_args().skip(2))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{missing}");
        assert!(
            errors(&output).contains(code),
            "{missing}: {}",
            errors(&output)
        );
        world.assert_clean();
        assert!(
            files(&world.state().join("opened")).is_empty(),
            "nothing was used up"
        );
        assert_eq!(world.receipt(&entry, &bundle), None);
        assert!(world.bundle_path(&bundle).exists());
    }
}

#[test]
fn only_root_may_run_it() {
    needs_root!();
    let world = World::new();
    // Where the user can reach it; the folder of the build may be closed to others.
    let copy = world.folder.path().join("courier");
    fs::copy(env!("CARGO_BIN_EXE_courier"), &copy).unwrap();
    let output = world.as_user(&copy).arg("sweep").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-713"), "{}", errors(&output));
}

#[test]
fn bundles_that_are_forged_changed_or_for_others_are_not_opened() {
    needs_root!();
    let (world, entry, bundle) = World::with_bundle();
    let path = world.bundle_path(&bundle);

    // One bit of the sealed payload.
    let mut bytes = bundle.bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, &bytes).unwrap();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-703"), "{}", errors(&output));

    fs::write(&path, b"kuramori").unwrap();
    assert!(errors(&world.run(&["receive"])).contains("E-709"));

    // Made by another vault.
    let other = SigningKey::from_bytes(&[9; 32]);
    let foreign = sign((*entry).clone(), &other).unwrap();
    let terms = BundleTerms {
        hand_over: HandOverId::random(),
        people: 1,
        file_name: "kuramori.csv".parse().unwrap(),
        created_unix: world.now,
        expires_unix: world.now + 60,
    };
    let forged = seal(&foreign, terms, b"x", &other).unwrap();
    fs::write(&path, forged.bytes()).unwrap();
    assert!(errors(&world.run(&["receive"])).contains("E-712"));

    fs::remove_file(&path).unwrap();
    let nothing = world.run(&["receive"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(errors(&nothing).contains("E-711"));
    assert!(files(&world.on_stick("RECEIPTS")).is_empty());
    world.assert_clean();
}

#[test]
fn a_pc_that_never_enrolled_and_a_stick_of_another_vault_are_refused() {
    needs_root!();
    let mut world = World::new();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-701"), "{}", errors(&output));

    world.enrol();
    world.vault = SigningKey::from_bytes(&[9; 32]);
    world.insert_stick();
    let output = world.run(&["receive"]);
    assert!(errors(&output).contains("E-712"), "{}", errors(&output));
}
