//! Chains and what a reader must say about them, for other implementations; broken ones
//! included. `KURAMORI_BLESS=1` writes them anew.
#![allow(clippy::unwrap_used, reason = "tests")]

use ed25519_dalek::{SigningKey, VerifyingKey};
use ledger::*;
use mynumber::Purpose;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

#[derive(Clone, Serialize, Deserialize)]
struct Vector {
    /// Ed25519, hex.
    public_key: String,
    entries: Vec<KeptEntry>,
    checkpoints: Vec<KeptCheckpoint>,
    /// `intact`, or where and how it is broken.
    verdict: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptEntry {
    /// The bytes, which are UTF-8.
    bytes: String,
    hash: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct KeptCheckpoint {
    body: String,
    signature: String,
}

fn verdict(vector: &Vector) -> String {
    let key: [u8; 32] = unhex(&vector.public_key).try_into().unwrap();
    let key = VerifyingKey::from_bytes(&key).unwrap();
    let mut checkpoints = Vec::new();
    for c in &vector.checkpoints {
        let signature: [u8; 64] = unhex(&c.signature).try_into().unwrap();
        match SignedCheckpoint::verify(c.body.as_bytes(), &signature, &key) {
            Ok(checkpoint) => checkpoints.push(checkpoint),
            Err(e) => return e.to_string(),
        }
    }
    let mut chain = ChainVerifier::with_checkpoints(&checkpoints);
    for e in &vector.entries {
        let hash = Hash::from_hex(&e.hash).unwrap();
        if let Err(b) = chain.push(e.bytes.as_bytes(), hash) {
            return b.to_string();
        }
    }
    chain
        .finish()
        .map_or_else(|b| b.to_string(), |_| "intact".into())
}

fn intact() -> Vector {
    let key = SigningKey::from_bytes(&[7; 32]);
    let person = Subject::Person {
        id: 7,
        employee_no: "0001".into(),
        name: "髙橋 花子".into(),
    };
    let story = [
        (Event::FirstRun, None, None, Outcome::Ok),
        (Event::Login, None, None, Outcome::Ok),
        (
            Event::PersonRegistered,
            Some(person.clone()),
            None,
            Outcome::Ok,
        ),
        (
            Event::NumberRevealed,
            Some(person.clone()),
            Some(Purpose::WithholdingTax),
            Outcome::Ok,
        ),
        (
            Event::NumberRevealed,
            Some(person),
            Some(Purpose::EmploymentInsurance),
            Outcome::Refused("E-302".into()),
        ),
        (Event::Lock, None, None, Outcome::Ok),
    ];
    let mut vector = Vector {
        public_key: hex(key.verifying_key().as_bytes()),
        entries: Vec::new(),
        checkpoints: Vec::new(),
        verdict: "intact".into(),
    };
    let mut prev = Hash::GENESIS;
    for (i, (event, subject, purpose, outcome)) in story.into_iter().enumerate() {
        let seq = i as u64 + 1;
        let entry = Entry {
            seq,
            unix_seconds: 1_795_212_000 + 10 * seq as i64,
            clock_confirmed: true,
            user: Some(User {
                id: 1,
                name: "山田 太郎".into(),
                role: Role::Responsible,
                department: Some("総務部".into()),
            }),
            pc: Pc {
                id: "a1b2c3d4e5f60718".into(),
                name: "OptiPlex 3080".into(),
            },
            session: Some(SessionStamp {
                id: "5eed".into(),
                seconds: 10 * seq,
            }),
            event,
            subject,
            purpose,
            document: None,
            count: None,
            outcome,
        };
        let link = Link::seal(&entry, &prev, Salt::from_bytes([seq as u8; 16])).unwrap();
        prev = link.hash();
        vector.entries.push(KeptEntry {
            bytes: String::from_utf8(link.bytes().to_vec()).unwrap(),
            hash: prev.to_string(),
        });
        if matches!(event, Event::Login | Event::Lock) {
            let checkpoint = Checkpoint {
                seq,
                hash: prev,
                unix_seconds: entry.unix_seconds,
            };
            let signed = SignedCheckpoint::sign(checkpoint, &key);
            vector.checkpoints.push(KeptCheckpoint {
                body: String::from_utf8(signed.body().to_vec()).unwrap(),
                signature: hex(signed.signature()),
            });
        }
    }
    vector
}

/// The hash that a forger would put beside entry `n` (from 0) after changing its bytes.
fn rehashed(vector: &Vector, n: usize, bytes: &str) -> String {
    let prev = Hash::from_hex(&vector.entries[n - 1].hash).unwrap();
    Hash::link(&prev, &Content::of(bytes.as_bytes())).to_string()
}

/// Every vector by its file's name.
fn vectors() -> Vec<(&'static str, Vector)> {
    let changed = |change: &dyn Fn(&mut Vector)| {
        let mut vector = intact();
        change(&mut vector);
        vector.verdict = verdict(&vector);
        vector
    };
    vec![
        ("intact", intact()),
        (
            "edited",
            changed(&|v| v.entries[3].bytes = v.entries[3].bytes.replace("TAX_WH", "EI")),
        ),
        (
            "edited-and-rehashed",
            changed(&|v| {
                let bytes = v.entries[3].bytes.replace("TAX_WH", "EI");
                v.entries[3].hash = rehashed(v, 3, &bytes);
                v.entries[3].bytes = bytes;
            }),
        ),
        ("reordered", changed(&|v| v.entries.swap(2, 3))),
        ("removed", changed(&|v| drop(v.entries.remove(2)))),
        ("truncated", changed(&|v| v.entries.truncate(5))),
        (
            "foreign-checkpoint",
            changed(&|v| {
                v.public_key = hex(SigningKey::from_bytes(&[8; 32]).verifying_key().as_bytes())
            }),
        ),
        (
            "spaces-added",
            changed(&|v| {
                let bytes = v.entries[5].bytes.replace("\"seq\":", "\"seq\": ");
                v.entries[5].hash = rehashed(v, 5, &bytes);
                v.entries[5].bytes = bytes;
            }),
        ),
    ]
}

#[test]
fn every_stored_vector_gets_the_verdict_beside_it() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors"));
    for (name, fresh) in vectors() {
        let path = folder.join(format!("{name}.json"));
        let text = serde_json::to_string_pretty(&fresh).unwrap() + "\n";
        if std::env::var_os("KURAMORI_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == text,
            "{name}: the format changed; a new one needs a new version"
        );
        let kept: Vector = serde_json::from_str(&kept).unwrap();
        assert_eq!(verdict(&kept), kept.verdict, "{name}");
        assert_eq!(kept.verdict == "intact", name == "intact", "{name}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
        .collect()
}
