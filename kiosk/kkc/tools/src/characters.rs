//! How characters are read in names, learned from the names.
//!
//! A name of the dictionary is a reading and a text; which kana belong to which character it does not
//! say. Expectation maximisation finds out: every way to divide the reading among the characters
//! counts as much as its readings are likely for these characters, and the counts make the likelihoods
//! of the next round. 彩香 (さやか), 彩子 (あやこ), 香 (かおり) and 千香 (ちか) tell together that 彩 is さや.

use kkc::build::SourceCharacter;
use kkc::{Position, kana};
use std::collections::{BTreeMap, HashMap};

/// Rounds of the estimation; the likelihoods hardly change after these.
const ROUNDS: usize = 8;
/// Longest reading of a character in kana.
const MAX_PIECE: usize = 5;
/// Longest name learned from, in characters.
const MAX_CHARACTERS: usize = 3;
/// Names that a reading of a character must occur in; fewer are as good as chance.
const SUPPORT: f64 = 1.9;
/// How much of a reading counts at other places of a name than those it was found at.
const ELSEWHERE: f64 = 0.1;
/// Cost of a likelihood, as in all of the dictionary.
const SCALE: f64 = -500.0;

/// A family or given name with its weight: how much is learned from it.
pub struct Name<'a> {
    pub reading: &'a str,
    pub text: &'a str,
    pub weight: f64,
}

/// A name's characters and kana.
struct Example {
    kana: Vec<char>,
    characters: Vec<char>,
    weight: f64,
}

/// Piece of a reading → likelihood, of each character. Pieces are in order: sums of floating-point
/// numbers depend on it.
type Readings = HashMap<char, BTreeMap<String, f64>>;

/// Readings of characters by their place, with their costs.
pub fn learn(names: &[Name<'_>]) -> Vec<SourceCharacter> {
    let examples: Vec<Example> = names.iter().filter_map(example).collect();
    let mut readings = Readings::new();
    for _ in 0..ROUNDS {
        let mut counts = Readings::new();
        for example in &examples {
            each_piece(example, &readings, |_, character, piece, share| {
                let pieces = counts.entry(character).or_default();
                *pieces.entry(piece).or_default() += share * example.weight;
            });
        }
        for pieces in counts.values_mut() {
            let all: f64 = pieces.values().sum();
            pieces.values_mut().for_each(|count| *count /= all);
        }
        readings = counts;
    }
    costs(&examples, &readings)
}

fn example(name: &Name<'_>) -> Option<Example> {
    let characters: Vec<char> = name.text.chars().collect();
    let learnable = |c: &char| is_kanji(*c) || kana::is_kana(&c.to_string());
    let fits = characters.len() <= MAX_CHARACTERS
        && characters.iter().all(learnable)
        && characters.iter().any(|c| is_kanji(*c))
        && kana::is_reading(name.reading);
    fits.then(|| Example {
        kana: name.reading.chars().collect(),
        characters,
        weight: name.weight,
    })
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// Calls `found` with index, character, piece and share of every piece of every way to divide the
/// reading; the shares of a character sum up to one.
fn each_piece(
    example: &Example,
    readings: &Readings,
    mut found: impl FnMut(usize, char, String, f64),
) {
    let ways = divisions(example.kana.len(), example.characters.len());
    let pieces = |ends: &[usize]| -> Vec<String> {
        let starts = std::iter::once(&0).chain(ends);
        let spans = starts
            .zip(ends)
            .map(|(start, end)| &example.kana[*start..*end]);
        spans.map(|kana| kana.iter().collect()).collect()
    };
    let likelihood = |ends: &Vec<usize>| -> f64 {
        let pieces = pieces(ends).into_iter().zip(&example.characters);
        pieces
            .map(|(piece, c)| of_piece(readings, *c, &piece))
            .product()
    };
    let shares: Vec<f64> = ways.iter().map(likelihood).collect();
    let all: f64 = shares.iter().sum();
    if all <= 0.0 {
        return;
    }
    for (ends, share) in ways.iter().zip(shares) {
        for (index, piece) in pieces(ends).into_iter().enumerate() {
            found(index, example.characters[index], piece, share / all);
        }
    }
}

/// Before the first round all readings of a kanji are as likely; kana is read as itself.
fn of_piece(readings: &Readings, character: char, piece: &str) -> f64 {
    if !is_kanji(character) {
        return f64::from(u8::from(kana::hiragana(&character.to_string()) == piece));
    }
    match readings.get(&character) {
        Some(pieces) => pieces.get(piece).copied().unwrap_or(0.0),
        None => 1.0,
    }
}

/// Ends of the pieces of every way to divide `kana` kana among so many characters.
fn divisions(kana: usize, characters: usize) -> Vec<Vec<usize>> {
    let mut ways = vec![Vec::new()];
    for index in 0..characters {
        let rest = characters - index - 1;
        ways = ways
            .into_iter()
            .flat_map(|way: Vec<usize>| {
                let start = way.last().copied().unwrap_or(0);
                let most = kana.saturating_sub(rest).min(start + MAX_PIECE);
                let least = if rest == 0 { kana } else { start + 1 };
                (least.max(start + 1)..=most).map(move |end| {
                    let mut longer = way.clone();
                    longer.push(end);
                    longer
                })
            })
            .collect();
    }
    ways
}

fn costs(examples: &[Example], readings: &Readings) -> Vec<SourceCharacter> {
    const PLACES: [Position; 3] = [Position::First, Position::Middle, Position::Last];
    // Weight by place, and number of names, of each reading of each character.
    let mut counts: BTreeMap<(String, char), ([f64; 3], f64)> = BTreeMap::new();
    for example in examples {
        let last = example.characters.len() - 1;
        each_piece(example, readings, |index, character, piece, share| {
            let (weights, names) = counts.entry((piece, character)).or_default();
            *names += share;
            let place = match index {
                _ if last == 0 => return,
                0 => 0,
                _ if index == last => 2,
                _ => 1,
            };
            weights[place] += share * example.weight;
        });
    }
    counts.retain(|(_, character), (_, names)| is_kanji(*character) && *names >= SUPPORT);
    let mut found = Vec::new();
    for (place, position) in PLACES.into_iter().enumerate() {
        let count = |weights: &[f64; 3]| {
            weights[place] + ELSEWHERE * (weights.iter().sum::<f64>() - weights[place])
        };
        let all: f64 = counts.values().map(|(weights, _)| count(weights)).sum();
        for ((reading, character), (weights, _)) in &counts {
            let share = count(weights) / all;
            if share > 0.0 {
                found.push(SourceCharacter {
                    position,
                    reading: reading.clone(),
                    cost: (SCALE * share.ln()).round().clamp(0.0, f64::from(u16::MAX)) as u16,
                    character: *character,
                });
            }
        }
    }
    found
}

/// Readings of characters by their place, to look up.
pub struct Table<'a> {
    costs: HashMap<(Position, char), HashMap<&'a str, u16>>,
}

/// What a single character costs more that is read so by itself.
const ALONE: u32 = 3_000;
/// What a kana in a name costs, which is read as itself.
const KANA: u32 = 3_000;

impl<'a> Table<'a> {
    pub fn new(learned: &'a [SourceCharacter]) -> Self {
        let mut costs: HashMap<_, HashMap<_, _>> = HashMap::new();
        for c in learned {
            let readings = costs.entry((c.position, c.character)).or_default();
            readings.insert(c.reading.as_str(), c.cost);
        }
        Self { costs }
    }

    /// What the likeliest way costs to read a name's characters like this; none where there is none.
    pub fn cost(&self, reading: &str, text: &str) -> Option<u32> {
        let characters: Vec<char> = text.chars().collect();
        let last = characters.len().checked_sub(1)?;
        let begins = if last == 0 { ALONE } else { 0 };
        // Cost of the best way to read so many bytes for the characters so far.
        let mut ways = BTreeMap::from([(0, begins)]);
        for (index, character) in characters.iter().enumerate() {
            let position = match index {
                0 => Position::First,
                _ if index == last => Position::Last,
                _ => Position::Middle,
            };
            let mut longer: BTreeMap<usize, u32> = BTreeMap::new();
            for (start, before) in &ways {
                self.each_reading(position, *character, &reading[*start..], |length, cost| {
                    let least = longer.entry(start + length).or_insert(u32::MAX);
                    *least = (before + cost).min(*least);
                });
            }
            ways = longer;
        }
        ways.get(&reading.len()).copied()
    }

    /// Calls `found` with the length in bytes and the cost of each reading of `character` that `rest`
    /// begins with.
    fn each_reading(
        &self,
        position: Position,
        character: char,
        rest: &str,
        mut found: impl FnMut(usize, u32),
    ) {
        if !is_kanji(character) {
            let kana = kana::hiragana(character.encode_utf8(&mut [0; 4]));
            if rest.starts_with(&kana) {
                found(kana.len(), KANA);
            }
            return;
        }
        let readings = self.costs.get(&(position, character));
        for (piece, cost) in readings.into_iter().flatten() {
            if rest.starts_with(piece) {
                found(piece.len(), u32::from(*cost));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(reading: &'static str, text: &'static str) -> Name<'static> {
        Name {
            reading,
            text,
            weight: 1.0,
        }
    }

    #[test]
    fn readings_of_characters_are_found_from_whole_names() {
        let names = [
            given("さやか", "彩香"),
            given("さやこ", "彩子"),
            given("さやの", "彩乃"),
            given("ちか", "千香"),
            given("ともか", "友香"),
            given("ちの", "千乃"),
            given("ともこ", "友子"),
        ];
        let learned = learn(&names);
        let cost = |position, reading: &str, character| {
            let found = learned.iter().find(|c| {
                c.position == position && c.reading == reading && c.character == character
            });
            found.map(|c| c.cost)
        };
        assert!(cost(Position::First, "さや", '彩').is_some());
        assert!(cost(Position::Last, "か", '香').is_some());
        assert_eq!(cost(Position::First, "さ", '彩'), None);
        assert!(cost(Position::Last, "か", '香') < cost(Position::First, "か", '香'));
    }

    #[test]
    fn a_name_costs_what_the_likeliest_readings_of_its_characters_cost() {
        let of = |position, reading: &str, character, cost| SourceCharacter {
            position,
            reading: reading.into(),
            cost,
            character,
        };
        let learned = [
            of(Position::First, "さ", '彩', 4_000),
            of(Position::First, "さや", '彩', 2_000),
            of(Position::Last, "やか", '香', 5_000),
            of(Position::Last, "か", '香', 1_000),
        ];
        let table = Table::new(&learned);
        assert_eq!(table.cost("さやか", "彩香"), Some(3_000));
        assert_eq!(table.cost("さや", "彩"), Some(2_000 + ALONE));
        assert_eq!(table.cost("さやか", "彩か"), Some(2_000 + KANA));
        assert_eq!(table.cost("さやこ", "彩香"), None);
        assert_eq!(table.cost("", ""), None);
    }

    #[test]
    fn every_division_gives_each_character_some_kana() {
        assert_eq!(divisions(3, 2), [[1, 3], [2, 3]]);
        assert_eq!(divisions(2, 3), Vec::<Vec<usize>>::new());
        assert_eq!(
            divisions(7, 1),
            Vec::<Vec<usize>>::new(),
            "too long for one"
        );
    }

    #[test]
    fn kana_in_a_name_is_read_as_itself_and_never_learned() {
        let names = [given("さやか", "さや香"), given("ゆうか", "ゆう香")];
        let learned = learn(&names);
        assert!(
            learned
                .iter()
                .all(|c| c.character == '香' && c.reading == "か")
        );
        assert!(!learned.is_empty());
    }
}
