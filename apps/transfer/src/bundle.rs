use crate::{
    Error, FileName, FormatId, HandOverId, PcSecrets, PublicKey, Sha256, SigningKey, VaultKey,
    Verified, Whitelist, sign, verify,
};
use mynumber::Purpose;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use zeroize::Zeroizing;

/// Most bytes that one bundle seals: 900 KiB, so that sealed and with its manifest it
/// fits into a companion's largest file, 1 MiB.
pub const MAX_PAYLOAD: usize = 900 * 1024;
/// Most bytes of a bundle.
pub const MAX_BUNDLE: usize = 1 << 20;
/// Most people of one bundle.
pub const MAX_PEOPLE: u32 = 10_000;

/// age's header, nonce and one authentication tag per 64 KiB take less than this.
const MAX_SEALED: usize = MAX_PAYLOAD + 16 * 1024;

/// What the vault signs about a payload (目録); `docs/formats/bundle.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub hand_over: HandOverId,
    /// The whole whitelist document under which it was made.
    whitelist: String,
    /// How many people the payload is about; 1 to [`MAX_PEOPLE`].
    pub people: u32,
    /// As in the whitelist entry.
    #[serde(with = "crate::documents::purpose_code")]
    pub purpose: Purpose,
    /// As in the whitelist entry.
    pub format: FormatId,
    /// The name that the program on the payroll PC finds the file under.
    pub file_name: FileName,
    /// Of the sealed payload. Not of what is inside: a hash of twelve digits would
    /// give the digits away to whoever finds the stick.
    pub sealed_sha256: Sha256,
    /// Bytes of the sealed payload.
    pub sealed_bytes: u32,
    /// Seconds since 1970-01-01 UTC by the vault's clock.
    pub created_unix: i64,
    /// From this moment on it is not opened; not after the entry's last day.
    pub expires_unix: i64,
}

impl Manifest {
    pub(crate) fn check_against(&self, signer: &PublicKey) -> Result<(), Error> {
        let whitelist = self.whitelist(&VaultKey::from_bytes(signer.as_bytes())?)?;
        if !(1..=MAX_PEOPLE).contains(&self.people) {
            return Err(Error::Contradiction("a bundle is about 1 to 10000 people"));
        }
        if self.sealed_bytes as usize > MAX_SEALED {
            return Err(Error::TooLong(self.sealed_bytes as usize, MAX_SEALED));
        }
        if self.purpose != whitelist.purpose || self.format != whitelist.format {
            return Err(Error::Contradiction("it is not what its entry allows"));
        }
        if self.created_unix < whitelist.issued_unix {
            return Err(Error::Contradiction("it is older than its entry"));
        }
        if self.expires_unix <= self.created_unix {
            return Err(Error::Contradiction("it expired before it was made"));
        }
        if self.expires_unix > whitelist.expires.end_unix() {
            return Err(Error::Contradiction("it outlives its entry"));
        }
        Ok(())
    }

    fn whitelist(&self, vault: &VaultKey) -> Result<Verified<Whitelist>, Error> {
        verify(self.whitelist.as_bytes(), vault)
    }

    /// Whether it must not be opened any more at this moment (seconds since
    /// 1970-01-01 UTC).
    pub fn is_expired(&self, unix_seconds: i64) -> bool {
        unix_seconds >= self.expires_unix
    }
}

/// What the vault decides about one hand-over; the rest stands in the whitelist entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleTerms {
    pub hand_over: HandOverId,
    pub people: u32,
    pub file_name: FileName,
    /// Now, seconds since 1970-01-01 UTC.
    pub created_unix: i64,
    /// Shortened to the end of the entry's last day.
    pub expires_unix: i64,
}

/// Seals `payload` to the payroll PC of `whitelist`, and to nobody else, and signs the
/// manifest: the bytes of a `BUNDLES/*.KBN`.
///
/// # Errors
/// [`Error::PayloadTooLong`]; [`Error::WrongKey`] if `vault` did not sign the entry;
/// [`Error::Contradiction`] if the terms do not fit the entry (it has expired, say).
pub fn seal(
    whitelist: &Verified<Whitelist>,
    terms: BundleTerms,
    payload: &[u8],
    vault: &SigningKey,
) -> Result<Bundle, Error> {
    if payload.len() > MAX_PAYLOAD {
        return Err(Error::PayloadTooLong(payload.len()));
    }
    let sealed = encrypt(whitelist, payload).map_err(|_| Error::Sealed)?;
    let manifest = sign(
        Manifest {
            hand_over: terms.hand_over,
            whitelist: String::from_utf8(whitelist.bytes().to_vec()).map_err(|_| Error::Body)?,
            people: terms.people,
            purpose: whitelist.purpose,
            format: whitelist.format.clone(),
            file_name: terms.file_name,
            sealed_sha256: Sha256::of(&sealed),
            sealed_bytes: u32::try_from(sealed.len()).map_err(|_| Error::Sealed)?,
            created_unix: terms.created_unix,
            expires_unix: terms.expires_unix.min(whitelist.expires.end_unix()),
        },
        vault,
    )?;
    let length = u32::try_from(manifest.bytes().len()).map_err(|_| Error::Body)?;
    let bytes = [&length.to_le_bytes(), manifest.bytes(), &sealed].concat();
    Bundle::verify(&bytes, &VaultKey::of(vault))
}

fn encrypt(whitelist: &Whitelist, payload: &[u8]) -> std::io::Result<Vec<u8>> {
    let recipient: &dyn age::Recipient = whitelist.recipient.as_age();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient))
        .map_err(std::io::Error::other)?;
    let mut sealed = Vec::with_capacity(payload.len() + 16 * 1024);
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(payload)?;
    writer.finish()?;
    Ok(sealed)
}

/// A bundle whose manifest, whitelist entry and sealed payload belong together and come
/// from the expected vault.
#[derive(Clone, Debug)]
pub struct Bundle {
    manifest: Verified<Manifest>,
    whitelist: Verified<Whitelist>,
    bytes: Vec<u8>,
    /// Where the sealed payload begins in `bytes`.
    sealed_at: usize,
}

impl Bundle {
    /// # Errors
    /// Any of [`Error`]. Expiry is not looked at: ask [`Manifest::is_expired`].
    pub fn verify(bytes: &[u8], vault: &VaultKey) -> Result<Self, Error> {
        if bytes.len() > MAX_BUNDLE {
            return Err(Error::TooLong(bytes.len(), MAX_BUNDLE));
        }
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(Error::Header)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (manifest, sealed) = rest.split_at_checked(length).ok_or(Error::Header)?;
        let manifest: Verified<Manifest> = verify(manifest, vault)?;
        if sealed.len() != manifest.sealed_bytes as usize
            || Sha256::of(sealed) != manifest.sealed_sha256
        {
            return Err(Error::PayloadExchanged);
        }
        Ok(Self {
            whitelist: manifest.whitelist(vault)?,
            sealed_at: 4 + length,
            manifest,
            bytes: bytes.to_vec(),
        })
    }

    pub fn manifest(&self) -> &Verified<Manifest> {
        &self.manifest
    }

    /// The entry it was made under.
    pub fn whitelist(&self) -> &Verified<Whitelist> {
        &self.whitelist
    }

    /// The bytes of the file on the companion.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The payload, in memory that is wiped.
    ///
    /// # Errors
    /// [`Error::NotForThisKey`] if it was made for other keys, [`Error::Sealed`] if the
    /// payload is damaged although it is the one that was signed.
    pub fn open(&self, keys: &PcSecrets) -> Result<Zeroizing<Vec<u8>>, Error> {
        if self.whitelist.pc != keys.public().id() {
            return Err(Error::NotForThisKey);
        }
        let sealed = &self.bytes[self.sealed_at..];
        let identity: &dyn age::Identity = keys.identity();
        let reader = age::Decryptor::new_buffered(sealed)
            .and_then(|decryptor| decryptor.decrypt(std::iter::once(identity)))
            .map_err(|error| match error {
                age::DecryptError::NoMatchingKeys => Error::NotForThisKey,
                _ => Error::Sealed,
            })?;
        // What is sealed is longer than what is inside, so this never grows, and
        // growing would leave an unwiped copy behind.
        let mut payload = Zeroizing::new(Vec::with_capacity(sealed.len()));
        reader
            .take(MAX_PAYLOAD as u64 + 1)
            .read_to_end(&mut payload)
            .map_err(|_| Error::Sealed)?;
        if payload.len() > MAX_PAYLOAD {
            return Err(Error::PayloadTooLong(payload.len()));
        }
        Ok(payload)
    }
}
