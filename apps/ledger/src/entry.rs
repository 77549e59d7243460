use crate::form::{Form, Malformed, Reader, object};
use crate::{Event, Hash, Salt, Subject, words};
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
        let about = words::about(self).map(|(ja, _)| ja);
        self.fill(self.event.template_ja(), Purpose::japanese, about)
    }

    /// The text for people, in English.
    pub fn text_en(&self) -> String {
        let about = words::about(self).map(|(_, en)| en);
        self.fill(self.event.template_en(), Purpose::english, about)
    }

    /// `about`: what the document's code says, where it is one.
    fn fill(
        &self,
        template: &str,
        purpose: fn(Purpose) -> &'static str,
        about: Option<String>,
    ) -> String {
        let document = about.as_deref().or(self.document.as_deref());
        let mut out = String::new();
        let mut rest = template;
        // One pass, so that a brace in a name is never taken for a slot.
        while let Some((before, after)) = rest.split_once('{') {
            out += before;
            let (slot, after) = after.split_once('}').unwrap_or((after, ""));
            match slot {
                "subject" => out += &self.subject.as_ref().map_or("–".into(), Subject::text),
                "purpose" => out += self.purpose.map_or("–", purpose),
                "document" => out += document.unwrap_or("–"),
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
pub(crate) mod tests;
