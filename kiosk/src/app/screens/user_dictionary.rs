//! S-040: the words a user entered, and what Japanese input learned from their choices.

use super::{home::Home, word_form::WordForm};
use crate::app::dialog::Dialog;
use crate::app::list::{List, ListColumn};
use crate::app::{Body, Both, Cx, FKeys, Key, Look, Screen, TableView, Target, Tone, both};
use crate::ime::keep_words;
use codes::{Language, ScreenCode};
use kkc::{MAX_WORDS, UserWord, UserWords, WordKind};
use protocol::clerk::Reply;
use protocol::clerk::input::{Part, Request};

/// Words on their way to the keeper: they count once it has all of them.
pub struct Keeping {
    words: UserWords,
    /// Requests not answered yet.
    open: usize,
    refused: Option<Reply>,
}

/// What came of words that the keeper was asked to keep.
pub enum Kept {
    NotYet(Keeping),
    All,
    Refused(Reply),
}

impl Keeping {
    pub fn begin(words: UserWords, cx: &mut Cx) -> Self {
        let requests = keep_words(&words);
        let open = requests.len();
        for request in requests {
            cx.ask_keeper(request);
        }
        Self {
            words,
            open,
            refused: None,
        }
    }

    /// Takes the answer to one of the requests.
    pub fn reply(mut self, reply: Reply, cx: &mut Cx) -> Kept {
        self.open = self.open.saturating_sub(1);
        if reply != Reply::Done && self.refused.is_none() {
            self.refused = Some(reply);
        }
        match (self.open, self.refused.take()) {
            (0, None) => {
                cx.learning.use_words(self.words);
                Kept::All
            }
            (0, Some(reply)) => Kept::Refused(reply),
            (_, refused) => Kept::NotYet(Self { refused, ..self }),
        }
    }
}

#[derive(Default)]
pub struct UserDictionary {
    list: List<UserWord>,
    /// How many choices are learned.
    choices: usize,
    loaded: bool,
    /// The word to select: reading and text.
    wanted: Option<(String, String)>,
    /// The words without the one that is removed.
    keeping: Option<Keeping>,
    forgetting: bool,
}

const COLUMNS: [ListColumn<UserWord>; 3] = [
    ListColumn {
        title: both("よみ", "Reading"),
        share: 0.36,
        cell: |word, _| word.reading.clone(),
        order: |a, b| a.reading.cmp(&b.reading),
    },
    ListColumn {
        title: both("単語", "Word"),
        share: 0.42,
        cell: |word, _| word.text.clone(),
        order: |a, b| a.text.cmp(&b.text),
    },
    ListColumn {
        title: both("種類", "Kind"),
        share: 0.22,
        cell: |word, look| kind_name(word.kind).get(look.language).to_owned(),
        order: |a, b| place(a.kind).cmp(&place(b.kind)),
    },
];

/// What a kind of word is called.
pub const fn kind_name(kind: WordKind) -> Both {
    match kind {
        WordKind::Noun => both("一般", "General"),
        WordKind::Family => both("姓", "Family name"),
        WordKind::Given => both("名", "Given name"),
        WordKind::Place => both("地名", "Place"),
    }
}

fn place(kind: WordKind) -> Option<usize> {
    WordKind::ALL.iter().position(|other| *other == kind)
}

impl UserDictionary {
    /// With this word selected.
    pub fn at(reading: &str, text: &str) -> Self {
        Self {
            wanted: Some((reading.to_owned(), text.to_owned())),
            ..Self::default()
        }
    }

    fn refresh(&mut self, cx: &mut Cx) {
        let visible = cx.shared.visible_rows;
        let personal = cx.learning.personal();
        self.loaded = cx.learning.loaded();
        self.choices = personal.history.len();
        let words = personal.words.iter().cloned().collect();
        self.list.set(words, &COLUMNS, visible);
        if let Some((reading, text)) = self.wanted.take() {
            self.list
                .select(|word| word.reading == reading && word.text == text, visible);
        }
    }

    /// Whether nothing is on its way to the keeper and all there is was loaded.
    fn ready(&self) -> bool {
        self.loaded && self.keeping.is_none() && !self.forgetting
    }

    fn change(&self, cx: &mut Cx) {
        if let Some(word) = self.list.selected() {
            cx.go(WordForm::change(word));
        }
    }

    fn ask_remove(&self, cx: &mut Cx) {
        let Some(word) = self.list.selected() else {
            return;
        };
        let lines = vec![format!("{} → {}", word.reading, word.text)];
        let choices = vec![cx.say("削除する", "Remove"), cx.say("戻る", "Back")];
        cx.open(Dialog::ask(ScreenCode::ConfirmRemoveWord, lines, choices).grave());
    }

    fn ask_forget(&self, cx: &mut Cx) {
        if self.choices == 0 {
            let text = cx.say("学習した変換はまだありません。", "Nothing was learned yet.");
            cx.inform(Tone::Info, text);
            return;
        }
        let lines = vec![
            match cx.shared.settings.language {
                Language::Japanese => format!("学習した変換 {}件をすべて消します。", self.choices),
                Language::English => format!("All {} learned choices are erased.", self.choices),
            },
            cx.say("登録した単語は残ります。", "The words you registered stay."),
        ];
        let choices = vec![cx.say("すべて消す", "Erase all"), cx.say("戻る", "Back")];
        cx.open(Dialog::ask(ScreenCode::ConfirmForget, lines, choices).grave());
    }

    fn remove(&mut self, cx: &mut Cx) {
        let Some(word) = self.list.selected() else {
            return;
        };
        let mut words = cx.learning.personal().words.clone();
        if words.remove(&word.reading, &word.text) {
            self.keeping = Some(Keeping::begin(words, cx));
        }
    }
}

impl Screen for UserDictionary {
    fn code(&self) -> ScreenCode {
        ScreenCode::UserDictionary
    }

    fn enter(&mut self, cx: &mut Cx) {
        match cx.learning.loaded() {
            true => self.learned(cx),
            // What went wrong then is tried again, and told if it is still so.
            false => cx.load_learning(),
        }
    }

    fn learned(&mut self, cx: &mut Cx) {
        self.refresh(cx);
        if let Some(code) = cx.learning.trouble() {
            cx.fail(code, "");
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if self.list.key(key, &COLUMNS, cx.shared.visible_rows) {
            return true;
        }
        match key {
            Key::Escape => cx.go(Home::default()),
            Key::F(2) if self.ready() => cx.go(WordForm::register()),
            Key::F(3) | Key::Enter if self.ready() => self.change(cx),
            Key::F(4) | Key::Delete if self.ready() => self.ask_remove(cx),
            Key::F(5) if self.ready() => self.ask_forget(cx),
            _ => return false,
        }
        true
    }

    fn chosen(&mut self, dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        if choice != Some(0) || !self.ready() {
            return;
        }
        if dialog == ScreenCode::ConfirmRemoveWord {
            self.remove(cx);
        } else {
            self.forgetting = true;
            cx.ask_keeper(Request::Erase {
                part: Part::History,
            });
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        if let Some(keeping) = self.keeping.take() {
            match keeping.reply(reply, cx) {
                Kept::NotYet(keeping) => self.keeping = Some(keeping),
                Kept::All => {
                    self.refresh(cx);
                    let text = cx.say("単語を削除しました。", "The word was removed.");
                    cx.inform(Tone::Good, text);
                }
                Kept::Refused(reply) => cx.refused(&reply),
            }
            return;
        }
        self.forgetting = false;
        if reply != Reply::Done {
            cx.refused(&reply);
            return;
        }
        cx.learning.forget_all();
        self.refresh(cx);
        let text = cx.say(
            "学習した変換をすべて消しました。",
            "Everything that was learned was erased.",
        );
        cx.inform(Tone::Good, text);
    }

    fn pointed(&mut self, target: Target, cx: &mut Cx) {
        let again = self.list.pointed(target, &COLUMNS, cx.shared.visible_rows);
        if again && self.ready() {
            self.change(cx);
        }
    }

    fn scrolled(&mut self, rows: isize, cx: &mut Cx) {
        self.list.scrolled(rows, cx.shared.visible_rows);
    }

    fn fkeys(&self) -> FKeys {
        if !self.ready() {
            return Vec::new();
        }
        let mut keys = vec![(2, both("登録", "New"))];
        if !self.list.rows().is_empty() {
            keys.extend([(3, both("変更", "Change")), (4, both("削除", "Remove"))]);
        }
        keys.push((5, both("学習消去", "Forget")));
        keys.extend(self.list.fkeys());
        keys
    }

    fn body(&self, look: &Look) -> Body {
        let words = self.list.rows().len();
        let line = match look.language {
            Language::Japanese => format!(
                "登録した単語：{words}語（{MAX_WORDS}語まで）　学習した変換：{}件",
                self.choices
            ),
            Language::English => format!(
                "Words you registered: {words} (of {MAX_WORDS})   Choices learned: {}",
                self.choices
            ),
        };
        Body::Table(TableView {
            lines: vec![line],
            empty: match self.loaded {
                true => look.say(
                    "登録した単語はありません。F2で登録します。",
                    "No word is registered. F2 registers one.",
                ),
                false => String::new(),
            },
            ..self.list.view(&COLUMNS, look, |_, row| row)
        })
    }
}
