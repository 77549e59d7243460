//! `cargo xtask bench`: figures as JSON under target/bench/.

use crate::guest;
use crate::kkc;
use crate::shell::Result;
use crate::stick::{self, ImageArgs};

pub fn run(names: &[String]) -> Result<()> {
    let (converter, names): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| *name == "kkc");
    if !converter.is_empty() {
        kkc::bench()?;
        if names.is_empty() {
            return Ok(());
        }
    }
    stick::image(&ImageArgs::default())?;
    let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
    guest::harness("bench", &names)
}
