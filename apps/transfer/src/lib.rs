//! Signed documents that travel between the vault and a payroll PC on a companion
//! stick (受渡し用USB).
//!
//! | document       | says                                              | signed by |
//! |----------------|---------------------------------------------------|-----------|
//! | [`Companion`]  | this stick belongs to that vault                  | vault |
//! | [`Enrolment`]  | this payroll PC and program ask to be allowed     | the PC, by the key it names |
//! | [`Whitelist`]  | this PC and program may have these fields until … | vault |
//! | [`Bundle`]     | here they are, sealed to that PC alone            | vault |
//! | [`Receipt`]    | what became of them                               | the PC |
//!
//! Every document is `kuramori/<type>/v<N>`, a key, an Ed25519 signature and a JSON
//! body; `docs/formats/signed.md` describes the bytes. Nothing of a body can be
//! reached before its signature held against a key the caller expects: that is what
//! [`Verified`] proves. Documents that name their own key ([`Companion`] on a PC that
//! has never met the vault, [`Enrolment`]) give an [`Introduced`] instead, whose key a
//! person has to confirm, by [`comparison_words`](Introduced::comparison_words) say.
//!
//! The crate refuses whatever is over its type's size before it parses, unknown and
//! repeated fields, keys that may not sign a type, and text that could disguise itself
//! on a screen. It does no I/O and knows no clock: times are handed in, in seconds
//! since 1970-01-01 UTC. Randomness comes from the system's generator.
//!
//! ```
//! use transfer::*;
//! // On the vault's side: a companion.
//! let vault = SigningKey::from_bytes(&[7; 32]);
//! let companion = sign(
//!     Companion {
//!         companion: CompanionId::random(),
//!         vault_key: VaultKey::of(&vault),
//!         vault_name: "山田商店".parse()?,
//!         hardware: Hardware::new(0x0951, 0x1666, "Kingston", "DataTraveler", "60A4")?,
//!         size_bytes: 8 << 30,
//!         volume_nonce: VolumeNonce::random(),
//!         registered_unix: 1_790_000_000,
//!     },
//!     &vault,
//! )?;
//! // On a payroll PC: the vault's key is not known yet.
//! let introduced = introduce::<Companion>(companion.bytes())?;
//! assert_eq!(introduced.vault_name.as_str(), "山田商店");
//! // From then on it is.
//! assert!(verify::<Companion>(companion.bytes(), &introduced.vault_key).is_ok());
//! # Ok::<(), transfer::Error>(())
//! ```

mod bundle;
mod date;
mod documents;
mod error;
mod keys;
mod signed;
mod text;
mod words;

pub use bundle::{Bundle, BundleTerms, MAX_BUNDLE, MAX_PAYLOAD, MAX_PEOPLE, Manifest, seal};
pub use date::Date;
pub use documents::{
    Companion, Enrolment, Hardware, MAX_FIELDS, Outcome, Program, Receipt, Terms, Whitelist,
    approve,
};
pub use ed25519_dalek::SigningKey;
pub use error::Error;
pub use keys::{PcKey, PcPublic, PcSecrets, PublicKey, Recipient, VaultKey};
pub use mynumber::Purpose;
pub use signed::{
    Document, DocumentType, Introduced, NamesItsKey, SignatureKey, SignedBy, Verified, introduce,
    sign, verify,
};
pub use text::{
    CompanionId, EnrolmentId, EntryId, FieldName, FileName, FormatId, HandOverId, Name, PcId,
    ReasonCode, Sha256, VolumeNonce,
};
pub use words::WORDS;
