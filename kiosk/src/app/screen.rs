//! A screen, what it may know and how it reaches the rest.

use super::dialog::Dialog;
use super::event::{Locks, Now, Screens, Target};
use super::field::TextField;
use super::form::{Form, form_key};
use super::key::Key;
use super::postal::PostalCodes;
use super::readings::Readings;
use super::view::{Body, Tone};
use super::words::Both;
use crate::ime::{Committed, Learning, Style, Wanted};
use codes::{ErrorCode, Language, ScreenCode};
use protocol::Secret;
use protocol::clerk::session::State;
use protocol::clerk::{Reply, Request};
use protocol::settings::{Layout, Settings};
use protocol::system;
use protocol::system::{Stick, VaultState};
use std::rc::Rc;
use std::time::Duration;

/// What every screen may know.
pub struct Shared {
    /// How keyboard and screen are set, and the language.
    pub settings: Settings,
    pub locks: Locks,
    pub screens: Screens,
    pub now: Now,
    pub release: String,
    pub secure_boot: bool,
    pub clock_confirmed: bool,
    pub vault: VaultState,
    pub sticks: Vec<Stick>,
    /// Company and user while somebody is logged in; no company before one is entered.
    pub session: Option<Session>,
    pub visible_rows: usize,
    /// What letters become in text fields, and whether kana or romaji is typed.
    pub input: Wanted,
    /// What was chosen; [`Shared::typing_style`] holds.
    pub style: Style,
    /// When the next passphrase is accepted, on the monotonic clock.
    pub login_at: Duration,
    /// Fills addresses; `None` without a dictionary.
    pub postal_codes: Option<Rc<dyn PostalCodes>>,
    /// Finds names by kana; `None` without a dictionary.
    pub readings: Option<Rc<dyn Readings>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub company: String,
    pub user: String,
    /// The user works for several companies.
    pub several: bool,
}

impl Default for Shared {
    /// What is known at power-on: nothing.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            locks: Locks::default(),
            screens: Screens::default(),
            now: Now::default(),
            release: String::new(),
            secure_boot: false,
            clock_confirmed: false,
            vault: VaultState::Locked,
            sticks: Vec::new(),
            session: None,
            visible_rows: 10,
            input: Wanted::default(),
            style: Style::default(),
            login_at: Duration::ZERO,
            postal_codes: None,
            readings: None,
        }
    }
}

impl Shared {
    pub fn say(&self, ja: &str, en: &str) -> String {
        match self.settings.language {
            Language::Japanese => ja.to_owned(),
            Language::English => en.to_owned(),
        }
    }

    /// Kana is typed only where it is printed on the keys.
    pub fn typing_style(&self) -> Style {
        match self.settings.keyboard {
            Layout::Jis => self.style,
            Layout::Us | Layout::Uk => Style::Romaji,
        }
    }

    /// Whole seconds until a passphrase is accepted again.
    pub fn login_wait(&self) -> u64 {
        let left = self.login_at.saturating_sub(self.now.monotonic);
        left.as_secs() + u64::from(left.subsec_nanos() > 0)
    }

    pub fn wait_for_login(&mut self, seconds: u32) {
        self.login_at = self.now.monotonic + Duration::from_secs(seconds.into());
    }
}

/// What a screen draws with.
pub struct Look<'a> {
    pub language: Language,
    pub shared: &'a Shared,
    /// What is composed at the caret.
    pub preedit: String,
}

impl Look<'_> {
    pub fn say(&self, ja: &str, en: &str) -> String {
        self.shared.say(ja, en)
    }
}

/// A label of a function key.
pub type FKeys = Vec<(u8, Both)>;

/// One screen. All input methods are optional; what is not handled goes to the text field
/// under the caret.
pub trait Screen {
    fn code(&self) -> ScreenCode;
    fn body(&self, look: &Look) -> Body;

    /// The screen is shown from now on: ask what it needs.
    fn enter(&mut self, _cx: &mut Cx) {}
    /// Gives back whether the key is done with.
    fn key(&mut self, key: Key, cx: &mut Cx) -> bool {
        form_key(self, key, cx)
    }
    /// The form was filled and sent off by Enter or F12.
    fn submit(&mut self, _cx: &mut Cx) {}
    /// The text field under the caret.
    fn input(&mut self) -> Option<&mut TextField> {
        self.form().and_then(Form::input)
    }
    /// The text under the caret changed.
    fn edited(&mut self, _cx: &mut Cx) {
        if let Some(form) = self.form() {
            form.edited();
        }
    }
    /// The form, if the screen is one: for the pointer.
    fn form(&mut self) -> Option<&mut Form> {
        None
    }
    /// The keeper's answer to what this screen asked.
    fn reply(&mut self, _reply: Reply, _cx: &mut Cx) {}
    /// News and answers from init.
    fn news(&mut self, _event: &system::Event, _cx: &mut Cx) {}
    /// A choice of a dialog this screen opened; `None` is Escape.
    fn chosen(&mut self, _dialog: ScreenCode, _choice: Option<usize>, _cx: &mut Cx) {}
    fn tick(&mut self, _cx: &mut Cx) {}
    /// A visible row or a tab was clicked, or the wheel turned.
    fn pointed(&mut self, _target: Target, _cx: &mut Cx) {}
    fn scrolled(&mut self, _rows: isize, _cx: &mut Cx) {}
    /// What Japanese input learned arrived, or did not.
    fn learned(&mut self, _cx: &mut Cx) {}
    /// Keyboard or screen were set otherwise, here or by a key.
    fn set(&mut self, _cx: &mut Cx) {}
    /// The error the code tag shows.
    fn error(&self) -> Option<ErrorCode> {
        None
    }
    fn fkeys(&self) -> FKeys {
        Vec::new()
    }
    /// Whether leaving loses something that was typed.
    fn would_lose(&self) -> bool {
        false
    }
    /// When the screen wants a tick, on the monotonic clock.
    fn wake_at(&self) -> Option<Duration> {
        None
    }
}

#[allow(
    clippy::large_enum_variant,
    reason = "a handful of them lives at a time, each moved once or twice"
)]
pub(super) enum Command {
    Go(Box<dyn Screen>),
    AskKeeper(Request),
    AskInit(system::Request),
    Open(Dialog),
    CloseWork,
    Say(Tone, Option<ErrorCode>, String),
    /// With the passphrase that did it.
    LoggedIn(State, Option<Secret>),
    Lock,
    AskPowerOff,
    Set(Settings),
    LoadLearning,
    ComeBack(Option<Committed>),
}

/// How a screen reaches the rest: what it knows, and what it wants done.
pub struct Cx<'a> {
    pub shared: &'a mut Shared,
    /// What the user's choices and words are.
    pub learning: &'a mut Learning,
    pub(super) commands: Vec<Command>,
}

impl Cx<'_> {
    pub fn say(&self, ja: &str, en: &str) -> String {
        self.shared.say(ja, en)
    }

    pub fn go(&mut self, screen: impl Screen + 'static) {
        self.go_to(Box::new(screen));
    }

    pub fn go_to(&mut self, screen: Box<dyn Screen>) {
        self.commands.push(Command::Go(screen));
    }

    /// The reply comes to [`Screen::reply`] of this screen, unless it was left.
    pub fn ask_keeper(&mut self, request: impl Into<Request>) {
        self.commands.push(Command::AskKeeper(request.into()));
    }

    pub fn ask_init(&mut self, request: system::Request) {
        self.commands.push(Command::AskInit(request));
    }

    pub fn open(&mut self, dialog: Dialog) {
        self.commands.push(Command::Open(dialog));
    }

    /// Shows that work goes on until [`Cx::work_done`].
    pub fn working(&mut self, ja: &str, en: &str, cancellable: bool) {
        let line = self.say(ja, en);
        self.open(Dialog::working(line, cancellable));
    }

    pub fn work_done(&mut self) {
        self.commands.push(Command::CloseWork);
    }

    pub fn inform(&mut self, tone: Tone, text: String) {
        self.commands.push(Command::Say(tone, None, text));
    }

    /// Shows what went wrong; `detail` stands before the registry's sentence.
    pub fn fail(&mut self, code: ErrorCode, detail: &str) {
        self.commands
            .push(Command::Say(Tone::Bad, Some(code), detail.to_owned()));
    }

    /// With the passphrase that did it, which is asked for once more where it must be changed.
    pub fn logged_in(&mut self, state: State, passphrase: Option<Secret>) {
        self.commands.push(Command::LoggedIn(state, passphrase));
    }

    pub fn lock(&mut self) {
        self.commands.push(Command::Lock);
    }

    pub fn ask_power_off(&mut self) {
        self.commands.push(Command::AskPowerOff);
    }

    /// Sets keyboard and screen, for now and on the stick.
    pub fn set(&mut self, settings: Settings) {
        self.commands.push(Command::Set(settings));
    }

    /// Tries again to load what was learned, where that failed.
    pub fn load_learning(&mut self) {
        self.commands.push(Command::LoadLearning);
    }

    /// Leaves the form of a word for the screen it was opened from while typing.
    pub fn come_back(&mut self, word: Option<Committed>) {
        self.commands.push(Command::ComeBack(word));
    }

    /// What most screens do with a refusal: say it.
    pub fn refused(&mut self, reply: &Reply) {
        match reply {
            Reply::Refused(code) => self.fail(*code, ""),
            Reply::Invalid(errors) => {
                if let Some(first) = errors.first() {
                    self.fail(first.code, "");
                }
            }
            _ => self.fail(ErrorCode::MalformedMessage, ""),
        }
    }
}
