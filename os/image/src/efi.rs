//! The one EFI file that boots: systemd-stub with our kernel, command line and initramfs as sections
//! (Unified Kernel Image, UAPI specification 5), and its signature.

use crate::{
    Error, Result,
    command::{Tool, host_file},
    pe::{self, Section},
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// The loader program in front of the sections, from Debian's systemd-boot-efi.
pub const STUB: &str = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";

/// The largest EFI file we ship, in bytes: firmware reads it slowly, so size is boot time.
pub const BUDGET: u64 = 64 << 20;

/// What goes into the file.
///
/// A probe with another initramfs on the same kernel is this struct with another `initramfs`.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// A bzImage.
    pub kernel: &'a [u8],
    /// A cpio archive, compressed with what the kernel can unpack.
    pub initramfs: &'a [u8],
    /// Shown to whoever inspects the file. The kernel has the same words built in and reads
    /// only those, so that nobody can add to them with Secure Boot off either.
    pub command_line: &'a str,
    pub release: &'a Release,
}

/// The names and version that boot menu and screen show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub version: String,
    /// Tells apart two images of one version: from the hash of all that is inside.
    pub build: String,
}

impl Release {
    /// In the format of os-release(5). systemd-boot sorts by `VERSION_ID`.
    pub fn os_release(&self) -> String {
        let Self { version, build } = self;
        format!(
            "ID=kuramori\nNAME=\"Kuramori\"\nPRETTY_NAME=\"Kuramori {version}\"\n\
             VERSION_ID={version}\nBUILD_ID={build}\n"
        )
    }
}

/// A signed or unsigned EFI file's part and its size in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSize {
    pub name: String,
    pub bytes: u64,
}

/// Puts the unsigned EFI file together. Same parts and same stub, same bytes.
pub fn assemble(parts: Parts<'_>) -> Result<Vec<u8>> {
    let stub = host_file(STUB, "systemd-boot-efi")?;
    let sbat = sbat(&stub)?;
    let section = |name: &str, content: &[u8]| Section {
        name: name.into(),
        content: content.to_vec(),
    };
    pe::with_sections(
        &stub,
        ".sbat",
        &[
            section(".osrel", parts.release.os_release().as_bytes()),
            section(".cmdline", parts.command_line.as_bytes()),
            section(".sbat", sbat.as_bytes()),
            section(".linux", parts.kernel),
            section(".initrd", parts.initramfs),
        ],
    )
}

/// Generation numbers by which shim revokes broken loaders (shim, SBAT.md): the stub's own
/// lines, then ours. Without the section shim refuses to start the file.
fn sbat(stub: &[u8]) -> Result<String> {
    let own = pe::section(stub, ".sbat")
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .ok_or_else(|| Error::malformed(Path::new(STUB), "it has no .sbat section"))?;
    let own = own.trim_end_matches(['\0', '\n']);
    Ok(format!(
        "{own}\nkuramori,1,Kuramori,kuramori,1,https://kuramori.invalid/\n"
    ))
}

/// The sections of an EFI file, biggest first.
pub fn part_sizes(efi: &[u8]) -> Result<Vec<PartSize>> {
    let mut sizes: Vec<PartSize> = pe::sections(efi)?
        .into_iter()
        .map(|row| PartSize {
            name: row.name,
            bytes: row.virtual_size.into(),
        })
        .collect();
    sizes.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    Ok(sizes)
}

/// A key pair that the owner of a PC enrols once through shim's own screen.
#[derive(Clone, Debug)]
pub struct Keys {
    /// RSA private key, PEM, mode 0600.
    pub key: PathBuf,
    /// Certificate, PEM.
    pub certificate: PathBuf,
    /// The same certificate as DER, the form MokManager enrols.
    pub certificate_der: PathBuf,
}

impl Keys {
    /// The keys in `folder`; made there when the folder has none (a developer's first build).
    ///
    /// # Errors
    /// [`Error::KeyReadableByOthers`] when the key's mode lets group or others in.
    pub fn load_or_create(folder: &Path) -> Result<Self> {
        let keys = Self {
            key: folder.join("kuramori.key"),
            certificate: folder.join("kuramori.crt"),
            certificate_der: folder.join("kuramori.cer"),
        };
        if !keys.key.exists() {
            keys.create(folder)?;
        }
        let mode = fs::metadata(&keys.key)
            .map_err(Error::io("read", &keys.key))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(Error::KeyReadableByOthers { path: keys.key });
        }
        if !keys.certificate.exists() {
            return Err(Error::malformed(
                &keys.certificate,
                "the certificate beside kuramori.key is missing",
            ));
        }
        if !keys.certificate_der.exists() {
            keys.write_der()?;
        }
        Ok(keys)
    }

    fn create(&self, folder: &Path) -> Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Error::io("make the key folder", folder))?;
        // Made with its mode first, so that the key is never readable by others, not even for a moment.
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.key)
            .map_err(Error::io("make the key file", &self.key))?;
        let made = Tool::new("openssl", "openssl")
            .args([
                "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256",
            ])
            // Secure Boot does not look at dates; a key that lapses would only lock an office out.
            .args(["-days", "7300", "-subj", "/CN=Kuramori image signing"])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .args(["-addext", "keyUsage=critical,digitalSignature"])
            .args(["-addext", "extendedKeyUsage=codeSigning"])
            .arg("-keyout")
            .arg(&self.key)
            .arg("-out")
            .arg(&self.certificate)
            .output();
        if made.is_err() {
            // An empty key file would look like a key at the next build.
            let _ = fs::remove_file(&self.key);
        }
        made?;
        self.write_der()
    }

    fn write_der(&self) -> Result<()> {
        Tool::new("openssl", "openssl")
            .args(["x509", "-outform", "DER", "-in"])
            .arg(&self.certificate)
            .arg("-out")
            .arg(&self.certificate_der)
            .output()
            .map(drop)
    }
}

/// Signs an EFI program (Authenticode) with sbsign. The signature holds the time of signing,
/// so two signed files differ where the unsigned ones are the same.
pub fn sign(unsigned: &Path, signed: &Path, keys: &Keys) -> Result<()> {
    Tool::new("sbsign", "sbsigntool")
        .arg("--key")
        .arg(&keys.key)
        .arg("--cert")
        .arg(&keys.certificate)
        .arg("--output")
        .arg(signed)
        .arg(unsigned)
        .output()
        .map(drop)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_for_their_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("keys");
        let first = Keys::load_or_create(&folder).unwrap();
        let bytes = fs::read(&first.key).unwrap();
        let second = Keys::load_or_create(&folder).unwrap();
        assert_eq!(bytes, fs::read(&second.key).unwrap());
        assert_eq!(fs::read(&second.certificate_der).unwrap()[0], 0x30);

        fs::set_permissions(&first.key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            Keys::load_or_create(&folder),
            Err(Error::KeyReadableByOthers { .. })
        ));
    }

    #[test]
    fn the_file_holds_its_parts_and_can_be_signed_and_verified() {
        let release = Release {
            version: "0.1.0".into(),
            build: "abc".into(),
        };
        let parts = Parts {
            kernel: &[1; 100_000],
            initramfs: &[2; 300_000],
            command_line: "quiet",
            release: &release,
        };
        let efi = assemble(parts).unwrap();
        assert_eq!(efi, assemble(parts).unwrap());
        assert_eq!(pe::section(&efi, ".linux").unwrap(), parts.kernel);
        assert_eq!(pe::section(&efi, ".initrd").unwrap(), parts.initramfs);
        assert_eq!(pe::section(&efi, ".cmdline").unwrap(), b"quiet");
        let sbat = String::from_utf8(pe::section(&efi, ".sbat").unwrap().to_vec()).unwrap();
        assert!(sbat.starts_with("sbat,1,") && sbat.contains("\nkuramori,1,"));
        assert_eq!(part_sizes(&efi).unwrap()[0].name, ".initrd");

        let dir = tempfile::tempdir().unwrap();
        let keys = Keys::load_or_create(&dir.path().join("keys")).unwrap();
        let (unsigned, signed) = (dir.path().join("u.efi"), dir.path().join("s.efi"));
        fs::write(&unsigned, &efi).unwrap();
        sign(&unsigned, &signed, &keys).unwrap();
        let verify = |file: &Path| {
            Tool::new("sbverify", "sbsigntool")
                .arg("--cert")
                .arg(&keys.certificate)
                .arg(file)
                .output()
        };
        verify(&signed).unwrap();

        let mut tampered = fs::read(&signed).unwrap();
        let linux = pe::sections(&tampered).unwrap();
        let at = linux
            .iter()
            .find(|r| r.name == ".linux")
            .unwrap()
            .file_offset as usize;
        tampered[at + 50] ^= 1;
        fs::write(&signed, tampered).unwrap();
        assert!(verify(&signed).is_err());
    }
}
