//! What a vault's companies sign together: a first line that names the type, a key and a
//! signature for each company whose key the maker has, and the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt::Write;

/// The file, signed by each of `keys`; there is at least one. `kind` ends its line.
pub(super) fn seal(kind: &str, body: &str, keys: &[SigningKey]) -> Vec<u8> {
    let signed = [kind, body].concat();
    let mut file = kind.to_owned();
    for key in keys {
        let public = STANDARD.encode(key.verifying_key().as_bytes());
        let signature = STANDARD.encode(key.sign(signed.as_bytes()).to_bytes());
        let _ = write!(file, "key {public}\nsig {signature}\n");
    }
    file.push_str(body);
    file.into_bytes()
}

/// A body whose every signature holds.
pub(super) struct Opened<'a> {
    pub body: &'a str,
    /// Who signed it, base64; each once, at least one.
    pub keys: Vec<&'a str>,
}

/// Whether they are the keys of whom they claim to be, the caller must know.
pub(super) fn open<'a>(kind: &str, file: &'a [u8]) -> Result<Opened<'a>, &'static str> {
    const HEADER: &str = "the header";
    let text = std::str::from_utf8(file).map_err(|_| "not UTF-8")?;
    let mut body = text.strip_prefix(kind).ok_or("of another type")?;
    let mut signatures: Vec<(&str, &str)> = Vec::new();
    while let Some(line) = body.strip_prefix("key ") {
        let (key, after) = line.split_once("\nsig ").ok_or(HEADER)?;
        let (signature, rest) = after.split_once('\n').ok_or(HEADER)?;
        if signatures.len() == MAX_KEYS || signatures.iter().any(|(earlier, _)| *earlier == key) {
            return Err("a signature");
        }
        signatures.push((key, signature));
        body = rest;
    }
    if signatures.is_empty() {
        return Err("no signature");
    }
    let signed = [kind, body].concat();
    for (key, signature) in &signatures {
        verify(key, signature, signed.as_bytes()).ok_or("a signature")?;
    }
    Ok(Opened {
        body,
        keys: signatures.into_iter().map(|(key, _)| key).collect(),
    })
}

/// More companies than any office has in one vault.
const MAX_KEYS: usize = 10_000;

fn verify(key: &str, signature: &str, signed: &[u8]) -> Option<()> {
    let key: [u8; 32] = STANDARD.decode(key).ok()?.try_into().ok()?;
    let signature: [u8; 64] = STANDARD.decode(signature).ok()?.try_into().ok()?;
    VerifyingKey::from_bytes(&key)
        .ok()?
        .verify_strict(signed, &Signature::from_bytes(&signature))
        .ok()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// 32 bytes.
pub(super) fn from_base64(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
