//! What the keeper gives up before it reads its first message: new privileges, every
//! file outside the vault's folder, being traced, core dumps. Init fences it in the
//! same way from outside; this is the fence that also stands on a developer's machine.

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    RulesetStatus, Scope, path_beneath_rules,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, setrlimit};
use std::path::Path;

/// The Landlock version the rules are written for; a kernel with less enforces what it knows.
const RULES: ABI = ABI::V6;

/// How much of the fence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    Whole,
    /// The kernel lacks Landlock or some of the rules.
    Partial,
}

#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("a limit could not be set")]
    Limit(#[from] rustix::io::Errno),
    #[error("the Landlock rules could not be set")]
    Landlock(#[from] RulesetError),
}

/// Fences this process in; `folder` stays readable and writable.
///
/// There is no `mlock` here: what keeps secrets off a disk is that the stick's kernel
/// has no swap (`os/kernel`).
pub fn enter(folder: &Path) -> Result<Fence, SandboxError> {
    setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    )?;
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    rustix::thread::set_no_new_privs(true)?;

    let in_the_vault = AccessFs::ReadFile
        | AccessFs::ReadDir
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::RemoveFile
        // Snapshots have folders of their own.
        | AccessFs::MakeDir
        | AccessFs::RemoveDir;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(RULES))?
        .handle_access(AccessNet::from_all(RULES))?
        .scope(Scope::from_all(RULES))?
        .create()?
        .add_rules(path_beneath_rules([folder], in_the_vault))?
        .restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Fence::Whole,
        RulesetStatus::PartiallyEnforced | RulesetStatus::NotEnforced => Fence::Partial,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn behind_the_fence_only_the_vaults_folder_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        let path = folder.path().to_owned();
        // Landlock binds the thread that asks for it.
        let behind = std::thread::spawn(move || {
            let fence = enter(&path).unwrap();
            let vault = path.join("vault.db");
            fs::write(&vault, b"written").unwrap();
            fs::remove_file(&vault).unwrap();
            (fence, fs::read(outside.path()).is_err())
        });
        let (fence, refused) = behind.join().unwrap();
        // A kernel without Landlock says so; init's own fence stands on the stick.
        assert!(refused || fence == Fence::Partial);
        assert_eq!(
            rustix::process::dumpable_behavior(),
            Ok(DumpableBehavior::NotDumpable)
        );
    }
}
