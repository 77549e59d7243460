//! Promise: the PC's own disks are not touched. The system has no driver for them.
#![allow(clippy::unwrap_used, reason = "tests")]

use image_tests::{artefacts, machine::DiskBus, probe, stick::Stick, story::Story, walkthrough};

#[test]
fn disks_of_every_kind_are_bit_identical_after_first_light() {
    let walk = walkthrough::shared(
        "internal_disks_untouched",
        "First light with disks of every kind inside the PC",
    )
    .unwrap();
    assert_eq!(walk.disks.len(), DiskBus::ALL.len());
    assert!(walk.stick_reads > 0, "reads are not counted");
    for disk in &walk.disks {
        assert_eq!(
            disk.sha256_after, disk.sha256_before,
            "{} changed",
            disk.bus
        );
        assert_eq!(disk.writes_at_end, 0, "{} was written to", disk.bus);
        // The firmware looks for something to boot; nobody looks after it.
        assert_eq!(
            disk.reads_at_end, disk.reads_by_firmware,
            "{} was read by the system",
            disk.bus
        );
    }
}

#[test]
fn no_disk_of_the_pc_shows_up_as_a_block_device() {
    let mut story = Story::begin(
        "internal_disks_untouched-kernel",
        "The shipped kernel on a PC with disks of every kind",
    )
    .unwrap();
    let folder = story.folder().join("machine");
    let program = artefacts::program("probe").unwrap();
    let report = probe::ask_kernel(&program, &folder, |mut pc| {
        for bus in DiskBus::ALL {
            let path = folder.join(format!("{}.img", bus.name()));
            let disk = Stick::blank(&path, 64 << 20, "").unwrap();
            pc = pc.disk(bus, disk.path());
        }
        pc
    })
    .unwrap();
    story
        .tell(&format!(
            "Block devices: {:?}. PCI drivers: {}.",
            report.block_devices,
            report.pci_drivers.join(", ")
        ))
        .unwrap();
    assert_eq!(report.block_devices, Vec::<String>::new());
    assert!(
        report.pci_drivers.iter().any(|driver| driver == "xhci_hcd"),
        "the probe sees no drivers at all"
    );
    for driver in [
        "ahci",
        "nvme",
        "sdhci-pci",
        "virtio-pci",
        "megaraid_sas",
        "mpt3sas",
    ] {
        assert!(
            !report.pci_drivers.iter().any(|there| there == driver),
            "{driver} is there"
        );
    }
}
