//! Words, names and ids in bodies: each its own type, right from the moment it exists.

use crate::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $what:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                let allowed: fn(&str) -> bool = $allowed;
                if allowed(&text) {
                    Ok(Self(text))
                } else {
                    Err(Error::Text($what))
                }
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                // The longest kind is far below this; foreign text is not copied first.
                if text.len() > 1024 {
                    return Err(Error::Text($what));
                }
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type! {
    /// What people read on a screen: 1 to 64 characters, no control characters, no
    /// marks that turn the direction of text, no blanks at the ends.
    Name, "name", |text| {
        (1..=64).contains(&text.chars().count()) && text.trim() == text && is_plain(text)
    }
}

text_type! {
    /// Name of the file that a program on the payroll PC reads: `[A-Za-z0-9._-]`, 1 to
    /// 64 of them, not starting with a dot or hyphen. No path can be made of it.
    FileName, "file name", |text| {
        (1..=64).contains(&text.len())
            && !text.starts_with(['.', '-'])
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    }
}

text_type! {
    /// Id of a format with its version, as `apps/formats` names it: `[a-z0-9.-]`, 1 to 40.
    FormatId, "format id", |text| {
        (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b))
    }
}

text_type! {
    /// One field that a format needs, as `apps/formats` names it: `[a-z_]`, 1 to 32.
    FieldName, "field name", |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    }
}

text_type! {
    /// Code of an error as a clerk reads it out: `E-705`.
    ReasonCode, "reason code", |text| {
        matches!(text.as_bytes(), [b'E', b'-', digits @ ..]
            if digits.len() == 3 && digits.iter().all(u8::is_ascii_digit))
    }
}

/// No control characters, and none of the marks that make a screen show another text
/// than the bytes say (bidirectional embeddings, overrides and isolates).
pub(crate) fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c,
                '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}')
    })
}

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 16]);

        impl $name {
            /// 128 bits from the system's generator.
            pub fn random() -> Self {
                let mut bytes = [0; 16];
                getrandom::fill(&mut bytes).expect("the system gives random numbers");
                Self(bytes)
            }

            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            #[allow(dead_code, reason = "ids that follow from a hash use it, random ones do not")]
            pub(crate) fn from_digest(digest: &[u8; 32]) -> Self {
                let (first, _) = digest.split_at(16);
                let mut bytes = [0; 16];
                bytes.copy_from_slice(first);
                Self(bytes)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                parse_hex(text, b"0123456789ABCDEF").map(Self).ok_or(Error::Text("id"))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id_type! {
    /// A companion stick. Ids are 32 upper-case hex digits, so that they serve as file
    /// names on any FAT.
    CompanionId
}
id_type! {
    /// A payroll PC; follows from its keys ([`PcPublic::id`](crate::PcPublic::id)).
    PcId
}
id_type! {
    /// An enrolment request; follows from its bytes.
    EnrolmentId
}
id_type! {
    /// An entry of the whitelist.
    EntryId
}
id_type! {
    /// One hand-over (受渡し): a bundle opens once under it.
    HandOverId
}
id_type! {
    /// Random bytes that make two companions' identities differ in every bit that
    /// could be guessed.
    VolumeNonce
}

/// A SHA-256 (FIPS 180-4), 64 lower-case hex digits in text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest;
        Self(sha2::Sha256::digest(bytes).into())
    }

    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl FromStr for Sha256 {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse_hex(text, b"0123456789abcdef")
            .map(Self)
            .ok_or(Error::Text("SHA-256"))
    }
}

impl TryFrom<String> for Sha256 {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Sha256> for String {
    fn from(hash: Sha256) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// `N` bytes in exactly the given digits; two spellings of one id would be two files.
fn parse_hex<const N: usize>(text: &str, digits: &[u8; 16]) -> Option<[u8; N]> {
    let value = |c: u8| digits.iter().position(|&d| d == c).map(|v| v as u8);
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_disguise_itself_is_refused() {
        assert!("経理のPC 2".parse::<Name>().is_ok());
        assert!("髙橋 花子".parse::<Name>().is_ok());
        for bad in [
            "",
            " a",
            "a ",
            "a\nb",
            "exe.\u{202e}txt",
            "a\u{200b}b",
            "a\u{2066}b",
        ] {
            assert_eq!(bad.parse::<Name>(), Err(Error::Text("name")), "{bad:?}");
        }
        assert!("あ".repeat(64).parse::<Name>().is_ok());
        assert!("あ".repeat(65).parse::<Name>().is_err());
    }

    #[test]
    fn a_file_name_cannot_leave_its_folder() {
        assert!("kuramori.csv".parse::<FileName>().is_ok());
        for bad in ["", ".", "..", ".x", "-rf", "a/b", "a\\b", "a b", "ä"] {
            assert!(bad.parse::<FileName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = HandOverId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().to_lowercase().parse::<HandOverId>().is_err());
        let hash = Sha256::of(b"");
        assert_eq!(
            hash.to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(hash.to_string().parse(), Ok(hash));
    }
}
