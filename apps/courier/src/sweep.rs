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
