//! The kernel: Debian's source at a pinned hash, `allnoconfig` plus the fragments of `os/kernel`.
//!
//! A build takes 8 minutes on two idle cores, so its result is cached by everything it was made
//! from: source, options, compiler, and the settings below that make it reproducible.

use crate::{
    Cache, Error, Progress, Result,
    cache::{clear, key_of, sha256, sha256_file},
    command::Tool,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The compiler for kernel and kernel plugins; its version is part of the cache key.
const COMPILER: &str = "gcc-12";

/// Raised when the steps of [`build`] change in a way that changes their result.
const RECIPE: &str = "1";

/// `os/kernel/source.toml`: which source is built.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourcePin {
    /// Debian package that brings the tarball.
    pub package: String,
    /// Its exact version, for the message when the hash is another.
    pub version: String,
    /// Where the package puts it.
    pub file: PathBuf,
    /// The one folder inside.
    pub folder: String,
    pub sha256: String,
}

/// Where the kernel comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// The pinned source, or the cache.
    Build,
    /// A folder with `bzImage`, `config` and `System.map` of an earlier build.
    Prebuilt(PathBuf),
}

/// One line of a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelOption {
    /// With the prefix `CONFIG_`.
    pub name: String,
    /// As Kconfig writes it: `y`, `n`, a number, or a quoted string.
    pub value: String,
    pub reason: String,
}

/// Everything `os/kernel` says.
#[derive(Clone, Debug)]
pub struct KernelPlan {
    pub pin: SourcePin,
    pub options: Vec<KernelOption>,
}

/// A finished kernel in the cache.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KernelArtifact {
    pub bzimage: PathBuf,
    pub config: PathBuf,
    pub system_map: PathBuf,
    /// `6.12.x-kuramori`, as `uname -r` says.
    pub release: String,
}

impl KernelPlan {
    /// Reads `os/kernel` below the workspace folder.
    pub fn read(workspace: &Path) -> Result<Self> {
        let folder = workspace.join("os/kernel");
        let pin_file = folder.join("source.toml");
        let text = fs::read_to_string(&pin_file).map_err(Error::io("read", &pin_file))?;
        let pin = toml::from_str(&text).map_err(|e| Error::malformed(&pin_file, e.to_string()))?;

        let fragments = folder.join("fragments");
        let mut files: Vec<PathBuf> = fs::read_dir(&fragments)
            .map_err(Error::io("list", &fragments))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "config"))
            .collect();
        files.sort();
        let mut options: Vec<KernelOption> = Vec::new();
        let mut seen = BTreeMap::new();
        for file in files {
            let text = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
            for (line, option) in parse_fragment(&file, &text)? {
                if let Some(first) = seen.insert(option.name.clone(), file.clone()) {
                    return Err(Error::Fragment {
                        problem: format!("{} is already set in {}", option.name, first.display()),
                        file,
                        line,
                    });
                }
                options.push(option);
            }
        }
        Ok(Self { pin, options })
    }

    /// The command line that is built into the kernel. The EFI file's `.cmdline` section
    /// repeats it for whoever inspects the file; the kernel reads only its own.
    pub fn command_line(&self) -> String {
        self.options
            .iter()
            .find(|o| o.name == "CONFIG_CMDLINE")
            .map(|o| o.value.trim_matches('"').to_owned())
            .unwrap_or_default()
    }

    /// The options as Kconfig reads them.
    fn config(&self) -> String {
        self.options
            .iter()
            .map(|o| format!("{}={}\n", o.name, o.value))
            .collect()
    }

    /// The options that the finished configuration does not have as wanted.
    fn not_taken(&self, finished: &str) -> Vec<String> {
        let got: BTreeMap<&str, &str> = finished
            .lines()
            .filter_map(|line| line.split_once('='))
            .filter(|(name, _)| name.starts_with("CONFIG_"))
            .collect();
        self.options
            .iter()
            .filter_map(|o| {
                let got = got.get(o.name.as_str()).copied().unwrap_or("n");
                (got != o.value).then(|| format!("{} {} → {got}", o.name, o.value))
            })
            .collect()
    }
}

/// Parses `CONFIG_NAME=value  # reason` lines; empty lines and comment lines are free.
///
/// # Errors
/// [`Error::Fragment`] for anything else, above all for an option without a reason.
pub fn parse_fragment(file: &Path, text: &str) -> Result<Vec<(usize, KernelOption)>> {
    let mut options = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let bad = |problem: &str| Error::Fragment {
            file: file.into(),
            line: index + 1,
            problem: problem.into(),
        };
        let line = line.trim();
        if line.is_empty() || (line.starts_with('#') && !line.contains("CONFIG_")) {
            continue;
        }
        let (name, rest) = line
            .split_once('=')
            .filter(|(name, _)| {
                name.strip_prefix("CONFIG_").is_some_and(|n| {
                    !n.is_empty() && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                })
            })
            .ok_or_else(|| {
                bad("expected CONFIG_NAME=value  # reason (write =n for what is off)")
            })?;
        let value_end = match rest.strip_prefix('"') {
            Some(quoted) => quoted
                .find('"')
                .map(|end| end + 2)
                .ok_or_else(|| bad("the string is not closed"))?,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let (value, comment) = rest.split_at(value_end);
        let reason = comment.trim().trim_start_matches('#').trim();
        if reason.is_empty() {
            return Err(bad(&format!("{name} has no reason")));
        }
        if value.is_empty() || value == "m" {
            return Err(bad(&format!(
                "{name} has no usable value; there are no modules"
            )));
        }
        options.push((
            index + 1,
            KernelOption {
                name: name.into(),
                value: value.into(),
                reason: reason.into(),
            },
        ));
    }
    Ok(options)
}

/// The kernel of `workspace`'s plan, from the cache or built now.
///
/// # Errors
/// [`Error::KernelSourceChanged`] for a source other than the pinned one,
/// [`Error::OptionsNotTaken`] when Kconfig had other ideas, [`Error::MissingTool`].
pub fn build(
    cache: &Cache,
    workspace: &Path,
    source: &Source,
    progress: Progress<'_>,
) -> Result<KernelArtifact> {
    if let Source::Prebuilt(folder) = source {
        return artifact(folder);
    }
    let plan = KernelPlan::read(workspace)?;
    let compiler = Tool::new(COMPILER, "gcc-12").arg("--version").output()?;
    let config = plan.config();
    let key = key_of(&[
        RECIPE.as_bytes(),
        plan.pin.sha256.as_bytes(),
        config.as_bytes(),
        compiler.split(|b| *b == b'\n').next().unwrap_or_default(),
    ]);
    let folder = cache.folder("kernel", &key[..32], |scratch| {
        check_source(&plan.pin)?;
        compile(&plan, &config, scratch, progress)
    })?;
    artifact(&folder)
}

/// The kernel that a folder with `bzImage`, `config` and `System.map` holds.
pub fn artifact(folder: &Path) -> Result<KernelArtifact> {
    let bzimage = folder.join("bzImage");
    let image = fs::read(&bzimage).map_err(Error::io("read", &bzimage))?;
    Ok(KernelArtifact {
        release: release_of(&image)
            .ok_or_else(|| Error::malformed(&bzimage, "not a Linux kernel image"))?,
        bzimage,
        config: folder.join("config"),
        system_map: folder.join("System.map"),
    })
}

fn check_source(pin: &SourcePin) -> Result<()> {
    if !pin.file.exists() {
        return Err(Error::MissingFile {
            path: pin.file.clone(),
            package: format!("{} (version {})", pin.package, pin.version),
        });
    }
    let found = sha256_file(&pin.file)?;
    if found == pin.sha256 {
        return Ok(());
    }
    Err(Error::KernelSourceChanged {
        path: pin.file.clone(),
        found,
        pinned: pin.sha256.clone(),
        package: pin.package.clone(),
        version: pin.version.clone(),
    })
}

fn compile(plan: &KernelPlan, config: &str, scratch: &Path, progress: Progress<'_>) -> Result<()> {
    let log = scratch.join("build.log");
    progress(&format!(
        "kernel: unpacking {} {}",
        plan.pin.package, plan.pin.version
    ));
    Tool::new("tar", "tar")
        .args(["--extract", "--xz", "--file"])
        .arg(&plan.pin.file)
        .dir(scratch)
        .run_logged(&log)?;
    let source = scratch.join(&plan.pin.folder);
    fix_layout_seed(&source, &plan.pin.sha256)?;

    progress("kernel: configuring");
    // First everything off, then the fragments, then the defaults of what they made visible:
    // the defaults bring the CPU mitigations that this version of Linux knows.
    make(&source).arg("allnoconfig").run_logged(&log)?;
    let dot_config = source.join(".config");
    let base = fs::read_to_string(&dot_config).map_err(Error::io("read", &dot_config))?;
    fs::write(&dot_config, base + config).map_err(Error::io("write", &dot_config))?;
    make(&source).arg("olddefconfig").run_logged(&log)?;
    let finished = fs::read_to_string(&dot_config).map_err(Error::io("read", &dot_config))?;
    let not_taken = plan.not_taken(&finished);
    if !not_taken.is_empty() {
        return Err(Error::OptionsNotTaken(not_taken));
    }

    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    progress(&format!(
        "kernel: compiling with {jobs} jobs, about {} minutes; log in {}",
        16_usize.div_ceil(jobs),
        log.display()
    ));
    make(&source)
        .arg(format!("-j{jobs}"))
        .arg("bzImage")
        .run_logged(&log)?;

    for (from, to) in [
        ("arch/x86/boot/bzImage", "bzImage"),
        (".config", "config"),
        ("System.map", "System.map"),
    ] {
        let from = source.join(from);
        fs::copy(&from, scratch.join(to)).map_err(Error::io("copy", &from))?;
    }
    fs::remove_dir_all(&source).map_err(Error::io("remove", &source))
}

/// `make` in the source folder itself: all paths the compiler sees are then relative, and the
/// folder's own place leaves no trace. Names, times and seeds that Linux would take from the
/// builder are fixed.
fn make(source: &Path) -> Tool {
    Tool::new("make", "make")
        .dir(source)
        .arg(format!("CC={COMPILER}"))
        .arg(format!("HOSTCC={COMPILER}"))
        // Kconfig would note which Rust compiler and which pahole happen to be installed.
        .args(["RUSTC=false", "PAHOLE=false"])
        .arg("KCFLAGS=-frandom-seed=kuramori")
        .env("KBUILD_BUILD_USER", "kuramori")
        .env("KBUILD_BUILD_HOST", "kuramori")
        .env("KBUILD_BUILD_VERSION", "1")
        .env("KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970")
}

/// Replaces the script that draws the seed of structure layout randomization at random.
///
/// The seed has to be public for the build to be reproducible; it still makes the layout one
/// that no other kernel has.
fn fix_layout_seed(source: &Path, source_sha256: &str) -> Result<()> {
    let script = source.join("scripts/gen-randstruct-seed.sh");
    if !script.exists() {
        return Err(Error::malformed(
            &script,
            "this Linux draws the RANDSTRUCT seed elsewhere",
        ));
    }
    let seed = sha256(format!("kuramori randstruct {source_sha256}").as_bytes());
    let hash = sha256(seed.as_bytes());
    let text = format!(
        "#!/bin/sh\necho \"{seed}\" > \"$1\"\n\
         echo \"#define RANDSTRUCT_HASHED_SEED \\\"{hash}\\\"\" > \"$2\"\n"
    );
    fs::write(&script, text).map_err(Error::io("write", &script))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755))
        .map_err(Error::io("make executable", &script))
}

/// The version string that a bzImage's setup header points to
/// (Linux, Documentation/arch/x86/boot.rst, `kernel_version` at 0x20e).
fn release_of(image: &[u8]) -> Option<String> {
    if image.get(0x202..0x206)? != b"HdrS" {
        return None;
    }
    let at = u16::from_le_bytes(image.get(0x20e..0x210)?.try_into().ok()?) as usize + 0x200;
    let text = image.get(at..at + 128)?;
    let end = text.iter().position(|b| *b == b' ' || *b == 0)?;
    String::from_utf8(text[..end].to_vec()).ok()
}

/// Symbols in `System.map` that belong to a network stack: sockets, protocols, interfaces.
///
/// System calls that are not built in stay as weak symbols (`W __x64_sys_socket`, a stub that
/// answers ENOSYS); a real one is strong.
pub fn network_symbols(system_map: &str) -> Vec<String> {
    /// Function families of `net/` and `drivers/net/`; a kernel with `CONFIG_NET=y` has them all.
    const FAMILIES: [&str; 21] = [
        "sock_",
        "sk_",
        "skb_",
        "inet_",
        "inet6_",
        "tcp_",
        "udp_",
        "ip_rcv",
        "ip_local",
        "ip_route",
        "ipv6_",
        "neigh_",
        "netlink_",
        "netdev_",
        "netif_",
        "rtnl_",
        "unix_stream",
        "unix_dgram",
        "packet_rcv",
        "dev_queue_xmit",
        "register_netdev",
    ];
    const EXACT: [&str; 4] = ["alloc_netdev_mqs", "init_net", "net_families", "napi_poll"];
    /// Prints an interface's feature bits; part of the kernel's printf (lib/vsprintf.c).
    const HARMLESS: [&str; 1] = ["netdev_bits"];
    const CALLS: [&str; 16] = [
        "socket",
        "socketpair",
        "bind",
        "listen",
        "accept",
        "accept4",
        "connect",
        "getsockname",
        "getpeername",
        "sendto",
        "recvfrom",
        "setsockopt",
        "getsockopt",
        "shutdown",
        "sendmsg",
        "recvmsg",
    ];
    system_map
        .lines()
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace().skip(1);
            Some((words.next()?, words.next()?))
        })
        .filter(|(kind, name)| {
            let bare = name.trim_start_matches('_');
            let call = *kind != "W"
                && name
                    .strip_prefix("__x64_sys_")
                    .is_some_and(|call| CALLS.contains(&call));
            let stack = EXACT.contains(&bare) || FAMILIES.iter().any(|f| bare.starts_with(f));
            call || (stack && !HARMLESS.contains(&bare))
        })
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// Removes what a build that was interrupted left behind.
pub fn clean_unfinished(cache: &Cache) -> Result<()> {
    let folder = cache.path("kernel");
    let Ok(entries) = fs::read_dir(&folder) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "unfinished") {
            clear(&path)?;
            fs::remove_dir(&path).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn workspace() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn parse(text: &str) -> Result<Vec<(usize, KernelOption)>> {
        parse_fragment(Path::new("x.config"), text)
    }

    #[test]
    fn every_option_has_its_reason() {
        // Parsing refuses an option without one, so reading the plan is the test.
        let plan = KernelPlan::read(&workspace()).unwrap();
        assert!(plan.options.len() > 300);
        for option in &plan.options {
            // A reason says more than the option's own name does.
            let bare = option.name.trim_start_matches("CONFIG_").to_lowercase();
            let reason = option.reason.to_lowercase();
            assert!(reason.len() >= 4 && !bare.ends_with(&reason), "{option:?}");
        }
    }

    #[test]
    fn an_option_without_a_reason_is_refused_with_its_line() {
        let error = parse("# storage\n\nCONFIG_ATA=n\n").unwrap_err();
        assert_eq!(error.to_string(), "x.config:3: CONFIG_ATA has no reason");
    }

    #[test]
    fn the_old_way_of_switching_off_is_refused_because_it_looks_like_a_comment() {
        assert!(parse("# CONFIG_NET is not set\n").is_err());
    }

    #[test]
    fn a_hash_inside_a_string_belongs_to_the_value() {
        let got = parse("CONFIG_CMDLINE=\"a #b\"   # because\n").unwrap();
        assert_eq!(got[0].1.value, "\"a #b\"");
        assert_eq!(got[0].1.reason, "because");
    }

    #[test]
    fn modules_are_refused() {
        assert!(parse("CONFIG_EXT4_FS=m # no\n").is_err());
    }

    #[test]
    fn what_kconfig_did_not_take_is_named() {
        let plan = KernelPlan {
            pin: KernelPlan::read(&workspace()).unwrap().pin,
            options: parse("CONFIG_A=y # a\nCONFIG_B=n # b\nCONFIG_C=3 # c\n")
                .unwrap()
                .into_iter()
                .map(|(_, o)| o)
                .collect(),
        };
        assert!(
            plan.not_taken("CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=3\n")
                .is_empty()
        );
        assert_eq!(
            plan.not_taken("CONFIG_B=y\nCONFIG_C=3\n"),
            ["CONFIG_A y → n", "CONFIG_B n → y"]
        );
    }

    #[test]
    fn the_promises_of_the_kernel_stand_in_the_fragments() {
        let plan = KernelPlan::read(&workspace()).unwrap();
        let value = |name: &str| {
            plan.options
                .iter()
                .find(|o| o.name == format!("CONFIG_{name}"))
                .map(|o| o.value.as_str())
        };
        for off in [
            "NET",
            "MODULES",
            "ATA",
            "BLK_DEV_NVME",
            "MMC",
            "VIRTIO_MENU",
            "VT",
            "FB",
            "VFAT_FS",
            "TTY",
        ] {
            assert_eq!(value(off), Some("n"), "{off}");
        }
        assert_eq!(value("CMDLINE_OVERRIDE"), Some("y"));
        assert!(plan.command_line().contains("usbcore.authorized_default=0"));
    }

    #[test]
    fn a_network_stack_is_recognised_and_the_stubs_of_missing_calls_are_not() {
        let with = "01 T sock_alloc\n02 T __x64_sys_socket\n04 T vfs_read\n";
        assert_eq!(network_symbols(with), ["sock_alloc", "__x64_sys_socket"]);
        let without = "03 W __x64_sys_socket\n04 T vfs_read\n05 t netdev_bits\n";
        assert!(network_symbols(without).is_empty());
    }
}
