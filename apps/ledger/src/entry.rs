use crate::Event;
use mynumber::{Purpose, contains_individual_number};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most bytes of one entry.
pub const MAX_ENTRY: usize = 4096;

/// One line of the ledger. The order of the fields here is their order in the bytes;
/// all of them are always present (`null` where there is nothing to say).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    #[serde(
        serialize_with = "purpose_code",
        deserialize_with = "purpose_from_code"
    )]
    pub purpose: Option<Purpose>,
    /// Id of the hand-over or approval it belongs to.
    pub document: Option<String>,
    /// How many people or entries it concerns.
    pub count: Option<u32>,
    pub outcome: Outcome,
}

/// 事務取扱担当者 or 責任者.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 責任者
    Responsible,
}

/// A PC, by a hash over what its firmware says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pc {
    pub id: String,
    /// Maker and model.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionStamp {
    pub id: String,
    /// Seconds since this login, by a clock that never jumps.
    pub seconds: u64,
}

/// Whom or what an entry is about. Never a number or anything derived from one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    Person {
        id: i64,
        employee_no: String,
        name: String,
    },
    /// A companion stick, registered or claiming to be.
    Companion { id: String, name: String },
    /// A payroll PC.
    PayrollPc { id: String, name: String },
    /// A USB device, by the name it gives itself.
    Device { name: String },
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

    /// The bytes that are kept and hashed; `prev` is the hash before as hex.
    pub(crate) fn to_bytes(&self, prev: &str) -> Result<Vec<u8>, EntryError> {
        self.check()?;
        let bytes = serde_json::to_vec(&Stored {
            entry: self.clone(),
            prev: prev.to_owned(),
        })
        .map_err(|_| EntryError::Malformed)?;
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::TooLong);
        }
        Ok(bytes)
    }

    /// The entry and the previous hash from kept bytes. Only the exact form that
    /// [`crate::Link::seal`] makes is accepted.
    pub(crate) fn with_prev(bytes: &[u8]) -> Result<(Self, String), EntryError> {
        if bytes.len() > MAX_ENTRY {
            return Err(EntryError::TooLong);
        }
        let stored: Stored = serde_json::from_slice(bytes).map_err(|_| EntryError::Malformed)?;
        if serde_json::to_vec(&stored).map_err(|_| EntryError::Malformed)? != bytes {
            return Err(EntryError::Malformed);
        }
        Ok((stored.entry, stored.prev))
    }

    /// The entry from kept bytes, without looking at the chain.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        Self::with_prev(bytes).map(|(entry, _)| entry)
    }

    fn check(&self) -> Result<(), EntryError> {
        id(&self.pc.id)?;
        text(&self.pc.name)?;
        if let Some(user) = &self.user {
            text(&user.name)?;
        }
        if let Some(session) = &self.session {
            id(&session.id)?;
        }
        if let Some(document) = &self.document {
            id(document)?;
        }
        match &self.subject {
            None => {}
            Some(Subject::Person {
                employee_no, name, ..
            }) => {
                text(employee_no)?;
                text(name)?;
            }
            Some(Subject::Companion { id: i, name } | Subject::PayrollPc { id: i, name }) => {
                id(i)?;
                text(name)?;
            }
            Some(Subject::Device { name }) => text(name)?,
        }
        match &self.outcome {
            Outcome::Ok => Ok(()),
            Outcome::Refused(code) if is_error_code(code) => Ok(()),
            Outcome::Refused(_) => Err(EntryError::OutcomeCode),
        }
    }
}

impl Subject {
    /// For people: `山田 太郎（0001）`.
    pub fn text(&self) -> String {
        match self {
            Subject::Person {
                employee_no, name, ..
            } => format!("{name}（{employee_no}）"),
            Subject::Companion { name, .. }
            | Subject::PayrollPc { name, .. }
            | Subject::Device { name } => name.clone(),
        }
    }
}

/// What stands in the bytes: the entry's fields and, last, the hash before.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(flatten)]
    entry: Entry,
    prev: String,
}

fn id(id: &str) -> Result<(), EntryError> {
    let ok = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=64).contains(&id.len()) && id.bytes().all(ok) {
        Ok(())
    } else {
        Err(EntryError::Id)
    }
}

fn text(text: &str) -> Result<(), EntryError> {
    if text.chars().count() > 100 || text.chars().any(char::is_control) {
        Err(EntryError::Text)
    } else if contains_individual_number(text) {
        Err(EntryError::IndividualNumber)
    } else {
        Ok(())
    }
}

fn is_error_code(code: &str) -> bool {
    code.strip_prefix("E-")
        .is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(match self {
            Outcome::Ok => "ok",
            Outcome::Refused(code) => code,
        })
    }
}

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match String::deserialize(d)? {
            ok if ok == "ok" => Ok(Outcome::Ok),
            code if is_error_code(&code) => Ok(Outcome::Refused(code)),
            _ => Err(serde::de::Error::custom("not an outcome")),
        }
    }
}

fn purpose_code<S: Serializer>(purpose: &Option<Purpose>, s: S) -> Result<S::Ok, S::Error> {
    purpose.map(Purpose::code).serialize(s)
}

fn purpose_from_code<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Purpose>, D::Error> {
    Option::<String>::deserialize(d)?
        .map(|code| Purpose::from_code(&code).ok_or_else(|| serde::de::Error::custom("purpose")))
        .transpose()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
pub(crate) mod tests {
    use super::*;
    use crate::{Hash, Link};

    pub(crate) fn entry(seq: u64) -> Entry {
        Entry {
            seq,
            unix_seconds: 1_795_212_000 + seq as i64,
            clock_confirmed: true,
            user: Some(User {
                id: 1,
                name: "山田 太郎".into(),
                role: Role::Responsible,
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
        let bytes = entry(3).to_bytes(&Hash::GENESIS.to_string()).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            concat!(
                r#"{"seq":3,"unix_seconds":1795212003,"clock_confirmed":true,"#,
                r#""user":{"id":1,"name":"山田 太郎","role":"responsible"},"#,
                r#""pc":{"id":"a1b2c3d4e5f60718","name":"OptiPlex 3080"},"#,
                r#""session":{"id":"0f0f0f0f","seconds":12},"event":"L-203","#,
                r#""subject":{"kind":"person","id":7,"employee_no":"0001","name":"髙橋 花子"},"#,
                r#""purpose":"TAX_WH","document":null,"count":null,"outcome":"ok","#,
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
            let link = Link::seal(&e, &Hash::GENESIS).unwrap();
            assert_eq!(Entry::from_bytes(link.bytes()), Ok(e));
        }
    }

    #[test]
    fn the_same_content_in_another_form_is_no_entry() {
        let bytes = entry(1).to_bytes("").unwrap();
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
        let mut e = entry(1);
        e.subject = Some(Subject::Person {
            id: 1,
            employee_no: "1".into(),
            name: "山田 1234-5678-9018".into(),
        });
        assert_eq!(e.to_bytes(""), Err(EntryError::IndividualNumber));
        e.subject = Some(Subject::Device {
            name: "Keyboard １２３４５６７８９０１８".into(),
        });
        assert_eq!(e.to_bytes(""), Err(EntryError::IndividualNumber));
    }

    #[test]
    fn ids_texts_and_codes_are_bounded() {
        let mut e = entry(1);
        e.document = Some("../etc".into());
        assert_eq!(e.to_bytes(""), Err(EntryError::Id));
        let mut e = entry(1);
        e.pc.name = "x".repeat(101);
        assert_eq!(e.to_bytes(""), Err(EntryError::Text));
        let mut e = entry(1);
        e.outcome = Outcome::Refused("because".into());
        assert_eq!(e.to_bytes(""), Err(EntryError::OutcomeCode));
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
}
