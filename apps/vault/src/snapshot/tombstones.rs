//! The file of destroyed numbers by itself: `docs/formats/tombstones.md` has the bytes.
//!
//! It outlives the vault it was made of. A restore that has no newer vault at hand takes it
//! instead, so that no number comes back that was destroyed, and nobody whose rights were
//! withdrawn. It holds no number and no name, only ids that are random or mean nothing
//! elsewhere, and it is signed by every company in it.

use super::examine;
use super::manifest::Manifest;
use super::signed::{self, base64, from_base64};
use super::{CompanyHead, MAY};
use crate::store::{Line, Recorded, Weight};
use crate::{
    CompanyId, DestroyReason, Moment, Note, Session, Tombstone, UserId, Vault, VaultError, rights,
    rotation,
};
use ledger::Event;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// First line of the file, and of what is signed.
const TYPE: &str = "kuramori/tombstones/v1\n";
/// The most bytes of a file.
pub const MAX_TOMBSTONES_FILE: u64 = 64 << 20;
/// The most destroyed numbers in it.
const MAX_TOMBSTONES: usize = 1_000_000;

/// A file that was read, whose signatures hold and are of all the companies in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TombstoneFile {
    head: Head,
    tombstones: Vec<Tombstone>,
}

/// The body's first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// Random id of the vault.
    vault: String,
    /// Seconds since 1970-01-01 UTC.
    made_unix: i64,
    companies: Vec<Part>,
    /// How many lines follow.
    tombstones: usize,
}

/// A company's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    company: CompanyHead,
    /// Every user with a right in it, by id.
    members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    user: UserId,
    /// The user's public X25519 key, base64: another one after a passphrase was set anew.
    identity: String,
}

/// A tombstone's line: index of the company, number, person, seconds since 1970, reason.
type Row<'a> = (usize, i64, i64, i64, &'a str);

impl Vault {
    /// For each company whose key the session's user has, by id, the file of its destroyed
    /// numbers. A file for each, so that one that another user made of other companies
    /// stays. Their ledgers say that they were made.
    pub fn export_tombstones(
        &mut self,
        session: &Session,
        now: Moment,
    ) -> Result<Vec<(CompanyId, Vec<u8>)>, VaultError> {
        session.seen(now);
        session.allow_any(&MAY)?;
        let keys = self.signing_keys(session)?;
        let key_of = |company: &CompanyHead| {
            keys.iter()
                .find(|key| base64(key.verifying_key().as_bytes()) == company.signing_public)
        };
        let mut all: BTreeMap<CompanyId, Vec<Tombstone>> = BTreeMap::new();
        for stone in read(&self.conn)? {
            all.entry(stone.company.clone()).or_default().push(stone);
        }
        let of = |head: &CompanyHead| all.get(&head.id).map_or(&[][..], Vec::as_slice);
        let mut heads = examine::heads(&self.conn)?;
        heads.retain(|head| key_of(head).is_some());
        if heads.iter().any(|head| of(head).len() > MAX_TOMBSTONES) {
            return Err(VaultError::TooMany("destroyed numbers of one file"));
        }
        self.transact(Some(session), Weight::Ordinary, now, |_| {
            let lines = heads.iter().map(|head| {
                let count = u32::try_from(of(head).len()).unwrap_or(u32::MAX);
                let note = Note::new(Event::TombstonesExported).count(count);
                Line::ok(note).in_ledger_of(&head.id)
            });
            Ok(Recorded::of((), lines.collect()))
        })?;
        let mut files = Vec::new();
        for company in examine::heads(&self.conn)? {
            let Some(key) = key_of(&company) else {
                continue;
            };
            let (id, tombstones) = (company.id.clone(), of(&company));
            let head = Head {
                vault: self.id.clone(),
                made_unix: now.unix_seconds,
                companies: vec![self.part(company)?],
                tombstones: tombstones.len(),
            };
            let body = body(&head, tombstones)?;
            files.push((id, signed::seal(TYPE, &body, std::slice::from_ref(key))));
        }
        Ok(files)
    }

    fn part(&self, company: CompanyHead) -> Result<Part, VaultError> {
        let members = rights::grants(&self.conn, &company.id)?
            .into_iter()
            .map(|(user, _)| {
                let identity = base64(&rotation::public(&self.conn, user)?);
                Ok(Member { user, identity })
            })
            .collect::<Result<_, VaultError>>()?;
        Ok(Part { company, members })
    }
}

fn body(head: &Head, all: &[Tombstone]) -> Result<String, VaultError> {
    let mut body = serde_json::to_string(head).map_err(|_| VaultError::NoMemory)?;
    body.push('\n');
    for stone in all {
        let of = |part: &Part| part.company.id == stone.company;
        let company = head.companies.iter().position(of).unwrap_or(usize::MAX);
        let _ = writeln!(
            body,
            "[{company},{},{},{},\"{}\"]",
            stone.number,
            stone.person,
            stone.destroyed_unix,
            stone.reason.code()
        );
    }
    Ok(body)
}

impl TombstoneFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`VaultError::TombstonesInvalid`] with the first rule that it breaks.
    pub fn read(file: &[u8]) -> Result<Self, VaultError> {
        parse(file).map_err(VaultError::TombstonesInvalid)
    }

    /// How many destroyed numbers it tells of.
    pub fn count(&self) -> usize {
        self.tombstones.len()
    }

    /// What it says of the vault of this snapshot.
    ///
    /// # Errors
    /// [`VaultError::TombstonesInvalid`] where it is of another vault, or a company's key is
    /// not that of the snapshot's company.
    pub(super) fn of_vault(
        &self,
        manifest: &Manifest,
    ) -> Result<impl Iterator<Item = Tombstone> + '_, VaultError> {
        let same = self.head.companies.iter().all(|part| {
            let mut there = manifest
                .companies
                .iter()
                .filter(|c| c.id == part.company.id);
            there.all(|c| c.signing_public == part.company.signing_public)
        });
        if self.head.vault != manifest.vault || !same {
            return Err(VaultError::TombstonesInvalid("of another vault"));
        }
        Ok(self.tombstones.iter().cloned())
    }

    /// Who had a right in this company when the file was made, each with the public key of
    /// then; `None` where the snapshot is not older than the file.
    pub(super) fn members(&self, company: &CompanyHead) -> Option<Vec<(UserId, [u8; 32])>> {
        let mut parts = self.head.companies.iter();
        let part = parts.find(|part| part.company.id == company.id)?;
        (part.company.entries > company.entries).then(|| {
            let member = |m: &Member| Some((m.user, from_base64(&m.identity)?));
            part.members.iter().filter_map(member).collect()
        })
    }
}

fn parse(file: &[u8]) -> Result<TombstoneFile, &'static str> {
    if file.len() as u64 > MAX_TOMBSTONES_FILE {
        return Err("too long");
    }
    let opened = signed::open(TYPE, file)?;
    let (head, lines) = opened.body.split_once('\n').ok_or("no first line")?;
    let head: Head = serde_json::from_str(head).map_err(|_| "the first line")?;
    let mut signers: Vec<&str> = opened.keys;
    let mut keys: Vec<&str> = head
        .companies
        .iter()
        .map(|part| part.company.signing_public.as_str())
        .collect();
    signers.sort_unstable();
    keys.sort_unstable();
    if signers != keys {
        return Err("signed by others than its companies");
    }
    let mut ids: Vec<&CompanyId> = head.companies.iter().map(|p| &p.company.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != head.companies.len() {
        return Err("a company twice");
    }
    let identities = head.companies.iter().flat_map(|part| &part.members);
    if !identities
        .into_iter()
        .all(|m| from_base64(&m.identity).is_some())
    {
        return Err("a member's key");
    }
    if head.tombstones > MAX_TOMBSTONES {
        return Err("too many lines");
    }
    let tombstones = rows(&head, lines)?;
    Ok(TombstoneFile { head, tombstones })
}

/// The lines, in order of company and number, each number once.
fn rows(head: &Head, lines: &str) -> Result<Vec<Tombstone>, &'static str> {
    let mut tombstones = Vec::new();
    let mut last = None;
    let mut rest = lines;
    while let Some((line, after)) = rest.split_once('\n') {
        rest = after;
        let (company, number, person, destroyed_unix, reason): Row<'_> =
            serde_json::from_str(line).map_err(|_| "a line")?;
        if last.replace((company, number)) >= Some((company, number)) {
            return Err("the order of the lines");
        }
        if tombstones.len() == head.tombstones {
            return Err("the number of lines");
        }
        let part = head.companies.get(company).ok_or("a line's company")?;
        tombstones.push(Tombstone {
            company: part.company.id.clone(),
            number,
            person,
            destroyed_unix,
            reason: DestroyReason::from_code(reason).ok_or("a line's reason")?,
        });
    }
    if !rest.is_empty() || tombstones.len() != head.tombstones {
        return Err("the number of lines");
    }
    Ok(tombstones)
}

/// Every destroyed number of a vault, by company and number.
pub(super) fn read(conn: &Connection) -> Result<Vec<Tombstone>, VaultError> {
    let mut statement = conn.prepare(TOMBSTONES)?;
    let rows = statement.query_map([], Tombstone::read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The destroyed numbers that can still be read in the database of a vault that cannot be
/// used, up to the first row that cannot; none of a vault with another id. Nothing in the
/// file or its log is changed.
pub(super) fn salvage(database: &Path, vault: &str) -> Vec<Tombstone> {
    let read = || -> Result<Vec<Tombstone>, VaultError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let conn = Connection::open_with_flags(database, flags)?;
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        // What was committed last may be in the log only, and stays there.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        conn.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        conn.pragma_update(None, "query_only", "ON")?;
        if examine::identity(&conn)?.0 != vault {
            return Ok(Vec::new());
        }
        let mut statement = conn.prepare(TOMBSTONES)?;
        let rows = statement.query_map([], Tombstone::read)?;
        Ok(rows.map_while(Result::ok).collect())
    };
    read().unwrap_or_default()
}

const TOMBSTONES: &str =
    "SELECT company_id, number_id, person_id, destroyed_unix, reason FROM tombstones
     ORDER BY company_id, number_id";
