use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

/// A passphrase, recovery words or the digits of a number on their way through a pipe.
///
/// It is wiped when dropped, and `Debug` tells only that it is there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over `text`; no other copy is made.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Zeroize for Secret {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

/// A piece of a file that may hold numbers, on its way through a pipe. Wiped when dropped;
/// `Debug` tells its length.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes(Zeroizing<Vec<u8>>);

impl Bytes {
    /// Takes over `bytes`; no other copy is made.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bytes({})", self.0.len())
    }
}
