//! The keyring file: cut at every operation, damaged, and far from its database.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;
use common::*;
use mynumber::Purpose;
use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use vault::*;

/// The computer's files until so many changes were made; the next is done by half, and
/// from then on nothing is done at all.
struct PulledAfter(AtomicUsize);

impl PulledAfter {
    /// Whether this change is done; `half` of it when it is the one that was cut.
    fn change(&self, half: impl FnOnce() -> Result<()>) -> Result<()> {
        let left = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                Some(left.saturating_sub(1))
            });
        match left {
            Ok(2..) => Ok(()),
            Ok(1) => half().and(Err(Error::other("pulled"))),
            _ => Err(Error::other("pulled")),
        }
    }
}

impl Files for PulledAfter {
    fn read(&self, path: &Path, max: u64) -> Result<Option<Vec<u8>>> {
        Disk.read(path, max)
    }
    fn len(&self, path: &Path) -> Result<Option<u64>> {
        Disk.len(path)
    }
    fn write_at(&self, path: &Path, offset: u64, bytes: &[u8]) -> Result<()> {
        self.change(|| Disk.write_at(path, offset, &bytes[..bytes.len() / 2]))?;
        Disk.write_at(path, offset, bytes)
    }
    fn sync(&self, path: &Path) -> Result<()> {
        self.change(|| Ok(()))?;
        Disk.sync(path)
    }
    fn remove(&self, path: &Path) -> Result<bool> {
        self.change(|| Ok(()))?;
        Disk.remove(path)
    }
    fn rename(&self, from: &Path, to: &Path) -> Result<bool> {
        self.change(|| Ok(()))?;
        Disk.rename(from, to)
    }
    fn sync_folder(&self, folder: &Path) -> Result<()> {
        self.change(|| Ok(()))?;
        Disk.sync_folder(folder)
    }
}

fn copy(from: &Path, to: &Path) {
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

#[test]
fn a_rotation_cut_at_any_operation_on_the_keyring_leaves_the_old_state_or_the_new() {
    let prepared = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(prepared.path());
    let gone = register(&mut vault, &session, "1", NUMBERS[0]);
    let stays = register(&mut vault, &session, "2", NUMBERS[1]);
    vault.close(Some(session), at(2)).unwrap();
    let purpose = Purpose::WithholdingTax;
    let (mut old, mut new) = (0, 0);
    for changes in 1.. {
        let folder = tempfile::tempdir().unwrap();
        copy(prepared.path(), folder.path());
        let files = Arc::new(PulledAfter(AtomicUsize::new(changes)));
        let storage = Storage {
            files: files.clone(),
            vfs: None,
        };
        let mut vault = Vault::open_in(&storage, folder.path(), pc())
            .unwrap()
            .unwrap();
        let session = vault.login(None, PASSPHRASE, at(3)).unwrap();
        let reason = DestroyReason::CollectedByMistake;
        let acknowledged = vault
            .destroy_numbers(&session, &[gone], reason, at(4))
            .is_ok();
        let pulled = files.0.load(Ordering::SeqCst) == 0;
        drop((vault, session));

        let mut vault = open(folder.path());
        let session = vault.login(None, PASSPHRASE, at(5)).unwrap();
        let shown = vault.reveal(&session, gone, purpose, at(6));
        match acknowledged {
            true => assert_eq!(shown.err(), Some(VaultError::NoNumber), "{changes}"),
            false => assert_eq!(*shown.unwrap(), NUMBERS[0], "{changes}"),
        }
        *if acknowledged { &mut new } else { &mut old } += 1;
        let other = vault.reveal(&session, stays, purpose, at(7)).unwrap();
        assert_eq!(*other, NUMBERS[1], "{changes}");
        verify(&mut vault, &session).unwrap();
        let keyring = fs::read(folder.path().join(KEYRING_FILE)).unwrap();
        let slots = keyring
            .chunks(1 << 20)
            .filter(|slot| slot.iter().any(|b| *b != 0));
        assert_eq!(
            slots.count(),
            1,
            "{changes}: what does not count is overwritten"
        );
        if !pulled {
            break;
        }
    }
    assert!(
        old >= 2 && new >= 2,
        "{old} cuts to the old state, {new} to the new"
    );
}

#[test]
fn a_keyring_that_is_damaged_or_missing_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let (vault, session) = create(folder.path());
    vault.close(Some(session), at(1)).unwrap();
    let path = folder.path().join(KEYRING_FILE);
    let whole = fs::read(&path).unwrap();
    let damaged = Some(VaultError::Damaged("the keyring"));
    let used: Vec<usize> = (0..whole.len()).filter(|i| whole[*i] != 0).collect();
    for i in used.iter().step_by(23) {
        let mut bytes = whole.clone();
        bytes[*i] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(Vault::open(folder.path(), pc()).err(), damaged, "byte {i}");
    }
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert_eq!(Vault::open(folder.path(), pc()).err(), damaged);
    fs::remove_file(&path).unwrap();
    assert_eq!(Vault::open(folder.path(), pc()).err(), damaged);
    fs::write(&path, vec![1; 3 << 20]).unwrap();
    assert!(Vault::open(folder.path(), pc()).is_err());
    fs::write(&path, whole).unwrap();
    assert!(open(folder.path()).login(None, PASSPHRASE, at(2)).is_ok());
}

#[test]
fn rotation_after_rotation_every_number_that_stays_is_readable() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vault, session) = create(folder.path());
    let people: Vec<PersonId> = (0..60)
        .map(|i| {
            let digits = synthetic(i);
            register(&mut vault, &session, &i.to_string(), &digits)
        })
        .collect();
    let reason = DestroyReason::CollectedByMistake;
    for batch in people[..30].chunks(10) {
        vault
            .destroy_numbers(&session, batch, reason, at(2))
            .unwrap();
    }
    let n = number(&synthetic(100));
    let draft = NumberDraft::new(&n, &[Purpose::WithholdingTax]);
    vault
        .set_number(&session, people[30], draft, at(3))
        .unwrap();
    vault.close(Some(session), at(4)).unwrap();
    let mut vault = open(folder.path());
    let session = vault.login(None, PASSPHRASE, at(5)).unwrap();
    for (i, person) in people.iter().enumerate() {
        let shown = vault.reveal(&session, *person, Purpose::WithholdingTax, at(6));
        match i {
            0..30 => assert_eq!(shown.err(), Some(VaultError::NoNumber)),
            30 => assert_eq!(*shown.unwrap(), synthetic(100)),
            _ => assert_eq!(*shown.unwrap(), synthetic(i)),
        }
    }
}

/// A number that starts with 9000, by its counter.
fn synthetic(i: usize) -> String {
    let base = format!("9000000{i:04}");
    (0..10)
        .map(|check| format!("{base}{check}"))
        .find(|digits| mynumber::IndividualNumber::parse(digits).is_ok())
        .unwrap()
}
