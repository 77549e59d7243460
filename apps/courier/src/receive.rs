//! What may be opened at all, and the run over everything a companion brings.

use crate::{
    Failure, Result, VERSION,
    machine::{Ending, Finish, Limits},
    outside::{Prompt, SecretStore, Stick},
    session::{self, Pc},
    store::{Store, Waiting},
    texts::Notice,
};
use codes::ErrorCode;
use protocol::foreign::Folder;
use std::collections::BTreeSet;
use transfer::{
    Bundle, Companion, CompanionId, Error, HandOverId, Name, Outcome, PcId, PcSecrets, Program,
    Receipt, VaultKey, Whitelist, sign, verify,
};

/// Whether a bundle may be opened, decided before anything is touched.
#[derive(Debug)]
pub enum Admission {
    Open(Box<Bundle>),
    /// For another PC: none of our business.
    NotOurs,
    /// Not now, or not at all; nothing is reported to the vault, for it cannot be told
    /// who made it or it may still be opened another time.
    Refused(ErrorCode),
    /// It is genuine and ours, and will never be opened. The vault gets to know.
    RefusedForGood(Box<Bundle>, ErrorCode),
}

/// What this PC knows when it meets a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge {
    pub vault: VaultKey,
    pub pc: PcId,
    /// The companion it lies on.
    pub companion: CompanionId,
    /// Seconds since 1970.
    pub now: i64,
}

/// Decides about the bytes of one `BUNDLES/*.KBN`. `was_opened` looks into the durable
/// record of what was opened.
pub fn admit(
    bytes: &[u8],
    known: &Knowledge,
    was_opened: impl FnOnce(HandOverId) -> Result<bool>,
) -> Result<Admission> {
    let bundle = match Bundle::verify(bytes, &known.vault) {
        Ok(bundle) => bundle,
        Err(error) => {
            return Ok(Admission::Refused(match error {
                Error::WrongKey => ErrorCode::VaultUnknown,
                Error::Signature | Error::PayloadExchanged => ErrorCode::BundleSignature,
                _ => ErrorCode::BundleMalformed,
            }));
        }
    };
    let entry = bundle.whitelist();
    if entry.pc != known.pc {
        return Ok(Admission::NotOurs);
    }
    // The entry names the stick it may travel on: a copied bundle is worth nothing.
    if entry.companion != known.companion {
        return Ok(Admission::Refused(ErrorCode::BundleNotForUs));
    }
    if was_opened(bundle.manifest().hand_over)? {
        return Ok(Admission::RefusedForGood(
            bundle.into(),
            ErrorCode::BundleReplayed,
        ));
    }
    if bundle.manifest().is_expired(known.now) || entry.is_expired(known.now) {
        return Ok(Admission::RefusedForGood(
            bundle.into(),
            ErrorCode::BundleExpired,
        ));
    }
    Ok(Admission::Open(bundle.into()))
}

/// How a run ended, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ended {
    /// A file or the cut could not be taken away.
    Unclean,
    /// A file was there and went before the program had read it.
    NotRead,
    /// Something was refused or failed; nothing was opened.
    Refused,
    /// Everything was received, read and removed.
    Received,
    /// There was nothing for this PC.
    Nothing,
}

/// Receives everything the companion has for this PC, one hand-over after another.
///
/// # Errors
/// What ends the run before a bundle is looked at: no companion, no keys, no trust.
pub fn receive(
    pc: &mut Pc,
    secrets: &mut dyn SecretStore,
    limits: Limits,
    started_by: &Name,
) -> Result<Ended> {
    let keys = secrets
        .load()?
        .ok_or(Failure::new(ErrorCode::CourierNotEnrolled, "load the keys"))?;
    let (companion, vault) = trusted_companion(pc.stick, pc.store)?;
    let known = |pc: &Pc| Knowledge {
        vault,
        pc: keys.public().id(),
        companion,
        now: pc.clock.now().unix,
    };

    let delivered = deliver(pc.stick, pc.store, pc.prompt, companion)?;
    learn_approvals(pc, &keys, &vault)?;

    let mut ended = Ended::Nothing;
    for (file, bytes) in pc.stick.read(Folder::Bundles)? {
        if pc.stop.asked() {
            break;
        }
        let admission = admit(&bytes, &known(pc), |id| pc.store.was_opened(id))?;
        let this = match admission {
            Admission::NotOurs => continue,
            Admission::Refused(code) => {
                pc.prompt.tell(&Notice::Refused {
                    hand_over: None,
                    code,
                });
                Ended::Refused
            }
            Admission::RefusedForGood(bundle, _)
                if delivered.contains(&bundle.manifest().hand_over) =>
            {
                // Its receipt has only now found its stick; the bundle is what it left.
                pc.stick.remove(Folder::Bundles, &file)?;
                continue;
            }
            Admission::RefusedForGood(bundle, code) => {
                refuse_for_good(pc, &keys, &bundle, code, started_by, &file)?;
                Ended::Refused
            }
            Admission::Open(bundle) => open(pc, &keys, &bundle, limits, &file),
        };
        ended = ended.min(this);
        if this == Ended::Unclean {
            break;
        }
    }
    if ended == Ended::Nothing && !delivered.is_empty() {
        ended = Ended::Received;
    }
    Ok(ended)
}

/// The companion's id and its vault's key, if this PC asked that vault once.
fn trusted_companion(stick: &mut dyn Stick, store: &Store) -> Result<(CompanionId, VaultKey)> {
    const STEP: &str = "check the companion";
    let identity = stick.identity()?;
    let enrolments = store.enrolments()?;
    if enrolments.is_empty() {
        return Err(Failure::new(ErrorCode::CourierNotEnrolled, STEP));
    }
    enrolments
        .iter()
        .find_map(|request| {
            let companion = verify::<Companion>(&identity, &request.vault_key).ok()?;
            Some((companion.companion, companion.vault_key))
        })
        .ok_or(Failure::new(ErrorCode::VaultUnknown, STEP))
}

fn learn_approvals(pc: &mut Pc, keys: &PcSecrets, vault: &VaultKey) -> Result<()> {
    for (_, bytes) in pc.stick.read(Folder::Approvals)? {
        // Entries of other PCs and left-overs of other vaults are not for us to judge.
        let Ok(entry) = verify::<Whitelist>(&bytes, vault) else {
            continue;
        };
        if entry.pc == keys.public().id() && pc.store.keep_approval(&entry)? {
            pc.prompt.tell(&Notice::Approved {
                program: entry.program.file_name.to_string(),
                until: entry.expires.to_string(),
            });
        }
    }
    Ok(())
}

/// Runs one session and says how it ended.
fn open(pc: &mut Pc, keys: &PcSecrets, bundle: &Bundle, limits: Limits, file: &str) -> Ended {
    let hand_over = bundle.manifest().hand_over;
    let refused = |pc: &mut Pc, failure: Failure| {
        pc.prompt.tell(&Notice::Problem(failure));
        Ended::Refused
    };
    let (finish, outcome) = match session::run(pc, keys, bundle, limits) {
        Ok(end) => end,
        Err(failure) => return refused(pc, failure),
    };
    match finish {
        Finish::NotBegun(failure) => refused(pc, failure),
        Finish::Stuck { failure, .. } => {
            pc.prompt.tell(&Notice::Problem(failure));
            Ended::Unclean
        }
        Finish::Clean { report, receipt } => {
            if let Ending::Failed(failure) = report.ending {
                pc.prompt.tell(&Notice::Problem(failure));
            }
            if let Some(failure) = receipt {
                pc.prompt.tell(&Notice::Problem(failure));
            }
            let Some(outcome) = outcome else {
                return Ended::Refused;
            };
            pc.prompt.tell(&Notice::Ended { hand_over, outcome });
            match deliver(pc.stick, pc.store, pc.prompt, bundle.whitelist().companion) {
                Ok(delivered) if delivered.contains(&hand_over) => {
                    if let Err(failure) = pc.stick.remove(Folder::Bundles, file) {
                        pc.prompt.tell(&Notice::Problem(failure));
                    }
                }
                Ok(_) => {}
                Err(failure) => pc.prompt.tell(&Notice::Problem(Failure {
                    code: ErrorCode::ReceiptNotDelivered,
                    ..failure
                })),
            }
            match outcome {
                Outcome::ReadAndDeleted => Ended::Received,
                Outcome::NotOpened => Ended::Refused,
                _ => {
                    let code = ErrorCode::NotRead;
                    pc.prompt.tell(&Notice::Refused {
                        hand_over: Some(hand_over),
                        code,
                    });
                    Ended::NotRead
                }
            }
        }
    }
}

fn refuse_for_good(
    pc: &mut Pc,
    keys: &PcSecrets,
    bundle: &Bundle,
    code: ErrorCode,
    started_by: &Name,
    file: &str,
) -> Result<()> {
    let hand_over = bundle.manifest().hand_over;
    pc.prompt.tell(&Notice::Refused {
        hand_over: Some(hand_over),
        code,
    });
    // The receipt of the opening that did happen says more than that of a replay.
    let receipt_there = pc
        .stick
        .read(Folder::Receipts)?
        .iter()
        .any(|(name, _)| *name == hand_over.to_string());
    if !receipt_there {
        let receipt = Receipt {
            hand_over,
            pc: keys.public().id(),
            outcome: Outcome::NotOpened,
            opened_unix: None,
            deleted_unix: None,
            user: started_by.clone(),
            program: bundle.whitelist().program.clone(),
            courier_version: version()?,
            reason: reason(code),
        };
        keep_receipt(pc.store, keys, bundle.whitelist().companion, receipt)?;
        deliver(pc.stick, pc.store, pc.prompt, bundle.whitelist().companion)?;
    }
    pc.stick.remove(Folder::Bundles, file)
}

pub(crate) fn version() -> Result<transfer::FileName> {
    VERSION
        .parse()
        .map_err(|_| Failure::new(ErrorCode::Internal, "version"))
}

pub(crate) fn reason(code: ErrorCode) -> Option<transfer::ReasonCode> {
    code.code().parse().ok()
}

/// Signs a receipt and keeps it until its companion is there.
pub(crate) fn keep_receipt(
    store: &Store,
    keys: &PcSecrets,
    companion: CompanionId,
    receipt: Receipt,
) -> Result<()> {
    let internal = Failure::new(ErrorCode::Internal, "sign the receipt");
    let hand_over = receipt.hand_over;
    let signed = sign(receipt, keys.signing_key()).map_err(|_| internal)?;
    store.keep_receipt(&Waiting {
        hand_over,
        companion,
        document: String::from_utf8(signed.bytes().to_vec()).map_err(|_| internal)?,
    })
}

/// Puts the receipts that wait for this companion on it. Which ones.
///
/// # Errors
/// Of the stick; what could not be delivered is kept.
pub(crate) fn deliver(
    stick: &mut dyn Stick,
    store: &Store,
    prompt: &mut dyn Prompt,
    companion: CompanionId,
) -> Result<BTreeSet<HandOverId>> {
    let mut delivered = BTreeSet::new();
    for waiting in store.receipts()? {
        if waiting.companion != companion {
            continue;
        }
        if !stick.present() {
            return Err(Failure::new(
                ErrorCode::ReceiptNotDelivered,
                "the companion is gone",
            ));
        }
        let name = waiting.hand_over.to_string();
        stick.put(Folder::Receipts, &name, waiting.document.as_bytes())?;
        store.forget_receipt(waiting.hand_over)?;
        prompt.tell(&Notice::ReceiptWritten {
            hand_over: waiting.hand_over,
        });
        delivered.insert(waiting.hand_over);
    }
    Ok(delivered)
}

/// A program as documents name it, from its executable's file name and hash.
///
/// # Errors
/// `ProgramUnreadable` where the file name cannot stand in a document.
pub fn program(file_name: &str, sha256: transfer::Sha256) -> Result<Program> {
    Ok(Program {
        file_name: file_name
            .parse()
            .map_err(|_| Failure::new(ErrorCode::ProgramUnreadable, "name of the program"))?,
        sha256,
    })
}
