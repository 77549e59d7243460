//! The archive as Linux and other tools read it.
#![allow(clippy::unwrap_used, reason = "tests")]

use kuramori_image::{
    cpio::{Archive, Entry},
    dictionary::Dictionary,
    initramfs, kernel,
    userland::Userland,
};
use std::{fs, path::Path};

/// The golden file was checked with another reader: `cpio --list --verbose` shows a folder, a node
/// 5,1, an executable of 5 bytes and a link, all of owner 0 and 1970-01-01.
#[test]
fn a_small_archive_is_byte_for_byte_what_it_always_was() {
    let mut archive = Archive::default();
    archive.add("dev/console", Entry::CharDevice(5, 1)).unwrap();
    archive
        .add("lib", Entry::Symlink("usr/lib".into()))
        .unwrap();
    archive
        .add(
            "init",
            Entry::File {
                content: b"hello".to_vec(),
                executable: true,
            },
        )
        .unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/small.cpio");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, archive.to_bytes()).unwrap();
    }
    assert!(
        archive.to_bytes() == fs::read(&golden).unwrap(),
        "the archive changed; look at it with `cpio -tv`, then UPDATE_GOLDEN=1"
    );
}

/// Any program of the host serves as an init that is packed and never run.
#[test]
fn a_program_is_packed_with_its_libraries_and_without_a_shell() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("bin")).unwrap();
    fs::copy(
        std::env::current_exe().unwrap(),
        dir.path().join("bin/init"),
    )
    .unwrap();
    let userland = Userland {
        folder: dir.path().into(),
    };
    let dictionary = dictionary(dir.path());
    let packed = initramfs::build(&userland, &dictionary, b"kernel", None).unwrap();
    let names: Vec<&str> = packed.files.iter().map(|(name, _)| name.as_str()).collect();
    for wanted in [
        "init",
        "lib/x86_64-linux-gnu/libc.so.6",
        "lib64/ld-linux-x86-64.so.2",
        "usr/share/fonts/kuramori/kuramori.ttc",
        "usr/share/kuramori/dependencies",
        "usr/share/kuramori/kkc.dic",
        "usr/share/licenses/dictionary/words.txt",
        "etc/os-release",
        "usr/share/licenses/debian/libc6",
        "usr/share/licenses/debian/fonts-morisawa-bizud-gothic",
        "usr/share/licenses/debian/fonts-noto-cjk",
    ] {
        assert!(names.contains(&wanted), "{wanted} is missing in {names:?}");
    }
    assert!(
        !names
            .iter()
            .any(|n| n.ends_with("/sh") || n.contains("busybox"))
    );
    assert!(packed.debian.iter().any(|p| p.starts_with("libc6 ")));
    assert_eq!(packed.compressed[..4], [0x28, 0xb5, 0x2f, 0xfd], "zstd");

    let cache = kuramori_image::Cache::at(dir.path().join("cache")).unwrap();
    let again = initramfs::build(&userland, &dictionary, b"kernel", Some(&cache)).unwrap();
    assert!(
        packed.compressed == again.compressed,
        "same input, same bytes"
    );
    let cached = initramfs::build(&userland, &dictionary, b"kernel", Some(&cache)).unwrap();
    assert!(packed.compressed == cached.compressed);
}

/// A folder as `kkc-tools build` leaves it; what is in the file is the kiosk's to judge.
fn dictionary(beside: &Path) -> Dictionary {
    let folder = beside.join("dictionary");
    fs::create_dir_all(folder.join("licenses")).unwrap();
    fs::write(folder.join("kkc.dic"), b"words").unwrap();
    fs::write(folder.join("dependencies"), "dictionary words 1 MIT\n").unwrap();
    fs::write(folder.join("licenses/words.txt"), b"as you like").unwrap();
    Dictionary::at(folder)
}

#[test]
fn a_folder_without_init_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let userland = Userland {
        folder: dir.path().into(),
    };
    let dictionary = dictionary(dir.path());
    assert!(initramfs::build(&userland, &dictionary, b"kernel", None).is_err());
}

#[test]
fn a_folder_without_the_dictionarys_licences_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("bin")).unwrap();
    fs::copy(
        std::env::current_exe().unwrap(),
        dir.path().join("bin/init"),
    )
    .unwrap();
    let userland = Userland {
        folder: dir.path().into(),
    };
    let dictionary = dictionary(dir.path());
    fs::remove_dir_all(dictionary.folder.join("licenses")).unwrap();
    assert!(initramfs::build(&userland, &dictionary, b"kernel", None).is_err());
}

#[test]
fn another_kernel_source_is_refused_by_its_hash() {
    let dir = tempfile::tempdir().unwrap();
    let os_kernel = dir.path().join("os/kernel");
    fs::create_dir_all(os_kernel.join("fragments")).unwrap();
    fs::write(
        os_kernel.join("fragments/a.config"),
        "CONFIG_NET=n # none\n",
    )
    .unwrap();
    let source = dir.path().join("linux.tar.xz");
    fs::write(&source, b"not the pinned one").unwrap();
    fs::write(
        os_kernel.join("source.toml"),
        format!(
            "package = \"linux-source-6.12\"\nversion = \"6.12.117-1~deb12u1\"\n\
             file = {source:?}\nfolder = \"linux\"\nsha256 = \"00\"\n"
        ),
    )
    .unwrap();
    let cache = kuramori_image::Cache::at(dir.path().join("cache")).unwrap();
    let error = kernel::build(&cache, dir.path(), &kernel::Source::Build, &mut |_| {}).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("pins 00") && text.contains("linux-source-6.12 6.12.117-1~deb12u1"),
        "{text}"
    );
}
