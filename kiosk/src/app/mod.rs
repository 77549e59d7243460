//! The kiosk's core: a state machine of screens. Pure: it takes [`Event`]s and gives
//! back [`Effect`]s; it draws nothing, opens nothing and never waits.
//!
//! Each screen is one file under [`screens`] and implements [`Screen`]. A screen that wants
//! something done says so through [`Cx`]; the [`App`] does it after the screen returned.

mod address;
mod check;
mod dialog;
mod drawing;
mod event;
mod field;
mod form;
pub mod gallery;
mod help;
mod key;
mod keyboard;
mod keys;
pub mod labels;
mod list;
mod partners;
mod pointed;
mod postal;
mod readings;
pub mod recovery;
mod registering;
mod screen;
mod screens;
pub mod trail;
mod view;
mod words;

pub use dialog::{Dialog, Owner};
pub use drawing::layout_name;
pub use event::{Effect, Event, Locks, Now, Screens, Target, TextPointer};
pub use field::{Hint, Kind, LeftOut, Place, Put, Shown, Spot, TextField, Unit, group, joins};
pub use form::{Note, is_list, notes};
pub use key::{Key, Motion};
pub use postal::PostalCodes;
pub use protocol::settings::Layout;
pub use readings::Readings;
pub use screen::{Cx, FKeys, Look, Screen, Session, Shared};
pub use view::*;
pub use words::{Both, both};

use crate::fonts::Coverage;
use crate::ime::Composer;
use codes::{ErrorCode, ScreenCode};
use dialog::Answer;
use keyboard::Keyboard;
use kkc::Converter;
use pointed::Hand;
use protocol::Secret;
use protocol::clerk::session::{self, State};
use protocol::clerk::{Request, people};
use protocol::system;
use registering::Below;
use screen::Command;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

/// Without a key or pointer for this long the vault is locked.
pub const IDLE_LOCK: Duration = Duration::from_secs(5 * 60);
/// How long a revealed number stays on the screen.
pub const REVEAL: Duration = Duration::from_secs(30);
/// How long typing rests before a search is asked.
pub const SEARCH_REST: Duration = Duration::from_millis(150);

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
    hand: Hand,
    effects: Vec<Effect>,
}

impl App {
    /// A kiosk that has just started; the first effect is [`system::Request::Hello`].
    pub fn new(coverage: Coverage, converter: Option<Rc<Converter>>) -> Self {
        Self {
            shared: Shared {
                // The converter's dictionary has the list of postal codes too.
                postal_codes: converter.clone().map(|c| c as Rc<dyn PostalCodes>),
                readings: converter.clone().map(|c| c as Rc<dyn Readings>),
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
            hand: Hand::default(),
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
            Event::Key(key) => self.strike(key, None),
            Event::KanaKey(key, kana) => self.strike(key, Some(kana)),
            Event::Repeat(key, kana) => {
                // A key that something lies on keeps nothing open.
                if self.may_repeat(key) {
                    self.key(key, kana);
                }
            }
            Event::Click(target) => {
                self.last_input = now.monotonic;
                self.click(target);
            }
            Event::Text(field, what) => {
                self.last_input = now.monotonic;
                self.text_pointer(field, what);
            }
            Event::Scrolled(field, by) => self.text_scrolled(field, by),
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
            Event::LongPress => self.hand.stays(now.monotonic),
            Event::Screens(screens) => self.shared.screens = screens,
            Event::Tick => self.tick(),
        }
        self.ask_next();
        std::mem::take(&mut self.effects)
    }

    fn strike(&mut self, key: Key, kana: Option<char>) {
        self.last_input = self.shared.now.monotonic;
        self.touched = false;
        self.struck();
        self.key(key, kana);
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

    fn click(&mut self, target: Target) {
        let again = self.hand.clicks(self.shared.now.monotonic);
        if let Some(dialog) = self.dialogs.last_mut() {
            // Choosing what cannot be undone and confirming it are two decisions.
            if again && dialog.grave {
                return;
            }
            let answer = dialog.click(target);
            self.answer(answer);
            return;
        }
        match target {
            Target::FKey(number) => self.click_fkey(number),
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
            (Owner::App, ScreenCode::DiscardInput) if choice == Some(1) => self.lock(None),
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
        // Asked by nobody: no screen waits for it.
        self.waiting.push_back(Ask {
            request: Request::Session(session::Request::Lock),
            serial: u64::MAX,
        });
        self.go(Box::new(screens::Login::new()));
        if let Some(code) = why {
            self.message = Some(Message {
                tone: Tone::Bad,
                code: Some(code),
                detail: String::new(),
            });
        }
    }

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
            Command::LoggedIn(state, passphrase) => self.logged_in(state, passphrase),
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

    /// Goes on to what the keeper wants first: a passphrase of one's own, a company, or nothing.
    fn logged_in(&mut self, state: State, passphrase: Option<Secret>) {
        self.last_input = self.shared.now.monotonic;
        let company = state.company.filter(|_| !state.must_enter_company);
        // The only company of who has one is entered by the login.
        let before = self.shared.session.as_ref();
        let several = state.must_enter_company || before.is_some_and(|session| session.several);
        self.shared.session = Some(Session {
            company: company.unwrap_or_default(),
            user: state.user.unwrap_or_default(),
            several,
        });
        match passphrase {
            Some(passphrase) if state.must_change_passphrase => {
                return self.go(Box::new(screens::NewPassphrase::instead_of(passphrase)));
            }
            None if state.must_change_passphrase => {
                return self.lock(Some(ErrorCode::MustChangePassphrase));
            }
            _ => {}
        }
        if state.must_enter_company {
            return self.go(Box::new(screens::ChooseCompany::default()));
        }
        let load = self.composer.learning.load();
        self.ask_to_learn([load]);
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

#[cfg(test)]
mod tests;
