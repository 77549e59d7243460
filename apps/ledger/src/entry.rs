use crate::form::{Form, Malformed, Reader, object};
use crate::{Event, Subject};
use crate::{Hash, Salt};
use mynumber::rights::Role;
use mynumber::{Purpose, contains_individual_number, mask_individual_numbers};

/// The most bytes of one entry.
pub const MAX_ENTRY: usize = 4096;
/// The most characters of a text in an entry.
const MAX_TEXT: usize = 100;

/// One line of the ledger. The order of the fields here is their order in the bytes;
/// all of them are always present (`null` where there is nothing to say).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1 without a gap. This, not the time, orders the ledger.
    pub seq: u64,
    /// The stick's clock, seconds since 1970-01-01 UTC.
    pub unix_seconds: i64,
    /// Whether a person confirmed the clock at this start of the PC.
    pub clock_confirmed: bool,
    /// Who did it; `None` before anybody is logged in.
    pub user: Option<User>,
    /// On which PC the stick was running.
    pub pc: Pc,
    pub session: Option<SessionStamp>,
    pub event: Event,
    /// Whose number, or which thing.
    pub subject: Option<Subject>,
    /// 利用目的, by its code.
    pub purpose: Option<Purpose>,
    /// Id of the hand-over, approval, request or document it belongs to.
    pub document: Option<String>,
    /// How many people or entries it concerns.
    pub count: Option<u32>,
    pub outcome: Outcome,
}

/// 責任者, 事務取扱担当者 or another who may use the vault, as they were at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub role: Role,
    /// 部署
    pub department: Option<String>,
}

/// A PC, by a hash over what its firmware says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pc {
    pub id: String,
    /// Maker and model.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionStamp {
    pub id: String,
    /// Seconds since this login, by a clock that never jumps.
    pub seconds: u64,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ok,
    /// Refused or failed, with the error code shown to the person (`E-502`).
    Refused(String),
}

/// Why something cannot be an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("a ledger entry would hold an individual number")]
    IndividualNumber,
    #[error("an id in a ledger entry is not 1 to 64 characters of A-Z a-z 0-9 - _")]
    Id,
    #[error("a text in a ledger entry is too long or has control characters")]
    Text,
    #[error("an integer in a ledger entry has more than 11 digits")]
    Integer,
    #[error("a refused outcome needs an error code like E-502")]
    OutcomeCode,
    #[error("the entry's bytes are over {MAX_ENTRY}")]
    TooLong,
    #[error("the bytes are not an entry in its one form")]
    Malformed,
}

impl Entry {
    /// The text for people, in Japanese.
    pub fn text_ja(&self) -> String {
        self.fill(self.event.template_ja(), Purpose::japanese)
    }

    /// The text for people, in English.
    pub fn text_en(&self) -> String {
        self.fill(self.event.template_en(), Purpose::english)
    }

    fn fill(&self, template: &str, purpose: fn(Purpose) -> &'static str) -> String {
        let mut out = String::new();
        let mut rest = template;
        // One pass, so that a brace in a name is never taken for a slot.
        while let Some((before, after)) = rest.split_once('{') {
            out += before;
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            match slot {
                "subject" => out += &self.subject.as_ref().map_or("–".into(), Subject::text),
                "purpose" => out += self.purpose.map_or("–", purpose),
                "document" => out += self.document.as_deref().unwrap_or("–"),
                "count" => out += &self.count.map_or("–".into(), |n| n.to_string()),
                _ => out += &self.pc.name,
            }
            rest = after;
        }
        out + rest
    }

    /// The bytes that are kept and hashed; `prev` is the hash before.
    pub(crate) fn to_bytes(&self, prev: &Hash, salt: &Salt) -> Result<Vec<u8>, EntryError> {
        self.check()?;
        let mut bytes = Vec::with_capacity(768);
        self.write_open(&mut bytes);
        bytes.extend(SALT.bytes());
        salt.write(&mut bytes);
        bytes.extend(PREV.bytes());
        prev.write(&mut bytes);
        bytes.push(b'}');
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::TooLong);
        }
        Ok(bytes)
    }

    /// The entry and the previous hash from kept bytes. Only the exact form that
    /// [`crate::Link::seal`] makes is accepted.
    pub(crate) fn with_prev(bytes: &[u8]) -> Result<(Self, Hash), EntryError> {
        Self::parse(bytes, true)
    }

    /// The entry from kept bytes, without looking at the chain.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        Self::with_prev(bytes).map(|(entry, _)| entry)
    }

    /// The counter and the previous hash of bytes that are an entry in its one form.
    /// Copies nothing, so that a million of them are checked in little more than the time
    /// of their hashes.
    pub(crate) fn place(bytes: &[u8]) -> Result<(u64, Hash), EntryError> {
        Self::parse(bytes, false).map(|(entry, prev)| (entry.seq, prev))
    }

    fn parse(bytes: &[u8], keep_texts: bool) -> Result<(Self, Hash), EntryError> {
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::TooLong);
        }
        let mut from = Reader::new(bytes, keep_texts)?;
        let entry = Entry::read_open(&mut from)?;
        from.member::<Salt>(SALT)?;
        let prev = from.member(PREV)?;
        from.expect("}")?;
        from.end()?;
        Ok((entry, prev))
    }

    fn check(&self) -> Result<(), EntryError> {
        integer(self.seq)?;
        integer(self.unix_seconds.unsigned_abs())?;
        id(&self.pc.id)?;
        text(&self.pc.name)?;
        if let Some(user) = &self.user {
            integer(user.id.unsigned_abs())?;
            text(&user.name)?;
            user.department.as_deref().map_or(Ok(()), text)?;
        }
        if let Some(session) = &self.session {
            id(&session.id)?;
            integer(session.seconds)?;
        }
        if let Some(subject) = &self.subject {
            subject.check()?;
        }
        if let Some(document) = &self.document {
            id(document)?;
        }
        match &self.outcome {
            Outcome::Ok => Ok(()),
            Outcome::Refused(code) if is_error_code(code) => Ok(()),
            Outcome::Refused(_) => Err(EntryError::OutcomeCode),
        }
    }
}

const SALT: &str = ",\"salt\":";
const PREV: &str = ",\"prev\":";

object!(Entry {
    seq,
    unix_seconds,
    clock_confirmed,
    user,
    pc,
    session,
    event,
    subject,
    purpose,
    document,
    count,
    outcome
});
object!(User {
    id,
    name,
    role,
    department
});
object!(Pc { id, name });
object!(SessionStamp { id, seconds });

impl From<Malformed> for EntryError {
    fn from(_: Malformed) -> Self {
        EntryError::Malformed
    }
}

/// A text that nobody typed here (a file's name, a USB device's) in a form that an entry
/// takes: at most 100 characters, `*` for control characters and for the digits of what
/// passes as an individual number.
pub fn foreign_text(text: &str) -> String {
    let short: String = text
        .chars()
        .take(MAX_TEXT)
        .map(|c| if c.is_control() { '*' } else { c })
        .collect();
    mask_individual_numbers(&short)
}

/// An id is random or a counter, so twelve digits may stand in it by chance (one in some
/// hundred ids of 32 hex digits has them): only one that is nothing but a number is taken
/// for an individual number.
pub(crate) fn id(id: &str) -> Result<(), EntryError> {
    let ok = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(1..=64).contains(&id.len()) || !id.bytes().all(ok) {
        return Err(EntryError::Id);
    }
    let is_number = |part: &str| {
        matches!(part.len(), 12 | 13)
            && part.bytes().all(|b| b.is_ascii_digit())
            && contains_individual_number(part)
    };
    let digits = id.replace(['-', '_'], "");
    if is_number(&digits) || id.split(['-', '_']).any(is_number) {
        return Err(EntryError::IndividualNumber);
    }
    Ok(())
}

pub(crate) fn text(text: &str) -> Result<(), EntryError> {
    if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
        Err(EntryError::Text)
    } else if contains_individual_number(text) {
        Err(EntryError::IndividualNumber)
    } else {
        Ok(())
    }
}

/// Eleven digits at most, so that no integer has the twelve of an individual number.
pub(crate) fn integer(value: u64) -> Result<(), EntryError> {
    if value < 100_000_000_000 {
        Ok(())
    } else {
        Err(EntryError::Integer)
    }
}

pub(crate) fn is_error_code(code: &str) -> bool {
    code.strip_prefix("E-")
        .is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(crate) mod tests {
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
}
