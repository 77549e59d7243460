//! What a fresh Debian 12 lacks, installed by apt.

use crate::shell::{self, Result};
use std::collections::BTreeSet;
use std::process::Command;

/// Debian packages, grouped by what needs them.
const PACKAGES: &[(&str, &[&str])] = &[
    (
        "the kernel",
        &[
            "linux-source-6.12",
            "gcc-12",
            "gcc-12-plugin-dev",
            "build-essential",
            "bc",
            "bison",
            "flex",
            "libelf-dev",
            "libssl-dev",
            "xz-utils",
            "zstd",
        ],
    ),
    // The toolchain of what ships: the same inside Nix's sandbox and outside.
    ("the shipped programs", &["rustc-web", "cargo-web"]),
    (
        "init and its libcryptsetup",
        &[
            "libcryptsetup-dev",
            "libclang-dev",
            "clang",
            "pkg-config",
            "e2fsprogs",
        ],
    ),
    (
        "the EFI file and the stick",
        &[
            "systemd-boot-efi",
            "shim-signed",
            "sbsigntool",
            "openssl",
            "binutils",
        ],
    ),
    (
        "the screen",
        &["fonts-morisawa-bizud-gothic", "fonts-noto-cjk"],
    ),
    // Fetches what the dictionary is made from.
    ("the converter's dictionary", &["python3-pip", "xz-utils"]),
    (
        "the image tests",
        &[
            "qemu-system-x86",
            "qemu-utils",
            "ovmf",
            "swtpm",
            "cryptsetup-bin",
            "dosfstools",
            "mtools",
        ],
    ),
    (
        "the courier's network cut",
        &["nftables", "iproute2", "util-linux"],
    ),
    // docs/verify_ledger.py reads what the ledger's tests write.
    ("the ledger's verifier", &["python3"]),
    ("the reproducibility check", &["nix-bin"]),
];

/// QEMU's windows; wanted only where there is a display.
pub const WINDOW: &[&str] = &["qemu-system-gui"];

/// Installs what is missing. Says nothing when all is there.
pub fn ensure() -> Result<()> {
    ensure_with(&[])
}

/// Like [`ensure`], with `more` packages.
pub fn ensure_with(more: &[&str]) -> Result<()> {
    let everything = PACKAGES.iter().flat_map(|(_, names)| *names).chain(more);
    ensure_only(&everything.copied().collect::<Vec<_>>())
}

/// Installs what is missing of `wanted` and nothing else: for what needs no kernel and no image.
pub fn ensure_only(wanted: &[&str]) -> Result<()> {
    let missing = missing(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing by apt: {}", missing.join(" "));
    apt(&["update", "-q"])?;
    let mut arguments = vec![
        "install",
        "-y",
        "-q",
        "--no-install-recommends",
        // Where a backported qemu-utils is installed, QEMU of Debian 12 needs the older one.
        "--allow-downgrades",
    ];
    let pinned = with_matching_qemu_utils(&missing);
    arguments.extend(pinned.iter().map(String::as_str));
    apt(&arguments)?;
    let still = self::missing(wanted)?;
    if still.is_empty() {
        Ok(())
    } else {
        Err(format!("apt did not install: {}", still.join(" ")))
    }
}

fn missing(wanted: &[&str]) -> Result<Vec<String>> {
    let installed = shell::capture(Command::new("dpkg-query").args([
        "-W",
        "-f",
        "${db:Status-Abbrev} ${Package}\n",
    ]))
    .map_err(|e| format!("{e}\nKuramori is built on Debian 12 (dpkg-query was not found)"))?;
    let installed: BTreeSet<&str> = installed
        .lines()
        .filter_map(|l| l.strip_prefix("ii "))
        .map(str::trim)
        .collect();
    Ok(wanted
        .iter()
        .filter(|name| !installed.contains(**name))
        .map(|name| (*name).to_owned())
        .collect())
}

/// QEMU's tools must be of QEMU's own version: ask apt which one it would install.
fn with_matching_qemu_utils(missing: &[String]) -> Vec<String> {
    let mut all = missing.to_vec();
    if !missing.iter().any(|m| m == "qemu-system-x86") {
        return all;
    }
    let policy = shell::capture(Command::new("apt-cache").args(["policy", "qemu-system-x86"]))
        .unwrap_or_default();
    let candidate = policy
        .lines()
        .find_map(|l| l.trim().strip_prefix("Candidate: "))
        // A binary rebuild (+b1) of one package is not one of the other.
        .map(|v| v.split("+b").next().unwrap_or(v).to_owned());
    if let Some(version) = candidate {
        all.retain(|m| m != "qemu-utils");
        for name in ["qemu-utils", "qemu-block-extra"] {
            let known = shell::capture(Command::new("apt-cache").args(["madison", name]))
                .unwrap_or_default();
            let same = known
                .lines()
                .filter_map(|l| l.split('|').nth(1))
                .map(str::trim)
                .find(|v| v.starts_with(&version));
            all.push(same.map_or_else(|| name.to_owned(), |v| format!("{name}={v}")));
        }
    }
    all
}

fn apt(arguments: &[&str]) -> Result<()> {
    let root = shell::capture(Command::new("id").arg("-u"))?.trim() == "0";
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("apt-get");
        sudo
    };
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    shell::run(&mut command)
        .map_err(|e| format!("{e}\nRun as root, or with sudo, to install what is missing."))
}
