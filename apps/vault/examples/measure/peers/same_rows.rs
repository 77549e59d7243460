//! A registration's rows, written by sqlcipher: the vault's own tables and indexes, and of
//! each row the same length. What the vault does besides (rights, the look for a double,
//! foreign keys, sealing, hashing) is not in it.

use super::{DURABLE, OFTEN, Peer, Peers, RAW_KEY, SQLCIPHER, each, run};
use crate::figure::Span;
use crate::floor;
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

/// The tables, with what tells whose row it is.
const TABLES: [(&str, &str); 6] = [
    ("people", "id = ?1"),
    ("employees", "person_id = ?1"),
    ("numbers", "person_id = ?1"),
    (
        "data_keys",
        "number_id = (SELECT id FROM numbers WHERE person_id = ?1)",
    ),
    ("collections", "person_id = ?1"),
    ("collection_steps", "person_id = ?1"),
];

/// The rows of one registration as SQL, with a place for what differs in each.
struct Template {
    inserts: String,
    /// The newest entry's counter.
    seq: i64,
}

impl Peers {
    /// As the person registered last in the closed vault of `folder`.
    pub fn register_same_rows(&self, folder: &Path) -> Peer {
        let vault = folder.join("vault.db");
        let database = self.folder.join("same.db").display().to_string();
        let made = self
            .sqlcipher
            .clone()
            .and_then(|()| export(&vault, &database))
            .and_then(|()| Template::read(&vault).map_err(|e| e.to_string()));
        let mut next = 0;
        let times = made.and_then(|template| {
            self.times(|| {
                let script: String = (0..OFTEN * 5)
                    .map(|_| {
                        next += 1;
                        template.fill(next)
                    })
                    .collect();
                let empty = session(&database, "")?;
                each(empty, session(&database, &script)?, OFTEN * 5)
            })
        });
        Peer {
            name: "sqlcipher, same rows",
            how: "the same rows into the vault's own tables and indexes, as one transaction, committed durably in an open session; no right is asked for, no double looked for, no foreign key checked, nothing sealed or hashed but the pages",
            times,
        }
    }
}

/// A copy of the vault's people as sqlcipher keeps it, whose SQLite may be too old for STRICT.
fn export(vault: &Path, database: &str) -> Result<(), String> {
    let plain = format!("{database}.plain");
    let (conn, fill) = floor::copy(vault, Path::new(&plain), floor::not_strict);
    conn.execute_batch(&fill).map_err(|e| e.to_string())?;
    conn.close().map_err(|(_, e)| e.to_string())?;
    let script = format!(
        "ATTACH DATABASE '{database}' AS same KEY \"{RAW_KEY}\";\nSELECT sqlcipher_export('same');\n"
    );
    run(SQLCIPHER, &[&plain], &script).map(|_| ())
}

fn session(database: &str, script: &str) -> Result<Span, String> {
    let script = format!("PRAGMA key=\"{RAW_KEY}\";\n{DURABLE}{script}");
    run(SQLCIPHER, &[database], &script)
}

impl Template {
    fn read(vault: &Path) -> rusqlite::Result<Self> {
        let conn = Connection::open(vault)?;
        let person: i64 = conn.query_row("SELECT max(person_id) FROM numbers", [], |r| r.get(0))?;
        let mut inserts = String::new();
        for (table, whose) in TABLES {
            let columns: Vec<String> = conn
                .prepare("SELECT name FROM pragma_table_info(?1)")?
                .query_map([table], |r| r.get(0))?
                .collect::<Result<_, _>>()?;
            let values: Vec<_> = columns.iter().map(|c| value(table, c)).collect();
            let row = format!(
                "SELECT {} FROM {table} WHERE {whose}",
                values.join(" || ',' || ")
            );
            let row: Option<String> = conn.query_row(&row, [person], |r| r.get(0)).optional()?;
            if let Some(row) = row {
                inserts.push_str(&format!("INSERT INTO {table} VALUES ({row});\n"));
            }
        }
        let entry = "SELECT company_id, seq, length(bytes) FROM ledger ORDER BY seq DESC LIMIT 1";
        let (company, seq, length): (String, i64, i64) =
            conn.query_row(entry, [], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        for seq in ["{first}", "{second}"] {
            inserts.push_str(&format!(
                "INSERT INTO ledger (company_id, seq, bytes, hash) VALUES ('{company}', {seq}, randomblob({length}), randomblob(32));\n"
            ));
        }
        Ok(Self { inserts, seq })
    }

    /// The `n`th of them, from 1 on.
    fn fill(&self, n: u32) -> String {
        let n = i64::from(n);
        // Numbers' ids are spread over all there are, as the vault's.
        let number = n.wrapping_mul(0x1e37_79b9_7f4a_7c15) & i64::MAX;
        let rows = self
            .inserts
            .replace("{person}", &(10_000_000 + n).to_string())
            .replace("{number}", &number.to_string())
            .replace("{no}", &(20_000_000 + n).to_string())
            .replace("{first}", &(self.seq + 2 * n - 1).to_string())
            .replace("{second}", &(self.seq + 2 * n).to_string());
        format!("BEGIN IMMEDIATE;\n{rows}COMMIT;\n")
    }
}

/// SQL that gives the SQL of a column's value: as it is, or a place for what differs.
fn value(table: &str, column: &str) -> String {
    match (table, column) {
        ("people", "id") | (_, "person_id") => "'{person}'".into(),
        ("numbers", "id") | (_, "number_id") => "'{number}'".into(),
        (_, "employee_no" | "employee_no_folded" | "sort_key") => "'''{no}'''".into(),
        ("collection_steps", "id") => "'NULL'".into(),
        _ => format!("quote({column})"),
    }
}
