//! The same work by programs of Debian: sqlite3, sqlcipher, keepassxc-cli. Their shells are
//! fed on standard input; where one operation counts, the time of a session without it is
//! taken off that of a session with ten.

mod import_rows;
mod same_rows;

use crate::figure::{Peer, Span, Times, Watch};
use crate::number;
use mynumber::Purpose;
use nix::sys::resource::UsageWho;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const KEY: &str = "correct horse battery staple";
const RAW_KEY: &str = "x'5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a'";
/// How often an operation is repeated within a session, and one that takes next to nothing.
const OFTEN: u32 = 10;
const VERY_OFTEN: u32 = 2000;

pub struct Peers {
    folder: PathBuf,
    csv: PathBuf,
    people: u32,
    repeats: usize,
    sqlcipher: Result<(), String>,
    keepass: Result<(), String>,
}

const SQLCIPHER: &str = "sqlcipher";
const KEEPASS: &str = "keepassxc-cli";

impl Peers {
    /// Makes both encrypted databases with the same people.
    pub fn new(folder: &Path, csv: &Path, people: u32, repeats: usize) -> Self {
        let mut peers = Self {
            folder: folder.to_owned(),
            csv: csv.to_owned(),
            people,
            repeats,
            sqlcipher: Ok(()),
            keepass: Ok(()),
        };
        peers.sqlcipher = peers.make_sqlcipher();
        peers.keepass = peers.make_keepass();
        peers
    }

    pub fn sqlite_import(&self) -> Peer {
        let database = self.folder.join("plain.db");
        let script = format!(
            "PRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\n{TABLE}\n.mode csv\n.import --skip 1 {} people\n",
            self.csv.display()
        );
        let times = self.times(|| {
            for suffix in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
            }
            run("sqlite3", &[&database.display().to_string()], &script)
        });
        Peer {
            name: "sqlite3",
            how: ".import of the same file into a plain table with an index on 社員番号, WAL, synchronous=FULL",
            times,
        }
    }

    pub fn open(&self) -> Vec<Peer> {
        let guarded = self.folder.join("guarded.db").display().to_string();
        let script = format!(
            "PRAGMA key='{KEY}';\nPRAGMA kdf_iter={GUARDED};\n{DURABLE}{LEDGER_ROW}{FIRST_LIST}"
        );
        vec![
            self.cipher_same(
                "the program started, the key given and derived in 1,300,000 rounds of PBKDF2-HMAC-SHA1, a ledger row committed durably, people counted and 50 listed",
                || run(SQLCIPHER, &[&guarded], &script),
            ),
            self.cipher(
                "the program started, the key given and derived in the 64,000 rounds of version 3, people counted and 50 listed; nothing is recorded",
                || self.cipher_session(FIRST_LIST),
            ),
            self.pass(
                "db-info: the program started, the key file given, everything read",
                || self.keepass(&["db-info", "-q"], &[], ""),
            ),
        ]
    }

    /// A key of 256 bits in place of a passphrase: nothing is derived.
    pub fn open_by_raw_key(&self) -> Peer {
        let database = self.folder.join("raw.db").display().to_string();
        let script = format!("PRAGMA key=\"{RAW_KEY}\";\n{DURABLE}{LEDGER_ROW}{FIRST_LIST}");
        self.cipher_same(
            "the program started, a raw key given, a ledger row committed durably, people counted and 50 listed",
            || run(SQLCIPHER, &[&database], &script),
        )
    }

    pub fn search(&self, word: &str) -> Vec<Peer> {
        let sql = format!(
            "SELECT * FROM people WHERE no LIKE '%{word}%' OR name LIKE '%{word}%' OR kana LIKE '%{word}%' LIMIT 50;\n\
             SELECT count(*) FROM people WHERE no LIKE '%{word}%' OR name LIKE '%{word}%' OR kana LIKE '%{word}%';\n"
        );
        vec![
            self.cipher(
                "LIKE over three columns with a count, in an open session; no folding of kana",
                || self.cipher_each(OFTEN, |_| sql.clone()),
            ),
            self.pass("search in an open session", || {
                self.pass_each(OFTEN, |_| format!("search \"{word}\"\n"))
            }),
        ]
    }

    pub fn reveal(&self) -> Vec<Peer> {
        vec![
            self.cipher_same(
                "SELECT of one number in an open session, of another person each time, and before it a ledger row of the same length, committed durably",
                || self.cipher_each(OFTEN * 5, |n| format!("{LEDGER_ROW}{}", self.select(n))),
            ),
            self.cipher(
                "SELECT of one number in an open session, of another person each time; nothing is recorded",
                || self.cipher_each(VERY_OFTEN, |n| self.select(n)),
            ),
            self.pass(
                "show of one entry in an open session; nothing is recorded",
                || {
                    self.pass_each(OFTEN * 5, |n| {
                        format!("show -s -a Password {}\n", self.somebody(n))
                    })
                },
            ),
        ]
    }

    pub fn register(&self) -> Vec<Peer> {
        let mut next = 0;
        let mut insert = move |same_work: bool| {
            next += 1;
            let number = number(5_000_000 + next).digits_for(Purpose::WithholdingTax);
            let row = format!(
                "INSERT INTO people VALUES ('x{next}', '髙橋 花子', 'タカハシ ハナコ', '1990/4/1', '', '', '{}');\n",
                *number
            );
            match same_work {
                // The unique index of numbers refuses a double.
                true => format!("BEGIN IMMEDIATE;\n{row}{}COMMIT;\n", LEDGER_ROW.repeat(2)),
                false => row,
            }
        };
        let mut cipher_register = |same_work| {
            let script: String = (0..OFTEN * 5).map(|_| insert(same_work)).collect();
            let empty = self.cipher_session("")?;
            each(empty, self.cipher_session(&script)?, OFTEN * 5)
        };
        let mut next = 0;
        vec![
            self.cipher_same(
                "one transaction: INSERT into a table with a unique index on the number, two ledger rows of the same length; committed durably in an open session",
                || cipher_register(true),
            ),
            self.cipher(
                "INSERT and commit in an open session, the same index; nothing is recorded",
                || cipher_register(false),
            ),
            self.pass("add in an open session: the file is written anew", || {
                self.pass_each(3, |_| {
                    next += 1;
                    format!("add -u user x{next}\n")
                })
            }),
        ]
    }

    pub fn rotate(&self) -> Vec<Peer> {
        vec![
            self.cipher(
                "DELETE of one row, then PRAGMA rekey: every page encrypted anew",
                || {
                    let empty = self.cipher_session("")?;
                    let script = format!(
                        "DELETE FROM people WHERE no = '000007';\nPRAGMA rekey = '{KEY}';\n"
                    );
                    each(empty, self.cipher_session(&script)?, 1)
                },
            ),
            self.pass(
                "db-edit --set-key-file: opened and written anew under a new key",
                || {
                    let other = self.folder.join("key2").display().to_string();
                    let time = self.keepass(&["db-edit", "-q"], &["--set-key-file", &other], "")?;
                    let (from, to) = (self.folder.join("key2"), self.folder.join("key"));
                    let keep = std::fs::read(&to).and_then(|old| {
                        std::fs::copy(&from, &to)?;
                        std::fs::write(&from, old)
                    });
                    keep.map(|()| time).map_err(|e| e.to_string())
                },
            ),
        ]
    }

    /// Named apart, because it does what the vault does.
    fn cipher_same(&self, how: &'static str, work: impl FnMut() -> Result<Span, String>) -> Peer {
        Peer {
            name: "sqlcipher, same work",
            ..self.cipher(how, work)
        }
    }

    fn cipher(&self, how: &'static str, work: impl FnMut() -> Result<Span, String>) -> Peer {
        Peer {
            name: SQLCIPHER,
            how,
            times: self.sqlcipher.clone().and_then(|()| self.times(work)),
        }
    }

    fn pass(&self, how: &'static str, work: impl FnMut() -> Result<Span, String>) -> Peer {
        Peer {
            name: KEEPASS,
            how,
            // Half a minute each with 100,000 people: once is enough to see it.
            times: self.keepass.clone().and_then(|()| times(1, work)),
        }
    }

    fn times(&self, work: impl FnMut() -> Result<Span, String>) -> Result<Times, String> {
        times(self.repeats, work)
    }

    fn cipher_session(&self, script: &str) -> Result<Span, String> {
        let database = self.folder.join("cipher.db").display().to_string();
        let script = format!("PRAGMA key='{KEY}';\n{DURABLE}{script}");
        run(SQLCIPHER, &[&database], &script)
    }

    fn cipher_each(&self, often: u32, sql: impl Fn(u32) -> String) -> Result<Span, String> {
        // One look warms the cache of pages, in both sessions.
        let warm = self.cipher_session(&sql(0))?;
        let many: String = (0..=often).map(sql).collect();
        each(warm, self.cipher_session(&many)?, often)
    }

    fn select(&self, n: u32) -> String {
        format!(
            "SELECT number FROM people WHERE no = '{}';\n",
            self.somebody(n)
        )
    }

    /// The 社員番号 of the `n`th of people who are spread over all there are.
    fn somebody(&self, n: u32) -> String {
        format!("{:06}", u64::from(n) * 7919 % u64::from(self.people))
    }

    /// A command of keepassxc-cli on the database: the name with its options, what else
    /// stands before the database, and standard input.
    fn keepass(&self, command: &[&str], more: &[&str], input: &str) -> Result<Span, String> {
        let key = self.folder.join("key").display().to_string();
        let database = self.kdbx();
        let opening = ["--no-password", "-k", &key];
        let arguments = [command, &opening, more, &[&database]].concat();
        run(KEEPASS, &arguments, input)
    }

    fn pass_session(&self, commands: &str) -> Result<Span, String> {
        self.keepass(&["open", "-q"], &[], &format!("{commands}quit\n"))
    }

    fn pass_each(&self, often: u32, command: impl FnMut(u32) -> String) -> Result<Span, String> {
        let empty = self.pass_session("")?;
        let commands: String = (0..often).map(command).collect();
        each(empty, self.pass_session(&commands)?, often)
    }

    fn kdbx(&self) -> String {
        self.folder.join("people.kdbx").display().to_string()
    }

    fn make_sqlcipher(&self) -> Result<(), String> {
        let database = self.folder.join("cipher.db").display().to_string();
        let script = format!(
            "PRAGMA key='{KEY}';\n{TABLE}\n{LEDGER}\nBEGIN;\n.mode csv\n.import {} people\nCOMMIT;\n\
             CREATE UNIQUE INDEX numbers ON people (number);\nSELECT count(*) FROM people;\n",
            self.csv.display()
        );
        run(SQLCIPHER, &[&database], &script)?;
        let raw = self.folder.join("raw.db").display().to_string();
        let script = format!(
            "PRAGMA key='{KEY}';\nATTACH DATABASE '{raw}' AS raw KEY \"{RAW_KEY}\";\n\
             SELECT sqlcipher_export('raw');\nPRAGMA journal_mode=WAL;\n"
        );
        run(SQLCIPHER, &[&database], &script)?;
        let guarded = self.folder.join("guarded.db").display().to_string();
        let script = format!(
            "PRAGMA cipher_default_kdf_iter={GUARDED};\nATTACH DATABASE '{guarded}' AS guarded KEY '{KEY}';\n\
             SELECT sqlcipher_export('guarded');\nPRAGMA guarded.journal_mode=WAL;\n"
        );
        let script = format!("PRAGMA key='{KEY}';\nSELECT count(*) FROM people;\n{script}");
        run(SQLCIPHER, &[&database], &script).map(|_| ())
    }

    fn make_keepass(&self) -> Result<(), String> {
        let xml = self.folder.join("people.xml");
        std::fs::write(&xml, self.keepass_xml()).map_err(|e| e.to_string())?;
        for name in ["key", "key2"] {
            std::fs::write(self.folder.join(name), format!("{KEY} {name} ").repeat(4))
                .map_err(|e| e.to_string())?;
        }
        let key = self.folder.join("key").display().to_string();
        let arguments = [
            "import",
            "-q",
            "--set-key-file",
            &key,
            &xml.display().to_string(),
            &self.kdbx(),
        ];
        run(KEEPASS, &arguments, "").map(|_| ())
    }

    fn keepass_xml(&self) -> String {
        let mut xml = String::from(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeePassFile><Meta></Meta><Root><Group><Name>People</Name>",
        );
        for i in 0..self.people {
            let number = number(i).digits_for(Purpose::WithholdingTax);
            let _ = write!(
                xml,
                "<Entry><String><Key>Title</Key><Value>{i:06}</Value></String><String><Key>UserName</Key><Value>髙橋 美咲</Value></String><String><Key>Password</Key><Value>{}</Value></String><String><Key>Notes</Key><Value>タカハシ ミサキ</Value></String></Entry>",
                *number
            );
        }
        xml + "</Group></Root></KeePassFile>"
    }
}

/// As the vault's own connection.
const DURABLE: &str = "PRAGMA locking_mode=EXCLUSIVE;\nPRAGMA journal_mode=WAL;\nPRAGMA synchronous=FULL;\nPRAGMA wal_autocheckpoint=256;\n";
const FIRST_LIST: &str = "SELECT count(*) FROM people;\nSELECT * FROM people LIMIT 50;\n";
/// Rounds of PBKDF2-HMAC-SHA1 that OWASP's Password Storage Cheat Sheet asks for; of Argon2id
/// it asks for 46 MiB and one pass, less than the vault takes. Debian's sqlcipher, a version 3,
/// takes 64,000 by itself.
const GUARDED: u32 = 1_300_000;
const LEDGER: &str =
    "CREATE TABLE ledger (seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, hash BLOB NOT NULL);";
/// As long as the vault's; its hash is not made.
const LEDGER_ROW: &str =
    "INSERT INTO ledger (bytes, hash) VALUES (randomblob(560), randomblob(32));\n";
const TABLE: &str = "CREATE TABLE people (no TEXT PRIMARY KEY, name TEXT, kana TEXT, born TEXT, sex TEXT, address TEXT, number TEXT);";

fn times(repeats: usize, mut work: impl FnMut() -> Result<Span, String>) -> Result<Times, String> {
    let mut times = Times::default();
    let mut failed = None;
    for _ in 0..repeats {
        match work() {
            Ok(time) => times.push(time),
            Err(why) => failed = Some(why),
        }
    }
    match failed {
        Some(why) if times.is_empty() => Err(why),
        _ => Ok(times),
    }
}

/// The time of one of `often` operations, from a session with and one without them.
fn each(without: Span, with: Span, often: u32) -> Result<Span, String> {
    match with.checked_sub(without) {
        Some(all) => Ok(all / often),
        None => Err("less than the session's own time varies".into()),
    }
}

/// Runs a program to its end with this on its standard input.
fn run(program: &str, arguments: &[&str], input: &str) -> Result<Span, String> {
    let watch = Watch::start(UsageWho::RUSAGE_CHILDREN);
    let mut child = Command::new(program)
        .args(arguments)
        .env("QT_QPA_PLATFORM", "offscreen")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{program}: {e}"))?;
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    // A program that ends before it read everything says why by itself.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    let time = watch.stop();
    if output.status.success() {
        Ok(time)
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "{program}: {}",
            said.lines().next_back().unwrap_or("failed")
        ))
    }
}
