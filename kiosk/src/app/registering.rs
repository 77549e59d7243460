//! Registering a word while typing (単語登録): the form of S-050 stands before the screen that is typed
//! into, which waits as it is, and the new word takes the place of what was typed for it.

use super::screens::WordForm;
use super::{App, Hint, Kind, Message, Screen, Tone};
use crate::ime::Committed;
use codes::ErrorCode;
use kkc::{WordKind, kana};
use protocol::clerk::Reply;
use protocol::system;

/// The screen that waits, and what it missed meanwhile.
pub(super) struct Below {
    screen: Box<dyn Screen>,
    serial: u64,
    missed: Vec<Missed>,
    /// What was composed and stands before the caret until the word takes its place. What is selected
    /// stays selected.
    composed: Option<String>,
}

enum Missed {
    Reply(Box<Reply>),
    News(system::Event),
}

/// What the form begins with.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Seed {
    pub reading: String,
    pub text: String,
    pub kind: Option<WordKind>,
}

impl Seed {
    /// From a text and how it is read. Of a full name the family name is meant.
    fn of(text: &str, reading: &str, hint: Hint) -> Self {
        let first = |s: &str| s.split_whitespace().next().unwrap_or_default().to_owned();
        let reading = kana::normalise(&first(reading));
        let text = first(text);
        Self {
            kind: match hint {
                Hint::Name => Some(WordKind::Family),
                Hint::Address => Some(WordKind::Place),
                Hint::General | Hint::Reading => None,
            },
            // Kana that nothing was chosen for is no word yet.
            text: match kana::normalise(&text) == reading {
                true => String::new(),
                false => text,
            },
            reading,
        }
    }
}

impl Below {
    /// Whether the screen that waits loses something when nobody comes back to it.
    pub(super) fn would_lose(&self) -> bool {
        self.screen.would_lose()
    }
}

impl App {
    /// Opens the form, where words are typed. Never from a number, date or passphrase.
    pub(super) fn register_word(&mut self) {
        let here = self
            .screen
            .input()
            .map(|field| (field.kind(), field.hint()));
        let Some((Kind::Text, hint)) = here else {
            return;
        };
        if self.shared.session.is_none() || self.screen.code() == codes::ScreenCode::WordForm {
            return;
        }
        if !self.composer.learning.loaded() {
            let trouble = self.composer.learning.trouble();
            self.message = Some(Message {
                tone: Tone::Bad,
                code: Some(trouble.unwrap_or(ErrorCode::NotAllowedNow)),
                detail: String::new(),
            });
            return;
        }
        let (seed, composed) = self.word_at_caret(hint);
        self.composer.clear();
        self.message = None;
        let serial = self.new_serial();
        self.below = Some(Below {
            screen: std::mem::replace(&mut self.screen, Box::new(WordForm::while_typing(&seed))),
            serial: std::mem::replace(&mut self.serial, serial),
            missed: Vec::new(),
            composed,
        });
    }

    /// What is composed, which goes into the field; else what is selected.
    fn word_at_caret(&mut self, hint: Hint) -> (Seed, Option<String>) {
        let place = self.place();
        if let Some(committed) = self.composer.finish(place) {
            self.commit(&committed);
            let seed = Seed::of(&committed.text, &committed.reading, hint);
            return (seed, Some(committed.text));
        }
        let selected = self.screen.input().and_then(|field| {
            let selected = field.selected()?.to_owned();
            let reading = field.reading_of(&selected);
            Some((selected, reading))
        });
        let Some((text, reading)) = selected else {
            return (Seed::of("", "", hint), None);
        };
        let reading = reading.or_else(|| self.composer.reading_of(&text));
        (Seed::of(&text, &reading.unwrap_or_default(), hint), None)
    }

    /// Back to the screen that waits. `word` is what was registered.
    pub(super) fn come_back(&mut self, word: Option<&Committed>) {
        let Some(below) = self.below.take() else {
            return;
        };
        self.composer.clear();
        self.message = None;
        self.screen = below.screen;
        self.serial = below.serial;
        if let Some(word) = word
            && self.make_way(below.composed.as_deref())
        {
            self.commit(word);
        }
        for missed in below.missed {
            match missed {
                Missed::Reply(reply) => self.with_screen(|screen, cx| screen.reply(*reply, cx)),
                Missed::News(event) => self.with_screen(|screen, cx| screen.news(&event, cx)),
            }
        }
    }

    /// Takes away what the word was typed as; says whether the word belongs there.
    fn make_way(&mut self, composed: Option<&str>) -> bool {
        let Some(field) = self.screen.input() else {
            return false;
        };
        match composed {
            Some(text) if field.split().0.ends_with(text) => {
                field.take_back(text);
                true
            }
            Some(_) => false,
            None => field.selected().is_some(),
        }
    }

    /// A reply that the screen below waits for, and nobody else.
    pub(super) fn missed_reply(&mut self, asked_by: Option<u64>, reply: Reply) {
        if let Some(below) = &mut self.below
            && asked_by == Some(below.serial)
        {
            below.missed.push(Missed::Reply(Box::new(reply)));
        }
    }

    pub(super) fn missed_news(&mut self, event: system::Event) {
        if let Some(below) = &mut self.below {
            below.missed.push(Missed::News(event));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_begins_with_what_was_typed() {
        let name = Seed::of("髙橋　花子", "たかはし　はなこ", Hint::Name);
        assert_eq!(
            (name.text.as_str(), name.reading.as_str()),
            ("髙橋", "たかはし")
        );
        assert_eq!(name.kind, Some(WordKind::Family));
        let kana = Seed::of("くらもり", "くらもり", Hint::General);
        assert_eq!((kana.text.as_str(), kana.kind), ("", None));
        assert_eq!(Seed::of("", "", Hint::General), Seed::default());
    }
}
