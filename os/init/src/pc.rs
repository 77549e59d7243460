//! Which PC this is, and what its firmware said.

use protocol::foreign::{BOOT_FOLDER, CountedFile};
use sha2::{Digest, Sha256};
use std::{fs, io::Read};

const DMI: &str = "/sys/class/dmi/id";
const VARIABLES: &str = "/sys/firmware/efi/efivars";

/// A PC as the ledger names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pc {
    /// First 16 hex digits of SHA-256 over the SMBIOS identity.
    pub id: String,
    /// Maker and model.
    pub name: String,
}

impl Pc {
    /// From SMBIOS (DMTF DSP0134, types 1 and 2) as the kernel shows it.
    pub fn read() -> Self {
        Self::from_fields(|field| {
            let text = fs::read_to_string(format!("{DMI}/{field}")).unwrap_or_default();
            crate::usb::sysfs::clean(&text)
        })
    }

    fn from_fields(field: impl Fn(&str) -> String) -> Self {
        let mut hash = Sha256::new();
        for name in [
            "sys_vendor",
            "product_name",
            "product_serial",
            "product_uuid",
            "board_serial",
        ] {
            hash.update(field(name));
            // Keeps "AB","C" apart from "A","BC".
            hash.update([0]);
        }
        let id = hash.finalize()[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let name = format!("{} {}", field("sys_vendor"), field("product_name"));
        Self {
            id,
            name: name.trim().to_owned(),
        }
    }
}

/// Whether the firmware checked signatures at this start.
///
/// UEFI specification 2.10, chapter 3.3: `SecureBoot` is 1 when it did.
pub fn secure_boot() -> bool {
    variable("SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c").as_deref() == Some(&[1])
}

/// The unique id of the partition the boot loader came from, in upper case.
///
/// systemd's Boot Loader Interface: `LoaderDevicePartUUID`, UTF-16.
pub fn boot_partition() -> Option<String> {
    let value = variable("LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f")?;
    let id = utf16(&value)?.to_ascii_uppercase();
    (id.len() == 36).then_some(id)
}

/// The file that booted, if the boot loader counts its boots.
///
/// systemd's Boot Loader Interface: `LoaderBootCountPath`, UTF-16, from the boot partition's
/// root. Absent when no counter is active.
pub fn counted_file() -> Option<CountedFile> {
    counted_file_in(&variable(
        "LoaderBootCountPath-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
    )?)
}

fn counted_file_in(value: &[u8]) -> Option<CountedFile> {
    let path = utf16(value)?;
    let (folder, name) = path.strip_prefix('\\')?.rsplit_once('\\')?;
    let is_ours = folder
        .split('\\')
        .map(str::to_ascii_lowercase)
        .eq(BOOT_FOLDER.map(str::to_ascii_lowercase));
    is_ours.then(|| CountedFile::parse(name)).flatten()
}

/// The UTF-16 text up to its end or its first zero.
fn utf16(value: &[u8]) -> Option<String> {
    let units: Vec<u16> = value
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .take_while(|unit| *unit != 0)
        .collect();
    String::from_utf16(&units).ok()
}

/// Longest value of a variable that is looked at, in bytes.
const MAX_VARIABLE: usize = 512;

/// An EFI variable's value: the file begins with four bytes of attributes.
fn variable(name: &str) -> Option<Vec<u8>> {
    let file = fs::File::open(format!("{VARIABLES}/{name}")).ok()?;
    let mut bytes = Vec::new();
    file.take(4 + MAX_VARIABLE as u64 + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    bytes
        .get(4..)
        .filter(|value| value.len() <= MAX_VARIABLE)
        .map(<[u8]>::to_vec)
}

/// Version and build of the image, as the image's os-release(5) has them: `0.1.0 (1a2b…)`.
pub fn release() -> String {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    crate::usb::sysfs::clean(&release_in(&text))
}

fn release_in(os_release: &str) -> String {
    let field = |name: &str| {
        let line = os_release.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default().trim_matches('"')
    };
    format!("{} ({})", field("VERSION_ID="), field("BUILD_ID="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_depends_on_every_field_and_on_where_one_ends() {
        let pc = |a: &str, b: &str| {
            let (a, b) = (a.to_owned(), b.to_owned());
            Pc::from_fields(move |name| match name {
                "sys_vendor" => a.clone(),
                "product_name" => b.clone(),
                _ => String::new(),
            })
        };
        assert_eq!(pc("QEMU", "Q35").name, "QEMU Q35");
        assert_eq!(pc("QEMU", "Q35").id.len(), 16);
        assert_ne!(pc("AB", "C").id, pc("A", "BC").id);
    }

    fn efi_text(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn the_counted_file_is_the_one_the_boot_loader_names() {
        let file = CountedFile::parse("kuramori-B+2-1.efi");
        assert!(file.is_some());
        for path in [
            "\\EFI\\Linux\\kuramori-B+2-1.efi\0",
            "\\EFI\\Linux\\kuramori-B+2-1.efi",
            "\\efi\\linux\\kuramori-B+2-1.efi\0what follows",
        ] {
            assert_eq!(counted_file_in(&efi_text(path)), file, "{path}");
        }
    }

    #[test]
    fn any_other_path_names_no_file_to_rename() {
        for path in [
            "",
            "\0",
            "\\",
            "kuramori-B+2-1.efi",
            "EFI\\Linux\\kuramori-B+2-1.efi",
            "\\EFI\\kuramori-B+2-1.efi",
            "\\EFI\\Linux\\..\\kuramori-B+2-1.efi",
            "\\EFI\\Linux\\kuramori-B.efi",
            "\\EFI\\Linux\\debian+2-1.efi",
            "\\EFI\\Linux\\kuramori-B+2-1.efi ",
        ] {
            assert_eq!(counted_file_in(&efi_text(path)), None, "{path}");
        }
        // Half a surrogate pair, and bytes that are no text.
        assert_eq!(counted_file_in(&[0x00, 0xd8, 0x41, 0x00]), None);
        assert_eq!(counted_file_in(&[0xff]), None);
    }

    #[test]
    fn the_release_is_version_and_build() {
        let text = "ID=kuramori\nVERSION_ID=0.1.0\nBUILD_ID=\"1a2b\"\n";
        assert_eq!(release_in(text), "0.1.0 (1a2b)");
    }
}
