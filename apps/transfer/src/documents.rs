//! The bodies of the small documents. Their fields are public: what a caller must not
//! be able to make is not the body but the proof around it.

use crate::{
    CompanionId, Date, EnrolmentId, EntryId, Error, FieldName, FileName, FormatId, HandOverId,
    Introduced, Name, PcId, PcKey, PcPublic, PublicKey, ReasonCode, Recipient, Sha256, VaultKey,
    VolumeNonce, text::is_plain,
};
use mynumber::Purpose;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Most fields that one whitelist entry names.
pub const MAX_FIELDS: usize = 64;

/// The identity of a companion stick (受渡し用USB); `docs/formats/companion.md`.
///
/// The vault knows a copy from the original by [`Hardware`], which is not copied along;
/// this document is what tells a payroll PC whose stick it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    pub companion: CompanionId,
    /// The vault it belongs to; also the one who signs.
    pub vault_key: VaultKey,
    /// The company's name (事業者の名称), for people to read.
    pub vault_name: Name,
    pub hardware: Hardware,
    /// The device's size in bytes.
    pub size_bytes: u64,
    pub volume_nonce: VolumeNonce,
    /// Seconds since 1970-01-01 UTC by the vault's clock.
    pub registered_unix: i64,
}

impl Companion {
    pub(crate) fn check_against(&self, signer: &PublicKey) -> Result<(), Error> {
        if self.vault_key.as_public() == signer {
            Ok(())
        } else {
            Err(Error::WrongKey)
        }
    }
}

/// What a USB device says of itself. Texts may be empty: many sticks have no serial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawHardware")]
pub struct Hardware {
    vendor_id: u16,
    product_id: u16,
    vendor: String,
    product: String,
    serial: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHardware {
    vendor_id: u16,
    product_id: u16,
    vendor: String,
    product: String,
    serial: String,
}

impl TryFrom<RawHardware> for Hardware {
    type Error = Error;

    fn try_from(raw: RawHardware) -> Result<Self, Error> {
        Self::new(
            raw.vendor_id,
            raw.product_id,
            &raw.vendor,
            &raw.product,
            &raw.serial,
        )
    }
}

impl Hardware {
    /// # Errors
    /// [`Error::Text`] if a text has over 64 characters or is not plain.
    pub fn new(
        vendor_id: u16,
        product_id: u16,
        vendor: &str,
        product: &str,
        serial: &str,
    ) -> Result<Self, Error> {
        for text in [vendor, product, serial] {
            if text.chars().nth(64).is_some() || !is_plain(text) {
                return Err(Error::Text("hardware"));
            }
        }
        Ok(Self {
            vendor_id,
            product_id,
            vendor: vendor.to_owned(),
            product: product.to_owned(),
            serial: serial.to_owned(),
        })
    }

    pub fn vendor_id(&self) -> u16 {
        self.vendor_id
    }

    pub fn product_id(&self) -> u16 {
        self.product_id
    }

    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    pub fn product(&self) -> &str {
        &self.product
    }

    pub fn serial(&self) -> &str {
        &self.serial
    }
}

/// A program on a payroll PC, known by the bytes of its executable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// File name of the executable, without its path, for people to read.
    pub file_name: Name,
    pub sha256: Sha256,
}

/// A payroll PC asks to be allowed; `docs/formats/enrolment.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Follows from the two keys below.
    pub pc: PcId,
    pub pc_name: Name,
    pub recipient: Recipient,
    /// Also the one who signs.
    pub pc_key: PcKey,
    /// The stick it was written to, so that a request copied elsewhere is worth nothing.
    pub companion: CompanionId,
    /// The vault it was made for.
    pub vault_key: VaultKey,
    pub program: Program,
    /// Seconds since 1970-01-01 UTC by the PC's clock.
    pub created_unix: i64,
}

impl Enrolment {
    /// A request of the PC with these keys, for the vault that `companion` names.
    pub fn new(
        pc: &PcPublic,
        pc_name: Name,
        companion: &Companion,
        program: Program,
        created_unix: i64,
    ) -> Self {
        Self {
            pc: pc.id(),
            pc_name,
            recipient: pc.recipient.clone(),
            pc_key: pc.pc_key,
            companion: companion.companion,
            vault_key: companion.vault_key,
            program,
            created_unix,
        }
    }

    pub fn pc_public(&self) -> PcPublic {
        PcPublic {
            recipient: self.recipient.clone(),
            pc_key: self.pc_key,
        }
    }

    pub(crate) fn check_against(&self, signer: &PublicKey) -> Result<(), Error> {
        if self.pc_key.as_public() != signer {
            return Err(Error::WrongKey);
        }
        if self.pc != self.pc_public().id() {
            return Err(Error::Contradiction("the PC's id is not that of its keys"));
        }
        Ok(())
    }
}

impl Introduced<Enrolment> {
    /// Id of this request: the first 128 bits of SHA-256 over
    /// `kuramori/enrolment-id/v1\n` and the document.
    pub fn id(&self) -> EnrolmentId {
        let hash = Sha256::of(&[b"kuramori/enrolment-id/v1\n", self.bytes()].concat());
        EnrolmentId::from_digest(hash.as_bytes())
    }
}

/// An entry of the whitelist (許可一覧): this PC and program may have these fields, in
/// this format, for this purpose, until that day; `docs/formats/whitelist.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whitelist {
    pub entry: EntryId,
    pub companion: CompanionId,
    /// Follows from the two keys below.
    pub pc: PcId,
    pub pc_name: Name,
    pub recipient: Recipient,
    /// Receipts under this entry are signed with it.
    pub pc_key: PcKey,
    pub program: Program,
    pub format: FormatId,
    /// What the format shows of a person, each once, at least one.
    pub fields: Vec<FieldName>,
    /// The one purpose (利用目的; 番号法9条), by its code.
    #[serde(with = "purpose_code")]
    pub purpose: Purpose,
    /// The last day on which it holds.
    pub expires: Date,
    /// Seconds since 1970-01-01 UTC by the vault's clock.
    pub issued_unix: i64,
}

/// What the 責任者 decides when approving a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub format: FormatId,
    pub fields: Vec<FieldName>,
    pub purpose: Purpose,
    /// The last day on which the entry holds.
    pub expires: Date,
    /// Now, seconds since 1970-01-01 UTC.
    pub issued_unix: i64,
}

/// The whitelist entry that grants `request` under `terms`, ready to be signed.
///
/// The request has to name this vault: a request made for another one may have been
/// compared on another screen.
///
/// # Errors
/// [`Error::WrongKey`] if it was made for another vault; [`Error::Contradiction`] if
/// the terms do not hold together or have passed already.
pub fn approve(
    request: &Introduced<Enrolment>,
    vault: &VaultKey,
    entry: EntryId,
    terms: Terms,
) -> Result<Whitelist, Error> {
    if request.vault_key != *vault {
        return Err(Error::WrongKey);
    }
    let whitelist = Whitelist {
        entry,
        companion: request.companion,
        pc: request.pc,
        pc_name: request.pc_name.clone(),
        recipient: request.recipient.clone(),
        pc_key: request.pc_key,
        program: request.program.clone(),
        format: terms.format,
        fields: terms.fields,
        purpose: terms.purpose,
        expires: terms.expires,
        issued_unix: terms.issued_unix,
    };
    whitelist.check_fields()?;
    Ok(whitelist)
}

impl Whitelist {
    /// Whether the last day has passed in Japan at this moment (seconds since
    /// 1970-01-01 UTC).
    pub fn is_expired(&self, unix_seconds: i64) -> bool {
        unix_seconds >= self.expires.end_unix()
    }

    pub fn pc_public(&self) -> PcPublic {
        PcPublic {
            recipient: self.recipient.clone(),
            pc_key: self.pc_key,
        }
    }

    pub(crate) fn check_fields(&self) -> Result<(), Error> {
        if self.pc != self.pc_public().id() {
            return Err(Error::Contradiction("the PC's id is not that of its keys"));
        }
        if self.fields.is_empty() || self.fields.len() > MAX_FIELDS {
            return Err(Error::Contradiction("an entry names 1 to 64 fields"));
        }
        if (1..self.fields.len()).any(|i| self.fields[..i].contains(&self.fields[i])) {
            return Err(Error::Contradiction("a field is named twice"));
        }
        if self.is_expired(self.issued_unix) {
            return Err(Error::Contradiction("it expired before it was issued"));
        }
        Ok(())
    }
}

/// How a hand-over ended on the payroll PC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The program closed the file and it was removed.
    ReadAndDeleted,
    /// It was removed at the time limit.
    TimedOut,
    /// It was removed because the companion was pulled.
    StickPulled,
    /// It was removed because the courier was told to stop, the program ended without
    /// reading it, or a safeguard (the network cut, the guard of the file) was lost.
    Stopped,
    /// A crash came between; it was removed at the next start.
    SweptAfterCrash,
    /// It was never put where a program could read it.
    NotOpened,
}

/// What became of a hand-over (受領記録); `docs/formats/receipt.md`. Its times are the
/// payroll PC's: a witness, not the truth, so nothing is asked of their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub hand_over: HandOverId,
    pub pc: PcId,
    pub outcome: Outcome,
    /// When the program first opened the file, seconds since 1970-01-01 UTC; none if
    /// it never did.
    pub opened_unix: Option<i64>,
    /// When the file was removed; none exactly if there never was one.
    pub deleted_unix: Option<i64>,
    /// Login name of who ran the program, or of who started the courier.
    pub user: Name,
    /// The program that read the file, or for which it was meant.
    pub program: Program,
    pub courier_version: FileName,
    /// Why it was not opened; given exactly with [`Outcome::NotOpened`].
    pub reason: Option<ReasonCode>,
}

impl Receipt {
    pub(crate) fn check_fields(&self) -> Result<(), Error> {
        let not_opened = self.outcome == Outcome::NotOpened;
        if not_opened != self.reason.is_some() {
            return Err(Error::Contradiction(
                "a reason is given exactly when it was not opened",
            ));
        }
        if not_opened == self.deleted_unix.is_some() {
            return Err(Error::Contradiction(
                "a file is removed exactly when there was one",
            ));
        }
        let opened = self.opened_unix.is_some();
        if (not_opened && opened) || (self.outcome == Outcome::ReadAndDeleted && !opened) {
            return Err(Error::Contradiction(
                "the time of opening does not fit the outcome",
            ));
        }
        Ok(())
    }
}

pub(crate) mod purpose_code {
    use super::*;

    pub fn serialize<S: Serializer>(purpose: &Purpose, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(purpose.code())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Purpose, D::Error> {
        let code = String::deserialize(from)?;
        Purpose::from_code(&code).ok_or_else(|| serde::de::Error::custom("no such purpose"))
    }
}
