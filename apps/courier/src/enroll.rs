//! Asking a vault to allow this PC: keys, and a request on the companion.

use crate::{
    Failure, Result,
    outside::{Clock, Prompt, SecretStore, Stick},
    store::Store,
    texts::Notice,
};
use codes::ErrorCode;
use protocol::foreign::Folder;
use transfer::{Companion, Enrolment, EnrolmentId, Name, PcSecrets, Program, introduce, sign};

/// Writes the request `ENROL/<id>.KER` and tells the words to compare.
///
/// The PC's keys are made once and used for every vault; the request is made for the
/// vault that the companion names, and from then on this PC trusts that vault's key.
/// Whether it is the right vault, the 責任者 finds out by comparing the words: they
/// follow from the whole request, the vault's key included.
///
/// # Errors
/// Of the stick and the store; `CompanionFormat` where the identity is not signed by
/// the key it names.
pub fn enroll(
    stick: &mut dyn Stick,
    store: &Store,
    secrets: &mut dyn SecretStore,
    clock: &dyn Clock,
    prompt: &mut dyn Prompt,
    pc_name: Name,
    program: Program,
) -> Result<EnrolmentId> {
    let companion = introduce::<Companion>(&stick.identity()?)
        .map_err(|_| Failure::new(ErrorCode::CompanionFormat, "check the companion"))?;
    let keys = match secrets.load()? {
        Some(keys) => keys,
        None => {
            let keys = PcSecrets::generate();
            secrets.keep(&keys)?;
            keys
        }
    };
    let file_name = program.file_name.to_string();
    let body = Enrolment::new(
        &keys.public(),
        pc_name,
        &companion,
        program,
        clock.now().unix,
    );
    let request = sign(body, keys.signing_key())
        .and_then(|document| introduce::<Enrolment>(document.bytes()))
        .map_err(|_| Failure::new(ErrorCode::Internal, "make the request"))?;
    let id = request.id();
    // Kept first: an approval must never meet a PC that forgot what it asked.
    store.keep_enrolment(id, request.bytes())?;
    stick.put(Folder::Enrolments, &id.to_string(), request.bytes())?;
    prompt.tell(&Notice::Enrolled {
        vault_name: companion.vault_name.to_string(),
        program: file_name,
        words: request.comparison_words(),
    });
    Ok(id)
}
