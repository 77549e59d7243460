//! From a companion's identity to a receipt, and everything that is refused on the way.
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::*;
use proptest::prelude::*;
use transfer::*;

#[test]
fn a_hand_over_travels_from_the_vault_to_the_pc_and_back() {
    // The PC meets the companion, asks; the vault's people compare words and approve.
    let identity = sign(companion(), &vault()).unwrap();
    let met = introduce::<Companion>(identity.bytes()).unwrap();
    let asked = Enrolment::new(
        &pc().public(),
        "経理のPC".parse().unwrap(),
        &met,
        program(),
        NOW,
    );
    let written = sign(asked, pc().signing_key()).unwrap();
    let there = introduce::<Enrolment>(written.bytes()).unwrap();
    let here = introduce::<Enrolment>(written.bytes()).unwrap();
    assert_eq!(there.comparison_words(), here.comparison_words());
    assert_eq!(there.id(), here.id());
    let granted = approve(&here, &vault_key(), EntryId::random(), terms()).unwrap();
    let entry = sign(granted, &vault()).unwrap();

    // The vault hands over; the PC opens what it learned to trust.
    let sealed = seal(&entry, bundle_terms(), PAYLOAD, &vault()).unwrap();
    let found = Bundle::verify(sealed.bytes(), &met.vault_key).unwrap();
    assert_eq!(*found.open(&pc()).unwrap(), PAYLOAD);
    assert_eq!(found.manifest().people, 1);
    assert_eq!(found.whitelist().entry, entry.entry);

    // The receipt is checked with the key that the entry names.
    let receipt = sign(receipt(), pc().signing_key()).unwrap();
    let back = verify::<Receipt>(receipt.bytes(), &entry.pc_key).unwrap();
    assert_eq!(back.hand_over, found.manifest().hand_over);
}

#[test]
fn an_exchanged_request_shows_other_words() {
    let mine = request();
    let secrets = PcSecrets::generate();
    let same_but_keys = Enrolment {
        pc: secrets.public().id(),
        recipient: secrets.public().recipient,
        pc_key: secrets.public().pc_key,
        ..enrolment()
    };
    let signed = sign(same_but_keys, secrets.signing_key()).unwrap();
    let theirs = introduce::<Enrolment>(signed.bytes()).unwrap();
    assert_ne!(mine.comparison_words(), theirs.comparison_words());
    assert_ne!(mine.id(), theirs.id());
}

#[test]
fn comparison_words_are_six_composed_hiragana_words() {
    for word in request().comparison_words() {
        assert!(word.chars().all(|c| ('ぁ'..='ゖ').contains(&c)), "{word}");
    }
}

#[test]
fn a_request_for_another_vault_is_not_approved() {
    let other = VaultKey::of(&SigningKey::from_bytes(&[8; 32]));
    let refused = approve(&request(), &other, EntryId::random(), terms());
    assert_eq!(refused.unwrap_err(), Error::WrongKey);
}

#[test]
fn terms_that_do_not_hold_together_are_not_approved() {
    let approved = |terms| approve(&request(), &vault_key(), EntryId::random(), terms);
    let yesterday = Terms {
        expires: Date::at(NOW - DAY).unwrap(),
        ..terms()
    };
    let nothing = Terms {
        fields: vec![],
        ..terms()
    };
    let twice = Terms {
        fields: vec!["name".parse().unwrap(), "name".parse().unwrap()],
        ..terms()
    };
    for terms in [yesterday, nothing, twice] {
        assert!(matches!(approved(terms), Err(Error::Contradiction(_))));
    }
}

#[test]
fn an_entry_holds_through_its_last_day_in_japan() {
    let entry = entry();
    let end = "2027-03-31".parse::<Date>().unwrap().end_unix();
    assert!(!entry.is_expired(end - 1));
    assert!(entry.is_expired(end));
}

#[test]
fn a_bundle_never_outlives_its_entry() {
    let long = BundleTerms {
        expires_unix: i64::MAX,
        ..bundle_terms()
    };
    let bundle = seal(&entry(), long, PAYLOAD, &vault()).unwrap();
    assert_eq!(bundle.manifest().expires_unix, entry().expires.end_unix());
    let late = BundleTerms {
        created_unix: entry().expires.end_unix(),
        ..bundle_terms()
    };
    let refused = seal(&entry(), late, PAYLOAD, &vault()).unwrap_err();
    assert!(matches!(refused, Error::Contradiction(_)));
}

#[test]
fn only_the_vault_that_signed_the_entry_can_seal_under_it() {
    let other = SigningKey::from_bytes(&[8; 32]);
    let refused = seal(&entry(), bundle_terms(), PAYLOAD, &other).unwrap_err();
    assert_eq!(refused, Error::WrongKey);
}

#[test]
fn another_pc_cannot_open_a_bundle() {
    let refused = bundle().open(&PcSecrets::generate()).unwrap_err();
    assert_eq!(refused, Error::NotForThisKey);
}

#[test]
fn the_largest_payload_fits_and_one_byte_more_is_refused() {
    let people = BundleTerms {
        people: MAX_PEOPLE,
        ..bundle_terms()
    };
    let payload = vec![b'0'; MAX_PAYLOAD + 1];
    let full = seal(&entry(), people.clone(), &payload[1..], &vault()).unwrap();
    assert!(full.bytes().len() <= MAX_BUNDLE);
    assert_eq!(full.open(&pc()).unwrap().len(), MAX_PAYLOAD);
    let refused = seal(&entry(), people, &payload, &vault()).unwrap_err();
    assert_eq!(refused, Error::PayloadTooLong(MAX_PAYLOAD + 1));
}

#[test]
fn bundles_about_nobody_or_too_many_are_refused() {
    for people in [0, MAX_PEOPLE + 1] {
        let terms = BundleTerms {
            people,
            ..bundle_terms()
        };
        let refused = seal(&entry(), terms, PAYLOAD, &vault()).unwrap_err();
        assert!(matches!(refused, Error::Contradiction(_)));
    }
}

#[test]
fn nothing_of_the_payload_shows_in_a_bundle() {
    let bundle = bundle();
    for secret in [&b"123456789018"[..], "山田".as_bytes()] {
        assert!(!bundle.bytes().windows(secret.len()).any(|w| w == secret));
    }
}

#[test]
fn documents_name_the_key_that_signs_them() {
    let other = SigningKey::from_bytes(&[8; 32]);
    assert_eq!(sign(companion(), &other).unwrap_err(), Error::WrongKey);
    assert_eq!(sign(enrolment(), &other).unwrap_err(), Error::WrongKey);
}

#[test]
fn a_receipt_is_no_document_of_another_pc() {
    let receipt = sign(receipt(), pc().signing_key()).unwrap();
    let other = PcKey::of(&SigningKey::from_bytes(&[8; 32]));
    let refused = verify::<Receipt>(receipt.bytes(), &other).unwrap_err();
    assert_eq!(refused, Error::WrongKey);
}

#[test]
fn receipts_that_contradict_themselves_are_not_signed() {
    let wrong = [
        Receipt {
            reason: Some("E-705".parse().unwrap()),
            ..receipt()
        },
        Receipt {
            opened_unix: None,
            ..receipt()
        },
        Receipt {
            deleted_unix: None,
            ..receipt()
        },
        Receipt {
            reason: None,
            ..refused()
        },
        Receipt {
            deleted_unix: Some(NOW),
            ..refused()
        },
        Receipt {
            opened_unix: Some(NOW),
            ..refused()
        },
    ];
    for receipt in wrong {
        let error = sign(receipt, pc().signing_key()).unwrap_err();
        assert!(matches!(error, Error::Contradiction(_)));
    }
    // Removed without ever having been read.
    let unread = Receipt {
        outcome: Outcome::TimedOut,
        opened_unix: None,
        ..receipt()
    };
    assert!(sign(unread, pc().signing_key()).is_ok());
}

#[test]
fn secret_keys_come_back_from_their_text_and_show_in_no_debug() {
    let secrets = PcSecrets::generate();
    let text = secrets.to_secret_text();
    let back = PcSecrets::from_secret_text(&text).unwrap();
    assert_eq!(back.public(), secrets.public());
    assert_eq!(*pc().to_secret_text(), PC_SECRETS);
    assert_eq!(format!("{secrets:?}"), "PcSecrets(…)");
    for damaged in [
        &text[1..],
        &text[..text.len() - 3],
        "",
        &format!("{}x\n", *text),
    ] {
        assert!(PcSecrets::from_secret_text(damaged).is_err());
    }
}

/// Tries bytes as every type, with the right keys.
fn is_anything(bytes: &[u8]) -> bool {
    verify::<Companion>(bytes, &vault_key()).is_ok()
        || introduce::<Companion>(bytes).is_ok()
        || introduce::<Enrolment>(bytes).is_ok()
        || verify::<Whitelist>(bytes, &vault_key()).is_ok()
        || Bundle::verify(bytes, &vault_key()).is_ok()
        || verify::<Receipt>(bytes, &pc().public().pc_key).is_ok()
}

fn every_document() -> Vec<Vec<u8>> {
    vec![
        sign(companion(), &vault()).unwrap().bytes().to_vec(),
        request().bytes().to_vec(),
        entry().bytes().to_vec(),
        bundle().bytes().to_vec(),
        sign(receipt(), pc().signing_key())
            .unwrap()
            .bytes()
            .to_vec(),
    ]
}

proptest! {
    #[test]
    fn noise_is_no_document(bytes in prop::collection::vec(any::<u8>(), 0..6000)) {
        prop_assert!(!is_anything(&bytes));
    }

    #[test]
    fn any_changed_byte_is_refused(which in 0usize..5, at: prop::sample::Index, bit in 0u8..8) {
        let mut bytes = every_document().swap_remove(which);
        prop_assert!(is_anything(&bytes));
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(!is_anything(&bytes));
    }

    #[test]
    fn any_missing_or_added_byte_is_refused(which in 0usize..5, at: prop::sample::Index, added: Option<u8>) {
        let mut bytes = every_document().swap_remove(which);
        let at = at.index(bytes.len());
        match added {
            Some(byte) => bytes.insert(at, byte),
            None => {
                bytes.remove(at);
            }
        }
        prop_assert!(!is_anything(&bytes));
    }

    /// A hostile PC signs what it wants: any JSON as a body gets an error or a receipt.
    #[test]
    fn signed_noise_is_refused_without_a_panic(body in "[\\[\\]{}:,\"a-z0-9\\\\ -]{0,300}") {
        use ed25519_dalek::Signer;
        let key = pc();
        let part = format!("kuramori/receipt/v1\n{body}");
        let signature = key.signing_key().sign(part.as_bytes());
        use base64::{Engine, engine::general_purpose::STANDARD};
        let document = format!(
            "kuramori/receipt/v1\nkey {}\nsig {}\n{body}",
            key.public().pc_key,
            STANDARD.encode(signature.to_bytes()),
        );
        let refused = verify::<Receipt>(document.as_bytes(), &key.public().pc_key).unwrap_err();
        prop_assert_eq!(refused, Error::Body);
    }
}
