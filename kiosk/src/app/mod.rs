//! The kiosk's core: a state machine of screens. Pure: it takes [`Event`]s and gives
//! back [`Effect`]s; it draws nothing, opens nothing and never waits.
//!
//! Each screen is one file under [`screens`] and implements [`Screen`]. A screen that wants
//! something done says so through [`Cx`]; the [`App`] does it after the screen returned.

mod address;
mod check;
mod dialog;
mod field;
mod form;
pub mod gallery;
mod help;
mod key;
mod keyboard;
pub mod labels;
mod list;
mod postal;
pub mod recovery;
mod registering;
mod screens;
mod trail;
mod view;
mod words;

pub use dialog::{Dialog, Owner};
pub use field::{Hint, Kind, Shown, TextField, group};
pub use form::is_list;
pub use key::{Key, Motion};
pub use postal::PostalCodes;
pub use protocol::settings::Layout;
pub use view::*;
pub use words::{Both, both};

use crate::fonts::{Coverage, Missing, is_selector};
use crate::ime::{self, Committed, Composer, ImeMode, Learning, Outcome, Place, Style, Wanted};
use codes::{ErrorCode, Language, ScreenCode};
use dialog::Answer;
use form::{Form, form_key};
use keyboard::Keyboard;
use kkc::Converter;
use protocol::clerk::{
    Reply, Request, input, people,
    session::{self, State},
};
use protocol::settings::{Scale, Settings};
use protocol::system::{self, InputKind, Stick, VaultState};
use registering::Below;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

/// Without a key or pointer for this long the vault is locked.
pub const IDLE_LOCK: Duration = Duration::from_secs(5 * 60);
/// How long a revealed number stays on the screen.
pub const REVEAL: Duration = Duration::from_secs(30);
/// How long typing rests before a search is asked.
pub const SEARCH_REST: Duration = Duration::from_millis(150);

/// The two clocks the core needs, read by the edge at each event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Seconds since 1970-01-01 UTC, as the system clock says.
    pub unix: i64,
    /// Since some fixed moment; never runs backwards.
    pub monotonic: Duration,
}

/// What happens to the kiosk.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful of them lives at a time, each moved once or twice"
)]
pub enum Event {
    Key(Key),
    /// A key of a keyboard with a kana printed on it.
    KanaKey(Key, char),
    /// The pointer chose something.
    Click(Target),
    /// The wheel turned, in rows; down is positive.
    Wheel(isize),
    /// The pointer moved: somebody is there.
    Stir,
    Init(system::Event),
    Keeper(Reply),
    /// So many rows of a table fit on the screen.
    VisibleRows(usize),
    /// What Caps Lock and NumLock are now.
    Locks(Locks),
    /// A finger touched the screen.
    Touch,
    /// The screens are these now.
    Screens(Screens),
    /// Time went on.
    Tick,
}

/// What the pointer chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Field(usize),
    /// An option of a field that is chosen.
    Choice(usize, usize),
    Action,
    Menu(usize),
    /// A visible row, from the top of what is seen.
    Row(usize),
    Tab(usize),
    /// The title of a column.
    Column(usize),
    FKey(u8),
    /// A choice of the dialog.
    Answer(usize),
    /// The button that cancels the dialog's work.
    Cancel,
    CloseHelp,
    /// A key of the keyboard on the screen, in the order they are shown.
    Key(usize),
    /// A candidate of the page that is seen.
    Candidate(usize),
}

/// What the locks of the keyboard are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Locks {
    pub caps: bool,
    pub num: bool,
}

impl Default for Locks {
    /// A number pad is there to type numbers.
    fn default() -> Self {
        Self {
            caps: false,
            num: true,
        }
    }
}

/// What the edge knows of the screens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Screens {
    /// How many are connected.
    pub count: usize,
    /// Pixels of the picture as it stands.
    pub width: u32,
    pub height: u32,
    /// The scale it is drawn at now.
    pub percent: u16,
}

/// What the edge must do.
#[derive(Debug, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful of them lives at a time, each moved once or twice"
)]
pub enum Effect {
    AskInit(system::Request),
    AskKeeper(Request),
    /// Keyboard and screen are to be like this from now on.
    Use(Settings),
}

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
    /// Company and user while somebody is logged in.
    pub session: Option<Session>,
    pub visible_rows: usize,
    /// What letters become in text fields, and whether kana or romaji is typed.
    pub input: Wanted,
    pub style: Style,
    /// When the next passphrase is accepted, on the monotonic clock.
    pub login_at: Duration,
    /// Fills addresses; `None` without a dictionary.
    pub postal_codes: Option<Rc<dyn PostalCodes>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub company: String,
    pub user: String,
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
enum Command {
    Go(Box<dyn Screen>),
    AskKeeper(Request),
    AskInit(system::Request),
    Open(Dialog),
    CloseWork,
    Say(Tone, Option<ErrorCode>, String),
    LoggedIn(State),
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
    commands: Vec<Command>,
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

    pub fn logged_in(&mut self, state: State) {
        self.commands.push(Command::LoggedIn(state));
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

struct Message {
    tone: Tone,
    code: Option<ErrorCode>,
    detail: String,
}

/// Who asks for what Japanese input learned: no screen. What [`App::lock`] asks has the next number.
const LEARNING: u64 = u64::MAX - 1;

/// A request that waits for its turn, and who asked.
struct Ask {
    request: Request,
    serial: u64,
}

/// The whole kiosk.
pub struct App {
    shared: Shared,
    coverage: Coverage,
    screen: Box<dyn Screen>,
    /// Which screen this is: replies to an earlier one are dropped.
    serial: u64,
    /// The serial given last.
    serials: u64,
    /// What waits while a word is registered.
    below: Option<Below>,
    dialogs: Vec<Dialog>,
    message: Option<Message>,
    composer: Composer,
    waiting: VecDeque<Ask>,
    /// The screen whose request the keeper works on.
    in_flight: Option<u64>,
    last_input: Duration,
    /// The keyboard on the screen.
    keyboard: Keyboard,
    /// The last hand was on the screen, not on keys.
    touched: bool,
    effects: Vec<Effect>,
}

impl App {
    /// A kiosk that has just started; the first effect is [`system::Request::Hello`].
    pub fn new(coverage: Coverage, converter: Option<Rc<Converter>>) -> Self {
        Self {
            shared: Shared {
                // The converter's dictionary has the list of postal codes too.
                postal_codes: converter.clone().map(|c| c as Rc<dyn PostalCodes>),
                ..Shared::default()
            },
            coverage,
            screen: Box::new(screens::Starting),
            serial: 0,
            serials: 0,
            below: None,
            dialogs: Vec::new(),
            message: None,
            composer: Composer::new(converter),
            waiting: VecDeque::new(),
            in_flight: None,
            last_input: Duration::ZERO,
            keyboard: Keyboard::default(),
            touched: false,
            effects: vec![Effect::AskInit(system::Request::Hello)],
        }
    }

    /// From now on postal codes fill addresses.
    pub fn use_postal_codes(&mut self, codes: Rc<dyn PostalCodes>) {
        self.shared.postal_codes = Some(codes);
    }

    /// Takes one event; gives back what must be done, in order.
    pub fn update(&mut self, event: Event, now: Now) -> Vec<Effect> {
        self.shared.now = now;
        match event {
            Event::Key(key) => {
                self.last_input = now.monotonic;
                self.touched = false;
                self.key(key, None);
            }
            Event::KanaKey(key, kana) => {
                self.last_input = now.monotonic;
                self.touched = false;
                self.key(key, Some(kana));
            }
            Event::Click(target) => {
                self.last_input = now.monotonic;
                self.click(target);
            }
            Event::Wheel(rows) => {
                self.last_input = now.monotonic;
                if self.dialogs.is_empty() {
                    self.with_screen(|screen, cx| screen.scrolled(rows, cx));
                }
            }
            Event::Stir => self.last_input = now.monotonic,
            Event::Init(event) => self.init(event),
            Event::Keeper(reply) => self.keeper(reply),
            Event::VisibleRows(rows) => self.shared.visible_rows = rows.max(1),
            Event::Locks(locks) => self.shared.locks = locks,
            Event::Touch => {
                self.last_input = now.monotonic;
                self.touched = true;
            }
            Event::Screens(screens) => self.shared.screens = screens,
            Event::Tick => self.tick(),
        }
        self.ask_next();
        std::mem::take(&mut self.effects)
    }

    /// How long the edge may sleep when nothing else happens.
    /// What counts down in sight wants every second; else the clock moves once a minute.
    pub fn wake_in(&self) -> Duration {
        let second = Duration::from_secs(1);
        let now = self.shared.now;
        if let Some(at) = self.screen.wake_at() {
            return at.saturating_sub(now.monotonic).min(second);
        }
        if self.shared.login_wait() > 0 {
            return second;
        }
        let minute = Duration::from_secs(60 - now.unix.rem_euclid(60).unsigned_abs());
        let lock = self.last_input + IDLE_LOCK;
        match self.shared.session {
            // Work that may not be locked away keeps an eye on it.
            Some(_) => minute.min(lock.saturating_sub(now.monotonic).max(second)),
            None => minute,
        }
    }

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
        let fkeys = self.fkeys(kind.is_some());
        View {
            language,
            tag: CodeTag {
                screen: Some(screen),
                dialog: self.dialogs.last().map(|d| d.code),
                error,
            },
            trail: trail::to(screen)
                .into_iter()
                .map(|s| s.title(language).to_owned())
                .collect(),
            title: screen.title(language).to_owned(),
            owner: match &self.shared.session {
                Some(session) => format!("{}　{}", session.company, session.user),
                None => product,
            },
            clock: if self.shared.clock_confirmed {
                screens::local_time(self.shared.now.unix)
            } else {
                String::new()
            },
            ime: match mode {
                ImeMode::Off => mode.sign().to_owned(),
                mode => format!("{} {}", mode.sign(), self.shared.style.sign()),
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
                let own = self.screen.fkeys();
                help::panel(screen, &body, error, &own, &fkeys, language)
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

    fn fkeys(&self, has_input: bool) -> Vec<FKeyView> {
        let mut keys: FKeys = vec![(1, both("説明", "Help"))];
        keys.extend(self.screen.fkeys());
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
        keys.sort_by_key(|(number, _)| *number);
        keys.into_iter()
            .map(|(number, label)| FKeyView {
                number,
                label: label.get(self.shared.settings.language).to_owned(),
            })
            .collect()
    }

    /// Before anybody has logged in; after that the menu leads there.
    fn may_set_panel(&self) -> bool {
        matches!(self.screen.code(), ScreenCode::Clock | ScreenCode::Login)
    }

    fn may_power_off(&self) -> bool {
        !matches!(
            self.screen.code(),
            ScreenCode::Starting | ScreenCode::MakingVault | ScreenCode::PoweringOff
        )
    }

    /// A key of the keyboard on the screen was pressed.
    fn screen_key(&mut self, index: usize) {
        let Some(kind) = self.screen.input().map(|field| field.kind()) else {
            return;
        };
        if let Some(key) = self.keyboard.press(kind, index) {
            self.key(key, None);
        }
    }

    fn input_here(&mut self) -> bool {
        self.dialogs.is_empty() && self.screen.input().is_some()
    }

    /// How the field under the caret takes letters; without one nothing is composed.
    fn ime_mode(&mut self) -> ImeMode {
        self.place().mode
    }

    fn place(&mut self) -> Place {
        let (wanted, style) = (self.shared.input, self.shared.style);
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

    // ---- keys and pointer -------------------------------------------------------

    fn key(&mut self, key: Key, printed: Option<char>) {
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
                Outcome::Commit(committed) => {
                    self.commit(&committed);
                    return;
                }
                Outcome::CommitThenPass(committed) => self.commit(&committed),
            }
        }
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
    fn set(&mut self, settings: Settings) {
        if settings == self.shared.settings {
            return;
        }
        self.use_settings(settings);
        let keep = system::Request::KeepSettings(settings);
        self.effects.push(Effect::AskInit(keep));
    }

    fn use_settings(&mut self, settings: Settings) {
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
        let composes = self
            .screen
            .input()
            .is_some_and(|field| ImeMode::of(field.kind(), Wanted::Kana) != ImeMode::Off);
        if composes {
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
                let panel = Dialog::ask(ScreenCode::Help, Vec::new(), Vec::new());
                self.dialogs.push(panel.owned_by(Owner::App));
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
            Key::F(10) if self.shared.session.is_some() => self.lock(None),
            Key::F(11) if self.may_power_off() => self.ask_power_off(),
            _ => return false,
        }
        true
    }

    fn ask_power_off(&mut self) {
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
            self.with_screen(|screen, cx| screen.edited(cx));
        }
    }

    /// Puts text into the field under the caret, if the fonts can draw it.
    fn insert(&mut self, text: &str) {
        self.put(text, |field| field.insert(text));
    }

    fn commit(&mut self, committed: &Committed) {
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

    fn put(&mut self, text: &str, put: impl FnOnce(&mut TextField) -> bool) {
        if let Some(missing) = self.missing(text) {
            self.message = Some(Message {
                tone: Tone::Bad,
                code: Some(ErrorCode::CharacterNotSupported),
                detail: missing.to_string(),
            });
            return;
        }
        if self.screen.input().is_some_and(put) {
            if self
                .message
                .as_ref()
                .is_some_and(|m| m.code == Some(ErrorCode::CharacterNotSupported))
            {
                self.message = None;
            }
            self.with_screen(|screen, cx| screen.edited(cx));
        }
    }

    fn finish_composing(&mut self) {
        let place = self.place();
        if let Some(committed) = self.composer.finish(place) {
            self.commit(&committed);
        }
    }

    fn click(&mut self, target: Target) {
        if let Some(dialog) = self.dialogs.last_mut() {
            let answer = dialog.click(target);
            self.answer(answer);
            return;
        }
        match target {
            Target::FKey(number) => {
                // What stands in the bar is meant, not the form that the key gives to a composition.
                self.finish_composing();
                self.key(Key::F(number), None);
            }
            Target::Candidate(at) => self.composer.click(at),
            Target::Key(index) => self.screen_key(index),
            Target::Field(index) => {
                self.finish_composing();
                match self.screen.form() {
                    Some(form) => {
                        form.focus_on(index);
                        if let Some(field) = form.input() {
                            field.end();
                        }
                    }
                    None => self.with_screen(|screen, cx| screen.pointed(target, cx)),
                }
                if self.touched && self.screen.input().is_some() {
                    self.keyboard.open();
                }
            }
            Target::Choice(index, option) => {
                self.finish_composing();
                if let Some(form) = self.screen.form() {
                    form.focus_on(index);
                    if let Some(id) = form.focused().map(|f| f.id) {
                        form.set_choice(id, option);
                    }
                    self.with_screen(|screen, cx| screen.edited(cx));
                }
            }
            Target::Action => {
                self.finish_composing();
                self.with_screen(|screen, cx| {
                    screen.key(Key::F(12), cx);
                });
            }
            _ => {
                self.finish_composing();
                self.with_screen(|screen, cx| screen.pointed(target, cx));
            }
        }
    }

    fn answer(&mut self, answer: Answer) {
        let choice = match answer {
            Answer::None => return,
            Answer::CancelWork => {
                self.effects.push(Effect::AskKeeper(Request::Cancel));
                return;
            }
            Answer::Chosen(index) => Some(index),
            Answer::Closed => None,
        };
        let Some(dialog) = self.dialogs.pop() else {
            return;
        };
        match (dialog.owner, dialog.code) {
            (Owner::App, ScreenCode::ConfirmPowerOff) if choice == Some(0) => self.power_off(),
            (Owner::App, _) => {}
            (Owner::Device(device), _) => {
                self.effects
                    .push(Effect::AskInit(system::Request::DecideDevice {
                        device,
                        allow: choice == Some(1),
                    }));
            }
            (Owner::Form, _) => {
                if let Some(form) = self.screen.form() {
                    form.address_chosen(choice);
                }
            }
            (Owner::Screen, code) => {
                self.with_screen(|screen, cx| screen.chosen(code, choice, cx));
            }
        }
    }

    fn power_off(&mut self) {
        self.effects
            .push(Effect::AskInit(system::Request::PowerOff));
        self.go(Box::new(screens::PoweringOff));
    }

    // ---- init and keeper --------------------------------------------------------

    fn init(&mut self, event: system::Event) {
        match &event {
            system::Event::Welcome(welcome) => {
                self.shared.release = welcome.release.clone();
                self.shared.secure_boot = welcome.secure_boot;
                self.shared.clock_confirmed = welcome.clock_confirmed;
                self.shared.vault = welcome.vault;
                self.shared.sticks = welcome.sticks.clone();
                self.shared.wait_for_login(welcome.wait_seconds);
                self.use_settings(welcome.settings);
                if welcome.clock_confirmed {
                    self.go(screens::door(&self.shared));
                } else {
                    self.go(Box::new(screens::Clock::new(welcome.unix_seconds)));
                }
                return;
            }
            system::Event::ClockSet => self.shared.clock_confirmed = true,
            system::Event::Opened => self.shared.vault = VaultState::Open,
            system::Event::StickPresent(stick) => {
                self.shared.sticks.retain(|s| s.device != stick.device);
                self.shared.sticks.push(stick.clone());
                // What was missing is there.
                if self.message.as_ref().and_then(|m| m.code) == Some(ErrorCode::NoCompanion) {
                    self.message = None;
                }
            }
            system::Event::StickGone { device } => {
                self.shared.sticks.retain(|s| s.device != *device);
            }
            system::Event::DeviceAsks { device, kind, name } => {
                self.device_asks(*device, *kind, name);
            }
            system::Event::DeviceGone { device } => {
                self.dialogs.retain(|d| d.owner != Owner::Device(*device));
            }
            system::Event::DeviceRefused { name } => {
                self.message = Some(Message {
                    tone: Tone::Bad,
                    code: Some(ErrorCode::DeviceRefused),
                    detail: self.drawable(name),
                });
            }
            system::Event::SettingsKept { kept: true } => {}
            system::Event::SettingsKept { kept: false } => {
                self.message = Some(Message {
                    tone: Tone::Bad,
                    code: Some(ErrorCode::SettingsNotKept),
                    detail: String::new(),
                });
            }
            system::Event::PoweringOff => {
                self.go(Box::new(screens::PoweringOff));
                return;
            }
            system::Event::Working(_) | system::Event::Refused { .. } => {}
        }
        self.with_screen(|screen, cx| screen.news(&event, cx));
        self.missed_news(event);
    }

    /// Foreign text without what the fonts cannot draw.
    fn drawable(&self, text: &str) -> String {
        text.chars()
            .map(|c| if self.coverage.has(c) { c } else { '?' })
            .collect()
    }

    fn device_asks(&mut self, device: system::DeviceId, kind: InputKind, name: &str) {
        let kind = match kind {
            InputKind::Keyboard => self.shared.say("キーボード", "Keyboard"),
            InputKind::Pointer => self.shared.say("マウスなど", "Pointer"),
            InputKind::Other => self.shared.say("入力装置", "Input device"),
        };
        let lines = vec![
            format!("{kind}：{}", self.drawable(name)),
            self.shared.say(
                "自分でつないだものでなければ、使わずに取り外してください。",
                "If you did not plug it in yourself, refuse it and unplug it.",
            ),
        ];
        let choices = vec![
            self.shared.say("使わない", "Refuse"),
            self.shared.say("使う", "Allow"),
        ];
        self.dialogs.push(
            Dialog::ask(ScreenCode::NewDevice, lines, choices).owned_by(Owner::Device(device)),
        );
    }

    fn keeper(&mut self, reply: Reply) {
        if let Reply::Progress { done, total, .. } = reply {
            if let Some(work) = self.dialogs.iter_mut().find_map(|d| d.work.as_mut()) {
                work.progress = if total == 0 {
                    Progress::Going
                } else {
                    Progress::Part((done as f32 / total as f32).clamp(0.0, 1.0))
                };
            }
            let serial = self.in_flight;
            if serial == Some(self.serial) {
                self.with_screen(|screen, cx| screen.reply(reply, cx));
            }
            return;
        }
        let asked_by = self.in_flight.take();
        let reply = match reply {
            Reply::Input(reply) if asked_by == Some(LEARNING) => {
                let next = self.composer.learning.take(reply);
                self.ask_to_learn(next);
                if self.composer.learning.loaded() {
                    self.with_screen(|screen, cx| screen.learned(cx));
                }
                return;
            }
            reply => reply,
        };
        if let Reply::Refused(ErrorCode::SessionLocked) = reply
            && self.shared.session.is_some()
        {
            self.lock(Some(ErrorCode::SessionLocked));
            return;
        }
        if asked_by == Some(LEARNING) {
            if let Reply::Refused(code) = reply {
                self.composer.learning.failed(code);
                self.with_screen(|screen, cx| screen.learned(cx));
            }
        } else if asked_by == Some(self.serial) {
            self.with_screen(|screen, cx| screen.reply(reply, cx));
        } else {
            self.missed_reply(asked_by, reply);
        }
    }

    fn ask_to_learn(&mut self, requests: impl IntoIterator<Item = input::Request>) {
        let asks = requests.into_iter().map(|request| Ask {
            request: request.into(),
            serial: LEARNING,
        });
        self.waiting.extend(asks);
    }

    /// Has the keeper keep what was learned since it was last told.
    fn keep_learned(&mut self) {
        if self.shared.session.is_some() {
            let changes = self.composer.learning.changes();
            self.ask_to_learn(changes);
        }
    }

    fn ask_next(&mut self) {
        if self.in_flight.is_some() {
            return;
        }
        if let Some(ask) = self.waiting.pop_front() {
            self.in_flight = Some(ask.serial);
            self.effects.push(Effect::AskKeeper(ask.request));
        }
    }

    // ---- time -------------------------------------------------------------------

    fn tick(&mut self) {
        self.with_screen(|screen, cx| screen.tick(cx));
        let idle = self.shared.now.monotonic.saturating_sub(self.last_input);
        let working = self.dialogs.iter().any(|d| d.work.is_some());
        if self.shared.session.is_some() && idle >= IDLE_LOCK && !working {
            self.lock(None);
            self.message = Some(Message {
                tone: Tone::Info,
                code: None,
                detail: self.shared.say(
                    "操作がなかったため、画面をロックしました。",
                    "The screen was locked because nothing was typed.",
                ),
            });
        }
    }

    /// Ends the session here and at the keeper. What was typed and not saved is gone.
    fn lock(&mut self, why: Option<ErrorCode>) {
        self.keep_learned();
        self.composer.learning.wipe();
        self.shared.session = None;
        self.dialogs.retain(|d| matches!(d.owner, Owner::Device(_)));
        self.go(Box::new(screens::Login::new()));
        // Asked by nobody: no screen waits for it.
        self.waiting.push_back(Ask {
            request: Request::Session(session::Request::Lock),
            serial: u64::MAX,
        });
        if let Some(code) = why {
            self.message = Some(Message {
                tone: Tone::Bad,
                code: Some(code),
                detail: String::new(),
            });
        }
    }

    // ---- screens ----------------------------------------------------------------

    fn go(&mut self, screen: Box<dyn Screen>) {
        self.composer.clear();
        self.keep_learned();
        self.message = None;
        self.below = None;
        self.serial = self.new_serial();
        // What an earlier screen still wanted to know is not needed.
        self.waiting.retain(|ask| ask.serial >= LEARNING);
        self.dialogs
            .retain(|d| !matches!(d.owner, Owner::Screen | Owner::Form));
        self.screen = screen;
        self.with_screen(|screen, cx| screen.enter(cx));
    }

    fn new_serial(&mut self) -> u64 {
        self.serials += 1;
        self.serials
    }

    fn with_screen(&mut self, act: impl FnOnce(&mut dyn Screen, &mut Cx)) {
        let mut cx = Cx {
            shared: &mut self.shared,
            learning: &mut self.composer.learning,
            commands: Vec::new(),
        };
        act(self.screen.as_mut(), &mut cx);
        let commands = cx.commands;
        for command in commands {
            self.obey(command);
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Go(screen) => self.go(screen),
            Command::AskInit(request) => self.effects.push(Effect::AskInit(request)),
            Command::AskKeeper(request) => {
                // Only the newest of several pages or searches is still wanted.
                if matches!(request, Request::People(people::Request::List { .. })) {
                    self.waiting.retain(|ask| {
                        !matches!(ask.request, Request::People(people::Request::List { .. }))
                    });
                }
                self.waiting.push_back(Ask {
                    request,
                    serial: self.serial,
                });
            }
            Command::Open(dialog) => {
                self.message = None;
                // A device's question stays above everything.
                let at = self
                    .dialogs
                    .iter()
                    .position(|d| matches!(d.owner, Owner::Device(_)))
                    .unwrap_or(self.dialogs.len());
                self.dialogs.insert(at, dialog);
            }
            Command::CloseWork => self.dialogs.retain(|d| d.work.is_none()),
            Command::Say(tone, code, detail) => {
                self.message = Some(Message { tone, code, detail });
            }
            Command::LoggedIn(state) => self.logged_in(state),
            Command::Lock => self.lock(None),
            Command::AskPowerOff => self.ask_power_off(),
            Command::Set(settings) => self.set(settings),
            Command::LoadLearning => {
                let again = self.composer.learning.load_again();
                self.ask_to_learn(again);
            }
            Command::ComeBack(word) => self.come_back(word.as_ref()),
        }
    }

    fn logged_in(&mut self, state: State) {
        self.last_input = self.shared.now.monotonic;
        let load = self.composer.learning.load();
        self.ask_to_learn([load]);
        self.shared.session = Some(Session {
            company: state.company.unwrap_or_default(),
            user: state.user.unwrap_or_default(),
        });
        self.go(Box::new(screens::Home::default()));
        if state
            .last_entry
            .is_some_and(|last| last > self.shared.now.unix + 60)
        {
            self.message = Some(Message {
                tone: Tone::Bad,
                code: Some(ErrorCode::ClockRunsBackwards),
                detail: String::new(),
            });
        }
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

#[cfg(test)]
mod tests;
