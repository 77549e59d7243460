//! Keys: whose they are, and what typing does.

use super::dialog::{Dialog, Owner};
use super::event::Effect;
use super::field::{Hint, Kind, LeftOut, Put, TextField};
use super::help;
use super::key::{Key, Motion};
use super::registering::Below;
use super::screens;
use super::view::Tone;
use super::{App, Message};
use crate::fonts::{Missing, is_selector};
use crate::ime::{Committed, ImeMode, MAX_READING, Outcome, Place, Style, Wanted};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::settings::{Layout, Scale, Settings};
use protocol::system;

impl App {
    /// A key of the keyboard on the screen was pressed.
    pub(super) fn screen_key(&mut self, index: usize) {
        let Some(kind) = self.screen.input().map(|field| field.kind()) else {
            return;
        };
        if let Some(key) = self.keyboard.press(kind, index) {
            self.key(key, None);
        }
    }

    pub(super) fn input_here(&mut self) -> bool {
        self.dialogs.is_empty() && self.screen.input().is_some()
    }

    /// Whether something is composed and in sight.
    pub(super) fn composing_here(&mut self) -> bool {
        self.input_here() && self.composer.composing()
    }

    /// Whether kana can be typed at the caret, switched on or not.
    fn composes_here(&mut self) -> bool {
        self.dialogs.is_empty()
            && self
                .screen
                .input()
                .is_some_and(|field| ImeMode::of(field.kind(), Wanted::Kana) != ImeMode::Off)
    }

    fn has_text_here(&mut self) -> bool {
        self.screen.input().is_some_and(|field| !field.is_empty())
    }

    /// How the field under the caret takes letters; without one nothing is composed.
    pub(super) fn ime_mode(&mut self) -> ImeMode {
        self.place().mode
    }

    pub(super) fn place(&mut self) -> Place {
        let (wanted, style) = (self.shared.input, self.shared.typing_style());
        let here = self.dialogs.is_empty();
        match self.screen.input() {
            Some(field) if here => Place {
                mode: ImeMode::of(field.kind(), wanted),
                style,
                hint: field.hint(),
                before: field.split().0.chars().next_back(),
            },
            _ => Place {
                mode: ImeMode::Off,
                style,
                hint: Hint::Reading,
                before: None,
            },
        }
    }

    pub(super) fn key(&mut self, key: Key, printed: Option<char>) {
        if self.panel_key(key) {
            return;
        }
        if let Some(dialog) = self.dialogs.last_mut() {
            let answer = dialog.key(key);
            self.answer(answer);
            return;
        }
        if key == Key::RegisterWord {
            self.register_word();
            return;
        }
        if self.input_here() {
            if self.mode_key(key) || key == Key::Convert && self.convert_again() {
                return;
            }
            let (place, was) = (self.place(), self.composer.composing());
            match self.composer.key(key, printed, place) {
                Outcome::Pass => {}
                Outcome::Composing => {
                    if !was {
                        self.make_room();
                    }
                    return;
                }
                Outcome::Full => {
                    let detail = self.shared.say(
                        &format!("一度に変換できるのは{MAX_READING}文字までです。Enterで確定してから続けてください。"),
                        &format!("At most {MAX_READING} characters are converted at once: Enter commits them."),
                    );
                    self.complain(ErrorCode::FieldTooLong, detail);
                    return;
                }
                Outcome::Commit(committed) => {
                    self.commit(&committed);
                    return;
                }
                Outcome::CommitThenPass(committed) => self.commit(&committed),
            }
        }
        // A moment after the commit, F8 and F9 were still meant for what was composed.
        if matches!(key, Key::F(8 | 9)) && self.composes_here() && self.has_text_here() {
            return;
        }
        self.press(key);
    }

    /// A function key of the bar was clicked. While something is composed F6–F10 are its forms.
    pub(super) fn click_fkey(&mut self, number: u8) {
        if matches!(number, 6..=10) && self.composing_here() {
            self.key(Key::F(number), None);
            return;
        }
        self.finish_composing();
        self.press(Key::F(number));
    }

    /// A key that is not for Japanese input.
    fn press(&mut self, key: Key) {
        if self.global_key(key) {
            return;
        }
        let mut done = false;
        self.with_screen(|screen, cx| done = screen.key(key, cx));
        if !done {
            self.edit(key);
        }
    }

    /// Keys for the picture itself, which work above everything.
    fn panel_key(&mut self, key: Key) -> bool {
        let now = self.shared.settings;
        let new = match key {
            Key::Turn(rotation) => Settings { rotation, ..now },
            Key::Larger => Settings {
                scale: scale_beside(now.scale, self.shared.screens.percent, true),
                ..now
            },
            Key::Smaller => Settings {
                scale: scale_beside(now.scale, self.shared.screens.percent, false),
                ..now
            },
            _ => return false,
        };
        self.set(new);
        true
    }

    /// Sets keyboard and screen, for now and on the stick.
    pub(super) fn set(&mut self, settings: Settings) {
        if settings == self.shared.settings {
            return;
        }
        self.use_settings(settings);
        let keep = system::Request::KeepSettings(settings);
        self.effects.push(Effect::AskInit(keep));
    }

    pub(super) fn use_settings(&mut self, settings: Settings) {
        self.shared.settings = settings;
        self.effects.push(Effect::Use(settings));
        self.with_screen(|screen, cx| screen.set(cx));
    }

    /// Keys that change how letters are taken. Where nothing is ever composed they do nothing: what
    /// a date field is left with holds in the next name.
    fn mode_key(&mut self, key: Key) -> bool {
        let wanted = match key {
            Key::KanaToggle => self.shared.input.toggled(),
            Key::Hiragana => Wanted::Kana,
            Key::Katakana => Wanted::Katakana,
            Key::FullLatin if self.shared.input == Wanted::FullLatin => Wanted::Kana,
            Key::FullLatin => Wanted::FullLatin,
            Key::NonConvert if !self.composer.composing() => self.shared.input.next(),
            Key::TypingStyle if self.shared.settings.keyboard != Layout::Jis => return true,
            Key::TypingStyle => {
                self.finish_composing();
                self.shared.style = match self.shared.style {
                    Style::Romaji => Style::Kana,
                    Style::Kana => Style::Romaji,
                };
                return true;
            }
            _ => return false,
        };
        if self.composes_here() {
            self.finish_composing();
            self.shared.input = wanted;
        }
        true
    }

    /// 変換 while nothing is composed: what is selected, or what was committed just now, is converted
    /// anew.
    fn convert_again(&mut self) -> bool {
        if self.composer.composing() || self.ime_mode() == ImeMode::Off {
            return false;
        }
        let Some(field) = self.screen.input() else {
            return false;
        };
        let hint = field.hint();
        if let Some(selected) = field.selected().map(str::to_owned) {
            let reading = field.reading_of(&selected);
            if !self.composer.reconvert(&selected, reading, hint) {
                return false;
            }
            field.delete_selection();
        } else {
            let before = field.split().0.to_owned();
            let Some(text) = self.composer.take_back(&before, hint) else {
                return false;
            };
            field.take_back(&text);
        }
        true
    }

    /// What is selected gives way to what is composed.
    fn make_room(&mut self) {
        if self
            .screen
            .input()
            .is_some_and(|field| field.delete_selection())
        {
            self.with_screen(|screen, cx| screen.edited(cx));
        }
    }

    fn global_key(&mut self, key: Key) -> bool {
        match key {
            Key::F(5) if self.may_set_panel() => self.go(Box::new(screens::Panel::new())),
            Key::F(6) if self.screen.input().is_some() => self.keyboard.toggle(),
            Key::F(1) => {
                let pages = help::pages(self.has_text_fields());
                self.dialogs.push(Dialog::help(pages.len()));
            }
            Key::F(8) => {
                let keyboard = match self.shared.settings.keyboard {
                    Layout::Jis => Layout::Us,
                    Layout::Us => Layout::Uk,
                    Layout::Uk => Layout::Jis,
                };
                self.set(Settings {
                    keyboard,
                    ..self.shared.settings
                });
            }
            Key::F(9) => {
                let language = match self.shared.settings.language {
                    Language::Japanese => Language::English,
                    Language::English => Language::Japanese,
                };
                self.set(Settings {
                    language,
                    ..self.shared.settings
                });
            }
            Key::F(10) if self.shared.session.is_some() => self.ask_lock(),
            Key::F(11) if self.may_power_off() => self.ask_power_off(),
            _ => return false,
        }
        true
    }

    /// Locks; where something typed would be lost, only after asking.
    fn ask_lock(&mut self) {
        let waiting = self.below.as_ref().is_some_and(Below::would_lose);
        if !waiting && !self.screen.would_lose() {
            self.lock(None);
            return;
        }
        let lines = vec![self.shared.say(
            "ロックすると、入力した内容は保存されません。",
            "Locking discards what was typed and not saved.",
        )];
        let choices = vec![
            self.shared.say("入力を続ける", "Keep typing"),
            self.shared.say("破棄してロック", "Discard and lock"),
        ];
        self.dialogs
            .push(Dialog::ask(ScreenCode::DiscardInput, lines, choices).owned_by(Owner::App));
    }

    pub(super) fn ask_power_off(&mut self) {
        let lines = vec![self.shared.say(
            "金庫を閉じ、メモリーを消去して電源を切ります。",
            "The vault is closed, memory is wiped and the PC powers off.",
        )];
        let choices = vec![
            self.shared.say("電源を切る", "Power off"),
            self.shared.say("戻る", "Back"),
        ];
        self.dialogs
            .push(Dialog::ask(ScreenCode::ConfirmPowerOff, lines, choices).owned_by(Owner::App));
    }

    fn edit(&mut self, key: Key) {
        let Some(field) = self.screen.input() else {
            return;
        };
        let changed = match key {
            Key::Char(c) => {
                self.insert(c.encode_utf8(&mut [0; 4]));
                return;
            }
            Key::ShiftSpace => {
                self.insert(" ");
                return;
            }
            Key::Backspace => field.backspace(),
            Key::Delete => field.delete(),
            key => {
                match key {
                    Key::Left => field.go(Motion::Left, false),
                    Key::Right => field.go(Motion::Right, false),
                    Key::Home => field.go(Motion::Home, false),
                    Key::End => field.go(Motion::End, false),
                    Key::Extend(motion) => field.go(motion, true),
                    Key::SelectAll => field.select_all(),
                    _ => {}
                }
                false
            }
        };
        if changed {
            self.stop_complaining();
            self.with_screen(|screen, cx| screen.edited(cx));
        }
    }

    /// Puts text into the field under the caret, if the fonts can draw it.
    pub(super) fn insert(&mut self, text: &str) {
        self.put(text, |field| field.insert(text));
    }

    /// Says what is wrong with what was just typed.
    fn complain(&mut self, code: ErrorCode, detail: String) {
        self.message = Some(Message {
            tone: Tone::Bad,
            code: Some(code),
            detail,
        });
    }

    /// Something else was typed since [`App::complain`].
    fn stop_complaining(&mut self) {
        let typed_wrong = |code| {
            matches!(
                code,
                ErrorCode::CharacterNotSupported
                    | ErrorCode::FieldTooLong
                    | ErrorCode::PassphraseCharacters
            )
        };
        let code = self.message.as_ref().and_then(|m| m.code);
        if code.is_some_and(typed_wrong) {
            self.message = None;
        }
    }

    /// Says what of a text is not in the field. Signs that only divide digits are not missed.
    fn tell_left_out(&mut self, kind: Kind, why: LeftOut) {
        match (why, kind) {
            (LeftOut::NoRoom, _) => {
                let limit = kind.limit();
                let detail = self.shared.say(
                    &format!("この欄は{limit}文字までです。"),
                    &format!("This field takes {limit} characters."),
                );
                self.complain(ErrorCode::FieldTooLong, detail);
            }
            (LeftOut::NotTaken, Kind::Passphrase) => {
                self.complain(ErrorCode::PassphraseCharacters, String::new());
            }
            (LeftOut::NotTaken, _) => {}
        }
    }

    pub(super) fn commit(&mut self, committed: &Committed) {
        self.put(&committed.text, |field| field.commit(committed));
    }

    /// What of `text` cannot be drawn where the caret is: a selector belongs to the character
    /// before it.
    fn missing(&mut self, text: &str) -> Option<Missing> {
        let first = text.chars().next();
        let field = match first.is_some_and(|c| is_selector(c.into())) {
            true => self.screen.input(),
            false => None,
        };
        let base = field.and_then(|field| field.split().0.chars().next_back());
        match base {
            Some(base) => self.coverage.missing(&format!("{base}{text}")),
            None => self.coverage.missing(text),
        }
    }

    fn put(&mut self, text: &str, put: impl FnOnce(&mut TextField) -> Put) {
        if let Some(missing) = self.missing(text) {
            self.complain(ErrorCode::CharacterNotSupported, missing.to_string());
            return;
        }
        let Some(field) = self.screen.input() else {
            return;
        };
        let (kind, put) = (field.kind(), put(field));
        if put.changed {
            self.stop_complaining();
            self.with_screen(|screen, cx| screen.edited(cx));
        }
        if let Some(why) = put.left_out {
            self.tell_left_out(kind, why);
        }
    }

    pub(super) fn finish_composing(&mut self) {
        let place = self.place();
        if let Some(committed) = self.composer.finish(place) {
            self.commit(&committed);
        }
    }
}

/// The next larger or smaller scale that is set by hand, from what is drawn now.
fn scale_beside(scale: Scale, drawn: u16, larger: bool) -> Scale {
    let now = scale.percent().unwrap_or(drawn).min(drawn.max(100));
    let steps = Scale::ALL
        .into_iter()
        .filter_map(|s| Some((s.percent()?, s)));
    let next = if larger {
        steps
            .filter(|(percent, _)| *percent > now)
            .min_by_key(|s| s.0)
    } else {
        steps
            .filter(|(percent, _)| *percent < now)
            .max_by_key(|s| s.0)
    };
    next.map_or(scale, |(_, step)| step)
}
