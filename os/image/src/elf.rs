//! Which shared libraries a program needs, read from its ELF headers without running it.
//!
//! Covers 64-bit little-endian ELF (System V ABI, AMD64 supplement): the dynamic section's
//! `DT_NEEDED` and `DT_SONAME`, and the loader's path in `PT_INTERP`.

use crate::{Error, Result};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Where Debian keeps libraries, and where its loader looks without a cache file.
const LIBRARY_FOLDERS: [&str; 4] = [
    "/lib/x86_64-linux-gnu",
    "/usr/lib/x86_64-linux-gnu",
    "/lib64",
    "/usr/lib64",
];

/// What an ELF file asks of the loader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// The loader, for programs.
    pub interpreter: Option<String>,
    /// Library names in the order of the file.
    pub libraries: Vec<String>,
}

/// Reads what `bytes` needs; `None` when it is not 64-bit little-endian ELF or is cut short.
pub fn needs(bytes: &[u8]) -> Option<Needs> {
    const PT_LOAD: u32 = 1;
    const PT_DYNAMIC: u32 = 2;
    const PT_INTERP: u32 = 3;
    const DT_NEEDED: u64 = 1;
    const DT_STRTAB: u64 = 5;

    if bytes.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let program_headers = u64_at(bytes, 32)? as usize;
    let (size, count) = (u16_at(bytes, 54)? as usize, u16_at(bytes, 56)? as usize);
    let mut loads = Vec::new();
    let mut dynamic = None;
    let mut found = Needs::default();
    for index in 0..count {
        let at = program_headers.checked_add(index * size)?;
        let (offset, address, length) = (
            u64_at(bytes, at + 8)?,
            u64_at(bytes, at + 16)?,
            u64_at(bytes, at + 32)?,
        );
        match u32_at(bytes, at)? {
            PT_LOAD => loads.push((address, offset, length)),
            PT_DYNAMIC => dynamic = Some((offset, length)),
            PT_INTERP => found.interpreter = Some(text_at(bytes, offset as usize)?),
            _ => {}
        }
    }
    let Some((offset, length)) = dynamic else {
        return Some(found); // a static program needs nothing
    };
    let entries = (0..length / 16).map_while(|i| {
        let at = (offset + i * 16) as usize;
        let entry = (u64_at(bytes, at)?, u64_at(bytes, at + 8)?);
        (entry.0 != 0).then_some(entry)
    });
    let entries: Vec<(u64, u64)> = entries.collect();
    let names = entries.iter().find(|(tag, _)| *tag == DT_STRTAB)?.1;
    let (address, file_offset, _) = loads.iter().find(|(address, _, length)| {
        (*address..address.saturating_add(*length)).contains(&names)
    })?;
    let names = names - address + file_offset;
    for (_, value) in entries.iter().filter(|(tag, _)| *tag == DT_NEEDED) {
        found
            .libraries
            .push(text_at(bytes, names.checked_add(*value)? as usize)?);
    }
    Some(found)
}

/// The programs' whole closure of libraries and loaders: path in the image → path on the host.
///
/// Every library lies where the loader looks by itself, so the image needs no `ld.so.cache`.
///
/// # Errors
/// [`Error::LibraryNotFound`] for the first library that no folder has.
pub fn closure(programs: &[&Path]) -> Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    let mut waiting: Vec<PathBuf> = programs.iter().map(|p| p.to_path_buf()).collect();
    while let Some(file) = waiting.pop() {
        let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
        let needs =
            needs(&bytes).ok_or_else(|| Error::malformed(&file, "not a 64-bit ELF file"))?;
        let interpreter = needs
            .interpreter
            .map(|path| (path.clone(), PathBuf::from(path)));
        let libraries = needs.libraries.into_iter().map(|name| {
            let host = LIBRARY_FOLDERS
                .iter()
                .map(|folder| Path::new(folder).join(&name))
                .find(|path| path.exists())
                .ok_or_else(|| Error::LibraryNotFound {
                    library: name.clone(),
                    needed_by: file.display().to_string(),
                    searched: LIBRARY_FOLDERS.join(", "),
                })?;
            Ok((format!("/lib/x86_64-linux-gnu/{name}"), host))
        });
        for entry in interpreter.into_iter().map(Ok).chain(libraries) {
            let (inside, host) = entry?;
            // The loader is also named as a library by libc; it needs no second copy.
            if inside.ends_with("/ld-linux-x86-64.so.2") && inside != "/lib64/ld-linux-x86-64.so.2"
            {
                continue;
            }
            if found.insert(inside, host.clone()).is_none() {
                waiting.push(host);
            }
        }
    }
    Ok(found)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let end = at.checked_add(2)?;
    Some(u16::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    Some(u32::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let end = at.checked_add(8)?;
    Some(u64::from_le_bytes(bytes.get(at..end)?.try_into().ok()?))
}

/// A zero-terminated name of at most a path's length.
fn text_at(bytes: &[u8], at: usize) -> Option<String> {
    let rest = bytes.get(at..)?;
    let end = rest.iter().take(4096).position(|b| *b == 0)?;
    String::from_utf8(rest[..end].to_vec()).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_running_test_needs_libc_and_a_loader() {
        let own = fs::read(std::env::current_exe().unwrap()).unwrap();
        let needs = needs(&own).unwrap();
        assert!(needs.libraries.iter().any(|l| l == "libc.so.6"));
        assert_eq!(
            needs.interpreter.as_deref(),
            Some("/lib64/ld-linux-x86-64.so.2")
        );
    }

    #[test]
    fn a_file_cut_anywhere_is_refused_or_read_but_never_panics() {
        let own = fs::read(std::env::current_exe().unwrap()).unwrap();
        for cut in (0..4096).chain([own.len() / 2, own.len() - 1]) {
            let _ = needs(&own[..cut]);
        }
        assert_eq!(needs(b"#!/bin/sh\n"), None);
    }

    #[test]
    fn the_closure_holds_libraries_of_libraries_once() {
        let own = std::env::current_exe().unwrap();
        let closure = closure(&[&own]).unwrap();
        assert!(closure.contains_key("/lib/x86_64-linux-gnu/libc.so.6"));
        assert!(closure.contains_key("/lib64/ld-linux-x86-64.so.2"));
    }
}
