//! One vault, one payroll PC, one companion, with keys that everybody may know.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "tests, each of which uses a part"
)]

use transfer::*;

/// 2026-11-21 09:00 in Japan.
pub const NOW: i64 = 1_795_219_200;
pub const DAY: i64 = 86_400;
pub const PAYLOAD: &[u8] =
    "社員番号,続柄,氏名,個人番号\r\n001,本人,山田 太郎,123456789018\r\n".as_bytes();

pub fn vault() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub fn vault_key() -> VaultKey {
    VaultKey::of(&vault())
}

/// The identity is the one of rage's own tests.
pub fn pc() -> PcSecrets {
    PcSecrets::from_secret_text(PC_SECRETS).unwrap()
}

pub const PC_SECRETS: &str = "kuramori/pc-secrets/v1\n\
    AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n\
    CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=\n";

pub fn companion() -> Companion {
    Companion {
        companion: CompanionId::from_bytes([0xc0; 16]),
        vault_key: vault_key(),
        vault_name: "山田商店".parse().unwrap(),
        hardware: Hardware::new(0x0951, 0x1666, "Kingston", "DataTraveler 3.0", "60A44C").unwrap(),
        size_bytes: 15_518_924_800,
        volume_nonce: VolumeNonce::from_bytes([0x0a; 16]),
        registered_unix: NOW,
    }
}

pub fn program() -> Program {
    Program {
        file_name: "kyuyo.exe".parse().unwrap(),
        sha256: Sha256::of(b"the payroll program"),
    }
}

pub fn enrolment() -> Enrolment {
    let name = "経理のPC".parse().unwrap();
    Enrolment::new(&pc().public(), name, &companion(), program(), NOW + 60)
}

pub fn request() -> Introduced<Enrolment> {
    let signed = sign(enrolment(), pc().signing_key()).unwrap();
    introduce(signed.bytes()).unwrap()
}

pub fn terms() -> Terms {
    Terms {
        format: "general-utf8.1".parse().unwrap(),
        fields: ["employee_no", "name", "individual_number"]
            .map(|field| field.parse().unwrap())
            .to_vec(),
        purpose: Purpose::WithholdingTax,
        expires: "2027-03-31".parse().unwrap(),
        issued_unix: NOW + 120,
    }
}

pub fn whitelist() -> Whitelist {
    approve(
        &request(),
        &vault_key(),
        EntryId::from_bytes([0xe0; 16]),
        terms(),
    )
    .unwrap()
}

pub fn entry() -> Verified<Whitelist> {
    sign(whitelist(), &vault()).unwrap()
}

pub fn bundle_terms() -> BundleTerms {
    BundleTerms {
        hand_over: HandOverId::from_bytes([0xb0; 16]),
        people: 1,
        file_name: "kuramori.csv".parse().unwrap(),
        created_unix: NOW + 180,
        expires_unix: NOW + 14 * DAY,
    }
}

pub fn bundle() -> Bundle {
    seal(&entry(), bundle_terms(), PAYLOAD, &vault()).unwrap()
}

pub fn receipt() -> Receipt {
    Receipt {
        hand_over: bundle_terms().hand_over,
        pc: pc().public().id(),
        outcome: Outcome::ReadAndDeleted,
        opened_unix: Some(NOW + DAY),
        deleted_unix: Some(NOW + DAY + 30),
        user: "yamada".parse().unwrap(),
        program: program(),
        courier_version: "0.1.0".parse().unwrap(),
        reason: None,
    }
}

pub fn refused() -> Receipt {
    Receipt {
        outcome: Outcome::NotOpened,
        opened_unix: None,
        deleted_unix: None,
        reason: Some("E-705".parse().unwrap()),
        ..receipt()
    }
}
