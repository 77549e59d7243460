//! Promise: the whole system is one file of at most 64 MiB, because its size is boot time. Of these
//! the dictionary takes at most 20 MB.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use image::cpio::{Archive, Entry};
use image_tests::artefacts;
use std::fs;

const BUDGET: u64 = 64 << 20;

#[test]
fn the_efi_file_is_within_its_budget() {
    let shipped = artefacts::image().unwrap();
    let size = fs::metadata(shipped.efi().unwrap()).unwrap().len();
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!("EFI file: {:.1} of {:.0} MiB", mib(size), mib(BUDGET));
    for part in &shipped.report.sections {
        println!("  section {:10} {:6.2} MiB", part.name, mib(part.bytes));
    }
    println!("biggest files of the initramfs, before compression:");
    for part in shipped.report.biggest_files.iter().take(12) {
        println!("  {:6.2} MiB  {}", mib(part.bytes), part.name);
    }
    assert!(size <= BUDGET, "{size} bytes are more than {BUDGET}");
}

#[test]
fn the_dictionary_is_within_its_budget() {
    let shipped = artefacts::image().unwrap();
    let path = &shipped.report.dictionary.path;
    let mut alone = Archive::default();
    let content = fs::read(path).unwrap();
    assert_eq!(image::sha256(&content), shipped.report.dictionary.sha256);
    let entry = Entry::File {
        content,
        executable: false,
    };
    alone.add("kkc.dic", entry).unwrap();
    let size = image::initramfs::compress(&alone).unwrap().len() as u64;
    let budget = image::dictionary::BUDGET;
    println!("dictionary: {size} of {budget} bytes, compressed as in the image");
    assert!(size <= budget, "{size} bytes are more than {budget}");
}
