//! What is left to the process once its sandbox has closed.
#![allow(clippy::unwrap_used, reason = "tests")]

use porter::sandbox::{Sandbox, enter};
use std::{fs, io::ErrorKind, process::Command};

const INSIDE: &str = "PORTER_SANDBOX_TEST_FOLDER";

/// The sandbox holds for a whole process, so the test starts itself again inside it.
#[test]
fn inside_the_sandbox_no_path_can_be_opened_made_or_removed() {
    if let Some(folder) = std::env::var_os(INSIDE) {
        let folder = std::path::PathBuf::from(folder);
        let sandbox = enter().unwrap();
        assert!(fs::File::open("/etc/passwd").is_err());
        if sandbox == Sandbox::Missing {
            return;
        }
        let refused =
            |result: std::io::Result<()>| result.unwrap_err().kind() == ErrorKind::PermissionDenied;
        assert!(refused(fs::create_dir(folder.join("new"))));
        assert!(refused(fs::remove_file(folder.join("there"))));
        assert!(refused(fs::rename(
            folder.join("there"),
            folder.join("elsewhere")
        )));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("there"), b"").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "inside_the_sandbox_no_path_can_be_opened_made_or_removed",
        ])
        // One thread: the test's own limits forbid starting another.
        .args(["--test-threads", "1"])
        .env(INSIDE, folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    assert!(folder.path().join("there").exists());
}
