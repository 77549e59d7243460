//! Keys and how they are wrapped; `docs/formats/vault.md` has the same for other readers.
//!
//! Passphrase or recovery words → Argon2id → wraps the user's X25519 secret → opens a
//! company's number key and signing key; the number key wraps each number's data key.
//! Every wrapping is AES-256-GCM with a random 96-bit nonce in front of the ciphertext, and
//! additional data that names what is inside and where it belongs, so that no ciphertext
//! can be moved.

use crate::{UserId, VaultError};
use aes::Aes256;
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use ed25519_dalek::SigningKey;
use hkdf::Hkdf;
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

const NONCE: usize = 12;
/// Bytes of a key under [`seal_to`]: the ephemeral public key, nonce, ciphertext, tag.
pub(crate) const SEALED_KEY: usize = 32 + NONCE + 32 + 16;
pub(crate) const SALT: usize = 16;

/// Does not compile without the features by which these wipe themselves.
const _: fn() = || {
    fn wiped<T: ZeroizeOnDrop>() {}
    wiped::<Aes256>();
    wiped::<Aes256Gcm>();
    wiped::<SigningKey>();
    wiped::<StaticSecret>();
};

/// A 256-bit key on the heap, so that moving it leaves no copy behind; wiped when dropped.
pub(crate) struct Key(Box<[u8; 32]>);

impl Key {
    /// For somebody to fill in place.
    pub(crate) fn zero() -> Self {
        Self(Box::new([0; 32]))
    }

    pub(crate) fn random() -> Result<Self, VaultError> {
        let mut key = Self::zero();
        fill(key.0.as_mut())?;
        Ok(key)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::zero();
        if bytes.len() != key.0.len() {
            return None;
        }
        key.0.copy_from_slice(bytes);
        Some(key)
    }

    pub(crate) fn copy_of(bytes: &[u8; 32]) -> Self {
        let mut key = Self::zero();
        key.0.copy_from_slice(bytes);
        key
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }

    pub(crate) fn cipher(&self) -> Cipher {
        Cipher(Box::new(Aes256Gcm::new(self.bytes().into())))
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// AES-256-GCM under one key. Key schedule and hash key are wiped when dropped.
pub(crate) struct Cipher(Box<Aes256Gcm>);

impl Cipher {
    /// Nonce, ciphertext and tag.
    pub(crate) fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let payload = Payload {
            msg: plain,
            aad: place.0.as_bytes(),
        };
        let sealed = self
            .0
            .encrypt((&nonce).into(), payload)
            .map_err(|_| VaultError::NoMemory)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// `None` when the key, the place or the bytes are not those of the sealing.
    pub(crate) fn open(&self, place: &Place, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, msg) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload {
            msg,
            aad: place.0.as_bytes(),
        };
        self.0
            .decrypt(nonce.into(), payload)
            .ok()
            .map(Zeroizing::new)
    }

    pub(crate) fn open_key(&self, place: &Place, sealed: &[u8]) -> Option<Key> {
        Key::from_slice(&self.open(place, sealed)?)
    }
}

/// What a ciphertext is and where it belongs: the additional data of its sealing.
pub(crate) struct Place(String);

impl Place {
    pub(crate) fn identity(vault: &str, user: UserId, by: By) -> Self {
        let by = match by {
            By::Passphrase => "passphrase",
            By::RecoveryWords => "recovery-words",
        };
        Self(format!("kuramori/user-identity/v1\n{vault}\n{user}\n{by}"))
    }

    pub(crate) fn number_key(company: &str, generation: u32, user: UserId) -> Self {
        Self(format!(
            "kuramori/number-key/v1\n{company}\n{generation}\n{user}"
        ))
    }

    pub(crate) fn signing_key(company: &str, user: UserId) -> Self {
        Self(format!("kuramori/signing-key/v1\n{company}\n{user}"))
    }

    pub(crate) fn data_key(company: &str, generation: u32, number: i64) -> Self {
        Self(format!(
            "kuramori/data-key/v1\n{company}\n{generation}\n{number}"
        ))
    }

    pub(crate) fn number(company: &str, number: i64, person: i64) -> Self {
        Self(format!("kuramori/number/v1\n{company}\n{number}\n{person}"))
    }
}

/// Which of a user's two secrets wraps the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Passphrase,
    RecoveryWords,
}

/// Recovery words in the form that is hashed: NFKD, lower case, one space between.
pub(crate) fn canonical_words(typed: &str) -> Zeroizing<String> {
    // Room for any decomposition, so that the growing String leaves no copies behind.
    let mut out = Zeroizing::new(String::with_capacity(typed.len() * 4 + 16));
    for word in typed.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.nfkd().flat_map(char::to_lowercase));
    }
    out
}

/// A user's X25519 identity.
pub(crate) struct Identity(Box<StaticSecret>);

impl Identity {
    pub(crate) fn random() -> Result<Self, VaultError> {
        Ok(Self::of(&Key::random()?))
    }

    fn of(key: &Key) -> Self {
        Self(Box::new(StaticSecret::from(*key.bytes())))
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        PublicKey::from(&*self.0).to_bytes()
    }

    pub(crate) fn wrap(&self, by: &Key, place: &Place) -> Result<Vec<u8>, VaultError> {
        by.cipher().seal(place, self.0.as_bytes())
    }

    pub(crate) fn unwrap_with(by: &Key, place: &Place, wrapped: &[u8]) -> Option<Self> {
        by.cipher().open_key(place, wrapped).map(|k| Self::of(&k))
    }

    /// A key that was [`seal_to`] this identity.
    pub(crate) fn open(&self, place: &Place, sealed: &[u8]) -> Option<Key> {
        let (ephemeral, sealed) = sealed.split_first_chunk::<32>()?;
        let shared = self.0.diffie_hellman(&PublicKey::from(*ephemeral));
        if !shared.was_contributory() {
            return None;
        }
        kek(shared.as_bytes(), ephemeral, &self.public())
            .cipher()
            .open_key(place, sealed)
    }
}

/// Seals a key to a user's public identity: a fresh X25519 public key, then the AES-256-GCM
/// wrapping under HKDF-SHA256 of the shared secret.
pub(crate) fn seal_to(
    public: &[u8; 32],
    place: &Place,
    key: &Key,
) -> Result<[u8; SEALED_KEY], VaultError> {
    let ephemeral = Identity::random()?;
    let shared = ephemeral.0.diffie_hellman(&PublicKey::from(*public));
    if !shared.was_contributory() {
        return Err(VaultError::Damaged("a user's public key"));
    }
    let ephemeral = ephemeral.public();
    let sealed = kek(shared.as_bytes(), &ephemeral, public)
        .cipher()
        .seal(place, key.bytes())?;
    let mut out = [0; SEALED_KEY];
    out[..32].copy_from_slice(&ephemeral);
    out[32..].copy_from_slice(&sealed);
    Ok(out)
}

fn kek(shared: &[u8; 32], ephemeral: &[u8; 32], recipient: &[u8; 32]) -> Key {
    let salt = [ephemeral.as_slice(), recipient].concat();
    let mut key = Key::zero();
    Hkdf::<Sha256>::new(Some(&salt), shared)
        .expand(b"kuramori/sealed-key/v1\n", key.0.as_mut())
        .expect("32 bytes are within HKDF-SHA256's 8160");
    key
}

/// A random positive id, unique over every copy of the vault.
pub(crate) fn random_row_id() -> Result<i64, VaultError> {
    let mut bytes = [0; 8];
    fill(&mut bytes)?;
    Ok((i64::from_be_bytes(bytes) & i64::MAX).max(1))
}

/// Random bytes as lower-case hex: ids of companies and sessions.
pub(crate) fn random_id() -> Result<String, VaultError> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}

pub(crate) fn random_salt() -> Result<[u8; SALT], VaultError> {
    let mut salt = [0; SALT];
    fill(&mut salt)?;
    Ok(salt)
}

fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|_| VaultError::NoRandom)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_sealing_opens_only_in_its_place_and_unchanged() {
        let key = Key::random().unwrap();
        let place = Place::number("c", 1, 2);
        let sealed = key.cipher().seal(&place, b"content").unwrap();
        assert_eq!(
            key.cipher().open(&place, &sealed).unwrap().as_slice(),
            b"content"
        );
        let elsewhere = Place::number("c", 1, 3);
        assert!(key.cipher().open(&elsewhere, &sealed).is_none());
        let other = Key::random().unwrap();
        assert!(other.cipher().open(&place, &sealed).is_none());
        for i in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[i] ^= 1;
            assert!(key.cipher().open(&place, &changed).is_none(), "byte {i}");
            assert!(key.cipher().open(&place, &sealed[..i]).is_none());
        }
    }

    #[test]
    fn a_sealed_key_opens_for_its_user_only() {
        let (user, other) = (Identity::random().unwrap(), Identity::random().unwrap());
        let key = Key::random().unwrap();
        let place = Place::number_key("c", 1, 1);
        let sealed = seal_to(&user.public(), &place, &key).unwrap();
        assert_eq!(user.open(&place, &sealed).unwrap().bytes(), key.bytes());
        assert!(other.open(&place, &sealed).is_none());
        assert!(user.open(&Place::number_key("c", 1, 2), &sealed).is_none());
        assert!(user.open(&place, &sealed[..31]).is_none());
    }

    #[test]
    fn a_key_of_low_order_is_refused() {
        let key = Key::random().unwrap();
        let place = Place::number_key("c", 1, 1);
        assert!(seal_to(&[0; 32], &place, &key).is_err());
        let user = Identity::random().unwrap();
        let mut sealed = seal_to(&user.public(), &place, &key).unwrap();
        sealed[..32].fill(0);
        assert!(user.open(&place, &sealed).is_none());
    }

    #[test]
    fn recovery_words_do_not_depend_on_how_they_are_typed() {
        let kept = canonical_words("がんか あおぞら");
        assert_eq!(canonical_words(" か\u{3099}んか\u{3000}あおぞら "), kept);
        assert_eq!(
            *canonical_words("Abandon  ABILITY"),
            *canonical_words("abandon ability")
        );
        assert_ne!(canonical_words("かんか あおぞら"), kept);
    }
}
