//! S-050: register a word in the user dictionary, or change one.

use super::user_dictionary::{Keeping, Kept, UserDictionary, kind_name};
use crate::app::dialog::Dialog;
use crate::app::field::Kind;
use crate::app::form::{Form, Id, form_key};
use crate::app::registering::Seed;
use crate::app::{Body, Cx, FKeys, Key, Look, Screen, Tone, both};
use crate::ime::Committed;
use codes::{ErrorCode, ScreenCode};
use kkc::{RefusedWord, UserWord, WordKind};
use protocol::clerk::Reply;

/// Where the form was opened, and leads back to.
enum From {
    Dictionary,
    /// Another screen's text field, which waits.
    Typing,
}

pub struct WordForm {
    from: From,
    form: Form,
    /// The word that is changed.
    old: Option<UserWord>,
    /// The words with this one, until the keeper has them.
    keeping: Option<Keeping>,
}

impl WordForm {
    pub fn register() -> Self {
        Self::of(From::Dictionary)
    }

    pub fn change(old: &UserWord) -> Self {
        let mut screen = Self::of(From::Dictionary);
        screen.fill(&old.reading, &old.text, old.kind);
        screen.old = Some(old.clone());
        screen
    }

    /// Before a screen that is typed into.
    pub fn while_typing(seed: &Seed) -> Self {
        let mut screen = Self::of(From::Typing);
        let kind = seed.kind.unwrap_or(WordKind::Noun);
        screen.fill(&seed.reading, &seed.text, kind);
        let missing = [&seed.reading, &seed.text].map(|text| text.is_empty());
        let first = missing.iter().position(|missing| *missing);
        screen.form.focus_on(first.unwrap_or(1));
        if first.is_none()
            && let Some(field) = screen.form.input()
        {
            field.select_all();
        }
        screen
    }

    fn of(from: From) -> Self {
        let form = Form::default()
            .text(
                Id::WordReading,
                both("よみ（かな）", "Reading (kana)"),
                Kind::Reading,
                true,
            )
            .text(Id::Word, both("単語", "Word"), Kind::Text, true)
            // Named in the language of the screen by `body`.
            .choice(
                Id::WordKind,
                both("種類", "Kind"),
                vec![String::new(); WordKind::ALL.len()],
            );
        Self {
            from,
            form,
            old: None,
            keeping: None,
        }
    }

    fn fill(&mut self, reading: &str, text: &str, kind: WordKind) {
        self.form.set_text(Id::WordReading, reading);
        self.form.set_text(Id::Word, text);
        let chosen = WordKind::ALL.iter().position(|k| *k == kind);
        self.form.set_choice(Id::WordKind, chosen.unwrap_or(0));
    }

    /// Reading, text and kind as they stand in the form.
    fn word(&self) -> (String, String, WordKind) {
        let text = |id| self.form.text_of(id).trim().to_owned();
        let kind = WordKind::ALL[self.form.chosen(Id::WordKind).min(WordKind::ALL.len() - 1)];
        (text(Id::WordReading), text(Id::Word), kind)
    }

    fn refuse(&mut self, why: &RefusedWord, cx: &mut Cx) {
        match why {
            RefusedWord::Empty => self.form.fail(Id::Word, ErrorCode::FieldEmpty),
            RefusedWord::TooLong => self.form.fail(Id::Word, ErrorCode::FieldTooLong),
            RefusedWord::NotKana => self
                .form
                .fail(Id::WordReading, ErrorCode::WordReadingInvalid),
            RefusedWord::Taken => self.form.fail(Id::Word, ErrorCode::WordTaken),
            RefusedWord::LongNumber => self.form.fail(Id::Word, ErrorCode::WordHoldsNumber),
            RefusedWord::Full => cx.fail(ErrorCode::UserDictionaryFull, ""),
        }
    }

    fn leave(&self, registered: bool, cx: &mut Cx) {
        let (reading, text, _) = self.word();
        let word = registered.then(|| Committed {
            text: text.clone(),
            reading: reading.clone(),
        });
        match self.from {
            From::Typing => cx.come_back(word),
            From::Dictionary if registered => cx.go(UserDictionary::at(&reading, &text)),
            From::Dictionary => match &self.old {
                Some(old) => cx.go(UserDictionary::at(&old.reading, &old.text)),
                None => cx.go(UserDictionary::default()),
            },
        }
        if registered {
            let text = match cx.shared.settings.language {
                codes::Language::Japanese => format!("「{text}」を登録しました。"),
                codes::Language::English => format!("“{text}” was registered."),
            };
            cx.inform(Tone::Good, text);
        }
    }
}

impl Screen for WordForm {
    fn code(&self) -> ScreenCode {
        ScreenCode::WordForm
    }

    fn form(&mut self) -> Option<&mut Form> {
        Some(&mut self.form)
    }

    fn error(&self) -> Option<ErrorCode> {
        self.form.error()
    }

    fn would_lose(&self) -> bool {
        self.form.touched
    }

    fn submit(&mut self, cx: &mut Cx) {
        if self.keeping.is_some() || !self.form.validate() {
            return;
        }
        let (reading, text, kind) = self.word();
        let mut words = cx.learning.personal().words.clone();
        let changed = match &self.old {
            Some(old) => words.change(old, &reading, &text, kind),
            None => words.add(&reading, &text, kind),
        };
        match changed {
            Ok(()) => self.keeping = Some(Keeping::begin(words, cx)),
            Err(why) => self.refuse(&why, cx),
        }
    }

    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        if key != Key::Escape {
            return form_key(self, key, cx);
        }
        // What is on its way to the keeper is not called back.
        if self.keeping.is_some() {
            return true;
        }
        if self.would_lose() {
            let lines = vec![cx.say("単語は登録されません。", "The word will not be registered.")];
            let choices = vec![
                cx.say("入力を続ける", "Keep typing"),
                cx.say("破棄する", "Discard"),
            ];
            cx.open(Dialog::ask(ScreenCode::DiscardInput, lines, choices));
        } else {
            self.leave(false, cx);
        }
        true
    }

    fn chosen(&mut self, _dialog: ScreenCode, choice: Option<usize>, cx: &mut Cx) {
        if choice == Some(1) {
            self.leave(false, cx);
        }
    }

    fn reply(&mut self, reply: Reply, cx: &mut Cx) {
        let Some(keeping) = self.keeping.take() else {
            return;
        };
        match keeping.reply(reply, cx) {
            Kept::NotYet(keeping) => self.keeping = Some(keeping),
            Kept::All => self.leave(true, cx),
            Kept::Refused(reply) => cx.refused(&reply),
        }
    }

    fn fkeys(&self) -> FKeys {
        vec![(12, both("登録", "Save"))]
    }

    fn body(&self, look: &Look) -> Body {
        let lines = vec![look.say(
            "登録した単語は、同じよみの変換で最初に出ます。姓・名・地名は、その欄で使われます。",
            "The word comes first when its reading is converted; names and places in their own fields.",
        )];
        let action = look.say("登録（F12）", "Save (F12)");
        let mut view = self.form.view(&action, lines, look);
        for field in view.fields.iter_mut().filter(|field| field.choice) {
            field.options = WordKind::ALL
                .iter()
                .map(|kind| kind_name(*kind).get(look.language).to_owned())
                .collect();
        }
        Body::Form(view)
    }
}
