//! What comes after a crash: remove, restore, and say so in a receipt.

use crate::{
    Failure, Result,
    outside::{Clock, NetworkCut, Prompt, Room, SecretStore},
    receive::{keep_receipt, version},
    store::Store,
    texts::Notice,
};
use codes::ErrorCode;
use transfer::{Outcome, Receipt};

/// Finishes what the journal says was under way. Whether there was anything.
///
/// The receipt is kept in the store; the next `receive` with that companion delivers it.
///
/// # Errors
/// The journal stays and a later sweep tries again. The network stays cut while a file
/// cannot be removed.
pub fn sweep(
    store: &Store,
    secrets: &mut dyn SecretStore,
    network: &mut dyn NetworkCut,
    room: &mut dyn Room,
    clock: &dyn Clock,
    prompt: &mut dyn Prompt,
) -> Result<bool> {
    let Some(journal) = store.journal()? else {
        return Ok(false);
    };
    room.remove()?;
    let deleted = clock.now().unix;
    network
        .restore(journal.hand_over)
        .map_err(|failure| Failure {
            code: ErrorCode::NetworkRestoreFailed,
            ..failure
        })?;
    // Not marked: no byte was decrypted, it may be received another time. Reported
    // already: the crash came while forgetting.
    let reported = store
        .receipts()?
        .iter()
        .any(|waiting| waiting.hand_over == journal.hand_over);
    if store.was_opened(journal.hand_over)? && !reported {
        let keys = secrets
            .load()?
            .ok_or(Failure::new(ErrorCode::CourierNotEnrolled, "load the keys"))?;
        let receipt = Receipt {
            hand_over: journal.hand_over,
            pc: keys.public().id(),
            outcome: Outcome::SweptAfterCrash,
            opened_unix: journal.read_at,
            deleted_unix: Some(deleted),
            user: journal.user,
            program: journal.program,
            courier_version: version()?,
            reason: None,
        };
        keep_receipt(store, &keys, journal.companion, receipt)?;
    }
    store.forget_journal()?;
    prompt.tell(&Notice::Swept {
        hand_over: journal.hand_over,
    });
    Ok(true)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{
        machine::{Event, Moment},
        outside::{Permitted, Running},
        store::{Journal, Waiting},
    };
    use std::{path::PathBuf, time::Duration};
    use transfer::{CompanionId, HandOverId, PcSecrets, Program, Sha256};
    use zeroize::Zeroizing;

    /// A PC after a crash: a file, a cut, and whether the file can be removed.
    struct Crashed {
        file: bool,
        cut: bool,
        stubborn: bool,
        keys: PcSecrets,
    }

    struct Parts<'a>(&'a std::cell::RefCell<Crashed>);

    impl Room for Parts<'_> {
        fn make(&mut self, _: HandOverId, _: &Permitted, _: &Running) -> Result<()> {
            unreachable!("a sweep makes nothing")
        }
        fn place(&mut self, _: &str, _: &Zeroizing<Vec<u8>>) -> Result<PathBuf> {
            unreachable!("a sweep places nothing")
        }
        fn serve(&mut self, _: Duration) -> Vec<Event> {
            Vec::new()
        }
        fn in_use(&mut self) -> bool {
            false
        }
        fn remove(&mut self) -> Result<()> {
            let mut pc = self.0.borrow_mut();
            if pc.stubborn {
                return Err(Failure::new(ErrorCode::RemoveFailed, "test"));
            }
            pc.file = false;
            Ok(())
        }
    }

    impl NetworkCut for Parts<'_> {
        fn cut(&mut self, _: HandOverId) -> Result<()> {
            unreachable!("a sweep cuts nothing")
        }
        fn holds(&mut self, _: HandOverId) -> bool {
            self.0.borrow().cut
        }
        fn restore(&mut self, _: HandOverId) -> Result<()> {
            self.0.borrow_mut().cut = false;
            Ok(())
        }
    }

    impl SecretStore for Parts<'_> {
        fn load(&mut self) -> Result<Option<PcSecrets>> {
            let text = self.0.borrow().keys.to_secret_text();
            Ok(PcSecrets::from_secret_text(&text).ok())
        }
        fn keep(&mut self, _: &PcSecrets) -> Result<()> {
            unreachable!("a sweep makes no keys")
        }
    }

    impl Clock for Parts<'_> {
        fn now(&self) -> Moment {
            Moment {
                unix: 1_800_000_000,
                ticks: 0,
            }
        }
    }

    impl Prompt for Parts<'_> {
        fn tell(&mut self, _: &Notice) {}
    }

    struct Case {
        _folder: tempfile::TempDir,
        store: Store,
        pc: std::cell::RefCell<Crashed>,
        id: HandOverId,
    }

    fn crash() -> Case {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state")).unwrap();
        let id = HandOverId::random();
        store
            .write_journal(&Journal {
                hand_over: id,
                companion: CompanionId::random(),
                program: Program {
                    file_name: "kyuyo".parse().unwrap(),
                    sha256: Sha256::of(b"kyuyo"),
                },
                user: "yamada".parse().unwrap(),
                read_at: None,
            })
            .unwrap();
        let pc = std::cell::RefCell::new(Crashed {
            file: true,
            cut: true,
            stubborn: false,
            keys: PcSecrets::generate(),
        });
        Case {
            _folder: folder,
            store,
            pc,
            id,
        }
    }

    impl Case {
        fn sweep(&self) -> Result<bool> {
            let parts = || Parts(&self.pc);
            sweep(
                &self.store,
                &mut parts(),
                &mut parts(),
                &mut parts(),
                &parts(),
                &mut parts(),
            )
        }

        fn state(&self) -> (bool, bool) {
            let pc = self.pc.borrow();
            (pc.file, pc.cut)
        }
    }

    #[test]
    fn a_file_that_stays_keeps_the_network_cut_and_the_journal() {
        let case = crash();
        case.pc.borrow_mut().stubborn = true;
        assert_eq!(case.sweep().unwrap_err().code, ErrorCode::RemoveFailed);
        assert_eq!(case.state(), (true, true));
        case.pc.borrow_mut().stubborn = false;
        assert!(case.sweep().unwrap());
        assert_eq!(case.state(), (false, false));
        assert!(!case.sweep().unwrap(), "nothing is left");
    }

    #[test]
    fn a_crash_before_the_mark_has_no_receipt_for_nothing_was_used_up() {
        let case = crash();
        assert!(case.sweep().unwrap());
        assert_eq!(case.store.receipts().unwrap(), []);
    }

    #[test]
    fn a_crash_after_the_mark_is_reported() {
        let case = crash();
        case.store.mark_opened(case.id).unwrap();
        assert!(case.sweep().unwrap());
        let [waiting] = case.store.receipts().unwrap().try_into().unwrap();
        let key = case.pc.borrow().keys.public().pc_key;
        let receipt = transfer::verify::<Receipt>(waiting.document.as_bytes(), &key).unwrap();
        assert_eq!(receipt.outcome, Outcome::SweptAfterCrash);
        assert_eq!(receipt.deleted_unix, Some(1_800_000_000));
    }

    #[test]
    fn a_crash_while_forgetting_leaves_the_receipt_that_was_kept() {
        let case = crash();
        case.store.mark_opened(case.id).unwrap();
        let kept = Waiting {
            hand_over: case.id,
            companion: CompanionId::random(),
            document: "the receipt of the hand-over itself".into(),
        };
        case.store.keep_receipt(&kept).unwrap();
        assert!(case.sweep().unwrap());
        assert_eq!(case.store.receipts().unwrap(), [kept]);
    }
}
