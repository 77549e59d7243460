//! How a clerk converts: a look at what came, a digit where another candidate is meant, the next
//! segment; and where the segments are not what she means, Esc and the same by pieces.

use super::Phrase;
use super::clerk::Clerk;
use kiosk::app::Key;
use serde::Serialize;

const SPACE: Key = Key::Char(' ');
const NAME_SPACE: char = '\u{3000}';
/// No clerk looks further: 27 candidates.
const PAGES: usize = 3;

/// How a text came out of the converter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The worst place of a candidate that had to be chosen; 1 where all were first.
    pub place: usize,
    /// The conversion of the whole was no use: it was typed again by pieces.
    pub retyped: bool,
    /// F7 made it katakana.
    pub by_form_key: bool,
    /// It did not come out at all.
    pub missed: bool,
}

impl Way {
    const FIRST: Self = Self {
        place: 1,
        retyped: false,
        by_form_key: false,
        missed: false,
    };

    /// Nothing had to be converted.
    pub const NOTHING: Self = Self {
        place: 0,
        ..Self::FIRST
    };

    pub fn is_first(self) -> bool {
        self == Self::FIRST
    }

    pub fn is_within_five(self) -> bool {
        self.place <= 5 && !self.retyped && !self.by_form_key && !self.missed
    }

    /// Of two parts, what was worse of each.
    pub fn and(self, other: Self) -> Self {
        Self {
            place: self.place.max(other.place),
            retyped: self.retyped || other.retyped,
            by_form_key: self.by_form_key || other.by_form_key,
            missed: self.missed || other.missed,
        }
    }
}

impl Clerk {
    /// Types and converts a phrase, up to its commit.
    pub fn convert(&mut self, phrase: &Phrase) -> Way {
        if let Some(places) = self.convert_whole(&phrase.typed(), &[phrase.written()]) {
            return places[0];
        }
        if let Some(otherwise) = &phrase.otherwise {
            return Way {
                retyped: true,
                ..self.convert(otherwise)
            };
        }
        self.by_pieces(phrase)
    }

    /// Types family and given name at one go; gives back how each came out.
    pub fn convert_name(&mut self, family: &Phrase, given: &Phrase) -> (Way, Way) {
        if is_katakana(&family.written()) && is_katakana(&given.written()) {
            // No clerk expects a dictionary to know it.
            let family = self.by_form_key(&family.typed(), &family.written());
            self.press(SPACE);
            return (family, self.by_form_key(&given.typed(), &given.written()));
        }
        let typed = family.typed() + &given.typed();
        if let Some(ways) = self.convert_whole(&typed, &[family.written(), given.written()]) {
            return (ways[0], ways[1]);
        }
        let again = |way: Way| Way {
            retyped: true,
            ..way
        };
        let family = again(self.convert(family));
        self.press(SPACE);
        (family, again(self.convert(given)))
    }

    fn by_pieces(&mut self, phrase: &Phrase) -> Way {
        let again = Way {
            retyped: phrase.pieces.len() > 1,
            ..Way::FIRST
        };
        let mut way = again;
        for (typed, written) in &phrase.pieces {
            let whole = match phrase.pieces.len() {
                1 => None,
                _ => self.convert_whole(typed, std::slice::from_ref(written)),
            };
            way = way.and(match whole {
                Some(ways) => ways[0],
                None => self.by_form_key(typed, written),
            });
        }
        way
    }

    /// A word that the dictionary does not have: katakana by F7.
    fn by_form_key(&mut self, typed: &str, written: &str) -> Way {
        self.type_text(typed);
        self.press(Key::F(7));
        let missed = self.composed() != written;
        self.press(Key::Enter);
        Way {
            by_form_key: true,
            missed,
            ..Way::FIRST
        }
    }

    /// Converts and commits, if what came can be made what is meant: the texts, between names with
    /// the space that the kiosk puts there. Otherwise nothing stays.
    fn convert_whole(&mut self, typed: &str, meant: &[String]) -> Option<Vec<Way>> {
        let whole = meant.join("\u{3000}");
        self.type_text(typed);
        if self.composed() == whole {
            // Hiragana that is meant as it stands.
            self.press(Key::Enter);
            return Some(vec![Way::FIRST; meant.len()]);
        }
        self.press(SPACE);
        let ways = self.choose(&whole, meant);
        if ways.is_some() && self.composed() == whole {
            self.press(Key::Enter);
            return ways;
        }
        self.press(Key::Escape);
        self.press(Key::Escape);
        assert_eq!(self.composed(), "", "Esc twice leaves nothing");
        None
    }

    /// Walks the segments and chooses.
    fn choose(&mut self, whole: &str, meant: &[String]) -> Option<Vec<Way>> {
        let mut rest = whole;
        let mut ways = vec![Way::FIRST; meant.len()];
        loop {
            rest = rest.trim_start_matches(NAME_SPACE);
            let before = whole.len() - rest.len();
            let (place, text) = self.candidate(rest)?;
            rest = &rest[text.len()..];
            let mut begin = 0;
            for (way, meant) in ways.iter_mut().zip(meant) {
                let end = begin + meant.len();
                if before < end && begin < whole.len() - rest.len() {
                    way.place = way.place.max(place);
                }
                begin = end + NAME_SPACE.len_utf8();
            }
            if rest.is_empty() {
                return Some(ways);
            }
            // A digit has gone on already.
            if place == 1 {
                if self.is_last_segment() {
                    return None;
                }
                self.press(Key::Right);
            }
        }
    }

    /// Makes the active segment the beginning of `rest`; gives back the candidate's place and text.
    fn candidate(&mut self, rest: &str) -> Option<(usize, String)> {
        let now = self.active_segment();
        if fits(&now, rest) {
            return Some((1, now));
        }
        self.press(SPACE);
        for page in 0..PAGES {
            let list = self.candidates()?;
            let best = list.items.iter().enumerate();
            let best = best.filter(|(_, item)| fits(&item.text, rest));
            if let Some((at, item)) =
                best.max_by_key(|(at, item)| (item.text.len(), usize::MAX - at))
            {
                let digit = char::from_digit(at as u32 + 1, 10).expect("nine a page");
                let text = item.text.replace(' ', "\u{3000}");
                self.press(Key::Char(digit));
                return Some((page * 9 + at + 1, text));
            }
            if list.total <= (page + 1) * 9 {
                return None;
            }
            self.press(Key::PageDown);
        }
        None
    }
}

fn is_katakana(text: &str) -> bool {
    text.chars().all(|c| matches!(c, 'ァ'..='ヺ' | 'ー'))
}

/// Whether what is meant begins with a candidate; a variation selector belongs to the character before it.
fn fits(text: &str, rest: &str) -> bool {
    let text = text.replace(' ', "\u{3000}");
    let behind = rest.strip_prefix(&text);
    !text.is_empty() && behind.is_some_and(|behind| !behind.starts_with('\u{e0100}'))
}
