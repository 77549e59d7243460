//! What the courier keeps and prints.

use crate::{programs::*, world::*};
use std::{fs, os::unix::fs::PermissionsExt};

#[test]
fn the_keys_are_made_once_for_root_alone_and_refused_when_others_could_read_them() {
    needs_root!();
    let world = World::new();
    let first = world.enrol();
    let keys = world.state().join("keys");
    assert_eq!(
        fs::metadata(&keys).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        fs::metadata(world.state()).unwrap().permissions().mode() & 0o777,
        0o700
    );
    fs::remove_dir_all(world.on_stick("ENROL")).unwrap();
    let second = world.enrol();
    assert_eq!(first.pc, second.pc, "the same keys");

    fs::set_permissions(&keys, fs::Permissions::from_mode(0o644)).unwrap();
    let output = world.run(&["receive"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("E-720"), "{}", errors(&output));
}

#[test]
fn nothing_the_courier_prints_or_keeps_holds_what_was_handed_over() {
    needs_root!();
    let (world, ..) = World::with_bundle();
    let (mut payroll, courier, file) = world.receive_beside_program(&[]);
    assert!(payroll.read(&file).starts_with("read "));
    let Courier { child, lines, .. } = courier;
    let output = child.wait_with_output().unwrap();
    let mut all: Vec<u8> = [output.stdout, output.stderr].concat();
    all.extend(lines.iter().flat_map(String::into_bytes));
    for folder in ["", "opened", "receipts", "approved", "enrolments"] {
        for path in files(&world.state().join(folder)) {
            if path.is_file() {
                all.extend(path.to_str().unwrap().bytes());
                all.extend(fs::read(path).unwrap());
            }
        }
    }
    assert!(all.len() > 1000, "there was something to look at");
    for secret in ["123456789018", "山田 太郎", "ヤマダ"] {
        let secret = secret.as_bytes();
        assert!(!all.windows(secret.len()).any(|w| w == secret));
    }
}
