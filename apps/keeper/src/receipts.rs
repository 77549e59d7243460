//! What came back from payroll PCs, and which hand-overs are still open.

use crate::refusal::Refusal;
use crate::work::Work;
use codes::ErrorCode;
use ledger::{Event, Subject};
use protocol::clerk::companions::{self, HandOver, Receipt};
use protocol::clerk::{MAX_ROWS, Reply};
use protocol::foreign::{File, Folder};
use protocol::system::DeviceId;
use std::collections::BTreeSet;
use transfer::{Outcome, PcKey, Verified, verify};
use vault::{HandOverRow, HandOverState, Note, ReceiptDraft, ReceiptRow, Taken, VaultError};

impl Work<'_> {
    /// Takes every receipt whose signature holds; the rest is recorded and stays on the
    /// stick as evidence. What was taken is removed from the stick, together with the
    /// bundle it is about, and so are approvals that were revoked.
    pub(crate) fn read_receipts(&mut self, device: DeviceId) -> Result<Reply, Refusal> {
        let (stick, files) = self.inspect(device, &[Folder::Receipts, Folder::Approvals])?;
        let (receipts, approvals): (Vec<File>, Vec<File>) = files
            .into_iter()
            .partition(|file| file.folder == Folder::Receipts);
        let hand_overs = self.vault.hand_overs(self.session)?;
        let mut remove = Vec::new();
        let (mut taken, mut refused) = (0, 0);
        for file in receipts {
            let Some(receipt) = verified(&file.bytes, &hand_overs) else {
                refused += 1;
                continue;
            };
            match self.take_receipt(&receipt)? {
                Some(Taken::New) => taken += 1,
                Some(Taken::Already) => {}
                None => {
                    refused += 1;
                    continue;
                }
            }
            remove.push((Folder::Receipts, file.name));
            let bundle = (Folder::Bundles, receipt.hand_over.to_string());
            if receipt.outcome != Outcome::NotOpened && !remove.contains(&bundle) {
                remove.push(bundle);
            }
        }
        if refused > 0 {
            let note = Note::new(Event::ReceiptRefused)
                .about(Subject::Companion {
                    id: stick.companion.companion.to_string(),
                    name: stick.name.clone(),
                })
                .count(refused);
            self.refused(&note, ErrorCode::ReceiptInvalid)?;
        }
        let whitelist = self.vault.whitelist(self.session)?;
        let revoked = |id: &str| whitelist.iter().any(|row| row.revoked && row.id == id);
        remove.extend(
            approvals
                .into_iter()
                .filter(|file| revoked(&file.name))
                .map(|file| (Folder::Approvals, file.name)),
        );
        if !remove.is_empty() {
            // The receipts are in the vault: that they are still on the stick, too, is no
            // reason to say otherwise. They are known by their bytes at the next visit.
            let _ = self.update(device, &stick, Vec::new(), remove);
        }
        Ok(Reply::Companions(companions::Reply::ReceiptsRead {
            taken,
            refused,
        }))
    }

    /// `None`: it contradicts an earlier one, or cannot stand in the ledger.
    fn take_receipt(
        &mut self,
        receipt: &Verified<transfer::Receipt>,
    ) -> Result<Option<Taken>, Refusal> {
        let draft = ReceiptDraft {
            hand_over: receipt.hand_over.to_string(),
            outcome: kept_outcome(receipt.outcome),
            opened_unix: receipt.opened_unix,
            deleted_unix: receipt.deleted_unix,
            user: receipt.user.to_string(),
            program: receipt.program.file_name.to_string(),
            document: receipt.bytes().to_vec(),
        };
        let now = self.now();
        match self.vault.take_receipt(self.session, &draft, now) {
            Ok(taken) => Ok(Some(taken)),
            Err(VaultError::ReceiptContradicts | VaultError::Entry(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Open ones first, then the newest.
    pub(crate) fn hand_overs(&mut self) -> Result<Reply, Refusal> {
        let mut rows = self.vault.hand_overs(self.session)?;
        rows.retain(|row| row.state != HandOverState::Failed || row.receipt.is_some());
        // Stable: within both groups the vault's order, newest first, stays.
        rows.sort_by_key(|row| row.receipt.is_some());
        rows.truncate(MAX_ROWS.into());
        Ok(Reply::Companions(companions::Reply::HandOvers(
            rows.into_iter().map(hand_over).collect(),
        )))
    }
}

/// The receipt, if it is about a hand-over of this vault and the payroll PC of that
/// hand-over signed it.
fn verified(bytes: &[u8], hand_overs: &[HandOverRow]) -> Option<Verified<transfer::Receipt>> {
    let keys: BTreeSet<[u8; 32]> = hand_overs.iter().map(|row| row.pc_key).collect();
    let receipt: Verified<transfer::Receipt> = keys
        .iter()
        .filter_map(|key| PcKey::from_bytes(key).ok())
        .find_map(|key| verify(bytes, &key).ok())?;
    let id = receipt.hand_over.to_string();
    hand_overs
        .iter()
        .any(|row| row.id == id && row.pc_key == *receipt.signer().as_bytes())
        .then_some(receipt)
}

fn hand_over(row: HandOverRow) -> HandOver {
    HandOver {
        id: row.id,
        unix_seconds: row.unix_seconds,
        pc_name: row.pc_name,
        people: row.people,
        purpose: row.purpose,
        receipt: row.receipt.map(shown),
    }
}

fn shown(row: ReceiptRow) -> Receipt {
    Receipt {
        opened_unix: row.opened_unix,
        deleted_unix: row.deleted_unix,
        user: row.user,
        program: row.program,
        outcome: match row.outcome {
            vault::ReceiptOutcome::ReadAndDeleted => companions::ReceiptOutcome::ReadAndDeleted,
            vault::ReceiptOutcome::TimedOut => companions::ReceiptOutcome::TimedOut,
            vault::ReceiptOutcome::StickPulled => companions::ReceiptOutcome::StickPulled,
            vault::ReceiptOutcome::Stopped => companions::ReceiptOutcome::Stopped,
            vault::ReceiptOutcome::SweptAfterCrash => companions::ReceiptOutcome::SweptAfterCrash,
            vault::ReceiptOutcome::NotOpened => companions::ReceiptOutcome::NotOpened,
        },
    }
}

fn kept_outcome(outcome: Outcome) -> vault::ReceiptOutcome {
    match outcome {
        Outcome::ReadAndDeleted => vault::ReceiptOutcome::ReadAndDeleted,
        Outcome::TimedOut => vault::ReceiptOutcome::TimedOut,
        Outcome::StickPulled => vault::ReceiptOutcome::StickPulled,
        Outcome::Stopped => vault::ReceiptOutcome::Stopped,
        Outcome::SweptAfterCrash => vault::ReceiptOutcome::SweptAfterCrash,
        Outcome::NotOpened => vault::ReceiptOutcome::NotOpened,
    }
}
