use crate::entry::{id, integer, text};
use crate::{EntryError, Hash, Pc, Role};
use mynumber::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// The most bytes of the head's line.
pub(super) const MAX_HEAD: usize = 16 * 1024;

/// What the vault says about a report before any entry is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub kind: Kind,
    /// Random; the entry that records the making of the report names it.
    pub id: String,
    pub company: CompanyName,
    pub filter: Filter,
    pub made: Made,
    /// Of the software.
    pub release: String,
    pub operation: Operation,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 作業履歴報告書: what the filter shows, for people and machines.
    Report,
    /// The whole ledger with every checkpoint, for machines.
    Export,
}

/// 事業者
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompanyName {
    pub id: String,
    pub name: String,
}

/// Which entries are shown; `None` leaves nothing out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The first day, in Japan, by the clock as the entries have it.
    pub from: Option<Date>,
    /// The last day.
    pub to: Option<Date>,
    /// Entries about this person's number and data, with the logins in which they were made.
    pub person: Option<Named>,
    /// Entries of this user.
    pub user: Option<Named>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    pub id: i64,
    pub name: String,
}

/// When, by whom and where the report was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    pub unix_seconds: i64,
    pub clock_confirmed: bool,
    pub user: Named,
    #[serde(serialize_with = "role_code", deserialize_with = "role_from_code")]
    pub role: Role,
    #[serde(with = "PcForm")]
    pub pc: Pc,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Pc", deny_unknown_fields)]
struct PcForm {
    id: String,
    name: String,
}

/// How exports, deletions and changes of users are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// 単独運用: by one person.
    Single,
    /// A second person approves.
    SecondPerson,
}

/// A place in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub seq: u64,
    #[serde(serialize_with = "hash_hex", deserialize_with = "hash_from_hex")]
    pub hash: Hash,
}

/// The signed line: the facts and what follows from the entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub kind: Kind,
    pub id: String,
    pub company: CompanyName,
    pub filter: Filter,
    pub made: Made,
    pub release: String,
    pub operation: Operation,
    /// After which entry the machine part begins, and the chain's hash there.
    pub after: Place,
    /// The newest entry when the report was made, and the chain's hash there.
    pub head: Place,
    /// How many entries are shown.
    pub shown: u64,
    /// Bytes of the part for people.
    pub text_bytes: u64,
    /// Bytes of both parts.
    pub body_bytes: u64,
    /// SHA-256 of both parts, hex.
    pub body_sha256: String,
}

impl Facts {
    /// The same rules as for the ledger: bounded, and without an individual number.
    pub(super) fn check(&self) -> Result<(), EntryError> {
        id(&self.id)?;
        id(&self.company.id)?;
        text(&self.company.name)?;
        for named in [&self.filter.person, &self.filter.user]
            .into_iter()
            .flatten()
            .chain([&self.made.user])
        {
            integer(named.id.unsigned_abs())?;
            text(&named.name)?;
        }
        integer(self.made.unix_seconds.unsigned_abs())?;
        id(&self.made.pc.id)?;
        text(&self.made.pc.name)?;
        text(&self.release)
    }
}

fn hash_hex<S: Serializer>(hash: &Hash, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(hash)
}

fn hash_from_hex<'de, D: Deserializer<'de>>(d: D) -> Result<Hash, D::Error> {
    Hash::from_hex(&String::deserialize(d)?).ok_or_else(|| D::Error::custom("hash"))
}

fn role_code<S: Serializer>(role: &Role, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(role.code())
}

fn role_from_code<'de, D: Deserializer<'de>>(d: D) -> Result<Role, D::Error> {
    Role::from_code(&String::deserialize(d)?).ok_or_else(|| D::Error::custom("role"))
}
