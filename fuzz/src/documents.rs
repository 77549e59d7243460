//! The documents on a companion stick, as bytes and behind a good signature.

use ed25519_dalek::{Signer, SigningKey};
use transfer::{
    Bundle, Companion, Document, Enrolment, Manifest, PcKey, Receipt, VaultKey, Whitelist,
    introduce, verify,
};

/// The first byte chooses the type and whether the rest is a whole document or a body that
/// is signed here, so that the parser behind the signature is reached.
pub(crate) fn run(bytes: &[u8]) {
    let [which, rest @ ..] = bytes else {
        return;
    };
    let key = SigningKey::from_bytes(&[7; 32]);
    let (vault, pc) = (VaultKey::of(&key), PcKey::of(&key));
    let signed = which & 0x80 != 0;
    match which % 6 {
        0 => check::<Companion>(rest, signed, &key, &vault),
        1 => check::<Enrolment>(rest, signed, &key, &pc),
        2 => check::<Whitelist>(rest, signed, &key, &vault),
        3 => check::<Manifest>(rest, signed, &key, &vault),
        4 => check::<Receipt>(rest, signed, &key, &pc),
        _ => {
            let _ = introduce::<Companion>(rest);
            let _ = introduce::<Enrolment>(rest);
            let _ = Bundle::verify(rest, &vault);
        }
    }
}

fn check<T: Document>(bytes: &[u8], signed: bool, key: &SigningKey, role: &T::Key) {
    let made;
    let document = if signed {
        made = sign::<T>(bytes, key);
        &made
    } else {
        bytes
    };
    if let Ok(read) = verify::<T>(document, role) {
        assert_eq!(read.bytes(), document);
        // Nothing is read that could not be signed and sent.
        assert!(serde_json::to_vec(&*read).is_ok());
    }
}

fn sign<T: Document>(body: &[u8], key: &SigningKey) -> Vec<u8> {
    let name = T::TYPE.name();
    let message = [name.as_bytes(), b"\n", body].concat();
    let signature = key.sign(&message).to_bytes();
    let public = transfer::VaultKey::of(key);
    let mut document = format!(
        "{name}\nkey {}\nsig {}\n",
        crate::base64(public.as_public().as_bytes()),
        crate::base64(&signature)
    )
    .into_bytes();
    document.extend_from_slice(body);
    document
}
