//! Entries as bytes and as texts.

use super::*;
use crate::Link;
use proptest::prelude::*;

pub(crate) fn salt(n: u64) -> Salt {
    Salt::from_bytes(u128::from(n).to_be_bytes())
}

pub(crate) fn entry(seq: u64) -> Entry {
    Entry {
        seq,
        unix_seconds: 1_795_212_000 + seq as i64,
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
            id: "0f0f0f0f".into(),
            seconds: 12,
        }),
        event: Event::NumberRevealed,
        subject: Some(Subject::Person {
            id: 7,
            employee_no: "0001".into(),
            name: "髙橋 花子".into(),
        }),
        purpose: Some(Purpose::WithholdingTax),
        document: None,
        count: None,
        outcome: Outcome::Ok,
    }
}

#[test]
fn the_bytes_have_one_stable_form() {
    let bytes = entry(3).to_bytes(&Hash::GENESIS, &salt(1)).unwrap();
    assert_eq!(
        String::from_utf8(bytes).unwrap(),
        concat!(
            r#"{"seq":3,"unix_seconds":1795212003,"clock_confirmed":true,"#,
            r#""user":{"id":1,"name":"山田 太郎","role":"responsible","department":"総務部"},"#,
            r#""pc":{"id":"a1b2c3d4e5f60718","name":"OptiPlex 3080"},"#,
            r#""session":{"id":"0f0f0f0f","seconds":12},"event":"L-203","#,
            r#""subject":{"kind":"person","id":7,"employee_no":"0001","name":"髙橋 花子"},"#,
            r#""purpose":"TAX_WH","document":null,"count":null,"outcome":"ok","#,
            r#""salt":"00000000000000000000000000000001","#,
            r#""prev":"0000000000000000000000000000000000000000000000000000000000000000"}"#
        )
    );
}

#[test]
fn an_entry_reads_back_from_its_bytes() {
    let mut refused = entry(1);
    refused.outcome = Outcome::Refused("E-302".into());
    refused.subject = None;
    refused.user = None;
    refused.session = None;
    refused.purpose = None;
    for e in [entry(9), refused] {
        let link = Link::seal(&e, &Hash::GENESIS, salt(1)).unwrap();
        assert_eq!(Entry::from_bytes(link.bytes()), Ok(e));
    }
}

#[test]
fn the_same_content_in_another_form_is_no_entry() {
    let bytes = entry(1).to_bytes(&Hash::GENESIS, &salt(1)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for changed in [
        text.replace("\"seq\":1", "\"seq\": 1"),
        text.replace("\"seq\":1,", "\"seq\":1,\"extra\":0,"),
        text.replacen("{\"seq\":1,", "{\"seq\":1,\"seq\":1,", 1),
    ] {
        assert_ne!(changed, text);
        assert_eq!(
            Entry::from_bytes(changed.as_bytes()),
            Err(EntryError::Malformed)
        );
    }
}

#[test]
fn an_individual_number_never_becomes_part_of_an_entry() {
    let refused = |change: &dyn Fn(&mut Entry)| {
        let mut e = entry(1);
        change(&mut e);
        assert_eq!(
            e.to_bytes(&Hash::GENESIS, &salt(1)),
            Err(EntryError::IndividualNumber)
        );
    };
    refused(&|e| {
        e.subject = Some(Subject::Person {
            id: 1,
            employee_no: "1".into(),
            name: "山田 1234-5678-9018".into(),
        })
    });
    refused(&|e| {
        e.subject = Some(Subject::Device {
            name: "Keyboard１２３４５６７８９０１８".into(),
        })
    });
    refused(&|e| e.user.as_mut().unwrap().department = Some("0123456789018".into()));
    refused(&|e| e.pc.name = "SN123456789018".into());
    refused(&|e| e.document = Some("123456789018".into()));
    refused(&|e| e.document = Some("person-123456789018".into()));
    refused(&|e| e.pc.id = "1234-5678-9018".into());
}

#[test]
fn no_integer_of_an_entry_has_twelve_digits() {
    let number = 123_456_789_018;
    let refused = |change: &dyn Fn(&mut Entry)| {
        let mut e = entry(1);
        change(&mut e);
        assert_eq!(
            e.to_bytes(&Hash::GENESIS, &salt(1)),
            Err(EntryError::Integer)
        );
    };
    refused(&|e| e.seq = number);
    refused(&|e| e.unix_seconds = -(number as i64));
    refused(&|e| e.user.as_mut().unwrap().id = number as i64);
    refused(&|e| e.session.as_mut().unwrap().seconds = number);
    refused(&|e| {
        e.subject = Some(Subject::Proprietor {
            id: number as i64,
            name: "山田 太郎".into(),
        })
    });
}

#[test]
fn random_ids_are_not_taken_for_numbers() {
    for chance in [
        "a123456789018f00a123456789018f00",
        "123456789018abcd",
        "00123456789018000000000000000000",
    ] {
        let mut e = entry(1);
        e.document = Some(chance.into());
        assert!(e.to_bytes(&Hash::GENESIS, &salt(1)).is_ok(), "{chance}");
    }
}

#[test]
fn a_text_nobody_typed_always_becomes_part_of_an_entry() {
    for name in [
        "list_123456789018.csv",
        "a\nb\u{85}",
        &"あ".repeat(300),
        "社員 1234-5678-9018",
    ] {
        let mut e = entry(1);
        e.subject = Some(Subject::Device {
            name: foreign_text(name),
        });
        assert!(e.to_bytes(&Hash::GENESIS, &salt(1)).is_ok(), "{name}");
    }
    assert_eq!(
        foreign_text("list_123456789018.csv"),
        "list_************.csv"
    );
}

#[test]
fn ids_texts_and_codes_are_bounded() {
    let mut e = entry(1);
    e.document = Some("../etc".into());
    assert_eq!(e.to_bytes(&Hash::GENESIS, &salt(1)), Err(EntryError::Id));
    let mut e = entry(1);
    e.pc.name = "x".repeat(101);
    assert_eq!(e.to_bytes(&Hash::GENESIS, &salt(1)), Err(EntryError::Text));
    let mut e = entry(1);
    e.outcome = Outcome::Refused("because".into());
    assert_eq!(
        e.to_bytes(&Hash::GENESIS, &salt(1)),
        Err(EntryError::OutcomeCode)
    );
}

#[test]
fn texts_are_filled_in_both_languages() {
    let e = entry(1);
    assert_eq!(
        e.text_ja(),
        "個人番号を表示：髙橋 花子（0001）（給与所得・退職所得の源泉徴収票、給与支払報告書作成事務）"
    );
    assert_eq!(
        e.text_en(),
        "Individual number shown: 髙橋 花子（0001） (Withholding slips and salary payment reports)"
    );
}

#[test]
fn braces_in_a_name_stay_braces() {
    let mut e = entry(1);
    e.event = Event::DeviceAllowed;
    e.subject = Some(Subject::Device {
        name: "{purpose}{".into(),
    });
    assert_eq!(e.text_en(), "Input device allowed: {purpose}{");
}

/// One of each kind.
fn subjects() -> Vec<Subject> {
    let (id, name): (String, String) = ("x-1".into(), "「\"\\」 名".into());
    let no: String = "A-7".into();
    vec![
        Subject::Person {
            id: 7,
            employee_no: no.clone(),
            name: name.clone(),
        },
        Subject::Dependant {
            id: 8,
            name: name.clone(),
            employee: 7,
            employee_no: no.clone(),
            employee_name: name.clone(),
        },
        Subject::Payee {
            id: 9,
            code: no.clone(),
            name: name.clone(),
        },
        Subject::CorporatePayee {
            id: 1,
            code: no,
            name: name.clone(),
        },
        Subject::Proprietor {
            id: 10,
            name: name.clone(),
        },
        Subject::User {
            id: 1,
            name: name.clone(),
        },
        Subject::Device { name: name.clone() },
    ]
    .into_iter()
    .chain(
        [
            |id, name| Subject::Company { id, name },
            |id, name| Subject::Department { id, name },
            |id, name| Subject::Delegate { id, name },
            |id, name| Subject::Medium { id, name },
            |id, name| Subject::Report { id, name },
            |id, name| Subject::Import { id, name },
            |id, name| Subject::Snapshot { id, name },
            |id, name| Subject::Request { id, name },
            |id, name| Subject::Companion { id, name },
            |id, name| Subject::PayrollPc { id, name },
        ]
        .map(|make: fn(String, String) -> Subject| make(id.clone(), name.clone())),
    )
    .collect()
}

#[test]
fn every_kind_of_subject_reads_back() {
    let subjects = subjects();
    let mut kinds: Vec<_> = subjects.iter().map(Subject::kind).collect();
    kinds.sort_unstable();
    let mut all = Subject::KINDS.to_vec();
    all.sort_unstable();
    assert_eq!(kinds, all);
    for subject in subjects {
        let mut e = entry(1);
        e.subject = Some(subject);
        let bytes = e.to_bytes(&Hash::GENESIS, &salt(1)).unwrap();
        assert_eq!(Entry::from_bytes(&bytes), Ok(e));
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert!(json.is_object(), "a JSON library reads it too");
    }
}

proptest! {
    #[test]
    fn what_is_read_is_what_would_be_written(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = entry(1).to_bytes(&Hash::GENESIS, &salt(1)).unwrap();
        let i = at.index(bytes.len());
        bytes[i] = byte;
        if let Ok((read, prev)) = Entry::with_prev(&bytes) {
            let mut again = Vec::new();
            read.write_open(&mut again);
            prop_assert!(bytes.starts_with(&again));
            let rest = String::from_utf8(bytes[again.len()..].to_vec()).unwrap();
            let salt = &rest[SALT.len() + 1..][..32];
            prop_assert_eq!(&rest, &format!("{SALT}\"{salt}\"{PREV}\"{prev}\"}}"));
        }
        prop_assert_eq!(Entry::place(&bytes).is_ok(), Entry::with_prev(&bytes).is_ok());
    }
}
