use crate::{Keeper, edge, inherited, sandbox};
use std::path::PathBuf;
use std::process::ExitCode;

/// The keeper as a process: claims its pipes, fences itself in, serves until `Close`.
/// `arguments` are `--vault DIR`.
///
/// What it may say on the standard error is written here and fixed: nothing of a
/// request, a path or a person can get into it.
pub fn main(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
    // A panic's own message could quote what was worked on.
    std::panic::set_hook(Box::new(|_| eprintln!("keeper: internal error, stopping")));
    let mut arguments = arguments.into_iter();
    let folder = match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(option), Some(folder), None) if option == "--vault" => PathBuf::from(folder),
        _ => return fail("keeper: usage: keeper --vault DIR, with pipes on 0, 1, 3 and 4"),
    };
    let Ok(pipes) = inherited::pipes() else {
        return fail("keeper: no pipes on 0, 1, 3 and 4");
    };
    match sandbox::enter(&folder) {
        Ok(sandbox::Fence::Whole) => {}
        Ok(sandbox::Fence::Partial) => eprintln!("keeper: this kernel enforces Landlock in part"),
        Err(_) => return fail("keeper: the sandbox could not be entered"),
    }
    match edge::run(pipes, Keeper::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(edge::EdgeError::InitGone) => fail("keeper: init is gone"),
        Err(edge::EdgeError::Init(_)) => fail("keeper: malformed message from init"),
        Err(edge::EdgeError::Pipe(_)) => fail("keeper: a pipe failed"),
    }
}

fn fail(text: &'static str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}
