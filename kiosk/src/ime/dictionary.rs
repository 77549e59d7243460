//! Where the converter's dictionary lies.

use kkc::Converter;
use std::path::Path;
use std::rc::Rc;

/// In the image.
pub const ON_THE_STICK: &str = "/usr/share/kuramori/kkc.dic";

/// The converter, if there is a dictionary: the image's, or the one a developer's cache has. Without
/// one, kana stays kana.
pub fn open() -> Option<Rc<Converter>> {
    let found = Converter::open(Path::new(ON_THE_STICK)).ok();
    #[cfg(feature = "desktop")]
    let found = found.or_else(|| {
        let cache = image::Cache::of_user().ok()?;
        Converter::open(&kkc_tools::path(&cache)).ok()
    });
    found.map(Rc::new)
}
