//! An import's rows by `sqlite3 .import`: not the one table of the file, but every row the
//! vault keeps of it, into the vault's own tables and indexes. Keys, seals and hashes come
//! ready made in the files; bytes come as hexadecimal digits cut to the same length, since
//! CSV has no other way to say them.

use super::{Peer, Peers, run};
use crate::floor;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};

const DATABASE: &str = "rows.db";
/// As the vault's own connection while it imports.
const SETTINGS: &str = "PRAGMA locking_mode=EXCLUSIVE;\nPRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\nPRAGMA foreign_keys=OFF;\nPRAGMA ignore_check_constraints=ON;\nPRAGMA cache_size=-65536;\nPRAGMA cache_spill=65536;\nPRAGMA wal_autocheckpoint=256;\n";

impl Peers {
    /// Of the closed vault in `folder`, which an import has filled.
    pub fn import_same_rows(&self, folder: &Path) -> Peer {
        let database = self.folder.join(DATABASE);
        let times = Rows::of(&folder.join("vault.db"), &self.folder).and_then(|rows| {
            let times = self.times(|| {
                rows.remove_database();
                run(
                    "sqlite3",
                    &["-bail", &database.display().to_string()],
                    &rows.script,
                )
            });
            times.and_then(|times| rows.all_there().map(|()| times))
        });
        Peer {
            name: "sqlite3, same rows",
            how: ".import of every row the vault keeps of them into the vault's own tables and indexes, WAL, synchronous=FULL; nothing is checked, looked for, sealed or hashed, bytes are text of the same length",
            times,
        }
    }
}

/// The rows of all tables as CSV beside the peer's database.
struct Rows {
    database: PathBuf,
    /// Settings, schema and one `.import` a table.
    script: String,
    counts: Vec<(&'static str, i64)>,
}

impl Rows {
    fn of(vault: &Path, folder: &Path) -> Result<Self, String> {
        let conn = Connection::open(vault).map_err(|e| e.to_string())?;
        let mut rows = Self {
            database: folder.join(DATABASE),
            script: SETTINGS.into(),
            counts: Vec::new(),
        };
        for table in floor::TABLES {
            let schema = floor::schema_of(&conn, "main", table).map_err(|e| e.to_string())?;
            // Text where a STRICT table wants bytes would be refused.
            rows.script.push_str(&floor::not_strict(schema));
            rows.script.push_str(";\n");
        }
        rows.script.push_str(".mode csv\n");
        for table in floor::TABLES {
            let csv = folder.join(format!("{table}.csv"));
            write(&conn, vault, table, &csv)?;
            let count = format!("SELECT count(*) FROM {table}");
            let count = conn.query_row(&count, [], |r| r.get(0));
            rows.counts.push((table, count.map_err(|e| e.to_string())?));
            let import = format!(".import {} {table}\n", csv.display());
            rows.script.push_str(&import);
        }
        Ok(rows)
    }

    fn remove_database(&self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(format!("{}{suffix}", self.database.display()));
        }
    }

    /// `.import` leaves out a row it cannot insert and goes on.
    fn all_there(&self) -> Result<(), String> {
        let conn = Connection::open(&self.database).map_err(|e| e.to_string())?;
        for (table, expected) in &self.counts {
            let count = format!("SELECT count(*) FROM {table}");
            let found: i64 = conn
                .query_row(&count, [], |r| r.get(0))
                .map_err(|e| e.to_string())?;
            if found != *expected {
                return Err(format!("{table}: {found} of {expected} rows"));
            }
        }
        Ok(())
    }
}

/// By sqlite3 itself, so that it reads what it has written.
fn write(conn: &Connection, vault: &Path, table: &str, csv: &Path) -> Result<(), String> {
    let columns: Vec<String> = conn
        .prepare("SELECT name FROM pragma_table_info(?1) ORDER BY cid")
        .and_then(|mut statement| {
            statement
                .query_map([table], |r| r.get::<_, String>(0))?
                .collect()
        })
        .map_err(|e| e.to_string())?;
    let values: Vec<String> = columns
        .iter()
        .map(|c| format!("iif(typeof({c}) = 'blob', substr(hex({c}), 1, length({c})), {c})"))
        .collect();
    let script = format!(
        ".mode csv\n.output {}\nSELECT {} FROM {table} ORDER BY 1, 2;\n",
        csv.display(),
        values.join(", ")
    );
    run("sqlite3", &["-bail", &vault.display().to_string()], &script).map(|_| ())
}
