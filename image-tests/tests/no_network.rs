//! Promise: no network. There is no socket in the shipped kernel and nothing to switch on.
#![allow(clippy::unwrap_used, reason = "tests")]

use image_tests::{artefacts, probe, story::Story};
use std::{fs, process::Command};

#[test]
fn every_socket_call_of_the_shipped_kernel_is_not_there() {
    let mut story = Story::begin("no_network", "No network").unwrap();
    let program = artefacts::program("probe").unwrap();

    story
        .tell("This computer's own kernel has sockets; the probe says so.")
        .unwrap();
    let here = Command::new(&program).arg("sockets").output().unwrap();
    let here: Vec<probe::Answer> = serde_json::from_slice(&here.stdout).unwrap();
    assert!(
        here.iter().all(|answer| answer.not_there == 0),
        "the probe does not see the sockets of this computer: {here:?}"
    );

    story
        .tell("The shipped kernel is started with the probe in init's place.")
        .unwrap();
    let folder = story.folder().join("machine");
    let report = probe::ask_kernel(&program, &folder, |pc| pc).unwrap();
    let shipped = artefacts::image().unwrap();
    assert_eq!(report.release, shipped.report.kernel.release);
    for answer in &report.socket_calls {
        story
            .tell(&format!(
                "{}: {} of {} answered ENOSYS",
                answer.call, answer.not_there, answer.tried
            ))
            .unwrap();
        assert_eq!(answer.not_there, answer.tried, "{} is there", answer.call);
    }
    assert_eq!(report.socket_calls.len(), here.len());
    assert!(!report.classes.is_empty(), "sysfs was not mounted");
    assert!(!report.classes.iter().any(|class| class == "net"));
    assert!(!report.proc_net);
}

#[test]
fn the_kernel_that_answered_is_the_one_inside_the_shipped_file() {
    let shipped = artefacts::image().unwrap();
    let efi = fs::read(shipped.efi().unwrap()).unwrap();
    let kernel = fs::read(shipped.kernel().unwrap()).unwrap();
    assert!(
        image::pe::section(&efi, ".linux") == Some(kernel.as_slice()),
        "the EFI file holds another kernel than the one that is tested"
    );
}

#[test]
fn no_symbol_of_a_socket_layer_or_network_driver_is_in_the_kernel() {
    let shipped = artefacts::image().unwrap();
    let map = fs::read_to_string(shipped.system_map().unwrap()).unwrap();
    assert!(map.lines().count() > 10_000, "System.map is cut short");
    assert_eq!(image::kernel::network_symbols(&map), Vec::<String>::new());
    let config = fs::read_to_string(shipped.kernel_config().unwrap()).unwrap();
    for switched_on in ["CONFIG_NET=", "CONFIG_NETDEVICES=", "CONFIG_MODULES="] {
        assert!(
            !config.lines().any(|line| line.starts_with(switched_on)),
            "{switched_on} is set"
        );
    }
}
