use crate::Hash;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

const DOMAIN: &[u8] = b"kuramori/ledger-checkpoint/v1\n";
/// The most bytes of a checkpoint's body.
const MAX_BODY: usize = 256;

/// A statement of the vault's key: entry `seq` has this hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub seq: u64,
    pub hash: Hash,
    /// When it was signed, by the stick's clock, seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
}

/// A checkpoint whose signature holds: made by signing or by verification only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    body: Vec<u8>,
    signature: [u8; 64],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error("the bytes are not a checkpoint in its one form")]
    Malformed,
    #[error("the checkpoint's signature does not hold")]
    Signature,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    seq: u64,
    hash: String,
    unix_seconds: i64,
}

impl SignedCheckpoint {
    pub fn sign(checkpoint: Checkpoint, key: &SigningKey) -> Self {
        let body = format!(
            r#"{{"seq":{},"hash":"{}","unix_seconds":{}}}"#,
            checkpoint.seq, checkpoint.hash, checkpoint.unix_seconds
        )
        .into_bytes();
        let signature = key.sign(&message(&body)).to_bytes();
        Self {
            checkpoint,
            body,
            signature,
        }
    }

    /// The checkpoint in these bytes, if `key` signed it.
    pub fn verify(
        body: &[u8],
        signature: &[u8; 64],
        key: &VerifyingKey,
    ) -> Result<Self, CheckpointError> {
        if body.len() > MAX_BODY {
            return Err(CheckpointError::Malformed);
        }
        key.verify_strict(&message(body), &Signature::from_bytes(signature))
            .map_err(|_| CheckpointError::Signature)?;
        let parsed: Body = serde_json::from_slice(body).map_err(|_| CheckpointError::Malformed)?;
        Ok(Self {
            checkpoint: Checkpoint {
                seq: parsed.seq,
                hash: Hash::from_hex(&parsed.hash).ok_or(CheckpointError::Malformed)?,
                unix_seconds: parsed.unix_seconds,
            },
            body: body.to_vec(),
            signature: *signature,
        })
    }

    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The JSON that was signed, after the domain line.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }
}

fn message(body: &[u8]) -> Vec<u8> {
    [DOMAIN, body].concat()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn signed() -> (SignedCheckpoint, VerifyingKey) {
        let key = SigningKey::from_bytes(&[9; 32]);
        let checkpoint = Checkpoint {
            seq: 42,
            hash: Hash::from_bytes([9; 32]),
            unix_seconds: 1_795_212_000,
        };
        (
            SignedCheckpoint::sign(checkpoint, &key),
            key.verifying_key(),
        )
    }

    #[test]
    fn a_signed_checkpoint_verifies() {
        let (c, key) = signed();
        assert_eq!(
            SignedCheckpoint::verify(c.body(), c.signature(), &key),
            Ok(c)
        );
    }

    #[test]
    fn another_key_or_another_body_does_not() {
        let (c, key) = signed();
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let refused = Err(CheckpointError::Signature);
        assert_eq!(
            SignedCheckpoint::verify(c.body(), c.signature(), &other),
            refused
        );
        let mut body = c.body().to_vec();
        body[8] ^= 1;
        assert_eq!(
            SignedCheckpoint::verify(&body, c.signature(), &key),
            refused
        );
    }

    #[test]
    fn something_huge_is_refused_before_it_is_looked_at() {
        let (c, key) = signed();
        let refused = Err(CheckpointError::Malformed);
        assert_eq!(
            SignedCheckpoint::verify(&[0; 257], c.signature(), &key),
            refused
        );
    }
}
