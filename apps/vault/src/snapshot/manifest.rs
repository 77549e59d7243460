//! What a snapshot says of itself: `docs/formats/snapshot.md` has the bytes.

use super::signed;
use crate::{CompanyId, VaultError};
use ed25519_dalek::SigningKey;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// First line of the file, and of what is signed.
const TYPE: &str = "kuramori/snapshot/v1\n";
/// The most bytes of a manifest: some thousand companies.
pub(crate) const MAX_MANIFEST: u64 = 1 << 20;

/// A snapshot's contents and to which point of which vault they belong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Random, 32 hex digits: the ledger names the snapshot by it.
    pub id: String,
    /// Random id of the vault it was made of.
    pub vault: String,
    /// Seconds since 1970-01-01 UTC.
    pub made_unix: i64,
    /// Version of the program that made it.
    pub release: String,
    /// Version of the database's schema.
    pub schema: u32,
    /// Which writing of the keyring belongs to the database.
    pub keyring: u64,
    /// Every file beside the manifest.
    pub files: Vec<Piece>,
    /// Every company of the vault, by id.
    pub companies: Vec<CompanyHead>,
    pub counts: Counts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piece {
    pub name: String,
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

/// The newest entry of a company's ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyHead {
    pub id: CompanyId,
    /// The company's Ed25519 key, base64.
    pub signing_public: String,
    /// Its counter, and how many entries there are.
    pub entries: u64,
    /// Its hash, lower-case hex.
    pub hash: String,
}

/// How many rows there are, over all companies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    pub users: u64,
    pub people: u64,
    /// Numbers that can be read.
    pub numbers: u64,
    /// Numbers that were destroyed.
    pub tombstones: u64,
}

impl Manifest {
    /// The file, signed by each of `keys`; there is at least one.
    pub(crate) fn sign(&self, keys: &[SigningKey]) -> Result<Vec<u8>, VaultError> {
        let body = serde_json::to_string(self).map_err(|_| VaultError::NoMemory)?;
        Ok(signed::seal(TYPE, &body, keys))
    }

    /// Reads a manifest whose every signature holds and is by a company it lists. Whether
    /// those are the companies they claim to be, a vault or a login must say.
    pub(crate) fn read(file: &[u8]) -> Result<Self, VaultError> {
        let damaged = || VaultError::SnapshotDamaged("the manifest");
        let opened = signed::open(TYPE, file).map_err(VaultError::SnapshotDamaged)?;
        let manifest: Self = serde_json::from_str(opened.body).map_err(|_| damaged())?;
        let listed = |key: &&str| manifest.companies.iter().any(|c| c.signing_public == *key);
        if !opened.keys.iter().all(listed) {
            return Err(VaultError::SnapshotDamaged("a signature"));
        }
        Ok(manifest)
    }

    /// The file of this name.
    pub(crate) fn piece(&self, name: &str) -> Result<&Piece, VaultError> {
        let mut found = self.files.iter().filter(|piece| piece.name == name);
        match (found.next(), found.next()) {
            (Some(piece), None) => Ok(piece),
            _ => Err(VaultError::SnapshotDamaged("the list of files")),
        }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::signed::base64;
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn manifest(keys: &[SigningKey]) -> Manifest {
        Manifest {
            id: "0".repeat(32),
            vault: "1".repeat(32),
            made_unix: 1_795_212_000,
            release: "0.1.0".to_owned(),
            schema: 1,
            keyring: 3,
            files: Vec::new(),
            companies: keys
                .iter()
                .map(|key| CompanyHead {
                    id: "2".repeat(32),
                    signing_public: base64(key.verifying_key().as_bytes()),
                    entries: 7,
                    hash: "3".repeat(64),
                })
                .collect(),
            counts: Counts {
                users: 1,
                people: 2,
                numbers: 2,
                tombstones: 0,
            },
        }
    }

    #[test]
    fn what_was_signed_is_read_back_and_nothing_else_is() {
        let keys = [key(1), key(2)];
        let made = manifest(&keys);
        let file = made.sign(&keys).unwrap();
        assert_eq!(Manifest::read(&file).unwrap(), made);
        for i in 0..file.len() {
            let mut changed = file.clone();
            changed[i] ^= 1;
            assert!(Manifest::read(&changed).is_err(), "byte {i}");
            assert!(Manifest::read(&file[..i]).is_err(), "cut at {i}");
        }
    }

    #[test]
    fn it_is_signed_by_its_own_companies_each_once() {
        let made = manifest(&[key(1)]);
        for signers in [vec![], vec![key(9)], vec![key(1), key(1)]] {
            let file = made.sign(&signers).unwrap();
            assert!(Manifest::read(&file).is_err(), "{} keys", signers.len());
        }
    }
}
