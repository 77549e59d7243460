//! The programs that ship: init, keeper, kiosk, porter, built with Debian's own Rust.
//!
//! Outside and inside Nix's sandbox the same compiler is used, and every path of the builder is
//! mapped to a fixed name, so that the programs come out bit-identical in any folder.

use crate::{
    Cache, Error, Progress, Result,
    cache::{clear, key_of, sha256},
    command::Tool,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

/// Programs of the image; the first becomes `/init`, the others stand in `/bin`.
pub const PROGRAMS: [&str; 4] = ["init", "keeper", "kiosk", "porter"];

/// Debian's compiler. A rustup toolchain that comes first in `PATH` is not used: Nix's
/// sandbox does not have it, and the bits would differ.
const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";

/// The two cargo runs: the kiosk apart, because on the stick it has no desktop backend.
const BUILDS: [&[&str]; 2] = [
    &["-p", "init", "-p", "keeper", "-p", "porter"],
    &[
        "-p",
        "kiosk",
        "--no-default-features",
        "--features",
        "stick",
    ],
];

/// Where the programs come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Built from the workspace. `vendor` is a folder made by
    /// `cargo vendor --versioned-dirs`, for builds without a registry.
    Build { vendor: Option<PathBuf> },
    /// A folder that an earlier [`build`] filled, or one with only some programs in `bin/`
    /// (a probe that is just `bin/init`).
    Prebuilt(PathBuf),
}

/// A folder with `bin/`, `crates.json` and `licenses/`.
#[derive(Clone, Debug)]
pub struct Userland {
    pub folder: PathBuf,
}

/// A crate inside the programs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Crate {
    pub name: String,
    pub version: String,
    /// SPDX expression, as the crate declares it.
    pub license: String,
    /// Files in `licenses/`, named by their hash.
    pub texts: Vec<String>,
}

impl Userland {
    /// The programs that are there: name → file.
    pub fn programs(&self) -> Vec<(&'static str, PathBuf)> {
        PROGRAMS
            .into_iter()
            .map(|name| (name, self.folder.join("bin").join(name)))
            .filter(|(_, path)| path.is_file())
            .collect()
    }

    /// The crates inside; empty for a folder that was put together by hand.
    pub fn crates(&self) -> Result<Vec<Crate>> {
        let path = self.folder.join("crates.json");
        if !path.exists() {
            return Ok(Vec::new());
        }
        let text = fs::read(&path).map_err(Error::io("read", &path))?;
        serde_json::from_slice(&text).map_err(|e| Error::malformed(&path, e.to_string()))
    }
}

/// Builds the programs of `workspace`, or takes them from a folder.
///
/// # Errors
/// [`Error::ToolFailed`] with cargo's message; [`Error::Malformed`] when a program names a folder
/// of this machine, because it would then differ on another.
pub fn build(
    cache: &Cache,
    workspace: &Path,
    source: &Source,
    progress: Progress<'_>,
) -> Result<Userland> {
    let vendor = match source {
        Source::Prebuilt(folder) => {
            return Ok(Userland {
                folder: folder.clone(),
            });
        }
        Source::Build { vendor } => vendor.as_deref(),
    };
    let workspace = fs::canonicalize(workspace).map_err(Error::io("find", workspace))?;
    let place = &key_of(&[workspace.as_os_str().as_encoded_bytes()])[..16];
    // One folder per clone, so that a second build of the same clone is incremental.
    let here = cache.path(&format!("userland/{place}"));
    fs::create_dir_all(&here).map_err(Error::io("make the folder", &here))?;
    let _held = cache.lock(&format!("userland-{place}"))?;
    let builder = Builder {
        target: here.join("target"),
        cargo_home: cargo_home(),
        vendor: vendor.map(Path::to_path_buf),
        workspace,
    };

    let log = here.join("build.log");
    fs::write(&log, "").map_err(Error::io("start the build log", &log))?;
    if builder.vendor.is_none() {
        progress("programs: fetching crates");
        builder
            .cargo()
            .args(["fetch", "--locked"])
            .run_logged(&log)?;
    }
    let folder = here.join("out");
    clear(&folder)?;
    for part in ["bin", "licenses"] {
        clear(&folder.join(part))?;
    }
    for packages in BUILDS {
        progress(&format!(
            "programs: cargo build {}; log in {}",
            packages.join(" "),
            log.display()
        ));
        builder.cargo_build(packages, &log)?;
    }
    for name in PROGRAMS {
        let from = builder.target.join("release").join(name);
        let bytes = fs::read(&from).map_err(Error::io("read", &from))?;
        builder.check_no_local_path(&from, &bytes)?;
        let to = folder.join("bin").join(name);
        fs::copy(&from, &to).map_err(Error::io("copy", &to))?;
    }
    progress("programs: collecting licences");
    let crates = builder.crates(&folder.join("licenses"))?;
    let list = folder.join("crates.json");
    let text =
        serde_json::to_vec_pretty(&crates).map_err(|e| Error::malformed(&list, e.to_string()))?;
    fs::write(&list, text).map_err(Error::io("write", &list))?;
    Ok(Userland { folder })
}

struct Builder {
    workspace: PathBuf,
    target: PathBuf,
    cargo_home: PathBuf,
    vendor: Option<PathBuf>,
}

impl Builder {
    /// Cargo with a known environment. What reaches the registry (proxy, mirror settings) is kept;
    /// what changes the programs (flags, wrappers, target folders) is not.
    fn cargo(&self) -> Tool {
        const KEPT: [&str; 9] = [
            "CARGO_NET_",
            "CARGO_HTTP_",
            "CARGO_REGISTR",
            "CARGO_SOURCE_",
            "SSL_CERT_",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "ALL_PROXY",
        ];
        let mut tool = Tool::new(CARGO, "cargo-web")
            .dir(&self.workspace)
            .env("HOME", env::var_os("HOME").unwrap_or_else(|| "/".into()))
            .env("CARGO_HOME", &self.cargo_home)
            .env("CARGO_TERM_COLOR", "never")
            .env("RUSTC", RUSTC);
        for (key, value) in env::vars_os() {
            let name = key.to_string_lossy().to_ascii_uppercase();
            if KEPT.iter().any(|kept| name.starts_with(kept)) {
                tool = tool.env(&key.to_string_lossy(), value);
            }
        }
        if let Some(vendor) = &self.vendor {
            tool = tool
                .arg("--offline")
                .args([
                    "--config",
                    "source.crates-io.replace-with=\"vendored\"",
                    "--config",
                ])
                .arg(format!(
                    "source.vendored.directory={:?}",
                    vendor.display().to_string()
                ));
        }
        tool
    }

    fn cargo_build(&self, packages: &[&str], log: &Path) -> Result<()> {
        let maps = self.prefix_maps();
        let rust_flags: Vec<String> = maps
            .iter()
            .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
            .collect();
        let c_flags: Vec<String> = maps
            .iter()
            .map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()))
            .collect();
        self.cargo()
            .args(["build", "--release", "--locked", "--target-dir"])
            .arg(&self.target)
            .args(packages)
            // Unit separator: paths may hold spaces.
            .env("CARGO_ENCODED_RUSTFLAGS", rust_flags.join("\u{1f}"))
            .env("CFLAGS", c_flags.join(" "))
            .env("CXXFLAGS", c_flags.join(" "))
            .run_logged(log)
    }

    /// Folders of this machine and the names they get inside the programs. rustc applies the last
    /// that fits, so inner folders come after outer ones.
    fn prefix_maps(&self) -> Vec<(PathBuf, &'static str)> {
        let mut maps = vec![
            (self.cargo_home.clone(), "/cargo"),
            (self.workspace.clone(), "/kuramori"),
            (self.target.clone(), "/target"),
        ];
        let unpacked = self.cargo_home.join("registry/src");
        let mut registries: Vec<PathBuf> = fs::read_dir(unpacked)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        registries.sort();
        maps.extend(registries.into_iter().map(|path| (path, "/crates")));
        maps.extend(self.vendor.clone().map(|path| (path, "/crates")));
        maps
    }

    fn check_no_local_path(&self, program: &Path, bytes: &[u8]) -> Result<()> {
        for (local, _) in self.prefix_maps() {
            let needle = local.as_os_str().as_encoded_bytes();
            // A very short path (`/build` in a sandbox) would be found by chance.
            if needle.len() > 8 && bytes.windows(needle.len()).any(|w| w == needle) {
                return Err(Error::malformed(
                    program,
                    format!(
                        "it names {} and would differ when built elsewhere; \
                         look for env!(\"CARGO_MANIFEST_DIR\") or an absolute include",
                        local.display()
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The crates linked into the programs; their licence texts go to `licenses`.
    fn crates(&self, licenses: &Path) -> Result<Vec<Crate>> {
        let manifests = self.manifests()?;
        let mut linked = BTreeSet::new();
        for packages in BUILDS {
            let out = self
                .cargo()
                .args([
                    "tree",
                    "--locked",
                    "--edges",
                    "normal",
                    "--prefix",
                    "none",
                    "--no-dedupe",
                ])
                .args(["--target", "x86_64-unknown-linux-gnu", "--format", "{p}"])
                .args(packages)
                .output()?;
            for line in String::from_utf8_lossy(&out).lines() {
                // "name v1.2.3", and behind it the folder of our own crates or "(proc-macro)".
                let mut words = line.split_ascii_whitespace();
                if let (Some(name), Some(version)) = (words.next(), words.next())
                    && words.next() != Some("(proc-macro)")
                {
                    linked.insert((name.to_owned(), version.trim_start_matches('v').to_owned()));
                }
            }
        }
        linked
            .into_iter()
            .map(|(name, version)| {
                let (license, folder) = manifests
                    .get(&(name.clone(), version.clone()))
                    .ok_or_else(|| {
                        Error::malformed(&self.workspace, format!("cargo does not know {name}"))
                    })?;
                Ok(Crate {
                    texts: copy_licenses(folder, licenses)?,
                    license: license.clone(),
                    name,
                    version,
                })
            })
            .collect()
    }

    /// (name, version) → (licence, folder) of all packages in Cargo.lock.
    fn manifests(&self) -> Result<BTreeMap<(String, String), (String, PathBuf)>> {
        #[derive(Deserialize)]
        struct Metadata {
            packages: Vec<Package>,
        }
        #[derive(Deserialize)]
        struct Package {
            name: String,
            version: String,
            license: Option<String>,
            manifest_path: PathBuf,
        }
        let out = self
            .cargo()
            .args([
                "metadata",
                "--locked",
                "--all-features",
                "--format-version",
                "1",
            ])
            .output()?;
        let metadata: Metadata = serde_json::from_slice(&out)
            .map_err(|e| Error::malformed(Path::new("cargo metadata"), e.to_string()))?;
        Ok(metadata
            .packages
            .into_iter()
            .map(|p| {
                let folder = p.manifest_path.parent().unwrap_or(Path::new("/")).into();
                let license = p.license.unwrap_or_else(|| "see texts".into());
                ((p.name, p.version), (license, folder))
            })
            .collect())
    }
}

fn cargo_home() -> PathBuf {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .filter(|p| p.is_absolute())
        .unwrap_or_else(|| {
            PathBuf::from(env::var_os("HOME").unwrap_or_else(|| "/".into())).join(".cargo")
        })
}

/// Copies the licence files of the crate in `folder`, each under its hash: many crates share a text.
fn copy_licenses(folder: &Path, to: &Path) -> Result<Vec<String>> {
    const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];
    let mut texts = BTreeSet::new();
    let entries = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().to_ascii_uppercase();
        if !NAMES.iter().any(|n| name.starts_with(n)) || !entry.path().is_file() {
            continue;
        }
        let text = fs::read(entry.path()).map_err(Error::io("read", &entry.path()))?;
        let hashed = format!("{}.txt", &sha256(&text)[..16]);
        let file = to.join(&hashed);
        fs::write(&file, &text).map_err(Error::io("write", &file))?;
        texts.insert(hashed);
    }
    Ok(texts.into_iter().collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_names_the_builders_folder_is_refused() {
        let builder = Builder {
            workspace: "/home/yamada/kuramori".into(),
            target: "/home/yamada/.cache/kuramori/target".into(),
            cargo_home: "/home/yamada/.cargo".into(),
            vendor: None,
        };
        let check = |bytes: &[u8]| builder.check_no_local_path(Path::new("kiosk"), bytes);
        assert!(check(b"..../kuramori/kiosk/src/main.rs....").is_ok());
        assert!(check(b"..../home/yamada/kuramori/kiosk/ui/app.slint....").is_err());
    }
}
