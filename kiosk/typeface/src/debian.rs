//! The fonts' files as Debian's packages install them, and the collection for a developer who
//! has no stick.

use crate::{Error, LARGEST_FILE, Sources, build};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Files and the packages they are in: BIZ UDGothic Regular and Bold, Noto Sans CJK.
pub const FILES: [(&str, &str); 3] = [
    (
        "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf",
        "fonts-morisawa-bizud-gothic",
    ),
    (
        "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Bold.ttf",
        "fonts-morisawa-bizud-gothic",
    ),
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "fonts-noto-cjk",
    ),
];

/// The collection of the fonts on this machine.
///
/// # Errors
/// [`Error::NotInstalled`] names the package that is missing.
pub fn build_here() -> Result<Vec<u8>, Error> {
    let [regular, bold, cjk] = [read(0)?, read(1)?, read(2)?];
    build(&Sources {
        regular: &regular,
        bold: &bold,
        cjk: &cjk,
    })
}

/// The same collection as a file, made at the first call and kept in `$KURAMORI_CACHE`
/// (`~/.cache/kuramori`) until a font or this crate changes.
///
/// # Errors
/// As [`build_here`], and [`Error::Io`] when the cache cannot be written.
pub fn developers_file() -> Result<PathBuf, Error> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _held = ONE_AT_A_TIME.lock();
    let folder = cache().join("fonts").join(key()?);
    let file = folder.join("kuramori.ttc");
    if file.is_file() {
        return Ok(file);
    }
    let content = build_here()?;
    fs::create_dir_all(&folder).map_err(io("make the folder", &folder))?;
    // Other processes may do the same: each writes its own, the last one stays.
    let own = folder.join(format!("kuramori.ttc.{}", std::process::id()));
    fs::write(&own, content).map_err(io("write", &own))?;
    fs::rename(&own, &file).map_err(io("rename", &own))?;
    Ok(file)
}

fn cache() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = set("KURAMORI_CACHE") {
        return folder.into();
    }
    set("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(set("HOME").unwrap_or_default()).join(".cache"))
        .join("kuramori")
}

/// Changes with the fonts (their size and time) and with what is made of them.
fn key() -> Result<String, Error> {
    let mut hash = Sha256::new();
    for source in [
        include_str!("cmap.rs"),
        include_str!("names.rs"),
        include_str!("sfnt.rs"),
        include_str!("shipped.rs"),
    ] {
        hash.update(source);
    }
    for (path, package) in FILES {
        let about =
            fs::metadata(path).map_err(|_| Error::NotInstalled(path.to_owned(), package))?;
        hash.update(format!(
            "{path} {} {:?}",
            about.len(),
            about.modified().ok()
        ));
    }
    let bytes = hash.finalize();
    Ok(bytes[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

fn read(index: usize) -> Result<Vec<u8>, Error> {
    let (path, package) = FILES[index];
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(Error::NotInstalled(path.to_owned(), package));
        }
        Err(error) => return Err(io("open", Path::new(path))(error)),
    };
    let mut content = Vec::new();
    file.take(LARGEST_FILE + 1)
        .read_to_end(&mut content)
        .map_err(io("read", Path::new(path)))?;
    Ok(content)
}

fn io(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let what = format!("could not {doing} {}", path.display());
    move |source| Error::Io { what, source }
}
