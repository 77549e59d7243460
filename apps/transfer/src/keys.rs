use crate::{Error, PcId};
use age::secrecy::ExposeSecret;
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::Digest;
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// An Ed25519 public key (RFC 8032), as base64 in text. Points of small order are
/// refused: under them one signature can hold for any message.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| Error::Header)?;
        // Re-encoding refuses the few points that have two spellings.
        if key.is_weak() || key.to_edwards().compress().as_bytes() != bytes {
            return Err(Error::Header);
        }
        Ok(Self(key))
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    pub(crate) fn verifying(&self) -> &VerifyingKey {
        &self.0
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(key: VerifyingKey) -> Self {
        Self(key)
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_bytes(&decode_base64(text.as_bytes()).ok_or(Error::Header)?)
    }
}

impl TryFrom<String> for PublicKey {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        encode_base64(key.as_bytes())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_base64(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! role {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(PublicKey);

        impl $name {
            /// The public half of `key`.
            pub fn of(key: &SigningKey) -> Self {
                Self(key.verifying_key().into())
            }

            pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Error> {
                PublicKey::from_bytes(bytes).map(Self)
            }

            pub fn as_public(&self) -> &PublicKey {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                text.parse().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

role! {
    /// The key that a vault signs with.
    VaultKey
}
role! {
    /// The key that a payroll PC signs with.
    PcKey
}

/// The key that payloads for a payroll PC are sealed to: an age X25519 recipient,
/// `age1…` in text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Recipient(age::x25519::Recipient);

impl Recipient {
    pub(crate) fn as_age(&self) -> &age::x25519::Recipient {
        &self.0
    }
}

impl FromStr for Recipient {
    type Err = Error;

    /// Accepts the one canonical, lower-case spelling.
    fn from_str(text: &str) -> Result<Self, Error> {
        // Bech32 of 32 bytes under `age`; longer text is not handed to the parser.
        if text.len() != 62 {
            return Err(Error::Text("recipient"));
        }
        let recipient: age::x25519::Recipient =
            text.parse().map_err(|_| Error::Text("recipient"))?;
        if recipient.to_string() != text {
            return Err(Error::Text("recipient"));
        }
        Ok(Self(recipient))
    }
}

impl TryFrom<String> for Recipient {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Recipient> for String {
    fn from(recipient: Recipient) -> Self {
        recipient.0.to_string()
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// The public keys of a payroll PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcPublic {
    pub recipient: Recipient,
    pub pc_key: PcKey,
}

impl PcPublic {
    /// The PC's id follows from its keys: the first 128 bits of SHA-256 over
    /// `kuramori/pc/v1\n<recipient>\n<base64 of the signing key>\n`.
    pub fn id(&self) -> PcId {
        let hash = sha2::Sha256::digest(format!(
            "kuramori/pc/v1\n{}\n{}\n",
            self.recipient, self.pc_key
        ));
        PcId::from_digest(&hash.into())
    }
}

/// The secret keys of a payroll PC, made once at its first enrolment.
pub struct PcSecrets {
    identity: age::x25519::Identity,
    signing: SigningKey,
}

impl PcSecrets {
    /// New keys from the system's generator.
    pub fn generate() -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *seed).expect("the system gives random numbers");
        Self {
            identity: age::x25519::Identity::generate(),
            signing: SigningKey::from_bytes(&seed),
        }
    }

    /// Both keys as text, for a file that root alone can read, or for TPM or DPAPI to
    /// wrap: `kuramori/pc-secrets/v1`, the age identity, the base64 Ed25519 seed, a
    /// line each.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        // With room for all of it: growing would leave an unwiped copy behind.
        let mut text = Zeroizing::new(String::with_capacity(256));
        let seed = Zeroizing::new(self.signing.to_bytes());
        text.push_str("kuramori/pc-secrets/v1\n");
        text.push_str(self.identity.to_string().expose_secret());
        text.push('\n');
        STANDARD.encode_string(*seed, &mut text);
        text.push('\n');
        text
    }

    /// # Errors
    /// [`Error::Header`] if this is not what [`PcSecrets::to_secret_text`] made.
    pub fn from_secret_text(text: &str) -> Result<Self, Error> {
        let mut lines = text.lines();
        if text.len() > 256 || lines.next() != Some("kuramori/pc-secrets/v1") {
            return Err(Error::Header);
        }
        let identity = lines
            .next()
            .and_then(|line| line.parse().ok())
            .ok_or(Error::Header)?;
        let seed: Zeroizing<[u8; 32]> = lines
            .next()
            .and_then(|line| decode_base64(line.as_bytes()))
            .map(Zeroizing::new)
            .ok_or(Error::Header)?;
        if lines.next().is_some() {
            return Err(Error::Header);
        }
        Ok(Self {
            identity,
            signing: SigningKey::from_bytes(&seed),
        })
    }

    pub fn public(&self) -> PcPublic {
        PcPublic {
            recipient: Recipient(self.identity.to_public()),
            pc_key: PcKey::of(&self.signing),
        }
    }

    /// For [`sign`](crate::sign)ing enrolments and receipts.
    pub fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    pub(crate) fn identity(&self) -> &age::x25519::Identity {
        &self.identity
    }
}

impl fmt::Debug for PcSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PcSecrets(…)")
    }
}

pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Exactly `N` bytes in their one canonical spelling.
pub(crate) fn decode_base64<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    if text.len() != N.div_ceil(3) * 4 {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(N + 3));
    STANDARD.decode_vec(text, &mut bytes).ok()?;
    bytes.as_slice().try_into().ok()
}
