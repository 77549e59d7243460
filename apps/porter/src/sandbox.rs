//! What this process gives up before it reads the first foreign byte.

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetStatus,
    Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// How much of the sandbox this kernel could give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    /// No path, no network, no new descriptor can be opened.
    Full,
    /// This kernel's Landlock is older than the rules; it applies what it knows.
    Partial,
    /// No Landlock here. The stick's own kernel has it, and init refuses without.
    Missing,
}

/// Gives up new privileges, every path, every network, debuggers and core files, and
/// bounds memory.
///
/// # Errors
/// What could not be set although any kernel can: the process should not go on.
pub fn enter() -> Result<Sandbox, &'static str> {
    rustix::thread::set_no_new_privs(true).map_err(|_| "no_new_privs")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|_| "dumpable")?;
    let landlock = landlock()?;
    // A job holds a frame, its decoded copy and what is read back: some megabytes.
    limit(Resource::As, 512 << 20)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Nproc, 0)?;
    // Descriptors 0 to 3 are all there ever are.
    limit(Resource::Nofile, 4)?;
    Ok(landlock)
}

fn limit(resource: Resource, value: u64) -> Result<(), &'static str> {
    let both = Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    setrlimit(resource, both).map_err(|_| "rlimit")
}

/// A ruleset that handles everything and allows nothing.
fn landlock() -> Result<Sandbox, &'static str> {
    let newest = ABI::V6;
    let restrict = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(newest))?
            .handle_access(AccessNet::from_all(newest))?
            .scope(Scope::from_all(newest))?
            .create()?
            .restrict_self()
    };
    match restrict().map_err(|_| "Landlock")?.ruleset {
        RulesetStatus::FullyEnforced => Ok(Sandbox::Full),
        RulesetStatus::PartiallyEnforced => Ok(Sandbox::Partial),
        RulesetStatus::NotEnforced => Ok(Sandbox::Missing),
    }
}
