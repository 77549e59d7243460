//! The PC's firmware: OVMF with its variables set up as an owner would.
//!
//! OVMF keeps its variables in one flash file (a firmware volume that holds one
//! authenticated variable store, EDK II `VariableFormat.h`). Enrolling a key is
//! appending a variable to that file: what shim's own screen does on a real PC.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// How the PC that the stick is plugged into is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Firmware {
    /// Secure Boot with Microsoft's keys, and our key enrolled in shim (MOK): the usual PC.
    SecureBoot,
    /// Secure Boot with Microsoft's keys; nobody enrolled our key yet.
    SecureBootKeyUnknown,
    /// Secure Boot is off.
    NoSecureBoot,
}

impl Firmware {
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecureBoot => "Secure Boot, our key enrolled",
            Self::SecureBootKeyUnknown => "Secure Boot, our key unknown",
            Self::NoSecureBoot => "Secure Boot off",
        }
    }

    /// Writes this PC's variable flash to `to`. `key` is our certificate in DER.
    pub fn prepare(self, key: &[u8], to: &Path) -> Result<(), FirmwareError> {
        let blank = match self {
            Self::NoSecureBoot => ovmf("OVMF_VARS_4M.fd")?,
            Self::SecureBoot | Self::SecureBootKeyUnknown => ovmf("OVMF_VARS_4M.ms.fd")?,
        };
        let mut store = VariableStore::read(&blank)?;
        if self == Self::SecureBoot {
            store.add(&mok_list(key))?;
        }
        fs::write(to, store.bytes).map_err(|e| FirmwareError::Io(to.to_owned(), e))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum FirmwareError {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0} is not there: run `cargo xtask setup`, which installs the package ovmf")]
    NoOvmf(PathBuf),
    #[error("the variable flash has a form this harness does not know: {0}")]
    Form(&'static str),
    #[error("the variable flash is full")]
    Full,
}

/// Path of one of OVMF's files.
pub fn ovmf(name: &str) -> Result<PathBuf, FirmwareError> {
    let path = Path::new("/usr/share/OVMF").join(name);
    if path.exists() {
        Ok(path)
    } else {
        Err(FirmwareError::NoOvmf(path))
    }
}

/// The firmware's code; it enforces Secure Boot where the variables switch it on.
pub fn code() -> Result<PathBuf, FirmwareError> {
    ovmf("OVMF_CODE_4M.fd")
}

/// One variable as it stands in flash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    pub vendor: [u8; 16],
    pub name: String,
    pub attributes: u32,
    pub data: Vec<u8>,
}

const NON_VOLATILE: u32 = 1;
const BOOT_SERVICE: u32 = 2;
/// 605dab50-e046-4300-abb6-3dd810dd8b23, shim's vendor GUID, as it lies in memory.
const SHIM_LOCK: [u8; 16] = guid(
    0x605d_ab50,
    0xe046,
    0x4300,
    [0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23],
);
/// EFI_CERT_X509_GUID, UEFI specification 2.10 section 32.4.1.
const CERT_X509: [u8; 16] = guid(
    0xa5c0_59a1,
    0x94e4,
    0x4aa7,
    [0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72],
);
/// gEfiAuthenticatedVariableGuid, the store's signature.
const AUTHENTICATED_STORE: [u8; 16] = guid(
    0xaaf3_2c78,
    0x947b,
    0x439a,
    [0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92],
);

/// A GUID's first three fields are little-endian in memory.
const fn guid(a: u32, b: u16, c: u16, d: [u8; 8]) -> [u8; 16] {
    let (a, b, c) = (a.to_le_bytes(), b.to_le_bytes(), c.to_le_bytes());
    [
        a[0], a[1], a[2], a[3], b[0], b[1], c[0], c[1], d[0], d[1], d[2], d[3], d[4], d[5], d[6],
        d[7],
    ]
}

/// shim's list of the owner's keys, holding one: `MokList`, an EFI_SIGNATURE_LIST.
fn mok_list(key: &[u8]) -> Variable {
    let entry = 16 + key.len();
    let mut data = Vec::with_capacity(28 + entry);
    data.extend(CERT_X509);
    data.extend((28 + entry as u32).to_le_bytes());
    data.extend(0u32.to_le_bytes());
    data.extend((entry as u32).to_le_bytes());
    data.extend(SHIM_LOCK);
    data.extend(key);
    Variable {
        vendor: SHIM_LOCK,
        name: "MokList".into(),
        // Without runtime access: what an operating system can write, shim does not believe.
        attributes: NON_VOLATILE | BOOT_SERVICE,
        data,
    }
}

/// A variable flash file.
#[derive(Debug, Clone)]
pub struct VariableStore {
    bytes: Vec<u8>,
    /// Where the first variable stands.
    first: usize,
    /// End of the store.
    end: usize,
}

const STORE_HEADER: usize = 28;
const VARIABLE_HEADER: usize = 60;
const START: u16 = 0x55AA;
const ADDED: u8 = 0x3F;

impl VariableStore {
    pub fn read(path: &Path) -> Result<Self, FirmwareError> {
        let bytes = fs::read(path).map_err(|e| FirmwareError::Io(path.to_owned(), e))?;
        Self::parse(bytes)
    }

    fn parse(bytes: Vec<u8>) -> Result<Self, FirmwareError> {
        if bytes.get(40..44) != Some(b"_FVH".as_slice()) {
            return Err(FirmwareError::Form("no firmware volume"));
        }
        let header = u16_at(&bytes, 48).ok_or(FirmwareError::Form("short"))? as usize;
        if bytes.get(header..header + 16) != Some(AUTHENTICATED_STORE.as_slice()) {
            return Err(FirmwareError::Form("no authenticated variable store"));
        }
        let size = u32_at(&bytes, header + 16).ok_or(FirmwareError::Form("short"))? as usize;
        let end = header + size;
        if end > bytes.len() {
            return Err(FirmwareError::Form("the store is longer than the file"));
        }
        Ok(Self {
            bytes,
            first: header + STORE_HEADER,
            end,
        })
    }

    /// The variables that count (deleted ones stay in flash but do not).
    pub fn variables(&self) -> Vec<Variable> {
        let mut found = Vec::new();
        self.walk(|state, variable| {
            if state == ADDED {
                found.push(variable);
            }
        });
        found
    }

    /// Appends a variable.
    fn add(&mut self, variable: &Variable) -> Result<(), FirmwareError> {
        let at = self.walk(|_, _| {});
        let name: Vec<u8> = variable
            .name
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        let mut record = Vec::new();
        record.extend(START.to_le_bytes());
        record.extend([ADDED, 0]);
        record.extend(variable.attributes.to_le_bytes());
        record.extend([0; 8 + 16 + 4]); // counter, time and key index of authenticated writes
        record.extend((name.len() as u32).to_le_bytes());
        record.extend((variable.data.len() as u32).to_le_bytes());
        record.extend(variable.vendor);
        record.extend(name);
        record.extend(&variable.data);
        let room = self
            .bytes
            .get_mut(at..self.end)
            .and_then(|room| room.get_mut(..record.len()))
            .ok_or(FirmwareError::Full)?;
        room.copy_from_slice(&record);
        Ok(())
    }

    /// Visits every record and returns where the next one would stand.
    fn walk(&self, mut visit: impl FnMut(u8, Variable)) -> usize {
        let mut at = self.first;
        while let Some((state, variable, next)) = self.record(at) {
            visit(state, variable);
            at = next;
        }
        at
    }

    fn record(&self, at: usize) -> Option<(u8, Variable, usize)> {
        let store = &self.bytes[..self.end];
        if u16_at(store, at)? != START {
            return None;
        }
        let state = *store.get(at + 2)?;
        let attributes = u32_at(store, at + 4)?;
        let name_size = u32_at(store, at + 36)? as usize;
        let data_size = u32_at(store, at + 40)? as usize;
        let vendor = store.get(at + 44..at + 60)?.try_into().ok()?;
        let name = at + VARIABLE_HEADER;
        let data = name.checked_add(name_size)?;
        let units: Vec<u16> = store
            .get(name..data)?
            .chunks_exact(2)
            .map(|c| u16::from_le_bytes([c[0], c[1]]))
            .take_while(|unit| *unit != 0)
            .collect();
        let end = data.checked_add(data_size)?;
        let variable = Variable {
            vendor,
            name: String::from_utf16_lossy(&units),
            attributes,
            data: store.get(data..end)?.to_vec(),
        };
        Some((state, variable, end.next_multiple_of(4)))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn our_key_joins_the_variables_that_were_there() {
        let before = VariableStore::read(&ovmf("OVMF_VARS_4M.ms.fd").unwrap()).unwrap();
        assert!(before.variables().iter().any(|v| v.name == "PK"));
        let mut after = before.clone();
        after.add(&mok_list(&[7; 800])).unwrap();
        let mut expected = before.variables();
        expected.push(mok_list(&[7; 800]));
        assert_eq!(after.variables(), expected);
        assert_eq!(after.bytes.len(), before.bytes.len());
    }

    #[test]
    fn a_full_store_takes_nothing() {
        let mut store = VariableStore::read(&ovmf("OVMF_VARS_4M.fd").unwrap()).unwrap();
        let large = mok_list(&vec![1; store.end]);
        assert!(matches!(store.add(&large), Err(FirmwareError::Full)));
        assert!(store.variables().is_empty());
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(
            VariableStore::parse(vec![0; 4096]),
            Err(FirmwareError::Form(_))
        ));
    }
}
