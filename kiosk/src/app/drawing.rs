//! What is drawn: the screen with everything around and above it.

use super::App;
use super::help::Japanese;
use super::screen::{FKeys, Look};
use super::view::{CodeTag, FKeyView, MessageView, Tone, View};
use super::words::{Both, both};
use super::{help, screens, trail};
use crate::ime;
use crate::ime::{ImeMode, Wanted};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::settings::Layout;

/// What F6–F10 make of a composition.
const FORMS: [(u8, Both); 5] = [
    (6, both("ひらがな", "Hiragana")),
    (7, both("カタカナ", "Katakana")),
    (8, both("半角", "Half width")),
    (9, both("全角英数", "Wide letters")),
    (10, both("半角英数", "Letters")),
];

impl App {
    /// What is on the screen now.
    pub fn view(&mut self) -> View {
        let mode = self.ime_mode();
        let input_here = self.input_here();
        let kind = self.screen.input().map(|field| field.kind());
        let preedit = match (input_here, mode) {
            (false, _) | (_, ImeMode::Off) => Vec::new(),
            _ => self.composer.preedit(mode),
        };
        let candidates = match input_here {
            true => self.composer.candidates(),
            false => None,
        };
        let language = self.shared.settings.language;
        let japanese = self.japanese();
        let text = self.has_text_fields();
        let look = Look {
            language,
            shared: &self.shared,
            preedit: ime::text_of(&preedit),
        };
        let body = self.screen.body(&look);
        let keyboard = kind
            .filter(|_| input_here)
            .and_then(|kind| self.keyboard.view(kind, &body, language));
        let product = look.say("蔵守", "Kuramori");
        let body = self.screen.body(&look);
        let error = self.shown_error();
        let helping = self
            .dialogs
            .last()
            .is_some_and(|dialog| dialog.code == ScreenCode::Help);
        let screen = self.screen.code();
        let composing = !preedit.is_empty();
        let fkeys = self.fkeys(kind.is_some(), composing);
        View {
            language,
            tag: CodeTag {
                screen: Some(screen),
                dialog: self.dialogs.last().map(|d| d.code),
                error,
            },
            trail: trail::to(screen, self.is_entered())
                .into_iter()
                .map(|s| trail::crumb(s, screen, language))
                .collect(),
            title: screen.title(language).to_owned(),
            owner: match &self.shared.session {
                Some(session) if self.is_entered() => session.company.clone(),
                _ => product,
            },
            user: match &self.shared.session {
                Some(session) => session.user.clone(),
                None => String::new(),
            },
            clock: if self.shared.clock_confirmed {
                screens::local_time(self.shared.now.unix)
            } else {
                String::new()
            },
            ime: match mode {
                ImeMode::Off => mode.sign().to_owned(),
                mode => format!("{} {}", mode.sign(), self.shared.typing_style().sign()),
            },
            preedit,
            candidates,
            layout: layout_name(self.shared.settings.keyboard).to_owned(),
            locks: self.shared.locks,
            keyboard,
            sticks: match self.shared.sticks.len() {
                0 => String::new(),
                // One cell; nobody tells ten sticks from nine by a number.
                some => some.min(9).to_string(),
            },
            message: self.message_view(language),
            help: helping.then(|| {
                let asked = help::Asked {
                    screen,
                    body: &body,
                    japanese,
                    text,
                    error,
                    own: &self.screen.fkeys(),
                    everywhere: &fkeys,
                    page: self.dialogs.last().map_or(0, |dialog| dialog.selected),
                };
                help::panel(&asked, language)
            }),
            dialog: self
                .dialogs
                .last()
                .filter(|_| !helping)
                .map(|d| d.view(&look)),
            body,
            fkeys,
        }
    }

    /// Whether somebody works in a company.
    fn is_entered(&self) -> bool {
        let session = self.shared.session.as_ref();
        session.is_some_and(|session| !session.company.is_empty())
    }

    /// Whether a line of text is typed somewhere on the screen.
    pub(super) fn has_text_fields(&mut self) -> bool {
        match self.screen.form() {
            Some(form) => form.kinds().next().is_some(),
            None => self.screen.input().is_some(),
        }
    }

    /// Whether Japanese is typed somewhere on the screen.
    fn japanese(&mut self) -> Japanese {
        let composes = |kind| ImeMode::of(kind, Wanted::Kana) != ImeMode::Off;
        let typed = match self.screen.form() {
            Some(form) => form.kinds().any(composes),
            None => self.screen.input().is_some_and(|f| composes(f.kind())),
        };
        match (typed, &self.shared.session) {
            (false, _) => Japanese::Nowhere,
            (true, None) => Japanese::Typed,
            (true, Some(_)) => Japanese::TypedWithWords,
        }
    }

    /// The error of the code tag.
    fn shown_error(&self) -> Option<ErrorCode> {
        let message = self.message.as_ref().and_then(|m| m.code);
        message.or_else(|| self.screen.error())
    }

    /// The message, or what to do about the error of a field.
    fn message_view(&self, language: Language) -> Option<MessageView> {
        let Some(message) = &self.message else {
            return self.screen.error().map(|code| MessageView {
                tone: Tone::Bad,
                text: code.sentence(language),
            });
        };
        let text = match message.code {
            Some(code) if message.detail.is_empty() => code.sentence(language),
            Some(code) => format!("{} {}", code.sentence(language), message.detail),
            None => message.detail.clone(),
        };
        Some(MessageView {
            tone: message.tone,
            text,
        })
    }

    fn fkeys(&self, has_input: bool, composing: bool) -> Vec<FKeyView> {
        let mut keys: FKeys = vec![(1, both("説明", "Help"))];
        keys.extend(self.screen.fkeys());
        if composing {
            // What F6–F10 do to it stands in their places.
            keys.retain(|(number, _)| !matches!(number, 6..=10));
            keys.extend(FORMS);
        } else {
            self.everywhere(has_input, &mut keys);
        }
        keys.sort_by_key(|(number, _)| *number);
        keys.into_iter()
            .map(|(number, label)| FKeyView {
                number,
                label: label.get(self.shared.settings.language).to_owned(),
            })
            .collect()
    }

    /// What works on every screen.
    fn everywhere(&self, has_input: bool, keys: &mut FKeys) {
        if self.may_set_panel() {
            keys.push((5, both("画面設定", "Screen")));
        }
        if has_input {
            keys.push((6, both("画面キー", "Keys")));
        }
        if self.may_power_off() {
            keys.push((8, both("配列", "Layout")));
            keys.push((9, both("English", "日本語")));
            if self.shared.session.is_some() {
                keys.push((10, both("ロック", "Lock")));
            }
            keys.push((11, both("電源", "Power")));
        }
    }

    /// Before anybody has logged in; after that the menu leads there.
    pub(super) fn may_set_panel(&self) -> bool {
        matches!(self.screen.code(), ScreenCode::Clock | ScreenCode::Login)
    }

    pub(super) fn may_power_off(&self) -> bool {
        !matches!(
            self.screen.code(),
            ScreenCode::Starting | ScreenCode::MakingVault | ScreenCode::PoweringOff
        )
    }
}

/// A layout as the header and the forms call it.
pub const fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::Jis => "JIS",
        Layout::Us => "US",
        Layout::Uk => "UK",
    }
}
