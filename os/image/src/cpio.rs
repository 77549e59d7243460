//! The initramfs archive: "newc" cpio as Linux reads it (Documentation/driver-api/early-userspace/buffer-format.rst).
//!
//! Only what the image needs: regular files, folders, symbolic links, device nodes. Owner and
//! time are always zero, entries are sorted, inode numbers count up: same content, same bytes.

use crate::{Error, Result};
use std::collections::BTreeMap;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Folder,
    /// Content and whether it may be executed. Nobody may write it.
    File {
        content: Vec<u8>,
        executable: bool,
    },
    Symlink(String),
    /// A character device with major and minor number, readable and writable by root only.
    CharDevice(u32, u32),
}

/// An archive being put together.
///
/// ```
/// use kuramori_image::cpio::{Archive, Entry};
/// let mut archive = Archive::default();
/// archive.add("bin/keeper", Entry::File { content: b"\x7fELF".to_vec(), executable: true })?;
/// let bytes = archive.to_bytes();
/// assert!(bytes.starts_with(b"070701"));
/// # Ok::<(), kuramori_image::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Archive {
    entries: BTreeMap<String, Entry>,
}

impl Archive {
    /// Puts `entry` at `path` (relative, without a leading slash); missing parents are made.
    ///
    /// # Errors
    /// [`Error::DuplicateEntry`] when something else is already there.
    pub fn add(&mut self, path: &str, entry: Entry) -> Result<()> {
        let path = path.trim_matches('/');
        for (at, _) in path.match_indices('/') {
            let parent = self
                .entries
                .entry(path[..at].into())
                .or_insert(Entry::Folder);
            if *parent != Entry::Folder {
                return Err(Error::DuplicateEntry(path[..at].into()));
            }
        }
        match self.entries.get(path) {
            Some(there) if *there != entry => Err(Error::DuplicateEntry(path.into())),
            _ => {
                self.entries.insert(path.into(), entry);
                Ok(())
            }
        }
    }

    /// Paths and sizes of the files in it.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        self.entries.iter().filter_map(|(path, entry)| match entry {
            Entry::File { content, .. } => Some((path.as_str(), content.len())),
            _ => None,
        })
    }

    /// The archive, closed by its trailer and padded to 512 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for (index, (path, entry)) in self.entries.iter().enumerate() {
            // 1 is the first inode; two entries with one number would be hard links.
            write_entry(&mut out, index as u32 + 1, path, entry);
        }
        write_entry(
            &mut out,
            0,
            "TRAILER!!!",
            &Entry::File {
                content: Vec::new(),
                executable: false,
            },
        );
        pad(&mut out, 512);
        out
    }
}

fn write_entry(out: &mut Vec<u8>, inode: u32, path: &str, entry: &Entry) {
    const FOLDER: u32 = 0o040_000;
    const FILE: u32 = 0o100_000;
    const SYMLINK: u32 = 0o120_000;
    const CHAR_DEVICE: u32 = 0o020_000;
    let (mode, links, content, device): (u32, u32, &[u8], (u32, u32)) = match entry {
        Entry::Folder => (FOLDER | 0o755, 2, &[], (0, 0)),
        Entry::File {
            content,
            executable,
        } => (
            FILE | if *executable { 0o555 } else { 0o444 },
            1,
            content,
            (0, 0),
        ),
        Entry::Symlink(target) => (SYMLINK | 0o777, 1, target.as_bytes(), (0, 0)),
        Entry::CharDevice(major, minor) => (CHAR_DEVICE | 0o600, 1, &[], (*major, *minor)),
    };
    let trailer = inode == 0;
    let fields = [
        inode,
        if trailer { 0 } else { mode },
        0, // uid
        0, // gid
        links,
        0, // mtime
        content.len() as u32,
        0, // major and minor of the disk it was on
        0,
        device.0,
        device.1,
        path.len() as u32 + 1,
        0, // checksum, unused in newc
    ];
    out.extend_from_slice(b"070701");
    for field in fields {
        out.extend_from_slice(format!("{field:08X}").as_bytes());
    }
    out.extend_from_slice(path.as_bytes());
    out.push(0);
    pad(out, 4);
    out.extend_from_slice(content);
    pad(out, 4);
}

fn pad(out: &mut Vec<u8>, to: usize) {
    out.resize(out.len().next_multiple_of(to), 0);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn file(content: &[u8]) -> Entry {
        Entry::File {
            content: content.to_vec(),
            executable: true,
        }
    }

    #[test]
    fn the_order_of_adding_does_not_show() {
        let mut one = Archive::default();
        one.add("init", file(b"a")).unwrap();
        one.add("bin/x", file(b"b")).unwrap();
        let mut two = Archive::default();
        two.add("bin/x", file(b"b")).unwrap();
        two.add("init", file(b"a")).unwrap();
        assert_eq!(one.to_bytes(), two.to_bytes());
    }

    #[test]
    fn a_path_cannot_hold_two_things() {
        let mut archive = Archive::default();
        archive.add("init", file(b"a")).unwrap();
        archive.add("init", file(b"a")).unwrap();
        assert!(archive.add("init", file(b"b")).is_err());
        assert!(archive.add("init/below", file(b"c")).is_err());
    }

    #[test]
    fn parents_come_before_what_is_in_them() {
        let mut archive = Archive::default();
        archive.add("usr/share/licenses/x", file(b"")).unwrap();
        let bytes = archive.to_bytes();
        let at = |name: &str| {
            bytes
                .windows(name.len() + 1)
                .position(|w| w[..name.len()] == *name.as_bytes() && w[name.len()] == 0)
                .unwrap()
        };
        assert!(at("usr") < at("usr/share") && at("usr/share") < at("usr/share/licenses"));
    }
}
