//! From readings to candidates and segments: what the kiosk talks to.

use crate::address::{self, Beginning};
use crate::candidates::{BEFORE_LOOK_ALIKES, Texts, candidate, finished};
use crate::class::Kind;
use crate::compose;
use crate::conversion::{Candidate, Conversion, Personal, Segment};
use crate::dictionary::{Dictionary, OpenError};
use crate::field::Field;
use crate::kana;
use crate::lattice::{Context, Lattice, Piece};
use crate::names::{self, Part, Scored};
use std::collections::HashSet;
use std::path::Path;

/// Longest reading that is converted, in characters; the rest stays kana.
pub const MAX_READING: usize = 200;
/// Candidates of a segment.
const SEGMENT_CANDIDATES: usize = 60;
/// Readings of names that are offered in fields that are not for names, in kana: of shorter ones there are
/// too many.
const SHORTEST_NAME: usize = 3;
/// Cost of words put together to a part of a name that nothing is known of: behind given names put
/// together of characters.
const NOTHING_KNOWN: i32 = 16_000;
/// Other ways to read what is behind a town that come before its numbers in full width.
const LIKELY: usize = 2;
/// Whole conversions searched for before other sources of candidates.
const N_BEST: usize = 20;

/// Converts with one dictionary.
pub struct Converter {
    dictionary: Dictionary,
}

impl Converter {
    pub fn new(dictionary: Dictionary) -> Self {
        Self { dictionary }
    }

    /// Maps the dictionary at `path`.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Dictionary::open(path).map(Self::new)
    }

    pub fn dictionary(&self) -> &Dictionary {
        &self.dictionary
    }

    /// Up to `want` ways to write the whole reading, the likeliest first; never empty, unless the
    /// reading is. A space in a name divides family and given name and stays.
    pub fn candidates(
        &self,
        reading: &str,
        field: Field,
        personal: &Personal,
        want: usize,
    ) -> Vec<Candidate> {
        let reading = kana::normalise(reading);
        let chars: Vec<char> = reading.chars().collect();
        let mut texts = Texts::default();
        texts.extend(own(&reading, field, None, personal));
        texts.extend(personal.history.chosen(field, &reading));
        if chars.len() <= MAX_READING {
            match field {
                Field::General => texts.extend(self.n_best(&chars, field, personal, want)),
                Field::Name => texts.extend(self.names(&chars, personal, want)),
                Field::Address => texts.extend(self.addresses(&chars, personal, want)),
            }
            texts.extend(self.words(&chars));
        }
        finished(texts, &reading, field, want)
    }

    fn n_best(
        &self,
        chars: &[char],
        field: Field,
        personal: &Personal,
        want: usize,
    ) -> Vec<String> {
        let lattice = Lattice::new(
            &self.dictionary,
            chars,
            field,
            &personal.words,
            Context::default(),
        );
        let paths = lattice.n_best(want.clamp(1, N_BEST));
        paths.iter().map(|path| path.text()).collect()
    }

    /// Single words of exactly this reading, and behind them the names that are no words: a remark
    /// may be about anybody.
    fn words(&self, chars: &[char]) -> Vec<String> {
        let mut words = self.dictionary.words_of(chars);
        words.sort_by_key(|word| word.cost);
        let words = words.into_iter();
        let words = words.map(|word| self.dictionary.text(word, chars));
        let parts = match chars.len() {
            ..SHORTEST_NAME => &[][..],
            _ => &[Part::Family, Part::Given],
        };
        let names = parts
            .iter()
            .flat_map(|part| self.dictionary.names_of(*part, chars));
        words.chain(names.map(|name| name.text)).collect()
    }

    fn names(&self, chars: &[char], personal: &Personal, want: usize) -> Vec<String> {
        let words = &personal.words;
        if let Some(at) = chars.iter().position(|c| *c == ' ') {
            let (family, given) = (&chars[..at], &chars[at + 1..]);
            let family = self.name_part(family, &[Part::Family], personal);
            let given = self.name_part(given, &[Part::Given], personal);
            let full = names::full(&family, " ", &given);
            return full.into_iter().take(want).map(|name| name.text).collect();
        }
        let divided = names::divided(&self.dictionary, chars, words);
        // A name alone has one cost, not two: it is likelier wherever it is known at all.
        let alone = names::alone(&self.dictionary, chars, words);
        let division = division(&divided, &alone, chars.len());
        let unlisted = names::unlisted(&self.dictionary, chars, words, division);
        let ways = divided.into_iter().chain(unlisted);
        let mut scored: Vec<Scored> = ways.flat_map(|(_, names)| names).collect();
        scored.extend(alone);
        scored.sort();
        scored.truncate(want);
        let mut texts: Vec<String> = scored.into_iter().map(|name| name.text).collect();
        texts.extend(self.n_best(chars, Field::Name, personal, want));
        texts
    }

    /// One part of a name; what is no known name is put together of words.
    fn name_part(&self, chars: &[char], parts: &[Part], personal: &Personal) -> Vec<Scored> {
        let mut scored = names::parts(&self.dictionary, chars, parts, &personal.words);
        let reading = text(chars);
        let mut first = Texts::default();
        first.extend(own(&reading, Field::Name, only(parts), personal));
        first.extend(personal.history.chosen(Field::Name, &reading));
        for (at, text) in first.iter().enumerate() {
            scored.retain(|name| name.text != text);
            scored.insert(
                at,
                Scored {
                    cost: at as i32 - 10_000,
                    text: text.to_owned(),
                },
            );
        }
        if scored.len() < BEFORE_LOOK_ALIKES {
            let least = scored.last().map_or(NOTHING_KNOWN, |name| name.cost);
            for (at, text) in self
                .n_best(chars, Field::Name, personal, N_BEST)
                .into_iter()
                .enumerate()
            {
                if scored.iter().all(|name| name.text != text) {
                    scored.push(Scored {
                        cost: least + 2_000 + at as i32 * 200,
                        text,
                    });
                }
            }
        }
        if parts.contains(&Part::Given) {
            let unlisted = compose::given(&self.dictionary, chars).into_iter();
            let known: HashSet<String> = scored.iter().map(|name| name.text.clone()).collect();
            scored.extend(unlisted.filter(|name| !known.contains(&name.text)));
            scored.sort();
        }
        scored
    }

    fn addresses(&self, chars: &[char], personal: &Personal, want: usize) -> Vec<String> {
        let beginnings = address::beginnings(&self.dictionary, chars);
        let furthest = beginnings.first().map_or(0, Beginning::end);
        // The likeliest of each place that fits as well, then other ways to write the first, then the rest.
        let (mut best, mut other_ways, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        let mut likely = Vec::new();
        for beginning in &beginnings {
            let start = beginning.text();
            let mut behind = self
                .after_place(chars, beginning, personal, want)
                .into_iter();
            let Some(first) = behind.next() else {
                continue;
            };
            let first = address::house(first);
            let whole = format!("{start}{first}");
            let ways = ways_to_write(&start, &first);
            if beginning.end() < furthest {
                rest.push(whole);
                rest.extend(ways);
            } else {
                best.push(whole);
                other_ways.extend(ways);
            }
            let mut others = behind.map(|behind| format!("{start}{behind}"));
            if best.len() == 1 {
                likely.extend(others.by_ref().take(LIKELY));
            }
            rest.extend(others);
        }
        let full_width = other_ways
            .iter()
            .position(|way: &String| way.contains(is_full_width));
        let seldom = other_ways.split_off(full_width.unwrap_or(other_ways.len()));
        best.extend(other_ways);
        best.extend(likely);
        best.extend(seldom);
        best.extend(rest);
        best.extend(self.n_best(chars, Field::Address, personal, want));
        best
    }

    /// What follows a place: chome, numbers, buildings.
    fn after_place(
        &self,
        chars: &[char],
        beginning: &Beginning,
        personal: &Personal,
        want: usize,
    ) -> Vec<String> {
        let chars = &chars[beginning.end()..];
        if chars.is_empty() {
            return vec![String::new()];
        }
        let context = Context {
            before: self.dictionary.class_of(Kind::Place).unwrap_or(0),
            towns: beginning.towns,
            ..Context::default()
        };
        let lattice = Lattice::new(
            &self.dictionary,
            chars,
            Field::Address,
            &personal.words,
            context,
        );
        let paths = lattice.n_best(want.clamp(1, N_BEST));
        paths.iter().map(|path| path.text()).collect()
    }

    /// How a text is read, put together of the dictionary's words; none where a part of it is in none.
    pub fn reading(&self, text: &str) -> Option<String> {
        crate::reverse::reading(&self.dictionary, text)
    }

    /// How each of these texts is read, for about the price of one.
    pub fn readings(&self, texts: &[&str]) -> Vec<Option<String>> {
        crate::reverse::readings(&self.dictionary, texts)
    }

    /// Divides a reading into segments, each with its candidates.
    pub fn convert(&self, reading: &str, field: Field, personal: &Personal) -> Conversion {
        self.convert_after(None, reading, field, personal)
    }

    /// As [`Converter::convert`], with the character that stands before the reading.
    pub fn convert_after(
        &self,
        before: Option<char>,
        reading: &str,
        field: Field,
        personal: &Personal,
    ) -> Conversion {
        let after_digit = before.is_some_and(|c| matches!(c, '0'..='9' | '０'..='９'));
        let reading = kana::normalise(reading);
        let mut chars: Vec<char> = reading.chars().collect();
        let rest = chars.split_off(chars.len().min(MAX_READING));
        // No place begins behind a number.
        let fixed = match (field, after_digit) {
            (Field::Address, true) => Vec::new(),
            _ => self.fixed_ends(&chars, field, personal),
        };
        let mut conversion = self.divide(&chars, &fixed, field, personal, after_digit);
        if !rest.is_empty() {
            conversion.segments.push(untouched(&rest));
        }
        conversion
    }

    /// Makes a segment longer (positive) or shorter (negative) by characters of its reading. What is
    /// before it stays, what is after it is divided anew. Says whether there was room to do so.
    pub fn resize(
        &self,
        conversion: &mut Conversion,
        index: usize,
        by: isize,
        personal: &Personal,
    ) -> bool {
        let ends: Vec<usize> = conversion
            .segments
            .iter()
            .scan(0, |end, segment| {
                *end += segment.reading.chars().count();
                Some(*end)
            })
            .collect();
        let (Some(end), Some(last)) = (ends.get(index), ends.last()) else {
            return false;
        };
        let start = index.checked_sub(1).map_or(0, |before| ends[before]);
        let wanted = end.checked_add_signed(by);
        let Some(end) = wanted.filter(|end| *end > start && end <= last) else {
            return false;
        };
        let reading: Vec<char> = conversion
            .segments
            .iter()
            .flat_map(|segment| segment.reading.chars())
            .collect();
        let mut fixed = ends[..index].to_vec();
        fixed.push(end);
        // What is behind a family name is one given name, wherever words would end in it.
        if conversion.field == Field::Name && !reading[end..].contains(&' ') {
            fixed.push(*last);
        }
        let (field, after_digit) = (conversion.field, conversion.after_digit);
        let anew = self.divide(&reading, &fixed, field, personal, after_digit);
        conversion.segments.truncate(index);
        conversion
            .segments
            .extend(anew.segments.into_iter().skip(index));
        true
    }

    /// Where segments end before the dictionary's own boundaries are asked.
    fn fixed_ends(&self, chars: &[char], field: Field, personal: &Personal) -> Vec<usize> {
        match field {
            Field::General => Vec::new(),
            Field::Name => match chars.iter().position(|c| *c == ' ') {
                Some(0) => vec![1, chars.len()],
                Some(at) => vec![at, at + 1, chars.len()],
                None => self.family_end(chars, personal),
            },
            Field::Address => {
                let beginnings = address::beginnings(&self.dictionary, chars);
                beginnings.into_iter().next().map_or(vec![], |b| b.ends)
            }
        }
    }

    /// Where the family name of the likeliest full name ends, and the reading; empty where a name
    /// alone is likelier.
    fn family_end(&self, chars: &[char], personal: &Personal) -> Vec<usize> {
        let words = &personal.words;
        let divided = names::divided(&self.dictionary, chars, words);
        let alone = names::alone(&self.dictionary, chars, words);
        let end = division(&divided, &alone, chars.len()).or_else(|| {
            let unlisted = names::unlisted(&self.dictionary, chars, words, None);
            division(&unlisted, &[], chars.len())
        });
        match end {
            Some(at) if at < chars.len() => vec![at, chars.len()],
            _ => vec![chars.len()],
        }
    }

    /// Segments that end at `fixed`, and behind the last of these where the dictionary says.
    fn divide(
        &self,
        chars: &[char],
        fixed: &[usize],
        field: Field,
        personal: &Personal,
        after_digit: bool,
    ) -> Conversion {
        let context = self.begins(after_digit);
        let before = context.before;
        let beginnings = match field {
            Field::Address => address::beginnings(&self.dictionary, chars),
            _ => Vec::new(),
        };
        let context = Context {
            cuts: fixed.to_vec(),
            towns: beginnings.first().and_then(|beginning| beginning.towns),
            ..context
        };
        let lattice = Lattice::new(&self.dictionary, chars, field, &personal.words, context);
        let pieces = lattice.best().map_or(Vec::new(), |path| path.pieces);
        let mut segments = Vec::new();
        let mut first = 0;
        for at in 0..pieces.len() {
            let end = pieces[at].end;
            let last_fixed = fixed.last().copied().unwrap_or(0);
            let ends = at + 1 == pieces.len()
                || fixed.contains(&end)
                || (end > last_fixed
                    && !(field == Field::Address && self.counts_on(&pieces, at))
                    && self.segment_ends(&pieces, first, at));
            if ends {
                let part = Span {
                    chars,
                    pieces: &pieces[first..=at],
                    before: first.checked_sub(1).map_or(before, |i| pieces[i].right),
                    counts: after_digit && first == 0,
                    after: pieces.get(at + 1).map_or(0, |piece| piece.left),
                    name: name_parts_of(field, fixed, end, chars.len()),
                };
                segments.push(self.segment(&part, field, personal));
                first = at + 1;
            }
        }
        Conversion {
            field,
            segments,
            after_digit,
        }
    }

    /// What stands before a reading that stands behind a digit, or behind nothing.
    fn begins(&self, after_digit: bool) -> Context {
        let digits = self.dictionary.class_of(Kind::Digits);
        match digits.filter(|_| after_digit) {
            Some(before) => Context {
                before,
                ..Context::default()
            },
            None => Context::default(),
        }
    }

    /// Mozc's rule: by the classes, but a particle at the very beginning stays with what follows.
    fn segment_ends(&self, pieces: &[Piece], first: usize, at: usize) -> bool {
        let leading_particle =
            first == 0 && at == 0 && self.dictionary.kind(pieces[0].left) == Kind::Particle;
        !leading_particle
            && self
                .dictionary
                .boundary(pieces[at].right, pieces[at + 1].left)
    }

    /// In an address a number stays with what it counts, and with a number behind a hyphen: 1ごう, 2-8.
    fn counts_on(&self, pieces: &[Piece], at: usize) -> bool {
        let next = self.dictionary.kind(pieces[at + 1].left);
        self.dictionary.kind(pieces[at].right) == Kind::Digits
            && matches!(next, Kind::Digits | Kind::Counter)
    }

    fn segment(&self, span: &Span<'_>, field: Field, personal: &Personal) -> Segment {
        let start = span.pieces.first().map_or(0, |piece| piece.start);
        let end = span.pieces.last().map_or(0, |piece| piece.end);
        let chars = &span.chars[start..end];
        let reading = text(chars);
        let mut texts = Texts::default();
        texts.extend(own(&reading, field, only(span.name), personal));
        texts.extend(personal.history.chosen(field, &reading));
        if !span.name.is_empty() {
            let names = self.name_part(chars, span.name, personal);
            texts.extend(names.into_iter().take(SEGMENT_CANDIDATES).map(|n| n.text));
        }
        let address = field == Field::Address;
        if address && !span.counts {
            texts.extend(self.listed_here(span.chars, start, end));
        }
        let best: String = span.pieces.iter().map(|p| p.text.as_str()).collect();
        if address {
            texts.extend(address::street(&best));
        }
        texts.extend([best]);
        if address {
            texts.extend(self.listed_anywhere(chars));
        }
        let context = Context {
            before: span.before,
            after: span.after,
            alone: true,
            ..Context::default()
        };
        let lattice = Lattice::new(&self.dictionary, chars, field, &personal.words, context);
        texts.extend(lattice.n_best(N_BEST).iter().map(|path| path.text()));
        texts.extend(self.words(chars));
        Segment {
            candidates: finished(texts, &reading, field, SEGMENT_CANDIDATES),
            reading,
            chosen: 0,
        }
    }

    /// What the official list has for a segment of an address in its place.
    fn listed_here(&self, chars: &[char], start: usize, end: usize) -> Vec<String> {
        let part_of = |beginning: Beginning| {
            let at = beginning.ends.iter().position(|e| *e == end)?;
            let begins = at.checked_sub(1).map_or(0, |before| beginning.ends[before]);
            let part = &beginning.parts[at];
            (begins == start).then(|| part.clone())
        };
        let beginnings = address::beginnings(&self.dictionary, chars).into_iter();
        with_spellings(beginnings.filter_map(part_of).collect())
    }

    /// What the official list has for it wherever it stands.
    fn listed_anywhere(&self, chars: &[char]) -> Vec<String> {
        let beginnings = address::beginnings(&self.dictionary, chars).into_iter();
        let whole = beginnings.filter(|beginning| beginning.end() == chars.len());
        with_spellings(whole.map(|beginning| beginning.text()).collect())
    }
}

/// The same address with its place or its numbers written in another way, full-width numbers last.
fn ways_to_write(place: &str, behind: &str) -> Vec<String> {
    let places = address::spellings(place);
    let mut behinds = address::with_other_ke(behind);
    behinds.extend(address::numbers(behind));
    let places = places.iter().map(|place| format!("{place}{behind}"));
    let behinds = behinds.iter().map(|behind| format!("{place}{behind}"));
    let mut ways: Vec<String> = places.chain(behinds).collect();
    ways.sort_by_key(|way| way.contains(is_full_width));
    ways
}

fn is_full_width(c: char) -> bool {
    matches!(c, '０'..='９')
}

/// Where the family name of the likeliest full name ends; the reading's end where a name alone is
/// likelier, none where there is no name.
fn division(divided: &[(usize, Vec<Scored>)], alone: &[Scored], end: usize) -> Option<usize> {
    let divided = divided
        .iter()
        .filter_map(|(at, names)| Some((names.first()?.cost, *at)));
    let alone = alone.first().map(|name| (name.cost, 0));
    let (_, at) = divided.chain(alone).min()?;
    Some(if at == 0 { end } else { at })
}

/// The part it is, if there is no choice.
fn only(parts: &[Part]) -> Option<Part> {
    match parts {
        [part] => Some(*part),
        _ => None,
    }
}

/// The user's words of exactly this reading that are meant here, what was chosen last first.
fn own<'a>(
    reading: &'a str,
    field: Field,
    part: Option<Part>,
    personal: &'a Personal,
) -> Vec<&'a str> {
    let words = personal.words.of(reading);
    let fitting = words.filter(|word| word.kind.fits(field, part));
    let mut texts: Vec<&str> = fitting.map(|word| word.text.as_str()).collect();
    if texts.len() > 1 {
        let chosen = personal.history.chosen(field, reading);
        let place = |text: &&str| {
            chosen
                .iter()
                .position(|c| c == text)
                .unwrap_or(chosen.len())
        };
        texts.sort_by_key(place);
    }
    texts
}

fn with_spellings(mut places: Vec<String>) -> Vec<String> {
    let others: Vec<String> = places.iter().flat_map(|p| address::spellings(p)).collect();
    places.extend(others);
    places
}

/// Where a segment stands.
struct Span<'a> {
    /// The whole reading.
    chars: &'a [char],
    pieces: &'a [Piece],
    before: u16,
    after: u16,
    /// It begins behind a digit.
    counts: bool,
    /// Which part of a name it may be; none in other fields.
    name: &'static [Part],
}

/// Which part of a name the segment is that ends at `end`; what is not divided may be either.
fn name_parts_of(field: Field, fixed: &[usize], end: usize, whole: usize) -> &'static [Part] {
    match (field, fixed) {
        (Field::Name, []) => &[Part::Family, Part::Given],
        (Field::Name, [first, ..]) if *first == whole => &[Part::Family, Part::Given],
        (Field::Name, [first, ..]) if end <= *first => &[Part::Family],
        (Field::Name, _) => &[Part::Given],
        _ => &[],
    }
}

fn text(chars: &[char]) -> String {
    chars.iter().collect()
}

fn untouched(chars: &[char]) -> Segment {
    let reading = text(chars);
    Segment {
        candidates: vec![candidate(reading.clone(), Field::General)],
        reading,
        chosen: 0,
    }
}
