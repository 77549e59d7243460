//! `cargo xtask bench`: figures as JSON under target/bench/.

use crate::guest;
use crate::shell::Result;
use crate::stick::{self, ImageArgs};

pub fn run(names: &[String]) -> Result<()> {
    stick::image(&ImageArgs::default())?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    guest::harness("bench", &names)
}
