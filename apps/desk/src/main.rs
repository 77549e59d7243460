//! An executable that is nothing but a desk's keeper and porter (see the library): what
//! tests start when the program they test has no desk of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    desk::be_part().unwrap_or_else(|| {
        eprintln!("desk: only another program starts this, as its keeper or porter");
        ExitCode::FAILURE
    })
}
