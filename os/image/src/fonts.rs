//! The font file of the screens, made of Debian's fonts by `typeface`.

use crate::{Error, Result, command::host_file};
use std::path::PathBuf;
use typeface::{Sources, debian::FILES};

/// Where the kiosk finds it in the image.
pub(crate) const INSIDE: &str = typeface::SHIPPED;

/// The file, and the files of this machine that it was made of.
pub(crate) fn build() -> Result<(Vec<u8>, Vec<PathBuf>)> {
    let [regular, bold, cjk] = FILES.map(|(path, package)| host_file(path, package));
    let content = typeface::build(&Sources {
        regular: &regular?,
        bold: &bold?,
        cjk: &cjk?,
    })
    .map_err(|e| Error::malformed(INSIDE.as_ref(), e.to_string()))?;
    Ok((content, FILES.map(|(path, _)| path.into()).into()))
}
