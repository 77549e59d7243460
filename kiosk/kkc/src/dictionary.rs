//! The dictionary's file, mapped into memory and checked when it is opened.

use crate::class::Kind;
use crate::compose::{Character, Position};
use crate::format::{
    FORM_HIRAGANA, FORM_KATAKANA, FORM_MASK, HEADER, MAGIC, MAX_BYTES, MAX_CLASSES, OFFSET_MASK,
    SECTIONS, Section, TABLE_LINE, VERSION, WORD_LAST, name_part, parent, u16_at, u32_at, u64_at,
};
use crate::names::{Part, Scored};
use crate::{kana, text};
use fst::Streamer;
use fst::raw::{Fst, Output};
use memmap2::Mmap;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

/// Why a file is not opened as a dictionary.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the dictionary cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("the file is no dictionary")]
    NotADictionary,
    #[error("the dictionary is of version {found}; this converter opens version {VERSION} only")]
    OtherVersion { found: u32 },
    #[error("the dictionary is damaged: {0}")]
    Damaged(&'static str),
}

enum Data {
    Mapped(Mmap),
    Owned(Vec<u8>),
}

impl Data {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Owned(bytes) => bytes,
        }
    }
}

/// An open dictionary. Reading it never fails: what is out of bounds is not there.
pub struct Dictionary {
    data: Data,
    sections: [Range<usize>; SECTIONS],
    kinds: Vec<Kind>,
    words: usize,
    /// Words (u64) of a row of `ConnectionBits`.
    row_words: usize,
    boundary_columns: usize,
    /// A bit for each remainder that the later word of a collocation leaves: hardly any word is one.
    later_words: Vec<u64>,
}

/// Bits of `later_words`.
const LATER_BITS: usize = 1 << 16;

/// A word of the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Class that decides what may stand before it.
    pub left: u16,
    /// Class that decides what may stand after it.
    pub right: u16,
    /// Cost of the word alone: −500 · ln of its likelihood, as Mozc counts it.
    pub cost: u16,
    text: u32,
}

/// The earlier words of a collocation.
pub(crate) struct Collocates<'a>(&'a [u8]);

impl Collocates<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, earlier: Word) -> bool {
        let count = self.0.len() / 8;
        let text = |at: usize| u32_at(self.0, at * 2 + 1);
        let at = first_from(count, |at| text(at) < Some(earlier.text));
        text(at) == Some(earlier.text)
    }
}

/// A place of the official list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub text: String,
    /// What its parts are looked up under; none where it has none.
    pub parts: Option<Parent>,
}

/// Whose parts are looked up in the official list of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent(u16);

impl Parent {
    /// Prefectures.
    pub const ROOT: Self = Self(parent::ROOT);
    /// Cities of all prefectures.
    pub const ANY_CITY: Self = Self(parent::ANY_CITY);
    /// Towns of all cities.
    pub const ANY_TOWN: Self = Self(parent::ANY_TOWN);
}

impl Dictionary {
    /// Maps the file at `path`.
    #[allow(
        unsafe_code,
        reason = "mapping a file is unsafe because another process could shorten or rewrite it; the dictionary lies in the image's read-only initramfs, and on a developer's machine in a cache that only replaces whole files by rename"
    )]
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let file = File::open(path)?;
        if file.metadata()?.len() > MAX_BYTES {
            return Err(OpenError::Damaged("it is larger than any dictionary"));
        }
        // SAFETY: see the reason above; nobody writes to the file while it is mapped.
        let map = unsafe { Mmap::map(&file)? };
        Self::new(Data::Mapped(map))
    }

    /// A dictionary held in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, OpenError> {
        Self::new(Data::Owned(bytes))
    }

    fn new(data: Data) -> Result<Self, OpenError> {
        let bytes = data.bytes();
        if bytes.get(..MAGIC.len()) != Some(&MAGIC) {
            return Err(OpenError::NotADictionary);
        }
        let damaged = OpenError::Damaged;
        let version = u32_at(bytes, 2).ok_or(damaged("its header is cut off"))?;
        if version != VERSION {
            return Err(OpenError::OtherVersion { found: version });
        }
        if u32_at(bytes, 3) != Some(SECTIONS as u32) {
            return Err(damaged("its table has another number of sections"));
        }
        let sections = table(bytes)?;
        let kinds = bytes[sections[Section::Kinds as usize].clone()]
            .iter()
            .map(|number| Kind::from_number(*number))
            .collect::<Option<Vec<_>>>()
            .ok_or(damaged("a class has an unknown kind"))?;
        let mut dictionary = Self {
            words: sections[Section::WordPair as usize].len() / 2,
            row_words: kinds.len().div_ceil(64),
            boundary_columns: 0,
            later_words: Vec::new(),
            kinds,
            sections,
            data,
        };
        dictionary.boundary_columns = u32_at(dictionary.section(Section::BoundaryBits), 0)
            .ok_or(damaged("it has no segment boundaries"))?
            as usize;
        dictionary.check()?;
        dictionary.later_words = dictionary.later_words();
        Ok(dictionary)
    }

    /// What lookups rely on: sections fit each other, and no class is out of range.
    fn check(&self) -> Result<(), OpenError> {
        let classes = self.kinds.len();
        if classes == 0 || classes > MAX_CLASSES {
            return Err(OpenError::Damaged("its number of classes"));
        }
        let length = |section| self.sections[section as usize].len();
        let fits = length(Section::WordCost) == self.words * 2
            && length(Section::WordText) == self.words * 4
            && length(Section::ConnectionDefault) == classes * 2
            && length(Section::ConnectionBits) == classes * self.row_words * 8
            && length(Section::ConnectionRank) == classes * self.row_words * 2
            && length(Section::ConnectionRow) == (classes + 1) * 4
            && length(Section::BoundaryLeft) == classes * 2
            && length(Section::BoundaryRight) == classes * 2
            && length(Section::PenaltyFirst) == classes * 2
            && length(Section::Collocations) % 8 == 0
            && length(Section::PlaceChild) * 2 == length(Section::PlaceText)
            && length(Section::NameCost) * 2 == length(Section::NameText)
            && length(Section::CharacterCost) * 2 == length(Section::CharacterText)
            && length(Section::PostalCityOf) * 2 == length(Section::PostalCode)
            && length(Section::PostalTown) == length(Section::PostalCode);
        if !fits {
            return Err(OpenError::Damaged("its sections do not fit each other"));
        }
        let pairs = self.section(Section::Pairs);
        let in_range = (0..pairs.len() / 2)
            .all(|i| u16_at(pairs, i).is_some_and(|class| usize::from(class) < classes));
        if !in_range {
            return Err(OpenError::Damaged("a word's class"));
        }
        let tries = [
            Section::Trie,
            Section::PlaceTrie,
            Section::NameTrie,
            Section::CharacterTrie,
        ];
        for section in tries {
            // Lookups follow a trie's own addresses, so its checksum must hold.
            let whole = Fst::new(self.section(section)).and_then(|trie| trie.verify());
            if whole.is_err() {
                return Err(OpenError::Damaged("a trie"));
            }
        }
        if std::str::from_utf8(self.section(Section::Sources)).is_err() {
            return Err(OpenError::Damaged("its list of sources"));
        }
        Ok(())
    }

    pub(crate) fn section(&self, section: Section) -> &[u8] {
        &self.data.bytes()[self.sections[section as usize].clone()]
    }

    /// What the dictionary was made from, for people.
    pub fn sources(&self) -> &str {
        std::str::from_utf8(self.section(Section::Sources)).unwrap_or_default()
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.words
    }

    /// Whether it has no word.
    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// The kind of a class.
    pub fn kind(&self, class: u16) -> Kind {
        self.kinds
            .get(usize::from(class))
            .copied()
            .unwrap_or(Kind::Other)
    }

    /// The first class of a kind.
    pub fn class_of(&self, kind: Kind) -> Option<u16> {
        let at = self.kinds.iter().position(|k| *k == kind)?;
        u16::try_from(at).ok()
    }

    /// Cost of a word of class `right` after one of class `left`.
    pub fn connection(&self, left: u16, right: u16) -> i32 {
        let (row, column) = (usize::from(left), usize::from(right));
        let word = row * self.row_words + column / 64;
        let bits = u64_at(self.section(Section::ConnectionBits), word).unwrap_or(0);
        let bit = 1_u64 << (column % 64);
        let cost = if bits & bit == 0 {
            u16_at(self.section(Section::ConnectionDefault), row)
        } else {
            let before = (bits & (bit - 1)).count_ones() as usize;
            let in_row = u16_at(self.section(Section::ConnectionRank), word).unwrap_or(0);
            let start = u32_at(self.section(Section::ConnectionRow), row).unwrap_or(0);
            u16_at(
                self.section(Section::ConnectionValues),
                start as usize + usize::from(in_row) + before,
            )
        };
        i32::from(cost.unwrap_or(u16::MAX))
    }

    /// Whether a segment (文節) ends between a word of class `left` and one of class `right`.
    pub fn boundary(&self, left: u16, right: u16) -> bool {
        let line = u16_at(self.section(Section::BoundaryLeft), usize::from(left)).unwrap_or(0);
        let column = u16_at(self.section(Section::BoundaryRight), usize::from(right)).unwrap_or(0);
        let bit = usize::from(line) * self.boundary_columns + usize::from(column);
        self.section(Section::BoundaryBits)
            .get(4 + bit / 8)
            .is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    /// What a word of class `class` costs more as the first of all.
    pub(crate) fn penalty_first(&self, class: u16) -> i32 {
        let penalty = u16_at(self.section(Section::PenaltyFirst), usize::from(class));
        i32::from(penalty.unwrap_or(0))
    }

    /// The words that go before `later` with particular likelihood; empty for most.
    pub(crate) fn collocates(&self, later: Word) -> Collocates<'_> {
        let bit = later.text as usize % LATER_BITS;
        if self.later_words[bit / 64] >> (bit % 64) & 1 == 0 {
            return Collocates(&[]);
        }
        let pairs = self.section(Section::Collocations);
        let count = pairs.len() / 8;
        let first = first_from(count, |at| u32_at(pairs, at * 2) < Some(later.text));
        let end = first_from(count, |at| u32_at(pairs, at * 2) <= Some(later.text));
        Collocates(pairs.get(first * 8..end * 8).unwrap_or_default())
    }

    fn later_words(&self) -> Vec<u64> {
        let mut bits = vec![0; LATER_BITS / 64];
        for pair in self.section(Section::Collocations).chunks_exact(8) {
            let bit = u32_at(pair, 0).map_or(0, |text| text as usize % LATER_BITS);
            bits[bit / 64] |= 1 << (bit % 64);
        }
        bits
    }

    /// Calls `found` with the number of characters and the words of every reading that `reading`
    /// (normalised) begins with.
    pub fn words_at(&self, reading: &[char], mut found: impl FnMut(usize, Word)) {
        self.walk(Section::Trie, &[], reading, |length, first| {
            for index in first.. {
                let Some((word, last)) = self.word(index) else {
                    return;
                };
                found(length, word);
                if last {
                    return;
                }
            }
        });
    }

    /// The words of exactly this reading (normalised).
    pub fn words_of(&self, reading: &[char]) -> Vec<Word> {
        let mut words = Vec::new();
        self.words_at(reading, |length, word| {
            if length == reading.len() {
                words.push(word);
            }
        });
        words
    }

    /// Calls `found` with the trie key of the reading, the coded text and the cost of every word that
    /// is written otherwise than its reading.
    pub(crate) fn each_word(&self, found: impl FnMut(&[u8], &[u8], u16)) {
        let sections = [Section::Trie, Section::WordCost, Section::WordText];
        self.each(sections, 0, found);
    }

    /// The same of every family and given name.
    pub(crate) fn each_name(&self, found: impl FnMut(&[u8], &[u8], u16)) {
        let sections = [Section::NameTrie, Section::NameCost, Section::NameText];
        self.each(sections, 1, found);
    }

    /// Goes through a trie, whose keys have so many bytes before the reading, and the costs and texts
    /// that it leads to.
    fn each(
        &self,
        [trie, costs, texts]: [Section; 3],
        before_reading: usize,
        mut found: impl FnMut(&[u8], &[u8], u16),
    ) {
        let Ok(trie) = Fst::new(self.section(trie)) else {
            return;
        };
        let (costs, texts) = (self.section(costs), self.section(texts));
        let mut readings = trie.stream();
        while let Some((key, first)) = readings.next() {
            for index in first.value() as usize.. {
                let (Some(cost), Some(text)) = (u16_at(costs, index), u32_at(texts, index)) else {
                    return;
                };
                if let Some(coded) = self.coded(text) {
                    found(key.get(before_reading..).unwrap_or_default(), coded, cost);
                }
                if text & WORD_LAST != 0 {
                    break;
                }
            }
        }
    }

    /// A text with its length before it; none where it is its reading in kana.
    fn coded(&self, form: u32) -> Option<&[u8]> {
        if matches!(form & FORM_MASK, FORM_HIRAGANA | FORM_KATAKANA) {
            return None;
        }
        let pool = self.section(Section::Pool);
        let offset = (form & OFFSET_MASK) as usize;
        let length = usize::from(*pool.get(offset)?);
        pool.get(offset..offset + 1 + length)
    }

    /// The text of `word`, which was found under `reading`.
    pub fn text(&self, word: Word, reading: &[char]) -> String {
        self.form(word.text, reading)
    }

    fn form(&self, form: u32, reading: &[char]) -> String {
        let reading = || reading.iter().collect::<String>();
        match form & FORM_MASK {
            FORM_HIRAGANA => reading(),
            FORM_KATAKANA => kana::katakana(&reading()),
            _ => {
                let offset = (form & OFFSET_MASK) as usize;
                text::decode(self.section(Section::Pool), offset).unwrap_or_else(reading)
            }
        }
    }

    /// Family or given names of exactly this reading (normalised), the likeliest first.
    pub(crate) fn names_of(&self, part: Part, reading: &[char]) -> Vec<Scored> {
        let prefix = match part {
            Part::Family => name_part::FAMILY,
            Part::Given => name_part::GIVEN,
        };
        let mut names = Vec::new();
        self.walk(Section::NameTrie, &[prefix], reading, |length, first| {
            if length < reading.len() {
                return;
            }
            for index in first.. {
                let cost = u16_at(self.section(Section::NameCost), index);
                let form = u32_at(self.section(Section::NameText), index);
                let (Some(cost), Some(form)) = (cost, form) else {
                    return;
                };
                names.push(Scored {
                    cost: i32::from(cost),
                    text: self.form(form, reading),
                });
                if form & WORD_LAST != 0 {
                    return;
                }
            }
        });
        names
    }

    /// Calls `found` with the length in kana and each character that a beginning of `reading`
    /// (normalised) may be read for at this place of a given name; of a length the likeliest first.
    pub(crate) fn characters_at(
        &self,
        position: Position,
        reading: &[char],
        mut found: impl FnMut(usize, Character),
    ) {
        let prefix = [position as u8];
        self.walk(Section::CharacterTrie, &prefix, reading, |length, first| {
            for index in first.. {
                let cost = u16_at(self.section(Section::CharacterCost), index);
                let entry = u32_at(self.section(Section::CharacterText), index);
                let (Some(cost), Some(entry)) = (cost, entry) else {
                    return;
                };
                if let Some(character) = char::from_u32(entry & !WORD_LAST) {
                    found(length, (i32::from(cost), character));
                }
                if entry & WORD_LAST != 0 {
                    return;
                }
            }
        });
    }

    /// Calls `found` with the number of characters and each place under `parent` that `reading`
    /// (normalised) begins with.
    pub fn places_at(&self, parent: Parent, reading: &[char], mut found: impl FnMut(usize, Place)) {
        let prefix = parent.0.to_be_bytes();
        self.walk(Section::PlaceTrie, &prefix, reading, |length, first| {
            for index in first.. {
                let Some((place, last)) = self.place(index) else {
                    return;
                };
                found(length, place);
                if last {
                    return;
                }
            }
        });
    }

    fn place(&self, index: usize) -> Option<(Place, bool)> {
        let entry = u32_at(self.section(Section::PlaceText), index)?;
        let child = u16_at(self.section(Section::PlaceChild), index)?;
        let place = Place {
            text: text::decode(self.section(Section::Pool), (entry & OFFSET_MASK) as usize)?,
            parts: (child != 0).then_some(Parent(child)),
        };
        Some((place, entry & WORD_LAST != 0))
    }

    fn word(&self, index: usize) -> Option<(Word, bool)> {
        let pair = usize::from(u16_at(self.section(Section::WordPair), index)?);
        let pairs = self.section(Section::Pairs);
        let text = u32_at(self.section(Section::WordText), index)?;
        let word = Word {
            left: u16_at(pairs, pair * 2)?,
            right: u16_at(pairs, pair * 2 + 1)?,
            cost: u16_at(self.section(Section::WordCost), index)?,
            text: text & !WORD_LAST,
        };
        Some((word, text & WORD_LAST != 0))
    }

    /// Follows a trie from `prefix` along `reading`; calls `found` with the number of characters
    /// and the value wherever a key ends.
    fn walk(
        &self,
        trie: Section,
        prefix: &[u8],
        reading: &[char],
        mut found: impl FnMut(usize, usize),
    ) {
        let Ok(trie) = Fst::new(self.section(trie)) else {
            return;
        };
        let mut node = trie.root();
        let mut output = Output::zero();
        let mut step = |byte: u8, output: &mut Output| {
            let at = node.find_input(byte)?;
            let transition = node.transition(at);
            *output = output.cat(transition.out);
            node = trie.node(transition.addr);
            Some(node.is_final().then(|| output.cat(node.final_output())))
        };
        for byte in prefix {
            if step(*byte, &mut output).is_none() {
                return;
            }
        }
        let mut key = Vec::with_capacity(5);
        for (at, c) in reading.iter().enumerate() {
            key.clear();
            kana::push_key(*c, &mut key);
            let mut end = None;
            for byte in &key {
                match step(*byte, &mut output) {
                    None => return,
                    Some(value) => end = value,
                }
            }
            if let Some(value) = end {
                found(at + 1, value.value() as usize);
            }
        }
    }
}

/// The first of `count` numbers that does not come before; numbers that do stand in front.
fn first_from(count: usize, comes_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if comes_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Where each section lies, all inside the file.
fn table(bytes: &[u8]) -> Result<[Range<usize>; SECTIONS], OpenError> {
    let mut sections = std::array::from_fn(|_| 0..0);
    for (index, section) in sections.iter_mut().enumerate() {
        let line = HEADER / 8 + index * (TABLE_LINE / 8);
        let inside = || {
            let start = usize::try_from(u64_at(bytes, line)?).ok()?;
            let length = usize::try_from(u64_at(bytes, line + 1)?).ok()?;
            let end = start.checked_add(length)?;
            (end <= bytes.len()).then_some(start..end)
        };
        *section = inside().ok_or(OpenError::Damaged("a section lies outside the file"))?;
    }
    Ok(sections)
}
