//! Entries, chains and checkpoints as a third party hands them in.

use ed25519_dalek::SigningKey;
use ledger::{ChainVerifier, Entry, Hash, SignedCheckpoint};

/// Entries with `\n` between; each is also tried as a checkpoint's body.
pub(crate) fn run(bytes: &[u8]) {
    let mut chain = ChainVerifier::new();
    let mut whole = true;
    for part in bytes.split(|b| *b == b'\n') {
        if let Ok(entry) = Entry::from_bytes(part) {
            assert!(!entry.text_ja().is_empty() && !entry.text_en().is_empty());
        }
        whole = whole && chain.push(part, Hash::of(part)).is_ok();
        checkpoint(part);
    }
    if whole {
        let _ = chain.finish();
    }
}

/// A body that its signer signed is a checkpoint or refused. The signature is made here:
/// what is behind it would never be reached otherwise.
fn checkpoint(body: &[u8]) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let unsigned = SignedCheckpoint::verify(body, &[0; 64], &key.verifying_key());
    assert!(unsigned.is_err());
    if !body.starts_with(b"{\"seq\"") {
        return;
    }
    let message = [b"kuramori/ledger-checkpoint/v1\n".as_slice(), body].concat();
    let signature = ed25519_dalek::Signer::sign(&key, &message).to_bytes();
    if let Ok(read) = SignedCheckpoint::verify(body, &signature, &key.verifying_key()) {
        assert_eq!(read.body(), body);
    }
}
