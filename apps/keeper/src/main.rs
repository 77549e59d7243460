//! The keeper's process. What it does stands in the library (`lib.rs`).

fn main() -> std::process::ExitCode {
    keeper::process::main(std::env::args_os().skip(1))
}
