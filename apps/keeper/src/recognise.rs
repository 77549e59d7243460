//! Which stick is this? What is plugged in against what was registered.

use crate::outside::Plugged;
use codes::ErrorCode;
use protocol::system::StickHardware;
use transfer::{Companion, CompanionId, Hardware, VaultKey, Verified, verify};

/// What the vault remembers of a registered companion.
#[derive(Clone, Debug)]
pub(crate) struct Registered {
    /// The identity's bytes as they were put on the stick.
    pub identity: Vec<u8>,
    pub name: String,
}

/// A stick that is the registered companion itself: identity and hardware agree.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub companion: Verified<Companion>,
    pub name: String,
}

/// Why a stick is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stranger {
    /// It has no identity, one of another vault, or one that is not registered (any more).
    Unknown,
    /// It carries the identity of a registered companion, but it is another device.
    Cloned { id: CompanionId, name: String },
}

impl From<&Stranger> for ErrorCode {
    fn from(stranger: &Stranger) -> Self {
        match stranger {
            Stranger::Unknown => ErrorCode::CompanionUnknown,
            Stranger::Cloned { .. } => ErrorCode::CompanionCloned,
        }
    }
}

/// Compares the identity that a porter read with the registration and with the
/// hardware that init saw. The identity's bytes can be copied to any stick; vendor,
/// product, serial number and size come from the device itself.
///
/// Sticks without a serial number, of one make and size, cannot be told apart.
pub(crate) fn recognise(
    identity: Option<&[u8]>,
    plugged: &Plugged,
    vault: &VaultKey,
    registered: impl FnOnce(CompanionId) -> Option<Registered>,
) -> Result<Recognised, Stranger> {
    let identity = identity.ok_or(Stranger::Unknown)?;
    let companion: Verified<Companion> = verify(identity, vault).map_err(|_| Stranger::Unknown)?;
    let registered = registered(companion.companion)
        .filter(|r| r.identity == identity)
        .ok_or(Stranger::Unknown)?;
    if is_device(plugged, &companion) {
        Ok(Recognised {
            companion,
            name: registered.name,
        })
    } else {
        Err(Stranger::Cloned {
            id: companion.companion,
            name: registered.name,
        })
    }
}

/// Whether this is the device that the identity was made for.
pub(crate) fn is_device(plugged: &Plugged, companion: &Companion) -> bool {
    hardware(&plugged.hardware).as_ref() == Some(&companion.hardware)
        && plugged.size == companion.size_bytes
}

/// The descriptors as they stand in an identity; `None` when a text in them cannot
/// stand there (init has cut and cleaned them, so it can).
pub(crate) fn hardware(of: &StickHardware) -> Option<Hardware> {
    Hardware::new(
        of.vendor_id,
        of.product_id,
        &of.vendor,
        &of.product,
        &of.serial,
    )
    .ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use transfer::{SigningKey, VolumeNonce, sign};

    const SIZE: u64 = 8 << 30;

    fn stick(serial: &str) -> Plugged {
        Plugged {
            hardware: StickHardware {
                vendor_id: 0x0951,
                product_id: 0x1666,
                vendor: "Kingston".into(),
                product: "DataTraveler".into(),
                serial: serial.into(),
            },
            size: SIZE,
        }
    }

    fn identity(key: &SigningKey) -> Verified<Companion> {
        let body = Companion {
            companion: CompanionId::from_bytes([1; 16]),
            vault_key: VaultKey::of(key),
            vault_name: "山田商店".parse().unwrap(),
            hardware: hardware(&stick("60A4").hardware).unwrap(),
            size_bytes: SIZE,
            volume_nonce: VolumeNonce::from_bytes([2; 16]),
            registered_unix: 1_790_000_000,
        };
        sign(body, key).unwrap()
    }

    fn vault() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    fn meet(bytes: Option<&[u8]>, plugged: &Plugged) -> Result<Recognised, Stranger> {
        let registered = identity(&vault());
        recognise(bytes, plugged, &VaultKey::of(&vault()), |id| {
            (id == registered.companion).then(|| Registered {
                identity: registered.bytes().to_vec(),
                name: "経理の受渡し".into(),
            })
        })
    }

    #[test]
    fn the_registered_stick_itself_is_recognised() {
        let document = identity(&vault());
        let met = meet(Some(document.bytes()), &stick("60A4")).unwrap();
        assert_eq!(met.name, "経理の受渡し");
        assert_eq!(met.companion.bytes(), document.bytes());
    }

    #[test]
    fn the_same_identity_on_another_device_is_a_clone() {
        let bytes = identity(&vault()).bytes().to_vec();
        let mut smaller = stick("60A4");
        smaller.size -= 512;
        for other in [stick("60A5"), smaller] {
            assert!(matches!(
                meet(Some(&bytes), &other),
                Err(Stranger::Cloned { .. })
            ));
        }
    }

    #[test]
    fn a_stick_without_an_identity_or_with_a_foreign_one_is_unknown() {
        let foreign = identity(&SigningKey::from_bytes(&[8; 32]));
        let mut forged = identity(&vault()).bytes().to_vec();
        *forged.last_mut().unwrap() ^= 1;
        for bytes in [
            None,
            Some(foreign.bytes()),
            Some(&forged[..]),
            Some(&[][..]),
        ] {
            assert_eq!(meet(bytes, &stick("60A4")).unwrap_err(), Stranger::Unknown);
        }
    }

    #[test]
    fn an_identity_that_is_not_registered_any_more_is_unknown() {
        let bytes = identity(&vault()).bytes().to_vec();
        let met = recognise(
            Some(&bytes),
            &stick("60A4"),
            &VaultKey::of(&vault()),
            |_| None,
        );
        assert_eq!(met.unwrap_err(), Stranger::Unknown);
    }
}
