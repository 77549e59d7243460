//! Looking for secrets in the guest's memory.

use crate::machine::{Machine, MachineError};
use memchr::memmem::Finder;

/// A text that must not be found, and under what name it is spoken of: never the text itself.
#[derive(Debug, Clone)]
pub struct Secret {
    pub name: String,
    pub text: String,
}

impl Secret {
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// A number, also in the groups of four it is shown and typed in.
    pub fn number(name: &str, digits: &str) -> Vec<Self> {
        ["", " ", "-", "\u{2009}", "\u{3000}"]
            .into_iter()
            .map(|gap| {
                let groups: Vec<&str> = [0, 4, 8].map(|at| &digits[at..at + 4]).into();
                Self::new(name, &groups.join(gap))
            })
            .collect()
    }
}

/// Where a secret was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    pub encoding: &'static str,
    /// Guest-physical address.
    pub address: u64,
}

/// Every place in the guest's memory that holds one of the secrets as text. The guest
/// should be paused or off, else what moves meanwhile may be missed.
pub fn scan(machine: &mut Machine, secrets: &[Secret]) -> Result<Vec<Found>, MachineError> {
    let needles = needles(secrets);
    let longest = needles.iter().map(|n| n.bytes.len()).max().unwrap_or(0);
    let finders: Vec<(&Needle, Finder)> = needles
        .iter()
        .map(|needle| (needle, Finder::new(&needle.bytes)))
        .collect();
    let mut found = Vec::new();
    machine.visit_memory(longest, |address, piece| {
        for (needle, finder) in &finders {
            for at in finder.find_iter(piece) {
                let place = Found {
                    name: needle.name.clone(),
                    encoding: needle.encoding,
                    address: address + at as u64,
                };
                // Pieces overlap: a find at a seam comes twice.
                if !found.contains(&place) {
                    found.push(place);
                }
            }
        }
    })?;
    Ok(found)
}

/// The newest lines that the guest's kernel and init wrote into the kernel's log, as far as
/// it can be told from memory: the shipped system shows it nowhere. For the story of a run
/// that failed.
pub fn kernel_log(machine: &mut Machine) -> Result<String, MachineError> {
    const START: &[u8] = b"Linux version ";
    const LENGTH: usize = 256 * 1024;
    const NEWEST: usize = 40;
    let finder = Finder::new(START);
    let mut best: Vec<String> = Vec::new();
    machine.visit_memory(LENGTH, |_, piece| {
        for at in finder.find_iter(piece) {
            let lines = lines_of_log(&piece[at..(at + LENGTH).min(piece.len())]);
            // The banner also stands in the kernel's constants, with little text after it.
            if lines.iter().any(|line| line.contains("Memory: ")) && lines.len() > best.len() {
                best = lines;
            }
        }
    })?;
    Ok(best[best.len().saturating_sub(NEWEST)..].join("\n"))
}

/// Why the guest's kernel panicked, if it did: its words are left in memory.
pub fn kernel_panic(machine: &mut Machine) -> Result<Option<String>, MachineError> {
    const WORDS: &[u8] = b"Kernel panic - not syncing: ";
    const LONGEST: usize = 256;
    let finder = Finder::new(WORDS);
    let mut why = None;
    machine.visit_memory(WORDS.len() + LONGEST, |_, piece| {
        for at in finder.find_iter(piece) {
            let rest = &piece[at + WORDS.len()..];
            let text: String = rest
                .iter()
                .take(LONGEST)
                .take_while(|b| (b' '..=b'~').contains(*b))
                .map(|b| char::from(*b))
                .collect();
            // The format that it is made of stands in the kernel's constants.
            if !text.is_empty() && !text.starts_with('%') {
                why = Some(text);
            }
        }
    })?;
    Ok(why)
}

/// Texts of the log's ring, up to where nothing was written yet.
fn lines_of_log(ring: &[u8]) -> Vec<String> {
    const UNUSED: usize = 1024;
    let mut lines = Vec::new();
    let mut gap = 0;
    for part in ring.split(|b| !(b' '..=b'~').contains(b)) {
        if part.len() > 4 {
            lines.push(String::from_utf8_lossy(part).into_owned());
            gap = 0;
        } else {
            gap += 1;
            if gap > UNUSED {
                break;
            }
        }
    }
    lines
}

struct Needle {
    name: String,
    encoding: &'static str,
    bytes: Vec<u8>,
}

fn needles(secrets: &[Secret]) -> Vec<Needle> {
    let mut all = Vec::new();
    for secret in secrets {
        let mut add = |encoding, bytes| {
            all.push(Needle {
                name: secret.name.clone(),
                encoding,
                bytes,
            });
        };
        let units = || secret.text.encode_utf16();
        add("UTF-8", secret.text.as_bytes().to_vec());
        add("UTF-16LE", units().flat_map(u16::to_le_bytes).collect());
        add("UTF-16BE", units().flat_map(u16::to_be_bytes).collect());
        let chars = || secret.text.chars().map(u32::from);
        add("UTF-32LE", chars().flat_map(u32::to_le_bytes).collect());
        add("UTF-32BE", chars().flat_map(u32::to_be_bytes).collect());
        if secret.text.bytes().all(|b| b.is_ascii_digit()) {
            let values: Vec<u8> = secret.text.bytes().map(|b| b - b'0').collect();
            // Small numbers that repeat stand in every table of the kernel.
            if (0..10).filter(|digit| values.contains(digit)).count() > 5 {
                add("digit values", values);
            }
            if secret.text.len() == 12 {
                let value: u64 = secret.text.parse().unwrap_or_default();
                add("a 64-bit integer", value.to_le_bytes().to_vec());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_looked_for_in_every_form_it_may_lie_in() {
        let all = needles(&Secret::number("a number", "123456789018"));
        for form in [
            b"123456789018".as_slice(),
            b"1234 5678 9018",
            b"1\x002\x003\x004\x005\x006\x007\x008\x009\x000\x001\x008\x00",
            &[1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 8],
            &123_456_789_018u64.to_le_bytes(),
        ] {
            assert!(all.iter().any(|n| n.bytes == form), "{form:?}");
        }
    }
}
