#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use std::path::PathBuf;

const PASSPHRASE: &[u8] = b"correct horse battery staple";
const WORDS: &[u8] = b"abandon ability able about above absent";

struct Stick {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn blank_stick() -> Stick {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    File::create(&path).unwrap().set_len(64 << 20).unwrap();
    Stick {
        _folder: folder,
        path,
    }
}

fn vault() -> Stick {
    let stick = blank_stick();
    create(&stick.path, PASSPHRASE, WORDS, false).unwrap();
    mark_finished(&stick.path).unwrap();
    stick
}

#[test]
fn a_blank_partition_and_an_unmarked_volume_are_unfinished() {
    let stick = blank_stick();
    assert_eq!(inspect(&stick.path).unwrap(), State::Unfinished);
    create(&stick.path, PASSPHRASE, WORDS, false).unwrap();
    assert_eq!(inspect(&stick.path).unwrap(), State::Unfinished);
}

#[test]
fn wrong_passphrases_are_counted_on_the_stick_and_the_right_one_resets_them() {
    let stick = vault();
    for expected in 1..=2 {
        assert!(matches!(
            unlock(&stick.path, b"wrong", false),
            Err(VolumeError::WrongSecret)
        ));
        assert_eq!(
            inspect(&stick.path).unwrap(),
            State::Finished { failures: expected }
        );
    }
    unlock(&stick.path, PASSPHRASE, false).unwrap();
    assert_eq!(
        inspect(&stick.path).unwrap(),
        State::Finished { failures: 0 }
    );
}

#[test]
fn the_recovery_words_do_not_open_as_a_passphrase() {
    let stick = vault();
    assert!(matches!(
        unlock(&stick.path, WORDS, false),
        Err(VolumeError::WrongSecret)
    ));
}

#[test]
fn recovery_replaces_the_passphrase_again_and_again() {
    let stick = vault();
    assert!(matches!(
        recover(&stick.path, b"other words", b"new", false),
        Err(VolumeError::WrongSecret)
    ));
    recover(&stick.path, WORDS, b"second passphrase", false).unwrap();
    assert!(unlock(&stick.path, PASSPHRASE, false).is_err());
    recover(&stick.path, WORDS, b"third passphrase", false).unwrap();
    assert!(unlock(&stick.path, b"second passphrase", false).is_err());
    unlock(&stick.path, b"third passphrase", false).unwrap();
}

#[test]
fn a_slot_that_is_cheaper_to_guess_makes_the_volume_weak() {
    let stick = vault();
    let mut volume = load(&stick.path).unwrap();
    let key = volume_key(&mut volume, 0, PASSPHRASE).unwrap();
    let cheap = CryptPbkdfType {
        max_memory_kb: 64,
        ..pinned()
    };
    volume.settings_handle().set_pbkdf_type(&cheap).unwrap();
    volume
        .keyslot_handle()
        .add_by_key(
            Some(2),
            Some(Either::Left(&key)),
            b"cheap",
            CryptVolumeKey::empty(),
        )
        .unwrap();
    drop(volume);
    assert!(matches!(inspect(&stick.path), Err(VolumeError::Weak)));
    assert!(matches!(
        unlock(&stick.path, b"cheap", false),
        Err(VolumeError::Weak)
    ));
}

#[test]
fn a_header_that_was_whole_once_is_damaged_and_not_blank() {
    let stick = vault();
    let mut file = File::options().write(true).open(&stick.path).unwrap();
    for copy in [0, 16 * 1024] {
        file.seek(SeekFrom::Start(copy + 4096 + 10)).unwrap();
        file.write_all(&[0xff; 600]).unwrap();
    }
    assert!(matches!(inspect(&stick.path), Err(VolumeError::Damaged)));
}

#[test]
fn one_torn_copy_of_the_header_is_survived() {
    let stick = vault();
    let mut file = File::options().write(true).open(&stick.path).unwrap();
    file.write_all(&[0; 8192]).unwrap();
    assert_eq!(
        inspect(&stick.path).unwrap(),
        State::Finished { failures: 0 }
    );
}
