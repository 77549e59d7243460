//! What one user's choices taught: held while they are logged in, kept by the keeper.
//!
//! Number, date and passphrase fields never compose, so nothing of them gets here; and of what is
//! committed with a long number elsewhere, nothing is learned.

use codes::ErrorCode;
use kkc::{Field, History, Personal, UserWords, holds_long_number};
use protocol::Bytes;
use protocol::clerk::MAX_PIECE;
use protocol::clerk::input::{Part, Reply, Request};
use zeroize::Zeroizing;

/// Choices made before the history was there that are remembered; the oldest give way.
const MOST_EARLY: usize = 500;

/// That `text` was committed for `reading`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub field: Field,
    /// Normalised.
    pub reading: String,
    pub text: String,
}

/// A user's history and words, and whether the keeper has them.
#[derive(Default)]
pub struct Learning {
    personal: Personal,
    /// What the keeper has is here; before that nothing is kept over it.
    loaded: bool,
    history_changed: bool,
    /// Why it was not loaded.
    failed: Option<ErrorCode>,
    /// What the keeper has as the user's words is no dictionary.
    unreadable: bool,
    /// What came of the part that is loaded now.
    arriving: Zeroizing<Vec<u8>>,
    /// Choices made before the history was there.
    early: Vec<Choice>,
}

impl Learning {
    pub fn personal(&self) -> &Personal {
        &self.personal
    }

    /// Whether what the keeper has is here: only then it may be changed.
    pub fn loaded(&self) -> bool {
        self.loaded
    }

    /// What went wrong with the user's words, if something did.
    pub fn trouble(&self) -> Option<ErrorCode> {
        let unreadable = self
            .unreadable
            .then_some(ErrorCode::UserDictionaryUnreadable);
        self.failed.or(unreadable)
    }

    /// The keeper refused to give what it has.
    pub fn failed(&mut self, code: ErrorCode) {
        if !self.loaded {
            self.failed = Some(code);
        }
    }

    /// What is asked to try a loading again that failed.
    pub fn load_again(&mut self) -> Option<Request> {
        self.failed.take()?;
        self.arriving = Zeroizing::default();
        Some(Request::Load {
            part: Part::Words,
            offset: 0,
        })
    }

    /// The user's words are these from now on: the keeper has them.
    pub fn use_words(&mut self, words: UserWords) {
        self.personal.words = words;
        self.unreadable = false;
    }

    /// All choices are forgotten: the keeper has none any more.
    pub fn forget_all(&mut self) {
        self.personal.history.erase();
        self.history_changed = false;
    }

    /// Remembers what one commit chose: its segments and, where it has several, the whole. Of a
    /// commit that could hold an Individual Number not even its parts are remembered: they would be
    /// the number one after the other.
    pub fn learn(&mut self, choices: &[Choice]) {
        let number = |c: &Choice| holds_long_number(&c.reading) || holds_long_number(&c.text);
        if choices.iter().any(number) {
            return;
        }
        for choice in choices {
            self.personal
                .history
                .learn(choice.field, &choice.reading, &choice.text);
        }
        self.history_changed = true;
        if !self.loaded {
            let over = (self.early.len() + choices.len()).saturating_sub(MOST_EARLY);
            self.early.drain(..over.min(self.early.len()));
            self.early.extend_from_slice(choices);
        }
    }

    /// Forgets one choice; says whether there was one.
    pub fn forget(&mut self, reading: &str, text: &str) -> bool {
        let before = self.personal.history.len();
        self.personal.history.forget(reading, text);
        let forgot = self.personal.history.len() < before;
        self.history_changed |= forgot;
        forgot
    }

    /// What is asked first after a login.
    pub fn load(&mut self) -> Request {
        *self = Self::default();
        Request::Load {
            part: Part::Words,
            offset: 0,
        }
    }

    /// Takes a piece; gives back what is asked next.
    pub fn take(&mut self, reply: Reply) -> Option<Request> {
        let Reply::Piece {
            part,
            offset,
            total,
            bytes,
        } = reply;
        if self.loaded || self.arriving.len() != offset as usize {
            return None;
        }
        self.arriving.extend_from_slice(bytes.expose());
        if self.arriving.len() < total as usize && !bytes.expose().is_empty() {
            return Some(Request::Load {
                part,
                offset: u32::try_from(self.arriving.len()).unwrap_or(u32::MAX),
            });
        }
        let whole = std::mem::take(&mut self.arriving);
        match part {
            Part::Words => {
                // Typing goes on without what cannot be read.
                let read = UserWords::from_bytes(&whole);
                self.unreadable = read.is_err() && !whole.is_empty();
                self.personal.words = read.unwrap_or_default();
                Some(Request::Load {
                    part: Part::History,
                    offset: 0,
                })
            }
            Part::History => {
                // Learned again soon enough.
                self.personal.history = History::from_bytes(&whole).unwrap_or_default();
                self.loaded = true;
                let early = std::mem::take(&mut self.early);
                for choice in &early {
                    self.learn(std::slice::from_ref(choice));
                }
                None
            }
        }
    }

    /// What the keeper is to keep since it was last asked.
    pub fn changes(&mut self) -> Vec<Request> {
        let mut requests = Vec::new();
        if !self.loaded {
            return requests;
        }
        if std::mem::take(&mut self.history_changed) {
            requests.extend(pieces(Part::History, self.personal.history.to_bytes()));
        }
        requests
    }

    /// Forgets everything here; what the keeper has is loaded again at the next login.
    pub fn wipe(&mut self) {
        // History and words wipe what they held when they are dropped.
        *self = Self::default();
    }
}

/// What the keeper is asked to have these words; each request is answered by itself.
pub fn keep_words(words: &UserWords) -> Vec<Request> {
    pieces(Part::Words, words.to_bytes())
}

fn pieces(part: Part, whole: Vec<u8>) -> Vec<Request> {
    let whole = Zeroizing::new(whole);
    let total = u32::try_from(whole.len()).unwrap_or(u32::MAX);
    whole
        .chunks(MAX_PIECE)
        .enumerate()
        .map(|(i, bytes)| Request::Keep {
            part,
            offset: u32::try_from(i * MAX_PIECE).unwrap_or(u32::MAX),
            total,
            bytes: Bytes::new(bytes.to_vec()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(reading: &str, text: &str) -> Choice {
        Choice {
            field: Field::Name,
            reading: reading.into(),
            text: text.into(),
        }
    }

    fn loaded_with(history: &History) -> Learning {
        let mut learning = Learning::default();
        learning.load();
        let piece = |part, bytes: Vec<u8>| Reply::Piece {
            part,
            offset: 0,
            total: bytes.len() as u32,
            bytes: Bytes::new(bytes),
        };
        let next = learning.take(piece(Part::Words, Vec::new()));
        assert!(matches!(
            next,
            Some(Request::Load {
                part: Part::History,
                ..
            })
        ));
        learning.learn(&[choice("さとう", "佐藤")]);
        assert_eq!(
            learning.take(piece(Part::History, history.to_bytes())),
            None
        );
        learning
    }

    #[test]
    fn what_was_kept_comes_back_and_what_was_chosen_meanwhile_stays() {
        let mut kept = History::default();
        kept.learn(Field::Name, "さいとう", "齋藤");
        let mut learning = loaded_with(&kept);
        assert_eq!(learning.personal().history.len(), 2);
        let changes = learning.changes();
        assert!(matches!(
            changes.as_slice(),
            [Request::Keep {
                part: Part::History,
                offset: 0,
                ..
            }]
        ));
        assert!(learning.changes().is_empty());
        assert!(learning.forget("さいとう", "齋藤"));
        assert_eq!(learning.changes().len(), 1);
    }

    #[test]
    fn nothing_is_kept_over_what_was_not_loaded() {
        let mut learning = Learning::default();
        learning.load();
        learning.learn(&[choice("さとう", "佐藤")]);
        assert!(learning.changes().is_empty());
        learning.wipe();
        assert!(learning.personal().history.is_empty());
    }

    #[test]
    fn a_damaged_history_is_as_good_as_none() {
        let mut learning = Learning::default();
        learning.load();
        for part in [Part::Words, Part::History] {
            learning.take(Reply::Piece {
                part,
                offset: 0,
                total: 3,
                bytes: Bytes::new(b"???".to_vec()),
            });
        }
        assert_eq!(
            learning.trouble(),
            Some(ErrorCode::UserDictionaryUnreadable)
        );
        learning.learn(&[choice("さとう", "佐藤")]);
        assert_eq!(learning.changes().len(), 1);
        learning.use_words(UserWords::default());
        assert_eq!(learning.trouble(), None);
    }

    #[test]
    fn of_a_commit_with_a_number_not_even_a_segment_is_learned() {
        for groups in [
            ["1234", "5678", "9018"],
            ["１２３４", "．５６７８", "．９０１８"],
            ["一二三四", "五六七八", "九〇一八"],
        ] {
            let mut learning = Learning::default();
            let mut commit: Vec<Choice> = groups.iter().map(|g| choice("ばん", g)).collect();
            commit.insert(0, choice("まいなんばー", "マイナンバー"));
            commit.push(choice("まいなんばーばんばんばん", &groups.concat()));
            learning.learn(&commit);
            assert!(learning.personal().history.is_empty(), "{groups:?}");
        }
    }

    #[test]
    fn what_waits_for_a_history_that_never_comes_is_bounded() {
        let mut learning = Learning::default();
        learning.load();
        for i in 0..MOST_EARLY + 10 {
            learning.learn(&[choice("さとう", &format!("佐藤{i}"))]);
        }
        assert_eq!(learning.early.len(), MOST_EARLY);
        assert_eq!(learning.early[0].text, "佐藤10");
    }

    #[test]
    fn a_loading_that_failed_is_tried_again_and_what_was_chosen_meanwhile_stays() {
        let mut learning = Learning::default();
        assert_eq!(learning.load_again(), None);
        learning.load();
        learning.learn(&[choice("さとう", "佐藤")]);
        learning.failed(ErrorCode::StickIo);
        assert_eq!(learning.trouble(), Some(ErrorCode::StickIo));
        assert!(matches!(
            learning.load_again(),
            Some(Request::Load {
                part: Part::Words,
                offset: 0
            })
        ));
        for part in [Part::Words, Part::History] {
            learning.take(Reply::Piece {
                part,
                offset: 0,
                total: 0,
                bytes: Bytes::new(Vec::new()),
            });
        }
        assert!(learning.loaded() && learning.trouble().is_none());
        assert_eq!(learning.personal().history.len(), 1);
    }
}
