//! Writes dictionaries: the one that ships, and small ones for tests.

use crate::class::Kind;
use crate::compose::Position;
use crate::format::{
    ALIGNMENT, FORM_HIRAGANA, FORM_KATAKANA, HEADER, MAGIC, MAX_CLASSES, NO_TOWN, OFFSET_MASK,
    SECTIONS, Section, TABLE_LINE, VERSION, WORD_LAST, name_part, parent,
};
use crate::names::Part;
use crate::{kana, text};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Why no dictionary can be made of a source.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("the source has {0} classes")]
    Classes(usize),
    #[error("costs or boundaries of the source are not classes × classes")]
    Matrix,
    #[error("a word of the source has a class that does not exist: {0}")]
    WordClass(String),
    #[error("a collocation has a part that is no word, or is its own reading: {0}")]
    Collocation(String),
    #[error("the source is too large for the format: {0}")]
    TooLarge(&'static str),
    #[error("a trie could not be written: {0}")]
    Trie(#[from] fst::Error),
}

/// A word as it goes into a dictionary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceWord {
    /// In the form of [`kana::normalise`].
    pub reading: String,
    pub cost: u16,
    pub text: String,
    pub left: u16,
    pub right: u16,
}

/// A line of the official list: readings in the form of [`kana::normalise`], empty where the line
/// does not go that deep.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePlace {
    /// Reading and text of prefecture, city, town.
    pub levels: [(String, String); 3],
}

/// A place of a postal code (郵便番号). A code may have several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourcePostalCode {
    /// Its seven digits as a number.
    pub code: u32,
    pub prefecture: String,
    pub city: String,
    /// Empty where the code stands for the whole city.
    pub town: String,
}

/// A family or given name with what it costs in a field for names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceName {
    pub part: Part,
    /// In the form of [`kana::normalise`].
    pub reading: String,
    pub cost: u16,
    pub text: String,
}

/// How a character is read at a place of given names, and what that costs there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceCharacter {
    pub position: Position,
    /// In the form of [`kana::normalise`].
    pub reading: String,
    pub cost: u16,
    pub character: char,
}

/// Two words that go together, side by side or with a particle between: 風邪 and 休む.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceCollocation {
    pub earlier: String,
    pub later: String,
}

/// What a dictionary is made of. The same source gives the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub words: Vec<SourceWord>,
    pub kinds: Vec<Kind>,
    /// Cost of class `right` after class `left`, at `left * kinds.len() + right`.
    pub connections: Vec<u16>,
    /// Whether a segment ends between `left` and `right`, at the same index.
    pub boundaries: Vec<bool>,
    /// What a word of each class costs more that stands first.
    pub penalties: Vec<u16>,
    pub collocations: Vec<SourceCollocation>,
    pub places: Vec<SourcePlace>,
    pub postal_codes: Vec<SourcePostalCode>,
    pub names: Vec<SourceName>,
    pub characters: Vec<SourceCharacter>,
    /// For people.
    pub sources: String,
}

impl Source {
    /// The file's bytes.
    pub fn build(mut self) -> Result<Vec<u8>, BuildError> {
        let classes = self.kinds.len();
        if classes == 0 || classes > MAX_CLASSES {
            return Err(BuildError::Classes(classes));
        }
        if self.connections.len() != classes * classes
            || self.boundaries.len() != classes * classes
            || self.penalties.len() != classes
        {
            return Err(BuildError::Matrix);
        }
        let mut file = Sections::default();
        let mut pool = Pool::default();
        self.write_words(&mut file, &mut pool)?;
        write_collocations(&self.collocations, &mut file, &pool)?;
        write_places(std::mem::take(&mut self.places), &mut file, &mut pool)?;
        write_postal_codes(std::mem::take(&mut self.postal_codes), &mut file, &mut pool)?;
        write_names(std::mem::take(&mut self.names), &mut file, &mut pool)?;
        write_characters(std::mem::take(&mut self.characters), &mut file)?;
        file.put(Section::Pool, pool.bytes);
        let kinds = self.kinds.iter().map(|k| *k as u8).collect();
        file.put(Section::Kinds, kinds);
        write_connections(&self.connections, classes, &mut file)?;
        write_boundaries(&self.boundaries, classes, &mut file)?;
        let penalties = self.penalties.iter();
        file.put(
            Section::PenaltyFirst,
            penalties.flat_map(|p| p.to_le_bytes()).collect(),
        );
        file.put(Section::Sources, self.sources.into_bytes());
        Ok(file.bytes())
    }

    fn write_words(&mut self, file: &mut Sections, pool: &mut Pool) -> Result<(), BuildError> {
        // The likeliest first within a reading; of equal words the cheapest alone stays.
        self.words.sort_by(|a, b| {
            kana::key(&a.reading)
                .cmp(&kana::key(&b.reading))
                .then_with(|| a.cmp(b))
        });
        let mut seen = std::collections::HashSet::new();
        self.words.retain(|word| {
            seen.insert((
                word.reading.clone(),
                word.text.clone(),
                word.left,
                word.right,
            ))
        });
        let mut pairs: BTreeMap<(u16, u16), u16> = BTreeMap::new();
        for word in &self.words {
            if usize::from(word.left.max(word.right)) >= self.kinds.len() {
                return Err(BuildError::WordClass(word.text.clone()));
            }
            pairs.insert((word.left, word.right), 0);
        }
        for (index, number) in pairs.values_mut().enumerate() {
            *number = u16::try_from(index).map_err(|_| BuildError::TooLarge("class pairs"))?;
        }
        let mut trie = fst::MapBuilder::memory();
        let (mut word_pair, mut word_cost, mut word_text) = (vec![], vec![], vec![]);
        for (index, word) in self.words.iter().enumerate() {
            let first = index == 0 || self.words[index - 1].reading != word.reading;
            if first {
                trie.insert(kana::key(&word.reading), index as u64)?;
            }
            let last = self
                .words
                .get(index + 1)
                .is_none_or(|next| next.reading != word.reading);
            let form = pool.word(&word.text, &word.reading)?;
            word_pair.extend(pairs[&(word.left, word.right)].to_le_bytes());
            word_cost.extend(word.cost.to_le_bytes());
            word_text.extend((form | if last { WORD_LAST } else { 0 }).to_le_bytes());
        }
        let pairs = pairs
            .keys()
            .flat_map(|(left, right)| [left.to_le_bytes(), right.to_le_bytes()])
            .flatten()
            .collect();
        file.put(Section::Trie, trie.into_inner()?);
        file.put(Section::Pairs, pairs);
        file.put(Section::WordPair, word_pair);
        file.put(Section::WordCost, word_cost);
        file.put(Section::WordText, word_text);
        Ok(())
    }
}

/// Texts, each once.
#[derive(Default)]
struct Pool {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
}

impl Pool {
    /// Form and offset of a word's text.
    fn word(&mut self, text: &str, reading: &str) -> Result<u32, BuildError> {
        if text == reading {
            return Ok(FORM_HIRAGANA);
        }
        if text == kana::katakana(reading) {
            return Ok(FORM_KATAKANA);
        }
        self.offset(text)
    }

    fn offset(&mut self, text: &str) -> Result<u32, BuildError> {
        if let Some(offset) = self.known.get(text) {
            return Ok(*offset);
        }
        let offset = u32::try_from(self.bytes.len())
            .ok()
            .filter(|offset| *offset <= OFFSET_MASK)
            .ok_or(BuildError::TooLarge("texts"))?;
        let coded = text::encode(text).ok_or(BuildError::TooLarge("a text"))?;
        self.bytes.extend(coded);
        self.known.insert(text.to_owned(), offset);
        Ok(offset)
    }
}

/// By the texts of words, so before anything else is in the pool.
fn write_collocations(
    collocations: &[SourceCollocation],
    file: &mut Sections,
    pool: &Pool,
) -> Result<(), BuildError> {
    let offset = |text: &String| {
        let known = pool.known.get(text).copied();
        known.ok_or_else(|| BuildError::Collocation(text.clone()))
    };
    let mut pairs = BTreeSet::new();
    for pair in collocations {
        pairs.insert((offset(&pair.later)?, offset(&pair.earlier)?));
    }
    let numbers = pairs
        .into_iter()
        .flat_map(|(later, earlier)| [later, earlier]);
    file.put(
        Section::Collocations,
        numbers.flat_map(u32::to_le_bytes).collect(),
    );
    Ok(())
}

fn write_places(
    places: Vec<SourcePlace>,
    file: &mut Sections,
    pool: &mut Pool,
) -> Result<(), BuildError> {
    // Prefectures and cities get numbers, by which their parts are listed.
    let mut numbers: BTreeMap<Vec<(String, String)>, u16> = BTreeMap::new();
    for place in &places {
        for depth in 1..=2 {
            if !place.levels[depth - 1].0.is_empty() {
                numbers.insert(place.levels[..depth].to_vec(), 0);
            }
        }
    }
    for (index, number) in numbers.values_mut().enumerate() {
        *number = u16::try_from(index + 1)
            .ok()
            .filter(|n| *n < parent::ANY_TOWN)
            .ok_or(BuildError::TooLarge("cities"))?;
    }
    // Key → texts with what their parts are listed under.
    let mut keys: BTreeMap<Vec<u8>, Vec<(String, u16)>> = BTreeMap::new();
    let mut add = |parent: u16, (reading, text): &(String, String), child: u16| {
        let mut key = parent.to_be_bytes().to_vec();
        key.extend(kana::key(reading));
        let texts = keys.entry(key).or_default();
        if !texts.contains(&(text.clone(), child)) {
            texts.push((text.clone(), child));
        }
    };
    for place in &places {
        let [prefecture, city, town] = &place.levels;
        let number = |depth: usize| numbers.get(&place.levels[..depth]).copied().unwrap_or(0);
        add(parent::ROOT, prefecture, number(1));
        if !city.0.is_empty() {
            add(number(1), city, number(2));
            add(parent::ANY_CITY, city, number(2));
            match shorter(city) {
                Some((town, Left::District)) => {
                    add(number(1), &town, number(2));
                    add(parent::ANY_CITY, &town, number(2));
                }
                Some((ward, Left::City)) => add(parent::ANY_CITY, &ward, number(2)),
                None => {}
            }
        }
        if !town.0.is_empty() {
            add(number(2), town, 0);
            add(parent::ANY_TOWN, town, 0);
        }
    }
    let mut trie = fst::MapBuilder::memory();
    let (mut place_text, mut place_child) = (Vec::new(), Vec::new());
    for (key, texts) in keys {
        trie.insert(key, (place_child.len() / 2) as u64)?;
        let last = texts.len() - 1;
        for (index, (text, child)) in texts.into_iter().enumerate() {
            let flag = if index == last { WORD_LAST } else { 0 };
            place_text.extend((pool.offset(&text)? | flag).to_le_bytes());
            place_child.extend(child.to_le_bytes());
        }
    }
    file.put(Section::PlaceTrie, trie.into_inner()?);
    file.put(Section::PlaceText, place_text);
    file.put(Section::PlaceChild, place_child);
    Ok(())
}

/// What is left out where a city is named without it.
#[derive(Debug, PartialEq, Eq)]
enum Left {
    /// 郡 before a town or village.
    District,
    /// A city before its ward.
    City,
}

/// 安芸太田町 of 山県郡安芸太田町, 港北区 of 横浜市港北区: many leave out what is before.
fn shorter((reading, text): &(String, String)) -> Option<((String, String), Left)> {
    let (kana, kanji, left) = match text.chars().last()? {
        '町' | '村' => ("ぐん", '郡', Left::District),
        '区' => ("し", '市', Left::City),
        _ => return None,
    };
    let (before, name) = text.split_once(kanji)?;
    // The reading's division is beyond doubt where the kana are there once, or the first is too early.
    let ends = reading.match_indices(kana).map(|(at, _)| at + kana.len());
    let least = before.chars().count() * 'あ'.len_utf8();
    let ends: Vec<usize> = ends.filter(|end| *end > least).collect();
    let [end] = ends[..] else { return None };
    let is_name = !before.is_empty() && !name.is_empty() && end < reading.len();
    is_name.then(|| ((reading[end..].to_owned(), name.to_owned()), left))
}

/// Rows by code; the cities, which are few, once.
fn write_postal_codes(
    mut rows: Vec<SourcePostalCode>,
    file: &mut Sections,
    pool: &mut Pool,
) -> Result<(), BuildError> {
    rows.sort();
    rows.dedup();
    let mut cities: BTreeMap<(String, String), u16> = BTreeMap::new();
    for row in &rows {
        cities.insert((row.prefecture.clone(), row.city.clone()), 0);
    }
    let mut city_texts = Vec::new();
    for (index, ((prefecture, city), number)) in cities.iter_mut().enumerate() {
        *number = u16::try_from(index).map_err(|_| BuildError::TooLarge("cities"))?;
        city_texts.extend(pool.offset(prefecture)?.to_le_bytes());
        city_texts.extend(pool.offset(city)?.to_le_bytes());
    }
    let (mut codes, mut city_of, mut towns) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        let town = match row.town.as_str() {
            "" => NO_TOWN,
            town => pool.offset(town)?,
        };
        codes.extend(row.code.to_le_bytes());
        city_of.extend(cities[&(row.prefecture, row.city)].to_le_bytes());
        towns.extend(town.to_le_bytes());
    }
    file.put(Section::PostalCode, codes);
    file.put(Section::PostalCityOf, city_of);
    file.put(Section::PostalTown, towns);
    file.put(Section::PostalCity, city_texts);
    Ok(())
}

fn write_names(
    names: Vec<SourceName>,
    file: &mut Sections,
    pool: &mut Pool,
) -> Result<(), BuildError> {
    let mut keys: BTreeMap<Vec<u8>, Vec<SourceName>> = BTreeMap::new();
    for name in names {
        let part = match name.part {
            Part::Family => name_part::FAMILY,
            Part::Given => name_part::GIVEN,
        };
        let mut key = vec![part];
        key.extend(kana::key(&name.reading));
        keys.entry(key).or_default().push(name);
    }
    let mut trie = fst::MapBuilder::memory();
    let (mut costs, mut texts) = (Vec::new(), Vec::new());
    for (key, mut names) in keys {
        trie.insert(key, (costs.len() / 2) as u64)?;
        names.sort();
        let mut seen = std::collections::HashSet::new();
        names.retain(|name| seen.insert(name.text.clone()));
        for (index, name) in names.iter().enumerate() {
            let last = index + 1 == names.len();
            let form = pool.word(&name.text, &name.reading)?;
            costs.extend(name.cost.to_le_bytes());
            texts.extend((form | if last { WORD_LAST } else { 0 }).to_le_bytes());
        }
    }
    file.put(Section::NameTrie, trie.into_inner()?);
    file.put(Section::NameCost, costs);
    file.put(Section::NameText, texts);
    Ok(())
}

/// Of a place and reading the likeliest first.
fn write_characters(
    mut characters: Vec<SourceCharacter>,
    file: &mut Sections,
) -> Result<(), BuildError> {
    let key = |c: &SourceCharacter| [&[c.position as u8][..], &kana::key(&c.reading)].concat();
    characters.sort_by_cached_key(|c| (key(c), c.cost, c.character));
    let mut trie = fst::MapBuilder::memory();
    let (mut costs, mut texts) = (Vec::new(), Vec::new());
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| characters.get(at));
        if before.is_none_or(|before| key(before) != key(character)) {
            trie.insert(key(character), index as u64)?;
        }
        let next = characters.get(index + 1);
        let last = next.is_none_or(|next| key(next) != key(character));
        let entry = u32::from(character.character) | if last { WORD_LAST } else { 0 };
        costs.extend(character.cost.to_le_bytes());
        texts.extend(entry.to_le_bytes());
    }
    file.put(Section::CharacterTrie, trie.into_inner()?);
    file.put(Section::CharacterCost, costs);
    file.put(Section::CharacterText, texts);
    Ok(())
}

/// Most costs of a row are the same: that one is kept once, the others behind a bit each.
fn write_connections(costs: &[u16], classes: usize, file: &mut Sections) -> Result<(), BuildError> {
    let row_words = classes.div_ceil(64);
    let (mut defaults, mut bits, mut ranks) = (Vec::new(), Vec::new(), Vec::new());
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for row in costs.chunks(classes) {
        let default = commonest(row);
        defaults.extend(default.to_le_bytes());
        rows.extend(count(&values)?.to_le_bytes());
        let mut rank = 0_u16;
        for word in 0..row_words {
            ranks.extend(rank.to_le_bytes());
            let mut set = 0_u64;
            for (bit, cost) in row.iter().skip(word * 64).take(64).enumerate() {
                if *cost != default {
                    set |= 1 << bit;
                    values.extend(cost.to_le_bytes());
                    rank += 1;
                }
            }
            bits.extend(set.to_le_bytes());
        }
    }
    rows.extend(count(&values)?.to_le_bytes());
    file.put(Section::ConnectionDefault, defaults);
    file.put(Section::ConnectionBits, bits);
    file.put(Section::ConnectionRank, ranks);
    file.put(Section::ConnectionRow, rows);
    file.put(Section::ConnectionValues, values);
    Ok(())
}

/// How many costs of two bytes each.
fn count(values: &[u8]) -> Result<u32, BuildError> {
    u32::try_from(values.len() / 2).map_err(|_| BuildError::TooLarge("connection costs"))
}

fn commonest(row: &[u16]) -> u16 {
    let mut counts: BTreeMap<u16, usize> = BTreeMap::new();
    for cost in row {
        *counts.entry(*cost).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(cost, count)| (*count, std::cmp::Reverse(*cost)))
        .map_or(0, |(cost, _)| cost)
}

/// Equal lines are kept once, equal columns too.
fn write_boundaries(
    boundaries: &[bool],
    classes: usize,
    file: &mut Sections,
) -> Result<(), BuildError> {
    let too_large = |_| BuildError::TooLarge("boundaries");
    let mut lines: HashMap<&[bool], u16> = HashMap::new();
    let mut left = Vec::new();
    let mut kept: Vec<&[bool]> = Vec::new();
    for line in boundaries.chunks(classes) {
        let next = u16::try_from(kept.len()).map_err(too_large)?;
        let number = *lines.entry(line).or_insert_with(|| {
            kept.push(line);
            next
        });
        left.extend(number.to_le_bytes());
    }
    let mut columns: HashMap<Vec<bool>, u16> = HashMap::new();
    let mut right = Vec::new();
    let mut firsts: Vec<usize> = Vec::new();
    for class in 0..classes {
        let column: Vec<bool> = kept.iter().map(|line| line[class]).collect();
        let next = u16::try_from(firsts.len()).map_err(too_large)?;
        let number = *columns.entry(column).or_insert_with(|| {
            firsts.push(class);
            next
        });
        right.extend(number.to_le_bytes());
    }
    let mut bits = vec![0_u8; (kept.len() * firsts.len()).div_ceil(8)];
    let cells = kept
        .iter()
        .flat_map(|line| firsts.iter().map(|class| line[*class]));
    for (at, set) in cells.enumerate() {
        bits[at / 8] |= u8::from(set) << (at % 8);
    }
    let mut section = u32::try_from(firsts.len())
        .map_err(too_large)?
        .to_le_bytes()
        .to_vec();
    section.extend(bits);
    file.put(Section::BoundaryLeft, left);
    file.put(Section::BoundaryRight, right);
    file.put(Section::BoundaryBits, section);
    Ok(())
}

/// Sections until they are laid out.
#[derive(Default)]
struct Sections([Vec<u8>; SECTIONS]);

impl Sections {
    fn put(&mut self, section: Section, bytes: Vec<u8>) {
        self.0[section as usize] = bytes;
    }

    fn bytes(self) -> Vec<u8> {
        let mut offset = (HEADER + SECTIONS * TABLE_LINE).next_multiple_of(ALIGNMENT);
        let mut out = MAGIC.to_vec();
        out.extend(VERSION.to_le_bytes());
        out.extend((SECTIONS as u32).to_le_bytes());
        for section in &self.0 {
            out.extend((offset as u64).to_le_bytes());
            out.extend((section.len() as u64).to_le_bytes());
            offset = (offset + section.len()).next_multiple_of(ALIGNMENT);
        }
        for section in self.0 {
            out.resize(out.len().next_multiple_of(ALIGNMENT), 0);
            out.extend(section);
        }
        out
    }
}
