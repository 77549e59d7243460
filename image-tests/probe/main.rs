//! The harness's hand inside the guest: it takes init's place on the shipped kernel and
//! writes down what it finds, in pages of its own memory that the harness looks for.
//!
//! Called plainly it asks the kernel about sockets and disks. Called as the init of the
//! shipped initramfs (then `/probe/init` is the shipped one) it starts a watcher of every
//! process's memory and becomes that init. `probe sockets` asks the system it is started on
//! and prints the answers: what a kernel with a network says.

mod sockets;

use image_tests::probe::{KernelReport, MemoryReport, ProcessMemory, pages};
use rustix::mount::{MountFlags, mount};
use std::{
    ffi::CStr, fs, io::Write, os::unix::process::CommandExt, path::Path, process::Command,
    time::Duration,
};

/// Where the watcher sees processes, whatever the shipped init mounts.
const OWN_PROC: &str = "/probe/proc";

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("watch") => watch(),
        Some("sockets") => return print_sockets(),
        _ => {}
    }
    if Path::new("/probe/init").exists() {
        become_init();
    }
    tell(&ask());
}

/// Keeps a report where the harness finds it, for as long as the machine runs.
fn tell(report: &KernelReport) -> ! {
    let text = serde_json::to_vec(report).unwrap_or_default();
    let kept = std::hint::black_box(pages(&text));
    loop {
        std::thread::sleep(Duration::from_secs(3600));
        std::hint::black_box(&kept);
    }
}

fn print_sockets() {
    let text = serde_json::to_vec(&sockets::ask()).unwrap_or_default();
    let _ = std::io::stdout().write_all(&text);
}

fn ask() -> KernelReport {
    mount_at("proc", "/proc");
    mount_at("sysfs", "/sys");
    KernelReport {
        release: text("/proc/sys/kernel/osrelease").trim().to_owned(),
        socket_calls: sockets::ask(),
        block_devices: text("/proc/partitions")
            .lines()
            .skip(2)
            .filter_map(|line| line.split_whitespace().nth(3).map(str::to_owned))
            .collect(),
        classes: names("/sys/class"),
        proc_net: Path::new("/proc/net").exists(),
        pci_drivers: names("/sys/bus/pci/drivers"),
    }
}

fn become_init() -> ! {
    // The shipped init also starts its own helpers as /init, with arguments.
    if std::process::id() == 1 {
        mount_at("proc", OWN_PROC);
        // Whether the watcher started shows in the harness: no report comes without it.
        let _watcher = Command::new("/init").arg("watch").spawn();
    }
    let error = Command::new("/probe/init")
        .args(std::env::args_os().skip(1))
        .arg0("/init")
        .exec();
    panic!("the shipped init does not start: {error}");
}

fn watch() -> ! {
    let mut look = 0;
    let mut kept = Vec::new();
    loop {
        look += 1;
        let report = MemoryReport {
            look,
            total_kib: field(&text(&format!("{OWN_PROC}/meminfo")), "MemTotal:"),
            available_kib: field(&text(&format!("{OWN_PROC}/meminfo")), "MemAvailable:"),
            processes: processes(),
        };
        let fresh = pages(&serde_json::to_vec(&report).unwrap_or_default());
        // In place: an older look must not lie beside the newest.
        if fresh.len() == kept.len() {
            kept.clone_from_slice(&fresh);
        } else {
            for page in &mut kept {
                page.0.fill(0);
            }
            kept = fresh.clone();
        }
        for mut page in fresh {
            page.0.fill(0);
            std::hint::black_box(&page);
        }
        std::hint::black_box(&kept);
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn processes() -> Vec<ProcessMemory> {
    let mut all: Vec<ProcessMemory> = names(OWN_PROC)
        .iter()
        .filter_map(|name| name.parse().ok())
        // The watcher is no part of what ships.
        .filter(|pid| *pid != std::process::id())
        .filter_map(|pid: u32| {
            let status = text(&format!("{OWN_PROC}/{pid}/status"));
            let resident_kib = field(&status, "VmRSS:");
            // Kernel threads have no memory of their own.
            (resident_kib > 0).then(|| ProcessMemory {
                pid,
                name: status
                    .lines()
                    .find_map(|line| line.strip_prefix("Name:"))
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
                resident_kib,
                anonymous_kib: field(&status, "RssAnon:"),
            })
        })
        .collect();
    all.sort_by_key(|p| p.pid);
    all
}

/// The number behind a label of a `/proc` file, 0 where there is none.
fn field(text: &str, label: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(label))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

fn mount_at(kind: &str, at: &str) {
    let none: Option<&CStr> = None;
    // What is missing then shows as an empty answer in the report, which the tests refuse.
    let _ = fs::create_dir_all(at);
    let _ = mount(kind, at, kind, MountFlags::empty(), none);
}

fn text(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
