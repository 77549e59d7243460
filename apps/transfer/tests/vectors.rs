//! `tests/vectors/`: documents for other implementations, good ones and ones to refuse.
//!
//! `index.json` says of each file what it is, which key is expected, and the error that
//! this crate gives (`docs/formats/signed.md` describes them). To write them anew after
//! a change of format: `KURAMORI_WRITE_VECTORS=1 cargo test -p transfer --test vectors`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use base64::{Engine, engine::general_purpose::STANDARD};
use common::*;
use ed25519_dalek::Signer;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use transfer::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Index {
    vault_seed_hex: String,
    vault_key: String,
    pc_secrets: String,
    pc_key: String,
    pc_recipient: String,
    pc_id: String,
    enrolment_id: String,
    comparison_words: Vec<String>,
    payload_hex: String,
    vectors: Vec<Vector>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    file: String,
    document: String,
    /// `ok`, or the name of the error.
    expect: String,
    why: String,
}

struct Made {
    file: &'static str,
    document: &'static str,
    expect: &'static str,
    why: &'static str,
    bytes: Vec<u8>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Signs any body as any type, right or wrong.
fn raw(name: &str, body: &str, key: &SigningKey) -> Vec<u8> {
    let signature = key.sign(format!("{name}\n{body}").as_bytes());
    let (key, signature) = (key.verifying_key(), signature.to_bytes());
    let (key, signature) = (STANDARD.encode(key), STANDARD.encode(signature));
    format!("{name}\nkey {key}\nsig {signature}\n{body}").into_bytes()
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1).into_bytes()
}

/// The body of a document with something replaced, properly signed again.
fn resigned(bytes: &[u8], from: &str, to: &str, key: &SigningKey) -> Vec<u8> {
    let changed = String::from_utf8(replace(bytes, from, to)).unwrap();
    let (name, rest) = changed.split_once('\n').unwrap();
    let body = &rest[rest.find('{').unwrap()..];
    raw(name, body, key)
}

fn framed(manifest: &[u8], sealed: &[u8]) -> Vec<u8> {
    [&(manifest.len() as u32).to_le_bytes(), manifest, sealed].concat()
}

fn vectors(bundle: &[u8]) -> Vec<Made> {
    let (vault, pc) = (vault(), pc());
    let companion = sign(companion(), &vault).unwrap().bytes().to_vec();
    let enrolment = request().bytes().to_vec();
    let whitelist = entry().bytes().to_vec();
    let receipt = sign(receipt(), pc.signing_key()).unwrap().bytes().to_vec();
    let refused = sign(refused(), pc.signing_key()).unwrap().bytes().to_vec();

    let length = u32::from_le_bytes(bundle[..4].try_into().unwrap()) as usize;
    let (manifest, sealed) = bundle[4..].split_at(length);
    let mut other_sealed = sealed.to_vec();
    *other_sealed.last_mut().unwrap() ^= 1;
    let foreign = resigned(&whitelist, "{", "{", &SigningKey::from_bytes(&[8; 32]));
    let escape = |bytes: &[u8]| {
        let text = serde_json::to_string(std::str::from_utf8(bytes).unwrap()).unwrap();
        text.trim_matches('"').to_owned()
    };
    let foreign_entry = resigned(manifest, &escape(&whitelist), &escape(&foreign), &vault);
    let other_purpose = resigned(
        manifest,
        "\"purpose\":\"TAX_WH\",\"format\"",
        "\"purpose\":\"EI\",\"format\"",
        &vault,
    );

    let pc_key = pc.signing_key();
    let made = |file, document, expect, why, bytes| Made {
        file,
        document,
        expect,
        why,
        bytes,
    };
    vec![
        made(
            "companion.kid",
            "companion",
            "ok",
            "the vault's stick",
            companion.clone(),
        ),
        made(
            "enrolment.ker",
            "enrolment",
            "ok",
            "signed by the key it names",
            enrolment.clone(),
        ),
        made(
            "whitelist.kap",
            "whitelist",
            "ok",
            "grants the enrolment",
            whitelist.clone(),
        ),
        made(
            "bundle.kbn",
            "bundle",
            "ok",
            "opens to the payload",
            bundle.to_vec(),
        ),
        made(
            "receipt.krc",
            "receipt",
            "ok",
            "read and deleted",
            receipt.clone(),
        ),
        made(
            "receipt-not-opened.krc",
            "receipt",
            "ok",
            "refused as a replay",
            refused.clone(),
        ),
        made(
            "bad/changed-body",
            "companion",
            "Signature",
            "one character of the name changed",
            replace(&companion, "山田", "山口"),
        ),
        made(
            "bad/changed-signature",
            "receipt",
            "Signature",
            "the signature of another body",
            {
                let other = String::from_utf8(refused.clone()).unwrap();
                let body = std::str::from_utf8(&receipt).unwrap();
                let head = &other[..other.find('{').unwrap()];
                format!("{head}{}", &body[body.find('{').unwrap()..]).into_bytes()
            },
        ),
        made(
            "bad/another-type",
            "receipt",
            "WrongType",
            "a whitelist where a receipt is expected",
            whitelist.clone(),
        ),
        made(
            "bad/relabelled-type",
            "whitelist",
            "Signature",
            "a companion's bytes under another first line",
            replace(&companion, "companion/v1", "whitelist/v1"),
        ),
        made(
            "bad/version-2",
            "receipt",
            "WrongType",
            "a version that does not exist",
            raw("kuramori/receipt/v2", "{}", pc_key),
        ),
        made(
            "bad/another-key",
            "whitelist",
            "WrongKey",
            "properly signed by a key that is not the vault's",
            foreign,
        ),
        made(
            "bad/self-made-key",
            "enrolment",
            "WrongKey",
            "signed by a key other than the body names",
            resigned(&enrolment, "{", "{", &vault),
        ),
        made(
            "bad/crlf",
            "receipt",
            "WrongType",
            "line breaks of another system",
            String::from_utf8(receipt.clone())
                .unwrap()
                .replace('\n', "\r\n")
                .into_bytes(),
        ),
        made(
            "bad/base64-without-padding",
            "receipt",
            "Header",
            "the key's = left out",
            replace(&receipt, "=\nsig", "\nsig"),
        ),
        made(
            "bad/base64-spare-bits",
            "receipt",
            "Header",
            "the key's last character has bits beyond the key",
            {
                let text = String::from_utf8(receipt.clone()).unwrap();
                let at = text.find("=\nsig").unwrap() - 1;
                let last = text.as_bytes()[at];
                let mut bytes = text.into_bytes();
                bytes[at] = last + 1;
                bytes
            },
        ),
        made(
            "bad/no-signature",
            "receipt",
            "Header",
            "the line is missing",
            {
                let text = String::from_utf8(receipt.clone()).unwrap();
                let (from, to) = (text.find("sig ").unwrap(), text.find('{').unwrap());
                [&text[..from], &text[to..]].concat().into_bytes()
            },
        ),
        made(
            "bad/weak-key",
            "enrolment",
            "Header",
            "a point of small order as the key",
            replace(
                &enrolment,
                &pc.public().pc_key.to_string(),
                &STANDARD.encode([0u8; 32]),
            ),
        ),
        made(
            "bad/too-long",
            "receipt",
            "TooLong",
            "4097 bytes, the last ones blanks",
            {
                let body = String::from_utf8(receipt.clone()).unwrap();
                let body = &body[body.find('{').unwrap()..];
                let head = receipt.len() - body.len();
                raw(
                    "kuramori/receipt/v1",
                    &format!(
                        "{body:<width$}",
                        width = 4097 - head - (body.len() - body.chars().count())
                    ),
                    pc_key,
                )
            },
        ),
        made(
            "bad/unknown-field",
            "receipt",
            "Body",
            "a field this version does not know",
            resigned(&receipt, "{", "{\"extra\":1,", pc_key),
        ),
        made(
            "bad/repeated-field",
            "receipt",
            "Body",
            "one field twice",
            resigned(&receipt, "{", "{\"user\":\"a\",", pc_key),
        ),
        made(
            "bad/missing-field",
            "receipt",
            "Body",
            "no user",
            resigned(&receipt, "\"user\":\"yamada\",", "", pc_key),
        ),
        made(
            "bad/bytes-after-the-body",
            "receipt",
            "Body",
            "a second value",
            resigned(&receipt, "\"reason\":null}", "\"reason\":null}{}", pc_key),
        ),
        made(
            "bad/lower-case-id",
            "receipt",
            "Body",
            "ids are upper case",
            resigned(
                &receipt,
                "B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0B0",
                "b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0",
                pc_key,
            ),
        ),
        made(
            "bad/disguised-name",
            "companion",
            "Body",
            "a name with U+202E, which turns the text around",
            resigned(&companion, "山田商店", "山田\u{202e}商店", &vault),
        ),
        made(
            "bad/unknown-purpose",
            "whitelist",
            "Body",
            "purposes are a closed list",
            resigned(&whitelist, "TAX_WH", "OTHER", &vault),
        ),
        made(
            "bad/no-such-day",
            "whitelist",
            "Body",
            "31 April",
            resigned(&whitelist, "2027-03-31", "2027-04-31", &vault),
        ),
        made(
            "bad/field-twice",
            "whitelist",
            "Contradiction",
            "a field is named twice",
            resigned(&whitelist, "[\"employee_no\"", "[\"name\"", &vault),
        ),
        made(
            "bad/expired-when-issued",
            "whitelist",
            "Contradiction",
            "its last day was before it was issued",
            resigned(&whitelist, "2027-03-31", "2026-11-20", &vault),
        ),
        made(
            "bad/another-pc-id",
            "enrolment",
            "Contradiction",
            "the id is not that of the keys",
            resigned(
                &enrolment,
                &pc.public().id().to_string(),
                &"0".repeat(32),
                pc_key,
            ),
        ),
        made(
            "bad/reason-for-what-was-read",
            "receipt",
            "Contradiction",
            "read, and a reason for not opening",
            resigned(&receipt, "\"reason\":null", "\"reason\":\"E-705\"", pc_key),
        ),
        made(
            "bad/never-read-but-read",
            "receipt",
            "Contradiction",
            "read and deleted without a time of opening",
            resigned(
                &receipt,
                &format!("\"opened_unix\":{}", NOW + DAY),
                "\"opened_unix\":null",
                pc_key,
            ),
        ),
        made(
            "bad/exchanged-payload",
            "bundle",
            "PayloadExchanged",
            "the last byte of the payload changed",
            framed(manifest, &other_sealed),
        ),
        made(
            "bad/cut-payload",
            "bundle",
            "PayloadExchanged",
            "the last byte of the payload missing",
            bundle[..bundle.len() - 1].to_vec(),
        ),
        made(
            "bad/longer-payload",
            "bundle",
            "PayloadExchanged",
            "a byte after the payload",
            [bundle, &[0]].concat(),
        ),
        made(
            "bad/length-beyond-the-end",
            "bundle",
            "Header",
            "the manifest's length is larger than the file",
            [&0x00ff_ffffu32.to_le_bytes(), &bundle[4..]].concat(),
        ),
        made(
            "bad/manifest-alone",
            "bundle",
            "PayloadExchanged",
            "no payload follows",
            framed(manifest, &[]),
        ),
        made(
            "bad/entry-of-another-vault",
            "bundle",
            "WrongKey",
            "the whitelist entry inside is signed by another key",
            framed(&foreign_entry, sealed),
        ),
        made(
            "bad/another-purpose",
            "bundle",
            "Contradiction",
            "a purpose that the entry does not allow",
            framed(&other_purpose, sealed),
        ),
    ]
}

fn read_as(document: &str, bytes: &[u8]) -> Result<(), Error> {
    match document {
        "companion" => verify::<Companion>(bytes, &vault_key()).map(drop),
        "enrolment" => introduce::<Enrolment>(bytes).map(drop),
        "whitelist" => verify::<Whitelist>(bytes, &vault_key()).map(drop),
        "bundle" => Bundle::verify(bytes, &vault_key()).map(drop),
        "receipt" => verify::<Receipt>(bytes, &pc().public().pc_key).map(drop),
        other => panic!("{other}"),
    }
}

fn said(result: Result<(), Error>) -> String {
    match result {
        Ok(()) => "ok".into(),
        Err(error) => {
            let text = format!("{error:?}");
            text.split('(').next().unwrap().to_owned()
        }
    }
}

fn index(made: &[Made]) -> Index {
    let public = pc().public();
    Index {
        vault_seed_hex: hex(&[7; 32]),
        vault_key: vault_key().to_string(),
        pc_secrets: PC_SECRETS.into(),
        pc_key: public.pc_key.to_string(),
        pc_recipient: public.recipient.to_string(),
        pc_id: public.id().to_string(),
        enrolment_id: request().id().to_string(),
        comparison_words: request().comparison_words().to_vec(),
        payload_hex: hex(PAYLOAD),
        vectors: made
            .iter()
            .map(|made| Vector {
                file: made.file.into(),
                document: made.document.into(),
                expect: made.expect.into(),
                why: made.why.into(),
            })
            .collect(),
    }
}

/// age chooses its keys anew each time, so the stored bundle is the one that stays.
fn stored_bundle() -> Vec<u8> {
    std::fs::read(folder().join("bundle.kbn")).unwrap()
}

#[test]
fn every_vector_gets_the_answer_it_should() {
    if std::env::var_os("KURAMORI_WRITE_VECTORS").is_some() {
        let made = vectors(bundle().bytes());
        std::fs::create_dir_all(folder().join("bad")).unwrap();
        for vector in &made {
            std::fs::write(folder().join(vector.file), &vector.bytes).unwrap();
        }
        let text = serde_json::to_string_pretty(&index(&made)).unwrap() + "\n";
        std::fs::write(folder().join("index.json"), text).unwrap();
    }
    let text = std::fs::read_to_string(folder().join("index.json")).unwrap();
    let index: Index = serde_json::from_str(&text).unwrap();
    for vector in &index.vectors {
        let bytes = std::fs::read(folder().join(&vector.file)).unwrap();
        assert_eq!(
            said(read_as(&vector.document, &bytes)),
            vector.expect,
            "{}",
            vector.file
        );
    }
    let bundle = Bundle::verify(&stored_bundle(), &vault_key()).unwrap();
    assert_eq!(*bundle.open(&pc()).unwrap(), PAYLOAD);
}

#[test]
fn the_vectors_are_what_this_version_makes() {
    let made = vectors(&stored_bundle());
    for vector in &made {
        let stored = std::fs::read(folder().join(vector.file)).unwrap();
        assert!(stored == vector.bytes, "{}", vector.file);
    }
    let text = std::fs::read_to_string(folder().join("index.json")).unwrap();
    assert_eq!(serde_json::from_str::<Index>(&text).unwrap(), index(&made));
}
