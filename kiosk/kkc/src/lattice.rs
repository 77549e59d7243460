//! The lattice of words over a reading, its best path (Viterbi) and its N best (A* from the end).

use crate::address;
use crate::class::Kind;
use crate::dictionary::{Collocates, Dictionary, Parent, Word};
use crate::field::Field;
use crate::spelled;
use crate::user_words::UserWords;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

/// Class of the sentence's beginning and end.
const EDGE: u16 = 0;
/// Cost of a character that no word begins with.
const UNKNOWN: i32 = 12_000;
/// Cost of a run of digits.
const DIGITS: i32 = 2_000;
/// Cost of a run of Latin letters.
const LETTERS: i32 = 4_000;
/// Cost of what counts blocks and houses behind a number in an address.
const ADDRESS_UNIT: i32 = 0;
/// What counts blocks, houses, floors and rooms behind a number in an address.
const ADDRESS_UNITS: &[(&str, &str)] = &[
    ("ちょうめ", "丁目"),
    ("ばんち", "番地"),
    ("ばん", "番"),
    ("ごう", "号"),
    ("ごうしつ", "号室"),
    ("ごうかん", "号館"),
    ("ごうとう", "号棟"),
    ("とう", "棟"),
    ("かい", "階"),
    ("せん", "線"),
    ("じょう", "条"),
    ("の", "の"),
];
/// Cost of a number that was typed as kana with ちょうめ and what follows it, in kanji; in digits it is a
/// little dearer.
const SPELLED: i32 = 500;
/// What 大字 and crossings in Kyoto end with; a town of the city may follow.
const BEFORE_TOWN: [&str; 5] = ["おおあざ", "あざ", "あがる", "さがる", "いる"];
/// How much dearer words are in an address that end with どおり: most have 通り, and towns are named after
/// streets without the り.
const STREET: [char; 3] = ['ど', 'お', 'り'];
const STREET_WITH_RI: i32 = 3_000;
/// Cost of such a town, of 字 before it, and of a short word that ends the name of a house.
const TOWN: i32 = 500;
const SECTION: i32 = 1_500;
const HOUSE: i32 = 2_000;
/// What names of houses end with, where a number, a space or nothing follows.
const HOUSES: [(&str, &str); 6] = [
    ("そう", "荘"),
    ("りょう", "寮"),
    ("びる", "ビル"),
    ("かん", "館"),
    ("とう", "棟"),
    ("てい", "邸"),
];
/// What some towns of Shikoku and Kyushu have between their name and a number: 片城甲44.
const STEMS: [(&str, &str); 4] = [
    ("こう", "甲"),
    ("おつ", "乙"),
    ("へい", "丙"),
    ("てい", "丁"),
];
/// Cost of a word that the user entered, by the length of its reading: below the dictionary's, but a
/// short one would tear other words apart.
const USER_WORD: [i32; 3] = [6_000, 2_000, 0];
/// Cost of a word of addresses, and how much dearer the next of the same reading is.
const ADDRESS_WORD: i32 = 3_000;
const NEXT_ADDRESS_WORD: i32 = 100;
/// Cost of 満 before digits.
const FULL_YEARS: i32 = 1_500;
/// By how much words are cheaper that go together: some four hundred times as likely as side by side.
const COLLOCATION: i32 = 3_000;
/// By how much a family name is cheaper behind 会社, which is read so at its end.
const COMPANY: [char; 4] = ['が', 'い', 'し', 'ゃ'];
const FOUNDER: i32 = 2_000;
/// How many partial paths a search for the N best takes up before it is content with what it has.
const MAX_STEPS: usize = 3_000;

/// What stands before and after the reading, and where a segment must end.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// Class of the word before.
    pub before: u16,
    /// Class of the word after.
    pub after: u16,
    /// Positions (in characters) that no word may span, ascending.
    pub cuts: Vec<usize>,
    /// It is one segment, all of whose candidates are wanted: what goes together is in several.
    pub alone: bool,
    /// Of an address, the towns that may stand behind 大字 or a crossing.
    pub towns: Option<Parent>,
}

impl Default for Context {
    fn default() -> Self {
        Self {
            before: EDGE,
            after: EDGE,
            cuts: Vec::new(),
            alone: false,
            towns: None,
        }
    }
}

/// Where a node's text comes from.
#[derive(Clone, Debug)]
enum Text {
    Word(Word),
    Literal(String),
    /// Words that go together, as nodes.
    Phrase(Vec<usize>),
}

#[derive(Clone, Debug)]
struct Node {
    start: usize,
    end: usize,
    left: u16,
    right: u16,
    cost: i32,
    text: Text,
    /// Cost of the best path from the beginning up to and with this node.
    best: i32,
    previous: usize,
}

/// A word of a conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// In characters of the reading.
    pub start: usize,
    pub end: usize,
    pub left: u16,
    pub right: u16,
    pub text: String,
}

/// A conversion of the whole reading.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub pieces: Vec<Piece>,
}

impl Path {
    pub fn text(&self) -> String {
        self.pieces.iter().map(|p| p.text.as_str()).collect()
    }
}

/// All words over a reading, with the best way to each.
pub(crate) struct Lattice<'a> {
    dictionary: &'a Dictionary,
    reading: &'a [char],
    field: Field,
    context: Context,
    nodes: Vec<Node>,
    /// Nodes by the position they end at.
    ends: Vec<Vec<usize>>,
}

impl<'a> Lattice<'a> {
    /// `reading` is normalised.
    pub fn new(
        dictionary: &'a Dictionary,
        reading: &'a [char],
        field: Field,
        words: &UserWords,
        context: Context,
    ) -> Self {
        let beginning = Node {
            start: 0,
            end: 0,
            left: context.before,
            right: context.before,
            cost: 0,
            text: Text::Literal(String::new()),
            best: 0,
            previous: 0,
        };
        let mut lattice = Self {
            dictionary,
            reading,
            field,
            nodes: vec![beginning],
            ends: vec![Vec::new(); reading.len() + 1],
            context,
        };
        lattice.ends[0].push(0);
        for at in 0..reading.len() {
            if !lattice.ends[at].is_empty() {
                let first = lattice.nodes.len();
                lattice.add_words(at, field);
                lattice.add_user_words(at, words);
                lattice.add_unknown(at);
                lattice.add_full_years(at);
                if field == Field::Address {
                    lattice.add_address_words(at);
                    lattice.add_address_units(at);
                    lattice.add_spelled_numbers(at);
                    lattice.add_towns(at);
                }
                lattice.connect(at, first);
                lattice.add_collocations(at, first);
            }
        }
        lattice
    }

    /// Where a word that begins at `at` must end at the latest.
    fn limit(&self, at: usize) -> usize {
        let cut = self.context.cuts.iter().find(|cut| **cut > at);
        cut.copied().unwrap_or(self.reading.len())
    }

    fn push(&mut self, span: (usize, usize), classes: (u16, u16), cost: i32, text: Text) {
        self.nodes.push(Node {
            start: span.0,
            end: span.1,
            left: classes.0,
            right: classes.1,
            cost,
            text,
            best: i32::MAX,
            previous: 0,
        });
    }

    fn add_words(&mut self, at: usize, field: Field) {
        let dictionary = self.dictionary;
        let part = &self.reading[at..self.limit(at)];
        // In an address it divides numbers, and none of the many other dashes is meant.
        if field == Field::Address && part.starts_with(&['-']) {
            return;
        }
        let first = at == 0 && field == Field::General && self.context.before == EDGE;
        let behind_company = field == Field::General && self.reading[..at].ends_with(&COMPANY);
        dictionary.words_at(part, |length, word| {
            let street = field == Field::Address && part[..length].ends_with(&STREET);
            let cost = i32::from(word.cost)
                + field.bias(dictionary, word)
                + if street { STREET_WITH_RI } else { 0 }
                + if first {
                    dictionary.penalty_first(word.left)
                } else {
                    0
                }
                - match dictionary.kind(word.left) {
                    Kind::Family if behind_company => FOUNDER,
                    _ => 0,
                };
            self.push(
                (at, at + length),
                (word.left, word.right),
                cost,
                Text::Word(word),
            );
        });
    }

    fn add_user_words(&mut self, at: usize, words: &UserWords) {
        let part = &self.reading[at..self.limit(at)];
        for word in words.at(part) {
            let class = self.dictionary.class_of(word.kind.class()).unwrap_or(EDGE);
            let length = word.reading.chars().count();
            let cost = USER_WORD[length.clamp(1, USER_WORD.len()) - 1];
            let text = Text::Literal(word.text.clone());
            self.push((at, at + length), (class, class), cost, text);
        }
    }

    /// 上る, ハイツ: what the dictionary lacks, or has for running text.
    fn add_address_words(&mut self, at: usize) {
        let class = self.dictionary.class_of(Kind::Noun).unwrap_or(EDGE);
        let part = &self.reading[at..self.limit(at)];
        let costs = (ADDRESS_WORD..).step_by(NEXT_ADDRESS_WORD as usize);
        let words: Vec<_> = address::words_at(part).zip(costs).collect();
        for ((length, text), cost) in words {
            let text = Text::Literal(text.to_owned());
            self.push((at, at + length), (class, class), cost, text);
        }
    }

    /// Behind digits the dictionary's counters compete with words that never follow a house number.
    fn add_address_units(&mut self, at: usize) {
        let after_digit = match at.checked_sub(1) {
            Some(before) => self.reading[before].is_ascii_digit(),
            None => self.dictionary.class_of(Kind::Digits) == Some(self.context.before),
        };
        if !after_digit {
            return;
        }
        let class = self.dictionary.class_of(Kind::Counter).unwrap_or(EDGE);
        let part = &self.reading[at..self.limit(at)];
        for (reading, text) in ADDRESS_UNITS {
            let length = reading.chars().count();
            if part.len() >= length && reading.chars().eq(part[..length].iter().copied()) {
                let text = Text::Literal((*text).to_owned());
                self.push((at, at + length), (class, class), ADDRESS_UNIT, text);
            }
        }
    }

    /// にちょうめさんばんよんごう: the list of places leaves them out, and words have other readings for it.
    fn add_spelled_numbers(&mut self, at: usize) {
        let class = self.dictionary.class_of(Kind::Counter).unwrap_or(EDGE);
        let part = &self.reading[at..self.limit(at)];
        for (length, texts) in spelled::numbers(part) {
            for (cost, text) in (SPELLED..).step_by(100).zip(texts) {
                self.push((at, at + length), (class, class), cost, Text::Literal(text));
            }
        }
    }

    /// 大字長倉, 二条下る秋野々町: towns of the city that do not follow it at once; 字; 青葉荘.
    fn add_towns(&mut self, at: usize) {
        let dictionary = self.dictionary;
        let class = dictionary.class_of(Kind::Place).unwrap_or(EDGE);
        let part = &self.reading[at..self.limit(at)];
        let before: String = self.reading[..at].iter().collect();
        if let Some(towns) = self.context.towns
            && BEFORE_TOWN.iter().any(|word| before.ends_with(word))
        {
            dictionary.places_at(towns, part, |length, town| {
                let text = Text::Literal(town.text);
                self.push((at, at + length), (class, class), TOWN, text);
            });
        }
        if at == 0 && part.starts_with(&['あ', 'ざ']) {
            let text = Text::Literal("字".to_owned());
            self.push((at, at + 2), (class, class), SECTION, text);
        }
        for (reading, text) in STEMS {
            let number = part.get(2).is_some_and(char::is_ascii_digit);
            if at == 0 && number && reading.chars().eq(part[..2].iter().copied()) {
                let text = Text::Literal(text.to_owned());
                self.push((at, at + 2), (class, class), SECTION, text);
            }
        }
        let noun = dictionary.class_of(Kind::Noun).unwrap_or(EDGE);
        for (reading, text) in HOUSES {
            let length = reading.chars().count();
            let ends = |next: Option<&char>| next.is_none_or(|c| *c == ' ' || c.is_ascii_digit());
            let fits = at > 0 && part.len() >= length && ends(part.get(length));
            if fits && reading.chars().eq(part[..length].iter().copied()) {
                let text = Text::Literal(text.to_owned());
                self.push((at, at + length), (noun, noun), HOUSE, text);
            }
        }
    }

    /// 満65歳: 万 stands behind digits, never before them.
    fn add_full_years(&mut self, at: usize) {
        let part = &self.reading[at..self.limit(at)];
        let before = at.checked_sub(1).map(|before| self.reading[before]);
        let counts =
            part.starts_with(&['ま', 'ん']) && part.get(2).is_some_and(char::is_ascii_digit);
        if counts && !before.is_some_and(|c| c.is_ascii_digit()) {
            let class = self.dictionary.class_of(Kind::Noun).unwrap_or(EDGE);
            let text = Text::Literal("満".to_owned());
            self.push((at, at + 2), (class, class), FULL_YEARS, text);
        }
    }

    /// What is in no dictionary: digits and letters in runs, anything else a character at a time.
    fn add_unknown(&mut self, at: usize) {
        let reading = self.reading;
        let part = &reading[at..self.limit(at)];
        let run = |wanted: fn(&char) -> bool| part.iter().take_while(|c| wanted(c)).count();
        let (length, kind, cost) = match part[0] {
            '0'..='9' => (run(char::is_ascii_digit), Kind::Digits, DIGITS),
            'a'..='z' | 'A'..='Z' => (run(char::is_ascii_alphanumeric), Kind::Noun, LETTERS),
            '-' => (1, Kind::Digits, DIGITS),
            ' ' => (1, Kind::Symbol, 0),
            _ => (1, Kind::Noun, UNKNOWN),
        };
        let class = self.dictionary.class_of(kind).unwrap_or(EDGE);
        let mut push = |length: usize, cost: i32| {
            let text = Text::Literal(part[..length].iter().collect());
            self.push((at, at + length), (class, class), cost, text);
        };
        push(length, cost);
        // A10階: what counts follows the number, not the letter before it.
        let letters = part.iter().take_while(|c| c.is_ascii_alphabetic()).count();
        if (1..length).contains(&letters) {
            push(letters, LETTERS - DIGITS);
        }
    }

    /// Finds the best way to each node from `first` on, all of which begin at `at`.
    fn connect(&mut self, at: usize, first: usize) {
        // Nodes with the same class on the right differ in nothing that follows: the best is enough.
        let mut lasts: Vec<(u16, i32, usize)> = self.ends[at]
            .iter()
            .map(|n| (self.nodes[*n].right, self.nodes[*n].best, *n))
            .collect();
        lasts.sort_unstable();
        lasts.dedup_by_key(|(right, _, _)| *right);
        let mut known: Vec<(u16, i32, usize)> = Vec::new();
        for index in first..self.nodes.len() {
            let left = self.nodes[index].left;
            let (best, previous) = match known.iter().find(|(class, _, _)| *class == left) {
                Some((_, best, previous)) => (*best, *previous),
                None => {
                    let (best, previous) = lasts
                        .iter()
                        .map(|(right, best, node)| {
                            (best + self.dictionary.connection(*right, left), *node)
                        })
                        .min()
                        .unwrap_or((i32::MAX / 2, 0));
                    known.push((left, best, previous));
                    (best, previous)
                }
            };
            let node = &mut self.nodes[index];
            node.best = best + node.cost;
            node.previous = previous;
            let end = node.end;
            self.ends[end].push(index);
        }
    }

    /// 風邪で休む: of words that are read the same, those that go together with what stands before. Each
    /// such phrase is one node, so that it competes with every other way through its reading.
    fn add_collocations(&mut self, at: usize, first: usize) {
        if self.field != Field::General || self.context.alone {
            return;
        }
        for later in first..self.nodes.len() {
            let Text::Word(word) = self.nodes[later].text else {
                continue;
            };
            let earlier = self.dictionary.collocates(word);
            if earlier.is_empty() {
                continue;
            }
            for phrase in self.phrases(at, later, &earlier) {
                self.push_phrase(phrase);
            }
        }
    }

    /// The words before the node `later` that go with it, at once or before particles, each as the nodes
    /// of the phrase.
    fn phrases(&self, at: usize, later: usize, earlier: &Collocates<'_>) -> Vec<Vec<usize>> {
        let fits =
            |node: usize| matches!(self.nodes[node].text, Text::Word(w) if earlier.contains(w));
        let is_particle =
            |node: usize| self.dictionary.kind(self.nodes[node].left) == Kind::Particle;
        let mut found = Vec::new();
        for before in self.ends[at].iter().copied() {
            if fits(before) {
                found.push(vec![before, later]);
            }
            if !is_particle(before) {
                continue;
            }
            for content in self.ends[self.nodes[before].start].iter().copied() {
                if fits(content) {
                    found.push(vec![content, before, later]);
                }
                // 再発の防止には努める: に, は.
                if is_particle(content) {
                    let contents = self.ends[self.nodes[content].start].iter().copied();
                    let contents = contents.filter(|node| fits(*node));
                    found.extend(contents.map(|node| vec![node, content, before, later]));
                }
            }
        }
        found
    }

    fn push_phrase(&mut self, phrase: Vec<usize>) {
        let (Some(first), Some(last)) = (phrase.first(), phrase.last()) else {
            return;
        };
        let (first, last) = (self.nodes[*first].clone(), self.nodes[*last].clone());
        let mut behind = -COLLOCATION;
        for pair in phrase.windows(2) {
            let (left, right) = (&self.nodes[pair[0]], &self.nodes[pair[1]]);
            behind += self.dictionary.connection(left.right, right.left) + right.cost;
        }
        self.nodes.push(Node {
            start: first.start,
            end: last.end,
            left: first.left,
            right: last.right,
            cost: first.cost + behind,
            text: Text::Phrase(phrase),
            best: first.best + behind,
            previous: first.previous,
        });
        self.ends[last.end].push(self.nodes.len() - 1);
    }

    fn last_cost(&self, node: usize) -> i32 {
        self.dictionary
            .connection(self.nodes[node].right, self.context.after)
    }

    /// The best path; none only for an empty reading.
    pub fn best(&self) -> Option<Path> {
        let ends = self.ends.last()?;
        let last = ends
            .iter()
            .copied()
            .min_by_key(|n| self.nodes[*n].best + self.last_cost(*n))?;
        let mut nodes = Vec::new();
        let mut node = last;
        while node != 0 {
            nodes.push(node);
            node = self.nodes[node].previous;
        }
        let pieces: Vec<Piece> = nodes.iter().rev().flat_map(|n| self.pieces(*n)).collect();
        (!pieces.is_empty()).then_some(Path { pieces })
    }

    /// The words of a node.
    fn pieces(&self, node: usize) -> Vec<Piece> {
        let node = &self.nodes[node];
        let text = match &node.text {
            Text::Word(word) => self
                .dictionary
                .text(*word, &self.reading[node.start..node.end]),
            Text::Literal(text) => text.clone(),
            Text::Phrase(nodes) => return nodes.iter().flat_map(|n| self.pieces(*n)).collect(),
        };
        vec![Piece {
            start: node.start,
            end: node.end,
            left: node.left,
            right: node.right,
            text,
        }]
    }

    /// Up to `want` paths of different texts, the cheapest first.
    pub fn n_best(&self, want: usize) -> Vec<Path> {
        let mut found: Vec<Path> = Vec::new();
        if self.reading.is_empty() {
            return found;
        }
        // A partial path reaches from a node to the end: the node and the rest of the path.
        let mut partial: Vec<(usize, usize)> = Vec::new();
        let mut open = BinaryHeap::new();
        for node in self.ends.last().into_iter().flatten() {
            let behind = self.last_cost(*node);
            partial.push((*node, usize::MAX));
            open.push(Reverse((
                self.nodes[*node].best + behind,
                behind,
                partial.len() - 1,
            )));
        }
        let mut texts = HashSet::new();
        for _ in 0..MAX_STEPS {
            let Some(Reverse((_, behind, at))) = open.pop() else {
                break;
            };
            let node = &self.nodes[partial[at].0];
            if partial[at].0 == 0 {
                let path = self.path(at, &partial);
                if texts.insert(path.text()) {
                    found.push(path);
                }
                if found.len() >= want {
                    break;
                }
                continue;
            }
            for previous in &self.ends[node.start] {
                let before = &self.nodes[*previous];
                let behind =
                    behind + node.cost + self.dictionary.connection(before.right, node.left);
                partial.push((*previous, at));
                open.push(Reverse((before.best + behind, behind, partial.len() - 1)));
            }
        }
        found
    }

    fn path(&self, at: usize, partial: &[(usize, usize)]) -> Path {
        let mut pieces = Vec::new();
        let mut next = partial[at].1;
        while next != usize::MAX {
            pieces.extend(self.pieces(partial[next].0));
            next = partial[next].1;
        }
        Path { pieces }
    }
}
