//! The font file of the screens, and which characters it can draw.
//!
//! A clerk must see every name as it is written: 𠮷 is not 吉, and 祐 followed by U+E0100 is not
//! 祐. Two fonts are needed for that, BIZ UDGothic and, for what it lacks, the Japanese face of
//! Noto Sans CJK. [`build`] makes of Debian's files one OpenType collection, always the same
//! bytes of the same input; no outline is changed and none is left out.
//!
//! The text layout below Slint (parley) picks for each character the first font of a list that
//! has *all its code points* in its character map. Fonts do not list variation selectors there
//! (OpenType keeps sequences in a subtable of their own, `cmap` format 14), so the first font
//! with the base character would win and a sequence that only the second font has would be
//! drawn as its base character: another name. Therefore the collection holds more faces over
//! the same outlines, each with a character map of its own:
//!
//! | family | draws |
//! |---|---|
//! | BIZ UDGothic | its characters; regular and bold |
//! | Kuramori E0100, Kuramori FE00, … | sequences of BIZ UDGothic with that selector |
//! | Kuramori CJK | characters and sequences of Noto Sans CJK JP |
//! | Kuramori Geta | everything else, as 〓 (the geta mark for a missing type) |
//!
//! Without the last one, a character of no font would be drawn as nothing at all: 𠮷川 would be
//! read as 川.
//!
//! What this crate refuses to do: shape or draw text, and subset a font.
//!
//! ```no_run
//! let file = typeface::debian::developers_file()?;
//! let coverage = typeface::Coverage::of_file(&std::fs::read(file)?)?;
//! assert_eq!(coverage.missing("髙橋 祐\u{E0100} 𠮷川"), None);
//! assert_eq!(coverage.missing("山\u{E01EF}").unwrap().to_string(), "U+5C71 U+E01EF");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cmap;
mod coverage;
pub mod debian;
mod names;
mod sfnt;
mod shipped;

pub use coverage::{Coverage, Missing, is_selector};
pub use shipped::{CJK, GETA, PRIMARY, Sources, build, families};

/// The file on the stick.
pub const SHIPPED: &str = "/usr/share/fonts/kuramori/kuramori.ttc";

/// Longest font file that is read. Debian's Noto Sans CJK is 20 MB.
pub const LARGEST_FILE: u64 = 64 << 20;

/// Why a font is not used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{what}: {source}")]
    Io {
        what: String,
        source: std::io::Error,
    },
    /// The file is not the font that was expected; the reason is for the log.
    #[error("not a font this program can use: {0}")]
    Font(String),
    #[error("{0} is missing; `cargo xtask` installs the Debian package {1}")]
    NotInstalled(String, &'static str),
}

impl From<skrifa::raw::ReadError> for Error {
    fn from(error: skrifa::raw::ReadError) -> Self {
        Self::Font(error.to_string())
    }
}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Io { source, .. } => source,
            other => Self::new(std::io::ErrorKind::InvalidData, other),
        }
    }
}
