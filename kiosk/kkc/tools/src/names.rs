//! What names cost in a field for names.
//!
//! The dictionary's own costs are those of words in running text, where a given name hardly ever
//! stands alone. But it also has some 36,000 full names as single words, and JMnedict has 50,000. Divided
//! into family and given name they tell how often people are called so: a name that occurs n times
//! among them becomes cheaper by a multiple of ln(1 + n), and a given name also by how usual its
//! characters are there. Names that JMnedict alone has and no full name bears come behind these, in
//! the order of how well their characters go with the reading.

use crate::characters::{self, Name, Table};
use crate::jmnedict;
use crate::own_names::OwnName;
use kkc::build::{SourceCharacter, SourceName, SourceWord};
use kkc::{Kind, NAME_OFFSET, Part, kana};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What ln(1 + n) is multiplied with.
const COUNT: f64 = 500.0;
/// What the mean logarithm of the characters' shares is multiplied with.
const CHARACTERS: f64 = 200.0;
/// Share of a character that neither raises nor lowers the cost.
const USUAL_SHARE: f64 = 1.0 / 3_000.0;
/// How much of what a given name's characters cost with this reading counts where it is listed, …
const COMPOSED: f64 = 0.25;
/// … beyond what usual names' cost, and what is taken for it where no other name has them read so.
const USUAL_COMPOSED: f64 = 7_000.0;
const NOT_COMPOSED: f64 = 9_000.0;
/// Cost of a name that is known from full names alone.
const FROM_FULL_NAMES: u16 = 7_600;
/// Cost of a given name that a full name may have though no list has it, and of a name that JMnedict
/// alone has, where a full name is divided.
const UNLISTED: u16 = 9_000;
/// Cost of a given name that our own list has, and how much dearer the next of its reading is.
const OWN_GIVEN: u16 = 5_000;
const NEXT_OWN_GIVEN: u16 = 150;
/// As how many full names it counts too, and how many fewer the next: who is called so is too young to be
/// known.
const BEARERS_NOW: f64 = 5.0;
const FEWER_BEARERS: f64 = 1.5;
/// … of a family name, where the dictionary does not have it.
const OWN_FAMILY: u16 = 6_500;
const NEXT_OWN_FAMILY: u16 = 200;
/// How much more is learned of characters from a given name that our own list has: the dictionary's
/// are of all generations, and many more.
const OWN_WEIGHT: f64 = 40.0;
/// … and how much from a name that JMnedict alone has.
const RARE_WEIGHT: f64 = 0.1;
/// Cost of a given name that JMnedict alone has and whose characters go with it as usual. One that is
/// put together of the same characters and on no list costs 1,500 more.
const RARE_GIVEN: f64 = 7_000.0;
/// What is taken for its characters where no other name has them read so.
const RARE_NOT_COMPOSED: f64 = 12_000.0;
/// … of a family name: behind all given names that are likely, as a name alone may be either.
const RARE_FAMILY: f64 = 10_500.0;
/// How much of what a rare family name's characters cost counts, and how much cheaper one is that is a
/// place too, as many are.
const RARE_FAMILY_COMPOSED: f64 = 0.3;
const ALSO_A_PLACE: f64 = 300.0;
/// A family name in kana: rare but for foreigners.
const KANA_FAMILY: f64 = 4_000.0;
const HIRAGANA_GIVEN: f64 = 1_800.0;
const KATAKANA_GIVEN: f64 = 2_500.0;

/// Reading → text → cost.
type Listed<'a> = HashMap<&'a str, BTreeMap<&'a str, u16>>;
/// (reading, text) → how often.
type Counts<'a> = BTreeMap<(&'a str, &'a str), u32>;

/// What fields for names know.
pub struct Names {
    pub names: Vec<SourceName>,
    pub characters: Vec<SourceCharacter>,
}

/// What is known of one part of names.
struct Known<'a> {
    /// Names of the dictionary, of our own list and of full names.
    usual: Listed<'a>,
    /// Names that JMnedict alone has.
    rare: Listed<'a>,
    counts: Counts<'a>,
}

/// Family and given names with their costs, and what the given names' characters are read like, from
/// the dictionary's words, our own list and JMnedict.
pub fn names(
    words: &[SourceWord],
    kinds: &[Kind],
    own: &[OwnName],
    jmnedict: &jmnedict::Names,
) -> Names {
    let of = |left, right| {
        words.iter().filter(move |word| {
            kinds[usize::from(word.left)] == left && kinds[usize::from(word.right)] == right
        })
    };
    let mut family = listed(of(Kind::Family, Kind::Family));
    let mut given = listed(of(Kind::Given, Kind::Given));
    add_own(&mut family, &mut given, own);
    let mut family = Known::new(family, &jmnedict.family);
    let mut given = Known::new(given, &jmnedict.given);
    let full = of(Kind::Family, Kind::Given).map(|w| (w.reading.as_str(), w.text.as_str()));
    let of_jmnedict = jmnedict.full.iter().map(|(r, t)| (r.as_str(), t.as_str()));
    count(full.chain(of_jmnedict).collect(), &mut family, &mut given);

    let characters = characters::learn(&given.examples(own));
    let of_families = characters::learn(&family.examples(&[]));
    let mut names = usual_families(&family);
    names.extend(usual_givens(&given, &Table::new(&characters), own));
    names.extend(rare_families(&family, &Table::new(&of_families), jmnedict));
    names.extend(rare_givens(&given, &Table::new(&characters)));
    names.sort();
    Names { names, characters }
}

fn add_own(family: &mut Listed<'_>, given: &mut Listed<'_>, own: &[OwnName]) {
    for name in own {
        match name.part {
            Part::Family => {
                let texts = family.entry(name.reading).or_default();
                let cost = OWN_FAMILY + NEXT_OWN_FAMILY * name.rank;
                texts.entry(name.text).or_insert(cost);
            }
            Part::Given => {
                let texts = given.entry(name.reading).or_default();
                let cost = texts.entry(name.text).or_insert(u16::MAX);
                *cost = (*cost).min(OWN_GIVEN + NEXT_OWN_GIVEN * name.rank);
            }
        }
    }
}

/// Divides the full names and counts what they are made of. Names that they bear become usual ones.
fn count<'a>(full: BTreeSet<(&'a str, &'a str)>, family: &mut Known<'a>, given: &mut Known<'a>) {
    let (families, givens) = (family.all(), given.all());
    for full in full {
        if let Some(names) = divide(full, &families, &givens) {
            *family.counts.entry(names[0]).or_default() += 1;
            *given.counts.entry(names[1]).or_default() += 1;
        }
    }
    family.take_over_counted();
    given.take_over_counted();
}

impl<'a> Known<'a> {
    fn new(usual: Listed<'a>, jmnedict: &'a BTreeSet<jmnedict::Pair>) -> Self {
        let mut rare = Listed::new();
        for (reading, text) in jmnedict {
            let texts = usual.get(reading.as_str());
            if !texts.is_some_and(|texts| texts.contains_key(text.as_str())) {
                let texts: &mut BTreeMap<_, _> = rare.entry(reading.as_str()).or_default();
                texts.insert(text.as_str(), UNLISTED);
            }
        }
        Self {
            usual,
            rare,
            counts: Counts::new(),
        }
    }

    fn all(&self) -> Listed<'a> {
        let mut all = self.usual.clone();
        for (reading, texts) in &self.rare {
            all.entry(reading).or_default().extend(texts);
        }
        all
    }

    fn take_over_counted(&mut self) {
        for (reading, text) in self.counts.keys() {
            if !kana::is_kana(text) {
                let texts = self.usual.entry(reading).or_default();
                texts.entry(text).or_insert(FROM_FULL_NAMES);
            }
            if let Some(texts) = self.rare.get_mut(reading) {
                texts.remove(text);
            }
        }
    }

    /// The names with how much is learned of characters from each.
    fn examples(&self, own: &[OwnName]) -> Vec<Name<'a>> {
        let own: HashSet<(&str, &str)> = own.iter().map(|name| (name.reading, name.text)).collect();
        let usual = each(&self.usual).map(|(reading, text, _)| {
            let key = (reading, text);
            let own = if own.contains(&key) { OWN_WEIGHT } else { 0.0 };
            (key, 1.0 + self.logarithm(key) + own)
        });
        let rare = each(&self.rare).map(|(reading, text, _)| ((reading, text), RARE_WEIGHT));
        let mut examples: Vec<Name<'a>> = usual
            .chain(rare)
            .map(|((reading, text), weight)| Name {
                reading,
                text,
                weight,
            })
            .collect();
        // The sums of floating-point numbers depend on their order.
        examples.sort_by_key(|example| (example.reading, example.text));
        examples
    }

    fn logarithm(&self, key: (&str, &str)) -> f64 {
        f64::from(self.counts.get(&key).copied().unwrap_or(0)).ln_1p()
    }
}

/// Reading, text and cost of each name.
fn each<'b, 'a>(listed: &'b Listed<'a>) -> impl Iterator<Item = (&'a str, &'a str, f64)> + 'b {
    listed.iter().flat_map(|(reading, texts)| {
        texts
            .iter()
            .map(|(text, cost)| (*reading, *text, f64::from(*cost)))
    })
}

fn source(part: Part, reading: &str, text: &str, cost: f64) -> SourceName {
    let cost = cost.round() as i32 + NAME_OFFSET;
    SourceName {
        part,
        reading: reading.to_owned(),
        cost: u16::try_from(cost.max(0)).unwrap_or(u16::MAX),
        text: text.to_owned(),
    }
}

fn usual_families(known: &Known<'_>) -> Vec<SourceName> {
    each(&known.usual)
        .map(|(reading, text, cost)| {
            let counted = COUNT * known.logarithm((reading, text));
            let kana = kana_cost(text, Part::Family);
            source(Part::Family, reading, text, cost - counted + kana)
        })
        .collect()
}

fn usual_givens(known: &Known<'_>, table: &Table<'_>, own: &[OwnName]) -> Vec<SourceName> {
    let born: HashMap<(&str, &str), f64> = own
        .iter()
        .map(|name| {
            let bearers = BEARERS_NOW - FEWER_BEARERS * f64::from(name.rank);
            ((name.reading, name.text), bearers.max(0.0))
        })
        .collect();
    let characters = Characters::of(&known.counts);
    let composed = |reading: &str, text: &str| match kana::is_kana(text) {
        true => 0.0,
        false => {
            let cost = table.cost(reading, text).map_or(NOT_COMPOSED, f64::from);
            COMPOSED * (cost.min(NOT_COMPOSED) - USUAL_COMPOSED)
        }
    };
    each(&known.usual)
        .map(|(reading, text, cost)| {
            let counted = f64::from(known.counts.get(&(reading, text)).copied().unwrap_or(0));
            let counted = counted + born.get(&(reading, text)).copied().unwrap_or(0.0);
            let cheaper = COUNT * counted.ln_1p() + characters.bonus(text);
            let dearer = composed(reading, text) + kana_cost(text, Part::Given);
            source(Part::Given, reading, text, cost - cheaper + dearer)
        })
        .collect()
}

fn rare_families(
    known: &Known<'_>,
    table: &Table<'_>,
    jmnedict: &jmnedict::Names,
) -> Vec<SourceName> {
    each(&known.rare)
        .map(|(reading, text, _)| {
            let cost = table.cost(reading, text).map_or(USUAL_COMPOSED, f64::from);
            let composed = RARE_FAMILY_COMPOSED * (cost - USUAL_COMPOSED);
            let place = jmnedict.is_place(reading, text);
            let cheaper = if place { ALSO_A_PLACE } else { 0.0 };
            source(
                Part::Family,
                reading,
                text,
                RARE_FAMILY + composed - cheaper,
            )
        })
        .collect()
}

fn rare_givens(known: &Known<'_>, table: &Table<'_>) -> Vec<SourceName> {
    each(&known.rare)
        .map(|(reading, text, _)| {
            let cost = table
                .cost(reading, text)
                .map_or(RARE_NOT_COMPOSED, f64::from);
            source(
                Part::Given,
                reading,
                text,
                RARE_GIVEN + cost - USUAL_COMPOSED,
            )
        })
        .collect()
}

fn listed<'a>(words: impl Iterator<Item = &'a SourceWord>) -> Listed<'a> {
    let mut listed = Listed::new();
    for word in words {
        let texts = listed.entry(&word.reading).or_default();
        let cost = texts.entry(&word.text).or_insert(u16::MAX);
        *cost = word.cost.min(*cost);
    }
    listed
}

/// The likeliest way to divide a full name (reading and text): reading and text of both parts.
fn divide<'a>(
    full: (&'a str, &'a str),
    family: &Listed<'_>,
    given: &Listed<'_>,
) -> Option<[(&'a str, &'a str); 2]> {
    let mut best: Option<(u32, [(&str, &str); 2])> = None;
    for (at, _) in full.0.char_indices().skip(1) {
        let (reading, given_reading) = full.0.split_at(at);
        let Some(families) = family.get(reading) else {
            continue;
        };
        for (text, cost) in families {
            let Some(rest) = full.1.strip_prefix(text).filter(|rest| !rest.is_empty()) else {
                continue;
            };
            let known = given.get(given_reading).and_then(|texts| texts.get(rest));
            let cost = u32::from(*cost) + u32::from(known.copied().unwrap_or(UNLISTED));
            if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                let text = &full.1[..text.len()];
                best = Some((cost, [(reading, text), (given_reading, rest)]));
            }
        }
    }
    best.map(|(_, names)| names)
}

/// How often characters occur in given names.
struct Characters {
    counts: BTreeMap<char, u32>,
    all: f64,
}

impl Characters {
    fn of(givens: &Counts<'_>) -> Self {
        let mut counts: BTreeMap<char, u32> = BTreeMap::new();
        for ((_, text), count) in givens {
            for c in text.chars() {
                *counts.entry(c).or_default() += count;
            }
        }
        let all = counts.values().map(|count| f64::from(*count)).sum();
        Self { counts, all }
    }

    /// By how much usual characters make a name cheaper. Kana has a cost of its own.
    fn bonus(&self, text: &str) -> f64 {
        if kana::is_kana(text) {
            return 0.0;
        }
        let logarithm = |c: char| {
            let count = f64::from(self.counts.get(&c).copied().unwrap_or(0)) + 0.5;
            (count / self.all / USUAL_SHARE).ln()
        };
        let sum: f64 = text.chars().map(logarithm).sum();
        CHARACTERS * sum / text.chars().count().max(1) as f64
    }
}

fn kana_cost(text: &str, part: Part) -> f64 {
    match part {
        _ if !kana::is_kana(text) => 0.0,
        Part::Family => KANA_FAMILY,
        Part::Given if kana::hiragana(text) == text => HIRAGANA_GIVEN,
        Part::Given => KATAKANA_GIVEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(reading: &str, text: &str, left: u16, right: u16, cost: u16) -> SourceWord {
        SourceWord {
            reading: reading.into(),
            cost,
            text: text.into(),
            left,
            right,
        }
    }

    #[test]
    fn a_name_of_many_full_names_comes_before_one_of_none() {
        let kinds = [Kind::Other, Kind::Family, Kind::Given];
        let words = [
            word("やまだ", "山田", 1, 1, 3000),
            word("まなみ", "真奈美", 2, 2, 4000),
            word("まなみ", "愛美", 2, 2, 4200),
            word("やまだまなみ", "山田愛美", 1, 2, 7000),
            word("やまだけいと", "山田恵都", 1, 2, 7000),
        ];
        let names = names(&words, &kinds, &[], &jmnedict::Names::default()).names;
        let cost = |text: &str| names.iter().find(|n| n.text == text).map(|n| n.cost);
        assert!(cost("愛美") < cost("真奈美"));
        // Known from a full name alone.
        assert!(cost("恵都") > cost("真奈美"));
        assert_eq!(cost("都"), None);
    }

    #[test]
    fn names_of_jmnedict_come_behind_those_of_the_dictionary_and_full_names_make_them_likelier() {
        let kinds = [Kind::Other, Kind::Family, Kind::Given];
        let words = [
            word("やまだ", "山田", 1, 1, 3000),
            word("まなみ", "真奈美", 2, 2, 4000),
        ];
        let pair = |reading: &str, text: &str| (reading.to_owned(), text.to_owned());
        let jmnedict = jmnedict::Names {
            family: [pair("やまだ", "八間田"), pair("やまだ", "山田")].into(),
            given: [pair("まなみ", "愛海"), pair("まなみ", "真名見")].into(),
            full: [pair("やまだまなみ", "山田愛海")].into(),
            ..jmnedict::Names::default()
        };
        let names = names(&words, &kinds, &[], &jmnedict).names;
        let order = |part| -> Vec<&str> {
            let mut names: Vec<_> = names.iter().filter(|n| n.part == part).collect();
            names.sort_by_key(|n| n.cost);
            names.iter().map(|n| n.text.as_str()).collect()
        };
        assert_eq!(order(Part::Family), ["山田", "八間田"]);
        assert_eq!(order(Part::Given), ["真奈美", "愛海", "真名見"]);
    }
}
