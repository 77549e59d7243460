//! The fonts of every screen, and which characters they can draw.
//!
//! Crate `typeface` says how one file comes to draw two fonts and more. Here it is given to
//! Slint: mapped, not read, so that only the pages of glyphs in use take memory, and as the
//! only list of fonts, so that a picture made on a developer's machine is the stick's picture.

use slint::fontique_011::fontique::{
    Blob, GenericFamily, SourceCache, SourceId, SourceInfo, SourceKind,
};
use std::io;
use std::path::Path;

pub use typeface::debian::developers_file;
pub use typeface::{Coverage, Missing, SHIPPED, is_selector};

/// The names under which Slint asks for "any font".
const ANY: [GenericFamily; 3] = [
    GenericFamily::SansSerif,
    GenericFamily::SystemUi,
    GenericFamily::UiSansSerif,
];

/// Makes Slint draw this thread's texts with `file`, and says what it can draw. Must follow
/// the choice of the platform and precede the first window.
///
/// # Errors
/// When the file is not there or is no collection of `typeface`.
pub fn register(file: &Path) -> io::Result<Coverage> {
    let mapped = mapped(file)?;
    let order = typeface::families(mapped.as_ref())?;
    let coverage = Coverage::of_file(mapped.as_ref())?;
    let mut collection = slint::fontique_011::shared_collection();
    collection.register_fonts(mapped, None);
    let families: Vec<_> = order
        .iter()
        .filter_map(|name| collection.family_id(name))
        .collect();
    for any in ANY {
        collection.set_generic_families(any, families.iter().copied());
    }
    Ok(coverage)
}

/// The file's pages. A source cache maps its files; the mapping lives as long as the blob.
fn mapped(file: &Path) -> io::Result<Blob<u8>> {
    // What the cache does not give a reason for.
    std::fs::metadata(file)?;
    let source = SourceInfo::new(SourceId::new(), SourceKind::Path(file.into()));
    SourceCache::default()
        .get(&source)
        .ok_or_else(|| io::Error::other("the font file cannot be mapped"))
}
