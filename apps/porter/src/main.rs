//! `porter`: one job on the stick at descriptor 3, then the end.
//!
//! Reads one job from standard input, writes any number of progress and
//! then one answer to standard output, both as frames of `protocol`. Whoever
//! starts it has opened the device for reading and writing. For developers,
//! `porter --image FILE` works on an image file instead of descriptor 3.
//!
//! Exit status: 0 once an answer was given, 1 when the pipes broke or did not hold a
//! job, 2 on wrong arguments or a sandbox that could not be set up. Standard error has
//! fixed sentences only, never anything from the stick.

fn main() -> std::process::ExitCode {
    porter::process::main(std::env::args_os().skip(1))
}
