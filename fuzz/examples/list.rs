//! Prints each target: name, longest input in bytes, runs in `cargo xtask test`.

#[allow(clippy::print_stdout, reason = "printing is its work")]
fn main() {
    for target in fuzz::TARGETS {
        println!("{} {} {}", target.name, target.max_len, target.test_runs);
    }
}
