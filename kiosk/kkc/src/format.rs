//! The dictionary's file: a header, a table of sections, the sections. `docs/kkc.md` describes it.

/// First bytes of every dictionary.
pub(crate) const MAGIC: [u8; 8] = *b"KURAKKC\n";
/// Version of the layout. A converter opens its own version only: both are in one image.
pub(crate) const VERSION: u32 = 4;
/// Sections begin at multiples of this many bytes.
pub(crate) const ALIGNMENT: usize = 16;
/// Bytes before the table of sections: magic, version, number of sections.
pub(crate) const HEADER: usize = 16;
/// Bytes of a line of the table: offset and length, both u64.
pub(crate) const TABLE_LINE: usize = 16;
/// Largest dictionary that is opened, in bytes.
pub(crate) const MAX_BYTES: u64 = 256 << 20;
/// Most classes a dictionary may have.
pub(crate) const MAX_CLASSES: usize = 4096;

/// Sections in the order in which the table lists them. All numbers are little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// fst map: reading key → index of its first word.
    Trie,
    /// (left, right) class, u16 each.
    Pairs,
    /// For each word: index into `Pairs`, u16.
    WordPair,
    /// For each word: cost, u16.
    WordCost,
    /// For each word: [`WORD_LAST`], form and offset into `Pool`, u32.
    WordText,
    /// Coded texts, each preceded by its length.
    Pool,
    /// For each class: its kind, u8.
    Kinds,
    /// For each class on the left: the cost that most classes on the right have, u16.
    ConnectionDefault,
    /// For each class on the left: one bit a class on the right, set where the cost differs; u64 words.
    ConnectionBits,
    /// For each word of `ConnectionBits`: set bits before it in its row, u16.
    ConnectionRank,
    /// For each class on the left and one more: index of its first value, u32.
    ConnectionRow,
    /// The costs that differ, u16.
    ConnectionValues,
    /// For each class: its line in `BoundaryBits`, u16.
    BoundaryLeft,
    /// For each class: its column in `BoundaryBits`, u16.
    BoundaryRight,
    /// Number of columns (u32), then one bit a line and column: a segment ends between the two.
    BoundaryBits,
    /// For each class: what a word costs more that stands first, u16.
    PenaltyFirst,
    /// Texts that go together, as offsets into `Pool`: of the later word and of the earlier one (u32 each),
    /// ascending.
    Collocations,
    /// fst map: parent (u16, big-endian) and reading key → index of the first place.
    PlaceTrie,
    /// For each place: [`WORD_LAST`] and offset into `Pool`, u32.
    PlaceText,
    /// For each place: what its parts are listed under, 0 for none; u16.
    PlaceChild,
    /// fst map: part of a name ([`name_part`]) and reading key → index of the first name.
    NameTrie,
    /// For each name: cost, u16.
    NameCost,
    /// For each name: as `WordText`.
    NameText,
    /// fst map: position in a given name ([`crate::Position`]) and reading key → index of the first
    /// character that is read so there.
    CharacterTrie,
    /// For each such character: cost, u16.
    CharacterCost,
    /// For each such character: [`WORD_LAST`] and its code point, u32.
    CharacterText,
    /// For each place of a postal code: the code as a number, ascending, u32.
    PostalCode,
    /// … the index of its city in `PostalCity`, u16.
    PostalCityOf,
    /// … the offset of its town into `Pool`, [`NO_TOWN`] where the list does not go that deep; u32.
    PostalTown,
    /// Offsets of a prefecture and of a city in it into `Pool`, u32 each.
    PostalCity,
    /// What it was made from, UTF-8.
    Sources,
}

/// Number of sections.
pub(crate) const SECTIONS: usize = Section::Sources as usize + 1;

/// Set in `WordText`, `PlaceText`, `NameText` and `CharacterText` on the last entry of a reading.
pub(crate) const WORD_LAST: u32 = 1 << 31;
/// The word's text is its reading.
pub(crate) const FORM_HIRAGANA: u32 = 1 << 29;
/// The word's text is its reading in katakana.
pub(crate) const FORM_KATAKANA: u32 = 2 << 29;
pub(crate) const FORM_MASK: u32 = 3 << 29;
pub(crate) const OFFSET_MASK: u32 = (1 << 29) - 1;

/// In `PostalTown`: the code stands for the whole city.
pub(crate) const NO_TOWN: u32 = u32::MAX;

/// First bytes of keys in `NameTrie`.
pub(crate) mod name_part {
    pub const FAMILY: u8 = 1;
    pub const GIVEN: u8 = 2;
}

/// Parents in `PlaceTrie` that are no place of their own.
pub(crate) mod parent {
    /// Prefectures.
    pub const ROOT: u16 = 0;
    /// Every city, for addresses that begin with one.
    pub const ANY_CITY: u16 = 0xffff;
    /// Every town, for addresses that begin with one.
    pub const ANY_TOWN: u16 = 0xfffe;
}

pub(crate) fn u16_at(bytes: &[u8], index: usize) -> Option<u16> {
    let at = index.checked_mul(2)?;
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(crate) fn u32_at(bytes: &[u8], index: usize) -> Option<u32> {
    let at = index.checked_mul(4)?;
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

pub(crate) fn u64_at(bytes: &[u8], index: usize) -> Option<u64> {
    let at = index.checked_mul(8)?;
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
