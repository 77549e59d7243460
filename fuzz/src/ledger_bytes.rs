//! Entries, chains, checkpoints and reports as a third party hands them in.

use ed25519_dalek::{Signer, SigningKey};
use ledger::{ChainVerifier, Content, Entry, Hash, SignedCheckpoint, report};

/// Lines: each is tried as an entry of one chain and as a checkpoint's body; all of them as
/// a report whose first line is the head.
pub(crate) fn run(bytes: &[u8]) {
    let mut chain = ChainVerifier::new();
    let mut last = Hash::GENESIS;
    for part in bytes.split(|b| *b == b'\n') {
        if let Ok(entry) = Entry::from_bytes(part) {
            assert!(!entry.text_ja().is_empty() && !entry.text_en().is_empty());
        }
        last = Hash::link(&last, &Content::of(part));
        if chain.push(part, last).is_err() {
            chain = ChainVerifier::new();
            last = Hash::GENESIS;
        }
        checkpoint(part);
    }
    let _ = chain.finish();
    signed_report(bytes);
}

/// The head is signed here: what is behind the signature would never be reached otherwise.
fn signed_report(bytes: &[u8]) {
    let key = SigningKey::from_bytes(&[7; 32]);
    let at = bytes.iter().position(|b| *b == b'\n');
    let (head, rest) = bytes.split_at(at.unwrap_or(bytes.len()));
    let message = [report::TYPE.as_bytes(), b"\n", head, b"\n"].concat();
    let mut file = format!(
        "{}\nkey {}\nsig {}\n",
        report::TYPE,
        crate::base64(key.verifying_key().as_bytes()),
        crate::base64(&key.sign(&message).to_bytes()),
    )
    .into_bytes();
    file.extend_from_slice(head);
    file.extend_from_slice(rest);
    let mut shown = 0;
    let read = report::verify(&mut file.as_slice(), &key.verifying_key(), &mut |_, _| {
        shown += 1
    });
    if let Ok(read) = read {
        assert_eq!(read.head.shown, shown);
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
    let signature = key.sign(&message).to_bytes();
    if let Ok(read) = SignedCheckpoint::verify(body, &signature, &key.verifying_key()) {
        assert_eq!(read.body(), body);
    }
}
