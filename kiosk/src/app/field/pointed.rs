//! Where the pointer is in a field's text, and what it selects there.

use super::{Kind, TextField, joins};
use crate::app::address;
use std::ops::Range;

/// A place between two characters of a field's text as it is drawn, with what is composed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    pub at: Place,
    /// The pointer is left of the place, on the character before it.
    pub left: bool,
}

/// Counted in characters from the end that stays where it is while something is committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Start(usize),
    End(usize),
}

/// What the pointer takes hold of: by one click, two and three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Character,
    Word,
    All,
}

/// Characters of one run are a word: without a space between words, their script tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Script {
    Space,
    Hiragana,
    Katakana,
    Kanji,
    /// Letters and digits, wide or not.
    Letters,
    Sign,
}

impl TextField {
    /// The pointer is pressed: the caret goes there, or what is there is selected. `extend` keeps
    /// the other end of the selection. Gives back what [`TextField::drag`] starts from.
    pub fn press(&mut self, spot: Spot, unit: Unit, extend: bool) -> Range<usize> {
        if extend {
            let anchor = self.anchor.unwrap_or(self.caret);
            self.anchor = Some(anchor);
            self.caret = self.byte_at(spot.at);
            return anchor..anchor;
        }
        let held = self.held(spot, unit);
        self.anchor = (!held.is_empty()).then_some(held.start);
        self.caret = held.end;
        held
    }

    /// The pressed pointer moved: everything from what it took hold of (`from`) to here is selected.
    pub fn drag(&mut self, spot: Spot, unit: Unit, from: &Range<usize>) {
        let here = self.held(spot, unit);
        // The text may have changed under the pointer.
        let known = |at: usize| self.text.is_char_boundary(at);
        if !known(from.start) || !known(from.end) {
            return;
        }
        (self.anchor, self.caret) = match here.start < from.start {
            true => (Some(from.end), here.start),
            false => (Some(from.start), here.end.max(from.end)),
        };
    }

    /// What a double click selects: a word, or all where there is only one value.
    pub fn second_click(&self) -> Unit {
        match self.kind {
            Kind::Text | Kind::Katakana | Kind::HalfKatakana | Kind::Reading | Kind::Trial => {
                Unit::Word
            }
            // Where a word of a passphrase ends is nobody's business.
            Kind::Ascii
            | Kind::Number
            | Kind::Corporate
            | Kind::Postal
            | Kind::Date
            | Kind::Time
            | Kind::Passphrase
            | Kind::Word => Unit::All,
        }
    }

    fn held(&self, spot: Spot, unit: Unit) -> Range<usize> {
        let at = self.byte_at(spot.at);
        match unit {
            Unit::Character => at..at,
            Unit::Word => self.word_at(at, spot.left),
            Unit::All => 0..self.text.len(),
        }
    }

    /// The byte of the text that a place of the drawn text stands for.
    fn byte_at(&self, at: Place) -> usize {
        let drawn = match self.kind {
            Kind::Number => super::group(&self.text),
            Kind::Postal => address::shown(&self.text),
            _ => return self.boundary(at.of(self.text.chars().count())),
        };
        let seen = drawn.chars().take(at.of(drawn.chars().count()));
        self.boundary(seen.filter(char::is_ascii_digit).count())
    }

    /// Where so many characters end; never inside of what is one character to the eye.
    fn boundary(&self, characters: usize) -> usize {
        let mut ends = self.text.char_indices().skip(characters);
        ends.find(|(_, c)| !joins(*c))
            .map_or(self.text.len(), |(at, _)| at)
    }

    fn word_at(&self, at: usize, left: bool) -> Range<usize> {
        let inside = match left {
            true => self.before(at),
            false => at.min(self.before(self.text.len())),
        };
        let runs = runs(&self.text);
        runs.into_iter()
            .find(|run| run.contains(&inside))
            .unwrap_or(at..at)
    }
}

impl Place {
    fn of(self, count: usize) -> usize {
        match self {
            Place::Start(at) => at.min(count),
            Place::End(at) => count.saturating_sub(at),
        }
    }
}

/// The words of a text, one behind the other.
fn runs(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<(Script, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match runs.last_mut() {
            Some((script, run)) if joins(c) || script_of(c, Some(*script)) == *script => {
                run.end = end;
            }
            _ => runs.push((script_of(c, None), at..end)),
        }
    }
    runs.into_iter().map(|(_, run)| run).collect()
}

/// `before` is the script of what stands before it, which some characters follow.
fn script_of(c: char, before: Option<Script>) -> Script {
    match (c, before) {
        ('ー' | '゛' | '゜', Some(kana @ (Script::Hiragana | Script::Katakana))) => kana,
        // 霞ヶ関
        ('ヶ' | 'ヵ', Some(Script::Kanji)) => Script::Kanji,
        ('\u{3041}'..='\u{309f}', _) => Script::Hiragana,
        // With the small ones of Ainu and the half-width ones.
        ('\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}', _) => {
            Script::Katakana
        }
        ('々' | '〆' | '〇' | '〻', _) => Script::Kanji,
        // Unified ideographs with extension A, compatibility ideographs, the planes 2 and 3.
        ('\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}', _)
        | ('\u{20000}'..='\u{3ffff}', _) => Script::Kanji,
        (c, _) if c.is_whitespace() => Script::Space,
        (c, _) if c.is_alphanumeric() => Script::Letters,
        _ => Script::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        runs(text).into_iter().map(|run| &text[run]).collect()
    }

    fn at(n: usize) -> Spot {
        Spot {
            at: Place::Start(n),
            left: false,
        }
    }

    #[test]
    fn words_end_where_the_script_changes() {
        assert_eq!(words("山田　太郎"), ["山田", "　", "太郎"]);
        assert_eq!(
            words("霞ヶ関１－２ Bldg.3Fらーめんビル"),
            [
                "霞ヶ関",
                "１",
                "－",
                "２",
                " ",
                "Bldg",
                ".",
                "3F",
                "らーめん",
                "ビル"
            ]
        );
        assert_eq!(words("佐々木ﾔﾏﾀﾞ"), ["佐々木", "ﾔﾏﾀﾞ"]);
        assert_eq!(
            words("祐\u{e0100}太か\u{309a}"),
            ["祐\u{e0100}太", "か\u{309a}"]
        );
        assert_eq!(words(""), [""; 0]);
    }

    #[test]
    fn a_word_is_that_of_the_character_under_the_pointer() {
        let mut field = TextField::with(Kind::Text, "山田　太郎");
        let selected = |field: &mut TextField, n, left| {
            field.press(Spot { left, ..at(n) }, Unit::Word, false);
            field.selected().unwrap_or_default().to_owned()
        };
        assert_eq!(selected(&mut field, 2, true), "山田");
        assert_eq!(selected(&mut field, 2, false), "　");
        assert_eq!(selected(&mut field, 5, false), "太郎", "behind the end");
        assert_eq!(selected(&mut TextField::new(Kind::Text), 0, false), "");
    }

    #[test]
    fn a_drag_takes_whole_words_and_never_lets_go_of_the_first() {
        let mut field = TextField::with(Kind::Text, "東京都　港区　芝");
        let from = field.press(at(5), Unit::Word, false);
        assert_eq!(field.selected(), Some("港区"));
        field.drag(at(1), Unit::Word, &from);
        assert_eq!(field.selected(), Some("東京都　港区"));
        assert!(field.drawn(false, true).caret_first);
        field.drag(at(7), Unit::Word, &from);
        assert_eq!(field.selected(), Some("港区　芝"));
    }

    #[test]
    fn signs_between_digits_are_no_places_of_their_own() {
        let mut number = TextField::with(Kind::Number, "123456789018");
        number.press(at(4), Unit::Character, false);
        assert_eq!(number.split().0, "1234");
        number.press(at(5), Unit::Character, false);
        assert_eq!(number.split().0, "1234");
        let end = Spot {
            at: Place::End(4),
            left: false,
        };
        number.press(end, Unit::Character, true);
        assert_eq!(number.selected(), Some("5678"));
        let mut postal = TextField::with(Kind::Postal, "1000013");
        postal.press(at(6), Unit::Character, false);
        assert_eq!(postal.split(), ("10000", "13"));
    }

    #[test]
    fn the_caret_never_stands_inside_of_one_character() {
        let mut field = TextField::with(Kind::Text, "祐\u{e0100}太");
        field.press(at(1), Unit::Character, false);
        assert_eq!(field.split().1, "太");
        field.press(at(usize::MAX), Unit::Character, false);
        assert_eq!(field.split().1, "");
    }

    #[test]
    fn a_text_that_changed_under_a_drag_keeps_its_caret() {
        let mut field = TextField::with(Kind::Text, "山田太郎");
        let from = field.press(at(4), Unit::Character, false);
        field.set("ab");
        field.drag(at(0), Unit::Character, &from);
        assert_eq!((field.split().0, field.selected()), ("ab", None));
    }
}
