use crate::{
    Error,
    bundle::Manifest,
    documents::{Companion, Enrolment, Receipt, Whitelist},
    keys::{PcKey, PublicKey, VaultKey, decode_base64, encode_base64},
};
use ed25519_dalek::{Signature, Signer, SigningKey};
use serde::{Serialize, de::DeserializeOwned};
use std::ops::Deref;

/// Who may sign a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// The vault's key.
    Vault,
    /// A payroll PC's key that the vault's people approved.
    Pc,
    /// A payroll PC's key that the document itself names; see [`Introduced`].
    Itself,
}

/// The closed set of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DocumentType {
    Companion,
    Enrolment,
    Whitelist,
    Bundle,
    Receipt,
}

impl DocumentType {
    pub const ALL: [DocumentType; 5] = [
        DocumentType::Companion,
        DocumentType::Enrolment,
        DocumentType::Whitelist,
        DocumentType::Bundle,
        DocumentType::Receipt,
    ];

    /// The first line without its line break: the type's name and version. It is part
    /// of what is signed, so no signature can be carried to another type.
    pub const fn name(self) -> &'static str {
        match self {
            DocumentType::Companion => "kuramori/companion/v1",
            DocumentType::Enrolment => "kuramori/enrolment/v1",
            DocumentType::Whitelist => "kuramori/whitelist/v1",
            DocumentType::Bundle => "kuramori/bundle/v1",
            DocumentType::Receipt => "kuramori/receipt/v1",
        }
    }

    /// Most bytes of the whole document, header included; checked before parsing.
    pub const fn max_bytes(self) -> usize {
        match self {
            DocumentType::Companion | DocumentType::Enrolment | DocumentType::Receipt => 4096,
            DocumentType::Whitelist => 8192,
            // Holds a whitelist entry, escaped into a JSON string.
            DocumentType::Bundle => 20 * 1024,
        }
    }

    /// The table of who may sign what.
    pub const fn signed_by(self) -> SignedBy {
        match self {
            DocumentType::Companion | DocumentType::Whitelist | DocumentType::Bundle => {
                SignedBy::Vault
            }
            DocumentType::Enrolment => SignedBy::Itself,
            DocumentType::Receipt => SignedBy::Pc,
        }
    }
}

/// A key in the role that signs a [`Document`]: [`VaultKey`] or [`PcKey`].
pub trait SignatureKey: sealed::Sealed {
    fn public(&self) -> &PublicKey;
}

impl SignatureKey for VaultKey {
    fn public(&self) -> &PublicKey {
        self.as_public()
    }
}

impl SignatureKey for PcKey {
    fn public(&self) -> &PublicKey {
        self.as_public()
    }
}

/// A body that can be signed. Closed: the types of this crate alone.
///
/// [`Key`](Document::Key) is the role of [`DocumentType::signed_by`] as a type, so that
/// checking a receipt against a vault's key does not compile.
pub trait Document: Serialize + DeserializeOwned + sealed::Sealed {
    const TYPE: DocumentType;
    type Key: SignatureKey;

    /// What must hold between the fields, and between them and the key that signs.
    /// Single fields are right by their types.
    fn check(&self, signer: &PublicKey) -> Result<(), Error>;
}

/// A document whose body names the key it is signed with.
pub trait NamesItsKey: Document {
    fn its_key(&self) -> &Self::Key;
}

pub(crate) mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Companion {}
    impl Sealed for crate::Enrolment {}
    impl Sealed for crate::Whitelist {}
    impl Sealed for crate::Manifest {}
    impl Sealed for crate::Receipt {}
    impl Sealed for crate::VaultKey {}
    impl Sealed for crate::PcKey {}
}

impl Document for Companion {
    const TYPE: DocumentType = DocumentType::Companion;
    type Key = VaultKey;

    fn check(&self, signer: &PublicKey) -> Result<(), Error> {
        self.check_against(signer)
    }
}

impl NamesItsKey for Companion {
    fn its_key(&self) -> &VaultKey {
        &self.vault_key
    }
}

impl Document for Enrolment {
    const TYPE: DocumentType = DocumentType::Enrolment;
    type Key = PcKey;

    fn check(&self, signer: &PublicKey) -> Result<(), Error> {
        self.check_against(signer)
    }
}

impl NamesItsKey for Enrolment {
    fn its_key(&self) -> &PcKey {
        &self.pc_key
    }
}

impl Document for Whitelist {
    const TYPE: DocumentType = DocumentType::Whitelist;
    type Key = VaultKey;

    fn check(&self, _signer: &PublicKey) -> Result<(), Error> {
        self.check_fields()
    }
}

impl Document for Manifest {
    const TYPE: DocumentType = DocumentType::Bundle;
    type Key = VaultKey;

    fn check(&self, signer: &PublicKey) -> Result<(), Error> {
        self.check_against(signer)
    }
}

impl Document for Receipt {
    const TYPE: DocumentType = DocumentType::Receipt;
    type Key = PcKey;

    fn check(&self, _signer: &PublicKey) -> Result<(), Error> {
        self.check_fields()
    }
}

/// A document whose signature held against an expected key, with the bytes that were
/// signed. There is no other way to make one than [`verify`] (which [`sign`] ends with).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T> {
    document: T,
    bytes: Vec<u8>,
    signer: PublicKey,
}

impl<T> Verified<T> {
    /// The whole document as it is on the stick.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn signer(&self) -> &PublicKey {
        &self.signer
    }
}

impl<T> Deref for Verified<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.document
    }
}

/// A document that is signed by the key it names. Whose key that is, it cannot prove:
/// a person compares words, or the caller trusts the first one met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduced<T> {
    document: T,
    bytes: Vec<u8>,
}

impl<T> Introduced<T> {
    /// The whole document as it is on the stick.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T> Deref for Introduced<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.document
    }
}

/// Signs a body. What comes out has been verified like a foreign one, so that nothing
/// leaves that the other side would refuse.
///
/// # Errors
/// [`Error::Contradiction`], [`Error::WrongKey`] where the body names another key than
/// the one signing, [`Error::TooLong`].
pub fn sign<T: Document>(body: T, key: &SigningKey) -> Result<Verified<T>, Error> {
    let name = T::TYPE.name();
    let json = serde_json::to_vec(&body).map_err(|_| Error::Body)?;
    let signature = key.sign(&signed_part(name, &json));
    let mut bytes = format!(
        "{name}\nkey {}\nsig {}\n",
        encode_base64(key.verifying_key().as_bytes()),
        encode_base64(&signature.to_bytes()),
    )
    .into_bytes();
    bytes.extend_from_slice(&json);
    verify_by(&bytes, &PublicKey::from(key.verifying_key()))
}

/// The document in `bytes`, if `key` signed it.
///
/// # Errors
/// Any of [`Error`] but those of payloads. [`Error::WrongKey`] comes before the
/// signature is looked at.
pub fn verify<T: Document>(bytes: &[u8], key: &T::Key) -> Result<Verified<T>, Error> {
    verify_by(bytes, key.public())
}

/// The document in `bytes`, if the key it names itself signed it.
///
/// # Errors
/// As [`verify`].
pub fn introduce<T: NamesItsKey>(bytes: &[u8]) -> Result<Introduced<T>, Error> {
    let parts = Parts::split::<T>(bytes)?;
    let Verified {
        document, bytes, ..
    } = verify_by::<T>(bytes, &parts.key)?;
    // Document::check compared the key in the body with the signer; said again here
    // because everything about an introduction hangs on it.
    if document.its_key().public() != &parts.key {
        return Err(Error::WrongKey);
    }
    Ok(Introduced { document, bytes })
}

fn verify_by<T: Document>(bytes: &[u8], expected: &PublicKey) -> Result<Verified<T>, Error> {
    let parts = Parts::split::<T>(bytes)?;
    if parts.key != *expected {
        return Err(Error::WrongKey);
    }
    expected
        .verifying()
        .verify_strict(&signed_part(T::TYPE.name(), parts.body), &parts.signature)
        .map_err(|_| Error::Signature)?;
    let document: T = serde_json::from_slice(parts.body).map_err(|_| Error::Body)?;
    document.check(expected)?;
    Ok(Verified {
        document,
        bytes: bytes.to_vec(),
        signer: *expected,
    })
}

fn signed_part(name: &str, body: &[u8]) -> Vec<u8> {
    [name.as_bytes(), b"\n", body].concat()
}

struct Parts<'a> {
    key: PublicKey,
    signature: Signature,
    body: &'a [u8],
}

impl<'a> Parts<'a> {
    fn split<T: Document>(bytes: &'a [u8]) -> Result<Self, Error> {
        let max = T::TYPE.max_bytes();
        if bytes.len() > max {
            return Err(Error::TooLong(bytes.len(), max));
        }
        let rest = bytes
            .strip_prefix(T::TYPE.name().as_bytes())
            .and_then(|rest| rest.strip_prefix(b"\n"))
            .ok_or(Error::WrongType(T::TYPE))?;
        let (key, rest) = line::<32>(rest, b"key ")?;
        let (signature, body) = line::<64>(rest, b"sig ")?;
        Ok(Self {
            key: PublicKey::from_bytes(&key)?,
            signature: Signature::from_bytes(&signature),
            body,
        })
    }
}

/// `<label><base64 of N bytes>\n`, and what follows. Base64 has one spelling: padded,
/// no spare bits, no white space.
fn line<'a, const N: usize>(bytes: &'a [u8], label: &[u8]) -> Result<([u8; N], &'a [u8]), Error> {
    let rest = bytes.strip_prefix(label).ok_or(Error::Header)?;
    let length = N.div_ceil(3) * 4;
    let (text, rest) = rest.split_at_checked(length).ok_or(Error::Header)?;
    let rest = rest.strip_prefix(b"\n").ok_or(Error::Header)?;
    Ok((decode_base64(text).ok_or(Error::Header)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_in_the_type_is_the_role_in_the_table() {
        fn role<T: Document>() -> (SignedBy, bool) {
            let vault = std::any::type_name::<T::Key>() == std::any::type_name::<VaultKey>();
            (T::TYPE.signed_by(), vault)
        }
        assert_eq!(role::<Companion>(), (SignedBy::Vault, true));
        assert_eq!(role::<Whitelist>(), (SignedBy::Vault, true));
        assert_eq!(role::<Manifest>(), (SignedBy::Vault, true));
        assert_eq!(role::<Enrolment>(), (SignedBy::Itself, false));
        assert_eq!(role::<Receipt>(), (SignedBy::Pc, false));
    }

    #[test]
    fn no_type_name_is_the_beginning_of_another() {
        for a in DocumentType::ALL {
            for b in DocumentType::ALL {
                assert!(a == b || !b.name().starts_with(a.name()));
            }
        }
    }
}
