//! The one thing Slint takes from the environment: its fonts.

#![allow(
    unsafe_code,
    reason = "setting a variable is unsafe because another thread may read the environment meanwhile; this runs first in main"
)]

use std::path::Path;

/// Makes Slint use the fonts in `folder` and no others.
///
/// Must be called before any other thread runs and before the first window.
pub fn use_fonts(folder: &Path) {
    // SAFETY: called before threads are started, as the doc comment demands.
    unsafe {
        std::env::set_var("SLINT_DEFAULT_FONT", folder.join(crate::fonts::REGULAR));
        std::env::set_var("SLINT_FONT_PATH", folder.join(crate::fonts::BOLD));
    }
}
