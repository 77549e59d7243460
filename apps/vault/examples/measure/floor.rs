//! What an import cannot do without, each by itself and all of it together: the floor under
//! its time. A number may only be kept sealed under a key of its own, each registration has
//! to stand in the ledger, and what is known of a person are rows with their indexes.

use crate::figure::{Peer, Span, Times, timed};
use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The tables an import fills, one row for each person in each.
pub const TABLES: [&str; 8] = [
    "people",
    "employees",
    "numbers",
    "data_keys",
    "collections",
    "collection_steps",
    "import_people",
    "ledger",
];

/// The floor of the import that filled the vault in `folder`, which is closed.
pub fn of_import(folder: &Path, people: u32, repeats: usize) -> Vec<Peer> {
    let vault = folder.join("vault.db");
    let entries = entries(&vault);
    let runs = |work: &dyn Fn() -> Span| -> Times { (0..repeats).map(|_| work()).collect() };
    let rows = runs(&|| rows(folder, &vault));
    let seals = runs(&|| timed(|| seal(people)).1);
    let hashes = runs(&|| timed(|| hash(&entries)).1);
    let all = [&rows, &seals, &hashes].map(Times::median);
    let peer = |name, how, times| Peer {
        name,
        how,
        times: Ok(times),
    };
    vec![
        peer(
            "floor: all three",
            "the sum of the three below, which the vault does on one thread, too",
            Times::from_iter([all.into_iter().sum()]),
        ),
        peer(
            "floor: the rows",
            "INSERT … SELECT of the same rows into the same tables and indexes of a new file, one transaction; WAL, synchronous=FULL; no foreign key is checked, no trigger fires",
            rows,
        ),
        peer(
            "floor: the seals",
            "for each person a random key, AES-256-GCM of the number under it and of the key under the company's; the same library",
            seals,
        ),
        peer(
            "floor: the hashes",
            "SHA-256 of each ledger entry and of its link; the same library",
            hashes,
        ),
    ]
}

fn rows(folder: &Path, vault: &Path) -> Span {
    let path = folder.join("floor.db");
    let (conn, insert) = copy(vault, &path, |schema| schema);
    let script = format!("BEGIN; {insert} COMMIT;");
    let (_, span) = timed(|| conn.execute_batch(&script).unwrap());
    drop(conn);
    for suffix in ["", "-wal"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", path.display()));
    }
    span
}

/// A new database with the same tables and indexes, and the SQL that fills it.
pub fn copy(vault: &Path, path: &Path, schema: fn(String) -> String) -> (Connection, String) {
    let conn = Connection::open(path).unwrap();
    let settings = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536;
        PRAGMA cache_spill = 65536; PRAGMA wal_autocheckpoint = 256;";
    conn.execute_batch(settings).unwrap();
    let attach = format!("ATTACH DATABASE '{}' AS vault", vault.display());
    conn.execute_batch(&attach).unwrap();
    for table in TABLES {
        let statements = schema_of(&conn, "vault", table).unwrap();
        conn.execute_batch(&schema(statements)).unwrap();
    }
    // The order keeps SQLite from copying whole pages.
    let insert = TABLES.map(|t| format!("INSERT INTO {t} SELECT * FROM vault.{t} ORDER BY 1, 2;"));
    (conn, insert.concat())
}

/// The SQL of a table and its indexes.
pub fn schema_of(conn: &Connection, database: &str, table: &str) -> rusqlite::Result<String> {
    let select = format!(
        "SELECT sql FROM {database}.sqlite_schema
         WHERE tbl_name = ?1 AND type IN ('table', 'index') AND sql IS NOT NULL
         ORDER BY type DESC"
    );
    let mut statement = conn.prepare(&select)?;
    let statements = statement.query_map([table], |r| r.get(0))?;
    Ok(statements
        .collect::<rusqlite::Result<Vec<String>>>()?
        .join(";"))
}

/// The same schema for who cannot have STRICT tables.
pub fn not_strict(schema: String) -> String {
    schema
        .replace(" STRICT, WITHOUT", " WITHOUT")
        .replace(" STRICT", "")
}

fn seal(people: u32) -> usize {
    let company = cipher();
    let mut sealed = 0;
    for _ in 0..people {
        let mut key = [0; 32];
        getrandom::fill(&mut key).unwrap();
        let number = Aes256Gcm::new((&key).into());
        sealed += sealed_len(&number, &[0x39; 12]);
        sealed += sealed_len(&company, &key);
    }
    sealed
}

fn cipher() -> Aes256Gcm {
    let mut key = [0; 32];
    getrandom::fill(&mut key).unwrap();
    Aes256Gcm::new((&key).into())
}

fn sealed_len(cipher: &Aes256Gcm, plain: &[u8]) -> usize {
    let mut nonce = [0; 12];
    getrandom::fill(&mut nonce).unwrap();
    let payload = Payload {
        msg: plain,
        // As long as what names a number's place.
        aad: &[0x61; 78],
    };
    let sealed = cipher.encrypt((&nonce).into(), payload);
    sealed.unwrap().len()
}

fn entries(vault: &Path) -> Vec<Vec<u8>> {
    let conn = Connection::open(vault).unwrap();
    let mut statement = conn.prepare("SELECT bytes FROM ledger").unwrap();
    let rows = statement.query_map([], |r| r.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn hash(entries: &[Vec<u8>]) -> [u8; 32] {
    let mut last = [0; 32];
    for bytes in entries {
        let content = Sha256::digest(bytes);
        last = Sha256::new()
            .chain_update([0x61; 25])
            .chain_update(last)
            .chain_update(content)
            .finalize()
            .into();
    }
    last
}
