//! Whether a disk after a cut holds what it must.

use crate::common::pc;
use ledger::{ChainVerifier, Hash, SignedCheckpoint};
use mynumber::Purpose;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher};
use std::path::Path;
use vault::{Moment, PersonId, Session, Snapshot, Vault, VaultError};

/// The folder of a snapshot within the vault's own.
pub const SNAPSHOT: &str = "copy";

/// The vault's whole content, so that two are the same or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub tables: Tables,
    pub beside: Beside,
}

/// Of every table: how many rows, and a digest of all of them.
pub type Tables = BTreeMap<String, (u64, u64)>;

/// What was made of the vault elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Id of a whole snapshot.
    pub snapshot: Option<String>,
}

impl Content {
    /// How many entries all ledgers have together.
    pub fn entries(&self) -> u64 {
        self.tables.get("ledger").map_or(0, |t| t.0)
    }

    /// Whether only the ledger's lines are other ones.
    pub fn same_but_for_the_ledger(&self, other: &Self) -> bool {
        let others = |tables: &Tables| {
            let mut tables = tables.clone();
            tables.retain(|name, _| name != "ledger" && name != "checkpoints");
            tables
        };
        others(&self.tables) == others(&other.tables) && self.beside == other.beside
    }

    /// Tables that differ, for a failure's message.
    pub fn differences(&self, other: &Self) -> String {
        let changed = self.tables.iter().filter_map(|(name, (rows, digest))| {
            let (other_rows, other_digest) = other.tables.get(name).copied().unwrap_or_default();
            (*digest != other_digest).then(|| format!("{name} {rows}/{other_rows}"))
        });
        changed.collect::<Vec<_>>().join(", ")
    }
}

/// Whose number must be readable, and which digits; `None` where there must be none.
pub type Numbers = BTreeMap<PersonId, Option<&'static str>>;

/// Opens the folder as the product does and looks at everything in it. `None`: there is no
/// vault in it, as after a first run that was cut.
pub fn content(folder: &Path) -> Result<Option<Content>, String> {
    let snapshot = match Snapshot::examine(&folder.join(SNAPSHOT), &mut |_| true) {
        Ok(snapshot) => Some(snapshot.manifest().id.clone()),
        Err(VaultError::SnapshotIncomplete) => None,
        Err(e) => return Err(format!("the snapshot: {e}")),
    };
    Ok(vault_in(folder)?.map(|tables| Content {
        tables,
        beside: Beside { snapshot },
    }))
}

fn vault_in(folder: &Path) -> Result<Option<Tables>, String> {
    let Some(vault) = open(folder)? else {
        return Ok(None);
    };
    drop(vault);
    let conn = Connection::open(folder.join("vault.db")).map_err(|e| e.to_string())?;
    let verdict: String = conn
        .query_row("PRAGMA integrity_check", [], |r| r.get(0))
        .map_err(|e| e.to_string())?;
    if verdict != "ok" {
        return Err(format!("integrity_check: {verdict}"));
    }
    let orphans = conn
        .prepare("PRAGMA foreign_key_check")
        .and_then(|mut s| s.exists([]))
        .map_err(|e| e.to_string())?;
    if orphans {
        return Err("foreign_key_check: a row points to nothing".to_owned());
    }
    chains_hold(&conn)?;
    tables(&conn).map(Some).map_err(|e| e.to_string())
}

pub fn open(folder: &Path) -> Result<Option<Vault>, String> {
    Vault::open(folder, pc()).map_err(|e| format!("the vault does not open: {e}"))
}

fn tables(conn: &Connection) -> rusqlite::Result<Tables> {
    let names: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?
        .query_map([], |r| r.get(0))?
        .collect::<Result<_, _>>()?;
    let mut tables = BTreeMap::new();
    for name in names {
        let mut statement = conn.prepare(&format!("SELECT * FROM \"{name}\""))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let (mut count, mut digest) = (0, DefaultHasher::new());
        while let Some(row) = rows.next()? {
            count += 1;
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => 0.hash(&mut digest),
                    ValueRef::Integer(n) => (1, n).hash(&mut digest),
                    ValueRef::Real(x) => (2, x.to_bits()).hash(&mut digest),
                    ValueRef::Text(t) => (3, t).hash(&mut digest),
                    ValueRef::Blob(b) => (4, b).hash(&mut digest),
                }
            }
        }
        tables.insert(name, (count, digest.finish()));
    }
    Ok(tables)
}

/// Every company's chain, with its checkpoints under its own key.
fn chains_hold(conn: &Connection) -> Result<(), String> {
    let wrong = |e: rusqlite::Error| e.to_string();
    let companies: Vec<(String, [u8; 32])> = conn
        .prepare("SELECT id, signing_public FROM companies")
        .map_err(wrong)?
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
        .and_then(Iterator::collect)
        .map_err(wrong)?;
    for (company, public) in companies {
        let key = ed25519_dalek::VerifyingKey::from_bytes(&public).map_err(|e| e.to_string())?;
        let checkpoints = conn
            .prepare("SELECT body, signature FROM checkpoints WHERE company_id = ?1 ORDER BY seq")
            .map_err(wrong)?
            .query_map([&company], |r| {
                Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, [u8; 64]>(1)?))
            })
            .and_then(|rows| rows.collect::<Result<Vec<_>, _>>())
            .map_err(wrong)?
            .iter()
            .map(|(body, signature)| SignedCheckpoint::verify(body, signature, &key))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| format!("checkpoint: {e}"))?;
        let mut chain = ChainVerifier::with_checkpoints(&checkpoints);
        let mut statement = conn
            .prepare("SELECT bytes, hash FROM ledger WHERE company_id = ?1 ORDER BY seq")
            .map_err(wrong)?;
        let mut rows = statement.query([&company]).map_err(wrong)?;
        while let Some(row) = rows.next().map_err(wrong)? {
            let bytes: Vec<u8> = row.get(0).map_err(wrong)?;
            let hash = Hash::from_bytes(row.get(1).map_err(wrong)?);
            chain.push(&bytes, hash).map_err(|e| e.to_string())?;
        }
        chain.finish().map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Opens the company's keys out of this vault's own keyring, with an identity that a login
/// opened before the cut, and reads everybody's number.
pub fn numbers_are(
    vault: &mut Vault,
    session: &mut Session,
    company: &str,
    expected: &Numbers,
    now: Moment,
) -> Result<(), String> {
    let entered = vault.enter_company(session, company, now);
    entered.map_err(|e| format!("the company's keys do not open: {e}"))?;
    for (person, digits) in expected {
        let shown = vault.reveal(session, *person, Purpose::WithholdingTax, now);
        let right = match (digits, &shown) {
            (Some(digits), Ok(shown)) => shown.as_str() == *digits,
            (None, Err(VaultError::NoNumber | VaultError::NotFound)) => true,
            _ => false,
        };
        if !right {
            let what = shown.map(|_| "a number").map_err(|e| e.to_string());
            return Err(format!(
                "person {person}: number expected {}, found {what:?}",
                digits.is_some()
            ));
        }
    }
    Ok(())
}
